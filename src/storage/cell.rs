//! Values on their way into columns, whichever engine has them: as what they are, or refused; never cast.

use super::columns::Column;
use super::settings::Type;
use crate::reading::error::{Code, Error, Fault, Result};
use crate::reading::hint;
use crate::reading::json::{self, Kind};
use crate::reading::record::Field;
use memchr::memchr;
use std::borrow::Cow;

/// What a column keeps of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    /// Anything else, as JSON text.
    Json(Cow<'a, [u8]>),
}

impl<'a> Cell<'a> {
    /// A field as its column keeps it; another type is refused.
    pub(super) fn of(field: &Field<'a>, of: Type) -> Result<Cell<'a>> {
        match (field.kind(), of) {
            (Kind::Null, _) => Ok(Cell::Null),
            (Kind::Number, Type::Number) => number(field),
            (Kind::String, Type::Text) => Ok(text(field)),
            (Kind::True, Type::Bool) => Ok(Cell::Bool(true)),
            (Kind::False, Type::Bool) => Ok(Cell::Bool(false)),
            (Kind::Object | Kind::Array, Type::Json) => Ok(compact(field)),
            _ => Err(wrong_type(field, of)),
        }
    }

    /// A series field: text and numbers as they are, anything else as its JSON text.
    pub(super) fn of_series(field: &Field<'a>) -> Result<Cell<'a>> {
        match field.kind() {
            Kind::String => Ok(text(field)),
            Kind::Number => number(field),
            _ => Ok(Cell::Json(Cow::Borrowed(field.raw()))),
        }
    }
}

fn text<'a>(field: &Field<'a>) -> Cell<'a> {
    let plain = match field.raw() {
        [b'"', plain @ .., b'"'] if memchr(b'\\', plain).is_none() => std::str::from_utf8(plain).ok(),
        _ => None,
    };
    Cell::Text(plain.map_or_else(|| Cow::Owned(field.text().unwrap_or_default().into_owned()), Cow::Borrowed))
}

/// JSON without blanks, so that equal values are equal text.
fn compact<'a>(field: &Field<'a>) -> Cell<'a> {
    if !field.raw().iter().any(u8::is_ascii_whitespace) {
        return Cell::Json(Cow::Borrowed(field.raw()));
    }
    let mut text = Vec::with_capacity(field.raw().len());
    json::compact(field.raw(), &mut text);
    Cell::Json(Cow::Owned(text))
}

/// An integer stays one; a decimal becomes the nearest double. An integer that neither keeps exactly is refused.
fn number(field: &Field<'_>) -> Result<Cell<'static>> {
    match field.integer() {
        // No integer has a sign of its own at zero.
        Some(0) if field.raw().starts_with(b"-") => return Ok(Cell::Real(-0.0)),
        Some(integer) => return Ok(Cell::Integer(integer)),
        None => {}
    }
    let digits = field.raw().strip_prefix(b"-").unwrap_or(field.raw());
    match field.number() {
        Some(x) if x.is_finite() && !digits.iter().all(u8::is_ascii_digit) => Ok(Cell::Real(x)),
        _ => Err(refused(field, Code::Precision, "an integer beyond 64 bits", "64 bits")),
    }
}

fn wrong_type(field: &Field<'_>, of: Type) -> Error {
    let found = String::from_utf8_lossy(field.raw()).into_owned();
    let hint = if matches!(of, Type::Number) { hint::decimal(&found) } else { "" };
    let reason = format!("{} is {found}, but its column keeps {}{hint}", field.name(), of.words());
    let fault = Fault { code: Code::Type, pointer: pointer(field), found, allowed: of.words().to_owned() };
    Error::faults(reason, vec![fault])
}

/// «FIELD is VALUE: why».
pub(super) fn refused(field: &Field<'_>, code: Code, why: &str, allowed: &str) -> Error {
    let found = String::from_utf8_lossy(field.raw()).into_owned();
    let reason = format!("{} is {found}: {why}", field.name());
    Error::faults(reason, vec![Fault { code, pointer: pointer(field), found, allowed: allowed.to_owned() }])
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

/// Appends the fields of these columns as a JSON array, in the columns' order, so that equal ones are equal text.
pub(super) fn write_names(columns: &[Column], slots: &mut Vec<usize>, to: &mut Vec<u8>) {
    slots.sort_unstable();
    slots.dedup();
    for (i, slot) in slots.iter().enumerate() {
        to.push(if i == 0 { b'[' } else { b',' });
        json::write_string(&columns[*slot].field, to);
    }
    to.push(b']');
}
