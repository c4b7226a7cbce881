//! What a supervisor is told of a pipeline while it runs: once a second, and at its end.

use crate::flow::stage::{Stage, Tally};
use crate::flow::stdio;
use crate::host::progress::Progress;
use crate::host::report::{Counts, Reporter};
use crate::reading::time;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);

/// The counters of all stages, and who is told.
pub(super) struct Watch {
    /// `None`: nobody watches.
    reporter: Option<Reporter>,
    all: Vec<Arc<Tally>>,
    sinks: Vec<Arc<Tally>>,
    source: Option<Arc<Tally>>,
    sink: Option<Arc<Tally>>,
    told: Option<Instant>,
    counts: Counts,
    /// Records go to a terminal, where nothing must stand between them.
    is_shown: bool,
    /// How far the source is.
    progress: Option<Progress>,
}

impl Watch {
    pub(super) fn new() -> Watch {
        let reporter = Reporter::inherited();
        Watch {
            reporter,
            all: Vec::new(),
            sinks: Vec::new(),
            source: None,
            sink: None,
            told: None,
            counts: Counts::default(),
            is_shown: false,
            progress: None,
        }
    }

    /// One more stage. What counts is what the first source gives, and what the first sink behind the last source keeps: others
    /// behind it only show.
    pub(super) fn add(&mut self, stage: &Stage, tally: Arc<Tally>) {
        match stage {
            Stage::Source(_) => {
                self.source.get_or_insert_with(|| Arc::clone(&tally));
                self.sink = None;
            }
            Stage::Sink(_) => {
                self.sink.get_or_insert_with(|| Arc::clone(&tally));
                self.sinks.push(Arc::clone(&tally));
            }
            Stage::Filter(_) => {}
        }
        self.all.push(tally);
    }

    /// Its last stage writes records to stdout.
    pub(super) fn writes_to_stdout(&mut self) {
        self.is_shown |= stdio::is_terminal();
    }

    /// Shows how far the source is.
    fn show(&mut self) {
        let Some((measure, done, all)) = self.source.as_ref().and_then(|source| source.progress()) else { return };
        if !self.is_shown {
            self.progress.get_or_insert_with(|| Progress::new("read", measure, all)).set(done);
        }
    }

    /// Tells, if it is time; the first time when all sinks are ready.
    pub(super) fn look(&mut self) {
        self.show();
        let is_up = self.told.is_some() || self.sinks.iter().all(|sink| sink.has_started());
        if self.reporter.is_some() && is_up && self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            self.told = Some(Instant::now());
            self.tell();
        }
    }

    /// The last word.
    pub(super) fn conclude(&mut self) {
        self.progress = None;
        self.tell();
    }

    fn tell(&mut self) {
        let Some(reporter) = &self.reporter else { return };
        let kept = self.sink.as_ref().map_or(0, |tally| tally.kept());
        self.counts = Counts {
            taken: self.source.as_ref().map_or(0, |tally| tally.sent()),
            kept,
            rejected: self.all.iter().map(|tally| tally.rejected()).sum(),
            last: if kept == self.counts.kept { self.counts.last } else { Some(time::now()) },
        };
        reporter.tell(&self.counts);
    }
}
