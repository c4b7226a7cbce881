//! `completions`: what a shell offers when TAB is pressed, made by `cli/doc.rs` from the flags.

use crate::flow::stdio;
use crate::reading::error::Result;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: source <(kymo completions bash)";

/// Print the completions for a shell
///
/// To keep them, write them to a file. bash reads $HOME/.local/share/bash-completion/completions/kymo, zsh a file
/// `_kymo` in a folder of its `fpath`, fish $HOME/.config/fish/completions/kymo.fish. `make install` installs all
/// three.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// The shells that completions are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Args {
    /// Prints what `script` gives for the shell.
    pub(crate) fn run(self, script: impl FnOnce(Shell) -> Vec<u8>) -> Result<()> {
        stdio::print(&script(self.shell))
    }
}
