//! SQLite: how a file is opened and recognised, and what its errors mean.
//!
//! A file that kymo made bears an application id and a schema version; a file without them is refused untouched.
//! WAL, so that readers and writers do not wait for each other; writers begin IMMEDIATE, since a deferred
//! transaction that turns into a writer fails at once when another was faster, whatever the timeout.

mod bind;
mod columns;
mod read;
mod table;
mod trim;
mod write;

pub use read::Reading;
pub use trim::Trimming;
pub use write::Writing;

use crate::db::Sync;
use crate::diag;
use crate::error::{Error, Kind, Result};
use crate::state::beside;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// «kymo», in the file's header.
const APPLICATION_ID: i32 = 0x6b79_6d6f;

/// The version of the tables around the readings. Each step up is one of `MIGRATIONS`.
const VERSION: i32 = 1;

/// What makes version n+1 out of version n.
const MIGRATIONS: [&str; VERSION as usize] = ["
    CREATE TABLE kymo_columns (
        table_name TEXT NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, column_name TEXT NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('time', 'series', 'number', 'text', 'bool', 'json', 'unset', 'nulls', 'more')),
        PRIMARY KEY (table_name, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE kymo_state (
        pipeline TEXT NOT NULL, stage TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (pipeline, stage)
    ) STRICT;
    CREATE TABLE kymo_rejects (
        id INTEGER PRIMARY KEY, received INTEGER NOT NULL, stage TEXT, reason TEXT, raw ANY, reject TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE kymo_trim (table_name TEXT PRIMARY KEY, last_run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE kymo_archive (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"];

/// An open file with its name, for messages.
struct File {
    path: String,
    db: Connection,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Made if it is not there.
    Create,
    /// It must be there.
    Change,
    /// It must be there, and stays as it is.
    Read,
}

impl File {
    fn open(path: &str, access: Access) -> Result<File> {
        if !look(path)? && access != Access::Create {
            return Err(Error::new(Kind::Io, format!("open {path}: there is no such database")));
        }
        let flags = match access {
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Change => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        // With a folder in front, since to SQLite names like `:memory:` and `file:x` are no paths.
        let mut file = File::connect(path, &Path::new(".").join(path), flags)?;
        if access == Access::Read && file.pragma("page_count").is_err() && !Path::new(&format!("{path}-wal")).exists() {
            // Where no log can be made beside it, as on a read-only disk, and nobody has one: the file alone says all.
            file = File::connect(path, Path::new(&immutable(path)), flags | OpenFlags::SQLITE_OPEN_URI)?;
        }
        if access == Access::Create {
            file.migrate()?;
        }
        check_ids(path, file.pragma("application_id")?, file.pragma("user_version")?)?;
        Ok(file)
    }

    fn connect(path: &str, name: &Path, flags: OpenFlags) -> Result<File> {
        let db = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let mut file = File { path: path.to_owned(), db: db.map_err(|e| fault(path, "open", e))? };
        file.wait_for_locks()?;
        Ok(file)
    }

    fn wait_for_locks(&mut self) -> Result<()> {
        self.db.busy_handler(Some(wait_for_lock)).map_err(|e| fault(&self.path, "open", e))
    }

    fn fault(&self, verb: &str, error: rusqlite::Error) -> Error {
        fault(&self.path, verb, error)
    }

    fn run(&self, verb: &str, sql: &str) -> Result<()> {
        self.db.execute_batch(sql).map_err(|e| self.fault(verb, e))
    }

    fn pragma(&self, name: &str) -> Result<i64> {
        let ask = |sql: &str| self.db.prepare_cached(sql)?.query_row([], |row| row.get(0));
        ask(&format!("PRAGMA {name}")).map_err(|e| self.fault("read", e))
    }

    /// Brings the tables around the readings to this version. A new file gets them, and its name, in one transaction
    /// before it turns to WAL: killed at any moment, it is kymo's or without a table.
    fn migrate(&self) -> Result<()> {
        let run = |sql: &str| self.run("prepare", sql);
        if self.pragma("user_version")? < i64::from(VERSION) {
            if self.pragma("page_count")? == 0 {
                // Before the first table and before WAL, or it has no effect.
                run("PRAGMA auto_vacuum = INCREMENTAL")?;
            }
            run("BEGIN IMMEDIATE")?;
            // Another process may have been faster.
            let from = usize::try_from(self.pragma("user_version")?).unwrap_or(0);
            if from == 0 && self.pragma("schema_version")? > 0 {
                return Err(Error::usage(format!("{} is not a database that kymo made", self.path)));
            }
            for step in MIGRATIONS.iter().skip(from) {
                run(step)?;
            }
            run(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"))?;
        }
        let to_wal = || self.db.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        let mode = loop {
            match to_wal() {
                // Said without asking the handler if somebody else is at the same step.
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => std::thread::sleep(STEP),
                mode => break mode.map_err(|e| self.fault("prepare", e))?,
            }
        };
        match mode.as_str() {
            "wal" => Ok(()),
            _ => Err(Error::new(Kind::Io, format!("prepare {}: no WAL on this file system ({mode})", self.path))),
        }
    }

    fn set_sync(&self, sync: Sync) -> Result<()> {
        let word = match sync {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
        };
        self.db.pragma_update(None, "synchronous", word).map_err(|e| self.fault("prepare", e))
    }
}

/// There is a table in the file, and it is kymo's. Looked at before SQLite does, which would take a left log into the
/// file: one that is not kymo's stays as it is.
fn look(path: &str) -> Result<bool> {
    let fault = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::PermissionDenied => Error::new(Kind::Refused, format!("open {path}")).because(e),
        _ => Error::io(format!("open {path}"), e),
    };
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(fault(e)),
        Ok(found) if !found.is_file() => return Err(Error::usage(format!("{path} is no file"))),
        Ok(found) if found.len() == 0 => return Ok(false),
        Ok(_) => {}
    }
    let mut header = Vec::with_capacity(72);
    let file = std::fs::File::open(path).map_err(fault)?;
    (&file).take(72).read_to_end(&mut header).map_err(fault)?;
    // Never closed: that would drop the locks that SQLite may have on it elsewhere in this process (POSIX).
    std::mem::forget(file);
    let number = |at: usize| header.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, i32::from_be_bytes);
    if header.len() < 72 || !header.starts_with(b"SQLite format 3\0") {
        return Err(Error::usage(format!("{path} is no SQLite database: it stays untouched")));
    }
    let log = std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 0);
    if (number(68), number(60), number(40)) == (0, 0, 0) && !log {
        // A file without a schema is as good as new: one that is just being made, or whose maker was killed.
        return Ok(false);
    }
    check_ids(path, number(68).into(), number(60).into()).map(|()| true)
}

/// The file is there, and a database of kymo's.
pub fn exists(path: &str) -> Result<bool> {
    look(path)
}

fn check_ids(path: &str, application: i64, version: i64) -> Result<()> {
    if application != i64::from(APPLICATION_ID) {
        return Err(Error::usage(format!("{path} is not a database that kymo made: it stays untouched")));
    }
    if version > i64::from(VERSION) {
        let why =
            format!("{path} is of version {version}; this kymo knows versions up to {VERSION}: it stays untouched");
        return Err(Error::usage(why));
    }
    Ok(())
}

/// The name by which SQLite reads a file without a lock or a log beside it.
fn immutable(path: &str) -> String {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

/// Between two tries for a lock: shorter than the pauses that a trim and a flooded writer make for others.
const STEP: Duration = Duration::from_millis(2);

/// Waits for a lock, for ever, and says so once.
fn wait_for_lock(tries: i32) -> bool {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if tries == 2500 && !TOLD.swap(true, Ordering::Relaxed) {
        diag::warn("", "locked", "the database is locked by another process: waiting");
    }
    std::thread::sleep(STEP);
    true
}

/// An error of SQLite: «`verb` `path`: `its words`», with the kind that a supervisor needs.
fn fault(path: &str, verb: &str, error: rusqlite::Error) -> Error {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
            Kind::Refused
        }
        Some(ErrorCode::NotADatabase) => Kind::Usage,
        _ => Kind::Io,
    };
    Error::new(kind, format!("{verb} {path}")).because(error)
}

/// An SQL name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Where a lock of a database stands: beside the file itself, by whatever name it was opened.
fn lock_path(path: &str, ending: &str) -> PathBuf {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    beside(&path, ending)
}
