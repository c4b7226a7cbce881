//! `lock`: one run at a time, or a given number. `run` takes a lock, runs a command and ends as that ended; `status` tells who
//! has it.
//!
//! The lock lasts until the command has ended. Its open file is left to the command, so that it stays locked while
//! the command runs even if kymo is killed; and since the command is told to end when kymo is killed, that does not
//! keep it for ever.

mod child;
mod holding;
mod replace;
mod run;
mod status;

use self::run::RunArgs;
use self::status::StatusArgs;
use crate::host::again;
use crate::host::exit::Exit;
use crate::reading::error::Result;
use clap::Subcommand;

/// Run a command unless it is running already, or report who runs it
///
/// A lock is a file that is locked as util-linux `flock` does, so each respects the other. The kernel releases it when
/// its holder ends, in whatever way. So no lock is ever stale, and the file remains.
#[derive(clap::Args, Debug)]
#[command(before_help = run::EXAMPLE)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Run(RunArgs),
    Status(StatusArgs),
    #[command(name = again::EXEC, hide = true)]
    Exec(child::ExecArgs),
}

impl Args {
    /// Does what the words say.
    pub(crate) fn run(self) -> Result<Exit> {
        match self.what {
            What::Run(args) => args.run(),
            What::Status(args) => args.run(),
            What::Exec(args) => Ok(args.run()),
        }
    }
}
