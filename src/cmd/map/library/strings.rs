//! Functions of texts, and from and to texts.

use super::super::arithmetic;
use super::super::limits::{self, Limit, MEMORY};
use super::super::number::Number;
use super::super::term::Function;
use super::super::text::{beginning, described, parse, to_json, to_text};
use super::super::value::{Outcome, Stop, Value};

pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    Some(match (name, arguments) {
        ("tostring", 0) => |v| to_text(v[0].clone()),
        ("tojson", 0) => |v| to_json(&v[0]).map(Value::text),
        ("fromjson", 0) => |v| from_json(&v[0]),
        ("tonumber", 0) => |v| to_number(&v[0]),
        ("toboolean", 0) => |v| to_boolean(&v[0]),
        ("utf8bytelength", 0) => |v| byte_length(&v[0]),
        ("explode", 0) => |v| explode(&v[0]),
        ("implode", 0) => |v| implode(&v[0]),
        ("ascii_downcase", 0) => |v| recased(&v[0], "ascii_downcase", str::to_ascii_lowercase),
        ("ascii_upcase", 0) => |v| recased(&v[0], "ascii_upcase", str::to_ascii_uppercase),
        ("trim", 0) => |v| trimmed(&v[0], str::trim),
        ("ltrim", 0) => |v| trimmed(&v[0], str::trim_start),
        ("rtrim", 0) => |v| trimmed(&v[0], str::trim_end),
        ("startswith", 1) => |v| both(v, "startswith", |a, b| Value::from(a.starts_with(b))),
        ("endswith", 1) => |v| both(v, "endswith", |a, b| Value::from(a.ends_with(b))),
        ("ltrimstr", 1) => |v| both(v, "startswith", |a, b| Value::from(a.strip_prefix(b).unwrap_or(a))),
        ("rtrimstr", 1) => |v| both(v, "endswith", |a, b| Value::from(a.strip_suffix(b).unwrap_or(a))),
        ("trimstr", 1) => |v| both(v, "startswith", trimmed_by),
        ("split", 1) => |v| match (&v[0], &v[1]) {
            (Value::Text(text), Value::Text(separator)) => arithmetic::split(text.as_str(), separator.as_str()),
            _ => Err(Stop::error("split input and separator must be strings")),
        },
        ("_join", 1) => |v| join(&v[0], &v[1]),
        _ => return None,
    })
}

fn trimmed_by(text: &str, part: &str) -> Value {
    let text = text.strip_prefix(part).unwrap_or(text);
    Value::from(text.strip_suffix(part).unwrap_or(text))
}

fn from_json(value: &Value) -> Outcome<Value> {
    let Value::Text(text) = value else {
        return Err(Stop::error(format!("{} cannot be read as JSON, as it is not a string", described(value))));
    };
    limits::work(text.as_str().len() as u64 / 16)?;
    match parse(text.as_str().as_bytes()) {
        Ok(value) => value,
        Err(bad) => Err(Stop::error(format!("cannot be read as JSON: {bad}: {}", beginning(value, 200)))),
    }
}

fn to_number(value: &Value) -> Outcome<Value> {
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::Text(text) => match Number::spelled(text.as_str()) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(Stop::error(format!("{} cannot be parsed as a number", described(value)))),
        },
        other => Err(Stop::error(format!("{} cannot be parsed as a number", described(other)))),
    }
}

fn to_boolean(value: &Value) -> Outcome<Value> {
    match (value, value.as_text()) {
        (Value::Bool(_), _) => Ok(value.clone()),
        (_, Some("true")) => Ok(Value::Bool(true)),
        (_, Some("false")) => Ok(Value::Bool(false)),
        _ => Err(Stop::error(format!("{} cannot be parsed as a boolean", described(value)))),
    }
}

fn byte_length(value: &Value) -> Outcome<Value> {
    let wrong = || Stop::error(format!("{} only strings have UTF-8 byte length", described(value)));
    value.as_text().map(|text| Value::count(text.len())).ok_or_else(wrong)
}

fn explode(value: &Value) -> Outcome<Value> {
    let wrong = || Stop::error(format!("{} cannot be exploded", described(value)));
    let text = value.as_text().ok_or_else(wrong)?;
    limits::work(text.len() as u64 / 8)?;
    limits::elements(text.chars().count())?;
    Value::array(text.chars().map(|c| Value::int(i64::from(u32::from(c)))).collect())
}

fn implode(value: &Value) -> Outcome<Value> {
    let codes = value.as_array().ok_or_else(|| Stop::error("implode input must be an array"))?;
    limits::work(codes.len() as u64 / 8)?;
    let mut text = String::with_capacity(codes.len());
    for code in codes {
        let number = code.as_number().map(Number::double).filter(|code| !code.is_nan());
        let wrong = || {
            let code = described(code);
            Stop::error(format!("{code} can't be imploded, unicode codepoint needs to be numeric"))
        };
        let code = number.ok_or_else(wrong)?;
        let c = if code < 0.0 { None } else { char::from_u32(code as u32) };
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Ok(Value::text(text))
}

fn recased(value: &Value, name: &str, f: fn(&str) -> String) -> Outcome<Value> {
    let text = value.as_text().ok_or_else(|| Stop::error(format!("{name} input must be a string")))?;
    limits::work(text.len() as u64 / 64)?;
    Ok(Value::text(f(text)))
}

fn trimmed(value: &Value, f: fn(&str) -> &str) -> Outcome<Value> {
    let text = value.as_text().ok_or_else(|| Stop::error("trim input must be a string"))?;
    limits::work(text.len() as u64 / 64)?;
    Ok(Value::from(f(text)))
}

fn both(v: &[Value], name: &str, f: fn(&str, &str) -> Value) -> Outcome<Value> {
    match (v[0].as_text(), v[1].as_text()) {
        (Some(text), Some(part)) => {
            limits::work(text.len() as u64 / 256)?;
            Ok(f(text, part))
        }
        _ => Err(Stop::error(format!("{name}() requires string inputs"))),
    }
}

/// The places of a part in a text, in characters; they may overlap.
pub(super) fn indices(text: &str, part: &str) -> Outcome<Value> {
    if part.is_empty() {
        return Ok(Value::Null);
    }
    limits::work(text.len() as u64 / 16)?;
    let (mut places, mut characters, mut from) = (Vec::new(), 0, 0);
    while let Some(found) = text[from..].find(part) {
        limits::work(1 + found as u64 / 64)?;
        characters += text[from..from + found].chars().count();
        places.push(Value::count(characters));
        limits::elements(places.len())?;
        let first = text[from + found..].chars().next().map_or(1, char::len_utf8);
        from += found + first;
        characters += 1;
    }
    Value::array(places)
}

/// Texts, numbers and truths with a text between them.
fn join(value: &Value, separator: &Value) -> Outcome<Value> {
    let values: Vec<&Value> = match value {
        Value::Array(array) => array.items().iter().collect(),
        Value::Object(object) => object.members().iter().map(|(_, value)| value).collect(),
        other => return Err(Stop::error(format!("Cannot iterate over {}", described(other)))),
    };
    if values.is_empty() {
        return Ok(Value::from(""));
    }
    let mut joined = String::new();
    for (place, part) in values.into_iter().enumerate() {
        limits::step()?;
        if place > 0 {
            match separator {
                Value::Text(separator) => joined.push_str(separator.as_str()),
                Value::Null => {}
                other => return arithmetic::add(Value::text(joined), other.clone()),
            }
        }
        match part {
            Value::Null => {}
            Value::Text(text) => joined.push_str(text.as_str()),
            Value::Number(_) | Value::Bool(_) => joined.push_str(&to_json(part)?),
            other => return arithmetic::add(Value::text(joined), other.clone()),
        }
        if joined.len() > MEMORY {
            return Err(Limit::Memory.into());
        }
    }
    Ok(Value::text(joined))
}
