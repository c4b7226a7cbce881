//! `db`: looks after a database: makes its tables, tells what is in it, checks it, copies it. Each is a program; which
//! engine the database is of, none of them knows.

mod backup;
mod beside;
mod check;
mod checksum;
mod import;
mod info;
mod init;
mod span;
mod transfer;

use crate::host::exit::Exit;
use crate::reading::error::Result;
use clap::Subcommand;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db info readings.db";

/// Look after a database: create its tables, report what is in it, check it, copy it
///
/// A database is an SQLite file or a PostgreSQL database, with the tables that `kymo store` creates in it.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Init(init::Args),
    Info(info::Args),
    Check(check::Args),
    Move(transfer::Args),
    Import(import::Args),
    Backup(backup::Args),
}

impl Args {
    /// Does what the words say. `summary`: the result is asked for.
    pub(crate) fn run(self, summary: bool) -> Result<Exit> {
        match self.what {
            What::Init(args) => args.run(),
            What::Info(args) => args.run(),
            What::Check(args) => args.run(),
            What::Move(args) => args.run(),
            What::Import(args) => args.run(),
            What::Backup(args) => args.run(summary),
        }
    }
}
