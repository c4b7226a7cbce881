//! Cuts what a connection sends into lines, however it comes: byte by byte, or many lines at once.
//!
//! Pure. What is held is the beginning of one line at most, and that only while its rest is still to come. Of a line that
//! is too long the pieces are handed out as they come; the next line break is in step again.

/// A buffer larger than this is given back when its line is whole.
const KEPT_BYTES: usize = 1 << 10;

/// A part of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A whole line, without the byte that ends it.
    Line(&'a [u8]),
    /// Some of a line that is too long.
    Piece(&'a [u8]),
    /// Its end.
    EndOfLong,
}

/// The state between two reads.
#[derive(Debug)]
pub(super) struct Framing {
    delimiter: u8,
    begun: Vec<u8>,
    /// The line is too long: pieces of it were handed out.
    is_long: bool,
}

impl Framing {
    /// `delimiter` ends a line.
    pub(super) fn new(delimiter: u8) -> Framing {
        Framing { delimiter, begun: Vec::new(), is_long: false }
    }

    /// Takes bytes and hands out what they complete. A line may be `max` bytes long, with its `\r` if it has one.
    pub(super) fn take<E>(
        &mut self,
        mut bytes: &[u8],
        max: usize,
        mut out: impl FnMut(Part<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(at) = memchr::memchr(self.delimiter, bytes) {
            let (line, rest) = (&bytes[..at], &bytes[at + 1..]);
            bytes = rest;
            if !self.is_long && self.begun.is_empty() && at <= max {
                out(Part::Line(line))?;
                continue;
            }
            self.begin(line, max, &mut out)?;
            if self.is_long {
                self.hand_out(&mut out)?;
                self.is_long = false;
                out(Part::EndOfLong)?;
                continue;
            }
            let whole = std::mem::take(&mut self.begun);
            let result = out(Part::Line(&whole));
            if whole.capacity() <= KEPT_BYTES {
                self.begun = whole;
                self.begun.clear();
            }
            result?;
        }
        self.begin(bytes, max, &mut out)
    }

    /// Keeps the beginning of a line, or what is left of one; hands out of a long one all but the last `max` bytes at most.
    fn begin<E>(
        &mut self,
        mut bytes: &[u8],
        max: usize,
        out: &mut impl FnMut(Part<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.begun.len() + bytes.len() > max {
            let (some, rest) = bytes.split_at(max - self.begun.len());
            self.begun.extend_from_slice(some);
            bytes = rest;
            self.hand_out(out)?;
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    fn hand_out<E>(&mut self, out: &mut impl FnMut(Part<'_>) -> Result<(), E>) -> Result<(), E> {
        let piece = std::mem::take(&mut self.begun);
        if piece.is_empty() {
            return Ok(());
        }
        self.is_long = true;
        out(Part::Piece(&piece))
    }

    /// There will be no more: the line that was begun, if there is one.
    pub(super) fn end<E>(&mut self, mut out: impl FnMut(Part<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.is_long {
            self.hand_out(&mut out)?;
            self.is_long = false;
            return out(Part::EndOfLong);
        }
        let rest = std::mem::take(&mut self.begun);
        if rest.is_empty() { Ok(()) } else { out(Part::Line(&rest)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    /// What these reads give: lines, and long ones as `long:` and their bytes. No piece is longer than `max`.
    fn cut(reads: &[&[u8]], max: usize) -> Vec<String> {
        let (mut framing, mut found, mut long) = (Framing::new(b'\n'), Vec::new(), Vec::new());
        let mut take = |part: Part<'_>| -> Result<(), Infallible> {
            match part {
                Part::Line(line) => found.push(String::from_utf8_lossy(line).into_owned()),
                Part::Piece(piece) => {
                    assert!(!piece.is_empty() && piece.len() <= max);
                    long.extend_from_slice(piece);
                }
                Part::EndOfLong => {
                    assert!(long.len() > max);
                    found.push(format!("long:{}", String::from_utf8_lossy(&std::mem::take(&mut long))));
                }
            }
            Ok(())
        };
        for read in reads {
            framing.take(read, max, &mut take).expect("no fault");
            assert!(framing.begun.len() <= max);
        }
        framing.end(&mut take).expect("no fault");
        assert!(framing.begun.is_empty() && !framing.is_long);
        found
    }

    #[test]
    fn lines() {
        assert_eq!(cut(&[b"a\nb\r\n\n\r\nlast"], 10), ["a", "b\r", "", "\r", "last"]);
        assert_eq!(cut(&[b"12345\n123456\n12345\n"], 5), ["12345", "long:123456", "12345"]);
        assert_eq!(cut(&[b"1234\r\n12345\r\n"], 5), ["1234\r", "long:12345\r"]);
        assert_eq!(cut(&[b"1234567890123\n1"], 5), ["long:1234567890123", "1"]);
        assert_eq!(cut(&[b"12345", b"67890", b"\nx\n"], 5), ["long:1234567890", "x"]);
        assert_eq!(cut(&[b"123456"], 5), ["long:123456"]);
        assert_eq!(cut(&[], 5), [""; 0]);
    }

    #[test]
    fn memory_is_given_back() {
        let mut framing = Framing::new(b'\n');
        let mut nothing = |_: Part<'_>| Ok::<(), Infallible>(());
        framing.take(&[b'x'; 5000], 1 << 16, &mut nothing).expect("no fault");
        assert!(framing.begun.capacity() >= 5000);
        framing.take(b"\n", 1 << 16, &mut nothing).expect("no fault");
        assert_eq!(framing.begun.capacity(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_cut_into_reads_changes_nothing(text in "[ab\r\n\u{e9}]{0,60}", max in 1usize..12, cuts in proptest::collection::vec(0usize..60, 0..8)) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let reads: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(cut(&reads, max), cut(&[bytes], max));
            let singly: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(cut(&singly, max), cut(&[bytes], max));
        }
    }
}
