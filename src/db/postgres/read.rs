//! Reading: rows back into records, a page at a time. A page is one statement, which ends before its records are
//! given: a reader that is slow, or waits, holds back neither who changes the table nor who cleans it up.

use super::Server;
use super::cells::{self, Part, Selected};
use crate::cells::Fields;
use crate::db::columns::{self, key_names, quoted};
use crate::db::{Precision, Query, Reader};
use crate::error::Result;
use crate::json;
use futures_util::TryStreamExt as _;
use std::pin::Pin;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, RowStream};

/// Rows a page.
const PAGE: u64 = 10_000;

/// Of a page whose records are larger than this, bytes, the first are given before the last are there.
const HELD: usize = 4 << 20;

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

    /// The series of a row in words, as an SQL expression: its fields as people see them, with commas between.
    fn series_words(&self) -> String {
        let word = |name: &String| format!("CASE WHEN {name} LIKE '\"%' THEN {name}::json #>> '{{}}' ELSE {name} END");
        let words: Vec<String> = self.key[1..].iter().map(word).collect();
        if words.is_empty() { "''".to_owned() } else { words.join(" || ',' || ") }
    }

    /// What the series' column keeps of a series of this name, where an index by it makes that worth looking up: a text
    /// as it is, or as JSON spells it.
    fn kept(&self, server: &Server, words: &str) -> Result<Vec<Part>> {
        let [_, name] = &self.key[..] else { return Ok(Vec::new()) };
        if !self.by_series {
            return Ok(Vec::new());
        }
        let mut spelled = Vec::new();
        json::write_string(words, &mut spelled);
        let spelled = String::from_utf8_lossy(&spelled).into_owned();
        let there = |text: &str| -> Result<bool> {
            let sql = format!("SELECT EXISTS (SELECT FROM {} WHERE {name} = $1)", self.name);
            let rows = server.query("read", &sql, &[(&text, Type::TEXT)])?;
            Ok(rows.first().is_some_and(|row| row.get(0)))
        };
        Ok(match (there(words)?, there(&spelled)?) {
            (true, true) => vec![Part::Series(words.to_owned()), Part::Series(spelled)],
            (false, true) => vec![Part::Series(spelled)],
            (_, false) => vec![Part::Series(words.to_owned())],
        })
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
        let (kymo_row, kymo_series, series) = (of("kymo_row"), of("kymo_series"), series.join(", "));
        if !self.has_key {
            return format!("SELECT DISTINCT ON ({series}) {list} FROM {table} ORDER BY {series}, {time} DESC");
        }
        if !self.by_series {
            return format!(
                "WITH kymo_last AS (SELECT {series}, max({time}) AS {time} FROM {table} GROUP BY {series})
                SELECT {list} FROM {table} JOIN kymo_last USING ({series}, {time})"
            );
        }
        // Each series is found by one look into the index, from the one before: PostgreSQL itself would read all of it.
        format!(
            "WITH RECURSIVE kymo_series AS (
                (SELECT {series} FROM {table} ORDER BY {series} LIMIT 1)
                UNION ALL SELECT kymo_next.* FROM kymo_series CROSS JOIN LATERAL (
                    SELECT {kymo_row} FROM {table} AS kymo_row WHERE ({kymo_row}) > ({kymo_series})
                    ORDER BY {kymo_row} LIMIT 1
                ) AS kymo_next
            )
            SELECT kymo_last.* FROM kymo_series CROSS JOIN LATERAL (
                SELECT {list} FROM {table} AS kymo_row WHERE ({kymo_row}) = ({kymo_series})
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
    /// Only the series of this name in words.
    series: Option<Part>,
    /// What its column keeps of it, where it can be looked up.
    kept: Vec<Part>,
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
        let (since, until) = (since.map(limit), query.until.map(limit));
        let series = query.series.clone().map(Part::Series);
        let kept = query.series.as_deref().map_or(Ok(Vec::new()), |words| table.kept(server, words))?;
        Ok(Some(Scan { table, since, until, series, kept, behind: Vec::new() }))
    }

    /// The next rows, with the parameters.
    fn statement(&self, rows: u64) -> (String, Vec<Part>) {
        let Table { name, selected, key, .. } = self.table;
        let order = key.join(", ");
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
        conditions.extend(self.series.iter().map(|words| format!("{} = {}", self.table.series_words(), mark(words))));
        if !self.kept.is_empty() {
            let kept: Vec<String> = self.kept.iter().map(&mut mark).collect();
            conditions.push(format!("{} IN ({})", key[1], kept.join(", ")));
        }
        let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
        let end = i64::try_from(rows).map_or_else(|_| String::new(), |rows| format!(" LIMIT {rows}"));
        (format!("SELECT {} FROM {name} WHERE {condition} ORDER BY {order}{end}", selected.list()), parts)
    }
}

/// The time of the newest record, ns.
fn newest(server: &Server, table: &Table) -> Result<Option<i64>> {
    let sql = format!("SELECT max({}) FROM {}", table.key[0], table.name);
    let rows = server.query("read", &sql, &[])?;
    let Some(row) = rows.first() else { return Ok(None) };
    cells::time(row).map_err(|e| server.fault("read", e))
}
