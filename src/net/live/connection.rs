//! One connection: a request, then an answer and its end, or the stream.
//!
//! A state machine over a socket that never blocks. The server's loop calls [`Connection::turn`] whenever something
//! may have changed; a turn does a bounded piece of work, so that nobody waits long for another.

use crate::net::live::http::{self, Desk};
use crate::net::live::ring::Ring;
use crate::net::websocket::ear::{Ear, Heard};
use crate::net::websocket::head::Side;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::time::{Duration, Instant};
use tungstenite::protocol::frame::coding::CloseCode;

/// A request's head must be there by then, else somebody only wants to occupy the place.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// How long an end may take: the last bytes out, and the peer's own end.
const END_TIME: Duration = Duration::from_secs(2);

/// A stream that is silent for so long is pinged, lest a proxy on the way take it for dead.
const PING_TIME: Duration = Duration::from_secs(30);

/// So much is written or read at once, and so often in one turn.
const WRITE_BYTES: usize = 256 << 10;
const READ_BYTES: usize = 16 << 10;
const TIMES: usize = 4;

/// What became of a connection in its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits for its socket, for records or for its deadline.
    Idle,
    /// It could go on at once.
    Busy,
    Gone,
}

pub(super) struct Connection {
    stream: TcpStream,
    /// Its peer's address.
    pub(super) ip: Option<IpAddr>,
    state: State,
    /// What must be written before anything else; whole frames, except that its begin may be written.
    out: Vec<u8>,
    written: usize,
    /// The socket may have something to read, or room to write (it tells only changes).
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// What a WebSocket's client says is heard by this, to the end.
    ear: Option<Ear>,
    /// The peer has ended its half, or has said its close.
    ended: bool,
    deadline: Instant,
}

enum State {
    /// Receives the head of a request.
    Head(Vec<u8>),
    /// Is sent the records.
    Stream(Client),
    /// Is sent what is in `out`, and no more.
    Ending,
    /// Was sent everything; a close with unread bytes would take it back from the peer, so its end is awaited.
    Lingering,
}

struct Client {
    /// The number of the record that it is sent next.
    next: u64,
    /// The last ping that is not answered yet; RFC 6455, 5.5.3 lets older ones fall.
    ping: Option<Vec<u8>>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, ip: Option<IpAddr>, now: Instant) -> Connection {
        Connection {
            stream,
            ip,
            state: State::Head(Vec::new()),
            out: Vec::new(),
            written: 0,
            readable: true,
            writable: true,
            ear: None,
            ended: false,
            deadline: now + HEAD_TIME,
        }
    }

    /// It is sent the stream.
    pub(super) fn is_client(&self) -> bool {
        matches!(self.state, State::Stream(_))
    }

    /// A turn is due by then, even if nothing happens.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Reads and writes what it can. `over`: no more records will come, and with what code to close. Counts lost records in `desk`.
    pub(super) fn turn(&mut self, now: Instant, ring: &Ring, desk: &mut Desk<'_>, over: Option<CloseCode>) -> Turn {
        if now >= self.deadline {
            match &self.state {
                State::Head(_) => self.end(http::too_slow().bytes, now),
                State::Stream(_) => {
                    // One that does not keep up needs no ping.
                    if self.out.is_empty() {
                        Side::Server.write_ping(&mut self.out);
                    }
                    self.deadline = now + PING_TIME;
                }
                State::Ending | State::Lingering => return Turn::Gone,
            }
        }
        match self.hear(now, ring, desk).and_then(|heard| Ok(heard | self.say(now, ring, desk, over)?)) {
            Ok(_) if self.ended && !matches!(self.state, State::Ending) => Turn::Gone,
            Ok(true) => Turn::Busy,
            Ok(false) => Turn::Idle,
            // A peer that breaks off is nothing to tell of.
            Err(_) => Turn::Gone,
        }
    }

    /// Reads. True: there may be more.
    fn hear(&mut self, now: Instant, ring: &Ring, desk: &mut Desk<'_>) -> std::io::Result<bool> {
        if !self.readable {
            return Ok(false);
        }
        let mut buffer = [0; READ_BYTES];
        for _ in 0..TIMES {
            match self.stream.read(&mut buffer) {
                Ok(0) => (self.ended, self.readable) = (true, false),
                Ok(n) => self.received(&buffer[..n], now, ring, desk),
                Err(e) if e.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
            if !self.readable {
                break;
            }
        }
        Ok(self.readable)
    }

    fn received(&mut self, bytes: &[u8], now: Instant, ring: &Ring, desk: &mut Desk<'_>) {
        match &mut self.state {
            State::Head(head) => {
                head.extend_from_slice(bytes);
                let Some((answer, end)) = http::answer(head, desk) else { return };
                if !answer.upgraded {
                    return self.end(answer.bytes, now);
                }
                let mut ear = Ear::default();
                ear.hear(&head[end..]);
                self.ear = Some(ear);
                self.out = answer.bytes;
                self.state = State::Stream(Client { next: ring.end(), ping: None });
                self.deadline = now + PING_TIME;
            }
            State::Stream(_) | State::Ending | State::Lingering => {
                if let Some(ear) = &mut self.ear {
                    ear.hear(bytes);
                }
            }
        }
        self.listen(now);
    }

    /// Heeds what a client said.
    fn listen(&mut self, now: Instant) {
        while let Some(heard) = self.ear.as_mut().and_then(Ear::next) {
            let code = match heard {
                Heard::Ping(payload) => {
                    if let State::Stream(client) = &mut self.state {
                        client.ping = Some(payload);
                    }
                    continue;
                }
                Heard::Close(code) => {
                    self.ended = true;
                    code
                }
                Heard::Fault(code) => Some(code),
            };
            self.ear = None;
            if self.is_client() {
                self.close(code, now);
            }
        }
    }

    /// Ends the stream, behind the frame that is being written.
    fn close(&mut self, code: Option<CloseCode>, now: Instant) {
        let mut frame = Vec::new();
        Side::Server.write_close(code, &mut frame);
        self.end(frame, now);
    }

    fn end(&mut self, last: Vec<u8>, now: Instant) {
        self.out.extend_from_slice(&last);
        self.state = State::Ending;
        self.deadline = now + END_TIME;
    }

    /// Writes. True: there may be more.
    fn say(
        &mut self,
        now: Instant,
        ring: &Ring,
        desk: &mut Desk<'_>,
        over: Option<CloseCode>,
    ) -> std::io::Result<bool> {
        for _ in 0..TIMES {
            if !self.writable {
                return Ok(false);
            }
            if self.written < self.out.len() {
                self.written += self.write(self.written, None)?;
                continue;
            }
            self.out.clear();
            self.out.shrink_to(READ_BYTES);
            self.written = 0;
            match &mut self.state {
                State::Head(_) | State::Lingering => return Ok(false),
                State::Ending => {
                    self.stream.shutdown(Shutdown::Write)?;
                    self.state = State::Lingering;
                }
                State::Stream(client) => {
                    if let Some(payload) = client.ping.take() {
                        Side::Server.write_pong(&payload, &mut self.out);
                        continue;
                    }
                    let lost = ring.first().saturating_sub(client.next);
                    if lost > 0 {
                        client.next += lost;
                        desk.health.lost += lost;
                        Side::Server.write_text(format!("{{\"lost\":{lost}}}").as_bytes(), &mut self.out);
                        continue;
                    }
                    let next = client.next;
                    match ring.chunk(next) {
                        None if over.is_some() => self.close(over, now),
                        None => return Ok(false),
                        Some(chunk) => {
                            let frames = chunk.since(next);
                            let sent = self.write(0, Some(&frames[..frames.len().min(WRITE_BYTES)]))?;
                            let (next, torn) = chunk.after(next, sent);
                            self.out.extend_from_slice(torn);
                            self.deadline = now + PING_TIME;
                            if let State::Stream(client) = &mut self.state {
                                client.next = next;
                            }
                        }
                    }
                }
            }
        }
        Ok(self.writable)
    }

    /// Writes these bytes, or else `out` from there on: how many the socket took.
    fn write(&mut self, from: usize, bytes: Option<&[u8]>) -> std::io::Result<usize> {
        match self.stream.write(bytes.unwrap_or(&self.out[from..])) {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Ok(n) => Ok(n),
            Err(e) if e.kind() == ErrorKind::Interrupted => Ok(0),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.writable = false;
                Ok(0)
            }
            Err(e) => Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::live::http::Health;
    use std::net::TcpListener;

    /// A connection, its peer, and a clock that goes by itself.
    struct Pair {
        connection: Connection,
        peer: TcpStream,
        start: Instant,
    }

    impl Pair {
        fn new(request: &[u8]) -> Pair {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
            let mut peer = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
            let (stream, _) = listener.accept().expect("a connection");
            stream.set_nonblocking(true).expect("a socket");
            peer.write_all(request).expect("a socket");
            let start = Instant::now();
            let mut pair = Pair { connection: Connection::new(stream, None, start), peer, start };
            // On loopback, what was written is there.
            pair.turn(0);
            pair
        }

        fn turn(&mut self, seconds: u64) -> Turn {
            (self.connection.readable, self.connection.writable) = (true, true);
            let (health, now) = (Health::default(), self.start + Duration::from_secs(seconds));
            let mut desk = Desk { health, max_clients: 1, origins: &[], hosts: None, refused: 0 };
            self.connection.turn(now, &Ring::new(1), &mut desk, None)
        }

        fn received(&mut self) -> String {
            let mut buffer = [0; 1000];
            let n = self.peer.read(&mut buffer).expect("an answer");
            String::from_utf8_lossy(&buffer[..n]).into_owned()
        }
    }

    const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    #[test]
    fn a_head_has_its_time() {
        let mut pair = Pair::new(b"GET /healthz HTTP/1.1\r\n");
        assert_eq!(pair.turn(4), Turn::Idle);
        assert_ne!(pair.turn(5), Turn::Gone);
        assert!(pair.received().starts_with("HTTP/1.1 408 "));
        // Its peer does not end: then it ends by itself.
        assert_eq!(pair.turn(6), Turn::Idle);
        assert_eq!(pair.turn(7), Turn::Gone);
    }

    #[test]
    fn a_silent_stream_is_pinged() {
        let mut pair = Pair::new(HANDSHAKE);
        assert!(pair.connection.is_client());
        assert!(pair.received().starts_with("HTTP/1.1 101 "));
        assert_eq!(pair.turn(29), Turn::Idle);
        for seconds in [30, 60] {
            assert_eq!(pair.turn(seconds), Turn::Idle);
            assert_eq!(pair.received(), String::from_utf8_lossy(b"\x89\0"));
        }
        drop(pair.peer.shutdown(Shutdown::Both));
        assert_eq!(pair.turn(61), Turn::Gone);
    }

    #[test]
    fn an_answer_is_read_to_its_end_before_the_end() {
        let mut pair = Pair::new(b"GET /healthz HTTP/1.1\r\n\r\n");
        pair.peer.write_all(&[0; 100]).expect("a socket");
        assert_eq!(pair.turn(1), Turn::Idle);
        assert!(pair.received().ends_with("\"lost\":0}\n"));
        pair.peer.shutdown(Shutdown::Write).expect("a socket");
        assert_eq!(pair.turn(1), Turn::Gone);
    }
}
