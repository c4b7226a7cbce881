//! Places: time zones by name, and the questions that only make sense somewhere.
//!
//! Decision: a local clock time is an instant in every zone and every year. Where the clocks were
//! put forward over it, it is the first instant behind the gap; where they were put back over it,
//! the first of the two. So "each day at 02:30" happens once on every day.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::amount::parse_duration;
use super::instant::{RANGE, nanoseconds, timestamp};
use super::iso;
use super::period::{Period, parse_period};
use super::rfc3339::{self, parse_rfc3339};

/// Reads a time zone: an IANA name (`Europe/Berlin`), `UTC`, `local` (the system's), or an offset
/// (`+02:00`).
///
/// # Errors
///
/// A name that neither the system nor the built-in database has, or no system zone.
pub fn parse_zone(text: &str) -> Result<TimeZone, String> {
    match text {
        "UTC" | "utc" | "Z" => return Ok(TimeZone::UTC),
        "local" => {
            return TimeZone::try_system().map_err(|error| format!("the system's time zone is not known: {error}"));
        }
        _ => {}
    }
    if let Some(seconds) = rfc3339::offset(text.as_bytes())
        && let Ok(offset) = Offset::from_seconds(seconds as i32)
    {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(text).map_err(|_| {
        format!(
            "`{text}` is not a time zone: write a name like Europe/Berlin, UTC, local, or an offset \
             like +02:00"
        )
    })
}

/// A zone as [`parse_zone`] reads it.
pub fn zone_name(zone: &TimeZone) -> String {
    match (zone.iana_name(), zone.to_fixed_offset()) {
        (Some(name), _) => name.to_owned(),
        (None, Ok(offset)) => {
            let seconds = offset.seconds();
            let sign = if seconds < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60)
        }
        // The system's, which bears no name where it is a file.
        (None, Err(_)) => "local".to_owned(),
    }
}

/// The zone of what people say (`midnight`, `02:00`, a day): this one, else the system's, else UTC.
pub fn zone_or_local(zone: Option<&TimeZone>) -> TimeZone {
    zone.cloned().or_else(|| parse_zone("local").ok()).unwrap_or(TimeZone::UTC)
}

/// Reads a time as people give it on a command line; nanoseconds.
///
/// RFC 3339; `YYYY-MM-DD`, the first instant of that day in `zone`; `midnight` or `today`, that of the
/// day that `now` is in; `yesterday`, that of the day before; `YYYY-MM-DDTHH:MM[:SS]` by the clocks in
/// `zone`; `now`; `12h` or `-12h`, this long before `now`, also in months and years of the calendar (`1mo`, `1y`). Without a zone it is the system's, which is looked up only for a word
/// that needs it: that takes longer than all else at the start.
///
/// # Errors
///
/// Another spelling, or out of range.
pub fn parse_when(text: &str, now: i64, zone: Option<&TimeZone>) -> Result<i64, String> {
    let zone = || zone_or_local(zone);
    match text {
        "now" => return Ok(now),
        "midnight" | "today" => return day_start(zone().to_datetime(timestamp(now)).date(), &zone()),
        "yesterday" => {
            let today = zone().to_datetime(timestamp(now)).date();
            return day_start(today.yesterday().map_err(|_| RANGE)?, &zone());
        }
        _ => {}
    }
    if let Some(span) = text.strip_prefix('-') {
        return ago(span, now, &zone);
    }
    if is_ago(text) {
        return ago(text, now, &zone).map_err(|why| not_when(text, &why));
    }
    if let Ok(date) = text.as_bytes().try_into() {
        let (year, month, day) = rfc3339::date(date).map_err(|why| not_when(text, why))?;
        let date = Date::new(year as i16, month as i8, day as i8);
        return day_start(date.map_err(|_| RANGE)?, &zone());
    }
    parse_rfc3339(text.as_bytes()).or_else(|why| {
        // What a record may have is a time here as well.
        let spelled = iso::as_rfc3339(text);
        let spelled = spelled.as_deref().unwrap_or(text);
        if let Ok(time) = parse_rfc3339(spelled.as_bytes()) {
            return Ok(time);
        }
        let clocks = clocks(spelled).ok_or_else(|| not_when(text, why))?;
        nanoseconds(instant(clocks, &zone()).ok_or(RANGE)?)
    })
}

/// A span of time with its units: this long ago. A bare number is none: it would be seconds ago to one reader, and seconds since
/// 1970 to the next.
fn is_ago(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

/// This long before `now`. Months and years are those of the calendar in `zone`: the same clock time, on the month's last day
/// where it has no such day.
fn ago(span: &str, now: i64, zone: &dyn Fn() -> TimeZone) -> Result<i64, String> {
    let months = match parse_period(span) {
        Ok(Period::Months(months)) => months,
        _ => return Ok(now.checked_sub(parse_duration(span)?).ok_or(RANGE)?),
    };
    let zone = zone();
    let shown = zone.to_datetime(timestamp(now));
    let then = shown.checked_sub(Span::new().try_months(months).map_err(|_| RANGE)?).map_err(|_| RANGE)?;
    nanoseconds(instant(then, &zone).ok_or(RANGE)?)
}

/// A date and what the clocks show, without an offset.
fn clocks(text: &str) -> Option<DateTime> {
    let (_, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix(['T', ' '])?;
    let is_clock = clock.len() >= 5 && clock.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    is_clock.then(|| text.parse().ok())?
}

fn not_when(text: &str, why: &str) -> String {
    format!(
        "`{text}` is not a time ({why}): write it like 2024-04-27T14:00:00Z, 2024-04-27T14:00, \
         2024-04-27, midnight, yesterday, now, 12h (ago) or 1mo"
    )
}

fn day_start(date: Date, zone: &TimeZone) -> Result<i64, String> {
    nanoseconds(instant(date.at(0, 0, 0, 0), zone).ok_or(RANGE)?)
}

/// Reads a local clock time, `HH:MM` with hours from 00 to 23.
///
/// # Errors
///
/// Another spelling.
pub fn parse_clock(text: &str) -> Result<(u8, u8), String> {
    let not = || format!("`{text}` is not a time of day: write it like 06:30");
    let &[a, b, b':', c, d] = text.as_bytes() else {
        return Err(not());
    };
    let number = |tens: u8, ones: u8| {
        let is_digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        is_digits.then(|| (tens - b'0') * 10 + (ones - b'0'))
    };
    match (number(a, b), number(c, d)) {
        (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok((hour, minute)),
        _ => Err(not()),
    }
}

/// The first instant after `after` at which the clocks in `zone` show `at`, hour and minute;
/// nanoseconds. (A later hour or minute than there is counts as the last there is.)
///
/// On the day when the clocks are put forward over it, the first instant behind the gap; when they
/// are put back over it, only the first of the two. `i64::MAX` if there is none before 2262.
pub fn next_at(after: i64, at: (u8, u8), zone: &TimeZone) -> i64 {
    let (hour, minute) = (at.0.min(23) as i8, at.1.min(59) as i8);
    // A day may be missing (Samoa, 2011-12-30) and be answered for by the first instant of the next,
    // so the second day is not always after `after`; the third is.
    let mut date = zone.to_datetime(timestamp(after)).date();
    for _ in 0..4 {
        let found = instant(date.at(hour, minute, 0, 0), zone);
        if let Some(ns) = found.and_then(|t| nanoseconds(t).ok())
            && ns > after
        {
            return ns;
        }
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            Err(_) => break,
        }
    }
    i64::MAX
}

/// When the clocks in `zone` first show `dt`, or, if they skip it, the first instant behind the gap.
pub(super) fn instant(dt: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(dt).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(dt).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(dt).ok(),
        AmbiguousOffset::Gap { before, after } => {
            // By the later offset, a time in the gap is before the transition that makes it.
            let earlier = after.to_timestamp(dt).ok()?;
            let transition = zone.following(earlier).find(|t| t.offset() == after);
            // A zone without its list of transitions: as far behind the gap as `dt` is in it.
            transition.map(|t| t.timestamp()).or_else(|| before.to_timestamp(dt).ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::write_rfc3339;
    use super::*;

    fn zone(name: &str) -> TimeZone {
        parse_zone(name).unwrap()
    }

    fn ns(text: &str) -> i64 {
        parse_rfc3339(text.as_bytes()).unwrap()
    }

    fn shown(ns: i64) -> String {
        let mut to = Vec::new();
        write_rfc3339(ns, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn zones() {
        assert_eq!(zone("UTC"), TimeZone::UTC);
        assert_eq!(zone("Europe/Berlin").iana_name(), Some("Europe/Berlin"));
        assert_eq!(zone("+05:30").to_fixed_offset().unwrap().seconds(), 19_800);
        assert_eq!(zone("-00:30").to_fixed_offset().unwrap().seconds(), -1_800);
        for name in ["UTC", "Europe/Berlin", "+05:30", "-00:30"] {
            assert_eq!(zone_name(&zone(name)), name);
        }
        for bad in
            ["", "CEST+", "Mars/Base", "+2", "+02", "+25:00", "../../etc/passwd", "/etc/localtime", "Europe/", "é"]
        {
            let error = parse_zone(bad).unwrap_err();
            assert!(error.contains("Europe/Berlin, UTC, local, or an offset"), "{bad}: {error}");
        }
    }

    #[test]
    fn when() {
        let berlin = zone("Europe/Berlin");
        let now = ns("2024-04-27T01:30:00Z");
        let cases = [
            ("2024-04-27T14:00:00+02:00", "2024-04-27T12:00:00Z"),
            ("now", "2024-04-27T01:30:00Z"),
            ("midnight", "2024-04-26T22:00:00Z"),
            ("2024-01-15", "2024-01-14T23:00:00Z"),
            ("-12h", "2024-04-26T13:30:00Z"),
            ("-0", "2024-04-27T01:30:00Z"),
            ("today", "2024-04-26T22:00:00Z"),
            ("yesterday", "2024-04-25T22:00:00Z"),
            ("2024-04-27T14:00", "2024-04-27T12:00:00Z"),
            ("2024-01-27 14:00:30.5", "2024-01-27T13:00:30.5Z"),
            // What never was is the first moment after; of what comes twice the first is meant.
            ("2024-03-31T02:30", "2024-03-31T01:00:00Z"),
            ("2024-10-27T02:30", "2024-10-27T00:30:00Z"),
            ("2024-04-27T14:00+02", "2024-04-27T12:00:00Z"),
            ("2024-04-27T14:00Z", "2024-04-27T14:00:00Z"),
            ("2024-04-27 24:00", "2024-04-27T22:00:00Z"),
            ("-1d2h", "2024-04-25T23:30:00Z"),
            ("-5", "2024-04-27T01:29:55Z"),
            ("12h", "2024-04-26T13:30:00Z"),
            ("1d2h", "2024-04-25T23:30:00Z"),
            // By the clocks, which were changed on 31 March: 03:30 there.
            ("-1mo", "2024-03-27T02:30:00Z"),
            ("1mo", "2024-03-27T02:30:00Z"),
            ("2mo", "2024-02-27T02:30:00Z"),
            ("1y", "2023-04-27T01:30:00Z"),
            ("-30d", "2024-03-28T01:30:00Z"),
        ];
        for (text, time) in cases {
            assert_eq!(parse_when(text, now, Some(&berlin)).map(shown), Ok(time.into()), "{text}");
        }
        for bad in [
            "",
            "Yesterday",
            "2024-02-30",
            "2024-04-27T25:00",
            "12",
            "Midnight",
            "9999-01-01",
            "20240427T120000Z",
            "1x",
            "0mo",
            "2401mo",
            "1.5mo",
            "+1h",
            "12 h",
        ] {
            assert!(parse_when(bad, now, Some(&berlin)).is_err(), "{bad}");
        }
        // The last day of a month that has no such day; a time that the clocks skipped is the first one after.
        for (now, text, time) in [
            ("2024-03-31T10:00:00Z", "1mo", "2024-02-29T11:00:00Z"),
            ("2024-02-29T11:00:00Z", "1y", "2023-02-28T11:00:00Z"),
            ("2024-04-30T00:30:00Z", "-1mo", "2024-03-30T01:30:00Z"),
            ("2024-05-31T00:30:00Z", "2mo", "2024-03-31T01:00:00Z"),
        ] {
            assert_eq!(parse_when(text, ns(now), Some(&berlin)).map(shown), Ok(time.into()), "{now} {text}");
        }
        let error = parse_when("2024-02-30", now, Some(&berlin)).unwrap_err();
        assert!(error.contains("a date that does not exist") && error.contains("12h (ago)"), "{error}");
        assert!(parse_when("-5x", now, Some(&berlin)).unwrap_err().contains("not a duration"));
        assert!(parse_when("-292w", i64::MIN, Some(&berlin)).is_err());
    }

    #[test]
    fn a_day_without_midnight_begins_behind_the_gap() {
        for (name, date, start) in [
            // 00:00 became 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            // 23:30 became 00:30.
            ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),
            // 01:00 became 00:00: midnight comes twice.
            ("America/Havana", "2023-11-05", "2023-11-05T04:00:00Z"),
            // No such day.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(parse_when(date, 0, Some(&zone(name))).map(shown), Ok(start.into()), "{name}");
        }
    }

    #[test]
    fn clocks() {
        assert_eq!(parse_clock("06:30"), Ok((6, 30)));
        assert_eq!(parse_clock("23:59"), Ok((23, 59)));
        for bad in ["", "6:30", "24:00", "12:60", "12:3", "12-30", "12:30:00", "ab:cd", "+1:00"] {
            assert!(parse_clock(bad).unwrap_err().contains("06:30"), "{bad}");
        }
    }

    #[test]
    fn the_next_time_of_day() {
        let berlin = zone("Europe/Berlin");
        for (after, at, next) in [
            ("2024-04-27T04:29:59.999999999Z", (6, 30), "2024-04-27T04:30:00Z"),
            ("2024-04-27T04:30:00Z", (6, 30), "2024-04-28T04:30:00Z"),
            // Into the gap, and the day after it.
            ("2024-03-30T20:00:00Z", (2, 30), "2024-03-31T01:00:00Z"),
            ("2024-03-31T01:00:00Z", (2, 30), "2024-04-01T00:30:00Z"),
            // The first of two, not the second.
            ("2024-10-26T20:00:00Z", (2, 30), "2024-10-27T00:30:00Z"),
            ("2024-10-27T00:30:00Z", (2, 30), "2024-10-28T01:30:00Z"),
        ] {
            assert_eq!(shown(next_at(ns(after), at, &berlin)), next, "{after} {at:?}");
        }
        let apia = zone("Pacific/Apia");
        assert_eq!(shown(next_at(ns("2011-12-30T09:59:00Z"), (12, 0), &apia)), "2011-12-30T10:00:00Z");
        assert_eq!(shown(next_at(ns("2011-12-30T10:00:00Z"), (12, 0), &apia)), "2011-12-30T22:00:00Z");
        assert_eq!(next_at(i64::MAX, (0, 0), &berlin), i64::MAX);
        assert_eq!(next_at(0, (99, 99), &TimeZone::UTC), ns("1970-01-01T23:59:00Z"));
    }

    const ZONES: &str = "Europe/Berlin|America/New_York|America/Havana|Pacific/Apia|Australia/Lord_Howe|Africa/Casablanca|America/Nuuk|UTC|\\+05:45";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn midnight_is_the_start_of_the_day_as_jiff_has_it(second in 0i64..2_200_000_000, name in ZONES) {
            let zone = zone(&name);
            let now = second * 1_000_000_000;
            let start = timestamp(now).to_zoned(zone.clone()).start_of_day().unwrap();
            prop_assert_eq!(i128::from(parse_when("midnight", now, Some(&zone)).unwrap()), start.timestamp().as_nanosecond());
        }

        #[test]
        fn the_next_time_is_the_first_that_shows_it(second in 0i64..2_200_000_000, hour in 0u8..24, minute in 0u8..60, name in ZONES) {
            let zone = zone(&name);
            let after = second * 1_000_000_000;
            let next = next_at(after, (hour, minute), &zone);
            prop_assert!(next > after);
            prop_assert!(next - after <= 26 * 3_600_000_000_000, "{}", shown(next));
            let dt = zone.to_datetime(timestamp(next));
            let shows = (dt.hour(), dt.minute(), dt.second()) == (hour as i8, minute as i8, 0);
            let just_before = zone.to_datetime(timestamp(next - 1));
            let gap = zone.to_offset(timestamp(next)) != zone.to_offset(timestamp(next - 1)) && just_before < dt;
            prop_assert!(shows || gap, "{} {dt}", shown(next));
        }

        #[test]
        fn any_text_is_at_most_an_error(text in "\\PC{0,24}|-?[0-9a-z:-]{0,12}", now in any::<i64>()) {
            let zone = TimeZone::UTC;
            let _ = (parse_zone(&text), parse_clock(&text), parse_when(&text, now, Some(&zone)));
            let _ = (parse_when("midnight", now, Some(&zone)), next_at(now, (12, 0), &zone));
        }
    }
}
