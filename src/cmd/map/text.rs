//! Values as text: JSON for a record, as strict as its reader; for programs, as jq spells it; and short, for messages.

use super::chars::Text;
use super::limits::{self, Held, Limit, MEMORY};
use super::number::Number;
use super::value::{Object, Outcome, Stop, Value};
use crate::reading::json;
use std::sync::Arc;

/// As deep as a record may be nested for the stage after (`reading/json`).
const MAX_DEPTH: usize = 127;

/// Appends a value as JSON, its numbers rounded to `decimals`; `Err` says what JSON does not have. Then only a part of it is
/// appended.
pub(super) fn write_json(value: &Value, decimals: Option<u8>, to: &mut Vec<u8>) -> Result<(), &'static str> {
    write_nested(value, decimals, 0, to)
}

fn write_nested(value: &Value, decimals: Option<u8>, depth: usize, to: &mut Vec<u8>) -> Result<(), &'static str> {
    match value {
        Value::Number(number) if decimals.is_some() && !matches!(number, Number::Int(_)) => {
            let rounded = Value::Number(number.to_decimals(decimals.unwrap_or_default()));
            write_nested(&rounded, None, depth, to)?;
        }
        Value::Null => to.extend_from_slice(b"null"),
        Value::Bool(true) => to.extend_from_slice(b"true"),
        Value::Bool(false) => to.extend_from_slice(b"false"),
        Value::Number(Number::Float(double)) => {
            if double.is_nan() {
                return Err("NaN, which JSON does not have");
            }
            if double.is_infinite() {
                return Err("an infinity, which JSON does not have");
            }
            json::write_f64(*double, to);
        }
        Value::Number(number) => number.write_text(to),
        Value::Text(text) if to.len().saturating_add(longest(text.as_str())) > MEMORY => {
            return Err("a record longer than 64 MiB");
        }
        Value::Text(text) => json::write_string(text.as_str(), to),
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => return Err("a value nested deeper than 127"),
        Value::Array(array) => {
            to.push(b'[');
            for (i, element) in array.items().iter().enumerate() {
                if i > 0 {
                    to.push(b',');
                }
                write_nested(element, decimals, depth + 1, to)?;
            }
            to.push(b']');
        }
        Value::Object(object) => {
            to.push(b'{');
            for (i, (name, value)) in object.members().iter().enumerate() {
                if i > 0 {
                    to.push(b',');
                }
                json::write_string(name.as_str(), to);
                to.push(b':');
                write_nested(value, decimals, depth + 1, to)?;
            }
            to.push(b'}');
        }
    }
    Ok(())
}

/// As long as a text can be when it is written; exactly, if it is long.
fn longest(text: &str) -> usize {
    let escapes =
        if text.len() > 1 << 16 { text.bytes().filter(|&b| b < b' ' || b == b'"' || b == b'\\').count() } else { 0 };
    text.len() + 5 * escapes
}

/// Appends a value as programs see it as text, until the text has more than `most` bytes.
fn write_text(value: &Value, most: usize, to: &mut Vec<u8>) {
    if to.len() > most {
        return;
    }
    match value {
        Value::Null => to.extend_from_slice(b"null"),
        Value::Bool(bool) => to.extend_from_slice(if *bool { b"true" } else { b"false" }),
        Value::Number(number) => number.write_text(to),
        Value::Text(text) => {
            write_quoted(text.as_str(), most, to);
        }
        Value::Array(array) => {
            to.push(b'[');
            for (i, element) in array.items().iter().enumerate() {
                if to.len() > most {
                    return;
                }
                if i > 0 {
                    to.push(b',');
                }
                write_text(element, most, to);
            }
            to.push(b']');
        }
        Value::Object(object) => {
            to.push(b'{');
            for (i, (name, value)) in object.members().iter().enumerate() {
                if to.len() > most {
                    return;
                }
                if i > 0 {
                    to.push(b',');
                }
                write_quoted(name.as_str(), most, to);
                to.push(b':');
                write_text(value, most, to);
            }
            to.push(b'}');
        }
    }
}

/// As jq has it: DEL is escaped, too. A long text is cut in pieces, so that it can end early.
fn write_quoted(text: &str, most: usize, to: &mut Vec<u8>) {
    const PIECE: usize = 1 << 16;
    to.push(b'"');
    let mut rest = text;
    while !rest.is_empty() && to.len() <= most {
        let end = (0..=PIECE.min(rest.len())).rev().find(|&end| rest.is_char_boundary(end)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        let start = to.len();
        json::write_string(piece, to);
        to.pop();
        to.remove(start);
        if piece.contains('\u{7f}') {
            let escaped = String::from_utf8_lossy(&to[start..]).replace('\u{7f}', "\\u007f");
            to.truncate(start);
            to.extend_from_slice(escaped.as_bytes());
        }
    }
    to.push(b'"');
}

/// The value as JSON text of a program (`tojson`).
pub(super) fn to_json(value: &Value) -> Outcome<String> {
    limits::work(value.weight() / 16)?;
    let mut text = Vec::new();
    write_text(value, MEMORY, &mut text);
    if text.len() > MEMORY {
        return Err(Limit::Memory.into());
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A text as it is, anything else as JSON (`tostring`).
pub(super) fn to_text(value: Value) -> Outcome<Value> {
    match value {
        Value::Text(_) => Ok(value),
        other => Ok(Value::text(to_json(&other)?)),
    }
}

/// As many bytes of a value are shown in a message.
const SHOWN: usize = 29;

/// The beginning of a value, for a message.
pub(super) fn shown(value: &Value) -> String {
    let mut text = Vec::new();
    write_text(value, SHOWN + 4, &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    if text.len() <= SHOWN {
        return text;
    }
    let end = match value {
        Value::Text(_) => "...\"",
        Value::Array(_) => "...]",
        Value::Object(_) => "...}",
        _ => "...",
    };
    let most = SHOWN - end.len();
    let cut = (0..=most).rev().find(|&cut| text.is_char_boundary(cut)).unwrap_or(0);
    format!("{}{end}", &text[..cut])
}

/// What a value is, and its beginning: `number (1)`.
pub(super) fn described(value: &Value) -> String {
    format!("{} ({})", value.kind().as_str(), shown(value))
}

/// As JSON, and not much more than the first `most` bytes of it.
pub(super) fn beginning(value: &Value, most: usize) -> String {
    let mut text = Vec::new();
    write_text(value, most, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Reads JSON that may come from anywhere.
pub(super) fn parse(text: &[u8]) -> Result<Outcome<Value>, json::Bad> {
    json::check(text)?;
    Ok(read(&mut Rest(json::trimmed(text))))
}

/// What is left of a checked text.
struct Rest<'t>(&'t [u8]);

impl<'t> Rest<'t> {
    fn skip_blanks(&mut self) {
        let start = self.0.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(self.0.len());
        self.0 = &self.0[start..];
    }

    fn take(&mut self, length: usize) -> &'t [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// The next byte, if it is that one.
    fn eat(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is_next = self.0.first() == Some(&byte);
        if is_next {
            self.0 = &self.0[1..];
        }
        is_next
    }

    /// A text in quotes.
    fn text(&mut self) -> Arc<Text> {
        self.take(1);
        let mut end = 0;
        while let Some(found) = memchr::memchr2(b'"', b'\\', &self.0[end..]) {
            end += found;
            if self.0[end] == b'"' {
                break;
            }
            end = (end + 2).min(self.0.len());
        }
        let raw = self.take(end);
        self.take(1);
        Arc::new(Text::new(json::unescape(raw).into_owned()))
    }
}

/// Reads a value; the text is checked, and nested 127 deep at most.
fn read(rest: &mut Rest<'_>) -> Outcome<Value> {
    rest.skip_blanks();
    match rest.0.first() {
        Some(b'"') => Ok(Value::Text(rest.text())),
        Some(b'{') => {
            rest.take(1);
            let mut object = Object::with_capacity(8);
            while !rest.eat(b'}') && !rest.0.is_empty() {
                rest.eat(b',');
                rest.skip_blanks();
                let name = rest.text();
                rest.eat(b':');
                let value = read(rest)?;
                object.insert(name, value)?;
            }
            Ok(object.into())
        }
        Some(b'[') => {
            rest.take(1);
            let (mut items, mut held) = (Vec::new(), Held::new(0));
            while !rest.eat(b']') && !rest.0.is_empty() {
                rest.eat(b',');
                items.push(read(rest)?);
                held.grow(size_of::<Value>());
                limits::step()?;
            }
            drop(held);
            Value::array(items)
        }
        Some(b't') => {
            rest.take(4);
            Ok(Value::Bool(true))
        }
        Some(b'f') => {
            rest.take(5);
            Ok(Value::Bool(false))
        }
        Some(b'n') => {
            rest.take(4);
            Ok(Value::Null)
        }
        Some(_) => {
            let end = rest.0.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'));
            Ok(Value::Number(Number::read(rest.take(end.unwrap_or(rest.0.len())))))
        }
        None => Err(Stop::error("no JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn again(text: &str) -> String {
        let mut out = Vec::new();
        write_json(&parse(text.as_bytes()).unwrap().unwrap(), None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_read_is_written() {
        for text in [
            r#"{"a":[1,-0,20.50,{"b":"\"\\\n","c":null}],"":{},"x":[[],[true,false]]}"#,
            r#"[12345678901234567890,1e5,"é"]"#,
            "null",
        ] {
            assert_eq!(again(text), text);
        }
        assert_eq!(again(" { \"a\" : [ 1 , 2 ] , \"a\" : \"\\u0041\" } "), r#"{"a":"A"}"#);
        assert!(parse(b"[1,]").is_err());
    }

    #[test]
    fn messages_are_short() {
        let long = Value::text("very-long-long-long-long-string");
        assert_eq!(described(&long), "string (\"very-long-long-long-long...\")");
        let many = Value::array(vec![Value::int(1); 1000]).unwrap();
        assert_eq!(shown(&many).len(), SHOWN);
    }

    proptest! {
        /// Whatever the scanner takes is read as serde_json reads it.
        #[test]
        fn reading_agrees_with_serde_json(text in r#"(\{"[a-c]{0,2}":( ?[0-9]{1,3}(\.5)?|"[^"\\\x00-\x1f]{0,3}"|\[(1,){0,3}2\]|null|true)( ?, ?"[a-d]":[0-9])* ?\})"#) {
            if let Ok(Ok(value)) = parse(text.as_bytes()) {
                let mut out = Vec::new();
                write_json(&value, None, &mut out).unwrap();
                let ours: serde_json::Value = serde_json::from_slice(&out).unwrap();
                prop_assert_eq!(ours, serde_json::from_str::<serde_json::Value>(&text).unwrap());
            }
        }
    }
}
