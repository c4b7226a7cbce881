//! Words become plans, and plans a pipeline: of one stage in a shell, of several in `run`. Nothing is opened here.

use super::commands::{Job, Parsed, parse};
use super::usage;
use crate::cmd::{run, sh};
use crate::flow::pipeline::{self, Pipeline, SHELL, STDOUT};
use crate::flow::plan::{Part, Plan};
use crate::flow::stdio::{Lines, Stdout};
use crate::host::options::{self, InputArgs, ProcessArgs};
use crate::reading::error::{Error, Result};
use clap::error::ErrorKind;
use std::ffi::OsString;

/// The pipeline of one stage that is in a shell.
pub(super) fn of_one(plan: Plan, words: Vec<String>, process: &ProcessArgs) -> Result<Pipeline> {
    let name = plan.input.state.as_ref().map(|_| "stdin".to_owned());
    let state_file = plan.input.state.clone();
    assemble(vec![(plan, words)], Pipeline { name, state_file, ..empty(process) })
}

/// The pipeline of `kymo run`.
pub(super) fn of_run(args: run::Args, process: &ProcessArgs) -> Result<Pipeline> {
    let stages = args.stages()?;
    let text = stages.iter().map(shell_words::join).collect::<Vec<_>>().join(" | ");
    let settings = Pipeline {
        name: Some(args.name.unwrap_or_else(|| pipeline::name_of(&text))),
        state_file: args.state,
        fresh: args.fresh,
        ack_on_written: args.ack_on.is_some(),
        ..empty(process)
    };
    let mut planned = Vec::new();
    for words in stages {
        planned.extend(plans(&words, process)?.into_iter().map(|plan| (plan, words.clone())));
    }
    assemble(planned, settings)
}

/// Says what is wrong with the words of a `kymo run` that nobody sits before.
pub(super) fn check(words: &[String]) -> Result<()> {
    let whole =
        ["kymo", "run"].into_iter().chain(words.iter().map(String::as_str)).map(OsString::from).collect::<Vec<_>>();
    let parsed = parse(&whole).map_err(|why| Error::usage(usage::one_line(&why, "run")))?;
    match parsed.command.job(parsed.name, &parsed.process)? {
        Job::Run(args) => of_run(args, &parsed.process)?.check_unattended(),
        Job::Stage(_) | Job::Supervise(_) | Job::Program(_) => Err(Error::usage("is not a pipeline")),
    }
}

/// The plans of a stage of `run`: the same words as in a shell, without `kymo`. A command that is not kymo's is two: a
/// sink that writes to it and a source that reads from it.
fn plans(words: &[String], process: &ProcessArgs) -> Result<Vec<Plan>> {
    let name = words.first().map_or("", String::as_str);
    if name == SHELL {
        let plans = sh::plans(&words[1..], process.grace).map_err(|why| why.at(SHELL))?;
        return Ok(plans.into_iter().map(|plan| plan.named(SHELL)).collect());
    }
    let Parsed { name, command, .. } = spelled(words)?;
    match command.job(name, process)? {
        Job::Stage(plan) if plan.input.state.is_some() => Err(misplaced(name, "--state")),
        Job::Stage(plan) => Ok(vec![*plan]),
        Job::Run(_) | Job::Supervise(_) | Job::Program(_) => {
            Err(Error::usage(format!("{name} is not a stage of a pipeline")).at("run"))
        }
    }
}

/// What the words of a stage of `run` say.
fn spelled(words: &[String]) -> Result<Parsed> {
    let name = words.first().map_or("", String::as_str);
    let whole = std::iter::once("kymo").chain(words.iter().map(String::as_str)).map(OsString::from).collect::<Vec<_>>();
    let fault = |why: clap::Error| match why.kind() {
        _ if !why.use_stderr() => {
            Error::usage(format!("a stage has no help of its own: see kymo help {name}")).at("run")
        }
        ErrorKind::InvalidSubcommand => {
            let other = format!("{}; another program is a stage as sh 'COMMAND'", usage::one_line(&why, ""));
            Error::usage(other).at("run")
        }
        _ => {
            let name = usage::name_in(&whole);
            Error::usage(usage::one_line(&why, &name)).at(&name)
        }
    };
    let parsed = parse(&whole).map_err(fault)?;
    if parsed.process != ProcessArgs::default() {
        return Err(misplaced(name, "the common options"));
    }
    Ok(parsed)
}

fn misplaced(stage: &str, flags: &str) -> Error {
    Error::usage(format!("{flags} is for the whole pipeline: give it to `run`")).at(stage)
}

fn empty(process: &ProcessArgs) -> Pipeline {
    Pipeline {
        plans: Vec::new(),
        name: None,
        state_file: None,
        fresh: false,
        ack_on_written: false,
        grace: process.grace,
    }
}

/// Puts stdin before and stdout after the stages, where they are needed.
fn assemble(planned: Vec<(Plan, Vec<String>)>, mut to: Pipeline) -> Result<Pipeline> {
    let count = planned.len();
    let mut after_sink = false;
    for (i, (mut plan, words)) in planned.into_iter().enumerate() {
        if i + 1 < count && (plan.written.is_some() || plan.in_form) {
            return Err(Error::usage("--to is for the last stage, which writes to stdout").at(plan.name));
        }
        if i == 0 && !plan.is_source() {
            let (files, max_record, grace) = (plan.input.files.clone(), plan.rejects.max_record()?, to.grace);
            let mut form = plan.input.form.settings()?;
            form.unit = plan
                .door
                .as_ref()
                .map(|keys| keys.spelling())
                .filter(|spelling| spelling.unit_given)
                .map(|spelling| spelling.unit);
            let is_stdin = files.is_empty() || files.iter().any(|file| file.as_os_str() == "-");
            let mut first =
                Plan::source(Default::default(), move || Ok(Lines::new(&files, max_record, grace).in_form(form)));
            first.name = plan.name;
            first.part = Part::Before;
            first.reads_stdin = is_stdin;
            first.rejects = plan.rejects.clone();
            to.plans.push(first);
        } else if i > 0 && !plan.input.files.is_empty() {
            return Err(Error::usage("only the first stage of a pipeline can read files").at(plan.name));
        } else if i > 0 && plan.input.form.is_given(plan.written.is_some() || plan.in_form) {
            let why = "--from and its flags are for the first stage: after it all is NDJSON";
            return Err(Error::usage(why).at(plan.name));
        }
        plan.words = state_words(&words, &plan);
        let (written, rejects) = (plan.written.take(), plan.rejects.clone());
        // What passes a sink went through its door.
        let door = plan.take_door().filter(|_| !after_sink);
        let (is_source, passes_on) = (plan.is_source(), !plan.is_sink() || plan.pass);
        after_sink |= plan.is_sink() && plan.name != SHELL;
        if is_source {
            to.plans.push(plan);
            to.plans.extend(door.map(|door| door.in_part(Part::After)));
        } else {
            to.plans.extend(door);
            to.plans.push(plan);
        }
        if i + 1 == count && passes_on {
            let input = InputArgs { rejects, ..InputArgs::default() };
            to.plans.push(Plan::sink(input, false, || Ok(Stdout::new(written))).named(STDOUT));
        }
    }
    Ok(to)
}

/// A stage's words by which it finds its state again: not those that name what it reads or how and where it reports.
fn state_words(words: &[String], plan: &Plan) -> String {
    let words = options::without_process_flags(words);
    let input = &plan.input;
    let paths = [&input.state, &input.rejects.rejects].into_iter().flatten().chain(&input.files);
    let paths: Vec<&str> = paths.filter_map(|path| path.to_str()).collect();
    let counts = |word: &&String| {
        let value = word.split_once('=').map_or(word.as_str(), |(_, value)| value);
        !paths.contains(&value) && !matches!(word.as_str(), "--state" | "--rejects" | "-")
    };
    shell_words::join(words.iter().filter(counts))
}
