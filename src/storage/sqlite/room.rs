//! Room on the disk. What makes room writes to the log first, so on a disk that is full it would fail for ever.
//!
//! Two things keep it possible. Who lets a file grow takes the blocks for it before the commit: later the log can always be
//! taken into the file, and is written from its beginning again. And who writes or deletes keeps a reserve beside the file,
//! which is deleted when there is no other room left: whoever else fills the disk does so before the first deletion, too.

use super::file::File;
use super::reserve::{self, Growing};
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use rusqlite::ErrorCode;
use rustix::fs::{FallocateFlags, OFlags, fallocate};
use rustix::io::Errno;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

/// Pages given back in one step: 2 MiB, a few milliseconds of the write lock. Fewer where there is no room for these.
const STEP_PAGES: [i64; 3] = [512, 64, 8];

/// What a reserve takes: enough for the log of a chunk, and never more than this part of the whole disk.
const RESERVE: u64 = 1 << 20;
const PART_OF_DISK: u64 = 8;

/// Rows that are deleted at once where there is no room for the log of more.
pub(crate) const FEW_ROWS: u64 = 200;

impl File {
    /// Before a commit after which the file is larger: takes the room for it. Where the file system has no such call,
    /// the log finds out later.
    pub(crate) fn take_room(&self) -> Result<()> {
        self.check_places()?;
        let needed = self.pragma("page_count")?.saturating_mul(self.pragma("page_size")?).unsigned_abs();
        let fault = |e: std::io::Error| Error::io(format!("take room in {}", self.path), e);
        let length = std::fs::metadata(&self.path).map_err(fault)?.len();
        if needed <= length {
            return Ok(());
        }
        let growing = match self.grown.get() {
            Some(growing) => growing,
            None => {
                let file = std::fs::File::options().write(true).open(&self.path).map_err(fault)?;
                self.grown.get_or_init(|| Growing::of(file))
            }
        };
        match fallocate(growing.file(), FallocateFlags::KEEP_SIZE, length, needed - length) {
            Err(e @ (Errno::NOSPC | Errno::DQUOT)) => {
                Err(Error::new(Code::DiskFull, format!("commit to {}: the disk is full", self.path)).because(e))
            }
            Err(e @ (Errno::FBIG | Errno::IO)) => Err(Error::io(format!("commit to {}", self.path), e)),
            _ => Ok(()),
        }
    }

    /// One transaction that deletes. On a full disk it is tried again with the room that can be made.
    pub(crate) fn freeing<T>(&self, mut write: impl FnMut(&File) -> Result<T>) -> Result<T> {
        match self.transaction(&mut write) {
            Err(why) if why.code() == Code::DiskFull => {
                self.make_room();
                self.transaction(write)
            }
            done => done,
        }
    }

    /// Outside of a transaction: lets the log begin from its beginning again, and gives up the reserve.
    pub(super) fn make_room(&self) {
        reserve::give_up(&self.path);
        // The next try says what is wrong.
        let _ = self.take_log_in();
    }

    /// Keeps a reserve beside the file, if there is room for one.
    pub(crate) fn keep_reserve(&self) {
        let path = reserve::path(&self.path);
        let kept = || -> std::io::Result<()> {
            let disk = rustix::fs::statvfs(&*self.path)?;
            let size = RESERVE.min(disk.f_blocks.saturating_mul(disk.f_frsize) / PART_OF_DISK);
            let flags = OFlags::NOFOLLOW.bits().cast_signed();
            let file =
                std::fs::File::options().write(true).create(true).truncate(false).custom_flags(flags).open(&path)?;
            if file.metadata()?.len() < size / 4 {
                let whole = fallocate(&file, FallocateFlags::empty(), 0, size);
                whole.or_else(|_| fallocate(&file, FallocateFlags::empty(), 0, size / 4))?;
            }
            Ok(())
        };
        if kept().is_err() {
            // Half of a reserve is none, and takes room from others.
            let _ = std::fs::remove_file(path);
        }
    }

    /// Gives space back to the file system, in steps; false: there is no more.
    pub(crate) fn give_back(&mut self) -> Result<bool> {
        if self.pragma("freelist_count")? > 0 && self.pragma("auto_vacuum")? == 2 {
            match self.vacuum() {
                Err(why) if why.code() == Code::DiskFull => {
                    diag::warn(Code::Vacuum, format_args!("{why}: the deletion itself succeeded"));
                }
                Err(why) => return Err(why),
                Ok(()) if self.pragma("freelist_count")? > 0 => return Ok(true),
                Ok(()) => {}
            }
        }
        // Takes the log into the file, as far as readers let it. Only then, and only if nobody has to be waited for,
        // is it made empty: while that waits for a reader, writers wait too.
        self.take_log_in()?;
        self.db.busy_timeout(Duration::ZERO).map_err(|e| self.fault("give space back from", e))?;
        let emptied = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.wait_for_locks()?;
        match emptied {
            Err(e) if e.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                Err(self.fault("give space back from", e))
            }
            _ => Ok(false),
        }
    }

    /// What others can have of the file system, with the pages and the log that are given back to it.
    pub(super) fn free_room(&self) -> Result<u64> {
        let disk = rustix::fs::statvfs(&*self.path).map_err(|e| Error::io(format!("look at {}", self.path), e))?;
        let pages = self.pragma("freelist_count")?.saturating_mul(self.pragma("page_size")?);
        let ours = pages.unsigned_abs().saturating_add(self.log());
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize).saturating_add(ours))
    }

    /// The bytes of its log.
    fn log(&self) -> u64 {
        std::fs::metadata(format!("{}-wal", self.path)).map_or(0, |log| log.len())
    }

    /// Why the file takes more room than its data, after [`File::give_back`]; `None`: it does not.
    pub(crate) fn holds_room(&self) -> Result<Option<String>> {
        let log = self.log();
        if self.take_log_in()? > 0 {
            let why = format!(
                "a reader of {} is in the middle of a query: until it ends the log keeps {log} bytes",
                self.path
            );
            return Ok(Some(why));
        }
        let free = self.pragma("freelist_count")?.saturating_mul(self.pragma("page_size")?);
        if free > 0 {
            let how = match self.pragma("auto_vacuum")? {
                2 => "there is no room on the disk to move its pages".to_owned(),
                _ => "it was not created with PRAGMA auto_vacuum = INCREMENTAL".to_owned(),
            };
            return Ok(Some(format!("{} keeps {free} free bytes for new records: {how}", self.path)));
        }
        Ok((log > 0).then(|| format!("the log of {} keeps {log} bytes while another process writes", self.path)))
    }

    /// Moves some pages from the file's end to free ones.
    fn vacuum(&self) -> Result<()> {
        let step = |pages: i64| -> Result<()> {
            let fault = |e| self.fault("give space back from", e);
            // It frees a page a row: a statement that is not stepped to its end frees one page only.
            let mut statement = self.db.prepare(&format!("PRAGMA incremental_vacuum({pages})")).map_err(fault)?;
            let mut rows = statement.query([]).map_err(fault)?;
            while rows.next().map_err(fault)?.is_some() {}
            Ok(())
        };
        let mut last = Ok(());
        for pages in STEP_PAGES {
            last = step(pages);
            match &last {
                Err(why) if why.code() == Code::DiskFull => self.make_room(),
                _ => break,
            }
        }
        last
    }

    /// Takes the log into the file, as far as readers let it. Gives how many of its pages they keep.
    fn take_log_in(&self) -> Result<u64> {
        let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let taken = self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], pages);
        let (all, done) = taken.map_err(|e| self.fault("give space back from", e))?;
        Ok(u64::try_from(all - done).unwrap_or(0))
    }
}
