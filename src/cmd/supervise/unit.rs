//! A unit, as its file describes it: what it runs, and how it is kept running.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// Something that is kept running, or run at its times. Two that are equal need no restart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) job: Job,
    pub(super) restart: Restart,
    pub(super) backoff: Pauses,
    /// After so long a run the pauses begin anew.
    pub(super) healthy: Duration,
    /// Exit codes after which it is not started again.
    pub(super) final_codes: Vec<u8>,
    /// These are up before it starts, and go down after it.
    pub(super) after: BTreeSet<String>,
    /// How long after TERM it may still finish what it has, before the grace begins.
    pub(super) drain: Duration,
    /// How long after TERM (and the drain) until KILL.
    pub(super) grace: Duration,
    pub(super) env: BTreeMap<String, String>,
    pub(super) directory: PathBuf,
    pub(super) nice: i32,
    /// Bytes.
    pub(super) max_rss: Option<u64>,
    pub(super) stall: Option<Duration>,
    pub(super) times: Times,
}

/// What it runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Job {
    /// `kymo run` with these words.
    Pipeline(Vec<String>),
    /// A program with its arguments.
    Program(Vec<String>),
}

/// When one that has ended is started again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Restart {
    Always,
    /// Not after 0 and 1.
    OnFailure,
    Never,
}

/// How long is waited before it is started again.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pauses {
    /// Exponential with full jitter, at most so long.
    UpTo(Duration),
    /// One after the other, the last again and again.
    Steps(Vec<Duration>),
}

/// When it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Times {
    /// From the start on.
    Always,
    /// Each day when the clocks show this hour and minute.
    Daily(u8, u8),
    /// So often, on the clock's grid; ns.
    Every(i64),
}
