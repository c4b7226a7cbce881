//! Purging: what is too old to be wanted is deleted, in short transactions, so that others hardly wait.

use super::file::{self, Change, Depth, count, depth, fault, remove};
use crate::host::lock::FileLock;
use crate::host::progress::{self, Measure, Progress};
use crate::reading::error::{Code, Result};
use crate::reading::time;
use crate::storage::sqlite::{Access, FEW_ROWS, File};

/// Rows looked at in one transaction.
const CHUNK: i64 = 5000;

/// A queue that is open to delete from.
pub(crate) struct Purging {
    file: File,
    _lock: FileLock,
}

impl Purging {
    /// Opens a queue that is there. `Busy` while it is checked.
    pub(crate) fn open(path: &str) -> Result<Purging> {
        let (file, lock) = file::open(path, Access::Change)?;
        file.keep_reserve();
        Ok(Purging { file, _lock: lock })
    }

    /// What was put before a time, ns.
    pub(crate) fn before(&self, time: i64) -> Result<Depth> {
        let sql = "SELECT count(*), coalesce(sum(octet_length(record)), 0) FROM kymo_queue WHERE put < ?1";
        let ask = self.file.db.query_row(sql, [time], |row| Depth::of(row.get(0)?, row.get(1)?));
        ask.map_err(|e| fault(&self.file, "read", e))
    }

    /// What there is.
    pub(crate) fn depth(&self) -> Result<Depth> {
        depth(&self.file)
    }

    /// Deletes what was put before a time, ns, and gives the space back; gives how much that was.
    pub(crate) fn purge(&mut self, time: i64) -> Result<Depth> {
        let mut purged = Depth::default();
        let (mut after, mut chunk) = (i64::MIN, CHUNK);
        let all = if progress::is_seen() { self.depth()?.records } else { 0 };
        let progress = Progress::new("purge", Measure::Number("records"), all);
        // What is put from now on is too new: whoever puts fast is not followed.
        let newest = self.file.db.query_row("SELECT max(id) FROM kymo_queue", [], |row| row.get(0));
        let newest: Option<i64> = newest.map_err(|e| fault(&self.file, "read", e))?;
        let sql = "SELECT max(id) FROM (SELECT id FROM kymo_queue WHERE id > ?1 AND id <= ?3 ORDER BY id LIMIT ?2)";
        loop {
            let last = self.file.db.prepare_cached(sql);
            let last = last.and_then(|mut s| s.query_row((after, chunk, newest), |row| row.get(0)));
            let last: Option<i64> = last.map_err(|e| fault(&self.file, "read", e))?;
            let Some(last) = last else { break };
            let deleted = self.file.freeing(|file| {
                let (records, bytes) = remove(file, &format!("id > {after} AND id <= {last} AND put < ?1"), time)?;
                count(file, Change { purged: records, bytes: -bytes, ..Change::default() }, time::now())?;
                Ok((records, bytes))
            });
            let (records, bytes) = match deleted {
                Err(why) if why.code() == Code::DiskFull && chunk > FEW_ROWS as i64 => {
                    chunk = FEW_ROWS as i64;
                    continue;
                }
                deleted => deleted?,
            };
            purged.records += records as u64;
            purged.bytes += bytes as u64;
            after = last;
            progress.add(chunk as u64);
        }
        drop(progress);
        while self.file.give_back()? {}
        self.file.keep_reserve();
        Ok(purged)
    }
}
