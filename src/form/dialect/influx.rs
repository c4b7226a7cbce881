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
    let mut writer = Writer { first: [(0, 0); FEW], names: 0, begin: to.len(), seen: None, to };
    let (measurement, mut rest) = word(line, [b',', b' ', b' ']);
    if measurement.is_empty() {
        return Err(wrong("no measurement"));
    }
    writer.begin(MEASUREMENT)?;
    json::write_string(&unescaped(measurement, b", "), writer.to);
    while let Some(tags) = rest.strip_prefix(',') {
        let (key, behind) = word(tags, *b"=, ");
        let value = behind.strip_prefix('=').ok_or_else(|| wrong("a tag without a value"))?;
        let (value, behind) = word(value, *b", =");
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
        let (key, behind) = word(rest, *b"=, ");
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
        if !json::is_number(timestamp.as_bytes()) && !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
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
    if !open && memchr::memchr(b'"', line).is_none() {
        return false;
    }
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
    /// Where the first names are in `to`, as JSON text.
    first: [(u32, u32); FEW],
    /// How many there are.
    names: usize,
    /// Where the record begins in `to`.
    begin: usize,
    /// All of them, where they are too many to look through.
    seen: Option<HashSet<Box<[u8]>, foldhash::fast::RandomState>>,
    to: &'w mut Vec<u8>,
}

/// More names are not looked through one after the other.
const FEW: usize = 24;

impl Writer<'_> {
    /// Begins a member.
    #[inline]
    fn begin(&mut self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Err(Error::data(Code::Influx, "a tag or field without a name"));
        }
        self.to.push(if self.names == 0 { b'{' } else { b',' });
        let start = self.to.len();
        json::write_string(name, self.to);
        let end = self.to.len();
        let is_new = if self.names < FEW { self.is_new(start) } else { self.is_new_of_many(start) };
        if !is_new {
            return Err(Error::data(Code::Influx, format!("the name {name} occurs twice")));
        }
        if let Some(place) = self.first.get_mut(self.names) {
            *place = ((start - self.begin) as u32, (end - self.begin) as u32);
        }
        self.names += 1;
        self.to.push(b':');
        Ok(())
    }

    /// No name is what `to` has from `start` on.
    #[inline]
    fn is_new(&self, start: usize) -> bool {
        let key = &self.to[start..];
        self.first[..self.names].iter().all(|&range| *self.name(range) != *key)
    }

    /// The same for more names.
    #[cold]
    fn is_new_of_many(&mut self, start: usize) -> bool {
        let mut seen =
            self.seen.take().unwrap_or_else(|| self.first.iter().map(|&range| self.name(range).into()).collect());
        let is_new = seen.insert(self.to[start..].into());
        self.seen = Some(seen);
        is_new
    }

    fn name(&self, (start, end): (u32, u32)) -> &[u8] {
        &self.to[self.begin + start as usize..self.begin + end as usize]
    }

    /// A field's value; gives what comes after it.
    fn value<'t>(&mut self, text: &'t str) -> Result<&'t str> {
        if let Some(inner) = text.strip_prefix('"') {
            let bytes = inner.as_bytes();
            let closed = || Error::data(Code::Influx, "a quote is not closed");
            let mut end = memchr::memchr2(b'"', b'\\', bytes).ok_or_else(closed)?;
            if bytes[end] == b'"' {
                json::write_string(&inner[..end], self.to);
                return Ok(&inner[end + 1..]);
            }
            let (mut value, mut start) = (String::new(), 0);
            loop {
                value.push_str(&inner[start..end]);
                if bytes[end] == b'"' {
                    json::write_string(&value, self.to);
                    return Ok(&inner[end + 1..]);
                }
                // A backslash hides a quote and another one; before others it stands for itself.
                start = end + usize::from(matches!(bytes.get(end + 1), Some(b'"' | b'\\')));
                let from = start + 1;
                end = from + memchr::memchr2(b'"', b'\\', bytes.get(from..).unwrap_or_default()).ok_or_else(closed)?;
            }
        }
        let (value, rest) = text.split_at(memchr::memchr2(b',', b' ', text.as_bytes()).unwrap_or(text.len()));
        if json::is_number(value.as_bytes()) {
            self.to.extend_from_slice(value.as_bytes());
            return Ok(rest);
        }
        let wrong =
            || Error::data(Code::Influx, format!("{value:?} is neither a number, true or false, nor text in quotes"));
        match value {
            "t" | "T" | "true" | "True" | "TRUE" => self.to.extend_from_slice(b"true"),
            "f" | "F" | "false" | "False" | "FALSE" => self.to.extend_from_slice(b"false"),
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
#[inline]
fn word(text: &str, ends: [u8; 3]) -> (&str, &str) {
    let [a, b, c] = ends;
    let end = memchr::memchr3(a, b, c, text.as_bytes()).unwrap_or(text.len());
    let hides = memchr::memchr(b'\\', &text.as_bytes()[..end]).is_some();
    text.split_at(if hides { hidden_end(text, &ends) } else { end })
}

/// The same where there is a backslash.
#[cold]
fn hidden_end(text: &str, ends: &[u8]) -> usize {
    let mut hidden = false;
    let end = text.bytes().position(|byte| {
        let is_end = !hidden && ends.contains(&byte);
        hidden = byte == b'\\';
        is_end
    });
    end.unwrap_or(text.len())
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
