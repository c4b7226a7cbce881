//! When a log file is put away, and what it is called then.
//!
//! Decision: it is named by the last moment that it may hold. That is the day, or the hour, whose lines are in it; it is
//! known at the rotation, also by a process that did not begin the file; and it only ever rises, so that the names sort
//! as the lines do. Rules that cut by size, or finer than an hour, name the moment in UTC to the millisecond: no clock of
//! a zone, which goes back once a year, and no counter (`-10` stands before `-2`, `-1.gz` before `.gz`) sorts right.

use crate::reading::time::{self, Buckets, TimeZone};
use std::str::FromStr;

const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// When to put the file away: by the clock, by its size, by both, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rotation {
    /// ns.
    every: Option<i64>,
    /// Bytes.
    size: Option<u64>,
}

impl FromStr for Rotation {
    type Err = String;

    /// `midnight`, a span of time, a size, or one of each with a comma between them.
    fn from_str(text: &str) -> Result<Rotation, String> {
        let wrong = |part: &str| {
            format!(
                "`{part}` is not a rotation: write midnight, a duration of a second or more like 1h, or a size like 100MiB"
            )
        };
        let mut rotation = Rotation::default();
        for part in text.split(',') {
            let every = match part {
                "midnight" => Some(DAY),
                // A size, here.
                _ if part.bytes().all(|b| b.is_ascii_digit()) => None,
                _ => time::parse_duration(part).ok(),
            };
            let twice = match every.filter(|every| *every > 0) {
                Some(SECOND..) => rotation.every.replace(every.unwrap_or_default()).is_some(),
                Some(_) => return Err(wrong(part)),
                None => {
                    let size = time::parse_size(part).ok().filter(|size| *size > 0).ok_or_else(|| wrong(part))?;
                    rotation.size.replace(size).is_some()
                }
            };
            if twice {
                return Err(format!("`{text}` names two times or two sizes"));
            }
        }
        Ok(rotation)
    }
}

impl std::fmt::Display for Rotation {
    /// As [`Rotation::from_str`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let every = self.every.map(time::write_duration);
        let parts: Vec<String> = every.into_iter().chain(self.size.map(|size| size.to_string())).collect();
        f.write_str(&parts.join(","))
    }
}

/// A rotation in a zone.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    spans: Option<Buckets>,
    size: Option<u64>,
    form: Form,
    zone: TimeZone,
}

/// How much of a moment a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Day,
    Hour,
    Moment,
}

/// From when until when lines go into one file: ns since 1970, the end not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Period {
    pub(super) fn has(&self, ns: i64) -> bool {
        (self.start..self.end).contains(&ns)
    }
}

impl Schedule {
    pub(super) fn new(rotation: Rotation, zone: TimeZone) -> Schedule {
        let form = match rotation {
            Rotation { every: Some(every), size: None } if every % DAY == 0 => Form::Day,
            Rotation { every: Some(every), size: None } if every % HOUR == 0 => Form::Hour,
            _ => Form::Moment,
        };
        let spans = rotation.every.map(|every| Buckets::new(every, Some(zone.clone())));
        Schedule { spans, size: rotation.size, form, zone }
    }

    /// The period that a moment is in.
    pub(super) fn period(&self, ns: i64) -> Period {
        match &self.spans {
            None => Period { start: i64::MIN, end: i64::MAX },
            Some(spans) => {
                let start = spans.start(ns);
                Period { start, end: spans.next(start).max(ns.saturating_add(1)) }
            }
        }
    }

    /// The file may not become larger, in bytes.
    pub(super) fn size(&self) -> Option<u64> {
        self.size
    }

    /// Nothing is ever put away.
    pub(super) fn is_never(&self) -> bool {
        self.spans.is_none() && self.size.is_none()
    }

    /// The names for a file whose last moment this is, the first choice first: others are for when that is taken.
    pub(super) fn names(&self, last: i64) -> impl Iterator<Item = String> {
        let (form, zone) = (self.form, self.zone.clone());
        (0..100_000).map(move |n: i64| match form {
            Form::Moment => moment_name(last.saturating_add(n * MILLISECOND)),
            Form::Day | Form::Hour => {
                let stamp = time::stamp(last, &zone);
                let stamp = &stamp[..if form == Form::Day { 10 } else { 13 }];
                if n == 0 { stamp.to_owned() } else { format!("{stamp}_{n}") }
            }
        })
    }
}

fn moment_name(ns: i64) -> String {
    time::stamp(ns, &TimeZone::UTC) + "Z"
}

/// A name that [`Schedule::names`] could have made: what comes after `FILE.`, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    moment: String,
    n: u32,
}

impl Stamp {
    /// Reads exactly such a name; nothing else is a log's.
    pub(super) fn parse(text: &str) -> Option<Stamp> {
        let (moment, n) = match text.split_once('_') {
            None => (text, 0),
            Some((moment, n)) => {
                (moment, n.parse().ok().filter(|&n: &u32| n > 0 && n.to_string() == text[moment.len() + 1..])?)
            }
        };
        let date = moment.get(..10)?;
        let (clock, numbered) = match moment.as_bytes().get(10..)? {
            [] => ("00:00:00".to_owned(), true),
            [b'T', _, _] => (format!("{}:00:00", &moment[11..]), true),
            [b'T', _, _, b'-', _, _, b'-', _, _, b'.', _, _, _, b'Z'] => (moment[11..23].replace('-', ":"), false),
            _ => return None,
        };
        let is_time = time::parse_rfc3339(format!("{date}T{clock}Z").as_bytes()).is_ok();
        (is_time && (numbered || n == 0)).then(|| Stamp { moment: moment.to_owned(), n })
    }

    /// The names after this one, for a file that was named like another.
    pub(super) fn later(&self) -> impl Iterator<Item = String> {
        let (day, clock) = self.moment.split_at(10);
        let at = clock
            .strip_prefix('T')
            .filter(|clock| clock.len() > 2)
            .and_then(|clock| time::parse_rfc3339(format!("{day}T{}", clock.replace('-', ":")).as_bytes()).ok());
        let Stamp { moment, n } = self.clone();
        (1..100_000).map(move |more: u32| match at {
            Some(at) => moment_name(at.saturating_add(i64::from(more) * MILLISECOND)),
            None => format!("{moment}_{}", n.saturating_add(more)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(text: &str) -> i64 {
        time::parse_rfc3339(text.as_bytes()).unwrap()
    }

    fn schedule(rotation: &str, zone: &str) -> Schedule {
        Schedule::new(rotation.parse().unwrap(), time::parse_zone(zone).unwrap())
    }

    #[test]
    fn rotations_are_read_and_spelled() {
        for (text, every, size, spelled) in [
            ("midnight", Some(DAY), None, "1d"),
            ("1h", Some(HOUR), None, "1h"),
            ("1s", Some(SECOND), None, "1s"),
            ("100MiB", None, Some(104_857_600), "104857600"),
            ("512", None, Some(512), "512"),
            ("midnight,64KiB", Some(DAY), Some(65_536), "1d,65536"),
            ("10MB,90m", Some(90 * 60 * SECOND), Some(10_000_000), "1h30m,10000000"),
        ] {
            let rotation: Rotation = text.parse().unwrap();
            assert_eq!((rotation, rotation.to_string().as_str()), (Rotation { every, size }, spelled), "{text}");
            assert_eq!(spelled.parse(), Ok(rotation));
        }
        for text in ["", "noon", "0", "0s", "999ms", "-1h", "1h,2h", "1KiB,2KiB", "midnight,1d", "1h,", "1x"] {
            assert!(text.parse::<Rotation>().is_err(), "{text}");
        }
    }

    /// Each file holds one day of the zone, 23 or 25 hours long, and has its date.
    #[test]
    fn days_at_both_changes_of_the_clocks() {
        let berlin = schedule("midnight", "Europe/Berlin");
        for (at, start, end, name) in [
            ("2024-03-30T22:59:59.999Z", "2024-03-29T23:00:00Z", "2024-03-30T23:00:00Z", "2024-03-30"),
            ("2024-03-30T23:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z", "2024-03-31"),
            ("2024-03-31T21:59:59.999Z", "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z", "2024-03-31"),
            ("2024-03-31T22:00:00Z", "2024-03-31T22:00:00Z", "2024-04-01T22:00:00Z", "2024-04-01"),
            ("2024-10-26T22:00:00Z", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z", "2024-10-27"),
            ("2024-10-27T22:59:59Z", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z", "2024-10-27"),
            ("2024-10-27T23:00:00Z", "2024-10-27T23:00:00Z", "2024-10-28T23:00:00Z", "2024-10-28"),
        ] {
            let period = berlin.period(ns(at));
            assert_eq!(period, Period { start: ns(start), end: ns(end) }, "{at}");
            assert_eq!(berlin.names(period.end - 1).next().as_deref(), Some(name));
        }
    }

    /// The hour that comes twice is two files, the second with a number; the one that is skipped is none.
    #[test]
    fn hours_at_both_changes_of_the_clocks() {
        let berlin = schedule("1h", "Europe/Berlin");
        let hours = |from: &str, count| {
            let mut at = ns(from);
            let mut names = Vec::new();
            for _ in 0..count {
                let period = berlin.period(at);
                assert_eq!(period.end - period.start, HOUR);
                let mut free = berlin.names(period.end - 1).filter(|name| !names.contains(name));
                let name = free.next().unwrap();
                names.push(name);
                at = period.end;
            }
            names
        };
        let spring = hours("2024-03-31T00:10:00Z", 3);
        assert_eq!(spring, ["2024-03-31T01", "2024-03-31T03", "2024-03-31T04"]);
        let autumn = hours("2024-10-26T23:10:00Z", 4);
        assert_eq!(autumn, ["2024-10-27T01", "2024-10-27T02", "2024-10-27T02_1", "2024-10-27T03"]);
        let stamps: Vec<_> = autumn.iter().map(|name| Stamp::parse(name).unwrap()).collect();
        assert!(stamps.is_sorted() && autumn.is_sorted());
        let packed: Vec<_> = autumn.iter().map(|name| format!("{name}.gz")).collect();
        assert!(packed.is_sorted());
    }

    #[test]
    fn moments_are_told_in_utc_and_never_twice() {
        for rotation in ["100MiB", "midnight,100MiB", "15m", "90m"] {
            let names: Vec<_> =
                schedule(rotation, "Europe/Berlin").names(ns("2024-07-03T12:00:00.9995Z")).take(3).collect();
            let wanted = ["2024-07-03T12-00-00.999Z", "2024-07-03T12-00-01.000Z", "2024-07-03T12-00-01.001Z"];
            assert_eq!(names, wanted, "{rotation}");
        }
        let last = schedule("midnight,1MiB", "UTC").period(ns("2024-07-03T12:00:00Z")).end - 1;
        assert_eq!(schedule("midnight,1MiB", "UTC").names(last).next().unwrap(), "2024-07-03T23-59-59.999Z");
    }

    #[test]
    fn only_what_could_have_been_made_is_a_stamp() {
        for text in ["2024-07-03", "2024-07-03_1", "2024-07-03T14", "2024-07-03T14_12", "2024-07-03T14-15-16.123Z"] {
            assert!(Stamp::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "1",
            "gz",
            "old",
            "2024-07",
            "2024-13-03",
            "2024-02-30",
            "2024-07-03_0",
            "2024-07-03_01",
            "2024-07-03_",
            "2024-07-03_+1",
            "2024-07-03-1",
            "2024-07-03T",
            "2024-07-03T24",
            "2024-07-03T1",
            "2024-07-03 14",
            "2024-07-03T14-15",
            "2024-07-03T14-15-16Z",
            "2024-07-03T14-15-61.000Z",
            "2024-07-03T14-15-16.123Z_1",
            "2024-07-03T14-15-16.123",
            "2024-07-03.txt",
            "2024-07-0é",
        ] {
            assert_eq!(Stamp::parse(text), None, "{text}");
        }
        assert!(Stamp::parse("2024-07-03_10") > Stamp::parse("2024-07-03_2"));
        for (text, later) in [
            ("2024-07-03", ["2024-07-03_1", "2024-07-03_2"]),
            ("2024-07-03T14_12", ["2024-07-03T14_13", "2024-07-03T14_14"]),
            ("2024-07-03T14-15-59.999Z", ["2024-07-03T14-16-00.000Z", "2024-07-03T14-16-00.001Z"]),
        ] {
            let stamp = Stamp::parse(text).unwrap();
            assert_eq!(stamp.later().take(2).collect::<Vec<_>>(), later);
            assert!(stamp.later().take(2).all(|name| Stamp::parse(&name).unwrap() > stamp));
        }
    }

    #[test]
    fn without_a_rule_nothing_ends() {
        let never = Schedule::new(Rotation::default(), TimeZone::UTC);
        assert!(never.is_never() && never.period(0).has(i64::MAX - 1) && never.size().is_none());
    }
}
