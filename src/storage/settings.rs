//! How a table is written.

use crate::host::options::{RetryArgs, Timescale, TimescaleSettings};
use crate::reading::key::Keys;
use std::time::Duration;

/// What to do with a field that the table has no column for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evolve {
    /// Add a column
    Add,
    /// Reject the record
    Reject,
    /// Keep it in one JSON column together with other such fields
    Json,
}

/// What to do with a measured record that differs from the one that has its series and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnConflict {
    /// Reject it
    Reject,
    /// Keep the old record
    Ignore,
    /// Keep the new record
    Replace,
}

/// How sure a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// A power cut
    Full,
    /// The end of the process; a power cut may lose the last ones
    Normal,
}

/// How fine the times of a table are, where the engine has a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Microseconds, in the engine's own type of time
    Us,
    /// Nanoseconds since 1970, in an integer
    Ns,
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
    /// Columns that the table is created with: field and type.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Number,
    Text,
    Bool,
    /// Objects and arrays, as JSON text.
    Json,
    /// Only null has been seen so far.
    Unset,
}
