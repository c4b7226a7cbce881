//! Writing: records in, rows out, in one transaction a commit.
//!
//! A row is inserted first and looked at only if its key is there already: new records, nearly all, cost one statement.

use super::columns::{Column, Role, free_name, key_names};
use super::{Access, File, lock_path, quoted};
use crate::db::{Each, Evolve, OnConflict, Stored, Type, WriteSettings, Writer};
use crate::error::{Error, Fault, Kind, Result};
use crate::json::{self, Kind as JsonKind};
use crate::lock::FileLock;
use crate::pipeline;
use crate::record::{Batch, Field, Record};
use crate::stage::States;
use crate::time;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, params};
use std::collections::HashMap;

/// An open file with the table that is written.
pub struct Writing {
    file: File,
    table: Table,
    /// A transaction is open.
    open: bool,
    lock: Option<FileLock>,
    kept: States,
}

/// The table, and where a record's fields go in it.
struct Table {
    settings: WriteSettings,
    /// None until the first record says which.
    columns: Vec<Column>,
    by_field: HashMap<String, usize>,
    sql: Statements,
    /// The fields of the last record as they were spelled, with their columns: most records have the same.
    order: Vec<(Vec<u8>, usize)>,
    /// The columns of the record at hand, by field.
    slots: Vec<usize>,
    nulls: Vec<u8>,
    more: Vec<u8>,
}

#[derive(Default)]
struct Statements {
    insert: String,
    replace: String,
    /// Counts the row with this key if all of it is the same.
    same: String,
    /// Whether the row with this key is filled.
    filled: Option<String>,
}

/// The slot of a field that has no column of its own.
const MORE: usize = usize::MAX;

/// A record cannot be bound before the table has changed.
enum Resolved {
    Ready,
    /// Fields without a column, and columns that now have a type.
    Change(Vec<(String, Type)>),
}

impl Writing {
    pub fn open(path: &str, settings: WriteSettings) -> Result<Writing> {
        let name = &settings.table;
        if name.is_empty() || name.starts_with("kymo_") || name.starts_with("sqlite_") || name.contains('\0') {
            return Err(Error::usage(format!("--table {name:?} cannot be a table of readings")));
        }
        let file = File::open(path, Access::Create)?;
        file.set_sync(settings.sync)?;
        // 16 MiB between checkpoints: fewer and longer writes to the file than SQLite's 4 MiB.
        file.db.pragma_update(None, "wal_autocheckpoint", 4000).map_err(|e| file.fault("prepare", e))?;
        let columns = file.columns(&settings.table)?.unwrap_or_default();
        let mut table = Table {
            settings,
            columns: Vec::new(),
            by_field: HashMap::new(),
            sql: Statements::default(),
            order: Vec::new(),
            slots: Vec::new(),
            nulls: Vec::new(),
            more: Vec::new(),
        };
        if !columns.is_empty() {
            table.check_keys(&columns)?;
            table.set_columns(columns);
        }
        Ok(Writing { file, table, open: false, lock: None, kept: States::default() })
    }

    fn begin(&mut self) -> Result<()> {
        if !self.open {
            self.file.db.execute_batch("BEGIN IMMEDIATE").map_err(|e| self.file.fault("begin to write", e))?;
            self.open = true;
        }
        Ok(())
    }
}

impl Writer for Writing {
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()> {
        if !batch.is_empty() {
            self.begin()?;
        }
        let mut records = batch.records().peekable();
        while let Some(first) = records.peek() {
            if self.table.columns.is_empty() {
                let made = self.table.create(&self.file, first);
                match made {
                    Err(why) if why.kind() == Kind::Data => {
                        each(first, Err(why))?;
                        records.next();
                        continue;
                    }
                    made => made?,
                }
            }
            let prepared = self.file.db.prepare_cached(&self.table.sql.insert);
            let mut insert = prepared.map_err(|e| self.file.fault("write to", e))?;
            // Until the table changes, and the statement with it.
            while let Some(record) = records.peek() {
                match self.table.resolve(record) {
                    Err(why) => each(record, Err(why))?,
                    Ok(Resolved::Ready) => match self.table.insert(&self.file, &mut insert, record) {
                        Err(why) if why.kind() != Kind::Data => return Err(why),
                        stored => each(record, stored)?,
                    },
                    Ok(Resolved::Change(change)) => {
                        drop(insert);
                        self.table.evolve(&self.file, change)?;
                        break;
                    }
                }
                records.next();
            }
        }
        Ok(())
    }

    fn keep_rejects(&mut self, rejects: &[u8]) -> Result<()> {
        for line in rejects.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            self.begin()?;
            let reject: serde_json::Value = serde_json::from_slice(line).unwrap_or_default();
            let text = |name: &str| reject.get(name).and_then(|v| v.as_str()).map(str::to_owned);
            let sql =
                "INSERT OR IGNORE INTO kymo_rejects (received, stage, reason, raw, reject) VALUES (?1, ?2, ?3, ?4, ?5)";
            let raw = text("raw").or_else(|| text("raw_base64"));
            let whole = String::from_utf8_lossy(line);
            let values = params![time::now(), text("stage"), text("reason"), raw, whole];
            let mut insert = self.file.db.prepare_cached(sql).map_err(|e| self.file.fault("write to", e))?;
            insert.execute(values).map_err(|e| self.file.fault("write rejects to", e))?;
        }
        Ok(())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        if let Some(states) = states.filter(|states| !states.stages.is_empty() && **states != self.kept) {
            self.begin()?;
            let fault = |e| self.file.fault("keep the state in", e);
            let forget = "DELETE FROM kymo_state WHERE pipeline = ?1";
            self.file.db.prepare_cached(forget).and_then(|mut s| s.execute([&states.pipeline])).map_err(fault)?;
            let keep = "INSERT INTO kymo_state (pipeline, stage, state) VALUES (?1, ?2, ?3)";
            let mut keep = self.file.db.prepare_cached(keep).map_err(fault)?;
            for (stage, state) in &states.stages {
                keep.execute(params![states.pipeline, stage, state]).map_err(fault)?;
            }
            self.kept = states.clone();
        }
        if self.open {
            self.file.db.execute_batch("COMMIT").map_err(|e| self.file.fault("commit to", e))?;
            self.open = false;
        }
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<States> {
        let plain = pipeline.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let name = if plain { pipeline.to_owned() } else { pipeline::name_of(pipeline) };
        let lock = FileLock::try_exclusive(&lock_path(&self.file.path, &format!("{name}.lock")))?;
        let busy =
            || Error::new(Kind::Busy, format!("pipeline {pipeline} of {} runs in another process", self.file.path));
        self.lock = Some(lock.ok_or_else(busy)?);
        let fault = |e| self.file.fault("read the state in", e);
        let sql = "SELECT stage, state FROM kymo_state WHERE pipeline = ?1";
        let mut rows = self.file.db.prepare_cached(sql).map_err(fault)?;
        let rows = rows.query_map([pipeline], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
        let stages = rows.collect::<rusqlite::Result<_>>().map_err(fault)?;
        self.kept = States { pipeline: pipeline.to_owned(), stages };
        Ok(self.kept.clone())
    }
}

impl Table {
    /// The table's key must be the one that the flags name.
    fn check_keys(&self, columns: &[Column]) -> Result<()> {
        let fields = |role| columns.iter().filter(|c| c.role == role).map(|c| c.field.clone()).collect::<Vec<_>>();
        let (time, series) = (fields(Role::Time), fields(Role::Series));
        let keys = &self.settings.keys;
        let mut by = keys.by().to_vec();
        by.sort();
        let mut have = series.clone();
        have.sort();
        if time != [keys.time_name()] || have != by {
            return Err(Error::usage(format!(
                "table {} has --time {} --by {}, not --time {} --by {}",
                self.settings.table,
                time.join(","),
                series.join(","),
                keys.time_name(),
                keys.by().join(",")
            )));
        }
        Ok(())
    }

    /// Makes the table: the fields of its first record, in their order, after what `--schema` names.
    fn create(&mut self, file: &File, first: &Record<'_>) -> Result<()> {
        self.settings.keys.time(first)?;
        let mut columns: Vec<Column> = Vec::new();
        let mut add = |field: &str, role: Role| {
            if !columns.iter().any(|column| column.field == field) {
                let name = free_name(field, &columns);
                columns.push(Column { field: field.to_owned(), name, role });
            }
        };
        let keys = self.settings.keys.clone();
        let role = |field: &str, of: Type| match field {
            field if field == keys.time_name() => Role::Time,
            field if keys.by().iter().any(|by| by == field) => Role::Series,
            _ => Role::Field(of),
        };
        if self.settings.columns.is_empty() {
            for field in first.fields() {
                add(&field.name(), role(&field.name(), Type::of(field.kind())));
            }
        }
        for (field, of) in &self.settings.columns {
            add(field, role(field, *of));
        }
        add(keys.time_name(), Role::Time);
        for by in keys.by() {
            add(by, Role::Series);
        }
        if columns.len() > self.settings.max_columns {
            return Err(self.too_wide(columns.len()));
        }
        let table = quoted(&self.settings.table);
        let definitions: Vec<String> = columns.iter().map(|c| c.definition(true)).collect();
        let key = key_names(&columns).join(", ");
        let sql =
            format!("CREATE TABLE {table} ({}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID", definitions.join(", "));
        file.db.execute_batch(&sql).map_err(|e| file.fault("make a table in", e))?;
        for (position, column) in columns.iter().enumerate() {
            self.note(file, position, column)?;
        }
        self.set_columns(columns);
        self.make_view(file)
    }

    fn too_wide(&self, n: usize) -> Error {
        Error::data(
            "columns",
            format!(
                "table {} would have {n} columns, more than --max-columns {}",
                self.settings.table, self.settings.max_columns
            ),
        )
    }

    /// Keeps what a column is for.
    fn note(&self, file: &File, position: usize, column: &Column) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO kymo_columns (table_name, position, field, column_name, type) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![self.settings.table, position as i64, column.field, column.name, column.role.word()];
        file.db
            .prepare_cached(sql)
            .and_then(|mut s| s.execute(values))
            .map_err(|e| file.fault("make a column in", e))?;
        Ok(())
    }

    /// A view for people: the time as RFC 3339.
    fn make_view(&self, file: &File) -> Result<()> {
        let table = &self.settings.table;
        let view = quoted(&format!("{table}_utc"));
        let column = |column: &Column| {
            let name = quoted(&column.name);
            match column.role {
                Role::Time => format!(
                    "strftime('%Y-%m-%dT%H:%M:%S', ({name} - (({name} % 1000000000) + 1000000000) % 1000000000) / 1000000000, 'unixepoch') \
                     || CASE WHEN {name} % 1000000000 = 0 THEN '' \
                     ELSE rtrim(printf('.%09d', (({name} % 1000000000) + 1000000000) % 1000000000), '0') END || 'Z' AS {name}"
                ),
                _ => name,
            }
        };
        let list: Vec<String> = self.columns.iter().filter(|c| c.role != Role::Nulls).map(column).collect();
        let sql = format!(
            "DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT {} FROM {}",
            list.join(", "),
            quoted(table)
        );
        file.db.execute_batch(&sql).map_err(|e| file.fault("make a view in", e))
    }

    fn set_columns(&mut self, columns: Vec<Column>) {
        let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
        let table = quoted(&self.settings.table);
        let list = names.join(", ");
        let marks = (1..=names.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        let place = |column: &Column| columns.iter().position(|c| c.name == column.name).map_or(0, |n| n + 1);
        let is_key = |c: &&Column| matches!(c.role, Role::Time | Role::Series);
        let key: Vec<String> =
            columns.iter().filter(is_key).map(|c| format!("{} = ?{}", quoted(&c.name), place(c))).collect();
        let rest = columns.iter().filter(|c| !is_key(c)).map(|c| format!("{} IS ?{}", quoted(&c.name), place(c)));
        let same: Vec<String> = key.iter().cloned().chain(rest).collect();
        let mark = columns.iter().find(|c| c.field == self.settings.mark && matches!(c.role, Role::Field(_)));
        self.sql = Statements {
            insert: format!("INSERT INTO {table} ({list}) VALUES ({marks}) ON CONFLICT DO NOTHING"),
            replace: format!("REPLACE INTO {table} ({list}) VALUES ({marks})"),
            same: format!("SELECT count(*) FROM {table} WHERE {}", same.join(" AND ")),
            filled: mark.map(|c| format!("SELECT {} IS 1 FROM {table} WHERE {}", quoted(&c.name), key.join(" AND "))),
        };
        let own = |column: &Column| !matches!(column.role, Role::Nulls | Role::More);
        self.by_field = columns.iter().enumerate().filter(|(_, c)| own(c)).map(|(i, c)| (c.field.clone(), i)).collect();
        self.columns = columns;
        self.order.clear();
    }

    /// Finds the column of each field.
    fn resolve(&mut self, record: &Record<'_>) -> Result<Resolved> {
        let mut change = Vec::new();
        let mut has_null = false;
        self.slots.clear();
        for (i, field) in record.fields().enumerate() {
            let known = self.order.get(i).filter(|(name, _)| name == field.raw_name()).map(|(_, slot)| *slot);
            let slot = match known {
                Some(slot) => slot,
                None => {
                    let name = field.name();
                    let found = self.by_field.get(&*name).copied();
                    let slot = match (found, self.settings.evolve) {
                        (Some(slot), _) => slot,
                        (None, Evolve::Json) => MORE,
                        (None, Evolve::Add) => {
                            change.push((name.into_owned(), Type::of(field.kind())));
                            continue;
                        }
                        (None, Evolve::Reject) => {
                            let why = format!("field {name:?} has no column in table {}", self.settings.table);
                            return Err(Error::data("field", why));
                        }
                    };
                    self.order.truncate(i);
                    self.order.push((field.raw_name().to_vec(), slot));
                    slot
                }
            };
            has_null |= field.kind() == JsonKind::Null && slot != MORE;
            let unset = self.columns.get(slot).is_some_and(|c| c.role == Role::Field(Type::Unset));
            if unset && field.kind() != JsonKind::Null {
                change.push((field.name().into_owned(), Type::of(field.kind())));
            }
            self.slots.push(slot);
        }
        let needs = |role| !self.columns.iter().any(|c| c.role == role);
        if has_null && needs(Role::Nulls) {
            change.push((String::new(), Type::Unset));
        }
        if self.slots.contains(&MORE) && needs(Role::More) {
            change.push((String::new(), Type::Json));
        }
        if change.is_empty() {
            return Ok(Resolved::Ready);
        }
        let new = change.iter().filter(|(name, _)| !self.by_field.contains_key(name)).count();
        if self.columns.len() + new > self.settings.max_columns {
            return Err(self.too_wide(self.columns.len() + new));
        }
        Ok(Resolved::Change(change))
    }

    /// Adds columns, and gives a type to those that had none.
    fn evolve(&mut self, file: &File, change: Vec<(String, Type)>) -> Result<()> {
        let mut columns = std::mem::take(&mut self.columns);
        for (field, of) in change {
            if let Some(position) = columns.iter().position(|c| c.field == field && matches!(c.role, Role::Field(_))) {
                columns[position].role = Role::Field(of);
                self.note(file, position, &columns[position])?;
                continue;
            }
            let (role, wish) = match (field.is_empty(), of) {
                (true, Type::Unset) => (Role::Nulls, "kymo_nulls"),
                (true, Type::Json) => (Role::More, "more"),
                _ => (Role::Field(of), field.as_str()),
            };
            let column = Column { name: free_name(wish, &columns), field: field.clone(), role };
            let sql = format!("ALTER TABLE {} ADD COLUMN {}", quoted(&self.settings.table), column.definition(false));
            file.db.execute_batch(&sql).map_err(|e| file.fault("add a column in", e))?;
            self.note(file, columns.len(), &column)?;
            columns.push(column);
        }
        self.set_columns(columns);
        self.make_view(file)
    }

    fn insert(&mut self, file: &File, insert: &mut CachedStatement<'_>, record: &Record<'_>) -> Result<Stored> {
        let fault = |e| file.fault("write to", e);
        self.bind(file, insert, record)?;
        if insert.raw_execute().map_err(fault)? == 1 {
            return Ok(Stored::New);
        }
        // Rare from here on: the key is there already.
        if self.ask(file, &self.sql.same.clone(), record)? == 1 {
            return Ok(Stored::Equal);
        }
        let old_filled = match self.sql.filled.clone() {
            Some(sql) => self.ask(file, &sql, record)? == 1,
            None => false,
        };
        let new_filled = record.field(&self.settings.mark).is_some_and(|f| f.kind() == JsonKind::True);
        let replace = match (old_filled, new_filled, self.settings.on_conflict) {
            (true, _, _) => true,
            (false, true, _) | (false, false, OnConflict::Ignore) => false,
            (false, false, OnConflict::Replace) => true,
            (false, false, OnConflict::Reject) => {
                return Err(Error::data("conflict", "a different record has this series and time"));
            }
        };
        if !replace {
            return Ok(Stored::Superseded);
        }
        let mut replace = file.db.prepare_cached(&self.sql.replace).map_err(fault)?;
        self.bind(file, &mut replace, record)?;
        replace.raw_execute().map_err(fault)?;
        Ok(Stored::Replaced)
    }

    /// The number that a query about the record gives; 0 for nothing and NULL.
    fn ask(&mut self, file: &File, sql: &str, record: &Record<'_>) -> Result<i64> {
        let fault = |e| file.fault("read", e);
        let mut statement = file.db.prepare_cached(sql).map_err(fault)?;
        self.bind(file, &mut statement, record)?;
        let mut rows = statement.raw_query();
        match rows.next().map_err(fault)? {
            Some(row) => Ok(row.get::<_, Option<i64>>(0).map_err(fault)?.unwrap_or(0)),
            None => Ok(0),
        }
    }

    fn bind(&mut self, file: &File, statement: &mut CachedStatement<'_>, record: &Record<'_>) -> Result<()> {
        let fault = |e| file.fault("write to", e);
        let time = self.settings.keys.time(record)?;
        statement.clear_bindings();
        let last = statement.parameter_count();
        let mut put = |slot: usize, value: &dyn ToSql| -> Result<()> {
            // A statement about the key alone has fewer parameters.
            if slot < last { statement.raw_bind_parameter(slot + 1, value).map_err(fault) } else { Ok(()) }
        };
        for (slot, column) in self.columns.iter().enumerate() {
            match column.role {
                Role::Time => put(slot, &time)?,
                // Absent, and kept apart from everything that a field can say.
                Role::Series => put(slot, &&b""[..])?,
                _ => {}
            }
        }
        self.nulls.clear();
        self.more.clear();
        for (field, &slot) in record.fields().zip(&self.slots) {
            let Some(column) = self.columns.get(slot) else {
                member(&mut self.more, b'{', &field);
                continue;
            };
            match column.role {
                Role::Series => put(slot, &series_cell(&field)?)?,
                Role::Field(of) => {
                    if field.kind() == JsonKind::Null {
                        self.nulls.push(if self.nulls.is_empty() { b'[' } else { b',' });
                        json::write_string(&field.name(), &mut self.nulls);
                    }
                    put(slot, &cell(&field, of)?)?;
                }
                Role::Time | Role::Nulls | Role::More => {}
            }
        }
        for (slot, column) in self.columns.iter().enumerate() {
            let (text, end) = match column.role {
                Role::Nulls => (&mut self.nulls, b']'),
                Role::More => (&mut self.more, b'}'),
                _ => continue,
            };
            if !text.is_empty() {
                text.push(end);
                put(slot, &Cell(ValueRef::Text(text)))?;
            }
        }
        Ok(())
    }
}

fn member(to: &mut Vec<u8>, open: u8, field: &Field<'_>) {
    to.push(if to.is_empty() { open } else { b',' });
    to.push(b'"');
    to.extend_from_slice(field.raw_name());
    to.extend_from_slice(b"\":");
    to.extend_from_slice(field.raw());
}

/// A value on its way into a column.
struct Cell<'a>(ValueRef<'a>);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

/// Text that may have had to be decoded.
enum Bound<'a> {
    Value(Cell<'a>),
    Decoded(String),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Bound::Value(cell) => cell.to_sql(),
            Bound::Decoded(text) => text.to_sql(),
        }
    }
}

/// A field as its column keeps it; another type is refused, never cast.
fn cell<'a>(field: &Field<'a>, of: Type) -> Result<Bound<'a>> {
    let value = |value| Ok(Bound::Value(Cell(value)));
    match (field.kind(), of) {
        (JsonKind::Null, _) => value(ValueRef::Null),
        (JsonKind::Number, Type::Number) => value(number(field)?),
        (JsonKind::String, Type::Text) => Ok(text(field)),
        (JsonKind::True, Type::Bool) => value(ValueRef::Integer(1)),
        (JsonKind::False, Type::Bool) => value(ValueRef::Integer(0)),
        (JsonKind::Object | JsonKind::Array, Type::Json) => value(ValueRef::Text(field.raw())),
        _ => {
            let (name, found) = (field.name().into_owned(), String::from_utf8_lossy(field.raw()).into_owned());
            let reason = format!("{name} is {found}, but its column keeps {}", of.words());
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let fault = Fault { code: "type", pointer, found, allowed: of.words().to_owned() };
            Err(Error::faults(reason, vec![fault]))
        }
    }
}

/// A series field: text and numbers as they are, anything else as its JSON text in a blob.
fn series_cell<'a>(field: &Field<'a>) -> Result<Bound<'a>> {
    match field.kind() {
        JsonKind::String => Ok(text(field)),
        JsonKind::Number => Ok(Bound::Value(Cell(number(field)?))),
        _ => Ok(Bound::Value(Cell(ValueRef::Blob(field.raw())))),
    }
}

fn text<'a>(field: &Field<'a>) -> Bound<'a> {
    match field.text() {
        Some(std::borrow::Cow::Borrowed(text)) => Bound::Value(Cell(ValueRef::Text(text.as_bytes()))),
        Some(std::borrow::Cow::Owned(text)) => Bound::Decoded(text),
        None => Bound::Decoded(String::new()),
    }
}

/// An integer stays one; a decimal becomes the nearest double. An integer that neither keeps exactly is refused.
fn number(field: &Field<'_>) -> Result<ValueRef<'static>> {
    if let Some(integer) = field.integer() {
        return Ok(ValueRef::Integer(integer));
    }
    let digits = field.raw().strip_prefix(b"-").unwrap_or(field.raw());
    match field.number() {
        Some(x) if x.is_finite() && !digits.iter().all(u8::is_ascii_digit) => Ok(ValueRef::Real(x)),
        _ => {
            let found = String::from_utf8_lossy(field.raw());
            Err(Error::data("precision", format!("{} is {found}: an integer beyond 64 bits", field.name())))
        }
    }
}
