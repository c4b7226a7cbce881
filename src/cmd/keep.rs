//! `keep`: the keeper of a command that another kymo runs (src/host/keeper.rs). Not for people, so no help lists it.

use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::keeper::words::Told;
use crate::host::keeper::{self, End};
use crate::host::lock::FileLock;
use crate::host::report;
use crate::host::stop::Relay;
use crate::host::thread;
use crate::reading::error::{Code, Error, Result};
use rustix::fd::AsFd as _;
use rustix::io::fcntl_dupfd_cloexec;
use std::ffi::OsString;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

/// Run COMMAND, and end it and what it started when stdin ends
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Report on stdout what becomes of it; what it prints itself goes to stderr, and it can report to KYMO_REPORT_FD
    #[arg(long = again::TELL)]
    tell: bool,

    /// Held, shared with other keepers, as long as anything of the command is left
    #[arg(long = again::PRESENCE, value_name = "FILE")]
    presence: Option<PathBuf>,

    /// Added to the nice value
    #[arg(long = again::NICE, value_name = "N", allow_hyphen_values = true, default_value_t = 0)]
    nice: i32,

    /// The stage or program that it works for
    #[arg(long = again::STAGE, default_value = "")]
    stage: String,

    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

impl Args {
    /// Ends as the command ended; with --tell in order. `grace`: between TERM and KILL.
    pub(crate) fn run(self, grace: Duration) -> Result<Exit> {
        thread::enter(&self.stage);
        if !keeper::leads_its_group() {
            return Err(Error::usage("keep is for kymo itself: it leads a process group"));
        }
        // What is meant for the group is for the command: its keeper goes on.
        let mut relay = Relay::listen()?;
        let _presence = match &self.presence {
            None => None,
            Some(path) => match FileLock::try_shared(path)? {
                // Who holds it alone is another supervisor than ours, which is gone.
                None => return Ok(Exit::Code(0)),
                present => present,
            },
        };
        if self.nice != 0
            && let Err(why) = rustix::process::nice(self.nice)
        {
            diag::warn(Code::Nice, format_args!("change the nice value by {}: {why}", self.nice));
        }
        let failed = |e| Error::io("keep the pipes", e);
        let orders = fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3).map_err(failed)?;
        let mut command = again::exec(&self.command);
        command.stdin(Stdio::null());
        let mut last = End::Unknown;
        if self.tell {
            let tell = fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3).map_err(failed)?;
            let report = report::hand_on(tell.as_fd()).map_err(failed)?;
            let stderr = fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3).map_err(failed)?;
            command.env(report::VARIABLE, report.as_raw_fd().to_string()).stdout(Stdio::from(stderr));
            let started = |pid: rustix::process::Pid| Told::Started { pid: pid.as_raw_pid() }.write(&tell);
            let ended = |end| Told::Ended { end }.write(&tell);
            if let Err(why) = keeper::keep(command, &orders, grace, &mut relay, started, ended) {
                Told::Failed { why: why.to_string() }.write(&tell);
            }
            return Ok(Exit::Code(0));
        }
        keeper::keep(command, &orders, grace, &mut relay, |_| {}, |end| last = end)?;
        Ok(match last {
            End::Code(code) => Exit::Code(code),
            End::Signal(signal) => Exit::Signal(signal),
            End::Unknown => Exit::Code(u8::MAX),
        })
    }
}
