//! A command that is run for what it prints.

use super::end::LOOK;
use crate::host::again;
use crate::host::stop::Stop;
use crate::reading::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::time::Duration;

/// A command that runs, with its keeper. It is ended when this is dropped.
pub(crate) struct Captured {
    child: Child,
    /// Its end is ours.
    _lifeline: Option<ChildStdin>,
    /// Readable once the keeper has ended.
    ended: Option<OwnedFd>,
    /// `None`: closed, and nothing more comes.
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
    reaped: bool,
}

/// What there is to read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ready {
    pub stdout: bool,
    pub stderr: bool,
}

impl Captured {
    /// Starts a command. If kymo dies its group gets TERM, and after `grace` KILL. It has no input.
    pub(crate) fn start(command: &[OsString], grace: Duration) -> Result<Captured> {
        let mut kymo = again::keep(grace, command);
        kymo.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = kymo.spawn().map_err(|e| Error::io("start a process", e))?;
        let ended = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).ok();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Captured { _lifeline: child.stdin.take(), child, ended, stdout, stderr, reaped: false })
    }

    /// Waits until there is something to read, the command has ended, a stop comes, or time is up.
    pub(crate) fn wait(&self, stop: &Stop, time: Duration) -> Ready {
        // Of a command without output nothing but its end is waited for; where the kernel cannot tell that, it is looked for.
        let time = if self.ended.is_some() { time } else { time.min(LOOK) };
        let mut fds: Vec<(u8, BorrowedFd<'_>)> = Vec::with_capacity(4);
        fds.extend(self.stdout.as_ref().map(|fd| (0, fd.as_fd())));
        fds.extend(self.stderr.as_ref().map(|fd| (1, fd.as_fd())));
        // One that would be readable at once and for ever is none to wait for.
        if let (None, Some(ended)) = (&self.stdout, &self.ended) {
            fds.push((2, ended.as_fd()));
        }
        fds.extend((!stop.is_set()).then(|| (3, stop.fd())));
        let mut polled: Vec<PollFd<'_>> =
            fds.iter().map(|(_, fd)| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        let time =
            Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() };
        let _ = poll(&mut polled, Some(&time));
        let is_ready = |which: u8| {
            fds.iter().zip(&polled).any(|((what, _), polled)| *what == which && !polled.revents().is_empty())
        };
        Ready { stdout: is_ready(0), stderr: is_ready(1) }
    }

    /// How it ended, if it has. Afterwards no signal reaches what it left behind.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().map_err(|e| Error::io("wait for a command", e))?;
        self.reaped = status.is_some();
        Ok(status)
    }

    /// A signal to it and all that it started.
    pub(crate) fn signal(&self, signal: Signal) {
        // As long as nobody has waited for it its number cannot be another's.
        if !self.reaped {
            let pid = Pid::from_child(&self.child);
            let _ = kill_process_group(pid, signal);
            // What is stopped does not see it otherwise.
            let _ = kill_process_group(pid, Signal::CONT);
        }
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
