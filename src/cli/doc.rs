//! Man pages and completions, generated from the definition of the command line, which is given: so the
//! commands that print them need not know the others. Nothing here depends on a terminal, a date or the machine.

use crate::cmd::completions::Shell;
use crate::cmd::man::Page;
use crate::reading::error::{Error, Result};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};
use std::io::Write as _;

/// What the pages say about the exit status; doc/exit-codes.md says more.
const EXITS: [(&str, &str); 9] = [
    ("0", "Done."),
    ("1", "Done, but some records were rejected."),
    ("2", "Wrong usage or configuration: a restart does not help."),
    ("69", "A remote cannot be reached, after the retries that were asked for."),
    ("70", "A bug in kymo."),
    ("74", "Input or output failed: local disk, file or database."),
    ("75", "Another process holds the lock: try later."),
    ("77", "Refused: credentials or permission."),
    ("128+n", "Ended by signal n."),
];

/// Statuses of a command that only prints what it is built with.
const OF_PRINTERS: [&str; 4] = ["0", "2", "70", "74"];

/// The longest line of an example: what a page of 80 columns shows at its usual indent.
const EXAMPLE_WIDTH: usize = 72;

/// Pages to read next. The program, `run`, and commands of the same group are added to them.
const RELATED: &[(&str, &[&str])] = &[
    ("completions", &["man"]),
    ("db", &["query", "store", "trim"]),
    ("every", &["lock-run", "supervise", "sys-cat"]),
    ("gapfill", &["plot", "power", "query", "store", "validate"]),
    ("lock", &["every", "supervise"]),
    ("log", &["supervise"]),
    ("man", &["completions"]),
    ("map", &["gapfill", "validate"]),
    ("mqtt-cat", &["mqtt-pub", "store", "validate"]),
    ("mqtt-pub", &["mqtt-cat", "queue-take"]),
    ("plot", &["gapfill", "query", "serve"]),
    ("power", &["gapfill", "validate"]),
    ("query", &["db", "plot", "store", "trim"]),
    ("queue-put", &["mqtt-cat", "store", "tcp-listen"]),
    ("queue-take", &["mqtt-pub", "replay", "store"]),
    ("replay", &["query", "simulate"]),
    ("run", &["queue", "store", "supervise"]),
    ("serve", &["plot", "wss-cat"]),
    ("simulate", &["replay", "tcp-listen"]),
    ("state", &["lock"]),
    ("store", &["db", "query", "queue", "trim"]),
    ("supervise", &["lock", "log"]),
    ("sys-cat", &["every", "store"]),
    ("tcp-listen", &["simulate", "store", "validate"]),
    ("trim", &["db", "query", "store"]),
    ("validate", &["gapfill", "map", "store"]),
    ("wss-cat", &["serve", "store", "validate"]),
];

/// The completion script of a shell.
pub(super) fn completions(mut definition: Command, shell: Shell) -> Vec<u8> {
    use clap_complete::{Shell as Known, generate};
    let shell = match shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut definition, "kymo", &mut script);
    script
}

/// A page for the program, one for each subcommand, and one for each subcommand of those.
pub(super) fn pages(mut definition: Command) -> Result<Vec<Page>> {
    definition.build();
    let version = definition.get_version().unwrap_or_default().to_owned();
    let mut pages = Vec::new();
    add_pages(&definition, &version, &[], &mut pages)?;
    Ok(pages)
}

/// `beside`: the pages that a reader of this one may want.
fn add_pages(command: &Command, version: &str, beside: &[String], to: &mut Vec<Page>) -> Result<()> {
    let name = page_name(command).to_owned();
    let below: Vec<&Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    let names: Vec<String> = below.iter().map(|sub| page_name(sub).to_owned()).collect();
    let next = related(&name);
    let mut related: Vec<String> = Vec::new();
    for other in beside.iter().chain(&names).chain(&next) {
        if *other != name && !related.contains(other) {
            related.push(other.clone());
        }
    }
    to.push(Page { text: page(command, version, &related)?, name: name.clone() });
    // Of the program's many subcommands each page has only those that are related: a list of all helps nobody.
    let group = if beside.is_empty() { vec![format!("{name}-run")] } else { names };
    let beside: Vec<String> = std::iter::once(name).chain(group).collect();
    for sub in below {
        add_pages(sub, version, &beside, to)?;
    }
    Ok(())
}

/// The pages that [`RELATED`] has for this one.
fn related(name: &str) -> Vec<String> {
    let Some((program, name)) = name.split_once('-') else { return Vec::new() };
    let names = RELATED.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, names)| names);
    names.iter().map(|other| format!("{program}-{other}")).collect()
}

fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, version: &str, related: &[String]) -> Result<Vec<u8>> {
    let name = page_name(command);
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    let mut write = || -> std::io::Result<()> {
        // By hand: clap_mangen and roff drop the empty date, and what comes after it would move up.
        writeln!(text, ".TH {} 1 \"\" \"kymo {version}\" \"kymo manual\"", name.to_uppercase())?;
        head(command).to_writer(&mut text)?;
        man.render_description_section(&mut text)?;
        example(command).to_writer(&mut text)?;
        subcommands(command).to_writer(&mut text)?;
        man.render_options_section(&mut text)?;
        tail(command, related).to_writer(&mut text)
    };
    write().map_err(|e| Error::io(format!("write the page {name}"), e))?;
    // The roff crate ends some lines with a blank, which would be a change in every diff.
    let text = crate::cli::help::tidy(&String::from_utf8_lossy(&text));
    // clap_mangen sets the values of a flag twice as deep as its text, after an empty line.
    let text = text.replace(".br\n\n.br\n", ".br\n").replace(".RS 14\n", ".RS 7\n");
    Ok(text.into_bytes())
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn head(command: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{} - {}", page_name(command), about(command)))]);
    roff.control("SH", ["SYNOPSIS"]);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    for line in usage.lines().map(str::trim) {
        roff.text([bold(line)]);
        roff.control("br", []);
    }
    roff
}

fn example(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let Some(example) = command.get_before_help().map(ToString::to_string) else {
        return roff;
    };
    roff.control("SH", ["EXAMPLE"]);
    roff.control("nf", []);
    let example = example.split_once(':').map_or(example.as_str(), |(_, rest)| rest);
    for line in example.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(folded) {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

/// A command in lines that fit on a page, where that can be done without changing what it means: after a bar or `&&`, where a
/// shell and `kymo run` take a line break for a blank, and before a flag that is not quoted.
fn folded(line: &str) -> Vec<String> {
    let width = |text: &str| text.chars().count();
    let mut lines: Vec<String> = Vec::new();
    for part in line.split_inclusive(" | ").flat_map(|part| part.split_inclusive(" && ")) {
        match lines.last_mut() {
            Some(last) if width(last) + width(part.trim_end()) <= EXAMPLE_WIDTH => last.push_str(part),
            Some(_) => lines.push(format!("    {part}")),
            None => lines.push(part.to_owned()),
        }
    }
    let mut all = Vec::new();
    for line in lines {
        let mut rest = line.trim_end();
        while width(rest) > EXAMPLE_WIDTH {
            let quotes = |at: usize| rest[..at].matches(['\'', '"']).count();
            let fits = |at: &usize| width(&rest[..*at]) + 2 <= EXAMPLE_WIDTH && quotes(*at) % 2 == 0;
            let flags = rest.match_indices(" -").map(|(at, _)| at);
            let Some(at) = flags.filter(fits).filter(|at| !rest[..*at].trim().is_empty()).last() else { break };
            all.push(format!("{} \\", &rest[..at]));
            rest = rest[at..].trim_start();
        }
        let indent = if rest.len() < line.trim_end().len() { "    " } else { "" };
        all.push(format!("{indent}{rest}"));
    }
    all
}

fn subcommands(command: &Command) -> Roff {
    let mut roff = Roff::new();
    let mut first = true;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        if std::mem::take(&mut first) {
            roff.control("SH", ["COMMANDS"]);
        }
        term(&mut roff, bold(format!("{}(1)", page_name(sub))), &about(sub));
    }
    roff
}

fn tail(command: &Command, related: &[String]) -> Roff {
    let notes = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (environment, notes) = sections(&notes);
    let mut roff = Roff::new();
    if !notes.is_empty() {
        roff.control("SH", ["NOTES"]);
        for note in notes {
            match note {
                Note::Text(text) => {
                    roff.control("PP", []);
                    roff.text([roman(text)]);
                }
                Note::Term(word, meaning) => term(&mut roff, bold(word), &meaning),
            }
        }
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for (names, meaning) in &environment {
        term(&mut roff, bold(names), meaning);
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_env_set()) {
        if let (Some(variable), Some(long)) = (arg.get_env(), arg.get_long()) {
            let variable = variable.to_string_lossy().into_owned();
            term(&mut roff, bold(variable), &format!("The default of --{long}."));
        }
    }
    if has(command, &["tz", "align"]) {
        term(&mut roff, bold("TZ"), "The system's time zone: `local`, and the default of flags that say so.");
    }
    if has(command, &["log_level"]) {
        let meaning = "The default of --log-level; KYMO_LOG overrides the other.";
        term(&mut roff, bold("KYMO_LOG, APPLICATION_LOG_LEVEL"), meaning);
    }
    term(&mut roff, bold("NO_COLOR"), "If set and not empty, output has no colours.");
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXITS.iter().filter(|(code, _)| can_end_with(command, &environment, code)) {
        term(&mut roff, bold(*code), meaning);
    }
    roff.control("SH", ["SEE ALSO"]);
    let names: Vec<String> = related.iter().map(|name| format!("{name}(1)")).collect();
    roff.text([roman(names.join(", "))]);
    roff
}

fn has(command: &Command, ids: &[&str]) -> bool {
    command.get_arguments().any(|arg| ids.contains(&arg.get_id().as_str()))
}

/// Whether this exit status can occur. 69 is for a remote: of a command that connects again, or of one with a database that may
/// be on a server, as its variables show. The program's page and that of `run` have all.
fn can_end_with(command: &Command, environment: &[(String, String)], code: &str) -> bool {
    let name = command.get_name();
    match code {
        _ if matches!(name, "man" | "completions") => OF_PRINTERS.contains(&code),
        _ if command.has_subcommands() || name == "run" => true,
        "69" => has(command, &["retries", "send"]) || environment.iter().any(|(names, _)| names.contains("PGHOST")),
        _ => true,
    }
}

/// A part of a command's notes.
#[derive(Debug, PartialEq, Eq)]
enum Note {
    Text(String),
    /// A line of a list: a word, and what it means.
    Term(String, String),
}

/// What is at the end of a command's help: the variables below `Environment:`, and the notes.
fn sections(notes: &str) -> (Vec<(String, String)>, Vec<Note>) {
    let (mut environment, mut all) = (Vec::new(), Vec::new());
    for paragraph in notes.split("\n\n").map(str::trim_end).filter(|paragraph| !paragraph.is_empty()) {
        match paragraph.trim_start().strip_prefix("Environment:\n") {
            Some(lines) => environment.extend(lines.lines().filter_map(entry)),
            None => add_notes(paragraph, &mut all),
        }
    }
    (environment, all)
}

/// `  word  what it means`: a line of a list.
fn entry(line: &str) -> Option<(String, String)> {
    let (word, meaning) = line.trim().split_once("  ")?;
    Some((word.to_owned(), meaning.trim().to_owned()))
}

/// Adds a paragraph: lines of text are joined; a line of a list begins with two blanks, and goes on in lines with more of them.
fn add_notes(paragraph: &str, to: &mut Vec<Note>) {
    let start = to.len();
    for line in paragraph.lines() {
        let blanks = line.len() - line.trim_start().len();
        let text = line.trim();
        match (blanks, entry(line), to[start..].last_mut()) {
            (2, Some((word, meaning)), _) => to.push(Note::Term(word, meaning)),
            (1.., _, Some(Note::Term(_, meaning))) => *meaning += &format!(" {text}"),
            (_, _, Some(Note::Text(all))) => *all += &format!(" {text}"),
            _ => to.push(Note::Text(text.to_owned())),
        }
    }
}

fn term(roff: &mut Roff, term: Inline, meaning: &str) {
    roff.control("TP", []);
    roff.text([term]);
    roff.text([roman(meaning)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_variables_and_paragraphs() {
        let (environment, paragraphs) = sections("Environment:\n  A, B  one\n  C     two\n\nAll of\nthis.\n");
        let variable = |names: &str, meaning: &str| (names.to_owned(), meaning.to_owned());
        assert_eq!(environment, [variable("A, B", "one"), variable("C", "two")]);
        assert_eq!(paragraphs, [Note::Text("All of this.".to_owned())]);
        assert_eq!(sections(""), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_list_in_the_notes_stays_a_list() {
        let (_, notes) = sections("Forms:\n  a    one\n  b c  two\n       (more)\nAll\nof it.");
        let term = |word: &str, meaning: &str| Note::Term(word.to_owned(), meaning.to_owned());
        let text = |text: &str| Note::Text(text.to_owned());
        assert_eq!(notes, [text("Forms:"), term("a", "one"), term("b c", "two (more)"), text("All of it.")]);
    }

    #[test]
    fn long_examples_are_folded_where_a_shell_allows_it() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        assert_eq!(folded("x 'y | z' && w"), ["x 'y | z' && w"]);
        assert_eq!(folded(&format!("{a} | {b}")), [format!("{a} |"), format!("    {b}")]);
        assert_eq!(folded(&format!("x '{a} | {b}'")), [format!("x '{a} |"), format!("    {b}'")]);
        assert_eq!(folded(&format!("{a} --x --y {b}")), [format!("{a} --x \\"), format!("    --y {b}")]);
        assert_eq!(folded(&format!("x '{a} -- {b}'")), [format!("x '{a} -- {b}'")]);
    }

    #[test]
    fn a_page_has_what_its_command_says() {
        let sub = Command::new("sub").about("Do it").after_help("Environment:\n  KEY  a key\n\nBy night.");
        let sub = sub.before_help("Example: x sub '.a'").arg(clap::Arg::new("n").long("n").env("N").help("Count"));
        let pages = pages(Command::new("x").version("1").disable_help_subcommand(true).subcommand(sub)).expect("pages");
        let names: Vec<&str> = pages.iter().map(|page| page.name.as_str()).collect();
        assert_eq!(names, ["x", "x-sub"]);
        let text = String::from_utf8_lossy(&pages[1].text);
        for part in [
            "x\\-sub \\- Do it",
            "\nx sub \\*(Aq.a\\*(Aq\n",
            "\\fBKEY\\fR\na key",
            "\\fBN\\fR\nThe default of \\-\\-n",
            "By night.",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }
}
