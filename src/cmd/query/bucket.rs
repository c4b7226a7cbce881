//! `query --bucket`: one record a series and span of time, made of those that lie in it.
//!
//! Records come in order of time, so one span is open at a time, for all series: what is held is a row a series.

use super::aggregate::{Agg, Aggregate};
use super::series::{Give, SeriesList};
use crate::reading::error::Result;
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time::{self, Buckets};

pub(super) struct Bucketed {
    keys: Keys,
    /// `{"time":"`
    head: Vec<u8>,
    buckets: Buckets,
    aggs: Vec<Agg>,
    /// Carry values into spans without records.
    locf: bool,
    /// The open span: where it begins, and where the next one does.
    open: Option<(i64, i64)>,
    rows: SeriesList<Row>,
}

/// What a series has in the open span; or had in the last one with records.
#[derive(Default)]
struct Row {
    /// It has a record in the open span.
    seen: bool,
    cells: Vec<Cell>,
}

struct Cell {
    raw_name: Vec<u8>,
    content: Content,
}

enum Content {
    Numbers(Aggregate),
    /// Not measured: kept while all records agree.
    Same(Vec<u8>),
    /// They do not.
    Differs,
    /// Nothing in this span.
    Nothing,
}

impl Bucketed {
    pub(super) fn new(keys: Keys, buckets: Buckets, aggs: Vec<Agg>, locf: bool) -> Bucketed {
        let mut head = vec![b'{'];
        json::write_string(keys.time_name(), &mut head);
        head.extend_from_slice(b":\"");
        Bucketed { keys, head, buckets, aggs, locf, open: None, rows: SeriesList::default() }
    }

    /// False: no more are wanted.
    pub(super) fn add(&mut self, record: &Record<'_>, give: &mut Give<'_>) -> Result<bool> {
        let time = self.keys.time(record)?;
        if self.open.is_none_or(|(_, next)| time >= next) {
            let start = self.buckets.start(time);
            if !self.close(start, give)? {
                return Ok(false);
            }
            self.open = Some((start, self.buckets.next(start)));
        }
        let narrow = record.field("value").is_some();
        let row = self.rows.of(&self.keys, record);
        if !std::mem::replace(&mut row.seen, true) {
            row.cells.iter_mut().for_each(Cell::clear);
        }
        for field in record.fields().filter(|field| !self.keys.is_key(field) && field.kind() != Kind::Null) {
            let at = row.cells.iter().position(|cell| cell.raw_name == field.raw_name()).unwrap_or_else(|| {
                row.cells.push(Cell { raw_name: field.raw_name().to_vec(), content: Content::Nothing });
                row.cells.len() - 1
            });
            let number = field.number().filter(|_| self.keys.is_value(&field, narrow));
            row.cells[at].add(number, field.raw());
        }
        Ok(true)
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
                let seen = std::mem::take(&mut row.seen);
                if seen || self.locf {
                    line.clear();
                    line.extend_from_slice(&self.head);
                    write(start, label, row, &self.aggs, !seen, &mut line);
                    if !give(&line)? {
                        return Ok(false);
                    }
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

impl Cell {
    fn clear(&mut self) {
        match &mut self.content {
            Content::Numbers(numbers) => numbers.clear(),
            other => *other = Content::Nothing,
        }
    }

    /// `number`: it is a measured one.
    fn add(&mut self, number: Option<f64>, raw: &[u8]) {
        match (&mut self.content, number) {
            (Content::Numbers(numbers), Some(number)) => numbers.add(number, raw),
            (Content::Numbers(numbers), None) if numbers.count() == 0 => self.content = Content::Same(raw.to_vec()),
            (Content::Nothing, Some(number)) => {
                let mut numbers = Aggregate::default();
                numbers.add(number, raw);
                self.content = Content::Numbers(numbers);
            }
            (Content::Nothing, None) => self.content = Content::Same(raw.to_vec()),
            (Content::Same(same), None) if same == raw => {}
            (Content::Same(_), _) => self.content = Content::Differs,
            (Content::Differs | Content::Numbers(_), _) => {}
        }
    }
}

/// Appends a record behind `{"time":"`.
fn write(start: i64, label: &[u8], row: &Row, aggs: &[Agg], carried: bool, to: &mut Vec<u8>) {
    let name = |cell: &Cell, agg: Option<Agg>, to: &mut Vec<u8>| {
        to.extend_from_slice(b",\"");
        to.extend_from_slice(&cell.raw_name);
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
    for cell in &row.cells {
        match &cell.content {
            Content::Numbers(numbers) if numbers.count() > 0 => {
                for &agg in aggs {
                    name(cell, (aggs.len() > 1 || agg == Agg::Count).then_some(agg), to);
                    match agg {
                        Agg::Count if carried => to.push(b'0'),
                        agg => numbers.write(agg, to),
                    }
                }
            }
            Content::Same(raw) if !(carried && cell.raw_name == b"filled") => {
                name(cell, None, to);
                to.extend_from_slice(raw);
            }
            _ => {}
        }
    }
    if carried {
        to.extend_from_slice(b",\"filled\":true");
    }
    to.push(b'}');
}

/// The columns of the records, for CSV; `values` have one for each of `aggs`. All others stand behind them.
pub(super) fn columns(keys: &Keys, values: &[String], aggs: &[Agg], named: &[String]) -> Vec<String> {
    let mut columns = vec![keys.time_name().to_owned()];
    columns.extend(keys.by().iter().cloned());
    let several = aggs.len() > 1;
    for value in values {
        let name =
            |agg: &Agg| if several || *agg == Agg::Count { format!("{value}_{}", agg.name()) } else { value.clone() };
        columns.extend(aggs.iter().map(name));
    }
    let is_new = |name: &&String| *name != keys.time_name() && !keys.by().contains(name) && !values.contains(name);
    columns.extend(named.iter().filter(is_new).filter(|name| *name != "filled").cloned());
    columns.push("filled".to_owned());
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_measured_is_kept_while_all_agree() {
        let mut cell = Cell { raw_name: b"unit".to_vec(), content: Content::Nothing };
        cell.add(None, b"\"V\"");
        cell.add(None, b"\"V\"");
        assert!(matches!(&cell.content, Content::Same(raw) if raw == b"\"V\""));
        cell.add(None, b"\"A\"");
        cell.add(None, b"\"V\"");
        assert!(matches!(cell.content, Content::Differs));
        cell.clear();
        cell.add(Some(1.0), b"1");
        cell.add(None, b"true");
        assert!(matches!(&cell.content, Content::Numbers(numbers) if numbers.count() == 1));
    }
}
