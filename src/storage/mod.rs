//! Databases: what commands need of one, whichever engine it is. A target that is a path is an SQLite file.
//!
//! One table of readings has a time column, one column a series field and one column a field; its key is
//! (time, series). What a record said comes back as it said it: numbers as they were, absent fields absent.

mod admin;
mod cell;
mod check;
mod columns;
mod layout;
pub(crate) mod postgres;
mod properties;
pub(crate) mod queue;
mod row;
mod shape;
pub(crate) mod sqlite;

pub(crate) use admin::{Admin, ColumnInfo, Count, Info, LOOKED_AT, Reject, StateInfo, TableInfo};
pub(crate) use postgres::ENVIRONMENT;
pub(crate) use properties::schema_columns;
pub(crate) use shape::Shape;

use crate::flow::batch::Batch;
use crate::flow::cells::Fields;
use crate::flow::stage::States;
use crate::host::options;
use crate::net::backoff::RetryArgs;
use crate::net::url::Url;
use crate::reading::error::{Error, Result};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use std::path::Path;
use std::time::Duration;

/// What to do with a field that the table has no column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Evolve {
    /// Add a column
    Add,
    /// Reject the record
    Reject,
    /// Keep it in one JSON column with all further ones
    Json,
}

/// What to do with a measured record that differs from the one that has its series and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnConflict {
    /// Reject it
    Reject,
    /// Keep the old one
    Ignore,
    /// Keep the new one
    Replace,
}

/// How sure a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Sync {
    /// It survives a power cut
    Full,
    /// It survives the end of the process; a power cut may take the last ones
    Normal,
}

/// How fine the times of a table are, where the engine has a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Precision {
    /// Microseconds, in the engine's own type of time
    Us,
    /// Nanoseconds since 1970, in an integer
    Ns,
}

/// Whether a new table becomes a hypertable of TimescaleDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Timescale {
    /// If the database has the extension
    Auto,
    /// It must have it
    On,
    Off,
}

/// What becomes of a new table where TimescaleDB is.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "TimescaleDB")]
pub(crate) struct TimescaleSettings {
    /// Make a hypertable of a new table: `auto`, if the database has the extension
    #[arg(long = "timescale", value_enum, value_name = "WHEN", default_value_t = Timescale::Auto)]
    pub mode: Timescale,

    /// How long a time one chunk of it spans
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = options::duration)]
    pub chunk: Duration,

    /// Compress chunks that are older than this, by series [default: never]
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    pub compress_after: Option<Duration>,

    /// Let the database drop chunks that are older than this [default: never]
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    pub retain: Option<Duration>,
}

/// How a table is written.
#[derive(Clone, Debug)]
pub(crate) struct WriteSettings {
    pub table: String,
    pub keys: Keys,
    pub evolve: Evolve,
    pub on_conflict: OnConflict,
    pub sync: Sync,
    pub max_columns: usize,
    /// The field that marks a filled record.
    pub mark: String,
    /// Columns that the table is made with: field and type.
    pub columns: Vec<(String, Type)>,
    /// For an engine that has a choice; it chooses if nothing is said.
    pub precision: Option<Precision>,
    /// Tables and columns may be made and rows changed.
    pub ddl: bool,
    /// The table has no key: what comes twice is kept twice.
    pub at_least_once: bool,
    /// Instead of the table: a statement whose `$1` is a batch of records as a JSON array.
    pub insert: Option<String>,
    /// A new table is indexed by series too.
    pub series_index: bool,
    pub timescale: TimescaleSettings,
    /// How a server that is away is tried again.
    pub retry: RetryArgs,
}

impl WriteSettings {
    /// Those of somebody who says nothing more.
    pub(crate) fn new(table: String, keys: Keys) -> WriteSettings {
        WriteSettings {
            table,
            keys,
            evolve: Evolve::Add,
            on_conflict: OnConflict::Reject,
            sync: Sync::Full,
            max_columns: MOST_COLUMNS,
            mark: "filled".to_owned(),
            columns: Vec::new(),
            precision: None,
            ddl: true,
            at_least_once: false,
            insert: None,
            series_index: false,
            timescale: TimescaleSettings {
                mode: Timescale::Auto,
                chunk: Duration::from_secs(7 * 86_400),
                compress_after: None,
                retain: None,
            },
            retry: RetryArgs { retries: None, max_backoff: Duration::from_secs(60) },
        }
    }
}

/// SQLite's own limit.
pub(crate) const MOST_COLUMNS: usize = 2000;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Type {
    Number,
    Text,
    Bool,
    /// Objects and arrays, as JSON text.
    Json,
    /// Only null has been seen so far.
    #[value(skip)]
    Unset,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is new.
    New,
    /// An equal one was there.
    Equal,
    /// It took the place of another: a measured one of a filled one, or as `--on-conflict replace` says.
    Replaced,
    /// It gave way to another: a filled one to a measured one, or as `--on-conflict ignore` says.
    Superseded,
}

/// Is told what became of a record.
pub(crate) type Each<'a> = dyn FnMut(&Record<'_>, Result<Stored>) -> Result<()> + 'a;

/// Writes records. Nothing is permanent before `commit`.
pub(crate) trait Writer: Send {
    /// Writes the records of a batch, and tells `each` what became of them, now or in `settle`. An error there with
    /// `Kind::Data`: this record cannot be stored (its type, a conflict); the others can.
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()>;
    /// A commit is about to come: tells what became of the records that `write` has not told of.
    fn settle(&mut self, each: &mut Each<'_>) -> Result<()> {
        let _ = each;
        Ok(())
    }
    /// Keeps rejects (NDJSON lines) with the records.
    fn keep_rejects(&mut self, rejects: &[u8]) -> Result<()>;
    /// Makes everything permanent, with the states in the same transaction.
    fn commit(&mut self, states: Option<&States>) -> Result<()>;
    /// What the last commit of this pipeline kept. From here on it is this process's alone; else `Busy`.
    /// `None`: nothing but records can be written here.
    fn states(&mut self, pipeline: &str) -> Result<Option<States>>;
    /// See [`Writer::keep_rejects`]: false if nothing but records can be written here.
    fn keeps_rejects(&self) -> bool {
        true
    }
}

/// Which records to read. Times in ns; a record at `until` is not among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub table: String,
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// From so long before the newest record of the table on, ns.
    pub last: Option<i64>,
    /// The series in words: several fields with commas between.
    pub series: Option<String>,
    pub limit: Option<u64>,
}

/// Reads records.
pub(crate) trait Reader: Send {
    /// There is such a table of readings.
    fn has(&mut self, table: &str) -> Result<bool>;
    /// The fields, in the order in which they are written.
    fn fields(&mut self, table: &str) -> Result<Fields>;
    /// The names of the time field and of the series fields.
    fn key(&mut self, table: &str) -> Result<(String, Vec<String>)>;
    /// Gives each record as one JSON line, in order of time, until `each` says false. Memory is constant.
    fn read(&mut self, query: &Query, each: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<()>;
    /// Gives the last record of each series.
    fn last_of_each(&mut self, table: &str, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>;
}

/// What a trim deletes: whatever one of the limits says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    /// Records before this time, ns.
    pub before: Option<i64>,
    /// The oldest records beyond so many.
    pub max_rows: Option<u64>,
    /// The oldest records, until the data take no more than so many bytes.
    pub max_size: Option<u64>,
}

impl Limits {
    /// Each limit that is set, alone.
    pub(crate) fn each(&self) -> impl Iterator<Item = Limits> + use<> {
        let none = Limits::default;
        let all = [
            self.before.map(|_| Limits { before: self.before, ..none() }),
            self.max_rows.map(|_| Limits { max_rows: self.max_rows, ..none() }),
            self.max_size.map(|_| Limits { max_size: self.max_size, ..none() }),
        ];
        all.into_iter().flatten()
    }
}

/// Keeps what is about to be deleted.
pub(crate) trait Archive {
    /// Where it is; the database remembers by this name how much of it belongs to what is deleted.
    fn name(&self) -> &str;
    /// Appends records, as JSON lines, and waits until the disk has them. Gives the archive's length in bytes.
    fn append(&mut self, lines: &[Vec<u8>]) -> Result<u64>;
}

/// Deletes old records in chunks, so that writers come in between.
pub(crate) trait Trimmer: Send {
    /// The fields, in the order in which they are written.
    fn fields(&mut self, table: &str) -> Result<Fields>;
    /// How many rows the limits ask to delete now: by size an estimate.
    fn excess(&mut self, table: &str, limits: &Limits) -> Result<u64>;
    /// Deletes the oldest `rows` records, of those before a time (ns) if one is given, in one transaction; first the
    /// archive gets them. Gives how many there were; 0: there is nothing more to delete.
    fn chunk(&mut self, table: &str, before: Option<i64>, rows: u64, archive: Option<&mut dyn Archive>) -> Result<u64>;
    /// The length in bytes of the archive of this name when a chunk was last deleted into it.
    fn archived(&mut self, name: &str) -> Result<Option<u64>>;
    /// Gives space back to the file system, in steps; false: there is no more.
    fn give_back(&mut self) -> Result<bool>;
    /// The bytes that the database takes on the disk.
    fn size(&mut self) -> Result<u64>;
    /// When this table was trimmed last: ns.
    fn last_run(&mut self, table: &str) -> Result<Option<i64>>;
    /// Keeps when this table was trimmed.
    fn ran(&mut self, table: &str, at: i64) -> Result<()>;
}

/// Opens a database to write one table; makes it if it is not there.
pub(crate) fn writer(target: &str, settings: WriteSettings) -> Result<Box<dyn Writer>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Writing::open(target, settings)?));
    }
    Ok(Box::new(sqlite::Writing::open(file(target)?, settings)?))
}

/// Opens a database to read.
pub(crate) fn reader(target: &str) -> Result<Box<dyn Reader>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Reading::open(target)?));
    }
    Ok(Box::new(sqlite::Reading::open(file(target)?)?))
}

/// There is such a database, and it is made to its end.
pub(crate) fn exists(target: &str) -> Result<bool> {
    if postgres::is_target(target) {
        return postgres::exists(target);
    }
    sqlite::exists(file(target)?)
}

/// Opens a database to delete what is old. `Busy` if another process does.
pub(crate) fn trimmer(target: &str) -> Result<Box<dyn Trimmer>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Trimming::open(target)?));
    }
    Ok(Box::new(sqlite::Trimming::open(file(target)?)?))
}

/// Copies a database into a file, while others write to it. Nothing is left of a copy that is not whole. Gives its bytes.
/// `replace`: the place of an older copy is taken. `Usage`: the engine has its own way.
pub(crate) fn backup(target: &str, to: &str, replace: bool) -> Result<u64> {
    if postgres::is_target(target) {
        return Err(Error::usage("this copies SQLite files: of a PostgreSQL database pg_dump makes a copy"));
    }
    if postgres::is_target(to) {
        return Err(Error::usage("a copy is a file: kymo db move copies into a server"));
    }
    sqlite::backup(file(target)?, Path::new(file(to)?), replace)
}

/// Opens a database to look after it. A file is opened when something is asked of it.
pub(crate) fn admin(target: &str) -> Result<Box<dyn Admin>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Tending::open(target)?));
    }
    Ok(Box::new(sqlite::Tending::new(file(target)?)))
}

fn file(target: &str) -> Result<&str> {
    match Url::parse(target) {
        Some(Url { scheme, .. }) => {
            Err(Error::usage(format!("no database engine for {scheme}://: give the path of an SQLite file")))
        }
        None if target.is_empty() => Err(Error::usage("the database's path is empty")),
        None => Ok(target),
    }
}
