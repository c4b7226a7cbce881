//! `--summary`: the books of each stage as one JSON object.

use crate::flow::fate::Books;
use crate::flow::pipeline::{Counted, Outcome, STDOUT};
use crate::flow::plan::Part;
use serde_json::{Map, Value, json};

/// The counts of the one stage that a shell form has, else of all.
pub(super) fn line(outcome: &Outcome) -> Vec<u8> {
    let counts: Vec<&Counted> = outcome.counts.iter().filter(|counted| counted.name != STDOUT).collect();
    let mut stages: Vec<Map<String, Value>> = Vec::new();
    let mut rest = &counts[..];
    while !rest.is_empty() {
        let before = rest.iter().take_while(|counted| counted.part == Part::Before).count();
        let after = rest.iter().skip(before + 1).take_while(|counted| counted.part == Part::After).count();
        let (parts, next) = rest.split_at((before + 1 + after).min(rest.len()));
        stages.push(entry(parts));
        rest = next;
    }
    let value = match &stages[..] {
        [only] => json!(only),
        _ => json!({ "stages": stages, "rejected": outcome.rejected }),
    };
    value.to_string().into_bytes()
}

/// One stage, in its parts. What came before it rejected, it has received and rejected; the last part sends.
fn entry(parts: &[&Counted]) -> Map<String, Value> {
    let rejected = |parts: &[&Counted]| parts.iter().map(|part| part.books.rejected).sum::<u64>();
    let mut map = Map::new();
    let whole = parts.iter().position(|part| part.part == Part::Whole).unwrap_or(0);
    let stage = parts[whole];
    map.insert("stage".to_owned(), stage.name.into());
    if let Some(received) = stage.books.received {
        map.insert("in".to_owned(), (received + rejected(&parts[..whole])).into());
    }
    map.insert("out".to_owned(), parts.last().map(|part| part.books.sent).into());
    map.insert("rejected".to_owned(), rejected(parts).into());
    if stage.books.received.is_some() {
        let books = &stage.books;
        map.insert("passed".to_owned(), books.passed.into());
        map.insert("changed".to_owned(), books.changed.into());
        map.insert("held".to_owned(), books.held().into());
        map.insert("left_out".to_owned(), left_out(books));
        map.insert("made".to_owned(), books.made.into());
        if books.resumed > 0 {
            map.insert("resumed".to_owned(), books.resumed.into());
        }
    } else if !stage.books.left.is_empty() {
        map.insert("left_out".to_owned(), left_out(&stage.books));
    }
    let own = std::iter::once(&stage).chain(parts.iter().filter(|part| part.part != Part::Whole));
    map.extend(own.flat_map(|part| &part.own).map(|(name, n)| ((*name).to_owned(), (*n).into())));
    map
}

fn left_out(books: &Books) -> Value {
    Value::Object(books.left.iter().map(|(code, left)| (code.word().to_owned(), left.count.into())).collect())
}
