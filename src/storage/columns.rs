//! A table's columns: which field each keeps, and of which type. Names that an engine cannot tell apart or cannot
//! have get a column name of their own; `kymo_columns`, a table beside the readings, knows which.

use crate::form::cells::Fields;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::Kind;
use crate::storage::settings::Type;
use std::borrow::Cow;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    Series,
    Field(Type),
    /// The names of the fields that were filled inside of a measured record: where its mark is a list.
    Marked,
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
            // `kymo_columns` knows no other word: the name tells it from the columns of other fields.
            Role::Marked => "json",
            Role::Nulls => "nulls",
            Role::More => "more",
            Role::Field(Type::Number) => "number",
            Role::Field(Type::Text) => "text",
            Role::Field(Type::Bool) => "bool",
            Role::Field(Type::Json) => "json",
            Role::Field(Type::Unset) => "unset",
        }
    }

    /// The name that its column should have.
    pub(super) fn wish(self, field: &str) -> Cow<'_, str> {
        match self {
            Role::Marked => Cow::Owned(format!("{field}_fields")),
            Role::Nulls => Cow::Borrowed("kymo_nulls"),
            Role::More => Cow::Borrowed("more"),
            _ => Cow::Borrowed(field),
        }
    }

    /// What it keeps of a field; `None`: it keeps no field of its own, or a key.
    pub(super) fn field_type(self) -> Option<Type> {
        match self {
            Role::Field(of) => Some(of),
            Role::Marked => Some(Type::Json),
            Role::Time | Role::Series | Role::Nulls | Role::More => None,
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
    pub(crate) fn of(kind: Kind) -> Type {
        match kind {
            Kind::Null => Type::Unset,
            Kind::True | Kind::False => Type::Bool,
            Kind::Number => Type::Number,
            Kind::String => Type::Text,
            Kind::Object | Kind::Array => Type::Json,
        }
    }

    /// What it keeps, in words.
    pub(crate) fn words(self) -> &'static str {
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
    /// The fields of a key, time first.
    pub(super) fn key(columns: &[Column]) -> Vec<String> {
        let (time, series) = key_fields(columns);
        std::iter::once(time).chain(series).collect()
    }

    /// A column as `kymo_columns` has it: its field, its name, its role's word.
    pub(super) fn kept((field, name, word): (String, String, String), database: &str) -> Result<Column> {
        match Role::from_word(&word) {
            Some(Role::Field(Type::Json)) if name.starts_with(&*Role::Marked.wish(&field)) => {
                Ok(Column { field, name, role: Role::Marked })
            }
            Some(role) => Ok(Column { field, name, role }),
            None => Err(Error::usage(format!("{database}: column {name} has the unknown type {word}"))),
        }
    }
}

/// There is no such table.
pub(super) fn no_table(table: &str, database: &str) -> Error {
    Error::new(Code::NoTable, format!("{database} has no table {table:?} of readings"))
}

/// Which names a column can have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming {
    /// Longer ones are cut.
    pub(super) most_bytes: usize,
    /// Names that the engine keeps for itself.
    pub(super) reserved: &'static [&'static str],
}

impl Naming {
    /// A name for a new column that no other column has, also where case is folded.
    pub(super) fn free(self, field: &str, columns: &[Column]) -> String {
        let plain = if field.is_empty() || field.contains('\0') { "field" } else { field };
        let reserved = self.reserved.iter().copied();
        let taken = |name: &str| {
            columns
                .iter()
                .map(|c| c.name.as_str())
                .chain(reserved.clone())
                .any(|other| other.eq_ignore_ascii_case(name))
        };
        let mut name = cut(plain, self.most_bytes).to_owned();
        let mut n = 2;
        while taken(&name) {
            let ending = format!("_{n}");
            name = format!("{}{ending}", cut(plain, self.most_bytes - ending.len()));
            n += 1;
        }
        name
    }
}

/// The beginning of a text, of no more than this many bytes.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The fields that columns keep, in the order in which they are written.
pub(super) fn fields(columns: Vec<Column>) -> Fields {
    let rest = columns.iter().find(|c| c.role == Role::More).map(|c| c.name.clone());
    let own = |c: &Column| !matches!(c.role, Role::Marked | Role::Nulls | Role::More);
    Fields { named: columns.into_iter().filter(own).map(|c| c.field).collect(), rest }
}

/// The names of the time field and of the series fields.
pub(super) fn key_fields(columns: &[Column]) -> (String, Vec<String>) {
    let of = |role| columns.iter().filter(move |c| c.role == role).map(|c| c.field.clone());
    (of(Role::Time).next().unwrap_or_default(), of(Role::Series).collect())
}

/// The names of the key's columns, time first, as SQL has them.
pub(super) fn key_names(columns: &[Column]) -> Vec<String> {
    let of = |role| columns.iter().filter(move |c| c.role == role).map(|c| quoted(&c.name));
    of(Role::Time).chain(of(Role::Series)).collect()
}

/// The column of a table that a registry's devices are in, as SQL has it: its first series field.
pub(super) fn device_name(table: &str, columns: &[Column]) -> Result<String> {
    let series = columns.iter().find(|c| c.role == Role::Series);
    series
        .map(|c| quoted(&c.name))
        .ok_or_else(|| Error::usage(format!("table {table} has one series: --meters needs devices")))
}

/// An SQL name.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMING: Naming = Naming { most_bytes: 64, reserved: &[] };

    #[test]
    fn names_that_differ_only_by_case_get_columns_of_their_own() {
        let mut columns = Vec::new();
        for field in ["temp", "Temp", "TEMP", "", "a\0b", "temp_2"] {
            let name = NAMING.free(field, &columns);
            columns.push(Column { field: field.to_owned(), name, role: Role::Field(Type::Number) });
        }
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["temp", "Temp_2", "TEMP_3", "field", "field_2", "temp_2_2"]);
    }

    #[test]
    fn names_are_cut_where_letters_end() {
        let naming = Naming { most_bytes: 5, reserved: &["ctid"] };
        let mut columns = Vec::new();
        for (field, wanted) in [("äöü", "äö"), ("äöüß", "ä_2"), ("ctid", "cti_2"), ("abcdef", "abcde")] {
            let name = naming.free(field, &columns);
            assert_eq!(name, wanted);
            columns.push(Column { field: field.to_owned(), name, role: Role::Field(Type::Number) });
        }
    }

    #[test]
    fn every_role_is_read_back() {
        let types = [Type::Number, Type::Text, Type::Bool, Type::Json, Type::Unset];
        for role in types.map(Role::Field).into_iter().chain([Role::Time, Role::Series, Role::Nulls, Role::More]) {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
    }
}
