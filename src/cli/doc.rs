//! Man pages and completions, made out of the definition of the command line, which is given: so the
//! commands that print them need not know the others. Nothing here depends on a terminal, a date or the machine.

use crate::cmd::completions::Shell;
use crate::cmd::man::Page;
use crate::reading::error::{Error, Result};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};
use std::io::Write as _;

/// What every page tells of the exit status; doc/exit-codes.md tells more.
const EXITS: [(&str, &str); 9] = [
    ("0", "Done."),
    ("1", "Done, but some records were rejected."),
    ("2", "Wrong usage or configuration: starting it again changes nothing."),
    ("69", "A remote cannot be reached, after the retries that were asked for."),
    ("70", "A bug in kymo."),
    ("74", "Input or output failed: local disk, file or database."),
    ("75", "Somebody else holds the lock: try later."),
    ("77", "Refused: credentials or permission."),
    ("128+n", "Ended by signal n."),
];

/// The completion script of a shell.
pub(super) fn completions(mut definition: Command, shell: Shell) -> Vec<u8> {
    use clap_complete::{Shell as Made, generate};
    let shell = match shell {
        Shell::Bash => Made::Bash,
        Shell::Zsh => Made::Zsh,
        Shell::Fish => Made::Fish,
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
    let related: Vec<String> = beside.iter().chain(&names).filter(|other| **other != name).cloned().collect();
    to.push(Page { text: page(command, version, &related)?, name: name.clone() });
    // Beside a subcommand of the program only the program and `run` are told: a list of all helps nobody.
    let group = if beside.is_empty() { vec![format!("{name}-run")] } else { names };
    let beside: Vec<String> = std::iter::once(name).chain(group).collect();
    for sub in below {
        add_pages(sub, version, &beside, to)?;
    }
    Ok(())
}

fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, version: &str, related: &[String]) -> Result<Vec<u8>> {
    let name = page_name(command);
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    let mut write = || -> std::io::Result<()> {
        // By hand: clap_mangen and roff drop the empty date, and what stands behind it would move up.
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
    Ok(crate::cli::help::tidy(&String::from_utf8_lossy(&text)).into_bytes())
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
    for line in example.lines().map(str::trim).filter(|line| !line.is_empty()) {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
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
            roff.control("PP", []);
            roff.text([roman(note)]);
        }
    }
    roff.control("SH", ["ENVIRONMENT"]);
    for (names, meaning) in environment {
        term(&mut roff, bold(names), &meaning);
    }
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_env_set()) {
        if let (Some(variable), Some(long)) = (arg.get_env(), arg.get_long()) {
            let variable = variable.to_string_lossy().into_owned();
            term(&mut roff, bold(variable), &format!("What --{long} is, where that is not given."));
        }
    }
    term(&mut roff, bold("NO_COLOR"), "If it is set and not empty, nothing is coloured.");
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXITS {
        term(&mut roff, bold(code), meaning);
    }
    roff.control("SH", ["SEE ALSO"]);
    let names: Vec<String> = related.iter().map(|name| format!("{name}(1)")).collect();
    roff.text([roman(names.join(", "))]);
    roff
}

/// What stands at the end of a command's help: the variables below `Environment:`, and the paragraphs.
fn sections(notes: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut environment, mut paragraphs) = (Vec::new(), Vec::new());
    for paragraph in notes.split("\n\n").map(str::trim_end).filter(|paragraph| !paragraph.is_empty()) {
        match paragraph.trim_start().strip_prefix("Environment:\n") {
            Some(lines) => {
                let variable = |line: &str| {
                    let (names, meaning) = line.trim().split_once("  ")?;
                    Some((names.to_owned(), meaning.trim().to_owned()))
                };
                environment.extend(lines.lines().filter_map(variable));
            }
            None => paragraphs.push(paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")),
        }
    }
    (environment, paragraphs)
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
        assert_eq!(paragraphs, ["All of this."]);
        assert_eq!(sections(""), (Vec::new(), Vec::new()));
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
            "\\fBN\\fR\nWhat \\-\\-n is",
            "By night.",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }
}
