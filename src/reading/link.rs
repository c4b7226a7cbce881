//! Events of the link between a source and its server, as records:
//! `{"link":"lost","reason":"…","source":"mqtt://127.0.0.1:1883","time":"…"}`.
//!
//! Decision: an event is looked for by its first bytes, so that a reading costs one comparison, and known by all of its fields
//! (doc/adr/0030).

use crate::reading::json;
use crate::reading::time;

/// What an event begins with.
const LINK: &[u8; 9] = b"{\"link\":\"";

/// What happened to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Connected,
    /// For this reason.
    Lost(String),
}

/// What a link is after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Up,
    Down,
}

impl State {
    /// That after the event that a record is, and when it happened, ns since 1970; `None`: it is none.
    #[inline]
    pub(crate) fn of(record: &[u8]) -> Option<(State, i64)> {
        if record.first_chunk() == Some(LINK) { State::of_link(record) } else { None }
    }

    /// A reading may have a field of this name: an event has just those that [`Event::write`] writes, and then its time.
    #[cold]
    fn of_link(record: &[u8]) -> Option<(State, i64)> {
        let mut members = Vec::new();
        json::members(record, &mut members).ok()?;
        let names: Vec<_> = members.iter().map(|member| member.key_text(record)).collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        let state = match (members.first()?.value(record), &names[..]) {
            (br#""connected""#, ["link", "source", _]) => State::Up,
            (br#""lost""#, ["link", "reason", "source", _]) => State::Down,
            _ => return None,
        };
        let time = members.last()?.text(record)?;
        Some((state, time::parse_rfc3339(time.as_bytes()).ok()?))
    }
}

impl Event {
    /// Appends the record, without its time: `{"link":"connected","source":"…"}`.
    pub(crate) fn write(&self, source: &str, to: &mut Vec<u8>) {
        match self {
            Event::Connected => to.extend_from_slice(br#"{"link":"connected""#),
            Event::Lost(reason) => {
                to.extend_from_slice(br#"{"link":"lost","reason":"#);
                json::write_string(reason, to);
            }
        }
        to.extend_from_slice(b",\"source\":");
        json::write_string(source, to);
        to.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_just_what_a_source_writes() {
        let written = |event: Event| {
            let mut to = Vec::new();
            event.write("ws://a/\"b\"", &mut to);
            let mut record = json::Appender::open(&mut to, false);
            record.add("t", |to| to.extend_from_slice(b"\"1970-01-01T00:00:01Z\""));
            record.close();
            to
        };
        assert_eq!(State::of(&written(Event::Connected)), Some((State::Up, 1_000_000_000)));
        let lost = written(Event::Lost("a \"b\"\n".to_owned()));
        assert_eq!(State::of(&lost), Some((State::Down, 1_000_000_000)));
        for other in [
            "{\"link\":\"lost\",\"rssi\":-90,\"time\":1,\"device\":\"modem\"}",
            "{\"link\":\"lost\",\"source\":\"a\",\"time\":\"1970-01-01T00:00:01Z\"}",
            "{\"link\":\"connected\",\"source\":\"a\",\"time\":1}",
            "{\"link\":\"connected\",\"source\":\"a\",\"time\":\"1970-01-01T00:00:01Z\",\"value\":1}",
            "{\"link\":\"connected\"}",
            "{\"link\":1}",
            "{\"link\":\"",
            "{}",
            "",
        ] {
            assert_eq!(State::of(other.as_bytes()), None, "{other}");
        }
    }
}
