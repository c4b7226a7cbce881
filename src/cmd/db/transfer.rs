//! `db move`: tables of readings from one database into another, whichever engines they are of.
//!
//! The destination itself is asked what it has, span after span, and gets the rest, a span a transaction. So nothing
//! need be remembered of a run that was killed: the next one goes on where it was. At the end both are read once more
//! in whole and compared.

use super::beside::{self, Beside};
use super::checksum::{Checksum, Hasher};
use super::span::Span;
use crate::flow::batch::Batch;
use crate::flow::reject::Rejects;
use crate::flow::stdio;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options::RetryArgs;
use crate::host::options::TimescaleSettings;
use crate::host::progress::{self, Measure, Progress};
use crate::host::stop::{SIGINT, SIGTERM, Stop};
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time;
use crate::storage::{self, Admin, OnConflict, Query, Reader, Stored, WriteSettings, Writer};
use clap::ValueHint;
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db move readings.db other.db";

/// Another process that is in the way of a transaction is tried again this often. A server that is lost ends the command:
/// the next run goes on.
const RETRY: RetryArgs = RetryArgs { retries: Some(3), max_backoff: Duration::from_secs(1) };

/// The name in messages.
pub(super) const STAGE: &str = "db move";

/// Copy readings from one database into another, of either engine
///
/// Copies the tables of readings with columns, marks and times, then the rejects that the source keeps and the states
/// of its pipelines. The source is only read. Times finer than microseconds are kept: the new table gets --precision ns
/// if it needs this. If it is killed, start it again: it resumes, and does not write again what the destination has. A
/// record that differs in the destination is rejected, as in `kymo store`, and reported. A measured record replaces a
/// filled one. At the end the counts and checksums of all records are compared. Prints what it did as one JSON object.
///
/// Exit status: 0 the destination has everything, 1 some records are missing or differ there.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(super) struct Args {
    /// The source: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "SOURCE", value_hint = ValueHint::FilePath)]
    from: String,

    /// The destination, written the same way; a missing file is created
    #[arg(value_name = "DESTINATION", value_hint = ValueHint::FilePath)]
    to: String,

    /// This table only [default: all]
    #[arg(long, value_name = "NAME")]
    table: Option<String>,

    /// Records from this time on: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    since: Option<String>,

    /// Records before this time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    until: Option<String>,

    /// The time zone of days, `midnight` and times without an offset [default: local]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    tz: Option<time::TimeZone>,

    /// What to do with a measured record, or a pipeline's state, that differs in the destination
    #[arg(long, value_enum, value_name = "HOW", default_value_t = OnConflict::Reject)]
    on_conflict: OnConflict,

    /// The field that marks a filled record
    #[arg(long, value_name = "FIELD", default_value = "filled")]
    mark: String,

    /// Append the records that the destination does not accept to FILE, with reason and bytes, as NDJSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    rejects: Option<PathBuf>,

    /// Do not copy rejects and states
    #[arg(long)]
    records_only: bool,

    /// Write nothing: `copied` is the number of records that would be copied
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    timescale: TimescaleSettings,
}

/// What it did.
#[derive(Default, Serialize)]
struct Summary {
    tables: Vec<Moved>,
    rejects: Beside,
    states: Beside,
    dry_run: bool,
    seconds: f64,
    /// A signal ended it before it was through.
    interrupted: bool,
}

/// What became of a table's records.
#[derive(Default, Serialize)]
struct Moved {
    table: String,
    /// New in the destination.
    copied: u64,
    /// The destination had them.
    there: u64,
    /// They took the place of others.
    replaced: u64,
    /// They gave way to others.
    kept: u64,
    rejected: u64,
    /// What the destination has otherwise, or not at all, and nothing of the above says why.
    missing: u64,
    source: Checksum,
    destination: Checksum,
    identical: bool,
}

/// A move that is going on.
struct Moving<'a> {
    args: &'a Args,
    since: Option<i64>,
    until: Option<i64>,
    from: Box<dyn Admin>,
    /// None: with --dry-run, if the destination is not there.
    to: Option<Box<dyn Admin>>,
    source: Box<dyn Reader>,
    refused: Rejects,
    stop: Stop,
}

/// A table of the destination.
struct Destination {
    table: String,
    /// It has no record twice.
    once: bool,
    /// `None`: it is not there.
    reader: Option<Box<dyn Reader>>,
    /// `None`: nothing is written, only counted.
    writer: Option<Box<dyn Writer>>,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let start = Instant::now();
        let when = |flag: &str, text: &Option<String>| match text {
            Some(text) => time::parse_when(text, time::now(), self.tz.as_ref())
                .map(Some)
                .map_err(|why| Error::usage(format!("{flag}: {why}"))),
            None => Ok(None),
        };
        let (since, until) = (when("--since", &self.since)?, when("--until", &self.until)?);
        let real = |target: &str| std::fs::canonicalize(target).ok();
        if self.from == self.to || real(&self.from).is_some_and(|from| real(&self.to) == Some(from)) {
            return Err(Error::usage("the source is the destination"));
        }
        let source = storage::reader(&self.from)?;
        let from = storage::admin(&self.from)?;
        let to = if self.dry_run && !storage::exists(&self.to)? { None } else { Some(storage::admin(&self.to)?) };
        let refused = match &self.rejects {
            Some(path) => Rejects::to_file(STAGE, false, path, u64::MAX, true)?,
            None => Rejects::told(STAGE, false),
        };
        let stop = Stop::on_signals()?;
        let mut moving = Moving { args: &self, since, until, from, to, source, refused, stop };
        let mut summary = moving.run()?;
        moving.refused.conclude()?;
        summary.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        let text = serde_json::to_string(&summary).map_err(|e| Error::io("write the summary", e))?;
        stdio::print(format!("{text}\n").as_bytes())?;
        let lost = summary.tables.iter().any(|moved| moved.rejected + moved.missing > 0);
        Ok(match moving.stop.signal() {
            Some(SIGINT) => Exit::Signal(SIGINT),
            Some(SIGTERM) if summary.interrupted => Exit::Signal(SIGTERM),
            _ => Exit::Code(u8::from(lost || summary.states.rejected > 0)),
        })
    }
}

impl Moving<'_> {
    fn run(&mut self) -> Result<Summary> {
        let mut summary = Summary { dry_run: self.args.dry_run, ..Summary::default() };
        let tables = match &self.args.table {
            // A station that has stored nothing yet has nothing to move.
            Some(table) if !self.source.is_fresh()? => vec![table.clone()],
            _ => self.from.tables()?,
        };
        // Read before the records: a state may be behind what is stored, but never ahead of it.
        let states = if self.args.records_only { Vec::new() } else { self.from.states()? };
        if tables.is_empty()
            && !self.args.dry_run
            && let Some(to) = &mut self.to
        {
            to.init()?;
        }
        for table in tables {
            if !self.stop.is_set() {
                summary.tables.push(self.table(table)?);
            }
        }
        if !self.args.records_only && !self.stop.is_set() {
            let look = self.args.dry_run;
            let to = self.to.as_deref_mut();
            summary.rejects = beside::rejects(&mut *self.from, to.filter(|_| !look))?;
            summary.states = beside::states(&states, self.to.as_deref_mut(), self.args.on_conflict, look)?;
        }
        summary.interrupted = self.stop.is_set();
        Ok(summary)
    }

    fn table(&mut self, table: String) -> Result<Moved> {
        // It says what is wrong if there is no such table.
        self.source.fields(&table)?;
        let Some(mut shape) = self.from.shape(&table)? else { return Ok(Moved::default()) };
        let (keys, timescale) = (shape.keys(), self.args.timescale.clone());
        let mut settings = WriteSettings {
            on_conflict: self.args.on_conflict,
            mark: self.args.mark.clone(),
            evolve: if shape.has_more() { storage::Evolve::Json } else { storage::Evolve::Add },
            timescale,
            retry: RETRY,
            ..WriteSettings::new(table.clone(), keys.clone())
        };
        let mut to = Destination { table: table.clone(), once: shape.has_key, reader: None, writer: None };
        if let Some(admin) = &mut self.to {
            if !self.args.dry_run {
                if shape.precision.is_none() && admin.has_precisions() && admin.shape(&table)?.is_none() {
                    shape.precision = Some(self.from.precision(&table)?);
                }
                admin.make(&settings, &shape)?;
            }
            if let Some(there) = admin.shape(&table)? {
                to.once = there.has_key;
                to.reader = Some(storage::reader(&self.args.to)?);
            }
            if !self.args.dry_run {
                settings.at_least_once = !to.once;
                to.writer = Some(storage::writer(&self.args.to, settings)?);
            }
        }
        let mut moved = Moved { table: table.clone(), ..Moved::default() };
        let progress = self.progress(&table)?;
        moved.source = self.pass(&mut to, &mut moved, &mut Span::new(keys.clone()), &progress)?;
        to.writer = None;
        if !self.stop.is_set() {
            progress.rename(format_args!("compare {table}"));
            progress.set(0);
            self.compare(&mut to, &mut moved, keys, &progress)?;
        }
        Ok(moved)
    }

    fn progress(&mut self, table: &str) -> Result<Progress> {
        let all = if progress::is_seen() { self.from.count(table, self.since, self.until)?.number } else { 0 };
        Ok(Progress::new(format_args!("copy {table}"), Measure::Number("records"), all))
    }

    fn query(&self, table: &str) -> Query {
        Query { table: table.to_owned(), since: self.since, until: self.until, ..Query::default() }
    }

    /// Reads the source once, and brings the destination what it lacks.
    fn pass(
        &mut self,
        to: &mut Destination,
        moved: &mut Moved,
        span: &mut Span,
        progress: &Progress,
    ) -> Result<Checksum> {
        let query = self.query(&to.table);
        let Moving { source, refused, stop, .. } = self;
        let mut sum = Checksum::default();
        let read = source.read(&query, &mut |line| {
            sum.add(span.add(line)?);
            if span.is_full() {
                progress.add(span.len() as u64);
                to.take(span, moved, refused)?;
            }
            Ok(!stop.is_set())
        });
        progress.add(span.len() as u64);
        // Also what was read up to a place that cannot be.
        let taken = to.take(span, moved, refused);
        read.and(taken).map(|()| sum)
    }

    /// Looks whether the destination has everything now.
    fn compare(&mut self, to: &mut Destination, moved: &mut Moved, keys: Keys, progress: &Progress) -> Result<()> {
        if let Some(reader) = &mut to.reader {
            let mut hasher = Hasher::default();
            let (query, stop) = (self.query(&to.table), &self.stop);
            reader.read(&query, &mut |line| {
                moved.destination.add(hasher.hash(line)?);
                progress.add(1);
                Ok(!stop.is_set())
            })?;
        }
        moved.identical = moved.source == moved.destination;
        if moved.identical || self.args.dry_run || self.stop.is_set() {
            return Ok(());
        }
        // It has more, or something otherwise: which of the two is found out by looking for each record.
        progress.set(0);
        let mut again = Moved::default();
        self.pass(to, &mut again, &mut Span::new(keys), progress)?;
        moved.missing = again.copied.saturating_sub(moved.kept + moved.rejected);
        if moved.missing > 0 {
            let (n, table, to) = (moved.missing, &moved.table, self.to.as_ref().map_or("", |to| to.name()));
            diag::warn(
                Code::Missing,
                format_args!("{n} records of table {table} are missing in {to}, or differ there"),
            );
        }
        Ok(())
    }
}

impl Destination {
    /// Takes of some records those that it lacks, in one transaction.
    fn take(&mut self, span: &mut Span, moved: &mut Moved, refused: &mut Rejects) -> Result<()> {
        if span.len() == 0 {
            return Ok(());
        }
        let all = span.len() as u64;
        let lacking = match &mut self.reader {
            Some(reader) => span.lacking(&mut **reader, &self.table, self.once)?,
            None => span.take(),
        };
        span.clear();
        let count = lacking.len() as u64;
        moved.there += all - count;
        match &mut self.writer {
            Some(writer) if count > 0 => write(&mut **writer, &lacking, moved, refused),
            Some(_) => Ok(()),
            None => {
                moved.copied += count;
                Ok(())
            }
        }
    }
}

fn write(writer: &mut dyn Writer, batch: &Batch, moved: &mut Moved, refused: &mut Rejects) -> Result<()> {
    let each = &mut |record: &Record<'_>, fate: Result<Stored>| {
        match fate {
            Ok(Stored::New) => moved.copied += 1,
            Ok(Stored::Equal) => moved.there += 1,
            Ok(Stored::Replaced) => moved.replaced += 1,
            Ok(Stored::Superseded) => moved.kept += 1,
            Err(why) if why.kind() == Kind::Data => {
                moved.rejected += 1;
                refused.add(record.raw(), 0, None, &why, &mut Vec::new())?;
            }
            Err(why) => return Err(why),
        }
        Ok(())
    };
    writer.write(batch, each)?;
    writer.settle(each)?;
    writer.commit(None)
}
