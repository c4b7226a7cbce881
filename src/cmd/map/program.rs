//! A program of the jq language: compiled once, run for each record.
//!
//! Decision: the whole language but for what reaches beyond the record: no `input`, no modules, no data files.

use super::environment::Environment;
use super::library;
use super::limits;
use super::machine::Machine;
use super::parser::{Parser, Wrong};
use super::scope::Scope;
use super::term::Code;
use super::text;
use super::value::{Object, Outcome, Stop, Value};
use crate::reading::error::{Code as ErrorCode, Error, Result, excerpt};

/// A program with the values of its variables.
pub(super) struct Program {
    code: Code,
    values: Vec<Value>,
}

impl Program {
    /// Compiles a program; `texts` and `jsons`: names of variables, each with its value after it.
    pub(super) fn compile(text: &str, texts: &[String], jsons: &[String]) -> Result<Program> {
        let mut names = vec!["ENV".to_owned()];
        let mut values = vec![environment()?];
        let pairs = |of: &'static str, words: &[String]| -> Vec<(&'static str, String, String)> {
            words.chunks_exact(2).map(|pair| (of, pair[0].clone(), pair[1].clone())).collect()
        };
        for (flag, name, value) in pairs("--arg", texts).into_iter().chain(pairs("--argjson", jsons)) {
            if !is_name(&name) {
                return Err(Error::usage(format!("{flag}: {name:?} is not a name: letters, digits and _")));
            }
            if names.contains(&name) {
                return Err(Error::usage(format!("{flag}: ${name} has a value already")));
            }
            let value = match flag {
                "--arg" => Value::text(value),
                _ => match text::parse(value.as_bytes()) {
                    Ok(value) => value.map_err(|stop| fault(*stop))?,
                    Err(bad) => return Err(Error::usage(format!("--argjson {name}: {bad}"))),
                },
            };
            names.push(name);
            values.push(value);
        }
        let mut scope = Scope::default();
        scope.set_globals(names);
        let failed = |text: &str, wrong: Wrong| Error::usage(format!("compile the program: {}", place(text, &wrong)));
        let library = Parser::read(library::PRELUDE, Code::default(), scope, false);
        let (code, scope) = library.map_err(|wrong| failed(library::PRELUDE, wrong))?;
        let (code, _) = Parser::read(text, code, scope, true).map_err(|wrong| failed(text, wrong))?;
        Ok(Program { code, values })
    }

    /// Runs the program on a record and hands on what it returns, one value after the other. `out` may stop it.
    pub(super) fn run(&self, record: &[u8], out: &mut dyn FnMut(Value) -> Result<bool>) -> Result<()> {
        limits::begin();
        let data = |why: String| Error::data(ErrorCode::Map, why);
        let value =
            text::parse(record).map_err(|bad| data(format!("read the record: {bad}")))?.map_err(|stop| fault(*stop))?;
        // What the record itself takes is bounded by --max-record.
        limits::begin();
        let machine = Machine::new(&self.code, &self.values);
        let mut failed = None;
        let result = machine.values(self.code.main, &Environment::default(), value, &mut |value| match out(value) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Box::new(Stop::Closed)),
            Err(error) => {
                failed = Some(error);
                Err(Box::new(Stop::Closed))
            }
        });
        match (result, failed) {
            (_, Some(error)) => Err(error),
            (Ok(()), None) => Ok(()),
            (Err(stop), None) if matches!(*stop, Stop::Closed) => Ok(()),
            (Err(stop), None) => Err(fault(*stop)),
        }
    }
}

#[cold]
fn fault(stop: Stop) -> Error {
    let why = match stop {
        Stop::Error(Value::Text(text)) => excerpt(text.as_str()),
        Stop::Error(other) => excerpt(&text::beginning(&other, 1000)),
        Stop::Limit(limit) => limit.as_str().to_owned(),
        Stop::Refused(why) => why.to_owned(),
        Stop::Break(_) | Stop::Closed => "break without its label".to_owned(),
    };
    Error::data(ErrorCode::Map, why)
}

/// What is wrong, after its place.
fn place(text: &str, wrong: &Wrong) -> String {
    let before = text.get(..wrong.at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {}", wrong.why)
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What programs see as `$ENV` and `env`.
fn environment() -> Result<Value> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let all = || -> Outcome<Value> {
        let mut object = Object::default();
        for (name, value) in std::env::vars_os() {
            if let Value::Text(name) = Value::text(text(name)) {
                object.insert(name, Value::text(text(value)))?;
            }
        }
        Ok(object.into())
    };
    all().map_err(|stop| fault(*stop))
}
