//! What others may read of a stage while it works.

use crate::reading::error::{Code, Error};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a stage has sent and rejected so far; and what went wrong on its way out.
#[derive(Default)]
pub(crate) struct Tally {
    sent: AtomicU64,
    rejected: AtomicU64,
    kept: AtomicU64,
    started: AtomicBool,
    /// Bytes of files that there are to read, and that were read.
    expected: AtomicU64,
    read: AtomicU64,
    /// Messages that a source has left out.
    left: Mutex<BTreeMap<Code, u64>>,
    fault: Mutex<Option<Error>>,
}

impl Tally {
    pub(super) fn send(&self, records: u64) {
        self.sent.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn reject(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn keep(&self, records: u64) {
        self.kept.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.expected.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes of its files a source has read, and how many there are, where that is known.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        let expected = self.expected.load(Ordering::Relaxed);
        (expected > 0).then(|| (self.read.load(Ordering::Relaxed), expected))
    }

    pub(super) fn leave(&self, code: Code) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// Messages that a source has left out, by the reason.
    pub(in crate::flow) fn left(&self) -> BTreeMap<Code, u64> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn fail(&self, error: Error) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Records that have left.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Records that were rejected.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Records that the sink has kept: committed, where there is something to commit.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// The stage is a sink that is ready for its first record.
    pub(crate) fn start(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// See [`Tally::start`].
    pub(crate) fn has_started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// What went wrong on the way out (the rejects could not be written).
    pub(crate) fn fault(&self) -> Option<Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
