//! Single values: numbers, text and times.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::time::{self, Spelling};

/// Which column is the time, and how it is spelled.
#[derive(Clone, Debug)]
pub struct Times {
    /// The name of the field.
    pub field: String,
    /// Numbers, and text if one was told how it is spelled.
    pub spelling: Spelling,
    /// What else text may be that is not RFC 3339: tried last.
    pub fallback: Option<Spelling>,
}

impl Times {
    /// Appends a time as RFC 3339 text with its quotes.
    pub(super) fn write(&self, text: &str, to: &mut Vec<u8>) -> Result<()> {
        let time = self.read(text).map_err(|why| Error::data(Code::Time, format!("{text:?} is not a time: {why}")))?;
        to.push(b'"');
        time::write_rfc3339(time, to);
        to.push(b'"');
        Ok(())
    }

    /// The text is a time, and is not a number.
    pub(super) fn is_time(&self, text: &str) -> bool {
        self.read(text).is_ok()
    }

    fn read(&self, text: &str) -> Result<i64, String> {
        if self.spelling.format.is_none() && is_number(text) {
            return self.spelling.parse_number(text.as_bytes());
        }
        self.spelling.parse_text(text).or_else(|why| match &self.fallback {
            Some(fallback) => fallback.parse_text(text),
            None => Err(why),
        })
    }
}

/// It is spelled as a JSON number.
pub(super) fn is_number(text: &str) -> bool {
    let begins = matches!(text.as_bytes(), [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..]);
    begins && text.ends_with(|c: char| c.is_ascii_digit()) && json::check(text.as_bytes()) == Ok(json::Kind::Number)
}

/// Appends a value: a number if it is spelled as one, else text.
pub(super) fn write_value(text: &str, to: &mut Vec<u8>) {
    if is_number(text) {
        to.extend_from_slice(text.as_bytes());
    } else {
        json::write_string(text, to);
    }
}
