//! What becomes of a reading that waits: a claim to one fate, which its record keeps however many pairs it waits in.

use super::rules::Unpaired;
use crate::flow::fate::Fate;
use crate::flow::stage::Output;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::{Origin, Record};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A reading's own line, where that may still be wanted.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) raw: Box<[u8]>,
    pub(super) origin: Origin,
    of: Lines,
}

/// Counts the bytes of all lines that are kept, wherever they wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Arc<AtomicUsize>);

impl Lines {
    pub(super) fn keep(&self, raw: &[u8], origin: Origin) -> Box<Line> {
        self.0.fetch_add(raw.len() + size_of::<Line>(), Ordering::Relaxed);
        Box::new(Line { raw: raw.into(), origin, of: self.clone() })
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.of.0.fetch_sub(self.raw.len() + size_of::<Line>(), Ordering::Relaxed);
    }
}

/// A waiting reading's claim to a fate.
#[derive(Clone, Debug, Default)]
pub(super) enum Claim {
    /// Its record has its fate already.
    #[default]
    Settled,
    /// It alone speaks for its record.
    Own,
    /// Its record waits in several pairs.
    Shared(Arc<Shared>),
}

/// A record that waits in several pairs: it is changed if a power was made of it anywhere, unless it is rejected or passed.
#[derive(Debug)]
pub(super) struct Shared {
    open: AtomicUsize,
    used: AtomicBool,
    settled: AtomicBool,
}

impl Claim {
    /// For a record that is to wait in this number of pairs. Its reader holds one claim more until it knows whether it does.
    pub(super) fn of(pairs: usize) -> Claim {
        match pairs {
            0 | 1 => Claim::Own,
            pairs => Claim::Shared(Arc::new(Shared {
                open: AtomicUsize::new(pairs + 1),
                used: AtomicBool::new(false),
                settled: AtomicBool::new(false),
            })),
        }
    }

    /// A power was made of it.
    pub(super) fn use_up(self, out: &mut Output) {
        match self {
            Claim::Settled => {}
            Claim::Own => out.settle(Fate::Changed, b""),
            Claim::Shared(shared) => {
                shared.used.store(true, Ordering::Relaxed);
                shared.close(out);
            }
        }
    }

    /// No power is made of it, and `unpaired` says what happens to it. `why`: with what reason it is rejected.
    pub(super) fn leave(
        self,
        unpaired: Unpaired,
        line: Option<&Line>,
        why: impl FnOnce() -> Error,
        out: &mut Output,
    ) -> Result<()> {
        let first = match &self {
            Claim::Settled => false,
            Claim::Own => true,
            Claim::Shared(shared) => unpaired != Unpaired::Drop && !shared.settled.swap(true, Ordering::Relaxed),
        };
        let done = match (unpaired, line) {
            (Unpaired::Reject, Some(line)) if first => out.reject_held(&line.raw, line.origin, &why()),
            (Unpaired::Reject, Some(line)) => out.reject_also(&line.raw, line.origin, &why()),
            (Unpaired::Pass, Some(line)) => {
                out.copy(&Record::new(&line.raw, None, line.origin));
                if first {
                    out.settle(Fate::Pass, &line.raw);
                }
                Ok(())
            }
            _ => {
                if first {
                    out.settle(Fate::Left(Code::Spare), b"");
                }
                Ok(())
            }
        };
        if let Claim::Shared(shared) = self {
            shared.close(out);
        }
        done
    }

    /// It did not come to wait in one of its pairs, or its reader knows that it waits in another.
    pub(super) fn withdraw(self, out: &mut Output) {
        if let Claim::Shared(shared) = self {
            shared.close(out);
        }
    }

    /// Whether its record still waits; of several that share one only the first says so.
    pub(super) fn is_open(&self, seen: &mut HashSet<*const Shared>) -> bool {
        match self {
            Claim::Settled => false,
            Claim::Own => true,
            Claim::Shared(shared) => seen.insert(Arc::as_ptr(shared)) && !shared.settled.load(Ordering::Relaxed),
        }
    }
}

impl Shared {
    fn close(&self, out: &mut Output) {
        if self.open.fetch_sub(1, Ordering::Relaxed) == 1 && !self.settled.swap(true, Ordering::Relaxed) {
            let used = self.used.load(Ordering::Relaxed);
            out.settle(if used { Fate::Changed } else { Fate::Left(Code::Spare) }, b"");
        }
    }
}
