//! The order in which units start: as `after` says, and as it follows from the queues and brokers between pipelines.

use super::table::{Source, nearest};
use super::unit::{Job, Unit};
use std::collections::BTreeSet;

/// Where readings wait between two pipelines, as far as their words tell: who takes them is up before who puts them there, and
/// goes down after it. Values of flags are taken for places, too: those that both have are hardly anything else.
fn meeting(words: &[String]) -> (Vec<String>, Vec<String>) {
    let text = words.last().map_or("", String::as_str);
    let (mut takes, mut puts) = (Vec::new(), Vec::new());
    let words = shell_words::split(text).unwrap_or_default();
    for words in words.split(|word| word == "|") {
        let of = |is_place: fn(&str) -> bool| words.iter().skip(1).filter(move |word| is_place(word)).cloned();
        let is_file = |word: &str| !word.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let is_broker = |word: &str| word.starts_with("mqtt");
        match (words.first().map(String::as_str), words.get(1).map(String::as_str)) {
            (Some("queue"), Some("take")) => takes.extend(of(is_file).skip(1)),
            (Some("queue"), Some("put")) => puts.extend(of(is_file).skip(1)),
            (Some("mqtt-cat"), _) => takes.extend(of(is_broker)),
            (Some("mqtt-pub"), _) => puts.extend(of(is_broker)),
            _ => {}
        }
    }
    (takes, puts)
}

/// In the order in which they start. What follows from queues and brokers is added to `after`.
pub(super) fn ordered(mut units: Vec<(usize, Unit)>, source: &Source<'_>) -> Vec<Unit> {
    let names: Vec<String> = units.iter().map(|(_, unit)| unit.name.clone()).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for (at, unit) in &mut units {
        unit.after.retain(|name| {
            let is_known = known.contains(&name.as_str()) && *name != unit.name;
            if !is_known {
                let near = nearest(name, &known).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                source.fault(*at, format!("{}: after: there is no other unit `{name}`{near}", unit.name));
            }
            is_known
        });
    }
    let meetings: Vec<_> = units
        .iter()
        .map(|(_, unit)| match &unit.job {
            Job::Pipeline(words) => meeting(words),
            Job::Program(_) => Default::default(),
        })
        .collect();
    for (putter, (_, puts)) in meetings.iter().enumerate() {
        for (taker, (takes, _)) in meetings.iter().enumerate() {
            let meet = putter != taker && puts.iter().any(|place| takes.contains(place));
            if meet && !reaches(&units, &names[taker], &names[putter]) {
                units[putter].1.after.insert(names[taker].clone());
            }
        }
    }
    let mut order: Vec<Unit> = Vec::new();
    while !units.is_empty() {
        let is_free = |(_, unit): &(usize, Unit)| unit.after.iter().all(|name| order.iter().any(|u| u.name == *name));
        match units.iter().position(is_free) {
            Some(place) => order.push(units.remove(place).1),
            None => {
                let (at, unit) = units.remove(0);
                source.fault(at, format!("{}: after: it comes after itself, by way of others", unit.name));
                order.push(unit);
            }
        }
    }
    order
}

/// One starts after another, by way of any.
fn reaches(units: &[(usize, Unit)], from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(name) = next.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            let unit = units.iter().find(|(_, unit)| unit.name == name);
            next.extend(unit.into_iter().flat_map(|(_, unit)| unit.after.iter().map(String::as_str)));
        }
    }
    false
}
