//! A progress bar on a terminal, for bounded work that takes long. The one place that draws: where stderr is no terminal
//! there is no bar, and whoever prints a message takes it away first ([`aside`]).

use crate::reading::text::printable;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What takes less time needs no bar.
const AFTER: Duration = Duration::from_secs(1);

/// So often it is looked up how much was read.
const LOOK: Duration = Duration::from_millis(100);

/// The bar on this process's terminal: there is one at a time.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Bytes,
    /// Things that are called so.
    Number(&'static str),
    /// The time that records have, ns: nobody has counted them.
    Span,
}

/// Work that goes on. The bar is gone when nobody has it any more.
#[derive(Clone)]
pub(crate) struct Progress(Option<Arc<Work>>);

struct Work {
    bar: ProgressBar,
    since: Instant,
    /// What the process had read before, and when it was looked up last.
    reads: Option<(u64, Mutex<Instant>)>,
}

/// Somebody would see a bar. What has to be counted for one is not counted for nobody.
pub(crate) fn is_seen() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !is_dumb && !ProgressDrawTarget::stderr().is_hidden()
}

/// Does what prints to the terminal: the bar is away meanwhile.
pub(crate) fn aside<T>(print: impl FnOnce() -> T) -> T {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match shown {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

impl Progress {
    /// Work of this name, of which there is so much in all.
    pub(crate) fn new(name: impl Display, measure: Measure, all: u64) -> Progress {
        if !is_seen() {
            return Progress(None);
        }
        // It is not drawn before there is something to see.
        let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::hidden()).with_message(shown(&name));
        let template = match measure {
            Measure::Bytes => "{msg} {wide_bar} {bytes}/{total_bytes}, {eta} left".to_owned(),
            Measure::Number(what) => format!("{{msg}} {{wide_bar}} {{human_pos}}/{{human_len}} {what}, {{eta}} left"),
            Measure::Span => "{msg} {wide_bar} {percent} % of the time span, {eta} left".to_owned(),
        };
        let bar = match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Progress(Some(Arc::new(Work { bar, since: Instant::now(), reads: None })))
    }

    /// Work that reads this many bytes of files, by another's hand: what the process has read says how far it is.
    pub(crate) fn of_reading(name: impl Display, all: u64) -> Progress {
        let Progress(Some(work)) = Progress::new(name, Measure::Bytes, all) else { return Progress(None) };
        let Some((mut work, read)) = Arc::into_inner(work).zip(bytes_read()) else { return Progress(None) };
        work.reads = Some((read, Mutex::new(work.since)));
        Progress(Some(Arc::new(work)))
    }

    /// Somebody would see it.
    pub(crate) fn is_seen(&self) -> bool {
        self.0.is_some()
    }

    /// This much is done.
    pub(crate) fn set(&self, done: u64) {
        let Some(work) = &self.0 else { return };
        let Work { bar, since, .. } = &**work;
        if bar.is_hidden() && since.elapsed() >= AFTER {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
        }
        bar.set_position(done.min(bar.length().unwrap_or(done)));
    }

    /// This much more is done.
    pub(crate) fn add(&self, more: u64) {
        if let Some(work) = &self.0 {
            self.set(work.bar.position() + more);
        }
    }

    /// Another name, for the next part of the work.
    pub(crate) fn rename(&self, name: impl Display) {
        if let Some(work) = &self.0 {
            work.bar.set_message(shown(&name));
        }
    }

    /// Of [`Progress::of_reading`]: looks how far it is. It may be called often.
    pub(crate) fn look(&self) {
        let Some((before, last)) = self.0.as_ref().and_then(|work| work.reads.as_ref()) else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LOOK
            && let Some(read) = bytes_read()
        {
            *last = Instant::now();
            self.set(read.saturating_sub(*before));
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.bar.is_hidden() {
            *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        self.bar.finish_and_clear();
    }
}

fn shown(name: &impl Display) -> String {
    printable(&name.to_string()).into_owned()
}

/// What this process has read so far (proc(5): `rchar`); `None`: the kernel does not say.
fn bytes_read() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/io").ok()?;
    text.lines().find_map(|line| line.strip_prefix("rchar: "))?.parse().ok()
}
