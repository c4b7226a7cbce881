//! `{time}` and `{last:FIELD}` in what is asked of the server: it goes on where the last record was.

use crate::host::secrets::Secret;
use crate::reading::error::{Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time::{self, Spelling};
use crate::storage;

/// How a value is written into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// With `%20`.
    Url,
    /// As in the quotes of JSON.
    Json,
}

/// A text with places for values of the last record. What it has may be secret.
#[derive(Clone, Debug)]
pub(super) struct Template {
    text: Secret,
    escape: Escape,
}

/// A piece of one: a text, or the value of a field with what is in its place before the first record.
enum Piece<'t> {
    Text(&'t str),
    Time(Option<&'t str>),
    Field(&'t str, Option<&'t str>),
}

/// What is known of the last record.
#[derive(Debug)]
pub(super) struct Last {
    /// The field with the time.
    time: String,
    /// Fields that are asked for, and their values as JSON.
    fields: Vec<(String, Option<Vec<u8>>)>,
}

impl Template {
    pub(super) fn of(text: &Secret, escape: Escape) -> Template {
        Template { text: text.clone(), escape }
    }

    fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.text.expose_text().unwrap_or_default();
        while let Some(at) = rest.find("{time").into_iter().chain(rest.find("{last:")).min() {
            let (before, place) = rest.split_at(at);
            let Some((inner, behind)) = place[1..].split_once('}') else { break };
            let (name, default) = match inner.split_once('|') {
                Some((name, default)) => (name, Some(default)),
                None => (inner, None),
            };
            pieces.push(Piece::Text(before));
            pieces.push(match name.strip_prefix("last:") {
                Some(field) => Piece::Field(field, default),
                None if name == "time" => Piece::Time(default),
                None => Piece::Text(&place[..inner.len() + 2]),
            });
            rest = behind;
        }
        pieces.push(Piece::Text(rest));
        pieces
    }

    /// It has places.
    pub(super) fn has_places(&self) -> bool {
        self.pieces().iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }

    /// Remembers which fields it needs.
    pub(super) fn name_fields(&self, last: &mut Last) {
        for piece in self.pieces() {
            match piece {
                Piece::Text(_) => {}
                Piece::Time(_) => last.want(&last.time.clone()),
                Piece::Field(name, _) => last.want(name),
            }
        }
    }

    /// The text with the values of the last record. Without one and without a default, the time is now and a field is
    /// empty.
    pub(super) fn fill(&self, last: &Last) -> Secret {
        let mut text = String::new();
        for piece in self.pieces() {
            let (name, default, is_time) = match piece {
                Piece::Text(piece) => {
                    text.push_str(piece);
                    continue;
                }
                Piece::Time(default) => (last.time.as_str(), default, true),
                Piece::Field(name, default) => (name, default, false),
            };
            match (last.value(name), default) {
                (Some(value), _) => self.escape(&value, &mut text),
                (None, Some(default)) => text.push_str(default),
                (None, None) if is_time => self.escape(&now(), &mut text),
                (None, None) => {}
            }
        }
        Secret::new(text)
    }

    fn escape(&self, value: &str, to: &mut String) {
        match self.escape {
            Escape::Json => {
                let mut quoted = Vec::new();
                json::write_string(value, &mut quoted);
                to.push_str(&String::from_utf8_lossy(&quoted[1..quoted.len() - 1]));
            }
            Escape::Url => {
                for byte in value.bytes() {
                    match byte {
                        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => to.push(byte.into()),
                        _ => to.push_str(&format!("%{byte:02X}")),
                    }
                }
            }
        }
    }
}

fn now() -> String {
    let mut text = Vec::new();
    time::write_rfc3339(time::now(), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

impl Last {
    /// Nothing yet; `time`: the field with the time.
    pub(super) fn new(time: &str) -> Last {
        Last { time: time.to_owned(), fields: Vec::new() }
    }

    fn want(&mut self, name: &str) {
        if !self.fields.iter().any(|(field, _)| field == name) {
            self.fields.push((name.to_owned(), None));
        }
    }

    /// Something is asked for.
    pub(super) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(field, _)| field == name)?;
        match value.as_deref()? {
            b"null" => None,
            [b'"', inner @ .., b'"'] => Some(json::unescape(inner).into_owned()),
            other => Some(String::from_utf8_lossy(other).into_owned()),
        }
    }

    /// A record was handed on. What it lacks stays as it was.
    pub(super) fn note(&mut self, object: &[u8], members: &[Member]) {
        for (name, value) in &mut self.fields {
            if let Some(member) = members.iter().rev().find(|member| member.key_is(object, name)) {
                let bytes = value.get_or_insert_default();
                bytes.clear();
                bytes.extend_from_slice(member.value(object));
            }
        }
    }

    /// Begins with the newest record of a table. A database that is not there yet has none.
    pub(super) fn begin_after(&mut self, db: &str, table: &str) -> Result<()> {
        if !storage::exists(db)? {
            return Ok(());
        }
        let mut reader = storage::reader(db)?;
        if !reader.has(table)? {
            return Ok(());
        }
        let (field, by) = reader.key(table)?;
        let keys = Keys::new(field, Spelling::default(), by, Vec::new());
        let (mut newest, mut members) = (None, Vec::new());
        reader.last_of_each(table, None, &mut |line| {
            members.clear();
            json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
            let time = keys.time(&Record::kept(line, &members))?;
            if newest.is_none_or(|newest| newest < time) {
                newest = Some(time);
                self.note(line, &members);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, escape: Escape, record: &str) -> String {
        let template = Template::of(&Secret::new(text), escape);
        let mut last = Last::new("time");
        template.name_fields(&mut last);
        if !record.is_empty() {
            let mut members = Vec::new();
            json::members(record.as_bytes(), &mut members).expect("an object");
            last.note(record.as_bytes(), &members);
        }
        String::from_utf8(template.fill(&last).expose().to_vec()).expect("UTF-8")
    }

    #[test]
    fn places_are_filled() {
        let record = r#"{"time":"2024-04-27T14:00:00+02:00","seq":17,"id":"a \"b\"","x":null}"#;
        for (text, url, json) in [
            ("/s?since={time}", "/s?since=2024-04-27T14%3A00%3A00%2B02%3A00", "/s?since=2024-04-27T14:00:00+02:00"),
            ("{\"id\":\"{last:id}\"}", "{\"id\":\"a%20%22b%22\"}", "{\"id\":\"a \\\"b\\\"\"}"),
            ("{last:seq}{last:seq}", "1717", "1717"),
            ("{last:x|7}{last:y|}{last:z}", "7", "7"),
            ("{\"time\":1}{timer}{last:seq", "{\"time\":1}{timer}{last:seq", "{\"time\":1}{timer}{last:seq"),
        ] {
            assert_eq!(filled(text, Escape::Url, record), url, "{text}");
            assert_eq!(filled(text, Escape::Json, record), json, "{text}");
        }
        assert_eq!(filled("{last:seq|0}&{time|never}", Escape::Url, ""), "0&never");
        assert!(filled("{time}", Escape::Json, "").starts_with("20"));
    }
}
