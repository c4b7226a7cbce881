//! What becomes of a message: an object is one record, an array of objects that many, a number is a value; anything
//! else is rejected. Each is acknowledged, so that a poisonous one does not come again and again.

use super::inbox::Delivery;
use super::receiver::Token;
use crate::flow::ack::{Ack, Pending};
use crate::flow::payload::{Payload, Take};
use crate::flow::stage::Output;
use crate::host::diag;
use crate::net::mqtt::packet::{Publish, QoS};
use crate::net::mqtt::topic::Pattern;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Appender, Member};
use crate::reading::record::Origin;
use crate::reading::time;

/// The fields of `--envelope`.
pub(super) const ENVELOPE: &[&str] = &["qos", "retained", "dup", "received", "properties"];

/// What a record is made of beside the payload.
#[derive(Debug)]
pub(super) struct Rules {
    /// The field that the topic goes into.
    pub(super) topic_field: Option<String>,
    /// The first that fits gives its fields.
    pub(super) topic_map: Vec<Pattern>,
    pub(super) envelope: bool,
    pub(super) retained: Which,
    pub(super) max_packet: usize,
    pub(super) max_record: usize,
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
    /// It was told that a payload has a field of its own by a name of ours.
    pub(super) told: bool,
    /// The members of one object.
    pub(super) members: Vec<Member>,
}

impl Intake<'_> {
    /// Takes one; false: no more are wanted.
    pub(super) fn take(&mut self, delivery: Delivery) -> Result<bool> {
        match delivery {
            Delivery::Message(publish, connection) => {
                self.cut()?;
                let ack = self.ack(&publish, connection);
                if self.wants(&publish) {
                    self.number += 1;
                    self.message(&publish)?;
                    self.left = self.left.map(|left| left - 1);
                }
                ack.into_iter().for_each(|ack| self.out.acknowledge(ack));
            }
            Delivery::Begin(publish, connection) => {
                self.cut()?;
                let ack = self.ack(&publish, connection);
                let wanted = self.wants(&publish);
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

    fn wants(&self, publish: &Publish) -> bool {
        match self.rules.retained {
            Which::Keep => true,
            Which::Skip => !publish.retain,
            Which::Only => publish.retain,
        }
    }

    fn origin(&self) -> Origin {
        Origin { input: 0, line: self.number }
    }

    fn fault(&self, code: Code, why: &str, publish: &Publish) -> Error {
        Error::data(code, format!("{why} (topic {})", String::from_utf8_lossy(&publish.topic)))
    }

    fn message(&mut self, publish: &Publish) -> Result<()> {
        let payload = Payload { each: None, numbers: true, max_record: self.rules.max_record };
        let mut members = std::mem::take(&mut self.members);
        let result = payload.records(&publish.payload, &mut members, &mut Taking { intake: self, publish });
        self.members = members;
        result
    }

    /// An object with what is added to it.
    fn record(&mut self, object: &[u8], members: &[Member], publish: &Publish) -> Result<()> {
        let Ok(topic) = std::str::from_utf8(&publish.topic) else {
            let fault = self.fault(Code::Topic, "its topic is not UTF-8", publish);
            return self.out.reject_raw(&publish.payload, self.origin(), &fault);
        };
        let rules = self.rules;
        let mut hidden = None;
        self.out.add_from(Origin { input: 0, line: self.number }, |line| {
            if memchr::memchr2(b'\n', b'\r', object).is_some() {
                json::compact(object, line);
            } else {
                line.extend_from_slice(object);
            }
            let to = Appender::open(line, members.is_empty());
            let mut adding = Adding { to, object, members, hidden: None };
            if let Some(field) = &rules.topic_field {
                adding.text(field, topic);
            }
            if let Some(found) = rules.topic_map.iter().find_map(|pattern| pattern.find(topic)) {
                for (field, part) in found {
                    adding.text(field, part);
                }
            }
            if rules.envelope {
                adding.envelope(publish);
            }
            hidden = adding.hidden;
            adding.to.close();
        });
        if let Some(field) = hidden
            && !std::mem::replace(&mut self.told, true)
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
        if self.members.iter().any(|member| member.key_is(self.object, field)) {
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
        if publish.properties.is_empty() {
            return;
        }
        self.add("properties", |line| {
            line.push(b'{');
            for (i, (name, value)) in publish.properties.iter().enumerate() {
                // A name may come twice on the wire; in an object the last one counts.
                if publish.properties[i + 1..].iter().any(|(later, _)| later == name) {
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
