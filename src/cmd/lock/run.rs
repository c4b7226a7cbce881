//! `lock run`: takes the lock, runs the command, ends as that ended.

use super::holding::held_by;
use super::{child, replace};
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::lock::{Holder, NamedLock, Place, Sharing};
use crate::host::options;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::time;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo lock run nightly --wait 10m --timeout 1h -- sleep 1";

/// How often a lock is tried, unless --delay says otherwise.
const DELAY: Duration = Duration::from_millis(500);
const WAIT_DELAY: Duration = Duration::from_millis(50);

/// More holders are only counted in a message.
const TOLD: usize = 3;

/// Run a command while holding a lock
///
/// TERM, INT, HUP, QUIT, USR1 and USR2 are passed to COMMAND. The lock is released as soon as COMMAND has ended, even
/// if processes that it started still run. If kymo itself is killed (kill -9), COMMAND gets TERM; it and what it
/// started keep the lock until they have ended.
///
/// Exit status: that of COMMAND (if a signal ended it, the same signal: 128+N in a shell); 75 another process holds the
/// lock (or -E); 0 --min-interval has not passed; 77 --replace may not end the holder; 124 COMMAND took longer than
/// --timeout; 126 COMMAND cannot be run; 127 COMMAND was not found.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, override_usage = "kymo lock run [OPTIONS] NAME -- COMMAND [ARG]...")]
pub(super) struct RunArgs {
    /// The lock: a name of this user, in /run/lock or else /tmp; or, with a slash, a file, which is created if it is
    /// missing
    #[arg(value_name = "NAME")]
    name: OsString,

    /// The folder of locks that have a name [default: KYMO_LOCK_DIR, else the first of /run/lock, /tmp and XDG_RUNTIME_DIR that
    /// can be written to]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    lock_dir: Option<PathBuf>,

    /// Share the lock with others that share it (flock -s); a process without this flag waits for all of them
    #[arg(short, long, conflicts_with = "slots")]
    shared: bool,

    /// Let at most N run at once. Each holds one of the files .slot1 to .slotN beside the lock. A process without this
    /// flag waits for all of them. Use the same N everywhere: each process checks only its own N slots
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    slots: Option<u16>,

    /// Do nothing, and exit 0, if a command was started under this lock less than DURATION ago, however it ended. A
    /// command that could not be run (126, 127) does not count, nor does a time in the future
    #[arg(long, value_name = "DURATION", value_parser = options::step, conflicts_with_all = ["shared", "slots"])]
    min_interval: Option<i64>,

    /// If the lock is held, end its holder first: send TERM, and KILL after --grace, to it and to the processes that it
    /// left the lock to
    #[arg(long, conflicts_with_all = ["slots", "retries", "wait", "no_wait", "delay"])]
    replace: bool,

    /// If the lock is held, try again N times
    #[arg(long, value_name = "N", default_value_t = 5)]
    retries: u64,

    /// The time between two tries [default: 500ms, with --wait 50ms]
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    delay: Option<Duration>,

    /// If the lock is held, try again for DURATION
    #[arg(long, value_name = "DURATION", value_parser = options::duration, conflicts_with = "retries")]
    wait: Option<Duration>,

    /// If the lock is held, do not try again
    #[arg(long, conflicts_with_all = ["retries", "wait", "delay"])]
    no_wait: bool,

    /// The exit code if another process holds the lock
    #[arg(short = 'E', long, value_name = "N", default_value_t = Kind::Busy.exit_code())]
    conflict_exit_code: u8,

    /// Do not leave the lock to COMMAND: if kymo is killed, the lock is free at once, whatever still runs
    #[arg(short = 'o', long)]
    close: bool,

    /// If COMMAND takes longer, send TERM to it and to what it started; with this flag it cannot read from a terminal
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    timeout: Option<i64>,

    /// The time from the TERM of --timeout or --replace to KILL
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "10s")]
    grace: Duration,

    /// The command to run and its arguments; kymo's flags come before it
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

impl RunArgs {
    pub(super) fn run(self) -> Result<Exit> {
        let place = Place::of(&self.name, self.lock_dir.as_deref())?;
        // Before the lock, too: one that runs and has begun just now is no reason to wait.
        if self.is_early(&place)? {
            return Ok(Exit::Code(0));
        }
        let Some(lock) = self.take(&place)? else {
            diag::fatal(&held(&place)?);
            return Ok(Exit::Code(self.conflict_exit_code));
        };
        if self.is_early(&place)? {
            return Ok(Exit::Code(0));
        }
        self.tell(&place, &lock)?;
        if !self.close {
            lock.leave_to_children()?;
        }
        let timeout = self.timeout.map(|ns| Duration::from_nanos(ns.unsigned_abs()));
        let ended = child::run(&self.command, timeout, self.grace);
        if ended.as_ref().map_or(true, child::is_no_start) {
            lock.untell_start()?;
        }
        ended
    }

    /// Tries until it is patient no longer. Signals do here what they do by default.
    fn take(&self, place: &Place) -> Result<Option<NamedLock>> {
        let sharing = match self.slots {
            Some(count) => Sharing::Slots(count),
            None if self.shared => Sharing::Shared,
            None => Sharing::Alone,
        };
        if self.replace {
            return replace::take(place, sharing, self.grace);
        }
        let begin = Instant::now();
        let mut retries = if self.no_wait { 0 } else { self.retries };
        loop {
            if let Some(lock) = place.try_lock_as(sharing)? {
                return Ok(Some(lock));
            }
            let pause = match self.wait.map(|wait| wait.saturating_sub(begin.elapsed())) {
                Some(Duration::ZERO) => break,
                Some(left) => self.delay.unwrap_or(WAIT_DELAY).max(Duration::from_millis(1)).min(left),
                None if retries == 0 => break,
                None => self.delay.unwrap_or(DELAY),
            };
            retries = retries.saturating_sub(1);
            std::thread::sleep(pause);
        }
        // Who looks at a lock has it for a moment, and is no holder.
        if place.state()?.holders.is_empty() { place.try_lock_as(sharing) } else { Ok(None) }
    }

    /// --min-interval has not passed since the last start.
    fn is_early(&self, place: &Place) -> Result<bool> {
        let Some(interval) = self.min_interval else { return Ok(false) };
        let ago = place.since_last_start()?.filter(|ago| *ago < interval);
        if let Some(ago) = ago {
            let ago = time::write_duration(ago / 1_000_000 * 1_000_000);
            let interval = time::write_duration(interval);
            let name = place.name();
            diag::info(Code::Early, format_args!("skip {name}: started {ago} ago, --min-interval is {interval}"));
        }
        Ok(ago.is_some())
    }

    /// Writes down who holds the lock, and when; others want to know, and --min-interval has to.
    fn tell(&self, place: &Place, lock: &NamedLock) -> Result<()> {
        if self.min_interval.is_some() && !lock.can_tell() {
            let path = place.path().display();
            return Err(Error::usage(format!(
                "{path} cannot keep the time of the last start: it is not a lock file of kymo"
            )));
        }
        if let Some(network) = lock.network() {
            let path = place.path().display();
            let message =
                format!("{path} is on a network file system ({network}): other machines may not see this lock");
            // Once for each lock, not each night.
            if lock.is_new() {
                diag::warn(Code::Network, message);
            } else {
                diag::info(Code::Network, message);
            }
        }
        let words: Vec<String> = self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        match lock.tell(&Holder::this(&words)) {
            Err(why) if self.min_interval.is_some() => Err(why),
            // It is held all the same: others will only not learn by whom.
            Err(why) => {
                diag::warn(why.code(), why);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

/// Why there is no lock for us.
fn held(place: &Place) -> Result<Error> {
    let state = place.state()?;
    let mut holders: Vec<String> = state.holders.iter().take(TOLD).map(|holder| held_by(&state, holder)).collect();
    match state.holders.len() {
        // It may have ended just now.
        0 => holders.push("held by another process".to_owned()),
        count if count > TOLD => holders.push(format!("and by {} more", count - TOLD)),
        _ => {}
    }
    Ok(Error::new(Code::Busy, format!("take {}: {}", place.name(), holders.join("; "))))
}
