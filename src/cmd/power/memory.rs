//! What `power` remembers, as lines of JSON: a meter, then each of its phases, then what waits there.
//!
//! Decision: a meter is found again by its name, not by its place, so that a file of pairs may grow between two runs.

use super::meter::{Energy, Meter, Power};
use super::pair::{Asked, Line, Progress, Reading};
use crate::error::{Error, Kind, Result};
use crate::json::{self, Member};
use crate::key::TimeStyle;
use crate::record::{Origin, Record};

/// Appends a meter.
pub(super) fn write_meter(meter: &Meter, series: &[Option<Box<[u8]>>; 2], to: &mut Vec<u8>) {
    to.extend_from_slice(b"{\"name\":");
    to.extend_from_slice(if meter.name.is_empty() { b"null" } else { &meter.name });
    for (name, series) in ["voltage", "current"].iter().zip(series) {
        if let Some(series) = series {
            to.extend_from_slice(format!(",\"{name}\":").as_bytes());
            json::write_string(&String::from_utf8_lossy(series), to);
        }
    }
    number("energy", meter.energy.sum, to);
    if let Some((time, power)) = meter.energy.last {
        integer("energy_time", time, to);
        number("energy_power", power, to);
    }
    to.extend_from_slice(b"}\n");
    for ((pair, powers), phase) in meter.pairs.iter().zip(&meter.powers).zip(&meter.phases) {
        to.extend_from_slice(format!("{{\"phase\":{phase}").as_bytes());
        for (name, time) in [
            ("asks_newest", pair.asks.newest),
            ("asks_gate", pair.asks.gate),
            ("answers_newest", pair.answers.newest),
            ("answers_gate", pair.answers.gate),
        ] {
            integer(name, time, to);
        }
        to.extend_from_slice(b"}\n");
        for Asked { reading, line } in &pair.asked {
            write_reading("asked", reading, to);
            if let Some(line) = line {
                to.extend_from_slice(b",\"raw\":");
                json::write_string(&String::from_utf8_lossy(&line.raw), to);
            }
            to.extend_from_slice(b"}\n");
        }
        for reading in &pair.answered {
            write_reading("answer", reading, to);
            to.extend_from_slice(b"}\n");
        }
        for power in powers {
            let reading = Reading {
                time: power.time,
                value: power.value,
                factor: power.factor,
                style: power.style,
                filled: power.filled,
            };
            write_reading("power", &reading, to);
            number("voltage", power.voltage, to);
            number("current", power.current, to);
            integer("skew", power.skew, to);
            to.extend_from_slice(b"}\n");
        }
    }
}

fn write_reading(kind: &str, reading: &Reading, to: &mut Vec<u8>) {
    to.extend_from_slice(format!("{{\"{kind}\":{}", reading.time).as_bytes());
    number("value", reading.value, to);
    if !reading.factor.is_nan() {
        number("factor", reading.factor, to);
    }
    if reading.style == TimeStyle::Text {
        to.extend_from_slice(b",\"text\":true");
    }
    if reading.filled {
        to.extend_from_slice(b",\"filled\":true");
    }
}

fn number(name: &str, value: f64, to: &mut Vec<u8>) {
    to.extend_from_slice(format!(",\"{name}\":").as_bytes());
    json::write_f64(value, to);
}

fn integer(name: &str, value: i64, to: &mut Vec<u8>) {
    to.extend_from_slice(format!(",\"{name}\":").as_bytes());
    json::write_i64(value, to);
}

/// A line of what was remembered.
pub(super) enum Remembered {
    /// A meter: its name as JSON (`null`: it has none), and the series of its voltage and current, if it is found by them.
    Meter {
        name: Vec<u8>,
        series: [Option<Box<[u8]>>; 2],
        energy: Energy,
    },
    Phase {
        phase: u8,
        asks: Progress,
        answers: Progress,
    },
    Asked(Asked),
    Answer(Reading),
    Power(Power),
}

/// Reads a line that [`write_meter`] wrote.
pub(super) fn read(line: &[u8], members: &mut Vec<Member>) -> Result<Remembered> {
    let broken = || Error::new(Kind::Io, "read a remembered meter: it is not what power wrote");
    members.clear();
    json::members(line, members).map_err(|_| broken())?;
    let record = Record::kept(line, members);
    let integer = |name: &str| record.field(name).and_then(|field| field.integer()).ok_or_else(broken);
    let number = |name: &str| record.field(name).and_then(|field| field.number()).ok_or_else(broken);
    let text = |name: &str| record.field(name).and_then(|field| field.text());
    let reading = |time: i64| -> Result<Reading> {
        Ok(Reading {
            time,
            value: number("value")?,
            factor: number("factor").unwrap_or(f64::NAN),
            style: if record.field("text").is_some() { TimeStyle::Text } else { TimeStyle::Number },
            filled: record.field("filled").is_some(),
        })
    };
    let kind = record.fields().next().ok_or_else(broken)?;
    let kind = (kind.name(), kind.integer());
    Ok(match (&*kind.0, kind.1) {
        ("name", _) => {
            let series = |name: &str| text(name).map(|text| text.as_bytes().into());
            let last = record.field("energy_time").is_some();
            let last = last.then(|| Ok::<_, Error>((integer("energy_time")?, number("energy_power")?))).transpose()?;
            let name = record.field("name").map(|field| field.raw().to_vec()).unwrap_or_default();
            let energy = Energy { sum: number("energy")?, last };
            Remembered::Meter { name, series: [series("voltage"), series("current")], energy }
        }
        ("phase", Some(phase)) => Remembered::Phase {
            phase: u8::try_from(phase).map_err(|_| broken())?,
            asks: Progress { newest: integer("asks_newest")?, gate: integer("asks_gate")? },
            answers: Progress { newest: integer("answers_newest")?, gate: integer("answers_gate")? },
        },
        ("asked", Some(time)) => {
            let line = |raw: &str| Box::new(Line { raw: raw.as_bytes().into(), origin: Origin::default() });
            Remembered::Asked(Asked { reading: reading(time)?, line: text("raw").map(|raw| line(&raw)) })
        }
        ("answer", Some(time)) => Remembered::Answer(reading(time)?),
        ("power", Some(time)) => {
            let Reading { time, value, factor, style, filled } = reading(time)?;
            let (voltage, current, skew) = (number("voltage")?, number("current")?, integer("skew")?);
            Remembered::Power(Power { time, style, value, voltage, current, factor, skew, filled })
        }
        _ => return Err(broken()),
    })
}
