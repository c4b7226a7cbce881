//! Deleting what is old: in chunks, oldest first, each one short write transaction.

use super::file::{Access, File, READINGS, lock_path};
use super::read::write_row;
use super::rolled;
use super::room::FEW_ROWS;
use crate::form::cells::Fields;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::storage::columns::{device_name, key_names, quoted};
use crate::storage::engine::{Chosen, Limits, Old, Takers, Trimmer};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter};

/// An open file that this process alone trims.
pub(crate) struct Trimming {
    file: File,
    _lock: FileLock,
    /// Of some series: where the last chunk ended. The next one begins there, past the records of others.
    behind: Option<(String, Chosen, Vec<Value>)>,
}

impl Trimming {
    pub(crate) fn open(path: &str) -> Result<Trimming> {
        let file = File::open(path, Access::Change, &READINGS)?;
        let lock = FileLock::try_exclusive(&lock_path(path, "trim.lock"))?
            .ok_or_else(|| Error::new(Code::Busy, format!("{path} is being trimmed by another kymo")))?;
        file.keep_reserve();
        Ok(Trimming { file, _lock: lock, behind: None })
    }

    /// The condition that a record is of these series, with the devices as the parameter of this number.
    fn chosen(&self, table: &str, of: &Chosen, number: usize) -> Result<String> {
        let name = device_name(table, &self.file.columns_of(table)?)?;
        // What is neither text nor a number is JSON text in a blob, and no device of a registry.
        let device = format!("CASE typeof({name}) WHEN 'blob' THEN '' ELSE CAST({name} AS TEXT) END");
        let not = if of.others { "NOT " } else { "" };
        Ok(format!("{device} {not}IN (SELECT value FROM json_each(?{number}))"))
    }

    /// Further conditions and their parameters, after the first `from`: of which series, and behind which key.
    fn further(&self, table: &str, old: Option<&Old>, names: &str, from: usize) -> Result<(String, Vec<Value>)> {
        let Some(of) = old.and_then(|old| old.series.as_ref()) else { return Ok(Default::default()) };
        let mut sql = format!(" AND {}", self.chosen(table, of, from + 1)?);
        let mut values = vec![Value::Text(as_json(of))];
        if let Some((_, _, key)) = self.behind.as_ref().filter(|(last, chosen, _)| last == table && chosen == of) {
            let marks = (from + 2..from + 2 + key.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
            sql += &format!(" AND ({names}) > ({marks})");
            values.extend_from_slice(key);
        }
        Ok((sql, values))
    }

    fn ask(&self, sql: &str, value: i64) -> Result<u64> {
        let n = self.file.db.prepare_cached(sql).and_then(|mut s| s.query_row([value], |row| row.get::<_, i64>(0)));
        Ok(u64::try_from(n.map_err(|e| self.file.fault("read", e))?).unwrap_or(0))
    }

    fn count(&self, table: &str) -> Result<u64> {
        self.ask(&format!("SELECT count(*) FROM {} WHERE ?1", quoted(table)), 1)
    }

    /// The bytes that data take: pages that are not free.
    fn used(&self) -> Result<u64> {
        let pages = self.file.pragma("page_count")? - self.file.pragma("freelist_count")?;
        Ok(u64::try_from(pages * self.file.pragma("page_size")?).unwrap_or(0))
    }

    /// The key of the `rows`-th oldest record before a time, or of the last one before it.
    fn key(&self, table: &str, old: Option<&Old>, rows: u64) -> Result<Option<Vec<Value>>> {
        let names = key_names(&self.file.columns_of(table)?);
        let (time, key) = (&names[0], names.join(", "));
        let latest = names.iter().map(|name| format!("{name} DESC")).collect::<Vec<_>>().join(", ");
        let (further, values) = self.further(table, old, &key, 2)?;
        let (table, before) = (quoted(table), old.map_or(i64::MAX, |old| old.before));
        let select = format!("SELECT {key} FROM {table} WHERE {time} < ?1{further}");
        let params = |offset| [before, offset].map(Value::Integer).into_iter().chain(values.iter().cloned());
        let find = |sql: &str, offset: u64| {
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            let whole = |row: &Row<'_>| (0..names.len()).map(|i| row.get(i)).collect();
            self.file.db.prepare_cached(sql)?.query_row(params_from_iter(params(offset)), whole).optional()
        };
        let nth = find(&format!("{select} ORDER BY {key} LIMIT 1 OFFSET ?2"), rows - 1);
        let found = match nth {
            Ok(None) => find(&format!("{select} ORDER BY {latest} LIMIT 1 OFFSET ?2"), 0),
            found => found,
        };
        found.map_err(|e| self.file.fault("trim", e))
    }

    /// Deletes the records up to and with a key, after the archive and the rollup have them.
    fn delete(&self, table: &str, old: Option<&Old>, key: &[Value], takers: &mut Takers<'_>) -> Result<u64> {
        let fault = |e| self.file.fault("trim", e);
        let columns = self.file.columns_of(table)?;
        let names = key_names(&columns).join(", ");
        let marks = (1..=key.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        let (further, values) = self.further(table, old, &names, key.len())?;
        let values = [key, &values[..]].concat();
        let old = format!("FROM {} WHERE ({names}) <= ({marks}){further}", quoted(table));
        if !takers.is_empty() {
            let list: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
            let sql = format!("SELECT {} {old} ORDER BY {names}", list.join(", "));
            let mut statement = self.file.db.prepare_cached(&sql).map_err(fault)?;
            let mut rows = statement.query(params_from_iter(&values)).map_err(fault)?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next().map_err(fault)? {
                let mut line = Vec::with_capacity(256);
                write_row(&columns, row, &mut line).map_err(fault)?;
                lines.push(line);
            }
            if let Some(rollup) = takers.rollup {
                rolled::add(&self.file, &columns, rollup, &lines)?;
            }
            if let Some(archive) = &mut takers.archive {
                let bytes = i64::try_from(archive.append(&lines)?).unwrap_or(i64::MAX);
                let keep = "INSERT OR REPLACE INTO kymo_archive (path, bytes) VALUES (?1, ?2)";
                let kept =
                    self.file.db.prepare_cached(keep).and_then(|mut s| s.execute(params![archive.name(), bytes]));
                kept.map_err(fault)?;
            }
        }
        let deleted = self.file.db.prepare_cached(&format!("DELETE {old}"));
        deleted.and_then(|mut s| s.execute(params_from_iter(&values))).map(|n| n as u64).map_err(fault)
    }

    /// Deletes the oldest records in one transaction; gives how many.
    fn delete_oldest(&mut self, table: &str, old: Option<&Old>, rows: u64, takers: &mut Takers<'_>) -> Result<u64> {
        // Looked for before the lock is taken: writers wait no longer than they must.
        let Some(key) = self.key(table, old, rows.max(1))? else { return Ok(0) };
        let length = takers.length()?;
        let mut tries = 0;
        let deleted = self.file.freeing(|_| {
            tries += 1;
            if tries > 1 {
                // What it got for the first try is in the table still.
                takers.cut(length)?;
            }
            self.delete(table, old, &key, takers)
        })?;
        let series = old.and_then(|old| old.series.clone());
        self.behind = series.map(|series| (table.to_owned(), series, key));
        Ok(deleted)
    }
}

impl Trimmer for Trimming {
    fn is_fresh(&mut self) -> Result<bool> {
        Ok(self.file.tables()?.is_empty())
    }

    fn fields(&mut self, table: &str) -> Result<Fields> {
        self.file.fields_of(table)
    }

    fn excess(&mut self, table: &str, limits: &Limits) -> Result<u64> {
        let time = key_names(&self.file.columns_of(table)?).swap_remove(0);
        let mut excess = 0;
        // Counted from the beginning: records may have come late.
        self.behind = None;
        for old in &limits.old {
            let (further, values) = self.further(table, Some(old), "", 1)?;
            let sql = format!("SELECT count(*) FROM {} WHERE {time} < ?1{further}", quoted(table));
            let values = std::iter::once(Value::Integer(old.before)).chain(values);
            let n = self.file.db.query_row(&sql, params_from_iter(values), |row| row.get::<_, i64>(0));
            excess += u64::try_from(n.map_err(|e| self.file.fault("read", e))?).unwrap_or(0);
        }
        if let Some(max) = limits.max_rows {
            excess = excess.max(self.count(table)?.saturating_sub(max));
        }
        let missing = match limits.min_free {
            Some(free) => free.saturating_sub(self.file.free_room()?),
            None => 0,
        };
        if limits.max_size.is_some() || missing > 0 {
            let (used, rows) = (self.used()?, self.count(table)?);
            let surplus = used.saturating_sub(limits.max_size.unwrap_or(u64::MAX)).max(missing.min(used));
            if surplus > 0 {
                // Rows are taken to be of one size.
                let share = surplus as f64 / used as f64;
                excess = excess.max(((rows as f64 * share).ceil() as u64).min(rows));
            }
        }
        Ok(excess)
    }

    fn chunk(&mut self, table: &str, old: Option<&Old>, rows: u64, takers: &mut Takers<'_>) -> Result<u64> {
        let length = takers.length()?;
        match self.delete_oldest(table, old, rows, takers) {
            Err(why) if why.code() == Code::DiskFull && rows > FEW_ROWS => {
                takers.cut(length)?;
                self.delete_oldest(table, old, FEW_ROWS, takers)
            }
            deleted => deleted,
        }
    }

    fn archived(&mut self, name: &str) -> Result<Option<u64>> {
        let sql = "SELECT bytes FROM kymo_archive WHERE path = ?1";
        let found = self.file.db.query_row(sql, [name], |row| row.get::<_, i64>(0)).optional();
        Ok(found.map_err(|e| self.file.fault("read", e))?.and_then(|bytes| u64::try_from(bytes).ok()))
    }

    fn give_back(&mut self) -> Result<bool> {
        let more = self.file.give_back()?;
        if !more {
            self.file.keep_reserve();
        }
        Ok(more)
    }

    fn holds_room(&mut self) -> Result<Option<String>> {
        self.file.holds_room()
    }

    fn size(&mut self) -> Result<u64> {
        self.file.size()
    }

    fn last_run(&mut self, table: &str) -> Result<Option<i64>> {
        let sql = "SELECT last_run FROM kymo_trim WHERE table_name = ?1";
        let found = self.file.db.query_row(sql, [table], |row| row.get(0)).optional();
        found.map_err(|e| self.file.fault("read", e))
    }

    fn ran(&mut self, table: &str, at: i64) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO kymo_trim (table_name, last_run) VALUES (?1, ?2)";
        self.file.db.execute(sql, params![table, at]).map(drop).map_err(|e| self.file.fault("write to", e))
    }
}

/// The devices as a JSON array.
fn as_json(of: &Chosen) -> String {
    serde_json::Value::from(&of.devices[..]).to_string()
}
