//! What a server that only sends hears of its clients (RFC 6455): pings and closes; their messages pass by unread
//! and take no memory.

use super::head::{self, Breach, Head, Side};
use tungstenite::protocol::frame::coding::{CloseCode, Control, OpCode};

/// Nobody needs to say more than this to a server that does not listen.
const MAX_IGNORED: u64 = 64 << 10;

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// To be answered with the same bytes.
    Ping(Vec<u8>),
    /// To be answered with the same code.
    Close(Option<CloseCode>),
    /// It is no client of this protocol, or says too much: to be closed with this code.
    Fault(CloseCode),
}

/// What a client sends: bytes in, what matters out.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    /// A frame's head, or a control frame, of which some is missing.
    bytes: Vec<u8>,
    /// So much of `bytes` is done with.
    done: usize,
    /// So much of a message is still to pass by.
    skip: u64,
}

impl Ear {
    /// Takes what was received. Call [`Ear::next`] until it has nothing more.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.done);
        self.done = 0;
        let skipped = self.skip.min(bytes.len() as u64);
        self.skip -= skipped;
        self.bytes.extend_from_slice(&bytes[skipped as usize..]);
    }

    /// The next thing that a client said which matters.
    pub(crate) fn next(&mut self) -> Option<Heard> {
        self.frame().unwrap_or_else(|(code, _)| Some(Heard::Fault(code)))
    }

    fn frame(&mut self) -> Result<Option<Heard>, Breach> {
        loop {
            let rest = &self.bytes[self.done..];
            // No extension was agreed on.
            let Some(head) = Head::read(rest, Side::Client, false)? else { return Ok(None) };
            if head.length > MAX_IGNORED {
                return Err((CloseCode::Size, "a message to a server that does not listen"));
            }
            let end = head.start + head.length as usize;
            let OpCode::Control(control) = head.opcode else {
                let passed = end.min(rest.len());
                self.skip = (end - passed) as u64;
                self.done += passed;
                continue;
            };
            let Some(payload) = rest.get(head.start..end) else { return Ok(None) };
            let mut payload = payload.to_vec();
            head::mask(&mut payload, head.mask);
            self.done += end;
            match control {
                Control::Ping => return Ok(Some(Heard::Ping(payload))),
                Control::Close => return Ok(Some(Heard::Close(head::close(&payload)?.0))),
                Control::Pong | Control::Reserved(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Side::Client.write_text(payload, &mut bytes);
        bytes[0] = first;
        bytes
    }

    fn heard(bytes: &[u8], pieces: usize) -> Vec<Heard> {
        let mut ear = Ear::default();
        let mut all = Vec::new();
        for piece in bytes.chunks(pieces) {
            ear.hear(piece);
            while let Some(heard) = ear.next() {
                let fault = matches!(heard, Heard::Fault(_));
                all.push(heard);
                if fault {
                    return all;
                }
            }
            assert!(ear.bytes.len() - ear.done < 14 + 125, "messages take no memory");
        }
        all
    }

    #[test]
    fn pings_and_closes_are_heard_among_messages() {
        let text = [
            masked(0x81, b"hello"),
            masked(0x02, &[0; 300]),
            masked(0x89, b"are you there"),
            masked(0x80, &[0; 60_000]),
            masked(0x8a, b""),
            masked(0x88, &[3, 0xe8, b'b', b'y', b'e']),
            masked(0x88, b""),
        ]
        .concat();
        let wanted =
            [Heard::Ping(b"are you there".to_vec()), Heard::Close(Some(CloseCode::Normal)), Heard::Close(None)];
        for pieces in [1, 2, 3, 7, 100, usize::MAX] {
            assert_eq!(heard(&text, pieces), wanted, "{pieces}");
        }
    }

    #[test]
    fn what_is_no_client_is_a_fault() {
        let mut unmasked = Vec::new();
        Side::Server.write_ping(&mut unmasked);
        let faults = [
            (unmasked, CloseCode::Protocol),
            (masked(0xc1, b"compressed"), CloseCode::Protocol),
            (masked(0x83, b"unknown"), CloseCode::Protocol),
            (masked(0x8b, b"unknown"), CloseCode::Protocol),
            (masked(0x09, b"a ping in pieces"), CloseCode::Protocol),
            (masked(0x89, &[0; 126]), CloseCode::Protocol),
            (masked(0x81, &[0; 65_537]), CloseCode::Size),
            (b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask".to_vec(), CloseCode::Size),
            (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask".to_vec(), CloseCode::Protocol),
            (masked(0x88, b"\x03"), CloseCode::Protocol),
            (masked(0x88, b"\x03\xed"), CloseCode::Protocol),
        ];
        for (bytes, code) in faults {
            for pieces in [1, usize::MAX] {
                assert_eq!(heard(&bytes, pieces), [Heard::Fault(code)], "{bytes:?}");
            }
        }
    }
}
