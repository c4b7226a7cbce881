//! Spans of time and sizes on the command line.

use crate::reading::time;
use std::time::Duration;

/// A time span on the command line: `250ms`, `5s`, `1h30m`, `30d`.
pub(crate) fn duration(text: &str) -> std::result::Result<Duration, String> {
    let ns = time::parse_duration(text)?;
    u64::try_from(ns).map(Duration::from_nanos).map_err(|_| "must not be negative".to_owned())
}

/// A time span on the command line that is longer than nothing, in ns.
pub(crate) fn step(text: &str) -> std::result::Result<i64, String> {
    match time::parse_duration(text)? {
        ns if ns > 0 => Ok(ns),
        _ => Err("must be longer than 0".to_owned()),
    }
}

/// A size on the command line: `64KiB`, `10MB`, `512`.
pub(crate) fn size(text: &str) -> std::result::Result<u64, String> {
    time::parse_size(text)
}
