//! Fields that are missing inside of records: null, or not there. A record with such a hole waits until its series has a value
//! for the field again, or until the hole is longer than a gap may be; so do the records after it, which keeps their order.
//!
//! Decision: a hole is one only between two values. What a series never had is not invented, nor is what a record of
//! another kind (none of the fields) lacks. Values that were filled are not filled from.

use super::fill::{Nature, Spelling};
use crate::host::budget::{Budget, ENTRY};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};
use crate::reading::key::Keys;
use crate::reading::mark::Mark;
use crate::reading::record::{Field, Origin, Record};
use crate::reading::time::Step;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// See the top of this file.
pub(super) struct Holes {
    /// Only these; else every number that the series has.
    names: Vec<String>,
    series: HashMap<Box<[u8]>, Series, RandomState>,
    waiting: u64,
    ready: Vec<Waiting>,
}

#[derive(Default)]
struct Series {
    /// The last value of each field.
    last: Vec<Side>,
    waiting: VecDeque<Waiting>,
    newest: i64,
}

/// A measured value.
struct Side {
    /// As JSON spells it, between its quotes.
    name: Box<[u8]>,
    time: i64,
    value: Vec<u8>,
}

/// A record that waits.
pub(super) struct Waiting {
    pub(super) time: i64,
    pub(super) line: Vec<u8>,
    pub(super) origin: Origin,
    /// The names of the fields that it lacks still.
    holes: Vec<Box<[u8]>>,
    /// The names of those that were filled, and the values.
    filled: Vec<(Box<[u8]>, Vec<u8>)>,
    bytes: usize,
}

/// What holds for the series at hand.
#[derive(Clone, Copy)]
pub(super) struct Limits<'s> {
    pub(super) step: &'s Step,
    pub(super) max_gap: i64,
    pub(super) nature: Nature,
}

/// What becomes of a record.
pub(super) enum Verdict {
    /// It is whole, or too late to wait for: it goes on.
    Now,
    Waits,
}

impl Waiting {
    /// It was changed.
    pub(super) fn is_filled(&self) -> bool {
        !self.filled.is_empty()
    }

    /// How many of its fields were filled.
    pub(super) fn count(&self) -> u64 {
        self.filled.len() as u64
    }

    /// The record with what was filled, and with the names of that in its mark.
    pub(super) fn write(&self, mark: &str, to: &mut Vec<u8>) {
        let mut members = Vec::new();
        // It was one when it came.
        let _ = json::members(&self.line, &mut members);
        let named = |member: &Member| self.filled.iter().find(|(name, _)| **name == *member.key(&self.line));
        let mut at = 0;
        let mut list = Vec::new();
        for member in &members {
            if let Some((_, value)) = named(member) {
                let old = member.value_range();
                to.extend_from_slice(&self.line[at..old.start]);
                to.extend_from_slice(value);
                at = old.end;
            } else if member.key_is(&self.line, mark) {
                // A list of its own goes on in the new one; it is left out here, with the comma before or after it.
                let old = member.value_range();
                if member.kind() == Kind::Array {
                    list = json::elements(member.value(&self.line)).map(<[u8]>::to_vec).collect();
                }
                to.extend_from_slice(&self.line[at..old.start]);
                write_list(&mut list, &self.filled, to);
                at = old.end;
            }
        }
        let is_there = |name: &[u8]| members.iter().any(|member| member.key(&self.line) == name);
        let end = self.line.iter().rposition(|&b| b == b'}').unwrap_or(self.line.len());
        to.extend_from_slice(self.line[at..end].trim_ascii_end());
        let mut separator: &[u8] = if members.is_empty() { b"" } else { b"," };
        for (name, value) in self.filled.iter().filter(|(name, _)| !is_there(name)) {
            to.extend_from_slice(separator);
            to.push(b'"');
            to.extend_from_slice(name);
            to.extend_from_slice(b"\":");
            to.extend_from_slice(value);
            separator = b",";
        }
        if !members.iter().any(|member| member.key_is(&self.line, mark)) {
            to.extend_from_slice(separator);
            json::write_string(mark, to);
            to.push(b':');
            write_list(&mut list, &self.filled, to);
        }
        to.push(b'}');
    }
}

/// Appends the list of names, with those that were there before.
fn write_list(list: &mut Vec<Vec<u8>>, filled: &[(Box<[u8]>, Vec<u8>)], to: &mut Vec<u8>) {
    list.extend(filled.iter().map(|(name, _)| [b"\"", &name[..], b"\""].concat()));
    to.push(b'[');
    to.extend_from_slice(&list.join(&b','));
    to.push(b']');
}

impl Holes {
    /// Of these fields; of none: of every number.
    pub(super) fn new(names: Vec<String>) -> Holes {
        Holes { names, series: HashMap::default(), waiting: 0, ready: Vec::new() }
    }

    /// How many records wait.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Takes a record. What waited for it, or need not wait any more, is [`Holes::ready`] then: it goes on before the
    /// record does.
    pub(super) fn take(
        &mut self,
        record: &Record<'_>,
        time: i64,
        series: &[u8],
        (keys, spelling): (&Keys, &Spelling),
        limits: Limits<'_>,
        budget: &mut Budget,
    ) -> Result<Verdict> {
        if !self.series.contains_key(series) {
            budget.take(series.len() + size_of::<Series>() + ENTRY)?;
            self.series.insert(series.into(), Series { newest: i64::MIN, ..Series::default() });
        }
        let own = self.series.get_mut(series).ok_or_else(|| Error::new(Code::Bug, "a series is missing"))?;
        let mark = Mark::of(record, spelling.mark());
        if time <= own.newest {
            return Ok(Verdict::Now);
        }
        own.newest = time;
        own.give_up(time, limits);
        let narrow = record.field("value").is_some();
        let is_ours = |field: &Field<'_>| match &self.names[..] {
            [] => keys.is_value(field, narrow),
            names => names.iter().any(|name| field.is(name)),
        };
        for field in record.fields().filter(|field| !mark.has(field.raw_name()) && is_ours(field)) {
            match field.kind() {
                Kind::Null => {}
                Kind::Number => own.close(&field, time, spelling, limits, budget)?,
                // What is unknown on one side is unknown between.
                _ => own.forget(field.raw_name()),
            }
        }
        let known = |field: &Field<'_>| own.last.iter().any(|side| *side.name == *field.raw_name());
        // A record of another kind has none of these fields; where only some are asked for, any number will do.
        let is_value = |field: &Field<'_>| !self.names.is_empty() && keys.is_value(field, narrow);
        let is_reading = record.fields().any(|field| known(&field) || is_value(&field));
        let holes = match !mark.is_whole() && is_reading {
            false => Vec::new(),
            true => own.holes_of(record),
        };
        let waits = !holes.is_empty() || own.waiting.iter().any(|waiting| !waiting.holes.is_empty());
        if waits {
            let bytes =
                record.raw().len() + size_of::<Waiting>() + holes.iter().map(|name| 2 * name.len()).sum::<usize>();
            budget.take(bytes)?;
            let (line, origin) = (record.raw().trim_ascii().to_vec(), record.origin());
            own.waiting.push_back(Waiting { time, line, origin, holes, filled: Vec::new(), bytes });
            self.waiting += 1;
        }
        while own.waiting.front().is_some_and(|first| first.holes.is_empty()) {
            let Some(gone) = own.waiting.pop_front() else { break };
            self.waiting -= 1;
            budget.resize(gone.bytes, 0)?;
            self.ready.push(gone);
        }
        Ok(if waits { Verdict::Waits } else { Verdict::Now })
    }

    /// What need not wait any more, in its order.
    pub(super) fn ready(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.ready)
    }

    /// All that waits, each series in its order: nothing comes any more.
    pub(super) fn release(&mut self) -> Vec<Waiting> {
        self.waiting = 0;
        self.series.values_mut().flat_map(|series| std::mem::take(&mut series.waiting)).collect()
    }

    /// Appends what it remembers: the last values of each series, then its records that wait, each a line.
    pub(super) fn save(&self, to: &mut Vec<u8>) {
        for (series, own) in &self.series {
            let name = String::from_utf8_lossy(series);
            let mut begin = |what: &[u8]| {
                to.extend_from_slice(what);
                json::write_string(&name, to);
            };
            begin(b"[\"series\",");
            to.extend_from_slice(format!(",{}]\n", own.newest).as_bytes());
            for side in &own.last {
                to.extend_from_slice(b"[\"last\",\"");
                to.extend_from_slice(&side.name);
                to.extend_from_slice(format!("\",{},", side.time).as_bytes());
                to.extend_from_slice(&side.value);
                to.extend_from_slice(b"]\n");
            }
            for waiting in &own.waiting {
                to.extend_from_slice(format!("[\"waits\",{},[", waiting.time).as_bytes());
                let names: Vec<Vec<u8>> = waiting.holes.iter().map(|name| [b"\"", &name[..], b"\""].concat()).collect();
                to.extend_from_slice(&names.join(&b','));
                to.extend_from_slice(b"],{");
                for (n, (name, value)) in waiting.filled.iter().enumerate() {
                    to.extend_from_slice(if n == 0 { b"\"" } else { b",\"" });
                    to.extend_from_slice(name);
                    to.extend_from_slice(b"\":");
                    to.extend_from_slice(value);
                }
                to.extend_from_slice(b"},");
                to.extend_from_slice(&waiting.line);
                to.extend_from_slice(b"]\n");
            }
        }
    }

    /// Takes a line of [`Holes::save`]; `series` is that of the lines before it.
    pub(super) fn restore(&mut self, line: &[u8], series: &mut Box<[u8]>, budget: &mut Budget) -> Result<()> {
        let broken = || Error::new(Code::Io, "read a remembered record: it is not of this version");
        let parts: Vec<&[u8]> = json::elements(line).collect();
        let text = |part: &[u8]| part.get(1..part.len() - 1).map(Box::<[u8]>::from);
        let number = |part: &[u8]| str::from_utf8(part).ok().and_then(|text| text.parse::<i64>().ok());
        budget.force(line.len() + ENTRY);
        match &parts[..] {
            [b"\"series\"", name, newest] => {
                *series = Field::alone(name).text().ok_or_else(broken)?.as_bytes().into();
                let newest = number(newest).ok_or_else(broken)?;
                self.series.insert(series.clone(), Series { newest, ..Series::default() });
            }
            [b"\"last\"", name, time, value] => {
                let own = self.series.get_mut(series).ok_or_else(broken)?;
                let (name, time) = (text(name).ok_or_else(broken)?, number(time).ok_or_else(broken)?);
                own.last.push(Side { name, time, value: value.to_vec() });
            }
            [b"\"waits\"", time, holes, filled, record] => {
                let own = self.series.get_mut(series).ok_or_else(broken)?;
                let time = number(time).ok_or_else(broken)?;
                let holes = json::elements(holes).map(text).collect::<Option<_>>().ok_or_else(broken)?;
                let mut members = Vec::new();
                json::members(filled, &mut members).map_err(|_| broken())?;
                let filled = members.iter().map(|m| (m.key(filled).into(), m.value(filled).to_vec())).collect();
                let (line, bytes) = (record.to_vec(), line.len() + ENTRY);
                own.waiting.push_back(Waiting { time, line, origin: Origin::default(), holes, filled, bytes });
                self.waiting += 1;
            }
            _ => return Err(broken()),
        }
        Ok(())
    }
}

impl Series {
    /// The fields that the record should have, and has not, or null.
    fn holes_of(&self, record: &Record<'_>) -> Vec<Box<[u8]>> {
        let is_there = |side: &Side| {
            let mut fields = record.fields().filter(|field| field.raw_name() == &side.name[..]);
            fields.next_back().is_some_and(|field| field.kind() != Kind::Null)
        };
        self.last.iter().filter(|side| !is_there(side)).map(|side| side.name.clone()).collect()
    }

    /// A value came: what lacks it between this one and the last is filled.
    fn close(
        &mut self,
        field: &Field<'_>,
        time: i64,
        spelling: &Spelling,
        limits: Limits<'_>,
        budget: &mut Budget,
    ) -> Result<()> {
        let name = field.raw_name();
        let Some(side) = self.last.iter_mut().find(|side| *side.name == *name) else {
            budget.take(name.len() + field.raw().len() + size_of::<Side>())?;
            self.last.push(Side { name: name.into(), time, value: field.raw().to_vec() });
            return Ok(());
        };
        let before = Field::alone(&side.value);
        for waiting in &mut self.waiting {
            let Some(at) = waiting.holes.iter().position(|hole| **hole == *name) else { continue };
            let hole = waiting.holes.swap_remove(at);
            let share = (waiting.time - side.time) as f64 / (time - side.time) as f64;
            let mut value = Vec::new();
            if spelling.number(&before, field, share, limits.nature, &mut value) {
                budget.force(value.len());
                waiting.bytes += value.len();
                waiting.filled.push((hole, value));
            }
        }
        side.time = time;
        side.value.clear();
        side.value.extend_from_slice(field.raw());
        Ok(())
    }

    /// Holes that are too long stay open.
    fn give_up(&mut self, time: i64, limits: Limits<'_>) {
        let waiting = &mut self.waiting;
        self.last.retain(|side| {
            let stays = limits.step.length(side.time, time) <= limits.max_gap;
            if !stays {
                waiting.iter_mut().for_each(|waiting| waiting.holes.retain(|hole| *hole != side.name));
            }
            stays
        });
    }

    /// Nothing is known of this field.
    fn forget(&mut self, name: &[u8]) {
        self.last.retain(|side| *side.name != *name);
        self.waiting.iter_mut().for_each(|waiting| waiting.holes.retain(|hole| **hole != *name));
    }
}
