//! The runner: the one file with threads and channels. It drives the stages of a pipeline, in
//! the shell form and in `run` alike.
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

use crate::ack::Ack;
use crate::error::{Error, Kind, Result};
use crate::pipeline::{Outcome, Pipeline, Staged, state_key};
use crate::record::Batch;
use crate::reject::Rejects;
use crate::stage::{self, Counts, Filter, Next, Nowhere, Output, Patience, Sink, Stage, States, Tally, closed};
use crate::state::StateFile;
use crate::stop::Stop;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never, select};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// Batches between two stages. Two keep both busy; two more ride out a stage that is slow now and then.
const CHANNEL_BATCHES: usize = 4;

/// For sinks that have nothing to commit but states or acknowledgements.
const PATIENCE: Patience = Patience { records: 10_000, time: Duration::from_millis(250) };

enum Message {
    Batch(Batch),
    Mark(Mark),
}

struct Mark {
    states: States,
    /// The input has ended in order; nothing comes behind this mark.
    last: bool,
}

/// Runs a pipeline to its end, or to the end of the grace after a signal.
pub fn run(mut pipeline: Pipeline, stop: &Stop) -> Result<Outcome> {
    pipeline.check()?;
    let rejects = pipeline.open_rejects()?;
    let keeper = pipeline.restore()?;
    let names: Vec<&'static str> = pipeline.stages.iter().map(|staged| staged.name).collect();
    let begin = pipeline.stages.iter().rposition(|s| matches!(s.stage, Stage::Source(_))).unwrap_or(0);
    let (ended, ends) = bounded(names.len());
    let mut stages: Vec<Numbered> = Vec::new();
    for (index, (staged, rejects)) in pipeline.stages.into_iter().zip(rejects).enumerate() {
        if matches!(staged.stage, Stage::Source(_)) && !stages.is_empty() {
            // What stands before a stage that is not kymo's is a pipeline of its own.
            spawn(std::mem::take(&mut stages), "", None, &ended, stop)?;
        }
        stages.push(Numbered { index, staged, rejects });
    }
    spawn(stages, pipeline.name.as_deref().unwrap_or_default(), keeper, &ended, stop)?;
    drop(ended);
    gather(&names, begin, &ends, stop, pipeline.grace)
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
    let mut before: Option<Link> = None;
    for (place, Numbered { index, staged, rejects }) in stages.into_iter().enumerate() {
        let first = place == 0;
        let (next, marks, behind): (Box<dyn Next>, _, _) = if place + 1 == count {
            (Box::new(Nowhere), None, None)
        } else {
            let (messages, receiver) = bounded(CHANNEL_BATCHES);
            let (give_back, spare) = bounded(CHANNEL_BATCHES + 2);
            let link = Link {
                messages: receiver,
                give_back,
                asked: if first { asked.clone() } else { never() },
                first,
                pipeline: name.to_owned(),
                fate: Arc::clone(&fate),
                done: false,
            };
            let marks = (!first).then(|| messages.clone());
            (Box::new(ToNext { messages, spare, first, fate: Arc::clone(&fate) }), marks, Some(link))
        };
        let mut out = Output::new(next, rejects, Arc::clone(&inputs)).stamping(staged.stamp.clone());
        if staged.pass && behind.is_some() {
            out = out.holding();
        }
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
            .spawn(move || work(staged, worker, before, &stop, report))
            .map_err(|e| Error::io(format!("start a thread for {stage_name}"), e))?;
    }
    Ok(())
}

/// Waits for the stages. A fault behind the source ends the source; the first fault in time is told. `begin`: where the
/// last source stands; if a command before it wants no more input, its output is still read.
fn gather(names: &[&'static str], begin: usize, ends: &Receiver<End>, stop: &Stop, grace: Duration) -> Result<Outcome> {
    let counts = names.iter().map(|name| (*name, Counts::new())).collect();
    let mut outcome = Outcome { counts, ..Outcome::default() };
    let mut fault: Option<Error> = None;
    let mut deadline: Option<Instant> = None;
    let mut left = names.len();
    while left > 0 {
        if deadline.is_none() && stop.signal().is_some() {
            deadline = Some(Instant::now() + grace);
        }
        // Without a signal there is no haste: look for one now and then.
        let wait = deadline.map_or(Duration::from_millis(250), |at| at.saturating_duration_since(Instant::now()));
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
    match fault {
        Some(error) if error.kind() != Kind::Closed => Err(error),
        _ => Ok(outcome),
    }
}

/// What all threads of a pipeline see.
#[derive(Default)]
struct Fate {
    /// The source came to its end in order: by itself, by a signal, or by an error that it told.
    source_done: AtomicBool,
    /// A stage panicked: nothing more is committed.
    panicked: AtomicBool,
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
            let result = Err(Error::new(Kind::Bug, "ended by a panic"));
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
                    let record = match reads_fields.then(|| batch.scanned(index)) {
                        Some(Ok(record)) => record,
                        Some(Err((record, why))) => {
                            out.reject(&record, &stage::not_json(why))?;
                            continue;
                        }
                        None => batch.record(index),
                    };
                    match filter.record(&record, &mut out) {
                        Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
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

/// Drives a sink: asks for marks when its patience is up, commits when one comes, then acknowledges.
struct SinkDriver<'s> {
    sink: &'s mut dyn Sink,
    out: Output,
    marks: Option<Sender<Message>>,
    ask: Sender<()>,
    keeper: Option<StateFile>,
    patience: Patience,
    /// There is something to commit even if nobody waits for an acknowledgement.
    commits: bool,
    /// The tokens of what is written and not committed.
    held: Vec<Ack>,
    /// What is written and not committed; a batch without records counts as one.
    waiting: usize,
    since: Instant,
    asked: bool,
    last_tick: Instant,
}

impl<'s> SinkDriver<'s> {
    fn new(sink: &'s mut dyn Sink, worker: Worker) -> SinkDriver<'s> {
        let Worker { out, marks, ask, keeper, .. } = worker;
        let patience = sink.patience();
        SinkDriver {
            commits: patience.is_some() || keeper.is_some(),
            patience: patience.unwrap_or(PATIENCE),
            sink,
            out,
            marks,
            ask,
            keeper,
            held: Vec::new(),
            waiting: 0,
            since: Instant::now(),
            asked: false,
            last_tick: Instant::now(),
        }
    }

    fn drive(mut self, link: &mut Link, received: &mut u64) -> Result<()> {
        loop {
            match link.next(self.wait()) {
                Event::Batch(mut batch) => {
                    *received += batch.len() as u64;
                    if let Err(fault) = self.write(&mut batch) {
                        return self.give_up(fault);
                    }
                    if self.waiting == 0 {
                        self.since = Instant::now();
                    }
                    self.waiting += batch.len().max(1);
                    self.held.append(&mut batch.acks);
                    link.give_back(batch);
                    if self.waiting >= self.patience.records {
                        self.ask();
                    }
                    // Nothing to commit: what passes goes on at once.
                    if !self.commits && self.held.is_empty() {
                        self.waiting = 0;
                        self.out.release();
                    }
                }
                Event::Mark(mark) => {
                    let last = mark.last;
                    if last {
                        self.sink.finish()?;
                    }
                    self.commit(&mark.states)?;
                    if let Some(marks) = &self.marks {
                        marks.send(Message::Mark(mark)).map_err(|_| closed())?;
                    }
                    if last {
                        return Ok(());
                    }
                }
                Event::Idle => {
                    if !self.held.is_empty() || self.since.elapsed() >= self.patience.time {
                        self.ask();
                    }
                }
                Event::End => {
                    // A stage before this one ended out of order. What was written is kept, unless a
                    // panic makes it doubtful; nothing is acknowledged, no state moves on.
                    return if link.fate.panicked.load(Ordering::SeqCst) { Ok(()) } else { self.sink.commit(None) };
                }
            }
            self.tick()?;
            if self.out.is_closed() {
                // Keep what was taken; the reader is gone, the sender is not answered.
                self.sink.commit(None)?;
                return Err(closed());
            }
        }
    }

    /// Hands the records of a batch to the sink; with `--strict`, those before the first that cannot be used.
    fn write(&mut self, batch: &mut Batch) -> Result<()> {
        let scanned = if self.sink.reads_fields() { self.out.scan(batch) } else { Ok(()) };
        self.sink.write(batch, &mut self.out)?;
        scanned
    }

    /// A fault ended it. What came before the first bad record (`--strict`) is kept; nothing is acknowledged, no state moves on.
    fn give_up(mut self, fault: Error) -> Result<()> {
        if fault.kind() == Kind::Data {
            self.sink.commit(None)?;
            self.out.release();
        }
        Err(fault)
    }

    /// How long to wait for more before there is something else to do.
    fn wait(&self) -> Option<Duration> {
        let tick = self.sink.tick_every().map(|every| every.saturating_sub(self.last_tick.elapsed()));
        let due = match (self.asked, self.waiting) {
            (true, _) | (_, 0) => None,
            // Somebody waits for an answer: if nothing more is there, answer at once.
            _ if !self.held.is_empty() => Some(Duration::ZERO),
            _ if self.commits => Some(self.patience.time.saturating_sub(self.since.elapsed())),
            _ => None,
        };
        tick.into_iter().chain(due).min()
    }

    fn ask(&mut self) {
        if !self.asked && self.waiting > 0 && (self.commits || !self.held.is_empty()) {
            self.asked = true;
            // A full channel holds a question already.
            let _ = self.ask.try_send(());
        }
    }

    fn commit(&mut self, states: &States) -> Result<()> {
        if let Err(fault) = self.out.sync_rejects() {
            // Unanswered, what is written may be kept.
            return self.sink.commit(None).and(Err(fault));
        }
        self.sink.commit(Some(states))?;
        if let Some(keeper) = &mut self.keeper {
            keeper.save(states)?;
        }
        // The one place where a message is acknowledged.
        self.held.drain(..).for_each(Ack::done);
        self.waiting = 0;
        self.asked = false;
        self.out.release();
        Ok(())
    }

    fn tick(&mut self) -> Result<()> {
        if self.sink.tick_every().is_some_and(|every| self.last_tick.elapsed() >= every) {
            self.sink.tick()?;
            self.last_tick = Instant::now();
        }
        Ok(())
    }
}

/// What a stage receives.
enum Event {
    Batch(Batch),
    Mark(Mark),
    /// Nothing came in time.
    Idle,
    /// The stage before ended, and not in order.
    End,
}

/// A stage's way in.
struct Link {
    messages: Receiver<Message>,
    give_back: Sender<Batch>,
    /// Heard by the first receiver behind the source; by nobody else.
    asked: Receiver<()>,
    first: bool,
    pipeline: String,
    fate: Arc<Fate>,
    done: bool,
}

impl Link {
    fn next(&mut self, wait: Option<Duration>) -> Event {
        if self.done {
            return Event::End;
        }
        let message = match wait {
            None => select! {
                recv(self.messages) -> message => message,
                recv(self.asked) -> _ => return self.mark(false),
            },
            Some(wait) => select! {
                recv(self.messages) -> message => message,
                recv(self.asked) -> _ => return self.mark(false),
                default(wait) => return Event::Idle,
            },
        };
        match message {
            Ok(Message::Batch(batch)) => Event::Batch(batch),
            Ok(Message::Mark(mark)) => Event::Mark(mark),
            Err(_) => {
                self.done = true;
                if self.first && self.fate.source_done.load(Ordering::SeqCst) { self.mark(true) } else { Event::End }
            }
        }
    }

    fn mark(&self, last: bool) -> Event {
        Event::Mark(Mark { states: States { pipeline: self.pipeline.clone(), ..States::default() }, last })
    }

    fn give_back(&self, mut batch: Batch) {
        batch.clear();
        // A full channel has spare ones enough.
        let _ = self.give_back.try_send(batch);
    }
}

/// A stage's way out.
struct ToNext {
    messages: Sender<Message>,
    spare: Receiver<Batch>,
    first: bool,
    fate: Arc<Fate>,
}

impl Next for ToNext {
    fn send(&mut self, batch: Batch) -> Result<Batch> {
        self.messages.send(Message::Batch(batch)).map_err(|_| closed())?;
        Ok(self.spare.try_recv().unwrap_or_default())
    }
}

impl Drop for ToNext {
    fn drop(&mut self) {
        // Before the channel closes, so that whoever sees it closed knows why.
        if std::thread::panicking() {
            self.fate.panicked.store(true, Ordering::SeqCst);
        } else if self.first {
            self.fate.source_done.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests;
