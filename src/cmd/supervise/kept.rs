//! A keeper that runs, as its supervisor sees it: started, told what to do, listened to.

use super::unit::{Job, Unit};
use crate::host::again;
use crate::host::diag;
use crate::host::keeper::words::{Lines, Order, Told};
use crate::reading::error::{Error, Result};
use rustix::fd::{AsFd as _, BorrowedFd, OwnedFd};
use rustix::fs::OFlags;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;

/// Where systemd is told how we are: not for those whom we start.
const PRIVATE: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// A keeper.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) pid: Pid,
    orders: OwnedFd,
    told: OwnedFd,
    lines: Lines,
}

impl Kept {
    /// Starts the keeper of a unit, in a process group of its own.
    pub(super) fn start(unit: &Unit, presence: &Path) -> Result<Kept> {
        let failed = |e| Error::io("create a pipe", e);
        let (order_end, orders) = pipe_with(PipeFlags::CLOEXEC).map_err(failed)?;
        let (told, tell_end) = pipe_with(PipeFlags::CLOEXEC).map_err(failed)?;
        rustix::fs::fcntl_setfl(&told, OFlags::NONBLOCK).map_err(failed)?;
        let grace = unit.drain.saturating_add(unit.grace);
        let mut kymo = again::keep_and_tell(grace, presence, unit.nice, &command(&unit.job));
        PRIVATE.iter().for_each(|name| {
            kymo.env_remove(name);
        });
        kymo.env(diag::UNIT, &unit.name).envs(&unit.env).current_dir(&unit.directory).process_group(0);
        kymo.stdin(Stdio::from(order_end)).stdout(Stdio::from(tell_end));
        let child =
            kymo.spawn().map_err(|e| Error::io(format!("start {} in {}", unit.name, unit.directory.display()), e))?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| Error::usage("a process without a number"))?;
        Ok(Kept { pid, orders, told, lines: Lines::default() })
    }

    pub(super) fn order(&self, order: Order) {
        order.write(&self.orders);
    }

    /// Readable when it has told something.
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.told.as_fd()
    }

    /// What has been told since, without waiting.
    pub(super) fn listen(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        let mut bytes = [0; 4096];
        // Bounded: a program that floods its descriptor must not keep us from the others.
        for _ in 0..16 {
            match rustix::io::read(&self.told, &mut bytes) {
                Ok(n) if n > 0 => told.extend(self.lines.feed(&bytes[..n])),
                _ => break,
            }
        }
        told
    }
}

/// What a keeper leaves behind that was killed: those of its group.
pub(super) fn group_lives(group: Pid) -> bool {
    test_kill_process_group(group).is_ok()
}

/// See [`group_lives`].
pub(super) fn end_group(group: Pid, signal: Signal) {
    // Gone already is what is wanted.
    let _ = kill_process_group(group, signal);
}

/// The words of a job.
fn command(job: &Job) -> Vec<OsString> {
    let (begin, words): (&[&str], _) = match job {
        Job::Pipeline(words) => (&["kymo", "run"], words),
        Job::Program(words) => (&[], words),
    };
    begin.iter().map(OsString::from).chain(words.iter().map(OsString::from)).collect()
}
