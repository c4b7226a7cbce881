//! Values in columns: between tabs, which nothing can hide, or between commas, which quotes can.

use super::names::{Key, Names, member};
use super::row::{Value, Values};
use super::value::{Nulls, Numbers, Times};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::time::Spelling;
use std::sync::Arc;

/// Whether the first line names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Unless names are given.
    #[default]
    Auto,
    /// It does; given names replace those.
    Yes,
    /// It does not: without given names the columns are called 1, 2, 3.
    No,
}

/// How lines of columns are written.
#[derive(Clone, Debug)]
pub struct Table {
    /// Names that were given.
    pub names: Option<Names>,
    /// Whether the first line has them.
    pub naming: Naming,
    /// What stands between values; `None`: what the first line has: a comma, a semicolon or a tab.
    pub separator: Option<char>,
    /// What is around a value that has a separator or a line break in it; `None`: nothing can be.
    pub quote: Option<char>,
    /// A line that begins with it is none. Before the names, lines of `#` are none anyway.
    pub comment: Option<char>,
    /// This many lines after the names are no values: units.
    pub units: u32,
    /// How numbers are written.
    pub numbers: Numbers,
    /// Words for values that are missing.
    pub nulls: Nulls,
    /// How times are spelled; `None`: the column with the time is one as any other.
    pub times: Option<Times>,
    /// Columns whose values together, with a blank between them, are the time.
    pub joined: Vec<String>,
}

/// The member that joined columns become.
const TIME: &str = "time";

/// The first value of a table of Campbell's loggers: names come in its second line, two lines of units after them.
const TOA5: &str = "TOA5";

/// What the first lines of an input have said about the others.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) names: Arc<Names>,
    /// What each of them is.
    roles: Arc<[Role]>,
    separator: char,
    /// Lines that are still to be passed over.
    units: u32,
}

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Value,
    Time,
    /// A part of the time.
    Joined,
}

impl Table {
    /// Values between commas, whose first line is names, whatever they are.
    pub(crate) fn of_names() -> Table {
        Table { naming: Naming::Yes, times: None, ..Table::commas(None, Times::new("", Spelling::default())) }
    }

    /// Values between tabs, without quotes, of these columns.
    pub(super) fn tabs(names: Names, times: Times) -> Table {
        Table { names: Some(names), separator: Some('\t'), quote: None, ..Table::commas(None, times) }
    }

    /// Values between commas, as RFC 4180 has them.
    pub(super) fn commas(names: Option<Names>, times: Times) -> Table {
        Table {
            names,
            naming: Naming::Auto,
            separator: Some(','),
            quote: Some('"'),
            comment: None,
            units: 0,
            numbers: Numbers::default(),
            nulls: Nulls::default(),
            times: Some(times),
            joined: Vec::new(),
        }
    }

    /// The line is no record and no name.
    pub(super) fn is_comment(&self, line: &str, head: Option<&Head>) -> bool {
        let of_head = head.is_none() && self.is_named_by_line();
        self.comment.is_some_and(|comment| line.starts_with(comment)) || (of_head && line.starts_with('#'))
    }

    /// The line is the first of a file of a kind whose names come in the next one.
    pub(super) fn is_title(&self, line: &str) -> bool {
        let first = line.split(',').next().unwrap_or_default();
        self.names.is_none() && first.trim_matches('"') == TOA5
    }

    /// The first line says what the others are.
    pub(super) fn is_named_by_line(&self) -> bool {
        match self.naming {
            Naming::Yes => true,
            Naming::No => false,
            Naming::Auto => self.names.is_none(),
        }
    }

    /// What the first line says. True: it is a line of names, and no record.
    ///
    /// A number or a time is no name: an input without names would lose its first record.
    pub(super) fn begin(&self, line: &str, titled: bool) -> Result<(Head, bool)> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let separator = self.separator_of(line, false);
        let has_names = self.is_named_by_line();
        let failed = |why: String| Error::data(Code::Columns, format!("the first line: {why}"));
        let head = |names: Names, units| {
            let roles = names.names.iter().map(|name| self.role(name)).collect();
            Head { names: Arc::new(names), roles, separator, units }
        };
        if let Some(names) = &self.names {
            return Ok((head(names.clone(), if has_names { self.units } else { 0 }), has_names));
        }
        let values = self.values(line, separator).map(|value| value.map(|value| value.text.into_owned()));
        let mut values = values.collect::<Result<Vec<String>, &str>>().map_err(|why| failed(why.to_owned()))?;
        if !has_names {
            let numbers = (1..=values.len()).map(|n| n.to_string()).collect();
            return Ok((head(Names::new(numbers).map_err(failed)?, 0), false));
        }
        if values.len() > 1 && values.last().is_some_and(String::is_empty) {
            // A separator that ends the line.
            values.pop();
        }
        if self.naming == Naming::Auto
            && let Some(value) = values.iter().find(|name| self.is_value(name))
        {
            let why = format!("{value} is a value, not the name of a column: --columns names the columns");
            return Err(failed(why));
        }
        let units = if titled { self.units.max(2) } else { self.units };
        Ok((head(Names::new(values).map_err(failed)?, units), true))
    }

    /// A reading, not a name: a number as anybody spells one, or a time.
    fn is_value(&self, text: &str) -> bool {
        let is_time = |text: &str| match &self.times {
            Some(times) => times.is_time(text),
            None => crate::reading::time::parse_rfc3339(text.as_bytes()).is_ok(),
        };
        let digits = text.bytes().any(|byte| byte.is_ascii_digit());
        digits && (text.parse::<f64>().is_ok() || self.numbers.is_number(text) || is_time(text))
    }

    /// `open`: a quote is open at its beginning.
    fn separator_of(&self, line: &str, open: bool) -> char {
        self.separator.unwrap_or_else(|| {
            let count = |of: char| {
                let mut is_quoted = open;
                let is_one = |c: char| {
                    is_quoted ^= Some(c) == self.quote;
                    c == of && !is_quoted
                };
                line.matches(is_one).count()
            };
            if self.numbers.decimal == ',' && count('\t') == 0 {
                return ';';
            }
            if count(',') > 0 && count(',') >= count(';') {
                return ',';
            }
            if count(';') > 0 {
                ';'
            } else if count('\t') > 0 {
                '\t'
            } else {
                ','
            }
        })
    }

    /// Writes the record of a line and where its members are. False: it is a line of units. A value that is not there is left
    /// out.
    pub(super) fn record(
        &self,
        line: &str,
        head: &mut Head,
        to: &mut Vec<u8>,
        members: &mut Vec<Member>,
    ) -> Result<bool> {
        if head.units > 0 {
            head.units -= 1;
            return Ok(false);
        }
        let names = &*head.names;
        let (mut found, mut is_last_empty) = (0, false);
        let mut fault = None;
        let mut joined = String::new();
        for value in self.values(line, head.separator) {
            is_last_empty = value.as_ref().is_ok_and(|value| value.text.is_empty() && !value.quoted);
            let written = match value {
                Err(why) => Err(Error::data(Code::Columns, format!("column {}: {why}", found + 1))),
                Ok(value) => match (names.keys.get(found), head.roles.get(found)) {
                    (Some(key), Some(&role)) => self.write((key, role), &value, &mut joined, to, members),
                    _ => Ok(()),
                },
            };
            found += 1;
            if let Err(why) = written {
                fault.get_or_insert(why);
            }
        }
        if !joined.is_empty() {
            member(&Key::new(TIME), joined.len(), to, members, |to| json::write_string(&joined, to));
        }
        // Each member has a comma before it.
        match to.first_mut() {
            Some(first) => *first = b'{',
            None => to.push(b'{'),
        }
        to.push(b'}');
        // A separator may end the line.
        let fits = found == names.names.len() || (found == names.names.len() + 1 && is_last_empty);
        match fault {
            // A value in the wrong column says less than how many columns there are.
            _ if !fits && fault.as_ref().is_none_or(|why| why.code() != Code::Columns) => Err(names.wrong(found)),
            Some(why) => Err(why),
            None => Ok(true),
        }
    }

    fn role(&self, name: &String) -> Role {
        match &self.times {
            _ if self.joined.contains(name) => Role::Joined,
            Some(times) if *name == times.field => Role::Time,
            _ => Role::Value,
        }
    }

    /// Appends the member of a value.
    #[inline]
    fn write(
        &self,
        (key, role): (&Key, Role),
        value: &Value<'_>,
        joined: &mut String,
        to: &mut Vec<u8>,
        members: &mut Vec<Member>,
    ) -> Result<()> {
        let text = &*value.text;
        if (text.is_empty() && !value.quoted) || self.nulls.has(text) {
            return Ok(());
        }
        if role == Role::Joined {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(text);
            return Ok(());
        }
        // No time has escapes, however long it becomes.
        let length = if role == Role::Time { usize::MAX - 2 } else { text.len() };
        member(key, length, to, members, |to| {
            match &self.times {
                Some(times) if role == Role::Time => times.write(text, to)?,
                _ if value.quoted => json::write_string(text, to),
                _ => self.numbers.write(text, to),
            }
            Ok(())
        })
    }

    /// The names in the first line; `None`: there is none. Nothing more is read.
    pub(super) fn names_of(&self, text: &[u8]) -> Result<Option<Names>> {
        let (mut end, mut open) = (0, false);
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            end += line.len();
            open = self.stays_open(None, line.strip_suffix(b"\n").unwrap_or(line), open);
            if !open {
                break;
            }
        }
        let line = String::from_utf8_lossy(&text[..end]);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        if line.is_empty() {
            return Ok(None);
        }
        let (head, _) = self.begin(line.strip_suffix('\r').unwrap_or(line), false)?;
        Ok(Some(Names::clone(&head.names)))
    }

    /// Whether a quoted value is open at the end of a line. `open`: one is open at its beginning.
    pub(super) fn stays_open(&self, head: Option<&Head>, line: &[u8], open: bool) -> bool {
        let Some(quote) = self.quote.map(|quote| quote as u8) else { return false };
        if !open && memchr::memchr(quote, line).is_none() {
            return false;
        }
        let separator = match head {
            Some(head) => head.separator,
            None => self.separator.unwrap_or_else(|| self.separator_of(&String::from_utf8_lossy(line), open)),
        };
        let opening = |text: &'_ [u8]| {
            let blanks = text.iter().take_while(|&&byte| byte == b' ').count();
            (blanks + usize::from(text.get(blanks) == Some(&quote)), text.get(blanks) == Some(&quote))
        };
        let (mut at, mut open) = if open { (0, true) } else { opening(line) };
        loop {
            while open {
                let Some(end) = memchr::memchr(quote, &line[at..]) else { return true };
                at += end + 1;
                if line.get(at) == Some(&quote) {
                    at += 1;
                } else {
                    open = false;
                }
            }
            // A quote opens a value only at its beginning: any other is a fault of its line.
            let Some(end) = memchr::memchr(separator as u8, &line[at..]) else { return false };
            at += end + 1;
            let (skipped, opened) = opening(&line[at..]);
            at += skipped;
            open = opened;
        }
    }

    /// See [`super::Dialect::is_misquoted`].
    pub(super) fn is_misquoted(&self, head: Option<&Head>, line: &str) -> bool {
        let separator = head.map_or_else(|| self.separator_of(line, false), |head| head.separator);
        self.values(line, separator).any(|value| value.is_err())
    }

    /// The values of a line, without the blanks around them.
    #[inline]
    fn values<'l>(&self, line: &'l str, separator: char) -> Values<'l> {
        Values::new(line, self.quote, separator)
    }
}
