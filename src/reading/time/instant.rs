//! The range of times, and the way to jiff's and back.

use jiff::Timestamp;

/// Why a time cannot be one of kymo's.
pub(super) const RANGE: &str = "before 1677-09-21 or after 2262-04-11";

/// A date of HTTP (RFC 9110, 5.6.7), in ns.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    i64::try_from(date.timestamp().as_nanosecond()).ok()
}

/// The time now: ns since 1970 UTC.
pub fn now() -> i64 {
    i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

pub(super) fn nanoseconds(timestamp: Timestamp) -> Result<i64, String> {
    Ok(i64::try_from(timestamp.as_nanosecond()).map_err(|_| RANGE)?)
}

pub(super) fn timestamp(ns: i64) -> Timestamp {
    Timestamp::from_nanosecond(ns.into()).expect("jiff reaches from the year -9999 to 9999")
}
