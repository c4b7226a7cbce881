//! Reading: rows back into records, a page at a time. A page is one statement, which ends before its records are
//! given: a reader that is slow, or waits, holds back neither who changes the table nor who cleans it up.

use super::cells::{self, Part, Selected};
use super::page::Statement;
use super::scan::Scan;
use super::server::Server;
use crate::form::cells::Fields;
use crate::reading::error::Result;
use crate::storage::columns::{self, Role, key_names, quoted};
use crate::storage::engine::{Query, Reader, span};
use crate::storage::settings::Precision;
use std::sync::Arc;

/// An open database to read.
pub(crate) struct Reading {
    server: Server,
}

impl Reading {
    pub(crate) fn open(target: &str) -> Result<Reading> {
        Ok(Reading { server: Server::connect(target)? })
    }
}

impl Reader for Reading {
    fn is_fresh(&mut self) -> Result<bool> {
        Ok(self.server.tables()?.is_empty())
    }

    fn has(&mut self, table: &str) -> Result<bool> {
        Ok(self.server.columns(table)?.is_some())
    }

    fn fields(&mut self, table: &str) -> Result<Fields> {
        self.server.fields_of(table)
    }

    fn key(&mut self, table: &str) -> Result<(String, Vec<String>)> {
        Ok(columns::key_fields(&self.server.columns_of(table)?))
    }

    fn read(&mut self, query: &Query, each: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        let table = Table::load(&mut self.server, &query.table)?;
        let Some(mut scan) = Scan::new(&self.server, &table, query)? else { return Ok(()) };
        let mut asked = scan.ask(&self.server);
        while let Some(page) = asked.take() {
            let mut page = page.wait(&self.server)?;
            loop {
                if !page.is_open() {
                    asked = scan.ask_after(&self.server, &page)?;
                }
                for line in page.lines() {
                    if !each(line)? {
                        return Ok(());
                    }
                }
                if !page.is_open() {
                    break;
                }
                page.next(&self.server)?;
            }
        }
        Ok(())
    }

    fn last_of_each(
        &mut self,
        table: &str,
        before: Option<i64>,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let table = Table::load(&mut self.server, table)?;
        let statement = match before {
            None => table.statement(table.last_of_each(), Vec::new()),
            Some(before) => {
                table.statement(table.last_of_each_before(), vec![Part::not_before(before, table.precision)])
            }
        };
        let mut page = statement.ask(&self.server).wait(&self.server)?;
        loop {
            page.lines().try_for_each(&mut *each)?;
            if !page.is_open() {
                return Ok(());
            }
            page.next(&self.server)?;
        }
    }

    fn span(&mut self, query: &Query) -> Result<Option<(i64, i64)>> {
        let table = Table::load(&mut self.server, &query.table)?;
        let newest = newest(&self.server, &table)?;
        let Some(first) = first(&self.server, &table)? else { return Ok(None) };
        let since = first.max(query.since.unwrap_or(i64::MIN));
        let until = newest.map(|newest| newest.min(query.until.unwrap_or(i64::MAX)));
        Ok(span(until.filter(|until| *until > since).map(|until| (since, until)), newest, query.last))
    }

    fn used_series(&mut self, table: &str) -> Result<Vec<String>> {
        let columns = self.server.columns_of(table)?;
        let mut used = Vec::new();
        for column in columns.iter().filter(|column| column.role == Role::Series) {
            let (name, table) = (quoted(&column.name), quoted(table));
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {name} <> '')");
            let rows = self.server.query("read", &sql, &[])?;
            let is = rows.first().is_some_and(|row| row.try_get(0).unwrap_or(true));
            used.extend(is.then(|| column.field.clone()));
        }
        Ok(used)
    }
}

/// A table that is read.
pub(super) struct Table {
    /// In SQL.
    pub(super) name: String,
    pub(super) selected: Arc<Selected>,
    /// The key's columns in SQL, time first.
    pub(super) key: Vec<String>,
    pub(super) precision: Precision,
    /// No two rows have one key, and there is an index by it.
    pub(super) has_key: bool,
    /// There is an index by series, then time.
    by_series: bool,
}

impl Table {
    fn load(server: &mut Server, table: &str) -> Result<Table> {
        let columns = server.columns_of(table)?;
        let kept = server.kept(table)?;
        Ok(Table {
            name: quoted(table),
            key: key_names(&columns),
            selected: Arc::new(Selected::new(columns)),
            precision: kept.precision,
            has_key: kept.has_key,
            by_series: kept.by_series,
        })
    }

    pub(super) fn statement(&self, sql: String, parts: Vec<Part>) -> Statement {
        Statement { sql, parts, precision: self.precision, selected: Arc::clone(&self.selected) }
    }

    /// Of the records before the first parameter.
    fn last_of_each_before(&self) -> String {
        let (table, list, time) = (&self.name, self.selected.list(), &self.key[0]);
        let series = self.key[1..].join(", ");
        if series.is_empty() {
            return format!("SELECT {list} FROM {table} WHERE {time} < $1 ORDER BY {time} DESC LIMIT 1");
        }
        format!("SELECT DISTINCT ON ({series}) {list} FROM {table} WHERE {time} < $1 ORDER BY {series}, {time} DESC")
    }

    fn last_of_each(&self) -> String {
        let (table, list, time) = (&self.name, self.selected.list(), &self.key[0]);
        let series = &self.key[1..];
        if series.is_empty() {
            return format!("SELECT {list} FROM {table} ORDER BY {time} DESC LIMIT 1");
        }
        let of = |alias: &str| {
            let names: Vec<String> = series.iter().map(|name| format!("{alias}.{name}")).collect();
            names.join(", ")
        };
        let (of_row, of_series, series) = (of("kymo_row"), of("kymo_series"), series.join(", "));
        if !self.by_series {
            // All keys are read, but only these rows.
            return format!(
                "WITH kymo_last AS (SELECT {series}, max({time}) AS {time} FROM {table} GROUP BY {series})
                SELECT DISTINCT ON ({series}) {list} FROM {table} JOIN kymo_last USING ({series}, {time}) ORDER BY {series}"
            );
        }
        // Each series is found by one look into the index, from the one before: PostgreSQL itself would read all of it.
        format!(
            "WITH RECURSIVE kymo_series AS (
                (SELECT {series} FROM {table} ORDER BY {series} LIMIT 1)
                UNION ALL SELECT kymo_next.* FROM kymo_series CROSS JOIN LATERAL (
                    SELECT {of_row} FROM {table} AS kymo_row WHERE ({of_row}) > ({of_series}) ORDER BY {of_row} LIMIT 1
                ) AS kymo_next
            )
            SELECT kymo_last.* FROM kymo_series CROSS JOIN LATERAL (
                SELECT {list} FROM {table} AS kymo_row WHERE ({of_row}) = ({of_series})
                ORDER BY kymo_row.{time} DESC LIMIT 1
            ) AS kymo_last"
        )
    }
}

/// The time of the newest record, ns.
pub(super) fn newest(server: &Server, table: &Table) -> Result<Option<i64>> {
    outermost(server, table, "max")
}

/// The time of the oldest record, ns.
pub(super) fn first(server: &Server, table: &Table) -> Result<Option<i64>> {
    outermost(server, table, "min")
}

fn outermost(server: &Server, table: &Table, which: &str) -> Result<Option<i64>> {
    let sql = format!("SELECT {which}({}) FROM {}", table.key[0], table.name);
    let rows = server.query("read", &sql, &[])?;
    let Some(row) = rows.first() else { return Ok(None) };
    cells::time(row).map_err(|e| server.fault("read", e))
}
