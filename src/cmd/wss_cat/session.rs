//! One connection from the handshake to its end: reads until nothing is left, then waits for the peer, the signal
//! and the clock at once; asks whether the peer lives; says goodbye.

use super::intake::{Close, Farewell, Intake};
use crate::host::options;
use crate::host::secrets::Secret;
use crate::net::stream::Stream;
use crate::net::wait::{Ready, Wait, linger};
use crate::net::websocket::frames::Frames;
use crate::net::websocket::head::Side;
use crate::net::websocket::message::{Fault, Receive as _};
use crate::reading::error::{Error, Result};
use crate::reading::time;
use rustix::event::PollFlags;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use tungstenite::protocol::frame::coding::CloseCode;

/// How long the peer may take to answer our goodbye. A stop must not wait longer than half a second in all.
const FAREWELL: Duration = Duration::from_millis(250);

/// Answers to pings are left out while so much has not gone out yet: the peer does not read.
const UNSENT_BYTES: usize = 64 << 10;

/// How a connection ended.
pub(super) enum End {
    /// We have what we wanted, or were stopped.
    Done,
    /// The peer closed it.
    Closed(Close),
    /// We closed it, with this code.
    Broken(CloseCode, String),
    /// It is gone without a word.
    Lost(String),
}

/// When to ask, and when to give up. `None`: never.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// How long between two pings; dead if nothing at all came between them.
    pub(super) ping: Option<Duration>,
    /// How long without a message.
    pub(super) idle: Option<Duration>,
}

/// A message that is sent again and again.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    every: Duration,
    text: Secret,
}

impl Beat {
    pub(super) fn parse(every: &Secret, text: &Secret) -> Result<Beat> {
        let wrong = |why: String| Error::usage(format!("--send-every: {why}"));
        let every = options::step(every.expose_text().unwrap_or("")).map_err(wrong)?;
        match text.expose_text() {
            Some(_) => Ok(Beat { every: Duration::from_nanos(every.unsigned_abs()), text: text.clone() }),
            None => Err(wrong("the text is not UTF-8".to_owned())),
        }
    }
}

/// A connection after its handshake.
pub(super) struct Session {
    stream: Stream,
    frames: Frames,
    /// Frames that have not gone out yet.
    unsent: Vec<u8>,
    patience: Patience,
    /// What is sent again and again, and when it is due.
    beats: Vec<(Beat, Instant)>,
    last_message: Instant,
    last_ping: Instant,
    /// Nothing came since the last ping.
    is_silent: bool,
}

impl Session {
    pub(super) fn new(stream: Stream, frames: Frames, patience: Patience, beats: &[Beat]) -> Session {
        let now = Instant::now();
        let beats = beats.iter().map(|beat| (beat.clone(), now + beat.every)).collect();
        Session {
            stream,
            frames,
            unsent: Vec::new(),
            patience,
            beats,
            last_message: now,
            last_ping: now,
            is_silent: false,
        }
    }

    /// Sends text messages, reads messages to the end, and says goodbye.
    pub(super) fn run(mut self, send: &[Secret], intake: &mut Intake<'_>, wait: Wait<'_>) -> Result<End> {
        for text in send {
            Side::Client.write_text(text.expose(), &mut self.unsent);
        }
        let end = self.listen(intake, wait);
        let torn = self.frames.is_inside_message();
        self.frames.abandon(intake)?;
        intake.out.flush();
        match end {
            Ok(End::Closed(close)) => {
                // The answer has the same code (RFC 6455, 5.5.1).
                Side::Client.write_close(close.code, &mut self.unsent);
                let _ = self.stream.send(&mut self.unsent);
                self.stream.finish();
                Ok(End::Closed(close))
            }
            Ok(End::Lost(why)) if torn => Ok(End::Lost(format!("{why}, inside a message"))),
            Ok(End::Lost(why)) => Ok(End::Lost(why)),
            Ok(End::Broken(code, why)) => {
                self.part(code);
                Ok(End::Broken(code, why))
            }
            Ok(End::Done) => {
                self.part(CloseCode::Normal);
                Ok(End::Done)
            }
            Err(why) => {
                self.part(CloseCode::Away);
                Err(why)
            }
        }
    }

    fn listen(&mut self, intake: &mut Intake<'_>, wait: Wait<'_>) -> Result<End> {
        // What came right after the handshake.
        if let Some(end) = self.digest(intake)? {
            return Ok(end);
        }
        loop {
            match self.stream.read(self.frames.room()) {
                Ok(0) => return Ok(End::Lost("the server closed the connection without a close message".to_owned())),
                Ok(n) => {
                    self.frames.filled(n);
                    self.is_silent = false;
                    if let Some(end) = self.digest(intake)? {
                        return Ok(end);
                    }
                    if wait.is_over() {
                        return Ok(End::Done);
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    // Nothing waits: what there is goes out now.
                    intake.out.flush();
                    if intake.is_done() {
                        return Ok(End::Done);
                    }
                    if let Some(end) = self.rest(wait) {
                        return Ok(end);
                    }
                }
                Err(e) => return Ok(End::Lost(format!("read: {e}"))),
            }
            if let Some(end) = self.tick() {
                return Ok(end);
            }
        }
    }

    /// Hands on what was read.
    fn digest(&mut self, intake: &mut Intake<'_>) -> Result<Option<End>> {
        match self.frames.take(intake) {
            Ok(()) => {}
            Err(Fault::Receiver(error)) => return Err(error),
            Err(Fault::Protocol(code, why)) => {
                return Ok(Some(End::Broken(code, format!("the server breaks the protocol: {why}"))));
            }
        }
        if std::mem::take(&mut intake.has_heard) {
            self.last_message = Instant::now();
        }
        if let Some(payload) = intake.ping.take()
            && self.unsent.len() < UNSENT_BYTES
        {
            Side::Client.write_pong(&payload, &mut self.unsent);
        }
        if let Some(close) = intake.closed.take() {
            return Ok(Some(End::Closed(close)));
        }
        Ok(intake.is_done().then_some(End::Done))
    }

    /// Sends what waits, then sleeps until something is to do.
    fn rest(&mut self, wait: Wait<'_>) -> Option<End> {
        if !self.stream.interest(&self.unsent).is_empty()
            && let Err(e) = self.stream.send(&mut self.unsent)
        {
            return Some(End::Lost(format!("send: {e}")));
        }
        let ping = self.patience.ping.and_then(|every| self.last_ping.checked_add(every));
        let idle = self.patience.idle.and_then(|time| self.last_message.checked_add(time));
        let flags = PollFlags::IN | self.stream.interest(&self.unsent);
        let beats = self.beats.iter().map(|(_, due)| *due);
        match wait.ready(&self.stream, flags, beats.chain(ping).chain(idle).min()) {
            Ready::Over => Some(End::Done),
            Ready::Yes | Ready::Late => None,
        }
    }

    /// Pings when it is time. The end if the peer is dead or idle.
    fn tick(&mut self) -> Option<End> {
        let now = Instant::now();
        if let Some(time) = self.patience.idle
            && now.duration_since(self.last_message) >= time
        {
            return Some(End::Broken(CloseCode::Away, format!("no message for {} (--idle-timeout)", words(time))));
        }
        for (beat, due) in self.beats.iter_mut().filter(|(_, due)| *due <= now) {
            *due = now + beat.every;
            // A peer that does not read is not sent more.
            if self.unsent.len() < UNSENT_BYTES {
                Side::Client.write_text(beat.text.expose(), &mut self.unsent);
            }
        }
        if let Some(every) = self.patience.ping
            && now.duration_since(self.last_ping) >= every
        {
            // What came while nobody read counts: look before judging.
            if self.is_silent && !linger(&self.stream, PollFlags::IN, now) {
                return Some(End::Lost(format!("no answer to a ping within {}", words(every))));
            }
            Side::Client.write_ping(&mut self.unsent);
            self.last_ping = now;
            self.is_silent = true;
        }
        None
    }

    /// Closes from our side: a close message, its answer, the end of the line; a peer that is slow is left.
    fn part(mut self, code: CloseCode) {
        Side::Client.write_close(Some(code), &mut self.unsent);
        let by = Instant::now() + FAREWELL;
        let mut farewell = Farewell::default();
        loop {
            if self.stream.send(&mut self.unsent).is_err() {
                return;
            }
            // After a fault of the protocol nothing that comes can be understood.
            if matches!(code, CloseCode::Protocol | CloseCode::Invalid)
                || self.frames.take(&mut farewell).is_err()
                || farewell.is_over
            {
                break;
            }
            match self.stream.read(self.frames.room()) {
                Ok(0) => break,
                Ok(n) => self.frames.filled(n),
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    if !linger(&self.stream, PollFlags::IN | self.stream.interest(&self.unsent), by) {
                        break;
                    }
                }
                Err(_) => return,
            }
            if Instant::now() >= by {
                break;
            }
        }
        self.stream.finish();
    }
}

impl Close {
    /// Code, its meaning and the peer's words: `1001 (going away): restart`.
    pub(super) fn text(&self) -> String {
        let Some(code) = self.code else { return "without a code".to_owned() };
        let code = u16::from(code);
        let meaning = match code {
            1000 => " (normal)",
            1001 => " (going away)",
            1002 => " (protocol error)",
            1003 => " (unsupported data)",
            1007 => " (invalid data)",
            1008 => " (policy violation)",
            1009 => " (message too big)",
            1010 => " (extension missing)",
            1011 => " (server error)",
            1012 => " (restart)",
            1013 => " (try again later)",
            1014 => " (bad gateway)",
            _ => "",
        };
        let colon = if self.reason.is_empty() { "" } else { ": " };
        format!("{code}{meaning}{colon}{}", self.reason)
    }
}

fn words(time: Duration) -> String {
    time::write_duration(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

impl End {
    /// What a fault it is, for the log and for the exit.
    pub(super) fn fault(self) -> Option<Error> {
        let why = match self {
            End::Done => return None,
            End::Closed(close) => format!("closed by the server: {}", close.text()),
            End::Broken(code, why) => format!("closed with {}: {why}", u16::from(code)),
            End::Lost(why) => format!("lost: {why}"),
        };
        Some(crate::net::wait::unreachable(why))
    }
}
