//! The table that is written, as SQLite has it: how it is made and grows, and the statements for its columns.

use super::file::File;
use crate::form::cells::Fields;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::storage::columns::{self, Column, Naming, Role, key_names, quoted};
use crate::storage::layout::{Change, Layout};
use crate::storage::settings::{Type, WriteSettings};
use crate::storage::shape::Shape;
use rusqlite::params;

/// SQLite folds case, and has no limit that matters.
const NAMING: Naming = Naming { most_bytes: 1000, reserved: &[] };

/// The table, and the statements for it.
pub(super) struct Table {
    pub(super) layout: Layout,
    pub(super) sql: Statements,
}

/// What the statements are, all with the same parameters: column n is `?n+1`.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) insert: String,
    pub(super) replace: String,
    /// The row with this key.
    pub(super) row: String,
    /// Whether the row with this key is the same; no row: there is none.
    pub(super) same: String,
    /// Whether the row with this key is filled.
    pub(super) filled: Option<String>,
}

impl Table {
    pub(super) fn new(settings: WriteSettings) -> Table {
        Table { layout: Layout::new(settings, NAMING), sql: Statements::default() }
    }

    /// Takes the columns as the file has them now; another process may have changed them.
    pub(super) fn load(&mut self, file: &File) -> Result<()> {
        let columns = file.columns(&self.layout.settings.table)?.unwrap_or_default();
        if columns.is_empty() {
            match file.noted(&self.layout.settings.table)? {
                None => self.check_names(file)?,
                Some(_) => {
                    let (name, path) = (&self.layout.settings.table, &file.path);
                    diag::warn(Code::Altered, format_args!("table {name} of {path} was dropped: it is created again"));
                }
            }
        } else {
            self.layout.check_keys(&columns)?;
        }
        if columns != self.layout.columns {
            self.set_columns(columns);
        }
        Ok(())
    }

    /// The names of the table and its view must be free; SQLite folds case.
    fn check_names(&self, file: &File) -> Result<()> {
        let table = &self.layout.settings.table;
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

    /// Makes the table.
    pub(super) fn create(&mut self, file: &File, columns: Vec<Column>) -> Result<()> {
        let definitions: Vec<String> = columns.iter().map(|c| definition(c, true)).collect();
        let (table, key) = (quoted(&self.layout.settings.table), key_names(&columns).join(", "));
        let sql =
            format!("CREATE TABLE {table} ({}, PRIMARY KEY ({key})) STRICT, WITHOUT ROWID", definitions.join(", "));
        file.run("create a table in", &sql)?;
        // Those of a table that another program has dropped.
        let forget = "DELETE FROM kymo_columns WHERE table_name = ?1";
        let forgotten = file.db.execute(forget, [&self.layout.settings.table]);
        forgotten.map_err(|e| file.fault("create a table in", e))?;
        for (position, column) in columns.iter().enumerate() {
            self.note(file, position, column)?;
        }
        self.set_columns(columns);
        self.make_view(file)
    }

    /// Makes it as another table is, or adds the columns that it lacks.
    pub(super) fn become_like(&mut self, file: &File, shape: &Shape) -> Result<()> {
        if self.layout.columns.is_empty() {
            return self.create(file, shape.columns(NAMING));
        }
        match self.layout.lacking(shape)? {
            changes if changes.is_empty() => Ok(()),
            changes => self.evolve(file, changes),
        }
    }

    /// Keeps what a column is for.
    fn note(&self, file: &File, position: usize, column: &Column) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO kymo_columns (table_name, position, field, column_name, type) VALUES (?1, ?2, ?3, ?4, ?5)";
        let table = &self.layout.settings.table;
        let values = params![table, position as i64, column.field, column.name, column.role.word()];
        let noted = file.db.prepare_cached(sql).and_then(|mut s| s.execute(values));
        noted.map(drop).map_err(|e| file.fault("create a column in", e))
    }

    /// A view for people: the time as RFC 3339, and NULL for a series field that is absent.
    fn make_view(&self, file: &File) -> Result<()> {
        let name = &self.layout.settings.table;
        let (table, view) = (quoted(name), quoted(&view_name(name)));
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
        let list: Vec<String> = self.layout.columns.iter().filter(|c| c.role != Role::Nulls).map(column).collect();
        let sql = format!("DROP VIEW IF EXISTS {view}; CREATE VIEW {view} AS SELECT {} FROM {table}", list.join(", "));
        file.run("create a view in", &sql)
    }

    /// These are the columns from here on.
    pub(super) fn set_columns(&mut self, columns: Vec<Column>) {
        let table = quoted(&self.layout.settings.table);
        let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
        let marks: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let (list, values) = (names.join(", "), marks.join(", "));
        let conditions = |of_key: bool, is: &str| -> Vec<String> {
            let with = columns.iter().zip(&names).zip(&marks);
            let wanted = with.filter(|((c, _), _)| matches!(c.role, Role::Time | Role::Series) == of_key);
            wanted.map(|((_, name), mark)| format!("{name} {is} {mark}")).collect()
        };
        let key = conditions(true, "=");
        let same = conditions(false, "IS");
        let same = if same.is_empty() { "1".to_owned() } else { same.join(" AND ") };
        let mark = columns.iter().find(|c| c.field == self.layout.settings.mark && matches!(c.role, Role::Field(_)));
        self.sql = Statements {
            insert: format!("INSERT INTO {table} ({list}) VALUES ({values}) ON CONFLICT DO NOTHING"),
            replace: format!("REPLACE INTO {table} ({list}) VALUES ({values})"),
            row: format!("SELECT {list} FROM {table} WHERE {}", key.join(" AND ")),
            same: format!("SELECT {same} FROM {table} WHERE {}", key.join(" AND ")),
            filled: mark.map(|c| format!("SELECT {} IS 1 FROM {table} WHERE {}", quoted(&c.name), key.join(" AND "))),
        };
        self.layout.set_columns(columns);
    }

    /// Adds columns, and gives a type to those that had none.
    pub(super) fn evolve(&mut self, file: &File, changes: Vec<Change>) -> Result<()> {
        let (columns, made) = self.layout.changed(changes);
        for made in made {
            if !made.was_unset {
                let table = quoted(&self.layout.settings.table);
                let sql = format!("ALTER TABLE {table} ADD COLUMN {}", definition(&made.column, false));
                file.run("add a column in", &sql)?;
            }
            self.note(file, made.position, &made.column)?;
        }
        self.set_columns(columns);
        self.make_view(file)
    }
}

impl File {
    /// The columns of a table, in order; `None`: there is no such table.
    pub(super) fn columns(&self, table: &str) -> Result<Option<Vec<Column>>> {
        let Some(columns) = self.noted(table)? else { return Ok(None) };
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let is_there = self.db.prepare_cached(sql).and_then(|mut s| s.query_row([table], |row| row.get::<_, i64>(0)));
        let is_there = is_there.map_err(|e| self.fault("read the columns of", e))? > 0;
        Ok(is_there.then_some(columns))
    }

    /// The columns that are noted of a table, in order, whether or not another program has dropped it.
    pub(super) fn noted(&self, table: &str) -> Result<Option<Vec<Column>>> {
        let read = || -> rusqlite::Result<Vec<(String, String, String)>> {
            let sql = "SELECT field, column_name, type FROM kymo_columns WHERE table_name = ?1 ORDER BY position";
            let mut rows = self.db.prepare_cached(sql)?;
            rows.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        };
        let rows = read().map_err(|e| self.fault("read the columns of", e))?;
        let columns = rows.into_iter().map(|row| Column::kept(row, &self.path)).collect::<Result<Vec<_>>>()?;
        Ok((!columns.is_empty()).then_some(columns))
    }

    /// As [`File::columns`], but the table must be there.
    pub(super) fn columns_of(&self, table: &str) -> Result<Vec<Column>> {
        self.columns(table)?.ok_or_else(|| columns::no_table(table, &self.path))
    }

    /// The fields of a table, in the order in which they are written.
    pub(super) fn fields_of(&self, table: &str) -> Result<Fields> {
        Ok(columns::fields(self.columns_of(table)?))
    }
}

/// A column's definition. `checked`: with the check of its type, which costs a scan of the table when a column is
/// added to one that has rows.
fn definition(column: &Column, checked: bool) -> String {
    let name = quoted(&column.name);
    match column.role {
        Role::Time => format!("{name} INTEGER NOT NULL"),
        Role::Series => format!("{name} ANY NOT NULL"),
        // To SQLite numbers are less than any text. (`IN` with a list makes a table for each row that is checked.)
        Role::Field(Type::Number) if checked => format!("{name} ANY CHECK ({name} < '')"),
        Role::Field(Type::Bool) if checked => format!("{name} INTEGER CHECK ({name} BETWEEN 0 AND 1)"),
        Role::Field(Type::Number | Type::Unset) => format!("{name} ANY"),
        Role::Field(Type::Bool) => format!("{name} INTEGER"),
        Role::Field(Type::Text | Type::Json) | Role::Marked | Role::Nulls | Role::More => format!("{name} TEXT"),
    }
}

/// A name that a table of readings cannot have is refused.
pub(super) fn check_name(name: &str) -> Result<()> {
    let lower = name.to_ascii_lowercase();
    match name.is_empty() || lower.starts_with("kymo_") || lower.starts_with("sqlite_") || name.contains('\0') {
        true => Err(Error::usage(format!("--table {name:?} cannot be a table of readings"))),
        false => Ok(()),
    }
}

fn view_name(table: &str) -> String {
    format!("{table}_utc")
}
