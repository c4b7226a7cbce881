//! What can still be read of a file that SQLite calls malformed, made into a new one.
//!
//! The leaves of its tables are read as they are on the disk (`pages.rs`), whether or not anything still points to them: a
//! damaged page costs what is on it, never what is reached through it. A row is known by its five columns and its checksum. What the filters remember and the rejects are
//! copied by SQLite as far as it can.

use super::aside::{Found, SetAside};
use super::file::{self, Depth, QUEUE, unsigned};
use super::pages::{Counts, Pages, Salvaged, crc};
use crate::host::beside::beside;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::storage::sqlite::{Access, File as Database, QUEUE_ID};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, params, params_from_iter};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Makes a new file of the readable rows and puts it in the place of the old one, which is kept beside it. `why` is what
/// SQLite said of the file: it comes back, and the file stays, unless this was a queue of kymo's for certain.
pub(super) fn salvage(path: &str, why: Error) -> Result<Found> {
    let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} {path}"), e);
    let head = Head::of(path).map_err(|e| fault("read", e))?;
    let head = match head {
        Head::Foreign => return Err(why),
        // What is left of its beginning speaks of a queue's tables.
        Head::Unreadable if why.code() == Code::Damaged => Head::Queue,
        head => head,
    };
    if std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(Error::new(Code::Busy, format!("{path} is in use: its log {path}-wal is not included")));
    }
    let new = beside(Path::new(path), "new").to_string_lossy().into_owned();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{new}{ending}"));
    }
    let pages = match Pages::open(path) {
        Ok(pages) => pages,
        // Too short to have a page.
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Err(why),
        Err(e) => return Err(fault("read", e)),
    };
    let database = Database::open(&new, Access::Create, &QUEUE)?;
    database.run("write to", "BEGIN IMMEDIATE")?;
    let write = |e| file::fault(&database, "write to", e);
    let mut depth = Depth::default();
    let mut newest = 0;
    let mut damaged = 0;
    let mut aside = SetAside::new(path);
    let sql = "INSERT OR IGNORE INTO kymo_queue VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = database.db.prepare(sql).map_err(write)?;
    let each = &mut |row: Salvaged| -> Result<()> {
        newest = newest.max(row.id);
        if row.crc != crc(&row.record) {
            damaged += 1;
            return aside.add(row.id, &row.record, "its checksum is wrong");
        }
        let text = ToSqlOutput::Borrowed(ValueRef::Text(&row.record));
        if insert.execute(params![row.id, row.put, text, row.crc, row.attempts]).map_err(write)? == 1 {
            depth = depth.and(row.record.len());
        }
        Ok(())
    };
    match pages.rows(each) {
        // What is no database ends in the middle of what would be a page of it.
        Err(Ok(e)) if head == Head::Unreadable && e.kind() == std::io::ErrorKind::UnexpectedEof => {}
        read => read.map_err(|e| e.map_or_else(|why| why, |e| fault("read", e)))?,
    }
    drop(insert);
    if head == Head::Unreadable && depth.records + damaged == 0 {
        // Nothing in it says that it ever was a queue.
        drop(database);
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{new}{ending}"));
        }
        return Err(why);
    }
    let counts = pages.counts();
    let others = copy_others(path, &database, counts)?;
    finish(&database, depth, newest.max(others.last_id))?;
    drop(database);

    aside.write()?;
    let old_file = replace(path, &new).map_err(|e| fault("replace", e))?;
    let known = depth.records + damaged;
    Ok(Found {
        records: depth.records,
        damaged,
        set_aside: aside.path(),
        lost: others.records.map(|records| records.saturating_sub(known)),
        old_file: Some(old_file),
    })
}

/// What the first page of a file says it is (SQLite's file format, section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// A queue of kymo's.
    Queue,
    /// Another database.
    Foreign,
    Unreadable,
}

impl Head {
    fn of(path: &str) -> std::io::Result<Head> {
        let mut head = [0; 100];
        match File::open(path)?.read_exact_at(&mut head, 0) {
            Ok(()) if head.starts_with(b"SQLite format 3\0") => {
                let id = i32::from_be_bytes([head[68], head[69], head[70], head[71]]);
                Ok(if id == QUEUE_ID { Head::Queue } else { Head::Foreign })
            }
            Ok(()) => Ok(Head::Unreadable),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(Head::Unreadable),
            Err(e) => Err(e),
        }
    }
}

/// Counts what is there, and goes on with the ids where the old file was.
fn finish(database: &Database, depth: Depth, newest: i64) -> Result<()> {
    let write = |e| file::fault(database, "write to", e);
    let sql = "UPDATE kymo_counts SET records = ?1, bytes = ?2";
    database.db.execute(sql, params![depth.records as i64, depth.bytes as i64]).map_err(write)?;
    let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'kymo_queue'";
    if database.db.execute(sql, [newest]).map_err(write)? == 0 {
        let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ('kymo_queue', ?1)";
        database.db.execute(sql, [newest]).map_err(write)?;
    }
    database.commit()
}

/// What the old file said of itself.
struct Others {
    /// Records that it counted; `None`: its counts cannot be read.
    records: Option<u64>,
    last_id: i64,
}

/// Copies the other tables as far as SQLite can read them. `counts`: as they are found without it.
fn copy_others(path: &str, to: &Database, counts: Option<Counts>) -> Result<Others> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(Path::new(".").join(path), flags).ok();
    for (table, columns) in [
        ("kymo_state", "pipeline, stage, state"),
        ("kymo_rejects", "id, received, stage, reason, raw, reject"),
        ("kymo_seconds", "second, put, taken"),
        ("kymo_trial", "one, dead, upto, step, record, failures, reason"),
        ("kymo_limits", "one, records, bytes"),
    ] {
        let is_whole = match &from {
            Some(from) => copy(from, to, table, columns)?.is_ok(),
            None => false,
        };
        // A file of an older version does not have each of them, and what they say is little.
        let is_missed = !matches!(table, "kymo_trial" | "kymo_limits");
        if !is_whole && is_missed {
            diag::warn(Code::Damaged, format_args!("{table} of {path} cannot be read to its end"));
        }
    }
    let last_id = "SELECT seq FROM sqlite_sequence WHERE name = 'kymo_queue'";
    let last_id = from.as_ref().and_then(|from| from.query_row(last_id, [], |row| row.get(0)).ok()).unwrap_or(0);
    let sql = "SELECT records, bytes, put, taken, dropped, purged, damaged, taken_to FROM kymo_counts";
    let read = |row: &Row<'_>| (0..8).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<i64>>>();
    let told = from.as_ref().and_then(|from| from.query_row(sql, [], read).ok());
    let Some(counts) = told.and_then(|counts| Counts::try_from(counts).ok()).or(counts) else {
        return Ok(Others { records: None, last_id });
    };
    let [records, _, totals @ ..] = counts;
    let sql = "UPDATE kymo_counts SET put = ?1, taken = ?2, dropped = ?3, purged = ?4, damaged = ?5, taken_to = ?6";
    to.db.execute(sql, params_from_iter(totals)).map_err(|e| file::fault(to, "write to", e))?;
    Ok(Others { records: Some(unsigned(records)), last_id })
}

/// Copies a table; the inner error is one of reading.
fn copy(from: &Connection, to: &Database, table: &str, columns: &str) -> Result<rusqlite::Result<()>> {
    let width = columns.split(',').count();
    let marks = (1..=width).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
    let write = |e| file::fault(to, "write to", e);
    let sql = format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})");
    let mut insert = to.db.prepare(&sql).map_err(write)?;
    let mut statement = match from.prepare(&format!("SELECT {columns} FROM {table}")) {
        Ok(statement) => statement,
        Err(e) => return Ok(Err(e)),
    };
    let mut rows = match statement.query([]) {
        Ok(rows) => rows,
        Err(e) => return Ok(Err(e)),
    };
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => (0..width).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<Value>>>(),
            Ok(None) => return Ok(Ok(())),
            Err(e) => Err(e),
        };
        match row {
            Ok(values) => insert.execute(params_from_iter(values)).map_err(write)?,
            Err(e) => return Ok(Err(e)),
        };
    }
}

/// Puts the new file in the old one's place, which is never empty; gives where the old one is.
fn replace(path: &str, new: &str) -> std::io::Result<PathBuf> {
    let mut number = 1;
    let old = loop {
        let ending = if number == 1 { "damaged".to_owned() } else { format!("damaged.{number}") };
        let old = beside(Path::new(path), &ending);
        match std::fs::hard_link(path, &old) {
            Ok(()) => break old,
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            // Not every file system has second names.
            Err(_) => {
                std::fs::copy(path, &old)?;
                File::open(&old)?.sync_all()?;
                break old;
            }
        }
    };
    std::fs::rename(new, path)?;
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{ending}"));
    }
    Ok(old)
}
