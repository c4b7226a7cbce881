//! `store`: keeps records in a database, each once, in transactions that the records and what the
//! filters before it remember share.

use crate::flow::batch::Batch;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Patience, Sink, States};
use crate::host::options::KeyArgs;
use crate::host::options::RetryArgs;
use crate::host::options::TimescaleSettings;
use crate::host::options::{self, InputArgs};
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Record;
use crate::storage::{self, Evolve, OnConflict, Precision, Stored, Sync, WriteSettings, Writer};
use clap::ValueHint;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo store readings.db examples/surfrad.ndjson && kymo query readings.db --limit 3";

/// Keep records in a database, each once
///
/// TARGET is an SQLite file, which is created if it is missing, or a PostgreSQL database. The table has one column for
/// each field, and its key is (time, series). An equal record is a duplicate, which is only counted. A different record
/// with the same key is rejected as `conflict`. A measured record replaces a filled one, never the other way round; of
/// two filled ones the later one is kept. Values are read back as they were. A value of another type than its column's
/// is rejected, and so is an integer beyond 64 bits. Decimals are kept as 64-bit floating point.
///
/// Beside an SQLite file is FILE.reserve (at most 1 MiB): on a full disk `trim` deletes it and has room to work.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(crate) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "TARGET", value_hint = ValueHint::FilePath)]
    pub target: String,

    /// The table
    #[arg(long, value_name = "NAME", default_value = "readings")]
    pub table: String,

    /// Create the table with the columns that this JSON Schema names, instead of those of the first record
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub schema: Option<PathBuf>,

    /// What to do with a field that has no column
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Evolve::Add)]
    pub evolve: Evolve,

    /// Reject records that would need more than N columns
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = max_columns)]
    pub max_columns: usize,

    /// What to do with a measured record that differs from the one with its series and time
    #[arg(long, value_enum, value_name = "HOW", default_value_t = OnConflict::Reject)]
    pub on_conflict: OnConflict,

    /// The field that marks a filled record
    #[arg(long, value_name = "FIELD", default_value = "filled")]
    pub mark: String,

    /// What a commit survives
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Sync::Full)]
    pub sync: Sync,

    /// Commit after N records
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,

    /// Commit at most DURATION after the first uncommitted record
    #[arg(long, value_name = "DURATION", default_value = "250ms", value_parser = options::duration)]
    pub flush: Duration,

    /// How fine the times of a new table are (PostgreSQL) [default: us]
    #[arg(long, value_enum, value_name = "us|ns")]
    pub precision: Option<Precision>,

    /// Create no table and no column, and change no row: for a user who may only INSERT and SELECT (PostgreSQL)
    #[arg(long)]
    pub no_ddl: bool,

    /// Instead of writing to a table of kymo's, run SQL once a batch, whose $1 is the batch as a JSON array; `@FILE`
    /// reads the SQL from a file
    #[arg(long, value_name = "SQL", conflicts_with_all = ["table", "schema", "precision", "series_index", "pass"])]
    pub insert: Option<String>,

    /// Keep repeated records twice: the table has no key, and accepts records faster (PostgreSQL, and --insert)
    #[arg(long)]
    pub at_least_once: bool,

    /// Index a new table by series too: one series of many is read fast, all are written more slowly (PostgreSQL)
    #[arg(long)]
    pub series_index: bool,

    /// Pass the records on after they are committed: those that are in the database, duplicates too (not with --insert,
    /// which does not report what it skipped)
    #[arg(long)]
    pub pass: bool,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub timescale: TimescaleSettings,

    #[command(flatten)]
    pub retry: RetryArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The sink for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        if self.insert.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(Error::usage("--insert has no SQL"));
        }
        // A statement of one's own writes records and nothing else; so does a table that may not be changed.
        let keeps_rejects = self.insert.is_none() && !self.no_ddl;
        let (input, pass, target) = (self.input, self.pass, self.target);
        let keys = self.keys.keys();
        let door = keys.clone();
        let (schema, insert) = (self.schema, self.insert);
        let named = Named::of(&self.keys);
        let mark = self.mark.clone();
        let patience = Patience { records: self.batch as usize, time: self.flush };
        let mut settings = WriteSettings {
            table: self.table,
            keys,
            evolve: self.evolve,
            on_conflict: self.on_conflict,
            sync: self.sync,
            max_columns: self.max_columns,
            mark: self.mark,
            columns: Vec::new(),
            precision: self.precision,
            ddl: !self.no_ddl,
            at_least_once: self.at_least_once,
            insert: None,
            series_index: self.series_index,
            timescale: self.timescale,
            retry: self.retry,
        };
        let open = move || {
            settings.columns = schema.as_deref().map_or(Ok(Vec::new()), storage::schema_columns)?;
            settings.insert = insert.as_deref().map(statement).transpose()?;
            let fates = Fates { mark, ..Fates::default() };
            let counts = fates.counts(0);
            Ok(Store { writer: storage::writer(&target, settings)?, patience, fates, commits: 0, counts })
        };
        Ok(Plan::sink(input, pass, open).keeping_rejects(keeps_rejects).with_door(door).naming(named))
    }
}

fn max_columns(text: &str) -> std::result::Result<usize, String> {
    let most = storage::MOST_COLUMNS;
    text.parse().ok().filter(|n| (2..=most).contains(n)).ok_or_else(|| format!("a number from 2 to {most}"))
}

/// The statement itself, or the file's that it names.
fn statement(text: &str) -> Result<String> {
    let sql = match text.strip_prefix('@') {
        None => text.to_owned(),
        Some(path) => std::fs::read_to_string(path).map_err(|e| Error::usage(format!("read {path}")).because(e))?,
    };
    if sql.trim().is_empty() {
        return Err(Error::usage("--insert has no SQL"));
    }
    Ok(sql)
}

struct Store {
    writer: Box<dyn Writer>,
    patience: Patience,
    fates: Fates,
    commits: u64,
    /// The counts of what is committed.
    counts: Counts,
}

/// How many records came to what.
#[derive(Default)]
struct Fates {
    stored: u64,
    equal: u64,
    replaced: u64,
    superseded: u64,
    /// The field that marks a filled record.
    mark: String,
}

impl Fates {
    fn counts(&self, commits: u64) -> Counts {
        vec![
            ("stored", self.stored),
            ("duplicates", self.equal),
            ("replaced", self.replaced),
            ("superseded", self.superseded),
            ("commits", commits),
        ]
    }

    fn tell(&mut self, record: &Record<'_>, fate: Result<Stored>, out: &mut Output) -> Result<()> {
        match fate {
            Ok(Stored::New) => self.stored += 1,
            Ok(Stored::Equal) => {
                self.equal += 1;
                out.leave(Code::Duplicate, record);
                out.forward(record);
                return Ok(());
            }
            Ok(Stored::Replaced) => self.replaced += 1,
            // It is not what the database has.
            Ok(Stored::Superseded) => {
                self.superseded += 1;
                let is_filled =
                    record.field(&self.mark).is_some_and(|field| field.kind() == crate::reading::json::Kind::True);
                out.leave(if is_filled { Code::Superseded } else { Code::Ignored }, record);
                return Ok(());
            }
            Err(why) => return out.reject(record, &why),
        }
        out.pass(record);
        Ok(())
    }
}

impl Sink for Store {
    fn takes_events(&self) -> bool {
        false
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let Store { writer, fates, .. } = self;
        writer.write(batch, &mut |record, result| fates.tell(record, result, out))?;
        // Behind a source that acknowledges, rejects travel here, to be kept in the same transaction.
        writer.keep_rejects(batch.rejects())?;
        writer.keep_rejects(&out.take_rejects())
    }

    fn settle(&mut self, out: &mut Output) -> Result<()> {
        let Store { writer, fates, .. } = self;
        writer.settle(&mut |record, result| fates.tell(record, result, out))?;
        writer.keep_rejects(&out.take_rejects())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        self.writer.commit(states)?;
        self.commits += 1;
        self.counts = self.fates.counts(self.commits);
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        self.writer.states(pipeline)
    }

    fn patience(&self) -> Option<Patience> {
        Some(self.patience)
    }

    fn counts(&self) -> Counts {
        self.counts.clone()
    }
}
