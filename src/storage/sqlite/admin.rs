//! Looking after a file: what is in it, and tables made before there are records for them.

use super::beside::Beside;
use super::check;
use super::file::{Access, File, READINGS};
use super::table::{Table, check_name};
use super::write::only_elsewhere;
use crate::flow::stage::States;
use crate::reading::error::{Error, Result};
use crate::storage::admin::{Admin, ColumnInfo, Count, Info, LOOKED_AT, Reject, StateInfo, TableInfo};
use crate::storage::admin::{REJECTS, REJECTS_LENGTH, gather};
use crate::storage::columns::{Column, key_names, quoted};
use crate::storage::settings::{Precision, WriteSettings};
use crate::storage::shape::Shape;
use rusqlite::{OptionalExtension as _, Row, params};

/// A file that is looked after. It is opened when something is asked of it.
pub(crate) struct Tending {
    path: String,
    file: Option<File>,
}

impl Tending {
    pub(crate) fn new(path: &str) -> Tending {
        Tending { path: path.to_owned(), file: None }
    }

    /// The file, open to be looked at.
    fn file(&mut self) -> Result<&File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => Ok(none.insert(File::open(&self.path, Access::Read, &READINGS)?)),
        }
    }

    fn open(&self, access: Access) -> Result<File> {
        File::open(&self.path, access, &READINGS)
    }
}

impl Admin for Tending {
    fn name(&self) -> &str {
        &self.path
    }

    fn tables(&mut self) -> Result<Vec<String>> {
        self.file()?.tables()
    }

    fn shape(&mut self, table: &str) -> Result<Option<Shape>> {
        let columns = self.file()?.columns(table)?;
        Ok(columns.map(|columns| Shape::of(&columns, None, true, false)))
    }

    fn count(&mut self, table: &str, since: Option<i64>, until: Option<i64>) -> Result<Count> {
        let file = self.file()?;
        let time = key_names(&file.columns_of(table)?).swap_remove(0);
        let (sql, since, until) = match (since, until) {
            // SQLite counts all rows of a table without reading them.
            (None, None) => (format!("SELECT count(*) FROM {}", quoted(table)), None, None),
            _ => {
                let sql = format!("SELECT count(*) FROM {} WHERE {time} >= ?1 AND {time} < ?2", quoted(table));
                (sql, Some(since.unwrap_or(i64::MIN)), Some(until.unwrap_or(i64::MAX)))
            }
        };
        let values: Vec<i64> = since.into_iter().chain(until).collect();
        let number: i64 = file.value(&sql, rusqlite::params_from_iter(values))?;
        Ok(Count { number: number.unsigned_abs(), is_exact: true })
    }

    fn has_precisions(&self) -> bool {
        false
    }

    fn precision(&mut self, table: &str) -> Result<Precision> {
        let file = self.file()?;
        let time = key_names(&file.columns_of(table)?).swap_remove(0);
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {time} % 1000 <> 0)", quoted(table));
        let is_finer: bool = file.value(&sql, [])?;
        Ok(if is_finer { Precision::Ns } else { Precision::Us })
    }

    fn init(&mut self) -> Result<()> {
        self.open(Access::Create).map(drop)
    }

    fn make(&mut self, settings: &WriteSettings, shape: &Shape) -> Result<()> {
        check_name(&settings.table)?;
        only_elsewhere(&self.path, settings)?;
        let file = self.open(Access::Create)?;
        let mut table = Table::new(settings.clone());
        file.transaction(|file| table.load(file).and_then(|()| table.become_like(file, shape)))
    }

    fn grants(&mut self, _table: &str, role: Option<&str>) -> Result<Vec<String>> {
        match role {
            Some(_) => {
                let path = &self.path;
                Err(Error::usage(format!("--grant is for PostgreSQL: who may write {path} says the file system")))
            }
            None => Ok(Vec::new()),
        }
    }

    fn grant(&mut self, _statements: &[String]) -> Result<()> {
        Ok(())
    }

    fn info(&mut self) -> Result<Info> {
        let path = self.path.clone();
        let file = self.file()?;
        let tables = file.tables()?.iter().map(|table| file.describe(table)).collect::<Result<Vec<_>>>()?;
        let sql = "SELECT pipeline, count(*), sum(length(state)) FROM kymo_state GROUP BY pipeline ORDER BY pipeline";
        let state = |row: &Row<'_>| {
            let (stages, bytes): (i64, i64) = (row.get(1)?, row.get(2)?);
            Ok(StateInfo { pipeline: row.get(0)?, stages: stages.unsigned_abs(), bytes: bytes.unsigned_abs() })
        };
        let rejects: i64 = file.value("SELECT count(*) FROM kymo_rejects", [])?;
        Ok(Info {
            database: path,
            engine: "SQLite",
            version: rusqlite::version().to_owned(),
            timescaledb: None,
            bytes: file.size()?,
            schema: u32::try_from(file.pragma("user_version")?).unwrap_or(0),
            tables,
            states: Some(file.rows(sql, [], state)?),
            rejects: Some(rejects.unsigned_abs()),
        })
    }

    fn check(&mut self) -> Result<Vec<String>> {
        check::check(&self.path)
    }

    fn states(&mut self) -> Result<Vec<States>> {
        let sql = "SELECT pipeline, stage, state FROM kymo_state ORDER BY pipeline";
        let rows = self.file()?.rows(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(gather(rows))
    }

    fn keep_states(&mut self, states: &States, replace: bool) -> Result<States> {
        let file = self.open(Access::Change)?;
        let mut beside = Beside::default();
        let before = beside.states(&file, &states.pipeline)?;
        if (before.stages.is_empty() || replace) && beside.is_news(states) {
            file.transaction(|file| beside.keep(file, states))?;
        }
        Ok(before)
    }

    fn rejects(&mut self, behind: i64) -> Result<Vec<Reject>> {
        let sql = "SELECT id, received, reject FROM (
                SELECT id, received, reject, sum(length(reject)) OVER (ORDER BY id) - length(reject) AS before
                FROM (SELECT * FROM kymo_rejects WHERE id > ?1 ORDER BY id LIMIT ?2)
            ) WHERE before < ?3 ORDER BY id";
        let reject = |row: &Row<'_>| Ok(Reject { number: row.get(0)?, received: row.get(1)?, line: row.get(2)? });
        self.file()?.rows(sql, params![behind, REJECTS, REJECTS_LENGTH], reject)
    }

    fn keep_rejects(&mut self, rejects: &[Reject]) -> Result<u64> {
        let file = self.open(Access::Change)?;
        file.transaction(|file| {
            let mut new = 0;
            for reject in rejects {
                new += u64::from(file.keep_reject(reject.received, &reject.line)?);
            }
            Ok(new)
        })
    }
}

impl File {
    /// The tables of readings, by name.
    pub(super) fn tables(&self) -> Result<Vec<String>> {
        self.rows("SELECT DISTINCT table_name FROM kymo_columns ORDER BY table_name", [], |row| row.get(0))
    }

    /// The one value that a query gives.
    fn value<T: rusqlite::types::FromSql>(&self, sql: &str, values: impl rusqlite::Params) -> Result<T> {
        self.db.query_row(sql, values, |row| row.get(0)).map_err(|e| self.fault("read", e))
    }

    /// All rows that a query gives.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.db.prepare(sql).map_err(|e| self.fault("read", e))?;
        let rows = statement.query_map(values, row).and_then(Iterator::collect);
        rows.map_err(|e| self.fault("read", e))
    }

    fn describe(&self, table: &str) -> Result<TableInfo> {
        let columns = self.columns_of(table)?;
        let (name, key) = (quoted(table), key_names(&columns));
        let (time, series) = (&key[0], key[1..].join(", "));
        let ask = |what: String| self.value::<Option<i64>>(&format!("SELECT {what} FROM {name}"), []);
        let records = ask("count(*)".to_owned())?.unwrap_or(0);
        let records = Count { number: records.unsigned_abs(), is_exact: true };
        let found: i64 = match series.is_empty() {
            true => i64::from(records.number > 0),
            false => {
                let newest = format!("SELECT {series} FROM {name} ORDER BY {time} DESC LIMIT {LOOKED_AT}");
                self.value(&format!("SELECT count(*) FROM (SELECT DISTINCT {series} FROM ({newest}))"), [])?
            }
        };
        let trimmed = "SELECT last_run FROM kymo_trim WHERE table_name = ?1";
        let trimmed = self.db.query_row(trimmed, [table], |row| row.get(0)).optional();
        let mut info = TableInfo {
            table: table.to_owned(),
            records: 0,
            series: 0,
            estimated: Vec::new(),
            first: ask(format!("min({time})"))?,
            last: ask(format!("max({time})"))?,
            bytes: None,
            precision: Precision::Ns.word(),
            key: Column::key(&columns),
            hypertable: None,
            last_trim: trimmed.map_err(|e| self.fault("read", e))?,
            columns: columns.iter().map(ColumnInfo::of).collect(),
        };
        info.set(records, Count { number: found.unsigned_abs(), is_exact: records.number <= LOOKED_AT });
        Ok(info)
    }
}
