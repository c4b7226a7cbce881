//! Acknowledgements: tokens that travel with the records and fail closed.
//!
//! A source that must tell its sender «received» takes a token for each message
//! from its [`Pending`]. The runner carries the token to the sink and calls
//! [`Ack::done`] after the commit; a token that is dropped in any other way (an
//! early return, a panic, a closed channel) reports failure.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tells a source that it has something to take from its [`Pending`].
pub(crate) type Wake = Box<dyn Fn() + Send + Sync>;

/// The token of one message. Dropping it says that the message was not kept.
#[derive(Debug)]
pub(crate) struct Ack {
    shared: Arc<dyn Settle>,
    number: u64,
    settled: bool,
}

impl Ack {
    /// The message is kept: everything made of it is committed.
    pub(in crate::flow) fn done(mut self) {
        self.settled = true;
        self.shared.settle(self.number, true);
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        if !self.settled {
            self.shared.settle(self.number, false);
        }
    }
}

trait Settle: Send + Sync + std::fmt::Debug {
    fn settle(&self, number: u64, kept: bool);
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Committed: tell its sender.
    Kept,
    /// Not committed: tell its sender nothing, or to send it again.
    Failed,
}

/// A source's messages that are on their way, in the order of receipt.
///
/// `T` is what the source needs to answer one: a packet's number and its
/// connection's, a row id.
pub(crate) struct Pending<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    queue: Mutex<Queue<T>>,
    settled: Condvar,
    wake: Option<Wake>,
}

struct Queue<T> {
    /// The number of the entry at the front.
    first: u64,
    entries: VecDeque<(T, Option<Outcome>)>,
}

impl<T> Shared<T> {
    // A panicking holder cannot leave the queue half changed: each change is one assignment.
    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending({})", self.lock().entries.len())
    }
}

impl<T: Send> Settle for Shared<T> {
    fn settle(&self, number: u64, kept: bool) {
        let outcome = if kept { Outcome::Kept } else { Outcome::Failed };
        let mut queue = self.lock();
        let index = number.checked_sub(queue.first).and_then(|i| usize::try_from(i).ok());
        if let Some(entry) = index.and_then(|i| queue.entries.get_mut(i)) {
            entry.1 = Some(outcome);
        }
        // The oldest has its outcome now. The others' are found behind it by whoever takes that.
        let ready = index == Some(0);
        drop(queue);
        if ready {
            self.settled.notify_all();
            if let Some(wake) = &self.wake {
                wake();
            }
        }
    }
}

impl<T: Send + 'static> Pending<T> {
    /// Nothing is on its way yet. `wake` is called, from another thread, when there is something to take.
    pub(crate) fn new(wake: Option<Wake>) -> Pending<T> {
        let queue = Mutex::new(Queue { first: 0, entries: VecDeque::new() });
        Pending { shared: Arc::new(Shared { queue, settled: Condvar::new(), wake }) }
    }

    /// Registers a received message and gives the token that travels with its records.
    pub(crate) fn receive(&self, message: T) -> Ack {
        let mut queue = self.shared.lock();
        let number = queue.first + queue.entries.len() as u64;
        queue.entries.push_back((message, None));
        drop(queue);
        Ack { shared: Arc::clone(&self.shared) as Arc<dyn Settle>, number, settled: false }
    }

    /// The oldest message, if its outcome is known. Messages come back in the order of receipt.
    pub(crate) fn take(&self) -> Option<(T, Outcome)> {
        let mut queue = self.shared.lock();
        let outcome = queue.entries.front()?.1?;
        let (message, _) = queue.entries.pop_front()?;
        queue.first += 1;
        Some((message, outcome))
    }

    /// As [`Pending::take`], but waits up to `patience` for an outcome. `None`: nothing is pending, or time is up.
    pub(crate) fn wait(&self, patience: Duration) -> Option<(T, Outcome)> {
        let end = Instant::now() + patience;
        let mut queue = self.shared.lock();
        loop {
            match queue.entries.front() {
                None => return None,
                Some((_, Some(_))) => break,
                Some((_, None)) => {}
            }
            let left = end.checked_duration_since(Instant::now())?;
            queue = match self.shared.settled.wait_timeout(queue, left) {
                Ok((queue, _)) => queue,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        drop(queue);
        self.take()
    }

    /// How many messages are on their way.
    pub(crate) fn len(&self) -> usize {
        self.shared.lock().entries.len()
    }

    /// Nothing is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_come_back_in_the_order_of_receipt() {
        let pending = Pending::new(None);
        let [first, second, third] = [0, 1, 2].map(|n| pending.receive(n));
        third.done();
        assert_eq!(pending.take(), None);
        first.done();
        assert_eq!(pending.take(), Some((0, Outcome::Kept)));
        assert_eq!(pending.take(), None);
        drop(second);
        assert_eq!(pending.take(), Some((1, Outcome::Failed)));
        assert_eq!(pending.take(), Some((2, Outcome::Kept)));
        assert!(pending.is_empty());
    }

    #[test]
    fn a_token_lost_in_a_panic_reports_failure() {
        let pending = Pending::new(None);
        let ack = pending.receive(7);
        let result = std::thread::spawn(move || {
            let _held = ack;
            std::panic::resume_unwind(Box::new("a sink that fails"));
        })
        .join();
        assert!(result.is_err());
        assert_eq!(pending.wait(Duration::from_secs(5)), Some((7, Outcome::Failed)));
    }

    #[test]
    fn waiting_for_nothing_returns_at_once() {
        let pending: Pending<u8> = Pending::new(None);
        assert_eq!(pending.wait(Duration::from_secs(60)), None);
    }

    #[test]
    fn a_token_that_outlives_its_pending_harms_nothing() {
        let pending = Pending::new(None);
        let ack = pending.receive(1);
        drop(pending);
        ack.done();
    }
}
