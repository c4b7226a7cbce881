//! The axis of time: ticks at round local times, labels that are pieces of RFC 3339. Below the first
//! tick of each day stands its date.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A mark on the axis.
#[derive(Debug, PartialEq)]
pub(super) struct Tick {
    /// ns since 1970 UTC.
    pub(super) time: i64,
    pub(super) label: String,
    /// The date, where it is another than at the tick before.
    pub(super) date: Option<String>,
}

/// The distance of two ticks.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Less than an hour, in ns.
    Span(i64),
    Hours(i8),
    Days(i64),
    Months(i16),
    Years(i16),
}

const S: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * S;
const DAY: i64 = 24 * HOUR;

/// The round times from `from` to `to` (ns since 1970 UTC) on an axis that is `width` long. `measure` tells
/// how long a text is in the same unit.
pub(super) fn ticks(from: i64, to: i64, width: f64, zone: &TimeZone, measure: impl Fn(&str) -> f64) -> Vec<Tick> {
    let length = to.abs_diff(from).max(1) as f64;
    let fits = |step: &Step| step.length() as f64 / length * width >= measure(step.widest()) + 24.0;
    let step = steps().find(fits).unwrap_or(Step::Years(200));
    let mut ticks: Vec<Tick> = Vec::new();
    let mut last = None;
    step.each(from, to, zone, |time, local| {
        let day = local.date();
        let of_day = matches!(step, Step::Span(_) | Step::Hours(_));
        let date = (of_day && last != Some(day)).then(|| day.to_string());
        last = Some(day);
        ticks.push(Tick { time, label: step.label(local), date });
    });
    ticks
}

/// What the zone is called at this time: `UTC`, `Europe/Berlin`, `+02:00`.
pub(super) fn zone_name(zone: &TimeZone, time: i64) -> String {
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None if *zone == TimeZone::UTC => "UTC".to_owned(),
        None => {
            let seconds = zone.to_offset(timestamp(time)).seconds();
            let sign = if seconds < 0 { '\u{2212}' } else { '+' };
            format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
        }
    }
}

/// All steps, the shortest first.
fn steps() -> impl Iterator<Item = Step> {
    let parts = (0..9).flat_map(|power| [1, 2, 5].map(|n| Step::Span(n * 10i64.pow(power))));
    let seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map(|s| Step::Span(s * S));
    let hours = [1, 2, 3, 6, 12].map(Step::Hours);
    let days = [1, 2, 7, 14].map(Step::Days);
    let months = [1, 3, 6].map(Step::Months);
    let years = [1, 2, 5, 10, 20, 50, 100].map(Step::Years);
    parts.chain(seconds).chain(hours).chain(days).chain(months).chain(years)
}

impl Step {
    /// About how long it is, in ns.
    fn length(self) -> i64 {
        match self {
            Step::Span(ns) => ns,
            Step::Hours(n) => i64::from(n) * HOUR,
            Step::Days(n) => n * DAY,
            Step::Months(n) => i64::from(n) * 30 * DAY,
            Step::Years(n) => i64::from(n) * 365 * DAY,
        }
    }

    /// A text as long as its longest label.
    fn widest(self) -> &'static str {
        match self {
            Step::Span(ns) if ns < S => &"00:00:00.000000000"[..9 + self.decimals()],
            Step::Span(ns) if ns < 60 * S => "00:00:00",
            Step::Span(_) | Step::Hours(_) => "00:00",
            Step::Days(_) => "0000-00-00",
            Step::Months(_) => "0000-00",
            Step::Years(_) => "0000",
        }
    }

    /// How many decimals its seconds have.
    fn decimals(self) -> usize {
        match self {
            Step::Span(ns) if ns < S => 9 - ns.ilog10() as usize,
            _ => 0,
        }
    }

    fn label(self, local: DateTime) -> String {
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        match self {
            Step::Span(ns) if ns < S => {
                let fraction = format!("{:09}", local.subsec_nanosecond());
                format!("{hour:02}:{minute:02}:{second:02}.{}", &fraction[..self.decimals()])
            }
            Step::Span(ns) if ns < 60 * S => format!("{hour:02}:{minute:02}:{second:02}"),
            Step::Span(_) | Step::Hours(_) => format!("{hour:02}:{minute:02}"),
            Step::Days(_) => local.date().to_string(),
            Step::Months(_) => format!("{:04}-{:02}", local.year(), local.month()),
            Step::Years(_) => format!("{:04}", local.year()),
        }
    }

    /// Each multiple of it from `from` to `to`, with its local time.
    fn each(self, from: i64, to: i64, zone: &TimeZone, mut tick: impl FnMut(i64, DateTime)) {
        match self {
            // Walked in real time, so that an hour that occurs twice has its ticks twice, and one that is
            // not there has none. Zones differ by quarters of an hour.
            Step::Span(_) | Step::Hours(_) => {
                let (walk, every) = match self {
                    Step::Hours(n) => (HOUR / 4, n),
                    _ => (self.length(), 0),
                };
                let offset = i64::from(zone.to_offset(timestamp(from)).seconds()) * S;
                let past = (i128::from(from) + i128::from(offset)).rem_euclid(i128::from(walk)) as i64;
                let mut at = Some(from).filter(|_| past == 0).or_else(|| from.checked_add(walk - past));
                while let Some(time) = at.filter(|&time| time <= to) {
                    let local = zone.to_datetime(timestamp(time));
                    if every == 0 || (local.minute() == 0 && local.hour() % every == 0) {
                        tick(time, local);
                    }
                    at = time.checked_add(walk);
                }
            }
            Step::Days(_) | Step::Months(_) | Step::Years(_) => {
                let mut date = Some(self.first(zone.to_datetime(timestamp(from)).date()));
                while let Some(day) = date {
                    let Some(time) = midnight(day, zone) else { break };
                    if time > to {
                        break;
                    }
                    if time >= from {
                        tick(time, day.at(0, 0, 0, 0));
                    }
                    date = self.next(day);
                }
            }
        }
    }

    /// The last multiple of it that is not after this day.
    fn first(self, day: Date) -> Date {
        let back = |days: i64| day.checked_sub(days.days()).unwrap_or(day);
        match self {
            Step::Days(n) => {
                // 1970-01-05 was a Monday: weeks begin there, days on the day before a year's first are no matter.
                let since = Date::constant(1970, 1, 5).until(day).map_or(0, |span| i64::from(span.get_days()));
                back(since.rem_euclid(n))
            }
            Step::Months(n) => {
                let month = (i16::from(day.month()) - 1) / n * n + 1;
                Date::new(day.year(), month as i8, 1).unwrap_or(day)
            }
            Step::Years(n) => Date::new(day.year() / n * n, 1, 1).unwrap_or(day),
            Step::Span(_) | Step::Hours(_) => day,
        }
    }

    fn next(self, day: Date) -> Option<Date> {
        let span = match self {
            Step::Days(n) => n.days(),
            Step::Months(n) => i64::from(n).months(),
            Step::Years(n) => i64::from(n).years(),
            Step::Span(_) | Step::Hours(_) => return None,
        };
        day.checked_add(span).ok()
    }
}

/// A day's first instant; `None` beyond the times that there are.
fn midnight(day: Date, zone: &TimeZone) -> Option<i64> {
    let start = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok()?;
    i64::try_from(start.as_nanosecond()).ok()
}

fn timestamp(ns: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(ns)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        crate::reading::time::parse_rfc3339(text.as_bytes()).expect("a time")
    }

    fn berlin() -> TimeZone {
        crate::reading::time::parse_zone("Europe/Berlin").expect("a zone")
    }

    fn labels(from: &str, to: &str, width: f64, zone: &TimeZone) -> String {
        let ticks = ticks(at(from), at(to), width, zone, |text| 6.0 * text.len() as f64);
        let text = |tick: &Tick| match &tick.date {
            Some(date) => format!("{} ({date})", tick.label),
            None => tick.label.clone(),
        };
        ticks.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_at_round_times() {
        let utc = TimeZone::UTC;
        for (from, to, width, wanted) in [
            ("2016-01-01T00:00:00Z", "2016-01-01T23:59:00Z", 300.0, "00:00 (2016-01-01) 06:00 12:00 18:00"),
            ("2016-01-01T11:30:00Z", "2016-01-02T13:00:00Z", 200.0, "12:00 (2016-01-01) 00:00 (2016-01-02) 12:00"),
            ("2016-01-01T00:00:01Z", "2016-01-01T00:00:03Z", 300.0, "00:00:01 (2016-01-01) 00:00:02 00:00:03"),
            (
                "2016-01-01T00:00:01Z",
                "2016-01-01T00:00:01.3Z",
                330.0,
                "00:00:01.0 (2016-01-01) 00:00:01.1 00:00:01.2 00:00:01.3",
            ),
            ("2016-01-01T00:00:00Z", "2016-01-04T00:00:00Z", 300.0, "2016-01-01 2016-01-02 2016-01-03 2016-01-04"),
            (
                "2016-01-01T00:00:00Z",
                "2016-02-01T00:00:00Z",
                450.0,
                "2016-01-04 2016-01-11 2016-01-18 2016-01-25 2016-02-01",
            ),
            ("2016-01-02T00:00:00Z", "2016-12-31T00:00:00Z", 350.0, "2016-04 2016-07 2016-10"),
            ("2009-01-02T00:00:00Z", "2024-12-31T00:00:00Z", 200.0, "2010 2015 2020"),
        ] {
            assert_eq!(labels(from, to, width, &utc), wanted);
        }
    }

    #[test]
    fn clocks_that_are_moved() {
        let spring = labels("2025-03-29T23:00:00Z", "2025-03-30T03:00:00Z", 300.0, &berlin());
        assert_eq!(spring, "00:00 (2025-03-30) 01:00 03:00 04:00 05:00");
        let autumn = labels("2025-10-25T22:00:00Z", "2025-10-26T03:00:00Z", 400.0, &berlin());
        assert_eq!(autumn, "00:00 (2025-10-26) 01:00 02:00 02:00 03:00 04:00");
        let days = labels("2025-03-28T23:00:00Z", "2025-03-31T22:00:00Z", 300.0, &berlin());
        assert_eq!(days, "2025-03-29 2025-03-30 2025-03-31 2025-04-01");
    }

    #[test]
    fn zones_have_names() {
        assert_eq!(zone_name(&TimeZone::UTC, 0), "UTC");
        assert_eq!(zone_name(&berlin(), 0), "Europe/Berlin");
        assert_eq!(zone_name(&crate::reading::time::parse_zone("-03:30").expect("a zone"), 0), "\u{2212}03:30");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_range_has_few_ticks(a in any::<i64>(), bits in 0..63u32, width in 50.0..3000.0f64) {
            let to = a.saturating_add(1 << bits);
            let ticks = ticks(a, to, width, &berlin(), |text| 6.0 * text.len() as f64);
            prop_assert!(ticks.len() as f64 <= width / 25.0 + 2.0, "{ticks:?}");
            prop_assert!(ticks.iter().all(|tick| (a..=to).contains(&tick.time)));
            prop_assert!(ticks.iter().zip(ticks.iter().skip(1)).all(|(a, b)| a.time < b.time));
        }
    }
}
