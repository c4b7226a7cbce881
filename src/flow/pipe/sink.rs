//! How a sink is driven: when a mark is asked for, what is committed, and the one line that acknowledges.

use super::link::{Event, Link, Message};
use super::worker::Worker;
use crate::flow::ack::Ack;
use crate::flow::batch::Batch;
use crate::flow::fate::Books;
use crate::flow::stage::{Output, Patience, Sink, States, closed};
use crate::flow::state::StateFile;
use crate::host::diag;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::link::State;
use crossbeam_channel::Sender;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// For sinks that have nothing to commit but states or acknowledgements.
const PATIENCE: Patience = Patience { records: 10_000, time: Duration::from_millis(250) };

/// Drives a sink: asks for marks when its patience is up, commits when one comes, then acknowledges.
pub(super) struct SinkDriver<'s> {
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
    /// How much is written and not committed: see [`weight`].
    waiting: usize,
    /// Records that are written and not committed.
    written: u64,
    /// The books at the last commit, if what became of the records is said at `--log-level debug`.
    said: Option<Books>,
    /// How many records had passed at the last commit.
    passed: u64,
    /// Rejects that are in what was committed.
    rejected: u64,
    since: Instant,
    asked: bool,
    last_tick: Instant,
}

impl<'s> SinkDriver<'s> {
    pub(super) fn new(sink: &'s mut dyn Sink, worker: Worker) -> SinkDriver<'s> {
        let Worker { out, marks, ask, keeper, is_heard, .. } = worker;
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
            written: 0,
            said: is_heard.then(Books::default),
            passed: 0,
            rejected: 0,
            since: Instant::now(),
            asked: false,
            last_tick: Instant::now(),
        }
    }

    pub(super) fn drive(mut self, link: &mut Link, books: &mut Books) -> Result<()> {
        self.out.books().add_received(0);
        let result = self.all(link);
        if result.is_ok() {
            self.out.named().conclude();
            self.out.books().close(0);
        } else if self.commits {
            // Whoever acknowledges sends again what was not.
            let code = if self.held.is_empty() { Code::Uncommitted } else { Code::Unacknowledged };
            self.out.books().undo(self.passed, code);
        }
        *books = self.out.books().clone();
        result
    }

    fn all(&mut self, link: &mut Link) -> Result<()> {
        loop {
            match link.next(self.wait()) {
                Event::Batch(mut batch) => {
                    self.out.books().add_received(batch.len() as u64);
                    self.written += batch.len() as u64;
                    if let Err(fault) = self.write(&mut batch) {
                        return self.give_up(fault);
                    }
                    if self.waiting == 0 {
                        self.since = Instant::now();
                    }
                    self.waiting += weight(&batch);
                    self.held.append(&mut batch.acks);
                    link.give_back(batch);
                    if self.waiting >= self.patience.records {
                        self.ask();
                    }
                    // Nothing to commit: what passes goes on at once.
                    if !self.commits && self.held.is_empty() {
                        self.waiting = 0;
                        self.count();
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
                    return if link.ends.panicked.load(Ordering::SeqCst) { Ok(()) } else { self.keep() };
                }
            }
            self.tick()?;
            if self.out.is_closed() {
                // Keep what was taken; the reader is gone, the sender is not answered.
                self.keep()?;
                return Err(closed());
            }
        }
    }

    /// Hands the records of a batch to the sink; with `--strict`, those before the first that cannot be used.
    fn write(&mut self, batch: &mut Batch) -> Result<()> {
        let scanned = if self.sink.reads_fields() { self.out.scan(batch) } else { Ok(()) };
        if !self.sink.takes_events() {
            let out = &mut self.out;
            batch.part(|record| {
                let is_event = State::of(record.raw()).is_some();
                if is_event {
                    out.leave(Code::Link, record);
                }
                !is_event
            });
        }
        self.out.named().look_at_all(batch);
        self.sink.write(batch, &mut self.out)?;
        scanned
    }

    /// A fault ended it. What came before the first bad record (`--strict`) is kept; nothing is acknowledged, no state moves on.
    fn give_up(&mut self, fault: Error) -> Result<()> {
        if fault.kind() == Kind::Strict {
            self.keep()?;
            self.out.release();
        }
        Err(fault)
    }

    /// What was written is kept, but for what was rejected.
    fn count(&mut self) {
        let rejected = self.out.tally().rejected();
        let new = rejected - std::mem::replace(&mut self.rejected, rejected);
        let kept = std::mem::take(&mut self.written).saturating_sub(new);
        if let Some(said) = self.said.as_mut().filter(|_| self.commits) {
            let books = self.out.books();
            let fates = books.since(said);
            if !fates.is_empty() {
                let records = if kept == 1 { "record" } else { "records" };
                diag::debug(Code::Committed, format_args!("{kept} {records} committed: {fates}"));
            }
            *said = books.clone();
        }
        self.out.kept(kept);
    }

    /// Keeps what was written, though nothing is acknowledged and no state moves on.
    fn keep(&mut self) -> Result<()> {
        self.sink.settle(&mut self.out)?;
        self.sink.commit(None)?;
        self.passed = self.out.books().passed;
        Ok(())
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
        self.sink.settle(&mut self.out)?;
        if let Err(fault) = self.out.sync_rejects() {
            // Unanswered, what is written may be kept.
            return self.keep().and(Err(fault));
        }
        self.sink.commit(Some(states))?;
        self.passed = self.out.books().passed;
        if let Some(keeper) = &mut self.keeper {
            keeper.save(states)?;
        }
        // The one place where a message is acknowledged.
        self.held.drain(..).for_each(Ack::done);
        self.waiting = 0;
        self.asked = false;
        self.count();
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

/// What a batch counts towards patience: a record one, a large one as many as there are 4 KiB in it, for what is not
/// committed may be held in memory; a batch without records as one.
fn weight(batch: &Batch) -> usize {
    batch.len().max(batch.size() >> 12).max(1)
}
