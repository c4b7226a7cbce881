//! The command that runs under a lock: started, given our signals, ended when its time is up, and waited for.
//!
//! Between kymo and the command stands `kymo lock exec`, for the time of one call: only a process itself can ask
//! the kernel for a signal when its parent dies (prctl(2)). It then becomes the command.

use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::stop::{Relay, SIGTERM};
use crate::host::thread;
use crate::reading::error::{Code, Error, Result};
use rustix::process::{Pid, Signal, getppid, kill_process, kill_process_group, set_parent_process_death_signal};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// The same codes as those of timeout(1) and env(1).
const TIMED_OUT: u8 = 124;
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Become COMMAND, with a signal if kymo dies
#[derive(clap::Args, Debug)]
pub(super) struct ExecArgs {
    /// The kymo that holds the lock
    #[arg(long = again::PARENT, value_name = "PID")]
    parent: i32,

    /// The stage or program that it works for
    #[arg(long = again::STAGE, default_value = "")]
    stage: String,

    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

impl ExecArgs {
    /// Returns only if there is no becoming COMMAND.
    pub(super) fn run(self) -> Exit {
        thread::enter(&self.stage);
        // Where the kernel has no such signal, the command still keeps the lock.
        let _ = set_parent_process_death_signal(Some(Signal::TERM));
        // It may have died before we asked.
        if getppid().map(Pid::as_raw_pid) != Some(self.parent) {
            return Exit::Signal(SIGTERM);
        }
        let Some((program, words)) = self.command.split_first() else { return Exit::Code(NOT_FOUND) };
        let why = Command::new(again::program(program)).arg0(program).args(words).exec();
        let code = if why.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE };
        diag::error(Code::Command, format_args!("run {}: {why}", program.display()));
        Exit::Code(code)
    }
}

/// The command could not be run, or says itself that something could not.
pub(super) fn is_no_start(exit: &Exit) -> bool {
    matches!(exit, Exit::Code(NOT_RUNNABLE | NOT_FOUND))
}

/// Runs a command to its end; ends as that ended, or with 124 if it had to be ended.
pub(super) fn run(command: &[OsString], timeout: Option<Duration>, grace: Duration) -> Result<Exit> {
    // Before the start, so that no signal comes between.
    let mut relay = Relay::listen()?;
    let mut kymo = again::exec(command);
    // As timeout(1) does, so that all that the command started can be ended. Else it shares ours, and the terminal.
    let group = timeout.is_some();
    if group {
        kymo.process_group(0);
    }
    let mut child = kymo.spawn().map_err(|e| Error::io("start a process", e))?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let send = |signal: Signal| {
        // It has not been waited for: its number cannot be another's.
        let _ = pid.map(|pid| if group { kill_process_group(pid, signal) } else { kill_process(pid, signal) });
    };
    let mut next = timeout.map(|timeout| (Instant::now() + timeout, Signal::TERM));
    let mut timed_out = false;
    loop {
        if let Some(status) = child.try_wait().map_err(|e| Error::io("wait for the command", e))? {
            return Ok(if timed_out { Exit::Code(TIMED_OUT) } else { exit_of(status) });
        }
        match next {
            Some((at, signal)) if Instant::now() >= at => {
                timed_out = true;
                send(signal);
                // One that is stopped does not see it otherwise.
                send(Signal::CONT);
                next = (signal == Signal::TERM).then(|| (Instant::now() + grace, Signal::KILL));
            }
            _ => {}
        }
        let left = next.map(|(at, _)| at.saturating_duration_since(Instant::now()));
        for caught in relay.wait(left) {
            // Ctrl-C reaches the whole foreground: a second one could mean «at once» to the command.
            if (group || !caught.by_kernel)
                && let Some(signal) = Signal::from_named_raw(caught.signal)
            {
                send(signal);
            }
        }
    }
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.signal() {
        Some(signal) => Exit::Signal(signal),
        None => Exit::Code(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)),
    }
}
