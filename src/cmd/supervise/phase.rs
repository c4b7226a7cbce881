//! What a unit is doing, and what becomes of it then.

use crate::host::keeper::End;
use rustix::process::Pid;
use std::time::Instant;

/// What a unit is doing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    /// For those that it comes after.
    Waiting,
    Running,
    /// It was told to end, or has ended and what it left is being ended; after `stuck` its keeper cannot do it.
    Ending {
        stuck: Instant,
    },
    /// Its keeper was killed: what is left of the group, and what has come to us, is being ended.
    Clearing {
        group: Pid,
        kill_at: Instant,
    },
    /// It is started again then.
    Pausing {
        until: Instant,
    },
    /// Until its next time.
    Idle,
    /// Somebody stopped it.
    Stopped,
    /// It is done.
    Over,
    /// It would end in the same way again.
    Refused,
}

/// What becomes of a unit when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// What its end and its file say.
    Judge,
    Start,
    Stop,
}

/// How the last run ended.
#[derive(Clone, Debug)]
pub(super) struct LastEnd {
    pub(super) end: Option<End>,
    /// ns since 1970.
    pub(super) at: i64,
    pub(super) why: Option<String>,
}
