//! `db backup`: a copy of a file while others write to it.

use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::reading::error::{Error, Result};
use crate::storage;
use clap::ValueHint;
use serde::Serialize;
use std::time::Instant;

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db backup readings.db copy.db";

/// Copy a database into a file, while others write to it
///
/// The copy shows one moment. It is checked, and gets its name only when it is complete and on the disk. Writers
/// continue meanwhile. This is for SQLite files; use pg_dump for a PostgreSQL database. Prints what it did as one JSON
/// object.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(super) struct Args {
    /// The database: the path of an SQLite file
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    db: String,

    /// The copy: a file that does not exist yet
    #[arg(value_name = "COPY", value_hint = ValueHint::FilePath)]
    copy: String,

    /// Replace an older copy
    #[arg(long)]
    force: bool,
}

/// What it did.
#[derive(Serialize)]
struct Summary<'a> {
    database: &'a str,
    copy: &'a str,
    bytes: u64,
    seconds: f64,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let start = Instant::now();
        let bytes = storage::backup(&self.db, &self.copy, self.force)?;
        let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        let summary = Summary { database: &self.db, copy: &self.copy, bytes, seconds };
        let text = serde_json::to_string(&summary).map_err(|e| Error::io("write the summary", e))?;
        stdio::print(format!("{text}\n").as_bytes()).map(|()| Exit::Code(0))
    }
}
