//! Flags about TimescaleDB.

use super::spans::duration;
use std::time::Duration;

/// Whether a new table becomes a hypertable of TimescaleDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timescale {
    /// If the database has the extension
    Auto,
    /// Always: the database must have the extension
    On,
    Off,
}

/// What becomes of a new table where TimescaleDB is.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "TimescaleDB")]
pub(crate) struct TimescaleSettings {
    /// Turn a new table into a hypertable: `auto`, if the database has the extension
    #[arg(long = "timescale", value_enum, value_name = "WHEN", default_value_t = Timescale::Auto)]
    pub mode: Timescale,

    /// The time span of one chunk
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration)]
    pub chunk: Duration,

    /// Compress chunks that are older than this, by series [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub compress_after: Option<Duration>,

    /// Let the database drop chunks that are older than this [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub retain: Option<Duration>,
}
