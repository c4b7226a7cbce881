//! The registry of series: which devices there are, and what is known of each: its unit and limits, how often it is read, and
//! what kind of quantity it is.
//!
//! Decision: a device is compared as text, so that `7` in a record is the `7` of a CSV file, which has no types.
//! What is doubtful in a registry (a device twice at one time, a minimum above the maximum, a stray quote that swallows
//! lines) ends the command before the first record: a wrong registry would reject or pass a whole stream.
//! Units of electricity are compared as what they are: a record in mV is compared with a range in V.

mod column;
mod meter;
mod objects;
mod place;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::meter::{Kind, Meter, Nature, Rate, Same, Scale};

use self::column::{Cells, Column};
use crate::reading::json::Kind as JsonKind;
use crate::reading::record::Field;
use foldhash::fast::RandomState;
use std::collections::HashMap;

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
        let text = str::from_utf8(bytes).map_err(|e| match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it is UTF-16: save it as UTF-8".to_owned(),
            _ => format!("byte {} is not UTF-8: is it latin1? Save it as UTF-8", e.valid_up_to() + 1),
        })?;
        let mut registry = Registry::default();
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => objects::read(text.as_bytes(), &mut |cells| registry.add_cells(cells))?,
            _ => registry.missing = table::read(text, &mut |cells| registry.add_cells(cells))?,
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

    /// How long the records of each device are kept that has a word on it. The row counts that is valid now; where none
    /// is, the one that was valid last, or will be first.
    pub(crate) fn keeps(&self, now: i64) -> impl Iterator<Item = (&str, i64)> {
        self.meters.iter().filter_map(move |(device, rows)| {
            let begun = rows.iter().filter(|row| row.begin() <= now).max_by_key(|row| row.begin());
            let row = begun.or_else(|| rows.iter().min_by_key(|row| row.begin()))?;
            Some((str::from_utf8(device).ok()?, row.keep?))
        })
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
    fn add_cells(&mut self, cells: &Cells<'_>) -> Result<(), String> {
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
