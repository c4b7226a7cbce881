//! What a number since the epoch counts.

use super::amount;
use std::fmt;
use std::str::FromStr;

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
    /// The unit by which a JSON number is a time between 1990 and 2100.
    pub(super) fn likely(raw: &[u8]) -> Option<Unit> {
        const RECENT: std::ops::Range<i64> = 631_152_000_000_000_000..4_102_444_800_000_000_000;
        [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos]
            .into_iter()
            .find(|unit| amount::scaled(raw, unit.power()).is_ok_and(|time| RECENT.contains(&time)))
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
