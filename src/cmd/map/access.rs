//! Parts of a value: by a name, a place or a range; by a path; changed and deleted.

use super::limits::{self, Limit};
use super::number::Number;
use super::order;
use super::text::{described, shown};
use super::value::{Array, Object, Outcome, Stop, Value};

/// The part of `value` that `key` names; null where there is none.
pub(super) fn get(value: &Value, key: &Value) -> Outcome<Value> {
    match (value, key) {
        (Value::Object(object), Value::Text(name)) => Ok(object.get(name.as_str()).cloned().unwrap_or_default()),
        (Value::Array(array), Value::Number(number)) => {
            let place = place(number, array.items().len());
            Ok(place.and_then(|place| array.items().get(place)).cloned().unwrap_or_default())
        }
        (_, Value::Object(range)) if !matches!(value, Value::Object(_) | Value::Bool(_) | Value::Number(_)) => {
            if let Value::Null = value {
                return Ok(Value::Null);
            }
            let (start, end) = range_of(range)?;
            slice(value, start, end)
        }
        (Value::Array(array), Value::Array(part)) => indices_of(array.items(), part.items()),
        (Value::Null, Value::Text(_) | Value::Number(_) | Value::Null) => Ok(Value::Null),
        _ => Err(cannot_index(value, key)),
    }
}

/// Why a value cannot be indexed.
fn cannot_index(value: &Value, key: &Value) -> Box<Stop> {
    let (kind, by) = (value.kind().as_str(), key.kind().as_str());
    match (value, key) {
        (Value::Object(_), Value::Object(_)) => Stop::error("Cannot index object with object"),
        (_, Value::Text(_) | Value::Number(_)) => {
            Stop::error(format!("Cannot index {kind} with {by} ({})", shown(key)))
        }
        _ => Stop::error(format!("Cannot index {kind} with {by}")),
    }
}

/// Where in an array of this length a number points; from its end if it is negative.
fn place(number: &Number, length: usize) -> Option<usize> {
    let place = number.double();
    if place.is_nan() {
        return None;
    }
    let place = place.floor();
    let place = if place < 0.0 { place + length as f64 } else { place };
    (0.0..9e15).contains(&place).then_some(place as usize)
}

/// A part of an array or of a text.
pub(super) fn slice(value: &Value, start: &Value, end: &Value) -> Outcome<Value> {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Array(array) => {
            let (from, to) = bounds(array.items().len(), start, end)?;
            limits::work((to - from) as u64 / 8)?;
            Value::array(array.items()[from..to].to_vec())
        }
        Value::Text(text) => {
            let text = text.as_str();
            limits::work(text.len() as u64 / 32)?;
            let (from, to) = bounds(text.chars().count(), start, end)?;
            let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
            Ok(Value::from(&text[at(from)..at(to)]))
        }
        other => Err(Stop::error(format!("Cannot index {} with object", other.kind().as_str()))),
    }
}

/// The beginning and the end that an object names.
fn range_of(range: &Object) -> Outcome<(&Value, &Value)> {
    let wrong = || Stop::error("Start and end indices of an array slice must be numbers");
    Ok((range.get("start").ok_or_else(wrong)?, range.get("end").ok_or_else(wrong)?))
}

/// Where a range begins and ends in something of this length: the beginning is rounded down, the end up.
fn bounds(length: usize, start: &Value, end: &Value) -> Outcome<(usize, usize)> {
    let wrong = || Stop::error("Start and end indices of an array slice must be numbers");
    let bound = |value: &Value, otherwise: f64, round: fn(f64) -> f64| match value {
        Value::Null => Ok(otherwise),
        Value::Number(number) if number.double().is_nan() => Ok(otherwise),
        Value::Number(number) => {
            let bound = number.double();
            let bound = if bound < 0.0 { bound + length as f64 } else { bound };
            Ok(round(bound).clamp(0.0, length as f64))
        }
        _ => Err(wrong()),
    };
    let from = bound(start, 0.0, f64::floor)? as usize;
    let to = bound(end, length as f64, f64::ceil)? as usize;
    Ok((from, to.max(from)))
}

/// Where a part stands in an array, all places of it.
pub(super) fn indices_of(items: &[Value], part: &[Value]) -> Outcome<Value> {
    let mut places = Vec::new();
    if !part.is_empty() {
        for (place, window) in items.windows(part.len()).enumerate() {
            limits::step()?;
            let mut is_equal = true;
            for (a, b) in window.iter().zip(part) {
                is_equal = is_equal && order::equal(a, b)?;
            }
            if is_equal {
                places.push(Value::count(place));
                limits::elements(places.len())?;
            }
        }
    }
    if part.is_empty() { Ok(Value::Null) } else { Value::array(places) }
}

/// The part that a path leads to.
pub(super) fn get_path(value: &Value, path: &[Value]) -> Outcome<Value> {
    let mut here = value.clone();
    for key in path {
        limits::step()?;
        if matches!(here, Value::Null) {
            return Ok(Value::Null);
        }
        here = get(&here, key)?;
    }
    Ok(here)
}

/// Changes what a path leads to by a function. What is missing on its way is made: objects for names, arrays for numbers.
pub(super) fn change_path(value: Value, path: &[Value], f: &mut dyn FnMut(Value) -> Outcome<Value>) -> Outcome<Value> {
    limits::step()?;
    limits::stack()?;
    let Some((key, rest)) = path.split_first() else { return f(value) };
    if path.len() > limits::NESTED as usize {
        return Err(Limit::Nested.into());
    }
    match (value, key) {
        (Value::Null, Value::Text(name)) => {
            let mut object = Object::default();
            object.insert(name.clone(), change_path(Value::Null, rest, f)?)?;
            Ok(object.into())
        }
        (Value::Object(object), Value::Text(name)) => Object::change(object, name, |old| change_path(old, rest, f)),
        (value @ (Value::Null | Value::Array(_)), Value::Number(number)) => {
            let Value::Array(array) = value.or_empty()? else { return Ok(Value::Null) };
            let double = number.double();
            if double.is_nan() {
                return Err(Stop::error("Cannot set array element at NaN index"));
            }
            let place = place(number, array.items().len());
            let place = place.ok_or_else(|| Stop::error("Out of bounds negative array index"))?;
            if place > 1 << 29 {
                return Err(Stop::error("Array index too large"));
            }
            Array::change(array, place, |old| change_path(old, rest, f))
        }
        (value @ (Value::Null | Value::Array(_)), Value::Object(range)) => {
            let (start, end) = range_of(range)?;
            let Value::Array(array) = value.clone().or_empty()? else { return Ok(Value::Null) };
            let (from, to) = bounds(array.items().len(), start, end)?;
            let part = slice(&value, start, end)?;
            drop(value);
            let Value::Array(new) = change_path(part, rest, f)? else {
                return Err(Stop::error("A slice of an array can only be assigned another array"));
            };
            let mut items = Array::into_items(array)?;
            limits::work((items.len() + new.items().len()) as u64 / 8)?;
            items.splice(from..to, new.items().iter().cloned());
            Value::array(items)
        }
        (Value::Text(_), Value::Object(_)) => Err(Stop::error("Cannot update string slices")),
        (Value::Array(_), Value::Array(_)) => Err(Stop::error("Cannot update field at array index of array")),
        (value, key) => Err(cannot_index(&value, key)),
    }
}

impl Value {
    /// An empty array instead of null.
    fn or_empty(self) -> Outcome<Value> {
        if matches!(self, Value::Null) { Value::array(Vec::new()) } else { Ok(self) }
    }
}

/// Deletes what paths lead to. `paths`: sorted.
pub(super) fn delete_paths(value: Value, paths: &[Vec<Value>]) -> Outcome<Value> {
    limits::work(1 + paths.len() as u64)?;
    limits::stack()?;
    if paths.is_empty() || matches!(value, Value::Null) {
        return Ok(value);
    }
    if paths.iter().any(Vec::is_empty) {
        return Ok(Value::Null);
    }
    // What is deeper first, as it does not move anything here.
    let mut value = value;
    let mut gone: Vec<Value> = Vec::new();
    let mut from = 0;
    while from < paths.len() {
        let key = &paths[from][0];
        let mut to = from + 1;
        while to < paths.len() && order::equal(&paths[to][0], key)? {
            to += 1;
        }
        if paths[from..to].iter().any(|path| path.len() == 1) {
            gone.push(key.clone());
        } else if !matches!(get(&value, key)?, Value::Null) {
            let deeper: Vec<Vec<Value>> = paths[from..to].iter().map(|path| path[1..].to_vec()).collect();
            value = change_path(value, std::slice::from_ref(key), &mut |old| delete_paths(old, &deeper))?;
        }
        from = to;
    }
    delete_keys(value, &gone)
}

fn delete_keys(value: Value, keys: &[Value]) -> Outcome<Value> {
    if keys.is_empty() {
        return Ok(value);
    }
    match value {
        Value::Object(object) => {
            let mut names = std::collections::HashSet::new();
            for key in keys {
                match key {
                    Value::Text(name) => names.insert(name.as_str()),
                    _ => {
                        let kind = key.kind().as_str();
                        return Err(Stop::error(format!("Cannot delete field at object index of {kind}")));
                    }
                };
            }
            let mut object = Object::owned(object)?;
            object.remove(|name| names.contains(name))?;
            Ok(object.into())
        }
        Value::Array(array) => {
            let length = array.items().len();
            let mut is_gone = vec![false; length];
            for key in keys {
                match key {
                    Value::Number(number) => {
                        if let Some(gone) = place(number, length).and_then(|place| is_gone.get_mut(place)) {
                            *gone = true;
                        }
                    }
                    Value::Object(range) => {
                        let (start, end) = range_of(range)?;
                        let (from, to) = bounds(length, start, end)?;
                        limits::work((to - from) as u64 / 8)?;
                        is_gone[from..to].fill(true);
                    }
                    other => {
                        let kind = other.kind().as_str();
                        return Err(Stop::error(format!("Cannot delete field at array index of {kind}")));
                    }
                }
            }
            limits::work(length as u64 / 8)?;
            let items = Array::into_items(array)?;
            Value::array(items.into_iter().zip(is_gone).filter(|(_, gone)| !gone).map(|(item, _)| item).collect())
        }
        other => Err(Stop::error(format!("Cannot delete field of {}", described(&other)))),
    }
}

/// Value has the key: `has`.
pub(super) fn has(value: &Value, key: &Value) -> Outcome<bool> {
    match (value, key) {
        (Value::Object(object), Value::Text(name)) => Ok(object.get(name.as_str()).is_some()),
        (Value::Array(array), Value::Number(number)) => {
            let double = number.double();
            Ok(double >= 0.0 && double < array.items().len() as f64)
        }
        _ => {
            let (kind, by) = (value.kind().as_str(), key.kind().as_str());
            Err(Stop::error(format!("Cannot check whether {kind} has a {by} key")))
        }
    }
}
