//! `every`: runs a command on the clock's grid and passes on what it prints.
//!
//! Decision: one run at a time. A tick that comes while a run goes on is missed, counted and told; runs that pile up would
//! only make a slow device slower. A run is over when the command has ended and its output is closed, by whoever had it.
//! Each has a keeper (src/keeper.rs), so that nothing is left of it, whatever happens to kymo.

mod run;

use self::run::{End, Run};
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Source, Stamps};
use crate::host::again;
use crate::host::clock::{Clock, shown};
use crate::host::diag;
use crate::host::options::{self, AlignArgs, FormArgs, RejectArgs, SourceArgs, TimeArgs};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use clap::ValueHint;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    r#"Example: kymo every 1s --count 3 --stamp time -- printf '{"device":"d1","value":%d}\n' 7"#;

/// Run a command on the clock's grid and pass on the records it prints
///
/// COMMAND prints records, one a line. Its stderr goes to stderr. It is run without a shell: write `-- sh -c '…'` if
/// you need one. If a run has not ended when the next one is due, the next one is missed. A run that fails is reported
/// with its status and its last line on stderr, and later runs follow as planned.
///
/// Exit status: 1 if every run failed, 2 if there is no COMMAND.
///
/// If kymo ends, even if it is killed (kill -9), COMMAND and what it started get TERM, and KILL after --grace.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, override_usage = "kymo every [OPTIONS] PERIOD -- COMMAND [ARG]...")]
pub(crate) struct Args {
    /// The time between two runs: 10s, 1h, 1d
    #[arg(value_name = "PERIOD", value_parser = options::step)]
    every: i64,

    #[command(flatten)]
    align: AlignArgs,

    /// If a run takes longer, send TERM to it and to what it started, and KILL after --grace
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    timeout: Option<i64>,

    /// End after N runs
    #[arg(long, short = 'C', value_name = "N")]
    count: Option<u64>,

    #[command(flatten)]
    form: FormArgs,

    #[command(flatten)]
    times: TimeArgs,

    /// Add the time at which the run was due, in FIELD, to records without that field
    #[arg(long, value_name = "FIELD", help_heading = "Records")]
    stamp: Option<String>,

    /// Append records that cannot be used to FILE, with reason and bytes, as NDJSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Records")]
    rejects: Option<PathBuf>,

    /// Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would
    /// take it for kept
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1GiB", help_heading = "Records")]
    max_rejects: u64,

    /// End at the first run that fails, or the first record that cannot be used
    #[arg(long, help_heading = "Records")]
    strict: bool,

    /// Reject lines longer than SIZE; they are never held in memory
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB", help_heading = "Records")]
    max_record: u64,

    /// The command to run and its arguments; kymo's flags come before it
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

impl Args {
    /// The source for these flags. `grace`: how long a run may go on after a signal, together with the stages behind it; and
    /// what lies between TERM and KILL.
    pub(crate) fn plan(self, grace: Duration) -> Result<Plan> {
        let rejects = RejectArgs {
            rejects: self.rejects,
            max_rejects: self.max_rejects,
            strict: self.strict,
            max_record: self.max_record,
        };
        let run = Run {
            // Not its arguments, which can be secrets.
            name: self.command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default(),
            command: self.command,
            timeout: self.timeout.map(|ns| Duration::from_nanos(ns.unsigned_abs())),
            grace,
            form: self.form.settings()?,
            max_record: rejects.max_record()?,
            stamp: self.stamp.map(Stamps::new),
            was_late: false,
        };
        let door = self.times.keys(vec!["device".to_owned()]);
        let count = self.count.unwrap_or(u64::MAX);
        let source = Every {
            run,
            every: self.every,
            align: self.align,
            count,
            strict: self.strict,
            runs: 0,
            failed: 0,
            missed: 0,
        };
        // The stamp is not the time of receipt, so it is not the runner's.
        let open = move || {
            let program = &source.run.name;
            if source.run.command.first().is_none_or(|word| again::finds(word)) {
                return Ok(source);
            }
            Err(Error::usage(format!("run {program}: there is no such command")))
        };
        Ok(Plan::source(SourceArgs { stamp: None, rejects }, open).with_door(door))
    }
}

struct Every {
    run: Run,
    every: i64,
    align: AlignArgs,
    count: u64,
    strict: bool,
    runs: u64,
    failed: u64,
    missed: u64,
}

impl Source for Every {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let mut clock = Clock::new(self.align.grid(self.every));
        while self.runs < self.count {
            let Some(time) = clock.next(stop) else { break };
            self.runs += 1;
            let end = self.run.once(time, &mut clock, &mut out, stop)?;
            self.missed = clock.missed();
            match end {
                End::Well => {}
                // Nobody reads it, or a signal came: what it ended with says nothing of it.
                End::Cut => break,
                End::Badly(why) => {
                    self.failed += 1;
                    let why = format!("the run of {} failed: {}: {why}", shown(time), self.run.name);
                    if self.strict {
                        return Err(Error::new(Code::Io, why));
                    }
                    diag::warn(Code::Failed, why);
                }
            }
            if out.is_closed() {
                break;
            }
        }
        if self.runs > 0 && self.failed == self.runs {
            diag::warn(Code::AllFailed, format_args!("all {} runs of {} failed", self.runs, self.run.name));
            out.leave_message(Code::AllFailed);
        }
        Ok(())
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.run.name.clone()]
    }

    fn counts(&self) -> Counts {
        vec![("runs", self.runs), ("failed", self.failed), ("missed", self.missed)]
    }
}
