//! `doctor`: looks at this machine and this station before something fails there. It asks; it changes nothing, and a
//! database least of all. Decision: a fault is what keeps kymo from working or lets it lose records; what may become one
//! is a warning, and exit status 0.

mod check;
mod ends;
mod folder;
mod limits;
mod machine;
mod target;

use self::check::{Check, Status};
use self::ends::{Login, Way};
use self::target::Target;
use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::host::options;
use crate::host::secrets::Secret;
use crate::reading::error::{Error, Result};
use clap::ValueHint;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo doctor examples/station.toml";

/// Check this machine, and what a station of it needs
///
/// Checks the version, the clock and the time zone, the limits of this process, and each folder: its permissions, its
/// room, whether locks work, and how long a write takes until the disk has it. TARGET is what else to check:
///
/// - a file `*.toml`: the units of a supervisor, as `supervise --check` does
///
/// - mqtt://, mqtts://: a broker, which is connected to and left again
///
/// - ws://, wss://, http://, https://: a server, as far as TCP and TLS
///
/// - postgres://, or a file: a database or a queue, which is read
///
/// - a folder
///
/// Prints a line for each check: `ok`, `warn` or `fault`, what was found, and what to do. Files that it writes for a
/// check are removed.
///
/// Exit status: 0 no fault (warnings are printed), 1 a fault.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// What to check, beside this machine [default: the current folder]
    #[arg(value_name = "TARGET", value_parser = Secret::word, value_hint = ValueHint::AnyPath)]
    targets: Vec<Secret>,

    /// The user name, for a broker
    #[arg(short = 'u', long, value_name = "NAME")]
    username: Option<String>,

    /// The file with the password, for a broker
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    password_file: Option<PathBuf>,

    /// Trust the certificates in FILE (PEM) instead of the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca_file: Option<PathBuf>,

    /// Wait at most DURATION for each step of connecting
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "5s")]
    connect_timeout: Duration,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does what the words say.
    pub(crate) fn run(self) -> Result<Exit> {
        let targets = self.targets.iter().map(Target::parse).collect::<Result<Vec<_>>>()?;
        let way = Way {
            login: Login { username: self.username, password_file: self.password_file },
            ca_file: self.ca_file,
            timeout: self.connect_timeout,
        };
        let mut checks = machine::checks();
        checks.extend(limits::checks());
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in targets.iter().filter_map(Target::folder) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        if folders.is_empty() {
            folders.push(".".into());
        }
        checks.extend(folders.iter().flat_map(|folder| folder::checks(folder)));
        for target in &targets {
            checks.extend(ends::checks(target, &way)?);
        }
        let report = Report::of(checks);
        let text = if self.json { report.json()? } else { report.checks.iter().map(Check::line).collect() };
        stdio::print(text.as_bytes())?;
        Ok(Exit::Code(u8::from(!report.sound)))
    }
}

/// What `doctor --json` prints.
#[derive(Serialize)]
struct Report {
    sound: bool,
    faults: usize,
    warnings: usize,
    checks: Vec<Check>,
}

impl Report {
    fn of(checks: Vec<Check>) -> Report {
        let count = |status| checks.iter().filter(|check| check.status == status).count();
        let (faults, warnings) = (count(Status::Fault), count(Status::Warn));
        Report { sound: faults == 0, faults, warnings, checks }
    }

    fn json(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|e| Error::io("spell a report", e))?;
        Ok(text + "\n")
    }
}
