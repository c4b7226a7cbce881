//! Requests to one server, one after the other over a connection that is kept, and what it answers.

use super::response::Head;
use crate::net::dial::Dialer;
use crate::net::stream::Stream;
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Error, Kind, Result};
use httparse::Status;
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
        let (mut body, mut all) = (Vec::new(), 0);
        let mut keep = |bytes: &[u8]| {
            all += bytes.len();
            body.extend_from_slice(&bytes[..bytes.len().min(MOST_BODY - body.len())]);
            all <= MOST_READ
        };
        let is_whole = if matches!(head.status, 204 | 304) {
            true
        } else if head.has("transfer-encoding", "chunked") {
            self.chunks(&mut keep)?
        } else if let Some(length) = head.elements("content-length").next() {
            let length = length.parse().map_err(|_| unreachable("the length of the server's answer is no number"))?;
            self.bytes(length, &mut keep)?
        } else {
            while self.more()? && keep(&std::mem::take(&mut self.read)) {}
            false
        };
        Ok((body, is_whole))
    }

    /// Takes so many bytes; false: more than are read.
    fn bytes(&mut self, mut left: u64, keep: &mut dyn FnMut(&[u8]) -> bool) -> Result<bool> {
        while left > 0 {
            if self.read.is_empty() && !self.more()? {
                return Err(unreachable("the server closed the connection within its answer"));
            }
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.read.len());
            if !keep(&self.read[..here]) {
                return Ok(false);
            }
            self.read.drain(..here);
            left -= here as u64;
        }
        Ok(true)
    }

    /// RFC 9112, 7.1. Trailers are not kept.
    fn chunks(&mut self, keep: &mut dyn FnMut(&[u8]) -> bool) -> Result<bool> {
        loop {
            let (begin, size) = loop {
                match httparse::parse_chunk_size(&self.read) {
                    Ok(Status::Complete(chunk)) => break chunk,
                    Ok(Status::Partial) if self.read.len() < MOST_HEAD && self.more()? => {}
                    _ => return Err(unreachable("the server's answer is not in chunks, as it says")),
                }
            };
            self.read.drain(..begin);
            if size == 0 {
                break;
            }
            if !self.bytes(size, keep)? {
                return Ok(false);
            }
            self.line()?;
        }
        while !self.line()?.is_empty() {}
        Ok(true)
    }

    /// The next line, without its break.
    fn line(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.read) {
                let mut line: Vec<u8> = self.read.drain(..=end).collect();
                line.truncate(line.trim_ascii_end().len());
                return Ok(line);
            }
            if self.read.len() > MOST_HEAD || !self.more()? {
                return Err(unreachable("the server closed the connection within its answer"));
            }
        }
    }
}
