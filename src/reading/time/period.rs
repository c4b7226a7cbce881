//! Lengths of spans: a number of nanoseconds, or months of the calendar.

use super::amount::parse_duration;

/// How long a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many ns, more than 0.
    Span(i64),
    /// So many calendar months, more than 0, counted from a January.
    Months(i64),
}

/// Reads a period: a duration such as `6h`, or calendar months and years, `1mo`, `3mo`, `1y`.
///
/// # Errors
///
/// Another spelling, or nothing.
pub fn parse_period(text: &str) -> Result<Period, String> {
    for (unit, months) in [("mo", 1), ("y", 12)] {
        if let Some(number) = text.strip_suffix(unit)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
        {
            let number = number.parse().ok().filter(|number: &i64| (1..=2400).contains(number));
            return number
                .map(|number| Period::Months(number * months))
                .ok_or_else(|| "must be from 1 to 2400".to_owned());
        }
    }
    match parse_duration(text)? {
        ns if ns > 0 => Ok(Period::Span(ns)),
        _ => Err("must be longer than 0".to_owned()),
    }
}
