//! `db import`: the table of another program becomes records. It is read once, in its order; what is stored already is a
//! duplicate, so that a run that was killed is just started again.

use crate::flow::batch::Batch;
use crate::flow::door::Door;
use crate::flow::reject::Rejects;
use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::host::options::{KeyArgs, RetryArgs};
use crate::host::progress::{self, Measure, Progress};
use crate::host::stop::{SIGINT, SIGTERM, Stop};
use crate::reading::error::{Error, Kind, Result};
use crate::reading::json;
use crate::reading::key::{Keys, TimeStyle};
use crate::reading::record::{Origin, Record};
use crate::reading::time::Spelling;
use crate::storage::{self, OnConflict, Stored, WriteSettings, Writer};
use clap::ValueHint;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
const EXAMPLE: &str =
    "Example: kymo store a.db examples/surfrad.ndjson && kymo db import a.db readings b.db --time-unit ns";

/// Another process that is in the way of a transaction is tried again this often.
const RETRY: RetryArgs = RetryArgs { retries: Some(3), max_backoff: Duration::from_secs(1) };

const STAGE: &str = "db import";

/// As many rows are a transaction.
const ROWS: usize = 10_000;

/// Copy a table of another program's SQLite file into a database of readings
///
/// Each row becomes a record with the names of its columns; a NULL is absent. Rows that no record can be are rejected. FILE
/// is only read. If it is killed, start it again: what is stored already is a duplicate. Prints what it did as one JSON
/// object.
///
/// Exit status: 0 everything is stored, 1 some rows were rejected.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(super) struct Args {
    /// The SQLite file of the other program
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: String,

    /// The table or view in it
    #[arg(value_name = "TABLE")]
    from: String,

    /// The database that gets the records; a missing file is created
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    db: String,

    /// The table that gets them
    #[arg(long, value_name = "NAME", default_value = "readings")]
    table: String,

    /// Only these columns [default: all]
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    columns: Vec<String>,

    /// Call the column COLUMN by the name FIELD; --time, --by and --value have the new names
    #[arg(long, value_name = "COLUMN=FIELD,…", value_delimiter = ',', value_parser = rename)]
    rename: Vec<(String, String)>,

    /// What to do with a record that differs from the one with its series and time
    #[arg(long, value_enum, value_name = "HOW", default_value_t = OnConflict::Reject)]
    on_conflict: OnConflict,

    /// Append the rows that are no records to FILE, with reason and content, as NDJSON
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    rejects: Option<PathBuf>,

    /// Write nothing: `stored` is the number of rows that are records
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    keys: KeyArgs,
}

/// What it did.
#[derive(Default, Serialize)]
struct Summary {
    rows: u64,
    stored: u64,
    /// The same record was there.
    duplicates: u64,
    replaced: u64,
    /// Another record of its series and time was there.
    superseded: u64,
    rejected: u64,
    dry_run: bool,
    interrupted: bool,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let foreign = storage::foreign(&self.file, &self.from)?;
        let names = self.names(foreign.columns())?;
        let written =
            Keys::new(self.keys.time.clone(), Spelling::default(), self.keys.by.clone(), self.keys.value.clone());
        let settings = WriteSettings {
            on_conflict: self.on_conflict,
            retry: RETRY,
            ..WriteSettings::new(self.table.clone(), written)
        };
        let writer = if self.dry_run { None } else { Some(storage::writer(&self.db, settings)?) };
        let refused = match &self.rejects {
            Some(path) => Rejects::to_file(STAGE, false, path, u64::MAX, true)?,
            None => Rejects::told(STAGE, false),
        };
        let rows = if progress::is_seen() { foreign.count()? } else { 0 };
        let progress = Progress::new(format_args!("import {}", self.from), Measure::Number("rows"), rows);
        let stop = Stop::on_signals()?;
        let keys = self.keys.keys();
        let summary = Summary { dry_run: self.dry_run, ..Summary::default() };
        let mut importing =
            Importing { door: Door::new(keys.clone()), keys, writer, refused, batch: Batch::default(), summary };
        let mut members = Vec::new();
        foreign.rows(&names, &mut |number, line, why| {
            importing.summary.rows = number;
            members.clear();
            // It was written as one.
            json::members(line, &mut members).map_err(|e| Error::io("read a row", e))?;
            importing.take(&Record::kept(line, &members).of(Origin { input: 0, line: number }), why)?;
            if importing.batch.len() >= ROWS {
                importing.commit()?;
                progress.add(ROWS as u64);
            }
            importing.summary.interrupted = stop.is_set();
            Ok(!stop.is_set())
        })?;
        importing.commit()?;
        importing.refused.conclude()?;
        let summary = importing.summary;
        let text = serde_json::to_string(&summary).map_err(|e| Error::io("write the summary", e))?;
        stdio::print(format!("{text}\n").as_bytes())?;
        Ok(match stop.signal() {
            Some(SIGINT) => Exit::Signal(SIGINT),
            Some(SIGTERM) if summary.interrupted => Exit::Signal(SIGTERM),
            _ => Exit::Code(u8::from(summary.rejected > 0)),
        })
    }

    /// What each column is called in the records; `None`: it is not wanted.
    fn names(&self, columns: &[String]) -> Result<Vec<Option<String>>> {
        let named = self.columns.iter().chain(self.rename.iter().map(|(from, _)| from));
        for name in named {
            if !columns.contains(name) {
                let there = columns.join(", ");
                return Err(Error::usage(format!("table {} has no column {name}; there are: {there}", self.from)));
            }
        }
        let names: Vec<Option<String>> = columns
            .iter()
            .map(|column| {
                let to = self.rename.iter().find(|(from, _)| from == column).map_or(column, |(_, to)| to);
                (self.columns.is_empty() || self.columns.contains(column)).then(|| to.clone())
            })
            .collect();
        if let Some(name) = names.iter().flatten().find(|name| names.iter().flatten().filter(|n| n == name).count() > 1)
        {
            return Err(Error::usage(format!("--rename: two columns would be called {name}")));
        }
        if !names.iter().flatten().any(|name| *name == self.keys.time) {
            let there = names.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
            return Err(Error::usage(format!(
                "no column {} has the time (--time); there are: {there}",
                self.keys.time
            )));
        }
        Ok(names)
    }
}

fn rename(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("COLUMN=FIELD".to_owned()),
    }
}

/// An import that is going on.
struct Importing {
    /// Times as they are in the table.
    keys: Keys,
    door: Door,
    /// `None`: nothing is written.
    writer: Option<Box<dyn Writer>>,
    refused: Rejects,
    batch: Batch,
    summary: Summary,
}

impl Importing {
    fn take(&mut self, record: &Record<'_>, why: Option<Error>) -> Result<()> {
        // Rows that no record can be have their time read as well: the next one's may depend on it.
        let time = self.door.time(record);
        let why = why.or_else(|| if time.is_some() { None } else { self.keys.time(record).err() });
        if let Some(why) = why {
            self.summary.rejected += 1;
            return self.refused.add(record.raw(), record.origin().line, None, &why, &mut Vec::new());
        }
        match time {
            Some(time) => self.batch.add(record.origin(), |to| self.keys.write_at(record, time, TimeStyle::Text, to)),
            None => self.batch.copy(record),
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        let Importing { writer, refused, summary, .. } = self;
        let Some(writer) = writer else {
            summary.stored += batch.len() as u64;
            return Ok(());
        };
        batch.scan_ahead();
        let each = &mut |record: &Record<'_>, fate: Result<Stored>| {
            match fate {
                Ok(Stored::New) => summary.stored += 1,
                Ok(Stored::Equal) => summary.duplicates += 1,
                Ok(Stored::Replaced) => summary.replaced += 1,
                Ok(Stored::Superseded) => summary.superseded += 1,
                Err(why) if why.kind() == Kind::Data => {
                    summary.rejected += 1;
                    refused.add(record.raw(), record.origin().line, None, &why, &mut Vec::new())?;
                }
                Err(why) => return Err(why),
            }
            Ok(())
        };
        writer.write(&batch, each)?;
        writer.settle(each)?;
        writer.commit(None)
    }
}
