//! What a record says, and to which meters: its side by its unit, or by the file of pairs.

use super::Power;
use super::fields::{Found, Name};
use super::meter::Meter;
use super::meters::{self, Meters, PHASES, Role};
use super::pair::Reading;
use super::rules::Side;
use crate::reading::error::{Code, Error, Result};
use crate::reading::hint;
use crate::reading::json::Kind as Json;
use crate::reading::record::Record;
use crate::reading::unit::{Quantity, Unit};

/// Larger values are no readings; products and sums of smaller ones stay finite.
const LARGEST: f64 = 1e100;

impl Power {
    /// What a record says, and in `roles` to which meters; `None`: it is no reading of a meter.
    pub(super) fn read(&mut self, record: &Record<'_>) -> Result<Option<Reading>> {
        self.roles.clear();
        let found = self.fields.find(record);
        let unit = unit(&found);
        let side = match &unit {
            Some(Ok(Unit { quantity: Quantity::Voltage, .. })) => Some(Side::Voltage),
            Some(Ok(Unit { quantity: Quantity::Current, .. })) => Some(Side::Current),
            _ => None,
        };
        if let Meters::Pairs(by_device) = &self.finder {
            let device = meters::device(&self.work.keys, record, found.get(Name::Device));
            let Some(roles) = device.and_then(|device| by_device.get(&*device)) else { return Ok(None) };
            for &(meter, phase, expected) in roles {
                let side = match (&unit, side, expected) {
                    (_, Some(side), None) => side,
                    (None, _, Some(expected)) => expected,
                    (_, Some(side), Some(expected)) if side == expected => side,
                    (unit, ..) => return Err(wrong_unit(self.fields.name(Name::Unit), unit.as_ref(), expected)),
                };
                self.roles.push(Role { meter, phase, side });
            }
        } else if side.is_none() {
            return Ok(None);
        }
        let (time, style) = self.work.keys.time_of(record, found.get(Name::Time))?;
        let Some(value) = found.get(Name::Value).and_then(|field| field.number()) else {
            let text = found.get(Name::Value).map(|field| String::from_utf8_lossy(field.raw())).unwrap_or_default();
            let (name, hint) = (self.fields.name(Name::Value), hint::decimal(&text));
            return Err(Error::data(Code::Value, format!("the field {name:?} is not a number{hint}")));
        };
        let value = unit.and_then(Result::ok).map_or(value, |unit| unit.to_base(value));
        if value.abs() > LARGEST {
            return Err(Error::data(Code::Range, format!("{value:e} is too large for a voltage or current")));
        }
        let factor = self.factor(&found)?;
        if self.roles.is_empty()
            && let Some(side) = side
        {
            // Only a good reading makes a meter.
            match self.find_by_unit(record, side)? {
                Some((meter, phase)) => self.roles.push(Role { meter, phase, side }),
                None => return Ok(None),
            }
        }
        let filled = found.get(Name::Mark).is_some_and(|field| field.kind() == Json::True);
        Ok(Some(Reading { time, value, factor, style, filled }))
    }

    /// The power factor that a record names; NaN: it names none.
    fn factor(&self, found: &Found<'_, '_>) -> Result<f64> {
        match found.get(Name::Factor).filter(|field| field.kind() != Json::Null) {
            None => Ok(f64::NAN),
            Some(field) => field.number().filter(|factor| (-1.0..=1.0).contains(factor)).ok_or_else(|| {
                let name = self.fields.name(Name::Factor);
                Error::data(Code::Range, format!("the field {name:?} is not a number from -1 to 1"))
            }),
        }
    }

    /// The meter of a reading whose unit says what it is; a new one where it has none yet. `None`: it says no meter.
    fn find_by_unit(&mut self, record: &Record<'_>, side: Side) -> Result<Option<(usize, u8)>> {
        let mut key = std::mem::take(&mut self.key);
        let found = match &mut self.finder {
            Meters::Field { finder, known } => {
                let name = finder.series(record, &mut key);
                match known.get(name) {
                    Some(&meter) => Some(meter),
                    None if name.is_empty() || name == b"null" => None,
                    None if self.meters.len() >= self.max_meters => {
                        let why = format!("more than --max-meters {} meters", self.max_meters);
                        return Err(Error::data(Code::Series, why));
                    }
                    None => {
                        let phases = if self.work.phases { PHASES.len() } else { 1 };
                        let needed = Meter::needed(name, phases);
                        if !self.budget.has_room(needed + self.lines.bytes()) {
                            return Err(Error::data(Code::Memory, self.budget.refusal()));
                        }
                        known.insert(name.into(), self.meters.len());
                        let (name, phases) = (name.to_vec(), self.all_phases());
                        Some(self.add_meter(name, phases))
                    }
                }
            }
            Meters::One(series) => {
                let own = self.work.keys.series(record, &mut key);
                match &series[side as usize] {
                    Some(known) if **known == *own => {}
                    Some(known) => {
                        let (first, this) = (self.work.keys.series_text(known), self.work.keys.series_text(own));
                        let what = if side == Side::Voltage { "voltage" } else { "current" };
                        let why = format!("a second {what}, {this} beside {first}: give --pairs or --meter-field");
                        return Err(Error::data(Code::Series, why));
                    }
                    None => {
                        series[side as usize] = Some(own.into());
                        self.name_the_one();
                    }
                }
                Some(0)
            }
            Meters::Pairs(_) => None,
        };
        self.key = key;
        let Some(meter) = found else { return Ok(None) };
        if !self.work.phases {
            return Ok(Some((meter, 0)));
        }
        let field = record.field(&self.phase_field);
        let phase = field.and_then(|field| match field.text() {
            Some(text) => meters::phase_of(&text),
            None => meters::phase_of(str::from_utf8(field.raw()).ok()?),
        });
        let why = || Error::data(Code::Phase, format!("the field {:?} is not one of L1, L2, L3", self.phase_field));
        Ok(Some((meter, phase.ok_or_else(why)?)))
    }

    /// Without pairs and field there is one meter: it has its name as soon as both its series are known.
    pub(super) fn name_the_one(&mut self) {
        if self.meters.is_empty() {
            self.add_meter(Vec::new(), vec![0]);
        }
        let Meters::One([Some(voltage), Some(current)]) = &self.finder else { return };
        let mut label = Vec::new();
        if voltage == current {
            meters::write_series(&self.work.keys, voltage, &mut label);
        } else {
            label = [&self.label[..], b"\"power\""].concat();
        }
        self.meters[0].label = label;
    }
}

/// The unit that a record names, if it names one; `Err`: none of electricity.
fn unit(found: &Found<'_, '_>) -> Option<Result<Unit, String>> {
    let field = found.get(Name::Unit).filter(|field| field.kind() != Json::Null)?;
    Some(match field.raw() {
        b"\"V\"" => Ok(Unit { quantity: Quantity::Voltage, exponent: 0 }),
        b"\"A\"" => Ok(Unit { quantity: Quantity::Current, exponent: 0 }),
        raw => {
            let unit = field.text().and_then(|text| Unit::parse(&text));
            unit.ok_or_else(|| String::from_utf8_lossy(raw).into_owned())
        }
    })
}

/// The unit of a reading is not that of its side.
fn wrong_unit(field: &str, unit: Option<&Result<Unit, String>>, expected: Option<Side>) -> Error {
    let wanted = match expected {
        Some(Side::Voltage) => "volts",
        Some(Side::Current) => "amperes",
        None => "volts or amperes to show what it measures",
    };
    let found = match unit {
        None => return Error::data(Code::Unit, format!("no field {field:?} with {wanted}")),
        Some(Ok(unit)) => format!("{:?}", unit.quantity.symbol()),
        Some(Err(text)) => text.clone(),
    };
    Error::data(Code::Unit, format!("the unit {found} is not {wanted}"))
}
