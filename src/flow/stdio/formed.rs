//! Inputs that are not records on lines already: what a form makes of them goes into the output's batch.

use crate::flow::stage::Output;
use crate::form;
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::Member;
use crate::reading::record::Origin;

/// What becomes of the lines that were read: they stand in the output's batch, whole, and leave it empty.
pub(crate) type Take<'t> = dyn FnMut(&mut Output, &Stop) -> Result<()> + 't;

/// Where the records of a form go.
pub(super) struct Formed<'f, 't> {
    pub(super) input: u32,
    pub(super) out: &'f mut Output,
    pub(super) stop: &'f Stop,
    pub(super) take: &'f mut Take<'t>,
}

impl Formed<'_, '_> {
    fn origin(&self, line: u64) -> Origin {
        Origin { input: self.input, line }
    }

    /// Hands on what there is.
    pub(super) fn hand_on(&mut self) -> Result<()> {
        if self.out.batch().is_void() { Ok(()) } else { (self.take)(self.out, self.stop) }
    }
}

impl form::Take for Formed<'_, '_> {
    fn record(&mut self, line: u64, object: &[u8]) -> Result<()> {
        let origin = self.origin(line);
        let batch = self.out.batch();
        batch.add(origin, |to| to.extend_from_slice(object));
        if batch.is_full() { self.hand_on() } else { Ok(()) }
    }

    fn scanned(&mut self, line: u64, object: &[u8], members: &[Member]) -> Result<()> {
        let origin = self.origin(line);
        let batch = self.out.batch();
        batch.add_scanned(origin, object, members);
        if batch.is_full() { self.hand_on() } else { Ok(()) }
    }

    fn begin_reject(&mut self, line: u64, why: &Error) -> Result<()> {
        let origin = self.origin(line);
        if why.code() == Code::Utf8 {
            // Here there is a flag for it.
            return self.out.begin_reject(origin, &Error::data(Code::Utf8, format!("{why} (--encoding latin1?)")));
        }
        self.out.begin_reject(origin, why)
    }

    fn reject_piece(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.reject_piece(bytes)
    }

    fn end_reject(&mut self) -> Result<()> {
        self.out.end_reject()
    }
}
