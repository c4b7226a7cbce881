//! Lines of an input: where they end, which of them belong together, and which are too long.

use crate::form::dialect::{Dialect, Header};
use crate::form::take::Take;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;

/// See [`super::Decoder::Lines`].
pub(crate) struct Lines {
    dialect: Dialect,
    header: Header,
    max_record: usize,
    /// So many lines at the beginning are still to be passed over.
    skip: u64,
    /// What ends a line; `None`: no end came yet.
    ending: Option<u8>,
    /// Lines that have ended.
    line: u64,
    /// The line in which the record at hand begins.
    first: u64,
    /// What there is of it.
    begun: Vec<u8>,
    /// Where its last line begins.
    last: usize,
    /// A quote is open at the beginning of its last line.
    is_open: bool,
    /// It is too long: the rest of its line passes by.
    passes: bool,
    record: Vec<u8>,
}

impl Lines {
    pub(super) fn new(dialect: Dialect, skip: u64, max_record: usize) -> Lines {
        Lines {
            dialect,
            header: Header::default(),
            max_record,
            skip,
            ending: None,
            line: 0,
            first: 1,
            begun: Vec::new(),
            last: 0,
            is_open: false,
            passes: false,
            record: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let Some(ending) = self.ending else {
            // Little, once for an input.
            self.begun.extend_from_slice(bytes);
            let known = if self.dialect.may_end_at_return() { first_ending(&self.begun) } else { Some(b'\n') };
            let ending = match known {
                None if self.begun.len() <= self.max_record => return Ok(()),
                ending => ending.unwrap_or(b'\n'),
            };
            self.ending = Some(ending);
            let held = std::mem::take(&mut self.begun);
            return self.split(&held, ending, to);
        };
        self.split(bytes, ending, to)
    }

    fn split(&mut self, bytes: &[u8], ending: u8, to: &mut dyn Take) -> Result<()> {
        let mut from = 0;
        for at in memchr::memchr_iter(ending, bytes) {
            let line = &bytes[from..at];
            from = at + 1;
            if !self.begun.is_empty() || self.passes || line.len() > self.max_record {
                self.gather(line, to)?;
                self.end_line(to)?;
            } else if self.is_open_after(line) {
                self.line += 1;
                self.begun.extend_from_slice(line);
                self.goes_on();
            } else {
                // It is here as a whole: nothing is copied.
                self.line += 1;
                self.take(line, to)?;
            }
        }
        self.gather(&bytes[from..], to)
    }

    fn is_open_after(&self, line: &[u8]) -> bool {
        self.skip == 0 && self.dialect.stays_open(&self.header, line, self.is_open)
    }

    /// The line's record goes on in the next line.
    fn goes_on(&mut self) {
        self.is_open = true;
        self.begun.push(b'\n');
        self.last = self.begun.len();
    }

    /// Keeps the beginning of a line, unless it is too long.
    fn gather(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        if self.passes {
            return to.reject_piece(bytes);
        }
        self.begun.extend_from_slice(bytes);
        if self.begun.len() <= self.max_record {
            return Ok(());
        }
        let why = if self.is_open || self.last > 0 {
            format!("longer than --max-record {} bytes: is a quote not closed?", self.max_record)
        } else {
            format!("longer than --max-record {} bytes", self.max_record)
        };
        self.header.lose();
        to.begin_reject(self.first, &Error::data(Code::TooLong, why))?;
        to.reject_piece(&self.begun)?;
        self.begun.clear();
        self.last = 0;
        // What comes after this line is read: a quote that is never closed costs no more than that.
        self.is_open = false;
        self.passes = true;
        Ok(())
    }

    fn end_line(&mut self, to: &mut dyn Take) -> Result<()> {
        self.line += 1;
        if std::mem::take(&mut self.passes) {
            self.first = self.line + 1;
            return to.end_reject();
        }
        if self.is_open_after(&self.begun[self.last..]) {
            self.goes_on();
            return Ok(());
        }
        let whole = std::mem::take(&mut self.begun);
        let taken = self.take(&whole, to);
        self.begun = whole;
        self.begun.clear();
        (self.last, self.is_open) = (0, false);
        taken
    }

    /// A record's lines, without the break after them.
    fn take(&mut self, line: &[u8], to: &mut dyn Take) -> Result<()> {
        let number = std::mem::replace(&mut self.first, self.line + 1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        if json::is_blank(line) {
            return Ok(());
        }
        self.record.clear();
        match self.dialect.record(line, &mut self.header, &mut self.record) {
            Ok(true) => to.record(number, &self.record),
            Ok(false) => Ok(()),
            Err(why) => to.reject(number, line, &why),
        }
    }

    pub(super) fn finish(&mut self, whole: bool, to: &mut dyn Take) -> Result<()> {
        if std::mem::take(&mut self.passes) {
            return to.end_reject();
        }
        if self.begun.is_empty() {
            return Ok(());
        }
        if !whole {
            let begun = std::mem::take(&mut self.begun);
            return to.reject(self.first, &begun, &Error::data(Code::Torn, "its end is missing"));
        }
        self.line += 1;
        let whole = std::mem::take(&mut self.begun);
        self.take(&whole, to)
    }
}

/// What ends the lines of an input: a line feed, or a carriage return where the first one stands alone. `None`: nobody
/// knows yet.
fn first_ending(bytes: &[u8]) -> Option<u8> {
    let at = memchr::memchr2(b'\n', b'\r', bytes)?;
    match (bytes[at], bytes.get(at + 1)) {
        (b'\r', None) => None,
        (b'\r', Some(next)) if *next != b'\n' => Some(b'\r'),
        _ => Some(b'\n'),
    }
}
