//! Who takes what an input gives.

use crate::reading::error::{Error, Result};
use crate::reading::json::Member;

/// Takes what an input gives.
pub(crate) trait Take {
    /// A record: one JSON object on one line, made of what begins in that line of the input.
    fn record(&mut self, line: u64, object: &[u8]) -> Result<()>;

    /// The same, with where its members are.
    fn scanned(&mut self, line: u64, object: &[u8], members: &[Member]) -> Result<()> {
        let _ = members;
        self.record(line, object)
    }

    /// Something that is no record.
    fn reject(&mut self, line: u64, bytes: &[u8], why: &Error) -> Result<()> {
        self.begin_reject(line, why)?;
        self.reject_piece(bytes)?;
        self.end_reject()
    }

    /// The same, whose bytes come in pieces because they are too many to hold.
    fn begin_reject(&mut self, line: u64, why: &Error) -> Result<()>;
    /// Some more of its bytes.
    fn reject_piece(&mut self, bytes: &[u8]) -> Result<()>;
    /// Its end.
    fn end_reject(&mut self) -> Result<()>;
}
