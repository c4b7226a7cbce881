//! Records as SenML (RFC 8428): an element for `value`, `text`, `on` or `data`, with the `sum`; for each other field one more, named
//! by the series and the field.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};
use crate::reading::time::{Spelling, Unit};

/// Times below this many ns are counted from now (RFC 8428, 4.5.3).
const RELATIVE: i64 = (1 << 28) * 1_000_000_000;

/// What the reader calls the members, and what they are in a pack.
const OWN: [(&str, &str); 5] = [("value", "v"), ("text", "vs"), ("on", "vb"), ("data", "vd"), ("sum", "s")];

/// Appends the elements of a record, with commas between them.
pub(super) fn write(record: &Record<'_>, keys: &Keys, to: &mut Vec<u8>) -> Result<()> {
    let mut buffer = Vec::new();
    let series = keys.series_words(record, &mut buffer);
    let time = record.field(keys.time_name()).map(|_| keys.time(record)).transpose()?;
    if time.is_some_and(|time| time < RELATIVE) {
        let why = "its time is before 1978-07-04: below 2^28 seconds, a time of a pack is counted from now";
        return Err(Error::data(Code::Senml, why));
    }
    let unit = record.field("unit").and_then(|field| field.text());
    let begin = to.len();
    let sum = record.field("sum").filter(|field| field.kind() == Kind::Number);
    let mut element = |name: &str, label: &str, field: &Field<'_>, is_own: bool| -> Result<()> {
        if name.is_empty() {
            return Err(Error::data(Code::Senml, "it has no series that could be its name"));
        }
        to.extend_from_slice(if to.len() == begin { b"{\"n\":" } else { b",{\"n\":" });
        json::write_string(name, to);
        if let Some(time) = time {
            to.extend_from_slice(b",\"t\":");
            Spelling::new(Some(Unit::Seconds), Vec::new(), None).write_number(time, to);
        }
        if let Some(unit) = unit.as_deref().filter(|_| is_own) {
            to.extend_from_slice(b",\"u\":");
            json::write_string(unit, to);
        }
        to.extend_from_slice(format!(",\"{label}\":").as_bytes());
        to.extend_from_slice(field.raw());
        if let Some(sum) = sum.filter(|_| is_own && label != "s") {
            to.extend_from_slice(b",\"s\":");
            to.extend_from_slice(sum.raw());
        }
        to.push(b'}');
        Ok(())
    };
    let own = OWN.iter().find_map(|(name, label)| Some((*name, *label, fitting(record, name, label)?)));
    if let Some((_, label, field)) = &own {
        element(&series, label, field, true)?;
    }
    let has = |name: &str| own.as_ref().is_some_and(|(own, ..)| *own == name || name == "sum");
    let others = |field: &Field<'_>| {
        let is_said = keys.is_key(field) || field.is("unit") || field.kind() == Kind::Null;
        !is_said && !has(&field.name())
    };
    for field in record.fields().filter(others) {
        let label = match field.kind() {
            Kind::Number => "v",
            Kind::String => "vs",
            Kind::True | Kind::False => "vb",
            _ => {
                return Err(Error::data(
                    Code::Senml,
                    format!("{} is neither a number, text nor a truth", field.name()),
                ));
            }
        };
        let name = if series.is_empty() { field.name().into_owned() } else { format!("{series}/{}", field.name()) };
        element(&name, label, &field, false)?;
    }
    if to.len() == begin {
        return Err(Error::data(Code::Senml, "it has no value"));
    }
    Ok(())
}

/// The field of this name, if it is of the kind that its label wants.
fn fitting<'r>(record: &Record<'r>, name: &str, label: &str) -> Option<Field<'r>> {
    let field = record.field(name)?;
    let fits = match label {
        "v" | "s" => field.kind() == Kind::Number,
        "vb" => matches!(field.kind(), Kind::True | Kind::False),
        _ => field.kind() == Kind::String,
    };
    fits.then_some(field)
}
