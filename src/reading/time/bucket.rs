//! Equal spans of time, beside each other: 6 hours, a day, a week.
//!
//! Decision: without a zone they are multiples of their length since 1970-01-01T00:00Z, weeks since a Monday. In a zone
//! those of more than an hour are cut where its clocks show such a multiple, so that a day begins at midnight and has
//! 23 hours when the clocks are put forward; shorter ones by the offset of the moment, so that the hour that comes
//! twice is two.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::instant::timestamp;
use super::local;

const HOUR: i64 = 3_600_000_000_000;
const WEEK: i64 = 7 * 24 * HOUR;
/// 1970-01-01 was a Thursday.
const MONDAY: i64 = 4 * 24 * HOUR;

/// Spans of one length, ns.
#[derive(Clone, Debug)]
pub struct Buckets {
    every: i64,
    /// `None`: UTC.
    zone: Option<TimeZone>,
}

impl Buckets {
    /// Spans of `every` ns, more than 0; their days and hours are those of `zone`.
    pub fn new(every: i64, zone: Option<TimeZone>) -> Buckets {
        Buckets { every, zone: zone.filter(|zone| *zone != TimeZone::UTC) }
    }

    /// When the span that this time lies in begins.
    pub fn start(&self, ns: i64) -> i64 {
        match &self.zone {
            None => self.floor(ns),
            Some(zone) if self.every <= HOUR => {
                let offset = i64::from(zone.to_offset(timestamp(ns)).seconds()) * 1_000_000_000;
                self.floor(ns.saturating_add(offset)).saturating_sub(offset)
            }
            Some(zone) => self.instant(self.floor(civil(ns, zone)), zone),
        }
    }

    /// When the span behind one that begins at this time begins.
    pub fn next(&self, start: i64) -> i64 {
        match &self.zone {
            Some(zone) if self.every > HOUR => {
                let next = self.instant(self.floor(civil(start, zone)).saturating_add(self.every), zone);
                // Where no clock showed the next multiple it is answered for by a later moment, never by an earlier.
                next.max(start.saturating_add(1))
            }
            _ => start.saturating_add(self.every),
        }
    }

    fn floor(&self, ns: i64) -> i64 {
        let origin = if self.every % WEEK == 0 { MONDAY } else { 0 };
        let behind = ns.saturating_sub(origin).rem_euclid(self.every);
        ns.saturating_sub(behind)
    }

    /// The first instant at which the clocks show this many ns since 1970.
    fn instant(&self, civil: i64, zone: &TimeZone) -> i64 {
        let clocks: DateTime = Offset::UTC.to_datetime(timestamp(civil));
        let ns = local::instant(clocks, zone).map(Timestamp::as_nanosecond);
        ns.and_then(|ns| i64::try_from(ns).ok()).unwrap_or(civil)
    }
}

/// What the clocks show, as ns since 1970.
fn civil(ns: i64, zone: &TimeZone) -> i64 {
    let offset = i64::from(zone.to_offset(timestamp(ns)).seconds()) * 1_000_000_000;
    ns.saturating_add(offset)
}

#[cfg(test)]
mod tests {
    use super::super::{parse_duration, parse_rfc3339, parse_zone, write_rfc3339};
    use super::*;

    fn text(ns: i64) -> String {
        let mut to = Vec::new();
        write_rfc3339(ns, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn buckets_begin_where_the_clocks_say() {
        for (every, zone, at, start, next) in [
            ("6h", "UTC", "2024-04-27T14:23:55Z", "2024-04-27T12:00:00Z", "2024-04-27T18:00:00Z"),
            ("1d", "UTC", "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("1w", "UTC", "2024-04-28T23:59:59Z", "2024-04-22T00:00:00Z", "2024-04-29T00:00:00Z"),
            ("7m", "UTC", "1970-01-01T00:20:00Z", "1970-01-01T00:14:00Z", "1970-01-01T00:21:00Z"),
            ("1d", "Europe/Berlin", "2024-04-27T22:00:00Z", "2024-04-27T22:00:00Z", "2024-04-28T22:00:00Z"),
            // The clocks are put forward: a day of 23 hours; back: of 25.
            ("1d", "Europe/Berlin", "2024-03-31T10:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
            ("1d", "Europe/Berlin", "2024-10-27T10:00:00Z", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"),
            ("6h", "Europe/Berlin", "2024-10-27T02:00:00Z", "2024-10-26T22:00:00Z", "2024-10-27T05:00:00Z"),
            ("1w", "Europe/Berlin", "2024-03-31T10:00:00Z", "2024-03-24T23:00:00Z", "2024-03-31T22:00:00Z"),
            // The hour that comes twice is two.
            ("1h", "Europe/Berlin", "2024-10-27T00:30:00Z", "2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z"),
            ("1h", "Europe/Berlin", "2024-10-27T01:30:00Z", "2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z"),
            ("1h", "Asia/Kolkata", "2024-10-27T01:45:00Z", "2024-10-27T01:30:00Z", "2024-10-27T02:30:00Z"),
            // Midnight never was: the clocks were put forward over it.
            ("1d", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ] {
            let buckets = Buckets::new(parse_duration(every).unwrap(), Some(parse_zone(zone).unwrap()));
            let at = parse_rfc3339(at.as_bytes()).unwrap();
            let found = buckets.start(at);
            assert_eq!((text(found), text(buckets.next(found))), (start.into(), next.into()), "{every} {zone}");
            assert_eq!(buckets.start(found), found);
        }
        assert_eq!(Buckets::new(10, None).start(i64::MIN), i64::MIN);
    }

    /// Beside each other, without holes, through all changes of a year.
    #[test]
    fn each_moment_lies_in_the_bucket_that_begins_before_it() {
        for (every, zone) in [
            ("1d", "Europe/Berlin"),
            ("6h", "America/New_York"),
            ("2h", "Australia/Lord_Howe"),
            ("30m", "Europe/Berlin"),
        ] {
            let buckets = Buckets::new(parse_duration(every).unwrap(), Some(parse_zone(zone).unwrap()));
            let mut start = buckets.start(parse_rfc3339(b"2024-01-01T00:00:00Z").unwrap());
            for _ in 0..800 {
                let next = buckets.next(start);
                assert_eq!(buckets.start(start), start, "{every} {zone} {}", text(start));
                assert_eq!(buckets.start(next - 1), start, "{every} {zone} {}", text(next));
                start = next;
            }
        }
    }
}
