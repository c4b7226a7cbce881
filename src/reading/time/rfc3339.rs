//! RFC 3339 times, read and written by hand because nearly every record has one.
//!
//! Decision: the offset is compulsory, a blank or a small `t` and `z` are let pass; what else ISO 8601 allows is read
//! elsewhere, slower (`iso.rs`). A leap second `:60` has no number of its own among the seconds since 1970: it is
//! refused, because the second before it is another time. Days are counted as in Howard Hinnant's
//! `chrono`-compatible low-level date algorithms.

use jiff::civil::DateTime;

use super::instant::RANGE;
use crate::reading::digits::{self, ZEROS};

const NOT: &str = "not an RFC 3339 time";
/// Of a second 60.
pub(super) const LEAP: &str = "a leap second, which has no number of its own among the seconds since 1970";
const DAY: i64 = 86_400;
/// In ns.
pub(super) const SECOND: i64 = 1_000_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;
const DASH: u64 = b'-' as u64;
const COLON: u64 = b':' as u64;
const T: u64 = b'T' as u64;
const POWERS: [u32; 10] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// A date and a time of day, valid as such, not yet anywhere on earth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Civil {
    date: (u16, u8, u8),
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
}

impl Civil {
    pub(super) fn to_jiff(self) -> Option<DateTime> {
        let (year, month, day) = self.date;
        DateTime::new(
            year as i16,
            month as i8,
            day as i8,
            self.hour as i8,
            self.minute as i8,
            self.second as i8,
            self.nanos as i32,
        )
        .ok()
    }

    /// ns since 1970 UTC of what was shown this many seconds east of UTC; `None`: out of range.
    #[inline(always)]
    pub(super) fn at_offset(self, seconds: i64) -> Option<i64> {
        let ns = i128::from(self.seconds() - seconds) * i128::from(SECOND) + i128::from(self.nanos);
        i64::try_from(ns).ok()
    }

    #[inline(always)]
    fn seconds(self) -> i64 {
        days(self.date) * DAY + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.f…]` with `Z` or `±HH:MM`; nanoseconds. `T` may be a blank, letters
/// may be small, further digits than nine only zeros.
///
/// # Errors
///
/// Why it is no such time: the spelling, no offset, a day that its month does not have, finer than
/// a nanosecond, out of range.
#[inline]
pub fn parse_rfc3339(text: &[u8]) -> Result<i64, &'static str> {
    let (civil, rest) = civil(text)?;
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [] => return Err("no offset from UTC: `Z` or `+02:00` is missing"),
        _ => offset(rest).ok_or(NOT)?,
    };
    civil.at_offset(offset).ok_or(RANGE)
}

/// The seconds that `±HH:MM` is east of UTC.
pub(super) fn offset(text: &[u8]) -> Option<i64> {
    let &[sign @ (b'+' | b'-'), a, b, b':', c, d] = text else {
        return None;
    };
    let (hours, minutes) = (two(a, b), two(c, d));
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
    Some(if sign == b'-' { -seconds } else { seconds })
}

/// A year, month and day out of `YYYY-MM-DD`.
#[inline(always)]
pub(super) fn date(text: &[u8; 10]) -> Result<(u16, u8, u8), &'static str> {
    let &[a, b, c, d, e, f, g, h, i, j] = text;
    let pairs = pairs([a, b, c, d, e, f, g, h], *b"0000-00-").ok_or(NOT)?;
    let day = two(i, j);
    if day > 99 {
        return Err(NOT);
    }
    let year = u16::from(pairs[0]) * 100 + u16::from(pairs[2]);
    let month = pairs[5];
    if month == 0 || month > 12 || day == 0 || day > days_in(year, month) {
        return Err("a date that does not exist");
    }
    Ok((year, month, day))
}

/// The date and time that `text` begins with, and what is behind them.
#[inline(always)]
pub(super) fn civil(text: &[u8]) -> Result<(Civil, &[u8]), &'static str> {
    let (head, time) = text.split_first_chunk::<10>().ok_or(NOT)?;
    let date = date(head)?;
    let Some((&[b'T' | b't' | b' '], clock)) = time.split_first_chunk() else {
        return Err(NOT);
    };
    let (clock, rest) = clock.split_first_chunk().ok_or(NOT)?;
    let pairs = pairs(*clock, *b"00:00:00").ok_or(NOT)?;
    let (hour, minute, second) = (pairs[0], pairs[3], pairs[6]);
    if hour > 23 || minute > 59 || second > 60 {
        return Err("a time of day that does not exist");
    }
    if second == 60 {
        return Err(LEAP);
    }
    let (nanos, rest) = match rest {
        [b'.', ..] => fraction(rest)?,
        _ => (0, rest),
    };
    Ok((Civil { date, hour, minute, second, nanos }, rest))
}

/// Nanoseconds out of the digits behind the point at the beginning, and what is behind those.
#[inline(always)]
pub(super) fn fraction(text: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    let word = digits::word(text, 1);
    let count = digits::count(word);
    if count == 0 {
        return Err(NOT);
    }
    let nanos = digits::number(word, count) * POWERS[9 - count];
    let rest = text.get(1 + count..).unwrap_or_default();
    if count < 8 { Ok((nanos, rest)) } else { long_fraction(nanos, rest) }
}

/// The digits behind the eighth.
#[inline]
fn long_fraction(mut nanos: u32, mut rest: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    let mut is_ninth = true;
    while let [b @ b'0'..=b'9', behind @ ..] = rest {
        if is_ninth {
            nanos += u32::from(b - b'0');
        } else if *b != b'0' {
            return Err("finer than a nanosecond");
        }
        is_ninth = false;
        rest = behind;
    }
    Ok((nanos, rest))
}

/// The numbers of two digits in `text`, each where its first digit is, if `text` has digits where
/// `form` has zeros and is like `form` elsewhere. All eight bytes are looked at as one integer.
#[inline(always)]
fn pairs(text: [u8; 8], form: [u8; 8]) -> Option<[u8; 8]> {
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    // What lifts a byte to 0x80: ten for a digit, one for the others.
    let lift = form.map(|b| if b == b'0' { 0x80 - 10 } else { 0x80 - 1 });
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(form);
    let lifted = digits.wrapping_add(u64::from_le_bytes(lift));
    if (lifted | digits) & HIGHS != 0 {
        return None;
    }
    Some(digits.wrapping_mul(10).wrapping_add(digits >> 8).to_le_bytes())
}

/// A number of two digits, or more than 99 if they are none.
#[inline(always)]
pub(super) fn two(tens: u8, ones: u8) -> u8 {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return u8::MAX;
    }
    tens * 10 + ones
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970-01-01 to a date.
#[inline(always)]
fn days((year, month, day): (u16, u8, u8)) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let early = i64::from(month <= 2);
    let month = i64::from(month) + 12 * early - 3;
    // 400 years later, so that the year 0 does not begin below zero.
    let year = i64::from(year) - early + 400;
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i64::from(day) - 1 - EPOCH - 146_097
}

/// Appends `ns` as RFC 3339 in UTC with `Z`, with as many digits of a fraction as it needs.
pub fn write_rfc3339(ns: i64, to: &mut Vec<u8>) {
    write_in_minute(minute(ns.div_euclid(MINUTE)), ns.rem_euclid(MINUTE), to);
}

/// The text is a time just as [`write_rfc3339`] writes it.
#[inline]
pub(crate) fn is_rfc3339_in_utc(text: &[u8]) -> bool {
    let is_spelled_so = match text.get(19..) {
        Some(b"Z") => true,
        // No zeros at the end, and no further digits.
        Some([b'.', .., last, b'Z']) => *last != b'0' && text.len() <= 30,
        _ => false,
    };
    is_spelled_so && text[10] == b'T' && parse_rfc3339(text).is_ok()
}

/// `YYYY-MM-DDTHH:MM` of this many minutes since 1970. No i64 of nanoseconds is before 1677 or behind 2262.
pub(super) fn minute(minutes: i64) -> [u8; 16] {
    // From here on nothing is negative.
    let day = (minutes.div_euclid(1_440) + EPOCH) as u32;
    let minute = minutes.rem_euclid(1_440) as u32;

    let era = day / 146_097;
    let day = day % 146_097;
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let late = u32::from(month >= 10);
    let month = month + 3 - 12 * late;
    let year = year + 400 * era + late;

    // Bytes that are put together in a register; a copy of bytes just stored one by one is slow.
    let date = pair(year / 100) | pair(year % 100) << 16 | DASH << 32 | pair(month) << 40 | DASH << 56;
    let clock = pair(day) | T << 16 | pair(minute / 60) << 24 | COLON << 40 | pair(minute % 60) << 48;
    (u128::from(date) | u128::from(clock) << 64).to_le_bytes()
}

/// Appends a time that is this many nanoseconds after the beginning of a minute.
#[inline]
pub(super) fn write_in_minute(minute: [u8; 16], ns: i64, to: &mut Vec<u8>) {
    let second = COLON | pair((ns / SECOND) as u32) << 8;
    to.reserve(30);
    to.extend_from_slice(&minute);
    let end = to.len() + 3;
    to.extend_from_slice(&second.to_le_bytes());
    to.truncate(end);
    write_fraction((ns % SECOND) as u32, to);
    to.push(b'Z');
}

/// Appends a point and the nine digits of `nanos`, but no zeros at the end, and nothing for 0.
#[inline]
pub(super) fn write_fraction(nanos: u32, to: &mut Vec<u8>) {
    if nanos == 0 {
        return;
    }
    let digits = digits::spell(nanos / 10);
    let ninth = (nanos % 10) as u8;
    let zeros = if ninth == 0 { 1 + (digits ^ ZEROS).leading_zeros() / 8 } else { 0 };
    let text = u128::from(b'.') | u128::from(digits) << 8 | u128::from(b'0' + ninth) << 72;
    let end = to.len() + 10 - zeros as usize;
    to.extend_from_slice(&text.to_le_bytes());
    to.truncate(end);
}

/// The two digits of `n`, the first one lowest.
#[inline(always)]
fn pair(n: u32) -> u64 {
    u64::from((n / 10) | (n % 10) << 8) + 0x3030
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<i64, &'static str> {
        parse_rfc3339(text.as_bytes())
    }

    fn written(ns: i64) -> String {
        let mut to = Vec::new();
        write_rfc3339(ns, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn reads() {
        for (text, ns) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999999Z", -1),
            ("2024-04-27T00:00:00.123456Z", 1_714_176_000_123_456_000),
            ("2024-04-27t14:23:55z", 1_714_227_835_000_000_000),
            ("2024-04-27 14:23:55+02:00", 1_714_220_635_000_000_000),
            ("2024-04-27T14:23:55.5-05:30", 1_714_247_635_500_000_000),
            ("2024-04-27T14:23:55.500000000000-00:00", 1_714_227_835_500_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
            ("1677-09-21T00:12:43.145224192Z", i64::MIN),
            ("2262-04-11T23:47:16.854775807Z", i64::MAX),
        ] {
            assert_eq!(parse(text), Ok(ns), "{text}");
        }
    }

    #[test]
    fn refuses() {
        for (text, why) in [
            ("", NOT),
            ("2024-04-27", NOT),
            ("2024-04-27T14:23Z", NOT),
            ("2024-04-27T14:23:55", "no offset from UTC: `Z` or `+02:00` is missing"),
            ("2024-04-27T14:23:55.Z", NOT),
            ("2024-04-27T14:23:55,5Z", NOT),
            ("2024-04-27T14:23:55.5", "no offset from UTC: `Z` or `+02:00` is missing"),
            ("2024-04-27T14:23:55+02", NOT),
            ("2024-04-27T14:23:55+0200", NOT),
            ("2024-04-27T14:23:55+24:00", NOT),
            ("2024-04-27T14:23:55+02:60", NOT),
            ("2024-04-27T14:23:55ZZ", NOT),
            ("2024-04-27T14:23:55Z[Europe/Berlin]", NOT),
            (" 2024-04-27T14:23:55Z", NOT),
            ("2024-4-27T14:23:55Z", NOT),
            ("2024-04-27_14:23:55Z", NOT),
            ("2o24-04-27T14:23:55Z", NOT),
            ("+02024-04-27T14:23:55Z", NOT),
            ("2023-02-29T00:00:00Z", "a date that does not exist"),
            ("1900-02-29T00:00:00Z", "a date that does not exist"),
            ("2024-02-30T00:00:00Z", "a date that does not exist"),
            ("2024-00-10T00:00:00Z", "a date that does not exist"),
            ("2024-13-10T00:00:00Z", "a date that does not exist"),
            ("2024-04-31T00:00:00Z", "a date that does not exist"),
            ("2024-04-00T00:00:00Z", "a date that does not exist"),
            ("2024-04-27T24:00:00Z", "a time of day that does not exist"),
            ("2024-04-27T14:60:00Z", "a time of day that does not exist"),
            ("2016-12-31T23:59:60Z", LEAP),
            ("2016-12-31T23:59:60.5Z", LEAP),
            ("2024-04-27T14:00:61Z", "a time of day that does not exist"),
            ("2024-04-27T14:23:55.0000000001Z", "finer than a nanosecond"),
            ("1677-09-21T00:12:43.145224191Z", RANGE),
            ("2262-04-11T23:47:16.854775808Z", RANGE),
            ("0000-01-01T00:00:00Z", RANGE),
            ("9999-12-31T23:59:59Z", RANGE),
        ] {
            assert_eq!(parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn writes_no_more_than_is_needed() {
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(written(1_714_176_000_123_456_000), "2024-04-27T00:00:00.123456Z");
        assert_eq!(written(i64::MIN), "1677-09-21T00:12:43.145224192Z");
        assert_eq!(written(i64::MAX), "2262-04-11T23:47:16.854775807Z");
    }

    #[test]
    fn every_day_is_as_jiff_has_it() {
        for day in -106_750..106_750 {
            let ns = day * DAY * 1_000_000_000;
            let text = written(ns);
            assert_eq!(text, Timestamp::from_nanosecond(ns.into()).unwrap().to_string());
            assert_eq!(parse(&text), Ok(ns));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn writes_as_jiff_and_reads_it_back(ns in any::<i64>()) {
            let text = written(ns);
            prop_assert_eq!(&text, &Timestamp::from_nanosecond(ns.into()).unwrap().to_string());
            prop_assert_eq!(parse(&text), Ok(ns));
            prop_assert!(is_rfc3339_in_utc(text.as_bytes()), "{}", text);
        }

        #[test]
        fn reads_as_jiff(
            text in "(1[6-9]|2[0-2])[0-9]{2}-(0[0-9]|1[0-3])-[0-3][0-9][Tt ]([01][0-9]|2[0-4]):[0-6][0-9]:([0-5][0-9]|60|61)(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-4]):[0-6][0-9])",
        ) {
            let theirs = text.parse::<Timestamp>().ok();
            // jiff takes offsets up to 25:59.
            let theirs = theirs.filter(|_| !text[19..].contains("+24:") && !text[19..].contains("-24:"));
            // It takes a leap second for the second before it.
            let theirs = theirs.filter(|_| &text[17..19] != "60");
            let theirs = theirs.and_then(|t| i64::try_from(t.as_nanosecond()).ok());
            prop_assert_eq!(parse(&text).ok(), theirs, "{}", text);
            let is_ours = theirs.is_some_and(|ns| written(ns) == text);
            prop_assert_eq!(is_rfc3339_in_utc(text.as_bytes()), is_ours, "{}", text);
        }

        #[test]
        fn accepts_nothing_that_jiff_does_not(text in "[0-9TtZz:. +-]{19,32}|2024-04-27[Tt ][0-9:]{8}[0-9.Zz:+-]{0,12}") {
            if let Ok(ns) = parse(&text) {
                prop_assert_eq!(i128::from(ns), text.parse::<Timestamp>().unwrap().as_nanosecond());
            }
        }

        #[test]
        fn any_bytes_are_at_most_an_error(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_rfc3339(&text);
        }
    }
}
