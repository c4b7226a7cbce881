//! What a number since the epoch counts.

use super::amount;
use super::rfc3339::write_rfc3339;
use std::fmt;
use std::str::FromStr;

/// From 1990 to 2100, ns: when readings are from.
const RECENT: std::ops::Range<i64> = 631_152_000_000_000_000..4_102_444_800_000_000_000;

/// What a number since the epoch counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// s
    #[default]
    Seconds,
    /// ms
    Millis,
    /// µs
    Micros,
    /// ns
    Nanos,
}

impl Unit {
    const ALL: [Unit; 4] = [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos];

    /// The unit by which a JSON number is a time between 1990 and 2100.
    pub(super) fn likely(raw: &[u8]) -> Option<Unit> {
        let is_likely = |unit: &Unit| amount::scaled(raw, unit.power()).is_ok_and(|time| RECENT.contains(&time));
        Unit::ALL.into_iter().find(is_likely)
    }

    /// What is to be said of a time (ns) that a number of this unit gave, if it is before 1990: most likely the number counts
    /// something else.
    pub fn doubt(self, time: i64) -> Option<String> {
        if !is_old(time) {
            return None;
        }
        let read_by = |unit: Unit| {
            let longer = unit.power().checked_sub(self.power())?;
            i64::try_from(i128::from(time) * 10_i128.pow(longer)).ok()
        };
        let likely = Unit::ALL.into_iter().find(|&unit| read_by(unit).is_some_and(|time| RECENT.contains(&time)));
        let hint =
            likely.map_or_else(|| "s, ms, us or ns says what numbers count".to_owned(), |unit| format!("{unit}?"));
        let mut text = Vec::new();
        write_rfc3339(time, &mut text);
        Some(format!("{} is before 1990 (--time-unit {hint})", String::from_utf8_lossy(&text)))
    }

    /// The power of ten that makes nanoseconds out of it.
    pub(super) fn power(self) -> u32 {
        match self {
            Unit::Seconds => 9,
            Unit::Millis => 6,
            Unit::Micros => 3,
            Unit::Nanos => 0,
        }
    }
}

/// The time, ns, is from before 1990.
pub fn is_old(time: i64) -> bool {
    time < RECENT.start
}

impl FromStr for Unit {
    type Err = String;

    fn from_str(text: &str) -> Result<Unit, String> {
        match text {
            "s" => Ok(Unit::Seconds),
            "ms" => Ok(Unit::Millis),
            "us" => Ok(Unit::Micros),
            "ns" => Ok(Unit::Nanos),
            _ => Err(format!("`{text}` is not a unit of time: s, ms, us or ns")),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Unit::Seconds => "s",
            Unit::Millis => "ms",
            Unit::Micros => "us",
            Unit::Nanos => "ns",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K21
    #[test]
    fn a_time_before_1990_is_doubted() {
        for (unit, time, told) in [
            (Unit::Nanos, 1_600_000_000, "1970-01-01T00:00:01.6Z is before 1990 (--time-unit s?)"),
            (Unit::Nanos, 1_600_000_000_000_000, "1970-01-19T12:26:40Z is before 1990 (--time-unit us?)"),
            (Unit::Millis, 1_600_000_000_000_000, "1970-01-19T12:26:40Z is before 1990 (--time-unit s?)"),
            (
                Unit::Seconds,
                0,
                "1970-01-01T00:00:00Z is before 1990 (--time-unit s, ms, us or ns says what numbers count)",
            ),
        ] {
            assert_eq!(unit.doubt(time).as_deref(), Some(told));
        }
        for time in [i64::MIN, -1, RECENT.start - 1] {
            assert!(Unit::ALL.iter().all(|unit| unit.doubt(time).is_some()), "{time}");
        }
        assert_eq!(Unit::Nanos.doubt(RECENT.start), None);
    }
}
