//! Keys that an object has more than once, at any depth: RFC 8259 leaves open what such an object means, and
//! each program takes another one of the values.

use super::document::{Document, push_token};
use crate::reading::error::{Code, Fault, excerpt};
use crate::reading::json::Kind;
use crate::reading::record::Record;
use std::borrow::Cow;

/// Up to this many keys are compared each with each; of more a sorted list is faster.
const FEW: usize = 16;

/// Finds repeated keys; the lists are used again for the next record.
#[derive(Default)]
pub(super) struct Repeated {
    inside: Vec<u32>,
    sorted: Vec<u32>,
}

impl Repeated {
    /// Whether a key of the record itself may be there twice. (An escaped one is not looked at: it may.)
    pub(super) fn in_record(&mut self, record: &Record<'_>) -> bool {
        let (raw, members) = (record.raw(), record.members());
        if members.len() <= FEW {
            let mut marks = [0; FEW];
            for (at, member) in members.iter().enumerate() {
                marks[at] = member.key_mark(raw);
                if member.has_escaped_key() || marks[..at].contains(&marks[at]) {
                    return may_repeat(members.len(), |i| members[i].key(raw), &mut self.sorted);
                }
            }
            return false;
        }
        may_repeat(members.len(), |i| members[i].key(raw), &mut self.sorted)
    }

    /// Whether a key of any object in the document may be there twice.
    pub(super) fn in_document(&mut self, document: &Document<'_>) -> bool {
        let places = document.places();
        places.iter().enumerate().filter(|(_, place)| place.kind == Kind::Object && place.len > 1).any(|(at, _)| {
            self.inside.clear();
            self.inside.extend(document.inside(at).map(|i| i as u32));
            let key = |i: usize| document.raw_key(&places[self.inside[i] as usize]).as_bytes();
            may_repeat(self.inside.len(), key, &mut self.sorted)
        })
    }
}

fn may_repeat<'a>(count: usize, key: impl Fn(usize) -> &'a [u8], sorted: &mut Vec<u32>) -> bool {
    if (0..count).any(|i| key(i).contains(&b'\\')) {
        return true;
    }
    if count <= FEW {
        return (1..count).any(|i| (0..i).any(|before| key(before) == key(i)));
    }
    sorted.clear();
    sorted.extend(0..count as u32);
    sorted.sort_unstable_by(|a, b| key(*a as usize).cmp(key(*b as usize)));
    sorted.windows(2).any(|pair| key(pair[0] as usize) == key(pair[1] as usize))
}

/// All keys that are there more than once, as faults.
pub(super) fn faults(document: &Document<'_>) -> Vec<Fault> {
    let places = document.places();
    let mut found = Vec::new();
    // The containers around the place at hand, each with its pointer and how many of its own came before.
    let mut around: Vec<(usize, String, usize)> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        while around.last().is_some_and(|(outer, ..)| !document.contains(*outer, at)) {
            around.pop();
        }
        let mut pointer = String::new();
        if let Some((outer, of_outer, before)) = around.last_mut() {
            if matches!(place.kind, Kind::Object | Kind::Array) {
                pointer.push_str(of_outer);
                match places[*outer].kind {
                    Kind::Object => push_token(&mut pointer, &document.key(place)),
                    _ => push_token(&mut pointer, &before.to_string()),
                }
            }
            *before += 1;
        }
        match place.kind {
            Kind::Object => in_object(document, at, &pointer, &mut found),
            Kind::Array => {}
            _ => continue,
        }
        around.push((at, pointer, 0));
    }
    found
}

fn in_object(document: &Document<'_>, object: usize, pointer: &str, found: &mut Vec<Fault>) {
    let places = document.places();
    let mut keys: Vec<(Cow<'_, str>, usize)> = document.inside(object).map(|i| (document.key(&places[i]), i)).collect();
    keys.sort();
    for same in keys.chunk_by(|a, b| a.0 == b.0) {
        if let [_, .., (key, last)] = same {
            let mut pointer = pointer.to_owned();
            push_token(&mut pointer, key);
            let found_there = excerpt(document.raw(&places[*last]));
            let allowed = format!("one such field, not {}", same.len());
            found.push(Fault { code: Code::DuplicateKey, pointer, found: found_there, allowed });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Places;
    use super::*;

    fn pointers(line: &str) -> Vec<String> {
        let mut places = Places::default();
        let document = places.read(line);
        let found: Vec<String> = faults(&document).into_iter().map(|fault| fault.pointer).collect();
        assert!(found.is_empty() || Repeated::default().in_document(&document), "{line}");
        found
    }

    #[test]
    fn repeated_keys_are_found_at_any_depth() {
        let none: [&str; 0] = [];
        assert_eq!(pointers(r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}"#), none);
        assert_eq!(pointers(r#"{"a":1,"a":2}"#), ["/a"]);
        assert_eq!(pointers(r#"{"a":1,"\u0061":2}"#), ["/a"]);
        assert_eq!(pointers(r#"{"a":[[],{"x":{},"y/z":1,"y/z":1}]}"#), ["/a/1/y~1z"]);
        assert_eq!(pointers(r#"{"o":{"p":{"k":1,"k":2}},"k":[1,{"k":[],"k":0}],"o":1}"#), ["/o", "/o/p/k", "/k/1/k"]);
        assert_eq!(pointers(r#"{"\\":1,"a":1}"#), none);
    }

    #[test]
    fn many_keys_are_compared_too() {
        let members: Vec<String> = (0..500).map(|i| format!("\"k{i}\":{i}")).collect();
        let line = format!("{{{}}}", members.join(","));
        let mut places = Places::default();
        assert!(!Repeated::default().in_document(&places.read(&line)));
        assert_eq!(pointers(&line.replace("\"k77\"", "\"k444\"")), ["/k444"]);
    }
}
