//! `log query`: the messages of a log and of its old files that match.
//!
//! The log is opened and its folder looked at again if it was put away in between. What was written as it shall be
//! printed is printed byte for byte.

use super::text;
use super::{intake, json};
use crate::flow::stdio;
use crate::host::logfile::{self, Entry, Format, INDENT};
use crate::reading::error::{Error, Kind, Result};
use crate::reading::json::Member;
use crate::reading::level::Level;
use crate::reading::time::{self, TimeZone};
use clap::ValueHint;
use flate2::read::MultiGzDecoder;
use std::fs::{File, Metadata};
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// An example that runs, for the help.
const EXAMPLE: &str =
    "Example: echo 'ERROR: too hot' | kymo log a.log && kymo log query a.log --level warning --since 1h";

/// How many bytes are printed at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// More of a line is not read at once.
const MAX_LINE: u64 = 2 << 20;

/// Print the messages of a log that match
///
/// Reads the old files of FILE, compressed ones too, and then FILE itself, the oldest first. Each message is printed
/// with its details. Logs that other programs have written can be read too, if their lines begin with a time.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(super) struct Args {
    /// The log
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Only messages from this time on: RFC 3339, a day, `midnight`, `now`, `12h` (ago), `1mo`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,

    /// Only messages before this time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<String>,

    /// Only messages at this level and above
    #[arg(long, value_name = "LEVEL", ignore_case = true, hide_possible_values = true, default_value = "debug")]
    level: Level,

    /// Only messages of this origin
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,

    /// Print one JSON object for each message
    #[arg(long)]
    json: bool,

    /// The time zone of days and `midnight`, of times without an offset, and of the output [default:
    /// local; the output keeps the times as written]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    tz: Option<TimeZone>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let said = time::zone_or_local(self.tz.as_ref());
        let now = time::now();
        let when = |flag: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => {
                time::parse_when(text, now, Some(&said)).map(Some).map_err(|why| Error::usage(format!("{flag}: {why}")))
            }
        };
        let mut query = Query {
            since: when("--since", &self.since)?.unwrap_or(i64::MIN),
            until: when("--until", &self.until)?.unwrap_or(i64::MAX),
            level: self.level,
            origin: self.origin,
            format: if self.json { Format::Json } else { Format::Text },
            is_zoned: self.tz.is_some(),
            naive: said.clone(),
            zone: self.tz.unwrap_or(TimeZone::UTC),
            found: Found::default(),
            has_found: false,
            members: Vec::new(),
            printed: Vec::new(),
        };
        let result = query.read_all(&self.file);
        match result.and_then(|()| query.print()) {
            // Nobody reads any more.
            Err(why) if why.kind() == Kind::Closed => Ok(()),
            result => result,
        }
    }
}

/// What is wanted, and where the reading is.
struct Query {
    since: i64,
    until: i64,
    level: Level,
    origin: Option<String>,
    format: Format,
    zone: TimeZone,
    is_zoned: bool,
    naive: TimeZone,
    found: Found,
    /// There was a message; what stands before the first one is none.
    has_found: bool,
    members: Vec<Member>,
    printed: Vec<u8>,
}

/// A message of a log.
#[derive(Default)]
struct Found {
    entry: Entry,
    /// As it is in the file.
    raw: Vec<u8>,
    /// How it is there, if it is one of kymo's own ways.
    format: Option<Format>,
}

impl Query {
    fn read_all(&mut self, log: &Path) -> Result<()> {
        let fault = |path: &Path, e: std::io::Error| Error::io(format!("read log file {}", path.display()), e);
        // As the writer has it: its old files lie where a link leads to.
        let log = &std::fs::canonicalize(log).unwrap_or_else(|_| log.to_owned());
        let (current, old) = look(log)?;
        for path in &old {
            let Some((file, path)) = open_old(path) else { continue };
            let is_packed = path.extension().is_some_and(|ending| ending == "gz");
            let result = if is_packed { self.read(MultiGzDecoder::new(file)) } else { self.read(file) };
            result?.map_err(|e| fault(&path, e))?;
        }
        if let Some(file) = current {
            self.read(file)?.map_err(|e| fault(log, e))?;
        }
        self.end_message()
    }

    /// Reads the lines of one file. The outer result is that of printing.
    fn read(&mut self, file: impl Read) -> Result<std::io::Result<()>> {
        let mut file = BufReader::with_capacity(CHUNK_BYTES, file);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut file).take(MAX_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return Ok(Ok(())),
                Ok(_) => self.line(&line)?,
                Err(e) => return Ok(Err(e)),
            }
        }
    }

    fn line(&mut self, line: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
        let text = text.trim_end_matches('\r');
        let Some((entry, format)) = self.begin(text) else {
            self.add(line, text);
            return Ok(());
        };
        self.end_message()?;
        self.found = Found { entry, raw: line.to_owned(), format };
        self.has_found = true;
        Ok(())
    }

    /// The message that a line begins: it has a time. With the way in which it is written, if that is one of kymo's own.
    fn begin(&mut self, text: &str) -> Option<(Entry, Option<Format>)> {
        let mut entry = Entry::default();
        if text.starts_with('{') {
            let told = json::read(text.as_bytes(), &mut self.members, &self.naive, &mut entry)?;
            entry.time = told.time?;
            entry.level = told.level.unwrap_or_default();
            let is_own = text.starts_with("{\"time\":") && told.level.is_some() && told.has_origin;
            return Some((entry, is_own.then_some(Format::Json)));
        }
        let head = text::head(text, &self.naive);
        entry.time = head.time?;
        entry.level = head.level.unwrap_or_default();
        entry.origin.push_str(head.origin.unwrap_or_default());
        entry.message.push_str(head.message);
        let is_own = text::is_own(text) && head.origin.is_some();
        Some((entry, is_own.then_some(Format::Text)))
    }

    /// A line that belongs to the message before it.
    fn add(&mut self, line: &[u8], text: &str) {
        if self.has_found && self.found.raw.len() < intake::MAX_LINE {
            self.found.raw.extend_from_slice(line);
            self.found.entry.add_details(text.strip_prefix(INDENT).unwrap_or(text));
        }
    }

    /// The message is complete: prints it if it is wanted.
    fn end_message(&mut self) -> Result<()> {
        let Found { entry, raw, format } = &mut self.found;
        let is_wanted = std::mem::take(&mut self.has_found)
            && (self.since..self.until).contains(&entry.time)
            && entry.level >= self.level
            && self.origin.as_ref().is_none_or(|origin| *origin == entry.origin);
        if !is_wanted {
            return Ok(());
        }
        if *format == Some(self.format) && (!self.is_zoned || self.format == Format::Json) {
            self.printed.extend_from_slice(raw);
            if !raw.ends_with(b"\n") {
                self.printed.push(b'\n');
            }
        } else {
            entry.write(self.format, &self.zone, &mut self.printed);
        }
        if self.printed.len() >= CHUNK_BYTES { self.print() } else { Ok(()) }
    }

    fn print(&mut self) -> Result<()> {
        let printed = stdio::print(&self.printed);
        self.printed.clear();
        printed
    }
}

/// The log, and the names of its old files as they are while it is the log: none is missed, and none read twice.
fn look(log: &Path) -> Result<(Option<File>, Vec<PathBuf>)> {
    let id = |meta: Metadata| (meta.dev(), meta.ino());
    let mut tries = 0;
    loop {
        let current = File::open(log);
        let old = match (logfile::put_away(log), &current) {
            (Ok(old), Err(e)) if old.is_empty() => Err(e.kind()),
            (Err(_), Err(e)) => Err(e.kind()),
            (old, _) => Ok(old?),
        };
        let old = old.map_err(|e| Error::io(format!("open log file {}", log.display()), std::io::Error::from(e)))?;
        let opened = current.as_ref().ok().and_then(|file| file.metadata().ok()).map(id);
        tries += 1;
        if opened == std::fs::metadata(log).ok().map(id) || tries == 100 {
            return Ok((current.ok(), old));
        }
    }
}

/// Opens a file that was put away, under the name that it has by now. `None`: it was deleted.
fn open_old(path: &Path) -> Option<(File, PathBuf)> {
    let mut packed = path.to_owned().into_os_string();
    packed.push(".gz");
    let names = [path.to_owned(), packed.into()];
    names.into_iter().find_map(|name| Some((File::open(&name).ok()?, name)))
}
