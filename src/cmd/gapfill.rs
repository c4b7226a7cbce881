//! `gapfill`: makes the records that are missing between two records of a series, in constant
//! memory: the last record of each series is all that it remembers.
//!
//! With `last` and `next` as two neighbours there are `round((next - last) / every) - 1` records
//! missing, at `last + k * every`; with `--grid` every output is on a multiple of `every` instead. In a zone a day is
//! what its clocks say.

mod fields;
mod fill;
mod nested;
mod outages;
mod report;
mod rules;

use self::fields::{Holes, Limits, Verdict, Waiting};
use self::fill::{Between, Gap, Kept, Method, Spelling};
use self::outages::Outages;
use self::report::{Report, tell_empty, tell_open};
use self::rules::{Rule, Rules};
use crate::flow::fate::Fate;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Filter, Output};
use crate::host::budget::Budget;
use crate::host::diag;
use crate::host::options::{self, InputArgs, KeyArgs, MemoryArgs, ToArgs};
use crate::reading::counterpart::Counterparts;
use crate::reading::error::{Code, Error, Kind as ErrorKind, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::link::State;
use crate::reading::record::Record;
use crate::reading::time;
use crate::storage;
use clap::ValueHint;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo gapfill --every 1m --gaps /dev/stderr examples/outages.ndjson";

/// Fill the gaps in series of readings, and mark what was filled
///
/// If two records of a series are further apart than --every, the missing records are added, each with `"filled":true`.
/// A gap stays open if its neighbours have no number to compute values from.
/// Real records pass unchanged and at once, late ones too. A gap longer than --max-gap stays open and is reported.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(crate) struct Args {
    /// The time between two records of a series; with --tz whole days and weeks are those of its clocks
    #[arg(long, value_name = "DURATION", value_parser = options::step, required_unless_present = "meters")]
    pub every: Option<i64>,

    /// The registry of devices: CSV, TSV or JSON with the columns device, every, kind (gauge, counter, angle, state). A
    /// device's own step comes before --every. No value is computed over a reset of a counter, angles turn the short way round,
    /// a state holds until the next one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub meters: Option<PathBuf>,

    /// Leave gaps longer than this open [default: 1h, or 12 times --every if that is longer]
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub max_gap: Option<i64>,

    /// Also fill fields that are null or missing inside of records, within --max-gap: these, or every number that the series has.
    /// The mark of such a record lists them: "filled":["dni"]. A record with a hole waits until the hole ends
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', num_args = 0.., require_equals = true)]
    pub fields: Option<Vec<String>>,

    /// How to compute the values: linear, previous, next, nearest, or null
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Linear)]
    pub method: Method,

    /// The field that marks a filled record
    #[arg(long, value_name = "FIELD", default_value = "filled")]
    pub mark: String,

    /// Round filled values to N decimals
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    pub decimals: Option<u8>,

    /// Append a report of each gap to FILE: series, from, to, missing, filled, and with --events of the source the cause (NDJSON)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub gaps: Option<PathBuf>,

    /// Resample: each output is at a multiple of --every, between its two neighbours; days begin at midnight in UTC or --tz,
    /// weeks on Monday
    #[arg(long)]
    pub grid: bool,

    /// Also fill from WHEN to the first record of a series: `midnight` before it, in --tz [default: local], or RFC 3339
    #[arg(long, value_name = "WHEN", conflicts_with = "grid")]
    pub since: Option<String>,

    /// Begin at the last record of each series in this database, so that a restart leaves no gap
    #[arg(long, value_name = "DB", value_hint = ValueHint::FilePath)]
    pub after: Option<String>,

    /// The table of --after
    #[arg(long, value_name = "NAME", default_value = "readings", requires = "after")]
    pub table: String,

    /// Track at most N series; reject records of any others
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub max_series: usize,

    #[command(flatten)]
    pub memory: MemoryArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub output: ToArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The filter for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        if let Some(since) = &self.since {
            time::parse_when(since, 0, self.keys.tz.as_ref()).map_err(|why| Error::usage(format!("--since: {why}")))?;
        }
        let mut named = Named::of(&self.keys);
        self.fields.iter().flatten().for_each(|field| named.add("--fields", field));
        let door = self.keys.keys();
        let (input, gaps, after, table, meters) = (self.input, self.gaps, self.after, self.table, self.meters);
        let device = self.keys.by.first().cloned().unwrap_or_default();
        let mut filter = Gapfill {
            rules: Rules::new(self.every, self.max_gap, self.keys.tz.clone(), device),
            grid: self.grid,
            since: self.since,
            zone: self.keys.tz.clone(),
            spelling: Spelling::new(self.method, &self.mark, self.decimals, &self.keys.value),
            holes: self.fields.map(|fields| Box::new(Holes::new(fields))),
            keys: door.clone(),
            max_series: self.max_series,
            budget: self.memory.budget(),
            gaps: None,
            last: HashMap::default(),
            key: Vec::new(),
            filled: 0,
            found: 0,
            open: 0,
            late: 0,
            told_empty: false,
            fields: 0,
            outages: Outages::default(),
        };
        let open = move || {
            filter.gaps = gaps.map(Report::open).transpose()?;
            filter.rules.open(meters)?;
            if let Some(target) = &after {
                filter.begin_after(target, &table).map_err(|e| e.context("--after"))?;
            }
            Ok(filter)
        };
        Plan::filter(input, open).with_state().with_door(door.clone()).naming(named).writing(&self.output, door)
    }
}

struct Gapfill {
    rules: Rules,
    grid: bool,
    since: Option<String>,
    /// Of `since`; without one, the system's.
    zone: Option<time::TimeZone>,
    spelling: Spelling,
    /// Of `--fields`.
    holes: Option<Box<Holes>>,
    keys: Keys,
    max_series: usize,
    /// For `last`.
    budget: Budget,
    gaps: Option<Report>,
    /// By series.
    last: HashMap<Box<[u8]>, Kept, RandomState>,
    /// A buffer for the series of the record at hand.
    key: Vec<u8>,
    filled: u64,
    found: u64,
    open: u64,
    late: u64,
    /// That there was no number to fill.
    told_empty: bool,
    /// Fields that were filled inside of records.
    fields: u64,
    /// Of the link of the source.
    outages: Outages,
}

impl Gapfill {
    /// Remembers the last record of each series of a table. A database that is not there yet has none.
    fn begin_after(&mut self, target: &str, table: &str) -> Result<()> {
        if !storage::exists(target)? {
            return Ok(());
        }
        let mut reader = storage::reader(target)?;
        if !reader.has(table)? {
            // The store behind makes its table with its first record, and both have only just begun.
            let why = format_args!("{target} has no table {table} yet: every series starts without a last record");
            diag::warn(Code::NoTable, why);
            return Ok(());
        }
        let mut is_full = false;
        reader.last_of_each(table, None, &mut |line| {
            is_full |= !self.budget.has_room(line.len() * 2);
            if is_full { Ok(()) } else { self.remember(line) }
        })?;
        if is_full {
            let refusal = self.budget.refusal();
            diag::warn(Code::Memory, format_args!("some series start without a last record: {refusal}"));
        }
        Ok(())
    }

    /// Takes a line as the last record of its series.
    fn remember(&mut self, line: &[u8]) -> Result<()> {
        let broken = |why: String| Error::new(Code::Io, format!("read a remembered record: {why}"));
        let mut members = Vec::new();
        json::members(line, &mut members).map_err(|e| broken(e.to_string()))?;
        let record = Record::kept(line, &members);
        let time = self.keys.time(&record).map_err(|e| broken(e.to_string()))?;
        let series: Box<[u8]> = Box::from(self.keys.series(&record, &mut self.key));
        self.budget.force(fill::needed(&series, &record));
        self.last.insert(series, Kept::new(&record, time));
        Ok(())
    }

    /// Fills what is missing inside of records; what is whole goes on.
    fn fill_fields(&mut self, holes: &mut Holes, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        let time = self.keys.time(record)?;
        let Some(Rule { step, max_gap, nature }) = self.rules.of(record, time) else { return Ok(Fate::Pass) };
        let mut key = std::mem::take(&mut self.key);
        let series = self.keys.series(record, &mut key);
        let (with, limits) = ((&self.keys, &self.spelling), Limits { step, max_gap, nature });
        let verdict = holes.take(record, time, series, with, limits, &mut self.budget);
        self.key = key;
        self.send(holes.ready(), out)?;
        match verdict? {
            Verdict::Now => self.advance(record, out),
            Verdict::Waits => Ok(Fate::Held),
        }
    }

    /// Sends on what waited, with the records that are missing before each.
    fn send(&mut self, ready: Vec<Waiting>, out: &mut Output) -> Result<()> {
        let mut members = Vec::new();
        for waiting in ready {
            let mut line = Vec::with_capacity(waiting.line.len() + 64);
            if waiting.is_filled() {
                waiting.write(self.spelling.mark(), &mut line);
                self.fields += waiting.count();
            } else {
                line.extend_from_slice(&waiting.line);
            }
            members.clear();
            // It was one when it came.
            let _ = json::members(&line, &mut members);
            let record = Record::kept(&line, &members).of(waiting.origin);
            match self.advance(&record, out) {
                Ok(Fate::Pass) if waiting.is_filled() => {
                    out.add_from(waiting.origin, |to| to.extend_from_slice(&line));
                    out.settle(Fate::Changed, &waiting.line);
                }
                Ok(Fate::Pass) => {
                    out.copy(&record);
                    out.settle(Fate::Pass, &waiting.line);
                }
                Ok(fate) => out.settle(fate, &waiting.line),
                Err(why) if why.kind() == ErrorKind::Data => {
                    out.reject_held(&waiting.line, waiting.origin, &why)?;
                }
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Takes the next record of a series: what is missing before it is created.
    fn advance(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        let (time, style) = self.keys.time_and_style(record)?;
        let Some(Rule { step, max_gap, nature }) = self.rules.of(record, time) else { return Ok(Fate::Pass) };
        let mut key = std::mem::take(&mut self.key);
        let series = self.keys.series(record, &mut key);
        let known = self.last.len();
        let off_grid = self.grid && !step.is_on_grid(time);
        let mut fate = if off_grid { Fate::Left(Code::OffGrid) } else { Fate::Pass };
        match self.last.get_mut(series) {
            Some(last) if time <= last.time => {
                self.late += u64::from(time < last.time);
                // On the grid a late record has no place of its own any more.
                if self.grid {
                    fate = Fate::Left(if time == last.time { Code::Repeated } else { Code::Late });
                }
            }
            Some(last) => {
                if let Some((now, then)) = last.growth(record) {
                    self.budget.resize(now, then)?;
                }
                let gap = Gap { from: last.time, to: time, step, nature };
                let missing = gap.missing();
                let long = gap.length() > max_gap;
                let empty = missing > 0 && !long && {
                    let after = Counterparts::of(*record);
                    !self.spelling.has_values(&self.keys, &last.record(), &after, nature)
                };
                let open = long || empty;
                let mark = missing > 0;
                let before = last.record();
                let between = Between { keys: &self.keys, before, after: *record, gap, style, mark };
                if !open && self.grid {
                    self.spelling.fill(&between, gap.grid().take_while(|at| *at < time), out);
                } else if !open && mark {
                    self.spelling.fill(&between, gap.steps(), out);
                }
                if missing > 0 {
                    let filled = if open { 0 } else { missing };
                    self.found += 1;
                    self.filled += filled;
                    self.open += u64::from(open);
                    if empty && !std::mem::replace(&mut self.told_empty, true) {
                        tell_empty(&self.keys, series, &gap);
                    }
                    if long {
                        tell_open(&self.keys, series, &gap, max_gap);
                    }
                    if let Some(report) = &mut self.gaps {
                        let cause = self.outages.cause(gap.from, gap.to);
                        report.add(&self.keys, record, &gap, (missing, filled), cause)?;
                    }
                }
                last.keep(record, time);
            }
            None if known >= self.max_series => {
                self.key = key;
                let why = format!("more than --max-series {} series", self.max_series);
                return Err(Error::data(Code::Series, why));
            }
            None => {
                self.budget.take(fill::needed(series, record))?;
                let series = Box::from(series);
                if let Some(since) = &self.since {
                    // Relative words (`midnight`) mean that before the record: content never depends on a clock.
                    let from = time::parse_when(since, time, self.zone.as_ref()).unwrap_or(time);
                    let gap = Gap { from, to: time, step, nature };
                    let empty = gap.from < time
                        && !self.spelling.has_values(&self.keys, record, &Counterparts::of(*record), nature);
                    if empty && !std::mem::replace(&mut self.told_empty, true) {
                        tell_empty(&self.keys, &series, &gap);
                    }
                    let gap = if empty { Gap { from: time, ..gap } } else { gap };
                    // The series' first record stands on both sides: there is no other neighbour.
                    let between = Between { keys: &self.keys, before: *record, after: *record, gap, style, mark: true };
                    let times = (0..).map_while(|steps| step.after(gap.from, steps)).take_while(|at| *at < time);
                    self.filled += self.spelling.fill(&between, times, out);
                }
                self.last.insert(series, Kept::new(record, time));
            }
        }
        self.key = key;
        Ok(fate)
    }
}

impl Filter for Gapfill {
    fn sees_events(&self) -> bool {
        true
    }

    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        if let Some((state, time)) = State::of(record.raw()) {
            self.outages.note(state, time);
            return Ok(Fate::Pass);
        }
        let Some(mut holes) = self.holes.take() else { return self.advance(record, out) };
        let fate = self.fill_fields(&mut holes, record, out);
        self.holes = Some(holes);
        fate
    }

    fn holds(&self) -> u64 {
        self.holes.as_ref().map_or(0, |holes| holes.waiting())
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        let waiting = self.holes.as_mut().map(|holes| holes.release()).unwrap_or_default();
        self.send(waiting, out)
    }

    fn sync(&mut self) -> Result<()> {
        self.gaps.as_mut().map_or(Ok(()), Report::write)
    }

    /// The last line of each series.
    fn save(&self, to: &mut Vec<u8>) {
        for last in self.last.values() {
            to.extend_from_slice(last.record().raw());
            to.push(b'\n');
        }
        if let Some(holes) = &self.holes {
            holes.save(to);
        }
    }

    fn restore(&mut self, from: &[u8]) -> Result<()> {
        let mut series = Box::from(&b""[..]);
        for line in from.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            match (line[0], &mut self.holes) {
                (b'[', Some(holes)) => holes.restore(line, &mut series, &mut self.budget)?,
                // Of a run with --fields.
                (b'[', None) => {}
                _ => self.remember(line)?,
            }
        }
        Ok(())
    }

    fn counts(&self) -> Counts {
        vec![
            ("filled", self.filled),
            ("gaps", self.found),
            ("open", self.open),
            ("late", self.late),
            ("fields", self.fields),
        ]
    }
}
