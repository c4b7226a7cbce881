//! A message that comes: who takes it, and what of it is held while its end is missing.

use super::head::Breach;
use crate::reading::error::{Error, Result};
use tungstenite::protocol::frame::coding::CloseCode;

/// Takes what comes.
pub(crate) trait Receive {
    /// A message that is not too large.
    fn message(&mut self, binary: bool, bytes: &[u8]) -> Result<()>;
    /// A part of one that is.
    fn long(&mut self, part: Long<'_>) -> Result<()>;
    /// What came of a message whose end will not come.
    fn torn(&mut self, bytes: &[u8]) -> Result<()>;
    fn ping(&mut self, bytes: &[u8]);
    /// The peer ends the connection, with a code unless it gives none.
    fn close(&mut self, code: Option<CloseCode>, reason: &[u8]);
    /// It wants no more.
    fn is_done(&self) -> bool;
}

/// A message that is too large, in parts.
pub(crate) enum Long<'a> {
    /// It is binary, or text.
    Begin(bool),
    Piece(&'a [u8]),
    End,
}

/// Why reading cannot go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The peer breaks the protocol: the code to close with, and why.
    Protocol(CloseCode, &'static str),
    /// The receiver failed.
    Receiver(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Receiver(error)
    }
}

impl From<Breach> for Fault {
    fn from((code, why): Breach) -> Fault {
        Fault::Protocol(code, why)
    }
}

/// A message that is not there as a whole yet.
pub(super) struct Message {
    pub(super) binary: bool,
    pub(super) compressed: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) is_long: bool,
    pub(super) max: usize,
}

impl Message {
    /// Adds some bytes to it, or hands them on if they are too many.
    pub(super) fn add(&mut self, bytes: &[u8], to: &mut impl Receive) -> Result<()> {
        if !self.is_long && self.bytes.len() + bytes.len() > self.max {
            self.spill(to)?;
        }
        if self.is_long {
            return to.long(Long::Piece(bytes));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn spill(&mut self, to: &mut impl Receive) -> Result<()> {
        self.is_long = true;
        to.long(Long::Begin(self.binary))?;
        to.long(Long::Piece(&std::mem::take(&mut self.bytes)))
    }
}
