//! `man`: the manual pages as roff. They are made from the same texts as the help, by `cli/doc.rs`.

use crate::flow::stdio;
use crate::reading::error::{Code, Error, Kind, Result};
use clap::ValueHint;
use std::fmt::Write as _;
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

    /// Print all codes of rejects and messages, as Markdown
    #[arg(long, conflicts_with_all = ["command", "dir"])]
    pub codes: bool,

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
        if self.codes {
            return stdio::print(codes().as_bytes());
        }
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

/// What doc/messages.md consists of.
fn codes() -> String {
    let mut text = String::from(
        "# Codes of rejects, errors and messages\n\n\
         Every reject, error and message has a code, a word that stays the same while sentences may change: `code` in the\n\
         `errors` of a reject, and in each message with `--log-format json`. `kymo man --codes` prints this page.\n",
    );
    for (title, note, kinds) in SECTIONS {
        let _ = write!(text, "\n## {title}\n\n{note}\n\n| code | meaning |\n| --- | --- |\n");
        for code in Code::ALL.iter().filter(|code| kinds.contains(&code.kind())) {
            let exit = match code.kind().exit_code() {
                0 => String::new(),
                _ if code.kind() == Kind::Data || code.kind() == Kind::Loss => String::new(),
                n => format!(" Exit status {n}."),
            };
            let _ = writeln!(text, "| `{}` | {}{exit} |", code.word(), code.sentence());
        }
    }
    text
}

/// Heading, what all of them have in common, and which they are.
const SECTIONS: [(&str, &str, &[Kind]); 5] = [
    (
        "Rejects",
        "The record is rejected with this reason and kept where `--rejects` says. The exit status is 1.",
        &[Kind::Data],
    ),
    (
        "Errors",
        "They end the program. [exit-codes.md](exit-codes.md) says what a supervisor makes of the exit status.",
        &[Kind::Strict, Kind::Usage, Kind::Unreachable, Kind::Bug, Kind::Io, Kind::Busy, Kind::Refused, Kind::Closed],
    ),
    (
        "Losses",
        "Records that are lost or left out although nobody asked for that: reported once a code, with their number and the\n\
         first of them. The exit status is 1.",
        &[Kind::Loss],
    ),
    (
        "Records that are left out",
        "Repetitions, and records that the command line asks to leave out: counted in `left_out` of `--summary`.",
        &[Kind::Repetition, Kind::Asked],
    ),
    ("Messages", "What is reported while the program works; no error by itself.", &[Kind::Note]),
];
