//! `log`: what programs print becomes a log that rotates. It reads stdin to its end; `log query` reads the log again.
//!
//! The program that logs is never stopped by its log: a disk that is full costs lines, which are counted and told, and a
//! signal ends the reading only when whoever writes has ended, or the grace is over.

mod intake;
mod json;
mod query;
mod records;
mod text;

use self::intake::{Defaults, Intake};
use self::records::{Place, RecordArgs};
use crate::flow::plan::Plan;
use crate::flow::stdio::{self, Found};
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::logfile::{Entry, Format, LogFile, Rotation, Settings, Told};
use crate::host::options::ProcessArgs;
use crate::host::stop::{Hangup, SIGINT, SIGTERM, Stop};
use crate::host::thread;
use crate::reading::error::{Error, Kind, Result};
use crate::reading::level::Level;
use crate::reading::time::{self, TimeZone};
use clap::{Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: echo 'WARNING: too warm' | kymo log station.log --rotate midnight,100MiB --keep 30 --gzip";

/// A message is held for this long, in which further lines of it may come.
const HOLD: Duration = Duration::from_millis(100);

/// How often it is looked whether the file is to be put away, and whether SIGHUP came, while nothing comes.
const LOOK: Duration = Duration::from_secs(1);

/// Keep what programs print in a log file that rotates
///
/// Reads stdin to its end: `program | kymo log FILE`, or `program 2> >(kymo log FILE)`. Understands time, level and
/// origin of lines as Python, ivy, syslog, nginx, Rust and kymo write them, and of JSON objects. Tracebacks and
/// indented lines stay with the message before them. Several processes may write to one FILE, and rotate it.
///
/// A full disk never stops the program that logs: lines that cannot be written are counted and reported. SIGHUP opens
/// FILE again.
///
/// With --to, records are logged instead of messages: each is a line of that form, and each file of csv or tsv begins with
/// the names of the columns. A record that the form cannot hold is a reject; a full disk ends kymo, so that no record is
/// dropped.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(
    override_usage = "kymo log [OPTIONS] FILE\n       kymo log --to FORM [OPTIONS] FILE [INPUT]...\n       kymo log query [OPTIONS] FILE"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,

    /// The log file; write ./query for a file named query
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    file: Option<PathBuf>,

    /// Begin a new file at `midnight`, at each full `1h`, or before it exceeds `100MiB`; a time and a size may be
    /// combined with a comma
    #[arg(long, value_name = "WHEN")]
    rotate: Option<Rotation>,

    /// Keep N old files; files with other names are never deleted
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), default_value = "5")]
    keep: u32,

    /// Compress old files, in the background
    #[arg(long)]
    gzip: bool,

    /// Empty the file first
    #[arg(long)]
    clear: bool,

    /// Keep messages at this level and above
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true, default_value = "debug")]
    level: Level,

    /// The level of lines that have none
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true, default_value = "info")]
    assume: Level,

    /// The origin of lines that have none [default: FILE without its folder and extension]
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,

    /// Write one JSON object for each message: time, level, origin, message, details
    #[arg(long)]
    json: bool,

    /// The time zone of the log, of --rotate, and of times without an offset in the input [default: UTC for the times in the
    /// log, local for --rotate and the input]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    tz: Option<TimeZone>,

    /// Also print to stdout: the input unchanged, or the messages as `text` or `json`
    #[arg(long, value_name = "input|text|json", num_args = 0..=1, require_equals = true, default_missing_value = "input", hide_possible_values = true)]
    tee: Option<Tee>,

    /// Print messages at this level and above [default: that of --level]
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true, requires = "tee")]
    tee_level: Option<Level>,

    #[command(flatten)]
    records: RecordArgs,
}

#[derive(Subcommand, Debug)]
enum What {
    Query(query::Args),
}

/// What is printed on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tee {
    Input,
    Text,
    Json,
}

impl Args {
    /// Does what the words say.
    pub(crate) fn run(self, process: &ProcessArgs) -> Result<Exit> {
        match self.what {
            Some(What::Query(args)) => args.run().map(|()| Exit::Code(0)),
            None => self.write(process),
        }
    }

    /// They are records, and this is a stage.
    pub(crate) fn takes_records(&self) -> bool {
        self.what.is_none() && self.records.to.to.is_some()
    }

    /// The sink for records.
    pub(crate) fn plan(self) -> Result<Plan> {
        let of_messages = [
            (self.json, "--json"),
            (self.tee.is_some(), "--tee"),
            (self.origin.is_some(), "--origin"),
            (self.level != Level::Debug, "--level"),
            (self.assume != Level::Info, "--assume"),
        ];
        if let Some((_, flag)) = of_messages.iter().find(|(is_given, _)| *is_given) {
            return Err(Error::usage(format!("{flag} is for messages, and --to for records")));
        }
        let (zone, settings) = (self.tz.clone(), self.settings());
        let path = self.file.ok_or_else(|| Error::usage("a log file is missing"))?;
        self.records.plan(Place { path, settings }, zone)
    }

    fn settings(&self) -> Settings {
        Settings {
            rotation: self.rotate.unwrap_or_default(),
            keep: self.keep as usize,
            gzip: self.gzip,
            clear: self.clear,
            zone: time::zone_or_local(self.tz.as_ref()),
        }
    }

    fn write(self, process: &ProcessArgs) -> Result<Exit> {
        self.records.check_unused()?;
        if self.tee == Some(Tee::Input) && self.tee_level.is_some() {
            return Err(Error::usage("--tee-level needs --tee=text or --tee=json: the input is printed as it comes"));
        }
        let settings = self.settings();
        let path = self.file.ok_or_else(|| Error::usage("a log file is missing"))?;
        let zone = self.tz.clone().unwrap_or(TimeZone::UTC);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let defaults = Defaults {
            level: self.assume,
            origin: self.origin.unwrap_or(stem),
            // What a program writes without an offset it took from the system's clock.
            zone: time::zone_or_local(self.tz.as_ref()),
        };
        let stop = Stop::on_signals()?;
        let hangup = Hangup::listen()?;
        let mut log = Log {
            file: LogFile::open(&path, settings)?,
            format: if self.json { Format::Json } else { Format::Text },
            level: self.level,
            zone,
            tee: self.tee,
            tee_level: self.tee_level.unwrap_or(self.level),
            lines: Vec::new(),
            printed: Vec::new(),
        };
        let mut intake = Intake::new(defaults);
        let is_cut_short = log.follow(&mut intake, process.grace, &stop, &hangup)?;
        let counts = log.file.counts();
        if !stop.is_set() {
            log.file.finish(&mut |told| tell(&told));
        }
        if process.summary {
            let mut map = serde_json::Map::new();
            map.insert("stage".to_owned(), "log".into());
            map.insert("in".to_owned(), intake.lines().into());
            map.extend(counts.iter().map(|(name, n)| ((*name).to_owned(), (*n).into())));
            diag::summary(serde_json::Value::from(map).to_string().as_bytes());
        }
        let has_lost = counts.iter().any(|(name, n)| *name == "lost" && *n > 0);
        Ok(match stop.signal() {
            Some(SIGINT) => Exit::Signal(SIGINT),
            Some(SIGTERM) if is_cut_short => Exit::Signal(SIGTERM),
            _ => Exit::Code(if has_lost { Kind::Data.exit_code() } else { 0 }),
        })
    }
}

/// A log and what is written to it.
struct Log {
    file: LogFile,
    format: Format,
    level: Level,
    zone: TimeZone,
    /// `None` also when nobody reads it any more.
    tee: Option<Tee>,
    tee_level: Level,
    /// What is to be written, whole messages.
    lines: Vec<u8>,
    /// What is to be printed.
    printed: Vec<u8>,
}

impl Log {
    /// Reads to the end of the input. True: the grace was over before.
    fn follow(&mut self, intake: &mut Intake, grace: Duration, stop: &Stop, hangup: &Hangup) -> Result<bool> {
        stdio::widen_stdin();
        let grace = if stdio::stdin_has_writer() { grace } else { Duration::ZERO };
        let mut input = Vec::new();
        let mut signalled: Option<Instant> = None;
        let mut last = Instant::now();
        loop {
            input.clear();
            let wait = if intake.holds() { HOLD } else { LOOK };
            let found = stdio::read_stdin(&mut input, wait, stop)?;
            if hangup.has_come() {
                self.file.reopen();
            }
            match found {
                Found::Bytes => {
                    last = Instant::now();
                    if self.tee == Some(Tee::Input) {
                        self.print(&input);
                    }
                    intake.take(&input, now(), &mut |entry| self.keep(entry));
                }
                Found::Nothing if last.elapsed() >= HOLD => intake.give(&mut |entry| self.keep(entry)),
                Found::Nothing => {}
                Found::End => intake.finish(now(), &mut |entry| self.keep(entry)),
            }
            self.put();
            if stop.is_set() {
                signalled.get_or_insert_with(Instant::now);
            }
            let is_over = signalled.is_some_and(|at| at.elapsed() >= grace);
            if is_over {
                intake.finish(now(), &mut |entry| self.keep(entry));
                self.put();
            }
            if is_over || found == Found::End {
                return Ok(is_over && found != Found::End);
            }
            if found == Found::Nothing {
                self.file.look(&mut |told| tell(&told));
            }
        }
    }

    fn keep(&mut self, entry: &Entry) {
        if entry.level >= self.level {
            entry.write(self.format, &self.zone, &mut self.lines);
        }
        let printed = match self.tee {
            Some(Tee::Text) => Format::Text,
            Some(Tee::Json) => Format::Json,
            Some(Tee::Input) | None => return,
        };
        if entry.level >= self.tee_level {
            entry.write(printed, &self.zone, &mut self.printed);
        }
    }

    /// Writes and prints what is gathered.
    fn put(&mut self) {
        let mut lost = None;
        self.file.write(&self.lines, &mut |told| {
            tell(&told);
            if matches!(told, Told::Resumed { .. }) {
                lost = Some(diag::log_trouble(&told));
            }
        });
        self.lines.clear();
        // Whoever reads the log later must see that something is missing.
        if let Some((level, _, message)) = lost {
            let entry = Entry { time: now(), level, origin: "kymo".to_owned(), message, ..Entry::default() };
            entry.write(self.format, &self.zone, &mut self.lines);
            self.file.write(&self.lines, &mut |told| tell(&told));
            self.lines.clear();
        }
        let printed = std::mem::take(&mut self.printed);
        self.print(&printed);
        self.printed = printed;
        self.printed.clear();
    }

    fn print(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.tee.is_none() {
            return;
        }
        if let Err(why) = stdio::print(bytes) {
            // The log goes on.
            self.tee = None;
            if why.kind() != Kind::Closed {
                diag::warn(why.code(), format_args!("{why}; nothing more is printed"));
            }
        }
    }
}

fn tell(told: &Told) {
    let (level, code, message) = diag::log_trouble(told);
    diag::tell(level, &thread::stage(), code, &message);
}

/// To the millisecond, as times are written.
fn now() -> i64 {
    let now = time::now();
    now - now.rem_euclid(1_000_000)
}
