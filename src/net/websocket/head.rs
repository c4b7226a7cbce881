//! The head of a frame, and what RFC 6455 (section 5) demands of it whoever sent it.

use std::io::Cursor;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, OpCode};

/// Who sends a frame: a client masks it, a server does not (RFC 6455, 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// How a peer breaks the protocol: the code to close with (RFC 6455, 7.4.1), and why.
pub(super) type Breach = (CloseCode, &'static str);

/// A frame's head.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) opcode: OpCode,
    pub(super) is_final: bool,
    /// It begins a compressed message (RFC 7692, 6).
    pub(super) compressed: bool,
    pub(super) mask: [u8; 4],
    /// Where the payload begins.
    pub(super) start: usize,
    /// The payload's bytes.
    pub(super) length: u64,
}

impl Head {
    /// The head at the beginning of `bytes`, of a frame that `from` sends; `None`: some of it is missing.
    /// `deflate`: compressed messages were agreed on.
    pub(super) fn read(bytes: &[u8], from: Side, deflate: bool) -> Result<Option<Head>, Breach> {
        let wrong = |why| Err((CloseCode::Protocol, why));
        let mut cursor = Cursor::new(bytes);
        let Ok(parsed) = FrameHeader::parse(&mut cursor) else { return wrong("an unknown opcode") };
        let Some((header, length)) = parsed else { return Ok(None) };
        match (from, header.mask) {
            (Side::Client, None) => return wrong("a frame without a mask"),
            (Side::Server, Some(_)) => return wrong("a masked frame"),
            _ => {}
        }
        let compressed = header.rsv1;
        if header.rsv2 || header.rsv3 || (compressed && !deflate) {
            return wrong("a reserved bit that was not agreed on");
        }
        if length > i64::MAX as u64 {
            return wrong("a frame of more than 2^63 bytes");
        }
        let control = matches!(header.opcode, OpCode::Control(_));
        if control && (!header.is_final || length > 125 || compressed) {
            return wrong("a control frame that is too long, torn or compressed");
        }
        let FrameHeader { opcode, is_final, mask, .. } = header;
        let start = cursor.position() as usize;
        Ok(Some(Head { opcode, is_final, compressed, mask: mask.unwrap_or_default(), start, length }))
    }
}

/// Takes a mask off a payload, or puts it on (RFC 6455, 5.3).
pub(super) fn mask(payload: &mut [u8], mask: [u8; 4]) {
    for (i, byte) in payload.iter_mut().enumerate() {
        *byte ^= mask[i % 4];
    }
}

/// The code of a close and the peer's words, out of its payload (RFC 6455, 5.5.1); `None`: it gives no code.
pub(super) fn close(payload: &[u8]) -> Result<(Option<CloseCode>, &[u8]), Breach> {
    match payload {
        [] => Ok((None, b"")),
        [_] => Err((CloseCode::Protocol, "half a close code")),
        [high, low, reason @ ..] => match u16::from_be_bytes([*high, *low]) {
            // tungstenite's `is_allowed` does not know 1014 (bad gateway), which IANA has registered since.
            1000..=1003 | 1007..=1014 | 3000..=4999 if std::str::from_utf8(reason).is_err() => {
                Err((CloseCode::Invalid, "a reason of a close that is not UTF-8"))
            }
            code @ (1000..=1003 | 1007..=1014 | 3000..=4999) => Ok((Some(code.into()), reason)),
            _ => Err((CloseCode::Protocol, "a close code that may not be sent")),
        },
    }
}
