//! The command line: one line a subcommand, and how words become a pipeline.

mod doc;
mod help;
mod pipelines;
mod summary;
mod usage;
mod words;

use self::help::Family;
use crate::cmd::{
    completions, db, every, gapfill, keep, lock, log, man, map, mqtt_cat, mqtt_pub, plot, power, query, queue, replay,
    run, serve, simulate, state, store, supervise, sys_cat, tcp_listen, trim, validate, wss_cat,
};
use crate::flow::pipe;
use crate::flow::plan::Plan;
use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options::ProcessArgs;
use crate::host::stop::{SIGINT, SIGTERM, Stop};
use crate::reading::error::Result;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// Collect, check, gap-fill, combine, keep and draw sensor readings as NDJSON
///
/// Each command reads or writes records, one JSON object a line, so that commands can be connected with pipes in a
/// shell. `kymo run 'A | B | C'` runs the same commands in one process. The same words give the same bytes, and a
/// message is acknowledged to its sender only after it is committed.
///
/// A record that a command does not change passes byte for byte. A record that cannot be used is counted, kept with its
/// reason where --rejects says, and shown in the exit status.
///
/// If kymo is called through a link that has a command's name, it is that command.
#[derive(Parser, Debug)]
#[command(name = "kymo", version, disable_help_subcommand = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(subcommand)]
    command: Command,
}

/// Words that are understood.
struct Parsed {
    /// The subcommand, by which its messages begin.
    name: &'static str,
    process: ProcessArgs,
    command: Command,
}

/// The subcommands: one line each.
#[derive(Subcommand, Debug)]
enum Command {
    Completions(completions::Args),
    Db(db::Args),
    Every(every::Args),
    Gapfill(gapfill::Args),
    Lock(lock::Args),
    Log(log::Args),
    Man(man::Args),
    Map(map::Args),
    MqttCat(Box<mqtt_cat::Args>),
    MqttPub(Box<mqtt_pub::Args>),
    Plot(plot::Args),
    Power(power::Args),
    Query(query::Args),
    Queue(queue::Args),
    Replay(replay::Args),
    Run(run::Args),
    Serve(serve::Args),
    Simulate(Box<simulate::Args>),
    State(state::Args),
    Store(store::Args),
    Supervise(supervise::Args),
    SysCat(sys_cat::Args),
    TcpListen(Box<tcp_listen::Args>),
    Trim(trim::Args),
    Validate(validate::Args),
    WssCat(Box<wss_cat::Args>),
}

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

/// The families in which `kymo help` lists them.
const FAMILIES: [Family; 4] = [
    (
        "Sources (write records)",
        &["mqtt-cat", "wss-cat", "tcp-listen", "replay", "query", "sys-cat", "every", "simulate"],
    ),
    ("Filters (read and write records)", &["validate", "map", "gapfill", "power"]),
    ("Sinks (read records)", &["store", "plot", "serve", "mqtt-pub"]),
    ("Programs", &["run", "supervise", "queue", "lock", "log", "state", "trim", "db", "man", "completions"]),
];

/// What a command is in a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// It writes records.
    Source,
    /// It reads and writes records.
    Filter,
    /// It reads records.
    Sink,
}

/// The commands that are stages of pipelines: what the laws are tried with.
pub fn stages() -> Vec<(&'static str, StageKind)> {
    let [(_, sources), (_, filters), (_, sinks), _] = FAMILIES;
    let of = |names: &'static [&'static str], kind| names.iter().map(move |name| (*name, kind));
    let queue = [("queue take", StageKind::Source), ("queue put", StageKind::Sink)];
    of(sources, StageKind::Source)
        .chain(of(filters, StageKind::Filter))
        .chain(of(sinks, StageKind::Sink))
        .chain(queue)
        .collect()
}

/// Subcommands of subcommands that go by both names in messages.
const NESTED: [&str; 13] = [
    "db backup",
    "db check",
    "db info",
    "db init",
    "db move",
    "log query",
    "queue check",
    "queue export",
    "queue peek",
    "queue purge",
    "queue put",
    "queue stat",
    "queue take",
];

/// What a subcommand is, once its words are understood.
enum Job {
    Stage(Plan),
    Run(run::Args),
    /// A program of its own.
    Program(Box<dyn FnOnce() -> Result<Exit>>),
}

impl Command {
    /// What its words mean. Nothing is opened by it.
    fn job(self, name: &'static str, process: &ProcessArgs) -> Result<Job> {
        let plan = match self {
            Command::Completions(args) => {
                return Ok(program(move || args.run(|shell| doc::completions(definition(), shell))));
            }
            Command::Db(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Every(args) => args.plan(process.grace),
            Command::Gapfill(args) => args.plan(),
            Command::Lock(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Log(args) => {
                let process = process.clone();
                return Ok(Job::Program(Box::new(move || args.run(&process))));
            }
            Command::Man(args) => return Ok(program(move || args.run(doc::pages(definition())?))),
            Command::Map(args) => args.plan(),
            Command::MqttCat(args) => args.plan(),
            Command::MqttPub(args) => args.plan(),
            Command::Plot(args) => args.plan(),
            Command::Power(args) => args.plan(),
            Command::Query(args) => args.plan(),
            Command::Queue(args) => match args.what {
                queue::What::Put(args) => args.plan(),
                queue::What::Take(args) => args.plan(),
                queue::What::Program(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            },
            Command::Replay(args) => args.plan(),
            Command::Run(args) => return Ok(Job::Run(args)),
            Command::Serve(args) => args.plan(),
            Command::Simulate(args) => match args.send.clone() {
                Some(target) => return Ok(Job::Program(Box::new(move || args.send(&target)))),
                None => args.plan(),
            },
            Command::State(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Store(args) => args.plan(),
            Command::Supervise(args) => return Ok(Job::Program(Box::new(|| args.run(pipelines::check)))),
            Command::SysCat(args) => args.plan(),
            Command::TcpListen(args) => args.plan(),
            Command::Trim(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Validate(args) => args.plan(),
            Command::WssCat(args) => args.plan(),
        };
        plan.map(|plan| Job::Stage(plan.named(name))).map_err(|why| why.at(name))
    }
}

/// A program that succeeds or fails.
fn program(run: impl FnOnce() -> Result<()> + 'static) -> Job {
    Job::Program(Box::new(move || run().map(|()| Exit::Code(0))))
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

/// The definition of the command line, for help, man pages and completions.
pub fn definition() -> clap::Command {
    help::dress(Cli::command(), &FAMILIES)
}

fn parse(words: &[OsString]) -> Result<Parsed, clap::Error> {
    let mut definition = definition();
    let matches = definition.try_get_matches_from_mut(words)?;
    let Cli { process, command } = Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut definition))?;
    Ok(Parsed { name: name_of(&matches), process, command })
}

/// The name of the subcommand: the one place where a stage or program gets its own.
fn name_of(matches: &ArgMatches) -> &'static str {
    let Some((name, inner)) = matches.subcommand() else { return "" };
    let whole = inner.subcommand_name().map(|inner| format!("{name} {inner}"));
    let known = |name: &&&'static str| Some(name.as_ref()) == whole.as_deref();
    let families = || FAMILIES.iter().flat_map(|(_, names)| names.iter());
    NESTED.iter().find(known).or_else(|| families().find(|known| **known == name)).copied().unwrap_or("")
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
    diag::enter(name);
    let pipeline = match command.job(name, &process)? {
        Job::Program(program) => return program(),
        Job::Stage(plan) => {
            let words = words.iter().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
            pipelines::of_one(plan, words, &process)?
        }
        Job::Run(args) => pipelines::of_run(args, &process)?,
    };
    let stop = Stop::on_signals()?;
    let outcome = pipe::run(pipeline, &stop)?;
    if process.summary {
        diag::summary(&summary::line(&outcome));
    }
    Ok(match stop.signal() {
        Some(SIGINT) => Exit::Signal(SIGINT),
        Some(SIGTERM) if outcome.cut_short => Exit::Signal(SIGTERM),
        _ => Exit::Code(u8::from(outcome.is_partial())),
    })
}
