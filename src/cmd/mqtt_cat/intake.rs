//! What becomes of a message: an object is one record, an array of objects that many, a number is a value; anything
//! else is rejected. Each is acknowledged, so that a poisonous one does not come again and again.

use super::copies::Copies;
use super::inbox::Delivery;
use super::receiver::Token;
use crate::flow::ack::{Ack, Pending};
use crate::flow::payload::{Payload, Take};
use crate::flow::stage::{Events, Output};
use crate::host::diag;
use crate::host::options::PayloadRules;
use crate::net::mqtt::packet::{Properties, Publish, QoS};
use crate::net::mqtt::topic::Pattern;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Appender, Member};
use crate::reading::record::Origin;
use crate::reading::time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::time::Instant;

/// The fields of `--envelope`.
pub(super) const ENVELOPE: &[&str] =
    &["qos", "retained", "dup", "received", "content_type", "response_topic", "correlation_data", "properties"];

/// What a record is made of beside the payload.
#[derive(Debug)]
pub(super) struct Rules {
    /// The field that the topic goes into.
    pub(super) topic_field: Option<String>,
    /// The first that fits gives its fields.
    pub(super) topic_map: Vec<Pattern>,
    /// What topics are left out.
    pub(super) filter_out: Vec<Pattern>,
    pub(super) envelope: bool,
    pub(super) retained: Which,
    /// A retained message without this field has no known time, and is left out.
    pub(super) undated: Option<String>,
    /// What happens to connections becomes records, too.
    pub(super) events: Option<Events>,
    /// A retained message is marked, as its time of receipt is not that of the reading.
    pub(super) marks: bool,
    pub(super) max_packet: usize,
    pub(super) payload: PayloadRules,
}

/// `--retained`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Which {
    /// Treat retained messages like others
    Keep,
    /// Skip retained messages
    Skip,
    /// Take only retained messages
    Only,
}

/// Makes records of messages.
pub(super) struct Intake<'a> {
    pub(super) rules: &'a Rules,
    pub(super) pending: &'a Pending<Token>,
    pub(super) out: Output,
    /// Messages so far: the number by which a reject is found again.
    pub(super) number: u64,
    /// `-C`: messages still wanted.
    pub(super) left: Option<u64>,
    /// A message that comes in pieces: what it is answered with, and whether it is wanted.
    pub(super) long: Option<(Option<Ack>, bool)>,
    /// Messages whose topic no pattern fits.
    pub(super) unmapped: u64,
    copies: Copies,
    /// What is reported only once: that a payload has a field of its own by a name of ours, that a retained message is left
    /// out.
    has_hidden: bool,
    has_undated: bool,
    /// The members of one object.
    members: Vec<Member>,
}

impl<'a> Intake<'a> {
    pub(super) fn new(rules: &'a Rules, pending: &'a Pending<Token>, out: Output, left: Option<u64>) -> Intake<'a> {
        Intake {
            rules,
            pending,
            out,
            number: 0,
            left,
            long: None,
            unmapped: 0,
            copies: Copies::default(),
            has_hidden: false,
            has_undated: false,
            members: Vec::new(),
        }
    }
}

impl Intake<'_> {
    /// Takes one; false: no more are wanted.
    pub(super) fn take(&mut self, delivery: Delivery) -> Result<bool> {
        match delivery {
            Delivery::Message(publish, connection) => {
                self.cut()?;
                let ack = self.ack(&publish, connection);
                let is_copy = self.copies.is_copy(&publish, publish.payload.len(), connection, Instant::now());
                if is_copy {
                    self.out.leave_message(Code::Copy);
                } else if self.wants(&publish) {
                    self.number += 1;
                    self.message(&publish)?;
                    self.left = self.left.map(|left| left - 1);
                }
                ack.into_iter().for_each(|ack| self.out.acknowledge(ack));
            }
            Delivery::Begin(publish, size, connection) => {
                self.cut()?;
                let ack = self.ack(&publish, connection);
                let is_copy = self.copies.is_copy(&publish, size, connection, Instant::now());
                if is_copy {
                    self.out.leave_message(Code::Copy);
                }
                let wanted = !is_copy && self.wants(&publish);
                if wanted {
                    self.number += 1;
                    let why = format!("longer than --max-packet {} bytes", self.rules.max_packet);
                    self.out.begin_reject(self.origin(), &self.fault(Code::TooLong, &why, &publish))?;
                }
                self.long = Some((ack, wanted));
            }
            Delivery::Piece(bytes) => {
                if matches!(self.long, Some((_, true))) {
                    self.out.reject_piece(&bytes)?;
                }
            }
            Delivery::Link(event) => {
                self.cut()?;
                if let Some(events) = &self.rules.events {
                    events.add(&event, self.origin(), &mut self.out);
                }
            }
            Delivery::End => {
                if let Some((ack, wanted)) = self.long.take() {
                    if wanted {
                        self.out.end_reject()?;
                        self.left = self.left.map(|left| left - 1);
                    }
                    ack.into_iter().for_each(|ack| self.out.acknowledge(ack));
                }
            }
        }
        Ok(self.left != Some(0) && !self.out.is_closed())
    }

    /// The connection broke inside of a message: it will come again, and so it is not answered.
    fn cut(&mut self) -> Result<()> {
        match self.long.take() {
            Some((_, true)) => self.out.end_reject(),
            _ => Ok(()),
        }
    }

    fn ack(&self, publish: &Publish, connection: u64) -> Option<Ack> {
        let token = Token { connection, id: publish.id, qos: publish.qos };
        (publish.qos > QoS::Zero).then(|| self.pending.receive(token))
    }

    fn wants(&mut self, publish: &Publish) -> bool {
        let topic = std::str::from_utf8(&publish.topic).unwrap_or_default();
        if self.rules.filter_out.iter().any(|pattern| pattern.find(topic).is_some()) {
            self.out.leave_message(Code::OtherTopic);
            return false;
        }
        let wants = match self.rules.retained {
            Which::Keep => true,
            Which::Skip => !publish.retain,
            Which::Only => publish.retain,
        };
        if !wants {
            self.out.leave_message(Code::Retained);
        }
        wants
    }

    fn origin(&self) -> Origin {
        Origin { input: 0, line: self.number }
    }

    fn fault(&self, code: Code, why: &str, publish: &Publish) -> Error {
        let topic = String::from_utf8_lossy(&publish.topic);
        Error::data(code, format!("{why} (topic {topic})")).of_topic(&topic)
    }

    fn message(&mut self, publish: &Publish) -> Result<()> {
        let payload = Payload { each: None, numbers: true, rules: &self.rules.payload };
        diag::debug(
            Code::Message,
            format_args!(
                "message {}: {} bytes of {}",
                self.number,
                publish.payload.len(),
                String::from_utf8_lossy(&publish.topic)
            ),
        );
        self.note_unmapped(publish);
        let mut members = std::mem::take(&mut self.members);
        let result = payload.records(&publish.payload, &mut members, &mut Taking { intake: self, publish });
        self.members = members;
        result
    }

    /// A topic that no pattern fits is counted, and the first reported: its records have no device.
    fn note_unmapped(&mut self, publish: &Publish) {
        let maps = &self.rules.topic_map;
        let fits = |topic: &str| maps.iter().any(|pattern| pattern.find(topic).is_some());
        if maps.is_empty() || std::str::from_utf8(&publish.topic).is_ok_and(fits) {
            return;
        }
        self.unmapped += 1;
        if self.unmapped == 1 {
            let topic = String::from_utf8_lossy(&publish.topic);
            diag::warn(
                Code::Unmapped,
                format_args!("no --topic-map fits the topic {topic}: its records lack the fields"),
            );
        }
    }

    /// The record of a retained message has no known time, and is not to get that of its receipt.
    fn is_undated(&mut self, object: &[u8], members: &[Member], topic: &str, retained: bool) -> bool {
        let Some(field) = self.rules.undated.as_ref().filter(|_| retained) else { return false };
        let is_there =
            |member: &Member| member.key_is(object, field) && !matches!(member.value(object), b"null" | b"\"\"");
        let in_topic = self.rules.topic_map.iter().find_map(|pattern| pattern.find(topic));
        if members.iter().any(is_there) || in_topic.is_some_and(|found| found.iter().any(|(name, _)| name == field)) {
            return false;
        }
        self.out.leave_message(Code::Retained);
        if !std::mem::replace(&mut self.has_undated, true) {
            let why =
                format!("skip retained messages, as their time is not known: --retained keep takes them ({topic})");
            diag::warn(Code::Retained, why);
        }
        true
    }

    /// An object with what is added to it.
    fn record(&mut self, object: &[u8], members: &[Member], publish: &Publish) -> Result<()> {
        let Ok(topic) = std::str::from_utf8(&publish.topic) else {
            let fault = self.fault(Code::Topic, "its topic is not UTF-8", publish);
            return self.out.reject_raw(&publish.payload, self.origin(), &fault);
        };
        if self.is_undated(object, members, topic, publish.retain) {
            return Ok(());
        }
        let rules = self.rules;
        let mut hidden = None;
        self.out.add_from(Origin { input: 0, line: self.number }, |line| {
            let found = rules.topic_map.iter().find_map(|pattern| pattern.find(topic)).unwrap_or_default();
            // A null says that there is none: what the topic says is in its place.
            let is_ours =
                |name: &str| rules.topic_field.as_deref() == Some(name) || found.iter().any(|(of, _)| *of == name);
            let is_void = |member: &Member| member.kind() == json::Kind::Null && is_ours(&member.key_text(object));
            let is_empty = if members.iter().any(is_void) {
                json::write_without(object, members, is_void, line)
            } else if memchr::memchr2(b'\n', b'\r', object).is_some() {
                json::compact(object, line);
                members.is_empty()
            } else {
                line.extend_from_slice(object);
                members.is_empty()
            };
            let to = Appender::open(line, is_empty);
            let mut adding = Adding { to, object, members, hidden: None };
            if let Some(field) = &rules.topic_field {
                adding.text(field, topic);
            }
            for (field, part) in &found {
                adding.text(field, part);
            }
            if rules.envelope {
                adding.envelope(publish);
            } else if rules.marks && publish.retain {
                adding.add("retained", |line| line.extend_from_slice(b"true"));
            }
            hidden = adding.hidden;
            adding.to.close();
        });
        if let Some(field) = hidden
            && !std::mem::replace(&mut self.has_hidden, true)
        {
            let why = format!("a payload has a field {field} of its own: it is kept, and kymo's is not added");
            diag::warn(Code::TopicField, why);
        }
        Ok(())
    }
}

/// Takes the records of one message.
struct Taking<'i, 'a> {
    intake: &'i mut Intake<'a>,
    publish: &'i Publish,
}

impl Take for Taking<'_, '_> {
    fn record(&mut self, object: &[u8], members: &[Member]) -> Result<()> {
        self.intake.record(object, members, self.publish)
    }

    fn reject(&mut self, bytes: &[u8], code: Code, why: String) -> Result<()> {
        let fault = self.intake.fault(code, &why, self.publish);
        self.intake.out.reject_raw(bytes, self.intake.origin(), &fault)
    }
}

/// Adds members to a record, but none that it has.
struct Adding<'l> {
    to: Appender<'l>,
    object: &'l [u8],
    members: &'l [Member],
    hidden: Option<String>,
}

impl Adding<'_> {
    fn add(&mut self, field: &str, value: impl FnOnce(&mut Vec<u8>)) {
        let is_there = |member: &Member| member.kind() != json::Kind::Null && member.key_is(self.object, field);
        if self.members.iter().any(is_there) {
            self.hidden = Some(field.to_owned());
            return;
        }
        self.to.add(field, value);
    }

    fn text(&mut self, field: &str, text: &str) {
        self.add(field, |line| json::write_string(text, line));
    }

    fn envelope(&mut self, publish: &Publish) {
        let truth = |is: bool| if is { &b"true"[..] } else { &b"false"[..] };
        self.add("qos", |line| line.push(b'0' + publish.qos as u8));
        self.add("retained", |line| line.extend_from_slice(truth(publish.retain)));
        self.add("dup", |line| line.extend_from_slice(truth(publish.dup)));
        self.add("received", |line| {
            line.push(b'"');
            time::write_rfc3339(time::now(), line);
            line.push(b'"');
        });
        let Properties { user, content_type, response_topic, correlation_data } = &publish.properties;
        for (field, text) in [("content_type", content_type), ("response_topic", response_topic)] {
            if let Some(text) = text {
                self.text(field, text);
            }
        }
        if let Some(data) = correlation_data {
            self.text("correlation_data", &str::from_utf8(data).map_or_else(|_| BASE64.encode(data), str::to_owned));
        }
        if user.is_empty() {
            return;
        }
        self.add("properties", |line| {
            line.push(b'{');
            for (i, (name, value)) in user.iter().enumerate() {
                // A name may come twice on the wire; in an object the last one counts.
                if user[i + 1..].iter().any(|(later, _)| later == name) {
                    continue;
                }
                if line.last() != Some(&b'{') {
                    line.push(b',');
                }
                json::write_string(name, line);
                line.push(b':');
                json::write_string(value, line);
            }
            line.push(b'}');
        });
    }
}
