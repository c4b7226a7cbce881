//! The registry of the commands: one line each, what each of them is, and the name that it goes by.

use super::doc;
use super::help::{self, Family};
use crate::cmd::{
    completions, db, doctor, every, gapfill, http_listen, http_post, lock, log, man, map, mqtt_cat, mqtt_pub, plot,
    power, query, queue, replay, run, serve, simulate, state, store, supervise, sys_cat, tcp_listen, trim, validate,
    wss_cat,
};
use crate::flow::plan::Plan;
use crate::host::exit::Exit;
use crate::host::options::ProcessArgs;
use crate::reading::error::Result;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::sync::{LazyLock, Mutex, PoisonError};

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
pub(super) struct Parsed {
    /// The subcommand, by which its messages begin.
    pub(super) name: &'static str,
    pub(super) process: ProcessArgs,
    pub(super) command: Command,
}

/// The subcommands: one line each.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Completions(completions::Args),
    Db(db::Args),
    Doctor(doctor::Args),
    Every(every::Args),
    Gapfill(gapfill::Args),
    HttpListen(Box<http_listen::Args>),
    HttpPost(Box<http_post::Args>),
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

/// The families in which `kymo help` lists them.
pub(super) const FAMILIES: [Family; 4] = [
    (
        "Sources (write records)",
        &["mqtt-cat", "wss-cat", "tcp-listen", "http-listen", "replay", "query", "sys-cat", "every", "simulate"],
    ),
    ("Filters (read and write records)", &["validate", "map", "gapfill", "power"]),
    ("Sinks (read records)", &["store", "plot", "serve", "mqtt-pub", "http-post"]),
    ("Programs", &["run", "supervise", "queue", "lock", "log", "state", "trim", "db", "doctor", "man", "completions"]),
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
pub(super) const NESTED: [&str; 13] = [
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
pub(super) enum Job {
    Stage(Box<Plan>),
    Run(run::Args),
    Supervise(supervise::Args),
    /// A program of its own.
    Program(Box<dyn FnOnce() -> Result<Exit>>),
}

impl Command {
    /// What its words mean. Nothing is opened by it.
    pub(super) fn job(self, name: &'static str, process: &ProcessArgs) -> Result<Job> {
        let plan = match self {
            Command::Completions(args) => {
                return Ok(program(move || args.run(|shell| doc::completions(definition(), shell))));
            }
            Command::Db(args) => {
                let summary = process.summary;
                return Ok(Job::Program(Box::new(move || args.run(summary))));
            }
            Command::Doctor(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Every(args) => args.plan(process.grace),
            Command::Gapfill(args) => args.plan(),
            Command::HttpListen(args) => args.plan(),
            Command::Lock(args) => return Ok(Job::Program(Box::new(|| args.run()))),
            Command::Log(args) if args.takes_records() => args.plan(),
            Command::Log(args) => {
                let process = process.clone();
                return Ok(Job::Program(Box::new(move || args.run(&process))));
            }
            Command::Man(args) => return Ok(program(move || args.run(doc::pages(definition())?))),
            Command::Map(args) => args.plan(),
            Command::MqttCat(args) => args.plan(),
            Command::HttpPost(args) => args.plan(),
            Command::MqttPub(args) => args.plan(),
            Command::Plot(args) => args.plan(),
            Command::Power(args) => args.plan(),
            Command::Query(args) => args.plan(),
            Command::Queue(args) => match args.what {
                queue::What::Put(args) => args.plan(),
                queue::What::Take(args) => args.plan(),
                queue::What::Program(args) => {
                    let summary = process.summary;
                    return Ok(Job::Program(Box::new(move || args.run(summary))));
                }
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
            Command::Supervise(args) => return Ok(Job::Supervise(args)),
            Command::SysCat(args) => args.plan(),
            Command::TcpListen(args) => args.plan(),
            Command::Trim(args) => {
                let summary = process.summary;
                return Ok(Job::Program(Box::new(move || args.run(summary))));
            }
            Command::Validate(args) => args.plan(),
            Command::WssCat(args) => args.plan(),
        };
        plan.map(|plan| Job::Stage(Box::new(plan.named(name)))).map_err(|why| why.at(name))
    }
}

/// A program that succeeds or fails.
fn program(run: impl FnOnce() -> Result<()> + 'static) -> Job {
    Job::Program(Box::new(move || run().map(|()| Exit::Code(0))))
}

/// Made once, for all stages of a pipeline, and never given up: both take longer than to understand the words.
static DEFINITION: LazyLock<Mutex<clap::Command>> = LazyLock::new(|| Mutex::new(definition()));

/// The definition of the command line, for help, man pages and completions.
pub fn definition() -> clap::Command {
    help::dress(Cli::command(), &FAMILIES)
}

pub(super) fn parse(words: &[OsString]) -> Result<Parsed, clap::Error> {
    let mut definition = DEFINITION.lock().unwrap_or_else(PoisonError::into_inner);
    let matches = definition.try_get_matches_from_mut(words)?;
    let Cli { process, command } = Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut definition))?;
    Ok(Parsed { name: name_of(&matches), process, command })
}

/// The name of the subcommand: the one place where a stage or program gets its own.
fn name_of(matches: &ArgMatches) -> &'static str {
    let Some((name, inner)) = matches.subcommand() else { return "" };
    let whole = inner.subcommand_name().map(|inner| format!("{name} {inner}"));
    let known = |name: &&&'static str| Some(**name) == whole.as_deref();
    let families = || FAMILIES.iter().flat_map(|(_, names)| names.iter());
    NESTED.iter().find(known).or_else(|| families().find(|known| **known == name)).copied().unwrap_or("")
}
