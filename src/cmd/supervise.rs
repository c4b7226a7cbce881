//! `supervise`: pipelines and programs that are kept running. The supervisor is one thread (`station.rs`) that steps its units
//! (`live.rs`) as their file says (`plan.rs`). Between it and each program stands a keeper (`src/keeper.rs`), so that nothing of
//! a unit outlives it, however the supervisor ends.

mod control;
mod kept;
mod live;
mod memory;
mod notify;
mod order;
mod phase;
mod plan;
mod policy;
mod seat;
mod station;
mod status;
mod table;
mod times;
mod unit;

pub(crate) use self::plan::Check;

use self::control::{Door, Request};
use self::plan::Plan;
use self::seat::Seat;
use self::station::Station;
use self::unit::Times;
use crate::flow::stdio;
use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::lock::Holder;
use crate::host::stop::{SIGHUP, SIGINT};
use crate::reading::error::{Code, Error, Result};
use clap::{Subcommand, ValueHint};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo supervise examples/station.toml --check";

/// The file that is taken if none is named.
const FILE: &str = "kymo.toml";

/// How often one looks whether what was asked for has happened.
const LOOK: Duration = Duration::from_millis(50);

/// Keep pipelines and programs running
///
/// FILE names the units: pipelines and programs. Each is started, watched, started again after a pause when it ends,
/// and ended together with everything it started. A unit with a schedule that missed its time runs once later. The
/// whole file is checked before anything starts. On HUP it is read again: what has changed is restarted, the rest
/// continues; a file with a fault changes nothing. TERM and Ctrl-C end the units, those that collect before those that
/// store, and wait until they have finished.
///
/// Only one supervisor runs for a file; a second one ends with exit status 75. doc/supervise.md has every key.
#[derive(clap::Args, Debug)]
#[command(
    before_help = EXAMPLE,
    after_help = "Environment:\n  TZ             the system's time zone, for units whose file names no zone\n  KYMO_LOCK_DIR  the folder for its lock and socket, instead of /run/lock, /tmp or XDG_RUNTIME_DIR",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    override_usage = "kymo supervise [OPTIONS] [FILE]\n       kymo supervise status|stop|restart|reload|is-running [--file FILE] [NAME]..."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,

    /// The file that names the units
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, default_value = FILE)]
    file: PathBuf,

    /// The same, as the subcommands take it
    #[arg(short = 'f', long = "file", value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "file", hide = true)]
    named: Option<PathBuf>,

    /// Only check the file, and print the order in which the units start
    #[arg(long)]
    check: bool,

    /// Print a unit file for systemd
    #[arg(long, conflicts_with = "check")]
    systemd: bool,

    /// Print a file to start from
    #[arg(long, conflicts_with_all = ["check", "systemd"])]
    template: bool,
}

/// Supervise the units of a file that was checked
#[derive(clap::Args, Debug)]
pub(crate) struct StationArgs {
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Subcommand, Debug)]
enum What {
    Status(StatusArgs),
    Stop(StopArgs),
    Restart(RestartArgs),
    Reload(ReloadArgs),
    IsRunning(IsRunningArgs),
}

/// Whom one speaks with.
#[derive(clap::Args, Debug)]
struct Whom {
    /// The file of the supervisor
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = FILE)]
    file: PathBuf,

    /// Only these units
    #[arg(value_name = "NAME")]
    units: Vec<String>,
}

/// Report the state of the units
///
/// `in` and `out` are the records that the pipeline's source has read and that its sink has kept, in all runs under
/// this supervisor. Exit status: 0, or 1 if no supervisor runs.
#[derive(clap::Args, Debug)]
#[command(before_help = "Example: kymo supervise status --file examples/station.toml")]
struct StatusArgs {
    #[command(flatten)]
    whom: Whom,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// End units, or without a NAME all of them and the supervisor, and wait until that is done
///
/// Exit status: 0, also if none ran.
#[derive(clap::Args, Debug)]
#[command(before_help = "Example: kymo supervise stop --file examples/station.toml")]
struct StopArgs {
    #[command(flatten)]
    whom: Whom,
}

/// End units and start them again; without a NAME, all that run or should run
///
/// A named unit is started even if it was stopped or given up, and a unit with a schedule runs now. The command waits
/// until they run. Exit status: 0; 1 if one does not run, or no supervisor runs.
#[derive(clap::Args, Debug)]
#[command(before_help = "Example: kymo supervise restart --file examples/station.toml")]
struct RestartArgs {
    #[command(flatten)]
    whom: Whom,
}

/// Have the supervisor read its file again, as HUP does
///
/// What has changed is restarted, the rest continues. Exit status: 0; 1 no supervisor runs; 2 the file has a fault, and
/// nothing was changed.
#[derive(clap::Args, Debug)]
#[command(before_help = "Example: kymo supervise reload --file examples/station.toml")]
struct ReloadArgs {
    /// The file of the supervisor
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = FILE)]
    file: PathBuf,
}

/// Report by the exit status whether the supervisor runs, and with a NAME whether that unit does
///
/// Exit status: 0 it runs (a unit with a schedule also while it waits for the next run), 1 it does not.
#[derive(clap::Args, Debug)]
#[command(before_help = "Example: kymo supervise is-running --file examples/station.toml || echo down")]
struct IsRunningArgs {
    #[command(flatten)]
    whom: Whom,
}

impl Args {
    /// Does what the words say. `check`: what is wrong with the words of a `kymo run`.
    pub(crate) fn run(self, check: Check) -> Result<Exit> {
        match self.what {
            None => self.supervise(check),
            Some(What::Status(args)) => args.run(),
            Some(What::Stop(args)) => args.run(),
            Some(What::Restart(args)) => args.run(),
            Some(What::Reload(args)) => args.run(),
            Some(What::IsRunning(args)) => args.run(),
        }
    }

    fn supervise(mut self, check: Check) -> Result<Exit> {
        if let Some(file) = self.named.take() {
            self.file = file;
        }
        if self.template {
            stdio::print(include_bytes!("../../examples/station.toml"))?;
            return Ok(Exit::Code(0));
        }
        // A file that may not be read has no faults of its own: that is another exit status.
        let closed = |why| Error::usage(format!("read {}", self.file.display())).because(why);
        drop(std::fs::File::open(&self.file).map_err(closed)?);
        let plan = match Plan::read(&self.file, check) {
            Ok(plan) => plan,
            Err(faults) => {
                for fault in &faults.lines {
                    diag::error(faults.code, fault);
                }
                return Ok(Exit::Code(faults.code.kind().exit_code()));
            }
        };
        if self.systemd {
            stdio::print(notify::unit_file(&self.file, &plan)?.as_bytes())?;
            return Ok(Exit::Code(0));
        }
        if self.check {
            stdio::print(checked(&self.file, &plan).as_bytes())?;
            return Ok(Exit::Code(0));
        }
        // What runs for years does not keep in memory what it took to understand the words of all commands.
        Err(Error::io("become the supervisor", again::station(&self.file).exec()))
    }
}

impl StationArgs {
    /// Supervises, until it is told to end or nothing is left to run.
    pub(crate) fn run(self) -> Result<Exit> {
        self.supervise()
    }

    fn supervise(self) -> Result<Exit> {
        let plan =
            Plan::read(&self.file, |_| Ok(())).map_err(|faults| Error::new(faults.code, faults.lines.join("; ")))?;
        let seat = Seat::of(&self.file)?;
        let longest = plan.units.iter().map(|unit| unit.drain + unit.grace).max().unwrap_or_default();
        let lock = seat.take(longest + Duration::from_secs(5))?;
        let words: Vec<String> = ["kymo".to_owned(), "supervise".to_owned(), self.file.display().to_string()].into();
        if let Err(why) = lock.tell(&Holder::this(&words)) {
            diag::warn(why.code(), why);
        }
        let door = Door::open(&seat.socket())?;
        let (signal, end) = Station::new(&self.file, plan, door, seat.presence())?.run()?;
        drop(lock);
        Ok(match signal {
            Some(signal @ (SIGINT | SIGHUP)) => Exit::Signal(signal),
            _ => Exit::Code(end),
        })
    }
}

/// What `--check` tells.
fn checked(path: &Path, plan: &Plan) -> String {
    let count = match plan.units.len() {
        1 => "1 unit".to_owned(),
        n => format!("{n} units"),
    };
    let mut text = format!("{}: {count}, nothing wrong; they start in this order:\n", path.display());
    for unit in &plan.units {
        let times = match unit.times {
            Times::Always => String::new(),
            Times::Daily(hour, minute) => format!(" each day at {hour:02}:{minute:02}"),
            Times::Every(ns) => format!(" every {}", crate::reading::time::write_duration(ns)),
        };
        let after: Vec<&str> = unit.after.iter().map(String::as_str).collect();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        text += &format!("  {}{times}{after}\n", unit.name);
    }
    text
}

impl StatusArgs {
    fn run(self) -> Result<Exit> {
        let seat = Seat::of(&self.whom.file)?;
        let Some(status) = seat.status(&self.whom.units)? else { return Ok(seat.none()) };
        let text = if self.json {
            let mut text = serde_json::to_string(&status).map_err(|e| Error::io("spell the status", e))?;
            text.push('\n');
            text
        } else {
            status::table(&status)
        };
        stdio::print(text.as_bytes())?;
        Ok(Exit::Code(0))
    }
}

impl StopArgs {
    fn run(self) -> Result<Exit> {
        let seat = Seat::of(&self.whom.file)?;
        let units = self.whom.units;
        let first = seat.status(&[])?.map(|status| status.pid);
        loop {
            if seat.order(&Request::Stop { units: units.clone() })? {
                break;
            }
            // One that has the lock and cannot be asked begins, or ends.
            if seat.place.holder()?.is_none() {
                diag::info(Code::NotRunning, "no supervisor runs");
                return Ok(Exit::Code(0));
            }
            std::thread::sleep(LOOK);
        }
        while let Some(status) = seat.status(&units)? {
            let is_another = first.is_some_and(|pid| pid != status.pid);
            let is_stopped = |unit: &status::UnitStatus| unit.pid.is_none() && unit.state == "stopped";
            if is_another || (!units.is_empty() && status.units.iter().all(is_stopped)) {
                return Ok(Exit::Code(0));
            }
            std::thread::sleep(LOOK);
        }
        // It is gone only when its lock is.
        while seat.place.holder()?.is_some_and(|holder| first.is_none() || holder.pid == first) {
            std::thread::sleep(LOOK);
        }
        Ok(Exit::Code(0))
    }
}

impl RestartArgs {
    fn run(self) -> Result<Exit> {
        let seat = Seat::of(&self.whom.file)?;
        let units = self.whom.units;
        let Some(before) = seat.status(&units)? else { return Ok(seat.none()) };
        if !seat.order(&Request::Restart { units: units.clone() })? {
            return Ok(seat.none());
        }
        loop {
            let Some(status) = seat.status(&units)? else { return Ok(seat.none()) };
            let is_new = |unit: &status::UnitStatus| {
                let old = before.units.iter().find(|old| old.name == unit.name).and_then(|old| old.pid);
                unit.pid != old || unit.pid.is_none()
            };
            let settled = |unit: &status::UnitStatus| match unit.state.as_str() {
                "running" => unit.pid.is_some() && is_new(unit),
                "ending" | "waiting" => false,
                _ => is_new(unit),
            };
            if status.units.iter().all(settled) {
                let well = status.units.iter().all(|unit| matches!(unit.state.as_str(), "running" | "idle" | "over"));
                return Ok(Exit::Code(u8::from(!well)));
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl ReloadArgs {
    fn run(self) -> Result<Exit> {
        let seat = Seat::of(&self.file)?;
        Ok(if seat.order(&Request::Reload { units: Vec::new() })? { Exit::Code(0) } else { seat.none() })
    }
}

impl IsRunningArgs {
    fn run(self) -> Result<Exit> {
        let seat = Seat::of(&self.whom.file)?;
        let status = seat.status(&self.whom.units)?;
        let runs = |unit: &status::UnitStatus| matches!(unit.state.as_str(), "running" | "idle");
        let is_running = status.is_some_and(|status| self.whom.units.is_empty() || status.units.iter().all(runs));
        Ok(Exit::Code(u8::from(!is_running)))
    }
}
