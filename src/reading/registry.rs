//! The registry of series: which devices there are, and what is known of each: its unit and limits, how often it is read, and
//! what kind of quantity it is.
//!
//! Decision: a device is compared as text, so that `7` in a record is the `7` of a CSV file, which has no types.
//! What is doubtful in a registry (a device twice at one time, a minimum above the maximum, a stray quote that swallows
//! lines) ends the command before the first record: a wrong registry would reject or pass a whole stream.
//! Units of electricity are compared as what they are: a record in mV is compared with a range in V.

mod column;
mod objects;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::column::{Rate, Same};

use self::column::Column;
use crate::reading::json::Kind as JsonKind;
use crate::reading::record::Field;
use crate::reading::unit::Unit;
use foldhash::fast::RandomState;
use std::collections::HashMap;

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

/// What is known of one device for some time. What is not known is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Meter {
    pub(crate) unit: Option<Box<str>>,
    /// What that is, if it is one of electricity.
    electric: Option<Unit>,
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
    valid_from: Option<i64>,
    valid_to: Option<i64>,
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

    /// A whole turn, if it is an angle.
    pub(crate) fn turn(&self) -> Option<f64> {
        let is_radian = matches!(self.unit.as_deref(), Some("rad" | "radian" | "radians"));
        (self.kind == Kind::Angle).then_some(if is_radian { std::f64::consts::TAU } else { 360.0 })
    }

    fn holds_at(&self, time: i64) -> bool {
        self.valid_from.is_none_or(|from| from <= time) && self.valid_to.is_none_or(|to| time < to)
    }

    fn overlaps(&self, other: &Meter) -> bool {
        let before = |a: &Meter, b: &Meter| a.valid_to.zip(b.valid_from).is_some_and(|(to, from)| to <= from);
        !before(self, other) && !before(other, self)
    }

    /// That it contradicts itself, in words.
    fn contradiction(&self) -> Option<String> {
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

/// The meters by device.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    meters: HashMap<Box<[u8]>, Vec<Meter>, RandomState>,
    /// Of unit, min and max those that a table has no column for.
    missing: Vec<&'static str>,
}

/// What a registry says of a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known<'r> {
    /// This.
    Meter(&'r Meter),
    /// It has the device, but not at that time.
    Later,
    /// Nothing.
    No,
}

impl Registry {
    /// Reads a registry: JSON if it begins with a bracket; else a table with tabs, semicolons or commas between its cells.
    pub(crate) fn read(bytes: &[u8]) -> Result<Registry, String> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = str::from_utf8(bytes).map_err(|e| format!("byte {} is not UTF-8", e.valid_up_to() + 1))?;
        let mut registry = Registry::default();
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => objects::read(text.as_bytes(), &mut registry)?,
            _ => table::read(text, &mut registry)?,
        }
        if registry.meters.is_empty() {
            return Err("there is no device in it".to_owned());
        }
        Ok(registry)
    }

    /// The columns unit, min and max, as far as a table does not have them.
    pub(crate) fn missing(&self) -> &[&'static str] {
        &self.missing
    }

    /// What is known of the device that a field names, at a time; without a time what is known first.
    pub(crate) fn find(&self, device: &Field<'_>, time: Option<i64>) -> Known<'_> {
        let raw = device.raw();
        let all = match device.kind() {
            JsonKind::String if raw.contains(&b'\\') => device.text().and_then(|text| self.meters.get(text.as_bytes())),
            JsonKind::String => self.meters.get(&raw[1..raw.len() - 1]),
            JsonKind::Number => self.meters.get(raw),
            _ => None,
        };
        let Some(all) = all else { return Known::No };
        match all.iter().find(|meter| time.is_none_or(|time| meter.holds_at(time))) {
            Some(meter) => Known::Meter(meter),
            None => Known::Later,
        }
    }

    fn add(&mut self, device: &str, meter: Meter) -> Result<(), String> {
        if device.is_empty() {
            return Err("the device has no name".to_owned());
        }
        if let Some(why) = meter.contradiction() {
            return Err(why);
        }
        let all = self.meters.entry(device.as_bytes().into()).or_default();
        if all.iter().any(|other| other.overlaps(&meter)) {
            return Err(format!("device {device:?} occurs twice"));
        }
        all.push(meter);
        Ok(())
    }

    /// Adds a device that has these cells.
    fn add_cells<'c>(&mut self, cells: impl Iterator<Item = (Column, &'c str)>) -> Result<(), String> {
        let (mut device, mut meter) = ("", Meter::default());
        for (column, text) in cells {
            match column {
                Column::Device => device = text,
                _ => column.set(text, &mut meter)?,
            }
        }
        self.add(device, meter)
    }
}
