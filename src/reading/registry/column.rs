//! What each column says, and how its cells are spelled.

use super::meter::{Kind, Meter, Rate, Same};
use crate::reading::time;
use crate::reading::unit::Unit;
use std::borrow::Cow;

/// The columns that have a meaning; a registry may have others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Device,
    Unit,
    Min,
    Max,
    Name,
    Topic,
    Every,
    Kind,
    Decimals,
    WarnMin,
    WarnMax,
    Hysteresis,
    MaxRate,
    MaxSame,
    Keep,
    ValidFrom,
    ValidTo,
}

/// The cells of one device.
pub(super) type Cells<'c> = [(Column, Cow<'c, str>)];

/// Takes them.
pub(super) type Take<'t> = dyn FnMut(&Cells<'_>) -> Result<(), String> + 't;

impl Column {
    pub(super) const ALL: [(Column, &str); 17] = [
        (Column::Device, "device"),
        (Column::Unit, "unit"),
        (Column::Min, "min"),
        (Column::Max, "max"),
        (Column::Name, "name"),
        (Column::Topic, "topic"),
        (Column::Every, "every"),
        (Column::Kind, "kind"),
        (Column::Decimals, "decimals"),
        (Column::WarnMin, "warn_min"),
        (Column::WarnMax, "warn_max"),
        (Column::Hysteresis, "hysteresis"),
        (Column::MaxRate, "max_rate"),
        (Column::MaxSame, "max_same"),
        (Column::Keep, "keep"),
        (Column::ValidFrom, "valid_from"),
        (Column::ValidTo, "valid_to"),
    ];

    pub(super) fn named(name: &str) -> Option<Column> {
        Column::ALL.iter().find(|(_, known)| *known == name).map(|(column, _)| *column)
    }

    pub(super) fn word(self) -> &'static str {
        Column::ALL.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
    }

    /// In JSON its values are text; else numbers, and where a number may have a unit also text.
    pub(super) fn json(self) -> Form {
        match self {
            Column::Unit | Column::Name | Column::Topic | Column::Kind => Form::Text,
            Column::ValidFrom | Column::ValidTo => Form::Text,
            Column::Device | Column::Every | Column::Keep | Column::MaxRate | Column::MaxSame => Form::Either,
            _ => Form::Number,
        }
    }

    /// Reads a cell; an empty one says nothing.
    pub(super) fn set(self, text: &str, meter: &mut Meter) -> Result<(), String> {
        if text.is_empty() {
            return Ok(());
        }
        let name = self.word();
        let is_no = |what: &str| format!("{name} {text:?} is not {what}");
        let number = || number(text).ok_or_else(|| is_no("a number"));
        let duration =
            || time::parse_duration(text).ok().filter(|ns| *ns > 0).ok_or_else(|| is_no("a duration (10s, 1m)"));
        // Decision: a time of a registry is UTC unless it says otherwise, wherever it is read.
        let moment = || {
            // What is counted from now is another time tomorrow.
            let is_date = text.as_bytes().get(4) == Some(&b'-');
            let time = if is_date { time::parse_when(text, 0, Some(&time::TimeZone::UTC)).ok() } else { None };
            time.ok_or_else(|| is_no("a time (2024-04-27, or RFC 3339)"))
        };
        match self {
            Column::Device => {}
            Column::Unit => {
                meter.unit = Some(text.into());
                meter.electric = Unit::parse(text);
            }
            Column::Min => meter.min = Some(number()?),
            Column::Max => meter.max = Some(number()?),
            Column::Name => meter.name = Some(text.into()),
            Column::Topic => meter.topic = Some(text.into()),
            Column::Every => meter.every = Some(duration()?),
            Column::Kind => {
                meter.kind = match text {
                    "gauge" => Kind::Gauge,
                    "counter" => Kind::Counter,
                    "angle" => Kind::Angle,
                    "state" => Kind::State,
                    _ => return Err(is_no("gauge, counter, angle or state")),
                }
            }
            Column::Decimals => {
                let count = text.parse().ok().filter(|count| *count <= 15);
                meter.decimals = Some(count.ok_or_else(|| is_no("a number from 0 to 15"))?);
            }
            Column::WarnMin => meter.warn_min = Some(number()?),
            Column::WarnMax => meter.warn_max = Some(number()?),
            Column::Hysteresis => {
                meter.hysteresis = Some(number()?).filter(|x| *x >= 0.0);
                meter.hysteresis.ok_or_else(|| is_no("a number of at least 0"))?;
            }
            Column::MaxRate => meter.max_rate = Some(rate(text).ok_or_else(|| is_no(RATE))?),
            Column::MaxSame => meter.max_same = Some(same(text).ok_or_else(|| is_no(SAME))?),
            Column::Keep => meter.keep = Some(duration()?),
            Column::ValidFrom => meter.valid_from = Some(moment()?),
            Column::ValidTo => meter.valid_to = Some(moment()?),
        }
        Ok(())
    }
}

const RATE: &str = "a change a second (0.5), or in another time (3/min, 10/h)";
const SAME: &str = "a number of readings (20) or a duration (30m)";

/// What a value of a column is in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Number,
    Either,
}

/// `0.5` a second, or `3/min`, `3/5m`.
fn rate(text: &str) -> Option<Rate> {
    let (change, time) = text.split_once('/').map_or((text, "1s"), |(change, time)| (change.trim_end(), time.trim()));
    let time = match time {
        "min" => time::parse_duration("1m").ok(),
        unit if unit.starts_with(|c: char| c.is_ascii_alphabetic()) => time::parse_duration(&format!("1{unit}")).ok(),
        time => time::parse_duration(time).ok(),
    };
    let change = number(change).filter(|change| *change >= 0.0)?;
    time.filter(|time| *time > 0).map(|time| Rate { change, time })
}

/// `20` readings, or `30m`.
fn same(text: &str) -> Option<Same> {
    match text.parse() {
        Ok(0) => None,
        Ok(count) => Some(Same::Readings(count)),
        Err(_) => time::parse_duration(text).ok().filter(|ns| *ns > 0).map(Same::Time),
    }
}

/// A decimal number; no infinity, no NaN.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_decimal = |b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    text.parse().ok().filter(|x: &f64| text.bytes().all(is_decimal) && x.is_finite())
}
