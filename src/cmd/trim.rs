//! `trim`: deletes what is old, in chunks that let writers in between, after the archive has it.
//!
//! Nothing is deleted that is not on the archive's disk: a chunk is read, appended and synced inside the
//! transaction that deletes it. A kill between the two leaves rows that are in both; the next run knows them.
//! A run that repeats keeps the time of its last one in the database, so that a missed one is made up once.

mod archive;

use self::archive::ArchiveFile;
use crate::flow::results::ResultArgs;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options::{self, AlignArgs};
use crate::host::progress::{Measure, Progress};
use crate::host::registry::Watched;
use crate::host::stop::{SIGINT, Stop};
use crate::reading::error::{Code, Error, Result};
use crate::reading::time::{self, Buckets};
use crate::storage::{self, Archive, Chosen, Limits, Old, Rollup, Takers, Trimmer};
use clap::ValueHint;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo trim readings.db --max-rows 1000 --archive old.ndjson";

/// Delete old records from a database, and archive them first
///
/// Deletes in short transactions, so that writers hardly wait, and releases the space. It is safe from cron, and when
/// killed at any moment. What arrives meanwhile is left for the next run. Only one process may trim a database (else
/// exit 75). It prints nothing when all went well: --json prints what it did.
///
/// On a full disk it uses a reserve beside the file, DB.reserve (at most 1 MiB), which `store` and `trim` create when
/// there is room.
#[derive(clap::Args, Debug)]
#[command(override_usage = "kymo trim [OPTIONS] <--keep|--before|--meters|--max-rows|--max-size|--min-free> <DB>")]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT, group = clap::ArgGroup::new("limits").required(true).multiple(true))]
pub(crate) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    pub db: String,

    /// The table
    #[arg(long, value_name = "NAME", default_value = "readings")]
    pub table: String,

    /// Delete records older than this
    #[arg(long, value_name = "DURATION", value_parser = options::step, group = "limits", conflicts_with = "before")]
    pub keep: Option<i64>,

    /// Delete records before this time: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, group = "limits")]
    pub before: Option<String>,

    /// The registry of devices: CSV, TSV or JSON with the columns device, keep. Records of a device are deleted when they are
    /// older than its `keep`; devices without one follow --keep or --before, or stay
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, group = "limits")]
    pub meters: Option<PathBuf>,

    /// Delete the oldest records beyond N
    #[arg(long, value_name = "N", group = "limits")]
    pub max_rows: Option<u64>,

    /// Delete the oldest records until the data take no more than this (in PostgreSQL approximately, and for this table
    /// only)
    #[arg(long, value_name = "SIZE", value_parser = options::size, group = "limits")]
    pub max_size: Option<u64>,

    /// Delete the oldest records until this much of the file system is free (SQLite), all of them if that is not enough
    #[arg(long, value_name = "SIZE", value_parser = options::size, group = "limits")]
    pub min_free: Option<u64>,

    /// Delete N rows in each transaction
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..))]
    pub chunk: u64,

    /// Append what is deleted to FILE first: CSV if its name ends in .csv, else NDJSON
    ///
    /// When the table has other columns than a CSV file, the archive goes on in a second one: old.csv, old-2.csv.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub archive: Option<PathBuf>,

    /// Add what is deleted to a table with one record for each series and interval of this length (also `1mo`, `1y`):
    /// its name is the table's and the length, as `readings_1h`
    ///
    /// Of each number `value` it has `value_mean`, `value_min`, `value_max` and `value_count`, of an angle (see --meters)
    /// `value_mean`, `value_resultant` (1: all have one direction) and `value_count`. `count` is the number of records,
    /// `filled_share` the share of the numbers that are filled. Other fields stay if all records agree. Records that come
    /// late are added, too. Intervals are in UTC or by the clocks of --tz.
    #[arg(long, value_name = "DURATION", value_parser = rollup)]
    pub rollup: Option<(time::Period, String)>,

    /// Delete nothing: `deleted` is the number of records that would be deleted (with --max-size and --min-free approximately)
    #[arg(long, conflicts_with_all = ["every", "at"])]
    pub dry_run: bool,

    /// Use WHEN as the time now, for --keep, `midnight` and `12h` (ago)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true, conflicts_with_all = ["every", "at"])]
    pub now: Option<String>,

    /// Keep running, and trim every DURATION
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub every: Option<i64>,

    #[command(flatten)]
    pub align: AlignArgs,

    /// Keep running, and trim each day at this time, in --tz [default: local]
    #[arg(long, value_name = "HH:MM", value_parser = time::parse_clock, conflicts_with = "every")]
    pub at: Option<(u8, u8)>,

    /// If a run was missed while kymo was not running, do it once later, unless it is older than this
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1h")]
    pub catch_up: i64,

    /// The time zone of --at, of days, of `midnight` and of times without an offset [default: local]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    #[command(flatten)]
    pub result: ResultArgs,
}

/// What a run did.
#[derive(serde::Serialize)]
struct Summary<'a> {
    table: &'a str,
    deleted: u64,
    archived: u64,
    chunks: u64,
    dry_run: bool,
    bytes_before: u64,
    bytes_after: u64,
    seconds: f64,
    /// A signal ended the run before it was through.
    interrupted: bool,
    /// Records that were added to the table of --rollup.
    rolled_up: u64,
}

impl Args {
    /// Trims once, or stays and repeats.
    pub(crate) fn run(mut self, summary: bool) -> Result<Exit> {
        self.result.ask_if(summary);
        let mut meters = self.meters.clone().map(Watched::open).transpose()?;
        let limits = self.limits(meters.as_ref())?;
        if self.align.align.is_some() && self.every.is_none() {
            return Err(Error::usage("--align is for --every"));
        }
        let mut trimmer = storage::trimmer(&self.db, &limits)?;
        let stop = Stop::on_signals()?;
        if self.every.is_none() && self.at.is_none() {
            self.once(&mut *trimmer, meters.as_mut(), &stop)?;
            return Ok(ended(&stop));
        }
        let zone = time::zone_or_local(self.tz.as_ref());
        let last = trimmer.last_run(&self.table)?;
        let mut due = self.due(last, time::now(), &zone);
        announce(due, &zone);
        let mut looked = time::now();
        while !stop.is_set() {
            let now = time::now();
            // A clock that was set back must not make it wait for the old time to be reached again.
            if now < looked {
                due = due.min(self.next(now, &zone));
            }
            looked = now;
            if due <= now {
                // A clock that was put forward, or a machine that slept: missed too long ago to be made up.
                if now.saturating_sub(due) <= self.catch_up {
                    self.once(&mut *trimmer, meters.as_mut(), &stop)?;
                    trimmer.ran(&self.table, now)?;
                }
                due = self.next(now, &zone);
                announce(due, &zone);
            } else {
                // A few seconds at most, so that a clock that is set is noticed.
                let wait = u64::try_from(due - now).unwrap_or(0).min(5_000_000_000);
                stop.wait(Duration::from_nanos(wait));
            }
        }
        Ok(ended(&stop))
    }

    /// When the first run is due, given the last one of an earlier process.
    fn due(&self, last: Option<i64>, now: i64, zone: &time::TimeZone) -> i64 {
        match (last, self.every) {
            // The first run ever: at once if it repeats by a span, else at its time of day.
            (None, Some(_)) => now,
            (None, None) => self.next(now, zone),
            (Some(last), _) => {
                // A clock that was set back must not make it wait for the old time to be reached again.
                let due = self.next(last.min(now), zone);
                // Missed too long ago to be made up.
                if now.saturating_sub(due) > self.catch_up { self.next(now, zone) } else { due }
            }
        }
    }

    /// The first run after this time.
    fn next(&self, after: i64, zone: &time::TimeZone) -> i64 {
        match (self.every, self.at) {
            (Some(every), _) => self.align.after(every, after),
            (None, Some(at)) => time::next_at(after, at, zone),
            (None, None) => i64::MAX,
        }
    }

    fn limits(&self, meters: Option<&Watched>) -> Result<Limits> {
        let when = |flag: &str, text: &str, now: i64| {
            time::parse_when(text, now, self.tz.as_ref()).map_err(|why| Error::usage(format!("{flag}: {why}")))
        };
        let now = match &self.now {
            Some(text) => when("--now", text, time::now())?,
            None => time::now(),
        };
        let before = match (&self.before, self.keep) {
            (Some(text), _) => Some(when("--before", text, now)?),
            (None, Some(keep)) => Some(now.saturating_sub(keep)),
            (None, None) => None,
        };
        let mut ages: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for (device, keep) in meters.into_iter().flat_map(|meters| meters.registry().keeps(now)) {
            ages.entry(keep).or_default().push(device.to_owned());
        }
        let named: Vec<String> = ages.values().flatten().cloned().collect();
        let others = (!named.is_empty()).then(|| Chosen { devices: named.into(), others: true });
        let mut old: Vec<Old> = before.map(|before| Old { before, series: others }).into_iter().collect();
        old.extend(ages.into_iter().map(|(keep, devices)| {
            let series = Chosen { devices: devices.into(), others: false };
            Old { before: now.saturating_sub(keep), series: Some(series) }
        }));
        Ok(Limits { old, max_rows: self.max_rows, max_size: self.max_size, min_free: self.min_free })
    }

    /// Where to what is deleted is added.
    fn rollup<'m>(&self, meters: Option<&'m Watched>) -> Option<Rollup<'m>> {
        let (period, text) = self.rollup.as_ref()?;
        Some(Rollup {
            table: format!("{}_{text}", self.table),
            buckets: Buckets::of(*period, self.tz.clone()),
            registry: meters.map(Watched::registry),
        })
    }

    fn once(&self, trimmer: &mut dyn Trimmer, mut meters: Option<&mut Watched>, stop: &Stop) -> Result<()> {
        let start = Instant::now();
        if let Some(meters) = &mut meters {
            meters.refresh();
        }
        let limits = self.limits(meters.as_deref())?;
        let bytes_before = trimmer.size()?;
        let is_fresh = trimmer.is_fresh()?;
        let excess = if is_fresh { 0 } else { trimmer.excess(&self.table, &limits)? };
        let mut done = Summary {
            table: &self.table,
            deleted: 0,
            archived: 0,
            chunks: 0,
            dry_run: self.dry_run,
            bytes_before,
            bytes_after: bytes_before,
            seconds: 0.0,
            interrupted: false,
            rolled_up: 0,
        };
        if self.dry_run {
            done.deleted = excess;
        } else {
            if excess > 0 {
                let rollup = self.rollup(meters.as_deref());
                self.delete(trimmer, (&limits, rollup.as_ref()), excess, stop, &mut done)?;
            }
            // Also what others have left: of a log that is not taken in yet nobody knows how much room it needs.
            while trimmer.give_back()? && !stop.is_set() {
                std::thread::sleep(PAUSE);
            }
            done.bytes_after = trimmer.size()?;
            if done.deleted > 0
                && done.bytes_after >= done.bytes_before
                && let Some(why) = trimmer.holds_room()?
            {
                diag::warn(Code::Vacuum, format_args!("{why}"));
            }
        }
        done.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        self.result.print(self.dry_run || done.interrupted, &done)
    }

    /// Deletes what each limit asks for, one after the other.
    fn delete(
        &self,
        trimmer: &mut dyn Trimmer,
        (limits, rollup): (&Limits, Option<&Rollup<'_>>),
        excess: u64,
        stop: &Stop,
        done: &mut Summary<'_>,
    ) -> Result<()> {
        let mut archive = match &self.archive {
            Some(path) => {
                let fields = trimmer.fields(&self.table)?;
                Some(ArchiveFile::open(path, fields, |name| trimmer.archived(name))?)
            }
            None => None,
        };
        let progress = Progress::new("trim", Measure::Number("rows"), excess);
        let limits: Vec<Limits> = limits.each().collect();
        for limit in &limits {
            // Whoever writes is not followed: what comes after this look is for the next run. Of one limit alone it is known.
            let mut left = if limits.len() == 1 { excess } else { trimmer.excess(&self.table, limit)? };
            let mut most = match limit.max_size.or(limit.min_free) {
                Some(_) => trimmer.excess(&self.table, &Limits { max_rows: Some(0), ..Limits::default() })?,
                None => left,
            };
            let mut rows = u64::MAX;
            while left > 0 && rows > 0 && !stop.is_set() {
                let start = Instant::now();
                let archive = archive.as_mut().map(|archive| archive as &mut dyn Archive);
                let mut takers = Takers { archive, rollup };
                rows = trimmer.chunk(&self.table, limit.old.first(), left.min(self.chunk), &mut takers)?;
                (left, most) = (left.saturating_sub(rows), most.saturating_sub(rows));
                done.deleted += rows;
                done.rolled_up += rollup.map_or(0, |_| rows);
                done.chunks += u64::from(rows > 0);
                progress.add(rows);
                if left == 0 && most > 0 {
                    // How many rows have this size was an estimate.
                    left = trimmer.excess(&self.table, limit)?.min(most);
                }
                // As long as the lock was held, so that a writer that waits for it gets its turn.
                std::thread::sleep(start.elapsed().clamp(PAUSE, 10 * PAUSE));
            }
        }
        done.interrupted = stop.is_set();
        drop(progress);
        done.archived = archive.map_or(0, |archive| archive.written());
        diag::debug(Code::Trimmed, format_args!("deleted {} rows in {} chunks", done.deleted, done.chunks));
        Ok(())
    }
}

/// A length, also in its words: they are part of a table's name.
fn rollup(text: &str) -> std::result::Result<(time::Period, String), String> {
    time::parse_period(text).map(|period| (period, text.to_owned()))
}

/// Says when the next run is.
fn announce(due: i64, zone: &time::TimeZone) {
    let mut at = Vec::new();
    time::write_local(due, zone, &mut at);
    diag::info(Code::NextRun, format_args!("the next run is at {}", String::from_utf8_lossy(&at)));
}

/// Longer than a waiting writer sleeps between two tries.
const PAUSE: Duration = Duration::from_millis(5);

fn ended(stop: &Stop) -> Exit {
    match stop.signal() {
        Some(SIGINT) => Exit::Signal(SIGINT),
        _ => Exit::Code(0),
    }
}
