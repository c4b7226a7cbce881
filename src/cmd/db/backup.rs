//! `db backup`: a copy of a file while others write to it.

use crate::flow::results::ResultArgs;
use crate::host::exit::Exit;
use crate::reading::error::Result;
use crate::storage;
use clap::ValueHint;
use serde::Serialize;
use std::time::Instant;

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db backup readings.db copy.db";

/// Copy a database into a file, while others write to it
///
/// The copy shows one moment. It is checked, and gets its name only when it is complete and on the disk. Writers
/// continue meanwhile. This is for SQLite files; use pg_dump for a PostgreSQL database. It prints nothing when all went
/// well: --json prints what it did.
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

    #[command(flatten)]
    result: ResultArgs,
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
    pub(super) fn run(mut self, summary: bool) -> Result<Exit> {
        self.result.ask_if(summary);
        let start = Instant::now();
        let bytes = storage::backup(&self.db, &self.copy, self.force)?;
        let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        let summary = Summary { database: &self.db, copy: &self.copy, bytes, seconds };
        self.result.print(false, &summary).map(|()| Exit::Code(0))
    }
}
