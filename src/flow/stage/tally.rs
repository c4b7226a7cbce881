//! What others may read of a stage while it works.

use crate::host::progress::Measure;
use crate::reading::error::{Code, Error};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What a stage has sent and rejected so far; and what went wrong on its way out.
#[derive(Default)]
pub(crate) struct Tally {
    sent: AtomicU64,
    rejected: AtomicU64,
    kept: AtomicU64,
    started: AtomicBool,
    /// How much a source has to read, where that is known, and how much of it was read.
    expected: OnceLock<(Measure, u64)>,
    read: AtomicU64,
    /// What a source has left out.
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

    /// There is this much to read. The first call counts.
    pub(crate) fn expect(&self, measure: Measure, all: u64) {
        let _ = self.expected.set((measure, all));
    }

    pub(super) fn read(&self, more: u64) {
        self.read.fetch_add(more, Ordering::Relaxed);
    }

    /// So much of it was read in all.
    pub(crate) fn reach(&self, read: u64) {
        self.read.store(read, Ordering::Relaxed);
    }

    /// How much of it was read, and how much there is, where that is known.
    pub(crate) fn progress(&self) -> Option<(Measure, u64, u64)> {
        let &(measure, all) = self.expected.get()?;
        (all > 0).then(|| (measure, self.read.load(Ordering::Relaxed), all))
    }

    /// A source has left a message or a record out.
    pub(crate) fn leave(&self, code: Code) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// What a source has left out, by the reason.
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
