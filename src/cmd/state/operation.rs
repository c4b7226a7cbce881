//! The words of `update`: each change in quotes, or its parts as words of their own.

use crate::host::document::{Change, Key};
use crate::reading::error::{Error, Result};
use crate::reading::json;

/// The longer spellings first, as `a+=1` is no `a+` that is 1.
const OPERATORS: [&str; 4] = ["+=", "-=", "*=", "="];

/// A key on the command line.
pub(super) fn key(word: &str) -> Result<Key> {
    word.parse().map_err(Error::usage)
}

/// A value as one line; with `raw` a text is what it says.
pub(super) fn line(value: &[u8], raw: bool) -> Vec<u8> {
    let mut line = Vec::with_capacity(value.len() + 1);
    match value {
        [b'"', text @ .., b'"'] if raw => line.extend_from_slice(json::unescape(text).as_bytes()),
        _ => json::compact(value, &mut line),
    }
    line.push(b'\n');
    line
}

/// A value as it is given: JSON, or else a text.
pub(super) fn value(word: &str, is_text: bool) -> Vec<u8> {
    if !is_text && json::check(word.as_bytes()).is_ok() {
        return word.trim().as_bytes().to_vec();
    }
    let mut text = Vec::new();
    json::write_string(word, &mut text);
    text
}

/// The changes that these words are, in their order.
pub(super) fn changes(words: &[String], is_text: bool) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut rest = words.iter().map(String::as_str).peekable();
    while let Some(word) = rest.next() {
        // A word behind it that is an operator makes a key of anything.
        let operator = rest.next_if(|next| is_operator(next));
        let (name, operator, operand) = match operator {
            Some(operator) => (word, operator, rest.next()),
            None => match split(word) {
                Some((name, operator, operand)) => (name, operator, Some(operand)),
                None if word == "del" => (rest.next().unwrap_or(""), "del", None),
                None => return Err(Error::usage(format!("`{word}` is not a change: write it like 'n += 1'"))),
            },
        };
        let key = key(name)?;
        if operator == "del" {
            changes.push(Change::Delete(key));
            continue;
        }
        let operand = operand.ok_or_else(|| Error::usage(format!("{key} {operator}: its value is missing")))?;
        let value = value(operand, is_text && matches!(operator, "=" | "append"));
        changes.push(match operator {
            "+=" => Change::Add(key, value),
            "-=" => Change::Subtract(key, value),
            "*=" => Change::Multiply(key, value),
            "append" => Change::Append(key, value),
            _ => Change::Set(key, value),
        });
    }
    Ok(changes)
}

fn is_operator(word: &str) -> bool {
    word == "append" || OPERATORS.contains(&word)
}

/// A change in one word: key, operator, operand.
fn split(word: &str) -> Option<(&str, &str, &str)> {
    let word = word.trim();
    if let Some(name) = word.strip_prefix("del ") {
        return Some((name.trim(), "del", ""));
    }
    let equals = word.find('=');
    let append = word.find(" append ").filter(|at| equals.is_none_or(|equals| *at < equals));
    if let Some(at) = append {
        return Some((word[..at].trim(), "append", word[at + " append ".len()..].trim()));
    }
    let (before, behind) = word.split_at(equals? + 1);
    let operator = OPERATORS.into_iter().find(|operator| before.ends_with(operator))?;
    Some((before[..before.len() - operator.len()].trim(), operator, behind.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let changes = changes(&words, false).unwrap();
        let told = changes.iter().map(|change| match change {
            Change::Set(key, value) => format!("{key}={}", text(value)),
            Change::Add(key, value) => format!("{key}+{}", text(value)),
            Change::Subtract(key, value) => format!("{key}-{}", text(value)),
            Change::Multiply(key, value) => format!("{key}*{}", text(value)),
            Change::Append(key, value) => format!("{key}<{}", text(value)),
            Change::Delete(key) => format!("!{key}"),
        });
        told.collect()
    }

    #[test]
    fn in_one_word_or_in_several() {
        for (words, told) in [
            (&["n += 1"][..], &["n+1"][..]),
            (&["n+=1", "m -= 2", "k*=3"], &["n+1", "m-2", "k*3"]),
            (&["n", "+=", "1", "m", "-=", "-2"], &["n+1", "m--2"]),
            (&["a = x = y", "b={\"c\": 1}"], &["a=\"x = y\"", "b={\"c\": 1}"]),
            (&["a append x=y", "a", "append", "5"], &["a<\"x=y\"", "a<5"]),
            (&["del a.b", "del", "c"], &["!a.b", "!c"]),
            (&["del", "=", "1", "append", "append", "2"], &["del=1", "append<2"]),
            (&["a="], &["a=\"\""]),
        ] {
            assert_eq!(spelled(words), told);
        }
        for words in [&["n"][..], &["n", "+="], &["+= 1"], &["n ++ 1"], &["del"], &["n 1"], &["= 1"]] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(changes(&words, false).is_err(), "{words:?}");
        }
    }

    #[test]
    fn values_are_json_or_texts() {
        for (word, json) in
            [("5", "5"), (" [1] ", "[1]"), ("007", "\"007\""), ("a b", "\"a b\""), ("", "\"\""), ("1.10", "1.10")]
        {
            assert_eq!(value(word, false), json.as_bytes());
        }
        assert_eq!(value("5", true), b"\"5\"");
    }
}
