//! `@csv` and the other formats.

use super::super::limits::{self, Limit, MEMORY};
use super::super::term::Function;
use super::super::text::{described, to_json, to_text};
use super::super::value::{Outcome, Stop, Value};
use super::encodings;

/// What a text does with a value that is no text.
pub(in super::super) const TEXT: Function = |v| to_text(v[0].clone());

/// The format of that name.
pub(in super::super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "@text" => TEXT,
        "@json" => |v| to_json(&v[0]).map(Value::text),
        "@csv" => |v| row(&v[0], "csv", ",", quoted),
        "@tsv" => |v| row(&v[0], "tsv", "\t", escaped),
        "@html" => |v| text(&v[0], |text, to| replaced(text, to, html)),
        "@uri" => |v| text(&v[0], encodings::write_uri),
        "@urid" => |v| encodings::read_uri(&v[0]),
        "@sh" => |v| shell(&v[0]),
        "@base64" => |v| text(&v[0], encodings::write_base64),
        "@base64d" => |v| encodings::read_base64(&v[0]),
        "@base32" => |v| text(&v[0], encodings::write_base32),
        "@base32d" => |v| encodings::read_base32(&v[0]),
        _ => return None,
    })
}

/// A value as text, in another spelling.
fn text(value: &Value, write: fn(&str, &mut String)) -> Outcome<Value> {
    let Value::Text(text) = to_text(value.clone())? else { return Ok(Value::Null) };
    // What is written may be six times as long.
    if text.as_str().len() > MEMORY / 8 {
        return Err(Limit::Memory.into());
    }
    limits::work(text.as_str().len() as u64 / 16)?;
    let mut written = String::new();
    write(text.as_str(), &mut written);
    Ok(Value::text(written))
}

fn replaced(text: &str, to: &mut String, f: fn(char) -> Option<&'static str>) {
    for c in text.chars() {
        match f(c) {
            Some(text) => to.push_str(text),
            None => to.push(c),
        }
    }
}

fn html(c: char) -> Option<&'static str> {
    Some(match c {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '\'' => "&apos;",
        '"' => "&quot;",
        _ => return None,
    })
}

fn quoted(text: &str, to: &mut String) {
    to.push('"');
    replaced(text, to, |c| (c == '"').then_some("\"\""));
    to.push('"');
}

fn escaped(text: &str, to: &mut String) {
    replaced(text, to, |c| match c {
        '\t' => Some("\\t"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\\' => Some("\\\\"),
        _ => None,
    });
}

/// A row of cells.
fn row(value: &Value, name: &str, separator: &str, write: fn(&str, &mut String)) -> Outcome<Value> {
    let wrong = || Stop::error(format!("{} cannot be {name}-formatted, only an array can be", described(value)));
    let mut row = String::new();
    for (place, cell) in value.as_array().ok_or_else(wrong)?.iter().enumerate() {
        limits::step()?;
        if place > 0 {
            row.push_str(separator);
        }
        match cell {
            Value::Null => {}
            Value::Bool(_) => row.push_str(&to_json(cell)?),
            // A number that is none is an empty cell.
            Value::Number(number) if number.double().is_nan() => {}
            Value::Number(_) => row.push_str(&to_json(cell)?),
            Value::Text(text) => write(text.as_str(), &mut row),
            other => {
                return Err(Stop::error(format!("{} is not valid in a {name} row", described(other))));
            }
        }
        if row.len() > MEMORY {
            return Err(Limit::Memory.into());
        }
    }
    limits::work(row.len() as u64 / 16)?;
    Ok(Value::text(row))
}

/// Words for a shell.
fn shell(value: &Value) -> Outcome<Value> {
    let cells = match value {
        Value::Array(array) => array.items(),
        other => std::slice::from_ref(other),
    };
    let mut words = String::new();
    for (place, cell) in cells.iter().enumerate() {
        limits::step()?;
        if place > 0 {
            words.push(' ');
        }
        match cell {
            Value::Array(_) | Value::Object(_) => {
                return Err(Stop::error(format!("{} can not be escaped for shell", described(cell))));
            }
            Value::Text(text) => {
                words.push('\'');
                replaced(text.as_str(), &mut words, |c| (c == '\'').then_some("'\\''"));
                words.push('\'');
            }
            other => words.push_str(&to_json(other)?),
        }
        if words.len() > MEMORY {
            return Err(Limit::Memory.into());
        }
    }
    Ok(Value::text(words))
}
