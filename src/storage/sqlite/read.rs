//! Reading: rows back into records, a page at a time. A page is in memory before its first record is given, and no statement
//! is open then: who takes records slowly does not keep the log from being taken into the file.

use super::file::{Access, File, READINGS};
use crate::form::cells::Fields;
use crate::reading::error::Result;
use crate::storage::cell::Cell;
use crate::storage::columns::{self, Column, Role, key_names, quoted};
use crate::storage::engine::{Query, Reader, span};
use crate::storage::row;
use crate::storage::settings::Type;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, params_from_iter};
use std::borrow::Cow;

/// Rows a page, and bytes of their records. A page is one read transaction.
const PAGE: u64 = 10_000;
const PAGE_BYTES: usize = 256 << 10;

/// An open file to read.
pub(crate) struct Reading {
    file: File,
}

impl Reading {
    pub(crate) fn open(path: &str) -> Result<Reading> {
        Ok(Reading { file: File::open(path, Access::Read, &READINGS)? })
    }
}

impl Reader for Reading {
    fn is_fresh(&mut self) -> Result<bool> {
        Ok(self.file.tables()?.is_empty())
    }

    fn has(&mut self, table: &str) -> Result<bool> {
        Ok(self.file.columns(table)?.is_some())
    }

    fn fields(&mut self, table: &str) -> Result<Fields> {
        self.file.fields_of(table)
    }

    fn key(&mut self, table: &str) -> Result<(String, Vec<String>)> {
        Ok(columns::key_fields(&self.file.columns_of(table)?))
    }

    fn read(&mut self, query: &Query, each: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        let columns = self.file.columns_of(&query.table)?;
        let mut page = Page::new(&self.file, &columns, query)?;
        let mut left = query.limit.unwrap_or(u64::MAX);
        let mut lines = Lines::default();
        while left > 0 {
            let more = page.read(&self.file, left.min(PAGE), &mut lines);
            // Also what was read up to a place that cannot be.
            for line in lines.all() {
                if !each(line)? {
                    return Ok(());
                }
            }
            left -= lines.ends.len() as u64;
            if !more? {
                break;
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
        let columns = self.file.columns_of(table)?;
        let fault = |e| self.file.fault("read", e);
        let names = key_names(&columns);
        let [time, series @ ..] = &names[..] else { return Ok(()) };
        // SQLite takes the other columns from the row that has the maximum.
        let group = if series.is_empty() { String::new() } else { format!(" GROUP BY {}", series.join(", ")) };
        let list: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
        let early = if before.is_some() { format!(" WHERE {time} < ?1") } else { String::new() };
        let sql = format!("SELECT {}, max({time}) FROM {}{early}{group}", list.join(", "), quoted(table));
        let mut statement = self.file.db.prepare(&sql).map_err(fault)?;
        let mut rows = statement.query(params_from_iter(before)).map_err(fault)?;
        let mut line = Vec::with_capacity(256);
        while let Some(row) = rows.next().map_err(fault)? {
            // Without a series there is one row, of nothing but NULL if the table is empty.
            if row.get_ref(columns.len()).map_err(fault)? != ValueRef::Null {
                line.clear();
                write_row(&columns, row, &mut line).map_err(fault)?;
                each(&line)?;
            }
        }
        Ok(())
    }

    fn span(&mut self, query: &Query) -> Result<Option<(i64, i64)>> {
        let time = key_names(&self.file.columns_of(&query.table)?).swap_remove(0);
        let table = quoted(&query.table);
        // Alone each of them is one look into the index.
        let of = |which: &str| format!("(SELECT {which}({time}) FROM {table} WHERE {time} >= ?1 AND {time} <= ?2)");
        let sql = format!("SELECT {}, {}, (SELECT max({time}) FROM {table})", of("min"), of("max"));
        let limits = [query.since.unwrap_or(i64::MIN), query.until.map_or(i64::MAX, |until| until.saturating_sub(1))];
        let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (first, last, newest): (Option<i64>, Option<i64>, Option<i64>) =
            self.file.db.query_row(&sql, limits, row).map_err(|e| self.file.fault("read", e))?;
        Ok(span(first.zip(last), newest, query.last))
    }

    fn used_series(&mut self, table: &str) -> Result<Vec<String>> {
        let columns = self.file.columns_of(table)?;
        let mut used = Vec::new();
        for column in columns.iter().filter(|column| column.role == Role::Series) {
            let (name, table) = (quoted(&column.name), quoted(table));
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {name} <> x'')");
            let is: bool =
                self.file.db.query_row(&sql, [], |row| row.get(0)).map_err(|e| self.file.fault("read", e))?;
            used.extend(is.then(|| column.field.clone()));
        }
        Ok(used)
    }
}

/// The statement for one page after another.
struct Page<'q> {
    columns: &'q [Column],
    /// Without its last condition.
    sql: String,
    values: Vec<Value>,
    /// The key's columns, time first: their places, and their names.
    key: Vec<usize>,
    names: Vec<String>,
    /// Where the next page begins: at a time, or behind the key of the last row that was given.
    from: From,
}

enum From {
    Time(i64),
    Behind(Vec<Value>),
}

impl<'q> Page<'q> {
    fn new(file: &File, columns: &'q [Column], query: &Query) -> Result<Page<'q>> {
        let names = key_names(columns);
        let (time, series) = (&names[0], &names[1..]);
        let mut since = query.since.unwrap_or(i64::MIN);
        if let Some(last) = query.last {
            let sql = format!("SELECT max({time}) FROM {}", quoted(&query.table));
            let newest: Option<i64> =
                file.db.query_row(&sql, [], |row| row.get(0)).map_err(|e| file.fault("read", e))?;
            since = since.max(newest.unwrap_or(i64::MAX).saturating_sub(last));
        }
        let mut values = vec![Value::Integer(query.until.unwrap_or(i64::MAX))];
        // Nothing is at the end of time but what was asked for without an end.
        let before = if query.until.is_some() { "<" } else { "<=" };
        let mut conditions = vec![format!("{time} {before} ?1")];
        if let Some(wanted) = &query.series {
            // A series is named by its words: its fields as text, with commas between.
            let text: Vec<String> = series.iter().map(|name| format!("CAST({name} AS TEXT)")).collect();
            let all = if text.is_empty() { "''".to_owned() } else { text.join(" || ',' || ") };
            values.push(Value::Text(wanted.clone()));
            conditions.push(format!("{all} = ?2"));
        }
        let list: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
        let (list, table) = (list.join(", "), quoted(&query.table));
        let sql = format!("SELECT {list} FROM {table} WHERE {}", conditions.join(" AND "));
        let is = |role| columns.iter().enumerate().filter(move |(_, c)| c.role == role).map(|(i, _)| i);
        let key = is(Role::Time).chain(is(Role::Series)).collect();
        Ok(Page { columns, sql, values, key, names, from: From::Time(since) })
    }

    /// Reads the next rows; false: there are no more.
    fn read(&mut self, file: &File, rows: u64, lines: &mut Lines) -> Result<bool> {
        let fault = |e| file.fault("read", e);
        let order = self.names.join(", ");
        let mut values = self.values.clone();
        let begin = match &self.from {
            From::Time(time) => {
                values.push(Value::Integer(*time));
                format!("{} >= ?{}", self.names[0], values.len())
            }
            From::Behind(key) => {
                let marks: Vec<String> = (1..=key.len()).map(|n| format!("?{}", values.len() + n)).collect();
                values.extend_from_slice(key);
                format!("({order}) > ({})", marks.join(", "))
            }
        };
        let sql = format!("{} AND {begin} ORDER BY {order} LIMIT {rows}", self.sql);
        lines.clear();
        let mut statement = file.db.prepare_cached(&sql).map_err(fault)?;
        let mut cursor = statement.query(params_from_iter(&values)).map_err(fault)?;
        while let Some(row) = cursor.next().map_err(fault)? {
            write_row(self.columns, row, &mut lines.bytes).map_err(fault)?;
            lines.ends.push(lines.bytes.len());
            if lines.ends.len() as u64 == rows || lines.bytes.len() >= PAGE_BYTES {
                let key = self.key.iter().map(|&i| row.get::<_, Value>(i)).collect::<rusqlite::Result<Vec<_>>>();
                self.from = From::Behind(key.map_err(fault)?);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The records of a page.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl Lines {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, &end)| &self.bytes[begin..end])
    }
}

/// Appends a row as the record that it was.
pub(super) fn write_row(columns: &[Column], row: &Row<'_>, line: &mut Vec<u8>) -> rusqlite::Result<()> {
    let cell = |i: usize| {
        Ok(match (columns[i].role, row.get_ref(i)?) {
            (Role::Series, ValueRef::Blob(b"")) | (_, ValueRef::Null) => Cell::Null,
            (Role::Field(Type::Bool), ValueRef::Integer(n)) => Cell::Bool(n != 0),
            (Role::Field(Type::Json) | Role::Marked, ValueRef::Text(text)) | (Role::Series, ValueRef::Blob(text)) => {
                Cell::Json(Cow::Borrowed(text))
            }
            (_, ValueRef::Integer(n)) => Cell::Integer(n),
            (_, ValueRef::Real(x)) => Cell::Real(x),
            (_, ValueRef::Text(text)) => Cell::Text(String::from_utf8_lossy(text)),
            (_, ValueRef::Blob(_)) => Cell::Json(Cow::Borrowed(b"null")),
        })
    };
    row::write_row(columns, cell, line)
}
