//! `man`: the manual pages as roff. They are made from the same texts as the help, by `cli/doc.rs`.

use crate::flow::stdio;
use crate::reading::error::{Error, Result};
use clap::ValueHint;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo man gapfill | man -l -";

/// Print a manual page, or write all of them into a folder
///
/// A page is printed as roff, which `man -l -` shows. `make install` and packages install the pages where man finds
/// them by name: kymo(1), kymo-gapfill(1), kymo-run(1) and so on.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The command whose page is printed; without one, the page of kymo itself
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub command: Vec<String>,

    /// Write all pages into DIR, which is created if it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
}

/// One manual page.
#[derive(Debug)]
pub(crate) struct Page {
    /// `kymo`, `kymo-gapfill`, `kymo-lock-run`.
    pub name: String,
    /// In roff.
    pub text: Vec<u8>,
}

impl Args {
    /// Prints or writes some of these pages.
    pub(crate) fn run(self, pages: Vec<Page>) -> Result<()> {
        let Some(dir) = self.dir else {
            let words = self.command.join("-");
            let wanted = match words.as_str() {
                "" | "kymo" => "kymo".to_owned(),
                words if words.starts_with("kymo-") => words.to_owned(),
                words => format!("kymo-{words}"),
            };
            let page = pages.iter().find(|page| page.name == wanted);
            let page = page.ok_or_else(|| Error::usage(format!("there is no page {wanted}")))?;
            return stdio::print(&page.text);
        };
        let make = std::fs::create_dir_all(&dir);
        make.map_err(|e| Error::io(format!("create folder {}", dir.display()), e))?;
        for page in pages {
            let path = dir.join(format!("{}.1", page.name));
            let written = std::fs::write(&path, page.text);
            written.map_err(|e| Error::io(format!("write page {}", path.display()), e))?;
        }
        Ok(())
    }
}
