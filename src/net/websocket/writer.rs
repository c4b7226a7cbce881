//! Frames to send: whole ones, never compressed, appended to what waits to go out.

use super::head::{self, Side};
use crate::net::backoff::random;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

/// The longest head of a server's frame.
pub(crate) const SERVER_HEAD_BYTES: usize = 10;

impl Side {
    /// Appends a text message.
    pub(crate) fn write_text(self, text: &[u8], to: &mut Vec<u8>) {
        self.write(OpCode::Data(Data::Text), text, to);
    }

    /// Appends a binary message.
    pub(crate) fn write_binary(self, bytes: &[u8], to: &mut Vec<u8>) {
        self.write(OpCode::Data(Data::Binary), bytes, to);
    }

    /// Appends a ping.
    pub(crate) fn write_ping(self, to: &mut Vec<u8>) {
        self.write(OpCode::Control(Control::Ping), b"", to);
    }

    /// Appends the answer to a ping.
    pub(crate) fn write_pong(self, payload: &[u8], to: &mut Vec<u8>) {
        self.write(OpCode::Control(Control::Pong), payload, to);
    }

    /// Appends a close; `None`: the peer gave no reason, so there is none to repeat.
    pub(crate) fn write_close(self, code: Option<CloseCode>, to: &mut Vec<u8>) {
        let bytes = code.map(|code| u16::from(code).to_be_bytes());
        self.write(OpCode::Control(Control::Close), bytes.as_ref().map_or(&[], |bytes| bytes), to);
    }

    fn write(self, opcode: OpCode, payload: &[u8], to: &mut Vec<u8>) {
        let mask = match self {
            Side::Client => {
                let [a, b, c, d, ..] = random().to_ne_bytes();
                Some([a, b, c, d])
            }
            Side::Server => None,
        };
        let header = FrameHeader { opcode, mask, ..FrameHeader::default() };
        header.format(payload.len() as u64, to).expect("memory takes what it is given");
        let start = to.len();
        to.extend_from_slice(payload);
        if let Some(mask) = mask {
            head::mask(&mut to[start..], mask);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::websocket::head::Head;

    #[test]
    fn lengths_are_spelled_as_short_as_they_are() {
        for (length, head) in
            [(125, &[0x81, 125][..]), (126, &[0x81, 126, 0, 126]), (0x1_0000, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])]
        {
            let mut bytes = Vec::new();
            Side::Server.write_text(&vec![b'x'; length], &mut bytes);
            assert_eq!((&bytes[..head.len()], bytes.len()), (head, head.len() + length));
            assert!(head.len() <= SERVER_HEAD_BYTES);
        }
    }

    #[test]
    fn what_one_side_writes_is_read_as_that_sides() {
        for (side, other) in [(Side::Client, Side::Server), (Side::Server, Side::Client)] {
            let mut bytes = b"before".to_vec();
            side.write_close(Some(CloseCode::Away), &mut bytes);
            let frame = &mut bytes[6..];
            let head = Head::read(frame, side, false).expect("right").expect("a whole one");
            head::mask(&mut frame[head.start..], head.mask);
            assert_eq!(head::close(&frame[head.start..]).expect("right"), (Some(CloseCode::Away), &b""[..]));
            assert!(Head::read(&bytes[6..], other, false).is_err());
        }
    }
}
