//! `queue take`: the source. A record leaves the queue when what comes after it has committed it; until then the
//! queue has it, whoever dies.

use crate::flow::ack::{Outcome, Pending};
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Source};
use crate::host::diag;
use crate::host::options::{self, SourceArgs};
use crate::host::stop::Stop;
use crate::reading::error::{self, Code, Error, Kind, Result};
use crate::reading::json;
use crate::reading::record::Origin;
use crate::storage::queue::{self, Ending, Note, Row, Taking, Trial, Turn};
use clap::ValueHint;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
const EXAMPLE: &str =
    "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue take q.db --drain | kymo plot day.svg";

/// Take records from a queue, oldest first
///
/// A record is removed after the next sink has committed it: in `kymo run` the pipeline's sink, in a shell as soon as
/// it is written to the pipe. If something was killed or failed, records that were taken and not confirmed are taken
/// again. QUEUE is created if it is missing. One process takes at a time; others wait for their turn.
///
/// A record whose checksum is wrong is rejected as `damaged`. Without --rejects it is kept in the queue file, for `kymo
/// queue export --rejects`.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct TakeArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    pub queue: String,

    /// End when the queue is empty, instead of waiting for more
    #[arg(long)]
    pub drain: bool,

    /// End after N records
    #[arg(short = 'C', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,

    /// End after DURATION
    #[arg(short = 'W', long = "for", value_name = "DURATION", value_parser = options::duration)]
    pub within: Option<Duration>,

    /// If another process takes from the queue, end with exit status 75 instead of waiting
    #[arg(long)]
    pub no_wait: bool,

    /// Pass on at most N records that are not confirmed yet
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_inflight: u64,

    /// Reject a record that ended N runs, and go on with the others
    ///
    /// If a run is killed or ends with a fault, the records that it had taken are taken again in smaller parts, then
    /// alone. A record that has failed alone N times is rejected as `dead-letter`, with the last fault. A fault that no
    /// record can cause does not count: the other end cannot be reached or refuses, the disk is full, a file is in use.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_attempts: Option<u64>,

    /// Put the number of times the record has been taken, including this one, into FIELD
    #[arg(long, value_name = "FIELD")]
    pub attempts: Option<String>,

    #[command(flatten)]
    pub source: SourceArgs,
}

/// What this stage is called.
const NAME: &str = "queue take";

/// How many records, or bytes, are taken at a time: one note in the queue, one token.
const CHUNK: u64 = 2000;
const CHUNK_BYTES: usize = 256 << 10;

/// How often is looked for new records, and for outcomes when there are none.
const STEP: Duration = Duration::from_millis(20);

/// How often a queue that another takes from is tried.
const TURN: Duration = Duration::from_millis(50);

/// At most this many damaged records are reported one by one.
const TOLD: u64 = 10;

impl TakeArgs {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let max_record = self.source.rejects.max_record()?;
        let (name, drain, left, within) = (self.queue, self.drain, self.count, self.within);
        let (no_wait, max_inflight, attempts) = (self.no_wait, self.max_inflight, self.attempts);
        let (max_attempts, turn) = (self.max_attempts, Turn::default());
        let conclude = max_attempts.map(|_| conclude(name.clone(), turn.clone()));
        let open = move || {
            Ok(Take {
                taking: Taking::open(&name, turn)?,
                name,
                drain,
                left,
                within,
                no_wait,
                max_inflight,
                attempts,
                max_attempts,
                trial: None,
                max_record,
                inflight: 0,
                confirmed: Confirmed::default(),
                failed: false,
                damaged: 0,
                removed: 0,
                dead: 0,
            })
        };
        let plan = Plan::source(self.source, open).acknowledging(true).keeping_rejects(true);
        Ok(match conclude {
            Some(conclude) => plan.hearing(conclude),
            None => plan,
        })
    }
}

/// Writes into the queue how the run ended, if it was this one's turn to take.
fn conclude(queue: String, turn: Turn) -> impl FnOnce(Option<&Error>) {
    move |fault| {
        if !turn.has_come() {
            return;
        }
        let reason = fault.map_or("stopped".to_owned(), |why| {
            let stage = why.stage().map(|stage| format!("{stage}: ")).unwrap_or_default();
            error::excerpt(&format!("{}: {stage}{why}", why.code().word()))
        });
        // What this stage itself cannot do is no fault of what it has handed on.
        let blames = fault.is_some_and(|why| why.stage() != Some(NAME) && may_blame_a_record(why.code()));
        if let Err(why) = queue::ended(&queue, &Ending { reason, blames }) {
            diag::warn(why.code(), format_args!("{queue}: how the run ended is not kept: {why}"));
        }
    }
}

/// A record may have caused it. Not so what is true of every record: then a queue would lose one after the other to an
/// outage.
fn may_blame_a_record(code: Code) -> bool {
    match code {
        Code::DiskFull | Code::NoTable | Code::Altered | Code::Moved => false,
        // The other end was there.
        Code::HungUp | Code::Unanswered => true,
        _ => matches!(code.kind(), Kind::Strict | Kind::Io | Kind::Bug),
    }
}

/// What was handed on together.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// The id of its last record.
    last: i64,
    records: u64,
    /// Of these.
    damaged: u64,
    /// Of these.
    dead: u64,
}

/// What is to be removed.
#[derive(Clone, Copy, Debug, Default)]
struct Confirmed {
    last: Option<i64>,
    records: u64,
    damaged: u64,
    dead: u64,
}

struct Take {
    taking: Taking,
    name: String,
    drain: bool,
    /// Records still wanted; `None`: all.
    left: Option<u64>,
    within: Option<Duration>,
    no_wait: bool,
    max_inflight: u64,
    attempts: Option<String>,
    max_attempts: Option<u64>,
    /// Until the records that are suspected are gone.
    trial: Option<Trial>,
    max_record: usize,
    inflight: u64,
    confirmed: Confirmed,
    /// Something was not kept: nothing after it is removed either.
    failed: bool,
    damaged: u64,
    removed: u64,
    dead: u64,
}

impl Source for Take {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let until = self.within.and_then(|within| Instant::now().checked_add(within));
        let is_over = || stop.is_set() || until.is_some_and(|until| Instant::now() >= until);
        if !self.begin(&is_over, stop)? {
            return Ok(());
        }
        let pending = Pending::new(None);
        let result = self.hand_on(&mut out, &pending, &is_over, stop);
        drop(out);
        while !pending.is_empty() {
            if let Some(outcome) = pending.wait(STEP) {
                self.settle(outcome);
            }
        }
        result.and(self.note(None, &[]))
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    fn counts(&self) -> Counts {
        let mut counts = vec![("removed", self.removed)];
        counts.extend(self.max_attempts.map(|_| ("dead", self.dead)));
        counts
    }
}

impl Take {
    /// Waits for its turn. False: it is over before that.
    fn begin(&mut self, is_over: &dyn Fn() -> bool, stop: &Stop) -> Result<bool> {
        let mut told = false;
        let began = loop {
            if let Some(began) = self.taking.begin(self.max_attempts.is_some())? {
                break began;
            }
            let held = format!("another kymo takes from {}", self.name);
            if self.no_wait {
                return Err(Error::new(Code::Busy, held));
            }
            if !std::mem::replace(&mut told, true) {
                diag::warn(Code::Busy, format_args!("{held}: waiting"));
            }
            stop.wait(TURN);
            if is_over() {
                return Ok(false);
            }
        };
        self.trial = began.trial;
        Ok(true)
    }

    fn hand_on(
        &mut self,
        out: &mut Output,
        pending: &Pending<Chunk>,
        is_over: &dyn Fn() -> bool,
        stop: &Stop,
    ) -> Result<()> {
        loop {
            while let Some(outcome) = pending.take() {
                self.settle(outcome);
            }
            if self.failed || self.left == Some(0) || out.is_closed() || is_over() {
                return Ok(());
            }
            let limit = CHUNK.min(self.left.unwrap_or(u64::MAX)).min(self.room());
            let chunk = if limit > 0 { self.read(limit, out)? } else { None };
            if let Some(chunk) = chunk {
                let rejects = out.take_rejects();
                self.note(Some(chunk.last), &rejects)?;
                self.inflight += chunk.records;
                self.left = self.left.map(|left| left - chunk.records);
                out.acknowledge(pending.receive(chunk));
                out.flush();
                continue;
            }
            self.note(None, &[])?;
            if self.drain && limit > 0 {
                return Ok(());
            }
            if pending.is_empty() {
                self.taking.shrink()?;
                stop.wait(STEP);
            } else if let Some(outcome) = pending.wait(STEP) {
                self.settle(outcome);
            }
        }
    }

    /// Reads the next records into the output's batch.
    fn read(&mut self, limit: u64, out: &mut Output) -> Result<Option<Chunk>> {
        let Take { taking, attempts, max_record, damaged, trial, max_attempts, .. } = self;
        let (mut records, mut bad, mut dead) = (0, 0, 0);
        let last = taking.read(limit, CHUNK_BYTES, &mut |row| {
            records += 1;
            let origin = Origin { input: 0, line: row.id.unsigned_abs() };
            if let Some(what) = row.damage {
                bad += 1;
                *damaged += 1;
                let why =
                    Error::data(Code::DamagedRecord, format!("record {} of the queue is damaged: {what}", row.id));
                if *damaged <= TOLD {
                    diag::warn(why.code(), format_args!("reject {why}"));
                }
                return out.reject_raw(row.record, origin, &why);
            }
            if let Some(why) = trial.as_ref().and_then(|trial| condemn(&row, trial, *max_attempts)) {
                dead += 1;
                diag::warn(why.code(), format_args!("reject record {}: {why}", row.id));
                return out.reject_raw(row.record, origin, &why);
            }
            if row.record.len() > *max_record {
                let why = Error::data(Code::TooLong, format!("longer than --max-record {max_record} bytes"));
                return out.reject_raw(row.record, origin, &why);
            }
            out.batch().add(origin, |line| match attempts {
                Some(field) => write_with(row, field, line),
                None => line.extend_from_slice(row.record),
            });
            Ok(())
        });
        if last.is_err() {
            // Not noted: they come again, as they were.
            out.batch().clear();
        }
        Ok(last?.map(|last| Chunk { last, records, damaged: bad, dead }))
    }

    /// How many more may be on their way. In a trial one part at a time is, so that it is known which one failed.
    fn room(&self) -> u64 {
        match &self.trial {
            Some(_) if self.inflight > 0 => 0,
            Some(trial) => trial.step.clamp(1, self.max_inflight),
            None => self.max_inflight.saturating_sub(self.inflight),
        }
    }

    fn settle(&mut self, (chunk, outcome): (Chunk, Outcome)) {
        self.inflight -= chunk.records;
        self.failed |= outcome == Outcome::Failed;
        if !self.failed {
            self.confirmed.last = Some(chunk.last);
            self.confirmed.records += chunk.records;
            self.confirmed.damaged += chunk.damaged;
            self.confirmed.dead += chunk.dead;
            // The larger it is, the sooner the rest is through.
            self.trial.iter_mut().for_each(|trial| trial.step = (trial.step * 2).min(CHUNK));
            self.trial.take_if(|trial| chunk.last >= trial.upto);
        }
    }

    /// Writes down what was confirmed since the last time, and what is handed on now.
    fn note(&mut self, taken: Option<i64>, rejects: &[u8]) -> Result<()> {
        let Confirmed { last, records, damaged, dead } = std::mem::take(&mut self.confirmed);
        if last.is_some() || taken.is_some() {
            self.taking.note(Note { confirmed: last, damaged, dead, taken, rejects })?;
            self.removed += records;
            self.dead += dead;
        }
        Ok(())
    }
}

/// It failed alone as often as may be.
fn condemn(row: &Row<'_>, trial: &Trial, most: Option<u64>) -> Option<Error> {
    let failures = trial.failures;
    let is_dead = row.id == trial.record && most.is_some_and(|most| failures >= most);
    let reason = trial.reason.as_deref().unwrap_or("-");
    let times = if failures == 1 { "time" } else { "times" };
    let words = || format!("it failed alone {failures} {times}; the last run ended with {reason}");
    is_dead.then(|| Error::data(Code::DeadLetter, words()))
}

/// Writes a record with its attempts in a field: in the place of an older value, else at its end.
fn write_with(row: Row<'_>, field: &str, line: &mut Vec<u8>) {
    let raw = row.record;
    let mut members = Vec::new();
    if json::members(raw, &mut members).is_err() {
        // Whoever reads it says what is wrong with it.
        return line.extend_from_slice(raw);
    }
    let attempts = row.attempts.saturating_add(1);
    if let Some(old) = members.iter().rev().find(|member| member.key_is(raw, field)) {
        let place = old.value_range();
        line.extend_from_slice(&raw[..place.start]);
        json::write_i64(attempts, line);
        line.extend_from_slice(&raw[place.end..]);
        return;
    }
    json::append_member(raw, members.is_empty(), field, |line| json::write_i64(attempts, line), line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_added_or_replaced() {
        for (record, wanted) in [
            ("{}", "{\"n\":3}"),
            (" { \"a\" : 1 } \r", " { \"a\" : 1 ,\"n\":3} \r"),
            ("{\"n\":1,\"a\":\"}\"}", "{\"n\":3,\"a\":\"}\"}"),
            ("{\"n\":1,\"n\":{\"x\":2}}", "{\"n\":1,\"n\":3}"),
        ] {
            let mut line = Vec::new();
            write_with(Row { id: 1, record: record.as_bytes(), attempts: 2, damage: None }, "n", &mut line);
            assert_eq!(String::from_utf8_lossy(&line), wanted);
        }
    }
}
