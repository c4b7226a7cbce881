//! InfluxDB's line protocol: `measurement,tag=x,other=y field=1.5,text="z",count=7i,on=true 1714227835000000000`.
//!
//! The measurement becomes a field of that name, tags become text, fields what they are, the timestamp `time`.
//! <https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/> is the grammar; a text in quotes may have line
//! breaks in it ([`stays_open`]).

use super::value::Times;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// The field with the name of the measurement.
const MEASUREMENT: &str = "measurement";

/// InfluxDB reserves the name: what a tag or field has is no time of measurement.
const RESERVED: &str = "a tag or field with the name of the time";

/// Appends the record of a line. False: it is a comment.
pub(super) fn record(line: &str, times: &Times, to: &mut Vec<u8>) -> Result<bool> {
    let line = line.trim_matches(' ');
    if line.starts_with('#') {
        return Ok(false);
    }
    let wrong = |why: &str| Error::data(Code::Influx, why.to_owned());
    let mut writer = Writer { names: Vec::with_capacity(FEW), seen: HashSet::default(), to };
    let (measurement, mut rest) = word(line, b", ");
    if measurement.is_empty() {
        return Err(wrong("no measurement"));
    }
    writer.begin(MEASUREMENT)?;
    json::write_string(&unescaped(measurement, b", "), writer.to);
    while let Some(tags) = rest.strip_prefix(',') {
        let (key, behind) = word(tags, b"=, ");
        let value = behind.strip_prefix('=').ok_or_else(|| wrong("a tag without a value"))?;
        let (value, behind) = word(value, b", =");
        if value.is_empty() || behind.starts_with('=') {
            return Err(wrong("a tag whose value is empty or has a = in it"));
        }
        let name = unescaped(key, b",= ");
        if name == times.field {
            return Err(wrong(RESERVED));
        }
        writer.begin(&name)?;
        json::write_string(&unescaped(value, b",= "), writer.to);
        rest = behind;
    }
    rest = rest.trim_start_matches(' ');
    loop {
        let (key, behind) = word(rest, b"=, ");
        let value = behind.strip_prefix('=').ok_or_else(|| wrong("no field, or one without a value"))?;
        let name = unescaped(key, b",= ");
        if name == times.field {
            return Err(wrong(RESERVED));
        }
        writer.begin(&name)?;
        rest = writer.value(value)?;
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
    }
    let timestamp = rest.trim_start_matches(' ');
    if rest.len() == timestamp.len() && !rest.is_empty() {
        return Err(wrong("there is text after a field's value"));
    }
    if !timestamp.is_empty() {
        if !json::is_number(timestamp) && !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::data(Code::Time, format!("{timestamp:?} is not a timestamp")));
        }
        writer.begin(&times.field)?;
        let digits = timestamp.trim_start_matches('0');
        let is_zero = digits.is_empty() || digits.starts_with(['.', 'e', 'E']);
        times.write(
            if is_zero { timestamp.get(timestamp.len() - digits.len() - 1..).unwrap_or("0") } else { digits },
            writer.to,
        )?;
    }
    writer.to.push(b'}');
    Ok(true)
}

/// Whether a text is open at the end of a line. `open`: one is open at its beginning.
pub(super) fn stays_open(line: &[u8], mut open: bool) -> bool {
    let mut rest = line;
    if !open {
        rest = rest.trim_ascii_start();
        // Before the fields a quote is a letter as any other.
        match ending(rest, b' ') {
            Some(at) if !rest.starts_with(b"#") => rest = &rest[at + 1..],
            _ => return false,
        }
    }
    loop {
        if !open {
            let Some(at) = ending(rest, b'=') else { return false };
            rest = &rest[at + 1..];
            let Some(text) = rest.strip_prefix(b"\"") else { continue };
            rest = text;
        }
        let Some(at) = ending(rest, b'"') else { return true };
        (rest, open) = (&rest[at + 1..], false);
    }
}

/// Where the first such byte is that no backslash hides. In a text in quotes a backslash hides another one; outside of it
/// does not.
fn ending(text: &[u8], end: u8) -> Option<usize> {
    let mut hidden = false;
    text.iter().position(|byte| {
        let is_end = !hidden && *byte == end;
        hidden = *byte == b'\\' && !(hidden && end == b'"');
        is_end
    })
}

struct Writer<'w> {
    /// Where the names so far are in `to`, as JSON text.
    names: Vec<Range<usize>>,
    /// The same, where they are too many to look through.
    seen: HashSet<Box<[u8]>, foldhash::fast::RandomState>,
    to: &'w mut Vec<u8>,
}

/// More names are not looked through one after the other.
const FEW: usize = 24;

impl Writer<'_> {
    /// Begins a member.
    fn begin(&mut self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Err(Error::data(Code::Influx, "a tag or field without a name"));
        }
        self.to.push(if self.names.is_empty() { b'{' } else { b',' });
        let start = self.to.len();
        json::write_string(name, self.to);
        let key = start..self.to.len();
        if self.has(&self.to[key.clone()]) {
            return Err(Error::data(Code::Influx, format!("the name {name} occurs twice")));
        }
        if self.names.len() == FEW {
            self.seen = self.names.iter().map(|range| Box::from(&self.to[range.clone()])).collect();
        }
        if self.names.len() >= FEW {
            self.seen.insert(Box::from(&self.to[key.clone()]));
        }
        self.names.push(key);
        self.to.push(b':');
        Ok(())
    }

    fn has(&self, key: &[u8]) -> bool {
        match self.names.len() {
            ..=FEW => self.names.iter().any(|range| self.to[range.clone()] == *key),
            _ => self.seen.contains(key),
        }
    }

    /// A field's value; gives what comes after it.
    fn value<'t>(&mut self, text: &'t str) -> Result<&'t str> {
        if let Some(inner) = text.strip_prefix('"') {
            let mut value = String::new();
            let mut chars = inner.char_indices();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        json::write_string(&value, self.to);
                        return Ok(&inner[at + 1..]);
                    }
                    '\\' if inner[at + 1..].starts_with(['"', '\\']) => value.extend(chars.next().map(|(_, c)| c)),
                    c => value.push(c),
                }
            }
            return Err(Error::data(Code::Influx, "a quote is not closed"));
        }
        let (value, rest) = text.split_at(text.find([',', ' ']).unwrap_or(text.len()));
        let wrong =
            || Error::data(Code::Influx, format!("{value:?} is neither a number, true or false, nor text in quotes"));
        match value {
            "t" | "T" | "true" | "True" | "TRUE" => self.to.extend_from_slice(b"true"),
            "f" | "F" | "false" | "False" | "FALSE" => self.to.extend_from_slice(b"false"),
            _ if json::is_number(value) => self.to.extend_from_slice(value.as_bytes()),
            _ => {
                if let Some(digits) = value.strip_suffix('i') {
                    json::write_i64(digits.parse().map_err(|_| wrong())?, self.to);
                } else if let Some(digits) = value.strip_suffix('u') {
                    let number: u64 = digits.parse().map_err(|_| wrong())?;
                    self.to.extend_from_slice(number.to_string().as_bytes());
                } else {
                    // What Go reads as a number and JSON does not: `1.`, `.5`, `+1`; but not `NaN` and `inf`.
                    let is_decimal = value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                    let number: Option<f64> = value.parse().ok().filter(|x: &f64| is_decimal && x.is_finite());
                    json::write_f64(number.ok_or_else(wrong)?, self.to);
                }
            }
        }
        Ok(rest)
    }
}

/// A word up to the first of these bytes that no backslash hides, and what stands from there on.
fn word<'t>(text: &'t str, ends: &[u8]) -> (&'t str, &'t str) {
    let mut hidden = false;
    let end = text.bytes().position(|byte| {
        let is_end = !hidden && ends.contains(&byte);
        hidden = byte == b'\\';
        is_end
    });
    text.split_at(end.unwrap_or(text.len()))
}

/// Without the backslashes before these bytes; others stand for themselves.
fn unescaped<'t>(word: &'t str, hidden: &[u8]) -> Cow<'t, str> {
    if memchr::memchr(b'\\', word.as_bytes()).is_none() {
        return word.into();
    }
    let mut text = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once('\\') {
        text.push_str(before);
        if !behind.as_bytes().first().is_some_and(|byte| hidden.contains(byte)) {
            text.push('\\');
        }
        rest = behind;
    }
    text.push_str(rest);
    text.into()
}
