//! What carries the packets: a connection as it is, or a WebSocket.

use crate::net::stream::Stream;
use crate::net::websocket::carrier::Carrier;
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};
use std::io;

/// Bytes in both directions. It never blocks.
pub(super) enum Wire {
    Plain(Stream),
    Web(Box<Carrier>),
}

impl Wire {
    /// What a read gives is all that was there.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Wire::Plain(stream) if stream.is_plain())
    }

    /// See [`Stream::read`].
    pub(super) fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(to),
            Wire::Web(carrier) => carrier.read(to),
        }
    }

    /// See [`Stream::send`].
    pub(super) fn send(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.send(bytes),
            Wire::Web(carrier) => carrier.send(bytes),
        }
    }

    /// What to poll for so that `bytes` can go out.
    pub(super) fn interest(&self, bytes: &[u8]) -> PollFlags {
        match self {
            Wire::Plain(stream) => stream.interest(bytes),
            Wire::Web(carrier) => carrier.interest(bytes),
        }
    }

    /// Says that nothing more will be sent.
    pub(super) fn finish(&mut self) {
        match self {
            Wire::Plain(stream) => stream.finish(),
            Wire::Web(carrier) => carrier.finish(),
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Wire::Plain(stream) => stream.as_fd(),
            Wire::Web(carrier) => carrier.as_fd(),
        }
    }
}
