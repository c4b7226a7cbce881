//! Cuts what comes over a connection into packets. A message larger than we hold comes in pieces, so that it costs
//! neither memory nor the connection: whoever only closes would get it again at each connect, for ever.
//!
//! The broker is never told of our limit: one that knows it drops what is larger, and says nothing (MQTT 5, 3.1.2.11.4).

use super::packet::{self, Packet, Protocol, Publish};
use crate::net::wait::unreachable;
use crate::reading::error::{Error, Result};
use bytes::{Buf as _, Bytes, BytesMut};

/// How much is asked for at a time.
const READ_BYTES: usize = 64 << 10;

/// What comes out of the bytes.
#[derive(Debug)]
pub(super) enum Frame {
    /// A whole packet.
    Packet(BytesMut),
    /// A message larger than the limit begins; it has no payload yet, which will be this many bytes.
    Begin(Publish, usize),
    /// Some of its payload.
    Piece(Bytes),
    /// Its end.
    End,
}

/// The bytes of one connection.
#[derive(Debug)]
pub(super) struct Frames {
    bytes: BytesMut,
    /// A larger message comes in pieces.
    max_packet: usize,
    long: Option<Long>,
}

/// A message that comes in pieces.
#[derive(Debug)]
struct Long {
    /// Bytes of MQTT 5 properties before the payload.
    skip: usize,
    /// Bytes of the packet that are still to come.
    left: usize,
}

impl Frames {
    pub(super) fn new(max_packet: usize) -> Frames {
        Frames { bytes: BytesMut::new(), max_packet, long: None }
    }

    /// Room to read into.
    pub(super) fn room(&mut self) -> &mut [u8] {
        let at = self.bytes.len();
        self.bytes.resize(at + READ_BYTES, 0);
        &mut self.bytes[at..]
    }

    /// How many bytes of the room were filled.
    pub(super) fn filled(&mut self, count: usize) {
        self.bytes.truncate(self.bytes.len() - READ_BYTES + count);
    }

    /// The next packet, if it is there.
    pub(super) fn next(&mut self, protocol: Protocol) -> Result<Option<Frame>> {
        if let Some(long) = &mut self.long {
            return Ok(long.next(&mut self.bytes).inspect(|frame| {
                if matches!(frame, Frame::End) {
                    self.long = None;
                }
            }));
        }
        let Some((head, length)) = fixed_header(&self.bytes)? else { return Ok(None) };
        let (whole, is_message) = (head + length, self.bytes[0] >> 4 == 3);
        if whole <= self.max_packet || !is_message && whole <= READ_BYTES {
            if self.bytes.len() < whole {
                self.bytes.reserve(whole - self.bytes.len());
                return Ok(None);
            }
            if whole > READ_BYTES {
                return Ok(Some(Frame::Packet(self.bytes.split_to(whole))));
            }
            // In bytes of its own: a small message that waits must not keep all that was read along with it.
            let packet = BytesMut::from(&self.bytes[..whole]);
            self.bytes.advance(whole);
            return Ok(Some(Frame::Packet(packet)));
        }
        if !is_message {
            return Err(unreachable(format!("the broker sent a packet of {length} bytes that is not a message")));
        }
        let Some((publish, begin, skip)) = message_head(&self.bytes, head, whole, protocol)? else { return Ok(None) };
        self.bytes.advance(begin);
        self.long = Some(Long { skip, left: whole - begin });
        Ok(Some(Frame::Begin(publish, whole - begin - skip)))
    }

    /// A message was cut by the end of the connection.
    pub(super) fn is_inside_long(&self) -> bool {
        self.long.is_some()
    }
}

impl Long {
    fn next(&mut self, bytes: &mut BytesMut) -> Option<Frame> {
        let skip = self.skip.min(bytes.len());
        bytes.advance(skip);
        self.skip -= skip;
        self.left -= skip;
        if self.left == 0 {
            return Some(Frame::End);
        }
        let some = self.left.min(bytes.len());
        self.left -= some;
        (some > 0).then(|| Frame::Piece(bytes.split_to(some).freeze()))
    }
}

/// The length of the first bytes of a packet, and of what follows them. `None`: not all there yet.
fn fixed_header(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    Ok(number(bytes, 1)?.map(|(length, digits)| (1 + digits, length)))
}

/// A number of variable length (MQTT 5, 1.5.5), and its own length.
fn number(bytes: &[u8], at: usize) -> Result<Option<(usize, usize)>> {
    let mut value = 0;
    for digit in 0..4 {
        let Some(&byte) = bytes.get(at + digit) else { return Ok(None) };
        value |= usize::from(byte & 0x7f) << (7 * digit);
        if byte & 0x80 == 0 {
            return Ok(Some((value, digit + 1)));
        }
    }
    Err(not_mqtt())
}

/// A message without its payload; where its properties begin, and how many bytes they are. `whole`: the bytes of its packet.
fn message_head(
    bytes: &[u8],
    head: usize,
    whole: usize,
    protocol: Protocol,
) -> Result<Option<(Publish, usize, usize)>> {
    let Some(topic) = bytes.get(head..head + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]]))) else {
        return Ok(None);
    };
    let has_id = bytes[0] >> 1 & 3 > 0;
    let at = head + 2 + topic + if has_id { 2 } else { 0 };
    let (skip, digits) = match protocol {
        Protocol::V5 => match number(bytes, at)? {
            Some(number) => number,
            None => return Ok(None),
        },
        _ => (0, 0),
    };
    let begin = at + digits;
    if begin + skip > whole {
        return Err(not_mqtt());
    }
    // Where they are larger than this nothing of them is looked at.
    let is_read = skip <= READ_BYTES;
    let Some(all) = bytes.get(head..if is_read { begin + skip } else { begin }) else { return Ok(None) };
    let mut own = if is_read { all.to_vec() } else { [&all[..at - head], &[0]].concat() };
    let mut packet = vec![bytes[0]];
    packet::write_length(own.len(), &mut packet);
    packet.append(&mut own);
    match packet::read(protocol, BytesMut::from(&packet[..]))? {
        Packet::Publish(publish) => Ok(Some((publish, begin, skip))),
        _ => Err(not_mqtt()),
    }
}

fn not_mqtt() -> Error {
    unreachable("the broker sent a packet that is not MQTT")
}

#[cfg(test)]
mod tests {
    use super::super::packet::QoS;
    use super::*;
    use crate::net::mqtt::packet::write_publish;

    fn message(id: u16, size: usize) -> Publish {
        let payload = Bytes::from((0..size).map(|i| i as u8).collect::<Vec<u8>>());
        Publish { topic: "a/b".into(), payload, qos: QoS::One, id, ..Publish::default() }
    }

    #[test]
    fn whatever_the_segments_are_the_packets_are_the_same() {
        for protocol in [Protocol::V5, Protocol::V311] {
            let mut wire = Vec::new();
            for (id, size) in [(1, 10), (2, 300), (3, 5000), (4, 0), (5, 100_000), (6, 1)] {
                write_publish(protocol, &message(id, size), &mut wire);
            }
            for segment in [1, 2, 3, 7, 1000, READ_BYTES] {
                let mut frames = Frames::new(1000);
                let mut seen = Vec::new();
                let mut long: Option<(u16, Vec<u8>)> = None;
                for part in wire.chunks(segment) {
                    frames.room()[..part.len()].copy_from_slice(part);
                    frames.filled(part.len());
                    while let Some(frame) = frames.next(protocol).unwrap() {
                        match frame {
                            Frame::Packet(bytes) => match crate::net::mqtt::packet::read(protocol, bytes).unwrap() {
                                crate::net::mqtt::packet::Packet::Publish(p) => seen.push((p.id, p.payload.to_vec())),
                                other => panic!("{other:?}"),
                            },
                            Frame::Begin(publish, size) => long = Some((publish.id, Vec::with_capacity(size))),
                            Frame::Piece(bytes) => long.as_mut().unwrap().1.extend_from_slice(&bytes),
                            Frame::End => seen.extend(long.take()),
                        }
                    }
                }
                let wanted = [(1, 10), (2, 300), (3, 5000), (4, 0), (5, 100_000), (6, 1)];
                let wanted: Vec<_> = wanted.map(|(id, size)| (id, message(id, size).payload.to_vec())).into();
                assert!(seen == wanted, "{protocol:?} in segments of {segment}");
            }
        }
    }

    #[test]
    fn a_long_message_says_which_subscription_it_is_for() {
        // Format, content type "ab", expiry, user property, two subscriptions.
        let properties: &[u8] =
            &[1, 1, 3, 0, 2, b'a', b'b', 2, 0, 0, 0, 9, 0x26, 0, 1, b'x', 0, 1, b'y', 0x0b, 7, 0x0b, 0x80, 1];
        let rest = [&[0, 1, b't', 0, 9, properties.len() as u8], properties, &[b'p'; 100]].concat();
        let whole = [&[0x33, rest.len() as u8 & 0x7f | 0x80, (rest.len() >> 7) as u8], &rest[..]].concat();
        // However it comes in: nothing is said before all of it is there.
        for cut in 0..whole.len() - 100 {
            let mut frames = Frames::new(50);
            for part in [&whole[..cut], &whole[cut..]] {
                frames.room()[..part.len()].copy_from_slice(part);
                frames.filled(part.len());
                match frames.next(Protocol::V5).unwrap() {
                    None => assert_eq!(part.len(), cut),
                    Some(Frame::Begin(publish, size)) => {
                        assert_eq!((&publish.subscriptions[..], size), (&[7, 128][..], 100));
                        assert_eq!((&publish.topic[..], publish.id, publish.retain), (&b"t"[..], 9, true));
                        assert_eq!(publish.properties.user, [("x".to_owned(), "y".to_owned())]);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn what_is_not_mqtt_is_refused() {
        let feed = |bytes: &[u8]| {
            let mut frames = Frames::new(100);
            frames.room()[..bytes.len()].copy_from_slice(bytes);
            frames.filled(bytes.len());
            frames.next(Protocol::V5).map(|frame| frame.is_some())
        };
        assert!(feed(&[0x30, 0xff, 0xff, 0xff, 0xff]).is_err());
        // Whatever is allowed, an answer of two million bytes is none.
        assert!(!feed(&[0x90, 0xff, 0x7f]).unwrap());
        assert!(feed(&[0x90, 0xff, 0xff, 0x7f]).is_err());
        // Properties longer than the packet.
        assert!(feed(&[0x30, 0xff, 0x01, 0, 1, b'a', 0xff, 0xff, 0x03]).is_err());
        assert!(!feed(&[0x30]).unwrap());
    }
}
