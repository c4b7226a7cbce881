//! Which fields of a record have its time, its series and its values: the flags that mean
//! the same in every command, and what they find.

use crate::reading::error::{Code, Error, Result, excerpt};
use crate::reading::json::{self, Kind};
use crate::reading::record::{Field, Record};
use crate::reading::time::{Minute, Moment, Spelling};
use std::cell::Cell;

/// Finds time, series and values in records.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    time: json::Name,
    spelling: Spelling,
    /// That of the last time.
    minute: Cell<Minute>,
    by: Vec<String>,
    /// The same, as they are looked for.
    series: Vec<json::Name>,
    values: Vec<String>,
    /// The field of a narrow record's number.
    value: json::Name,
}

/// At most this many fields of a record are named in a message.
const NAMES: usize = 10;

/// How a record spells its time, so that a new record beside it can spell it the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeStyle {
    Text,
    Number,
}

impl Keys {
    /// The finder for records whose times are spelled so.
    pub(crate) fn new(time: String, spelling: Spelling, by: Vec<String>, values: Vec<String>) -> Keys {
        let series = by.iter().cloned().map(json::Name::new).collect();
        let [time, value] = [time, "value".to_owned()].map(json::Name::new);
        Keys { time, spelling, minute: Cell::default(), by, series, values, value }
    }

    /// The finder for records as a database gives them: times are RFC 3339.
    pub(crate) fn named(time: String, by: Vec<String>) -> Keys {
        Keys::new(time, Spelling::default(), by, Vec::new())
    }

    /// The name of the time field.
    pub(crate) fn time_name(&self) -> &str {
        self.time.as_str()
    }

    /// The names of the series fields.
    pub(crate) fn by(&self) -> &[String] {
        &self.by
    }

    /// When the record was measured: ns since 1970 UTC. `Data` if it has no time or one that cannot be read.
    pub(crate) fn time(&self, record: &Record<'_>) -> Result<i64> {
        self.time_and_style(record).map(|(time, _)| time)
    }

    /// As [`Keys::time`], and how it is spelled.
    #[inline]
    pub(crate) fn time_and_style(&self, record: &Record<'_>) -> Result<(i64, TimeStyle)> {
        self.time_of(record, record.named(&self.time))
    }

    /// As [`Keys::time_and_style`], of the record's time field, which was found already.
    #[inline]
    pub(crate) fn time_of(&self, record: &Record<'_>, field: Option<Field<'_>>) -> Result<(i64, TimeStyle)> {
        let field = field.ok_or_else(|| self.no_time(record))?;
        self.read_time(&field).map_err(|why| {
            let found = excerpt(&String::from_utf8_lossy(field.raw()));
            Error::data(Code::Time, format!("{} {found} is not a time: {why}", self.time_name()))
        })
    }

    fn no_time(&self, record: &Record<'_>) -> Error {
        let mut names: Vec<String> =
            record.fields().take(NAMES).map(|field| excerpt(&field.name()).to_owned()).collect();
        if record.members().len() > NAMES {
            names.push("…".to_owned());
        }
        let hint = match &names[..] {
            [] => "it has none".to_owned(),
            names => format!("--time FIELD names another; it has {}", names.join(", ")),
        };
        Error::data(Code::Time, format!("no field {:?} with the time ({hint})", self.time_name()))
    }

    /// Reads a time, and how it is spelled; or says why it is none.
    pub(crate) fn read_time(&self, field: &Field<'_>) -> std::result::Result<(i64, TimeStyle), String> {
        match field.kind() {
            Kind::Number => Ok((self.spelling.parse_number(field.raw())?, TimeStyle::Number)),
            Kind::String => {
                if let Some(text) = field.plain_text() {
                    let mut minute = self.minute.get();
                    if let Ok(time) = minute.parse(text) {
                        self.minute.set(minute);
                        return Ok((time, TimeStyle::Text));
                    }
                }
                Ok((self.spelling.parse_text(&field.text().unwrap_or_default())?, TimeStyle::Text))
            }
            _ => Err("it is neither text nor a number".to_owned()),
        }
    }

    /// How else the record's time may be spelled than as RFC 3339 with its offset or as a number: what must be read once,
    /// where the record comes in. `None`: it is not, or cannot be read.
    pub(crate) fn moment(&self, record: &Record<'_>) -> Option<Moment> {
        let field = record.named(&self.time).filter(|field| field.kind() == Kind::String)?;
        let moment = match field.plain_text() {
            // Nearly all.
            Some(text) if self.minute.get().parse(text).is_ok() => return None,
            _ => self.spelling.read_text(&field.text().unwrap_or_default()).ok()?,
        };
        (!matches!(moment, Moment::Plain(_))).then_some(moment)
    }

    /// What is to be said of the record's time, if a number gives it (also one that is text) and it is in doubt.
    pub(crate) fn doubt(&self, record: &Record<'_>) -> Option<String> {
        let field = record.named(&self.time)?;
        let time = match field.kind() {
            Kind::Number => self.spelling.parse_number(field.raw()),
            Kind::String => self.spelling.parse_number(field.plain_text()?),
            _ => return None,
        };
        self.spelling.unit.doubt(time.ok()?)
    }

    /// How times are spelled.
    pub(crate) fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    /// Appends the record with this time in the place of its own.
    pub(crate) fn write_at(&self, record: &Record<'_>, time: i64, style: TimeStyle, to: &mut Vec<u8>) {
        let raw = record.raw();
        let member = record.members().iter().rev().find(|member| member.key_is_named(raw, &self.time));
        let old = member.map_or(raw.len()..raw.len(), |member| member.value_range());
        to.extend_from_slice(&raw[..old.start]);
        if member.is_some() {
            self.write_time(time, style, to);
        }
        to.extend_from_slice(&raw[old.end..]);
    }

    /// Appends a time as a record of this style spells it (with its quotes, if text: RFC 3339, UTC).
    pub(crate) fn write_time(&self, time: i64, style: TimeStyle, to: &mut Vec<u8>) {
        match style {
            TimeStyle::Number => self.spelling.write_number(time, to),
            TimeStyle::Text => {
                let mut minute = self.minute.get();
                to.push(b'"');
                minute.write(time, to);
                to.push(b'"');
                self.minute.set(minute);
            }
        }
    }

    /// The series that a record belongs to, as bytes that are equal for equal series: one entry a field,
    /// `7` apart from `"7"`, absent apart from both. Written into `buffer`, which is emptied first,
    /// unless the record's own bytes will do.
    pub(crate) fn series<'b>(&self, record: &Record<'b>, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        if let [only] = &self.series[..] {
            return record.named(only).map_or(b"", |field| canonical(&field, buffer));
        }
        for (i, name) in self.series.iter().enumerate() {
            if i > 0 {
                // Never part of a JSON text outside of a string's escapes.
                buffer.push(b'\n');
            }
            if let Some(field) = record.named(name)
                && !spell_canonical(&field, buffer)
            {
                buffer.extend_from_slice(field.raw());
            }
        }
        buffer
    }

    /// A series' bytes in words for people: `7`, `a`, `room 3, north`; nothing for the series of records without.
    pub(crate) fn series_text(&self, series: &[u8]) -> String {
        texts(series).join(", ")
    }

    /// A record's series as `--where-series` names it: the texts of its fields with commas between.
    pub(crate) fn series_words(&self, record: &Record<'_>, buffer: &mut Vec<u8>) -> String {
        texts(self.series(record, buffer)).join(",")
    }

    /// The record's member is its time.
    pub(crate) fn is_time(&self, field: &Field<'_>) -> bool {
        field.is_named(&self.time)
    }

    /// The record's member is its time or part of its series.
    pub(crate) fn is_key(&self, field: &Field<'_>) -> bool {
        self.is_time(field) || self.series.iter().any(|name| field.is_named(name))
    }

    /// The record has its number in a field `value`, and no flag says otherwise.
    pub(crate) fn is_narrow(&self, record: &Record<'_>) -> bool {
        self.values.is_empty() && record.named(&self.value).is_some()
    }

    /// The member is one of the measured ones: those of `--value`, else `value`, else all numbers that are not time or
    /// series. `narrow`: see [`Keys::is_narrow`].
    pub(crate) fn is_value(&self, field: &Field<'_>, narrow: bool) -> bool {
        if !self.values.is_empty() {
            return self.values.iter().any(|name| field.is(name));
        }
        if narrow { field.is_named(&self.value) } else { field.kind() == Kind::Number && !self.is_key(field) }
    }

    /// The measured fields of a record, as [`Keys::is_value`] has them; those that `--value` names by a JSON pointer, with
    /// the pointer, after the others.
    pub(crate) fn values<'k, 'r>(
        &'k self,
        record: &'k Record<'r>,
    ) -> impl Iterator<Item = (Option<&'k str>, Field<'r>)> + use<'k, 'r> {
        let narrow = self.is_narrow(record);
        let own = record.fields().filter(move |field| self.is_value(field, narrow)).map(|field| (None, field));
        let pointers = self.values.iter().filter(|name| name.starts_with('/') && record.field(name).is_none());
        own.chain(pointers.filter_map(|name| Some((Some(&name[..]), record.value(name)?))))
    }

    /// The names of `--value`.
    pub(crate) fn value_names(&self) -> &[String] {
        &self.values
    }
}

/// The texts of a series' fields.
fn texts(series: &[u8]) -> Vec<String> {
    let text = |part: &[u8]| match part {
        [b'"', inner @ .., b'"'] => json::unescape(inner).into_owned(),
        other => String::from_utf8_lossy(other).into_owned(),
    };
    series.split(|&b| b == b'\n').map(text).collect()
}

/// A value's bytes in the one spelling that equal values share: its own, or those in the empty buffer.
fn canonical<'b>(field: &Field<'b>, buffer: &'b mut Vec<u8>) -> &'b [u8] {
    if spell_canonical(field, buffer) { buffer } else { field.raw() }
}

/// Appends that spelling; false, and nothing, if it is the value's own.
fn spell_canonical(field: &Field<'_>, to: &mut Vec<u8>) -> bool {
    let raw = field.raw();
    match field.kind() {
        Kind::String if field.plain_text().is_none() => {
            json::write_string(&field.text().unwrap_or_default(), to);
            true
        }
        Kind::Number if raw.iter().any(|b| !b.is_ascii_digit()) || raw == b"-0" => {
            match field.number() {
                Some(x) if x.fract() == 0.0 && x.abs() < 9_007_199_254_740_992.0 => json::write_i64(x as i64, to),
                Some(x) if field.integer().is_none() => json::write_f64(x, to),
                _ => return false,
            }
            true
        }
        _ => false,
    }
}
