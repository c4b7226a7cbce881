//! Single values: numbers, text and times.

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

/// Appends a value: a number if it is spelled as one, else text.
pub(super) fn write_value(text: &str, to: &mut Vec<u8>) {
    if json::is_number(text) {
        to.extend_from_slice(text.as_bytes());
    } else {
        json::write_string(text, to);
    }
}
