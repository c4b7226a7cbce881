//! What `+ - * / %` and the comparisons do with values of each kind.

use super::chars::Text;
use super::limits::{self, MEMORY};
use super::order;
use super::text::described;
use super::value::{Array, Object, Outcome, Stop, Value};
use std::sync::Arc;

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

/// The value of `a operator b`.
pub(super) fn calculate(operator: Operator, a: Value, b: Value) -> Outcome<Value> {
    let compared = |holds: fn(std::cmp::Ordering) -> bool| Ok(Value::Bool(holds(order::compare(&a, &b)?)));
    match operator {
        Operator::Equal => compared(|order| order.is_eq()),
        Operator::Unequal => compared(|order| order.is_ne()),
        Operator::Less => compared(|order| order.is_lt()),
        Operator::LessOrEqual => compared(|order| order.is_le()),
        Operator::More => compared(|order| order.is_gt()),
        Operator::MoreOrEqual => compared(|order| order.is_ge()),
        Operator::Add => add(a, b),
        Operator::Subtract => subtract(a, b),
        Operator::Multiply => multiply(a, b),
        Operator::Divide => divide(a, b),
        Operator::Remainder => remainder(a, b),
    }
}

fn cannot(a: &Value, b: &Value, what: &str) -> Box<Stop> {
    Stop::error(format!("{} and {} cannot be {what}", described(a), described(b)))
}

/// `a + b`; null adds nothing.
pub(super) fn add(a: Value, b: Value) -> Outcome<Value> {
    match (a, b) {
        (Value::Null, other) | (other, Value::Null) => Ok(other),
        (Value::Number(a), Value::Number(b)) => Ok(Value::Number(a.add(&b))),
        (Value::Text(a), Value::Text(b)) => Ok(Value::Text(Text::append(a, b.as_str())?)),
        (Value::Array(a), Value::Array(b)) => Array::append(a, b.items()),
        (Value::Object(a), Value::Object(b)) => {
            let mut object = Object::owned(a)?;
            limits::work(b.members().len() as u64)?;
            for (name, value) in b.members() {
                object.insert(name.clone(), value.clone())?;
            }
            Ok(object.into())
        }
        (a, b) => Err(cannot(&a, &b, "added")),
    }
}

/// A text of this many bytes may be created.
fn fits(length: usize) -> Outcome<()> {
    if length > MEMORY {
        return Err(limits::Limit::Memory.into());
    }
    Ok(limits::work(length as u64 / 256)?)
}

fn subtract(a: Value, b: Value) -> Outcome<Value> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(Value::Number(a.subtract(&b))),
        (Value::Array(a), Value::Array(b)) => order::without(a, b.items()),
        (a, b) => Err(cannot(&a, &b, "subtracted")),
    }
}

fn multiply(a: Value, b: Value) -> Outcome<Value> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(Value::Number(a.multiply(&b))),
        (Value::Text(text), Value::Number(times)) | (Value::Number(times), Value::Text(text)) => {
            let (text, times) = (text.as_str(), times.double());
            // The negated form is true for NaN, too.
            if times < 0.0 || times.is_nan() {
                return Ok(Value::Null);
            }
            let times = times as usize;
            match text.len().checked_mul(times) {
                Some(length) if length <= MEMORY => {
                    fits(length)?;
                    Ok(Value::text(text.repeat(if text.is_empty() { 0 } else { times })))
                }
                _ => Err(Stop::error("Repeat string result too long")),
            }
        }
        (Value::Object(a), Value::Object(b)) => merge(a, &b),
        (a, b) => Err(cannot(&a, &b, "multiplied")),
    }
}

/// The members of both; objects in both are merged in the same way.
fn merge(a: Arc<Object>, b: &Object) -> Outcome<Value> {
    let mut object = Object::owned(a)?;
    limits::work(1 + b.members().len() as u64)?;
    for (name, value) in b.members() {
        let merged = match (object.get(name.as_str()), value) {
            (Some(Value::Object(a)), Value::Object(b)) => merge(a.clone(), b)?,
            (_, value) => value.clone(),
        };
        object.insert(name.clone(), merged)?;
    }
    Ok(object.into())
}

fn divide(a: Value, b: Value) -> Outcome<Value> {
    match (&a, &b) {
        (Value::Number(dividend), Value::Number(divisor)) => match dividend.divide(divisor) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(cannot(&a, &b, "divided because the divisor is zero")),
        },
        (Value::Text(text), Value::Text(separator)) => split(text.as_str(), separator.as_str()),
        _ => Err(cannot(&a, &b, "divided")),
    }
}

fn remainder(a: Value, b: Value) -> Outcome<Value> {
    match (&a, &b) {
        (Value::Number(dividend), Value::Number(divisor)) => match dividend.remainder(divisor) {
            Some(number) => Ok(Value::Number(number)),
            None => Err(cannot(&a, &b, "divided (remainder) because the divisor is zero")),
        },
        _ => Err(cannot(&a, &b, "divided (remainder)")),
    }
}

/// The parts of a text between separators; its characters, if the separator is empty.
pub(super) fn split(text: &str, separator: &str) -> Outcome<Value> {
    limits::work(text.len() as u64 / 8)?;
    let mut parts = Vec::new();
    if text.is_empty() {
        return Value::array(parts);
    }
    // Each part may take far more memory than it has bytes, and counts itself.
    let mut push = |part: &str| -> Outcome<()> {
        parts.push(Value::from(part));
        Ok(limits::step()?)
    };
    if separator.is_empty() {
        let mut bytes = [0; 4];
        text.chars().try_for_each(|c| push(c.encode_utf8(&mut bytes)))?;
    } else {
        text.split(separator).try_for_each(push)?;
    }
    Value::array(parts)
}

/// `-a`.
pub(super) fn negate(a: &Value) -> Outcome<Value> {
    match a {
        Value::Number(number) => Ok(Value::Number(number.negate())),
        other => Err(Stop::error(format!("{} cannot be negated", described(other)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_would_be_too_large_is_not_built() {
        let mut value = Value::array(vec![]).unwrap();
        let stop = loop {
            match Value::array(vec![value.clone(), value]) {
                Ok(twice) => value = twice,
                Err(stop) => break stop,
            }
        };
        assert!(matches!(*stop, Stop::Limit(limits::Limit::Memory)));
        assert!(calculate(Operator::Multiply, Value::from("abc"), Value::int(1_000_000_000)).is_err());
    }
}
