//! Times of receipt. They rise strictly, whatever the clock does: two readings that are equal but for their time are two
//! readings, and a database would take equal times for one.

use crate::flow::batch::Batch;
use crate::reading::json::{self, Member};
use crate::reading::time;

/// The least that lies between two times, in ns: what every database keeps.
const STEP: i64 = 1_000;

/// Gives times of receipt.
#[derive(Debug)]
pub(crate) struct Stamps {
    field: String,
    /// The last one, ns since 1970 UTC.
    last: i64,
}

impl Stamps {
    /// Times in this field.
    pub(crate) fn new(field: String) -> Stamps {
        Stamps { field, last: i64::MIN }
    }

    /// The field that they are in.
    pub(super) fn field(&self) -> &str {
        &self.field
    }

    /// The records of a batch, which have come now, each with a time of its own where it has none.
    pub(crate) fn received(&mut self, batch: &Batch) -> Batch {
        self.from(batch, time::now())
    }

    /// The same with times from this one (ns since 1970 UTC) on.
    pub(crate) fn from(&mut self, batch: &Batch, time: i64) -> Batch {
        let mut to = Batch::default();
        // What is not an object goes on as it is: the stage that reads it says what is wrong with it.
        let mut members = Vec::new();
        for record in batch.records() {
            members.clear();
            let raw = record.raw();
            let is_object = json::members(raw, &mut members).is_ok();
            let old = members.iter().rev().find(|member| member.key_is(raw, &self.field));
            if !is_object || old.is_some_and(|old| !is_empty(old, raw)) {
                to.copy(&record);
                continue;
            }
            let mut spelled = Vec::with_capacity(32);
            spelled.push(b'"');
            time::write_rfc3339(self.next(time), &mut spelled);
            spelled.push(b'"');
            to.add(record.origin(), |line| match old {
                Some(old) => {
                    let range = old.value_range();
                    line.extend_from_slice(&raw[..range.start]);
                    line.extend_from_slice(&spelled);
                    line.extend_from_slice(&raw[range.end..]);
                }
                None => {
                    let text = |line: &mut Vec<u8>| line.extend_from_slice(&spelled);
                    json::append_member(raw.trim_ascii_end(), members.is_empty(), &self.field, text, line);
                }
            });
        }
        to
    }

    /// The next time, not before this one.
    fn next(&mut self, time: i64) -> i64 {
        let time = time - time.rem_euclid(STEP);
        self.last = time.max(self.last.saturating_add(STEP));
        self.last
    }
}

/// A field that says nothing is as good as none.
fn is_empty(member: &Member, raw: &[u8]) -> bool {
    matches!(member.value(raw), b"null" | b"\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_rise_also_when_the_clock_does_not() {
        let mut stamps = Stamps::new("time".to_owned());
        assert_eq!([5_500, 5_500, 9_999, 3_000].map(|now| stamps.next(now)), [5_000, 6_000, 9_000, 10_000]);
        assert_eq!(Stamps::new(String::new()).next(-1), -1_000);
    }
}
