//! The columns of a table of readings: which are there, and of what type.

use crate::storage::columns::{Column, Role};
use crate::storage::settings::{Precision, Type};

/// A column is there: it has known more than null.
pub(super) fn is_there(column: &Column) -> bool {
    column.role != Role::Field(Type::Unset)
}

/// The type of a column; `None`: it is not there.
pub(super) fn type_of(column: &Column, precision: Precision) -> Option<&'static str> {
    Some(match (column.role, precision) {
        (Role::Time, Precision::Us) => "timestamptz",
        (Role::Time, Precision::Ns) => "bigint",
        (Role::Series, _) => "text COLLATE \"C\"",
        (Role::Field(Type::Number), _) => "numeric",
        (Role::Field(Type::Bool), _) => "boolean",
        (Role::Field(Type::Json) | Role::Marked, _) => "json",
        (Role::Field(Type::Text) | Role::Nulls | Role::More, _) => "text",
        (Role::Field(Type::Unset), _) => return None,
    })
}
