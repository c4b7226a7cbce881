//! What `power` remembers, as lines of JSON: a meter, then each of its phases, then what waits there.
//!
//! Decision: a meter is found again by its name, not by its place, so that a file of pairs may grow between two runs.

use super::Power;
use super::claim::{Claim, Lines};
use super::fields::Name;
use super::meter::{self, Energy, Meter};
use super::meters::Meters;
use super::pair::{Answer, Asked, Reading};
use super::progress::Progress;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::key::TimeStyle;
use crate::reading::record::{Origin, Record};
use crate::storage;

/// Appends a meter.
fn write_meter(meter: &Meter, series: &[Option<Box<[u8]>>; 2], to: &mut Vec<u8>) {
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
        for (name, side) in [("asks", &pair.asks), ("answers", &pair.answers)] {
            let (seen, forgotten) = side.seen();
            integer(&format!("{name}_forgotten"), forgotten, to);
            to.extend_from_slice(format!(",\"{name}_seen\":\"{seen}\"").as_bytes());
        }
        to.extend_from_slice(b"}\n");
        for Asked { reading, line, .. } in &pair.asked {
            write_reading("asked", reading, to);
            if let Some(line) = line {
                to.extend_from_slice(b",\"raw\":");
                json::write_string(&String::from_utf8_lossy(&line.raw), to);
            }
            to.extend_from_slice(b"}\n");
        }
        for Answer { reading, line, used, .. } in &pair.answered {
            write_reading("answer", reading, to);
            if *used {
                to.extend_from_slice(b",\"used\":true");
            }
            if let Some(line) = line {
                to.extend_from_slice(b",\"raw\":");
                json::write_string(&String::from_utf8_lossy(&line.raw), to);
            }
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
enum Remembered {
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
    Answer(Answer),
    Power(meter::Power),
}

/// Reads a line that [`write_meter`] wrote.
fn read(line: &[u8], members: &mut Vec<Member>, lines: &Lines) -> Result<Remembered> {
    let broken = || Error::new(Code::Io, "read a remembered meter: it is not what power wrote");
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
    let raw = || text("raw").map(|raw| lines.keep(raw.as_bytes(), Origin::default()));
    let progress = |side: &str| -> Result<Progress> {
        let [newest, gate] = [integer(&format!("{side}_newest"))?, integer(&format!("{side}_gate"))?];
        let seen = text(&format!("{side}_seen")).unwrap_or_default();
        Ok(Progress::resumed(newest, gate, &seen, integer(&format!("{side}_forgotten")).ok()))
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
            asks: progress("asks")?,
            answers: progress("answers")?,
        },
        ("asked", Some(time)) => Remembered::Asked(Asked { reading: reading(time)?, line: raw(), claim: Claim::Own }),
        ("answer", Some(time)) => {
            let used = record.field("used").is_some();
            let claim = if used { Claim::Settled } else { Claim::Own };
            Remembered::Answer(Answer { reading: reading(time)?, line: raw(), claim, used })
        }
        ("power", Some(time)) => {
            let Reading { time, value, factor, style, filled } = reading(time)?;
            let (voltage, current, skew) = (number("voltage")?, number("current")?, integer("skew")?);
            Remembered::Power(meter::Power { time, style, value, voltage, current, factor, skew, filled })
        }
        _ => return Err(broken()),
    })
}

impl Power {
    /// Appends all that it remembers.
    pub(super) fn write_all(&self, to: &mut Vec<u8>) {
        let none = [None, None];
        let series = if let Meters::One(series) = &self.finder { series } else { &none };
        self.meters.iter().for_each(|meter| write_meter(meter, series, to));
    }

    /// Takes back what [`Power::write_all`] wrote.
    pub(super) fn recall(&mut self, from: &[u8]) -> Result<()> {
        let mut members = Vec::new();
        let mut at: Option<(usize, Option<usize>)> = None;
        // What was read from a database is older than what this pipeline remembers.
        for line in from.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let remembered = read(line, &mut members, &self.lines)?;
            if let Remembered::Meter { name, series, energy } = remembered {
                if let Meters::One(own) = &mut self.finder {
                    *own = series;
                }
                let phases = self.all_phases();
                at = self.meter_named(&name, phases).map(|meter| (meter, None));
                if let Some((meter, _)) = at {
                    self.meters[meter].energy = energy;
                }
                continue;
            }
            let Some((meter, place)) = &mut at else { continue };
            let meter = &mut self.meters[*meter];
            if let Remembered::Phase { phase, asks, answers } = remembered {
                *place = meter.place(phase);
                if let Some(place) = *place {
                    let pair = &mut meter.pairs[place];
                    (pair.asks, pair.answers) = (asks, answers);
                }
                continue;
            }
            let Some(place) = *place else { continue };
            match remembered {
                Remembered::Asked(asked) => {
                    let claim = if self.keep_inputs { Claim::Settled } else { asked.claim };
                    meter.pairs[place].asked.push_back(Asked { claim, ..asked });
                }
                Remembered::Answer(answer) => {
                    let claim = if self.keep_inputs { Claim::Settled } else { answer.claim };
                    meter.pairs[place].answered.push_back(Answer { claim, ..answer });
                }
                Remembered::Power(power) => meter.powers[place].push_back(power),
                Remembered::Meter { .. } | Remembered::Phase { .. } => {}
            }
        }
        Ok(())
    }

    /// Begins with what the last record of each meter says. A database that is not there yet has none.
    pub(super) fn begin_after(&mut self, target: &str, table: &str) -> Result<()> {
        if !storage::exists(target)? {
            return Ok(());
        }
        let mut reader = storage::reader(target)?;
        if !reader.has(table)? {
            // The store behind makes its table with its first record, and both have only just begun.
            let why = format_args!("{target} has no table {table} yet: every energy begins at 0");
            diag::warn(Code::NoTable, why);
            return Ok(());
        }
        let mut members = Vec::new();
        reader.last_of_each(table, None, &mut |line| {
            members.clear();
            json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
            self.remember(&Record::kept(line, &members))
        })
    }

    /// A stored power says how far its meter came. Other records say nothing.
    fn remember(&mut self, record: &Record<'_>) -> Result<()> {
        let number = |name: &str| record.field(name).and_then(|field| field.number());
        let (Some(sum), Some(power)) = (number(self.work.pieces.energy_name()), number(self.fields.name(Name::Value)))
        else {
            return Ok(());
        };
        let keys = &self.work.keys;
        let time = keys.time(record).map_err(|why| Error::io("read a stored record", why))?;
        let mut name = Vec::new();
        if let Some(field) = record.field(&keys.by()[0]) {
            name.extend_from_slice(field.raw());
        }
        let phases = self.all_phases();
        let Some(at) = self.meter_named(&name, phases) else { return Ok(()) };
        let within = if self.work.phases { self.work.rules.within } else { 0 };
        let meter = &mut self.meters[at];
        meter.energy = Energy { sum, last: Some((time, power)) };
        for pair in &mut meter.pairs {
            // The phases of a sum may lie so far behind its time.
            pair.asks.begin_after(time, time.saturating_add(within));
        }
        Ok(())
    }

    /// The meter of this name; made, where meters are found by a field. `None`: there is none any more.
    fn meter_named(&mut self, name: &[u8], phases: Vec<u8>) -> Option<usize> {
        let next = self.meters.len();
        match &mut self.finder {
            Meters::Pairs(_) => self.meters.iter().position(|meter| meter.name == name),
            Meters::Field { known, .. } => {
                let at = *known.entry(name.into()).or_insert(next);
                if at == next {
                    self.add_meter(name.to_vec(), phases);
                }
                Some(at)
            }
            Meters::One(_) => {
                self.name_the_one();
                Some(0)
            }
        }
    }
}
