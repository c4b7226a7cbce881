//! What the thread that speaks with the broker hands to the one that makes records. Bounded: when it is full, the
//! broker is left to wait.

use crate::net::mqtt::Wake;
use crate::net::mqtt::packet::{Publish, QoS};
use crate::reading::link::Event;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// At most this many bytes wait, and one packet more.
const MOST_BYTES: usize = 1 << 20;

/// What a message costs beside its bytes.
const MESSAGE_BYTES: usize = 128;

/// Something received.
#[derive(Debug)]
pub(super) enum Delivery {
    Message(Publish, u64),
    /// A message too large to hold, its size, and the number of its connection.
    Begin(Publish, usize, u64),
    Piece(Bytes),
    End,
    /// Something happened to the connection.
    Link(Event),
}

impl Delivery {
    fn bytes(&self) -> usize {
        match self {
            Delivery::Message(publish, _) | Delivery::Begin(publish, ..) => {
                MESSAGE_BYTES + publish.topic.len() + publish.properties.size() + publish.payload.len()
            }
            Delivery::Piece(bytes) => bytes.len(),
            Delivery::End | Delivery::Link(_) => MESSAGE_BYTES,
        }
    }

    /// The broker waits for an answer to it.
    fn is_asking(&self) -> bool {
        matches!(self, Delivery::Message(p, _) | Delivery::Begin(p, ..) if p.qos > QoS::Zero)
    }
}

pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
    wake: Wake,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Delivery>,
    bytes: usize,
    asking: usize,
    /// Nothing more will come.
    is_over: bool,
    /// The records are made; only acknowledgements are to come.
    is_finished: bool,
    /// The other thread waits for room.
    is_held: bool,
}

/// Closes the inbox when the thread that fills it ends, however it ends.
pub(super) struct Closer<'i>(pub(super) &'i Inbox);

impl Drop for Closer<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Finishes the inbox when the thread that empties it ends, however it ends: the other one would wait for ever.
pub(super) struct Finisher<'i>(pub(super) &'i Inbox);

impl Drop for Finisher<'_> {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Inbox {
    pub(super) fn new(wake: Wake) -> Inbox {
        Inbox { state: Mutex::default(), changed: Condvar::new(), wake }
    }

    // A panicking holder cannot leave it half changed in a way that matters: it would be over.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts all of these in.
    pub(super) fn put(&self, deliveries: &mut Vec<Delivery>) {
        if deliveries.is_empty() {
            return;
        }
        let mut state = self.lock();
        for delivery in deliveries.drain(..) {
            state.bytes += delivery.bytes();
            state.asking += usize::from(delivery.is_asking());
            state.waiting.push_back(delivery);
        }
        drop(state);
        self.changed.notify_one();
    }

    /// For how many more messages there is room, of at most `most`.
    pub(super) fn room(&self, on_their_way: usize, most: usize) -> usize {
        let mut state = self.lock();
        let is_full = state.bytes >= MOST_BYTES || state.is_over;
        let room = if is_full { 0 } else { most.saturating_sub(state.asking + on_their_way) };
        state.is_held = room == 0;
        room
    }

    /// Takes everything that waits. `wait`: until there is something. False: it is over, and nothing waits.
    pub(super) fn take(&self, to: &mut VecDeque<Delivery>, wait: bool) -> bool {
        let mut state = self.lock();
        while wait && state.waiting.is_empty() && !state.is_over {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_over && state.waiting.is_empty() {
            return false;
        }
        std::mem::swap(&mut state.waiting, to);
        (state.bytes, state.asking) = (0, 0);
        if std::mem::take(&mut state.is_held) {
            self.wake.wake();
        }
        true
    }

    /// Nothing more will come: what waits is the last.
    pub(super) fn close(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }

    /// The records are made, and sent to the sink.
    fn finish(&self) {
        let mut state = self.lock();
        (state.is_over, state.is_finished) = (true, true);
        state.waiting.clear();
        drop(state);
        self.wake.wake();
    }

    /// The thread that empties it has ended.
    pub(super) fn is_finished(&self) -> bool {
        self.lock().is_finished
    }
}
