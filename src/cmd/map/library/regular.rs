//! Regular expressions.
//!
//! Decision: expressions are compiled once and kept, a few of them. What one may take in memory and how often it may go back
//! is limited, and the search counts as steps of the program.

use super::super::limits::{self, Limit};
use super::super::term::Function;
use super::super::text::described;
use super::super::value::{Outcome, Stop, Value};
use super::collections::object;
use fancy_regex::{Captures, Regex, RegexBuilder};
use std::cell::RefCell;
use std::rc::Rc;

/// A compiled expression may take about this many bytes.
const SIZE: usize = 1 << 20;
/// One is at most this long.
const LONGEST: usize = 1 << 14;
/// So many are kept.
const KEPT: usize = 16;
/// So often the search for one match may go back.
const BACKTRACKS: usize = 100_000;
/// What the search for one match counts at least.
const SEARCH: u64 = 300;

pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    Some(match (name, arguments) {
        ("_match", 3) => |v| matches(&v[0], &v[1], &v[2], v[3].is_true()),
        ("_split", 2) => |v| split(&v[0], &v[1], &v[2]),
        ("_pieces", 2) => |v| pieces(&v[0], &v[1], &v[2]),
        _ => return None,
    })
}

/// An expression with its flags.
struct Expression {
    regex: Rc<Regex>,
    is_global: bool,
    takes_empty: bool,
}

thread_local! {
    static COMPILED: RefCell<Vec<(String, Rc<Regex>)>> = const { RefCell::new(Vec::new()) };
}

impl Expression {
    /// Of a text with flags beside it, or of an array of both.
    fn new(expression: &Value, flags: &Value) -> Outcome<Expression> {
        let (expression, flags) = match (expression.as_array(), flags) {
            (Some([expression]), Value::Null) => (expression, &Value::Null),
            (Some([expression, flags]), Value::Null) => (expression, flags),
            _ => (expression, flags),
        };
        let wrong =
            |value: &Value| Stop::error(format!("{} cannot be matched, as it is not a string", described(value)));
        let text = expression.as_text().ok_or_else(|| wrong(expression))?;
        let flags = match flags {
            Value::Null => "",
            Value::Text(flags) => flags.as_str(),
            other => return Err(Stop::error(format!("{} is not a string", described(other)))),
        };
        let (mut is_global, mut takes_empty, mut inline) = (false, true, String::new());
        for flag in flags.chars() {
            match flag {
                'g' => is_global = true,
                'n' => takes_empty = false,
                'i' | 'x' => inline.push(flag),
                'p' => inline.push('s'),
                // Already so: `^` and `$` are the ends of the text.
                's' => {}
                _ => {
                    return Err(Stop::error(format!("{flags} is not a valid modifier string")));
                }
            }
        }
        let whole = if inline.is_empty() { text.to_owned() } else { format!("(?{inline}){text}") };
        Ok(Expression { regex: compiled(whole)?, is_global, takes_empty })
    }

    /// Calls `f` with each match, and how many characters are before it.
    fn each(&self, text: &str, f: &mut dyn FnMut(&Captures<'_, str>, usize) -> Outcome<()>) -> Outcome<()> {
        let (mut from, mut counted, mut characters) = (0, 0, 0);
        while from <= text.len() {
            limits::work(SEARCH)?;
            let captures = match self.regex.captures_from_pos(text, from) {
                Ok(captures) => captures,
                Err(_) => return Err(Limit::Steps.into()),
            };
            let whole = captures.as_ref().and_then(|captures| captures.get(0));
            let (Some(captures), Some(whole)) = (&captures, whole) else { break };
            limits::work((whole.end() - from) as u64 / 16)?;
            characters += text.get(counted..whole.start()).unwrap_or_default().chars().count();
            counted = whole.start();
            let is_empty = whole.start() == whole.end();
            from = whole.end();
            if is_empty {
                from += text.get(from..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            }
            if is_empty && !self.takes_empty {
                continue;
            }
            f(captures, characters)?;
            if !self.is_global {
                break;
            }
        }
        limits::work(text.len().saturating_sub(from) as u64 / 64)?;
        Ok(())
    }
}

/// The expression, compiled now or earlier.
fn compiled(text: String) -> Outcome<Rc<Regex>> {
    COMPILED.with_borrow_mut(|known| {
        if let Some(place) = known.iter().position(|(expression, _)| *expression == text) {
            known[..=place].rotate_right(1);
            return Ok(known[0].1.clone());
        }
        if text.len() > LONGEST {
            return Err(Stop::error("a regular expression is too long"));
        }
        limits::work(5000 + 100 * text.len() as u64)?;
        let built = RegexBuilder::new(&text)
            .backtrack_limit(BACKTRACKS)
            .delegate_size_limit(SIZE)
            .delegate_dfa_size_limit(SIZE)
            .build();
        let regex = Rc::new(built.map_err(|e| Stop::error(format!("{text} (at offset 0) is not a valid regex: {e}")))?);
        known.truncate(KEPT - 1);
        known.insert(0, (text, regex.clone()));
        Ok(regex)
    })
}

fn subject(value: &Value) -> Outcome<&str> {
    let wrong = || Stop::error(format!("{} cannot be matched, as it is not a string", described(value)));
    value.as_text().ok_or_else(wrong)
}

/// All matches as objects; or only whether there is one.
fn matches(value: &Value, expression: &Value, flags: &Value, is_test: bool) -> Outcome<Value> {
    let text = subject(value)?;
    let expression = Expression::new(expression, flags)?;
    let mut found = Vec::new();
    expression.each(text, &mut |captures, offset| {
        found.push(if is_test { Value::Null } else { described_match(&expression.regex, captures, text, offset)? });
        Ok(())
    })?;
    if is_test { Ok(Value::from(!found.is_empty())) } else { Value::array(found) }
}

fn described_match(regex: &Regex, captures: &Captures<'_, str>, text: &str, offset: usize) -> Outcome<Value> {
    let start = captures.get(0).map_or(0, |whole| whole.start());
    let mut groups = Vec::new();
    for (place, name) in regex.capture_names().enumerate().skip(1) {
        let (at, length, string) = match captures.get(place) {
            Some(group) => {
                let before = if group.start() >= start {
                    (offset + text.get(start..group.start()).unwrap_or_default().chars().count()) as i64
                } else {
                    text.get(..group.start()).unwrap_or_default().chars().count() as i64
                };
                (before, group.as_str().chars().count(), Value::from(group.as_str()))
            }
            None => (-1, 0, Value::Null),
        };
        groups.push(object(&[
            ("offset", Value::int(at)),
            ("length", Value::count(length)),
            ("string", string),
            ("name", name.map(Value::from).unwrap_or_default()),
        ])?);
    }
    let whole = captures.get(0).map_or("", |whole| whole.as_str());
    object(&[
        ("offset", Value::count(offset)),
        ("length", Value::count(whole.chars().count())),
        ("string", Value::from(whole)),
        ("captures", Value::array(groups)?),
    ])
}

/// What is between all matches.
fn split(value: &Value, expression: &Value, flags: &Value) -> Outcome<Value> {
    let text = subject(value)?;
    let mut expression = Expression::new(expression, flags)?;
    expression.is_global = true;
    let (mut parts, mut end) = (Vec::new(), 0);
    expression.each(text, &mut |captures, _| {
        if let Some(whole) = captures.get(0) {
            parts.push(Value::from(text.get(end..whole.start()).unwrap_or_default()));
            end = whole.end();
        }
        Ok(())
    })?;
    parts.push(Value::from(text.get(end..).unwrap_or_default()));
    Value::array(parts)
}

/// For each match, what is before it and an object of its named groups; and what is after the last one.
fn pieces(value: &Value, expression: &Value, flags: &Value) -> Outcome<Value> {
    let text = subject(value)?;
    let expression = Expression::new(expression, flags)?;
    let (mut found, mut end) = (Vec::new(), 0);
    expression.each(text, &mut |captures, _| {
        let mut named = Vec::new();
        for (place, name) in expression.regex.capture_names().enumerate() {
            if let Some(name) = name {
                named.push((name, captures.get(place).map(|group| Value::from(group.as_str())).unwrap_or_default()));
            }
        }
        if let Some(whole) = captures.get(0) {
            let before = Value::from(text.get(end..whole.start()).unwrap_or_default());
            found.push(Value::array(vec![before, object(&named)?])?);
            end = whole.end();
        }
        Ok(())
    })?;
    let rest = Value::from(text.get(end..).unwrap_or_default());
    Value::array(vec![Value::array(found)?, rest])
}
