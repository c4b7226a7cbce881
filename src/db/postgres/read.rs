//! Reading: rows back into records, a page at a time. A page is one statement, which ends before its records are
//! given: a reader that is slow, or waits, holds back neither who changes the table nor who cleans it up.

use super::Server;
use super::cells::{self, Part, Selected, series_named};
use crate::cells::Fields;
use crate::db::columns::{self, key_names, quoted};
use crate::db::{Precision, Query, Reader};
use crate::error::{Error, Result};
use futures_util::TryStreamExt as _;
use std::pin::Pin;
use tokio_postgres::{Row, RowStream};

/// Rows a page.
const PAGE: u64 = 10_000;

/// Of a page whose records are larger than this, bytes, the first are given before the last are there.
const HELD: usize = 4 << 20;

/// So many series that one name could mean are looked for: a name with commas can be split in many ways.
const MOST_SERIES: usize = 100;

/// An open database to read.
pub struct Reading {
    server: Server,
}

impl Reading {
    pub fn open(target: &str) -> Result<Reading> {
        Ok(Reading { server: Server::connect(target)? })
    }
}

impl Reader for Reading {
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
        let mut left = query.limit.unwrap_or(u64::MAX);
        while left > 0 {
            // Without a key there is no place to go on from: all is one page.
            let rows = if table.has_key { left.min(PAGE) } else { left };
            let (sql, parts) = scan.statement(rows);
            match table.read(&self.server, &sql, &parts, each)? {
                Some(read) if read.rows == rows => scan.behind = read.last,
                _ => break,
            }
            left -= rows;
        }
        Ok(())
    }

    fn last_of_each(&mut self, table: &str, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let table = Table::load(&mut self.server, table)?;
        let sql = table.last_of_each();
        table.read(&self.server, &sql, &[], &mut |line| each(line).map(|()| true)).map(drop)
    }
}

/// A table that is read.
struct Table {
    /// In SQL.
    name: String,
    selected: Selected,
    /// The key's columns in SQL, time first.
    key: Vec<String>,
    precision: Precision,
    /// No two rows have one key, and there is an index by it.
    has_key: bool,
    /// There is an index by series, then time.
    by_series: bool,
}

/// What was read of a statement's rows.
struct Read {
    rows: u64,
    /// The key of the last one.
    last: Vec<Part>,
}

impl Table {
    fn load(server: &mut Server, table: &str) -> Result<Table> {
        let columns = server.columns_of(table)?;
        let kept = server.kept(table)?;
        Ok(Table {
            name: quoted(table),
            key: key_names(&columns),
            selected: Selected::new(columns),
            precision: kept.precision,
            has_key: kept.has_key,
            by_series: kept.by_series,
        })
    }

    /// Starts a statement.
    fn ask(&self, server: &Server, sql: &str, parts: &[Part]) -> Result<Pin<Box<RowStream>>> {
        let params = parts.iter().map(|part| part.param(self.precision));
        let rows = server.block_on(server.client().query_typed_raw(sql, params));
        rows.map(Box::pin).map_err(|e| server.fault("read", e))
    }

    /// Gives the records that a statement selects; `None`: no more are wanted.
    fn read(
        &self,
        server: &Server,
        sql: &str,
        parts: &[Part],
        each: &mut dyn FnMut(&[u8]) -> Result<bool>,
    ) -> Result<Option<Read>> {
        let fault = |e| server.fault("read", e);
        let mut rows = self.ask(server, sql, parts)?;
        let mut held = Held::default();
        let mut read = Read { rows: 0, last: Vec::new() };
        loop {
            let more = server.block_on(held.fill(&mut rows, &self.selected)).map_err(fault)?;
            read.rows += held.ends.len() as u64;
            for line in held.lines() {
                if !each(line)? {
                    return Ok(None);
                }
            }
            if !more {
                break;
            }
        }
        if let Some(row) = &held.last {
            read.last = self.selected.key(row).map_err(fault)?;
        }
        Ok(Some(read))
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

/// Records that were read and are not given yet.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    last: Option<Row>,
}

impl Held {
    /// Takes the next rows; false: there are no more.
    async fn fill(
        &mut self,
        rows: &mut Pin<Box<RowStream>>,
        selected: &Selected,
    ) -> Result<bool, tokio_postgres::Error> {
        self.bytes.clear();
        self.bytes.shrink_to(HELD);
        self.ends.clear();
        while self.bytes.len() < HELD {
            let Some(row) = rows.try_next().await? else { return Ok(false) };
            selected.write_row(&row, &mut self.bytes)?;
            self.ends.push(self.bytes.len());
            self.last = Some(row);
        }
        Ok(true)
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}

/// The statement for one page after another.
struct Scan<'t> {
    table: &'t Table,
    since: Option<Part>,
    until: Option<Part>,
    /// Only these, if there is a choice.
    series: Option<Vec<Vec<Part>>>,
    /// The key of the last row that was given.
    behind: Vec<Part>,
}

impl<'t> Scan<'t> {
    /// `None`: nothing can be there.
    fn new(server: &Server, table: &'t Table, query: &Query) -> Result<Option<Scan<'t>>> {
        let limit = |ns| Part::not_before(ns, table.precision);
        let mut since = query.since;
        if let Some(last) = query.last {
            let Some(newest) = newest(server, table)? else { return Ok(None) };
            since = since.max(Some(newest.saturating_sub(last)));
        }
        let series = query.series.as_ref().map(|words| series_named(words, table.key.len() - 1));
        match series.as_ref().map(Vec::len) {
            Some(0) => return Ok(None),
            Some(many) if many > MOST_SERIES => {
                return Err(Error::usage(format!("{many} series could have this name: it has too many commas")));
            }
            _ => {}
        }
        Ok(Some(Scan { table, since: since.map(limit), until: query.until.map(limit), series, behind: Vec::new() }))
    }

    /// The next rows, with the parameters: of each series by its own way through the index.
    fn statement(&self, rows: u64) -> (String, Vec<Part>) {
        let Table { name, selected, key, .. } = self.table;
        let (list, order) = (selected.list(), key.join(", "));
        let mut parts = Vec::new();
        let mut mark = |part: &Part| {
            parts.push(part.clone());
            format!("${}", parts.len())
        };
        let mut conditions: Vec<String> = Vec::new();
        conditions.extend(self.until.iter().map(|until| format!("{} < {}", key[0], mark(until))));
        if self.behind.is_empty() {
            conditions.extend(self.since.iter().map(|since| format!("{} >= {}", key[0], mark(since))));
        } else {
            let behind: Vec<String> = self.behind.iter().map(&mut mark).collect();
            conditions.push(format!("({order}) > ({})", behind.join(", ")));
        }
        let end = i64::try_from(rows).map_or_else(|_| String::new(), |rows| format!(" LIMIT {rows}"));
        let mut select = |series: &[Part]| {
            let is = series.iter().zip(&key[1..]).map(|(part, name)| format!("{name} = {}", mark(part)));
            let all: Vec<String> = conditions.iter().cloned().chain(is).collect();
            let condition = if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) };
            format!("SELECT {list} FROM {name}{condition} ORDER BY {order}{end}")
        };
        let sql = match self.series.as_deref() {
            None => select(&[]),
            Some([only]) => select(only),
            Some(several) => {
                let all: Vec<String> = several.iter().map(|series| format!("({})", select(series))).collect();
                format!("{} ORDER BY {order}{end}", all.join(" UNION ALL "))
            }
        };
        (sql, parts)
    }
}

/// The time of the newest record, ns.
fn newest(server: &Server, table: &Table) -> Result<Option<i64>> {
    let sql = format!("SELECT max({}) FROM {}", table.key[0], table.name);
    let rows = server.query("read", &sql, &[])?;
    let Some(row) = rows.first() else { return Ok(None) };
    cells::time(row).map_err(|e| server.fault("read", e))
}
