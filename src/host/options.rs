//! Flags that mean the same in every command that has them.

mod broker;
mod connection;
mod forms;
mod keys;
mod memory;
mod payload;
mod spans;
mod timescale;
mod web;

pub(crate) use self::broker::{BROKER_ENVIRONMENT, BrokerArgs, Version};
pub(crate) use self::connection::{Fingerprint, RetryArgs, TlsArgs, TlsServerArgs};
pub(crate) use self::forms::{FormArgs, MessageFormArgs, OutputFormArgs, ToArgs};
pub(crate) use self::keys::{KeyArgs, TimeArgs};
pub(crate) use self::memory::MemoryArgs;
pub(crate) use self::payload::{PayloadArgs, PayloadRules};
pub(crate) use self::spans::{duration, size, step};
pub(crate) use self::timescale::{Timescale, TimescaleSettings};
pub(crate) use self::web::{WEB_ENVIRONMENT, WebArgs};

use crate::host::diag;
use crate::host::grid::{Align, Grid};
use crate::host::logfile::{self, LogFile, Rotation};
use crate::host::variables;
use crate::reading::error::{Error, Result};
use crate::reading::level::Level;
use crate::reading::time;
use clap::{Args, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

/// The variables that set the level, the first one first.
const LEVEL_VARIABLES: [&str; 2] = ["KYMO_LOG", "APPLICATION_LOG_LEVEL"];

/// Flags of the whole process, in every command.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
#[command(next_help_heading = "Common options")]
pub(crate) struct ProcessArgs {
    /// Print counts as one JSON object on stderr at the end
    #[arg(long, global = true)]
    pub summary: bool,

    /// Report messages at this level and above [env: KYMO_LOG, APPLICATION_LOG_LEVEL] [default: warning]
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true, hide_possible_values = false)]
    pub log_level: Option<Level>,

    /// Print messages as text or as NDJSON
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<diag::Format>,

    /// Also write messages to FILE, with their times
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log_file: Option<PathBuf>,

    /// Write messages at this level and above to the log file [default: info]
    #[arg(long, global = true, value_name = "LEVEL", ignore_case = true, hide_possible_values = true)]
    pub log_file_level: Option<Level>,

    /// Begin a new log file at `midnight`, each `1h`, or before it exceeds `100MiB`; a time and a size may be combined
    /// with a comma
    #[arg(long, global = true, value_name = "WHEN")]
    pub log_rotate: Option<Rotation>,

    /// Keep N old log files [default: 5]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub log_keep: Option<u32>,

    /// The time zone of the log file [default: UTC for its times, local for --log-rotate]
    #[arg(long, global = true, value_name = "ZONE", value_parser = time::parse_zone)]
    pub log_tz: Option<time::TimeZone>,

    /// Take variables from FILE too (NAME=VALUE, one a line); the environment overrides them
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Option<PathBuf>,

    /// After a signal, the time in which to finish what was received
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub grace: Duration,
}

/// A command's words without the flags of the whole process.
pub(crate) fn without_process_flags(words: &[String]) -> Vec<String> {
    let flags = ProcessArgs::augment_args(clap::Command::new("kymo"));
    let takes_value = |word: &str| {
        let flag =
            flags.get_arguments().find(|flag| flag.get_long().is_some() && flag.get_long() == word.strip_prefix("--"));
        flag.map(|flag| flag.get_action().takes_values())
    };
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        match takes_value(name) {
            None => kept.push(word.clone()),
            Some(true) if value.is_none() => drop(words.next()),
            Some(_) => {}
        }
    }
    kept
}

/// Flags of a stage that reads records.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Records")]
pub(crate) struct RejectArgs {
    /// Append records that cannot be used to FILE, with reason and bytes, as NDJSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rejects: Option<PathBuf>,

    /// Keep at most about SIZE in the file of --rejects. What does not fit is counted; it ends kymo where its sender would
    /// take it for kept
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1GiB", help_heading = "Records")]
    pub max_rejects: u64,

    /// End at the first record that cannot be used
    #[arg(long)]
    pub strict: bool,

    /// Reject lines longer than SIZE; they are never held in memory
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1MiB")]
    pub max_record: u64,
}

/// Input of a stage that reads records: files, or stdin.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct InputArgs {
    /// Files to read, one after the other; `-` or none: stdin
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub form: Box<FormArgs>,

    #[command(flatten)]
    pub rejects: RejectArgs,

    /// Keep the stage's state in FILE, so that a restart resumes where the last run ended
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Records")]
    pub state: Option<PathBuf>,
}

/// Flags of every source.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Records")]
pub(crate) struct SourceArgs {
    /// Add the time of receipt, in FIELD, to records without that field
    #[arg(long, value_name = "FIELD", help_heading = "Records")]
    pub stamp: Option<String>,

    #[command(flatten)]
    pub rejects: RejectArgs,
}

/// Where the ticks lie of what a command does again and again.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AlignArgs {
    /// The grid of the ticks: that of the clock in this time zone (an IANA name, `UTC`, `local`, an offset), as
    /// 12:00:00, 12:00:10 …; or counted from the `start` [default: local]
    #[arg(long, value_name = "ZONE|start", value_parser = align)]
    pub align: Option<Align>,
}

impl AlignArgs {
    /// Ticks every this many ns, from now on.
    pub(crate) fn grid(&self, every: i64) -> Grid {
        Grid::new(every, &self.align(), time::now())
    }

    /// The first tick after this time, ns since 1970 UTC; with `start` a whole period after it.
    pub(crate) fn after(&self, every: i64, time: i64) -> i64 {
        match self.align() {
            Align::Start => time.saturating_add(every),
            align => Grid::new(every, &align, time.saturating_add(1)).due(),
        }
    }

    fn align(&self) -> Align {
        self.align.clone().unwrap_or_else(Align::local)
    }
}

fn align(text: &str) -> std::result::Result<Align, String> {
    match text {
        "start" => Ok(Align::Start),
        zone => time::parse_zone(zone).map(Align::Zone).map_err(|why| format!("{why}; or `start`")),
    }
}

impl Default for ProcessArgs {
    fn default() -> ProcessArgs {
        ProcessArgs {
            summary: false,
            log_level: None,
            log_format: None,
            log_file: None,
            log_file_level: None,
            log_rotate: None,
            log_keep: None,
            log_tz: None,
            env_file: None,
            grace: Duration::from_secs(10),
        }
    }
}

impl ProcessArgs {
    /// Settles how messages are told, for the life of the process.
    pub(crate) fn settle_messages(&self) -> Result<()> {
        let format = self.log_format.unwrap_or(diag::Format::Text);
        // What is wrong with these flags is told as far as they can be heeded.
        let told = |why: Error| {
            diag::init(self.log_level.unwrap_or(Level::Warning), format, None);
            why
        };
        self.env_file.as_deref().map_or(Ok(()), variables::load).map_err(told)?;
        let level = match self.log_level {
            Some(level) => level,
            None => level_of_environment().map_err(told)?.unwrap_or(Level::Warning),
        };
        let sink = self.sink().map_err(told)?;
        diag::init(level, format, sink);
        Ok(())
    }

    fn sink(&self) -> Result<Option<diag::Sink>> {
        let Some(path) = &self.log_file else {
            let without = [
                self.log_file_level.is_some(),
                self.log_rotate.is_some(),
                self.log_keep.is_some(),
                self.log_tz.is_some(),
            ];
            return if without.contains(&true) {
                Err(Error::usage("--log-file-level, --log-rotate, --log-keep and --log-tz need --log-file"))
            } else {
                Ok(None)
            };
        };
        let level = self.log_file_level.unwrap_or(Level::Info);
        let settings = logfile::Settings {
            rotation: self.log_rotate.unwrap_or_default(),
            keep: self.log_keep.unwrap_or(5) as usize,
            gzip: false,
            clear: false,
            zone: time::zone_or_local(self.log_tz.as_ref()),
        };
        let zone = self.log_tz.clone().unwrap_or(time::TimeZone::UTC);
        let file = LogFile::open(path, settings)?;
        let mut flags: Vec<OsString> = vec!["--log-file".into(), file.path().into()];
        flags.extend(["--log-file-level", level.word()].map(OsString::from));
        if let Some(rotation) = self.log_rotate {
            flags.extend(["--log-rotate".into(), rotation.to_string().into()]);
        }
        if let Some(keep) = self.log_keep {
            flags.extend(["--log-keep".into(), keep.to_string().into()]);
        }
        if let Some(name) = self.log_tz.as_ref().map(time::zone_name) {
            flags.extend(["--log-tz".into(), name.into()]);
        }
        Ok(Some(diag::Sink { file: Mutex::new(file), level, zone, flags }))
    }
}

/// The level that the environment asks for.
fn level_of_environment() -> Result<Option<Level>> {
    for name in LEVEL_VARIABLES {
        match variables::get(name) {
            None => {}
            Some(value) => {
                let level = Level::threshold(&value.to_string_lossy());
                return level.map(Some).map_err(|why| Error::usage(format!("{name}: {why}")));
            }
        }
    }
    Ok(None)
}

impl Default for RejectArgs {
    fn default() -> RejectArgs {
        RejectArgs { rejects: None, max_rejects: 1 << 30, strict: false, max_record: 1 << 20 }
    }
}

impl RejectArgs {
    /// The longest line that is held.
    pub(crate) fn max_record(&self) -> Result<usize> {
        bounded("--max-record", self.max_record)
    }
}

/// A size of something that is held in memory; offsets inside a batch are 32 bits wide.
pub(crate) fn bounded(flag: &str, size: u64) -> Result<usize> {
    let size = usize::try_from(size).ok().filter(|size| (1..=1 << 30).contains(size));
    size.ok_or_else(|| Error::usage(format!("{flag} must be between 1 byte and 1GiB")))
}
