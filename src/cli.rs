//! The command line: one line a subcommand, and how words become a pipeline.

use crate::cmd::{gapfill, plot, run};
use crate::diag;
use crate::error::{Error, Kind, Result};
use crate::options::ProcessArgs;
use crate::pipe;
use crate::pipeline::{self, Outcome, Pipeline, Staged};
use crate::stage::Stage;
use crate::stdio::{self, Lines, Stdout};
use crate::stop::{SIGINT, SIGTERM, Stop};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// Collect, check, gap-fill, combine, keep and draw sensor readings as NDJSON.
#[derive(Parser, Debug)]
#[command(name = "kymo", version, disable_help_subcommand = true, subcommand_required = true)]
pub struct Cli {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(subcommand)]
    command: Command,
}

/// The subcommands: one line each.
#[derive(Subcommand, Debug)]
enum Command {
    Gapfill(gapfill::Args),
    Plot(plot::Args),
    Run(run::Args),
}

/// The families in which `kymo help` lists them.
const FAMILIES: [(&str, &[&str]); 4] = [
    ("Sources (write records)", &[]),
    ("Filters (read and write records)", &["gapfill"]),
    ("Sinks (read records)", &["plot"]),
    ("Programs", &["run"]),
];

/// What a subcommand is, once its words are understood.
enum Job {
    Stage(Staged),
    Run(run::Args),
    /// A program of its own.
    Program(Box<dyn FnOnce() -> Result<Exit>>),
}

/// How the process shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Code(u8),
    /// By this signal, so that a shell sees the truth.
    Signal(i32),
}

impl Command {
    fn job(self) -> Result<Job> {
        Ok(match self {
            Command::Gapfill(args) => Job::Stage(args.stage()?),
            Command::Plot(args) => Job::Stage(args.stage()?),
            Command::Run(args) => Job::Run(args),
        })
    }
}

/// The whole program: words in, exit out. Everything that goes wrong is told here.
pub fn main(words: Vec<OsString>) -> Exit {
    let words = unlinked(words);
    let parsed = match parse(&words) {
        Ok(parsed) => parsed,
        Err(why) => return help_or_usage(&why),
    };
    let process = parsed.process.clone();
    diag::init(process.log_level.unwrap_or(diag::Level::Warning), process.log_format.unwrap_or(diag::Format::Text));
    match start(parsed, &words) {
        Ok(exit) => exit,
        Err(why) => {
            diag::fatal(&why);
            Exit::Code(why.kind().exit_code())
        }
    }
}

/// The definition of the command line, for help, man pages and completions.
pub fn definition() -> clap::Command {
    let command = Cli::command();
    let families = families(&command);
    command
        .help_template("{about-with-newline}\n{usage-heading} {usage}\n\n{after-help}\n{options}")
        .after_help(families)
}

fn families(command: &clap::Command) -> String {
    let mut text = String::new();
    for (family, names) in FAMILIES {
        text.push_str(&format!("{family}:\n"));
        for name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            text.push_str(&format!("  {name:<12} {}\n", about.map(ToString::to_string).unwrap_or_default()));
        }
        text.push('\n');
    }
    text.push_str("`kymo COMMAND --help` begins with an example that runs.\n");
    text
}

fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut definition = definition();
    let matches = definition.try_get_matches_from_mut(words)?;
    Cli::from_arg_matches(&matches).map_err(|e| e.format(&mut definition))
}

/// A link that bears a subcommand's name is that subcommand; `kymo help X` is `kymo X --help`.
fn unlinked(mut words: Vec<OsString>) -> Vec<OsString> {
    let name = words.first().and_then(|w| Path::new(w).file_name()).and_then(|n| n.to_str()).unwrap_or("").to_owned();
    if Cli::command().find_subcommand(&name).is_some() {
        words.splice(0..1, [OsString::from("kymo"), OsString::from(name)]);
    }
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

fn help_or_usage(why: &clap::Error) -> Exit {
    if why.use_stderr() {
        diag::init(diag::Level::Warning, diag::Format::Text);
        diag::usage(&why.render().to_string());
        return Exit::Code(Kind::Usage.exit_code());
    }
    let text = if stdio::is_terminal() { why.render().ansi().to_string() } else { why.render().to_string() };
    match stdio::print(text.as_bytes()) {
        Ok(()) => Exit::Code(0),
        Err(error) => {
            diag::fatal(&error);
            Exit::Code(error.kind().exit_code())
        }
    }
}

fn start(parsed: Cli, words: &[OsString]) -> Result<Exit> {
    let process = parsed.process;
    let pipeline = match parsed.command.job()? {
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
            let settings =
                Pipeline { name: Some(name), state_file: args.state.clone(), fresh: args.fresh, ..empty(&process) };
            let stages = stages.into_iter().map(|words| Ok((stage(&words)?, words))).collect::<Result<_>>()?;
            assemble(stages, &process, settings)?
        }
    };
    let stop = Stop::on_signals()?;
    let many = pipeline.stages.len() > 3;
    let outcome = pipe::run(pipeline, &stop)?;
    if process.summary {
        summary(&outcome, many);
    }
    Ok(exit_of(&outcome, &stop))
}

/// A stage of `run`: the same words as in a shell, without `kymo`.
fn stage(words: &[String]) -> Result<Staged> {
    let name = words.first().map_or("", String::as_str);
    let whole = std::iter::once("kymo").chain(words.iter().map(String::as_str)).map(OsString::from).collect::<Vec<_>>();
    let parsed = parse(&whole).map_err(|why| Error::usage(first_lines(&why.render().to_string())).at("run"))?;
    match parsed.command.job()? {
        Job::Stage(staged) => Ok(staged),
        Job::Run(_) | Job::Program(_) => Err(Error::usage(format!("{name} is no stage of a pipeline")).at("run")),
    }
}

/// What clap says of a fault, without the lines about usage and help.
fn first_lines(text: &str) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn empty(process: &ProcessArgs) -> Pipeline {
    Pipeline { stages: Vec::new(), name: None, state_file: None, fresh: false, grace: process.grace }
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
fn summary(outcome: &Outcome, many: bool) {
    let object = |(name, counts): &(&str, Vec<(&str, u64)>)| {
        let mut map = serde_json::Map::new();
        map.insert("stage".to_owned(), (*name).into());
        map.extend(counts.iter().map(|(name, n)| ((*name).to_owned(), (*n).into())));
        serde_json::Value::Object(map)
    };
    let stages: Vec<_> = outcome.counts.iter().map(object).collect();
    // stdout is nobody's word.
    let own = stages.iter().rposition(|stage| stage["stage"] != "stdout");
    let value = match own {
        _ if many => serde_json::json!({ "stages": stages, "rejected": outcome.rejected }),
        Some(own) => stages[own].clone(),
        None => serde_json::Value::Null,
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
