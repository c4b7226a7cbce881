//! `lock`: one run at a time, or so many. `run` takes a lock, runs a command and ends as that ended; `status` tells who
//! has it.
//!
//! The lock lasts until the command has ended. Its open file is left to the command, so that it stays locked while
//! the command runs even if kymo is killed; and since the command is told to end when kymo is killed, that does not
//! keep it for ever.

mod child;
mod replace;
mod run;
mod status;

use self::run::RunArgs;
use self::status::StatusArgs;
use crate::host::again;
use crate::host::exit::Exit;
use crate::host::lock::{Holder, State};
use crate::reading::error::Result;
use clap::Subcommand;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo lock run nightly --wait 10m --timeout 1h -- sleep 1";

/// The same for `lock status`.
pub(crate) const STATUS_EXAMPLE: &str = "Example: kymo lock status nightly --json";

/// Run a command unless it is running already, or report who runs it
///
/// A lock is a file that is locked as util-linux `flock` does, so each respects the other. The kernel releases it when
/// its holder ends, in whatever way. So no lock is ever stale, and the file remains.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
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
        let exit = match self.what {
            What::Run(args) => args.run(),
            What::Status(args) => args.run(),
            What::Exec(args) => Ok(args.run()),
        };
        exit
    }
}

/// How a lock is held: `held by`, `shared by`, `slot 2 held by`.
fn held_by(state: &State, holder: &Holder) -> String {
    match holder.slot {
        Some(slot) => format!("slot {slot} held by {holder}"),
        None if state.shared => format!("shared by {holder}"),
        None => format!("held by {holder}"),
    }
}
