//! Records as lines of InfluxDB's protocol: the series fields are tags, everything else fields, the time in ns.
//!
//! Decision: a number is written with its own digits, and so is a float to InfluxDB, also `1`: a field whose first value was an
//! integer there would refuse every decimal after it.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json::Kind;
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};

/// The field with the name of the measurement, as the reader has it.
const MEASUREMENT: &str = "measurement";

/// Appends a record, without a line break. `measurement`: of records that name none.
pub(super) fn write(record: &Record<'_>, keys: &Keys, measurement: &str, to: &mut Vec<u8>) -> Result<()> {
    let wrong = |why: String| Error::data(Code::Influx, why);
    let named = record.field(MEASUREMENT).and_then(|field| field.text());
    let name = named.as_deref().unwrap_or(measurement);
    // A byte order mark would be taken for one of the text.
    if name.is_empty() || name.starts_with(['#', '\u{feff}']) {
        return Err(wrong(format!("{name:?} cannot be the name of a measurement")));
    }
    word(name, b", ", to)?;
    for field in record.fields().filter(|field| keys.by().iter().any(|by| field.is(by))) {
        let text = text_of(&field);
        if text.is_empty() {
            continue;
        }
        to.push(b',');
        word(&field.name(), b",= ", to)?;
        to.push(b'=');
        word(&text, b",= ", to)?;
    }
    let is_field = |field: &Field<'_>| !keys.is_key(field) && field.kind() != Kind::Null && !field.is(MEASUREMENT);
    let mut separator = b' ';
    for field in record.fields().filter(is_field) {
        to.push(separator);
        separator = b',';
        word(&field.name(), b",= ", to)?;
        to.push(b'=');
        match field.kind() {
            Kind::Number | Kind::True | Kind::False => to.extend_from_slice(field.raw()),
            _ => quoted(&text_of(&field), to),
        }
    }
    if separator == b' ' {
        return Err(wrong("it has no field beside its time and series".to_owned()));
    }
    if record.field(keys.time_name()).is_some() {
        to.push(b' ');
        to.extend_from_slice(keys.time(record)?.to_string().as_bytes());
    }
    Ok(())
}

/// Its text; what is none as JSON has it.
fn text_of(field: &Field<'_>) -> String {
    field.text().map_or_else(|| String::from_utf8_lossy(field.raw()).into_owned(), |text| text.into_owned())
}

/// A name or a tag's value: a backslash hides what would end it.
fn word(text: &str, ends: &[u8], to: &mut Vec<u8>) -> Result<()> {
    if text.bytes().any(|byte| byte < b' ') || text.ends_with('\\') {
        return Err(Error::data(Code::Influx, format!("{text:?} cannot be a name or tag there")));
    }
    for byte in text.bytes() {
        if ends.contains(&byte) {
            to.push(b'\\');
        }
        to.push(byte);
    }
    Ok(())
}

fn quoted(text: &str, to: &mut Vec<u8>) {
    to.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            to.push(b'\\');
        }
        to.push(byte);
    }
    to.push(b'"');
}
