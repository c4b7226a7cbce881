//! Events of the link between a source and its server, as records:
//! `{"link":"lost","reason":"…","source":"mqtt://127.0.0.1:1883","time":"…"}`.
//!
//! Decision: an event is known by its first field, so that a reading costs one comparison (doc/adr/0030).

use crate::reading::json;

const CONNECTED: &[u8] = b"{\"link\":\"connected\"";
const LOST: &[u8] = b"{\"link\":\"lost\"";
/// What both begin with.
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
    /// That after the event that a record is; `None`: it is none.
    #[inline]
    pub(crate) fn of(record: &[u8]) -> Option<State> {
        if record.first_chunk() == Some(LINK) { State::of_link(record) } else { None }
    }

    #[cold]
    fn of_link(record: &[u8]) -> Option<State> {
        if record.starts_with(CONNECTED) {
            Some(State::Up)
        } else if record.starts_with(LOST) {
            Some(State::Down)
        } else {
            None
        }
    }
}

impl Event {
    /// Appends the record, without its time: `{"link":"connected","source":"…"}`.
    pub(crate) fn write(&self, source: &str, to: &mut Vec<u8>) {
        match self {
            Event::Connected => to.extend_from_slice(CONNECTED),
            Event::Lost(reason) => {
                to.extend_from_slice(LOST);
                to.extend_from_slice(b",\"reason\":");
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
    fn an_event_is_known_by_its_first_field() {
        let written = |event: Event| {
            let mut to = Vec::new();
            event.write("ws://a/\"b\"", &mut to);
            json::members(&to, &mut Vec::new()).expect("an object");
            to
        };
        assert_eq!(State::of(&written(Event::Connected)), Some(State::Up));
        assert_eq!(State::of(&written(Event::Lost("a \"b\"\n".to_owned()))), Some(State::Down));
        for other in
            ["{\"link\":\"losts\"}", "{\"link\":1}", "{\"link\":\"", "{}", "", "{\"value\":1,\"link\":\"lost\"}"]
        {
            assert_eq!(State::of(other.as_bytes()), None, "{other}");
        }
    }
}
