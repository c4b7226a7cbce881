//! Which record belongs to which line, and which lines to which panel.

use crate::draw::curve::{Curves, Reading};
use crate::draw::{Line, Panel, Picture};
use crate::host::budget::{Budget, ENTRY};
use crate::host::diag;
use crate::host::options::KeyArgs;
use crate::reading::error::{Code, Error, Result};
use crate::reading::hint;
use crate::reading::json::Kind;
use crate::reading::key::Keys;
use crate::reading::mark::Mark;
use crate::reading::record::{Field, Record};
use crate::reading::time;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The field of a record with one value that says in what that is measured.
const UNIT: &str = "unit";

/// Which lines share a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Panels {
    Unit,
    Field,
    Series,
    One,
}

/// What the flags say of the lines.
pub(super) struct Settings {
    /// The field that marks a filled record.
    pub(super) mark: String,
    /// `UNIT` or `FIELD=UNIT`.
    pub(super) units: Vec<String>,
    pub(super) panels: Panels,
    /// Longer is a gap, in ns; `None`: what is unusual for the line.
    pub(super) gap: Option<i64>,
    /// Only so long before the newest, in ns.
    pub(super) last: Option<i64>,
    /// Columns a line.
    pub(super) columns: usize,
    /// Lines.
    pub(super) most: usize,
    /// Bytes, for the lines.
    pub(super) memory: u64,
}

/// All lines, by series, field and unit.
pub(super) struct Lines {
    keys: Keys,
    /// The fields of `--value`.
    values: Vec<String>,
    settings: Settings,
    curves: Curves,
    /// For the names; the curves take what they leave.
    budget: Budget,
    names: Vec<Name>,
    /// Series, field and unit, and the line's number.
    found: HashMap<Box<[u8]>, usize, RandomState>,
    /// Buffers for the record at hand.
    series: Vec<u8>,
    key: Vec<u8>,
    undrawn: u64,
}

struct Name {
    series: String,
    field: String,
    unit: String,
}

/// What all values of a record have in common.
#[derive(Clone, Copy)]
struct Of<'r> {
    record: &'r Record<'r>,
    series: &'r [u8],
    unit: Option<&'r Field<'r>>,
    time: i64,
    mark: &'r Mark<'r>,
}

impl Lines {
    pub(super) fn new(keys: &KeyArgs, settings: Settings) -> Lines {
        Lines {
            values: keys.value.clone(),
            keys: keys.keys(),
            curves: Curves::new(settings.columns, settings.last),
            budget: Budget::new(settings.memory),
            settings,
            names: Vec::new(),
            found: HashMap::default(),
            series: Vec::new(),
            key: Vec::new(),
            undrawn: 0,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.names.len() as u64
    }

    /// Readings of further lines than are drawn.
    pub(super) fn undrawn(&self) -> u64 {
        self.undrawn
    }

    /// Takes the readings of a record: whether one of them is drawn. `Data`: it has no time, or a value that is not a
    /// number.
    pub(super) fn add(&mut self, record: &Record<'_>) -> Result<bool> {
        let time = self.keys.time(record)?;
        let mark = Mark::of(record, &self.settings.mark);
        let mut series = std::mem::take(&mut self.series);
        let result = self.add_values(record, time, &mark, &mut series);
        self.series = series;
        result
    }

    fn add_values(&mut self, record: &Record<'_>, time: i64, mark: &Mark<'_>, buffer: &mut Vec<u8>) -> Result<bool> {
        let narrow = record.field("value").filter(|_| self.values.is_empty());
        let one = narrow.is_some() || self.values.len() == 1;
        let unit = if one { record.field(UNIT).filter(|unit| unit.kind() == Kind::String) } else { None };
        let of = Of { record, series: self.keys.series(record, buffer), unit: unit.as_ref(), time, mark };
        if let Some(field) = narrow {
            return self.add_value(of, &field, None);
        }
        let mut drawn = false;
        if !self.values.is_empty() {
            for i in 0..self.values.len() {
                if let Some(field) = record.value(&self.values[i]) {
                    drawn |= self.add_value(of, &field, Some(i))?;
                }
            }
            return Ok(drawn);
        }
        let mut any = false;
        for field in record.fields() {
            let is_value = matches!(field.kind(), Kind::Number | Kind::Null) && !self.keys.is_key(&field);
            if is_value && !field.is(&self.settings.mark) {
                any = true;
                drawn |= self.add_value(Of { unit: None, ..of }, &field, None)?;
            }
        }
        if any { Ok(drawn) } else { Err(Error::data(Code::Value, "it has no number to draw")) }
    }

    /// `named`: which name of `--value` it has, if one.
    fn add_value(&mut self, of: Of<'_>, field: &Field<'_>, named: Option<usize>) -> Result<bool> {
        let Of { record, series, unit, time, mark } = of;
        let value = match field.kind() {
            Kind::Null => None,
            _ => match field.number().filter(|value| value.abs() <= f64::MAX / 4.0) {
                Some(value) => Some(value),
                None => {
                    let found = String::from_utf8_lossy(field.raw()).into_owned();
                    let name = named.map_or_else(|| field.name(), |at| (&self.values[at][..]).into());
                    return Err(Error::data(
                        Code::Type,
                        format!("{name} {found} is not a number{}", hint::decimal(&found)),
                    ));
                }
            },
        };
        self.key.clear();
        let name = named.map_or_else(|| field.raw_name(), |at| self.values[at].as_bytes());
        for part in [series, name, unit.map_or(b"", |unit| unit.raw())] {
            self.key.extend_from_slice(part);
            // Never part of a JSON text.
            self.key.push(0);
        }
        let line = match (self.found.get(&self.key[..]), value) {
            (Some(&line), _) => line,
            // It is not known yet whether this is a number at all.
            (None, None) => return Ok(true),
            (None, Some(_)) if self.names.len() >= self.settings.most => {
                self.tell_undrawn(record, series);
                return Ok(false);
            }
            (None, Some(_)) => {
                let field = named.map_or_else(|| field.name().into_owned(), |at| self.values[at].clone());
                let own = unit.and_then(Field::text).map(|unit| unit.into_owned());
                let unit = own.unwrap_or_else(|| self.unit_of(&field).to_owned());
                let name = Name { series: self.keys.series_text(series), field, unit };
                // The name is there twice more in the picture, as its text and as the picture's bytes.
                let names = self.key.len() + 3 * (name.series.len() + name.field.len() + name.unit.len());
                self.budget.take(names + size_of::<Name>() + ENTRY + Curves::LEAST)?;
                self.names.push(name);
                let line = self.curves.add();
                self.found.insert(Box::from(&self.key[..]), line);
                line
            }
        };
        match value {
            Some(value) => {
                let filled = mark.has(field.raw_name());
                self.curves.put(line, Reading { time, value }, filled);
                self.curves.fit(self.budget.left() + self.names.len() * Curves::LEAST);
            }
            None => self.curves.cut(line, time),
        }
        Ok(true)
    }

    fn tell_undrawn(&mut self, record: &Record<'_>, series: &[u8]) {
        if self.undrawn == 0 {
            let name = self.keys.series_text(series);
            let (line, most) = (record.origin().line, self.settings.most);
            let what =
                format_args!("more lines than --max-series {most}: {name} of line {line} and others are not drawn");
            diag::warn(Code::NotDrawn, what);
        }
        self.undrawn += 1;
    }

    /// What `--unit` says of a field.
    fn unit_of(&self, field: &str) -> &str {
        let units = || self.settings.units.iter().map(|unit| unit.split_once('=').unwrap_or(("", unit)));
        let of = |name: &str| units().find(|(of, _)| *of == name).map(|(_, unit)| unit);
        of(field).or_else(|| of("")).unwrap_or("")
    }

    /// What is to be seen now.
    pub(super) fn picture<'p>(&'p mut self, title: Option<&'p str>, zone: &'p time::TimeZone) -> Picture<'p> {
        let range = self.curves.range();
        let this: &'p Lines = self;
        let mut panels: Vec<Vec<usize>> = Vec::new();
        let mut places: HashMap<String, usize, RandomState> = HashMap::default();
        for (line, name) in this.names.iter().enumerate() {
            let place = *places.entry(this.panel_key(name)).or_insert(panels.len());
            if place == panels.len() {
                panels.push(Vec::new());
            }
            panels[place].push(line);
        }
        let several = this.names.iter().any(|name| name.series != this.names[0].series);
        let mut labels: HashMap<String, usize, RandomState> = HashMap::default();
        let panels = panels.into_iter().map(|lines| this.panel(&lines, several, &mut labels));
        let panels = panels.filter(|panel| !panel.lines.is_empty()).collect();
        let subtitle = this.names.first().filter(|_| !several).map(|name| &*name.series);
        Picture { title, subtitle, panels, range, zone }
    }

    fn panel_key(&self, name: &Name) -> String {
        match self.settings.panels {
            Panels::Unit if name.unit.is_empty() => format!("field {}", name.field),
            Panels::Unit => format!("unit {}", name.unit),
            Panels::Field => format!("{}\n{}", name.field, name.unit),
            Panels::Series => name.series.clone(),
            Panels::One => String::new(),
        }
    }

    fn panel<'p>(
        &'p self,
        lines: &[usize],
        several: bool,
        labels: &mut HashMap<String, usize, RandomState>,
    ) -> Panel<'p> {
        let names = || lines.iter().map(|&line| &self.names[line]);
        let first = &self.names[lines[0]];
        let fields = names().any(|name| name.field != first.field);
        let units = names().any(|name| name.unit != first.unit);
        let by_series = self.settings.panels == Panels::Series && several;
        let mut panel = Panel::default();
        if by_series {
            panel.name.clone_from(&first.series);
        } else if !fields && (first.field != "value" || (!units && first.unit.is_empty())) {
            panel.name.clone_from(&first.field);
        }
        if !units {
            panel.unit.clone_from(&first.unit);
        }
        for &line in lines {
            let Name { series, field, unit } = &self.names[line];
            let series = if series.is_empty() { "no name" } else { series };
            let parts = [(several && !by_series, series), (fields, field), (units, unit)];
            let parts: Vec<&str> = parts.into_iter().filter_map(|(has, part)| has.then_some(part)).collect();
            let label = parts.join(" ");
            let next = labels.len();
            let colour = *labels.entry(label.clone()).or_insert(next);
            if let Some(curve) = self.curves.get(line).filter(|curve| !curve.is_empty()) {
                let gap = self.settings.gap.unwrap_or_else(|| curve.gap());
                panel.lines.push(Line { curve, label, colour, gap });
            }
        }
        panel
    }
}
