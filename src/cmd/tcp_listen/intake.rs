//! What becomes of a line: a record, a reject, or nothing. One bad line is one reject; what comes after it is read.

use super::framing::Part;
use crate::flow::ack::Ack;
use crate::flow::batch::BATCH_BYTES;
use crate::flow::stage::Output;
use crate::form::dialect::{Dialect, Header};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Appender, Member};
use crate::reading::record::{Origin, Record};
use crate::reading::time;

/// The fields that `--envelope` adds.
const ENVELOPE: [&str; 2] = ["peer", "received"];

/// What a line must be like, and what is made of it.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) dialect: Dialect,
    pub(super) envelope: bool,
    pub(super) max_line: usize,
    pub(super) max_record: usize,
}

/// One sender: a connection, or the sender of a datagram.
#[derive(Debug, Default)]
pub(super) struct Sender {
    /// Its address, for rejects and for the envelope.
    pub(super) name: String,
    pub(super) header: Header,
    /// Its lines so far that were taken, as records or rejects; blank ones too.
    pub(super) lines: u64,
}

/// Makes records of lines.
pub(super) struct Intake {
    rules: Rules,
    /// Until nothing more is taken.
    out: Option<Output>,
    /// `-C`: records still wanted.
    left: Option<u64>,
    /// Lines of all senders.
    pub(super) lines: u64,
    record: Vec<u8>,
    members: Vec<Member>,
}

impl Intake {
    pub(super) fn new(rules: Rules, out: Output, left: Option<u64>) -> Intake {
        Intake { rules, out: Some(out), left, lines: 0, record: Vec::new(), members: Vec::new() }
    }

    /// Takes nothing more: the stages after see the end.
    pub(super) fn close(&mut self) {
        self.out = None;
    }

    /// Hands on what there is.
    pub(super) fn flush(&mut self) {
        if let Some(out) = &mut self.out {
            out.flush();
        }
    }

    /// Rejects travel in the batch without filling it: they must not gather.
    pub(super) fn flush_rejects(&mut self) {
        if self.out.as_mut().is_some_and(|out| out.waiting_rejects() >= BATCH_BYTES) {
            self.flush();
        }
    }

    /// The token of a message whose records are all handed in.
    pub(super) fn acknowledge(&mut self, ack: Ack) {
        if let Some(out) = &mut self.out {
            out.acknowledge(ack);
        }
    }

    pub(super) fn max_line(&self) -> usize {
        self.rules.max_line
    }

    /// Nothing more is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.left == Some(0) || self.out.as_ref().is_none_or(Output::is_closed)
    }

    /// Takes a part of what a sender sent.
    pub(super) fn part(&mut self, sender: &mut Sender, part: Part<'_>) -> Result<()> {
        let Some(out) = self.out.as_mut().filter(|out| self.left != Some(0) && !out.is_closed()) else { return Ok(()) };
        match part {
            Part::Line(line) => {
                sender.lines += 1;
                self.lines += 1;
                if line.trim_ascii().is_empty() { Ok(()) } else { self.line(sender, line) }
            }
            Part::Piece(number, piece) => {
                let line = sender.lines + 1;
                let why = format!("longer than --max-line {} bytes", self.rules.max_line);
                if number == 1 {
                    return out.reject_from(&sender.name, line, piece, &Error::data(Code::TooLong, why));
                }
                let why = Error::data(Code::TooLong, format!("{why}, piece {number}"));
                out.reject_further(&sender.name, line, piece, &why)
            }
            Part::EndOfLong => {
                sender.lines += 1;
                self.lines += 1;
                Ok(())
            }
        }
    }

    /// Rejects a line that was not sent as a whole.
    pub(super) fn torn(&mut self, sender: &mut Sender, part: Part<'_>, why: &str) -> Result<()> {
        match part {
            Part::Line(line) if !line.trim_ascii().is_empty() => {
                // It has a number, but is never acknowledged.
                sender.lines += 1;
                self.reject(sender, line, &Error::data(Code::Torn, format!("its end is missing: {why}")))
            }
            _ => Ok(()),
        }
    }

    fn reject(&mut self, sender: &Sender, line: &[u8], why: &Error) -> Result<()> {
        match &mut self.out {
            Some(out) => out.reject_from(&sender.name, sender.lines, line, why),
            None => Ok(()),
        }
    }

    fn line(&mut self, sender: &mut Sender, line: &[u8]) -> Result<()> {
        let text = match self.rules.dialect {
            Dialect::Ndjson => line,
            _ => {
                self.record.clear();
                match self.rules.dialect.record(line, &mut sender.header, &mut self.record) {
                    Ok(true) => &self.record[..],
                    Ok(false) => return Ok(()),
                    Err(why) => return self.reject(sender, line, &why),
                }
            }
        };
        self.members.clear();
        if let Err(why) = json::members(text, &mut self.members) {
            return self.reject(sender, line, &crate::flow::stage::not_json(why));
        }
        let origin = Origin { input: 0, line: self.lines };
        if text.len() > self.rules.max_record {
            let why = format!("longer than --max-record {} bytes", self.rules.max_record);
            return self.reject(sender, line, &Error::data(Code::TooLong, why));
        }
        let Some(out) = &mut self.out else { return Ok(()) };
        if !self.rules.envelope {
            out.copy(&Record::kept(text, &self.members).of(origin));
        } else if let Some(name) = ENVELOPE.iter().find(|name| self.members.iter().any(|m| m.key_is(text, name))) {
            // Whoever reads it could not know which of the two is true.
            let why = format!("it already has a field {name}, which --envelope adds");
            return self.reject(sender, line, &Error::data(Code::Envelope, why));
        } else {
            let (empty, name) = (self.members.is_empty(), &sender.name);
            out.add_from(origin, |to| write_envelope(text, empty, name, to));
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        Ok(())
    }
}

/// Appends an object, and behind its members those of the envelope.
fn write_envelope(text: &[u8], empty: bool, name: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(text);
    let mut record = Appender::open(to, empty);
    record.text("peer", name);
    record.add("received", |to| {
        to.push(b'"');
        time::write_rfc3339(time::now(), to);
        to.push(b'"');
    });
    record.close();
}
