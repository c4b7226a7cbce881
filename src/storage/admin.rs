//! Looking after a database: what is in it, whether it is sound, what it is made of, and what stands in it beside
//! records.

use super::columns::Column;
use super::settings::{Precision, WriteSettings};
use super::shape::Shape;
use crate::flow::stage::States;
use crate::reading::error::Result;
use crate::reading::time;
use serde::{Serialize, Serializer};

/// Looks after one database.
pub(crate) trait Admin: Send {
    /// As messages name it.
    fn name(&self) -> &str;
    /// The tables of readings, by name.
    fn tables(&mut self) -> Result<Vec<String>>;
    /// What a table of readings is like; `None`: there is no such table.
    fn shape(&mut self, table: &str) -> Result<Option<Shape>>;
    /// How many records there are from `since` on, before `until` (ns).
    fn count(&mut self, table: &str, since: Option<i64>, until: Option<i64>) -> Result<Count>;
    /// A new table can have times of one precision or another.
    fn has_precisions(&self) -> bool;
    /// The precision that all times of a table need.
    fn precision(&mut self, table: &str) -> Result<Precision>;
    /// Makes the tables around the readings, and the database if the engine can; what is there stays.
    fn init(&mut self) -> Result<()>;
    /// As [`Admin::init`], and makes a table, or adds the columns that it lacks. `Usage`: the engine cannot, or the table
    /// is another one.
    fn make(&mut self, settings: &WriteSettings, shape: &Shape) -> Result<()>;
    /// The statements that let a role store into a table that is there without changing any; without a role with psql's
    /// variable `role` for its name. None: the engine has no roles.
    fn grants(&mut self, table: &str, role: Option<&str>) -> Result<Vec<String>>;
    /// Runs such statements.
    fn grant(&mut self, statements: &[String]) -> Result<()>;
    /// What it is and holds. The database stays as it is.
    fn info(&mut self) -> Result<Info>;
    /// What is wrong with it, one thing a line. The database stays as it is.
    fn check(&mut self) -> Result<Vec<String>>;
    /// What the filters of each pipeline remember.
    fn states(&mut self) -> Result<Vec<States>>;
    /// Keeps what the filters of a pipeline remember, if nothing is kept of it or `replace` says so. Gives what was
    /// there before. `Busy`: the pipeline runs.
    fn keep_states(&mut self, states: &States, replace: bool) -> Result<States>;
    /// The next rejects behind this number, in order; nothing: there are no more.
    fn rejects(&mut self, behind: i64) -> Result<Vec<Reject>>;
    /// Keeps rejects, each once, in one transaction. Gives how many are new.
    fn keep_rejects(&mut self, rejects: &[Reject]) -> Result<u64>;
}

/// A number that was counted, or where that is dear estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub number: u64,
    pub is_exact: bool,
}

/// A reject that the database keeps.
#[derive(Clone, Debug)]
pub(crate) struct Reject {
    /// Its number in the database.
    pub number: i64,
    /// When it came: ns.
    pub received: i64,
    /// A line of a rejects file, without its line break.
    pub line: String,
}

/// What a database is and holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Info {
    /// As messages name it.
    pub database: String,
    pub engine: &'static str,
    pub version: String,
    /// The version of that extension, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timescaledb: Option<String>,
    /// What it takes on the disk.
    pub bytes: u64,
    /// The version of the tables around the readings; 0: there are none.
    pub schema: u32,
    pub tables: Vec<TableInfo>,
    /// `None`: we may not read them.
    pub states: Option<Vec<StateInfo>>,
    pub rejects: Option<u64>,
}

/// What a table of readings holds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TableInfo {
    pub table: String,
    pub records: u64,
    /// Where there are more than [`LOOKED_AT`] records: among that many of the newest.
    pub series: u64,
    /// Which of the two are not exact.
    pub estimated: Vec<&'static str>,
    #[serde(serialize_with = "as_rfc3339")]
    pub first: Option<i64>,
    #[serde(serialize_with = "as_rfc3339")]
    pub last: Option<i64>,
    /// With its indexes, where the engine tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    pub precision: &'static str,
    /// The fields that no two records have alike; empty: there is no key.
    pub key: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypertable: Option<bool>,
    #[serde(serialize_with = "as_rfc3339")]
    pub last_trim: Option<i64>,
    pub columns: Vec<ColumnInfo>,
}

/// Where a field is kept.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ColumnInfo {
    /// Empty: it keeps what belongs to no one field.
    pub field: String,
    pub column: String,
    #[serde(rename = "type")]
    pub word: &'static str,
}

/// What is kept of a pipeline.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StateInfo {
    pub pipeline: String,
    pub stages: u64,
    pub bytes: u64,
}

/// At most this many rejects, and characters of them, are read at a time: a single one may be large.
pub(super) const REJECTS: i64 = 1000;
pub(super) const REJECTS_LENGTH: i64 = 1 << 20;

/// Counting takes long beyond this many records.
pub(crate) const LOOKED_AT: u64 = 1_000_000;

impl Precision {
    pub(super) fn word(self) -> &'static str {
        match self {
            Precision::Us => "us",
            Precision::Ns => "ns",
        }
    }
}

impl ColumnInfo {
    pub(super) fn of(column: &Column) -> ColumnInfo {
        ColumnInfo { field: column.field.clone(), column: column.name.clone(), word: column.role.word() }
    }
}

impl TableInfo {
    /// Puts a count where it belongs.
    pub(super) fn set(&mut self, records: Count, series: Count) {
        (self.records, self.series) = (records.number, series.number);
        let both = [("records", records), ("series", series)];
        self.estimated = both.into_iter().filter(|(_, count)| !count.is_exact).map(|(name, _)| name).collect();
    }
}

/// The states of each pipeline, of rows (pipeline, stage, state) in order of the pipelines.
pub(super) fn gather(rows: Vec<(String, String, Vec<u8>)>) -> Vec<States> {
    let mut all: Vec<States> = Vec::new();
    for (pipeline, stage, state) in rows {
        if all.last().is_none_or(|last| last.pipeline != pipeline) {
            all.push(States { pipeline, ..States::default() });
        }
        if let Some(last) = all.last_mut() {
            last.stages.insert(stage, state);
        }
    }
    all
}

fn as_rfc3339<S: Serializer>(ns: &Option<i64>, to: S) -> Result<S::Ok, S::Error> {
    match ns {
        Some(ns) => {
            let mut text = Vec::with_capacity(32);
            time::write_rfc3339(*ns, &mut text);
            to.serialize_str(&String::from_utf8_lossy(&text))
        }
        None => to.serialize_none(),
    }
}
