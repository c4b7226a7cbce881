//! What a pipeline tells its supervisor while it runs: once a second a line of JSON on a descriptor that it was started
//! with. It is told by the environment, so that nothing on the command line says who watches.

use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::FdFlags;
use serde::{Deserialize, Serialize};
use std::os::fd::RawFd;

/// The number of the descriptor.
pub(crate) const VARIABLE: &str = "KYMO_REPORT_FD";

/// What has gone through since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Counts {
    /// Records that the source gave.
    #[serde(rename = "in")]
    pub taken: u64,
    /// Records that the sink has kept.
    #[serde(rename = "out")]
    pub kept: u64,
    /// Records that could not be used.
    pub rejected: u64,
    /// When the last one was kept: ns since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
}

/// The way to the supervisor.
#[derive(Debug)]
pub(crate) struct Reporter(OwnedFd);

impl Reporter {
    /// The way that this process was started with, if it was.
    pub(crate) fn inherited() -> Option<Reporter> {
        let number: RawFd = std::env::var(VARIABLE).ok()?.parse().ok().filter(|number| *number > 2)?;
        // By way of /proc, so that a wrong number is an error, never somebody else's descriptor taken over.
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(format!("/proc/self/fd/{number}"), flags, Mode::empty()).ok().map(Reporter)
    }

    /// Tells. A supervisor that does not read (or is gone) holds nothing up.
    pub(crate) fn tell(&self, counts: &Counts) {
        if let Ok(mut line) = serde_json::to_vec(counts) {
            line.push(b'\n');
            // Whole or not at all: a pipe takes up to 4096 bytes in one (pipe(7)).
            let _ = rustix::io::write(&self.0, &line);
        }
    }
}

/// Makes a descriptor one that a child process gets, too; its number is the variable's value.
pub(crate) fn hand_on(fd: BorrowedFd<'_>) -> rustix::io::Result<OwnedFd> {
    let copy = rustix::io::fcntl_dupfd_cloexec(fd, 3)?;
    rustix::io::fcntl_setfd(&copy, FdFlags::empty())?;
    Ok(copy)
}
