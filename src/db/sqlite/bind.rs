//! Values on their way into columns: as what they are, or refused; never cast.

use crate::db::Type;
use crate::error::{Error, Fault, Result};
use crate::json::{self, Kind};
use crate::record::Field;
use memchr::memchr;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// A value on its way into a column.
pub(super) enum Bound<'a> {
    Value(ValueRef<'a>),
    /// Text that had to be decoded.
    Decoded(String),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Bound::Value(value) => Ok(ToSqlOutput::Borrowed(*value)),
            Bound::Decoded(text) => text.to_sql(),
        }
    }
}

/// A field as its column keeps it; another type is refused.
pub(super) fn cell<'a>(field: &Field<'a>, of: Type) -> Result<Bound<'a>> {
    let value = |value| Ok(Bound::Value(value));
    match (field.kind(), of) {
        (Kind::Null, _) => value(ValueRef::Null),
        (Kind::Number, Type::Number) => value(number(field)?),
        (Kind::String, Type::Text) => Ok(text(field)),
        (Kind::True, Type::Bool) => value(ValueRef::Integer(1)),
        (Kind::False, Type::Bool) => value(ValueRef::Integer(0)),
        (Kind::Object | Kind::Array, Type::Json) => Ok(compact(field)),
        _ => Err(wrong_type(field, of)),
    }
}

/// A series field: text and numbers as they are, anything else as its JSON text in a blob.
pub(super) fn series_cell<'a>(field: &Field<'a>) -> Result<Bound<'a>> {
    match field.kind() {
        Kind::String => Ok(text(field)),
        Kind::Number => Ok(Bound::Value(number(field)?)),
        _ => Ok(Bound::Value(ValueRef::Blob(field.raw()))),
    }
}

/// The value of an absent series field: kept apart from everything that a field can say.
pub(super) const ABSENT: ValueRef<'static> = ValueRef::Blob(b"");

fn text<'a>(field: &Field<'a>) -> Bound<'a> {
    match field.raw() {
        // The scanner has seen that it is UTF-8.
        [b'"', plain @ .., b'"'] if memchr(b'\\', plain).is_none() => Bound::Value(ValueRef::Text(plain)),
        _ => Bound::Decoded(field.text().unwrap_or_default().into_owned()),
    }
}

/// JSON without blanks, so that equal values are equal text.
fn compact<'a>(field: &Field<'a>) -> Bound<'a> {
    if !field.raw().iter().any(u8::is_ascii_whitespace) {
        return Bound::Value(ValueRef::Text(field.raw()));
    }
    let mut text = Vec::with_capacity(field.raw().len());
    json::compact(field.raw(), &mut text);
    Bound::Decoded(String::from_utf8_lossy(&text).into_owned())
}

/// An integer stays one; a decimal becomes the nearest double. An integer that neither keeps exactly is refused.
fn number(field: &Field<'_>) -> Result<ValueRef<'static>> {
    match field.integer() {
        // No integer has a sign of its own at zero.
        Some(0) if field.raw().starts_with(b"-") => return Ok(ValueRef::Real(-0.0)),
        Some(integer) => return Ok(ValueRef::Integer(integer)),
        None => {}
    }
    let digits = field.raw().strip_prefix(b"-").unwrap_or(field.raw());
    match field.number() {
        Some(x) if x.is_finite() && !digits.iter().all(u8::is_ascii_digit) => Ok(ValueRef::Real(x)),
        _ => {
            let found = String::from_utf8_lossy(field.raw()).into_owned();
            let reason = format!("{} is {found}: an integer beyond 64 bits", field.name());
            let fault = Fault { code: "precision", pointer: pointer(field), found, allowed: "64 bits".to_owned() };
            Err(Error::faults(reason, vec![fault]))
        }
    }
}

fn wrong_type(field: &Field<'_>, of: Type) -> Error {
    let found = String::from_utf8_lossy(field.raw()).into_owned();
    let reason = format!("{} is {found}, but its column keeps {}", field.name(), of.words());
    let fault = Fault { code: "type", pointer: pointer(field), found, allowed: of.words().to_owned() };
    Error::faults(reason, vec![fault])
}

/// RFC 6901.
fn pointer(field: &Field<'_>) -> String {
    format!("/{}", field.name().replace('~', "~0").replace('/', "~1"))
}

/// Appends fields as one JSON object, by name, so that equal ones are equal text.
pub(super) fn write_object(fields: &mut [Field<'_>], to: &mut Vec<u8>) {
    fields.sort_by_key(Field::raw_name);
    for (i, field) in fields.iter().enumerate() {
        to.extend_from_slice(if i == 0 { b"{\"" } else { b",\"" });
        to.extend_from_slice(field.raw_name());
        to.extend_from_slice(b"\":");
        json::compact(field.raw(), to);
    }
    to.push(b'}');
}
