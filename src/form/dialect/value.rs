//! Single values: numbers, text, times, and words for what is missing.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::time::{self, Fold, Moment, Spelling};
use std::borrow::Cow;
use std::cell::Cell;

/// Which column is the time, and how it is spelled.
#[derive(Clone, Debug)]
pub struct Times {
    /// The name of the field.
    pub field: String,
    /// Numbers, and text if one was told how it is spelled.
    pub spelling: Spelling,
    /// A time that a number gave and that is in doubt ([`time::Unit::doubt`]), until somebody asks.
    pub doubtful: Cell<Option<i64>>,
}

impl Times {
    /// The field of this name, spelled so.
    pub fn new(field: &str, spelling: Spelling) -> Times {
        Times { field: field.to_owned(), spelling, doubtful: Cell::default() }
    }

    /// Appends a time as RFC 3339 text with its quotes. A local time that comes twice stays as it is where only its series
    /// can say which one it is.
    pub(super) fn write(&self, text: &str, to: &mut Vec<u8>) -> Result<()> {
        let why = |why: String| Error::data(Code::Time, format!("{text:?} is not a time: {why}"));
        to.push(b'"');
        match self.spelling.read_text(text).map_err(why)? {
            Moment::Plain(time) | Moment::Local(time) => {
                if time::is_old(time) && json::is_number(text) {
                    self.doubtful.set(Some(time));
                }
                time::write_rfc3339(time, to);
            }
            Moment::Twice { first, .. } if self.spelling.fold == Fold::Infer => {
                to.extend_from_slice(self.spelling.naive(first).as_bytes());
            }
            Moment::Twice { first, second } => {
                time::write_rfc3339(self.spelling.one_of(text, first, second).map_err(why)?, to);
            }
        }
        to.push(b'"');
        Ok(())
    }

    /// The text is a time.
    pub(super) fn is_time(&self, text: &str) -> bool {
        self.spelling.read_text(text).is_ok()
    }
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// What stands before the decimals: a point or a comma.
    pub decimal: char,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { decimal: '.' }
    }
}

impl Numbers {
    /// The number that a text is, as JSON has it, digit by digit; `None`: it is none. `+1`, `.5` and `5.` are numbers; `007`
    /// is a name, and so is what has groups of digits in it.
    pub(super) fn read<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        if self.decimal == '.' && json::is_number(text) {
            return Some(text.into());
        }
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E')) {
            return None;
        }
        let mut number: Cow<'t, str> = text.strip_prefix('+').unwrap_or(text).into();
        if self.decimal != '.' {
            if number.contains('.') {
                return None;
            }
            number = number.replacen(self.decimal, ".", 1).into();
        }
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", &*number),
        };
        if digits.starts_with('.') {
            number = format!("{sign}0{digits}").into();
        }
        if number.ends_with('.') {
            number = number.trim_end_matches('.').to_owned().into();
        }
        json::is_number(&number).then_some(number)
    }

    /// The text is a number.
    pub(crate) fn is_number(&self, text: &str) -> bool {
        self.read(text).is_some()
    }

    /// Appends a value: a number if it is one, `true` and `false`, else text.
    pub(super) fn write(&self, text: &str, to: &mut Vec<u8>) {
        match self.read(text) {
            Some(number) => to.extend_from_slice(number.as_bytes()),
            None if matches!(text, "true" | "false") => to.extend_from_slice(text.as_bytes()),
            None => json::write_string(text, to),
        }
    }
}

/// Words for a value that is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nulls {
    words: Vec<String>,
    /// Those that are numbers: `-999` stands for `-999.0` as well.
    numbers: Vec<f64>,
}

impl Nulls {
    /// These words.
    pub fn new(words: Vec<String>) -> Nulls {
        let numbers = words.iter().filter_map(|word| word.parse().ok()).filter(|number: &f64| number.is_finite());
        Nulls { numbers: numbers.collect(), words }
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The text stands for nothing.
    pub fn has(&self, text: &str) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let is_number = || text.parse().is_ok_and(|number| self.numbers.contains(&number));
        self.words.iter().any(|word| word == text) || (!self.numbers.is_empty() && is_number())
    }
}
