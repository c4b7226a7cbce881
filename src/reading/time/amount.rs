//! Amounts with a unit: spans of time, sizes in bytes, and the decimal arithmetic under them.
//!
//! Decision: an amount is exact or refused, no floating point anywhere, and the unit is compulsory
//! (a bare `30` means minutes to one reader and seconds to the next).

use super::instant::RANGE;
use super::rfc3339::write_fraction;

const UNITS: [(&str, u64); 8] = [
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

const SIZES: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Reads a span of time such as `250ms`, `5s`, `1.5h`, `1h30m`, `30d`; nanoseconds, never negative.
/// Units are `w d h m s ms us ns`, the larger first, each once; a day is 24 hours. A bare number is seconds.
///
/// # Errors
///
/// Another spelling, finer than a nanosecond, or more than 292 years.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let not = || {
        format!(
            "`{text}` is not a duration: write it like 250ms, 5s, 10m, 1h30m, 30d or 2w \
             (w d h m s ms us ns, the larger first; a bare number is seconds)"
        )
    };
    let mut total = 0i64;
    let mut smaller = UNITS.as_slice();
    let mut rest = text;
    while !rest.is_empty() {
        let number;
        let name;
        (number, rest) = split(rest, |c| c.is_ascii_digit() || c == '.');
        (name, rest) = split(rest, |c| c.is_ascii_alphabetic());
        let name = if number == text { "s" } else { name };
        let at = smaller.iter().position(|&(unit, _)| unit == name).ok_or_else(not)?;
        let unit = smaller[at].1;
        smaller = &smaller[at + 1..];
        total = match exact(number, unit) {
            Exact::Is(ns) => i64::try_from(ns).ok().and_then(|ns| total.checked_add(ns)),
            Exact::TooLarge => None,
            Exact::Fraction => return Err(format!("`{text}` is finer than a nanosecond")),
            Exact::Not => return Err(not()),
        }
        .ok_or_else(|| format!("`{text}` is longer than 292 years"))?;
    }
    if text.is_empty() {
        return Err(not());
    }
    Ok(total)
}

/// Spells a span of `ns` nanoseconds for people: `4m33s`, `1d2h`, `1m0.25s`, `250ms`, `0s`, with `-`
/// before it if it is negative. [`parse_duration`] reads the same span back, but for the sign.
pub fn write_duration(ns: i64) -> String {
    let mut to = Vec::new();
    if ns < 0 {
        to.push(b'-');
    }
    let mut left = ns.unsigned_abs();
    // Nobody counts in weeks unless they said so.
    for (name, unit) in &UNITS[1..4] {
        if left >= *unit {
            to.extend_from_slice(itoa::Buffer::new().format(left / unit).as_bytes());
            to.extend_from_slice(name.as_bytes());
            left %= unit;
        }
    }
    let is_long = ns.unsigned_abs() >= UNITS[3].1;
    if left > 0 || !is_long {
        let (name, power) = match left {
            1_000_000_000.. => ("s", 9),
            _ if left == 0 || is_long => ("s", 9),
            1_000_000.. => ("ms", 6),
            1_000.. => ("us", 3),
            _ => ("ns", 0),
        };
        write_decimal(left, power, &mut to);
        to.extend_from_slice(name.as_bytes());
    }
    String::from_utf8_lossy(&to).into_owned()
}

/// Reads a size such as `512` (bytes), `64KiB`, `1.5GiB` or `10MB`; bytes. `KiB` to `TiB` are powers
/// of 1024, `KB` to `TB` of 1000; small letters do as well.
///
/// # Errors
///
/// Another spelling, not a whole number of bytes, or more than 2^64 of them.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let not = || format!("`{text}` is not a size: write it like 512 (bytes), 64KiB, 1GiB or 10MB");
    let (number, name) = split(text, |c| c.is_ascii_digit() || c == '.');
    let name = if name.is_empty() { "B" } else { name };
    let &(_, unit) = SIZES.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(name)).ok_or_else(not)?;
    match exact(number, unit) {
        Exact::Is(bytes) => Ok(bytes),
        Exact::Fraction => Err(format!("`{text}` is not a whole number of bytes")),
        Exact::TooLarge => Err(format!("`{text}` is more than 2^64 bytes")),
        Exact::Not => Err(not()),
    }
}

fn split(text: &str, head: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !head(c)).unwrap_or(text.len()))
}

enum Exact {
    Is(u64),
    /// Not a whole number of the smallest unit.
    Fraction,
    TooLarge,
    /// Not digits with at most one point among them.
    Not,
}

/// `number` times `unit`.
fn exact(number: &str, unit: u64) -> Exact {
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return Exact::Not,
        Some(parts) => parts,
        None => (number, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Exact::Not;
    }
    let fraction = fraction.trim_end_matches('0');
    // 20 digits times the largest unit stay far below 2^128.
    let Some(one) = 10u128.checked_pow(fraction.len() as u32).filter(|_| fraction.len() <= 20) else {
        return Exact::Fraction;
    };
    let part = fraction.parse::<u128>().unwrap_or(0) * u128::from(unit);
    if part % one != 0 {
        return Exact::Fraction;
    }
    let whole = whole.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    match whole.and_then(|n| n.checked_add((part / one) as u64)) {
        Some(n) => Exact::Is(n),
        None => Exact::TooLarge,
    }
}

/// The number `raw`, as JSON spells it, times ten to the power of `power`, rounded to the nearest
/// integer, half to even.
pub(super) fn scaled(raw: &[u8], power: u32) -> Result<i64, &'static str> {
    const NOT: &str = "not a number";
    // 19 digits cannot overflow.
    if matches!(raw.len(), 1..=19) && raw.iter().all(u8::is_ascii_digit) {
        let size = raw.iter().fold(0, |size, digit| size * 10 + u64::from(digit - b'0'));
        let unit = 10i64.checked_pow(power).ok_or(RANGE)?;
        return i64::try_from(size).ok().and_then(|size| size.checked_mul(unit)).ok_or(RANGE);
    }
    let (negative, digits) = match raw {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, raw),
    };
    let (digits, exponent) = match digits.iter().position(|b| b | 0x20 == b'e') {
        Some(at) => (&digits[..at], exponent(&digits[at + 1..]).ok_or(NOT)?),
        None => (digits, 0),
    };
    let whole = digits.iter().position(|&b| b == b'.').unwrap_or(digits.len());
    if whole == 0 {
        return Err(NOT);
    }
    // What the next digit counts, as a power of ten.
    let mut place = whole as i64 - 1 + exponent + i64::from(power);
    let mut size = 0u64;
    let (mut tenths, mut more) = (0, false);
    for (at, &b) in digits.iter().enumerate() {
        let digit = b.wrapping_sub(b'0');
        if at == whole {
            continue;
        }
        if digit > 9 {
            return Err(NOT);
        }
        match place {
            0.. => {
                let next = size.checked_mul(10).and_then(|n| n.checked_add(digit.into()));
                size = next.ok_or(RANGE)?;
            }
            -1 => tenths = digit,
            _ => more |= digit != 0,
        }
        place -= 1;
    }
    // Places that the literal leaves to zeros.
    while place >= 0 && size > 0 {
        size = size.checked_mul(10).ok_or(RANGE)?;
        place -= 1;
    }
    let up = tenths > 5 || tenths == 5 && (more || size % 2 == 1);
    let size = i128::from(size) + i128::from(up);
    i64::try_from(if negative { -size } else { size }).map_err(|_| RANGE)
}

/// The exponent behind an `e`, kept small enough to add to.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() {
        return None;
    }
    let mut sum = 0i64;
    for b in digits {
        if !b.is_ascii_digit() {
            return None;
        }
        sum = (sum * 10 + i64::from(b - b'0')).min(1 << 40);
    }
    Some(if negative { -sum } else { sum })
}

/// Appends `ns` counted in units of ten to the power of `power`, nine at most: an integer if it is
/// one, else with as many digits as it needs.
#[inline(always)]
pub(super) fn write_decimal(ns: u64, power: u32, to: &mut Vec<u8>) {
    let unit = 10u64.pow(power);
    to.extend_from_slice(itoa::Buffer::new().format(ns / unit).as_bytes());
    write_fraction((ns % unit * 10u64.pow(9 - power)) as u32, to);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: i64 = 1_000_000_000;

    #[test]
    fn reads_durations() {
        for (text, ns) in [
            ("0", 0),
            ("00", 0),
            ("0s", 0),
            ("250ms", S / 4),
            ("5", 5 * S),
            ("1.5", 3 * S / 2),
            ("5s", 5 * S),
            ("10m", 600 * S),
            ("1h30m", 5400 * S),
            ("1.5h", 5400 * S),
            ("30d", 30 * 86_400 * S),
            ("2w", 14 * 86_400 * S),
            ("7us", 7_000),
            ("7ns", 7),
            ("1.5us", 1_500),
            ("0.000000001s", 1),
            ("1.0000000000000s", S),
            ("1w2d3h4m5s6ms7us8ns", 788_645 * S + 6_007_008),
            ("9223372036854775807ns", i64::MAX),
        ] {
            assert_eq!(parse_duration(text), Ok(ns), "{text}");
        }
    }

    #[test]
    fn refuses_durations() {
        for text in [
            "", "s", "5.", ".5", "1.5.5", "1h5", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "5sec", "5min", "1h30",
            "30m1h", "1h1h", "1.h", ".5h", "1..5h", "1.5.5h", "1e3s", "0x5s", "5µs", "٥s", "1y", "P1D",
        ] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains("250ms, 5s, 10m, 1h30m, 30d or 2w"), "{text}: {error}");
        }
        for text in ["9223372036854775808ns", "106752d", "99999999999999999999999w", "15250w2d", "1d9223372036s"] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains("292 years"), "{text}: {error}");
        }
        for text in ["0.5ns", "1.0000000001s", "0.00000000000000000000000000001w"] {
            let error = parse_duration(text).unwrap_err();
            assert!(error.contains("finer than a nanosecond"), "{text}: {error}");
        }
    }

    #[test]
    fn writes_durations() {
        for (ns, text) in [
            (0, "0s"),
            (273 * S, "4m33s"),
            (S / 4, "250ms"),
            (26 * 3600 * S, "1d2h"),
            (60 * S, "1m"),
            (60 * S + S / 4, "1m0.25s"),
            (S + 1, "1.000000001s"),
            (1_500_000, "1.5ms"),
            (1_500, "1.5us"),
            (15, "15ns"),
            (21 * 86_400 * S, "21d"),
            (-273 * S, "-4m33s"),
        ] {
            assert_eq!(write_duration(ns), text);
        }
    }

    #[test]
    fn reads_sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("512B", 512),
            ("64KiB", 65_536),
            ("1GiB", 1 << 30),
            ("2TiB", 2 << 40),
            ("1.5GiB", 3 << 29),
            ("1MiB", 1 << 20),
            ("10MB", 10_000_000),
            ("10kB", 10_000),
            ("3gb", 3_000_000_000),
            ("1TB", 1_000_000_000_000),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "K", "64K", "64 KiB", "-1", "+1", "1KiBs", "1.KiB", "MiB", "1,5GiB", "0x10", "1e6"] {
            assert!(parse_size(text).unwrap_err().contains("64KiB, 1GiB or 10MB"), "{text}");
        }
        for (text, why) in [
            ("1.5", "whole number"),
            ("0.0001KiB", "whole number"),
            ("18446744073709551616", "2^64"),
            ("18446744073709551615.5KB", "2^64"),
            ("16777216TiB", "2^64"),
        ] {
            assert!(parse_size(text).unwrap_err().contains(why), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn durations_come_back(ns in prop_oneof![0..i64::MAX, 0i64..1_000_000_000_000, (0i64..10_000_000).prop_map(|s| s * S)]) {
            prop_assert_eq!(parse_duration(&write_duration(ns)), Ok(ns));
        }

        #[test]
        fn any_text_is_at_most_an_error(text in "[0-9.]{0,30}[a-zA-Z]{0,3}[0-9.]{0,4}[a-z]{0,2}|\\PC{0,12}") {
            let _ = (parse_duration(&text), parse_size(&text));
        }
    }
}
