//! SQLite: how a file is opened and recognised, and what its errors mean.
//!
//! A file that kymo made bears an application id and a schema version; a file without them is refused untouched.
//! WAL, so that readers and writers do not wait for each other; writers begin IMMEDIATE, since a deferred
//! transaction that turns into a writer fails at once when another was faster, whatever the timeout.

mod columns;
mod read;
mod trim;
mod write;

pub use read::Reading;
pub use trim::Trimming;
pub use write::Writing;

use crate::db::Sync;
use crate::diag;
use crate::error::{Error, Kind, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
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
        let new = std::fs::metadata(path).map_or(true, |m| m.len() == 0);
        if new && access != Access::Create {
            return Err(Error::new(Kind::Io, format!("open {path}: there is no such database")));
        }
        let flags = match access {
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Change => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let open = || -> rusqlite::Result<Connection> {
            let mut db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            db.busy_handler(Some(wait_for_lock))?;
            Ok(db)
        };
        let file = File { path: path.to_owned(), db: open().map_err(|e| fault(path, "open", e))? };
        if !new {
            file.recognise()?;
        }
        if access == Access::Create {
            file.migrate(new)?;
        }
        Ok(file)
    }

    fn fault(&self, verb: &str, error: rusqlite::Error) -> Error {
        fault(&self.path, verb, error)
    }

    fn pragma(&self, name: &str) -> Result<i64> {
        self.db.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(|e| self.fault("read", e))
    }

    /// The file is kymo's, and not of a later version.
    fn recognise(&self) -> Result<()> {
        if self.pragma("application_id")? != i64::from(APPLICATION_ID) {
            return Err(Error::usage(format!("{} is not a database that kymo made: it stays untouched", self.path)));
        }
        match self.pragma("user_version")? {
            version if version > i64::from(VERSION) => {
                let why = format!("{} is of version {version}; this kymo knows versions up to {VERSION}", self.path);
                Err(Error::usage(why))
            }
            _ => Ok(()),
        }
    }

    fn migrate(&self, new: bool) -> Result<()> {
        let run = |sql: &str| self.db.execute_batch(sql).map_err(|e| self.fault("prepare", e));
        if new {
            // Before the first table and before WAL, or it has no effect.
            run("PRAGMA auto_vacuum = INCREMENTAL")?;
        }
        let mode: String = self
            .db
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
            .map_err(|e| self.fault("prepare", e))?;
        if mode != "wal" {
            return Err(Error::new(Kind::Io, format!("prepare {}: no WAL on this file system ({mode})", self.path)));
        }
        if self.pragma("user_version")? == i64::from(VERSION) {
            return Ok(());
        }
        run("BEGIN IMMEDIATE")?;
        // Another process may have been faster.
        let from = usize::try_from(self.pragma("user_version")?).unwrap_or(0);
        for step in MIGRATIONS.iter().skip(from) {
            run(step)?;
        }
        run(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"))
    }

    fn set_sync(&self, sync: Sync) -> Result<()> {
        let word = match sync {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
        };
        self.db.pragma_update(None, "synchronous", word).map_err(|e| self.fault("prepare", e))
    }
}

/// Waits for a lock, for ever, in short steps (so that a trim's pauses are met), and says so once.
fn wait_for_lock(tries: i32) -> bool {
    static TOLD: AtomicBool = AtomicBool::new(false);
    const STEP: Duration = Duration::from_millis(2);
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

/// A file's absolute folder must not change where a lock stands.
fn lock_path(path: &str, ending: &str) -> std::path::PathBuf {
    crate::state::beside(Path::new(path), ending)
}
