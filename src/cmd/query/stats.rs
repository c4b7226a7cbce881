//! `query --stats`: what there is of each series, in one pass and constant memory.

use super::aggregate::{Agg, Aggregate};
use super::series::{Give, SeriesList};
use crate::reading::error::Result;
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time;

/// The fields behind the series, in order.
pub(super) const FIELDS: [&str; 10] =
    ["field", "count", "filled", "first", "last", "min", "mean", "max", "gaps", "covered"];

pub(super) struct Stats {
    keys: Keys,
    /// ns
    bin: i64,
    series: SeriesList<Vec<Measured>>,
}

/// A measured field of a series.
struct Measured {
    raw_name: Vec<u8>,
    numbers: Aggregate,
    filled: u64,
    first: i64,
    last: i64,
    /// Bins with a number, and runs of bins without between them.
    bins: u64,
    gaps: u64,
}

impl Stats {
    pub(super) fn new(keys: Keys, bin: i64) -> Stats {
        Stats { keys, bin, series: SeriesList::default() }
    }

    pub(super) fn add(&mut self, record: &Record<'_>) -> Result<()> {
        let time = self.keys.time(record)?;
        let filled = record.field("filled").is_some_and(|field| field.kind() == Kind::True);
        let narrow = record.field("value").is_some();
        let fields = self.series.of(&self.keys, record);
        for field in record.fields().filter(|field| self.keys.is_value(field, narrow)) {
            let Some(number) = field.number() else { continue };
            let known = fields.iter().position(|own| own.raw_name == field.raw_name());
            let at = known.unwrap_or_else(|| {
                fields.push(Measured {
                    raw_name: field.raw_name().to_vec(),
                    numbers: Aggregate::default(),
                    filled: 0,
                    first: time,
                    last: time,
                    bins: 1,
                    gaps: 0,
                });
                fields.len() - 1
            });
            let own = &mut fields[at];
            let bins = time.div_euclid(self.bin).saturating_sub(own.last.div_euclid(self.bin));
            own.bins += u64::from(bins > 0);
            own.gaps += u64::from(bins > 1);
            own.last = time;
            own.filled += u64::from(filled);
            own.numbers.add(number, field.raw());
        }
        Ok(())
    }

    /// A record a series and field.
    pub(super) fn finish(&self, give: &mut Give<'_>) -> Result<()> {
        let mut line = Vec::new();
        for (label, fields) in self.series.iter() {
            for own in fields {
                line.clear();
                self.write(label, own, &mut line);
                if !give(&line)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn write(&self, label: &[u8], own: &Measured, to: &mut Vec<u8>) {
        let member = |name: &str, to: &mut Vec<u8>| to.extend_from_slice(format!(",\"{name}\":").as_bytes());
        to.push(b'{');
        to.extend_from_slice(label);
        if !label.is_empty() {
            to.push(b',');
        }
        to.extend_from_slice(b"\"field\":\"");
        to.extend_from_slice(&own.raw_name);
        to.push(b'"');
        for (name, n) in [("count", own.numbers.count()), ("filled", own.filled)] {
            member(name, to);
            to.extend_from_slice(n.to_string().as_bytes());
        }
        for (name, time) in [("first", own.first), ("last", own.last)] {
            member(name, to);
            to.push(b'"');
            time::write_rfc3339(time, to);
            to.push(b'"');
        }
        for agg in [Agg::Min, Agg::Mean, Agg::Max] {
            member(agg.name(), to);
            own.numbers.write(agg, to);
        }
        member("gaps", to);
        to.extend_from_slice(own.gaps.to_string().as_bytes());
        member("covered", to);
        let all = own.last.div_euclid(self.bin) - own.first.div_euclid(self.bin) + 1;
        json::write_f64(own.bins as f64 / all as f64, to);
        to.push(b'}');
    }
}
