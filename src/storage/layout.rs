//! Where a record's fields go in its table, and what must change before they can.

use super::cell;
use super::columns::{Column, Naming, Role};
use super::settings::{Evolve, Type, WriteSettings};
use super::shape::Shape;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::hint;
use crate::reading::json::Kind;
use crate::reading::record::{Field, Record};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// The columns of the table that is written, and which of them the fields of the record at hand have.
pub(super) struct Layout {
    pub(super) settings: WriteSettings,
    /// None until the first record says which.
    pub(super) columns: Vec<Column>,
    /// The columns of the record at hand, by field.
    pub(super) slots: Vec<usize>,
    naming: Naming,
    /// An entry a column: `--max-columns` bounds their number, an engine the length of their names.
    by_field: HashMap<String, usize>,
    /// The fields of the last record as they were spelled, with their columns: most records have the same. It is bounded by
    /// what a record may be (`--max-record`).
    order: Vec<(Vec<u8>, usize)>,
    has: Has,
}

/// What columns there are beside those of fields.
#[derive(Clone, Copy, Default)]
struct Has {
    nulls: bool,
    more: bool,
    unset: bool,
    /// Its place.
    marked: Option<usize>,
}

/// The slot of a field that has no column of its own.
pub(super) const MORE: usize = usize::MAX;

/// What must change before a record can be written.
pub(super) enum Change {
    Add {
        field: String,
        role: Role,
    },
    /// A column that knew only null.
    Type {
        slot: usize,
        of: Type,
    },
}

/// A column that a change made.
pub(super) struct Made {
    /// Its place among the columns.
    pub(super) position: usize,
    pub(super) column: Column,
    /// It was there already, and has a type now.
    pub(super) was_unset: bool,
}

/// What a record says in the columns that keep several of its fields.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    /// The columns of the fields that are null.
    pub(super) nulls: Vec<usize>,
    /// The fields without a column.
    pub(super) more: Vec<Field<'a>>,
}

impl Layout {
    pub(super) fn new(settings: WriteSettings, naming: Naming) -> Layout {
        Layout {
            settings,
            columns: Vec::new(),
            slots: Vec::new(),
            naming,
            by_field: HashMap::new(),
            order: Vec::new(),
            has: Has::default(),
        }
    }

    /// The table's key must be the one that the flags name.
    pub(super) fn check_keys(&self, columns: &[Column]) -> Result<()> {
        let fields = |role| columns.iter().filter(|c| c.role == role).map(|c| c.field.as_str()).collect::<Vec<_>>();
        let (time, series) = (fields(Role::Time), fields(Role::Series));
        let keys = &self.settings.keys;
        let by: Vec<&str> = keys.by().iter().map(String::as_str).collect();
        let is_by = by.iter().all(|by| series.contains(by)) && series.iter().all(|field| by.contains(field));
        if is_by && time == [keys.time_name()] {
            return Ok(());
        }
        Err(Error::usage(format!(
            "table {} has --time {} --by {}, not --time {} --by {}",
            self.settings.table,
            time.join(","),
            series.join(","),
            keys.time_name(),
            by.join(",")
        )))
    }

    /// The columns of a new table: what `--schema` names, else the fields of its first record, in their order.
    pub(super) fn first_columns(&self, first: Option<&Record<'_>>) -> Result<Vec<Column>> {
        let keys = &self.settings.keys;
        let mut columns: Vec<Column> = Vec::new();
        let mut add = |field: &str, role: Role| {
            if !columns.iter().any(|column| column.field == field) {
                if role == Role::Marked {
                    let name = self.naming.free(&role.wish(field), &columns);
                    columns.push(Column { name, field: field.to_owned(), role });
                    return;
                }
                let role = match field {
                    field if field == keys.time_name() => Role::Time,
                    field if keys.by().iter().any(|by| by == field) => Role::Series,
                    _ => role,
                };
                columns.push(Column { name: self.naming.free(field, &columns), field: field.to_owned(), role });
            }
        };
        for (field, of) in &self.settings.columns {
            add(field, Role::Field(*of));
        }
        if let Some(first) = first.filter(|_| self.settings.columns.is_empty()) {
            let fields = distinct(first);
            let json = self.settings.evolve == Evolve::Json;
            if !json {
                // Counted before anything is done for each of them.
                self.check_width(fields.len())?;
            }
            // With --evolve json the first ones have columns of their own. The key has, and so have nulls and the rest.
            let most = self.settings.max_columns.saturating_sub(keys.by().len() + 4);
            for (place, field) in fields.iter().enumerate() {
                if place < most || !json || keys.is_key(field) || field.is(&self.settings.mark) {
                    let is_list = field.kind() == Kind::Array && field.is(&self.settings.mark);
                    add(&field.name(), if is_list { Role::Marked } else { Role::Field(self.type_for(field)?) });
                }
            }
        }
        add(keys.time_name(), Role::Time);
        for by in keys.by() {
            add(by, Role::Series);
        }
        self.check_width(columns.len())?;
        Ok(columns)
    }

    /// The type of a new column for this value. A measurement has no column of text: what stands there in its first record
    /// may be what a device says when it has nothing to say.
    fn type_for(&self, field: &Field<'_>) -> Result<Type> {
        let of = Type::of(field.kind());
        let keys = &self.settings.keys;
        if of != Type::Text || keys.is_key(field) {
            return Ok(of);
        }
        let text = field.text().unwrap_or_default();
        let why = if keys.is_value(field, true) {
            match hint::decimal(&String::from_utf8_lossy(field.raw())) {
                "" => "it is measured, and its column waits for a number: --schema creates a column of text",
                _ => "it is measured, and its column waits for a number (--decimal ,?)",
            }
        } else if is_missing(&text) {
            "it is what programs write for a missing number, and its column has no type yet"
        } else {
            diag::info(Code::TextColumn, format_args!("field {} is kept as text", field.name()));
            return Ok(of);
        };
        Err(cell::refused(field, Code::Type, why, Type::Number.words()))
    }

    /// The columns that a record needs are counted before anything is done for each of them.
    fn check_room(&self, record: &Record<'_>) -> Result<()> {
        if self.settings.evolve != Evolve::Add {
            return Ok(());
        }
        let new: HashSet<_> = record.fields().map(|f| f.name()).filter(|n| !self.by_field.contains_key(&**n)).collect();
        self.check_width(self.columns.len() + new.len())
    }

    fn check_width(&self, columns: usize) -> Result<()> {
        let WriteSettings { table, max_columns, .. } = &self.settings;
        if columns <= *max_columns {
            return Ok(());
        }
        Err(Error::data(
            Code::Columns,
            format!("table {table} would have {columns} columns, more than --max-columns {max_columns}"),
        ))
    }

    /// These are the columns from here on.
    pub(super) fn set_columns(&mut self, columns: Vec<Column>) {
        let own = |column: &Column| !matches!(column.role, Role::Marked | Role::Nulls | Role::More);
        self.by_field = columns.iter().enumerate().filter(|(_, c)| own(c)).map(|(i, c)| (c.field.clone(), i)).collect();
        let has = |role| columns.iter().any(|c| c.role == role);
        let marked = columns.iter().position(|c| c.role == Role::Marked);
        self.has = Has { nulls: has(Role::Nulls), more: has(Role::More), unset: has(Role::Field(Type::Unset)), marked };
        self.columns = columns;
        self.order.clear();
    }

    /// Finds the column of each field, into `slots`. What must change first is given back; nothing, most often.
    pub(super) fn resolve(&mut self, record: &Record<'_>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        let (mut has_null, mut has_more) = (false, false);
        let mut added = HashSet::new();
        self.slots.clear();
        for (i, field) in record.fields().enumerate() {
            let known = self.order.get(i).filter(|(name, _)| name == field.raw_name()).map(|(_, slot)| *slot);
            let slot = match (self.marked(&field), known) {
                (Some(Some(slot)), _) | (None, Some(slot)) => slot,
                (Some(None), _) => {
                    changes.push(Change::Add { field: self.settings.mark.clone(), role: Role::Marked });
                    continue;
                }
                (None, None) => match self.find(record, field)? {
                    Ok(slot) => {
                        self.order.truncate(i);
                        self.order.push((field.raw_name().to_vec(), slot));
                        slot
                    }
                    Err(change) => {
                        if changes.is_empty() {
                            self.check_room(record)?;
                        }
                        has_null |= field.kind() == Kind::Null;
                        if added.insert(field.name()) {
                            changes.push(change);
                        }
                        continue;
                    }
                },
            };
            match slot {
                MORE => has_more = true,
                _ if field.kind() == Kind::Null => has_null = true,
                _ if self.has.unset && self.columns[slot].role == Role::Field(Type::Unset) => {
                    changes.push(Change::Type { slot, of: self.type_for(&field)? });
                }
                _ => {}
            }
            self.slots.push(slot);
        }
        if has_null && !self.has.nulls {
            changes.push(Change::Add { field: String::new(), role: Role::Nulls });
        }
        if has_more && !self.has.more {
            changes.push(Change::Add { field: String::new(), role: Role::More });
        }
        if !changes.is_empty() {
            let new = changes.iter().filter(|change| matches!(change, Change::Add { .. })).count();
            self.check_width(self.columns.len() + new)?;
        }
        Ok(changes)
    }

    /// The field is the mark and lists fields: the column for that, or none yet. A table in which another program keeps JSON
    /// under this name has it there.
    fn marked(&self, field: &Field<'_>) -> Option<Option<usize>> {
        if field.kind() != Kind::Array || !field.is(&self.settings.mark) {
            return None;
        }
        let own = self.by_field.get(&self.settings.mark).copied();
        let own = own.filter(|slot| self.columns[*slot].role == Role::Field(Type::Json));
        Some(own.or(self.has.marked))
    }

    /// The column of a field that does not stand where it stood in the last record, or the one to add.
    fn find<'a>(&self, record: &Record<'a>, field: Field<'a>) -> Result<Result<usize, Change>> {
        let name = field.name();
        if let Some(slot) = self.by_field.get(&*name) {
            return Ok(Ok(*slot));
        }
        match self.settings.evolve {
            // By its mark a filled record is known again: it always has a column.
            _ if *name == self.settings.mark => {}
            Evolve::Add => {}
            Evolve::Json => return Ok(Ok(MORE)),
            Evolve::Reject => {
                let why = format!("field {name:?} has no column in table {}", self.settings.table);
                return Err(Error::data(Code::Field, why));
            }
        }
        // Of several fields of one name the last counts.
        let of = self.type_for(&record.field(&name).unwrap_or(field))?;
        Ok(Err(Change::Add { field: name.into_owned(), role: Role::Field(of) }))
    }

    /// What must change before the table has all columns of another one.
    pub(super) fn lacking(&self, shape: &Shape) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (field, role) in shape.fields() {
            let column = match role {
                Role::Marked | Role::Nulls | Role::More => self.columns.iter().position(|c| c.role == *role),
                _ => self.by_field.get(field).copied(),
            };
            match (column, *role) {
                (None, role) => changes.push(Change::Add { field: field.clone(), role }),
                (Some(_), Role::Field(Type::Unset)) => {}
                (Some(slot), Role::Field(of)) => match self.columns[slot].role {
                    Role::Field(Type::Unset) => changes.push(Change::Type { slot, of }),
                    Role::Field(other) if other != of => {
                        let table = &self.settings.table;
                        let (kept, wanted) = (other.words(), of.words());
                        let why = format!("column {field} of table {table} keeps {kept}, not {wanted}");
                        return Err(Error::usage(why));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Ok(changes)
    }

    /// The columns after these changes, and those that they make.
    pub(super) fn changed(&self, changes: Vec<Change>) -> (Vec<Column>, Vec<Made>) {
        let mut columns = self.columns.clone();
        let mut made = Vec::new();
        for change in changes {
            match change {
                Change::Type { slot, of } => {
                    columns[slot].role = Role::Field(of);
                    made.push(Made { position: slot, column: columns[slot].clone(), was_unset: true });
                }
                Change::Add { field, role } => {
                    if columns.iter().any(|c| c.field == field && c.role == role) {
                        continue;
                    }
                    let column = Column { name: self.naming.free(&role.wish(&field), &columns), field, role };
                    columns.push(column.clone());
                    made.push(Made { position: columns.len() - 1, column, was_unset: false });
                }
            }
        }
        (columns, made)
    }
}

/// The fields of a record, each once, in their order; of several of one name the last counts.
fn distinct<'a>(record: &Record<'a>) -> Vec<Field<'a>> {
    let mut places = HashMap::new();
    let mut fields: Vec<Field<'a>> = Vec::new();
    for field in record.fields() {
        match places.entry(field.name()) {
            Entry::Occupied(place) => fields[*place.get()] = field,
            Entry::Vacant(new) => {
                new.insert(fields.len());
                fields.push(field);
            }
        }
    }
    fields
}

/// Words that devices and programs write where a number is missing.
fn is_missing(text: &str) -> bool {
    let words = ["nan", "n/a", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"];
    words.iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

impl Gathered<'_> {
    /// What the column of this role keeps; `None`: it is no such column, or there is nothing.
    pub(super) fn text(&mut self, columns: &[Column], role: Role) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        match role {
            Role::Nulls if !self.nulls.is_empty() => cell::write_names(columns, &mut self.nulls, &mut text),
            Role::More if !self.more.is_empty() => cell::write_object(&mut self.more, &mut text),
            _ => return None,
        }
        Some(text)
    }
}
