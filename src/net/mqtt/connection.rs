//! One connection to a broker: from the handshake to the goodbye. It never blocks; it says that we are alive, and
//! finds out whether the broker is.

use super::framing::{Frame, Frames};
use super::packet::{self, Confirm, Hello, Packet, Protocol, Publish, Welcome};
use super::wire::Wire;
use crate::net::wait::{Wait, linger, unreachable};
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use bytes::Bytes;
use rustix::event::PollFlags;
use rustix::fd::{AsFd, BorrowedFd};
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// How long the broker may take to hear our goodbye. A stop must not wait longer than half a second in all.
const FAREWELL: Duration = Duration::from_millis(250);

/// What was heard.
#[derive(Debug)]
pub(crate) enum Heard {
    Packet(Packet),
    /// A message larger than we hold begins.
    Begin(Publish, usize),
    /// Some of its payload.
    Piece(Bytes),
    /// Its end.
    End,
}

/// A connection after its handshake.
pub(crate) struct Connection {
    stream: Wire,
    frames: Frames,
    /// What has not gone out yet.
    unsent: Vec<u8>,
    protocol: Protocol,
    welcome: Welcome,
    /// The broker hears from us this often; zero: as we like.
    keepalive: Duration,
    last_sent: Instant,
    last_heard: Instant,
    last_ping: Instant,
    has_read_all: bool,
}

impl Connection {
    /// Shakes hands.
    pub(super) fn open(
        stream: Wire,
        protocol: Protocol,
        hello: &Hello,
        max_packet: usize,
        wait: Wait<'_>,
        by: Instant,
    ) -> Result<Connection> {
        let now = Instant::now();
        let mut connection = Connection {
            stream,
            frames: Frames::new(max_packet),
            unsent: Vec::new(),
            protocol,
            welcome: Welcome::default(),
            keepalive: hello.keepalive,
            last_sent: now,
            last_heard: now,
            last_ping: now,
            has_read_all: false,
        };
        packet::write_connect(protocol, hello, &mut connection.unsent)?;
        connection.welcome = loop {
            connection.flush().map_err(unanswered)?;
            match connection.next()? {
                Some(Heard::Packet(Packet::Welcome(welcome))) => break welcome,
                Some(_) => return Err(unreachable("the broker answered the connect with another packet")),
                None if connection.read().map_err(unanswered)? => {}
                None => {
                    let flags = PollFlags::IN | connection.stream.interest(&connection.unsent);
                    wait.need(&connection.stream, flags, by).map_err(unanswered)?;
                }
            }
        };
        if let Some(keepalive) = connection.welcome.keepalive {
            connection.keepalive = keepalive;
        }
        Ok(connection)
    }

    /// The version that is spoken.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// What the broker said first.
    pub(crate) fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// What goes out at the next flush: whole packets.
    pub(crate) fn outgoing(&mut self) -> &mut Vec<u8> {
        &mut self.unsent
    }

    /// Confirms.
    pub(crate) fn confirm(&mut self, what: Confirm, id: u16) {
        packet::write_confirm(what, id, &mut self.unsent);
    }

    /// Reads what is there; false: nothing.
    pub(super) fn read(&mut self) -> Result<bool> {
        let room = self.frames.room();
        let size = room.len();
        let read = self.stream.read(room);
        let count = *read.as_ref().unwrap_or(&0);
        self.frames.filled(count);
        self.has_read_all = count < size && self.stream.is_plain();
        match read {
            Ok(0) if self.frames.is_inside_long() => {
                Err(unreachable("the broker closed the connection, inside a message"))
            }
            Ok(0) => Err(Error::new(Code::HungUp, "the broker closed the connection")),
            Ok(_) => {
                self.last_heard = Instant::now();
                Ok(true)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(e) => Err(unreachable("read").because(e)),
        }
    }

    /// The last read took all that was there: less than there was room for. Of TLS that says nothing.
    pub(super) fn has_read_all(&self) -> bool {
        self.has_read_all
    }

    /// The next of what was read.
    pub(super) fn next(&mut self) -> Result<Option<Heard>> {
        Ok(match self.frames.next(self.protocol)? {
            None => None,
            Some(Frame::Packet(bytes)) => Some(Heard::Packet(packet::read(self.protocol, bytes)?)),
            Some(Frame::Begin(publish, size)) => Some(Heard::Begin(publish, size)),
            Some(Frame::Piece(bytes)) => Some(Heard::Piece(bytes)),
            Some(Frame::End) => Some(Heard::End),
        })
    }

    /// Sends as much of what is to go out as the broker takes now.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.stream.interest(&self.unsent).is_empty() {
            return Ok(());
        }
        let before = self.unsent.len();
        self.stream.send(&mut self.unsent).map_err(|e| unreachable("send").because(e))?;
        if self.unsent.len() < before {
            self.last_sent = Instant::now();
        }
        Ok(())
    }

    /// What to poll for.
    pub(super) fn interest(&self, takes_input: bool) -> PollFlags {
        let input = if takes_input { PollFlags::IN } else { PollFlags::empty() };
        input | self.stream.interest(&self.unsent)
    }

    /// Says that we are alive when it is time; an error if the broker is not. Gives when to call again.
    pub(super) fn keep_alive(&mut self, takes_input: bool) -> Result<Option<Instant>> {
        if self.keepalive.is_zero() {
            return Ok(None);
        }
        let now = Instant::now();
        if !takes_input {
            // Nobody listens, so silence says nothing.
            self.last_heard = now;
        }
        let most = self.keepalive.mul_f64(1.5);
        if now.duration_since(self.last_heard) >= most && !linger(&self.stream, PollFlags::IN, now) {
            let words = time::write_duration(i64::try_from(most.as_nanos()).unwrap_or(i64::MAX));
            return Err(unreachable(format!("no answer from the broker within {words}")));
        }
        // The broker gives us 1.5 times this, and the network may take some of it.
        let every = self.keepalive.mul_f64(0.75);
        let is_silent = now.duration_since(self.last_heard) >= every && now.duration_since(self.last_ping) >= every / 2;
        if is_silent || now.duration_since(self.last_sent) >= every {
            packet::write_ping(&mut self.unsent);
            self.last_ping = now;
            self.flush()?;
        }
        Ok(Some(now + every / 3))
    }

    /// Says goodbye; `ends_session`: nothing is to be kept for us.
    pub(super) fn part(mut self, ends_session: bool) {
        packet::write_disconnect(self.protocol, ends_session, &mut self.unsent);
        let by = Instant::now() + FAREWELL;
        while !self.unsent.is_empty() || !self.stream.interest(&self.unsent).is_empty() {
            if self.stream.send(&mut self.unsent).is_err() {
                return;
            }
            if !self.unsent.is_empty() && !linger(&self.stream, PollFlags::OUT, by) {
                return;
            }
        }
        self.stream.finish();
        // What is left unread would turn the end of the line into a reset, which could overtake our last words.
        let mut rest = [0; 4096];
        while Instant::now() < by {
            match self.stream.read(&mut rest) {
                Ok(0) => return,
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    if !linger(&self.stream, PollFlags::IN, by) {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }
}

/// The connect was not answered: the broker may not know the version of MQTT.
fn unanswered(why: Error) -> Error {
    match why.code() {
        Code::Unreachable => Error::new(Code::Unanswered, "no answer to the connect").because(why),
        _ => why,
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
