//! Records into tables that kymo did not make: one statement a batch, whose `$1` is the batch as a JSON array. What its
//! fields are and where they go is said in SQL, as `json_to_recordset($1) AS r(time timestamptz, value numeric)` does.
//!
//! A batch that the server refuses for what one record says is halved until that record is found.

use super::fault::state;
use super::link::Link;
use super::server::Server;
use super::staged::is_of_a_row;
use super::way::{Fates, Way};
use crate::flow::batch::Batch;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Record;
use crate::storage::engine::Stored;
use std::ops::Range;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type as Sql, to_sql_checked};

/// The SQLSTATE of what does not keep to the protocol.
const PROTOCOL: &str = "08P01";

/// A statement of the user's.
pub(super) struct Statement {
    sql: String,
    /// What comes twice may be inserted twice.
    at_least_once: bool,
}

impl Statement {
    pub(super) fn new(sql: &str, at_least_once: bool) -> Statement {
        Statement { sql: sql.trim().trim_end_matches(';').to_owned(), at_least_once }
    }

    /// The table that it inserts into, as it is written there.
    fn table(&self) -> Option<&str> {
        let lower = self.sql.to_ascii_lowercase();
        let at = lower.find("insert into")? + "insert into".len();
        let rest = self.sql[at..].trim_start();
        let mut quoted = false;
        let end = rest.find(|c: char| {
            quoted ^= c == '"';
            !quoted && (c.is_whitespace() || c == '(')
        });
        Some(&rest[..end.unwrap_or(rest.len())])
    }

    /// Inserts a range of records, or the halves of it.
    fn put(&self, server: &Server, lines: &[&[u8]], range: Range<usize>, fates: &mut Fates) -> Result<()> {
        server.run("insert into", "SAVEPOINT kymo")?;
        match server.execute("insert into", &self.sql, &[(&Array(&lines[range.clone()]), Sql::JSON)]) {
            Ok(rows) => {
                server.run("insert into", "RELEASE kymo")?;
                // Which ones it left out only the statement knows.
                let left_out = range.len().saturating_sub(usize::try_from(rows).unwrap_or(usize::MAX));
                for fate in &mut fates[range.end - left_out..range.end] {
                    *fate = Ok(Stored::Superseded);
                }
                Ok(())
            }
            Err(why) if is_of_a_row(&why) => {
                server.run("insert into", "ROLLBACK TO kymo; RELEASE kymo")?;
                if range.len() == 1 {
                    fates[range.start] = Err(Error::data(Code::NotStored, why.to_string()));
                    return Ok(());
                }
                let middle = range.start + range.len() / 2;
                self.put(server, lines, range.start..middle, fates)?;
                self.put(server, lines, middle..range.end, fates)
            }
            Err(why) => Err(why),
        }
    }
}

impl Way for Statement {
    fn ready(&mut self, link: &mut Link) -> Result<()> {
        // What is wrong with it, or with what we may do, is said before anything is taken: no records are inserted. A
        // PREPARE would say less, and a pooler would hand it on to the next client.
        let tried = link.begin()?.execute("insert into", &self.sql, &[(&Array(&[]), Sql::JSON)]);
        link.undo();
        tried.map_err(|why| match state(&why) {
            // It has a parameter behind `$1`. A pooler says so of its own troubles, and hangs up.
            Some(PROTOCOL) if link.is_up() => Error::usage(why.to_string()),
            // What the words name is not there.
            _ if why.code() == Code::NoTable => Error::usage(why.to_string()),
            _ => why,
        })?;
        let server = link.server()?;
        let Some(table) = self.table().filter(|_| !self.at_least_once) else { return Ok(()) };
        let sql = "SELECT EXISTS (SELECT FROM pg_index WHERE indrelid = to_regclass($1) AND indisunique)";
        let rows = server.query("look at", sql, &[(&table, Sql::TEXT)])?;
        if !rows.first().is_some_and(|row| row.get(0)) {
            let why =
                "has no unique index: repeated records would be stored twice; give --at-least-once, or create one";
            return Err(Error::usage(format!("--insert: table {table} {why}")));
        }
        Ok(())
    }

    fn take(&mut self, _: &mut Link, _: &Record<'_>) -> Result<()> {
        Ok(())
    }

    fn send(&mut self, _: &mut Link) -> Result<()> {
        Ok(())
    }

    fn store(&mut self, link: &mut Link, records: &Batch) -> Result<Fates> {
        link.undo();
        let server = link.begin()?;
        let lines: Vec<&[u8]> = records.records().map(|record| record.raw()).collect();
        let mut fates: Fates = lines.iter().map(|_| Ok(Stored::New)).collect();
        self.put(server, &lines, 0..lines.len(), &mut fates)?;
        Ok(fates)
    }

    fn undone(&mut self) {}

    fn committed(&mut self) {}
}

/// Records as one JSON array.
#[derive(Debug)]
struct Array<'a>(&'a [&'a [u8]]);

impl ToSql for Array<'_> {
    fn to_sql(
        &self,
        _: &Sql,
        to: &mut bytes::BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        for (n, line) in self.0.iter().enumerate() {
            to.extend_from_slice(if n == 0 { b"[" } else { b"," });
            to.extend_from_slice(line);
        }
        to.extend_from_slice(if self.0.is_empty() { b"[]" } else { b"]" });
        Ok(IsNull::No)
    }

    fn accepts(of: &Sql) -> bool {
        <&str as FromSql>::accepts(of) || *of == Sql::JSON
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_statement() {
        for (sql, table) in [
            ("INSERT INTO sensor_data (time) SELECT 1;", Some("sensor_data")),
            ("with x as (select 1)\ninsert into\n \"a b\".c(d) select 1", Some("\"a b\".c")),
            ("insert into t values (1)", Some("t")),
            ("SELECT f($1)", None),
        ] {
            assert_eq!(Statement::new(sql, false).table(), table, "{sql}");
        }
    }
}
