//! Functions of arrays and objects, and of values of any kind.

use super::super::access;
use super::super::limits::{self, Limit, MEMORY};
use super::super::number::Number;
use super::super::order;
use super::super::term::Function;
use super::super::text::{beginning, described};
use super::super::value::{Array, Object, Outcome, Stop, Value};
use crate::host::diag;
use crate::reading::error::{Code, excerpt};
use std::sync::Arc;

/// More of a value is not shown.
const MESSAGE: usize = 1000;

pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    Some(match (name, arguments) {
        ("type", 0) => |v| Ok(Value::from(v[0].kind().as_str())),
        ("length", 0) => |v| length(&v[0]),
        ("keys", 0) => |v| keys(&v[0], true),
        ("keys_unsorted", 0) => |v| keys(&v[0], false),
        ("has", 1) => |v| access::has(&v[0], &v[1]).map(Value::from),
        ("contains", 1) => |v| contains(&v[0], &v[1]),
        ("setpath", 2) => |v| set_path(std::mem::take(&mut v[0]), &v[1], &v[2]),
        ("delpaths", 1) => |v| delete_paths(std::mem::take(&mut v[0]), &v[1]),
        ("reverse", 0) => |v| reverse(&v[0]),
        ("sort", 0) => |v| sort(&v[0]),
        ("_sort_by", 1) => |v| Value::array(sorted(v)?.into_iter().map(|(_, item)| item).collect()),
        ("_group_by", 1) => |v| grouped(v, Value::array),
        ("_unique_by", 1) => |v| grouped(v, |run| Ok(run.into_iter().next().unwrap_or_default())),
        ("_min_by", 1) => |v| extreme(v, |order| order.is_lt()),
        ("_max_by", 1) => |v| extreme(v, |order| order.is_ge()),
        ("_flatten", 1) => |v| flatten(&v[0], &v[1]),
        ("indices", 1) => |v| indices(&v[0], &v[1]),
        ("bsearch", 1) => |v| search(&v[0], &v[1]),
        ("_debug", 0) => |v| {
            diag::debug(Code::Debug, excerpt(&beginning(&v[0], MESSAGE)));
            Ok(v[0].clone())
        },
        ("_stderr", 0) => |v| {
            diag::warn(Code::Stderr, excerpt(&beginning(&v[0], MESSAGE)));
            Ok(v[0].clone())
        },
        _ => return None,
    })
}

/// The array that it is, or why it cannot be what was to be done with it.
fn items<'v>(value: &'v Value, what: &str) -> Outcome<&'v [Value]> {
    value.as_array().ok_or_else(|| Stop::error(format!("{} cannot be {what}", described(value))))
}

fn length(value: &Value) -> Outcome<Value> {
    Ok(match value {
        Value::Null => Value::int(0),
        Value::Bool(_) => return Err(Stop::error(format!("{} has no length", described(value)))),
        Value::Number(number) => Value::Number(number.size()),
        Value::Text(text) => {
            limits::work(text.as_str().len() as u64 / 128)?;
            Value::count(text.as_str().chars().count())
        }
        Value::Array(array) => Value::count(array.items().len()),
        Value::Object(object) => Value::count(object.members().len()),
    })
}

fn keys(value: &Value, is_sorted: bool) -> Outcome<Value> {
    match value {
        Value::Array(array) => {
            limits::work(array.items().len() as u64 / 8)?;
            Value::array((0..array.items().len()).map(Value::count).collect())
        }
        Value::Object(object) => {
            limits::work(object.members().len() as u64)?;
            let names: Vec<&Arc<_>> = match is_sorted {
                true => object.sorted_names(),
                false => object.members().iter().map(|(name, _)| name).collect(),
            };
            Value::array(names.into_iter().cloned().map(Value::Text).collect())
        }
        other => Err(Stop::error(format!("{} has no keys", described(other)))),
    }
}

fn contains(whole: &Value, part: &Value) -> Outcome<Value> {
    if whole.kind() != part.kind() {
        let (whole, part) = (described(whole), described(part));
        return Err(Stop::error(format!("{whole} and {part} cannot have their containment checked")));
    }
    order::contains(whole, part).map(Value::from)
}

fn set_path(value: Value, path: &Value, new: &Value) -> Outcome<Value> {
    let path = path.as_array().ok_or_else(|| Stop::error("Path must be specified as an array"))?;
    access::change_path(value, path, &mut |_| Ok(new.clone()))
}

fn delete_paths(value: Value, paths: &Value) -> Outcome<Value> {
    let paths = paths.as_array().ok_or_else(|| Stop::error("Paths must be specified as an array"))?;
    let wrong = || Stop::error("Path must be specified as an array");
    let mut sorted = paths.to_vec();
    order::sort(&mut sorted, paths.iter().map(Value::weight).sum(), |path| path)?;
    let paths: Outcome<Vec<Vec<Value>>> =
        sorted.iter().map(|path| path.as_array().map(<[Value]>::to_vec).ok_or_else(wrong)).collect();
    access::delete_paths(value, &paths?)
}

fn reverse(value: &Value) -> Outcome<Value> {
    match value {
        Value::Null => Value::array(Vec::new()),
        Value::Text(text) => {
            limits::work(text.as_str().len() as u64 / 32)?;
            Ok(Value::text(text.as_str().chars().rev().collect::<String>()))
        }
        Value::Array(array) => {
            limits::work(array.items().len() as u64 / 8)?;
            Value::array(array.items().iter().rev().cloned().collect())
        }
        other => Err(Stop::error(format!("Cannot reverse {}", described(other)))),
    }
}

fn sort(value: &Value) -> Outcome<Value> {
    let mut sorted = items(value, "sorted, as it is not an array")?.to_vec();
    order::sort(&mut sorted, value.weight(), |item| item)?;
    Value::array(sorted)
}

/// The elements with their keys, sorted by these.
fn sorted(v: &[Value]) -> Outcome<Vec<(Value, Value)>> {
    let all = items(&v[0], "sorted, as it is not an array")?;
    let keys = items(&v[1], "sorted, as it is not an array")?;
    let mut pairs: Vec<(Value, Value)> = keys.iter().cloned().zip(all.iter().cloned()).collect();
    order::sort(&mut pairs, v[1].weight(), |(key, _)| key)?;
    Ok(pairs)
}

fn grouped(v: &[Value], f: fn(Vec<Value>) -> Outcome<Value>) -> Outcome<Value> {
    let mut groups = Vec::new();
    for (_, run) in order::runs(sorted(v)?)? {
        groups.push(f(run)?);
    }
    Value::array(groups)
}

fn extreme(v: &[Value], replaces: fn(std::cmp::Ordering) -> bool) -> Outcome<Value> {
    let all = items(&v[0], "iterated over")?;
    let keys = items(&v[1], "iterated over")?;
    let mut best: Option<(&Value, &Value)> = None;
    for (key, item) in keys.iter().zip(all) {
        limits::step()?;
        match best {
            Some((least, _)) if !replaces(order::compare(key, least)?) => {}
            _ => best = Some((key, item)),
        }
    }
    Ok(best.map(|(_, item)| item.clone()).unwrap_or_default())
}

fn flatten(value: &Value, depth: &Value) -> Outcome<Value> {
    let depth = depth.as_number().map_or(0.0, Number::double);
    let mut flat = Vec::new();
    let mut todo: Vec<(std::vec::IntoIter<Value>, f64)> = Vec::new();
    let first = match value {
        Value::Array(array) => array.items().to_vec(),
        Value::Object(object) => object.members().iter().map(|(_, value)| value.clone()).collect(),
        other => return Err(Stop::error(format!("Cannot iterate over {}", described(other)))),
    };
    todo.push((first.into_iter(), depth));
    while let Some((rest, depth)) = todo.last_mut() {
        limits::step()?;
        let depth = *depth;
        match rest.next() {
            None => {
                todo.pop();
            }
            Some(Value::Array(array)) if depth > 0.0 => {
                limits::work(array.items().len() as u64 / 8)?;
                todo.push((Array::into_items(array)?.into_iter(), depth - 1.0));
            }
            Some(item) => flat.push(item),
        }
        if flat.len() > MEMORY / size_of::<Value>() {
            return Err(Limit::Memory.into());
        }
    }
    Value::array(flat)
}

fn indices(value: &Value, part: &Value) -> Outcome<Value> {
    match (value, part) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Text(text), Value::Text(part)) => super::strings::indices(text.as_str(), part.as_str()),
        (Value::Array(array), Value::Array(part)) => access::indices_of(array.items(), part.items()),
        (Value::Array(array), part) => access::indices_of(array.items(), std::slice::from_ref(part)),
        (value, part) => access::get(value, part),
    }
}

fn search(value: &Value, wanted: &Value) -> Outcome<Value> {
    if let Value::Null = value {
        return Ok(Value::int(-1));
    }
    let wrong = || Stop::error(format!("{} cannot be searched from", described(value)));
    let all = value.as_array().ok_or_else(wrong)?;
    Ok(match order::search(all, wanted)? {
        Ok(place) => Value::count(place),
        Err(place) => Value::int(-1 - place as i64),
    })
}

/// An object of these members.
pub(super) fn object(members: &[(&str, Value)]) -> Outcome<Value> {
    let mut object = Object::with_capacity(members.len());
    for (name, value) in members {
        if let Value::Text(name) = Value::from(*name) {
            object.insert(name, value.clone())?;
        }
    }
    Ok(object.into())
}
