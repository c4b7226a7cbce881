//! The keeper of a unit: a small process between the supervisor and the program. It leads the unit's process group, and whatever
//! the program leaves behind becomes its child, also what has left the group. When the supervisor says so, or is gone (a
//! pipe from it ends), the keeper sends TERM, waits for the grace, and kills what is left. So nothing of a unit outlives it, even
//! if the supervisor is killed.

use super::policy::End;
use super::words::{Order, Told};
use crate::diag;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::lock::FileLock;
use crate::options;
use crate::report;
use crate::stop::{Relay, SIGINT, SIGTERM};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd as _, OwnedFd};
use rustix::process::{Pid, Signal, WaitOptions, kill_process};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// While something is to be ended that is no child yet, it is looked for so often.
const LOOK: Duration = Duration::from_millis(50);

/// Keep one unit of a supervisor
#[derive(clap::Args, Debug)]
pub(super) struct KeepArgs {
    /// How long after TERM until KILL
    #[arg(long = "kill-after", value_name = "DURATION", value_parser = options::duration)]
    kill_after: Duration,

    /// Held, shared with other keepers, as long as anything of the unit is left
    #[arg(long, value_name = "FILE")]
    presence: PathBuf,

    /// Added to the nice value
    #[arg(long, value_name = "N", allow_hyphen_values = true, default_value_t = 0)]
    nice: i32,

    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

/// How far the end has come.
#[derive(Clone, Copy)]
enum Phase {
    Running,
    /// TERM was sent; KILL follows then.
    Ending(Instant),
    Killing,
}

impl KeepArgs {
    /// Starts the program and stays until nothing of it is left.
    pub(super) fn run(self) -> Result<Exit> {
        let mut relay = Relay::listen()?;
        let failed = |what: &'static str| move |e: rustix::io::Errno| Error::io(what, e);
        rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(failed("become a reaper"))?;
        let (orders, tell) = private().map_err(failed("keep the pipes"))?;
        // A supervisor that holds it alone is another one than ours, which is gone.
        let Some(_presence) = FileLock::try_shared(&self.presence)? else { return Ok(Exit::Code(0)) };
        if self.nice != 0
            && let Err(why) = rustix::process::nice(self.nice)
        {
            diag::warn("supervise", "nice", format_args!("change the nice value by {}: {why}", self.nice));
        }
        let main = match self.start(&tell) {
            Ok(main) => main,
            Err(why) => {
                Told::Failed { why: why.to_string() }.write(&tell);
                return Ok(Exit::Code(0));
            }
        };
        Told::Started { pid: main.as_raw_pid() }.write(&tell);
        self.keep(main, &orders, &tell, &mut relay);
        Ok(Exit::Code(0))
    }

    /// Starts the program, with nothing on stdin, and stdout where stderr goes.
    fn start(&self, tell: &OwnedFd) -> Result<Pid> {
        let failed = |e| Error::io("hand on the pipes", e);
        let report = report::hand_on(tell.as_fd()).map_err(failed)?;
        let number = std::os::fd::AsRawFd::as_raw_fd(&report).to_string();
        let stdout = rustix::io::dup(rustix::stdio::stderr()).map_err(failed)?;
        let mut kymo = Command::new("/proc/self/exe");
        // The program gets TERM should this keeper be killed: only a process itself can ask for that.
        kymo.arg0("kymo").args(diag::flags()).args(["lock", "exec", "--parent"]);
        kymo.arg(std::process::id().to_string()).arg("--").args(&self.command);
        kymo.env(report::VARIABLE, number).stdin(Stdio::null()).stdout(Stdio::from(stdout));
        let child = kymo.spawn().map_err(|e| Error::io("start a process", e))?;
        i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| Error::usage("a process without a number"))
    }

    fn keep(&self, main: Pid, orders: &OwnedFd, tell: &OwnedFd, relay: &mut Relay) {
        let mut phase = Phase::Running;
        let mut main_ended = false;
        let mut listens = true;
        loop {
            while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
                if pid == main {
                    main_ended = true;
                    let code = status.exit_status().and_then(|code| u8::try_from(code).ok()).map(End::Code);
                    let signal = status.terminating_signal().map(End::Signal);
                    Told::Ended { end: code.or(signal).unwrap_or(End::Unknown) }.write(tell);
                }
            }
            let left = descendants();
            if main_ended && left.is_empty() {
                return;
            }
            match phase {
                // It left something behind.
                Phase::Running if main_ended => phase = self.end(&left),
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
                fds.push(PollFd::new(orders, PollFlags::IN));
            }
            let _ = poll(&mut fds, wait.as_ref());
            let has_order = fds.get(1).is_some_and(|fd| !fd.revents().is_empty());
            drop(fds);
            let asked = relay.caught().iter().any(|caught| matches!(caught.signal, SIGTERM | SIGINT));
            let order = if has_order { Order::read(orders) } else { None };
            match order {
                Some(Order::Kill) => phase = Phase::Killing,
                // The supervisor is gone, or wants it to end.
                Some(Order::Gone) => listens = false,
                _ => {}
            }
            if matches!(phase, Phase::Running) && (asked || matches!(order, Some(Order::End | Order::Gone))) {
                phase = self.end(&descendants());
            }
        }
    }

    fn end(&self, left: &[Pid]) -> Phase {
        send(left, Signal::TERM);
        // One that is stopped does not see it otherwise.
        send(left, Signal::CONT);
        Phase::Ending(Instant::now() + self.kill_after)
    }
}

/// The pipe that orders come by (stdin) and the one that is told by (stdout), for this process only.
fn private() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    let orders = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let tell = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    Ok((orders, tell))
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
