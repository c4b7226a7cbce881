//! Fields that are missing inside of records: null, or not there. A record with such a hole waits until its series has a value
//! for the field again, or until the hole is longer than a gap may be; so do the records after it, which keeps their order.
//!
//! Decision: a hole is one only between two values. What a series never had is not invented, nor is what a record of
//! another kind (none of the fields) lacks. Values that were filled are not filled from.

use super::fill::Spelling;
use crate::host::budget::{Budget, ENTRY};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::mark::Mark;
use crate::reading::record::{Field, Origin, Record};
use crate::reading::registry::Nature;
use crate::reading::time::Step;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap, VecDeque};

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
    /// The last value of each field, by its name as JSON spells it between its quotes.
    last: BTreeMap<Box<[u8]>, Side>,
    /// By time.
    waiting: VecDeque<Waiting>,
    /// How many of these have an open hole.
    unsettled: usize,
    newest: i64,
    /// Records so far.
    taken: u64,
}

/// A measured value.
struct Side {
    time: i64,
    value: Vec<u8>,
    /// The last record that has the field: which of the series' records it is.
    seen: u64,
}

/// A record that waits.
pub(super) struct Waiting {
    pub(super) time: i64,
    pub(super) line: Vec<u8>,
    pub(super) origin: Origin,
    /// By name.
    holes: Vec<Hole>,
    /// How many of them are open.
    open: usize,
    bytes: usize,
}

/// A field that a record lacks.
struct Hole {
    name: Box<[u8]>,
    state: State,
}

enum State {
    Open,
    Filled(Vec<u8>),
    /// It stays as it is.
    Left,
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
    fn new(time: i64, line: Vec<u8>, origin: Origin, holes: Vec<Hole>, bytes: usize) -> Waiting {
        let open = holes.iter().filter(|hole| matches!(hole.state, State::Open)).count();
        Waiting { time, line, origin, holes, open, bytes }
    }

    /// The names of the fields that were filled, and the values.
    fn filled(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.holes.iter().filter_map(|hole| match &hole.state {
            State::Filled(value) => Some((&hole.name[..], &value[..])),
            State::Open | State::Left => None,
        })
    }

    /// It was changed.
    pub(super) fn is_filled(&self) -> bool {
        self.filled().next().is_some()
    }

    /// How many of its fields were filled.
    pub(super) fn count(&self) -> u64 {
        self.filled().count() as u64
    }

    /// Where its hole of this name is, if it has one.
    fn place(&self, name: &[u8]) -> Option<usize> {
        self.holes.binary_search_by(|hole| (*hole.name).cmp(name)).ok()
    }

    /// The record with what was filled, and with the names of that in its mark.
    pub(super) fn write(&self, mark: &str, to: &mut Vec<u8>) {
        let mut members = Vec::new();
        // It was one when it came.
        let _ = json::members(&self.line, &mut members);
        let (mut there, mut is_marked) = (vec![false; self.holes.len()], false);
        let mut at = 0;
        let mut list = Vec::new();
        for member in &members {
            let place = self.place(member.key(&self.line));
            let old = member.value_range();
            if let Some((place, State::Filled(value))) = place.map(|place| (place, &self.holes[place].state)) {
                there[place] = true;
                to.extend_from_slice(&self.line[at..old.start]);
                to.extend_from_slice(value);
                at = old.end;
            } else if member.key_is(&self.line, mark) {
                // A list of its own goes on in the new one.
                if member.kind() == Kind::Array {
                    list = json::elements(member.value(&self.line)).map(<[u8]>::to_vec).collect();
                }
                to.extend_from_slice(&self.line[at..old.start]);
                self.write_list(&mut list, to);
                (at, is_marked) = (old.end, true);
            }
        }
        let end = self.line.iter().rposition(|&b| b == b'}').unwrap_or(self.line.len());
        to.extend_from_slice(self.line[at..end].trim_ascii_end());
        let mut separator: &[u8] = if members.is_empty() { b"" } else { b"," };
        for (hole, _) in self.holes.iter().zip(&there).filter(|(_, is_there)| !**is_there) {
            let State::Filled(value) = &hole.state else { continue };
            to.extend_from_slice(separator);
            to.push(b'"');
            to.extend_from_slice(&hole.name);
            to.extend_from_slice(b"\":");
            to.extend_from_slice(value);
            separator = b",";
        }
        if !is_marked {
            to.extend_from_slice(separator);
            json::write_string(mark, to);
            to.push(b':');
            self.write_list(&mut list, to);
        }
        to.push(b'}');
    }

    /// Appends the list of names, after those that were there before.
    fn write_list(&self, list: &mut Vec<Vec<u8>>, to: &mut Vec<u8>) {
        list.extend(self.filled().map(|(name, _)| quoted(name)));
        to.push(b'[');
        to.extend_from_slice(&list.join(&b','));
        to.push(b']');
    }
}

fn quoted(name: &[u8]) -> Vec<u8> {
    [b"\"", name, b"\""].concat()
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
        if time <= own.newest {
            return Ok(Verdict::Now);
        }
        own.newest = time;
        own.taken += 1;
        own.give_up(time, limits, budget)?;
        let mark = Mark::of(record, spelling.mark());
        let narrow = keys.is_narrow(record);
        let is_ours = |field: &Field<'_>| match &self.names[..] {
            [] => keys.is_value(field, narrow),
            names => names.iter().any(|name| field.is(name)),
        };
        let mut is_reading = false;
        for field in record.fields() {
            let name = field.raw_name();
            match field.kind() {
                Kind::Null => {}
                _ if mark.has(name) || !is_ours(&field) => {}
                Kind::Number => own.close(&field, time, spelling, limits, budget)?,
                // What is unknown on one side is unknown between.
                _ => own.forget(name, budget)?,
            }
            if let Some(side) = own.last.get_mut(name) {
                is_reading = true;
                side.seen = if field.kind() == Kind::Null { 0 } else { own.taken };
            }
        }
        // A record of another kind has none of these fields; where only some are asked for, any number will do.
        is_reading |= !self.names.is_empty() && record.fields().any(|field| keys.is_value(&field, narrow));
        let holes = if mark.is_whole() || !is_reading { Vec::new() } else { own.holes() };
        let waits = !holes.is_empty() || own.unsettled > 0;
        if waits {
            let bytes =
                record.raw().len() + size_of::<Waiting>() + holes.iter().map(|hole| 2 * hole.name.len()).sum::<usize>();
            budget.take(bytes)?;
            own.wait(Waiting::new(time, record.raw().trim_ascii().to_vec(), record.origin(), holes, bytes));
            self.waiting += 1;
        }
        while own.waiting.front().is_some_and(|first| first.open == 0) {
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
        let mut all: Vec<_> = self.series.iter_mut().collect();
        // In the same order at each run.
        all.sort_unstable_by_key(|(series, _)| *series);
        let waiting = |own: &mut Series| {
            own.unsettled = 0;
            std::mem::take(&mut own.waiting)
        };
        all.into_iter().flat_map(|(_, own)| waiting(own)).collect()
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
            for (name, side) in &own.last {
                to.extend_from_slice(b"[\"last\",\"");
                to.extend_from_slice(name);
                to.extend_from_slice(format!("\",{},", side.time).as_bytes());
                to.extend_from_slice(&side.value);
                to.extend_from_slice(b"]\n");
            }
            for waiting in &own.waiting {
                to.extend_from_slice(format!("[\"waits\",{},[", waiting.time).as_bytes());
                let open = waiting.holes.iter().filter(|hole| matches!(hole.state, State::Open));
                let names: Vec<Vec<u8>> = open.map(|hole| quoted(&hole.name)).collect();
                to.extend_from_slice(&names.join(&b','));
                to.extend_from_slice(b"],{");
                for (n, (name, value)) in waiting.filled().enumerate() {
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
                own.last.insert(name, Side { time, value: value.to_vec(), seen: 0 });
            }
            [b"\"waits\"", time, holes, filled, record] => {
                let own = self.series.get_mut(series).ok_or_else(broken)?;
                let time = number(time).ok_or_else(broken)?;
                let open = json::elements(holes).map(text).collect::<Option<Vec<_>>>().ok_or_else(broken)?;
                let mut members = Vec::new();
                json::members(filled, &mut members).map_err(|_| broken())?;
                let filled = members
                    .iter()
                    .map(|m| Hole { name: m.key(filled).into(), state: State::Filled(m.value(filled).to_vec()) });
                let open = open.into_iter().map(|name| Hole { name, state: State::Open });
                let mut holes: Vec<Hole> = open.chain(filled).collect();
                holes.sort_unstable_by(|one, other| one.name.cmp(&other.name));
                own.wait(Waiting::new(time, record.to_vec(), Origin::default(), holes, line.len() + ENTRY));
                self.waiting += 1;
            }
            _ => return Err(broken()),
        }
        Ok(())
    }
}

impl Side {
    /// What it takes, with its name.
    fn bytes(&self, name: &[u8]) -> usize {
        name.len() + self.value.len() + size_of::<Side>() + ENTRY
    }
}

impl Series {
    /// The fields that the last record should have, and has not, or null.
    fn holes(&self) -> Vec<Hole> {
        let missing = self.last.iter().filter(|(_, side)| side.seen != self.taken);
        missing.map(|(name, _)| Hole { name: name.clone(), state: State::Open }).collect()
    }

    fn wait(&mut self, waiting: Waiting) {
        self.unsettled += usize::from(waiting.open > 0);
        self.waiting.push_back(waiting);
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
        let Some(side) = self.last.get_mut(name) else {
            let side = Side { time, value: field.raw().to_vec(), seen: 0 };
            budget.take(side.bytes(name))?;
            self.last.insert(name.into(), side);
            return Ok(());
        };
        budget.resize(side.value.len(), field.raw().len())?;
        let (since, before) = (side.time, Field::alone(&side.value));
        each_hole(&mut self.waiting, &mut self.unsettled, name, since, |at| {
            let share = (at - since) as f64 / (time - since) as f64;
            let mut value = Vec::new();
            if spelling.number(&before, field, share, limits.nature, &mut value) {
                budget.force(value.len());
                State::Filled(value)
            } else {
                State::Left
            }
        });
        side.time = time;
        side.value.clear();
        side.value.extend_from_slice(field.raw());
        Ok(())
    }

    /// Holes that are too long stay open.
    fn give_up(&mut self, time: i64, limits: Limits<'_>, budget: &mut Budget) -> Result<()> {
        let mut freed = 0;
        let Series { last, waiting, unsettled, .. } = self;
        last.retain(|name, side| {
            let stays = limits.step.length(side.time, time) <= limits.max_gap;
            if !stays {
                each_hole(waiting, unsettled, name, side.time, |_| State::Left);
                freed += side.bytes(name);
            }
            stays
        });
        budget.resize(freed, 0)
    }

    /// Nothing is known of this field.
    fn forget(&mut self, name: &[u8], budget: &mut Budget) -> Result<()> {
        let Some(side) = self.last.remove(name) else { return Ok(()) };
        each_hole(&mut self.waiting, &mut self.unsettled, name, side.time, |_| State::Left);
        budget.resize(side.bytes(name), 0)
    }
}

/// Settles the open holes of this name. Only records after the last value have one.
fn each_hole(
    waiting: &mut VecDeque<Waiting>,
    unsettled: &mut usize,
    name: &[u8],
    since: i64,
    mut settle: impl FnMut(i64) -> State,
) {
    let from = waiting.partition_point(|waiting| waiting.time <= since);
    for waiting in waiting.range_mut(from..) {
        let Some(place) = waiting.place(name).filter(|place| matches!(waiting.holes[*place].state, State::Open)) else {
            continue;
        };
        let state = settle(waiting.time);
        if let State::Filled(value) = &state {
            waiting.bytes += value.len();
        }
        waiting.holes[place].state = state;
        waiting.open -= 1;
        *unsettled -= usize::from(waiting.open == 0);
    }
}
