//! `keep`: the keeper of a command that another kymo runs (src/keeper.rs). Not for people, so no help lists it.

use crate::error::Result;
use crate::exit::Exit;
use crate::{keeper, stdio};
use std::ffi::OsString;
use std::time::Duration;

/// Run COMMAND, and end it and what it started when stdin ends
#[derive(clap::Args, Debug)]
#[command(hide = true)]
pub struct Args {
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

impl Args {
    /// Ends as the command ended. `grace`: between TERM and KILL.
    pub fn run(self, grace: Duration) -> Result<Exit> {
        keeper::keep(&self.command, stdio::stdin(), grace)
    }
}
