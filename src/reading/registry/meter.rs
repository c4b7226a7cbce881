//! What is known of a device.

use crate::reading::time;
use crate::reading::unit::Unit;

/// What a quantity is, for whoever computes between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It rises and falls: a temperature.
    #[default]
    Gauge,
    /// It only rises, and begins again at a reset: energy, rain.
    Counter,
    /// Degrees of a circle, or radians if that is the unit: a wind's direction.
    Angle,
    /// It holds until it changes: on and off.
    State,
}

/// What the values of a series are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nature {
    pub(crate) kind: Kind,
    /// A whole turn, of an angle.
    pub(crate) turn: Option<f64>,
}

/// What is known of one device for some time. What is not known is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Meter {
    pub(crate) unit: Option<Box<str>>,
    /// What that is, if it is one of electricity.
    pub(super) electric: Option<Unit>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    /// A name for people.
    pub(crate) name: Option<Box<str>>,
    pub(crate) topic: Option<Box<str>>,
    /// From one reading to the next, ns.
    pub(crate) every: Option<i64>,
    pub(crate) kind: Kind,
    pub(crate) decimals: Option<u8>,
    pub(crate) warn_min: Option<f64>,
    pub(crate) warn_max: Option<f64>,
    pub(crate) hysteresis: Option<f64>,
    pub(crate) max_rate: Option<Rate>,
    pub(crate) max_same: Option<Same>,
    /// How long its records are kept, ns.
    pub(crate) keep: Option<i64>,
    /// When this holds, ns: the first included, the last not.
    pub(super) valid_from: Option<i64>,
    pub(super) valid_to: Option<i64>,
}

/// How the values of a record are to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scale {
    /// As they are.
    Same,
    /// In this unit, the range being in the other one.
    From(Unit, Unit),
}

impl Scale {
    /// The value in the unit of the registry.
    pub(crate) fn apply(self, value: f64) -> f64 {
        match self {
            Scale::Same => value,
            Scale::From(from, to) => from.convert(value, to).unwrap_or(value),
        }
    }
}

impl Meter {
    /// How a record's values are compared that has this unit; `None`: it is another one.
    pub(crate) fn scale(&self, unit: &str) -> Option<Scale> {
        match self.unit.as_deref() {
            None => Some(Scale::Same),
            Some(own) if own == unit => Some(Scale::Same),
            Some(_) => {
                let (from, to) = (Unit::parse(unit)?, self.electric?);
                (from.quantity == to.quantity).then_some(Scale::From(from, to))
            }
        }
    }

    /// The value is in the meter's range, its ends included.
    pub(crate) fn allows(&self, value: f64, scale: Scale) -> bool {
        let value = scale.apply(value);
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// What values it allows, in words.
    pub(crate) fn range(&self, scale: Scale) -> String {
        let unit = match (scale, self.unit.as_deref()) {
            (Scale::From(..), Some(unit)) => format!(" {unit}"),
            _ => String::new(),
        };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}{unit}"),
            (Some(min), None) => format!("a number of at least {min}{unit}"),
            (None, Some(max)) => format!("a number of at most {max}{unit}"),
            (None, None) => "a number".to_owned(),
        }
    }

    /// What its values are.
    pub(crate) fn nature(&self) -> Nature {
        Nature { kind: self.kind, turn: self.turn() }
    }

    /// A whole turn, if it is an angle.
    pub(crate) fn turn(&self) -> Option<f64> {
        let is_radian = matches!(self.unit.as_deref(), Some("rad" | "radian" | "radians"));
        (self.kind == Kind::Angle).then_some(if is_radian { std::f64::consts::TAU } else { 360.0 })
    }

    /// When it begins to be valid.
    pub(super) fn begin(&self) -> i64 {
        self.valid_from.unwrap_or(i64::MIN)
    }

    pub(super) fn holds_at(&self, time: i64) -> bool {
        self.valid_from.is_none_or(|from| from <= time) && self.valid_to.is_none_or(|to| time < to)
    }

    pub(super) fn overlaps(&self, other: &Meter) -> bool {
        let before = |a: &Meter, b: &Meter| a.valid_to.zip(b.valid_from).is_some_and(|(to, from)| to <= from);
        !before(self, other) && !before(other, self)
    }

    /// That it contradicts itself, in words.
    pub(super) fn contradiction(&self) -> Option<String> {
        let above = |what: &str, min: Option<f64>, max: Option<f64>| {
            let (min, max) = min.zip(max).filter(|(min, max)| min > max)?;
            Some(format!("the {what}minimum {min} is above the {what}maximum {max}"))
        };
        let never = self.valid_from.zip(self.valid_to).filter(|(from, to)| from >= to);
        above("", self.min, self.max)
            .or_else(|| above("warning's ", self.warn_min, self.warn_max))
            .or_else(|| never.map(|_| "valid_from is not before valid_to".to_owned()))
    }
}

/// A limit of how fast a value changes: at most this much in this time, ns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    pub(crate) change: f64,
    pub(crate) time: i64,
}

/// A limit of how long a value stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Same {
    /// This many readings.
    Readings(u64),
    /// This long, ns.
    Time(i64),
}

impl Rate {
    /// In words: `0.5 in 1s`.
    pub(crate) fn words(self) -> String {
        format!("{} in {}", self.change, time::write_duration(self.time))
    }
}

impl Same {
    /// In words: `20 readings`, `30m`.
    pub(crate) fn words(self) -> String {
        match self {
            Same::Readings(count) => format!("{count} readings"),
            Same::Time(ns) => time::write_duration(ns),
        }
    }
}
