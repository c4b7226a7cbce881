//! `query --bucket`: one record a series and span of time, made of those that lie in it.
//!
//! Records come in order of time, so one span is open at a time, for all series: what is held is a row a series.

use super::cell::{Cell, Content, Wanted};
use super::series::{FieldList, Give, SeriesList};
use crate::host::budget::Budget;
use crate::reading::aggregate::Agg;
use crate::reading::error::Result;
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::mark::{FILLED, Mark};
use crate::reading::record::Record;
use crate::reading::registry::{Kind as Quantity, Known, Nature, Registry};
use crate::reading::time::{self, Buckets};

pub(super) struct Bucketed {
    keys: Keys,
    /// `{"time":"`
    head: Vec<u8>,
    buckets: Buckets,
    shape: Shape,
    registry: Option<Registry>,
    decimals: Option<u8>,
    /// Carry values into spans without records.
    locf: bool,
    /// The fields of `--value`, which each record has a count of.
    values: Vec<Vec<u8>>,
    /// The open span: where it begins, and where the next one does.
    open: Option<(i64, i64)>,
    rows: SeriesList<Row>,
    budget: Budget,
}

/// What is computed of numbers.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// These; empty: what becomes its kind.
    pub(super) aggs: Vec<Agg>,
}

impl Shape {
    /// That of a series of this kind.
    fn of(&self, nature: Nature) -> &[Agg] {
        match nature.kind {
            _ if !self.aggs.is_empty() => &self.aggs,
            Quantity::Gauge | Quantity::Angle => &[Agg::Mean],
            Quantity::Counter => &[Agg::Increase],
            Quantity::State => &[Agg::Last],
        }
    }

    fn wants(&self, nature: Nature) -> Wanted {
        let is_state = self.aggs.is_empty() && nature.kind == Quantity::State;
        Wanted { increase: self.of(nature).contains(&Agg::Increase), turn: nature.turn, is_state }
    }

    /// A value has its aggregate's name behind its own.
    pub(super) fn is_named(&self) -> bool {
        self.aggs.len() > 1 || self.aggs == [Agg::Count]
    }
}

/// What a series has in the open span; or had in the last one with records.
#[derive(Default)]
struct Row {
    /// How many records it has in the open span; how many values, and how many of them are filled.
    records: u64,
    values: u64,
    filled: u64,
    /// It had a record at all.
    known: bool,
    nature: Nature,
    cells: FieldList<Cell>,
}

impl Bucketed {
    pub(super) fn new(
        keys: Keys,
        buckets: Buckets,
        (shape, registry): (Shape, Option<Registry>),
        decimals: Option<u8>,
        locf: bool,
        budget: Budget,
    ) -> Bucketed {
        let mut head = vec![b'{'];
        json::write_string(keys.time_name(), &mut head);
        head.extend_from_slice(b":\"");
        let values = keys.value_names().iter().map(|name| spelled(name)).collect();
        let rows = SeriesList::default();
        Bucketed { keys, head, buckets, shape, registry, decimals, locf, values, open: None, rows, budget }
    }

    /// Values are carried into spans without records.
    pub(super) fn carries(&self) -> bool {
        self.locf
    }

    /// What was before the first span counts there.
    pub(super) fn looks_back(&self) -> bool {
        self.locf || self.registry.is_some() || self.shape.aggs.contains(&Agg::Increase)
    }

    /// Values are carried from the span of this time on, also if no record is there.
    pub(super) fn begin(&mut self, time: i64) {
        let start = self.buckets.start(time);
        self.open = Some((start, self.buckets.next(start)));
    }

    /// Takes the last record of a series before the first span: its values are carried in.
    pub(super) fn carry(&mut self, record: &Record<'_>) -> Result<()> {
        self.take(record)?;
        self.rows.of(&self.keys, record, &mut self.budget)?.end();
        Ok(())
    }

    /// False: no more are wanted. `Data`: there is no room for a new series or field.
    pub(super) fn add(&mut self, record: &Record<'_>, give: &mut Give<'_>) -> Result<bool> {
        let time = self.keys.time(record)?;
        if self.open.is_none_or(|(_, next)| time >= next) {
            let start = self.buckets.start(time);
            if !self.close(start, give)? {
                return Ok(false);
            }
            self.open = Some((start, self.buckets.next(start)));
        }
        self.take(record)?;
        Ok(true)
    }

    /// What the registry knows of a record's series.
    fn nature(&self, record: &Record<'_>) -> Option<Nature> {
        let registry = self.registry.as_ref()?;
        let device = record.field(self.keys.by().first()?)?;
        match registry.find(&device, self.keys.time(record).ok()) {
            Known::Meter(meter) => Some(meter.nature()),
            Known::Later | Known::No => None,
        }
    }

    fn take(&mut self, record: &Record<'_>) -> Result<()> {
        let nature = self.nature(record);
        let budget = &mut self.budget;
        let row = self.rows.of(&self.keys, record, budget)?;
        row.nature = nature.unwrap_or_default();
        let wanted = self.shape.wants(row.nature);
        if !std::mem::replace(&mut row.known, true) {
            for name in &self.values {
                row.cells.of(name, Cell::counted, budget)?;
            }
        }
        if row.records == 0 {
            row.cells.iter_mut().for_each(Cell::clear);
        }
        row.records += 1;
        row.cells.rewind();
        let (mark, mut any) = (Mark::of(record, FILLED), false);
        let narrow = self.values.is_empty() && self.keys.is_narrow(record);
        for field in record.fields().filter(|field| !self.keys.is_key(field) && field.kind() != Kind::Null) {
            if field.is(FILLED) && matches!(field.kind(), Kind::True | Kind::False | Kind::Array) {
                continue;
            }
            let number = field.number().filter(|_| self.keys.is_value(&field, narrow));
            if number.is_some() {
                row.count_value(mark.has(field.raw_name()));
                any = true;
            }
            row.cells.of(field.raw_name(), Cell::default, budget)?.add(number, field.raw(), wanted, budget)?;
        }
        for (pointer, field) in self.keys.values(record) {
            if let (Some(pointer), Some(number)) = (pointer, field.number()) {
                let cell = row.cells.of(&spelled(pointer), Cell::default, budget)?;
                cell.add(Some(number), field.raw(), wanted, budget)?;
                row.count_value(mark.is_whole());
                any = true;
            }
        }
        if !any {
            row.count_value(mark.is_whole());
        }
        Ok(())
    }

    /// The input has ended: with `until` the spans up to that time are made, too.
    pub(super) fn finish(&mut self, until: Option<i64>, give: &mut Give<'_>) -> Result<()> {
        let end = self.open.map(|(_, next)| until.map_or(next, |until| until.max(next)));
        end.map_or(Ok(true), |end| self.close(end, give)).map(drop)
    }

    /// Gives the open span and, where values are carried, those without records that begin before `end`.
    fn close(&mut self, end: i64, give: &mut Give<'_>) -> Result<bool> {
        let Some((mut start, mut next)) = self.open.take() else { return Ok(true) };
        let mut line = Vec::new();
        loop {
            for (label, row) in self.rows.iter_mut() {
                let seen = row.records > 0;
                if seen || self.locf {
                    line.clear();
                    line.extend_from_slice(&self.head);
                    write(
                        start,
                        label,
                        row,
                        (self.shape.of(row.nature), self.shape.is_named(), self.decimals),
                        !seen,
                        &mut line,
                    );
                    if !give(&line)? {
                        return Ok(false);
                    }
                }
                if seen {
                    row.end();
                }
            }
            start = next;
            if !self.locf || start >= end {
                return Ok(true);
            }
            next = self.buckets.next(start);
        }
    }
}

/// Behind the name of a counter: how often it began again.
const RESETS: &str = "_resets";

/// The name of a field as JSON spells it between the quotes.
pub(super) fn spelled(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    json::write_string(name, &mut text);
    text[1..text.len() - 1].to_vec()
}

impl Row {
    fn count_value(&mut self, is_filled: bool) {
        self.values += 1;
        self.filled += u64::from(is_filled);
    }

    /// The span is over: what is known stays, to be carried.
    fn end(&mut self) {
        let records = std::mem::take(&mut self.records);
        (self.values, self.filled) = (0, 0);
        for Cell { content, .. } in self.cells.iter_mut() {
            if matches!(content, Content::Same(_, times) if *times != records) {
                *content = Content::Differs;
            }
        }
    }
}

/// Appends a record behind `{"time":"`.
fn write(
    start: i64,
    label: &[u8],
    row: &Row,
    (aggs, is_named, decimals): (&[Agg], bool, Option<u8>),
    carried: bool,
    to: &mut Vec<u8>,
) {
    let name = |raw_name: &[u8], agg: Option<Agg>, to: &mut Vec<u8>| {
        to.extend_from_slice(b",\"");
        to.extend_from_slice(raw_name);
        if let Some(agg) = agg {
            to.push(b'_');
            to.extend_from_slice(agg.name().as_bytes());
        }
        to.extend_from_slice(b"\":");
    };
    time::write_rfc3339(start, to);
    to.push(b'"');
    if !label.is_empty() {
        to.push(b',');
        to.extend_from_slice(label);
    }
    for (raw_name, cell) in row.cells.iter() {
        match &cell.content {
            Content::Numbers(numbers) if numbers.count() > 0 => {
                for &agg in aggs {
                    name(raw_name, is_named.then_some(agg), to);
                    match agg {
                        Agg::Count | Agg::Increase if carried => to.push(b'0'),
                        agg => cell.write(numbers, agg, decimals, to),
                    }
                    if agg == Agg::Increase && !carried && cell.resets() > 0 {
                        name(&[raw_name, RESETS.as_bytes()].concat(), None, to);
                        to.extend_from_slice(cell.resets().to_string().as_bytes());
                    }
                }
            }
            Content::Numbers(_) if aggs.contains(&Agg::Count) => {
                name(raw_name, Some(Agg::Count), to);
                to.push(b'0');
            }
            Content::Last(raw) => {
                name(raw_name, None, to);
                to.extend_from_slice(raw);
            }
            // What a record lacks it does not agree to.
            Content::Same(raw, times) if carried || *times == row.records => {
                name(raw_name, None, to);
                to.extend_from_slice(raw);
            }
            _ => {}
        }
    }
    if carried || row.filled > 0 && row.filled == row.values {
        to.extend_from_slice(b",\"filled\":true");
    }
    if !carried && row.filled > 0 {
        to.extend_from_slice(b",\"filled_share\":");
        json::write_f64(row.filled as f64 / row.values as f64, to);
    }
    to.push(b'}');
}

/// The columns of the records, for CSV; `values` have one for each aggregate, and `resets` one more. All others stand behind
/// them.
pub(super) fn columns(keys: &Keys, values: &[String], shape: &Shape, resets: bool, named: &[String]) -> Vec<String> {
    let mut columns = vec![keys.time_name().to_owned()];
    columns.extend(keys.by().iter().cloned());
    for value in values {
        if shape.is_named() {
            columns.extend(shape.aggs.iter().map(|agg| format!("{value}_{}", agg.name())));
        } else {
            columns.push(value.clone());
        }
        columns.extend(resets.then(|| format!("{value}{RESETS}")));
    }
    let is_new = |name: &&String| *name != keys.time_name() && !keys.by().contains(name) && !values.contains(name);
    columns.extend(named.iter().filter(is_new).filter(|name| *name != FILLED).cloned());
    columns.extend([FILLED, "filled_share"].map(str::to_owned));
    columns
}
