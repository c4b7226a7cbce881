//! How far a long query has come, for the bar on a terminal: by the times of the records, which come in order. To count
//! them first would be to read everything twice.

use crate::flow::stage::{Output, Tally};
use crate::host::progress::{self, Measure};
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time::Spelling;
use crate::storage::{Query, Reader};
use std::sync::Arc;

/// Every so many records one is looked at.
const EVERY: u64 = 256;

pub(super) struct Reach {
    tally: Arc<Tally>,
    keys: Keys,
    first: i64,
    seen: u64,
}

impl Reach {
    /// `None`: nobody would see it, or there is nothing.
    pub(super) fn of(reader: &mut dyn Reader, query: &Query, out: &Output) -> Result<Option<Reach>> {
        if !progress::is_seen() {
            return Ok(None);
        }
        let Some((first, last)) = reader.span(query)? else { return Ok(None) };
        let (time, by) = reader.key(&query.table)?;
        let tally = out.tally();
        tally.expect(Measure::Span, last.abs_diff(first));
        Ok(Some(Reach { tally, keys: Keys::new(time, Spelling::default(), by, Vec::new()), first, seen: 0 }))
    }

    /// The next record.
    pub(super) fn look(&mut self, line: &[u8]) {
        self.seen += 1;
        if !self.seen.is_multiple_of(EVERY) {
            return;
        }
        let mut members = Vec::new();
        if json::members(line, &mut members).is_ok()
            && let Ok(time) = self.keys.time(&Record::kept(line, &members))
        {
            self.tally.reach(time.abs_diff(self.first));
        }
    }
}
