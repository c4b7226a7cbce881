//! Messages that their sender has compressed.

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// A message takes at most this many bytes when it is unpacked.
const MOST: u64 = 16 << 20;

/// What is in a message that is gzip or zlib by its first bytes; `None`: it is neither.
pub(super) fn inflated(message: &[u8]) -> Option<Result<Vec<u8>, String>> {
    match message {
        [0x1f, 0x8b, ..] => Some(unpack(MultiGzDecoder::new(message))),
        // Deflate with a window, and a check of both bytes (RFC 1950, 2.2).
        [method, flags, ..] if method & 0x8f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0 => {
            Some(unpack(ZlibDecoder::new(message)))
        }
        _ => None,
    }
}

fn unpack(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match reader.take(MOST + 1).read_to_end(&mut bytes) {
        Err(why) => Err(format!("its compressed bytes are damaged: {why}")),
        Ok(_) if bytes.len() as u64 > MOST => Err(format!("it unpacks to more than {} MiB", MOST >> 20)),
        Ok(_) => Ok(bytes),
    }
}
