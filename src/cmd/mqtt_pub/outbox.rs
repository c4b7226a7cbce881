//! What the sink hands to the thread that speaks with the broker, and what it hears from there. Bounded: when it is
//! full, the pipeline waits.

use crate::net::mqtt::Wake;
use crate::reading::error::{Error, Result};
use crate::reading::record::Origin;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// At most this many bytes are on their way, and one batch more.
const MOST_BYTES: usize = 1 << 20;

/// What a message costs beside its bytes.
const MESSAGE_BYTES: usize = 128;

/// A message to publish.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) topic: Bytes,
    pub(super) payload: Bytes,
    /// The record, where that is not the payload.
    pub(super) record: Option<Bytes>,
    pub(super) origin: Origin,
    /// How many values it has, where they are counted.
    pub(super) points: u32,
}

impl Message {
    fn bytes(&self) -> usize {
        MESSAGE_BYTES + self.topic.len() + self.payload.len() + self.record.as_ref().map_or(0, Bytes::len)
    }
}

pub(super) struct Outbox {
    state: Mutex<State>,
    changed: Condvar,
    wake: Wake,
}

#[derive(Default)]
struct State {
    /// To be sent, in order.
    waiting: VecDeque<Message>,
    /// Bytes of all that is not confirmed, sent or not.
    bytes: usize,
    unconfirmed: usize,
    /// What the broker will never take, and why.
    refused: Vec<(Message, String)>,
    /// The conversation has ended: with this fault, or in order.
    end: Option<Option<Error>>,
    /// Nothing more will be put in.
    is_closed: bool,
}

impl Outbox {
    pub(super) fn new(wake: Wake) -> Outbox {
        Outbox { state: Mutex::default(), changed: Condvar::new(), wake }
    }

    // A panicking holder ends the conversation, which whoever waits is told.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, mut busy: impl FnMut(&State) -> bool) -> Result<MutexGuard<'_, State>> {
        let mut state = self.lock();
        while state.end.is_none() && busy(&state) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match &mut state.end {
            Some(fault) => Err(fault.take().unwrap_or_else(crate::flow::stage::closed)),
            None => Ok(state),
        }
    }

    /// Puts all of these in, when there is room.
    pub(super) fn put(&self, messages: &mut Vec<Message>) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let mut state = self.wait_while(|state| state.bytes >= MOST_BYTES)?;
        for message in messages.drain(..) {
            state.bytes += message.bytes();
            state.unconfirmed += 1;
            state.waiting.push_back(message);
        }
        drop(state);
        self.wake.wake();
        Ok(())
    }

    /// Waits until everything is confirmed, or refused: gives what is.
    pub(super) fn settle(&self) -> Result<Vec<(Message, String)>> {
        let mut state = self.wait_while(|state| state.unconfirmed > 0)?;
        Ok(std::mem::take(&mut state.refused))
    }

    /// Nothing more will be put in. False: something is not confirmed, and will not be waited for.
    pub(super) fn close(&self) -> bool {
        let mut state = self.lock();
        state.is_closed = true;
        let is_settled = state.unconfirmed == 0;
        drop(state);
        self.wake.wake();
        is_settled
    }

    /// Everything that was to be said is said, or is not wanted any more.
    pub(super) fn is_done(&self) -> bool {
        let state = self.lock();
        state.is_closed && (state.unconfirmed == 0 || state.end.is_some())
    }

    /// The next to send.
    pub(super) fn next(&self) -> Option<Message> {
        self.lock().waiting.pop_front()
    }

    /// Puts back what was sent and not confirmed, in its order.
    pub(super) fn put_back(&self, messages: impl DoubleEndedIterator<Item = Message>) {
        let mut state = self.lock();
        for message in messages.rev() {
            state.waiting.push_front(message);
        }
    }

    /// The broker has these messages.
    pub(super) fn confirm(&self, messages: impl Iterator<Item = Message>) {
        let mut state = self.lock();
        for message in messages {
            state.bytes -= message.bytes();
            state.unconfirmed -= 1;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The broker will never take this one.
    pub(super) fn refuse(&self, message: Message, why: String) {
        let mut state = self.lock();
        state.bytes -= message.bytes();
        state.unconfirmed -= 1;
        state.refused.push((message, why));
        drop(state);
        self.changed.notify_all();
    }

    /// The conversation has ended.
    pub(super) fn end(&self, fault: Option<Error>) {
        let mut state = self.lock();
        if state.end.is_none() {
            state.end = Some(fault);
        }
        drop(state);
        self.changed.notify_all();
    }
}
