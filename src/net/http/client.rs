//! Requests to one server, one after the other over a connection that is kept, and what it answers.

use super::body::{BadChunk, Body};
use super::response::Head;
use crate::net::dial::Dialer;
use crate::net::stream::Stream;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Error, Kind, Result};
use rustix::event::PollFlags;
use std::time::{Duration, Instant};

/// A longer head is no head.
const MOST_HEAD: usize = 64 << 10;

/// This much of an answer is kept for its words.
const MOST_BODY: usize = 16 << 10;

/// A longer answer is not read to its end: its connection is closed.
const MOST_READ: usize = 1 << 20;

/// One server.
pub(crate) struct Client {
    dialer: Dialer,
    /// Of a server that says nothing, and takes nothing.
    timeout: Duration,
    /// The last answer was read to its end.
    open: Option<Stream>,
    connections: u64,
}

/// What a server says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
    /// Its beginning.
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(dialer: Dialer, timeout: Duration) -> Client {
        Client { dialer, timeout, open: None, connections: 0 }
    }

    /// How often it has connected.
    pub(crate) fn connections(&self) -> u64 {
        self.connections
    }

    /// Sends a request, which may be sent twice: a server may close a connection that it kept just when it comes.
    pub(crate) fn send(&mut self, request: &[u8], wait: Wait<'_>) -> Result<Answer> {
        if let Some(stream) = self.open.take() {
            match self.exchange(stream, request, wait) {
                Err((why, is_answered)) if is_answered || why.kind() == Kind::Closed => return Err(why),
                Err(_) => {}
                Ok(answer) => return Ok(answer),
            }
        }
        let stream = self.dialer.dial(wait)?;
        self.connections += 1;
        self.exchange(stream, request, wait).map_err(|(why, _)| why)
    }

    /// An error: with whether something of an answer had come.
    fn exchange(&mut self, stream: Stream, request: &[u8], wait: Wait<'_>) -> Result<Answer, (Error, bool)> {
        let mut exchange = Exchange { stream, unsent: request.to_vec(), read: Vec::new(), timeout: self.timeout, wait };
        let head = exchange.head().map_err(|why| (why, !exchange.read.is_empty()))?;
        let (body, is_whole) = exchange.body(&head).map_err(|why| (why, true))?;
        let stays =
            if head.minor == 0 { head.has("connection", "keep-alive") } else { !head.has("connection", "close") };
        if stays && is_whole && exchange.unsent.is_empty() && exchange.read.is_empty() {
            self.open = Some(exchange.stream);
        }
        Ok(Answer { head, body })
    }
}

/// A request that is on its way, and its answer.
struct Exchange<'w> {
    stream: Stream,
    unsent: Vec<u8>,
    /// What has come and is not used yet.
    read: Vec<u8>,
    timeout: Duration,
    wait: Wait<'w>,
}

impl Exchange<'_> {
    /// Sends what can be sent and reads what there is; false: the server has ended.
    fn more(&mut self) -> Result<bool> {
        let mut buffer = [0; 8192];
        let mut by = Instant::now() + self.timeout;
        loop {
            let before = self.unsent.len();
            // A server that has seen enough answers, and takes no more.
            let sent = self.stream.send(&mut self.unsent);
            match self.stream.read(&mut buffer) {
                Ok(0) => {
                    return sent.map(|()| false).map_err(|e| unreachable("send the request").because(e));
                }
                Ok(n) => {
                    self.read.extend_from_slice(&buffer[..n]);
                    return Ok(true);
                }
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(e) => return Err(unreachable("read the answer").because(e)),
            }
            sent.map_err(|e| unreachable("send the request").because(e))?;
            if self.unsent.len() < before {
                by = Instant::now() + self.timeout;
            }
            let flags = self.stream.interest(&self.unsent) | PollFlags::IN;
            self.wait.need(&self.stream, flags, by)?;
        }
    }

    fn head(&mut self) -> Result<Head> {
        loop {
            while let Some((head, length)) = Head::parse(&self.read)? {
                self.read.drain(..length);
                // RFC 9110, 15.2: a final answer follows.
                if !(100..200).contains(&head.status) {
                    return Ok(head);
                }
            }
            if self.read.len() > MOST_HEAD {
                return Err(unreachable("the server's answer has no end"));
            }
            if !self.more()? {
                return Err(unreachable("the server closed the connection before it answered"));
            }
        }
    }

    /// The beginning of the body, and whether all of it was read.
    fn body(&mut self, head: &Head) -> Result<(Vec<u8>, bool)> {
        let mut body = if matches!(head.status, 204 | 304) {
            Body::sized(0)
        } else if head.has("transfer-encoding", "chunked") {
            Body::chunked()
        } else if let Some(length) = head.elements("content-length").next() {
            let length = length.parse().map_err(|_| unreachable("the length of the server's answer is no number"))?;
            Body::sized(length)
        } else {
            return self.until_the_end();
        };
        let (mut kept, mut all) = (Vec::new(), 0);
        while !body.is_done() && all <= MOST_READ {
            if self.read.is_empty() && !self.more()? {
                return Err(unreachable("the server closed the connection within its answer"));
            }
            let taken = body.take(&self.read, |bytes| {
                all += bytes.len();
                keep(bytes, &mut kept);
            });
            let used = taken.map_err(|BadChunk| unreachable("the server's answer is not in chunks, as it says"))?;
            self.read.drain(..used);
        }
        Ok((kept, body.is_done()))
    }

    /// What comes until the server ends the connection.
    fn until_the_end(&mut self) -> Result<(Vec<u8>, bool)> {
        let (mut kept, mut all) = (Vec::new(), 0);
        loop {
            all += self.read.len();
            keep(&std::mem::take(&mut self.read), &mut kept);
            if all > MOST_READ || !self.more()? {
                return Ok((kept, false));
            }
        }
    }
}

/// Keeps the beginning of a body.
fn keep(bytes: &[u8], kept: &mut Vec<u8>) {
    kept.extend_from_slice(&bytes[..bytes.len().min(MOST_BODY - kept.len())]);
}
