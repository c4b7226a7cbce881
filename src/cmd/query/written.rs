//! What is read, on its way out in a form. A record that the form cannot hold is a reject.

use crate::flow::stage::Output;
use crate::form::Encoder;
use crate::reading::error::{Kind, Result};
use crate::reading::record::Origin;

/// Writes one record after the other.
pub(super) struct Writer {
    encoder: Encoder,
    row: Vec<u8>,
}

impl Writer {
    pub(super) fn new(encoder: Encoder) -> Writer {
        Writer { encoder, row: Vec::new() }
    }

    /// What comes before all records.
    pub(super) fn begin(&mut self, out: &mut Output) {
        self.row.clear();
        if self.encoder.begin(&mut self.row) {
            out.add(|to| to.extend_from_slice(&self.row));
        }
    }

    /// A record.
    pub(super) fn write(&mut self, line: &[u8], out: &mut Output) -> Result<()> {
        self.row.clear();
        match self.encoder.record(line, &mut self.row) {
            Ok(()) => out.add(|to| to.extend_from_slice(&self.row)),
            Err(why) if why.kind() == Kind::Data => return out.reject_raw(line, Origin::default(), &why),
            Err(why) => return Err(why),
        }
        Ok(())
    }

    /// What comes after them.
    pub(super) fn end(&mut self, out: &mut Output) {
        self.row.clear();
        if self.encoder.end(&mut self.row) {
            out.add(|to| to.extend_from_slice(&self.row));
        }
    }
}
