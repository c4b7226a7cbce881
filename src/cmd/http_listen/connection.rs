//! One client: its requests in, one after the other, and an answer to each after the commit.
//!
//! A state machine over a socket that never blocks. A turn does a bounded piece of work, so that nobody waits long for
//! another. While a request waits for its commit nothing more is read of its client.

use super::answer::{Answer, Receipt, Way};
use super::desk::{Desk, Health, Order, Verdict};
use super::intake::Intake;
use crate::flow::ack::{Outcome, Pending};
use crate::net::http::{Request, Wrong};
use crate::net::listener::Peer;
use crate::net::stream::Stream;
use crate::reading::error::Result;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// A longer head of a request is refused.
const MAX_HEAD: usize = 16 << 10;

/// How often a client may be read in one turn.
const TIMES: usize = 4;

/// How long the last bytes may take to reach a peer that we leave.
const LEAVING_TIME: Duration = Duration::from_secs(1);

/// Buffers larger than this are given back.
const KEPT_BYTES: usize = 4 << 10;

/// What became of a connection in its turn.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits for its socket, for a commit or for its deadline.
    Idle,
    /// It could go on at once.
    Busy,
    /// It is over: how it ended.
    Gone(String),
}

/// What a turn works with.
pub(super) struct Shop {
    pub(super) desk: Desk,
    pub(super) intake: Intake,
    /// Requests that wait for their commit, by the numbers of their connections.
    pub(super) pending: Pending<u64>,
    /// A request must be there as a whole within this time.
    pub(super) timeout: Duration,
    /// How many bytes this connection may hold.
    pub(super) room: usize,
    pub(super) clients: usize,
}

enum State {
    /// Of a request's head, or of nothing.
    Head,
    /// Of its body; the bytes so far.
    Body(Box<Order>, Vec<u8>),
    /// For the commit.
    Waiting(Receipt, Way),
    /// It is sent an answer; `true`: another request may follow.
    Answering(bool),
    /// It is sent nothing more; what it still sends is not taken.
    Leaving,
    /// What it sent was not kept: it gets no answer.
    Lost,
}

pub(super) struct Connection {
    stream: Stream,
    pub(super) peer: Peer,
    name: String,
    /// The guard has counted it.
    pub(super) admitted: bool,
    state: State,
    /// What has come, and was not looked at yet.
    input: Vec<u8>,
    unsent: Vec<u8>,
    /// The socket may have something to read, or room to write (it tells only changes).
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// It stands among those who get a turn.
    pub(super) queued: bool,
    /// The peer has ended its side.
    has_ended: bool,
    deadline: Option<Instant>,
    pub(super) since: Instant,
    /// Its requests so far.
    pub(super) requests: u64,
}

impl Connection {
    pub(super) fn new(stream: Stream, peer: Peer, deadline: Option<Instant>, now: Instant) -> Connection {
        Connection {
            stream,
            peer,
            name: peer.to_string(),
            admitted: true,
            state: State::Head,
            input: Vec::new(),
            unsent: Vec::new(),
            readable: true,
            writable: true,
            queued: false,
            has_ended: false,
            deadline,
            since: now,
            requests: 0,
        }
    }

    pub(super) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// It has a place, and nothing of a request is there.
    pub(super) fn is_idle(&self) -> bool {
        let nothing = self.input.is_empty() && matches!(self.state, State::Head);
        self.admitted && nothing && rustix::io::ioctl_fionread(&self.stream).is_ok_and(|bytes| bytes == 0)
    }

    /// How many bytes of requests it holds.
    pub(super) fn held(&self) -> usize {
        let body = if let State::Body(_, body) = &self.state { body.capacity() } else { 0 };
        self.input.capacity() + body
    }

    /// A turn is due by then, even if nothing happens.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Reads and writes what it can.
    pub(super) fn turn(&mut self, number: u64, now: Instant, buffer: &mut [u8], shop: &mut Shop) -> Result<Turn> {
        self.queued = false;
        let is_late = self.deadline.is_some_and(|by| now >= by);
        // What came while nobody looked counts: look before judging.
        self.readable |= is_late;
        for _ in 0..TIMES {
            self.go_on(number, now, shop)?;
            if matches!(self.state, State::Lost) {
                return Ok(Turn::Gone("what it sent was not kept".to_owned()));
            }
            if let Err(why) = self.write() {
                return Ok(Turn::Gone(why.to_string()));
            }
            if let State::Answering(keep) = self.state
                && self.unsent.is_empty()
            {
                self.answered(keep, now, shop.timeout);
                continue;
            }
            if self.has_ended {
                match self.state {
                    State::Head if self.input.is_empty() => return Ok(Turn::Gone("closed".to_owned())),
                    State::Head | State::Body(..) => return Ok(Turn::Gone("cut off".to_owned())),
                    State::Leaving => return Ok(Turn::Gone("left".to_owned())),
                    _ => {}
                }
            }
            let is_read = self.readable && matches!(self.state, State::Head | State::Body(..));
            if !is_read && self.deadline.is_some_and(|by| now >= by) && !self.hurry(now, shop.timeout) {
                let why = match self.state {
                    _ if self.stream.is_handshaking() => "no TLS handshake in time",
                    State::Head => "idle for longer than --timeout",
                    State::Leaving => "left",
                    _ => "too slow",
                };
                return Ok(Turn::Gone(why.to_owned()));
            }
            if !self.readable || self.has_ended || matches!(self.state, State::Waiting(..) | State::Answering(_)) {
                return Ok(Turn::Idle);
            }
            match self.stream.read(buffer) {
                Ok(0) => self.has_ended = true,
                Ok(_) if matches!(self.state, State::Leaving) => {}
                Ok(n) => {
                    if self.input.is_empty() && matches!(self.state, State::Head) {
                        self.deadline = now.checked_add(shop.timeout);
                    }
                    self.input.extend_from_slice(&buffer[..n]);
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(e) => return Ok(Turn::Gone(e.to_string())),
            }
        }
        Ok(Turn::Busy)
    }

    /// The time is over. True: it is sent why.
    fn hurry(&mut self, now: Instant, timeout: Duration) -> bool {
        let begun = !self.input.is_empty() || matches!(self.state, State::Body(..));
        if begun && matches!(self.state, State::Head | State::Body(..)) {
            self.leave(&Answer::error("408 Request Timeout", "the request took too long"), now, timeout);
            return true;
        }
        false
    }

    /// Does what can be done with what has come.
    fn go_on(&mut self, number: u64, now: Instant, shop: &mut Shop) -> Result<()> {
        if matches!(self.state, State::Head) && !self.input.is_empty() {
            self.head(now, shop);
        }
        let State::Body(order, body) = &mut self.state else { return Ok(()) };
        let taken = order.body.take(&self.input, |bytes| body.extend_from_slice(bytes));
        let (is_done, is_too_large) = (order.body.is_done(), body.len() > shop.desk.max_body);
        match taken {
            Ok(n) => {
                self.input.drain(..n);
                self.input.shrink_to(KEPT_BYTES);
            }
            Err(_) => {
                self.leave(&Answer::error("400 Bad Request", "the chunks of the body are wrong"), now, shop.timeout);
                return Ok(());
            }
        }
        if is_too_large {
            self.leave(&shop.desk.too_large(), now, shop.timeout);
        } else if is_done {
            return self.deliver(number, now, shop);
        } else if self.held() > shop.room {
            let why = "too many bodies are on their way (--max-memory)";
            self.leave(&Answer::later(why), now, shop.timeout);
        }
        Ok(())
    }

    /// Reads the head of a request.
    fn head(&mut self, now: Instant, shop: &mut Shop) {
        // Empty lines before a request are skipped (RFC 9112, 2.2).
        let blank = self.input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.input.drain(..blank);
        if self.input.is_empty() {
            return;
        }
        let too_long = || Answer::error("431 Request Header Fields Too Large", "the head of the request is too long");
        let (answer, end) = match Request::parse(&self.input) {
            Ok(Some((_, end))) if end > MAX_HEAD => (too_long(), None),
            Ok(None) if self.input.len() > MAX_HEAD => (too_long(), None),
            Ok(None) => return,
            Err(Wrong::Request) => (Answer::error("400 Bad Request", "this is not an HTTP request"), None),
            Err(Wrong::Version) => {
                (Answer::error("505 HTTP Version Not Supported", "this server speaks HTTP/1.1"), None)
            }
            Ok(Some((request, end))) => {
                self.requests += 1;
                let Intake { requests, records, .. } = shop.intake;
                let health = Health { requests, records, clients: shop.clients };
                match shop.desk.judge(&request, health) {
                    Verdict::Answer(answer, way) => (answer, Some((way, end))),
                    Verdict::Receive(order) => {
                        self.input.drain(..end);
                        if order.waits && self.input.is_empty() && !order.body.is_done() {
                            self.unsent.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
                        }
                        self.state = State::Body(order, Vec::new());
                        return;
                    }
                }
            }
        };
        match end {
            Some((way, end)) => {
                self.input.drain(..end);
                self.answer(&answer, &way, now, shop.timeout);
            }
            None => self.leave(&answer, now, shop.timeout),
        }
    }

    /// The request is there as a whole.
    fn deliver(&mut self, number: u64, now: Instant, shop: &mut Shop) -> Result<()> {
        let State::Body(order, body) = std::mem::replace(&mut self.state, State::Head) else { return Ok(()) };
        if shop.intake.is_done() {
            self.leave(&Answer::later("kymo is ending"), now, shop.timeout);
            return Ok(());
        }
        match shop.intake.take(&order, &self.name, &body)? {
            Some(receipt) => {
                self.state = State::Waiting(receipt, order.way);
                self.deadline = None;
                let ack = shop.pending.receive(number);
                shop.intake.acknowledge(ack);
            }
            None => self.answer(&shop.desk.too_large(), &order.way, now, shop.timeout),
        }
        Ok(())
    }

    /// What became of the request that waits.
    pub(super) fn settle(&mut self, outcome: Outcome, is_ending: bool, now: Instant, timeout: Duration) {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Waiting(receipt, way) if outcome == Outcome::Kept => {
                let way = Way { keep: way.keep && !is_ending, ..way };
                self.answer(&receipt.answer(), &way, now, timeout);
            }
            State::Waiting(..) if is_ending => self.leave(&Answer::later("kymo is ending"), now, timeout),
            State::Waiting(..) => {}
            other => self.state = other,
        }
    }

    fn answer(&mut self, answer: &Answer, way: &Way, now: Instant, timeout: Duration) {
        answer.write(way, &mut self.unsent);
        self.state = State::Answering(way.keep);
        self.deadline = now.checked_add(timeout);
    }

    /// Answers, and then ends: where the next request would begin is not known, or it is not wanted.
    fn leave(&mut self, answer: &Answer, now: Instant, timeout: Duration) {
        self.input = Vec::new();
        self.answer(answer, &Way::default(), now, timeout);
    }

    /// The answer is on its way.
    fn answered(&mut self, keep: bool, now: Instant, timeout: Duration) {
        if keep {
            self.state = State::Head;
            self.deadline = now.checked_add(timeout);
        } else {
            // Its end is awaited: a close with unread bytes would take the answer back.
            self.input = Vec::new();
            self.stream.finish();
            self.state = State::Leaving;
            self.deadline = Some(now + LEAVING_TIME);
        }
    }

    /// It has no place.
    pub(super) fn refuse(&mut self, why: &str, now: Instant) {
        self.admitted = false;
        self.leave(&Answer::later(why), now, LEAVING_TIME);
    }

    /// Everything ends: requests that are not there as a whole are not taken.
    pub(super) fn say_farewell(&mut self, now: Instant) {
        let is_idle = self.input.is_empty() && !self.is_sending();
        match &mut self.state {
            State::Head if is_idle => self.answered(false, now, LEAVING_TIME),
            State::Head | State::Body(..) => self.leave(&Answer::later("kymo is ending"), now, LEAVING_TIME),
            State::Answering(keep) if *keep => {
                *keep = false;
                self.deadline = Some(now + LEAVING_TIME);
            }
            State::Answering(_) | State::Waiting(..) | State::Leaving | State::Lost => {}
        }
    }

    /// Something of a request may be there.
    fn is_sending(&self) -> bool {
        rustix::io::ioctl_fionread(&self.stream).is_ok_and(|bytes| bytes > 0)
    }

    fn write(&mut self) -> std::io::Result<()> {
        // TLS may have something to say of its own.
        if self.writable && (!self.unsent.is_empty() || !self.stream.interest(&[]).is_empty()) {
            self.stream.send(&mut self.unsent)?;
            self.writable = self.unsent.is_empty();
            self.unsent.shrink_to(KEPT_BYTES);
        }
        Ok(())
    }
}
