//! Bytes of another protocol inside of binary messages (RFC 6455, 5.6), whose borders mean nothing: MQTT (OASIS, MQTT 5, 6).

use super::frames::Frames;
use super::head::Side;
use super::message::{Fault, Long, Receive};
use crate::net::stream::Stream;
use crate::reading::error::Result;
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};
use std::io::{self, ErrorKind};
use tungstenite::protocol::frame::coding::CloseCode;

/// A longer message is handed on in parts.
const HELD_BYTES: usize = 64 << 10;

/// Answers to pings are left out while so much has not gone out yet: the peer does not read.
const UNSENT_BYTES: usize = 64 << 10;

/// A connection after its handshake.
pub(crate) struct Carrier {
    stream: Stream,
    frames: Frames,
    arrived: Arrived,
    /// Frames that have not gone out yet.
    framed: Vec<u8>,
    /// How many of the bytes to send are in them.
    taken: usize,
}

/// What came in.
#[derive(Default)]
struct Arrived {
    bytes: Vec<u8>,
    /// How many of them were read.
    read: usize,
    /// The last ping that waits for its answer.
    ping: Option<Vec<u8>>,
    /// A message was text.
    is_text: bool,
    is_closed: bool,
}

impl Carrier {
    /// `first`: what came after the handshake.
    pub(crate) fn new(stream: Stream, first: &[u8]) -> Carrier {
        Carrier {
            stream,
            frames: Frames::new(first, None, HELD_BYTES),
            arrived: Arrived::default(),
            framed: Vec::new(),
            taken: 0,
        }
    }

    /// Reads what is there. 0: the peer has ended. `WouldBlock`: nothing is left anywhere; then `poll`.
    pub(crate) fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.arrived.take(to);
            if n > 0 {
                return Ok(n);
            }
            if self.arrived.is_closed {
                return Ok(0);
            }
            self.digest()?;
            if self.arrived.is_waiting() || self.arrived.is_closed {
                continue;
            }
            match self.stream.read(self.frames.room())? {
                0 => return Ok(0),
                n => self.frames.filled(n),
            }
            self.digest()?;
        }
    }

    /// Takes messages out of what was read.
    fn digest(&mut self) -> io::Result<()> {
        let broken = |why: String| io::Error::new(ErrorKind::InvalidData, why);
        match self.frames.take(&mut self.arrived) {
            Ok(()) => {}
            Err(Fault::Protocol(_, why)) => {
                return Err(broken(format!("the server breaks the WebSocket protocol: {why}")));
            }
            Err(Fault::Receiver(why)) => return Err(broken(why.to_string())),
        }
        if self.arrived.is_text {
            return Err(broken("the server sent a text message, where MQTT has binary ones".to_owned()));
        }
        if let Some(payload) = self.arrived.ping.take()
            && self.framed.len() < UNSENT_BYTES
        {
            Side::Client.write_pong(&payload, &mut self.framed);
        }
        Ok(())
    }

    /// Sends as much as the peer takes; what has gone out is no more in `bytes`.
    pub(crate) fn send(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        loop {
            if self.taken == 0 && !bytes.is_empty() {
                Side::Client.write_binary(bytes, &mut self.framed);
                self.taken = bytes.len();
            }
            self.stream.send(&mut self.framed)?;
            if !self.framed.is_empty() || self.taken == 0 {
                return Ok(());
            }
            bytes.drain(..std::mem::take(&mut self.taken));
        }
    }

    /// What to poll for so that `bytes` can go out.
    pub(crate) fn interest(&self, bytes: &[u8]) -> PollFlags {
        self.stream.interest(if self.framed.is_empty() { bytes } else { &self.framed })
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&mut self) {
        Side::Client.write_close(Some(CloseCode::Normal), &mut self.framed);
        // The peer may be gone already.
        let _ = self.stream.send(&mut self.framed);
        self.stream.finish();
    }
}

impl AsFd for Carrier {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Arrived {
    fn is_waiting(&self) -> bool {
        self.read < self.bytes.len()
    }

    fn take(&mut self, to: &mut [u8]) -> usize {
        let rest = &self.bytes[self.read..];
        let n = rest.len().min(to.len());
        to[..n].copy_from_slice(&rest[..n]);
        self.read += n;
        if !self.is_waiting() {
            self.bytes.clear();
            self.read = 0;
        }
        n
    }
}

impl Receive for Arrived {
    fn message(&mut self, binary: bool, bytes: &[u8]) -> Result<()> {
        self.is_text |= !binary;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn long(&mut self, part: Long<'_>) -> Result<()> {
        match part {
            Long::Begin(binary) => self.is_text |= !binary,
            Long::Piece(bytes) => self.bytes.extend_from_slice(bytes),
            Long::End => {}
        }
        Ok(())
    }

    fn torn(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn ping(&mut self, bytes: &[u8]) {
        self.ping = Some(bytes.to_vec());
    }

    fn close(&mut self, _: Option<CloseCode>, _: &[u8]) {
        self.is_closed = true;
    }

    fn is_done(&self) -> bool {
        self.is_closed
    }
}
