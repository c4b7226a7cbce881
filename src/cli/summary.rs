//! `--summary`: the books of each stage as one JSON object.

use crate::flow::pipeline::{Counted, Outcome, STDOUT};
use serde_json::{Map, Value, json};

/// The counts of the one stage that a shell form has, else of all.
pub(super) fn line(outcome: &Outcome) -> Vec<u8> {
    let mut stages: Vec<Map<String, Value>> = Vec::new();
    let mut counts = outcome.counts.iter().filter(|counted| counted.name != STDOUT).peekable();
    while let Some(counted) = counts.next() {
        // A reader in front of a stage is a part of it, as is what reads the output of a command.
        let other = counts.next_if(|next| next.name == counted.name && is_part(counted) != is_part(next));
        stages.push(match other {
            Some(stage) if is_part(counted) => entry(stage, counted),
            Some(stage) => entry(counted, stage),
            None => entry(counted, &Counted::default()),
        });
    }
    let value = match &stages[..] {
        [only] => json!(only),
        _ => json!({ "stages": stages, "rejected": outcome.rejected }),
    };
    value.to_string().into_bytes()
}

/// It receives nothing: it is a source.
fn is_part(counted: &Counted) -> bool {
    counted.books.received.is_none()
}

/// One stage. What its `reader` rejected it has received and rejected.
fn entry(stage: &Counted, reader: &Counted) -> Map<String, Value> {
    let books = &stage.books;
    let rejected = books.rejected + reader.books.rejected;
    let mut map = Map::new();
    map.insert("stage".to_owned(), stage.name.into());
    if let Some(received) = books.received {
        map.insert("in".to_owned(), (received + reader.books.rejected).into());
    }
    let sent =
        if books.sent == 0 && books.received.is_some() && stage.name == "sh" { reader.books.sent } else { books.sent };
    map.insert("out".to_owned(), sent.into());
    map.insert("rejected".to_owned(), rejected.into());
    if books.received.is_some() {
        map.insert("passed".to_owned(), books.passed.into());
        map.insert("changed".to_owned(), books.changed.into());
        map.insert("held".to_owned(), books.held().into());
        let left = books.left.iter().map(|(code, left)| (code.word().to_owned(), left.count.into())).collect();
        map.insert("left_out".to_owned(), Value::Object(left));
        map.insert("made".to_owned(), books.made.into());
        if books.resumed > 0 {
            map.insert("resumed".to_owned(), books.resumed.into());
        }
    }
    let own = stage.own.iter().chain(&reader.own);
    map.extend(own.map(|(name, n)| ((*name).to_owned(), (*n).into())));
    map
}
