//! Times of receipt.

use crate::flow::batch::Batch;
use crate::reading::json;

/// The records of a batch with this time (ns since 1970 UTC) in `field`, where they have none.
pub(crate) fn stamped(batch: &Batch, field: &str, time: i64) -> Batch {
    let mut to = Batch::default();
    let mut spelled = Vec::with_capacity(32);
    crate::reading::time::write_rfc3339(time, &mut spelled);
    let spelled = String::from_utf8_lossy(&spelled);
    // What is not an object goes on as it is: the stage that reads it says what is wrong with it.
    let mut members = Vec::new();
    for record in batch.records() {
        members.clear();
        let raw = record.raw();
        let open = json::members(raw, &mut members).is_ok() && !members.iter().any(|m| m.key_is(raw, field));
        match open {
            true => to.add(record.origin(), |line| {
                let text = |line: &mut Vec<u8>| json::write_string(&spelled, line);
                json::append_member(raw.trim_ascii_end(), members.is_empty(), field, text, line);
            }),
            false => to.copy(&record),
        }
    }
    to
}
