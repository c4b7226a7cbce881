//! The table that is written: its columns, how they grow, and which field goes where.

use super::columns::{Column, Role, free_name, key_names};
use super::{File, quoted};
use crate::db::{Evolve, Type, WriteSettings};
use crate::error::{Error, Result};
use crate::json::Kind;
use crate::record::Record;
use rusqlite::params;
use std::collections::HashMap;

/// The table, and where a record's fields go in it.
pub(super) struct Table {
    pub(super) settings: WriteSettings,
    /// None until the first record says which.
    pub(super) columns: Vec<Column>,
    pub(super) sql: Statements,
    /// The columns of the record at hand, by field.
    pub(super) slots: Vec<usize>,
    by_field: HashMap<String, usize>,
    /// The fields of the last record as they were spelled, with their columns: most records have the same.
    order: Vec<(Vec<u8>, usize)>,
    has: Has,
}

/// What the statements are, all with the same parameters: column n is `?n+1`.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) replace: String,
    /// Counts the row with this key if all of it is the same.
    pub(super) same: String,
    /// Whether the row with this key is filled.
    pub(super) filled: Option<String>,
}

/// What columns there are beside those of fields.
#[derive(Clone, Copy, Default)]
struct Has {
    nulls: bool,
    more: bool,
    unset: bool,
}

/// The slot of a field that has no column of its own.
pub(super) const MORE: usize = usize::MAX;

/// What must change before a record can be bound.
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

impl Table {
    pub(super) fn new(settings: WriteSettings) -> Table {
        Table {
            settings,
            columns: Vec::new(),
            sql: Statements::default(),
            slots: Vec::new(),
            by_field: HashMap::new(),
            order: Vec::new(),
            has: Has::default(),
        }
    }

    /// Takes the columns as the file has them now; another process may have changed them.
    pub(super) fn load(&mut self, file: &File) -> Result<()> {
        let columns = file.columns(&self.settings.table)?.unwrap_or_default();
        if columns.is_empty() {
            self.check_names(file)?;
        } else {
            self.check_keys(&columns)?;
        }
        if columns != self.columns {
            self.set_columns(columns);
        }
        Ok(())
    }

    /// The names of the table and its view must be free; SQLite folds case.
    fn check_names(&self, file: &File) -> Result<()> {
        let table = &self.settings.table;
        let sql =
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND lower(name) IN (lower(?1), lower(?2))";
        let taken = file.db.prepare_cached(sql).and_then(|mut s| {
            let mut names = s.query_map([table, &view_name(table)], |row| row.get::<_, String>(0))?;
            names.next().transpose()
        });
        match taken.map_err(|e| file.fault("read", e))? {
            Some(name) => Err(Error::usage(format!("--table {table:?}: {} has {name:?} already", file.path))),
            None => Ok(()),
        }
    }

    /// The table's key must be the one that the flags name.
    fn check_keys(&self, columns: &[Column]) -> Result<()> {
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

    /// Makes the table: with what `--schema` names, else with the fields of its first record, in their order.
    pub(super) fn create(&mut self, file: &File, first: Option<&Record<'_>>) -> Result<()> {
        let keys = self.settings.keys.clone();
        let mut columns: Vec<Column> = Vec::new();
        let mut add = |field: &str, role: Role| {
            if !columns.iter().any(|column| column.field == field) {
                let role = match field {
                    field if field == keys.time_name() => Role::Time,
                    field if keys.by().iter().any(|by| by == field) => Role::Series,
                    _ => role,
                };
                columns.push(Column { name: free_name(field, &columns), field: field.to_owned(), role });
            }
        };
        for (field, of) in &self.settings.columns {
            add(field, Role::Field(*of));
        }
        if let Some(first) = first.filter(|_| self.settings.columns.is_empty()) {
            for field in first.fields() {
                // Of several fields of one name the last counts.
                let kind = first.field(&field.name()).map_or(field.kind(), |last| last.kind());
                add(&field.name(), Role::Field(Type::of(kind)));
            }
        }
        add(keys.time_name(), Role::Time);
        for by in keys.by() {
            add(by, Role::Series);
        }
        self.check_width(columns.len())?;
        let definitions: Vec<String> = columns.iter().map(|c| c.definition(true)).collect();
        let (table, key) = (quoted(&self.settings.table), key_names(&columns).join(", "));
        let sql =
            format!("CREATE TABLE {table} ({}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID", definitions.join(", "));
        file.run("make a table in", &sql)?;
        for (position, column) in columns.iter().enumerate() {
            self.note(file, position, column)?;
        }
        self.set_columns(columns);
        self.make_view(file)
    }

    fn check_width(&self, columns: usize) -> Result<()> {
        let WriteSettings { table, max_columns, .. } = &self.settings;
        if columns <= *max_columns {
            return Ok(());
        }
        Err(Error::data(
            "columns",
            format!("table {table} would have {columns} columns, more than --max-columns {max_columns}"),
        ))
    }

    /// Keeps what a column is for.
    fn note(&self, file: &File, position: usize, column: &Column) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO kymo_columns (table_name, position, field, column_name, type) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![self.settings.table, position as i64, column.field, column.name, column.role.word()];
        let noted = file.db.prepare_cached(sql).and_then(|mut s| s.execute(values));
        noted.map(drop).map_err(|e| file.fault("make a column in", e))
    }

    /// A view for people: the time as RFC 3339, and NULL for a series field that is absent.
    fn make_view(&self, file: &File) -> Result<()> {
        let (table, view) = (quoted(&self.settings.table), quoted(&view_name(&self.settings.table)));
        let column = |column: &Column| {
            let name = quoted(&column.name);
            match column.role {
                // The division is rounded to zero; a time before 1970 belongs to the second before it.
                Role::Time => format!(
                    "strftime('%Y-%m-%dT%H:%M:%S', {name} / 1000000000 - ({name} % 1000000000 < 0), 'unixepoch') \
                     || CASE {name} % 1000000000 WHEN 0 THEN '' \
                     ELSE rtrim(printf('.%09d', ({name} % 1000000000 + 1000000000) % 1000000000), '0') END || 'Z' AS {name}"
                ),
                Role::Series => {
                    format!(
                        "CASE typeof({name}) WHEN 'blob' THEN nullif(CAST({name} AS TEXT), '') ELSE {name} END AS {name}"
                    )
                }
                _ => name,
            }
        };
        let list: Vec<String> = self.columns.iter().filter(|c| c.role != Role::Nulls).map(column).collect();
        let sql = format!("DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT {} FROM {table}", list.join(", "));
        file.run("make a view in", &sql)
    }

    /// These are the columns from here on.
    pub(super) fn set_columns(&mut self, columns: Vec<Column>) {
        let table = quoted(&self.settings.table);
        let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
        let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let (list, values) = (names.join(", "), marks.join(", "));
        let conditions = |of_key: bool, is: &str| -> Vec<String> {
            let with = columns.iter().zip(&names).zip(&marks);
            let wanted = with.filter(|((c, _), _)| matches!(c.role, Role::Time | Role::Series) == of_key);
            wanted.map(|((_, name), mark)| format!("{name} {is} {mark}")).collect()
        };
        let key = conditions(true, "=");
        let same = [&key[..], &conditions(false, "IS")[..]].concat().join(" AND ");
        let mark = columns.iter().find(|c| c.field == self.settings.mark && matches!(c.role, Role::Field(_)));
        self.sql = Statements {
            insert: format!("INSERT INTO {table} ({list}) VALUES ({values}) ON CONFLICT DO NOTHING"),
            replace: format!("REPLACE INTO {table} ({list}) VALUES ({values})"),
            same: format!("SELECT count(*) FROM {table} WHERE {same}"),
            filled: mark.map(|c| format!("SELECT {} IS 1 FROM {table} WHERE {}", quoted(&c.name), key.join(" AND "))),
        };
        let own = |column: &Column| !matches!(column.role, Role::Nulls | Role::More);
        self.by_field = columns.iter().enumerate().filter(|(_, c)| own(c)).map(|(i, c)| (c.field.clone(), i)).collect();
        let has = |role| columns.iter().any(|c| c.role == role);
        self.has = Has { nulls: has(Role::Nulls), more: has(Role::More), unset: has(Role::Field(Type::Unset)) };
        self.columns = columns;
        self.order.clear();
    }

    /// Finds the column of each field, into `slots`. What must change first is given back; nothing, most often.
    pub(super) fn resolve(&mut self, record: &Record<'_>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        let (mut has_null, mut has_more) = (false, false);
        self.slots.clear();
        for (i, field) in record.fields().enumerate() {
            let known = self.order.get(i).filter(|(name, _)| name == field.raw_name()).map(|(_, slot)| *slot);
            let slot = match known {
                Some(slot) => slot,
                None => match self.find(record, i)? {
                    Ok(slot) => {
                        self.order.truncate(i);
                        self.order.push((field.raw_name().to_vec(), slot));
                        slot
                    }
                    Err(change) => {
                        has_null |= field.kind() == Kind::Null;
                        changes.push(change);
                        continue;
                    }
                },
            };
            match slot {
                MORE => has_more = true,
                _ if field.kind() == Kind::Null => has_null = true,
                _ if self.has.unset && self.columns[slot].role == Role::Field(Type::Unset) => {
                    changes.push(Change::Type { slot, of: Type::of(field.kind()) });
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

    /// The column of a field that does not stand where it stood in the last record, or the one to add.
    fn find(&self, record: &Record<'_>, index: usize) -> Result<Result<usize, Change>> {
        let Some(field) = record.fields().nth(index) else { return Ok(Ok(MORE)) };
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
                return Err(Error::data("field", why));
            }
        }
        // Of several fields of one name the last counts.
        let kind = record.field(&name).map_or(field.kind(), |last| last.kind());
        Ok(Err(Change::Add { field: name.into_owned(), role: Role::Field(Type::of(kind)) }))
    }

    /// Adds columns, and gives a type to those that had none.
    pub(super) fn evolve(&mut self, file: &File, changes: Vec<Change>) -> Result<()> {
        let mut columns = self.columns.clone();
        for change in changes {
            let (position, column) = match change {
                Change::Type { slot, of } => {
                    columns[slot].role = Role::Field(of);
                    (slot, columns[slot].clone())
                }
                Change::Add { field, role } => {
                    if columns.iter().any(|c| c.field == field && c.role == role) {
                        continue;
                    }
                    let wish = match role {
                        Role::Nulls => "kymo_nulls",
                        Role::More => "more",
                        _ => &field,
                    };
                    let column = Column { name: free_name(wish, &columns), field, role };
                    let table = quoted(&self.settings.table);
                    let sql = format!("ALTER TABLE {table} ADD COLUMN {}", column.definition(false));
                    file.run("add a column in", &sql)?;
                    columns.push(column.clone());
                    (columns.len() - 1, column)
                }
            };
            self.note(file, position, &column)?;
        }
        self.set_columns(columns);
        self.make_view(file)
    }
}

fn view_name(table: &str) -> String {
    format!("{table}_utc")
}
