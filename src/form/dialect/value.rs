//! Single values: numbers, text, times, and words for what is missing.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::time::{self, Fold, Moment, Spelling};
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
        if time::is_rfc3339_in_utc(text.as_bytes()) {
            to.extend_from_slice(text.as_bytes());
            to.push(b'"');
            return Ok(());
        }
        match self.spelling.read_text(text).map_err(why)? {
            Moment::Plain(time) | Moment::Local(time) => {
                if time::is_old(time) && json::is_number(text.as_bytes()) {
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
    /// Appends the number that a text is, as JSON has it, digit by digit; false, and nothing: it is none. `+1`, `.5` and `5.`
    /// are numbers; `007` is a name, and so is what has groups of digits in it.
    fn write_number(&self, text: &[u8], to: &mut Vec<u8>) -> bool {
        let begin = to.len();
        let (sign, digits) = match text {
            [b'+', digits @ ..] => (&b""[..], digits),
            [b'-', digits @ ..] => (&b"-"[..], digits),
            digits => (&b""[..], digits),
        };
        let Some(&first) = digits.first().filter(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',')) else {
            return false;
        };
        let begins_with_point = first == self.decimal as u8;
        if self.decimal == '.' && !begins_with_point && digits.last() != Some(&b'.') {
            // Nearly every number, and every name that begins with a digit.
            if !json::is_number(digits) {
                return false;
            }
            to.extend_from_slice(sign);
            to.extend_from_slice(digits);
            return true;
        }
        to.extend_from_slice(sign);
        if begins_with_point {
            if !digits.get(1).is_some_and(u8::is_ascii_digit) {
                return undo(begin, to);
            }
            to.push(b'0');
        }
        let start = to.len();
        to.extend_from_slice(digits);
        if self.decimal != '.' {
            let spelled = &mut to[start..];
            // A point is none of its numbers'.
            let is_foreign = memchr::memchr(b'.', spelled).is_some();
            match memchr::memchr(self.decimal as u8, spelled) {
                _ if is_foreign => return undo(begin, to),
                Some(at) => spelled[at] = b'.',
                None => {}
            }
        }
        if to.last() == Some(&b'.') {
            to.pop();
        }
        let start = begin + sign.len();
        json::is_number(&to[start..]) || undo(begin, to)
    }

    /// The number that a text is, as JSON has it; `None`: it is none.
    pub(super) fn read(&self, text: &str) -> Option<String> {
        let mut number = Vec::new();
        if !self.write_number(text.as_bytes(), &mut number) {
            return None;
        }
        String::from_utf8(number).ok()
    }

    /// The text is a number.
    pub(crate) fn is_number(&self, text: &str) -> bool {
        self.read(text).is_some()
    }

    /// Appends a value: a number if it is one, `true` and `false`, else text.
    pub(super) fn write(&self, text: &str, to: &mut Vec<u8>) {
        if self.decimal == '.' && matches!(text.as_bytes(), [b'0'..=b'9', .., b'0'..=b'9' | b'Z']) {
            // Nearly every value, and a number if it is one as it stands.
            return json::write_bare(text, to);
        }
        if self.write_number(text.as_bytes(), to) {
            return;
        }
        match text {
            "true" | "false" => to.extend_from_slice(text.as_bytes()),
            _ => json::write_string(text, to),
        }
    }
}

/// Nothing was written after all.
fn undo(begin: usize, to: &mut Vec<u8>) -> bool {
    to.truncate(begin);
    false
}

/// Words for a value that is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nulls {
    words: Vec<String>,
    /// Those that are numbers: `-999` stands for `-999.0` as well.
    numbers: Vec<f64>,
    /// One is: `NaN` stands for `nan`, too.
    nan: bool,
    /// One is, of whatever sign.
    infinity: bool,
}

impl Nulls {
    /// These words.
    pub fn new(words: Vec<String>) -> Nulls {
        let all: Vec<f64> = words.iter().filter_map(|word| word.parse().ok()).collect();
        Nulls {
            nan: all.iter().any(|number| number.is_nan()),
            infinity: all.iter().any(|number| number.is_infinite()),
            numbers: all.into_iter().filter(|number| number.is_finite()).collect(),
            words,
        }
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The text stands for nothing.
    pub fn has(&self, text: &str) -> bool {
        !self.words.is_empty() && (self.words.iter().any(|word| word == text) || self.has_number(text))
    }

    fn has_number(&self, text: &str) -> bool {
        if self.numbers.is_empty() && !self.nan && !self.infinity {
            return false;
        }
        // 1e999 is a number that is too large.
        let is_word = || !text.bytes().any(|byte| byte.is_ascii_digit());
        text.parse().is_ok_and(|number: f64| {
            self.nan && number.is_nan()
                || self.infinity && number.is_infinite() && is_word()
                || self.numbers.contains(&number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Nulls, Numbers};

    #[test]
    fn a_number_that_is_none_has_many_spellings() {
        let nulls = Nulls::new(["NaN", "Infinity", "-999", "--"].map(str::to_owned).to_vec());
        for text in ["NaN", "nan", "NAN", "-inf", "Infinity", "+INF", "-999", "-999.0", "--"] {
            assert!(nulls.has(text), "{text}");
        }
        for text in ["", "-", "999", "1e999", "nano", "1"] {
            assert!(!nulls.has(text), "{text}");
        }
        assert!(!Nulls::new(vec!["--".to_owned()]).has("nan"));
        assert!(!Nulls::new(vec!["NaN".to_owned()]).has("inf"));
    }

    #[test]
    fn a_decimal_comma_is_a_point() {
        let numbers = Numbers { decimal: ',' };
        for (text, wanted) in
            [("1,5", "1.5"), ("-1,5", "-1.5"), ("+,5", "0.5"), ("5,", "5"), ("12", "12"), ("1,5e3", "1.5e3")]
        {
            assert_eq!(numbers.read(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["1.5", "1.000,5", "1,000,5", ",", "-,", "+-5", "5,,", "007", "", "e5"] {
            assert_eq!(numbers.read(text), None, "{text}");
        }
    }
}
