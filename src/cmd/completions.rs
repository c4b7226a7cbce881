//! `completions`: what a shell offers when TAB is pressed, made by `doc.rs` out of the flags.

use crate::doc::{self, Shell};
use crate::error::Result;
use crate::stdio;

/// An example that runs, for the help.
pub const EXAMPLE: &str = "Example: source <(kymo completions bash)";

/// Print the completions for a shell
///
/// To keep them: bash reads $HOME/.local/share/bash-completion/completions/kymo, zsh a file `_kymo` in a folder
/// of its `fpath`, fish $HOME/.config/fish/completions/kymo.fish. `make install` puts all three in place.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

impl Args {
    /// Prints the completions of this command line.
    pub fn run(self, definition: clap::Command) -> Result<()> {
        stdio::print(&doc::completions(definition, self.shell))
    }
}
