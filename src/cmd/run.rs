//! `run`: several stages in one process, so that a message is acknowledged after it is committed.
//! Here is how the text of a pipeline becomes the words of its stages; `cli.rs` makes stages of them.

use crate::reading::error::{Error, Result};
use clap::ValueHint;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo run 'replay --speed max examples/outages.ndjson | gapfill --every 1m | store readings.db'";

/// Run a pipeline of stages in one process, with acknowledgement after commit
///
/// The stages are written as in a shell, without `kymo`: the same words, quotes and arguments give the same bytes.
/// Write a stage of another program as `sh 'COMMAND'`. The states of the stages are committed together with the
/// records, so that a pipeline that was killed resumes where it was.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The pipeline: 'A | B | C'
    #[arg(value_name = "PIPELINE", required_unless_present = "file", conflicts_with = "file")]
    pub text: Option<String>,

    /// Read the pipeline from FILE: `#` begins a comment, line breaks are blanks
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// The name that owns the states of the stages [default: derived from the pipeline's words]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Begin without the old states of the stages
    #[arg(long)]
    pub fresh: bool,

    /// Keep the states of the stages in FILE, if the sink is not a database
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,

    /// When to acknowledge a message if a stage is not one of kymo's: after it was written to that stage
    #[arg(long, value_name = "WHEN", value_parser = ["written"])]
    pub ack_on: Option<String>,
}

impl Args {
    /// The words of each stage.
    pub(crate) fn stages(&self) -> Result<Vec<Vec<String>>> {
        let text = match (&self.text, &self.file) {
            (Some(text), _) => text.clone(),
            (None, Some(path)) => std::fs::read_to_string(path)
                .map_err(|e| Error::usage(format!("read pipeline {}", path.display())).because(e))?,
            (None, None) => String::new(),
        };
        split(&text, self.file.is_some())
    }
}

/// Splits a pipeline at its bars and blanks as a shell does, quotes and backslashes heeded. What a shell would
/// expand or redirect is refused: nothing here does that, and to pass it on as text would surprise.
fn split(text: &str, comments: bool) -> Result<Vec<Vec<String>>> {
    let mut stages = vec![String::new()];
    let mut quote: Option<char> = None;
    let mut begins_word = true;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let stage = stages.last_mut().expect("there is always one");
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                stage.push(c);
                stage.extend(chars.next());
                begins_word = false;
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (None, '|') => {
                stages.push(String::new());
                begins_word = true;
                continue;
            }
            (None, '#') if comments && begins_word => {
                chars.by_ref().find(|&c| c == '\n');
                continue;
            }
            (None, '&' | ';' | '<' | '>' | '`') => {
                let why = format!("{c:?} has no meaning in a pipeline of kymo run: quote it, or use sh '…'");
                return Err(Error::usage(why));
            }
            (None | Some('"'), '$') => {
                let why = "kymo run expands no variables: use single quotes around a plain `$`";
                return Err(Error::usage(why));
            }
            _ => {}
        }
        begins_word = c.is_whitespace();
        stage.push(c);
    }
    let words = |stage: &String| match shell_words::split(stage) {
        Ok(words) if words.is_empty() => Err(Error::usage("a stage of the pipeline is empty")),
        Ok(words) => Ok(words),
        Err(e) => Err(Error::usage(format!("read the pipeline: {e}"))),
    };
    stages.iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(text: &str) -> Vec<Vec<String>> {
        split(text, true).expect("a pipeline")
    }

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        assert_eq!(stages("a  -x 'b | c' | d \"e f\" g\\ h"), [vec!["a", "-x", "b | c"], vec!["d", "e f", "g h"]]);
        assert_eq!(stages("a # all of it | no\n | b\n"), [vec!["a"], vec!["b"]]);
        assert_eq!(stages("map '.x#y | {a: $b}'"), [vec!["map", ".x#y | {a: $b}"]]);
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused() {
        for text in ["a > b", "a; b", "a & b", "a $HOME", "a \"$HOME\"", "a `b`", "a |", "", "a 'b", "| a"] {
            assert!(split(text, false).is_err(), "{text}");
        }
    }
}
