//! `--tail`: where the last records begin.

use crate::reading::error::Result;
use crate::storage::{Query, Reader};

/// The span that is looked at first, ns; each one that has too few records is followed by one this many times as long.
const FIRST: i64 = 1_000_000_000;
const GROWTH: i64 = 4;

/// Narrows a query to a span of time that has its last `count` records. Gives how many others of this span come before them.
pub(super) fn narrow(reader: &mut dyn Reader, query: &mut Query, count: u64) -> Result<u64> {
    let Some((first, last)) = reader.span(query)? else { return Ok(0) };
    // What arrives meanwhile is left for the next time.
    query.until = Some(query.until.unwrap_or(i64::MAX).min(last.saturating_add(1)));
    query.last = None;
    let mut length = FIRST;
    loop {
        let since = last.saturating_sub(length).max(first);
        let mut found = 0;
        query.since = Some(since);
        reader.read(query, &mut |_| {
            found += 1;
            Ok(true)
        })?;
        if found >= count || since == first {
            let before = found.saturating_sub(count);
            query.limit = Some(before.saturating_add(count));
            return Ok(before);
        }
        length = length.saturating_mul(GROWTH);
    }
}
