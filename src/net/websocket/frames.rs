//! The receiving side of RFC 6455, section 5: messages out of bytes as they come, plain or compressed.
//!
//! Decision: our own reader, on tungstenite's frame headers, because a message that is too large must pass by
//! without being held and without the loss of the connection; a message that is in the buffer as a
//! whole is never copied. What the RFC forbids ends the connection; what a message says is not judged here.

use super::head::{self, Head, Side};
use super::inflate::Inflate;
use super::message::{Fault, Long, Message, Receive};
use crate::reading::error::Result;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// Hundreds of messages a call to the system; larger ones measured no better.
const BUFFER_BYTES: usize = 128 << 10;

/// Reads frames.
pub(crate) struct Frames {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// How much of the data frame that is passing is still to come, and whether it ends its message.
    frame: Option<(u64, bool)>,
    message: Option<Message>,
    /// What the last fragmented message was held in, to be used again.
    spare: Vec<u8>,
    inflate: Option<Inflate>,
    max: usize,
}

impl Frames {
    /// `first`: what came after the handshake. `inflate`: compressed messages were agreed on.
    /// Messages of more than `max` bytes come in parts.
    pub(crate) fn new(first: &[u8], inflate: Option<Inflate>, max: usize) -> Frames {
        let mut buffer = vec![0; BUFFER_BYTES.max(first.len())].into_boxed_slice();
        buffer[..first.len()].copy_from_slice(first);
        let end = first.len();
        Frames { buffer, start: 0, end, frame: None, message: None, spare: Vec::new(), inflate, max }
    }

    /// Where to read to. Never empty: [`Frames::take`] leaves less than a control frame.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.buffer[self.end..]
    }

    /// How many bytes were read there.
    pub(crate) fn filled(&mut self, n: usize) {
        self.end += n;
    }

    /// A message has begun and not ended.
    pub(crate) fn is_inside_message(&self) -> bool {
        self.message.is_some() || self.frame.is_some() || self.start < self.end
    }

    /// `to` will get nothing more: what has begun will not end for it.
    pub(crate) fn abandon(&mut self, to: &mut impl Receive) -> Result<()> {
        match &mut self.message {
            // Its frames may still pass by, for somebody else.
            Some(message) if message.is_long => to.long(Long::End),
            Some(message) => to.torn(&std::mem::take(&mut message.bytes)),
            None => Ok(()),
        }
    }

    /// Hands on all that is there.
    pub(crate) fn take(&mut self, to: &mut impl Receive) -> Result<(), Fault> {
        while !to.is_done() {
            let there = match self.frame {
                Some((left, is_final)) => self.payload(left, is_final, to)?,
                None => self.header(to)?,
            };
            if !there {
                break;
            }
        }
        Ok(())
    }

    /// Some of a data frame's payload. False: more must come.
    fn payload(&mut self, left: u64, is_final: bool, to: &mut impl Receive) -> Result<bool, Fault> {
        let there = usize::try_from(left).unwrap_or(usize::MAX).min(self.end - self.start);
        let bytes = &self.buffer[self.start..self.start + there];
        self.start += there;
        let left = left - there as u64;
        self.frame = Some((left, is_final));
        let Some(message) = &mut self.message else {
            return Err(Fault::Protocol(CloseCode::Protocol, "a frame without a message"));
        };
        match &mut self.inflate {
            Some(inflate) if message.compressed && left == 0 && is_final => inflate.last(bytes, message, to)?,
            Some(inflate) if message.compressed => inflate.add(bytes, message, to)?,
            _ => message.add(bytes, to)?,
        }
        if left > 0 {
            return Ok(false);
        }
        self.frame = None;
        if is_final {
            self.finish(to)?;
        }
        Ok(true)
    }

    fn finish(&mut self, to: &mut impl Receive) -> Result<(), Fault> {
        let Some(message) = self.message.take() else { return Ok(()) };
        if message.is_long {
            to.long(Long::End)?;
        } else {
            to.message(message.binary, &message.bytes)?;
        }
        self.spare = message.bytes;
        self.spare.clear();
        Ok(())
    }

    /// A frame's header, and the whole frame if that is there. False: more must come.
    fn header(&mut self, to: &mut impl Receive) -> Result<bool, Fault> {
        let bytes = &self.buffer[self.start..self.end];
        let Some(head) = Head::read(bytes, Side::Server, self.inflate.is_some())? else { return Ok(false) };
        let Head { opcode, is_final, compressed, start, length, .. } = head;
        let whole = usize::try_from(length).ok().and_then(|length| bytes[start..].get(..length));
        let binary = match opcode {
            OpCode::Control(control) => {
                let Some(payload) = whole else { return Ok(false) };
                self.start += start + payload.len();
                return control_frame(control, payload, to).map(|()| true);
            }
            OpCode::Data(Data::Continue) => match &mut self.message {
                None => return Err(Fault::Protocol(CloseCode::Protocol, "a continuation of nothing")),
                Some(_) if compressed => {
                    return Err(Fault::Protocol(CloseCode::Protocol, "a continuation marked as compressed"));
                }
                Some(message) => {
                    if !message.compressed && !message.is_long && length > (self.max - message.bytes.len()) as u64 {
                        message.spill(to)?;
                    }
                    self.start += start;
                    self.frame = Some((length, is_final));
                    return Ok(true);
                }
            },
            OpCode::Data(data) => data == Data::Binary,
        };
        if self.message.is_some() {
            return Err(Fault::Protocol(CloseCode::Protocol, "a new message inside of another"));
        }
        let fits = length <= self.max as u64;
        match whole {
            Some(payload) if is_final && fits && !compressed => {
                to.message(binary, payload)?;
                self.start += start + payload.len();
            }
            _ => {
                let bytes = std::mem::take(&mut self.spare);
                let mut message = Message { binary, compressed, bytes, is_long: false, max: self.max };
                // Its length tells already: nothing of it need be held.
                if !fits && !compressed {
                    message.spill(to)?;
                }
                self.message = Some(message);
                self.start += start;
                self.frame = Some((length, is_final));
            }
        }
        Ok(true)
    }
}

fn control_frame(control: Control, payload: &[u8], to: &mut impl Receive) -> Result<(), Fault> {
    match (control, payload) {
        (Control::Ping, payload) => to.ping(payload),
        // Any traffic counts as life, so what it answers does not matter.
        (Control::Pong, _) => {}
        (Control::Close, payload) => {
            let (code, reason) = head::close(payload)?;
            to.close(code, reason);
        }
        (Control::Reserved(_), _) => return Err(Fault::Protocol(CloseCode::Protocol, "an unknown opcode")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default, Debug, PartialEq)]
    struct Seen {
        messages: Vec<(bool, Vec<u8>)>,
        long: Vec<Vec<u8>>,
        open: bool,
        torn: Vec<Vec<u8>>,
        pings: usize,
        closed: Option<Option<CloseCode>>,
    }

    impl Receive for Seen {
        fn message(&mut self, binary: bool, bytes: &[u8]) -> Result<()> {
            self.messages.push((binary, bytes.to_vec()));
            Ok(())
        }

        fn long(&mut self, part: Long<'_>) -> Result<()> {
            match part {
                Long::Begin(_) => {
                    self.long.push(Vec::new());
                    self.open = true;
                }
                Long::Piece(bytes) => self.long.last_mut().unwrap().extend_from_slice(bytes),
                Long::End => self.open = false,
            }
            Ok(())
        }

        fn torn(&mut self, bytes: &[u8]) -> Result<()> {
            self.torn.push(bytes.to_vec());
            Ok(())
        }

        fn ping(&mut self, _: &[u8]) {
            self.pings += 1;
        }

        fn close(&mut self, code: Option<CloseCode>, _: &[u8]) {
            self.closed = Some(code);
        }

        fn is_done(&self) -> bool {
            self.closed.is_some()
        }
    }

    /// Reads `bytes` in pieces of these sizes, over and over.
    fn read(bytes: &[u8], pieces: &[usize], max: usize, inflate: bool) -> (Seen, Option<(CloseCode, &'static str)>) {
        let inflate = inflate.then(|| Inflate::new(false));
        let (mut frames, mut seen) = (Frames::new(b"", inflate, max), Seen::default());
        let mut rest = bytes;
        for size in pieces.iter().cycle() {
            let room = frames.room();
            let n = rest.len().min(*size).min(room.len());
            room[..n].copy_from_slice(&rest[..n]);
            frames.filled(n);
            match frames.take(&mut seen) {
                Ok(()) => {}
                Err(Fault::Protocol(code, why)) => return (seen, Some((code, why))),
                Err(Fault::Receiver(why)) => panic!("{why}"),
            }
            rest = &rest[n..];
            if rest.is_empty() {
                break;
            }
        }
        frames.abandon(&mut seen).unwrap();
        (seen, None)
    }

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            n @ 0..126 => bytes.push(n as u8),
            n @ 126..65536 => {
                bytes.push(126);
                bytes.extend_from_slice(&(n as u16).to_be_bytes());
            }
            n => {
                bytes.push(127);
                bytes.extend_from_slice(&(n as u64).to_be_bytes());
            }
        }
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn fragments_with_pings_between_them() {
        let bytes =
            [frame(0x01, b"{\"a\""), frame(0x89, b"x"), frame(0x00, b":"), frame(0x89, b""), frame(0x80, b"1}")]
                .concat();
        for piece in [1, 2, 3, 1000] {
            let (seen, fault) = read(&bytes, &[piece], 100, false);
            assert_eq!(seen.messages, [(false, b"{\"a\":1}".to_vec())]);
            assert_eq!((seen.pings, fault), (2, None));
        }
    }

    #[test]
    fn what_is_too_large_passes_by_and_the_next_is_there() {
        let large = vec![b'x'; 300_000];
        let bytes =
            [frame(0x81, &large), frame(0x01, &large[..60]), frame(0x80, &large[..60]), frame(0x82, b"ok")].concat();
        for piece in [7, 1 << 20] {
            let (seen, fault) = read(&bytes, &[piece], 100, false);
            assert_eq!(seen.long, [large.clone(), large[..120].to_vec()]);
            assert_eq!(seen.messages, [(true, b"ok".to_vec())]);
            assert_eq!((seen.open, fault), (false, None));
        }
    }

    #[test]
    fn what_has_no_end_is_torn() {
        for (bytes, torn) in [
            (&b"\x01\x05{\"a\":"[..], &["{\"a\":"][..]),
            (b"\x81\x09{\"a", &["{\"a"]),
            (b"\x01\x01{\x89\x01", &["{"]),
            (b"\x01\x00", &[""]),
            (b"\x81\x01x\x81", &[]),
        ] {
            for pieces in [1, 100] {
                let seen = read(bytes, &[pieces], 100, false).0;
                let found: Vec<_> = seen.torn.iter().map(|bytes| String::from_utf8_lossy(bytes)).collect();
                assert_eq!(found, torn, "{bytes:?}");
            }
        }
    }

    #[test]
    fn after_a_receiver_is_gone_the_rest_of_its_message_passes_by() {
        for first in [0x81, 0x01] {
            let bytes = [frame(first, &[b'x'; 200]), frame(0x80, b"y"), frame(0x88, b"\x03\xe8")].concat();
            let (mut frames, mut seen, mut next) =
                (Frames::new(&bytes[..50], None, 9), Seen::default(), Seen::default());
            frames.take(&mut seen).unwrap();
            frames.abandon(&mut seen).unwrap();
            assert!(!seen.open && seen.long.len() == 1);
            // Of the two kinds the one whole message has no continuation.
            let rest = if first == 0x81 { [&bytes[50..204], &bytes[207..]].concat() } else { bytes[50..].to_vec() };
            frames.room()[..rest.len()].copy_from_slice(&rest);
            frames.filled(rest.len());
            next.long.push(Vec::new());
            frames.take(&mut next).unwrap();
            assert_eq!(next.closed, Some(Some(CloseCode::Normal)));
        }
    }

    #[test]
    fn what_the_rfc_forbids() {
        let cases: [(&[u8], &str); 12] = [
            (b"\x81\x81abcdx", "a masked frame"),
            (b"\xc1\x01x", "a reserved bit that was not agreed on"),
            (b"\xa1\x01x", "a reserved bit that was not agreed on"),
            (b"\x83\x01x", "an unknown opcode"),
            (b"\x8b\x01x", "an unknown opcode"),
            (b"\x80\x01x", "a continuation of nothing"),
            (b"\x01\x01x\x81\x01y", "a new message inside of another"),
            (b"\x09\x01x", "a control frame that is too long, torn or compressed"),
            (b"\x89\x7e\x00\x7e", "a control frame that is too long, torn or compressed"),
            (b"\x88\x01x", "half a close code"),
            (b"\x88\x02\x03\xed", "a close code that may not be sent"),
            (b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "a frame of more than 2^63 bytes"),
        ];
        for (bytes, why) in cases {
            assert_eq!(read(bytes, &[1], 100, false).1, Some((CloseCode::Protocol, why)), "{bytes:?}");
        }
    }

    #[test]
    fn closing() {
        assert_eq!(read(b"\x88\x00\x81\x01x", &[9], 9, false).0, Seen { closed: Some(None), ..Seen::default() });
        assert_eq!(read(b"\x88\x02\x03\xe8", &[1], 9, false).0.closed, Some(Some(CloseCode::Normal)));
    }

    #[test]
    fn compressed_as_in_the_examples_of_rfc_7692() {
        // Sections 7.2.3.1, .2 (context taken over), .3 (a stored block), .4 (BFINAL), .5 (two blocks).
        let cases: [&[u8]; 5] = [
            b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00",
            b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00",
            b"\xc1\x0b\x00\x05\x00\xfa\xffHello\x00",
            b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
        ];
        for (i, bytes) in cases.iter().enumerate() {
            for piece in [1, 100] {
                let (seen, fault) = read(bytes, &[piece], 100, true);
                assert_eq!(fault, None, "{i}");
                assert!(!seen.messages.is_empty() && seen.messages.iter().all(|(_, m)| m == b"Hello"), "{i} {seen:?}");
            }
        }
        assert_eq!(
            read(b"\xc1\x02\xff\xff", &[9], 100, true).1,
            Some((CloseCode::Invalid, "data that does not inflate"))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_read_alike(
            bytes in prop::collection::vec(prop_oneof![Just(0x81_u8), Just(0x01), Just(0x80), Just(0xc1), 0..130_u8, any::<u8>()], 0..200),
            pieces in prop::collection::vec(1..50_usize, 1..5),
            inflate in any::<bool>(),
        ) {
            // How much of a message comes before a fault in it depends on the pieces.
            let settled = |(seen, fault): (Seen, _)| match fault {
                None => (seen, fault),
                Some(_) => (Seen { long: Vec::new(), open: false, torn: Vec::new(), ..seen }, fault),
            };
            let whole = settled(read(&bytes, &[1000], 20, inflate));
            prop_assert_eq!(settled(read(&bytes, &pieces, 20, inflate)), whole);
        }
    }
}
