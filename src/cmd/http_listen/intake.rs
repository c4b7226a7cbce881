//! What becomes of a body: records, and rejects with their places. One that cannot be used affects no other.

use super::answer::Receipt;
use super::desk::Order;
use super::media::Unpacked;
use crate::flow::ack::Ack;
use crate::flow::batch::BATCH_BYTES;
use crate::flow::envelope;
use crate::flow::stage::{Output, not_json};
use crate::form::{Form, Input, Settings, Take};
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Appender, Kind, Member};
use crate::reading::record::{Origin, Record};

/// The records of a body take at most this many bytes: a name that it has once may be in each of them.
const MOST: usize = 16 << 20;

/// What is made of bodies.
#[derive(Debug)]
pub(super) struct Rules {
    /// What the flags say of the form.
    pub(super) settings: Settings,
    pub(super) envelope: bool,
    pub(super) max_body: usize,
    pub(super) max_record: usize,
}

/// Makes records of bodies.
pub(super) struct Intake {
    rules: Rules,
    /// Until nothing more is taken.
    out: Option<Output>,
    /// `-C`: records still wanted.
    left: Option<u64>,
    pub(super) requests: u64,
    pub(super) records: u64,
    members: Vec<Member>,
    /// It was reported that a record has a field that the path gives.
    has_hidden: bool,
}

impl Intake {
    pub(super) fn new(rules: Rules, out: Output, left: Option<u64>) -> Intake {
        Intake { rules, out: Some(out), left, requests: 0, records: 0, members: Vec::new(), has_hidden: false }
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

    /// Nothing more is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.has_all() || self.out.as_ref().is_none_or(Output::is_closed)
    }

    /// `-C` records were taken.
    pub(super) fn has_all(&self) -> bool {
        self.left == Some(0)
    }

    /// The token of a body that was taken.
    pub(super) fn acknowledge(&mut self, ack: Ack) {
        if let Some(out) = &mut self.out {
            out.acknowledge(ack);
        }
    }

    /// Takes a whole body; `None`: it is too large when it is unpacked, and nothing of it was taken.
    pub(super) fn take(&mut self, order: &Order, peer: &str, body: &[u8]) -> Result<Option<Receipt>> {
        self.requests += 1;
        diag::debug(Code::Message, format_args!("request {} of {peer}: {} bytes", self.requests, body.len()));
        let unpacked = order.packing.unpack(body, self.rules.max_body);
        let mut members = std::mem::take(&mut self.members);
        let mut settings = self.rules.settings.clone();
        settings.form = Some(order.media.form);
        settings.encoding = order.media.encoding;
        let max_record = self.rules.max_record;
        let by_line = !matches!(order.media.form, Form::Json | Form::Senml);
        let (items, begun, made) = (0, None, 0);
        let receipt = Receipt::default();
        let mut to = Taking { intake: self, order, peer, members: &mut members, receipt, by_line, items, begun, made };
        match &unpacked {
            Err(Unpacked::TooLarge) => return Ok(None),
            Err(Unpacked::Damaged(why)) => to.refuse(1, body, &Error::data(Code::Packed, why.clone()))?,
            Ok(unpacked) => to.input(&settings, max_record, unpacked.as_deref().unwrap_or(body))?,
        }
        let receipt = to.receipt;
        self.members = members;
        self.records += receipt.accepted;
        self.left = self.left.map(|left| left.saturating_sub(receipt.accepted));
        Ok(Some(receipt))
    }
}

/// Takes the records of one body.
struct Taking<'i> {
    intake: &'i mut Intake,
    order: &'i Order,
    peer: &'i str,
    members: &'i mut Vec<Member>,
    receipt: Receipt,
    /// A place is a line; else the number of a value.
    by_line: bool,
    items: u64,
    /// A reject whose bytes come in pieces. They are no more than the body.
    begun: Option<(u64, Error, Vec<u8>)>,
    /// Bytes of records.
    made: usize,
}

impl Taking<'_> {
    fn input(&mut self, settings: &Settings, max_record: usize, body: &[u8]) -> Result<()> {
        if json::is_blank(body) {
            return self.refuse(1, body, &Error::data(Code::Json, "an empty body"));
        }
        let mut input = Input::of_message(settings, max_record);
        let taken = input.feed(body, self).and_then(|()| input.finish(true, self));
        // What is cut is said in the answer.
        if self.receipt.is_cut { Ok(()) } else { taken }
    }

    fn place(&mut self, line: u64) -> u64 {
        self.items += 1;
        if self.by_line { line } else { self.items }
    }

    fn refuse(&mut self, place: u64, bytes: &[u8], why: &Error) -> Result<()> {
        self.receipt.reject(place, why);
        let Some(out) = &mut self.intake.out else { return Ok(()) };
        out.reject_from(self.peer, place, bytes, why)?;
        // Rejects travel in the batch without filling it: they must not gather.
        if out.waiting_rejects() >= BATCH_BYTES {
            out.flush();
        }
        Ok(())
    }

    /// Why what is added would be beside a value of the same name.
    fn contradiction(&self, object: &[u8]) -> Option<Error> {
        if !self.intake.rules.envelope {
            return None;
        }
        if self.members.iter().any(|member| member.key_is(object, "path")) {
            return Some(Error::data(Code::Envelope, "it already has a field path, which --envelope adds"));
        }
        envelope::contradiction(object, self.members)
    }

    fn add(&mut self, origin: Origin, object: &[u8]) {
        let (order, peer, envelope) = (self.order, self.peer, self.intake.rules.envelope);
        let members: &[Member] = self.members;
        let Some(out) = &mut self.intake.out else { return };
        if !envelope && order.fields.is_empty() {
            return out.copy(&Record::kept(object, members).of(origin));
        }
        // A null says that there is none: what the path says is in its place.
        let is_ours = |member: &Member| order.fields.iter().any(|(name, _)| member.key_is(object, name));
        let is_void = |member: &Member| member.kind() == Kind::Null && is_ours(member);
        let hidden = members.iter().find(|member| member.kind() != Kind::Null && is_ours(member));
        out.add_from(origin, |to| {
            let is_empty = if members.iter().any(is_void) {
                json::write_without(object, members, is_void, to)
            } else {
                to.extend_from_slice(object);
                members.is_empty()
            };
            let has =
                |name: &str| members.iter().any(|member| member.kind() != Kind::Null && member.key_is(object, name));
            let absent: Vec<_> = order.fields.iter().filter(|(name, _)| !has(name)).collect();
            let is_empty = if absent.is_empty() {
                is_empty
            } else {
                let mut record = Appender::open(to, is_empty);
                for (name, text) in absent {
                    record.add(name, |to| json::write_string(text, to));
                }
                record.close();
                false
            };
            if envelope {
                let mut record = Appender::open(to, is_empty);
                record.add("path", |to| json::write_string(&order.path, to));
                record.close();
                envelope::add(peer, false, to);
            }
        });
        if let Some(member) = hidden
            && !std::mem::replace(&mut self.intake.has_hidden, true)
        {
            let field = member.key_text(object);
            let why = format!("a record has a field {field} of its own: it is kept, and not that of --path");
            diag::warn(Code::TopicField, why);
        }
    }
}

impl Take for Taking<'_> {
    fn record(&mut self, line: u64, object: &[u8]) -> Result<()> {
        let place = self.place(line);
        self.made += object.len();
        if self.made > MOST {
            let why = format!("the records of the body take more than {} MiB: the rest was not taken", MOST >> 20);
            let why = Error::data(Code::TooLong, why);
            self.receipt.reject(place, &why);
            self.receipt.is_cut = true;
            return Err(why);
        }
        self.members.clear();
        if let Err(why) = json::members(object, self.members) {
            return self.refuse(place, object, &not_json(object, why));
        }
        if let Some(why) = self.contradiction(object) {
            return self.refuse(place, object, &why);
        }
        self.add(Origin { input: 0, line: place }, object);
        self.receipt.accepted += 1;
        Ok(())
    }

    fn begin_reject(&mut self, line: u64, why: &Error) -> Result<()> {
        let place = self.place(line);
        self.begun = Some((place, Error::data(why.code(), why.to_string()), Vec::new()));
        Ok(())
    }

    fn reject_piece(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some((_, _, begun)) = &mut self.begun {
            begun.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end_reject(&mut self) -> Result<()> {
        match self.begun.take() {
            Some((place, why, bytes)) => self.refuse(place, &bytes, &why),
            None => Ok(()),
        }
    }
}
