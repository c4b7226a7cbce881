//! Putting: records wait in memory until they are committed in one transaction, with what the filters before them
//! remember. No transaction is open while a full queue is waited for, or nobody could make room.

use super::archive::Archive;
use super::file::{self, Change, Depth, count, depth, fault, remove, rows, unsigned};
use super::pages::crc;
use crate::flow::stage::States;
use crate::host::diag;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use crate::storage::settings::Sync;
use crate::storage::sqlite::{Access, Beside, File, Turns};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::path::Path;
use std::time::{Duration, Instant};

/// What to do when a queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnFull {
    /// Wait until some records are taken
    Block,
    /// Drop the oldest records
    DropOldest,
    /// Reject the new record
    Reject,
}

/// How much a queue may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub records: Option<u64>,
    /// Of the records alone.
    pub bytes: Option<u64>,
}

impl Limits {
    /// Those that the last writer had: who looks knows when the queue will be full.
    pub(super) fn kept(db: &Connection) -> rusqlite::Result<Limits> {
        let number = |n: Option<i64>| n.map(unsigned);
        let read = db.query_row("SELECT records, bytes FROM kymo_limits", [], |row| {
            Ok(Limits { records: number(row.get(0)?), bytes: number(row.get(1)?) })
        });
        Ok(read.optional()?.unwrap_or_default())
    }

    fn keep(self, db: &Connection) -> rusqlite::Result<()> {
        if Limits::kept(db)? == self {
            return Ok(());
        }
        let number = |n: Option<u64>| n.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let sql = "INSERT INTO kymo_limits VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET records = ?1, bytes = ?2";
        db.execute(sql, params![number(self.records), number(self.bytes)]).map(drop)
    }

    fn hold(&self, depth: Depth) -> bool {
        self.records.is_none_or(|max| depth.records <= max) && self.bytes.is_none_or(|max| depth.bytes <= max)
    }
}

/// How much waits in memory at most.
const WAITING_BYTES: usize = 4 << 20;

/// How often is looked whether there is room.
const STEP: Duration = Duration::from_millis(20);

/// After so long it is told that the queue is full: a slow taker now and then is nothing to tell.
const TOLD_AFTER: Duration = Duration::from_millis(500);

/// An open queue that records are put into.
pub(crate) struct Putting {
    file: File,
    limits: Limits,
    /// The file has them.
    limits_kept: bool,
    on_full: OnFull,
    archive: Option<Archive>,
    beside: Beside,
    turns: Turns,
    waiting: Waiting,
    rejects: Vec<u8>,
    /// The open transaction.
    open: Option<Open>,
    dropped: u64,
    /// It was told that the queue is full.
    told: bool,
    _lock: FileLock,
}

/// Records that are not written yet.
#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How many of them are written.
    done: usize,
}

impl Waiting {
    fn add(&mut self, record: &[u8]) {
        self.bytes.extend_from_slice(record);
        self.ends.push(self.bytes.len());
    }

    fn len(&self) -> usize {
        self.ends.len() - self.done
    }

    fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// With these, a queue of this depth has that.
    fn on(&self, depth: Depth) -> Depth {
        let bytes = self.bytes.len() - self.start(self.done);
        Depth { records: depth.records + self.len() as u64, bytes: depth.bytes + bytes as u64 }
    }

    fn first(&self) -> Option<&[u8]> {
        self.ends.get(self.done).map(|&end| &self.bytes[self.start(self.done)..end])
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.done = 0;
    }
}

struct Open {
    depth: Depth,
    change: Change,
    /// ns.
    now: i64,
}

impl Putting {
    /// Opens a queue; makes it if it is not there. `Busy` while it is checked.
    pub(crate) fn open(path: &str, limits: Limits, on_full: OnFull, archive: Option<&Path>) -> Result<Putting> {
        let (file, lock) = file::open(path, Access::Create)?;
        file.set_sync(Sync::Full)?;
        // As `store` has it: fewer and longer writes to the file.
        file.db.pragma_update(None, "wal_autocheckpoint", 4000).map_err(|e| fault(&file, "prepare", e))?;
        file.keep_reserve();
        Ok(Putting {
            file,
            limits,
            limits_kept: false,
            on_full,
            archive: archive.map(Archive::open).transpose()?,
            beside: Beside::default(),
            turns: Turns::new(),
            waiting: Waiting::default(),
            rejects: Vec::new(),
            open: None,
            dropped: 0,
            told: false,
            _lock: lock,
        })
    }

    /// Puts one record; it is permanent after `commit`. `Kind::Data`: the queue is full, or never has room for it.
    pub(crate) fn put(&mut self, record: &[u8]) -> Result<()> {
        if !self.limits.hold(Depth::default().and(record.len())) {
            return Err(Error::data(Code::TooLong, "longer than the whole queue may be (--max-size)"));
        }
        if self.on_full == OnFull::Reject {
            // Nobody else puts or takes until the commit: what has room now has it then.
            let depth = self.begin()?.depth;
            if !self.limits.hold(self.waiting.on(depth).and(record.len())) {
                return Err(Error::data(Code::Full, format!("{} is full", self.file.path)));
            }
        }
        self.waiting.add(record);
        if self.waiting.bytes.len() >= WAITING_BYTES { self.insert_all() } else { Ok(()) }
    }

    /// Keeps rejects (NDJSON lines) with the records.
    pub(crate) fn keep_rejects(&mut self, rejects: &[u8]) {
        self.rejects.extend_from_slice(rejects);
    }

    /// Makes everything permanent, with the states in the same transaction. Waits for room, if it must.
    pub(crate) fn commit(&mut self, states: Option<&States>) -> Result<()> {
        self.insert_all()?;
        let news = states.filter(|states| self.beside.is_news(states));
        if !self.rejects.is_empty() || news.is_some() {
            self.begin()?;
            self.file.keep_rejects(&std::mem::take(&mut self.rejects))?;
            if let Some(states) = news {
                self.beside.keep(&self.file, states)?;
            }
        }
        self.finish()
    }

    /// What the last commit of this pipeline kept. From here on it is this process's alone; else `Busy`.
    pub(crate) fn states(&mut self, pipeline: &str) -> Result<States> {
        self.beside.states(&self.file, pipeline)
    }

    /// Records that were dropped because the queue was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn begin(&mut self) -> Result<&mut Open> {
        if self.open.is_none() {
            self.turns.begin();
            self.file.run("begin to write to", "BEGIN IMMEDIATE")?;
            let depth = depth(&self.file)?;
            self.open = Some(Open { depth, change: Change::default(), now: time::now() });
        }
        Ok(self.open.as_mut().expect("it is opened above"))
    }

    /// Commits what is inserted, after the archive has it.
    fn finish(&mut self) -> Result<()> {
        let Some(Open { change, now, .. }) = &self.open else { return Ok(()) };
        if let Some(archive) = &mut self.archive {
            archive.write(*now)?;
        }
        count(&self.file, *change, *now)?;
        if !std::mem::replace(&mut self.limits_kept, true) {
            self.limits.keep(&self.file.db).map_err(|e| fault(&self.file, "write to", e))?;
        }
        self.file.take_room()?;
        self.file.commit()?;
        self.open = None;
        self.turns.ended();
        Ok(())
    }

    /// Inserts all that waits. A queue that could hold it waits for room for the whole, so that it is committed together
    /// with the states; else it goes in as there is room.
    fn insert_all(&mut self) -> Result<()> {
        while self.waiting.len() > 0 {
            let depth = self.begin()?.depth;
            let whole = self.waiting.on(depth);
            if self.on_full != OnFull::Block || self.limits.hold(whole) {
                self.insert(false)?;
                continue;
            }
            let in_parts = !self.limits.hold(self.waiting.on(Depth::default()));
            if in_parts {
                self.insert(true)?;
            }
            self.finish()?;
            self.wait_for_room(in_parts)?;
        }
        self.waiting.clear();
        Ok(())
    }

    /// Inserts what waits, or as much as there is room for.
    fn insert(&mut self, only_with_room: bool) -> Result<()> {
        let limits = self.limits;
        self.begin()?;
        let Putting { file, waiting, open: Some(open), archive, .. } = self else { return Ok(()) };
        let write = |e| fault(file, "write to", e);
        let sql = "INSERT INTO kymo_queue (put, record, crc) VALUES (?1, ?2, ?3)";
        let mut statement = file.db.prepare_cached(sql).map_err(write)?;
        while let Some(record) = waiting.first() {
            let after = open.depth.and(record.len());
            if only_with_room && !limits.hold(after) {
                break;
            }
            let text = ToSqlOutput::Borrowed(ValueRef::Text(record));
            statement.execute(params![open.now, text, crc(record)]).map_err(write)?;
            if let Some(archive) = archive {
                archive.add(open.now, record)?;
            }
            open.depth = after;
            open.change.put += 1;
            open.change.bytes += record.len() as i64;
            waiting.done += 1;
        }
        drop(statement);
        if self.on_full == OnFull::DropOldest { self.drop_oldest() } else { Ok(()) }
    }

    /// Drops the oldest records until the rest is no more than may be.
    fn drop_oldest(&mut self) -> Result<()> {
        let Putting { file, open: Some(open), limits, .. } = self else { return Ok(()) };
        if limits.hold(open.depth) {
            return Ok(());
        }
        let mut left = open.depth;
        let last = rows(file, i64::MIN, u64::MAX, usize::MAX, &mut |row| {
            left.records = left.records.saturating_sub(1);
            left.bytes = left.bytes.saturating_sub(row.record.len() as u64);
            Ok(!limits.hold(left))
        })?;
        let (records, bytes) = remove(file, "id <= ?1", last.unwrap_or(i64::MIN))?;
        open.depth.records = open.depth.records.saturating_sub(records as u64);
        open.depth.bytes = open.depth.bytes.saturating_sub(bytes as u64);
        open.change.dropped += records;
        open.change.bytes -= bytes;
        self.dropped += records as u64;
        if !std::mem::replace(&mut self.told, true) {
            diag::warn(Code::Dropped, format_args!("{} is full: the oldest records are dropped", file.path));
        }
        Ok(())
    }

    /// Waits until what waits has room, or the first of it.
    fn wait_for_room(&mut self, in_parts: bool) -> Result<()> {
        let since = Instant::now();
        let mut seen = None;
        loop {
            self.file.check_places()?;
            let now = self.file.pragma("data_version")?;
            if seen != Some(now) {
                seen = Some(now);
                let depth = depth(&self.file)?;
                let wanted = match self.waiting.first() {
                    Some(first) if in_parts => depth.and(first.len()),
                    _ => self.waiting.on(depth),
                };
                if self.limits.hold(wanted) {
                    return Ok(());
                }
            }
            if !self.told && since.elapsed() >= TOLD_AFTER {
                self.told = true;
                let name = &self.file.path;
                diag::warn(Code::Waiting, format_args!("{name} is full: waiting until records are taken from it"));
            }
            std::thread::sleep(STEP);
        }
    }
}
