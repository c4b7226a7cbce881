//! `map`: runs a program of the jq language on each record; what it gives, goes on.
//!
//! Decision: a record is mapped whole or rejected whole. What the program returned is held until it has come to
//! its end, and only then handed on; only what is more than fits into memory goes on before.

mod access;
mod arithmetic;
mod bindings;
mod calls;
mod chars;
mod environment;
mod forms;
mod lexer;
mod library;
mod limits;
mod literals;
mod machine;
mod number;
mod operators;
mod order;
mod others;
mod output;
mod parser;
mod patterns;
mod program;
mod scope;
mod single;
mod term;
mod text;
mod update;
mod value;

use self::program::Program;
use crate::flow::fate::Fate;
use crate::flow::plan::Plan;
use crate::flow::stage::{Filter, Output};
use crate::host::options::{InputArgs, ToArgs};
use crate::reading::error::{Code, Error, Result};
use crate::reading::key::Keys;
use crate::reading::record::{Origin, Record};
use clap::ValueHint;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo map '{time, kelvin: (.temperature+273.15)}' examples/surfrad.ndjson";

/// Reshape records with a program in the jq language
///
/// The program runs once for each record and may return any number of objects; each is a new record. If it returns
/// something else, or an error, the record is rejected. A program sees one record at a time: there is no `input`, and
/// there are no files or modules. Numbers that are not computed keep their digits. For one record a program may take 20 million steps and
/// 64 MiB; one that needs more rejects the record.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The program, for example `{time: .ts, value: .sensors[0].temp}`
    #[arg(value_name = "PROGRAM", required_unless_present = "from_file", allow_hyphen_values = true)]
    pub program: Option<String>,

    /// Read the program from FILE
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from_file: Option<PathBuf>,

    /// Give the program the text VALUE as $NAME
    #[arg(long, value_names = ["NAME", "VALUE"], num_args = 2, allow_hyphen_values = true)]
    pub arg: Vec<String>,

    /// Give the program the JSON value JSON as $NAME
    #[arg(long, value_names = ["NAME", "JSON"], num_args = 2, allow_hyphen_values = true)]
    pub argjson: Vec<String>,

    /// Round numbers of what the program returns to N decimals; a half goes to the even neighbour
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    pub decimals: Option<u8>,

    #[command(flatten)]
    pub output: ToArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The filter for these flags.
    pub(crate) fn plan(mut self) -> Result<Plan> {
        // A program may begin with a minus, but none begins as a flag does.
        let is_flag = |text: &String| {
            let name = text.strip_prefix("--").unwrap_or_default();
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        if let Some(flag) = self.program.as_ref().filter(|text| is_flag(text)) {
            return Err(Error::usage(format!("there is no flag {flag}")));
        }
        let max_record = self.input.rejects.max_record()?;
        let (arg, argjson, decimals) = (self.arg, self.argjson, self.decimals);
        let map = move |program| Map { program, decimals, max_record, held: Vec::new(), ends: Vec::new() };
        let plan = match (self.from_file, self.program) {
            (None, program) => {
                let program = Program::compile(&program.unwrap_or_default(), &arg, &argjson)?;
                Plan::filter(self.input, move || Ok(map(program)))
            }
            (Some(path), first) => {
                // With a file for the program, the first word is a file of records like the others.
                self.input.files.splice(0..0, first.map(PathBuf::from));
                Plan::filter(self.input, move || {
                    let text = std::fs::read_to_string(&path)
                        .map_err(|e| Error::usage(format!("read program {}", path.display())).because(e))?;
                    Ok(map(Program::compile(&text, &arg, &argjson)?))
                })
            }
        };
        let keys = Keys::named("time".to_owned(), vec!["device".to_owned()]);
        plan.with_stack(limits::STACK).writing(&self.output, keys)
    }
}

/// How many bytes are held for one record before they are handed on.
const HELD: usize = 1 << 20;

struct Map {
    program: Program,
    decimals: Option<u8>,
    max_record: usize,
    /// What the program has given for the record at hand.
    held: Vec<u8>,
    /// Where each object in it ends.
    ends: Vec<usize>,
}

impl Filter for Map {
    fn sees_events(&self) -> bool {
        true
    }

    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        let Map { program, decimals, max_record, held, ends } = self;
        held.clear();
        ends.clear();
        let mut start = 0;
        let mut fate = Fate::Left(Code::NotSelected);
        program.run(record.raw(), &mut |value| {
            output::write_object(&value, *decimals, held)?;
            if held.len() - start > *max_record {
                let why = format!("the program returned a record longer than --max-record {max_record}");
                return Err(Error::data(Code::Map, why));
            }
            ends.push(held.len());
            fate = Fate::Changed;
            if held.len() >= HELD {
                hand_on(held, ends, record.origin(), out);
                if out.is_closed() {
                    return Ok(false);
                }
            }
            start = held.len();
            Ok(true)
        })?;
        hand_on(held, ends, record.origin(), out);
        Ok(fate)
    }
}

fn hand_on(held: &mut Vec<u8>, ends: &mut Vec<usize>, origin: Origin, out: &mut Output) {
    let mut start = 0;
    for end in ends.drain(..) {
        out.add_from(origin, |line| line.extend_from_slice(&held[start..end]));
        start = end;
    }
    held.clear();
}
