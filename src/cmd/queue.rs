//! `queue`: records kept on the disk between two pipelines. `put` is a sink and `take` a source, so that they are in
//! `run` as well; the others look at a queue and look after it.

mod program;
mod put;
mod take;

pub(crate) use program::Program;
pub(crate) use put::PutArgs;
pub(crate) use take::TakeArgs;

use clap::Subcommand;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo queue put q.db examples/surfrad.ndjson && kymo run 'queue take q.db --drain | store readings.db'";

/// Keep records on the disk between two pipelines
///
/// A queue is an SQLite file. `put` appends records; several processes may do so. `take` passes them on in order, and
/// removes each after the next sink of `kymo run` has committed it. What one pipeline receives is safe before the other
/// runs, whatever happens to either.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub what: What,
}

/// What to do with a queue.
#[derive(Subcommand, Debug)]
pub(crate) enum What {
    Put(PutArgs),
    Take(TakeArgs),
    #[command(flatten)]
    Program(Program),
}
