//! Cuts what comes over a connection into packets. A message larger than we hold comes in pieces, so that it costs
//! neither memory nor the connection: whoever only closes would get it again at each connect, for ever.
//!
//! The broker is never told of our limit: one that knows it drops what is larger, and says nothing (MQTT 5, 3.1.2.11.4).

use super::packet::{Protocol, Publish, QoS};
use crate::net::wait::unreachable;
use crate::reading::error::Result;
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
        let Some((mut publish, begin, skip)) = message_header(&self.bytes, head, protocol)? else { return Ok(None) };
        let left = (head + length).checked_sub(begin).filter(|&left| skip <= left);
        let left = left.ok_or_else(|| unreachable("the broker sent a packet that is not MQTT"))?;
        if skip <= READ_BYTES {
            let Some(properties) = self.bytes.get(begin..begin + skip) else { return Ok(None) };
            publish.subscriptions = subscriptions(properties);
        }
        self.bytes.advance(begin);
        self.long = Some(Long { skip, left });
        Ok(Some(Frame::Begin(publish, left - skip)))
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
    Err(unreachable("the broker sent a packet that is not MQTT"))
}

/// Topic and number of a message; where they end, and how many bytes of properties follow.
fn message_header(bytes: &[u8], head: usize, protocol: Protocol) -> Result<Option<(Publish, usize, usize)>> {
    let pair = |at: usize| bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_be_bytes);
    let Some(topic_bytes) = pair(head) else { return Ok(None) };
    let mut at = head + 2 + usize::from(topic_bytes);
    let Some(topic) = bytes.get(head + 2..at) else { return Ok(None) };
    let qos = match bytes[0] >> 1 & 3 {
        0 => QoS::Zero,
        1 => QoS::One,
        _ => QoS::Two,
    };
    let mut publish = Publish {
        topic: Bytes::copy_from_slice(topic),
        qos,
        retain: bytes[0] & 1 > 0,
        dup: bytes[0] & 8 > 0,
        ..Publish::default()
    };
    if qos > QoS::Zero {
        let Some(id) = pair(at) else { return Ok(None) };
        publish.id = id;
        at += 2;
    }
    let mut skip = 0;
    if protocol == Protocol::V5 {
        let Some((length, digits)) = number(bytes, at)? else { return Ok(None) };
        skip = length;
        at += digits;
    }
    Ok(Some((publish, at, skip)))
}

/// The numbers of subscriptions in the properties of a message (MQTT 5, 3.3.2.3), as far as these can be read.
fn subscriptions(properties: &[u8]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&property) = properties.get(at) {
        at += 1;
        let text =
            |at: usize| properties.get(at..at + 2).map_or(2, |b| 2 + usize::from(u16::from_be_bytes([b[0], b[1]])));
        at += match property {
            0x01 => 1,
            0x02 => 4,
            0x23 => 2,
            0x03 | 0x08 | 0x09 => text(at),
            0x26 => text(at) + text(at + text(at)),
            0x0b => match number(properties, at) {
                Ok(Some((id, digits))) => {
                    found.extend(u32::try_from(id));
                    digits
                }
                _ => break,
            },
            _ => break,
        };
    }
    found
}

#[cfg(test)]
mod tests {
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
        // Format, content type "ab", expiry, user property, two subscriptions, topic alias.
        let properties: &[u8] = &[
            1, 1, 3, 0, 2, b'a', b'b', 2, 0, 0, 0, 9, 0x26, 0, 1, b'x', 0, 1, b'y', 0x0b, 7, 0x0b, 0x80, 1, 0x23, 0, 1,
        ];
        assert_eq!(subscriptions(properties), [7, 128]);
        for end in 0..properties.len() {
            assert!(subscriptions(&properties[..end]).len() <= 2);
        }
        assert!(subscriptions(&[0x0b, 0xff, 0xff, 0xff, 0xff, 1]).is_empty());
        assert!(subscriptions(&[0x26, 0xff, 0xff, 0xff]).is_empty());
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
