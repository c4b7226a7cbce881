//! The side that receives: subscribes, hands messages on, and confirms those that the sink has committed, in the order
//! of their receipt (MQTT 5, 4.6).

use super::inbox::{Delivery, Inbox};
use crate::flow::ack::{Outcome, Pending};
use crate::host::diag;
use crate::net::mqtt::packet::{
    self, Answer, Confirm, Farewell, Hello, Packet, Protocol, Publish, QoS, Retained, Subscription,
};
use crate::net::mqtt::topic;
use crate::net::mqtt::{Connection, Conversation, Heard, Turn};
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Code, Error, Result};
use crate::reading::link::Event;
use std::cell::Cell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A message that waits to be confirmed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// The connection that it came by: on another one its number means nothing.
    pub(super) connection: u64,
    pub(super) id: u16,
    pub(super) qos: QoS,
}

/// What is wanted of the broker.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) unsubscribe: Vec<String>,
    pub(super) retained: Retained,
    pub(super) allow_partial: bool,
    /// The session is made, and nothing is received.
    pub(super) only_session: bool,
    /// The broker keeps the session after our end.
    pub(super) is_lasting: bool,
    pub(super) max_inflight: usize,
}

pub(super) struct Receiver<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) hello: Hello,
    pub(super) inbox: &'a Inbox,
    pub(super) pending: &'a Pending<Token>,
    pub(super) wait: Wait<'a>,
    /// The number of the connection, from 1.
    pub(super) connection: u64,
    /// When the last ones were made, until it was told that they are many.
    pub(super) recent: VecDeque<Instant>,
    /// Received since the last turn.
    pub(super) staged: Vec<Delivery>,
    /// How many may be, as far as was asked: to ask for each would cost two locks.
    pub(super) room: Cell<usize>,
    /// The broker has answered the subscription, and keeps it.
    pub(super) is_subscribed: bool,
    /// Its answers to the packets that subscribe, as far as they are there.
    pub(super) answers: Vec<Option<Vec<Answer>>>,
    /// What happens to connections is reported to the one who makes records.
    pub(super) tells: bool,
    /// The last thing that was told: it is up.
    pub(super) is_up: Option<bool>,
}

impl Wanted {
    /// Two topic filters that the same message can match.
    fn overlap(&self) -> Option<(&str, &str)> {
        let all = &self.subscriptions;
        let pairs = all.iter().enumerate().flat_map(|(i, one)| all[i + 1..].iter().map(move |other| (one, other)));
        pairs.map(|(one, other)| (&*one.filter, &*other.filter)).find(|(one, other)| topic::overlap(one, other))
    }
}

/// The number of the first packet that subscribes: the broker's own numbers are another series.
const SUBSCRIBE: u16 = 1;
const UNSUBSCRIBE: u16 = u16::MAX;

/// How many connections within a minute are reported once: not each broker says that another client took the session over.
const MANY: usize = 5;

impl Conversation for Receiver<'_> {
    fn hello(&mut self) -> Hello {
        self.hello.clone()
    }

    fn opened(&mut self, connection: &mut Connection) -> Result<()> {
        self.connection += 1;
        if self.tells {
            self.is_up = Some(true);
            self.inbox.put(&mut vec![Delivery::Link(Event::Connected)]);
        }
        self.recall();
        let present = connection.welcome().session_present;
        let is_first = self.connection == 1;
        if !present && !is_first {
            let lost = if self.hello.temporary && connection.protocol() == Protocol::V311 {
                "MQTT 3.1.1 keeps nothing for a client without --id: messages sent in between are lost"
            } else {
                "the broker no longer has the session: messages that it received in between are lost"
            };
            diag::warn(Code::Session, lost);
        }
        if let Some(expiry) = connection.welcome().expiry
            && expiry < self.hello.expiry
        {
            diag::info(
                Code::Session,
                format_args!("the broker keeps the session for {expiry}s, shorter than requested"),
            );
        }
        // From now on the session is to be found again.
        self.hello.clean = false;
        // What broke before the broker answered may not have reached it.
        self.is_subscribed &= present;
        if !self.is_subscribed {
            // A session may know more topics, or fewer, than are wanted now.
            if present && !self.wanted.unsubscribe.is_empty() {
                let filters = &self.wanted.unsubscribe;
                packet::write_unsubscribe(connection.protocol(), UNSUBSCRIBE, filters, connection.outgoing())?;
            }
            let retained = match self.wanted.retained {
                Retained::Always if present => Retained::IfNew,
                retained => retained,
            };
            self.subscribe(retained, connection)?;
        }
        Ok(())
    }

    fn heard(&mut self, heard: Heard, connection: &mut Connection) -> Result<()> {
        match heard {
            // Unanswered, it stays for those who come for it.
            Heard::Packet(Packet::Publish(_)) | Heard::Begin(..) | Heard::Piece(_) | Heard::End
                if self.wanted.only_session => {}
            Heard::Packet(Packet::Publish(publish)) => {
                self.checked(&publish)?;
                self.staged.push(Delivery::Message(publish, self.connection));
            }
            Heard::Begin(publish, size) => {
                self.checked(&publish)?;
                self.staged.push(Delivery::Begin(publish, size, self.connection));
            }
            Heard::Piece(bytes) => self.staged.push(Delivery::Piece(bytes)),
            Heard::End => self.staged.push(Delivery::End),
            // Of a message that was committed, maybe in another life: whoever does not answer is asked for ever.
            Heard::Packet(Packet::PubRel(id)) => connection.confirm(Confirm::PubComp, id),
            Heard::Packet(Packet::SubAck(id, answers)) => self.answered(id, answers)?,
            Heard::Packet(Packet::Disconnect(Farewell::TakenOver)) => {
                let why = format!("another client has taken over the session of {}", self.hello.client_id);
                return Err(Error::new(Code::Busy, why));
            }
            Heard::Packet(Packet::Disconnect(Farewell::Other(why))) => {
                return Err(unreachable(format!("closed by the broker: {why}")));
            }
            Heard::Packet(_) => {}
        }
        Ok(())
    }

    fn turn(&mut self, connection: &mut Connection) -> Result<Turn> {
        self.inbox.put(&mut self.staged);
        self.room.set(0);
        while let Some((token, outcome)) = self.pending.take() {
            if outcome == Outcome::Kept && token.connection == self.connection {
                let what = if token.qos == QoS::Two { Confirm::PubRec } else { Confirm::PubAck };
                connection.confirm(what, token.id);
            }
        }
        if self.wait.is_over() || self.wanted.only_session && self.is_subscribed {
            self.inbox.close();
        }
        let is_done = self.inbox.is_finished() && self.pending.is_empty();
        Ok(if is_done { Turn::Done } else { Turn::Go })
    }

    fn takes_input(&self) -> bool {
        if self.staged.len() >= self.room.get() {
            self.room.set(self.inbox.room(self.pending.len(), self.wanted.max_inflight));
        }
        self.staged.len() < self.room.get()
    }

    fn lost(&mut self) {
        self.inbox.put(&mut self.staged);
    }

    fn failed(&mut self, why: &Error) {
        // Of many attempts the first says it.
        if self.tells && self.is_up != Some(false) {
            self.is_up = Some(false);
            self.inbox.put(&mut vec![Delivery::Link(Event::Lost(why.to_string()))]);
        }
    }

    fn ends_session(&self) -> bool {
        !self.wanted.is_lasting
    }
}

impl Receiver<'_> {
    /// Subscribes. Where a message could come several times, because filters overlap, each of them has a number that the
    /// messages for it bear.
    fn subscribe(&mut self, retained: Retained, connection: &mut Connection) -> Result<()> {
        let protocol = connection.protocol();
        let welcome = connection.welcome();
        let is_shared = |one: &Subscription| one.filter.starts_with("$share/");
        if self.wanted.subscriptions.iter().any(is_shared) {
            if welcome.no_shared {
                return Err(Error::new(Code::Refused, "the broker has no shared subscriptions, which --group needs"));
            }
            if protocol == Protocol::V311 && self.connection == 1 {
                let why = "--group: the standard of MQTT 3.1.1 has no shared subscriptions; a broker without them sends nothing";
                diag::warn(Code::Qos, why);
            }
        }
        let numbers = protocol == Protocol::V5 && !welcome.no_subscription_ids;
        let overlap = self.wanted.overlap();
        if let Some((one, other)) = overlap
            && self.connection == 1
            && (!numbers || one.starts_with("$share/"))
        {
            let why = format!("{one} and {other} overlap: a message that both match may come twice");
            diag::warn(Code::Overlap, why);
        }
        let at_once = if overlap.is_some() && numbers { 1 } else { self.wanted.subscriptions.len() };
        self.answers.clear();
        for (part, id) in self.wanted.subscriptions.chunks(at_once.max(1)).zip(SUBSCRIBE..UNSUBSCRIBE) {
            let number = (overlap.is_some() && numbers).then_some(id.into());
            packet::write_subscribe(protocol, id, part, number, retained, connection.outgoing())?;
            self.answers.push(None);
        }
        Ok(())
    }

    /// What the protocol demands of a message: a number, and a topic (MQTT 5, 3.3.2).
    fn checked(&self, publish: &Publish) -> Result<()> {
        let breach = |why: &str| Err(unreachable(format!("the broker breaks the protocol: {why}")));
        if publish.qos > QoS::Zero && publish.id == 0 {
            return breach("a message without a number");
        }
        if publish.has_alias {
            return breach("a topic alias, which was not allowed");
        }
        if !topic::is_name(&publish.topic) {
            return breach("a message whose topic is empty or has a wildcard");
        }
        Ok(())
    }

    /// The broker has answered one of the packets that subscribe.
    fn answered(&mut self, id: u16, answers: Vec<Answer>) -> Result<()> {
        match self.answers.get_mut(usize::from(id.wrapping_sub(SUBSCRIBE))) {
            Some(answer @ None) => *answer = Some(answers),
            _ => {
                let why = format!("the broker breaks the protocol: it answers a subscription {id} that was not sent");
                return Err(unreachable(why));
            }
        }
        if self.answers.iter().any(Option::is_none) {
            return Ok(());
        }
        let answers: Vec<Answer> = self.answers.drain(..).flatten().flatten().collect();
        self.subscribed(&answers)
    }

    fn subscribed(&mut self, answers: &[Answer]) -> Result<()> {
        if answers.len() != self.wanted.subscriptions.len() {
            return Err(unreachable("the broker breaks the protocol: it does not answer each topic filter"));
        }
        self.is_subscribed = true;
        diag::debug(Code::Subscribed, "the broker has answered the subscription");
        let all = self.wanted.subscriptions.iter().zip(answers);
        let refused: Vec<String> = all
            .filter_map(|(one, answer)| answer.err().map(|why| format!("subscribe to {}: {why}", one.filter)))
            .collect();
        if !refused.is_empty() && (!self.wanted.allow_partial || refused.len() == self.wanted.subscriptions.len()) {
            return Err(Error::new(Code::Refused, refused.join("; ")));
        }
        for one in refused {
            diag::warn(Code::SubscriptionRefused, one);
        }
        self.lowered(answers);
        Ok(())
    }

    /// Remembers this connection, and tells if there were many of late.
    fn recall(&mut self) {
        self.recent.push_back(Instant::now());
        if self.recent.len() > MANY {
            self.recent.pop_front();
        }
        let is_soon = self.recent.front().is_some_and(|first| first.elapsed() < Duration::from_secs(60));
        if self.wanted.is_lasting && is_soon && self.recent.len() == MANY {
            let id = &self.hello.client_id;
            let why = format!(
                "{MANY} connections within a minute: if the broker is well, another client has the id {id} too"
            );
            diag::warn(Code::Session, why);
            self.recent.clear();
        }
    }

    /// Tells what is less sure than it was asked to be.
    fn lowered(&self, answers: &[Answer]) {
        for (one, answer) in self.wanted.subscriptions.iter().zip(answers) {
            if let Ok(granted) = answer
                && *granted < one.qos
            {
                let (asked, granted) = (one.qos as u8, *granted as u8);
                let why = format!("{}: the broker grants QoS {granted} instead of {asked}", one.filter);
                diag::warn(Code::Qos, why);
            }
        }
    }
}
