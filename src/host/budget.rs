//! A budget of bytes for what is remembered of what came in.
//!
//! Decision: bytes are the true bound. A count of series bounds nothing where a name may be as long as a record. What is
//! counted is estimated by who remembers it: bytes of names and records, and the size of what belongs to them.

use crate::reading::error::{Code, Error, Result};

/// About what a table needs for an entry beside the bytes of its name.
pub(crate) const ENTRY: usize = 64;

/// See the top of this file.
#[derive(Debug)]
pub(crate) struct Budget {
    most: usize,
    used: usize,
}

impl Budget {
    /// At most this many bytes.
    pub(crate) fn new(most: u64) -> Budget {
        Budget { most: usize::try_from(most).unwrap_or(usize::MAX), used: 0 }
    }

    /// There is room for this many bytes more.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        bytes <= self.left()
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.most.saturating_sub(self.used)
    }

    /// Takes this many bytes; `Data`, and takes none, if there is no room for them.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<()> {
        self.resize(0, bytes)
    }

    /// What took `before` bytes takes `after`; as [`Budget::take`] where that is more.
    pub(crate) fn resize(&mut self, before: usize, after: usize) -> Result<()> {
        if after > before && !self.has_room(after - before) {
            return Err(Error::data(Code::Memory, self.refusal()));
        }
        self.used = self.used.saturating_sub(before).saturating_add(after);
        Ok(())
    }

    /// Takes this many bytes, room or not: what a run before this one remembered is never forgotten.
    pub(crate) fn force(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes);
    }

    /// Gives all back.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }

    /// Why there is no room, and what to do.
    pub(crate) fn refusal(&self) -> String {
        format!(
            "what is remembered of all series would need more than --max-memory {} bytes (a larger one holds more)",
            self.most
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_takes_none() {
        let mut budget = Budget::new(100);
        budget.take(60).unwrap();
        assert_eq!(budget.take(41).unwrap_err().code(), Code::Memory);
        budget.resize(60, 30).unwrap();
        budget.take(70).unwrap();
        assert!(!budget.has_room(1) && budget.has_room(0));
        budget.force(10);
        // Less is always possible.
        budget.resize(50, 40).unwrap();
        assert!(budget.take(1).is_err());
    }
}
