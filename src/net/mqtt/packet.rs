//! MQTT's packets, of both protocol versions in one shape: how they are written (`packet/write.rs`) and read
//! (`packet/read.rs`). Nobody else knows rumqttc.
//!
//! Only rumqttc's reading and writing of packets is used. Its event loop, its session and its TLS are not: they lose
//! publishes, hang in QoS 2 and cannot acknowledge later (doc/adr/0007). What is said over a connection is decided in
//! `connection.rs` and by the commands.

mod read;
mod write;

pub(crate) use self::read::read;
pub(crate) use self::write::{
    publish_size, write_confirm, write_connect, write_disconnect, write_ping, write_publish, write_subscribe,
    write_unsubscribe,
};

use bytes::Bytes;
use std::time::Duration;

/// Which MQTT is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    V5,
    V311,
}

/// How sure a delivery is (MQTT 5, 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum QoS {
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
pub(crate) struct Publish {
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
pub(crate) type Answer = std::result::Result<QoS, &'static str>;

/// What a broker sends.
#[derive(Debug)]
pub(crate) enum Packet {
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
pub(crate) enum Verdict {
    Taken,
    /// This message will never be taken.
    Refused(&'static str),
    /// Not now.
    Later(&'static str),
}

/// Why the broker ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// Another client has connected with the same id.
    TakenOver,
    Other(&'static str),
}

/// The broker's answer to a connect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Welcome {
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
pub(crate) struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: QoS,
    pub retain: bool,
}

/// What is said first.
#[derive(Clone, Debug)]
pub(crate) struct Hello {
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
pub(crate) struct Subscription {
    pub filter: String,
    pub qos: QoS,
}

/// When a subscription brings the messages that the broker retains (MQTT 5, 3.8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retained {
    Always,
    IfNew,
    Never,
}

/// Packets that confirm: two bytes of number, and success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirm {
    PubAck = 0x40,
    PubRec = 0x50,
    PubRel = 0x62,
    PubComp = 0x70,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::error::Code;
    use crate::reading::error::Kind;
    use bytes::BytesMut;

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
        assert!(answer(1).code() == Code::OldProtocol);
        assert_eq!(answer(4).kind(), Kind::Refused);
        assert!(answer(3).code() != Code::OldProtocol);
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
