//! A table's columns: which field each keeps, and of which type. Names that SQLite cannot tell apart (it folds
//! case) or cannot have get a column name of their own; `kymo_columns` knows which.

use super::{File, quoted};
use crate::cells::Fields;
use crate::db::Type;
use crate::error::{Error, Result};
use crate::json::Kind;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    Series,
    Field(Type),
    /// The names of the fields that were null: SQL's NULL alone means absent.
    Nulls,
    /// Further fields, as one JSON object.
    More,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) field: String,
    pub(super) name: String,
    pub(super) role: Role,
}

impl Role {
    pub(super) fn word(self) -> &'static str {
        match self {
            Role::Time => "time",
            Role::Series => "series",
            Role::Nulls => "nulls",
            Role::More => "more",
            Role::Field(Type::Number) => "number",
            Role::Field(Type::Text) => "text",
            Role::Field(Type::Bool) => "bool",
            Role::Field(Type::Json) => "json",
            Role::Field(Type::Unset) => "unset",
        }
    }

    fn from_word(word: &str) -> Option<Role> {
        let all = [Role::Time, Role::Series, Role::Nulls, Role::More].into_iter();
        let types = [Type::Number, Type::Text, Type::Bool, Type::Json, Type::Unset].into_iter().map(Role::Field);
        all.chain(types).find(|role| role.word() == word)
    }
}

impl Type {
    /// The type that keeps a value of this kind.
    pub fn of(kind: Kind) -> Type {
        match kind {
            Kind::Null => Type::Unset,
            Kind::True | Kind::False => Type::Bool,
            Kind::Number => Type::Number,
            Kind::String => Type::Text,
            Kind::Object | Kind::Array => Type::Json,
        }
    }

    /// What it keeps, in words.
    pub fn words(self) -> &'static str {
        match self {
            Type::Number => "numbers",
            Type::Text => "text",
            Type::Bool => "true or false",
            Type::Json => "objects and arrays",
            Type::Unset => "null",
        }
    }
}

impl Column {
    /// The column's definition. `checked`: with the check of its type, which costs a scan of the table when a
    /// column is added to one that has rows.
    pub(super) fn definition(&self, checked: bool) -> String {
        let name = quoted(&self.name);
        match self.role {
            Role::Time => format!("{name} INTEGER NOT NULL"),
            Role::Series => format!("{name} ANY NOT NULL"),
            // To SQLite numbers are less than any text. (`IN` with a list makes a table for each row that is checked.)
            Role::Field(Type::Number) if checked => format!("{name} ANY CHECK ({name} < '')"),
            Role::Field(Type::Bool) if checked => format!("{name} INTEGER CHECK ({name} BETWEEN 0 AND 1)"),
            Role::Field(Type::Number | Type::Unset) => format!("{name} ANY"),
            Role::Field(Type::Bool) => format!("{name} INTEGER"),
            Role::Field(Type::Text | Type::Json) | Role::Nulls | Role::More => format!("{name} TEXT"),
        }
    }
}

/// A name for a new column that no other column has, as SQLite compares names.
pub(super) fn free_name(field: &str, columns: &[Column]) -> String {
    let plain = if field.is_empty() || field.contains('\0') { "field" } else { field };
    let taken = |name: &str| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let mut name = plain.to_owned();
    let mut n = 2;
    while taken(&name) {
        name = format!("{plain}_{n}");
        n += 1;
    }
    name
}

impl File {
    /// The columns of a table, in order; `None`: there is no such table.
    pub(super) fn columns(&self, table: &str) -> Result<Option<Vec<Column>>> {
        let read = || -> rusqlite::Result<Vec<(String, String, String)>> {
            let sql = "SELECT field, column_name, type FROM kymo_columns WHERE table_name = ?1 ORDER BY position";
            let mut rows = self.db.prepare_cached(sql)?;
            rows.query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        };
        let rows = read().map_err(|e| self.fault("read the columns of", e))?;
        let column = |(field, name, word): (String, String, String)| match Role::from_word(&word) {
            Some(role) => Ok(Column { field, name, role }),
            None => Err(Error::usage(format!("{}: column {name} has the unknown type {word}", self.path))),
        };
        let columns = rows.into_iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok((!columns.is_empty()).then_some(columns))
    }

    /// As [`File::columns`], but the table must be there.
    pub(super) fn columns_of(&self, table: &str) -> Result<Vec<Column>> {
        self.columns(table)?.ok_or_else(|| Error::usage(format!("{} has no table {table:?} of readings", self.path)))
    }

    /// The fields of a table, in the order in which they are written.
    pub(super) fn fields_of(&self, table: &str) -> Result<Fields> {
        let columns = self.columns_of(table)?;
        let rest = columns.iter().find(|c| c.role == Role::More).map(|c| c.name.clone());
        let own = |c: &Column| !matches!(c.role, Role::Nulls | Role::More);
        Ok(Fields { named: columns.into_iter().filter(own).map(|c| c.field).collect(), rest })
    }
}

/// The names of the key's columns, time first.
pub(super) fn key_names(columns: &[Column]) -> Vec<String> {
    let of = |role| columns.iter().filter(move |c| c.role == role).map(|c| quoted(&c.name));
    of(Role::Time).chain(of(Role::Series)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_by_case_get_columns_of_their_own() {
        let mut columns = Vec::new();
        for field in ["temp", "Temp", "TEMP", "", "a\0b", "temp_2"] {
            let name = free_name(field, &columns);
            columns.push(Column { field: field.to_owned(), name, role: Role::Field(Type::Number) });
        }
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["temp", "Temp_2", "TEMP_3", "field", "field_2", "temp_2_2"]);
    }

    #[test]
    fn every_role_is_read_back() {
        let types = [Type::Number, Type::Text, Type::Bool, Type::Json, Type::Unset];
        for role in types.map(Role::Field).into_iter().chain([Role::Time, Role::Series, Role::Nulls, Role::More]) {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
    }
}
