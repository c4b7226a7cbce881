//! What a number since the epoch counts.

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
