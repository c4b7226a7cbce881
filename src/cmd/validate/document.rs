//! A record as the whole document that a schema is about: where each value stands in the line, in one list
//! that is used again for the next record.
//!
//! Decision: the `jsonschema` crate walks this list itself (it is generic over what it validates), so that no
//! value is copied. The line has been checked before, so that reading it here needs no errors, and its depth
//! is bounded; on anything else the list is wrong, but it is never a panic.

use crate::reading::json::{self, Kind};
use std::borrow::Cow;

/// The list that [`Document`]s are made in.
#[derive(Default)]
pub(super) struct Places {
    places: Vec<Place>,
    /// The containers that are not closed yet.
    open: Vec<usize>,
    /// Tells the documents apart that were made in it.
    serial: usize,
}

/// Where a value stands; its members or elements come right behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// There are escapes in its key.
    key_escaped: bool,
    /// Between the quotes; empty if it has none.
    key: (u32, u32),
    value: (u32, u32),
    /// The place behind it and all that it contains.
    next: u32,
    /// How many members or elements it has.
    pub(super) len: u32,
}

/// A line, and where everything in it stands.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    line: &'a str,
    places: &'a [Place],
    /// No other document of these [`Places`] has the same.
    pub(super) serial: usize,
}

impl Places {
    /// Reads a line that is known to be one JSON value.
    pub(super) fn read<'a>(&'a mut self, line: &'a str) -> Document<'a> {
        self.places.clear();
        self.open.clear();
        self.serial += 1;
        let bytes = line.as_bytes();
        let mut key = None;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'"' => {
                    let end = string_end(bytes, at);
                    if key.is_none() && self.in_object() {
                        key = Some((at as u32, end as u32));
                        at = end + 1;
                        continue;
                    }
                    at = end + 1;
                    self.push(bytes, Kind::String, key.take(), start, at);
                }
                b'{' | b'[' => {
                    let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                    self.push(bytes, kind, key.take(), start, at);
                    self.open.push(self.places.len() - 1);
                }
                b'}' | b']' => {
                    let next = self.places.len() as u32;
                    if let Some(place) = self.open.pop().and_then(|open| self.places.get_mut(open)) {
                        place.next = next;
                        place.value.1 = at as u32;
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {}
                _ => {
                    let ends = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
                    at = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length);
                    let kind = match byte {
                        b't' => Kind::True,
                        b'f' => Kind::False,
                        b'n' => Kind::Null,
                        _ => Kind::Number,
                    };
                    self.push(bytes, kind, key.take(), start, at);
                }
            }
        }
        Document { line, places: &self.places, serial: self.serial }
    }

    fn in_object(&self) -> bool {
        self.open.last().and_then(|&open| self.places.get(open)).is_some_and(|place| place.kind == Kind::Object)
    }

    fn push(&mut self, bytes: &[u8], kind: Kind, key: Option<(u32, u32)>, start: usize, end: usize) {
        if let Some(outer) = self.open.last().and_then(|&open| self.places.get_mut(open)) {
            outer.len += 1;
        }
        let key = key.unwrap_or_default();
        let key_escaped = bytes.get(key.0 as usize..key.1 as usize).is_some_and(|key| key.contains(&b'\\'));
        let next = self.places.len() as u32 + 1;
        self.places.push(Place { kind, key_escaped, key, value: (start as u32, end as u32), next, len: 0 });
    }
}

/// Where the closing quote is of the string whose text begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            None | Some(b'"') => return at.min(bytes.len()),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

impl<'a> Document<'a> {
    /// All places, an outer one before what it contains. The first is the whole value.
    pub(super) fn places(&self) -> &'a [Place] {
        self.places
    }

    /// The indexes of the members or elements of the place at `outer`.
    pub(super) fn inside(&self, outer: usize) -> Inside<'a> {
        let end = self.places.get(outer).map_or(0, |place| place.next as usize);
        Inside { places: self.places, at: outer + 1, end }
    }

    /// Whether the place at `inner` is inside the one at `outer`.
    pub(super) fn contains(&self, outer: usize, inner: usize) -> bool {
        outer < inner && self.places.get(outer).is_some_and(|place| inner < place.next as usize)
    }

    /// The value as it is spelled; a string with its quotes.
    pub(super) fn raw(&self, place: &Place) -> &'a str {
        self.text(place.value)
    }

    /// The value, if it is a string.
    pub(super) fn string(&self, place: &Place) -> Option<Cow<'a, str>> {
        let quoted = self.raw(place);
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).filter(|_| place.kind == Kind::String)?;
        Some(if inner.as_bytes().contains(&b'\\') { json::unescape(inner.as_bytes()) } else { Cow::Borrowed(inner) })
    }

    /// The key as it is spelled between its quotes.
    pub(super) fn raw_key(&self, place: &Place) -> &'a str {
        self.text(place.key)
    }

    /// The key.
    pub(super) fn key(&self, place: &Place) -> Cow<'a, str> {
        let raw = self.raw_key(place);
        if place.key_escaped { json::unescape(raw.as_bytes()) } else { Cow::Borrowed(raw) }
    }

    /// Whether its key is `name`.
    pub(super) fn key_is(&self, place: &Place, name: &str) -> bool {
        if place.key_escaped { self.key(place) == name } else { self.raw_key(place) == name }
    }

    fn text(&self, (start, end): (u32, u32)) -> &'a str {
        self.line.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// See [`Document::inside`].
#[derive(Clone)]
pub(super) struct Inside<'a> {
    places: &'a [Place],
    at: usize,
    end: usize,
}

impl Iterator for Inside<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = self.at;
        let place = self.places.get(at).filter(|_| at < self.end)?;
        self.at = place.next as usize;
        Some(at)
    }
}

/// Appends a reference token to a JSON pointer (RFC 6901).
pub(super) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// The document read back into serde_json's.
    fn value(document: &Document<'_>, at: usize) -> Value {
        let place = &document.places()[at];
        match place.kind {
            Kind::Object => Value::Object(
                document
                    .inside(at)
                    .map(|i| (document.key(&document.places()[i]).into_owned(), value(document, i)))
                    .collect(),
            ),
            Kind::Array => Value::Array(document.inside(at).map(|i| value(document, i)).collect()),
            Kind::String => Value::String(document.string(place).expect("a string").into_owned()),
            _ => serde_json::from_str(document.raw(place)).expect("a scalar"),
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(|x: f64| Value::from(x)),
            ".{0,9}".prop_map(Value::from),
            "[\"\\\\{}\\[\\],:a]{0,9}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec(("[a-z\"\\\\]{0,4}", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_document_is_what_serde_json_reads(wanted in any_value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&wanted) } else { serde_json::to_string(&wanted) };
            let text = text.expect("JSON");
            let mut places = Places::default();
            places.read("{\"left\":[\"over\"]}");
            let document = places.read(&text);
            prop_assert_eq!(value(&document, 0), wanted);
        }

        #[test]
        fn any_text_is_no_panic(text in "[\"\\\\{}\\[\\],: a1é]{0,30}") {
            let mut places = Places::default();
            let document = places.read(&text);
            for place in document.places() {
                document.string(place);
                document.key(place);
            }
            prop_assert!(document.inside(0).count() <= document.places().len());
        }
    }
}
