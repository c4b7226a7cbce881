//! One client: its lines in, the counts of what is committed out, and its end.
//!
//! A state machine over a socket that never blocks. A turn does a bounded piece of work, so that nobody waits long for
//! another; what a client can make this program hold is one line and one answer.

use super::framing::Framing;
use super::intake::{Intake, Sender};
use crate::net::listener::Peer;
use crate::net::stream::Stream;
use crate::reading::error::{Error, Result};
use crate::reading::json;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// How often a client may be read in one turn.
const TIMES: usize = 4;

/// Who speaks no TLS must not occupy a place for long.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long the last bytes may take to reach a peer that we leave.
const LEAVING_TIME: Duration = Duration::from_secs(1);

/// Why a client is left that takes us for a web server: a page in a browser must not be able to write here.
const HTTP: &str = "it speaks HTTP, which is not served here";

/// Why a client is left that says nothing.
const IDLE: &str = "idle for longer than --idle-timeout";

/// What became of a connection in its turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits for its socket, for a commit or for its deadline.
    Idle,
    /// It could go on at once.
    Busy,
    /// It is over: how it ended.
    Gone(String),
    /// It is over, because of what it is.
    Refused(&'static str),
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The client has ended its side; it is still told what is committed.
    Ended,
    /// It is sent the rest; what it still sends is not taken.
    Leaving(Instant, String),
}

pub(super) struct Connection {
    stream: Stream,
    pub(super) peer: Peer,
    pub(super) sender: Sender,
    /// The guard has counted it.
    pub(super) admitted: bool,
    /// Something of it was not kept: nothing more is told.
    pub(super) is_broken: bool,
    framing: Framing,
    state: State,
    /// The socket may have something to read, or room to write (it tells only changes).
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// The peer has ended its side, or the connection is broken: a read will tell.
    pub(super) ending: bool,
    /// It stands among those who get a turn.
    pub(super) queued: bool,
    /// The peer gets answers that say how many lines are committed; `told` is the number in the last one.
    replies: bool,
    committed: u64,
    told: u64,
    unsent: Vec<u8>,
    has_finished: bool,
    pub(super) since: Instant,
    has_spoken: bool,
    /// When something came last.
    heard: Instant,
    idle: Option<Duration>,
}

impl Connection {
    pub(super) fn new(
        stream: Stream,
        peer: Peer,
        framing: Framing,
        replies: bool,
        idle: Option<Duration>,
        now: Instant,
    ) -> Connection {
        Connection {
            stream,
            peer,
            sender: Sender::new(peer.to_string()),
            admitted: true,
            is_broken: false,
            framing,
            state: State::Open,
            readable: true,
            writable: true,
            ending: false,
            queued: false,
            replies,
            committed: 0,
            told: 0,
            unsent: Vec::new(),
            has_finished: false,
            since: now,
            has_spoken: false,
            heard: now,
            idle,
        }
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// It has a place and has sent nothing, not even what nobody has read yet.
    pub(super) fn is_mute(&self) -> bool {
        self.admitted && !self.has_spoken && rustix::io::ioctl_fionread(&self.stream).is_ok_and(|bytes| bytes == 0)
    }

    /// A turn is due by then, even if nothing happens.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Leaving(by, _) => Some(*by),
            State::Open if self.stream.is_handshaking() => Some(self.since + HANDSHAKE_TIME),
            // Who waits for us is not idle.
            _ if self.replies && self.committed < self.sender.lines => None,
            State::Open | State::Ended => self.heard.checked_add(self.idle?),
        }
    }

    /// Reads and writes what it can.
    pub(super) fn turn(&mut self, now: Instant, buffer: &mut [u8], intake: &mut Intake) -> Result<Turn> {
        self.queued = false;
        // What came while nobody looked counts: look before judging.
        self.readable |= self.is_due(now);
        let busy = match self.read(now, buffer, intake) {
            Ok(busy) => busy,
            Err(Fault::Pipeline(why)) => return Err(why),
            Err(Fault::Peer(why)) => return self.lost(intake, why),
        };
        if self.sender.speaks_http && self.state == State::Open {
            return Ok(Turn::Refused(HTTP));
        }
        if self.is_due(now) && !busy {
            match &mut self.state {
                State::Leaving(_, why) => return Ok(Turn::Gone(std::mem::take(why))),
                State::Open if self.stream.is_handshaking() => {
                    return Ok(Turn::Gone("no TLS handshake in time".to_owned()));
                }
                State::Open if self.replies => {
                    self.tear(intake, IDLE)?;
                    self.leave(IDLE, now);
                }
                State::Open | State::Ended => return self.lost(intake, IDLE.to_owned()),
            }
        }
        if let Err(why) = self.answer() {
            return self.lost(intake, why.to_string());
        }
        match &self.state {
            State::Ended if !self.replies || self.committed == self.sender.lines && self.has_told() => {
                self.stream.finish();
                Ok(Turn::Gone("closed".to_owned()))
            }
            _ if busy => Ok(Turn::Busy),
            _ => Ok(Turn::Idle),
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|by| now >= by)
    }

    /// Reads. True: there may be more.
    fn read(&mut self, now: Instant, buffer: &mut [u8], intake: &mut Intake) -> Result<bool, Fault> {
        for _ in 0..TIMES {
            if !self.readable {
                return Ok(false);
            }
            match self.stream.read(buffer) {
                Ok(0) => {
                    self.readable = false;
                    self.end(intake)?;
                }
                Ok(n) => {
                    self.heard = now;
                    self.has_spoken = true;
                    // Less than there is room for is all that there is, unless the end comes after it (epoll(7)).
                    self.readable = n == buffer.len() || self.ending || !self.stream.is_plain();
                    self.take(&buffer[..n], intake)?;
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(e) => return Err(Fault::Peer(e.to_string())),
            }
        }
        Ok(self.readable)
    }

    fn take(&mut self, bytes: &[u8], intake: &mut Intake) -> Result<()> {
        if self.state == State::Open {
            let (framing, sender) = (&mut self.framing, &mut self.sender);
            framing.take(bytes, intake.max_line(), |part| intake.part(sender, part))?;
        }
        Ok(())
    }

    /// The client has ended its side. A last line without a line break counts, if that was its own will.
    fn end(&mut self, intake: &mut Intake) -> Result<(), Fault> {
        match &mut self.state {
            State::Open if self.stream.has_ended_well() => {
                let sender = &mut self.sender;
                self.framing.end(|part| intake.part(sender, part))?;
                intake.end(sender, "a quote is not closed")?;
                self.state = State::Ended;
                Ok(())
            }
            State::Open => Err(Fault::Peer("cut off".to_owned())),
            State::Ended => Ok(()),
            State::Leaving(_, why) => Err(Fault::Peer(std::mem::take(why))),
        }
    }

    /// What was begun has no end.
    pub(super) fn tear(&mut self, intake: &mut Intake, why: &str) -> Result<()> {
        let sender = &mut self.sender;
        self.framing.end(|part| intake.torn(sender, part))?;
        intake.end(sender, why)
    }

    fn lost(&mut self, intake: &mut Intake, why: String) -> Result<Turn> {
        self.tear(intake, &why)?;
        Ok(Turn::Gone(why))
    }

    /// At the end of all: takes what has arrived, up to this many bytes. A line whose end is still on its way is not ours.
    pub(super) fn last_call(&mut self, arrived: u64, buffer: &mut [u8], intake: &mut Intake) -> Result<()> {
        let mut left = usize::try_from(arrived).unwrap_or(usize::MAX);
        while left > 0 && self.state == State::Open && !intake.is_done() {
            let most = left.min(buffer.len());
            match self.stream.read(&mut buffer[..most]) {
                Ok(n @ 1..) => {
                    self.take(&buffer[..n], intake)?;
                    left -= n;
                }
                Ok(0) => match self.end(intake) {
                    Err(Fault::Pipeline(why)) => return Err(why),
                    Err(Fault::Peer(_)) | Ok(()) => break,
                },
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Tells the client why it has no place.
    pub(super) fn refuse(&mut self, why: &str, now: Instant) {
        self.admitted = false;
        self.leave(why, now);
    }

    fn leave(&mut self, why: &str, now: Instant) {
        self.unsent.extend_from_slice(b"{\"error\":");
        json::write_string(why, &mut self.unsent);
        self.unsent.extend_from_slice(b"}\n");
        self.state = State::Leaving(now + LEAVING_TIME, why.to_owned());
    }

    /// Everything ends: what is committed is still told, and the client's end awaited, since a close with unread bytes
    /// would take the answer back.
    pub(super) fn say_farewell(&mut self, now: Instant) {
        if !matches!(self.state, State::Leaving(..)) {
            self.state = State::Leaving(now + LEAVING_TIME, "ended".to_owned());
        }
    }

    /// How many lines are committed.
    pub(super) fn commit(&mut self, lines: u64, now: Instant) {
        self.committed = lines;
        // Until now it waited for us.
        self.heard = now;
    }

    fn has_told(&self) -> bool {
        self.unsent.is_empty() && self.told == self.committed
    }

    /// Tells what is committed: of several counts that wait only the last.
    fn answer(&mut self) -> std::io::Result<()> {
        if self.unsent.is_empty() && self.told < self.committed {
            self.unsent.extend_from_slice(format!("{{\"ack\":{}}}\n", self.committed).as_bytes());
            self.told = self.committed;
        }
        // TLS may have something to say of its own.
        if self.writable && (!self.unsent.is_empty() || !self.stream.interest(&[]).is_empty()) {
            self.stream.send(&mut self.unsent)?;
            self.writable = self.unsent.is_empty();
        }
        // To finish is a change that the poll tells of: once is enough.
        if matches!(self.state, State::Leaving(..))
            && self.has_told()
            && !std::mem::replace(&mut self.has_finished, true)
        {
            self.stream.finish();
        }
        Ok(())
    }
}

/// What ended a read: a fault of the peer's, or of ours.
enum Fault {
    Peer(String),
    Pipeline(Error),
}

impl From<Error> for Fault {
    fn from(why: Error) -> Fault {
        Fault::Pipeline(why)
    }
}
