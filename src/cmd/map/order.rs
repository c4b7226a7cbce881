//! Which of two values is less, and which are equal, as in jq: null, false, true, numbers, texts, arrays, objects.

use super::limits;
use super::value::{Array, Object, Outcome, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// The order of two values, with the work that it is.
pub(super) fn compare(a: &Value, b: &Value) -> Outcome<Ordering> {
    let weight = a.weight().min(b.weight());
    if weight > 64 {
        limits::work(weight / 32)?;
    }
    Ok(order(a, b))
}

/// Both are equal.
pub(super) fn equal(a: &Value, b: &Value) -> Outcome<bool> {
    Ok(compare(a, b)? == Ordering::Equal)
}

/// The order of two values whose work is counted already.
pub(super) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.order(b),
        (Value::Text(a), Value::Text(b)) => a.as_str().cmp(b.as_str()),
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.items().iter().zip(b.items()).map(|(a, b)| order(a, b));
            pairs.into_iter().find(|order| order.is_ne()).unwrap_or(a.items().len().cmp(&b.items().len()))
        }
        (Value::Object(a), Value::Object(b)) => objects(a, b),
        (a, b) => a.kind().cmp(&b.kind()),
    }
}

/// By their sorted names, then by the values in that order.
fn objects(a: &Object, b: &Object) -> Ordering {
    let (names, others) = (a.sorted_names(), b.sorted_names());
    let by_names = names.iter().map(|name| name.as_str()).cmp(others.iter().map(|name| name.as_str()));
    by_names.then_with(|| {
        let value = |object: &Object, name: &str| object.get(name).cloned().unwrap_or_default();
        let pairs = names.iter().map(|name| order(&value(a, name.as_str()), &value(b, name.as_str())));
        pairs.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    })
}

/// Sorts values by keys; equal ones keep their order. A NaN is before every number; two of them are alike here, so that there
/// is an order.
pub(super) fn sort<T>(items: &mut [T], weight: u64, key: impl Fn(&T) -> &Value) -> Outcome<()> {
    let rounds = u64::from(usize::BITS - items.len().leading_zeros());
    limits::work((weight / 32 + items.len() as u64).saturating_mul(rounds) / 2)?;
    items.sort_by(|a, b| total(key(a), key(b)));
    Ok(())
}

/// The order, but NaN is equal to itself: sorting needs that.
fn total(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if b.double().is_nan() => {
            if a.double().is_nan() {
                Ordering::Equal
            } else {
                Ordering::Greater
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            let pairs = a.items().iter().zip(b.items()).map(|(a, b)| total(a, b));
            pairs.into_iter().find(|order| order.is_ne()).unwrap_or(a.items().len().cmp(&b.items().len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let (names, others) = (a.sorted_names(), b.sorted_names());
            let by_names = names.iter().map(|name| name.as_str()).cmp(others.iter().map(|name| name.as_str()));
            by_names.then_with(|| {
                let pairs = names.iter().filter_map(|name| Some(total(a.get(name.as_str())?, b.get(name.as_str())?)));
                pairs.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            })
        }
        (a, b) => order(a, b),
    }
}

/// `a` contains `b`, as `contains` means it: texts by their parts, arrays and objects by what contains each of b's.
pub(super) fn contains(a: &Value, b: &Value) -> Outcome<bool> {
    limits::step()?;
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (name, part) in b.members() {
                match a.get(name.as_str()) {
                    Some(whole) if contains(whole, part)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Array(a), Value::Array(b)) => {
            for part in b.items() {
                let mut found = false;
                for whole in a.items() {
                    if whole.kind() == part.kind() && contains(whole, part)? {
                        found = true;
                        break;
                    }
                }
                if !found {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Text(a), Value::Text(b)) => {
            limits::work(a.as_str().len() as u64 / 64)?;
            Ok(a.as_str().contains(b.as_str()))
        }
        (a, b) => equal(a, b),
    }
}

/// Where a binary search finds a value; else, as `Err`, where it would have to stand.
pub(super) fn search(items: &[Value], wanted: &Value) -> Outcome<Result<usize, usize>> {
    let (mut from, mut to) = (0, items.len());
    while from < to {
        let middle = from + (to - from) / 2;
        match compare(&items[middle], wanted)? {
            Ordering::Equal => return Ok(Ok(middle)),
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
        }
    }
    Ok(Err(from))
}

/// The first of equal neighbours, of each run.
pub(super) fn runs<T>(items: Vec<(Value, T)>) -> Outcome<Vec<(Value, Vec<T>)>> {
    let mut found: Vec<(Value, Vec<T>)> = Vec::new();
    for (key, item) in items {
        match found.last_mut() {
            Some((last, run)) if equal(last, &key)? => run.push(item),
            _ => found.push((key, vec![item])),
        }
    }
    Ok(found)
}

/// The elements of `array` that are not in `other`.
pub(super) fn without(array: Arc<Array>, other: &[Value]) -> Outcome<Value> {
    let items = Array::into_items(array)?;
    let mut left = Vec::with_capacity(items.len());
    for item in items {
        let mut is_gone = false;
        for gone in other {
            limits::step()?;
            if gone.kind() == item.kind() && equal(gone, &item)? {
                is_gone = true;
                break;
            }
        }
        if !is_gone {
            left.push(item);
        }
    }
    Value::array(left)
}
