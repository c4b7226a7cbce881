//! `--summary`: the books of each stage as one JSON object.

use crate::flow::fate::Books;
use crate::flow::pipeline::{Counted, Outcome, STDOUT};
use serde_json::{Map, Value, json};

/// The counts of the one stage that a shell form has, else of all.
pub(super) fn line(outcome: &Outcome) -> Vec<u8> {
    let counts: Vec<&Counted> = outcome.counts.iter().filter(|counted| counted.name != STDOUT).collect();
    let mut stages: Vec<Map<String, Value>> = Vec::new();
    let mut rest = &counts[..];
    while !rest.is_empty() {
        let (parts, next) = rest.split_at(if is_in_two(rest) { 2 } else { 1 });
        stages.push(entry(parts));
        rest = next;
    }
    let value = match &stages[..] {
        [only] => json!(only),
        _ => json!({ "stages": stages, "rejected": outcome.rejected }),
    };
    value.to_string().into_bytes()
}

/// The first stage is counted in two parts: a reader and what it reads for, or what writes to a command and what reads from it.
fn is_in_two(counts: &[&Counted]) -> bool {
    matches!(counts, [a, b, ..] if a.name == b.name && is_source(a) != is_source(b))
}

fn is_source(counted: &Counted) -> bool {
    counted.books.received.is_none()
}

/// One stage, as one or two parts. What a reader rejected, its stage has received and rejected; the last part sends.
fn entry(parts: &[&Counted]) -> Map<String, Value> {
    let (readers, stages): (Vec<&Counted>, Vec<&Counted>) = parts.iter().partition(|counted| is_source(counted));
    let rejected = |parts: &[&Counted]| parts.iter().map(|part| part.books.rejected).sum::<u64>();
    let mut map = Map::new();
    map.insert("stage".to_owned(), parts.iter().map(|part| part.name).next().into());
    if let Some(received) = stages.first().and_then(|stage| stage.books.received) {
        map.insert("in".to_owned(), (received + rejected(&readers)).into());
    }
    map.insert("out".to_owned(), parts.last().map(|part| part.books.sent).into());
    map.insert("rejected".to_owned(), rejected(parts).into());
    if let Some(Counted { books, .. }) = stages.first() {
        map.insert("passed".to_owned(), books.passed.into());
        map.insert("changed".to_owned(), books.changed.into());
        map.insert("held".to_owned(), books.held().into());
        map.insert("left_out".to_owned(), left_out(books));
        map.insert("made".to_owned(), books.made.into());
        if books.resumed > 0 {
            map.insert("resumed".to_owned(), books.resumed.into());
        }
    } else if let Some(Counted { books, .. }) = readers.first().filter(|reader| !reader.books.left.is_empty()) {
        map.insert("left_out".to_owned(), left_out(books));
    }
    let own = stages.iter().chain(&readers).flat_map(|part| &part.own);
    map.extend(own.map(|(name, n)| ((*name).to_owned(), (*n).into())));
    map
}

fn left_out(books: &Books) -> Value {
    Value::Object(books.left.iter().map(|(code, left)| (code.word().to_owned(), left.count.into())).collect())
}
