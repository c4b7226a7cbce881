//! What a keeper and who started it say to each other: orders of one byte in the one direction, lines of JSON in the other, between
//! those of the unit's own reports.

use super::end::End;
use crate::host::report::Counts;
use rustix::fd::AsFd;
use serde::{Deserialize, Serialize};

/// A longer line is nothing that kymo has written.
const LINE: usize = 4096;

/// What a keeper is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// TERM, and KILL after the grace.
    End,
    /// KILL.
    Kill,
    /// Whoever started it is gone.
    Gone,
}

impl Order {
    pub(crate) fn write(self, to: impl AsFd) {
        let byte = match self {
            Order::End => b"E",
            Order::Kill => b"K",
            Order::Gone => return,
        };
        // A keeper that is gone needs no order; the pipe takes a byte at any time.
        let _ = rustix::io::write(to, byte);
    }

    /// The strongest of what has come.
    pub(crate) fn read(from: impl AsFd) -> Option<Order> {
        let mut bytes = [0; 64];
        match rustix::io::read(from, &mut bytes) {
            Ok(0) => Some(Order::Gone),
            Ok(n) if bytes[..n].contains(&b'K') => Some(Order::Kill),
            Ok(_) => Some(Order::End),
            Err(_) => None,
        }
    }
}

/// What a keeper tells.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Told {
    /// The program is there.
    Started { pid: i32 },
    /// There is no starting it.
    Failed { why: String },
    /// The program itself reports.
    Counts(Counts),
    /// It has ended; what it left behind is being ended.
    Ended { end: End },
}

impl Told {
    pub(crate) fn write(&self, to: impl AsFd) {
        if let Ok(text) = serde_json::to_vec(self) {
            // Behind whatever the command may have begun to report.
            let mut line = vec![b'\n'];
            line.extend(text.into_iter().take(LINE - 2));
            line.push(b'\n');
            let _ = rustix::io::write(to, &line);
        }
    }
}

/// Lines that come in pieces.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    /// Takes what has come. What is not kymo's is left out.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Told> {
        self.0.extend_from_slice(bytes);
        let mut told = Vec::new();
        while let Some(end) = memchr::memchr(b'\n', &self.0) {
            told.extend(serde_json::from_slice(&self.0[..end]).ok());
            self.0.drain(..=end);
        }
        if self.0.len() > LINE {
            self.0.clear();
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_any_pieces_and_with_garbage() {
        let counts = Counts { taken: 3, kept: 2, rejected: 1, last: Some(5) };
        let all = [
            Told::Started { pid: 7 },
            Told::Counts(counts),
            Told::Ended { end: End::Signal(9) },
            Told::Ended { end: End::Code(0) },
            Told::Failed { why: "x".to_owned() },
        ];
        let mut text: Vec<u8> = b"garbage\n\xff\n{}\n".to_vec();
        for told in &all {
            text.extend(serde_json::to_vec(told).unwrap());
            text.push(b'\n');
        }
        let mut lines = Lines::default();
        let told: Vec<Told> = text.chunks(3).flat_map(|piece| lines.feed(piece)).collect();
        assert_eq!(told.iter().filter(|told| all.contains(told)).count(), all.len());
        assert_eq!(Lines::default().feed(&vec![b'x'; 3 * LINE]), []);
    }
}
