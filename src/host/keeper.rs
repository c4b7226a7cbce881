//! Keepers: commands that are ended with all that belongs to them. [`keep`] is what a keeper does, [`words`] what it says and is told,
//! [`Captured`] a command that is run for what it prints.
//!
//! Decision: a keeper is kymo once more (`cmd/keep.rs`), a process between kymo and the command. It leads a process group, and
//! whatever the command leaves behind becomes its child (PR_SET_CHILD_SUBREAPER), also what has left the group by setsid(2). It reads from a pipe of
//! which only kymo has the other end: however kymo ends, the pipe does, and the keeper sends TERM, waits for the grace, and kills what is
//! left. Should the keeper itself be killed, the command gets TERM from the kernel.

mod captured;
mod end;
mod processes;
pub(crate) mod words;

pub(crate) use self::captured::{Captured, Ready};
pub(crate) use self::end::End;
pub(crate) use self::processes::{descendants, leads_its_group, memory, send};

use self::end::LOOK;
use self::words::Order;
use crate::host::stop::{Relay, SIGINT, SIGTERM};
use crate::reading::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::process::{Pid, Signal, WaitOptions, kill_process_group};
use std::process::Command;
use std::time::{Duration, Instant};

/// How far the end has come.
#[derive(Clone, Copy)]
enum Phase {
    Running,
    /// TERM was sent to the group; KILL follows then.
    Ending(Instant),
    /// The command itself has ended, and TERM was sent to what it left; KILL follows then.
    Clearing(Instant),
    Killing,
}

/// Becomes the keeper of a command, until nothing of it is left: starts it, tells that (`started`) and its end (`ended`). When an order
/// or TERM comes, or `orders` ends, its group gets TERM; when it has ended, what it left behind gets it; KILL follows after
/// `grace`.
///
/// # Errors
///
/// `Io` if it cannot be started.
pub(crate) fn keep(
    mut command: Command,
    orders: impl AsFd,
    grace: Duration,
    relay: &mut Relay,
    started: impl FnOnce(Pid),
    mut ended: impl FnMut(End),
) -> Result<()> {
    let reaper = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    reaper.map_err(|e| Error::io("become a reaper", e))?;
    if has_order(&orders) {
        // Whoever started us is gone already, or wants nothing any more.
        return Ok(());
    }
    let child = command.spawn().map_err(|e| Error::io("start a process", e))?;
    let main = Pid::from_child(&child);
    started(main);
    let mut phase = Phase::Running;
    let mut main_ended = false;
    let mut listens = true;
    loop {
        loop {
            match rustix::process::wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == main => {
                    main_ended = true;
                    let code = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(End::Code);
                    let signal = status.terminating_signal().map(End::Signal);
                    ended(code.or(signal).unwrap_or(End::Unknown));
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                // No child is left, and what a child leaves becomes ours.
                Err(_) => return Ok(()),
            }
        }
        match phase {
            // It left something behind.
            Phase::Running if main_ended => phase = clear(Instant::now() + grace),
            Phase::Ending(until) if main_ended => phase = clear(until),
            Phase::Ending(until) | Phase::Clearing(until) if Instant::now() >= until => phase = Phase::Killing,
            _ => {}
        }
        let wait = match phase {
            Phase::Running => None,
            Phase::Ending(until) | Phase::Clearing(until) => Some(until.saturating_duration_since(Instant::now())),
            Phase::Killing => {
                send(&descendants(rustix::process::getpid()), Signal::KILL);
                Some(LOOK)
            }
        };
        let wait = wait.map(|wait| Timespec {
            tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(wait.subsec_nanos()),
        });
        let mut fds = vec![PollFd::from_borrowed_fd(relay.fd(), PollFlags::IN)];
        if listens {
            fds.push(PollFd::new(&orders, PollFlags::IN));
        }
        let _ = poll(&mut fds, wait.as_ref());
        let is_ordered = fds.get(1).is_some_and(|fd| !fd.revents().is_empty());
        drop(fds);
        let asked = relay.caught().iter().any(|caught| matches!(caught.signal, SIGTERM | SIGINT));
        let order = if is_ordered { Order::read(&orders) } else { None };
        listens &= order != Some(Order::Gone);
        match (phase, order) {
            (_, Some(Order::Kill)) => phase = Phase::Killing,
            (Phase::Running, order) if asked || order.is_some() => {
                // Only the group: what a pipeline runs as a stage has one of its own, and ends when its input does.
                let group = rustix::process::getpid();
                let _ = kill_process_group(group, Signal::TERM);
                // One that is stopped does not see it otherwise.
                let _ = kill_process_group(group, Signal::CONT);
                phase = Phase::Ending(Instant::now() + grace);
            }
            _ => {}
        }
    }
}

/// The command has ended; what it left behind shall end, too.
fn clear(until: Instant) -> Phase {
    let left = descendants(rustix::process::getpid());
    send(&left, Signal::TERM);
    send(&left, Signal::CONT);
    Phase::Clearing(until)
}

fn has_order(orders: impl AsFd) -> bool {
    let mut fds = [PollFd::new(&orders, PollFlags::IN)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|n| n > 0)
}
