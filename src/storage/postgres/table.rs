//! A table that is read: its columns, its key, and statements about all of it.

use super::cells::{self, Part, Selected};
use super::page::Statement;
use super::server::Server;
use crate::reading::error::Result;
use crate::storage::columns::{key_names, quoted};
use crate::storage::settings::Precision;
use std::sync::Arc;

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
    pub(super) fn load(server: &mut Server, table: &str) -> Result<Table> {
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
    pub(super) fn last_of_each_before(&self) -> String {
        let (table, list, time) = (&self.name, self.selected.list(), &self.key[0]);
        let series = self.key[1..].join(", ");
        if series.is_empty() {
            return format!("SELECT {list} FROM {table} WHERE {time} < $1 ORDER BY {time} DESC LIMIT 1");
        }
        format!("SELECT DISTINCT ON ({series}) {list} FROM {table} WHERE {time} < $1 ORDER BY {series}, {time} DESC")
    }

    pub(super) fn last_of_each(&self) -> String {
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
