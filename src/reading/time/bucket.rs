//! Equal spans of time, beside each other: 6 hours, a day, a week, a month.
//!
//! Decision: without a zone they are multiples of their length since 1970-01-01T00:00Z, weeks since a Monday. In a zone
//! those of more than an hour are cut where its clocks first show such a multiple, so that a day begins at midnight and
//! has 23 hours when the clocks are put forward; shorter ones by the offset of the moment, so that the hour that comes
//! twice is two. Spans never overlap, and each begins at the first moment that lies in it: where the clocks are changed
//! by what is no multiple of a short span, that span ends at the change and another begins there.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::instant::timestamp;
use super::local;
use super::period::Period;

const HOUR: i64 = 3_600_000_000_000;
pub(super) const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// 1970-01-01 was a Thursday.
const MONDAY: i64 = 4 * DAY;

/// Spans of one length.
#[derive(Clone, Debug)]
pub struct Buckets {
    period: Period,
    /// `None`: UTC.
    zone: Option<TimeZone>,
}

impl Buckets {
    /// Spans of `every` ns, more than 0; their days and hours are those of `zone`.
    pub fn new(every: i64, zone: Option<TimeZone>) -> Buckets {
        Buckets::of(Period::Span(every), zone)
    }

    /// Spans of this length; their months, days and hours are those of `zone`.
    pub fn of(period: Period, zone: Option<TimeZone>) -> Buckets {
        Buckets { period, zone: zone.filter(|zone| *zone != TimeZone::UTC) }
    }

    /// When the span that this time lies in begins.
    pub fn start(&self, ns: i64) -> i64 {
        match &self.zone {
            None => self.floor(ns),
            Some(zone) if self.is_short() => self.short_start(ns, zone),
            Some(zone) => first(self.line(ns, zone), zone),
        }
    }

    /// When the span after the one that begins at this time begins.
    pub fn next(&self, start: i64) -> i64 {
        let next = match &self.zone {
            None => self.behind(self.floor(start)),
            Some(zone) if self.is_short() => self.short_next(start, zone),
            // Where no clock showed the next multiple it is answered for by a later moment, never by an earlier.
            Some(zone) => first(self.behind(self.line(start, zone)), zone),
        };
        next.max(start.saturating_add(1))
    }

    /// It is cut by the offset of the moment.
    fn is_short(&self) -> bool {
        matches!(self.period, Period::Span(every) if every <= HOUR)
    }

    /// The last multiple at or before this time, as ns since 1970 of the same clock.
    fn floor(&self, ns: i64) -> i64 {
        match self.period {
            Period::Span(every) => {
                let origin = if every % WEEK == 0 { MONDAY } else { 0 };
                ns.saturating_sub(ns.saturating_sub(origin).rem_euclid(every))
            }
            Period::Months(months) => {
                let month = month(ns).div_euclid(months) * months;
                month_start(month).unwrap_or(i64::MIN)
            }
        }
    }

    /// The multiple after this one.
    fn behind(&self, line: i64) -> i64 {
        match self.period {
            Period::Span(every) => line.saturating_add(every),
            Period::Months(months) => month_start(month(line) + months).unwrap_or(i64::MAX),
        }
    }

    /// The latest multiple that the clocks have shown up to this time: what they show again after they were put back
    /// belongs to the span that has begun.
    fn line(&self, ns: i64, zone: &TimeZone) -> i64 {
        let mut line = self.floor(civil(ns, zone));
        let mut at = ns;
        // No zone has put its clocks back by more than a day.
        while let Some(change) = change_before(at, zone).filter(|change| *change > ns.saturating_sub(2 * DAY)) {
            at = change.saturating_sub(1);
            line = line.max(self.floor(civil(at, zone)));
        }
        line
    }

    /// The last multiple at or before this time, by the offset of that moment.
    fn short_line(&self, ns: i64, zone: &TimeZone) -> i64 {
        let offset = offset(ns, zone);
        self.floor(ns.saturating_add(offset)).saturating_sub(offset)
    }

    fn short_start(&self, ns: i64, zone: &TimeZone) -> i64 {
        let line = self.short_line(ns, zone);
        let mut at = ns;
        while let Some(change) = change_before(at, zone).filter(|change| *change > line) {
            at = change.saturating_sub(1);
            if self.short_line(at, zone) != line {
                return change;
            }
        }
        line
    }

    fn short_next(&self, start: i64, zone: &TimeZone) -> i64 {
        let line = self.short_line(start, zone);
        let end = self.behind(line);
        let mut at = start;
        while let Some(change) = change_after(at, zone).filter(|change| *change < end) {
            if self.short_line(change, zone) != line {
                return change;
            }
            at = change;
        }
        end
    }
}

/// The first instant at which the clocks show this many ns since 1970, or more.
pub(super) fn first(civil: i64, zone: &TimeZone) -> i64 {
    let clocks: DateTime = Offset::UTC.to_datetime(timestamp(civil));
    let ns = local::instant(clocks, zone).map(Timestamp::as_nanosecond);
    ns.and_then(|ns| i64::try_from(ns).ok()).unwrap_or(civil)
}

/// ns east of UTC.
fn offset(ns: i64, zone: &TimeZone) -> i64 {
    i64::from(zone.to_offset(timestamp(ns)).seconds()) * 1_000_000_000
}

/// What the clocks show, as ns since 1970.
pub(super) fn civil(ns: i64, zone: &TimeZone) -> i64 {
    ns.saturating_add(offset(ns, zone))
}

/// When the clocks were last changed, at or before this time.
fn change_before(ns: i64, zone: &TimeZone) -> Option<i64> {
    let changes = zone.preceding(timestamp(ns.saturating_add(1)));
    changes.filter_map(|change| i64::try_from(change.timestamp().as_nanosecond()).ok()).next()
}

/// When the clocks are changed next, after this time.
fn change_after(ns: i64, zone: &TimeZone) -> Option<i64> {
    let changes = zone.following(timestamp(ns));
    changes.filter_map(|change| i64::try_from(change.timestamp().as_nanosecond()).ok()).next()
}

/// The month that a time of a clock is in, counted from January of the year 0.
fn month(civil: i64) -> i64 {
    let date = Offset::UTC.to_datetime(timestamp(civil)).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// When a month begins; `None`: beyond all times.
fn month_start(month: i64) -> Option<i64> {
    let (year, month) = (i16::try_from(month.div_euclid(12)).ok()?, month.rem_euclid(12) as i8 + 1);
    let start = Offset::UTC.to_timestamp(Date::new(year, month, 1).ok()?.at(0, 0, 0, 0)).ok()?;
    i64::try_from(start.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{parse_duration, parse_period, parse_rfc3339, parse_zone, write_rfc3339};
    use super::*;
    use proptest::prelude::*;

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

    fn starts(every: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let buckets = Buckets::of(parse_period(every).unwrap(), Some(parse_zone(zone).unwrap()));
        let first = buckets.start(parse_rfc3339(from.as_bytes()).unwrap());
        std::iter::successors(Some(first), |start| Some(buckets.next(*start))).take(count).map(text).collect()
    }

    /// A span begins at the first moment that lies in it (K17): here the clocks are put back by half an hour at 15:00.
    #[test]
    fn a_span_ends_where_the_clocks_are_changed_by_a_part_of_it() {
        assert_eq!(
            starts("1h", "Australia/Lord_Howe", "2024-04-06T14:35:00Z", 4),
            ["2024-04-06T14:00:00Z", "2024-04-06T15:00:00Z", "2024-04-06T15:30:00Z", "2024-04-06T16:30:00Z"]
        );
        // Put back into a span that was over: it belongs to the one that has begun.
        assert_eq!(
            starts("90m", "America/New_York", "2024-11-03T04:00:00Z", 4),
            ["2024-11-03T04:00:00Z", "2024-11-03T05:30:00Z", "2024-11-03T08:00:00Z", "2024-11-03T09:30:00Z"]
        );
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        assert_eq!(
            starts("1mo", "UTC", "2024-01-31T23:59:59Z", 3),
            ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"]
        );
        assert_eq!(
            starts("3mo", "Europe/Berlin", "2024-05-05T00:00:00Z", 3),
            ["2024-03-31T22:00:00Z", "2024-06-30T22:00:00Z", "2024-09-30T22:00:00Z"]
        );
        assert_eq!(starts("1y", "UTC", "1969-05-05T00:00:00Z", 2), ["1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]);
        let months = |text: &str| parse_period(text).ok();
        assert_eq!([months("1mo"), months("2y")], [Some(Period::Months(1)), Some(Period::Months(24))]);
        assert_eq!(months("15m"), Some(Period::Span(HOUR / 4)));
        for bad in ["0mo", "mo", "1.5mo", "-1y", "0", "1month", "9999999999999999999y"] {
            assert_eq!(parse_period(bad).ok(), None, "{bad}");
        }
        let edge = Buckets::of(Period::Months(1), None);
        assert!(edge.start(i64::MIN) == i64::MIN && edge.next(i64::MAX) == i64::MAX);
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

    /// The zones of the database whose clocks were ever changed.
    fn zones() -> Vec<TimeZone> {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let zones = names.iter().filter_map(|name| parse_zone(name).ok());
        zones.filter(|zone| change_before(i64::MAX - 1, zone).is_some()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Around the changes of the clocks of all zones, for all lengths from a minute to a day (K17).
        #[test]
        fn no_two_spans_overlap_and_each_begins_at_its_first_moment(
            zone in prop::sample::select(zones()),
            minutes in prop_oneof![1..=1440i64, prop::sample::select(vec![1i64, 7, 15, 20, 30, 45, 60, 90, 120, 360, 720, 1440])],
            year in 1900..2100i64,
            near in -(2 * 1440)..(2 * 1440i64),
            second in 0..60i64,
        ) {
            let minute = HOUR / 60;
            let about = (year - 1970) * 365 * DAY + year % 7 * 30 * DAY;
            let change = change_after(about, &zone).or_else(|| change_before(about, &zone)).unwrap();
            let at = change + near * minute + second * (minute / 60);
            let buckets = Buckets::new(minutes * minute, Some(zone));
            let start = buckets.start(at);
            let next = buckets.next(start);
            prop_assert!(start <= at && at < next, "{} {} {}", text(start), text(at), text(next));
            for moment in [start, at, next - 1, start + (next - start) / 2] {
                prop_assert_eq!(buckets.start(moment), start, "{} in {} to {}", text(moment), text(start), text(next));
            }
            prop_assert_eq!(buckets.start(next), next, "{} to {}", text(start), text(next));
        }
    }
}
