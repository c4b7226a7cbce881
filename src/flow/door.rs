//! The door: where times come in that are spelled in another way than RFC 3339 with an offset, they are read, once. After
//! it nobody needs a zone or a format again.
//!
//! It stands before the stage that has the flags, as a filter of its own: which of two equal local times is meant depends
//! on the series' times before it, and that is remembered as filters remember. What cannot be read passes: the stage says
//! what is wrong with it.

use crate::flow::fate::Fate;
use crate::flow::stage::{Filter, Output};
use crate::host::budget::{Budget, ENTRY};
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::key::{Keys, TimeStyle};
use crate::reading::record::Record;
use crate::reading::time::{Fold, Moment, Night};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::HashMap;

/// What series remember of the night in which the clocks were put back takes at most this many bytes.
const MOST: u64 = 64 << 20;

/// Reads local times, and remembers what each series has shown when they came twice.
pub(crate) struct Door {
    keys: Keys,
    nights: HashMap<Box<[u8]>, Night>,
    /// For the names and what belongs to them.
    budget: Budget,
    /// It was said that times come twice.
    is_reported: bool,
    /// It was not said yet that a number gives a time that is in doubt. Only the user's own unit is doubted: seconds without
    /// it are what `time` means.
    doubts: bool,
    buffer: Vec<u8>,
}

impl Door {
    pub(crate) fn new(keys: Keys) -> Door {
        let doubts = keys.spelling().unit_given;
        Door { keys, nights: HashMap::new(), budget: Budget::new(MOST), is_reported: false, doubts, buffer: Vec::new() }
    }

    /// The time of a record, ns since 1970 UTC, if it is spelled in another way than RFC 3339 with its offset. `None`: it is
    /// not, or it cannot be read.
    pub(crate) fn time(&mut self, record: &Record<'_>) -> Option<i64> {
        if self.doubts
            && let Some(doubt) = self.keys.doubt(record)
        {
            self.doubts = false;
            diag::warn(Code::OldTime, format_args!("{}: {doubt}", self.keys.time_name()));
        }
        match self.keys.moment(record)? {
            Moment::Plain(_) => None,
            Moment::Local(time) => Some(time),
            Moment::Twice { first, second } => match self.keys.spelling().fold {
                Fold::Infer => Some(self.infer(record, first, second)),
                _ => self.keys.time(record).ok(),
            },
        }
    }

    fn infer(&mut self, record: &Record<'_>, first: i64, second: i64) -> i64 {
        let mut buffer = std::mem::take(&mut self.buffer);
        let series = self.keys.series(record, &mut buffer);
        let before = self.nights.get(series).copied();
        let (time, night) = Night::resolve(before, first, second);
        if before.is_none() {
            self.make_room(series.len(), first, second - first);
        }
        match self.nights.get_mut(series) {
            Some(known) => *known = night,
            None => drop(self.nights.insert(Box::from(series), night)),
        }
        self.buffer = buffer;
        if !std::mem::replace(&mut self.is_reported, true) {
            let what =
                "local times come twice where the clocks were put back: each series is read in its order (--fold)";
            diag::warn(Code::ClocksBack, what);
        }
        time
    }

    /// Another series: nights before this one are forgotten when there are too many.
    fn make_room(&mut self, name: usize, first: i64, length: i64) {
        if !self.budget.has_room(name + ENTRY) {
            self.nights.retain(|_, night| (night.first - first).abs() < length);
            self.budget.clear();
            self.budget.force(self.nights.keys().map(|name| name.len() + ENTRY).sum());
        }
        if !self.budget.has_room(name + ENTRY) {
            diag::warn(
                Code::ClocksBack,
                "too many series in the hour that comes twice: some are read as its first pass",
            );
            self.nights.clear();
            self.budget.clear();
        }
        self.budget.force(name + ENTRY);
    }
}

impl Filter for Door {
    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        let Some(time) = self.time(record) else { return Ok(Fate::Pass) };
        out.add_from(record.origin(), |line| self.keys.write_at(record, time, TimeStyle::Text, line));
        Ok(Fate::Changed)
    }

    fn save(&self, to: &mut Vec<u8>) {
        for (series, night) in &self.nights {
            let pass = if night.in_second { 2 } else { 1 };
            to.extend_from_slice(format!("{} {pass} {}\n", night.first, BASE64.encode(series)).as_bytes());
        }
    }

    fn restore(&mut self, from: &[u8]) -> Result<()> {
        let text = std::str::from_utf8(from).unwrap_or_default();
        for line in text.lines() {
            let (series, night) = read_line(line).ok_or_else(|| {
                Error::new(Code::Damaged, "the state of local times is damaged: --fresh begins without it")
            })?;
            self.budget.force(series.len() + ENTRY);
            self.nights.insert(series, night);
        }
        Ok(())
    }
}

fn read_line(line: &str) -> Option<(Box<[u8]>, Night)> {
    let mut words = line.split(' ');
    let first = words.next()?.parse().ok()?;
    let in_second = words.next()? == "2";
    let series = BASE64.decode(words.next()?).ok()?;
    Some((series.into(), Night { first, in_second }))
}
