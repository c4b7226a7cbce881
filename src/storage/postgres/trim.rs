//! Deleting what is old: in chunks, oldest first, each one short transaction.
//!
//! What a transaction deletes is what it hands to the archive, before it commits: a record that comes late, among the
//! old ones, is in both or in neither.

use super::cells::{Part, Selected};
use super::hold::Hold;
use super::server::{Params, Server};
use super::{fault, rolled, timescale};
use crate::form::cells::Fields;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::storage::columns::{Role, device_name, key_names, quoted};
use crate::storage::engine::{Chosen, Limits, Old as TooOld, Takers, Trimmer};
use crate::storage::settings::Precision;
use tokio_postgres::types::Type as Sql;

/// A chunk that was in another transaction's way is tried this often.
const TRIES: u32 = 5;

/// An open database that this process alone trims.
pub(crate) struct Trimming {
    target: String,
    server: Server,
    hold: Hold,
    /// Where the last chunk ended: table and key. The next one begins there, past what is deleted and not cleaned up
    /// yet.
    behind: Option<(String, Vec<Part>)>,
    /// The series of that chunk.
    chosen: Option<Chosen>,
    /// Tables that have something to be cleaned up.
    touched: Vec<String>,
}

impl Trimming {
    pub(crate) fn open(target: &str) -> Result<Trimming> {
        let server = Server::connect(target)?;
        let hold = hold(target, &server)?;
        Ok(Trimming { target: target.to_owned(), server, hold, behind: None, chosen: None, touched: Vec::new() })
    }

    /// Connects again where a connection was lost since the last run.
    fn wake(&mut self) -> Result<()> {
        if self.server.is_closed() {
            self.server = Server::connect(&self.target)?;
        }
        if !self.hold.is_held() {
            self.hold = hold(&self.target, &self.server)?;
        }
        Ok(())
    }

    fn ask(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        let rows = self.server.query("read", sql, params)?;
        let n = rows.first().and_then(|row| row.get::<_, Option<i64>>(0));
        Ok(n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
    }

    /// The condition that a record is of these series.
    fn condition(&mut self, table: &str, of: Option<&Chosen>) -> Result<Option<String>> {
        let Some(of) = of else { return Ok(None) };
        let name = device_name(table, &self.server.columns_of(table)?)?;
        // A text that looks like a number is kept in quotes.
        let texts =
            of.devices.iter().flat_map(|device| [device.clone(), serde_json::Value::from(&device[..]).to_string()]);
        let list: Vec<String> = texts.map(|text| literal(&text)).collect();
        let not = if of.others { "NOT " } else { "" };
        Ok(Some(format!("{not}({name} = ANY (ARRAY[{}]::text[]))", list.join(", "))))
    }

    fn count(&self, table: &str) -> Result<u64> {
        self.ask(&format!("SELECT count(*) FROM {}", quoted(table)), &[])
    }

    /// About the bytes that the rows of a table would take if nothing had ever been deleted from it: the space of what
    /// was is used again, but not given back.
    fn used(&mut self, table: &str) -> Result<u64> {
        let columns = self.server.columns_of(table)?;
        let kept = self.server.kept(table)?;
        let series = columns.iter().filter(|c| c.role == Role::Series);
        let series: String = series.map(|c| format!(" + pg_column_size({})", quoted(&c.name))).collect();
        let indexes = u8::from(kept.has_key) + u8::from(kept.by_series);
        // A row and each of its entries in indexes (a header, the time, the series) begin at a multiple of 8, and have a
        // pointer of 4 in their page. Indexes are 9/10 full. Maps of the pages, and a few pages with nothing but heads.
        let aligned = |bytes: &str| format!("(({bytes} + 7) / 8 * 8 + 4)");
        let (row, entry) = (aligned("pg_column_size(kymo_row.*)"), aligned(&format!("8 + 8{series}")));
        let name = quoted(table);
        let sql = format!(
            "SELECT (coalesce(sum({row} + {entry} * {indexes} * 10 / 9), 0) + 32768
                + pg_relation_size(to_regclass($1), 'fsm') + pg_relation_size(to_regclass($1), 'vm'))::bigint
                FROM {name} AS kymo_row"
        );
        Ok(self.ask(&sql, &[(&name, Sql::TEXT)])?.min(self.server.size_of(table)?))
    }

    /// The key of the last of the oldest `rows` records before a time.
    fn key(&self, table: &Old<'_>, rows: u64) -> Result<Option<Vec<Part>>> {
        let (names, latest) = (table.key.join(", "), table.latest());
        let mut parts = Vec::new();
        let mut conditions = Vec::new();
        if let Some(before) = table.before {
            parts.push(Part::not_before(before, table.precision));
            conditions.push(format!("{} < $1", table.key[0]));
        }
        if let Some(condition) = &table.chosen {
            conditions.push(condition.clone());
        }
        if let Some(behind) = self.behind(table.name) {
            // The time alone says which chunks and pages cannot have it; a whole key does not.
            conditions.push(format!("{} >= ${}", table.key[0], parts.len() + 1));
            conditions.push(format!("({names}) > ({})", marks(parts.len(), behind.len())));
            parts.extend_from_slice(behind);
        }
        let condition =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT * FROM (SELECT {names} FROM {} {condition} ORDER BY {names} LIMIT {rows}) AS kymo_old
                ORDER BY {latest} LIMIT 1",
            quoted(table.name)
        );
        let params: Vec<_> = parts.iter().map(|part| part.param(table.precision)).collect();
        let found = self.server.query("trim", &sql, &params)?;
        let key = found.first().map(Part::all).transpose();
        key.map_err(|e| self.server.fault("trim", e))
    }

    /// Where the last chunk of a table ended.
    fn behind(&self, table: &str) -> Option<&[Part]> {
        self.behind.as_ref().filter(|(last, _)| last == table).map(|(_, key)| &key[..])
    }

    /// Deletes the records from the last chunk on up to and with a key, in one transaction; the archive and the rollup have
    /// them before it ends.
    fn delete(&mut self, table: &Old<'_>, key: &[Part], takers: &mut Takers<'_>) -> Result<u64> {
        if table.is_hypertable {
            self.decompress(table, key)?;
        }
        // From here on no column is added: what is archived is all of a record.
        let (any, name) = (timescale::ANY_CHUNK, quoted(table.name));
        let any = if table.is_hypertable { format!("{any}; {}", timescale::NO_BITMAP) } else { any.to_owned() };
        self.server.run("trim", &format!("BEGIN; {any}; LOCK TABLE {name} IN ROW EXCLUSIVE MODE"))?;
        let deleted = self.delete_in_transaction(table, key, takers);
        let deleted = deleted.and_then(|rows| self.server.run("trim", "COMMIT").map(|()| rows));
        if deleted.is_err() {
            // Nothing was deleted; the error that is on its way says why.
            let _ = self.server.run("trim", "ROLLBACK");
        }
        deleted
    }

    /// Makes plain rows of what is about to be deleted, in a transaction of its own.
    fn decompress(&self, table: &Old<'_>, key: &[Part]) -> Result<()> {
        let (name, time, no_row) = (quoted(table.name), &table.key[0], timescale::NO_ROW);
        let mut parts = vec![&key[0]];
        let mut sql = format!("DELETE FROM {name} WHERE {time} <= $1");
        if let Some(behind) = self.behind(table.name) {
            parts.push(&behind[0]);
            sql += &format!(" AND {time} >= $2");
        }
        let params: Vec<_> = parts.iter().map(|part| part.param(table.precision)).collect();
        self.server.run("trim", &format!("BEGIN; {}", timescale::ANY_CHUNK))?;
        let done = self.server.execute("trim", &format!("{sql} AND {no_row}"), &params);
        self.server.run("trim", if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        done.map(drop)
    }

    fn delete_in_transaction(&mut self, table: &Old<'_>, key: &[Part], takers: &mut Takers<'_>) -> Result<u64> {
        let names = table.key.join(", ");
        let (name, time) = (quoted(table.name), &table.key[0]);
        let mut sql = format!("DELETE FROM {name} WHERE {time} <= $1 AND ({names}) <= ({})", marks(0, key.len()));
        if let Some(condition) = &table.chosen {
            sql += &format!(" AND {condition}");
        }
        let mut parts = key.to_vec();
        if let Some(behind) = self.behind(table.name) {
            sql += &format!(" AND {time} >= ${}", parts.len() + 1);
            sql += &format!(" AND ({names}) > ({})", marks(parts.len(), behind.len()));
            parts.extend_from_slice(behind);
        }
        let params: Vec<_> = parts.iter().map(|part| part.param(table.precision)).collect();
        if takers.is_empty() {
            return self.server.execute("trim", &sql, &params);
        }
        let selected = Selected::new(self.server.columns_of(table.name)?);
        let sql = format!("{sql} RETURNING {}", selected.list());
        let rows = self.server.query("trim", &sql, &params)?;
        let fault = |e| self.server.fault("trim", e);
        let keyed = rows.iter().map(|row| Ok((selected.key(row)?, row)));
        let mut rows: Vec<_> = keyed.collect::<Result<_, _>>().map_err(fault)?;
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        let lines = rows.iter().map(|(_, row)| {
            let mut line = Vec::with_capacity(256);
            selected.write_row(row, &mut line).map(|()| line)
        });
        let lines: Vec<Vec<u8>> = lines.collect::<Result<_, _>>().map_err(fault)?;
        if let Some(rollup) = takers.rollup {
            rolled::add(&mut self.server, table.name, &selected.columns, rollup, &lines)?;
        }
        let Some(archive) = &mut takers.archive else { return Ok(lines.len() as u64) };
        let bytes = i64::try_from(archive.append(&lines)?).unwrap_or(i64::MAX);
        let keep = "INSERT INTO kymo_archive (path, bytes) VALUES ($1, $2)
            ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes";
        self.server.execute("trim", keep, &[(&place(archive.name()), Sql::TEXT), (&bytes, Sql::INT8)])?;
        Ok(lines.len() as u64)
    }
}

impl Trimmer for Trimming {
    fn is_fresh(&mut self) -> Result<bool> {
        self.wake()?;
        Ok(self.server.tables()?.is_empty())
    }

    fn fields(&mut self, table: &str) -> Result<Fields> {
        self.server.fields_of(table)
    }

    fn excess(&mut self, table: &str, limits: &Limits) -> Result<u64> {
        let time = key_names(&self.server.columns_of(table)?).swap_remove(0);
        let mut excess = 0;
        for old in &limits.old {
            let precision = self.server.kept(table)?.precision;
            let chosen = self.condition(table, old.series.as_ref())?.map_or(String::new(), |sql| format!(" AND {sql}"));
            let sql = format!("SELECT count(*) FROM {} WHERE {time} < $1{chosen}", quoted(table));
            excess += self.ask(&sql, &[Part::not_before(old.before, precision).param(precision)])?;
        }
        if let Some(max) = limits.max_rows {
            excess = excess.max(self.count(table)?.saturating_sub(max));
        }
        if let Some(max) = limits.max_size {
            let used = self.used(table)?;
            if used > max {
                // Rows are taken to be of one size.
                let (rows, share) = (self.count(table)?, (used - max) as f64 / used as f64);
                excess = excess.max(((rows as f64 * share).ceil() as u64).min(rows));
            }
        }
        Ok(excess)
    }

    fn chunk(&mut self, table: &str, old: Option<&TooOld>, rows: u64, takers: &mut Takers<'_>) -> Result<u64> {
        self.wake()?;
        let precision = self.server.kept(table)?.precision;
        let is_hypertable = timescale::is_hypertable(&self.server, table)?;
        let chosen = old.and_then(|old| old.series.clone());
        if chosen != self.chosen {
            (self.behind, self.chosen) = (None, chosen.clone());
        }
        let before = old.map(|old| old.before);
        // A chunk has records of all series.
        let is_plain = chosen.is_none() && takers.is_empty();
        if let (Some(before), true) = (before.filter(|_| is_plain), is_hypertable) {
            let dropped = timescale::drop_chunks(&mut self.server, table, precision, before)?;
            if dropped > 0 {
                return Ok(dropped);
            }
        }
        let key = key_names(&self.server.columns_of(table)?);
        let old =
            Old { name: table, key, precision, before, chosen: self.condition(table, chosen.as_ref())?, is_hypertable };
        let (mut tries, length) = (0, takers.length()?);
        loop {
            let Some(key) = self.key(&old, rows.max(1))? else {
                // Behind the last chunk there is nothing more; before it records may have come late.
                match self.behind.take() {
                    Some(_) => continue,
                    None => return Ok(0),
                }
            };
            match self.delete(&old, &key, takers) {
                Ok(deleted) => {
                    self.behind = Some((table.to_owned(), key));
                    if !self.touched.iter().any(|touched| touched == table) {
                        self.touched.push(table.to_owned());
                    }
                    return Ok(deleted);
                }
                // A deadlock: the other one has gone on.
                Err(why) if tries < TRIES && fault::state(&why).is_some_and(|state| state.starts_with("40")) => {
                    tries += 1;
                    takers.cut(length)?;
                }
                Err(why) => return Err(why),
            }
        }
    }

    fn archived(&mut self, name: &str) -> Result<Option<u64>> {
        let sql = "SELECT bytes FROM kymo_archive WHERE path = $1";
        let rows = self.server.query("read", sql, &[(&place(name), Sql::TEXT)])?;
        Ok(rows.first().and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()))
    }

    /// In one step: the space is there for new records, and what is free at the end of a table is given back. A table is
    /// never written again, as `VACUUM FULL` would, for which everybody has to wait.
    fn give_back(&mut self) -> Result<bool> {
        self.behind = None;
        for table in std::mem::take(&mut self.touched) {
            // Where somebody else holds the table, as the server itself when it cleans up, nobody is waited for.
            let cleaned = self.server.run("clean up", &format!("VACUUM (SKIP_LOCKED) {}", quoted(&table)));
            if let Err(why) = cleaned {
                diag::warn(Code::Vacuum, format_args!("{why}: the deletion itself succeeded"));
            }
        }
        Ok(false)
    }

    fn size(&mut self) -> Result<u64> {
        self.wake()?;
        let tables = self.server.tables()?;
        tables.iter().map(|table| self.server.size_of(table)).sum()
    }

    fn last_run(&mut self, table: &str) -> Result<Option<i64>> {
        if !self.server.is_made()? {
            return Ok(None);
        }
        let sql = "SELECT last_run FROM kymo_trim WHERE table_name = $1";
        let rows = self.server.query("read", sql, &[(&table, Sql::TEXT)])?;
        Ok(rows.first().map(|row| row.get(0)))
    }

    fn ran(&mut self, table: &str, at: i64) -> Result<()> {
        self.wake()?;
        let sql = "INSERT INTO kymo_trim (table_name, last_run) VALUES ($1, $2)
            ON CONFLICT (table_name) DO UPDATE SET last_run = excluded.last_run";
        self.server.execute("write to", sql, &[(&table, Sql::TEXT), (&at, Sql::INT8)]).map(drop)
    }
}

/// A table, and what of it is old.
struct Old<'t> {
    name: &'t str,
    /// The key's columns in SQL, time first.
    key: Vec<String>,
    precision: Precision,
    /// Records before this time, ns.
    before: Option<i64>,
    /// The condition that they are of the series that are trimmed.
    chosen: Option<String>,
    /// It may have compressed chunks.
    is_hypertable: bool,
}

impl Old<'_> {
    /// The order that begins with the latest.
    fn latest(&self) -> String {
        self.key.iter().map(|name| format!("{name} DESC")).collect::<Vec<_>>().join(", ")
    }
}

/// How many parameters in SQL, after the first `from`.
fn marks(from: usize, count: usize) -> String {
    (from + 1..=from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// A text in SQL, whatever the server's settings are.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace('\0', ""))
}

/// `Busy` if another trimmer has it.
fn hold(target: &str, server: &Server) -> Result<Hold> {
    let busy = || Error::new(Code::Busy, format!("{} is being trimmed by another kymo", server.name()));
    Hold::take(target, "trim")?.ok_or_else(busy)
}

/// The name of an archive in a database that several machines write to.
fn place(path: &str) -> String {
    format!("{}:{path}", rustix::system::uname().nodename().to_string_lossy())
}
