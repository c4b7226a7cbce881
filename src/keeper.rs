//! Commands that are run again and again and leave nothing behind: [`Kept`] is one that runs, [`keep`] the keeper
//! between kymo and it.
//!
//! Decision: the keeper is kymo once more, and leads a process group with the command and all that this starts. It reads
//! from a pipe of which only kymo has the other end: however kymo ends, the pipe does, and the keeper ends the group. A
//! signal for the death of the parent would reach the command alone. What leaves the group by setsid(2) is on its own.

use crate::diag;
use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::stop::{Relay, Stop};
use crate::time;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::process::{Pid, PidfdFlags, Signal, getpgrp, getpid, kill_process_group, pidfd_open};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The same codes as those of timeout(1) and env(1).
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// How often it is looked whether others of the group are left, and for an end where the kernel tells none.
const LOOK: Duration = Duration::from_millis(20);

/// A command that runs, with its keeper. It is ended when this is dropped.
pub struct Kept {
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
pub struct Ready {
    pub stdout: bool,
    pub stderr: bool,
}

impl Kept {
    /// Starts a command. If kymo dies its group gets TERM, and after `grace` KILL. It has no input.
    pub fn start(command: &[OsString], grace: Duration) -> Result<Kept> {
        let mut kymo = Command::new("/proc/self/exe");
        let grace = time::write_duration(i64::try_from(grace.as_nanos()).unwrap_or(i64::MAX));
        kymo.arg0("kymo").args(diag::flags()).args(["keep", "--grace", &grace, "--"]).args(command);
        kymo.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = kymo.spawn().map_err(|e| Error::io("start a process", e))?;
        let ended = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).ok();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Kept { _lifeline: child.stdin.take(), child, ended, stdout, stderr, reaped: false })
    }

    /// Waits until there is something to read, the command has ended, a stop comes, or time is up.
    pub fn wait(&self, stop: &Stop, time: Duration) -> Ready {
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
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait().map_err(|e| Error::io("wait for a command", e))?;
        self.reaped = status.is_some();
        Ok(status)
    }

    /// A signal to it and all that it started.
    pub fn signal(&self, signal: Signal) {
        // As long as nobody has waited for it its number cannot be another's.
        if !self.reaped {
            let pid = Pid::from_child(&self.child);
            let _ = kill_process_group(pid, signal);
            // What is stopped does not see it otherwise.
            let _ = kill_process_group(pid, Signal::CONT);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// The keeper: runs a command in its own process group, and ends as that ended. When stdin ends, it ends the group: TERM,
/// and KILL after `grace`, itself included.
pub fn keep(command: &[OsString], lifeline: impl AsFd, grace: Duration) -> Result<Exit> {
    let Some((program, words)) = command.split_first() else {
        return Err(Error::usage("a command is missing"));
    };
    if getpgrp() != getpid() {
        return Err(Error::usage("keep is for kymo itself: it leads a process group"));
    }
    // What is meant for the group is for the command: its keeper goes on.
    let mut relay = Relay::listen()?;
    let mut child = match Command::new(program).args(words).stdin(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(why) => {
            diag::error("keep", "command", format_args!("run {}: {why}", program.display()));
            let missing = why.kind() == std::io::ErrorKind::NotFound;
            return Ok(Exit::Code(if missing { NOT_FOUND } else { NOT_RUNNABLE }));
        }
    };
    let group = getpgrp();
    let mut until: Option<Instant> = None;
    loop {
        let status = child.try_wait().map_err(|e| Error::io("wait for a command", e))?;
        match (status, until) {
            (Some(status), None) => return Ok(exit_of(status)),
            (Some(status), Some(_)) if !others(group) => return Ok(exit_of(status)),
            (_, Some(at)) if Instant::now() >= at => {
                let _ = kill_process_group(group, Signal::KILL);
                return Err(Error::new(Kind::Bug, "the keeper outlived its group"));
            }
            (_, Some(_)) => {
                relay.wait(Some(LOOK));
            }
            (None, None) => {
                if relay.wait_beside(&lifeline) {
                    until = Some(Instant::now() + grace);
                    let _ = kill_process_group(group, Signal::TERM);
                    // What is stopped does not see it otherwise.
                    let _ = kill_process_group(group, Signal::CONT);
                }
            }
        }
    }
}

/// Somebody but this process is in the group, and not only as a zombie (proc_pid_stat(5)).
fn others(group: Pid) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    let own = std::process::id().to_string();
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        if !name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) || name == *own {
            return false;
        }
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name of a command may contain anything, also brackets and blanks.
        let mut fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ');
        let state = fields.next();
        let its = fields.nth(1).and_then(|text| text.parse().ok());
        its == Some(group.as_raw_pid()) && !matches!(state, Some("Z" | "X"))
    })
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.signal() {
        Some(signal) => Exit::Signal(signal),
        None => Exit::Code(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)),
    }
}
