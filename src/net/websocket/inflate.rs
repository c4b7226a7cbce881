//! permessage-deflate (RFC 7692), the receiving side: what was agreed on, and a message's bytes out of what was sent.
//! We send nothing compressed, so only what the server does matters.

use super::message::{Fault, Message, Receive};
use crate::net::wait::unreachable;
use crate::reading::error::Result;
use flate2::{Decompress, FlushDecompress, Status};
use tungstenite::protocol::frame::coding::CloseCode;

/// The words of the offer. Without parameters: any window, with or without context, as the server likes.
pub(super) const OFFER: &str = "permessage-deflate";

/// What a sender takes off the end of a message (RFC 7692, 7.2.2).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// How much is inflated at a time.
const CHUNK_BYTES: usize = 16 << 10;

/// Inflates messages.
pub(crate) struct Inflate {
    state: Decompress,
    /// Each message begins without what the last one left.
    forgets: bool,
    chunk: Box<[u8]>,
    /// The last bytes of a message with the tail, to be used again.
    whole: Vec<u8>,
}

impl Inflate {
    /// `forgets`: the server agreed to `server_no_context_takeover`.
    pub(crate) fn new(forgets: bool) -> Inflate {
        Inflate {
            state: Decompress::new(false),
            forgets,
            chunk: vec![0; CHUNK_BYTES].into_boxed_slice(),
            whole: Vec::new(),
        }
    }

    /// Out of the server's answer to the offer: one extension with its parameters (RFC 7692, 7.1).
    pub(super) fn agreed(answer: &str) -> Result<Inflate> {
        let mut words = answer.split(';').map(str::trim);
        let mut forgets = false;
        let mut seen = Vec::new();
        let known = words.next().is_some_and(|name| name.eq_ignore_ascii_case(OFFER))
            && words.all(|word| {
                let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
                let value = value.map(|value| value.trim().trim_matches('"'));
                let name = name.trim();
                forgets |= name == "server_no_context_takeover";
                // RFC 7692, 7.1: no parameter comes twice.
                if seen.contains(&name) {
                    return false;
                }
                seen.push(name);
                match name {
                    "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
                    // The largest window reads what any smaller one wrote.
                    "server_max_window_bits" => {
                        value.and_then(|v| v.parse().ok()).is_some_and(|v| (8..=15).contains(&v))
                    }
                    _ => false,
                }
            });
        if known {
            Ok(Inflate::new(forgets))
        } else {
            Err(unreachable("the server answers with an extension that was not offered"))
        }
    }

    /// Inflates some bytes into `message`.
    pub(super) fn add(&mut self, mut bytes: &[u8], message: &mut Message, to: &mut impl Receive) -> Result<(), Fault> {
        loop {
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let status = self
                .state
                .decompress(bytes, &mut self.chunk, FlushDecompress::Sync)
                .map_err(|_| Fault::Protocol(CloseCode::Invalid, "data that does not inflate"))?;
            let read = (self.state.total_in() - read) as usize;
            let written = (self.state.total_out() - written) as usize;
            bytes = &bytes[read..];
            message.add(&self.chunk[..written], to)?;
            if status == Status::StreamEnd {
                // A sender may end its stream with a message (RFC 7692, 7.2.3.4); the next bytes begin a new one.
                self.state.reset(false);
            }
            let stuck = read == 0 && written == 0;
            let all = bytes.is_empty() && written < self.chunk.len();
            // A little that inflates to very much must not keep a stop waiting.
            if all || stuck || to.is_done() {
                return Ok(());
            }
        }
    }

    /// Inflates the last bytes of a message.
    pub(super) fn last(&mut self, bytes: &[u8], message: &mut Message, to: &mut impl Receive) -> Result<(), Fault> {
        // In one go with the tail: a call costs more than a short message.
        let mut whole = std::mem::take(&mut self.whole);
        whole.clear();
        whole.extend_from_slice(bytes);
        whole.extend_from_slice(&TAIL);
        let result = self.add(&whole, message, to);
        self.whole = whole;
        if self.forgets {
            self.state.reset(false);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let right = [
            "permessage-deflate",
            "Permessage-Deflate; client_no_context_takeover",
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate;server_max_window_bits=\"15\"",
        ];
        for answer in right {
            assert!(!Inflate::agreed(answer).unwrap().forgets, "{answer}");
        }
        assert!(Inflate::agreed("permessage-deflate; server_no_context_takeover").unwrap().forgets);
        let wrong = [
            "x-webkit-deflate-frame",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; x",
            "",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        ];
        for answer in wrong {
            assert!(Inflate::agreed(answer).is_err(), "{answer}");
        }
    }
}
