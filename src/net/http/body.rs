//! Bodies of HTTP/1.1 (RFC 9112, 6 and 7.1): of a length that is said, or in chunks.
//!
//! Pure: it takes bytes as they come and hands out those of the body. Whoever holds them bounds them.

/// The line of a chunk's size, with its extensions.
const MOST_LINE: usize = 256;

/// All lines after the last chunk.
const MOST_TRAILERS: usize = 16 << 10;

/// A body that is being received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    state: State,
    /// Bytes of the line at hand, or of all trailers.
    line: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// This many bytes are to come, and nothing after them.
    Sized(u64),
    /// The size of a chunk, as far as it has come; `None`: no digit yet.
    Size(Option<u64>),
    /// The rest of the line with the size: extensions.
    Extension(u64),
    /// Bytes of a chunk.
    Chunk(u64),
    /// The line break after a chunk.
    ChunkEnd,
    /// The lines after the last chunk; `true`: nothing is in the line at hand.
    Trailers(bool),
    Done,
}

/// These are no chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadChunk;

impl Body {
    /// A body of this many bytes.
    pub(crate) fn sized(length: u64) -> Body {
        Body { state: if length == 0 { State::Done } else { State::Sized(length) }, line: 0 }
    }

    /// A body in chunks.
    pub(crate) fn chunked() -> Body {
        Body { state: State::Size(None), line: 0 }
    }

    /// Nothing more comes.
    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes bytes and hands out those of the body. How many bytes were taken: those after the end are not.
    pub(crate) fn take(&mut self, bytes: &[u8], mut out: impl FnMut(&[u8])) -> Result<usize, BadChunk> {
        let mut at = 0;
        while at < bytes.len() && !self.is_done() {
            match &mut self.state {
                State::Sized(left) | State::Chunk(left) => {
                    let most = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len() - at);
                    out(&bytes[at..at + most]);
                    at += most;
                    *left -= most as u64;
                    if *left == 0 {
                        let is_sized = matches!(self.state, State::Sized(_));
                        self.state = if is_sized { State::Done } else { State::ChunkEnd };
                    }
                }
                _ => {
                    self.byte(bytes[at])?;
                    at += 1;
                }
            }
        }
        Ok(at)
    }

    /// A byte around the chunks.
    fn byte(&mut self, byte: u8) -> Result<(), BadChunk> {
        self.line += 1;
        if self.line > if matches!(self.state, State::Trailers(_)) { MOST_TRAILERS } else { MOST_LINE } {
            return Err(BadChunk);
        }
        match (&mut self.state, byte) {
            (State::Size(size), digit) if digit.is_ascii_hexdigit() => {
                let digit = char::from(digit).to_digit(16).unwrap_or_default();
                let before = size.unwrap_or(0);
                *size = Some(before.checked_mul(16).ok_or(BadChunk)? + u64::from(digit));
            }
            (State::Size(Some(size)) | State::Extension(size), b'\n') => {
                self.state = if *size == 0 { State::Trailers(true) } else { State::Chunk(*size) };
                self.line = 0;
            }
            (State::Size(Some(size)), b'\r' | b';' | b' ' | b'\t') => self.state = State::Extension(*size),
            (State::Extension(_), _) => {}
            (State::ChunkEnd, b'\r') if self.line == 1 => {}
            (State::ChunkEnd, b'\n') => {
                self.state = State::Size(None);
                self.line = 0;
            }
            (State::Trailers(true), b'\n') => self.state = State::Done,
            (State::Trailers(true), b'\r') => {}
            (State::Trailers(is_empty), byte) => *is_empty = byte == b'\n',
            _ => return Err(BadChunk),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken of bytes that come in pieces of this size, and how many are left.
    fn take(mut body: Body, bytes: &[u8], size: usize) -> Result<(String, usize), BadChunk> {
        let (mut taken, mut at) = (Vec::new(), 0);
        for piece in bytes.chunks(size) {
            at += body.take(piece, |bytes| taken.extend_from_slice(bytes))?;
        }
        assert!(body.is_done());
        Ok((String::from_utf8_lossy(&taken).into_owned(), bytes.len() - at))
    }

    #[test]
    fn bodies_end_where_they_say() {
        for size in 1..50 {
            assert_eq!(take(Body::sized(3), b"abcdef", size), Ok(("abc".to_owned(), 3)));
            let chunks = b"3\r\nabc\r\n00a;x=\"1\"\r\n0123456789\r\n0\r\nX: y\r\n\r\nrest";
            assert_eq!(take(Body::chunked(), chunks, size), Ok(("abc0123456789".to_owned(), 4)), "{size}");
            assert_eq!(take(Body::chunked(), b"1\na\n0\n\n", size), Ok(("a".to_owned(), 0)));
        }
        assert!(Body::sized(0).is_done());
    }

    #[test]
    fn what_is_no_chunk() {
        let long = format!("1;{}\r\n", "x".repeat(300));
        let trailers = format!("0\r\n{}", "x: y\r\n".repeat(5000));
        for bytes in ["\r\n", "x", "-1\r\n", "+1\r\n", " 1\r\n", "1\r\nabc", "1\r\na\r\r\n", "11111111111111111\r\n"] {
            assert_eq!(Body::chunked().take(bytes.as_bytes(), |_| ()), Err(BadChunk), "{bytes:?}");
        }
        for bytes in [long, trailers] {
            assert_eq!(Body::chunked().take(bytes.as_bytes(), |_| ()), Err(BadChunk));
        }
    }
}
