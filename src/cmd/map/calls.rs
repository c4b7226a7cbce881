//! Calls of definitions, parameters and functions of the library.

use super::library;
use super::parser::{Parsed, Parser, Wrong};
use super::scope::Found;
use super::term::{Form, Id, Term};

impl Parser<'_> {
    /// A call of a definition, a parameter, or a function of the library.
    pub(super) fn call(&mut self, name: &str, at: usize) -> Parsed<Id> {
        let mut arguments = Vec::new();
        if self.eat("(") {
            loop {
                arguments.push(self.enclosed()?);
                if !self.eat(";") {
                    break;
                }
            }
            self.expect(")", "closing parenthesis")?;
        }
        let count = arguments.len();
        let term = match self.scope.find(name, count) {
            Some(Found::Parameter(skip)) => Term::Parameter(skip),
            Some(Found::Definition(definition, skip)) => Term::Call(definition, arguments.into(), skip),
            None if name == "select" && count == 1 => {
                let (input, nothing) = (self.add(Term::Input), self.add(Term::Form(Form::Empty, [].into())));
                Term::If(arguments[0], input, nothing)
            }
            None => {
                if let Some(form) = form(name, count) {
                    Term::Form(form, arguments.into())
                } else if let Some(function) = library::find(name, count) {
                    Term::Function(function, arguments.into())
                } else {
                    return Err(Wrong { at, why: unknown(name, count) });
                }
            }
        };
        Ok(self.add(term))
    }
}

fn form(name: &str, count: usize) -> Option<Form> {
    Some(match (name, count) {
        ("empty", 0) => Form::Empty,
        ("error", 0) => Form::Error,
        ("path", 1) => Form::Path,
        ("first", 1) => Form::First,
        ("last", 1) => Form::Last,
        ("_limit", 2) => Form::Limit,
        ("_skip", 2) => Form::Skip,
        ("isempty", 1) => Form::IsEmpty,
        ("_range", 3) => Form::Range,
        ("getpath", 1) => Form::GetPath,
        ("halt", 0) => Form::Halt,
        _ => return None,
    })
}

fn unknown(name: &str, count: usize) -> String {
    match (name, count) {
        ("input" | "inputs", 0) => format!("there is no {name}: a program sees one record at a time"),
        (_, 0) => format!("there is no filter {name}"),
        (_, 1) => format!("there is no filter {name} with 1 argument"),
        _ => format!("there is no filter {name} with {count} arguments"),
    }
}
