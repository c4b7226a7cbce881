//! The record at hand, as far as it has come; what is longer than a record may be passes by as a reject.

use crate::form::flatten::Flatten;
use crate::form::take::Take;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::Member;

/// See the module.
pub(crate) struct Pending {
    pub(super) bytes: Vec<u8>,
    /// It is too long: its rest passes by.
    passes: bool,
    max_record: usize,
    flatten: Option<Flatten>,
    /// A buffer for the record that was flattened.
    flat: Vec<u8>,
}

impl Pending {
    /// Nothing yet.
    pub(crate) fn new(max_record: usize, flatten: Option<Flatten>) -> Pending {
        Pending { bytes: Vec::new(), passes: false, max_record, flatten, flat: Vec::new() }
    }

    /// Nothing is at hand.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.passes
    }

    /// This many bytes are no record.
    pub(super) fn is_beyond(&self, length: usize) -> bool {
        length > self.max_record
    }

    /// The longest that a record may be.
    pub(super) fn max_record(&self) -> usize {
        self.max_record
    }

    /// Takes more bytes of the record that begins in this line. True: with them it became too long.
    pub(super) fn gather(&mut self, bytes: &[u8], line: u64, to: &mut dyn Take) -> Result<bool> {
        if self.passes {
            return to.reject_piece(bytes).map(|()| false);
        }
        self.bytes.extend_from_slice(bytes);
        if !self.is_beyond(self.bytes.len()) {
            return Ok(false);
        }
        to.begin_reject(line, &self.too_long())?;
        to.reject_piece(&self.bytes)?;
        self.bytes.clear();
        self.passes = true;
        Ok(true)
    }

    /// The end of what passes by; false: nothing does.
    pub(super) fn end_long(&mut self, to: &mut dyn Take) -> Result<bool> {
        if !std::mem::take(&mut self.passes) {
            return Ok(false);
        }
        to.end_reject().map(|()| true)
    }

    /// Hands on a record that was made of these bytes, with its members if they are known. A name that is said once may be in each record: together they can be
    /// longer than a record may be.
    pub(super) fn hand_on(
        &mut self,
        line: u64,
        bytes: &[u8],
        (record, members): (&[u8], &[Member]),
        to: &mut dyn Take,
    ) -> Result<()> {
        if self.is_beyond(record.len()) {
            return to.reject(line, bytes, &self.too_long());
        }
        let Some(flatten) = &self.flatten else {
            return if members.is_empty() { to.record(line, record) } else { to.scanned(line, record, members) };
        };
        self.flat.clear();
        match flatten.write(record, self.max_record, &mut self.flat) {
            Ok(true) => to.record(line, &self.flat),
            Ok(false) => to.record(line, record),
            Err(why) => to.reject(line, bytes, &why),
        }
    }

    fn too_long(&self) -> Error {
        Error::data(Code::TooLong, format!("longer than --max-record {} bytes", self.max_record))
    }
}
