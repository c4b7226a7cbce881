//! Deleting what is old: in chunks of whole instants, oldest first, each one short write transaction.

use super::columns::{Column, key_names};
use super::read::write_row;
use super::{Access, File, lock_path, quoted};
use crate::db::{Archive, Limits, Trimmed, Trimmer};
use crate::error::{Error, Kind, Result};
use crate::lock::FileLock;
use rusqlite::{OptionalExtension as _, params};

/// Pages given back in one step: 4 MiB.
const STEP_PAGES: i64 = 1024;

/// An open file that this process alone trims.
pub struct Trimming {
    file: File,
    _lock: FileLock,
}

impl Trimming {
    pub fn open(path: &str) -> Result<Trimming> {
        let file = File::open(path, Access::Change)?;
        let lock = FileLock::try_exclusive(&lock_path(path, "trim.lock"))?
            .ok_or_else(|| Error::new(Kind::Busy, format!("{path} is being trimmed by another kymo")))?;
        Ok(Trimming { file, _lock: lock })
    }

    fn time_column(&self, table: &str) -> Result<(Vec<Column>, String)> {
        let columns = self.file.columns_of(table)?;
        let time = key_names(&columns).swap_remove(0);
        Ok((columns, time))
    }

    fn ask(&self, sql: &str, value: i64) -> Result<i64> {
        self.file.db.query_row(sql, [value], |row| row.get(0)).map_err(|e| self.file.fault("read", e))
    }

    /// How many rows lie before a time.
    fn count_before(&self, table: &str, before: i64) -> Result<u64> {
        let (_, time) = self.time_column(table)?;
        let n = self.ask(&format!("SELECT count(*) FROM {} WHERE {time} < ?1", quoted(table)), before)?;
        Ok(u64::try_from(n).unwrap_or(0))
    }

    /// The bytes that data take: pages that are not free.
    fn used(&self) -> Result<u64> {
        let pages = self.file.pragma("page_count")? - self.file.pragma("freelist_count")?;
        Ok(u64::try_from(pages * self.file.pragma("page_size")?).unwrap_or(0))
    }

    /// Deletes the rows up to and with a time, after the archive has them.
    fn delete(
        &mut self,
        table: &str,
        columns: &[Column],
        time: &str,
        to: i64,
        archive: Archive<'_, '_>,
    ) -> Result<u64> {
        let fault = |e| self.file.fault("trim", e);
        self.file.db.execute_batch("BEGIN IMMEDIATE").map_err(fault)?;
        let result = (|| {
            if let Some(archive) = archive {
                let list: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
                let order = key_names(columns).join(", ");
                let sql =
                    format!("SELECT {} FROM {} WHERE {time} <= ?1 ORDER BY {order}", list.join(", "), quoted(table));
                let mut statement = self.file.db.prepare_cached(&sql).map_err(fault)?;
                let mut rows = statement.query([to]).map_err(fault)?;
                let mut lines = Vec::new();
                while let Some(row) = rows.next().map_err(fault)? {
                    let mut line = Vec::with_capacity(256);
                    write_row(columns, row, &mut line).map_err(fault)?;
                    lines.push(line);
                }
                archive(&lines)?;
            }
            let sql = format!("DELETE FROM {} WHERE {time} <= ?1", quoted(table));
            let n = self.file.db.prepare_cached(&sql).and_then(|mut s| s.execute([to])).map_err(fault)?;
            self.file.db.execute_batch("COMMIT").map_err(fault)?;
            Ok(n as u64)
        })();
        if result.is_err() {
            // Nothing was deleted; the error that is on its way says why.
            let _ = self.file.db.execute_batch("ROLLBACK");
        }
        result
    }
}

impl Trimmer for Trimming {
    fn fields(&mut self, table: &str) -> Result<Vec<String>> {
        let (columns, _) = self.time_column(table)?;
        Ok(columns.into_iter().map(|c| c.field).filter(|field| !field.is_empty()).collect())
    }

    fn excess(&mut self, table: &str, limits: &Limits) -> Result<u64> {
        let (_, time) = self.time_column(table)?;
        let table_name = quoted(table);
        let all = || self.ask(&format!("SELECT count(*) + ?1 FROM {table_name}"), 0);
        let mut excess = 0;
        if let Some(before) = limits.before {
            excess = self.count_before(table, before)?;
        }
        if let Some(max) = limits.max_rows {
            excess = excess.max(u64::try_from(all()?).unwrap_or(0).saturating_sub(max));
        }
        if let Some(max) = limits.max_size {
            let (used, rows) = (self.used()?, u64::try_from(all()?).unwrap_or(0));
            if used > max {
                // Rows are taken to be of one size; the chunks then look at what is really used.
                let share = (used - max) as f64 / used as f64;
                excess = excess.max(((rows as f64 * share).ceil() as u64).clamp(1, rows.max(1)));
            }
        }
        let _ = time;
        Ok(excess)
    }

    fn chunk(&mut self, table: &str, limits: &Limits, rows: u64, archive: Archive<'_, '_>) -> Result<Trimmed> {
        let (columns, time) = self.time_column(table)?;
        let table_name = quoted(table);
        let rows_here = match (limits.before, limits.max_rows, limits.max_size) {
            (_, None, None) => rows,
            _ => match self.excess(table, limits)? {
                0 => return Ok(Trimmed { rows: 0, done: true }),
                // By size, the estimate is only an estimate: a chunk at most, then look again.
                n => n.min(rows),
            },
        };
        let before = match (limits.max_rows, limits.max_size) {
            (None, None) => limits.before.unwrap_or(i64::MIN),
            _ => i64::MAX,
        };
        let offset = i64::try_from(rows_here.max(1) - 1).unwrap_or(i64::MAX);
        let nth = format!("SELECT {time} FROM {table_name} WHERE {time} < ?1 ORDER BY {time} LIMIT 1 OFFSET ?2");
        let last = format!("SELECT max({time}) FROM {table_name} WHERE {time} < ?1");
        let fault = |e| self.file.fault("trim", e);
        let found: Option<i64> =
            self.file.db.query_row(&nth, params![before, offset], |row| row.get(0)).optional().map_err(fault)?;
        let (to, done) = match found {
            Some(time) => (Some(time), false),
            None => (self.file.db.query_row(&last, [before], |row| row.get(0)).map_err(fault)?, true),
        };
        match to {
            None => Ok(Trimmed { rows: 0, done: true }),
            Some(to) => Ok(Trimmed { rows: self.delete(table, &columns, &time, to, archive)?, done }),
        }
    }

    fn give_back(&mut self) -> Result<bool> {
        let free = self.file.pragma("freelist_count")?;
        if free > 0 && self.file.pragma("auto_vacuum")? == 2 {
            let fault = |e| self.file.fault("give space back from", e);
            // It frees a page a row: a statement that is not stepped to its end frees one page only.
            let mut statement =
                self.file.db.prepare(&format!("PRAGMA incremental_vacuum({STEP_PAGES})")).map_err(fault)?;
            let mut rows = statement.query([]).map_err(fault)?;
            while rows.next().map_err(fault)?.is_some() {}
            drop(rows);
            drop(statement);
            if self.file.pragma("freelist_count")? > 0 {
                return Ok(true);
            }
        }
        // Takes the write-ahead log into the file, as far as readers let it.
        let fault = |e| self.file.fault("give space back from", e);
        self.file.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(fault)?;
        Ok(false)
    }

    fn size(&mut self) -> Result<u64> {
        std::fs::metadata(&self.file.path)
            .map(|m| m.len())
            .map_err(|e| Error::io(format!("look at {}", self.file.path), e))
    }

    fn last_run(&mut self, table: &str) -> Result<Option<i64>> {
        let sql = "SELECT last_run FROM kymo_trim WHERE table_name = ?1";
        let found = self.file.db.query_row(sql, [table], |row| row.get(0)).optional();
        found.map_err(|e| self.file.fault("read", e))
    }

    fn ran(&mut self, table: &str, at: i64) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO kymo_trim (table_name, last_run) VALUES (?1, ?2)";
        self.file.db.execute(sql, params![table, at]).map_err(|e| self.file.fault("write to", e))?;
        Ok(())
    }
}
