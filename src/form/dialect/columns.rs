//! Values in columns: between tabs, which nothing can hide, or between commas, which quotes can.

use super::value::{Times, write_value};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// The names of columns, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    names: Vec<String>,
    /// The same as JSON text, with the colon.
    keys: Vec<Vec<u8>>,
}

/// How the values of a line stand apart.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Tabs,
    Commas,
}

impl Names {
    /// `time,device,value`. An error says which is no name.
    pub fn parse(text: &str) -> Result<Names, String> {
        Names::new(text.split(',').map(|name| name.trim().to_owned()).collect())
    }

    /// Those in the first line of a CSV text. A number or a time is no name: an input without names would lose its first
    /// record.
    pub(super) fn of_line(line: &str, times: &Times) -> Result<Names> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let names = values(line, Form::Commas).map(|value| Ok(value?.text.into_owned())).collect::<Result<_, String>>();
        let names = names.and_then(|names: Vec<String>| match names.iter().find(|name| is_value(name, times)) {
            Some(value) => Err(format!("{value} is a value, not the name of a column: --columns names the columns")),
            None => Names::new(names),
        });
        names.map_err(|why| Error::data(Code::Columns, format!("the first line: {why}")))
    }

    /// There is a column of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|one| one == name)
    }

    fn new(names: Vec<String>) -> Result<Names, String> {
        let mut seen = HashSet::new();
        for (i, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(format!("column {} has no name", i + 1));
            }
            if !seen.insert(name) {
                return Err(format!("the column {name} occurs twice"));
            }
        }
        let key = |name: &String| {
            let mut key = Vec::new();
            json::write_string(name, &mut key);
            key.push(b':');
            key
        };
        let keys = names.iter().map(key).collect();
        Ok(Names { names, keys })
    }

    /// Appends the member for a value, the `at`th of its line.
    fn write(&self, at: usize, value: Result<Value<'_>, String>, times: &Times, to: &mut Vec<u8>) -> Result<()> {
        let Value { text, quoted } =
            value.map_err(|why| Error::data(Code::Columns, format!("column {}: {why}", at + 1)))?;
        let (Some(name), Some(key)) = (self.names.get(at), self.keys.get(at)) else { return Ok(()) };
        if text.is_empty() && !quoted {
            return Ok(());
        }
        if to.last() != Some(&b'{') {
            to.push(b',');
        }
        to.extend_from_slice(key);
        if *name == times.field {
            times.write(&text, to)?;
        } else if quoted {
            json::write_string(&text, to);
        } else {
            write_value(&text, to);
        }
        Ok(())
    }

    fn wrong(&self, found: usize) -> Error {
        let (wanted, names) = (self.names.len(), self.names.join(", "));
        let s = if found == 1 { "" } else { "s" };
        Error::data(Code::Columns, format!("{found} column{s}, not {wanted}: {names}"))
    }
}

/// Appends the record of a line. A value that is not there is left out.
pub(super) fn record(line: &str, form: Form, names: &Names, times: &Times, to: &mut Vec<u8>) -> Result<()> {
    let mut found = 0;
    let mut fault = None;
    to.push(b'{');
    for value in values(line, form) {
        let written = names.write(found, value, times, to);
        found += 1;
        fault = fault.or(written.err());
    }
    to.push(b'}');
    match fault {
        // A value in the wrong column says less than how many columns there are.
        _ if found != names.names.len() && fault.as_ref().is_none_or(|why| why.code() != Code::Columns) => {
            Err(names.wrong(found))
        }
        Some(why) => Err(why),
        None => Ok(()),
    }
}

/// A reading, not a name: a number as anybody spells one, or a time.
fn is_value(text: &str, times: &Times) -> bool {
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    digits && (text.parse::<f64>().is_ok() || times.is_time(text))
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join(", "))
    }
}

/// Whether a quoted value is open at the end of a line. `open`: one is open at its beginning.
pub(super) fn stays_open(line: &[u8], open: bool) -> bool {
    let (mut rest, mut open) = if open { (line, true) } else { opening(line) };
    loop {
        while open {
            let Some(at) = memchr::memchr(b'"', rest) else { return true };
            rest = &rest[at + 1..];
            match rest.strip_prefix(b"\"") {
                Some(more) => rest = more,
                None => open = false,
            }
        }
        // A quote opens a value only at its beginning: any other is a fault of its line.
        let Some(at) = memchr::memchr(b',', rest) else { return false };
        rest = &rest[at + 1..];
        (rest, open) = opening(rest);
    }
}

/// A value without the blanks before it, or behind the quote that opens it.
fn opening(text: &[u8]) -> (&[u8], bool) {
    let blanks = text.iter().take_while(|&&byte| byte == b' ').count();
    let text = &text[blanks..];
    text.strip_prefix(b"\"").map_or((text, false), |inner| (inner, true))
}

struct Value<'a> {
    text: Cow<'a, str>,
    quoted: bool,
}

/// The values of a line, without the blanks around them.
fn values(line: &str, form: Form) -> impl Iterator<Item = Result<Value<'_>, String>> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let (value, behind) = match form {
            Form::Tabs => plain(text, '\t'),
            Form::Commas => match text.trim_start_matches(' ').strip_prefix('"') {
                None => match plain(text, ',') {
                    // RFC 4180, 2.5: a value with a quote in it has quotes around it.
                    (value, _) if value.text.contains('"') => {
                        return Some(Err("there is a quote inside of a value that has none around it".to_owned()));
                    }
                    found => found,
                },
                Some(inner) => match quoted(inner) {
                    Ok(found) => found,
                    Err(why) => return Some(Err(why)),
                },
            },
        };
        rest = behind;
        Some(Ok(value))
    })
}

/// A value up to the next separator, and what comes after that.
fn plain(text: &str, separator: char) -> (Value<'_>, Option<&str>) {
    let (value, rest) = match text.split_once(separator) {
        Some((value, rest)) => (value, Some(rest)),
        None => (text, None),
    };
    (Value { text: value.trim_matches(' ').into(), quoted: false }, rest)
}

/// The same for one whose first quote is gone; a quote in it is doubled (RFC 4180, 2.7).
fn quoted(inner: &str) -> Result<(Value<'_>, Option<&str>), String> {
    let mut text = Cow::Borrowed("");
    let mut rest = inner;
    loop {
        let (before, behind) = rest.split_once('"').ok_or("a quote is not closed")?;
        match &mut text {
            Cow::Borrowed("") => text = before.into(),
            text => text.to_mut().push_str(before),
        }
        let Some(more) = behind.strip_prefix('"') else {
            let behind = behind.trim_start_matches(' ');
            let rest = match behind.strip_prefix(',') {
                Some(rest) => Some(rest),
                None if behind.is_empty() => None,
                None => return Err("there is text after a closing quote".to_owned()),
            };
            return Ok((Value { text, quoted: true }, rest));
        };
        text.to_mut().push('"');
        rest = more;
    }
}
