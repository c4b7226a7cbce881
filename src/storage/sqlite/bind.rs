//! Cells as SQLite is given them.

use crate::storage::cell::Cell;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// A cell on its way into a column of readings.
pub(super) struct Bound<'a>(pub(super) Cell<'a>);

/// A cell on its way into a column of the series: what is neither text nor a number is a blob, kept apart from both.
pub(super) struct BoundSeries<'a>(pub(super) Cell<'a>);

/// The value of an absent series field: kept apart from everything that a field can say.
pub(super) const ABSENT: ValueRef<'static> = ValueRef::Blob(b"");

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Bool(is) => ValueRef::Integer((*is).into()),
            Cell::Integer(n) => ValueRef::Integer(*n),
            Cell::Real(x) => ValueRef::Real(*x),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Json(text) => ValueRef::Text(text),
        }))
    }
}

impl ToSql for BoundSeries<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Cell::Null | Cell::Bool(_) => ABSENT,
            Cell::Integer(n) => ValueRef::Integer(*n),
            Cell::Real(x) => ValueRef::Real(*x),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Json(text) => ValueRef::Blob(text),
        }))
    }
}
