//! The command line: one line a subcommand, and how words become a pipeline.

mod doc;
mod help;

use self::help::Family;
use crate::cmd::{
    completions, db, every, gapfill, keep, lock, log, man, map, mqtt_cat, mqtt_pub, plot, power, query, queue, replay,
    run, serve, sh, simulate, state, store, supervise, sys_cat, tcp_listen, trim, validate, wss_cat,
};
use crate::flow::pipe;
use crate::flow::pipeline::{self, Outcome, Pipeline, SHELL, Staged};
use crate::flow::stage::Stage;
use crate::flow::stdio::{self, Lines, Stdout};
use crate::host::again;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::options::ProcessArgs;
use crate::host::stop::{SIGINT, SIGTERM, Stop};
use crate::reading::error::{Error, Kind, Result};
use crate::reading::level::Level;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// Collect, check, gap-fill, combine, keep and draw sensor readings as NDJSON
///
/// Each command reads or writes records, one JSON object a line, so that commands compose in a shell with bars
/// between them. `kymo run 'A | B | C'` runs the same commands in one process: the same words give the same bytes,
/// and a message is acknowledged to its sender only after it is committed.
///
/// A record that a command does not change leaves byte for byte as it came. One that cannot be used is kept with
/// its reason where --rejects says, counted, and told by the exit status.
///
/// Called through a link that bears a command's name, kymo is that command.
#[derive(Parser, Debug)]
#[command(name = "kymo", version, disable_help_subcommand = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(subcommand)]
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

/// What a subcommand is, once its words are understood.
enum Job {
    Stage(Staged),
    Run(run::Args),
    /// A program of its own.
    Program(Box<dyn FnOnce() -> Result<Exit>>),
}

impl Command {
    fn job(self, process: &ProcessArgs) -> Result<Job> {
        Ok(match self {
            Command::Completions(args) => program(move || args.run(|shell| doc::completions(definition(), shell))),
            Command::Db(args) => Job::Program(Box::new(|| args.run())),
            Command::Every(args) => Job::Stage(args.stage(process.grace)?),
            Command::Gapfill(args) => Job::Stage(args.stage()?),
            Command::Lock(args) => Job::Program(Box::new(|| args.run())),
            Command::Log(args) => {
                let process = process.clone();
                Job::Program(Box::new(move || args.run(&process)))
            }
            Command::Man(args) => program(move || args.run(doc::pages(definition())?)),
            Command::Map(args) => Job::Stage(args.stage()?),
            Command::MqttCat(args) => Job::Stage(args.stage()?),
            Command::MqttPub(args) => Job::Stage(args.stage()?),
            Command::Plot(args) => Job::Stage(args.stage()?),
            Command::Power(args) => Job::Stage(args.stage()?),
            Command::Query(args) => Job::Stage(args.stage()?),
            Command::Queue(args) => match args.what {
                queue::What::Put(args) => Job::Stage(args.stage()?),
                queue::What::Take(args) => Job::Stage(args.stage()?),
                queue::What::Program(args) => Job::Program(Box::new(|| args.run())),
            },
            Command::Replay(args) => Job::Stage(args.stage()?),
            Command::Run(args) => Job::Run(args),
            Command::Serve(args) => Job::Stage(args.stage()?),
            Command::Simulate(args) => match args.send.clone() {
                Some(target) => Job::Program(Box::new(move || args.send(&target))),
                None => Job::Stage(args.stage()?),
            },
            Command::State(args) => Job::Program(Box::new(|| args.run())),
            Command::Store(args) => Job::Stage(args.stage()?),
            Command::Supervise(args) => Job::Program(Box::new(|| args.run(check_run))),
            Command::SysCat(args) => Job::Stage(args.stage()?),
            Command::TcpListen(args) => Job::Stage(args.stage()?),
            Command::Trim(args) => Job::Program(Box::new(|| args.run())),
            Command::Validate(args) => Job::Stage(args.stage()?),
            Command::WssCat(args) => Job::Stage(args.stage()?),
        })
    }
}

/// A program that succeeds or fails.
fn program(run: impl FnOnce() -> Result<()> + 'static) -> Job {
    Job::Program(Box::new(move || run().map(|()| Exit::Code(0))))
}

/// The whole program: words in, exit out. Everything that goes wrong is told here.
pub fn main(words: Vec<OsString>) -> Exit {
    let words = unlinked(words);
    let run = if Own::is_meant(&words) {
        Own::try_parse_from(&words).map(Own::run)
    } else {
        parse(&words).map(|parsed| parsed.process.settle_messages().and_then(|()| start(parsed, &words)))
    };
    let ended = match run {
        Ok(ended) => ended,
        Err(why) => return help_or_usage(&why),
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

fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut definition = definition();
    let matches = definition.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut definition))
}

/// A link that bears a subcommand's name is that subcommand; `kymo help X` is `kymo X --help`.
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

fn help_or_usage(why: &clap::Error) -> Exit {
    let render = |colour: bool| match why.render() {
        text if colour => help::tidy(&text.ansi().to_string()),
        text => help::tidy(&text.to_string()),
    };
    if why.use_stderr() {
        diag::init(Level::Warning, diag::Format::Text, None);
        match why.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => diag::page(&render(diag::colour())),
            _ => diag::usage(&render(false)),
        }
        return Exit::Code(Kind::Usage.exit_code());
    }
    match stdio::print(render(diag::may_colour(stdio::is_terminal())).as_bytes()) {
        Ok(()) => Exit::Code(0),
        Err(error) => {
            diag::fatal(&error);
            Exit::Code(error.kind().exit_code())
        }
    }
}

fn start(parsed: Cli, words: &[OsString]) -> Result<Exit> {
    let process = parsed.process;
    let pipeline = match parsed.command.job(&process)? {
        Job::Program(program) => return program(),
        Job::Stage(staged) => {
            let name = staged.input.state.as_ref().map(|_| "stdin".to_owned());
            let state_file = staged.input.state.clone();
            let words = words.iter().skip(1).map(|w| w.to_string_lossy().into_owned()).collect();
            assemble(vec![(staged, words)], &process, Pipeline { name, state_file, ..empty(&process) })?
        }
        Job::Run(args) => {
            let stages = args.stages()?;
            let text = stages.iter().map(shell_words::join).collect::<Vec<_>>().join(" | ");
            let name = args.name.clone().unwrap_or_else(|| pipeline::name_of(&text));
            let settings = Pipeline {
                name: Some(name),
                state_file: args.state.clone(),
                fresh: args.fresh,
                ack_on_written: args.ack_on.is_some(),
                ..empty(&process)
            };
            let mut staged = Vec::new();
            for words in stages {
                staged.extend(stage(&words, &process)?.into_iter().map(|stage| (stage, words.clone())));
            }
            assemble(staged, &process, settings)?
        }
    };
    let stop = Stop::on_signals()?;
    let outcome = pipe::run(pipeline, &stop)?;
    if process.summary {
        summary(&outcome);
    }
    Ok(exit_of(&outcome, &stop))
}

/// A stage of `run`: the same words as in a shell, without `kymo`. A command that is not kymo's is two: a sink that
/// writes to it and a source that reads from it.
fn stage(words: &[String], process: &ProcessArgs) -> Result<Vec<Staged>> {
    let name = words.first().map_or("", String::as_str);
    if name == SHELL {
        return sh::stages(&words[1..], process.grace);
    }
    match spelled(words)?.command.job(process)? {
        Job::Stage(staged) if staged.input.state.is_some() => Err(misplaced(name, "--state")),
        Job::Stage(staged) => Ok(vec![staged]),
        Job::Run(_) | Job::Program(_) => Err(Error::usage(format!("{name} is no stage of a pipeline")).at("run")),
    }
}

/// What the words of a stage of `run` say. Nothing is opened or started by it.
fn spelled(words: &[String]) -> Result<Cli> {
    let name = words.first().map_or("", String::as_str);
    let whole = std::iter::once("kymo").chain(words.iter().map(String::as_str)).map(OsString::from).collect::<Vec<_>>();
    let fault = |why: clap::Error| match why.use_stderr() {
        true => Error::usage(first_lines(&why.render().to_string())).at("run"),
        false => Error::usage(format!("a stage prints no help: see kymo help {name}")).at("run"),
    };
    let parsed = parse(&whole).map_err(fault)?;
    if parsed.process != ProcessArgs::default() {
        return Err(misplaced(name, "what stands under «Common options»"));
    }
    Ok(parsed)
}

fn misplaced(stage: &str, flags: &str) -> Error {
    Error::usage(format!("{flags} is for the whole pipeline: give it to run")).at(stage)
}

/// Says what is wrong with the words of a `kymo run` that nobody sits before: it reads from a source, and keeps what it reads.
fn check_run(words: &[String]) -> Result<()> {
    let whole =
        ["kymo", "run"].into_iter().chain(words.iter().map(String::as_str)).map(OsString::from).collect::<Vec<_>>();
    let parsed = parse(&whole).map_err(|why| Error::usage(first_lines(&why.render().to_string())))?;
    let Command::Run(args) = parsed.command else { return Err(Error::usage("is no pipeline")) };
    let stages = args.stages()?;
    for words in &stages {
        match (words[0].as_str(), words.len()) {
            (SHELL, 2) => {}
            (SHELL, _) => return Err(Error::usage("write it as sh 'COMMAND', the command in quotes")),
            _ => drop(spelled(words)?),
        }
    }
    let [(_, sources), _, (_, sinks), (_, programs)] = FAMILIES;
    let is_one = |words: &[String], family: &[&str], end: &str| match words {
        [queue, verb, ..] if queue == "queue" => verb == end,
        [name, ..] => name == SHELL || family.contains(&name.as_str()),
        [] => false,
    };
    if let Some(words) = stages.iter().find(|words| {
        let is_end = words[0] == "queue" && words.get(1).is_some_and(|verb| verb == "put" || verb == "take");
        !is_end && programs.contains(&words[0].as_str())
    }) {
        return Err(Error::usage(format!("{} is no stage of a pipeline", words[0])));
    }
    if !stages.first().is_some_and(|first| is_one(first, sources, "take")) {
        return Err(Error::usage("its first stage reads stdin, where nothing comes: begin it with a source"));
    }
    if !stages.last().is_some_and(|last| is_one(last, sinks, "put")) {
        return Err(Error::usage("what its last stage writes nobody keeps: end it with a sink"));
    }
    Ok(())
}

/// What clap says of a fault, without the lines about usage and help.
fn first_lines(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn empty(process: &ProcessArgs) -> Pipeline {
    Pipeline {
        stages: Vec::new(),
        name: None,
        state_file: None,
        fresh: false,
        ack_on_written: false,
        grace: process.grace,
    }
}

/// Puts stdin in front and stdout behind where they are needed.
fn assemble(stages: Vec<(Staged, Vec<String>)>, process: &ProcessArgs, mut to: Pipeline) -> Result<Pipeline> {
    let count = stages.len();
    for (i, (mut staged, words)) in stages.into_iter().enumerate() {
        let reads = !matches!(staged.stage, Stage::Source(_));
        if i == 0 && reads {
            let source = Lines::new(&staged.input.files, staged.rejects.max_record()?, process.grace);
            let mut first = Staged::source(staged.name, source, Default::default());
            first.rejects = staged.rejects.clone();
            to.stages.push(first);
        } else if i > 0 && !staged.input.files.is_empty() {
            return Err(Error::usage("only the first stage of a pipeline can read files").at(staged.name));
        }
        staged.words = state_words(&words, &staged);
        let passes_on = !matches!(staged.stage, Stage::Sink(_)) || staged.pass;
        to.stages.push(staged);
        if i + 1 == count && passes_on {
            to.stages.push(Staged::sink("stdout", Stdout, Default::default(), false));
        }
    }
    Ok(to)
}

/// A stage's words by which it finds its state again: not those that name what it reads or where it reports.
fn state_words(words: &[String], staged: &Staged) -> String {
    let input = &staged.input;
    let paths = [&input.state, &input.rejects.rejects].into_iter().flatten().chain(&input.files);
    let paths: Vec<&str> = paths.filter_map(|path| path.to_str()).collect();
    let bears = |word: &&String| {
        let value = word.split_once('=').map_or(word.as_str(), |(_, value)| value);
        !paths.contains(&value) && !matches!(word.as_str(), "--state" | "--rejects" | "-")
    };
    shell_words::join(words.iter().filter(bears))
}

/// The counts as one JSON object: of the one stage that a shell form has, else of all.
fn summary(outcome: &Outcome) {
    type Map = serde_json::Map<String, serde_json::Value>;
    let mut stages: Vec<Map> = Vec::new();
    for (name, counts) in outcome.counts.iter().filter(|(name, _)| *name != "stdout") {
        let mut map = Map::new();
        map.insert("stage".to_owned(), (*name).into());
        map.extend(counts.iter().map(|(name, n)| ((*name).to_owned(), (*n).into())));
        // The reader in front of a stage is part of it: what it could not read the stage has rejected. And what a
        // command prints is the output of the stage that wrote to it.
        let reads = |map: &Map| map.contains_key("in");
        if let Some(other) = stages.pop_if(|last| last["stage"] == map["stage"] && reads(last) != reads(&map)) {
            let rejected = [&other, &map].iter().filter_map(|m| m["rejected"].as_u64()).sum::<u64>();
            if reads(&other) {
                map.insert("in".to_owned(), other["in"].clone());
            }
            map.insert("rejected".to_owned(), rejected.into());
        }
        stages.push(map);
    }
    let value = match &stages[..] {
        [only] => serde_json::json!(only),
        _ => serde_json::json!({ "stages": stages, "rejected": outcome.rejected }),
    };
    diag::summary(value.to_string().as_bytes());
}

fn exit_of(outcome: &Outcome, stop: &Stop) -> Exit {
    match stop.signal() {
        Some(SIGINT) => Exit::Signal(SIGINT),
        Some(SIGTERM) if outcome.cut_short => Exit::Signal(SIGTERM),
        _ => Exit::Code(u8::from(outcome.rejected > 0)),
    }
}
