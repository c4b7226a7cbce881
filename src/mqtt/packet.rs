//! MQTT's packets, of both protocol versions in one shape. The one file that knows rumqttc.
//!
//! Only rumqttc's reading and writing of packets is used. Its event loop, its session and its TLS are not: they lose
//! publishes, hang in QoS 2 and cannot acknowledge later (doc/adr/0007). What is said over a connection is decided in
//! `connection.rs` and by the commands.

use crate::error::{Error, Kind, Result};
use crate::net::unreachable;
use bytes::{Bytes, BytesMut};
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::{self as five, v5};
use std::time::Duration;

/// Which MQTT is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    V5,
    V311,
}

/// How sure a delivery is (MQTT 5, 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum QoS {
    /// At most once.
    Zero,
    /// At least once.
    #[default]
    One,
    /// Exactly once, between two neighbours.
    Two,
}

/// A message.
#[derive(Clone, Debug, Default)]
pub struct Publish {
    pub topic: Bytes,
    pub payload: Bytes,
    pub qos: QoS,
    pub retain: bool,
    /// It was sent before.
    pub dup: bool,
    /// Its number; 0 with QoS 0.
    pub id: u16,
    /// MQTT 5: names and values that its sender gave it.
    pub properties: Vec<(String, String)>,
}

/// What the broker said to a subscription: how sure its deliveries will be, or why there is none.
pub type Answer = std::result::Result<QoS, &'static str>;

/// What a broker sends.
#[derive(Debug)]
pub enum Packet {
    Welcome(Welcome),
    Publish(Publish),
    PubAck(u16, Verdict),
    PubRec(u16, Verdict),
    PubRel(u16),
    PubComp(u16),
    /// For each topic filter, in their order.
    SubAck(Vec<Answer>),
    PingResp,
    /// MQTT 5: the broker ends the connection.
    Disconnect(Farewell),
    /// Nothing that concerns us.
    Other,
}

/// What became of a message at the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Taken,
    /// This message will never be taken.
    Refused(&'static str),
    /// Not now.
    Later(&'static str),
}

/// Why the broker ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Another client has connected with the same id.
    TakenOver,
    Other(&'static str),
}

/// The broker's answer to a connect.
#[derive(Clone, Debug, Default)]
pub struct Welcome {
    /// It still has the session of this client id.
    pub session_present: bool,
    /// So many messages may wait for its answer.
    pub receive_max: Option<u16>,
    /// The largest packet that it takes.
    pub max_packet: Option<u32>,
    pub max_qos: Option<u8>,
    pub no_retain: bool,
    /// It wants to hear from us at least so often.
    pub keepalive: Option<Duration>,
    /// How long it keeps the session, if not as long as it was asked to, in s.
    pub expiry: Option<u32>,
}

/// A message that the broker publishes when the connection breaks.
#[derive(Clone, Debug)]
pub struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: QoS,
    pub retain: bool,
}

/// What is said first.
#[derive(Clone, Debug)]
pub struct Hello {
    pub client_id: String,
    /// The broker forgets what it has of this client id.
    pub clean: bool,
    /// The session need not outlive the process: MQTT 3.1.1, which knows no expiry, keeps none.
    pub temporary: bool,
    /// How long it keeps the session without a connection, in s (MQTT 5).
    pub expiry: u32,
    pub receive_max: u16,
    pub keepalive: Duration,
    pub login: Option<(String, Option<String>)>,
    pub will: Option<Will>,
}

/// What is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub filter: String,
    pub qos: QoS,
}

/// When a subscription brings the messages that the broker retains (MQTT 5, 3.8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retained {
    Always,
    IfNew,
    Never,
}

/// Packets that confirm: two bytes of number, and success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    PubAck = 0x40,
    PubRec = 0x50,
    PubRel = 0x62,
    PubComp = 0x70,
}

/// Appends a confirmation; spelled the same in both versions when it is a success.
pub fn write_confirm(what: Confirm, id: u16, to: &mut Vec<u8>) {
    let [high, low] = id.to_be_bytes();
    to.extend_from_slice(&[what as u8, 2, high, low]);
}

/// Appends a question whether the other side is there.
pub fn write_ping(to: &mut Vec<u8>) {
    to.extend_from_slice(&[0xc0, 0]);
}

/// Appends a farewell. `ends_session`: MQTT 5 brokers forget the session at once.
pub fn write_disconnect(protocol: Protocol, ends_session: bool, to: &mut Vec<u8>) {
    match (protocol, ends_session) {
        // Normal disconnection, with a Session Expiry Interval of 0 (MQTT 5, 3.14.2).
        (Protocol::V5, true) => to.extend_from_slice(&[0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]),
        _ => to.extend_from_slice(&[0xe0, 0]),
    }
}

/// Appends a connect.
pub fn write_connect(protocol: Protocol, hello: &Hello, to: &mut Vec<u8>) -> Result<()> {
    // Rounded up, for 0 would mean that nobody looks.
    let keep_alive = u16::try_from(hello.keepalive.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u16::MAX);
    let mut buffer = BytesMut::new();
    match protocol {
        Protocol::V5 => {
            let mut properties = v5::ConnectProperties::new();
            properties.session_expiry_interval = Some(hello.expiry);
            properties.receive_maximum = Some(hello.receive_max);
            let client_id = hello.client_id.clone();
            let connect = v5::Connect { keep_alive, client_id, clean_start: hello.clean, properties: Some(properties) };
            let will = hello.will.as_ref().map(|will| {
                v5::LastWill::new(&will.topic, will.payload.clone(), five_qos(will.qos), will.retain, None)
            });
            let login = hello.login.as_ref().map(|(user, word)| v5::Login::new(user, word.as_deref().unwrap_or("")));
            v5::Packet::Connect(connect, will, login).write(&mut buffer, None).map_err(unspeakable)?;
        }
        Protocol::V311 => {
            let mut connect = v4::Connect::new(&hello.client_id);
            connect.keep_alive = keep_alive;
            connect.clean_session = hello.clean || hello.temporary;
            connect.last_will = hello
                .will
                .as_ref()
                .map(|will| v4::LastWill::new(&will.topic, will.payload.clone(), four_qos(will.qos), will.retain));
            if let Some((user, word)) = &hello.login {
                connect.set_login(user, word.as_deref().unwrap_or(""));
            }
            connect.write(&mut buffer).map_err(unspeakable)?;
        }
    }
    to.extend_from_slice(&buffer);
    Ok(())
}

/// Appends a subscription to all of these.
pub fn write_subscribe(
    protocol: Protocol,
    id: u16,
    all: &[Subscription],
    retained: Retained,
    to: &mut Vec<u8>,
) -> Result<()> {
    let mut buffer = BytesMut::new();
    match protocol {
        Protocol::V5 => {
            let retain_forward_rule = match retained {
                Retained::Always => v5::RetainForwardRule::OnEverySubscribe,
                Retained::IfNew => v5::RetainForwardRule::OnNewSubscribe,
                Retained::Never => v5::RetainForwardRule::Never,
            };
            let filters = all.iter().map(|one| v5::Filter {
                path: one.filter.clone(),
                qos: five_qos(one.qos),
                nolocal: false,
                preserve_retain: false,
                retain_forward_rule: retain_forward_rule.clone(),
            });
            let packet = v5::Subscribe { pkid: id, filters: filters.collect(), properties: None };
            packet.write(&mut buffer).map_err(unspeakable)?;
        }
        Protocol::V311 => {
            let filters = all.iter().map(|one| v4::SubscribeFilter::new(one.filter.clone(), four_qos(one.qos)));
            let mut packet = v4::Subscribe::new_many(filters);
            packet.pkid = id;
            packet.write(&mut buffer).map_err(unspeakable)?;
        }
    }
    to.extend_from_slice(&buffer);
    Ok(())
}

/// Appends a subscription's end.
pub fn write_unsubscribe(protocol: Protocol, id: u16, filters: &[String], to: &mut Vec<u8>) -> Result<()> {
    let mut buffer = BytesMut::new();
    let filters = filters.to_vec();
    match protocol {
        Protocol::V5 => v5::Unsubscribe { pkid: id, filters, properties: None }.write(&mut buffer),
        Protocol::V311 => return write_unsubscribe_311(id, filters, to),
    }
    .map_err(unspeakable)?;
    to.extend_from_slice(&buffer);
    Ok(())
}

fn write_unsubscribe_311(id: u16, topics: Vec<String>, to: &mut Vec<u8>) -> Result<()> {
    let mut buffer = BytesMut::new();
    v4::Unsubscribe { pkid: id, topics }.write(&mut buffer).map_err(unspeakable)?;
    to.extend_from_slice(&buffer);
    Ok(())
}

/// Appends a message. `id` must not be 0, unless its QoS is.
pub fn write_publish(protocol: Protocol, publish: &Publish, to: &mut Vec<u8>) {
    // By hand: it is the hot path of a sender, and rumqttc would have the topic copied into a string of its own.
    let flags = u8::from(publish.retain) | (publish.qos as u8) << 1 | u8::from(publish.dup) << 3;
    to.push(0x30 | flags);
    write_length(publish_length(protocol, publish), to);
    to.extend_from_slice(&(publish.topic.len() as u16).to_be_bytes());
    to.extend_from_slice(&publish.topic);
    if publish.qos > QoS::Zero {
        to.extend_from_slice(&publish.id.to_be_bytes());
    }
    if protocol == Protocol::V5 {
        to.push(0);
    }
    to.extend_from_slice(&publish.payload);
}

/// The bytes that a message takes as a packet.
pub fn publish_size(protocol: Protocol, publish: &Publish) -> usize {
    let length = publish_length(protocol, publish);
    let digits = match length {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    };
    1 + digits + length
}

fn publish_length(protocol: Protocol, publish: &Publish) -> usize {
    let id = if publish.qos > QoS::Zero { 2 } else { 0 };
    2 + publish.topic.len() + id + usize::from(protocol == Protocol::V5) + publish.payload.len()
}

/// MQTT's numbers of variable length (MQTT 5, 1.5.5).
fn write_length(mut length: usize, to: &mut Vec<u8>) {
    while length > 0x7f {
        to.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
}

/// Reads one whole packet.
pub fn read(protocol: Protocol, mut bytes: BytesMut) -> Result<Packet> {
    if protocol == Protocol::V5
        && let Some(packet) = five_reason(&bytes)
    {
        return Ok(packet);
    }
    // A broker that knows no MQTT 5 answers a connect in its own words: two bytes.
    let old_answer = bytes.starts_with(&[0x20, 2]);
    match protocol {
        Protocol::V5 if !old_answer => five_packet(v5::Packet::read(&mut bytes, None).map_err(garbled)?),
        _ => four_packet(v4::Packet::read(&mut bytes, usize::MAX).map_err(garbled)?),
    }
}

/// Packets of a number and a reason, or of a reason alone: rumqttc takes no reason that it does not know.
fn five_reason(bytes: &[u8]) -> Option<Packet> {
    let id = || bytes.get(2..4).and_then(|id| id.try_into().ok()).map(u16::from_be_bytes);
    let reason = |at: usize| bytes.get(at).copied().unwrap_or(0);
    Some(match bytes.first()? {
        0x40 => Packet::PubAck(id()?, verdict(reason(4))),
        0x50 => Packet::PubRec(id()?, verdict(reason(4))),
        0xe0 => Packet::Disconnect(farewell(reason(2))),
        _ => return None,
    })
}

/// What a reason says of a message (MQTT 5, 3.4.2.1).
fn verdict(reason: u8) -> Verdict {
    match reason {
        0..=0x7f => Verdict::Taken,
        0x87 => Verdict::Refused("not authorized"),
        0x90 => Verdict::Refused("topic name invalid"),
        0x95 => Verdict::Refused("packet too large"),
        0x99 => Verdict::Refused("payload format invalid"),
        0x91 => Verdict::Later("packet identifier in use"),
        0x97 => Verdict::Later("quota exceeded"),
        _ => Verdict::Later("unspecified error"),
    }
}

/// Why a broker ends a connection (MQTT 5, 3.14.2.1).
fn farewell(reason: u8) -> Farewell {
    Farewell::Other(match reason {
        0x8e => return Farewell::TakenOver,
        0x81 => "malformed packet",
        0x82 => "protocol error",
        0x87 => "not authorized",
        0x89 => "the server is busy",
        0x8b => "the server is shutting down",
        0x8d => "it heard nothing for too long",
        0x93 => "more messages in flight than it takes",
        0x95 => "packet too large",
        0x96 => "message rate too high",
        0x97 => "quota exceeded",
        0x98 => "administrative action",
        0x9c | 0x9d => "it says that the server has moved",
        _ => "without a reason that we know",
    })
}

fn five_packet(packet: v5::Packet) -> Result<Packet> {
    Ok(match packet {
        v5::Packet::ConnAck(answer) => {
            welcome(five_refusal(answer.code))?;
            let given = answer.properties;
            let mut welcome = Welcome { session_present: answer.session_present, ..Welcome::default() };
            if let Some(given) = given {
                welcome.receive_max = given.receive_max;
                welcome.max_packet = given.max_packet_size;
                welcome.max_qos = given.max_qos;
                welcome.no_retain = given.retain_available == Some(0);
                welcome.keepalive = given.server_keep_alive.map(|s| Duration::from_secs(s.into()));
                welcome.expiry = given.session_expiry_interval;
            }
            Packet::Welcome(welcome)
        }
        v5::Packet::Publish(p) => Packet::Publish(Publish {
            topic: p.topic,
            payload: p.payload,
            qos: our_qos(p.qos as u8),
            retain: p.retain,
            dup: p.dup,
            id: p.pkid,
            properties: p.properties.map(|p| p.user_properties).unwrap_or_default(),
        }),
        v5::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v5::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v5::Packet::SubAck(p) => Packet::SubAck(p.return_codes.into_iter().map(five_subscribed).collect()),
        v5::Packet::PingResp(_) => Packet::PingResp,
        _ => Packet::Other,
    })
}

fn four_packet(packet: v4::Packet) -> Result<Packet> {
    Ok(match packet {
        v4::Packet::ConnAck(answer) => {
            use v4::ConnectReturnCode as R;
            welcome(match answer.code {
                R::Success => None,
                R::RefusedProtocolVersion => Some((Kind::Unreachable, OLD)),
                R::BadClientId => Some((Kind::Refused, "client id refused")),
                R::ServiceUnavailable => Some((Kind::Unreachable, "server unavailable")),
                R::BadUserNamePassword => Some((Kind::Refused, LOGIN)),
                R::NotAuthorized => Some((Kind::Refused, "not authorized")),
            })?;
            Packet::Welcome(Welcome { session_present: answer.session_present, ..Welcome::default() })
        }
        v4::Packet::Publish(p) => Packet::Publish(Publish {
            topic: p.topic.into(),
            payload: p.payload,
            qos: our_qos(p.qos as u8),
            retain: p.retain,
            dup: p.dup,
            id: p.pkid,
            properties: Vec::new(),
        }),
        v4::Packet::PubAck(p) => Packet::PubAck(p.pkid, Verdict::Taken),
        v4::Packet::PubRec(p) => Packet::PubRec(p.pkid, Verdict::Taken),
        v4::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v4::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v4::Packet::SubAck(p) => Packet::SubAck(
            p.return_codes
                .into_iter()
                .map(|code| match code {
                    v4::SubscribeReasonCode::Success(qos) => Ok(our_qos(qos as u8)),
                    v4::SubscribeReasonCode::Failure => Err("the broker gives no reason"),
                })
                .collect(),
        ),
        v4::Packet::PingResp => Packet::PingResp,
        _ => Packet::Other,
    })
}

const LOGIN: &str = "bad user name or password";

/// In the reason of a broker that does not speak the version that it was asked in.
const OLD: &str = "protocol version refused";

/// The broker does not speak the version that it was asked in.
pub fn is_old(why: &Error) -> bool {
    why.kind() == Kind::Unreachable && why.to_string().contains(OLD)
}

fn welcome(refusal: Option<(Kind, &'static str)>) -> Result<()> {
    refusal.map_or(Ok(()), |(kind, why)| Err(Error::new(kind, why)))
}

fn five_refusal(code: v5::ConnectReturnCode) -> Option<(Kind, &'static str)> {
    use v5::ConnectReturnCode as R;
    Some(match code {
        R::Success => return None,
        R::RefusedProtocolVersion | R::UnsupportedProtocolVersion => (Kind::Unreachable, OLD),
        R::BadUserNamePassword => (Kind::Refused, LOGIN),
        R::NotAuthorized => (Kind::Refused, "not authorized"),
        R::Banned => (Kind::Refused, "banned"),
        R::BadClientId | R::ClientIdentifierNotValid => (Kind::Refused, "client id refused"),
        R::BadAuthenticationMethod => (Kind::Refused, "authentication method refused"),
        R::RetainNotSupported => (Kind::Refused, "the broker retains no messages, and the last will is to be"),
        R::QoSNotSupported => (Kind::Refused, "the broker does not take the last will's quality of service"),
        R::ServiceUnavailable | R::ServerUnavailable => (Kind::Unreachable, "server unavailable"),
        R::ServerBusy => (Kind::Unreachable, "server busy"),
        R::QuotaExceeded => (Kind::Unreachable, "quota exceeded"),
        R::ConnectionRateExceeded => (Kind::Unreachable, "connection rate exceeded"),
        R::UseAnotherServer | R::ServerMoved => (Kind::Unreachable, "it says that the server has moved"),
        _ => (Kind::Unreachable, "refused without a reason that we know"),
    })
}

fn five_subscribed(code: v5::SubscribeReasonCode) -> Answer {
    use v5::SubscribeReasonCode as R;
    Err(match code {
        R::Success(qos) => return Ok(our_qos(qos as u8)),
        R::NotAuthorized => "not authorized",
        R::TopicFilterInvalid => "topic filter invalid",
        R::QuotaExceeded => "quota exceeded",
        R::SharedSubscriptionsNotSupported => "shared subscriptions are not supported",
        R::WildcardSubscriptionsNotSupported => "wildcards are not supported",
        _ => "the broker gives no reason",
    })
}

fn our_qos(number: u8) -> QoS {
    match number {
        0 => QoS::Zero,
        1 => QoS::One,
        _ => QoS::Two,
    }
}

fn five_qos(qos: QoS) -> five::QoS {
    match qos {
        QoS::Zero => five::QoS::AtMostOnce,
        QoS::One => five::QoS::AtLeastOnce,
        QoS::Two => five::QoS::ExactlyOnce,
    }
}

fn four_qos(qos: QoS) -> rumqttc::mqttbytes::QoS {
    match qos {
        QoS::Zero => rumqttc::mqttbytes::QoS::AtMostOnce,
        QoS::One => rumqttc::mqttbytes::QoS::AtLeastOnce,
        QoS::Two => rumqttc::mqttbytes::QoS::ExactlyOnce,
    }
}

/// What cannot be put into a packet: a name longer than 65,535 bytes.
fn unspeakable(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::usage("spell an MQTT packet").because(why)
}

fn garbled(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    unreachable("the broker sent a packet that is not MQTT").because(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        for protocol in [Protocol::V5, Protocol::V311] {
            for (qos, id) in [(QoS::Zero, 0), (QoS::One, 7), (QoS::Two, 65_535)] {
                for size in [0, 1, 100, 127, 128, 20_000, 3_000_000] {
                    let payload = Bytes::from(vec![b'x'; size]);
                    let sent = Publish {
                        topic: "a/é".into(),
                        payload,
                        qos,
                        id,
                        dup: id == 7,
                        retain: id == 0,
                        ..Publish::default()
                    };
                    let mut bytes = Vec::new();
                    write_publish(protocol, &sent, &mut bytes);
                    assert_eq!(bytes.len(), publish_size(protocol, &sent));
                    let Ok(Packet::Publish(got)) = read(protocol, BytesMut::from(&bytes[..])) else { panic!() };
                    assert_eq!((&got.topic, &got.payload, got.qos), (&sent.topic, &sent.payload, sent.qos));
                    assert_eq!((got.id, got.dup, got.retain), (sent.id, sent.dup, sent.retain));
                }
            }
        }
    }

    #[test]
    fn an_old_broker_is_told_from_a_refusal() {
        let answer = |code| read(Protocol::V5, BytesMut::from(&[0x20, 2, 0, code][..])).unwrap_err();
        assert!(is_old(&answer(1)));
        assert_eq!(answer(4).kind(), Kind::Refused);
        assert!(!is_old(&answer(3)));
    }

    #[test]
    fn any_reason_is_understood() {
        for reason in 0..=255 {
            let Ok(Packet::PubAck(258, _)) = read(Protocol::V5, BytesMut::from(&[0x40, 3, 1, 2, reason][..])) else {
                panic!("{reason}")
            };
            let packet = read(Protocol::V5, BytesMut::from(&[0xe0, 1, reason][..]));
            assert!(matches!(packet, Ok(Packet::Disconnect(_))), "{reason}");
        }
        assert!(matches!(read(Protocol::V5, BytesMut::from(&[0xe0, 0][..])), Ok(Packet::Disconnect(_))));
    }

    #[test]
    fn garbage_is_an_error_and_no_panic() {
        let mut state = 1_u64;
        for length in 0..400 {
            let bytes: Vec<u8> = (0..length % 40)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 33) as u8
                })
                .collect();
            for first in [0x20, 0x30, 0x32, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0, 0xe0, 0xf0] {
                let mut packet = vec![first, bytes.len() as u8];
                packet.extend_from_slice(&bytes);
                for protocol in [Protocol::V5, Protocol::V311] {
                    let _ = read(protocol, BytesMut::from(&packet[..]));
                }
            }
        }
    }
}
