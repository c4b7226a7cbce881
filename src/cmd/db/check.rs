//! `db check`: is a database sound, and is it what kymo takes it for.

use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::reading::error::Result;
use crate::storage;
use clap::ValueHint;

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db check readings.db";

/// Report what is wrong with a database, and change nothing
///
/// In an SQLite file: pages and constraints, as SQLite checks them, and whether each value has its column's type. In a
/// PostgreSQL database: whether its indexes are valid (and in order, if it has the extension amcheck), and whether all
/// tables have one owner. In both: whether the tables are what kymo has noted about them. Prints a line for each fault.
///
/// Exit status: 0 the database is sound, 1 something is wrong.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(super) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    db: String,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let faults = storage::admin(&self.db)?.check()?;
        let lines: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
        stdio::print(lines.as_bytes())?;
        Ok(Exit::Code(u8::from(!faults.is_empty())))
    }
}
