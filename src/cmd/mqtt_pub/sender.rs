//! The side that sends: as many messages at a time as both allow; what is not confirmed is sent again on the next
//! connection, by its old number if the broker knows it, else as new.

use super::guard::{Guard, Next};
use super::outbox::{Message, Outbox};
use super::pace::{Limits, Pace};
use crate::host::diag;
use crate::net::mqtt::packet::{self, Confirm, Farewell, Hello, Packet, Protocol, Publish, QoS, Verdict, Will};
use crate::net::mqtt::{Connection, Conversation, Heard, Turn};
use crate::net::wait::unreachable;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The number of what tells our status: no message's.
const STATUS_ID: u16 = u16::MAX;

/// How many messages are in flight; what a broker that cannot say so is known to take.
const WINDOW: u16 = 1000;
const OLD_WINDOW: u16 = 20;

/// Where no keepalive says how long the broker may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much is spelled ahead of the network.
const AHEAD_BYTES: usize = 256 << 10;

/// The longest packet that MQTT can spell.
const LONGEST: u32 = 268_435_455;

/// How messages are sent.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) max_inflight: Option<u16>,
    pub(super) ack_timeout: Option<Duration>,
    pub(super) status_topic: Option<String>,
    pub(super) limits: Limits,
    /// The server closes the connection instead of saying what is wrong.
    pub(super) is_guarded: bool,
}

pub(super) struct Sender<'a> {
    manner: Manner,
    hello: Hello,
    outbox: &'a Outbox,
    /// How many the broker has confirmed.
    published: &'a AtomicU64,
    /// Sent and not confirmed, in order of sending.
    inflight: VecDeque<Sent>,
    /// The numbers that those have.
    used: Vec<bool>,
    last_id: u16,
    window: usize,
    max_packet: u32,
    /// When the broker last answered to a message, or the first one of those that wait was sent.
    answered: Instant,
    /// That it does not was reported.
    has_warned: bool,
    pace: Pace,
    /// When the next message may be sent.
    next: Option<Instant>,
    guard: Guard,
}

struct Sent {
    id: u16,
    message: Message,
    /// QoS 2: the broker has it, and waits to hear that we know.
    is_released: bool,
    /// The broker has taken it before: nobody waits for it.
    is_again: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn new(manner: Manner, mut hello: Hello, outbox: &'a Outbox, published: &'a AtomicU64) -> Sender<'a> {
        hello.will = manner.status_topic.as_ref().map(|topic| Will {
            topic: topic.clone(),
            payload: OFFLINE.to_vec(),
            qos: QoS::One,
            retain: true,
        });
        Sender {
            pace: Pace::new(&manner.limits),
            next: None,
            guard: Guard::default(),
            manner,
            hello,
            outbox,
            published,
            inflight: VecDeque::new(),
            used: vec![false; usize::from(STATUS_ID) + 1],
            last_id: 0,
            window: 0,
            max_packet: LONGEST,
            answered: Instant::now(),
            has_warned: false,
        }
    }

    fn publish(&self, message: &Message, id: u16, dup: bool) -> Publish {
        let (topic, payload) = (message.topic.clone(), message.payload.clone());
        let (qos, retain) = (self.manner.qos, self.manner.retain);
        Publish { topic, payload, qos, retain, dup, id, ..Publish::default() }
    }

    /// A number that is free: there is one, since fewer are in flight than there are.
    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = if self.last_id >= STATUS_ID - 1 { 1 } else { self.last_id + 1 };
            if !std::mem::replace(&mut self.used[usize::from(self.last_id)], true) {
                return self.last_id;
            }
        }
    }

    /// What was not confirmed is sent as new.
    fn send_again(&mut self) {
        self.outbox.put_back(self.inflight.drain(..).map(|sent| sent.message));
    }

    fn tell_status(&self, status: &'static [u8], connection: &mut Connection) {
        let Some(topic) = &self.manner.status_topic else { return };
        let topic = Bytes::copy_from_slice(topic.as_bytes());
        let payload = Bytes::from_static(status);
        let status = Publish { topic, payload, qos: QoS::One, retain: true, id: STATUS_ID, ..Publish::default() };
        packet::write_publish(connection.protocol(), &status, connection.outgoing());
    }

    /// The broker has answered to a message. `is_first`: QoS 2's first answer of two.
    fn answered(&mut self, id: u16, verdict: Verdict, is_first: bool) -> Result<()> {
        let Some(at) = self.inflight.iter().position(|sent| sent.id == id) else { return Ok(()) };
        self.answered = Instant::now();
        self.has_warned = false;
        if !(is_first && verdict == Verdict::Taken) {
            self.used[usize::from(id)] = false;
        }
        match verdict {
            Verdict::Taken if is_first => self.inflight[at].is_released = true,
            Verdict::Taken => {
                let sent = self.inflight.remove(at);
                if let Some(sent) = sent.as_ref().filter(|_| self.manner.is_guarded) {
                    self.guard.taken(&sent.message);
                }
                let own = sent.filter(|sent| !sent.is_again).map(|sent| sent.message);
                self.published.fetch_add(u64::from(own.is_some()), Ordering::Relaxed);
                self.outbox.confirm(own.into_iter());
            }
            Verdict::Refused(why) => {
                self.guard.answered();
                if let Some(sent) = self.inflight.remove(at).filter(|sent| !sent.is_again) {
                    self.outbox.refuse(sent.message, format!("the broker refuses it: {why}"));
                }
            }
            Verdict::Later(why) => {
                let own = self.inflight.remove(at).filter(|sent| !sent.is_again);
                self.outbox.put_back(own.into_iter().map(|sent| sent.message));
                return Err(unreachable(format!("the broker does not accept a message now: {why}")));
            }
        }
        Ok(())
    }
}

impl Sender<'_> {
    /// So long after the last answer a broker that does not answer is reported.
    fn patience(&self) -> Duration {
        if self.hello.keepalive.is_zero() { PATIENCE } else { self.hello.keepalive }
    }

    /// A broker that answers pings, but no message, would be waited for without a word.
    fn look_for_answers(&mut self) -> Result<()> {
        if self.manner.qos == QoS::Zero || self.inflight.is_empty() {
            return Ok(());
        }
        let (count, silence) = (self.inflight.len(), self.answered.elapsed());
        if let Some(most) = self.manner.ack_timeout.filter(|most| silence >= *most) {
            let most = words(most);
            return Err(unreachable(format!("none of {count} messages was confirmed within {most} (--ack-timeout)")));
        }
        if silence >= self.patience() && !std::mem::replace(&mut self.has_warned, true) {
            let since = words(self.patience());
            let why = format!("the broker has confirmed none of {count} messages for {since}: waiting for it");
            diag::warn(Code::Waiting, why);
        }
        Ok(())
    }
}

fn words(time: Duration) -> String {
    time::write_duration(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

const ONLINE: &[u8] = b"online";
const OFFLINE: &[u8] = b"offline";

impl Conversation for Sender<'_> {
    fn hello(&mut self) -> Hello {
        self.hello.clone()
    }

    fn opened(&mut self, connection: &mut Connection) -> Result<()> {
        let welcome = connection.welcome();
        let refused = |why: String| Err(Error::new(Code::Refused, why));
        if let Some(most) = welcome.max_qos
            && most < self.manner.qos as u8
        {
            return refused(format!("the broker accepts only messages up to QoS {most}"));
        }
        if welcome.no_retain && (self.manner.retain || self.manner.status_topic.is_some()) {
            return refused("the broker does not retain messages".to_owned());
        }
        let usual = if connection.protocol() == Protocol::V5 { WINDOW } else { OLD_WINDOW };
        let most = self.manner.max_inflight.unwrap_or(usual);
        self.window = most.min(welcome.receive_max.unwrap_or(u16::MAX)).into();
        self.max_packet = welcome.max_packet.unwrap_or(LONGEST).min(LONGEST);
        let present = welcome.session_present;
        self.answered = Instant::now();
        let protocol = connection.protocol();
        if self.manner.is_guarded {
            // Each connection begins anew.
        } else if self.hello.clean {
            // From now on the session is to be found again.
            self.hello.clean = false;
        } else if !present && protocol == Protocol::V5 {
            diag::warn(Code::Session, "the broker no longer has the session: unconfirmed messages are sent again");
        }
        self.tell_status(ONLINE, connection);
        if present {
            for sent in &self.inflight {
                if sent.is_released {
                    packet::write_confirm(Confirm::PubRel, sent.id, connection.outgoing());
                } else {
                    let publish = self.publish(&sent.message, sent.id, true);
                    packet::write_publish(protocol, &publish, connection.outgoing());
                }
            }
        } else {
            self.used.fill(false);
            self.send_again();
        }
        Ok(())
    }

    fn heard(&mut self, heard: Heard, connection: &mut Connection) -> Result<()> {
        let Heard::Packet(packet) = heard else { return Ok(()) };
        match packet {
            Packet::PubAck(id, verdict) => self.answered(id, verdict, false)?,
            Packet::PubRec(id, verdict) => {
                self.answered(id, verdict, true)?;
                if verdict == Verdict::Taken {
                    connection.confirm(Confirm::PubRel, id);
                }
            }
            Packet::PubComp(id) => self.answered(id, Verdict::Taken, false)?,
            Packet::PubRel(id) => connection.confirm(Confirm::PubComp, id),
            Packet::Disconnect(Farewell::TakenOver) => {
                let why = format!("another client has taken over the session of {}", self.hello.client_id);
                return Err(Error::new(Code::Busy, why));
            }
            Packet::Disconnect(Farewell::Other(why)) => {
                return Err(unreachable(format!("closed by the broker: {why}")));
            }
            _ => {}
        }
        Ok(())
    }

    fn due(&self) -> Option<Instant> {
        if self.manner.qos == QoS::Zero || self.inflight.is_empty() {
            return self.next;
        }
        let patience = Some(self.patience()).filter(|_| !self.has_warned);
        let due =
            self.manner.ack_timeout.into_iter().chain(patience).min().and_then(|time| self.answered.checked_add(time));
        due.into_iter().chain(self.next).min()
    }

    fn turn(&mut self, connection: &mut Connection) -> Result<Turn> {
        self.look_for_answers()?;
        let protocol = connection.protocol();
        if self.manner.qos == QoS::Zero && connection.outgoing().is_empty() {
            // Nobody confirms these: they are gone when the network has them.
            let count = self.inflight.len() as u64;
            self.published.fetch_add(count, Ordering::Relaxed);
            self.outbox.confirm(self.inflight.drain(..).map(|sent| sent.message));
        }
        let mut more = false;
        self.next = None;
        let window = self.guard.window(self.window);
        while self.manner.qos == QoS::Zero || self.inflight.len() < window {
            if connection.outgoing().len() >= AHEAD_BYTES {
                more = true;
                break;
            }
            let Some(next) = self.guard.next(self.outbox) else { break };
            if !self.pace.is_free()
                && let Err(at) = self.pace.take(next.message().points.into(), Instant::now())
            {
                self.next = Some(at);
                self.guard.put_back(next, self.outbox);
                break;
            }
            let is_again = matches!(next, Next::Again(_));
            let message = next.into_message();
            let id = if self.manner.qos == QoS::Zero { 0 } else { self.free_id() };
            let publish = self.publish(&message, id, false);
            let size = packet::publish_size(protocol, &publish);
            if size > self.max_packet as usize && !is_again {
                let why = format!("a packet of {size} bytes: the broker accepts {}", self.max_packet);
                self.outbox.refuse(message, why);
                continue;
            }
            packet::write_publish(protocol, &publish, connection.outgoing());
            if self.inflight.is_empty() {
                self.answered = Instant::now();
            }
            self.inflight.push_back(Sent { id, message, is_released: false, is_again });
        }
        if self.outbox.is_done() {
            self.tell_status(OFFLINE, connection);
            return Ok(Turn::Done);
        }
        // What has gone out is to be seen, where nobody confirms it.
        let unseen = self.manner.qos == QoS::Zero && !self.inflight.is_empty();
        Ok(if more || unseen { Turn::More } else { Turn::Go })
    }

    fn lost(&mut self) {
        if self.manner.is_guarded {
            self.used.fill(false);
            let own = self.inflight.drain(..).filter(|sent| !sent.is_again).map(|sent| sent.message);
            let own = own.collect();
            self.guard.lost(own, self.outbox);
        }
        if self.manner.qos == QoS::Zero {
            // What is left was not seen to go out.
            self.outbox.put_back(self.inflight.drain(..).map(|sent| sent.message));
        }
    }
}
