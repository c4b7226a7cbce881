//! A compiled program of the jq language, by the jaq crates: compiled once, run for each record.
//!
//! Decision: the whole language but for what reaches beyond the record: no `input`, no modules, no data files.
//! `debug` and `stderr` tell by kymo's own messages, and `fromjson` reads JSON as strictly as kymo does, since
//! the crate's own would follow a hostile text deeper than any stack.

use super::depth;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result, excerpt};
use crate::reading::json;
use jaq_core::compile::Undefined;
use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::{self, Fun};
use jaq_core::{Compiler, Ctx, Exn, Vars};
use jaq_json::{Map, Val, read};

type Data = JustLut<Val>;

/// A program with the values of its variables.
pub(super) struct Program {
    filter: jaq_core::Filter<Data>,
    values: Vec<Val>,
}

impl Program {
    /// Compiles a program; `texts` and `jsons`: names of variables, each with its value after it.
    pub(super) fn compile(text: &str, texts: &[String], jsons: &[String]) -> Result<Program> {
        let mut variables = vec![("$ENV".to_owned(), environment())];
        let pairs = |of: &'static str, words: &[String]| -> Vec<(&'static str, String, String)> {
            words.chunks_exact(2).map(|pair| (of, pair[0].clone(), pair[1].clone())).collect()
        };
        for (flag, name, value) in pairs("--arg", texts).into_iter().chain(pairs("--argjson", jsons)) {
            if !is_name(&name) {
                return Err(Error::usage(format!("{flag}: {name:?} is not a name: letters, digits and _")));
            }
            let name = format!("${name}");
            if variables.iter().any(|(known, _)| *known == name) {
                return Err(Error::usage(format!("{flag}: {name} has a value already")));
            }
            let value = match flag {
                "--arg" => Val::utf8_str(value.into_bytes()),
                _ => parse(value.as_bytes())
                    .map_err(|why| Error::usage(format!("--argjson {}: {why}", name.trim_start_matches('$'))))?,
            };
            variables.push((name, value));
        }
        let (names, values): (Vec<String>, Vec<Val>) = variables.into_iter().unzip();
        let failed = |why| Error::usage(format!("compile the program: {why}"));
        // As it is first, so that what is wrong is named by its place.
        let mut filter = compile(text, &names).map_err(failed)?;
        if let Some(watched) = depth::watched(text) {
            filter = compile(&watched, &names).map_err(failed)?;
        }
        Ok(Program { filter, values })
    }

    /// What the program returned for a record, one value after the other.
    pub(super) fn run(&self, record: &[u8]) -> Result<impl Iterator<Item = Result<Val>>> {
        depth::begin();
        let value = read::parse_single(record).map_err(|e| Error::data(Code::Map, format!("read the record: {e}")))?;
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new(self.values.iter().cloned()));
        Ok(self.filter.id.run((context, value)).map(|given| given.map_err(|exn| fault(exn))))
    }
}

fn fault(exn: Exn<'_, Val>) -> Error {
    let why = match exn.get_err() {
        Ok(error) => match error.into_val() {
            Val::TStr(text) => excerpt(&String::from_utf8_lossy(&text)),
            other => excerpt(&other.to_string()),
        },
        Err(exn) => match exn.get_halt() {
            Ok(_) => "halt does not end a stream".to_owned(),
            Err(_) => "break without its label".to_owned(),
        },
    };
    Error::data(Code::Map, why)
}

fn compile(text: &str, names: &[String]) -> Result<jaq_core::Filter<Data>, String> {
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    let own = own_functions();
    let is_own = |name: &str| own.iter().any(|(own, ..)| *own == name);
    let functions: Vec<Fun<Data>> =
        jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).filter(|(name, ..)| !is_own(name)).collect();
    let arena = Arena::default();
    let refuse = |errors: load::Errors<&str, ()>| {
        let first = errors.into_iter().next();
        first.map_or_else(String::new, |(file, error)| loading(file.code, error))
    };
    let modules = Loader::new(definitions).load(&arena, File { code: text, path: () }).map_err(refuse)?;
    load::import(&modules, |_| Err(String::new())).map_err(refuse)?;
    Compiler::default()
        .with_funs(functions.into_iter().chain(own))
        .with_global_vars(names.iter().map(String::as_str))
        .compile(modules)
        .map_err(|errors| {
            let first = errors.into_iter().find_map(|(file, errors)| Some((file.code, errors.into_iter().next()?)));
            first.map_or_else(String::new, |(code, (name, what))| undefined(code, name, &what))
        })
}

fn loading(code: &str, error: load::Error<&str>) -> String {
    let found = |part: &str| match part.chars().next() {
        None => "the end".to_owned(),
        Some(_) => format!("`{}`", excerpt(part)),
    };
    match error {
        load::Error::Io(errors) => match errors.first() {
            Some((path, _)) => format!("{}: there are no modules or files here", place(code, path)),
            None => String::new(),
        },
        load::Error::Lex(errors) => match errors.first() {
            Some((wanted, part)) => {
                // What is left of the program from there on: its first character is what is wrong.
                let first = part.char_indices().nth(1).map_or(*part, |(end, _)| &part[..end]);
                format!("{}: expected {}, found {}", place(code, part), wanted.as_str(), found(first))
            }
            None => String::new(),
        },
        load::Error::Parse(errors) => match errors.first() {
            Some((wanted, part)) => {
                format!("{}: expected {}, found {}", place(code, part), wanted.as_str(), found(part))
            }
            None => String::new(),
        },
    }
}

fn undefined(code: &str, name: &str, what: &Undefined) -> String {
    let place = place(code, name);
    match (name, what) {
        ("input" | "inputs", _) => format!("{place}: there is no {name}: a program sees one record at a time"),
        (_, Undefined::Filter(arguments)) if *arguments > 0 => {
            format!("{place}: there is no filter {name} with {arguments} arguments")
        }
        (_, what) => format!("{place}: there is no {} {name}", what.as_str()),
    }
}

/// Where in the program a part of it stands.
fn place(code: &str, part: &str) -> String {
    let start = part.as_ptr().addr().checked_sub(code.as_ptr().addr());
    let before = start.and_then(|start| code.get(..start)).unwrap_or(code);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

/// Functions that are ours instead of the crates'.
fn own_functions() -> Vec<Fun<Data>> {
    let tell: [native::Filter<jaq_core::RunPtr<Data>>; 4] = [
        (depth::NAME, native::v(0), |cv| {
            let deep = || jaq_json::Error::str("the program calls itself too deeply");
            native::bome(if depth::is_too_deep() { Err(deep()) } else { Ok(cv.1) })
        }),
        ("debug_empty", native::v(0), |cv| {
            diag::debug(Code::Debug, excerpt(&cv.1.to_string()));
            Box::new(std::iter::empty())
        }),
        ("stderr_empty", native::v(0), |cv| {
            diag::warn(Code::Stderr, excerpt(&cv.1.to_string()));
            Box::new(std::iter::empty())
        }),
        ("fromjson", native::v(0), |cv| {
            let read = || {
                let text = cv.1.try_as_utf8_bytes_owned()?;
                let told = |why| jaq_json::Error::str(format!("cannot be read as JSON: {why}: {}", cv.1));
                parse(&text).map_err(told)
            };
            native::bome(read())
        }),
    ];
    tell.into_iter().map(native::run::<Data>).collect()
}

/// Reads JSON that may come from anywhere.
fn parse(text: &[u8]) -> Result<Val, String> {
    json::check(text).map_err(|bad| bad.to_string())?;
    read::parse_single(text).map_err(|e| e.to_string())
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What jq programs see as `$ENV`.
fn environment() -> Val {
    let text = |text: std::ffi::OsString| Val::utf8_str(text.to_string_lossy().into_owned().into_bytes());
    Val::obj(std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect::<Map>())
}
