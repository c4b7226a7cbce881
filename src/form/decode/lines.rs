//! Lines of an input: where they end, which of them belong together, and which are too long.

use super::pending::Pending;
use crate::form::dialect::{Dialect, Header};
use crate::form::take::Take;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};

/// See [`super::Decoder::Lines`].
pub(crate) struct Lines {
    dialect: Dialect,
    header: Header,
    /// Lines at the beginning that are still to be skipped.
    skip: u64,
    /// What ends a line; `None`: no end came yet.
    ending: Option<u8>,
    /// What was looked through for it.
    looked: Looked,
    /// Lines that have ended.
    line: u64,
    /// The line in which the record at hand begins.
    first: u64,
    begun: Pending,
    /// Where its last line begins.
    last: usize,
    /// A quote is open at the beginning of its last line.
    is_open: bool,
    record: Vec<u8>,
    members: Vec<Member>,
}

impl Lines {
    pub(super) fn new(dialect: Dialect, skip: u64, begun: Pending) -> Lines {
        Lines {
            dialect,
            header: Header::default(),
            skip,
            ending: None,
            looked: Looked::default(),
            line: 0,
            first: 1,
            begun,
            last: 0,
            is_open: false,
            record: Vec::new(),
            members: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let Some(ending) = self.ending else {
            let begun = &mut self.begun.bytes;
            begun.extend_from_slice(bytes);
            // As far as a record may go, in pieces of any size.
            let most = self.begun.max_record().saturating_add(1);
            let begun = &self.begun.bytes;
            let seen = &begun[..begun.len().min(most)];
            let known = match self.dialect.may_end_at_return() {
                true => self.looked.ending(seen, self.dialect.quote()),
                false => Some(b'\n'),
            };
            let length = begun.len();
            let ending = match known {
                None if !self.begun.is_beyond(length) => return Ok(()),
                ending => ending.unwrap_or(b'\n'),
            };
            self.ending = Some(ending);
            let held = std::mem::take(&mut self.begun.bytes);
            return self.split(&held, ending, to);
        };
        self.split(bytes, ending, to)
    }

    fn split(&mut self, bytes: &[u8], ending: u8, to: &mut dyn Take) -> Result<()> {
        let mut from = 0;
        for at in memchr::memchr_iter(ending, bytes) {
            let line = &bytes[from..at];
            from = at + 1;
            if !self.begun.is_empty() || self.begun.is_beyond(line.len()) {
                self.gather(line, to)?;
                self.end_line(to)?;
            } else if self.is_open_after(line) {
                self.line += 1;
                self.begun.bytes.extend_from_slice(line);
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

    /// The lines at hand cannot be a record, because of a quote.
    fn is_misquoted(&self) -> bool {
        let whole = &self.begun.bytes;
        self.dialect.is_misquoted(&self.header, whole.strip_suffix(b"\r").unwrap_or(whole))
    }

    /// The line's record goes on in the next line.
    fn goes_on(&mut self) {
        self.is_open = true;
        self.begun.bytes.push(b'\n');
        self.last = self.begun.bytes.len();
    }

    /// Keeps the beginning of a line, unless it is too long.
    fn gather(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let length = self.begun.bytes.len() + bytes.len();
        if self.last > 0 && self.begun.is_beyond(length) {
            self.part(true, to)?;
        }
        if self.begun.gather(bytes, self.first, to)? {
            self.header.lose();
        }
        Ok(())
    }

    /// A quote in the first of these lines is not closed, or not where it should be: each of them is read alone, and so the first
    /// is a reject. Only what comes after them can be joined again, so that the cost stays linear whatever is in them. `beyond`: they are longer than a record may be.
    fn part(&mut self, beyond: bool, to: &mut dyn Take) -> Result<()> {
        let held = std::mem::take(&mut self.begun.bytes);
        let (lines, last) = held.split_at(self.last);
        (self.last, self.is_open) = (0, false);
        let first = std::mem::replace(&mut self.first, self.line + 1);
        for (number, line) in (first..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
            let limit = (beyond && number == first).then(|| self.begun.max_record());
            self.take_alone(number, line.strip_suffix(b"\n").unwrap_or(line), limit, to)?;
        }
        self.begun.bytes.extend_from_slice(last);
        Ok(())
    }

    fn end_line(&mut self, to: &mut dyn Take) -> Result<()> {
        self.line += 1;
        if self.begun.end_long(to)? {
            self.first = self.line + 1;
            return Ok(());
        }
        if self.is_open_after(&self.begun.bytes[self.last..]) {
            self.goes_on();
            return Ok(());
        }
        if self.last > 0 && self.is_misquoted() {
            // The line that ended is the last of them.
            self.line -= 1;
            self.part(false, to)?;
            return self.end_line(to);
        }
        let mut whole = std::mem::take(&mut self.begun.bytes);
        let taken = self.take(&whole, to);
        whole.clear();
        self.begun.bytes = whole;
        (self.last, self.is_open) = (0, false);
        taken
    }

    /// A record's lines, without the break after them.
    fn take(&mut self, line: &[u8], to: &mut dyn Take) -> Result<()> {
        let number = std::mem::replace(&mut self.first, self.line + 1);
        self.take_alone(number, line, None, to)
    }

    /// `limit`: a quote in it was not closed within so many bytes.
    fn take_alone(&mut self, number: u64, line: &[u8], limit: Option<usize>, to: &mut dyn Take) -> Result<()> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        if json::is_blank(line) {
            return Ok(());
        }
        match self.dialect.record(line, &mut self.header, &mut self.record, &mut self.members) {
            Ok(true) => self.begun.hand_on(number, line, (&self.record, &self.members), to),
            Ok(false) => Ok(()),
            Err(why) => match limit {
                None => to.reject(number, line, &why),
                Some(limit) => {
                    let why = Error::data(why.code(), format!("{why} (within --max-record {limit} bytes)"));
                    to.reject(number, line, &why)
                }
            },
        }
    }

    pub(super) fn finish(&mut self, whole: bool, to: &mut dyn Take) -> Result<()> {
        if self.ending.is_none() && !self.begun.is_empty() {
            // A quote that is never closed hid all line feeds.
            self.ending = Some(b'\n');
            let held = std::mem::take(&mut self.begun.bytes);
            self.split(&held, b'\n', to)?;
        }
        if self.abandon(to)? || self.begun.is_empty() {
            return Ok(());
        }
        if !whole {
            let begun = std::mem::take(&mut self.begun.bytes);
            return to.reject(self.first, &begun, &Error::data(Code::Torn, "its end is missing"));
        }
        if self.last > 0 && (self.is_open_after(&self.begun.bytes[self.last..]) || self.is_misquoted()) {
            self.part(false, to)?;
        }
        self.line += 1;
        let whole = std::mem::take(&mut self.begun.bytes);
        self.take(&whole, to)
    }

    pub(super) fn abandon(&mut self, to: &mut dyn Take) -> Result<bool> {
        self.begun.end_long(to)
    }
}

/// How far the first line was looked through for its end.
#[derive(Debug, Default)]
struct Looked {
    length: usize,
    /// A quote is open there.
    is_open: bool,
    /// After the last one that was closed: a second one there opens it again.
    closed: usize,
}

impl Looked {
    /// What ends the lines of an input: a line feed, or a carriage return where the first one stands alone. What is in quotes ends
    /// nothing. `None`: nobody knows yet.
    fn ending(&mut self, bytes: &[u8], quote: Option<(u8, Option<u8>)>) -> Option<u8> {
        // Without quotes another line feed is looked for.
        let mark = quote.map_or(b'\n', |(quote, _)| quote);
        while let Some(found) = memchr::memchr3(b'\n', b'\r', mark, &bytes[self.length..]) {
            let at = self.length + found;
            match (bytes[at], bytes.get(at + 1)) {
                _ if self.is_open && bytes[at] != mark => {}
                (b'\n', _) => return Some(b'\n'),
                (b'\r', None) => {
                    self.length = at;
                    return None;
                }
                (b'\r', Some(next)) => return Some(if *next == b'\n' { b'\n' } else { b'\r' }),
                _ => {
                    let of = quote.and_then(|(_, of)| of);
                    let is_before = |byte: u8| matches!(byte, b',' | b';' | b'\t') || of == Some(byte);
                    let opens = at == self.closed || is_before(bytes[at - 1]);
                    if self.is_open {
                        self.closed = at + 1;
                    }
                    self.is_open = !self.is_open && opens;
                }
            }
            self.length = at + 1;
        }
        self.length = bytes.len();
        None
    }
}
