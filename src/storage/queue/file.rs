//! The file of a queue: what is in it, how it is opened, its rows and its counts.

use super::pages::{crc, has_records};
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::storage::sqlite::{Access, BESIDE, File, Format, QUEUE_ID, lock_path};
use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, params};

/// A file that is a queue.
pub(super) const QUEUE: Format =
    Format { application_id: QUEUE_ID, name: "queue", table: "kymo_queue", migrations: &[&[TABLES, BESIDE], &[TRIAL]] };

/// `taken_to`: up to this id a taker had taken when it last said so. `kymo_seconds`: what came and went in the last
/// minute or so.
const TABLES: &str = "
    CREATE TABLE kymo_queue (
        id INTEGER PRIMARY KEY AUTOINCREMENT, put INTEGER NOT NULL, record TEXT NOT NULL, crc INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE kymo_counts (
        one INTEGER PRIMARY KEY CHECK (one = 1), records INTEGER NOT NULL, bytes INTEGER NOT NULL,
        put INTEGER NOT NULL, taken INTEGER NOT NULL, dropped INTEGER NOT NULL, purged INTEGER NOT NULL,
        damaged INTEGER NOT NULL, taken_to INTEGER NOT NULL
    ) STRICT;
    INSERT INTO kymo_counts VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0);
    CREATE TABLE kymo_seconds (second INTEGER PRIMARY KEY, put INTEGER NOT NULL, taken INTEGER NOT NULL) STRICT;
";

/// Version 2. `kymo_trial`: `dead`: how many dead letters there were. `upto`: the last record that was on its way when a run failed; `step`: how
/// many are taken together until then. `record`, `failures`, `reason`: the last one that failed alone.
/// `kymo_limits`: those of the last writer.
const TRIAL: &str = "
    CREATE TABLE kymo_trial (
        one INTEGER PRIMARY KEY CHECK (one = 1), dead INTEGER NOT NULL, upto INTEGER NOT NULL, step INTEGER NOT NULL,
        record INTEGER NOT NULL, failures INTEGER NOT NULL, reason TEXT
    ) STRICT;
    CREATE TABLE kymo_limits (
        one INTEGER PRIMARY KEY CHECK (one = 1), records INTEGER, bytes INTEGER
    ) STRICT;
";

/// How long the counts of a second stay.
const SECONDS_KEPT: i64 = 120;

/// What a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    pub records: u64,
    /// Of the records alone.
    pub bytes: u64,
}

impl Depth {
    pub(super) fn of(records: i64, bytes: i64) -> rusqlite::Result<Depth> {
        Ok(Depth { records: unsigned(records), bytes: unsigned(bytes) })
    }

    pub(super) fn and(self, bytes: usize) -> Depth {
        Depth { records: self.records + 1, bytes: self.bytes + bytes as u64 }
    }
}

/// A record in the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub id: i64,
    pub record: &'a [u8],
    /// How many times it was taken and not confirmed.
    pub attempts: i64,
    /// What is wrong with it.
    pub damage: Option<&'static str>,
}

/// What a transaction does to the counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    pub(super) put: i64,
    pub(super) taken: i64,
    pub(super) dropped: i64,
    pub(super) purged: i64,
    pub(super) damaged: i64,
    /// More, or fewer.
    pub(super) bytes: i64,
}

/// How a file is opened, and by whom else.
pub(super) fn open(path: &str, access: Access) -> Result<(File, FileLock)> {
    if path.is_empty() {
        return Err(Error::usage("the queue's path is empty"));
    }
    let busy = || Error::new(Code::Busy, format!("{path} is being checked by another kymo"));
    // A file that is missing has its lock, too, where it will be.
    let lock = FileLock::try_shared(&lock_path(path, "lock"))?.ok_or_else(busy)?;
    Ok((File::open(path, access, &QUEUE).map_err(|e| damaged(path, e))?, lock))
}

/// What opening a queue says. A file without a readable beginning is a damaged queue if it has records of one.
pub(super) fn damaged(path: &str, why: Error) -> Error {
    match why.code() {
        Code::NotADatabase if has_records(path) => {
            advised(path, Error::new(Code::Damaged, format!("{path} is damaged: its beginning is overwritten")))
        }
        _ => advised(path, why),
    }
}

/// An error of SQLite, with what to do about a damaged file.
pub(super) fn fault(file: &File, verb: &str, error: rusqlite::Error) -> Error {
    let damaged = is_damage(&error);
    let why = file.fault(verb, error);
    if damaged { advised(&file.path, why) } else { why }
}

pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt))
}

pub(super) fn advised(path: &str, why: Error) -> Error {
    match why.code() {
        Code::Damaged => Error::new(Code::Damaged, format!("{why}: kymo queue check {path} saves what can be read")),
        _ => why,
    }
}

/// What there is, by the counts.
pub(super) fn depth(file: &File) -> Result<Depth> {
    let ask = || {
        let mut ask = file.db.prepare_cached("SELECT records, bytes FROM kymo_counts")?;
        ask.query_row([], |row| Depth::of(row.get(0)?, row.get(1)?))
    };
    ask().map_err(|e| fault(file, "read", e))
}

/// Counts what this transaction did.
pub(super) fn count(file: &File, change: Change, now: i64) -> Result<()> {
    let Change { put, taken, dropped, purged, damaged, bytes } = change;
    let records = put - taken - dropped - purged - damaged;
    if [put, taken, dropped, purged, damaged, bytes] == [0; 6] {
        return Ok(());
    }
    let second = now.div_euclid(1_000_000_000);
    let run = || {
        let sql = "UPDATE kymo_counts SET records = records + ?1, bytes = bytes + ?2, put = put + ?3, \
                   taken = taken + ?4, dropped = dropped + ?5, purged = purged + ?6, damaged = damaged + ?7";
        file.db.prepare_cached(sql)?.execute(params![records, bytes, put, taken, dropped, purged, damaged])?;
        if put > 0 || taken > 0 {
            let sql = "INSERT INTO kymo_seconds VALUES (?1, ?2, ?3) \
                       ON CONFLICT DO UPDATE SET put = put + ?2, taken = taken + ?3";
            file.db.prepare_cached(sql)?.execute([second, put, taken])?;
            // Also what a clock that was set back has left ahead.
            let sql = "DELETE FROM kymo_seconds WHERE second NOT BETWEEN ?1 AND ?2";
            file.db.prepare_cached(sql)?.execute([second - SECONDS_KEPT, second + 1])?;
        }
        Ok(())
    };
    run().map_err(|e| fault(file, "write to", e))
}

/// Deletes the rows that a condition with one parameter names; gives how many there were, and of how many bytes.
pub(super) fn remove(file: &File, which: &str, parameter: i64) -> Result<(i64, i64)> {
    let run = || {
        let sum = format!("SELECT coalesce(sum(octet_length(record)), 0) FROM kymo_queue WHERE {which}");
        let bytes: i64 = file.db.prepare_cached(&sum)?.query_row([parameter], |row| row.get(0))?;
        let delete = format!("DELETE FROM kymo_queue WHERE {which}");
        let rows = file.db.prepare_cached(&delete)?.execute([parameter])?;
        Ok((rows as i64, bytes))
    };
    run().map_err(|e| fault(file, "remove records from", e))
}

/// Gives the rows behind an id, in order, at most this many, until they have this many bytes or `each` says false. One
/// read transaction. Gives the last id.
pub(super) fn rows(
    file: &File,
    after: i64,
    limit: u64,
    bytes: usize,
    each: &mut dyn FnMut(Row<'_>) -> Result<bool>,
) -> Result<Option<i64>> {
    let read = |e| fault(file, "read", e);
    let sql = "SELECT id, put, record, crc, attempts FROM kymo_queue WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = file.db.prepare_cached(sql).map_err(read)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found = statement.query([after, limit]).map_err(read)?;
    let (mut last, mut taken) = (None, 0);
    while taken < bytes {
        let row = match found.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            // Perhaps it is only this record that cannot be read.
            Err(e) if is_damage(&e) => {
                let after = last.unwrap_or(after);
                let id = next_id(file, after).ok().flatten().ok_or_else(|| read(e))?;
                let damage = Some("it cannot be read");
                each(Row { id, record: b"", attempts: 0, damage })?;
                return Ok(Some(id));
            }
            Err(e) => return Err(read(e)),
        };
        let number = |at| row.get::<_, i64>(at).map_err(read);
        let id = number(0)?;
        let record = match row.get_ref(2).map_err(read)? {
            ValueRef::Text(record) | ValueRef::Blob(record) => record,
            _ => b"",
        };
        let damage = (number(3)? != crc(record)).then_some("its checksum is wrong");
        last = Some(id);
        taken += record.len().max(1);
        let row = Row { id, record, attempts: number(4)?, damage };
        if !each(row)? {
            break;
        }
    }
    Ok(last)
}

/// A count: SQLite has no unsigned integers.
pub(super) fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn next_id(file: &File, after: i64) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension as _;
    let sql = "SELECT id FROM kymo_queue WHERE id > ?1 ORDER BY id LIMIT 1";
    file.db.prepare_cached(sql)?.query_row([after], |row| row.get(0)).optional()
}
