//! The programs around a queue: what is in it, is it sound, and away with what is old.

use crate::flow::results::ResultArgs;
use crate::flow::stdio;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options;
use crate::host::progress::{self, Measure, Progress};
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use crate::storage::queue::{self, Depth, Failing, Found, Looking, Purging, Row, Stat};
use clap::{Subcommand, ValueHint};
use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// Examples that run, for the help.
const STAT_EXAMPLE: &str = "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue stat q.db";
const PEEK_EXAMPLE: &str = "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue peek q.db -n 3";
const EXPORT_EXAMPLE: &str =
    "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue export q.db > all.ndjson";
const CHECK_EXAMPLE: &str = "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue check q.db";
const PURGE_EXAMPLE: &str =
    "Example: kymo queue put q.db examples/surfrad.ndjson && kymo queue purge q.db --older-than 30d";

/// How many bytes are written at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// What is no stage.
#[derive(Subcommand, Debug)]
pub(crate) enum Program {
    Stat(StatArgs),
    Peek(PeekArgs),
    Export(ExportArgs),
    Check(CheckArgs),
    Purge(PurgeArgs),
}

/// Report how many records a queue holds, how old they are, how fast they come and go, and when it is full or empty
#[derive(clap::Args, Debug)]
#[command(before_help = STAT_EXAMPLE)]
pub(crate) struct StatArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    queue: String,

    /// Print one JSON object: rates are the mean of the last minute, totals count from the queue's creation
    ///
    /// `full_in` and `empty_in` are seconds, as the rates of the last minute are; null: never. `full_in` needs a limit:
    /// --max-records or --max-size of the last `queue put`.
    #[arg(long)]
    json: bool,
}

/// Write the oldest records of a queue, without taking them
#[derive(clap::Args, Debug)]
#[command(before_help = PEEK_EXAMPLE)]
pub(crate) struct PeekArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    queue: String,

    /// The number of records
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    count: u64,
}

/// Write all records of a queue, without taking them
#[derive(clap::Args, Debug)]
#[command(before_help = EXPORT_EXAMPLE)]
pub(crate) struct ExportArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    queue: String,

    /// Write the rejects that the queue keeps instead, in the form that `kymo replay --from-rejects` reads
    #[arg(long)]
    rejects: bool,
}

/// Find damage in a queue, set it aside and keep the rest
///
/// Checks SQLite's pages and each record's checksum. Damaged records go to QUEUE.damaged.ndjson, as rejects. If the
/// file itself is damaged, it is replaced by a new one with everything that can be read, and the old one becomes
/// QUEUE.damaged. No other process may use the queue meanwhile (else exit 75). Prints what it found as one JSON object if
/// something was damaged, else only with --json. `lost` is the number of records of which nothing can be read; null if
/// it cannot be known.
///
/// Exit status: 0 the queue is sound, 1 something was damaged and set aside.
#[derive(clap::Args, Debug)]
#[command(before_help = CHECK_EXAMPLE)]
pub(crate) struct CheckArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    queue: String,

    #[command(flatten)]
    result: ResultArgs,
}

/// Delete old records from a queue
///
/// It prints nothing when all went well: --json prints what it did.
#[derive(clap::Args, Debug)]
#[command(before_help = PURGE_EXAMPLE)]
pub(crate) struct PurgeArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    queue: String,

    /// Delete records that were put longer ago than this
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    older_than: Duration,

    /// Delete nothing: `deleted` is the number of records that would be deleted
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    result: ResultArgs,
}

impl Program {
    /// Does what the words say. `summary`: the result is asked for.
    pub(crate) fn run(self, summary: bool) -> Result<Exit> {
        match self {
            Program::Stat(args) => args.run(),
            Program::Peek(args) => write(&args.queue, args.count),
            Program::Export(args) => args.run(),
            Program::Check(args) => args.run(summary),
            Program::Purge(args) => args.run(summary),
        }
    }
}

impl StatArgs {
    fn run(self) -> Result<Exit> {
        let now = time::now();
        let stat = Looking::open(&self.queue)?.stat(now)?;
        let text = if self.json { as_json(&self.queue, &stat, now)? } else { as_text(&stat, now) };
        stdio::print(text.as_bytes()).map(|()| Exit::Code(0))
    }
}

/// What `queue stat --json` tells.
#[derive(Serialize)]
struct Report<'a> {
    queue: &'a str,
    records: u64,
    bytes: u64,
    oldest: Option<String>,
    age_seconds: Option<f64>,
    #[serde(flatten)]
    stat: &'a Stat,
}

fn as_json(queue: &str, stat: &Stat, now: i64) -> Result<String> {
    let age_seconds = stat.oldest.map(|oldest| age(oldest, now) as f64 / 1e9);
    let Depth { records, bytes } = stat.depth;
    as_line(&Report { queue, records, bytes, oldest: stat.oldest.map(rfc3339), age_seconds, stat })
}

fn as_line(report: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(report).map_err(|e| Error::io("spell a report", e))?;
    Ok(text + "\n")
}

fn as_text(stat: &Stat, now: i64) -> String {
    let oldest = match stat.oldest {
        // A fraction of a second is nothing to a person.
        Some(oldest) => {
            let second = 1_000_000_000;
            let age = time::write_duration(age(oldest, now) / second * second);
            format!("{}, {age} ago", rfc3339(oldest))
        }
        None => "-".to_owned(),
    };
    let mut totals = format!("{} put, {} taken", HumanCount(stat.put), HumanCount(stat.taken));
    for (n, what) in [
        (stat.dropped, "dropped"),
        (stat.purged, "purged"),
        (stat.damaged, "damaged"),
        (stat.dead, "dead"),
        (stat.rejects, "rejects kept"),
    ] {
        if n > 0 {
            totals.push_str(&format!(", {} {what}", HumanCount(n)));
        }
    }
    let ahead = ahead(stat).map(|ahead| format!("ahead    {ahead}\n")).unwrap_or_default();
    let fails = match &stat.failing {
        Some(Failing { record, failures, reason }) => {
            let reason = reason.as_deref().unwrap_or("-");
            format!("failing  record {record} failed alone, attempts: {failures}, the last one ended with {reason}\n")
        }
        None => String::new(),
    };
    format!(
        "records  {}, {}\noldest   {oldest}\nrate     {}/s in, {}/s out in the last minute\n{ahead}{fails}total    {totals}\n",
        HumanCount(stat.depth.records),
        HumanBytes(stat.depth.bytes),
        stat.in_per_second,
        stat.out_per_second,
    )
}

/// When it is full, and when it is empty, if it goes on so.
fn ahead(stat: &Stat) -> Option<String> {
    if stat.depth.records == 0 {
        return None;
    }
    let spelled = |seconds: f64| {
        // Nobody knows the second of what is hours away.
        let step = if seconds >= 3600.0 { 60.0 } else { 1.0 };
        time::write_duration(((seconds / step).round() * step * 1e9) as i64)
    };
    let full = stat.full_in.map(|seconds| format!("full in {}", spelled(seconds)));
    let empty = stat.empty_in.map(|seconds| format!("empty in {}", spelled(seconds)));
    let both: Vec<String> = full.into_iter().chain(empty).collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// A clock that was set back makes nothing younger than new.
fn age(oldest: i64, now: i64) -> i64 {
    now.saturating_sub(oldest).max(0)
}

fn rfc3339(ns: i64) -> String {
    let mut text = Vec::with_capacity(32);
    time::write_rfc3339(ns, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

impl ExportArgs {
    fn run(self) -> Result<Exit> {
        if !self.rejects {
            return write(&self.queue, u64::MAX);
        }
        Looking::open(&self.queue)?.rejects(&mut |line| stdio::print(format!("{line}\n").as_bytes()))?;
        Ok(Exit::Code(0))
    }
}

/// Writes the oldest records. What is damaged is told and left out.
fn write(path: &str, count: u64) -> Result<Exit> {
    let queue = Looking::open(path)?;
    let (mut after, mut left, mut damaged) = (i64::MIN, count, 0u64);
    // Between records on a terminal a bar would only be in the way.
    let is_seen = count == u64::MAX && progress::is_seen() && !stdio::is_terminal();
    let all = if is_seen { queue.stat(time::now())?.depth.records } else { 0 };
    let progress = is_seen.then(|| Progress::new("export", Measure::Number("records"), all));
    while left > 0 {
        let mut lines = Vec::with_capacity(CHUNK_BYTES);
        let limit = left;
        let each = &mut |row: Row<'_>| {
            left -= 1;
            match row.damage {
                Some(why) => {
                    damaged += 1;
                    diag::warn(Code::Damaged, format_args!("skip record {} of {path}: {why}", row.id));
                }
                None => {
                    lines.extend_from_slice(row.record);
                    lines.push(b'\n');
                }
            }
            Ok(left > 0)
        };
        let Some(last) = queue.read(after, limit, CHUNK_BYTES, each)? else { break };
        after = last;
        stdio::print(&lines)?;
        progress.iter().for_each(|progress| progress.set(count - left));
    }
    Ok(Exit::Code(u8::from(damaged > 0)))
}

/// What `queue check` prints.
#[derive(Serialize)]
struct CheckReport<'a> {
    queue: &'a str,
    sound: bool,
    records: u64,
    damaged: u64,
    set_aside: Option<String>,
    lost: Option<u64>,
    old_file: Option<String>,
    dead: u64,
}

/// What `queue purge` prints.
#[derive(Serialize)]
struct PurgeReport<'a> {
    queue: &'a str,
    deleted: u64,
    bytes: u64,
    left: u64,
    dry_run: bool,
}

impl CheckArgs {
    fn run(mut self, summary: bool) -> Result<Exit> {
        self.result.ask_if(summary);
        let Found { records, damaged, set_aside, lost, old_file } = queue::check(&self.queue)?;
        let sound = damaged == 0 && old_file.is_none();
        let name = |path: Option<PathBuf>| path.map(|path| path.display().to_string());
        let (set_aside, old_file) = (name(set_aside), name(old_file));
        if let Some(old) = &old_file {
            let queue = &self.queue;
            let lost = match lost {
                Some(0) => String::new(),
                Some(lost) => format!(", except {lost} records"),
                None => "; how many records are lost cannot be known".to_owned(),
            };
            let how = format_args!("{queue} was rebuilt from what could be read{lost}; the old file is now {old}");
            diag::warn(Code::Damaged, how);
        }
        if let Some(aside) = &set_aside {
            diag::warn(Code::Damaged, format_args!("{damaged} damaged records were moved to {aside}"));
        }
        let dead = Looking::open(&self.queue)?.stat(time::now())?.dead;
        let report = CheckReport { queue: &self.queue, sound, records, damaged, set_aside, lost, old_file, dead };
        self.result.print(!sound, &report)?;
        Ok(Exit::Code(u8::from(!sound)))
    }
}

impl PurgeArgs {
    fn run(mut self, summary: bool) -> Result<Exit> {
        self.result.ask_if(summary);
        let mut queue = Purging::open(&self.queue)?;
        let age = i64::try_from(self.older_than.as_nanos()).unwrap_or(i64::MAX);
        let before = time::now().saturating_sub(age);
        let gone = if self.dry_run { queue.before(before)? } else { queue.purge(before)? };
        let left = queue.depth()?.records;
        let Depth { records: deleted, bytes } = gone;
        let report = PurgeReport { queue: &self.queue, deleted, bytes, left, dry_run: self.dry_run };
        self.result.print(self.dry_run, &report)?;
        Ok(Exit::Code(0))
    }
}
