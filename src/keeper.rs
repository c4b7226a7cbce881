//! Keepers: commands that are ended with all that belongs to them. [`keep`] is what a keeper does, [`words`] what it says and is told,
//! [`Captured`] a command that is run for what it prints.
//!
//! Decision: a keeper is kymo once more (`cmd/keep.rs`), a process between kymo and the command. It leads a process group, and
//! whatever the command leaves behind becomes its child (PR_SET_CHILD_SUBREAPER), also what has left the group by setsid(2). It reads from a pipe of
//! which only kymo has the other end: however kymo ends, the pipe does, and the keeper sends TERM, waits for the grace, and kills what is
//! left. Should the keeper itself be killed, the command gets TERM from the kernel.

mod captured;
pub mod words;

pub use self::captured::{Captured, Ready};

use self::words::Order;
use crate::diag;
use crate::error::{Error, Result};
use crate::stop::{Relay, SIGINT, SIGTERM};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::process::{Pid, Signal, WaitOptions, kill_process};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// While something is to be ended that is no child yet, and for an end where the kernel tells none, it is looked so often.
const LOOK: Duration = Duration::from_millis(20);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    Code(u8),
    Signal(i32),
    /// The keeper was killed: how the unit ended nobody saw.
    Unknown,
}

impl End {
    /// Nothing is wrong: it is done, perhaps with rejects.
    pub fn is_done(self) -> bool {
        matches!(self, End::Code(0 | 1))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Code(code) => write!(f, "exit status {code}"),
            End::Signal(signal) => write!(f, "signal {signal}"),
            End::Unknown => f.write_str("its keeper killed"),
        }
    }
}

/// How far the end has come.
#[derive(Clone, Copy)]
enum Phase {
    Running,
    /// TERM was sent; KILL follows then.
    Ending(Instant),
    Killing,
}

/// A command as a keeper starts it: nothing on stdin, and with TERM should the keeper be killed.
pub fn command(words: &[OsString]) -> Command {
    let mut kymo = Command::new("/proc/self/exe");
    // Only a process itself can ask for a signal when its parent dies.
    kymo.arg0("kymo").args(diag::flags()).args(["lock", "exec", "--parent"]);
    kymo.arg(std::process::id().to_string()).arg("--").args(words).stdin(Stdio::null());
    kymo
}

/// Becomes the keeper of a command, until nothing of it is left: starts it, tells that (`started`) and its end (`ended`), and ends it and what it
/// left behind when it has ended, when an order or TERM comes, or when `orders` ends.
///
/// # Errors
///
/// `Io` if it cannot be started.
pub fn keep(
    mut command: Command,
    orders: impl AsFd,
    grace: Duration,
    relay: &mut Relay,
    started: impl FnOnce(Pid),
    mut ended: impl FnMut(End),
) -> Result<()> {
    let reaper = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    reaper.map_err(|e| Error::io("become a reaper", e))?;
    let child = command.spawn().map_err(|e| Error::io("start a process", e))?;
    let main = Pid::from_child(&child);
    started(main);
    let mut phase = Phase::Running;
    let mut main_ended = false;
    let mut listens = true;
    loop {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == main {
                main_ended = true;
                let code = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(End::Code);
                let signal = status.terminating_signal().map(End::Signal);
                ended(code.or(signal).unwrap_or(End::Unknown));
            }
        }
        let left = descendants();
        if main_ended && left.is_empty() {
            return Ok(());
        }
        match phase {
            // It left something behind.
            Phase::Running if main_ended => phase = end(&left, grace),
            Phase::Ending(until) if Instant::now() >= until => phase = Phase::Killing,
            _ => {}
        }
        let wait = match phase {
            Phase::Running => None,
            Phase::Ending(until) => Some(until.saturating_duration_since(Instant::now()).min(LOOK)),
            Phase::Killing => {
                send(&left, Signal::KILL);
                Some(LOOK)
            }
        };
        let wait = wait.map(|wait| Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) });
        let mut fds = vec![PollFd::from_borrowed_fd(relay.fd(), PollFlags::IN)];
        if listens {
            fds.push(PollFd::new(&orders, PollFlags::IN));
        }
        let _ = poll(&mut fds, wait.as_ref());
        let has_order = fds.get(1).is_some_and(|fd| !fd.revents().is_empty());
        drop(fds);
        let asked = relay.caught().iter().any(|caught| matches!(caught.signal, SIGTERM | SIGINT));
        let order = if has_order { Order::read(&orders) } else { None };
        match order {
            Some(Order::Kill) => phase = Phase::Killing,
            // Whoever started us is gone.
            Some(Order::Gone) => listens = false,
            _ => {}
        }
        if matches!(phase, Phase::Running) && (asked || matches!(order, Some(Order::End | Order::Gone))) {
            phase = end(&descendants(), grace);
        }
    }
}

fn end(left: &[Pid], grace: Duration) -> Phase {
    send(left, Signal::TERM);
    // One that is stopped does not see it otherwise.
    send(left, Signal::CONT);
    Phase::Ending(Instant::now() + grace)
}

fn send(to: &[Pid], signal: Signal) {
    for &pid in to {
        // One that has ended since it was looked for is no fault.
        let _ = kill_process(pid, signal);
    }
}

/// The children of this process, theirs, and so on.
fn descendants() -> Vec<Pid> {
    let mut parents: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = parent_of(pid) {
            parents.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut next = vec![rustix::process::getpid().as_raw_pid()];
    while let Some(parent) = next.pop() {
        let children = parents.remove(&parent).unwrap_or_default();
        found.extend(children.iter().filter_map(|&pid| Pid::from_raw(pid)));
        next.extend(children);
    }
    found
}

/// The parent of a process that lives: not of one that has only not been waited for.
fn parent_of(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_ascii_whitespace();
    let state = words.next()?;
    words.next()?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}
