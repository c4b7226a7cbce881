//! What lies between two stages: a bounded channel of batches and marks, and one back for empty batches.

use crate::flow::batch::Batch;
use crate::flow::stage::{Next, States, closed};
use crate::reading::error::Result;
use crossbeam_channel::{Receiver, Sender, bounded, select};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Batches between two stages. Two keep both busy, a third rides out a stage that is slow now and then; more take memory.
const CHANNEL_BATCHES: usize = 3;

pub(super) enum Message {
    Batch(Batch),
    Mark(Mark),
}

pub(super) struct Mark {
    pub(super) states: States,
    /// The input has ended in order; nothing comes behind this mark.
    pub(super) last: bool,
}

/// What all threads of a pipeline see.
#[derive(Default)]
pub(super) struct Ends {
    /// The source came to its end in order: by itself, by a signal, or by an error that it told.
    source_done: AtomicBool,
    /// A stage panicked: nothing more is committed.
    pub(super) panicked: AtomicBool,
}

/// A way from one stage to the next. `first`: from the source, whose receiver hears when a mark is `asked` for.
pub(super) fn between(first: bool, asked: Receiver<()>, pipeline: &str, ends: &Arc<Ends>) -> (ToNext, Link) {
    let (messages, receiver) = bounded(CHANNEL_BATCHES);
    let (give_back, spare) = bounded(CHANNEL_BATCHES + 2);
    let ends = Arc::clone(ends);
    let to_next = ToNext { messages, spare, first, ends: Arc::clone(&ends) };
    let pipeline = pipeline.to_owned();
    (to_next, Link { messages: receiver, give_back, asked, first, pipeline, ends, done: false })
}

/// What a stage receives.
pub(super) enum Event {
    Batch(Batch),
    Mark(Mark),
    /// Nothing came in time.
    Idle,
    /// The stage before ended, and not in order.
    End,
}

/// A stage's way in.
pub(super) struct Link {
    messages: Receiver<Message>,
    give_back: Sender<Batch>,
    /// Heard by the first receiver behind the source; by nobody else.
    asked: Receiver<()>,
    first: bool,
    pipeline: String,
    pub(super) ends: Arc<Ends>,
    done: bool,
}

impl Link {
    pub(super) fn next(&mut self, wait: Option<Duration>) -> Event {
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
                if self.first && self.ends.source_done.load(Ordering::SeqCst) { self.mark(true) } else { Event::End }
            }
        }
    }

    fn mark(&self, last: bool) -> Event {
        Event::Mark(Mark { states: States { pipeline: self.pipeline.clone(), ..States::default() }, last })
    }

    pub(super) fn give_back(&self, mut batch: Batch) {
        batch.clear();
        // A full channel has spare ones enough.
        let _ = self.give_back.try_send(batch);
    }
}

/// A stage's way out.
pub(super) struct ToNext {
    messages: Sender<Message>,
    spare: Receiver<Batch>,
    first: bool,
    ends: Arc<Ends>,
}

impl ToNext {
    /// The same way, for marks.
    pub(super) fn marks(&self) -> Sender<Message> {
        self.messages.clone()
    }
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
            self.ends.panicked.store(true, Ordering::SeqCst);
        } else if self.first {
            self.ends.source_done.store(true, Ordering::SeqCst);
        }
    }
}
