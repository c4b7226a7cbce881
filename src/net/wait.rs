//! Waiting for a peer, the clock and the signal at once ([`Wait`]), so that a stop is immediate in every phase.

use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use std::time::{Duration, Instant};

/// How long one waits for peers at all: until the stop, and until a moment.
#[derive(Clone, Copy)]
pub(crate) struct Wait<'a> {
    pub stop: &'a Stop,
    /// `None`: for ever.
    pub until: Option<Instant>,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// The descriptor is ready.
    Yes,
    /// Not within the time of this one wait.
    Late,
    /// A stop, or the last moment: no wait will be of use any more.
    Over,
}

impl Wait<'_> {
    /// The stop was told, or the moment has come.
    pub(crate) fn is_over(&self) -> bool {
        self.stop.is_set() || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// It is over, and there never was a connection to `name`: a fault, unless a signal has ended it.
    pub(crate) fn never_reached(&self, name: &str) -> Result<()> {
        if self.stop.is_set() {
            return Ok(());
        }
        Err(Error::new(Code::Unreachable, format!("connect to {name}: no connection in the time that was given")))
    }

    /// Waits until `fd` is ready for `flags`, at most until `by`.
    pub(crate) fn ready(&self, fd: impl AsFd, flags: PollFlags, by: Option<Instant>) -> Ready {
        let fd = fd.as_fd();
        loop {
            if self.is_over() {
                return Ready::Over;
            }
            let end = by.into_iter().chain(self.until).min();
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let time = left.map(timespec);
            let mut fds = [PollFd::new(&fd, flags), PollFd::from_borrowed_fd(self.stop.fd(), PollFlags::IN)];
            match poll(&mut fds, time.as_ref()) {
                Ok(n) if n > 0 && !fds[0].revents().is_empty() => return Ready::Yes,
                _ if by.is_some_and(|by| Instant::now() >= by) => return Ready::Late,
                _ => {}
            }
        }
    }

    /// Sleeps; false: it is over.
    pub(crate) fn sleep(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let end = self.until.map_or(end, |until| until.min(end));
        let stopped = self.stop.wait(end.saturating_duration_since(Instant::now()));
        !stopped && !self.is_over()
    }

    /// As [`Wait::ready`]: `Closed` if it is over, `Unreachable` if nothing came by then.
    pub(crate) fn need(&self, fd: impl AsFd, flags: PollFlags, by: Instant) -> Result<()> {
        match self.ready(fd, flags, Some(by)) {
            Ready::Yes => Ok(()),
            Ready::Late => Err(Error::new(Code::Unreachable, "no answer in time")),
            Ready::Over => Err(over()),
        }
    }
}

/// Waits until `fd` is ready for `flags`, whatever the stop says: for a farewell. False: not by then.
pub(crate) fn linger(fd: impl AsFd, flags: PollFlags, by: Instant) -> bool {
    let fd = fd.as_fd();
    let left = timespec(by.saturating_duration_since(Instant::now()));
    let mut fds = [PollFd::new(&fd, flags)];
    match poll(&mut fds, Some(&left)) {
        Ok(n) => n > 0,
        Err(_) => Instant::now() < by,
    }
}

/// One was stopped while waiting. Not a fault.
pub(crate) fn over() -> Error {
    Error::new(Code::Closed, "stopped")
}

/// A peer that cannot be reached, or not any more: tried again by whoever retries.
pub(crate) fn unreachable(message: impl Into<String>) -> Error {
    Error::new(Code::Unreachable, message)
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}
