//! Compressed inputs: gzip and Zstandard, known by their first bytes.

use crate::reading::error::{Code, Error, Result};
use flate2::write::MultiGzDecoder;
use ruzstd::decoding::FrameDecoder;
use std::io::Write as _;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// A frame that wants more memory than this for what it refers back to is refused: `zstd --long` has larger ones.
const MOST_WINDOW: u64 = 8 << 20;

/// How much is unpacked at a time.
const CHUNK: usize = 64 << 10;

/// Unpacks an input, in pieces as they come.
pub(super) enum Unpacker {
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zstd(Box<Zstd>),
}

/// Frames one after the other.
pub(super) struct Zstd {
    frame: FrameDecoder,
    /// A frame has begun.
    is_begun: bool,
    /// Bytes that are not used yet.
    held: Vec<u8>,
}

impl Unpacker {
    /// The unpacker for an input that begins so; `None`: it is not compressed.
    pub(super) fn of(head: &[u8]) -> Option<Unpacker> {
        if head.starts_with(GZIP) {
            Some(Unpacker::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))))
        } else if head.starts_with(ZSTD) {
            let mut frame = FrameDecoder::new();
            frame.set_max_window_size(MOST_WINDOW);
            Some(Unpacker::Zstd(Box::new(Zstd { frame, is_begun: false, held: Vec::new() })))
        } else {
            None
        }
    }

    /// An input that begins so may turn out to be compressed.
    pub(super) fn may_be(head: &[u8]) -> bool {
        GZIP.starts_with(head) || ZSTD.starts_with(head)
    }

    /// Unpacks more, and hands it to `take` piece by piece.
    pub(super) fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        match self {
            Unpacker::Gzip(gzip) => {
                // A piece of a few KiB may be as many MiB: each goes on before the next one.
                for piece in bytes.chunks(4 << 10) {
                    let written = gzip.write_all(piece).map_err(damaged);
                    // Also what came before the place that is damaged.
                    let unpacked = gzip.get_mut();
                    take(unpacked)?;
                    unpacked.clear();
                    written?;
                }
                Ok(())
            }
            Unpacker::Zstd(zstd) => {
                zstd.held.extend_from_slice(bytes);
                zstd.unpack(take)
            }
        }
    }

    /// The input has ended.
    pub(super) fn finish(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        match self {
            Unpacker::Gzip(gzip) => {
                let ended = gzip.try_finish().map_err(damaged);
                let unpacked = std::mem::take(gzip.get_mut());
                take(&unpacked)?;
                ended
            }
            Unpacker::Zstd(zstd) => {
                if zstd.is_begun || !zstd.held.is_empty() {
                    return Err(Error::data(Code::Packed, "the end of the compressed input is missing"));
                }
                Ok(())
            }
        }
    }
}

fn damaged(why: impl std::fmt::Display) -> Error {
    Error::data(Code::Packed, format!("the compressed input is damaged: {why}"))
}

impl Zstd {
    fn unpack(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            if !self.is_begun {
                if self.held.is_empty() {
                    return Ok(());
                }
                let mut rest = &self.held[..];
                match self.frame.reset(&mut rest) {
                    Ok(()) => {}
                    // A header is at most 18 bytes long: more must come.
                    Err(_) if self.held.len() < 18 => return Ok(()),
                    Err(why) => return Err(damaged(why)),
                }
                let used = self.held.len() - rest.len();
                self.held.drain(..used);
                self.is_begun = true;
            }
            let (read, written) = self.frame.decode_from_to(&self.held, &mut chunk).map_err(damaged)?;
            // So says the decoder where the checksum after a frame has come in part.
            if read > self.held.len() {
                return Ok(());
            }
            self.held.drain(..read);
            take(&chunk[..written])?;
            if self.frame.is_finished() && self.frame.can_collect() == 0 {
                self.is_begun = false;
            } else if read == 0 && written == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of Zstandard with its checksum, and a member of gzip: whatever pieces they come in.
    #[test]
    fn pieces_of_any_size_are_the_same() {
        const FRAME: &[u8] = b"\x28\xb5\x2f\xfd\x04\x58\x41\x00\x00\x61\x2c\x62\x0a\x31\x2c\x32\x0a\x35\xe7\xca\xce";
        const MEMBER: &[u8] =
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\0\x7b\x07\x97\x0a\x08\0\0\0";
        for input in [FRAME, MEMBER] {
            for size in 1..=input.len() {
                let mut unpacker = Unpacker::of(input).expect("it is compressed");
                let mut text = Vec::new();
                let mut take = |bytes: &[u8]| {
                    text.extend_from_slice(bytes);
                    Ok(())
                };
                let mut feed = || {
                    input.chunks(size).try_for_each(|piece| unpacker.feed(piece, &mut take))?;
                    unpacker.finish(&mut take)
                };
                let fed = feed();
                if input == FRAME || fed.is_ok() {
                    fed.expect("it is whole");
                    assert_eq!(text, b"a,b\n1,2\n", "{size}");
                }
            }
            for end in 4..input.len() {
                let mut unpacker = Unpacker::of(input).expect("it is compressed");
                let fed = unpacker.feed(&input[..end], &mut |_| Ok(()));
                let ended = fed.and_then(|()| unpacker.finish(&mut |_| Ok(())));
                assert!(ended.is_err(), "{end}");
            }
        }
    }
}
