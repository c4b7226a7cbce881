//! The newest records as WebSocket frames, once for all clients: each client is only a position in here.
//!
//! Records are numbered from 0. They are kept by batches, so that a client that keeps up is sent
//! a whole batch with one call. The oldest batch falls out when the records behind it fill the queue
//! without it; who had not got so far has lost what fell out.

use crate::flow::batch::Batch;
use crate::net::websocket::head::Side;
use crate::net::websocket::writer::SERVER_HEAD_BYTES;
use std::collections::VecDeque;

/// However few the records, they take no more memory than this (and the newest batch is always kept).
const BYTES: usize = 64 << 20;

/// The frames of one batch.
#[derive(Debug)]
pub(super) struct Chunk {
    first: u64,
    bytes: Vec<u8>,
    /// Where each record's frame ends.
    ends: Vec<usize>,
}

impl Chunk {
    /// The frames of a batch whose first record has this number.
    pub(super) fn new(first: u64, batch: &Batch) -> Chunk {
        let size = batch.records().map(|record| record.raw().len() + SERVER_HEAD_BYTES).sum();
        let mut chunk = Chunk { first, bytes: Vec::with_capacity(size), ends: Vec::with_capacity(batch.len()) };
        for record in batch.records() {
            Side::Server.write_text(record.raw(), &mut chunk.bytes);
            chunk.ends.push(chunk.bytes.len());
        }
        chunk
    }

    /// The number behind its last record's.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    /// The frames from this record on.
    pub(super) fn since(&self, record: u64) -> &[u8] {
        &self.bytes[self.offset(record)..]
    }

    /// Of the frames since `record`, `sent` bytes are gone: which record is next, and what is missing before it.
    pub(super) fn after(&self, record: u64, sent: usize) -> (u64, &[u8]) {
        let at = self.offset(record) + sent;
        let whole = self.ends.partition_point(|&end| end <= at);
        match whole.checked_sub(1).map_or(0, |last| self.ends[last]) {
            start if start == at => (self.first + whole as u64, &[]),
            _ => (self.first + whole as u64 + 1, &self.bytes[at..self.ends[whole]]),
        }
    }

    fn offset(&self, record: u64) -> usize {
        let index = usize::try_from(record.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(self.bytes.len()) }
    }
}

/// The newest chunks, without a hole between them.
#[derive(Debug)]
pub(super) struct Ring {
    chunks: VecDeque<Chunk>,
    end: u64,
    bytes: usize,
    /// At least this many records are kept, as far as there were that many and [`BYTES`] are enough.
    records: u64,
}

impl Ring {
    pub(super) fn new(records: u64) -> Ring {
        Ring { chunks: VecDeque::new(), end: 0, bytes: 0, records }
    }

    /// The number behind the newest record's.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The oldest record that is still here.
    pub(super) fn first(&self) -> u64 {
        self.chunks.front().map_or(self.end, |chunk| chunk.first)
    }

    /// The chunk with this record.
    pub(super) fn chunk(&self, record: u64) -> Option<&Chunk> {
        self.chunks.get(self.chunks.partition_point(|chunk| chunk.end() <= record))
    }

    /// Appends a chunk; the oldest make room.
    pub(super) fn push(&mut self, chunk: Chunk) {
        if chunk.first != self.end {
            // What lay between fell out before it came here, and what is older with it.
            self.chunks.clear();
            self.bytes = 0;
        }
        self.end = chunk.end();
        self.bytes += chunk.bytes.len();
        self.chunks.push_back(chunk);
        let enough = |second: &Chunk, bytes: usize| bytes > BYTES || self.end - second.first >= self.records;
        while self.chunks.get(1).is_some_and(|second| enough(second, self.bytes)) {
            self.bytes -= self.chunks.pop_front().map_or(0, |oldest| oldest.bytes.len());
        }
    }

    /// Moves everything to the end of another.
    pub(super) fn drain_into(&mut self, other: &mut Ring) {
        self.bytes = 0;
        self.chunks.drain(..).for_each(|chunk| other.push(chunk));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::record::Origin;

    fn chunk(first: u64, lines: &[&str]) -> Chunk {
        let mut batch = Batch::default();
        for line in lines {
            batch.add(Origin::default(), |to| to.extend_from_slice(line.as_bytes()));
        }
        Chunk::new(first, &batch)
    }

    #[test]
    fn a_torn_frame_is_finished_before_the_next() {
        let chunk = chunk(5, &["a", "bb", "ccc"]);
        assert_eq!(chunk.since(5), b"\x81\x01a\x81\x02bb\x81\x03ccc");
        assert_eq!(chunk.since(7), b"\x81\x03ccc");
        assert_eq!(chunk.after(5, 0), (5, &b""[..]));
        assert_eq!(chunk.after(5, 1), (6, &b"\x01a"[..]));
        assert_eq!(chunk.after(5, 3), (6, &b""[..]));
        assert_eq!(chunk.after(6, 1), (7, &b"\x02bb"[..]));
        assert_eq!(chunk.after(6, 8), (8, &b"c"[..]));
        assert_eq!(chunk.after(6, 9), (8, &b""[..]));
    }

    #[test]
    fn the_oldest_fall_out_by_batches() {
        let mut ring = Ring::new(3);
        ring.push(chunk(0, &["a", "b"]));
        ring.push(chunk(2, &["c", "d"]));
        assert_eq!((ring.first(), ring.end()), (0, 4));
        ring.push(chunk(4, &["e"]));
        assert_eq!((ring.first(), ring.end()), (2, 5));
        assert_eq!(ring.chunk(3).map(|c| c.since(3)), Some(&b"\x81\x01d"[..]));
        assert!(ring.chunk(5).is_none());
        ring.push(chunk(5, &["f"; 10]));
        assert_eq!((ring.first(), ring.end()), (5, 15));
    }

    #[test]
    fn a_hole_is_never_within() {
        let (mut inbox, mut ring) = (Ring::new(1), Ring::new(1));
        ring.push(chunk(0, &["a"]));
        inbox.push(chunk(1, &["b"]));
        inbox.push(chunk(2, &["c"]));
        inbox.drain_into(&mut ring);
        assert_eq!((ring.first(), ring.end()), (2, 3));
        inbox.push(chunk(3, &["d"]));
        assert_eq!((inbox.first(), inbox.end()), (3, 4));
    }
}
