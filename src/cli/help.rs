//! What `--help` looks like: an example first, then what the command does, its own options, and at the end
//! the options that mean the same everywhere. The texts stand with the commands; here is their order.

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Arg, ArgAction, Command};
use std::fmt::Write as _;

/// A heading and the subcommands below it.
pub(super) type Family = (&'static str, &'static [&'static str]);

/// The heading of the options that every command has.
const COMMON: &str = "Common options";

/// Terminals can be wider; lines that are read should not be.
const WIDTH: usize = 100;

/// Pipelines at the end of `kymo help`. Their lines are never wrapped, so that they can be copied.
const EXAMPLES: [(&str, &str); 3] = [
    (
        "Fill the gaps in a day of weather and draw it",
        "kymo gapfill --every 1m --max-gap 4h examples/outages.ndjson | kymo plot day.svg",
    ),
    (
        "Collect, check and keep in one process",
        "kymo run 'wss-cat wss://example.org/stream | validate --meters meters.csv | store readings.db'",
    ),
    ("Print what was measured in the last hour", "kymo query readings.db --last 1h --to csv"),
];

/// The command line with its help in order.
pub(super) fn dress(command: Command, families: &[Family]) -> Command {
    let page = front_page(&command, families);
    let examples = EXAMPLES.map(|(what, pipeline)| format!("# {what}\n{pipeline}\n"));
    same(command)
        // For the man page; the front page has them at its end.
        .before_help(format!("Example:\n{}", examples.concat()))
        .override_usage("kymo COMMAND [OPTION]... [FILE]...")
        .arg(help(ArgAction::HelpShort, "Print help"))
        .mut_subcommands(inner)
        .help_template(page)
}

fn inner(command: Command) -> Command {
    // The example is no `{before-help}`: clap would wrap it, and half a command cannot be copied.
    let example = command.get_before_help().map(ToString::to_string).unwrap_or_default();
    let example = match example.split_once(':') {
        Some((word, rest)) => format!("{}:{rest}\n\n", header(word)),
        None => String::new(),
    };
    let notes = command.get_after_help().map(|notes| with_headers(&notes.to_string()));
    let template =
        format!("{example}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{{all-args}}{{after-help}}");
    same(command)
        // Groups of options that are flattened in hand their heading on to an argument after them.
        .mut_args(|arg| if arg.is_positional() { arg.help_heading(None) } else { arg })
        .arg(help(ArgAction::Help, "Print help; -h prints a summary").help_heading(COMMON))
        .mut_subcommands(inner)
        .after_help(notes.unwrap_or_default())
        .help_template(template)
}

/// Notes with their headings (`Environment:`) as the other headings look.
fn with_headers(notes: &str) -> String {
    let line = |line: &str| match line.strip_suffix(':') {
        Some(heading) if !heading.contains(' ') => format!("{}:\n", header(heading)),
        _ => format!("{line}\n"),
    };
    notes.lines().map(line).collect()
}

/// What holds for every command.
fn same(command: Command) -> Command {
    let asks = command.is_subcommand_required_set();
    command
        .styles(STYLES)
        .max_term_width(WIDTH)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .arg_required_else_help(asks)
}

fn help(action: ArgAction, text: &'static str) -> Arg {
    Arg::new("help").short('h').long("help").action(action).help(text).display_order(998)
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::BrightWhite.on_default().bold())
    .usage(AnsiColor::BrightWhite.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Green.on_default())
    .valid(AnsiColor::Cyan.on_default())
    .invalid(AnsiColor::Yellow.on_default());

fn header(text: &str) -> String {
    let style = STYLES.get_header();
    format!("{style}{text}{style:#}")
}

fn literal(text: &str) -> String {
    let style = STYLES.get_literal();
    format!("{style}{text}{style:#}")
}

/// The template of `kymo help`: the subcommands by family, the examples, the options.
fn front_page(command: &Command, families: &[Family]) -> String {
    let mut page = String::from("{about}\n\n{usage-heading} {usage}\n");
    let names = families.iter().flat_map(|(_, names)| names.iter());
    let width = names.map(|name| name.len()).max().unwrap_or(0);
    for (family, names) in families.iter().filter(|(_, names)| !names.is_empty()) {
        let _ = write!(page, "\n{}:\n", header(family));
        for name in *names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let blanks = width - name.len() + 2;
            let _ = writeln!(page, "  {}{:blanks$}{about}", literal(name), "");
        }
    }
    let _ = write!(page, "\n{}:\n{{options}}\n\n{}:\n", header(COMMON), header("Examples"));
    for (what, pipeline) in EXAMPLES {
        let _ = write!(page, "  {what}:\n    {}\n", literal(pipeline));
    }
    page.push_str("\n`kymo help COMMAND` begins with an example that runs. NO_COLOR=1 turns colours off.\n");
    page
}

/// Takes away what clap leaves at the ends of lines, and blank lines but one between paragraphs.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut blanks = 1;
    for line in text.lines().map(str::trim_end) {
        blanks = if line.is_empty() { blanks + 1 } else { 0 };
        if blanks < 2 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    let end = tidied.trim_end().len();
    tidied.truncate(end);
    tidied.push('\n');
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blank_line_between_paragraphs_is_enough() {
        assert_eq!(tidy("\n\na  \n   \n\nb\n\n\n"), "a\n\nb\n");
    }
}
