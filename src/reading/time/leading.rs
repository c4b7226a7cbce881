//! The time that a line of some program's log begins with.
//!
//! Decision: what programs write is read as they mean it: `2024-07-03 11:46:40,123` of Python, `2024/07/03 11:46:40` of
//! nginx, offsets as `Z`, `+02:00`, `+0200` and `+02`. Without an offset it is what the clocks in a zone show.

use super::instant::nanoseconds;
use super::{local, rfc3339};
use jiff::tz::TimeZone;

/// Longer than any time.
const LONGEST: usize = 48;

/// See [`leading`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leading {
    /// ns since 1970 UTC.
    pub time: i64,
    /// How many bytes of the text are it.
    pub length: usize,
    /// It says where it was taken.
    pub has_offset: bool,
}

/// Reads the date and time that `text` begins with; one without an offset is looked up in `zone`, where one that never
/// was is the first instant behind the gap, and one that was twice the first of the two. `None`: it begins with none.
pub fn leading(text: &[u8], zone: &TimeZone) -> Option<Leading> {
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    let mut spelled = [0; LONGEST];
    let end = text.len().min(LONGEST);
    spelled[..end].copy_from_slice(&text[..end]);
    for slash in [4, 7] {
        if spelled[slash] == b'/' {
            spelled[slash] = b'-';
        }
    }
    if spelled[19] == b',' && spelled[20].is_ascii_digit() {
        spelled[19] = b'.';
    }
    let (civil, rest) = rfc3339::civil(&spelled[..end]).ok()?;
    let (offset, used) = offset(rest);
    let length = end - rest.len() + used;
    let time = match offset {
        Some(seconds) => civil.at_offset(seconds)?,
        None => nanoseconds(local::instant(civil.to_jiff()?, zone)?).ok()?,
    };
    // Digits that go on are no time: `2024-07-03 11:46:401`.
    let ends = text.get(length).is_none_or(|b| !b.is_ascii_alphanumeric());
    ends.then_some(Leading { time, length, has_offset: offset.is_some() })
}

/// The offset in seconds that the text begins with, if it does, and how long it is.
fn offset(text: &[u8]) -> (Option<i64>, usize) {
    let digits = |at: usize, count: usize| {
        let all = text.get(at..at + count)?;
        all.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
    };
    let sign = match text.first() {
        Some(b'Z' | b'z') => return (Some(0), 1),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return (None, 0),
    };
    let (minutes, length) = match (digits(1, 2), digits(1, 4), digits(4, 2)) {
        (_, Some(all), _) => (all / 100 * 60 + all % 100, 5),
        (Some(hours), _, Some(minutes)) if text[3] == b':' => (hours * 60 + minutes, 6),
        (Some(hours), _, _) => (hours * 60, 3),
        _ => return (None, 0),
    };
    if minutes < 24 * 60 { (Some(sign * minutes * 60), length) } else { (None, 0) }
}

#[cfg(test)]
mod tests {
    use super::super::{parse_rfc3339, parse_zone};
    use super::*;

    #[test]
    fn times_of_several_programs() {
        let berlin = parse_zone("Europe/Berlin").unwrap();
        for (text, time, rest, has_offset) in [
            ("2024-07-03 09:46:40.123+00:00 INFO a: b", "2024-07-03T09:46:40.123Z", " INFO a: b", true),
            ("2024-07-03 09:46:40.123456+00 UTC+1 - o", "2024-07-03T09:46:40.123456Z", " UTC+1 - o", true),
            ("2024-07-03 11:46:40,123 | root", "2024-07-03T09:46:40.123Z", " | root", false),
            ("2024-07-03 11:46:40, and", "2024-07-03T09:46:40Z", ", and", false),
            ("2024/07/03 11:46:40 [error]", "2024-07-03T09:46:40Z", " [error]", false),
            ("2024-07-03T11:46:40+0200", "2024-07-03T09:46:40Z", "", true),
            ("2024-07-03T09:46:40.5Z] x", "2024-07-03T09:46:40.5Z", "] x", true),
            ("2024-07-03 11:46:40", "2024-07-03T09:46:40Z", "", false),
            // Not an offset.
            ("2024-07-03 11:46:40 - name", "2024-07-03T09:46:40Z", " - name", false),
            ("2024-07-03 11:46:40-x", "2024-07-03T09:46:40Z", "-x", false),
            // Skipped by the clocks, shown twice by them.
            ("2024-03-31 02:30:00 x", "2024-03-31T01:00:00Z", " x", false),
            ("2024-10-27 02:30:00 x", "2024-10-27T00:30:00Z", " x", false),
        ] {
            let found = leading(text.as_bytes(), &berlin).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.time, parse_rfc3339(time.as_bytes()).unwrap(), "{text}");
            assert_eq!((&text[found.length..], found.has_offset), (rest, has_offset), "{text}");
        }
        for text in [
            "",
            "x",
            "2024",
            "2024-07-03",
            "2024-02-30 10:00:00",
            "2024-07-03 11:46:401",
            "2024-07-03 11:46",
            "99999 bottles",
            "2024-07-03 11:46:40.",
            "9999-07-03 11:46:40Z",
        ] {
            assert_eq!(leading(text.as_bytes(), &berlin), None, "{text}");
        }
    }
}
