//! SQLite: how a file is opened and recognised, and what its errors mean.
//!
//! A file that kymo created has an application id and a schema version; a file without them is refused untouched.
//! WAL, so that readers and writers do not wait for each other; writers begin IMMEDIATE, since a deferred
//! transaction that turns into a writer fails at once when another was faster, whatever the timeout.
//!
//! Two kinds of files are made, a database of readings and a queue (`queue.rs`): each is a `Format` of its own, and
//! neither is taken for the other.

use super::fault::fault;
use super::reserve::{self, Growing};
use crate::host::beside::beside;
use crate::host::diag;
use crate::host::place::Place;
use crate::host::progress::Progress;
use crate::reading::error::{Code, Error, Result};
use crate::storage::settings::Sync;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{Access as May, AtFlags, CWD};
use std::cell::OnceCell;
use std::fmt::Display;
use std::io::Read as _;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A kind of file that kymo makes.
pub(crate) struct Format {
    /// In a file's header.
    pub(crate) application_id: i32,
    /// What it is called.
    pub(crate) name: &'static str,
    /// A table that each such file has, and no other.
    pub(crate) table: &'static str,
    /// What makes version n+1 out of version n.
    pub(crate) migrations: &'static [&'static [&'static str]],
}

/// A database of readings: "kymo".
pub(super) const READINGS: Format = Format {
    application_id: 0x6b79_6d6f,
    name: "database",
    table: "kymo_columns",
    migrations: &[&[COLUMNS, BESIDE, TRIM]],
};

/// A queue: "kymq".
pub(crate) const QUEUE_ID: i32 = 0x6b79_6d71;

const COLUMNS: &str = "
    CREATE TABLE kymo_columns (
        table_name TEXT NOT NULL, position INTEGER NOT NULL, field TEXT NOT NULL, column_name TEXT NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('time', 'series', 'number', 'text', 'bool', 'json', 'unset', 'nulls', 'more')),
        PRIMARY KEY (table_name, position)
    ) STRICT, WITHOUT ROWID;
";

/// The tables of what is kept beside the records, in readings and in queues.
pub(crate) const BESIDE: &str = "
    CREATE TABLE kymo_state (
        pipeline TEXT NOT NULL, stage TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (pipeline, stage)
    ) STRICT;
    CREATE TABLE kymo_rejects (
        id INTEGER PRIMARY KEY, received INTEGER NOT NULL, stage TEXT, reason TEXT, raw ANY, reject TEXT NOT NULL UNIQUE
    ) STRICT;
";

const TRIM: &str = "
    CREATE TABLE kymo_trim (table_name TEXT PRIMARY KEY, last_run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE kymo_archive (path TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

impl Format {
    fn version(&self) -> i64 {
        self.migrations.len() as i64
    }
}

/// How many steps of a statement there are between two looks at how far it is.
const STEPS: i32 = 10_000;

/// An open file with its name, for messages.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) db: Connection,
    /// What it is called in messages.
    what: &'static str,
    /// Of a file that is written: itself, its log, and the log's index, without which nobody finds what is in the log.
    places: Vec<Place>,
    /// By which room in the file is taken: see `room.rs`.
    pub(super) grown: OnceCell<Growing>,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Made if it is not there.
    Create,
    /// It must be there.
    Change,
    /// It must be there, and stays as it is.
    Read,
}

impl File {
    /// Opens a file of this format; one of another is refused untouched.
    pub(crate) fn open(path: &str, access: Access, format: &Format) -> Result<File> {
        match File::try_open(path, access, format) {
            // The index of the log needs some room, too.
            Err(why) if why.code() == Code::DiskFull && reserve::give_up(path) => File::try_open(path, access, format),
            opened => opened,
        }
    }

    fn try_open(path: &str, access: Access, format: &Format) -> Result<File> {
        if !look(path, format)? && access != Access::Create {
            return Err(Error::new(Code::Io, format!("open {path}: there is no such {}", format.name)));
        }
        let flags = match access {
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Change => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        // With a folder in front, since to SQLite names like `:memory:` and `file:x` are no paths.
        let mut file = File::connect(path, format.name, &Path::new(".").join(path), flags)?;
        if access == Access::Read && file.pragma("page_count").is_err() && !Path::new(&format!("{path}-wal")).exists() {
            // Where no log can be made beside it, as on a read-only disk, and nobody has one: the file alone says all.
            file = File::connect(path, format.name, Path::new(&immutable(path)), flags | OpenFlags::SQLITE_OPEN_URI)?;
        }
        if access == Access::Create {
            file.migrate(format)?;
        }
        check_ids(path, format, file.pragma("application_id")?, file.pragma("user_version")?)?;
        if access != Access::Read {
            file.remember_places()?;
        }
        Ok(file)
    }

    /// Opens a file of another program to change it.
    pub(super) fn open_foreign(path: &str) -> Result<File> {
        let mut file = File::foreign(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        file.remember_places()?;
        Ok(file)
    }

    /// Opens a file of another program to read it.
    pub(super) fn read_foreign(path: &str) -> Result<File> {
        File::foreign(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn foreign(path: &str, flags: OpenFlags) -> Result<File> {
        if !Path::new(path).exists() {
            return Err(Error::new(Code::Io, format!("open {path}: there is no such database")));
        }
        let file = File::connect(path, "database", &Path::new(".").join(path), flags)?;
        // It is one.
        file.pragma("schema_version")?;
        Ok(file)
    }

    /// Does what reads the whole file this many times, with a bar on a terminal.
    pub(crate) fn with_progress<T>(&mut self, name: impl Display, passes: u64, work: impl FnOnce(&File) -> T) -> T {
        let size = std::fs::metadata(&self.path).map_or(0, |meta| meta.len());
        let progress = Progress::of_reading(name, size.saturating_mul(passes));
        let (is_seen, look) = (progress.is_seen(), move || {
            progress.look();
            false
        });
        // Of a statement that takes long SQLite calls this now and then; without it there is only no bar.
        let _ = self.db.progress_handler(STEPS, is_seen.then_some(look));
        let done = work(self);
        let _ = self.db.progress_handler(0, None::<fn() -> bool>);
        done
    }

    fn connect(path: &str, what: &'static str, name: &Path, flags: OpenFlags) -> Result<File> {
        let db = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let db =
            db.map_err(|e| match Path::new(path).parent().filter(|p| !p.as_os_str().is_empty() && !p.exists()) {
                Some(folder) => Error::new(Code::Io, format!("open {path}: there is no folder {}", folder.display())),
                None => match system_refuses(path) {
                    Some(why) => Error::io(format!("open {path}"), why),
                    None => fault(path, "open", e),
                },
            })?;
        let mut file = File { path: path.to_owned(), db, what, places: Vec::new(), grown: OnceCell::new() };
        file.wait_for_locks()?;
        Ok(file)
    }

    pub(super) fn wait_for_locks(&mut self) -> Result<()> {
        self.db.busy_handler(Some(wait_for_lock)).map_err(|e| fault(&self.path, "open", e))
    }

    pub(crate) fn fault(&self, verb: &str, error: rusqlite::Error) -> Error {
        fault(&self.path, verb, error)
    }

    pub(crate) fn run(&self, verb: &str, sql: &str) -> Result<()> {
        self.db.execute_batch(sql).map_err(|e| self.fault(verb, e))
    }

    /// Ends the transaction that is open. What it kept can be acknowledged: whoever opens the path finds it.
    pub(crate) fn commit(&self) -> Result<()> {
        self.run("commit to", "COMMIT")?;
        self.check_places()
    }

    /// One transaction that writes. After an error nothing of it is kept.
    pub(crate) fn transaction<T>(&self, write: impl FnOnce(&File) -> Result<T>) -> Result<T> {
        self.run("begin to write to", "BEGIN IMMEDIATE")?;
        let written = write(self).and_then(|done| self.run("commit to", "COMMIT").map(|()| done));
        if written.is_err() {
            // The error that is on its way says why.
            let _ = self.db.execute_batch("ROLLBACK");
        }
        let done = written?;
        self.check_places().map(|()| done)
    }

    /// Fails if the file, or its log, is no longer at its path.
    pub(crate) fn check_places(&self) -> Result<()> {
        self.places.iter().try_for_each(|place| place.check(self.what))
    }

    /// SQLite has all of them open from the first read on, and deletes them only when nobody has.
    fn remember_places(&mut self) -> Result<()> {
        self.places.clear();
        for ending in ["", "-wal", "-shm"] {
            let path = format!("{}{ending}", self.path);
            match Place::at(Path::new(&path)) {
                Ok(place) => self.places.push(place),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound && !ending.is_empty() => {}
                Err(e) => return Err(Error::io(format!("look for {path}"), e)),
            }
        }
        Ok(())
    }

    pub(crate) fn pragma(&self, name: &str) -> Result<i64> {
        let ask = |sql: &str| self.db.prepare_cached(sql)?.query_row([], |row| row.get(0));
        ask(&format!("PRAGMA {name}")).map_err(|e| self.fault("read", e))
    }

    /// Brings the tables around the readings to this version. A new file gets them, and its name, in one transaction
    /// before it turns to WAL: killed at any moment, it is kymo's or without a table.
    fn migrate(&self, format: &Format) -> Result<()> {
        let run = |sql: &str| self.run("prepare", sql);
        if self.pragma("user_version")? < format.version() {
            if self.pragma("page_count")? == 0 {
                // Before the first table and before WAL, or it has no effect.
                run("PRAGMA auto_vacuum = INCREMENTAL")?;
            }
            run("BEGIN IMMEDIATE")?;
            // Another process may have been faster.
            let from = usize::try_from(self.pragma("user_version")?).unwrap_or(0);
            if from == 0 && self.pragma("schema_version")? > 0 {
                return Err(Error::usage(format!("{} is not a {} that kymo created", self.path, format.name)));
            }
            for part in format.migrations.iter().skip(from).copied().flatten() {
                run(part)?;
            }
            let (id, version) = (format.application_id, format.version());
            run(&format!("PRAGMA application_id = {id}; PRAGMA user_version = {version}; COMMIT"))?;
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
            _ => Err(Error::new(Code::Io, format!("prepare {}: no WAL on this file system ({mode})", self.path))),
        }
    }

    pub(crate) fn set_sync(&self, sync: Sync) -> Result<()> {
        let word = match sync {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
        };
        self.db.pragma_update(None, "synchronous", word).map_err(|e| self.fault("prepare", e))
    }

    /// The bytes that the file and its log take on the disk.
    pub(crate) fn size(&self) -> Result<u64> {
        self.check_places()?;
        let size = |path: &str| std::fs::metadata(path).map(|m| m.len());
        let log = size(&format!("{}-wal", self.path)).unwrap_or(0);
        size(&self.path).map(|n| n + log).map_err(|e| Error::io(format!("look at {}", self.path), e))
    }
}

/// SQLite has no queue: who waits for the lock looks now and then, and must find it free. So a flooded writer lets
/// others in this often, for this long: longer than they sleep between two tries.
const TURN: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(5);

/// When a writer last let others in.
pub(crate) struct Turns {
    committed: Instant,
    paused: Instant,
}

impl Turns {
    pub(crate) fn new() -> Turns {
        let now = Instant::now();
        Turns { committed: now, paused: now }
    }

    /// Before a transaction begins: lets others in, if it is their turn.
    pub(crate) fn begin(&mut self) {
        if self.committed.elapsed() >= PAUSE {
            self.paused = Instant::now();
        } else if self.paused.elapsed() >= TURN {
            std::thread::sleep(PAUSE);
            self.paused = Instant::now();
        }
    }

    /// A transaction has ended.
    pub(crate) fn ended(&mut self) {
        self.committed = Instant::now();
    }
}

/// Why a file cannot be opened or created: SQLite does not say what the system said.
fn system_refuses(path: &str) -> Option<std::io::Error> {
    let (path, may) = match Path::new(path) {
        path if path.exists() => (path, May::READ_OK | May::WRITE_OK),
        path => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            (folder.unwrap_or(Path::new(".")), May::WRITE_OK | May::EXEC_OK)
        }
    };
    rustix::fs::accessat(CWD, path, may, AtFlags::EACCESS).err().map(std::io::Error::from)
}

/// There is a table in the file, and it is kymo's. Looked at before SQLite does, which would take a left log into the
/// file: one that is not kymo's stays as it is.
pub(super) fn look(path: &str, format: &Format) -> Result<bool> {
    let fault = |e: std::io::Error| Error::io(format!("open {path}"), e);
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(fault(e)),
        Ok(found) if !found.is_file() => return Err(Error::usage(format!("{path} is not a file"))),
        // Not opened: see below.
        Ok(found) if found.len() == 0 => {
            let may_read = rustix::fs::accessat(CWD, path, May::READ_OK, AtFlags::EACCESS);
            return may_read.map(|()| false).map_err(|e| fault(e.into()));
        }
        Ok(_) => {}
    }
    let mut header = Vec::with_capacity(72);
    let file = std::fs::File::open(path).map_err(fault)?;
    (&file).take(72).read_to_end(&mut header).map_err(fault)?;
    // Never closed: that would drop the locks that SQLite may have on it elsewhere in this process (POSIX).
    let _file = ManuallyDrop::new(file);
    let number = |at: usize| header.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, i32::from_be_bytes);
    if header.len() < 72 || !header.starts_with(b"SQLite format 3\0") {
        if has_tables(path, format).map_err(fault)? {
            return Err(Error::new(Code::Damaged, format!("{path} is damaged: its beginning is overwritten")));
        }
        return Err(Error::new(Code::NotADatabase, format!("{path} is not an SQLite database: it is not touched")));
    }
    let log = std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 0);
    if (number(68), number(60), number(40)) == (0, 0, 0) && !log {
        // A file without a schema is as good as new: one that is just being made, or whose maker was killed.
        return Ok(false);
    }
    check_ids(path, format, number(68).into(), number(60).into()).map(|()| true)
}

/// The file's first page, or what is left of it, speaks of the tables that kymo creates: it was a file of this format.
fn has_tables(path: &str, format: &Format) -> std::io::Result<bool> {
    let mut page = Vec::with_capacity(FIRST_PAGE);
    let file = ManuallyDrop::new(std::fs::File::open(path)?);
    (&*file).take(FIRST_PAGE as u64).read_to_end(&mut page)?;
    let words = format!("CREATE TABLE {} (", format.table);
    // Not as text, such as a dump of one.
    Ok(page.contains(&0) && memchr::memmem::find(&page, words.as_bytes()).is_some())
}

/// The file is there, and a database of kymo's.
pub(crate) fn exists(path: &str) -> Result<bool> {
    look(path, &READINGS)
}

fn check_ids(path: &str, format: &Format, application: i64, version: i64) -> Result<()> {
    let (id, name) = (i64::from(format.application_id), format.name);
    if application != id {
        let why = if application == i64::from(QUEUE_ID) {
            format!("{path} is a queue, not a {name}: it is not touched")
        } else if application == i64::from(READINGS.application_id) {
            format!("{path} is a database of readings, not a {name}: it is not touched")
        } else {
            format!("{path} is not a {name} that kymo created: it is not touched")
        };
        return Err(Error::usage(why));
    }
    let known = format.version();
    if version > known {
        let why = format!("{path} is of version {version}; this kymo knows versions up to {known}: it is not touched");
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

/// SQLite's pages are no larger.
const FIRST_PAGE: usize = 64 << 10;

/// Between two tries for a lock: shorter than the pauses that a trim and a flooded writer make for others.
const STEP: Duration = Duration::from_millis(2);

/// Waits for a lock, for ever, and says so once.
fn wait_for_lock(tries: i32) -> bool {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if tries == 2500 && !TOLD.swap(true, Ordering::Relaxed) {
        diag::warn(Code::Locked, "the database is locked by another process: waiting");
    }
    std::thread::sleep(STEP);
    true
}

/// Where a lock of a database stands: beside the file itself, by whatever name it was opened.
pub(crate) fn lock_path(path: &str, ending: &str) -> PathBuf {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.into());
    beside(&path, ending)
}
