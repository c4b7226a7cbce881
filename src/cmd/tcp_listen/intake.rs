//! What becomes of a line: a record, a reject, or nothing. One bad line is one reject; what comes after it is read.

use super::framing::{Framing, Part};
use crate::flow::ack::Ack;
use crate::flow::batch::BATCH_BYTES;
use crate::flow::envelope;
use crate::flow::stage::Output;
use crate::form::Flatten;
use crate::form::dialect::{Dialect, Header};
use crate::host::diag;
use crate::net::http;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::record::{Origin, Record};

/// What a line must be like, and what is made of it.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) dialect: Dialect,
    pub(super) delimiter: Delimiter,
    pub(super) flatten: Option<Flatten>,
    pub(super) envelope: bool,
    /// Records without a time get one later (`--stamp`).
    pub(super) stamps: bool,
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
    /// Its first line is a request of HTTP: nothing that follows is taken.
    pub(super) speaks_http: bool,
    begun: Begun,
}

/// About this many bytes of a line that is too long are kept.
const MOST_BYTES: u64 = 16 << 20;

/// A record that has begun, and goes on in the next line.
#[derive(Debug, Default)]
struct Begun {
    /// A quote is open.
    is_open: bool,
    bytes: Vec<u8>,
    /// Its lines so far. They count when it ends: what is not a record yet must not be acknowledged.
    lines: u64,
    /// It is too long: this many pieces of it were rejected.
    pieces: u64,
    /// The bytes of these.
    rejected: u64,
}

impl Sender {
    pub(super) fn new(name: String) -> Sender {
        Sender { name, ..Sender::default() }
    }
}

/// `--delimiter`: what ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Delimiter {
    /// A line feed, with or without a carriage return before it
    #[default]
    Lf,
    /// A carriage return, with or without a line feed after it
    Cr,
    /// A NUL character
    Nul,
}

impl Delimiter {
    pub(super) fn byte(self) -> u8 {
        match self {
            Delimiter::Lf => b'\n',
            Delimiter::Cr => b'\r',
            Delimiter::Nul => 0,
        }
    }

    /// The line without the other half of its line break.
    fn trim(self, line: &[u8]) -> &[u8] {
        let trimmed = match self {
            Delimiter::Lf => line.strip_suffix(b"\r"),
            Delimiter::Cr => line.strip_prefix(b"\n"),
            Delimiter::Nul => None,
        };
        trimmed.unwrap_or(line)
    }
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
    /// A buffer for the record that was flattened.
    flat: Vec<u8>,
    members: Vec<Member>,
    /// It was reported that a header has no column with the time.
    has_warned: bool,
    /// It was reported that a time is in doubt.
    has_doubted: bool,
}

impl Intake {
    pub(super) fn new(rules: Rules, out: Output, left: Option<u64>) -> Intake {
        Intake {
            rules,
            out: Some(out),
            left,
            lines: 0,
            record: Vec::new(),
            flat: Vec::new(),
            members: Vec::new(),
            has_warned: false,
            has_doubted: false,
        }
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

    /// Cuts what a sender sends.
    pub(super) fn framing(&self) -> Framing {
        Framing::new(self.rules.delimiter.byte())
    }

    /// Nothing more is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.left == Some(0) || self.out.as_ref().is_none_or(Output::is_closed)
    }

    /// Takes a part of what a sender sent.
    pub(super) fn part(&mut self, sender: &mut Sender, part: Part<'_>) -> Result<()> {
        let is_first = sender.lines == 0 && sender.begun.lines == 0 && sender.begun.pieces == 0;
        if let (true, Part::Line(text) | Part::Piece(text)) = (is_first, part) {
            // The body of a web page's request would be next (Redis hangs up as well).
            sender.speaks_http |= http::is_request(text);
        }
        if self.is_done() || sender.speaks_http {
            return Ok(());
        }
        match part {
            Part::Line(line) => self.take(sender, line),
            Part::Piece(piece) => {
                let begun = &mut sender.begun;
                begun.is_open = self.rules.dialect.stays_open(&sender.header, piece, begun.is_open);
                let before = std::mem::take(&mut begun.bytes);
                if !before.is_empty() {
                    self.too_long(sender, &before)?;
                }
                self.too_long(sender, piece)
            }
            Part::EndOfLong => {
                self.lines += 1;
                sender.begun.lines += 1;
                if !sender.begun.is_open {
                    self.settle(sender);
                }
                Ok(())
            }
        }
    }

    /// Takes a line: a record, or some of one that has a line break in quotes.
    fn take(&mut self, sender: &mut Sender, line: &[u8]) -> Result<()> {
        self.lines += 1;
        let (dialect, begun) = (&self.rules.dialect, &mut sender.begun);
        begun.lines += 1;
        let was_open = begun.is_open;
        begun.is_open = dialect.stays_open(&sender.header, line, was_open);
        if was_open || begun.is_open {
            if begun.pieces > 0 {
                self.too_long(sender, line)?;
            } else {
                self.gather(sender, line, was_open)?;
            }
        }
        if sender.begun.is_open {
            return Ok(());
        }
        let (is_lost, whole) = (sender.begun.pieces > 0, std::mem::take(&mut sender.begun.bytes));
        self.settle(sender);
        let record = self.rules.delimiter.trim(if was_open { &whole } else { line });
        if is_lost || json::is_blank(record) { Ok(()) } else { self.line(sender, record) }
    }

    /// Keeps a line of a record that has begun; rejects what would be too long.
    fn gather(&mut self, sender: &mut Sender, line: &[u8], goes_on: bool) -> Result<()> {
        let bytes = &mut sender.begun.bytes;
        if goes_on {
            bytes.push(self.rules.delimiter.byte());
        }
        bytes.extend_from_slice(line);
        if bytes.len() <= self.rules.max_line {
            return Ok(());
        }
        let bytes = std::mem::take(bytes);
        self.too_long(sender, &bytes)
    }

    /// Rejects a piece of a record that is too long.
    fn too_long(&mut self, sender: &mut Sender, piece: &[u8]) -> Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        sender.header.lose();
        sender.begun.pieces += 1;
        let before = sender.begun.rejected;
        sender.begun.rejected += piece.len() as u64;
        if before >= MOST_BYTES {
            return Ok(());
        }
        let line = sender.lines + 1;
        let why = format!("longer than --max-line {} bytes", self.rules.max_line);
        match sender.begun.pieces {
            1 => out.reject_from(&sender.name, line, piece, &Error::data(Code::TooLong, why)),
            number => {
                let why = Error::data(Code::TooLong, format!("{why}, piece {number}"));
                out.reject_further(&sender.name, line, piece, &why)
            }
        }
    }

    /// The lines of a record, or of what is none, are taken.
    fn settle(&mut self, sender: &mut Sender) {
        let begun = finish(sender);
        sender.lines += begun.lines;
    }

    /// Rejects what was not sent as a whole: this last part of it, if any, and what came before.
    pub(super) fn torn(&mut self, sender: &mut Sender, part: Part<'_>) -> Result<()> {
        match part {
            _ if self.is_done() || sender.speaks_http => Ok(()),
            Part::Line(line) if sender.begun.pieces == 0 => {
                let was_open = sender.begun.is_open;
                sender.begun.lines += 1;
                self.gather(sender, line, was_open)
            }
            Part::Line(piece) | Part::Piece(piece) => self.too_long(sender, piece),
            Part::EndOfLong => Ok(()),
        }
    }

    /// Nothing more comes of a sender: what has begun has no end, for this reason.
    pub(super) fn end(&mut self, sender: &mut Sender, why: &str) -> Result<()> {
        let begun = finish(sender);
        // It has a number, but is never acknowledged.
        sender.lines += begun.lines;
        if json::is_blank(&begun.bytes) || self.is_done() {
            return Ok(());
        }
        self.reject(sender, &begun.bytes, &Error::data(Code::Torn, format!("its end is missing: {why}")))
    }

    fn reject(&mut self, sender: &Sender, line: &[u8], why: &Error) -> Result<()> {
        match &mut self.out {
            Some(out) => out.reject_from(&sender.name, sender.lines, line, why),
            None => Ok(()),
        }
    }

    /// A header without the time is reported once: each of its records would lack it.
    fn look_at_header(&mut self, sender: &Sender) {
        let lacks = if self.rules.stamps { None } else { self.rules.dialect.lacks_time(&sender.header) };
        if let Some(names) = lacks
            && !std::mem::replace(&mut self.has_warned, true)
        {
            let why = format!(
                "the first line of {} names no column for the time (--time): {names}; --stamp adds the time of receipt",
                sender.name
            );
            diag::warn(Code::Columns, why);
        }
    }

    fn line(&mut self, sender: &mut Sender, line: &[u8]) -> Result<()> {
        let text = match self.rules.dialect {
            Dialect::Ndjson(ref nulls)
                if nulls.is_empty() && (self.rules.delimiter == Delimiter::Lf || !has_breaks(line)) =>
            {
                line
            }
            Dialect::Ndjson(ref nulls) if nulls.is_empty() => {
                self.record.clear();
                json::compact(line, &mut self.record);
                &self.record[..]
            }
            _ => {
                let dialect = &self.rules.dialect;
                let made = dialect.record(line, &mut sender.header, &mut self.record, &mut self.members);
                let doubt = if self.has_doubted { None } else { dialect.doubt() };
                match made {
                    Ok(true) => {
                        if let Some(doubt) = doubt {
                            self.has_doubted = true;
                            diag::warn(Code::OldTime, format_args!("{}: {doubt}", sender.name));
                        }
                        &self.record[..]
                    }
                    Ok(false) => {
                        self.look_at_header(sender);
                        return Ok(());
                    }
                    Err(why) => return self.reject(sender, line, &why),
                }
            }
        };
        self.flat.clear();
        let flat =
            self.rules.flatten.as_ref().map(|flatten| flatten.write(text, self.rules.max_record, &mut self.flat));
        let text = match flat {
            Some(Ok(true)) => &self.flat[..],
            Some(Err(why)) => return self.reject(sender, line, &why),
            Some(Ok(false)) | None => text,
        };
        self.members.clear();
        if let Err(why) = json::members(text, &mut self.members) {
            return self.reject(sender, line, &crate::flow::stage::not_json(text, why));
        }
        let origin = Origin { input: 0, line: self.lines };
        if text.len() > self.rules.max_record {
            let why = format!("longer than --max-record {} bytes", self.rules.max_record);
            return self.reject(sender, line, &Error::data(Code::TooLong, why));
        }
        let Some(out) = &mut self.out else { return Ok(()) };
        if !self.rules.envelope {
            out.copy(&Record::kept(text, &self.members).of(origin));
        } else if let Some(why) = envelope::contradiction(text, &self.members) {
            return self.reject(sender, line, &why);
        } else {
            let (is_empty, peer) = (self.members.is_empty(), &sender.name);
            out.add_from(origin, |to| {
                to.extend_from_slice(text);
                envelope::add(peer, is_empty, to);
            });
        }
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        Ok(())
    }
}

/// The end of what has begun. If too much of it was rejected to be kept, that is reported.
fn finish(sender: &mut Sender) -> Begun {
    let begun = std::mem::take(&mut sender.begun);
    if begun.rejected > MOST_BYTES {
        let (bytes, kept) = (begun.rejected, MOST_BYTES);
        let what = format!("only about the first {kept} of {bytes} bytes of a line of {} are kept", sender.name);
        diag::warn(Code::RejectsCut, what);
    }
    begun
}

/// It is JSON with line breaks, which mean nothing there: something else ends a line.
fn has_breaks(line: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', line).is_some() && json::check(line).is_ok()
}
