//! WebSocket frames as a server needs them (RFC 6455): it writes whole, unmasked ones, and of what clients
//! send it hears pings and closes; their messages pass by unread and take no memory.

use std::ops::Range;

/// The longest header of a server's frame.
pub(super) const HEADER: usize = 10;

/// The stream has come to its end (RFC 6455, 7.4.1).
pub(super) const NORMAL: u16 = 1000;
/// Going away: the stream was cut short.
pub(super) const AWAY: u16 = 1001;
const PROTOCOL: u16 = 1002;
const TOO_BIG: u16 = 1009;

/// Nobody needs to say more than this to a server that does not listen.
const MAX_IGNORED: u64 = 64 << 10;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Appends a text message.
pub(super) fn write_text(text: &[u8], to: &mut Vec<u8>) {
    write(TEXT, text, to);
}

/// Appends a ping.
pub(super) fn write_ping(to: &mut Vec<u8>) {
    write(PING, b"", to);
}

/// Appends the answer to a ping.
pub(super) fn write_pong(payload: &[u8], to: &mut Vec<u8>) {
    write(PONG, payload, to);
}

/// Appends a close; `None`: the peer gave no reason, so there is none to repeat.
pub(super) fn write_close(code: Option<u16>, to: &mut Vec<u8>) {
    match code {
        Some(code) => write(CLOSE, &code.to_be_bytes(), to),
        None => write(CLOSE, b"", to),
    }
}

fn write(opcode: u8, payload: &[u8], to: &mut Vec<u8>) {
    to.push(0x80 | opcode);
    match payload.len() {
        len @ 0..126 => to.push(len as u8),
        len @ 126..=0xffff => {
            to.push(126);
            to.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            to.push(127);
            to.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    to.extend_from_slice(payload);
}

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// To be answered with the same bytes.
    Ping(Vec<u8>),
    /// To be answered with the same code.
    Close(Option<u16>),
    /// It is no client of this protocol, or says too much: to be closed with this code.
    Fault(u16),
}

/// What a client sends: bytes in, what matters out.
#[derive(Debug, Default)]
pub(super) struct Ear {
    /// A frame's head, or a control frame, of which some is missing.
    bytes: Vec<u8>,
    /// So much of `bytes` is done with.
    done: usize,
    /// So much of a message is still to pass by.
    skip: u64,
}

impl Ear {
    /// Takes what was received. Call [`Ear::next`] until it has nothing more.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.done);
        self.done = 0;
        let skipped = self.skip.min(bytes.len() as u64);
        self.skip -= skipped;
        self.bytes.extend_from_slice(&bytes[skipped as usize..]);
    }

    /// The next thing that a client said which matters.
    pub(super) fn next(&mut self) -> Option<Heard> {
        loop {
            let rest = &self.bytes[self.done..];
            let frame = match Head::read(rest)? {
                Ok(frame) => frame,
                Err(code) => return Some(Heard::Fault(code)),
            };
            if frame.opcode < CLOSE {
                let passed = frame.payload.end.min(rest.len());
                self.skip = (frame.payload.end - passed) as u64;
                self.done += passed;
                continue;
            }
            let mut payload = rest.get(frame.payload.clone())?.to_vec();
            for (i, byte) in payload.iter_mut().enumerate() {
                *byte ^= frame.mask[i % 4];
            }
            self.done += frame.payload.end;
            match frame.opcode {
                PING => return Some(Heard::Ping(payload)),
                CLOSE => {
                    let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return Some(Heard::Close(code));
                }
                _ => {}
            }
        }
    }
}

/// A client's frame, as its head says.
struct Head {
    opcode: u8,
    mask: [u8; 4],
    payload: Range<usize>,
}

impl Head {
    /// `None`: some of it is missing. An error is the code to close with.
    fn read(bytes: &[u8]) -> Option<Result<Head, u16>> {
        let &[first, second, ..] = bytes else { return None };
        let (last, opcode) = (first & 0x80 != 0, first & 0x0f);
        let control = opcode >= CLOSE;
        let known = matches!(opcode, 0..=2 | CLOSE..=PONG);
        // No extension was agreed on, and clients mask (RFC 6455, 5.2 and 5.1).
        if first & 0x70 != 0 || second & 0x80 == 0 || !known || (control && !last) {
            return Some(Err(PROTOCOL));
        }
        let (length, start) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(*bytes[2..].first_chunk()?)), 4),
            127 => (u64::from_be_bytes(*bytes[2..].first_chunk()?), 10),
            length => (u64::from(length), 2),
        };
        match length {
            126.. if control => return Some(Err(PROTOCOL)),
            length if length > MAX_IGNORED => return Some(Err(TOO_BIG)),
            _ => {}
        }
        let mask = *bytes[start..].first_chunk()?;
        let start = start + 4;
        Some(Ok(Head { opcode, mask, payload: start..start + length as usize }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(first & 0x0f, payload, &mut bytes);
        bytes[0] = first;
        bytes[1] |= 0x80;
        let head = bytes.len() - payload.len();
        let mask = [1, 2, 3, 4];
        for (i, byte) in bytes[head..].iter_mut().enumerate() {
            *byte ^= mask[i % 4];
        }
        bytes.splice(head..head, mask);
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
    fn lengths_are_spelled_as_short_as_they_are() {
        for (length, head) in
            [(125, &[0x81, 125][..]), (126, &[0x81, 126, 0, 126]), (0x1_0000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])]
        {
            let mut bytes = Vec::new();
            write_text(&vec![b'x'; length], &mut bytes);
            assert_eq!((&bytes[..head.len()], bytes.len()), (head, head.len() + length));
        }
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
        let wanted = [Heard::Ping(b"are you there".to_vec()), Heard::Close(Some(1000)), Heard::Close(None)];
        for pieces in [1, 2, 3, 7, 100, usize::MAX] {
            assert_eq!(heard(&text, pieces), wanted, "{pieces}");
        }
    }

    #[test]
    fn what_is_no_client_is_a_fault() {
        let mut unmasked = Vec::new();
        write_ping(&mut unmasked);
        let faults = [
            (unmasked, PROTOCOL),
            (masked(0xc1, b"compressed"), PROTOCOL),
            (masked(0x83, b"unknown"), PROTOCOL),
            (masked(0x8b, b"unknown"), PROTOCOL),
            (masked(0x09, b"a ping in pieces"), PROTOCOL),
            (masked(0x89, &[0; 126]), PROTOCOL),
            (masked(0x81, &[0; 65_537]), TOO_BIG),
            (vec![0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], TOO_BIG),
        ];
        for (bytes, code) in faults {
            for pieces in [1, usize::MAX] {
                assert_eq!(heard(&bytes, pieces), [Heard::Fault(code)], "{bytes:?}");
            }
        }
    }
}
