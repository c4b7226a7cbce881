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

use self::link::{Event, Fate, Link, Message};
use self::sink::SinkDriver;
use self::watch::Watch;
use crate::flow::pipeline::{Outcome, Pipeline, Staged, state_key};
use crate::flow::reject::Rejects;
use crate::flow::stage::{self, Counts, Filter, Next, Nowhere, Output, Stage, Tally, closed};
use crate::flow::state::StateFile;
use crate::host::diag;
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Kind, Result};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never};
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};

/// So often it is looked whether a signal came, and whether a supervisor is to be told.
const LOOK: Duration = Duration::from_millis(250);

/// Runs a pipeline to its end, or to the end of the grace after a signal.
pub(crate) fn run(mut pipeline: Pipeline, stop: &Stop) -> Result<Outcome> {
    pipeline.check()?;
    let rejects = pipeline.open_rejects()?;
    let keeper = pipeline.restore()?;
    let names: Vec<&'static str> = pipeline.stages.iter().map(|staged| staged.name).collect();
    let begin = pipeline.stages.iter().rposition(|s| matches!(s.stage, Stage::Source(_))).unwrap_or(0);
    let (ended, ends) = bounded(names.len());
    let mut watch = Watch::new();
    let mut stages: Vec<Numbered> = Vec::new();
    for (index, (staged, rejects)) in pipeline.stages.into_iter().zip(rejects).enumerate() {
        if matches!(staged.stage, Stage::Source(_)) && !stages.is_empty() {
            // What stands before a stage that is not kymo's is a pipeline of its own.
            spawn(std::mem::take(&mut stages), "", None, &ended, &mut watch, stop)?;
        }
        stages.push(Numbered { index, staged, rejects });
    }
    spawn(stages, pipeline.name.as_deref().unwrap_or_default(), keeper, &ended, &mut watch, stop)?;
    drop(ended);
    gather(&names, begin, &ends, watch, stop, pipeline.grace)
}

/// A stage with its place in the whole pipeline.
struct Numbered {
    index: usize,
    staged: Staged,
    rejects: Rejects,
}

/// Starts the threads of a source and the stages that are linked to it.
fn spawn(
    stages: Vec<Numbered>,
    name: &str,
    mut keeper: Option<StateFile>,
    ended: &Sender<End>,
    watch: &mut Watch,
    stop: &Stop,
) -> Result<()> {
    let inputs: Arc<[String]> = match stages.first().map(|first| &first.staged.stage) {
        Some(Stage::Source(source)) => source.inputs().into(),
        _ => Arc::new([]),
    };
    let count = stages.len();
    let has_marks = keeper.is_some()
        || stages.iter().any(|numbered| match &numbered.staged.stage {
            Stage::Source(source) => source.acknowledges(),
            Stage::Filter(_) => false,
            Stage::Sink(sink) => sink.patience().is_some(),
        });
    let fate = Arc::new(Fate::default());
    let (ask, asked) = bounded(1);
    // Two threads share the work then: finding the members, and using them.
    let scans = stages.get(1).is_some_and(|second| match &second.staged.stage {
        Stage::Source(_) => false,
        Stage::Filter(filter) => filter.reads_fields(),
        Stage::Sink(sink) => sink.reads_fields(),
    });
    let mut before: Option<Link> = None;
    for (place, Numbered { index, staged, rejects }) in stages.into_iter().enumerate() {
        let first = place == 0;
        let (next, marks, behind): (Box<dyn Next>, _, _) = if place + 1 == count {
            (Box::new(Nowhere), None, None)
        } else {
            let asked = if first { asked.clone() } else { never() };
            let (to_next, link) = link::between(first, asked, name, &fate);
            let marks = (!first).then(|| to_next.marks());
            (Box::new(to_next), marks, Some(link))
        };
        let mut out = Output::new(next, rejects, Arc::clone(&inputs));
        out = out.stamping(staged.stamp.clone()).scanning(first && scans);
        if staged.pass && behind.is_some() {
            out = out.holding();
        }
        watch.add(&staged.stage, out.tally());
        // Only the first sink keeps: what stands behind it only shows.
        let keeper = if matches!(staged.stage, Stage::Sink(_)) { keeper.take() } else { None };
        let worker = Worker { key: state_key(index, &staged.words), out, marks, has_marks, ask: ask.clone(), keeper };
        let before = std::mem::replace(&mut before, behind);
        let report = Report { index, ended: ended.clone(), sent: false };
        let (stop, stage_name) = (stop.clone(), staged.name);
        let mut thread = Builder::new().name(stage_name.to_owned());
        if let Stage::Filter(filter) = &staged.stage
            && let Some(bytes) = filter.stack_size()
        {
            thread = thread.stack_size(bytes);
        }
        thread
            .spawn(move || {
                diag::enter(stage_name);
                work(staged, worker, before, &stop, report)
            })
            .map_err(|e| Error::io(format!("start a thread for {stage_name}"), e))?;
    }
    Ok(())
}

/// Waits for the stages. A fault behind the source ends the source; the first fault in time is told. `begin`: where the
/// last source stands; if a command before it wants no more input, its output is still read.
fn gather(
    names: &[&'static str],
    begin: usize,
    ends: &Receiver<End>,
    mut watch: Watch,
    stop: &Stop,
    grace: Duration,
) -> Result<Outcome> {
    let counts = names.iter().map(|name| (*name, Counts::new())).collect();
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
        if let Some((_, counts)) = outcome.counts.get_mut(end.index) {
            *counts = end.counts;
        }
        outcome.rejected += end.rejected;
        if let Err(error) = end.result {
            if end.index > begin || (end.index > 0 && error.kind() != Kind::Closed) {
                // Nobody takes what the source still sends.
                stop.abort();
            }
            if fault.as_ref().is_none_or(|first| first.kind() == Kind::Closed) {
                fault = Some(error.at(names[end.index]));
            }
        }
    }
    outcome.cut_short |= stop.has_run_out();
    watch.conclude();
    match fault {
        Some(error) if error.kind() != Kind::Closed => Err(error),
        _ => Ok(outcome),
    }
}

/// What a stage's thread works with.
struct Worker {
    key: String,
    out: Output,
    /// The same way as `out`'s, for marks.
    marks: Option<Sender<Message>>,
    /// Marks come before the last one: something is committed.
    has_marks: bool,
    ask: Sender<()>,
    keeper: Option<StateFile>,
}

/// What a stage's thread tells at its end.
struct End {
    index: usize,
    counts: Counts,
    rejected: u64,
    result: Result<()>,
}

/// Tells how a stage ended; a panic too, since dropping it tells.
struct Report {
    index: usize,
    ended: Sender<End>,
    sent: bool,
}

impl Report {
    fn send(mut self, received: Option<u64>, tally: &Tally, own: Counts, mut result: Result<()>) {
        self.sent = true;
        if let Some(fault) = tally.fault() {
            result = Err(fault);
        }
        let rejected = tally.rejected();
        let mut counts = Counts::new();
        counts.extend(received.map(|n| ("in", n)));
        counts.extend([("out", tally.sent()), ("rejected", rejected)]);
        counts.extend(own);
        let _ = self.ended.send(End { index: self.index, counts, rejected, result });
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.sent {
            let result = Err(Error::new(Code::Bug, "ended by a panic"));
            let _ = self.ended.send(End { index: self.index, counts: Counts::new(), rejected: 0, result });
        }
    }
}

/// A stage's thread. The stage is gone (its database closed) before its end is told: the process may end then.
fn work(staged: Staged, worker: Worker, link: Option<Link>, stop: &Stop, report: Report) {
    let tally = worker.out.tally();
    let mut received = 0;
    match (staged.stage, link) {
        (Stage::Source(mut source), _) => {
            let result = source.run(worker.out, stop);
            let counts = source.counts();
            drop(source);
            report.send(None, &tally, counts, result);
        }
        (Stage::Filter(mut filter), Some(mut link)) => {
            let result = drive_filter(&mut *filter, worker, &mut link, &mut received);
            let counts = filter.counts();
            drop((link, filter));
            report.send(Some(received), &tally, counts, result);
        }
        (Stage::Sink(mut sink), Some(mut link)) => {
            let started = sink.start();
            tally.start();
            let result = started.and_then(|()| SinkDriver::new(&mut *sink, worker).drive(&mut link, &mut received));
            drop(link);
            let result = result.and(sink.close());
            let counts = sink.counts();
            drop(sink);
            report.send(Some(received), &tally, counts, result);
        }
        (Stage::Filter(_) | Stage::Sink(_), None) => unreachable!("`Pipeline::check` puts a source first"),
    }
}

fn drive_filter(filter: &mut dyn Filter, worker: Worker, link: &mut Link, received: &mut u64) -> Result<()> {
    let Worker { key, mut out, marks, has_marks, .. } = worker;
    loop {
        match link.next(None) {
            Event::Batch(mut batch) => {
                *received += batch.len() as u64;
                let reads_fields = filter.reads_fields();
                for index in 0..batch.len() {
                    let scanned = if reads_fields { batch.scan_line(index) } else { Ok(()) };
                    let record = batch.record(index);
                    if let Err(why) = scanned {
                        out.reject(&record, &stage::not_json(why))?;
                        continue;
                    }
                    match filter.record(&record, &mut out) {
                        // One that names its stage is a reject of another record that `--strict` has made fatal.
                        Err(why) if why.kind() == Kind::Data && why.stage().is_none() => out.reject(&record, &why)?,
                        result => result?,
                    }
                    if out.is_closed() {
                        return Err(closed());
                    }
                }
                out.batch().acks.append(&mut batch.acks);
                out.batch().rejects.append(&mut batch.rejects);
                out.flush();
                if !has_marks {
                    filter.sync()?;
                }
                link.give_back(batch);
            }
            Event::Mark(mut mark) => {
                if mark.last {
                    filter.finish(&mut out)?;
                }
                out.sync();
                if out.is_closed() {
                    // What was to leave before the mark did not.
                    return Err(closed());
                }
                filter.sync()?;
                if filter.has_state() {
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
            // Whoever ended out of order tells why.
            Event::End => return Ok(()),
            Event::Idle => {}
        }
        if out.is_closed() {
            return Err(closed());
        }
    }
}

#[cfg(test)]
mod tests;
