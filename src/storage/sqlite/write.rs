//! Writing: records in, rows out, in one transaction a commit.
//!
//! A row is inserted first and looked at only if its key is there already: new records, nearly all, cost one statement.

use super::beside::Beside;
use super::bind::{ABSENT, Bound, BoundSeries};
use super::file::{Access, File, READINGS, Turns};
use super::table::{Table, check_name};
use crate::flow::batch::Batch;
use crate::flow::stage::States;
use crate::host::options::Timescale;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::json::Kind as JsonKind;
use crate::reading::mark::Mark;
use crate::reading::record::Record;
use crate::storage::cell::Cell;
use crate::storage::columns::Role;
use crate::storage::engine::{Each, Stored, Writer};
use crate::storage::layout::{Gathered, MORE};
use crate::storage::settings::{OnConflict, Precision, Type, WriteSettings};
use rusqlite::CachedStatement;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// An open file with the table that is written.
pub(crate) struct Writing {
    file: File,
    table: Table,
    /// A transaction is open.
    open: bool,
    /// The file's `data_version` when the table's columns were read: another one, and somebody else has written.
    seen: i64,
    turns: Turns,
    beside: Beside,
}

impl Writing {
    pub(crate) fn open(path: &str, settings: WriteSettings) -> Result<Writing> {
        check_name(&settings.table)?;
        only_elsewhere(path, &settings)?;
        let file = File::open(path, Access::Create, &READINGS)?;
        file.set_sync(settings.sync)?;
        // 16 MiB between checkpoints: fewer and longer writes to the file than SQLite's 4 MiB.
        file.db.pragma_update(None, "wal_autocheckpoint", 4000).map_err(|e| file.fault("prepare", e))?;
        let mut table = Table::new(settings);
        table.load(&file)?;
        let seen = file.pragma("data_version")?;
        file.keep_reserve();
        let mut writing = Writing { file, table, open: false, seen, turns: Turns::new(), beside: Beside::default() };
        if writing.table.layout.columns.is_empty() && !writing.table.layout.settings.columns.is_empty() {
            writing.begin()?;
            if writing.table.layout.columns.is_empty() {
                let columns = writing.table.layout.first_columns(None);
                let made = columns.and_then(|columns| writing.table.create(&writing.file, columns));
                made.map_err(|e| if e.kind() == Kind::Data { Error::usage(e.to_string()) } else { e })?;
            }
            writing.commit(None)?;
        }
        Ok(writing)
    }

    fn begin(&mut self) -> Result<()> {
        if self.open {
            return Ok(());
        }
        self.turns.begin();
        self.file.run("begin to write to", "BEGIN IMMEDIATE")?;
        self.open = true;
        let seen = self.file.pragma("data_version")?;
        if seen != self.seen {
            self.table.load(&self.file)?;
            self.seen = seen;
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
        while records.peek().is_some() {
            if !self.table.layout.columns.is_empty() {
                let Writing { file, table, .. } = self;
                let prepared = file.db.prepare_cached(&table.sql.insert);
                let mut statement = prepared.map_err(|e| file.fault("write to", e))?;
                // Until the table must change, and the statement with it.
                while let Some(record) = records.peek() {
                    let stored = match table.layout.resolve(record) {
                        Ok(changes) if !changes.is_empty() => break,
                        Ok(_) => insert(file, table, &mut statement, record),
                        Err(why) => Err(why),
                    };
                    tell(record, stored, each)?;
                    records.next();
                }
            }
            if let Some(record) = records.next() {
                let stored = change(&self.file, &mut self.table, &record);
                tell(&record, stored, each)?;
            }
        }
        Ok(())
    }

    fn keep_rejects(&mut self, rejects: &[u8]) -> Result<()> {
        if rejects.is_empty() {
            return Ok(());
        }
        self.begin()?;
        self.file.keep_rejects(rejects)
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        if let Some(states) = states.filter(|states| self.beside.is_news(states)) {
            self.begin()?;
            self.beside.keep(&self.file, states)?;
        }
        if self.open {
            self.file.take_room()?;
            self.file.commit()?;
            self.open = false;
            self.turns.ended();
        }
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        self.beside.states(&self.file, pipeline).map(Some)
    }
}

/// Stores a record, whatever table it needs.
pub(super) fn put(file: &File, table: &mut Table, record: &Record<'_>) -> Result<Stored> {
    if table.layout.columns.is_empty() || !table.layout.resolve(record)?.is_empty() {
        return change(file, table, record);
    }
    let prepared = file.db.prepare_cached(&table.sql.insert);
    insert(file, table, &mut prepared.map_err(|e| file.fault("write to", e))?, record)
}

/// Stores a record that needs another table than there is. If it is rejected all the same, the table stays as it was.
fn change(file: &File, table: &mut Table, record: &Record<'_>) -> Result<Stored> {
    // The commonest fault, before the table is touched.
    table.layout.settings.keys.time(record)?;
    file.run("change", "SAVEPOINT change")?;
    let before = table.layout.columns.clone();
    let stored = (|| {
        if table.layout.columns.is_empty() {
            table.create(file, table.layout.first_columns(Some(record))?)?;
        }
        loop {
            let changes = table.layout.resolve(record)?;
            if changes.is_empty() {
                break;
            }
            table.evolve(file, changes)?;
        }
        let prepared = file.db.prepare_cached(&table.sql.insert);
        insert(file, table, &mut prepared.map_err(|e| file.fault("write to", e))?, record)
    })();
    if stored.as_ref().is_err_and(|why| why.kind() == Kind::Data) {
        file.run("change", "ROLLBACK TO change")?;
        table.set_columns(before);
    }
    if stored.as_ref().is_ok() || stored.as_ref().is_err_and(|why| why.kind() == Kind::Data) {
        file.run("change", "RELEASE change")?;
    }
    stored
}

/// What only another engine has is refused.
pub(super) fn only_elsewhere(path: &str, settings: &WriteSettings) -> Result<()> {
    let flags = [
        (settings.precision == Some(Precision::Us), "--precision us"),
        (!settings.ddl, "--no-ddl"),
        (settings.at_least_once && settings.insert.is_none(), "--at-least-once"),
        (settings.series_index, "--series-index"),
        (settings.timescale.mode == Timescale::On, "--timescale on"),
        (settings.timescale.compress_after.is_some(), "--compress-after"),
        (settings.timescale.retain.is_some(), "--retain"),
    ];
    match flags.iter().find(|(is_set, _)| *is_set) {
        Some((_, flag)) => Err(Error::usage(format!("{flag} is for PostgreSQL: {path} is an SQLite file"))),
        None => Ok(()),
    }
}

/// Tells what became of a record; an error that is not the record's own ends the writing.
fn tell(record: &Record<'_>, stored: Result<Stored>, each: &mut Each<'_>) -> Result<()> {
    match stored {
        Err(why) if why.kind() != Kind::Data => Err(why),
        stored => each(record, stored),
    }
}

/// Inserts a record whose columns are resolved.
fn insert(file: &File, table: &Table, insert: &mut CachedStatement<'_>, record: &Record<'_>) -> Result<Stored> {
    let fault = |e| file.fault("write to", e);
    bind(file, table, insert, record)?;
    if insert.raw_execute().map_err(fault)? == 1 {
        return Ok(Stored::New);
    }
    // Rare from here on: the key is there already.
    match ask(file, table, &table.sql.same, record)? {
        Some(true) => return Ok(Stored::Equal),
        Some(false) => {}
        None => return Err(left_out()),
    }
    let old_filled = match &table.sql.filled {
        Some(sql) => ask(file, table, sql, record)? == Some(true),
        None => false,
    };
    let new_filled = Mark::of(record, &table.layout.settings.mark).is_whole();
    let replace = match (old_filled, new_filled, table.layout.settings.on_conflict) {
        // Also by another filled one: it was made knowing more.
        (true, _, _) => true,
        (false, true, _) | (false, false, OnConflict::Ignore) => false,
        (false, false, OnConflict::Replace) => true,
        (false, false, OnConflict::Reject) => {
            return Err(Error::data(Code::Conflict, "a different record has this series and time"));
        }
    };
    if !replace {
        return Ok(Stored::Superseded);
    }
    let mut replace = file.db.prepare_cached(&table.sql.replace).map_err(fault)?;
    bind(file, table, &mut replace, record)?;
    // A trigger may have put it there in its own way.
    if replace.raw_execute().map_err(fault)? == 0 && ask(file, table, &table.sql.same, record)? != Some(true) {
        return Err(left_out());
    }
    Ok(Stored::Replaced)
}

/// A trigger has ignored a row (`RAISE(IGNORE)`).
fn left_out() -> Error {
    Error::data(Code::NotStored, "the database neither stored nor refused it: a trigger of the table leaves it out")
}

/// What a query about the row with the record's key says; `None`: there is no such row.
fn ask(file: &File, table: &Table, sql: &str, record: &Record<'_>) -> Result<Option<bool>> {
    let fault = |e| file.fault("read", e);
    let mut statement = file.db.prepare_cached(sql).map_err(fault)?;
    bind(file, table, &mut statement, record)?;
    let mut rows = statement.raw_query();
    match rows.next().map_err(fault)? {
        Some(row) => Ok(Some(row.get::<_, Option<bool>>(0).map_err(fault)?.unwrap_or(false))),
        None => Ok(None),
    }
}

pub(super) fn bind(file: &File, table: &Table, statement: &mut CachedStatement<'_>, record: &Record<'_>) -> Result<()> {
    let time = table.layout.settings.keys.time(record)?;
    statement.clear_bindings();
    // A statement about the key alone has fewer parameters.
    let last = statement.parameter_count();
    let mut put = |slot: usize, value: &dyn ToSql| match slot < last {
        true => statement.raw_bind_parameter(slot + 1, value).map_err(|e| file.fault("write to", e)),
        false => Ok(()),
    };
    let columns = &table.layout.columns;
    for (slot, column) in columns.iter().enumerate() {
        match column.role {
            Role::Time => put(slot, &time)?,
            Role::Series => put(slot, &ToSqlOutput::Borrowed(ABSENT))?,
            _ => {}
        }
    }
    let mut gathered = Gathered::default();
    for (field, &slot) in record.fields().zip(&table.layout.slots) {
        if slot == MORE {
            gathered.more.push(field);
            continue;
        }
        match columns[slot].role {
            Role::Series => put(slot, &BoundSeries(Cell::of_series(&field)?))?,
            Role::Field(of) => {
                if field.kind() == JsonKind::Null {
                    gathered.nulls.push(slot);
                }
                put(slot, &Bound(Cell::of(&field, of)?))?;
            }
            Role::Marked => put(slot, &Bound(Cell::of(&field, Type::Json)?))?,
            Role::Time | Role::Nulls | Role::More => {}
        }
    }
    for (slot, column) in columns.iter().enumerate() {
        if let Some(text) = gathered.text(columns, column.role) {
            put(slot, &ToSqlOutput::Borrowed(ValueRef::Text(&text)))?;
        }
    }
    Ok(())
}
