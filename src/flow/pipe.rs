//! The runner: the one place with threads and channels (`pipe/link.rs`: the channels, `pipe/sink.rs`: who commits and
//! acknowledges). It drives the stages of a pipeline, in the shell form and in `run` alike. Three other threads are
//! nobody's stage: that of a server's connections (`live.rs`), that of a name's lookup (`net/dial.rs`), and that which
//! compresses old log files (`logfile/gzip.rs`).
//!
//! ```text
//!   source ──batches──▶ filter ──batches──▶ filter ──batches──▶ sink ─(--pass)─▶ plot, serve, stdout
//!                         ▲                                       │
//!                         └───────────── «a mark, please» ────────┘
//! ```
//!
//! A stage is a thread; the channels between them are bounded. When the sink's patience is up it asks for a
//! *mark*. The first receiver behind the source puts it in among the batches; each filter adds what it
//! remembers as the mark passes, so that state and position agree; the sink commits records and states in
//! one; then everything before the mark is acknowledged. The sink only asks, by a flag that nobody waits
//! for, so a full channel cannot lock the pipeline. A stage that ends out of order sends no last mark:
//! nothing behind it is acknowledged.

mod link;
mod sink;
mod watch;
mod worker;

use self::link::{Ends, Event, Link, Message};
use self::sink::SinkDriver;
use self::watch::Watch;
use self::worker::Worker;
use crate::flow::batch::Batch;
use crate::flow::fate::{Books, Fate};
use crate::flow::pipeline::{Counted, Opened, Outcome, Pipeline, STDOUT, Staged, state_key};
use crate::flow::plan::{Part, Plan, Role};
use crate::flow::stage::{self, Counts, Filter, Next, Nowhere, Output, Stage, Tally, closed};
use crate::flow::state::StateFile;
use crate::host::diag;
use crate::host::stop::Stop;
use crate::host::thread;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::link::State;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So often it is looked whether a signal came, and whether a supervisor is to be told.
const LOOK: Duration = Duration::from_millis(250);

/// Runs a pipeline to its end, or to the end of the grace after a signal. An error: its words cannot be used. Whatever else ends
/// it is part of the outcome.
pub(crate) fn run(mut pipeline: Pipeline, stop: &Stop) -> Result<Outcome> {
    pipeline.check()?;
    let hear: Vec<_> = pipeline.plans.iter_mut().filter_map(|plan| plan.on_end.take()).collect();
    let (name, grace) = (pipeline.name.clone().unwrap_or_default(), pipeline.grace);
    let untouched: Vec<Counted> = pipeline.plans.iter().map(untouched).collect();
    let Opened { stages: opened, keeper, keeps_state } = match pipeline.open() {
        Ok(opened) => opened,
        Err(why) if why.kind() == Kind::Usage => return Err(why),
        // Whoever counts on a summary gets one.
        Err(why) => return Ok(Outcome { counts: untouched, fault: Some(why), ..Outcome::default() }),
    };
    let names: Vec<(&'static str, Part)> = opened.iter().map(|staged| (staged.plan.name, staged.plan.part)).collect();
    let begin = opened.iter().rposition(|staged| staged.plan.is_source()).unwrap_or(0);
    let (ended, ends) = bounded(names.len());
    let mut watch = Watch::new();
    let mut stages: Vec<(usize, Staged)> = Vec::new();
    for (index, staged) in opened.into_iter().enumerate() {
        if staged.plan.is_source() && !stages.is_empty() {
            // What comes before a stage that is not kymo's is a pipeline of its own.
            spawn(std::mem::take(&mut stages), "", None, false, &ended, &mut watch, stop)?;
        }
        stages.push((index, staged));
    }
    spawn(stages, &name, keeper, keeps_state, &ended, &mut watch, stop)?;
    drop(ended);
    let outcome = gather(&names, begin, &ends, watch, stop, grace)?;
    hear.into_iter().for_each(|hear| hear(outcome.fault.as_ref()));
    Ok(outcome)
}

/// The counts of a stage that was not opened.
fn untouched(plan: &Plan) -> Counted {
    let mut counted = Counted { name: plan.name, part: plan.part, ..Counted::default() };
    counted.books.received = (!plan.is_source()).then_some(0);
    counted
}

/// Starts the threads of a source and the stages that are linked to it. Each comes with its place in the whole pipeline.
fn spawn(
    stages: Vec<(usize, Staged)>,
    name: &str,
    mut keeper: Option<StateFile>,
    keeps_state: bool,
    ended: &Sender<End>,
    watch: &mut Watch,
    stop: &Stop,
) -> Result<()> {
    let inputs: Arc<[String]> = match stages.first().map(|(_, first)| &first.stage) {
        Some(Stage::Source(source)) => source.inputs().into(),
        _ => Arc::new([]),
    };
    let count = stages.len();
    let has_marks = keeper.is_some()
        || stages.iter().any(|(_, staged)| match &staged.stage {
            Stage::Source(_) => matches!(staged.plan.role, Role::Source { acknowledges: true, .. }),
            Stage::Filter(_) => false,
            Stage::Sink(sink) => sink.patience().is_some(),
        });
    let ends = Arc::new(Ends::default());
    let (ask, asked) = bounded(1);
    // Two threads share the work then: finding the members, and using them.
    let scans = stages.get(1).is_some_and(|(_, second)| match &second.stage {
        Stage::Source(_) => false,
        Stage::Filter(filter) => filter.reads_fields(),
        Stage::Sink(sink) => sink.reads_fields(),
    });
    let mut before: Option<Link> = None;
    for (place, (index, Staged { mut plan, stage, rejects })) in stages.into_iter().enumerate() {
        let first = place == 0;
        let (next, marks, behind): (Box<dyn Next>, _, _) = if place + 1 == count {
            (Box::new(Nowhere), None, None)
        } else {
            let asked = if first { asked.clone() } else { never() };
            let (to_next, link) = link::between(first, asked, name, &ends);
            let marks = (!first).then(|| to_next.marks());
            (Box::new(to_next), marks, Some(link))
        };
        let mut out = Output::new(next, rejects, Arc::clone(&inputs));
        out = out.stamping(plan.stamp.clone()).scanning(first && scans).looking_for(std::mem::take(&mut plan.named));
        if plan.pass && behind.is_some() {
            out = out.holding();
        }
        watch.add(&stage, out.tally());
        if plan.name == STDOUT {
            watch.writes_to_stdout();
        }
        // Only the first sink keeps: what comes after it only shows.
        let keeper = if plan.is_sink() { keeper.take() } else { None };
        let (key, has_state) = (state_key(index, &plan.words), plan.has_state());
        let is_heard = plan.part == Part::Whole && diag::hears_debug();
        let worker = Worker { key, has_state, is_heard, keeps_state, out, marks, has_marks, ask: ask.clone(), keeper };
        let before = std::mem::replace(&mut before, behind);
        let report = Report { index, ended: ended.clone(), sent: false };
        let (stop, name) = (stop.clone(), plan.name);
        thread::start_stage(name, plan.stack, move || work(stage, worker, before, &stop, report))
            .map_err(|e| Error::io(format!("start a thread for {name}"), e))?;
    }
    Ok(())
}

/// Waits for the stages. A fault behind the source ends the source; the first fault in time is told. `begin`: where the
/// last source stands; if a command before it wants no more input, its output is still read.
fn gather(
    names: &[(&'static str, Part)],
    begin: usize,
    ends: &Receiver<End>,
    mut watch: Watch,
    stop: &Stop,
    grace: Duration,
) -> Result<Outcome> {
    let counts = names.iter().map(|&(name, part)| Counted { name, part, ..Counted::default() }).collect();
    let mut outcome = Outcome { counts, ..Outcome::default() };
    let mut fault: Option<Error> = None;
    let mut deadline: Option<Instant> = None;
    let mut left = names.len();
    while left > 0 {
        watch.look();
        if deadline.is_none() && stop.signal().is_some() {
            deadline = Some(Instant::now() + grace);
        }
        let left_of = |at: Instant| at.saturating_duration_since(Instant::now());
        let wait = deadline.map_or(LOOK, |at| left_of(at).min(LOOK));
        let end = match ends.recv_timeout(wait) {
            Ok(end) => end,
            Err(RecvTimeoutError::Timeout) if deadline.is_some_and(|at| Instant::now() >= at) => {
                outcome.cut_short = true;
                break;
            }
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        left -= 1;
        outcome.rejected += end.rejected;
        if let Some(counted) = outcome.counts.get_mut(end.index) {
            counted.own = end.counts;
            counted.books = end.books;
        }
        if let Err(error) = end.result {
            if end.index > begin || (end.index > 0 && error.kind() != Kind::Closed) {
                // Nobody takes what the source still sends.
                stop.abort();
            }
            if fault.as_ref().is_none_or(|first| first.kind() == Kind::Closed) {
                fault = Some(error.at(names[end.index].0));
            }
        }
    }
    outcome.cut_short |= stop.has_run_out();
    watch.conclude();
    outcome.fault = fault.filter(|error| error.kind() != Kind::Closed);
    Ok(outcome)
}

/// What a stage's thread says at its end.
struct End {
    index: usize,
    rejected: u64,
    books: Books,
    counts: Counts,
    result: Result<()>,
}

/// Says how a stage ended; a panic too, since dropping it does.
struct Report {
    index: usize,
    ended: Sender<End>,
    sent: bool,
}

impl Report {
    fn send(mut self, tally: &Tally, mut books: Books, counts: Counts, mut result: Result<()>) {
        self.sent = true;
        if let Some(fault) = tally.fault() {
            result = Err(fault);
        }
        books.sent = tally.sent();
        books.report_losses();
        let _ = self.ended.send(End { index: self.index, rejected: tally.rejected(), books, counts, result });
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.sent {
            let result = Err(Error::new(Code::Bug, "ended by a panic"));
            let _ = self.ended.send(End {
                index: self.index,
                rejected: 0,
                books: Books::default(),
                counts: Counts::new(),
                result,
            });
        }
    }
}

/// A stage's thread. The stage is gone (its database closed) before its end is reported: the process may end then.
fn work(stage: Stage, worker: Worker, link: Option<Link>, stop: &Stop, report: Report) {
    let tally = worker.out.tally();
    match (stage, link) {
        (Stage::Source(mut source), _) => {
            let result = source.run(worker.out, stop);
            let counts = source.counts();
            drop(source);
            let mut books = Books::default();
            books.rejected = tally.rejected();
            books.leave_out(tally.left());
            report.send(&tally, books, counts, result);
        }
        (Stage::Filter(mut filter), Some(mut link)) => {
            let mut books = Books::default();
            let result = drive_filter(&mut *filter, worker, &mut link, &mut books);
            let counts = filter.counts();
            drop((link, filter));
            report.send(&tally, books, counts, result);
        }
        (Stage::Sink(mut sink), Some(mut link)) => {
            let mut books = Books::default();
            let started = sink.start();
            tally.start();
            let result = started.and_then(|()| SinkDriver::new(&mut *sink, worker).drive(&mut link, &mut books));
            drop(link);
            let result = result.and(sink.close());
            let counts = sink.counts();
            drop(sink);
            report.send(&tally, books, counts, result);
        }
        (Stage::Filter(_) | Stage::Sink(_), None) => unreachable!("`Pipeline::check` puts a source first"),
    }
}

fn drive_filter(filter: &mut dyn Filter, mut worker: Worker, link: &mut Link, books: &mut Books) -> Result<()> {
    worker.out.books().received = Some(0);
    worker.out.books().resumed = filter.holds();
    let result = filter_all(filter, &mut worker, link);
    if result.is_ok() {
        worker.out.named().conclude();
        worker.out.books().close(filter.holds());
        let held = worker.out.books().held();
        if held > 0 {
            let records = if held == 1 { "record waits" } else { "records wait" };
            diag::info(Code::Held, format_args!("{held} {records} in the state for the next run"));
        }
    }
    *books = worker.out.books().clone();
    result
}

fn filter_all(filter: &mut dyn Filter, worker: &mut Worker, link: &mut Link) -> Result<()> {
    let Worker { key, has_state, is_heard, keeps_state, out, marks, has_marks, .. } = worker;
    loop {
        match link.next(None) {
            Event::Batch(batch) => {
                let before = is_heard.then(|| out.books().clone());
                let count = batch.len();
                filter_batch(filter, batch, out)?;
                if let Some(before) = before {
                    tell_fates(count as u64, out.books(), &before);
                }
                link.give_back(out.complete());
                if !*has_marks {
                    filter.sync()?;
                }
            }
            Event::Mark(mut mark) => {
                if mark.last {
                    filter.finish(out)?;
                    if !*keeps_state {
                        filter.release(out)?;
                    }
                }
                out.sync();
                if out.is_closed() {
                    // What was to leave before the mark did not.
                    return Err(closed());
                }
                filter.sync()?;
                if *has_state && *keeps_state {
                    filter.save(mark.states.stages.entry(key.clone()).or_default());
                }
                let last = mark.last;
                if let Some(marks) = &marks {
                    marks.send(Message::Mark(mark)).map_err(|_| closed())?;
                }
                if last {
                    return Ok(());
                }
            }
            // Whoever ended out of order reports why.
            Event::End => return Ok(()),
            Event::Idle => {}
        }
        if out.is_closed() {
            return Err(closed());
        }
    }
}

/// What became of the records of a batch, at `--log-level debug`.
fn tell_fates(count: u64, books: &Books, before: &Books) {
    let records = if count == 1 { "record" } else { "records" };
    diag::debug(Code::Fates, format_args!("{count} {records}: {}", books.since(before)));
}

/// Hands each record of a batch to the filter, and enters what became of it.
fn filter_batch(filter: &mut dyn Filter, mut batch: Batch, out: &mut Output) -> Result<()> {
    out.books().add_received(batch.len() as u64);
    let bad = if filter.reads_fields() { batch.scan_all() } else { Vec::new() };
    let sees_events = filter.sees_events();
    let mut bad = bad.into_iter().peekable();
    let batch = Arc::new(batch);
    out.begin(Arc::clone(&batch));
    for index in 0..batch.len() {
        out.come_to(index);
        let record = batch.record(index);
        if let Some((_, why)) = bad.next_if(|(at, _)| *at == index) {
            out.reject(&record, &stage::no_record(record.raw(), why))?;
            continue;
        }
        if !sees_events && State::of(record.raw()).is_some() {
            out.enter(Fate::Pass, &record);
            continue;
        }
        out.named().look(&record);
        match filter.record(&record, out) {
            Ok(fate) => out.enter(fate, &record),
            Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
            Err(why) => return Err(why),
        }
        if out.is_closed() {
            return Err(closed());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
