//! Tables of other programs, read row by row: a row becomes an object with the names of its columns. The file stays as it is.

use super::file::File;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::storage::columns::quoted;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::Row;
use rusqlite::types::ValueRef;

/// Takes a row: its number from 1, the object, and why it is no record if it is none. False: no more are wanted.
pub(crate) type EachRow<'e> = dyn FnMut(u64, &[u8], Option<Error>) -> Result<bool> + 'e;

/// A table of another program's file.
pub(crate) struct Foreign {
    file: File,
    table: String,
    columns: Vec<String>,
}

impl Foreign {
    /// Opens a file to read a table of it.
    pub(crate) fn open(path: &str, table: &str) -> Result<Foreign> {
        let file = File::read_foreign(path)?;
        let fault = |e| file.fault("read", e);
        let names = |sql: &str, of: &[&str]| -> Result<Vec<String>> {
            let mut statement = file.db.prepare(sql).map_err(fault)?;
            let rows = statement.query_map(rusqlite::params_from_iter(of), |row| row.get(0)).map_err(fault)?;
            rows.collect::<rusqlite::Result<_>>().map_err(fault)
        };
        let columns = names("SELECT name FROM pragma_table_info(?1)", &[table])?;
        if columns.is_empty() {
            let sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
            let there = names(sql, &[])?.join(", ");
            return Err(Error::usage(format!("{path} has no table {table}; there are: {there}")));
        }
        Ok(Foreign { file, table: table.to_owned(), columns })
    }

    /// The names of its columns, in order.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows it has.
    pub(crate) fn count(&self) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {}", quoted(&self.table));
        let count: i64 = self.file.db.query_row(&sql, [], |row| row.get(0)).map_err(|e| self.file.fault("read", e))?;
        Ok(count.unsigned_abs())
    }

    /// Gives all rows in the order in which they were stored. `names`: what each column is called; `None`: it is not wanted.
    pub(crate) fn rows(&self, names: &[Option<String>], each: &mut EachRow<'_>) -> Result<()> {
        let fault = |e| self.file.fault("read", e);
        let keys: Vec<Option<Vec<u8>>> = names.iter().map(|name| name.as_deref().map(key)).collect();
        let sql = format!("SELECT * FROM {}", quoted(&self.table));
        // A view has no order of its own.
        let ordered = self.file.db.prepare(&format!("{sql} ORDER BY rowid"));
        let mut statement = ordered.or_else(|_| self.file.db.prepare(&sql)).map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        let (mut line, mut number) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(fault)? {
            number += 1;
            line.clear();
            let why = write(row, &keys, &mut line).map_err(fault)?;
            if !each(number, &line, why)? {
                break;
            }
        }
        Ok(())
    }
}

/// A name as a member begins with it.
fn key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    json::write_string(name, &mut key);
    key.push(b':');
    key
}

/// Appends the object of a row, and says what of it no record can have.
fn write(row: &Row<'_>, keys: &[Option<Vec<u8>>], to: &mut Vec<u8>) -> rusqlite::Result<Option<Error>> {
    let mut why = None;
    to.push(b'{');
    for (at, key) in keys.iter().enumerate() {
        let (Some(key), value) = (key, row.get_ref(at)?) else { continue };
        if value == ValueRef::Null {
            continue;
        }
        if to.len() > 1 {
            to.push(b',');
        }
        to.extend_from_slice(key);
        match value {
            ValueRef::Null => {}
            ValueRef::Integer(number) => json::write_i64(number, to),
            ValueRef::Real(number) if number.is_finite() => json::write_f64(number, to),
            ValueRef::Real(number) => {
                json::write_string(&number.to_string(), to);
                why = Some(Error::data(Code::Value, format!("{} is no number that JSON has", number)));
            }
            ValueRef::Text(text) => match str::from_utf8(text) {
                Ok(text) => json::write_string(text, to),
                Err(wrong) => {
                    json::write_string(&String::from_utf8_lossy(text), to);
                    why = Some(Error::data(
                        Code::Utf8,
                        format!("not UTF-8 at byte {} of a text", wrong.valid_up_to() + 1),
                    ));
                }
            },
            ValueRef::Blob(bytes) => {
                json::write_string(&BASE64.encode(bytes), to);
                why = Some(Error::data(Code::Binary, "a column has bytes that are no text (--columns names others)"));
            }
        }
    }
    to.push(b'}');
    Ok(why)
}
