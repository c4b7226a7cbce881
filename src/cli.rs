//! The command line: one line a subcommand, and how words become a pipeline.

mod commands;
mod doc;
mod foreign;
mod help;
mod pipelines;
mod summary;
mod usage;
mod words;

pub use self::commands::{StageKind, definition, stages};

use self::commands::{Cli, Job, Parsed, parse};
use crate::cmd::{keep, supervise};
use crate::flow::pipe;
use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options::ProcessArgs;
use crate::host::stop::{SIGINT, SIGTERM, Stop};
use crate::host::thread;
use crate::reading::error::{Code, Kind, Result};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// What one kymo starts another for. It is understood without the words of all other commands: these take more time and memory
/// than such a process does for all else.
#[derive(Parser, Debug)]
#[command(name = "kymo")]
struct Own {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(subcommand)]
    command: OwnCommand,
}

#[derive(Subcommand, Debug)]
enum OwnCommand {
    #[command(name = again::KEEP)]
    Keep(keep::Args),
    #[command(name = again::STATION)]
    Station(supervise::StationArgs),
}

impl Own {
    /// These words begin with one of its commands.
    fn is_meant(words: &[OsString]) -> bool {
        again::is_own(words)
    }

    fn run(self) -> Result<Exit> {
        self.process.settle_messages()?;
        match self.command {
            OwnCommand::Keep(args) => args.run(self.process.grace),
            OwnCommand::Station(args) => args.run(),
        }
    }
}

/// The whole program: words in, exit out. Everything that goes wrong is reported here.
pub fn main(words: Vec<OsString>) -> Exit {
    let words = unlinked(words);
    let run = if Own::is_meant(&words) {
        Own::try_parse_from(&words).map(Own::run)
    } else {
        parse(&words).map(|parsed| parsed.process.settle_messages().and_then(|()| start(parsed, &words)))
    };
    let ended = match run {
        Ok(ended) => ended,
        Err(why) => return usage::explain(&why, &words),
    };
    match ended {
        Ok(exit) => exit,
        Err(why) => {
            diag::fatal(&why);
            Exit::Code(why.kind().exit_code())
        }
    }
}

/// A link that has a subcommand's name is that subcommand; `kymo help X` is `kymo X --help`.
fn unlinked(mut words: Vec<OsString>) -> Vec<OsString> {
    let name = words.first().and_then(|w| Path::new(w).file_name()).and_then(|n| n.to_str()).unwrap_or("").to_owned();
    if name != "kymo" && Cli::command().find_subcommand(&name).is_some() {
        words.splice(0..1, [OsString::from("kymo"), OsString::from(name)]);
    }
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

fn start(parsed: Parsed, words: &[OsString]) -> Result<Exit> {
    let Parsed { name, process, command } = parsed;
    thread::enter(name);
    let pipeline = match command.job(name, &process)? {
        Job::Program(program) => return program(),
        Job::Stage(plan) => {
            let words = words.iter().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
            pipelines::of_one(*plan, words, &process)?
        }
        Job::Run(args) => pipelines::of_run(args, &process)?,
        Job::Supervise(args) => return args.run(pipelines::check),
    };
    let stop = Stop::on_signals()?;
    let outcome = pipe::run(pipeline, &stop)?;
    let is_interrupted = stop.signal() == Some(SIGINT);
    let fault = outcome.fault.as_ref().filter(|why| !(why.kind() == Kind::Closed && is_interrupted));
    if let Some(why) = fault {
        diag::fatal(why);
    }
    if process.summary {
        diag::summary(&summary::line(&outcome));
    }
    if let Some(why) = fault {
        return Ok(Exit::Code(why.kind().exit_code()));
    }
    if is_interrupted && diag::is_terminal() {
        let kept = outcome.counts.iter().rev().find(|counted| counted.books.received.is_some());
        let kept = kept.map_or(0, |counted| counted.books.passed);
        diag::notice(Code::Ended, format_args!("stopped: {kept} records taken"));
    }
    Ok(match stop.signal() {
        Some(SIGINT) => Exit::Signal(SIGINT),
        Some(SIGTERM) if outcome.cut_short => Exit::Signal(SIGTERM),
        _ => Exit::Code(u8::from(outcome.is_partial())),
    })
}
