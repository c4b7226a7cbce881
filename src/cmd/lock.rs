//! `lock`: one run at a time. `run` takes a lock, runs a command and ends as that ended; `status` tells who has it.
//!
//! The lock lasts until the command has ended. Its open file is left to the command, so that it stays locked while
//! the command runs even if kymo is killed; and since the command is told to end when kymo is killed, that does not
//! keep it for ever.

mod child;

use crate::error::{Error, Kind, Result};
use crate::exit::Exit;
use crate::lock::{Holder, NamedLock, Place};
use crate::{diag, options, stdio};
use clap::Subcommand;
use serde::Serialize;
use std::ffi::OsString;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub const EXAMPLE: &str = "Example: kymo lock run nightly --wait 10m --timeout 1h -- sleep 1";

/// The same for `lock status`.
pub const STATUS_EXAMPLE: &str = "Example: kymo lock status nightly --json";

/// How often a lock is tried, unless --delay says otherwise.
const DELAY: Duration = Duration::from_millis(500);
const WAIT_DELAY: Duration = Duration::from_millis(50);

/// Run a command unless it is running already, or tell who runs it
///
/// A lock is a file that is locked as util-linux `flock` does, so that both respect each other. The kernel frees it
/// when its holder ends, however it ends: there are no stale locks, and the file stays where it is.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Run(RunArgs),
    Status(StatusArgs),
    #[command(hide = true)]
    Exec(child::ExecArgs),
}

/// Run a command while holding a lock
///
/// TERM, INT, HUP, QUIT, USR1 and USR2 are handed to COMMAND. The lock is free again as soon as COMMAND has ended,
/// whatever that left running. If kymo itself is killed (kill -9), COMMAND gets TERM and the lock stays
/// with it, and with what it started, until they have ended.
///
/// Exit status: that of COMMAND (ended by a signal: by the same one, 128+N to a shell); 75 the lock is held by
/// another (or -E); 124 COMMAND took longer than --timeout; 126 COMMAND cannot be run; 127 there is none of that name.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, override_usage = "kymo lock run [OPTIONS] NAME -- COMMAND [ARG]...")]
pub struct RunArgs {
    /// The lock: a name of this user, in /run/lock or else /tmp; or, with a slash, a file that is made if it is missing
    #[arg(value_name = "NAME")]
    name: OsString,

    /// If it is held, try again so many times
    #[arg(long, value_name = "N", default_value_t = 5)]
    retries: u64,

    /// The time between two tries [default: 500ms, with --wait 50ms]
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    delay: Option<Duration>,

    /// If it is held, try again for so long
    #[arg(long, value_name = "DURATION", value_parser = options::duration, conflicts_with = "retries")]
    wait: Option<Duration>,

    /// If it is held, do not try again
    #[arg(long, conflicts_with_all = ["retries", "wait", "delay"])]
    no_wait: bool,

    /// The exit code if another holds the lock
    #[arg(short = 'E', long, value_name = "N", default_value_t = Kind::Busy.exit_code())]
    conflict_exit_code: u8,

    /// Do not leave the lock to COMMAND: if kymo is killed, it is free at once, whatever still runs
    #[arg(short = 'o', long)]
    close: bool,

    /// If COMMAND takes longer, send TERM to it and to what it started; it cannot read from a terminal then
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    timeout: Option<i64>,

    /// After the TERM of --timeout, how long until KILL
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "10s")]
    grace: Duration,

    /// What to run, and its arguments; none of kymo's flags behind it
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

/// Tell whether a lock is held, and by whom
///
/// Exit status: 0 it is free, 75 it is held.
#[derive(clap::Args, Debug)]
#[command(before_help = STATUS_EXAMPLE)]
pub struct StatusArgs {
    /// The lock, as `lock run` names it
    #[arg(value_name = "NAME")]
    name: OsString,

    /// Tell it as a JSON object: name, path, held, and of the holder pid, host, since, command as far as they are known
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Does what the words say.
    pub fn run(self) -> Result<Exit> {
        let exit = match self.what {
            What::Run(args) => args.run(),
            What::Status(args) => args.run(),
            What::Exec(args) => Ok(args.run()),
        };
        exit.map_err(|why| why.at("lock"))
    }
}

impl RunArgs {
    fn run(self) -> Result<Exit> {
        let place = Place::of(&self.name)?;
        let lock = match self.take(&place)? {
            Some(lock) => lock,
            None => {
                // It may have ended just now.
                let holder = place.holder()?.unwrap_or_default();
                let why = Error::new(Kind::Busy, format!("take {}: held by {holder}", place.name()));
                diag::fatal(&why.at("lock"));
                return Ok(Exit::Code(self.conflict_exit_code));
            }
        };
        let words: Vec<String> = self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        if let Err(why) = lock.tell(&Holder::this(&words)) {
            // It is held all the same: others will only not learn by whom.
            diag::warn("lock", why.code(), why);
        }
        if !self.close {
            lock.leave_to_children()?;
        }
        let timeout = self.timeout.map(|ns| Duration::from_nanos(ns.unsigned_abs()));
        child::run(&self.command, timeout, self.grace)
    }

    /// Tries until it is patient no longer. Signals do here what they do by default.
    fn take(&self, place: &Place) -> Result<Option<NamedLock>> {
        let begin = Instant::now();
        let mut retries = if self.no_wait { 0 } else { self.retries };
        loop {
            if let Some(lock) = place.try_lock()? {
                return Ok(Some(lock));
            }
            let pause = match self.wait.map(|wait| wait.saturating_sub(begin.elapsed())) {
                Some(Duration::ZERO) => return Ok(None),
                Some(left) => self.delay.unwrap_or(WAIT_DELAY).max(Duration::from_millis(1)).min(left),
                None if retries == 0 => return Ok(None),
                None => self.delay.unwrap_or(DELAY),
            };
            retries = retries.saturating_sub(1);
            std::thread::sleep(pause);
        }
    }
}

/// What `lock status --json` tells.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    path: String,
    held: bool,
    #[serde(flatten)]
    holder: Option<Holder>,
}

impl StatusArgs {
    fn run(self) -> Result<Exit> {
        let place = Place::of(&self.name)?;
        let holder = place.holder()?;
        let exit = Exit::Code(if holder.is_some() { Kind::Busy.exit_code() } else { 0 });
        let mut text = match (&holder, self.json) {
            (_, true) => {
                let path = place.path().display().to_string();
                let report = Report { name: place.name(), path, held: holder.is_some(), holder };
                serde_json::to_string(&report).map_err(|e| Error::io("spell the status", e))?
            }
            (Some(holder), false) => format!("{}: held by {holder}", place.name()),
            (None, false) => format!("{}: free", place.name()),
        };
        text.push('\n');
        stdio::print(text.as_bytes())?;
        Ok(exit)
    }
}
