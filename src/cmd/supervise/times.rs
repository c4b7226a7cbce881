//! When a unit that has times is due.

use super::unit::Times;
use crate::reading::time::{self, Buckets, TimeZone};

/// The first time behind this one; ns since 1970. `None`: it has no times.
pub(super) fn next(times: Times, after: i64, zone: &TimeZone) -> Option<i64> {
    match times {
        Times::Always => None,
        Times::Daily(hour, minute) => Some(time::next_at(after, (hour, minute), zone)),
        Times::Every(ns) => {
            let grid = Buckets::new(ns, Some(zone.clone()));
            Some(grid.next(grid.start(after)))
        }
    }
}
