//! `query --stats`: what there is of each series, in one pass and constant memory. What is measured is the span that was asked
//! for: a series that is silent at its beginning or end is not covered there.

use super::bucket;
use super::series::{FieldList, Give, SeriesList};
use crate::host::budget::Budget;
use crate::reading::aggregate::{Agg, Aggregate};
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::mark::{FILLED, Mark};
use crate::reading::record::Record;
use crate::reading::time;

/// The fields behind the series, in order.
pub(super) const FIELDS: [&str; 10] =
    ["field", "count", "filled", "first", "last", "min", "mean", "max", "gaps", "covered"];

/// Those of them that are times.
pub(super) const TIMES: [&str; 2] = ["first", "last"];

pub(super) struct Stats {
    keys: Keys,
    /// ns
    bin: i64,
    decimals: Option<u8>,
    /// The span that was asked for: ns, the end not in it; else each field's own.
    since: Option<i64>,
    until: Option<i64>,
    series: SeriesList<FieldList<Measured>>,
    budget: Budget,
}

/// A measured field of a series.
#[derive(Default)]
struct Measured {
    numbers: Aggregate,
    filled: u64,
    first: i64,
    last: i64,
    /// Bins with a number, and runs of bins without between them.
    bins: u64,
    gaps: u64,
    /// The most bytes that its numbers may take.
    longest: usize,
}

impl Stats {
    pub(super) fn new(
        keys: Keys,
        bin: i64,
        decimals: Option<u8>,
        since: Option<i64>,
        until: Option<i64>,
        budget: Budget,
    ) -> Stats {
        Stats { keys, bin, decimals, since, until, series: SeriesList::default(), budget }
    }

    /// Takes the last record of a series before the span: its fields are there, also if they are silent since.
    pub(super) fn know(&mut self, record: &Record<'_>) -> Result<()> {
        let fields = self.series.of(&self.keys, record, &mut self.budget)?;
        for (pointer, field) in self.keys.values(record) {
            if field.number().is_some() {
                let name = pointer.map(bucket::spelled);
                fields.of(name.as_deref().unwrap_or(field.raw_name()), Measured::default, &mut self.budget)?;
            }
        }
        Ok(())
    }

    pub(super) fn add(&mut self, record: &Record<'_>) -> Result<()> {
        let time = self.keys.time(record)?;
        let mark = Mark::of(record, FILLED);
        let fields = self.series.of(&self.keys, record, &mut self.budget)?;
        fields.rewind();
        for (pointer, field) in self.keys.values(record) {
            let Some(number) = field.number() else { continue };
            let name = pointer.map(bucket::spelled);
            let name = name.as_deref().unwrap_or(field.raw_name());
            let own = fields.of(name, Measured::default, &mut self.budget)?;
            let bytes = Aggregate::further(field.raw());
            if bytes > own.longest {
                self.budget.resize(own.longest, bytes)?;
                own.longest = bytes;
            }
            if own.numbers.count() == 0 {
                (own.first, own.last, own.bins) = (time, time, 1);
            }
            let bins = time.div_euclid(self.bin).saturating_sub(own.last.div_euclid(self.bin));
            own.bins += u64::from(bins > 0);
            own.gaps += u64::from(bins > 1);
            own.last = time;
            own.filled += u64::from(mark.has(name));
            own.numbers.add(number, field.raw());
        }
        Ok(())
    }

    /// A record a series and field.
    pub(super) fn finish(&self, give: &mut Give<'_>) -> Result<()> {
        let mut line = Vec::new();
        for (label, fields) in self.series.iter() {
            for (name, own) in fields.iter() {
                line.clear();
                self.write(label, name, own, &mut line);
                if !give(&line)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn write(&self, label: &[u8], name: &[u8], own: &Measured, to: &mut Vec<u8>) {
        let member = |name: &str, to: &mut Vec<u8>| to.extend_from_slice(format!(",\"{name}\":").as_bytes());
        to.push(b'{');
        to.extend_from_slice(label);
        if !label.is_empty() {
            to.push(b',');
        }
        to.extend_from_slice(b"\"field\":\"");
        to.extend_from_slice(name);
        to.push(b'"');
        for (name, n) in [("count", own.numbers.count()), ("filled", own.filled)] {
            member(name, to);
            to.extend_from_slice(n.to_string().as_bytes());
        }
        if own.numbers.count() > 0 {
            for (name, time) in [("first", own.first), ("last", own.last)] {
                member(name, to);
                to.push(b'"');
                time::write_rfc3339(time, to);
                to.push(b'"');
            }
            for agg in [Agg::Min, Agg::Mean, Agg::Max] {
                member(agg.name(), to);
                own.numbers.write(agg, self.decimals, to);
            }
        }
        let (gaps, covered) = self.coverage(own);
        member("gaps", to);
        to.extend_from_slice(gaps.to_string().as_bytes());
        member("covered", to);
        json::write_f64(covered, to);
        to.push(b'}');
    }

    /// The runs of bins without a number in the span, and the share of bins with one.
    fn coverage(&self, own: &Measured) -> (u64, f64) {
        let bin = |time: i64| time.div_euclid(self.bin);
        if own.numbers.count() == 0 {
            return (1, 0.0);
        }
        let from = self.since.map_or(bin(own.first), bin);
        let to = self.until.map_or(bin(own.last), |until| bin(until.saturating_sub(1)));
        let outer = u64::from(bin(own.first) > from) + u64::from(bin(own.last) < to);
        let all = to.saturating_sub(from).saturating_add(1).max(1);
        (own.gaps + outer, own.bins as f64 / all as f64)
    }
}
