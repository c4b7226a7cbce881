//! Times of receipt.

use crate::flow::batch::Batch;
use crate::reading::json;

/// The records of a batch with this time (ns since 1970 UTC) in `field`, where they have none.
pub(crate) fn stamped(batch: &Batch, field: &str, time: i64) -> Batch {
    let mut to = Batch::default();
    let mut spelled = Vec::with_capacity(32);
    crate::reading::time::write_rfc3339(time, &mut spelled);
    // What is not an object goes on as it is: the stage that reads it says what is wrong with it.
    let mut members = Vec::new();
    for record in batch.records() {
        members.clear();
        let raw = record.raw();
        let open = json::members(raw, &mut members).is_ok() && !members.iter().any(|m| m.key_is(raw, field));
        match raw.iter().rposition(|&b| b == b'}') {
            Some(end) if open => to.add(record.origin(), |line| {
                line.extend_from_slice(&raw[..end]);
                if !members.is_empty() {
                    line.push(b',');
                }
                json::write_string(field, line);
                line.extend_from_slice(b":\"");
                line.extend_from_slice(&spelled);
                line.extend_from_slice(b"\"}");
            }),
            _ => to.copy(&record),
        }
    }
    to
}
