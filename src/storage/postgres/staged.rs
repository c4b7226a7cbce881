//! The sure way into a table: rows go into a temporary table first, those whose key is there already are looked at, and
//! a row that the server refuses is found by halving.
//!
//! Rows of one key within a batch are taken one round after another, so that each meets what the one before it left.

use super::columns::is_there;
use super::copy::{Copying, SLICE_BYTES};
use super::encode;
use super::fault;
use super::fault::state;
use super::rows::{self, Cells};
use super::schema::Kept;
use super::server::Server;
use super::timescale::{NO_BITMAP, NO_ROW};
use crate::flow::batch::Batch;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::mark::Mark;
use crate::reading::time;
use crate::storage::columns::{Role, key_names, quoted};
use crate::storage::engine::Stored;
use crate::storage::layout::Layout;
use crate::storage::settings::{OnConflict, Precision, Type};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use tokio_postgres::types::Type as Sql;

/// So often a round is tried again when another process writes the same keys in between.
const TRIES: usize = 8;

/// What became of records, by their places.
type Told = Vec<(usize, Result<Stored>)>;

/// The temporary table.
const NEW: &str = "pg_temp.kymo_new";

/// What a batch is stored with.
pub(super) struct Staging<'a> {
    pub(super) server: &'a Server,
    pub(super) layout: &'a mut Layout,
    pub(super) kept: Kept,
    /// Rows that are there may be changed.
    pub(super) updates: bool,
    /// Rows may be copied into the table itself; not where its rows have owners (row-level security).
    pub(super) copies: bool,
    /// The table may have compressed chunks.
    pub(super) is_hypertable: bool,
}

/// One record's row, on its way.
struct Row {
    /// Its place among the records.
    index: usize,
    /// Its time, ns.
    time: i64,
    cells: Vec<u8>,
    /// How many different ones of its key come before it.
    round: i32,
    /// The same as the last one of its key: it shares its fate.
    like: Option<usize>,
}

impl Staging<'_> {
    /// Stores records in the transaction that is open, and says what became of each. Their columns are there.
    pub(super) fn store(&mut self, records: &Batch) -> Result<Vec<Result<Stored>>> {
        let mut fates: Vec<Result<Stored>> = (0..records.len()).map(|_| Ok(Stored::New)).collect();
        let rows = self.rows(records, &mut fates)?;
        if self.kept.has_key || !self.copies {
            let (list, table) = (self.names().join(", "), quoted(&self.layout.settings.table));
            self.server.run(
                "write to",
                &format!(
                    "CREATE TEMP TABLE kymo_new ON COMMIT DROP AS \
                     SELECT 0 AS kymo_row, 0 AS kymo_round, {list} FROM {table} WITH NO DATA"
                ),
            )?;
        }
        self.put(&rows, 0..rows.len(), records, &mut fates)?;
        for row in &rows {
            if let Some(like) = row.like {
                fates[row.index] = match &fates[like] {
                    Ok(Stored::Superseded) => Ok(Stored::Superseded),
                    Ok(_) => Ok(Stored::Equal),
                    Err(why) => Err(Error::data(why.code(), why.to_string())),
                };
            }
        }
        Ok(fates)
    }

    /// The rows of records, with their rounds.
    fn rows(&mut self, records: &Batch, fates: &mut [Result<Stored>]) -> Result<Vec<Row>> {
        let mut rows: Vec<Row> = Vec::with_capacity(records.len());
        // It lives as long as the rows of a batch, which are larger: a batch is bounded in bytes.
        let mut last_of: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut cells = Cells::default();
        for (index, record) in records.records().enumerate() {
            let mut row = Row { index, time: 0, cells: Vec::with_capacity(96), round: 0, like: None };
            let written = match self.layout.resolve(&record) {
                Ok(changes) if !changes.is_empty() => {
                    Err(Error::data(Code::Field, "its columns are not there any more"))
                }
                Ok(_) => cells.write(self.layout, self.kept, &record, |_, _| {}, &mut row.cells),
                Err(why) => Err(why),
            };
            match written {
                Err(why) if why.kind() == Kind::Data => {
                    fates[index] = Err(why);
                    continue;
                }
                written => written?,
            }
            row.time = self.layout.settings.keys.time(&record)?;
            if self.kept.has_key {
                match last_of.entry(rows::key(self.layout, &record)?) {
                    Entry::Vacant(first) => {
                        first.insert(rows.len());
                    }
                    Entry::Occupied(mut last) => {
                        let before = &rows[*last.get()];
                        row.round = before.round;
                        if before.cells == row.cells {
                            row.like = Some(before.like.unwrap_or(before.index));
                        } else {
                            row.round += 1;
                            last.insert(rows.len());
                        }
                    }
                }
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Stores a range of rows; if the server refuses one, the halves.
    fn put(&self, rows: &[Row], range: Range<usize>, records: &Batch, fates: &mut [Result<Stored>]) -> Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        self.server.run("write to", "SAVEPOINT kymo")?;
        let mut own = Vec::new();
        let put = match self.kept.has_key {
            true => self.merge(&rows[range.clone()], records, &mut own),
            false => self.append(&rows[range.clone()]),
        };
        match put {
            Ok(()) => {
                self.server.run("write to", "RELEASE kymo")?;
                for (index, fate) in own {
                    fates[index] = fate;
                }
                Ok(())
            }
            Err(why) if is_of_a_row(&why) => {
                self.server.run("write to", "ROLLBACK TO kymo; RELEASE kymo")?;
                if range.len() == 1 {
                    fates[rows[range.start].index] = Err(Error::data(Code::NotStored, why.to_string()));
                    return Ok(());
                }
                let middle = range.start + range.len() / 2;
                self.put(rows, range.start..middle, records, fates)?;
                self.put(rows, middle..range.end, records, fates)
            }
            Err(why) => Err(why),
        }
    }

    /// Rows into a table without a key.
    fn append(&self, rows: &[Row]) -> Result<()> {
        let (table, list) = (quoted(&self.layout.settings.table), self.names().join(", "));
        let taken = if self.copies {
            self.copy(&format!("COPY {table} ({list}) FROM STDIN BINARY"), rows.iter(), |_, _| {}, 0)?
        } else {
            self.copy_new(rows.iter())?;
            let taken = self.server.execute(
                "write to",
                &format!("INSERT INTO {table} ({list}) SELECT {list} FROM {NEW}"),
                &[],
            )?;
            self.server.run("write to", "TRUNCATE pg_temp.kymo_new")?;
            taken
        };
        match rows.len() as u64 {
            given if taken < given => Err(fault::left_out(format!("write to {}", self.server.name()), given, taken)),
            _ => Ok(()),
        }
    }

    /// Rows into the temporary table.
    fn copy_new<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Result<u64> {
        let sql = format!("COPY {NEW} (kymo_row, kymo_round, {}) FROM STDIN BINARY", self.names().join(", "));
        let number = |row: &Row, to: &mut Vec<u8>| {
            encode::write_i32(row.index as i32, to);
            encode::write_i32(row.round, to);
        };
        self.copy(&sql, rows, number, 2)
    }

    fn copy<'r>(
        &self,
        sql: &str,
        rows: impl Iterator<Item = &'r Row>,
        before: impl Fn(&Row, &mut Vec<u8>),
        further: usize,
    ) -> Result<u64> {
        let mut copying = Copying::begin(self.server, sql)?;
        let cells = self.names().len() + further;
        let mut bytes = encode::HEADER.to_vec();
        for row in rows {
            encode::begin_row(cells, &mut bytes);
            before(row, &mut bytes);
            bytes.extend_from_slice(&row.cells);
            if bytes.len() >= SLICE_BYTES {
                copying.send(self.server, &mut bytes)?;
            }
        }
        bytes.extend_from_slice(encode::TRAILER);
        copying.send(self.server, &mut bytes)?;
        copying.finish(self.server)
    }

    /// Rows into a table with a key, by the rules of `--on-conflict`.
    fn merge(&self, rows: &[Row], records: &Batch, fates: &mut Told) -> Result<()> {
        let own = || rows.iter().filter(|row| row.like.is_none());
        self.copy_new(own())?;
        let span = self.span(rows);
        let mut rounds: Vec<i32> = own().map(|row| row.round).collect();
        rounds.sort_unstable();
        for round in rounds.chunk_by(|a, b| a == b) {
            let mut tries = 0;
            while !self.round(round[0], round.len(), &span, records, fates, tries + 1 == TRIES)? {
                tries += 1;
                if tries == TRIES {
                    let what = format!("write to {}", self.server.name());
                    return Err(fault::unreachable(what, "other processes write the same keys"));
                }
            }
        }
        self.server.run("write to", "TRUNCATE pg_temp.kymo_new")
    }

    /// One round; false: another process was in between, and nothing is changed. `is_last`: rows that are there are taken
    /// for stored, though the server counted fewer: a trigger may have put them elsewhere in the table.
    fn round(
        &self,
        round: i32,
        count: usize,
        span: &str,
        records: &Batch,
        fates: &mut Told,
        is_last: bool,
    ) -> Result<bool> {
        let (mut superseding, mut replacing) = (Vec::<i32>::new(), Vec::<i32>::new());
        let (table, by_key) = (quoted(&self.layout.settings.table), &self.by_key(span));
        let look = format!(
            "SELECT n.kymo_row, {}, {} FROM {NEW} n JOIN {table} t ON {by_key} WHERE n.kymo_round = $1",
            self.same(),
            self.filled()
        );
        let there = self.server.query("read", &look, &[(&round, Sql::INT4)])?;
        let mut told = Vec::with_capacity(count);
        for row in &there {
            let (index, same, old_filled): (i32, bool, bool) = (row.get(0), row.get(1), row.get(2));
            let record = records.record(index as usize);
            let new_filled = Mark::of(&record, &self.layout.settings.mark).is_whole();
            let fate = match (old_filled, new_filled, self.layout.settings.on_conflict) {
                _ if same => Ok(Stored::Equal),
                _ if !self.updates && (old_filled || new_filled) => Ok(Stored::Superseded),
                // Also by another filled one: it was made knowing more.
                (true, _, _) => {
                    superseding.push(index);
                    Ok(Stored::Replaced)
                }
                (false, true, _) | (false, false, OnConflict::Ignore) => Ok(Stored::Superseded),
                (false, false, OnConflict::Replace) if self.updates => {
                    replacing.push(index);
                    Ok(Stored::Replaced)
                }
                (false, false, _) => Err(Error::data(Code::Conflict, "a different record has this series and time")),
            };
            told.push((index as usize, fate));
        }
        self.server.run("write to", "SAVEPOINT round")?;
        let (list, key) = (self.names().join(", "), key_names(&self.layout.columns).join(", "));
        let insert = format!(
            "INSERT INTO {table} ({list}) SELECT {list} FROM {NEW} n WHERE n.kymo_round = $1 \
             AND NOT EXISTS (SELECT FROM {table} t WHERE {by_key}) ORDER BY {key} ON CONFLICT ({key}) DO NOTHING"
        );
        let mut done = self.server.execute("write to", &insert, &[(&round, Sql::INT4)])?;
        let new = (count - there.len()) as u64;
        if done < new {
            let (late, mut refused) = self.insert_rows(round, by_key, &insert)?;
            done += late + refused.len() as u64;
            if done < new && is_last {
                done = new;
            }
            told.append(&mut refused);
        }
        if self.is_hypertable && !(superseding.is_empty() && replacing.is_empty()) {
            let time = &key_names(&self.layout.columns)[0];
            let sql = format!("{NO_BITMAP}; UPDATE {table} t SET {time} = t.{time} WHERE {span} AND {NO_ROW}");
            self.server.run("write to", &sql)?;
        }
        let mut replaced = self.replace(&superseding, by_key, &format!("AND {}", self.filled()))?;
        replaced += self.replace(&replacing, by_key, "")?;
        superseding.append(&mut replacing);
        let lacks = replaced < superseding.len() as u64;
        if done != new || (lacks && !is_last) {
            self.server.run("write to", "ROLLBACK TO round; RELEASE round")?;
            return Ok(false);
        }
        self.server.run("write to", "RELEASE round")?;
        let left = if lacks { self.not_there(&superseding, by_key)? } else { HashSet::new() };
        for (index, fate) in &mut told {
            if left.contains(index) {
                *fate = Err(left_out());
            }
        }
        fates.append(&mut told);
        Ok(true)
    }

    /// The server inserted fewer rows than it was given: those that are not there are inserted one by one. Gives how many it
    /// took then, and the fates of those that it leaves out. `insert` is the statement of a round.
    fn insert_rows(&self, round: i32, by_key: &str, insert: &str) -> Result<(u64, Told)> {
        let table = quoted(&self.layout.settings.table);
        let absent = format!(
            "SELECT n.kymo_row FROM {NEW} n WHERE n.kymo_round = $1 \
             AND NOT EXISTS (SELECT FROM {table} t WHERE {by_key}) ORDER BY n.kymo_row"
        );
        let absent = self.server.query("read", &absent, &[(&round, Sql::INT4)])?;
        let one = insert.replacen("n.kymo_round = $1", "n.kymo_round = $1 AND n.kymo_row = $2", 1);
        let (mut late, mut refused) = (0, Vec::new());
        for row in &absent {
            let index: i32 = row.get(0);
            match self.server.execute("write to", &one, &[(&round, Sql::INT4), (&index, Sql::INT4)])? {
                0 => refused.push((index as usize, Err(left_out()))),
                rows => late += rows,
            }
        }
        Ok((late, refused))
    }

    /// Puts these rows in the place of those that have their keys. Gives how many the server took.
    fn replace(&self, rows: &[i32], by_key: &str, condition: &str) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let set: Vec<String> = self.names().iter().map(|name| format!("{name} = n.{name}")).collect();
        let sql = format!(
            "UPDATE {} t SET {} FROM {NEW} n WHERE {by_key} AND n.kymo_row = ANY($1) {condition}",
            quoted(&self.layout.settings.table),
            set.join(", "),
        );
        self.server.execute("write to", &sql, &[(&rows, Sql::INT4_ARRAY)])
    }

    /// Those of these rows that the table does not have as they are: a trigger may have put them there in its own way.
    fn not_there(&self, rows: &[i32], by_key: &str) -> Result<HashSet<usize>> {
        let (table, same) = (quoted(&self.layout.settings.table), self.same());
        let sql = format!(
            "SELECT n.kymo_row FROM {NEW} n WHERE n.kymo_row = ANY($1) \
             AND NOT EXISTS (SELECT FROM {table} t WHERE {by_key} AND {same})"
        );
        let absent = self.server.query("read", &sql, &[(&rows, Sql::INT4_ARRAY)])?;
        Ok(absent.iter().map(|row| row.get::<_, i32>(0) as usize).collect())
    }

    /// The names of the columns, as SQL has them.
    fn names(&self) -> Vec<String> {
        self.layout.columns.iter().filter(|c| is_there(c)).map(|c| quoted(&c.name)).collect()
    }

    /// A row of the table `t` and one of the new ones have one key, within their span.
    fn by_key(&self, span: &str) -> String {
        let key = key_names(&self.layout.columns);
        let equal: Vec<String> = key.iter().map(|name| format!("t.{name} = n.{name}")).collect();
        format!("{} AND {span}", equal.join(" AND "))
    }

    /// A row of the table `t` is in the span of the times of these. It says which chunks of a hypertable cannot have any of
    /// them, before any row is looked at.
    fn span(&self, rows: &[Row]) -> String {
        let time = &key_names(&self.layout.columns)[0];
        let (first, last) = (rows.iter().map(|row| row.time).min(), rows.iter().map(|row| row.time).max());
        let literal = |ns: Option<i64>| time_literal(ns.unwrap_or(0), self.kept.precision);
        format!("t.{time} >= {} AND t.{time} <= {}", literal(first), literal(last))
    }

    /// … and are the same.
    fn same(&self) -> String {
        let fields = self.layout.columns.iter().filter(|c| !matches!(c.role, Role::Time | Role::Series));
        let same = fields.filter(|c| is_there(c)).map(|column| {
            let name = quoted(&column.name);
            // JSON has no equality of its own; it is kept without blanks.
            let cast = if column.role.field_type() == Some(Type::Json) { "::text" } else { "" };
            format!("t.{name}{cast} IS NOT DISTINCT FROM n.{name}{cast}")
        });
        let same: Vec<String> = same.collect();
        if same.is_empty() { "true".to_owned() } else { format!("({})", same.join(" AND ")) }
    }

    /// The row of the table `t` is filled.
    fn filled(&self) -> String {
        let mark = &self.layout.settings.mark;
        let column = self.layout.columns.iter().find(|c| c.field == *mark && c.role == Role::Field(Type::Bool));
        column.map_or_else(|| "false".to_owned(), |column| format!("(t.{} IS TRUE)", quoted(&column.name)))
    }
}

/// A time as its column has it, in SQL.
fn time_literal(ns: i64, precision: Precision) -> String {
    match precision {
        Precision::Ns => format!("BIGINT '{ns}'"),
        Precision::Us => {
            let mut text = Vec::new();
            time::write_rfc3339(ns, &mut text);
            format!("TIMESTAMPTZ '{}'", String::from_utf8_lossy(&text))
        }
    }
}

/// A row was neither stored nor refused.
fn left_out() -> Error {
    let why = "the server neither stored nor refused it: a trigger or a rule of the table leaves it out";
    Error::data(Code::NotStored, why)
}

/// The server refuses what a row says (a constraint, a trigger), not who asks or how.
pub(super) fn is_of_a_row(why: &Error) -> bool {
    if fault::is_left_out(why) {
        return true;
    }
    // Data exceptions, constraints, triggers' words, checks of views, limits (a key that no index takes).
    matches!(state(why).and_then(|state| state.get(..2)), Some("22" | "23" | "P0" | "44" | "21" | "38" | "39" | "54"))
}

/// What the server refuses for what a row says is a fault of its record.
pub(super) fn refused(why: Error) -> Error {
    if is_of_a_row(&why) { Error::data(Code::NotStored, why.to_string()) } else { why }
}
