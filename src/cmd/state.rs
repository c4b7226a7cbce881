//! `state`: a small JSON document that the scripts and programs of a station share.
//!
//! Decision: a key is dotted, `a.b.0`, because it is typed by hand; a pointer with slashes is understood as well. That
//! another was faster is an answer, 1, and no failure; that others do not let go of the file is 75, as with any lock.

mod operation;
mod watch;

use self::operation::{changes, key, line, value};
use crate::flow::stdio;
use crate::host::diag;
use crate::host::document::{self, Change, Document, Key};
use crate::host::exit::Exit;
use crate::host::options;
use crate::reading::error::{Code, Error, Result};
use clap::ValueHint;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo state s.json update 'sent += 3' last=ok && kymo state s.json get sent";

/// Read and change a small JSON document that several programs share
///
/// `get [KEY]` prints the document, or the value at KEY. `set KEY VALUE` and `del KEY...` change it. `update CHANGE...`
/// applies several changes as one: 'KEY += NUMBER', -=, *=, 'KEY = VALUE', 'KEY append VALUE', 'del KEY'. `watch [KEY]`
/// prints it now and after each change.
///
/// KEY is dotted: a.b.0. Missing parents are created. VALUE is JSON; anything else is taken as text. A change is done
/// under a lock and replaces FILE as a whole, once it is on the disk: no reader sees half a change, and no change is
/// lost. FILE need not exist. FILE.last has the state before the last change.
///
/// Exit status: 1 there is no KEY, or --if does not hold; 2 the value at KEY cannot be changed in this way; 75 other
/// processes have FILE for longer than --wait.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The document
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// What to do
    #[arg(value_enum)]
    verb: Verb,

    /// Keys, values, changes; after `--` also those that begin with a hyphen
    #[arg(value_name = "WORD", allow_negative_numbers = true)]
    words: Vec<String>,

    /// set: only if the value at KEY is this
    #[arg(long = "if", value_name = "VALUE", allow_hyphen_values = true, conflicts_with = "if_absent")]
    expected: Option<String>,

    /// set: only if there is no KEY
    #[arg(long)]
    if_absent: bool,

    /// set, update: take values as text, even if they are JSON
    #[arg(long)]
    string: bool,

    /// get, watch: print text without quotes
    #[arg(long, short)]
    raw: bool,

    /// If other processes change the document, wait for at most DURATION
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "10s")]
    wait: Duration,

    /// The largest size of the document
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB")]
    max_size: u64,
}

/// What is done with the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Verb {
    /// Print the document, or the value at KEY
    Get,
    /// Put VALUE at KEY
    Set,
    /// Remove the value at each KEY
    Del,
    /// Apply changes, all as one
    Update,
    /// Print the document, or the value at KEY, now and after each change
    Watch,
}

impl Args {
    /// Does what the words say.
    pub(crate) fn run(self) -> Result<Exit> {
        self.act()
    }

    fn act(&self) -> Result<Exit> {
        self.check()?;
        let document = Document::at(&self.file, options::bounded("--max-size", self.max_size)?);
        match (self.verb, &self.words[..]) {
            (Verb::Get, []) => self.print(&document.read()?, None),
            (Verb::Get, [word]) => self.print(&document.read()?, Some(&key(word)?)),
            (Verb::Set, [word, value]) => self.set(&document, &key(word)?, value),
            (Verb::Del, words @ [_, ..]) => {
                let changes = words.iter().map(|word| key(word).map(Change::Delete)).collect::<Result<Vec<_>>>()?;
                self.change(&document, &changes)
            }
            (Verb::Update, words @ [_, ..]) => self.change(&document, &changes(words, self.string)?),
            (Verb::Watch, words @ ([] | [_])) => {
                let key = words.first().map(|word| key(word)).transpose()?;
                watch::watch(&document, key.as_ref(), self.raw)
            }
            (verb, _) => {
                let wanted = match verb {
                    Verb::Get => "get [KEY]",
                    Verb::Set => "set KEY VALUE",
                    Verb::Del => "del KEY...",
                    Verb::Update => "update CHANGE...",
                    Verb::Watch => "watch [KEY]",
                };
                Err(Error::usage(format!("write it as kymo state FILE {wanted}")))
            }
        }
    }

    /// Flags that mean nothing to a verb would be believed to do something.
    fn check(&self) -> Result<()> {
        let reads = matches!(self.verb, Verb::Get | Verb::Watch);
        for (given, fits, flag) in [
            (self.expected.is_some(), self.verb == Verb::Set, "--if"),
            (self.if_absent, self.verb == Verb::Set, "--if-absent"),
            (self.string, matches!(self.verb, Verb::Set | Verb::Update), "--string"),
            (self.raw, reads, "--raw"),
        ] {
            if given && !fits {
                let verb = format!("{:?}", self.verb).to_lowercase();
                return Err(Error::usage(format!("{flag} means nothing to {verb}")));
            }
        }
        Ok(())
    }

    fn print(&self, text: &[u8], key: Option<&Key>) -> Result<Exit> {
        let found = key.map_or(Some(text), |key| document::get(text, key));
        let Some(found) = found else {
            let key = key.map(Key::to_string).unwrap_or_default();
            diag::warn(Code::Missing, format_args!("there is no {key} in {}", self.file.display()));
            return Ok(Exit::Code(1));
        };
        stdio::print(&line(found, self.raw))?;
        Ok(Exit::Code(0))
    }

    fn set(&self, document: &Document, key: &Key, word: &str) -> Result<Exit> {
        let set = Change::Set(key.clone(), value(word, self.string));
        let expected = self.expected.as_ref().map(|word| value(word, self.string));
        let mut other = None;
        document.change(self.wait, |text| {
            let found = document::get(text, key);
            let holds = match (&expected, found) {
                (Some(expected), Some(found)) => document::same(expected, found),
                (Some(_), None) => false,
                (None, found) => !self.if_absent || found.is_none(),
            };
            if !holds {
                let found = found.map(|found| String::from_utf8_lossy(&line(found, false)).trim_end().to_owned());
                other = Some(found.map_or("there is no value".to_owned(), |found| format!("it is {found}")));
                return Ok(false);
            }
            set.make(text).map(|()| true)
        })?;
        match other {
            None => Ok(Exit::Code(0)),
            Some(found) => {
                let found = crate::reading::error::excerpt(&found);
                diag::warn(Code::Other, format_args!("set {key}: {found}: it is not changed"));
                Ok(Exit::Code(1))
            }
        }
    }

    fn change(&self, document: &Document, changes: &[Change]) -> Result<Exit> {
        document.change(self.wait, |text| {
            let before = text.clone();
            changes.iter().try_for_each(|change| change.make(text))?;
            Ok(*text != before)
        })?;
        Ok(Exit::Code(0))
    }
}
