//! Times of ISO 8601 that are not of RFC 3339: how clocks and loggers spell them all the same.
//!
//! `+0200` and `+02`, no seconds, a comma before the fraction, 24:00 as the end of a day. Only the calendar's extended form:
//! a week, a day of the year or digits without separators could be something else.

use jiff::civil::Date;

/// The same time as RFC 3339 has it, with an offset only if it has one; `None`: it is no such time.
pub(super) fn as_rfc3339(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let end = rest.find(['Z', 'z', '+', '-', '\u{2212}']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(end);
    let clock = clock.trim_end_matches(' ');
    let (clock, fraction) = match clock.find(['.', ',']) {
        None => (clock, None),
        Some(at) => (&clock[..at], Some(&clock[at + 1..])),
    };
    if fraction.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let clock = match clock.len() {
        5 => format!("{clock}:00"),
        8 => clock.to_owned(),
        _ => return None,
    };
    let offset = offset.replace('\u{2212}', "-");
    let offset = match offset.len() {
        0 | 1 | 6 => offset,
        3 => format!("{offset}:00"),
        5 => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
        _ => return None,
    };
    let fraction = fraction.map_or_else(String::new, |digits| format!(".{digits}"));
    if clock == "24:00:00" && fraction.bytes().all(|byte| matches!(byte, b'.' | b'0')) {
        let next = date.parse::<Date>().ok()?.tomorrow().ok()?;
        return Some(format!("{next}T00:00:00{offset}"));
    }
    Some(format!("{date}T{clock}{fraction}{offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_rfc_3339() {
        for (text, wanted) in [
            ("2024-04-27T14:23:05+0200", "2024-04-27T14:23:05+02:00"),
            ("2024-04-27T14:23:05+02", "2024-04-27T14:23:05+02:00"),
            ("2024-04-27T14:23", "2024-04-27T14:23:00"),
            ("2024-04-27 14:23Z", "2024-04-27T14:23:00Z"),
            ("2024-04-27T14:23:05,123Z", "2024-04-27T14:23:05.123Z"),
            ("2024-04-27 14:23:05 +0200", "2024-04-27T14:23:05+02:00"),
            ("2024-04-27T24:00Z", "2024-04-28T00:00:00Z"),
            ("2024-12-31T24:00:00,000\u{2212}05:00", "2025-01-01T00:00:00-05:00"),
        ] {
            assert_eq!(as_rfc3339(text).as_deref(), Some(wanted), "{text}");
        }
        for text in
            ["2024-04-27", "2024-04-27T14", "2024-04-27T142305", "20240427T142305", "2024-04-27T14:23:05.Z", "", "é"]
        {
            assert_eq!(as_rfc3339(text), None, "{text}");
        }
    }
}
