//! What becomes of a message: an object is one record, an array of objects that many, anything else is rejected
//! and the next message is read.

use super::resume::Last;
use crate::flow::envelope;
use crate::flow::payload::{Payload, Take};
use crate::flow::stage::Output;
use crate::host::diag;
use crate::host::options::PayloadRules;
use crate::host::stop::Stop;
use crate::net::websocket::message::{Long, Receive};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::record::Origin;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tungstenite::protocol::frame::coding::CloseCode;

/// `--binary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Binary {
    /// Reject binary messages
    Reject,
    /// Read binary messages as UTF-8 text
    Utf8,
    /// Make a record of a binary message: {"base64":"…"}
    Base64,
    /// Make a record of a binary message: {"hex":"…"}
    Hex,
}

/// What a message must be like.
#[derive(Debug)]
pub(super) struct Rules {
    /// `--each`: where in a message its records are (RFC 6901).
    pub(super) each: Option<String>,
    pub(super) payload: PayloadRules,
    pub(super) binary: Binary,
    pub(super) max_message: usize,
    /// `--envelope`: what the server is called.
    pub(super) peer: Option<String>,
}

/// Makes records of messages.
pub(super) struct Intake<'a> {
    pub(super) rules: &'a Rules,
    pub(super) out: &'a mut Output,
    pub(super) stop: &'a Stop,
    /// Messages so far: the number by which a reject is found again.
    pub(super) number: &'a mut u64,
    /// `-C`: records still wanted.
    pub(super) left: &'a mut Option<u64>,
    /// What the next connection asks for.
    pub(super) last: &'a mut Last,
    /// A message came since this was last reset.
    pub(super) has_heard: bool,
    /// The last ping that waits for its answer.
    pub(super) ping: Option<Vec<u8>>,
    pub(super) closed: Option<Close>,
    /// The members of one object.
    pub(super) members: Vec<Member>,
}

/// How the peer ended the connection.
pub(super) struct Close {
    pub(super) code: Option<CloseCode>,
    /// Its words.
    pub(super) reason: String,
}

impl Intake<'_> {
    fn origin(&self) -> Origin {
        Origin { input: 0, line: *self.number }
    }

    /// A record with this text of a message alone.
    fn one_field(&mut self, name: &str, bytes: &[u8], text: &str) -> Result<()> {
        let object = format!("{{\"{name}\":\"{text}\"}}");
        if object.len() > self.rules.payload.max_record {
            let why = format!("longer than --max-record {} bytes", self.rules.payload.max_record);
            return self.reject(bytes, Code::TooLong, why);
        }
        Take::record(self, object.as_bytes(), &[])
    }
}

impl Take for Intake<'_> {
    fn record(&mut self, text: &[u8], members: &[Member]) -> Result<()> {
        let peer = self.rules.peer.as_deref();
        if let Some(why) = peer.and_then(|_| envelope::contradiction(text, members)) {
            return self.out.reject_raw(text, self.origin(), &why);
        }
        match self.left {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None => {}
        }
        self.last.note(text, members);
        self.out.add_from(self.origin(), |line| {
            json::compact(text, line);
            if let Some(peer) = peer {
                envelope::add(peer, line.ends_with(b"{}"), line);
            }
        });
        Ok(())
    }

    fn reject(&mut self, bytes: &[u8], code: Code, why: String) -> Result<()> {
        self.out.reject_raw(bytes, self.origin(), &Error::data(code, why))
    }
}

impl Receive for Intake<'_> {
    fn message(&mut self, binary: bool, bytes: &[u8]) -> Result<()> {
        *self.number += 1;
        self.has_heard = true;
        diag::debug(Code::Message, format_args!("message {}: {} bytes", self.number, bytes.len()));
        if binary {
            match self.rules.binary {
                Binary::Utf8 => {}
                Binary::Base64 => return self.one_field("base64", bytes, &BASE64.encode(bytes)),
                Binary::Hex => {
                    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    return self.one_field("hex", bytes, &text);
                }
                Binary::Reject => {
                    let why = "a binary message (--binary utf8 takes it as text)";
                    return self.reject(bytes, Code::Binary, why.to_owned());
                }
            }
        }
        // Text that is not UTF-8 would end the connection (RFC 6455, 8.1), and with it the good messages behind;
        // here it is one bad message more.
        let rules = self.rules;
        let payload = Payload { each: rules.each.as_deref(), numbers: false, rules: &rules.payload };
        let mut members = std::mem::take(&mut self.members);
        let result = payload.records(bytes, &mut members, self);
        self.members = members;
        result
    }

    fn long(&mut self, part: Long<'_>) -> Result<()> {
        match part {
            Long::Begin(_) => {
                *self.number += 1;
                self.has_heard = true;
                let why = format!("longer than --max-message {} bytes", self.rules.max_message);
                self.out.begin_reject(self.origin(), &Error::data(Code::TooLong, why))
            }
            Long::Piece(bytes) => self.out.reject_piece(bytes),
            Long::End => self.out.end_reject(),
        }
    }

    fn torn(&mut self, bytes: &[u8]) -> Result<()> {
        if *self.left == Some(0) || self.out.is_closed() || self.stop.is_aborted() {
            return Ok(());
        }
        *self.number += 1;
        self.reject(bytes, Code::Torn, "its end is missing: the connection ended before it came".to_owned())
    }

    fn ping(&mut self, bytes: &[u8]) {
        // Of several only the last need be answered (RFC 6455, 5.5.3).
        self.ping = Some(bytes.to_vec());
    }

    fn close(&mut self, code: Option<CloseCode>, reason: &[u8]) {
        self.closed = Some(Close { code, reason: String::from_utf8_lossy(reason).into_owned() });
    }

    fn is_done(&self) -> bool {
        self.closed.is_some() || *self.left == Some(0) || self.out.is_closed() || self.stop.is_aborted()
    }
}

/// Nobody wants to know any more; only whether the peer says goodbye.
#[derive(Default)]
pub(super) struct Farewell {
    pub(super) is_over: bool,
}

impl Receive for Farewell {
    fn message(&mut self, _: bool, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn long(&mut self, _: Long<'_>) -> Result<()> {
        Ok(())
    }

    fn torn(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn ping(&mut self, _: &[u8]) {}

    fn close(&mut self, _: Option<CloseCode>, _: &[u8]) {
        self.is_over = true;
    }

    fn is_done(&self) -> bool {
        self.is_over
    }
}
