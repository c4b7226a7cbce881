//! What is wrong with the words on the command line: one line that names the command, the fault, and the nearest right
//! word.

use super::commands::{FAMILIES, NESTED};
use super::{foreign, help};
use crate::flow::stdio;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::thread;
use crate::reading::error::{Code, Kind};
use crate::reading::level::Level;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Prints the help that was asked for, or what is wrong.
pub(super) fn explain(why: &clap::Error, words: &[OsString]) -> Exit {
    let render = |colour: bool| match why.render() {
        text if colour => help::tidy(&text.ansi().to_string()),
        text => help::tidy(&text.to_string()),
    };
    let name = name_in(words);
    let texts: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    if why.kind() == ErrorKind::DisplayHelp && foreign::is_host(&name, &texts) {
        diag::init(Level::Warning, diag::Format::Text, None);
        thread::enter(&name);
        diag::error(Code::Usage, "-h is help: the broker's host is --host HOST, or in a URL");
        return Exit::Code(Kind::Usage.exit_code());
    }
    if why.use_stderr() {
        diag::init(Level::Warning, diag::Format::Text, None);
        thread::enter(&name);
        match why.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => diag::page(&render(diag::colour())),
            _ => diag::error(Code::Usage, one_line(why, &name)),
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

/// The command that the words name: `queue put`; empty if there is none of that name.
pub(super) fn name_in(words: &[OsString]) -> String {
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str()).filter(|word| !word.starts_with('-'));
    let Some(first) = words.next() else { return String::new() };
    if !FAMILIES.iter().any(|(_, names)| names.contains(&first)) {
        return String::new();
    }
    match words.next().map(|second| format!("{first} {second}")) {
        Some(both) if NESTED.contains(&both.as_str()) => both,
        _ => first.to_owned(),
    }
}

/// The fault in one line.
pub(super) fn one_line(why: &clap::Error, command: &str) -> String {
    let texts = |kind| match why.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        Some(ContextValue::Number(n)) => vec![n.to_string()],
        _ => Vec::new(),
    };
    let text = |kind| texts(kind).join(", ");
    let flag = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    // Of several the nearest.
    let meant =
        |kind, word: &str| match texts(kind).into_iter().min_by_key(|near| strsim::damerau_levenshtein(word, near)) {
            Some(near) => format!(": is {near} meant?"),
            None => String::new(),
        };
    match why.kind() {
        ErrorKind::UnknownArgument if flag.starts_with('-') => match foreign::instead(command, &flag) {
            Some(advice) => format!("there is no flag {flag}: {advice}"),
            None => format!("there is no flag {flag}{}", meant(ContextKind::SuggestedArg, &flag)),
        },
        ErrorKind::UnknownArgument => format!("unexpected word {flag:?}{}", meant(ContextKind::SuggestedArg, &flag)),
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand);
            format!("there is no command {name:?}{}", meant(ContextKind::SuggestedSubcommand, &name))
        }
        ErrorKind::MissingSubcommand => {
            format!("say what to do: {}", text(ContextKind::ValidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("{flag} is missing"),
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("{flag} needs a value{}", one_of(&texts(ContextKind::ValidValue)))
        }
        ErrorKind::InvalidValue => {
            let near = meant(ContextKind::SuggestedValue, &value);
            format!("{flag}: there is no {value:?}{near}{}", one_of(&texts(ContextKind::ValidValue)))
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(why).map(|source| format!(": {source}")).unwrap_or_default();
            format!("{flag} cannot be {value:?}{reason}")
        }
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            other if other == flag || other.is_empty() => format!("{flag} was given twice"),
            other if flag.is_empty() => format!("a subcommand cannot be used with {other}"),
            other => format!("{flag} cannot be used with {other}"),
        },
        ErrorKind::NoEquals => format!("{flag} needs its value after an equals sign"),
        ErrorKind::TooManyValues => format!("{flag}: one value too many: {value:?}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!(
            "{flag} needs {} values and has {}",
            text(ContextKind::MinValues) + &text(ContextKind::ExpectedNumValues),
            text(ContextKind::ActualNumValues)
        ),
        _ => {
            let whole = why.render().to_string();
            let lines = whole.strip_prefix("error: ").unwrap_or(&whole).lines();
            lines.take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ")
        }
    }
}

fn one_of(values: &[String]) -> String {
    let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    if values.is_empty() { String::new() } else { format!(": one of {}", values.join(", ")) }
}
