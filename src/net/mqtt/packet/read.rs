//! Bytes as packets, and what a broker's reasons mean.

use super::kinds::{Answer, Farewell, Packet, Properties, Protocol, Publish, QoS, Verdict, Welcome};
use crate::net::wait::unreachable;
use crate::reading::error::{Code, Error, Result};
use bytes::BytesMut;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5;
use std::time::Duration;

/// Reads one whole packet.
pub(crate) fn read(protocol: Protocol, mut bytes: BytesMut) -> Result<Packet> {
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
        0x93 => "more messages in flight than it accepts",
        0x95 => "packet too large",
        0x96 => "message rate too high",
        0x97 => "quota exceeded",
        0x98 => "administrative action",
        0x9c | 0x9d => "it says that the server has moved",
        _ => "for an unknown reason",
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
                welcome.no_shared = given.shared_subscription_available == Some(0);
                welcome.no_subscription_ids = given.subscription_identifiers_available == Some(0);
                welcome.expiry = given.session_expiry_interval;
            }
            Packet::Welcome(welcome)
        }
        v5::Packet::Publish(p) => {
            let given = p.properties.unwrap_or_default();
            let number = |id: usize| u32::try_from(id).unwrap_or(u32::MAX);
            Packet::Publish(Publish {
                topic: p.topic,
                payload: p.payload,
                qos: our_qos(p.qos as u8),
                retain: p.retain,
                dup: p.dup,
                id: p.pkid,
                properties: Properties {
                    user: given.user_properties,
                    content_type: given.content_type,
                    response_topic: given.response_topic,
                    correlation_data: given.correlation_data,
                },
                subscriptions: given.subscription_identifiers.into_iter().map(number).collect(),
                has_alias: given.topic_alias.is_some(),
            })
        }
        v5::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v5::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v5::Packet::SubAck(p) => Packet::SubAck(p.pkid, p.return_codes.into_iter().map(five_subscribed).collect()),
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
                R::RefusedProtocolVersion => Some((Code::OldProtocol, OLD)),
                R::BadClientId => Some((Code::Refused, "client id refused")),
                R::ServiceUnavailable => Some((Code::Unreachable, "server unavailable")),
                R::BadUserNamePassword => Some((Code::Refused, LOGIN)),
                R::NotAuthorized => Some((Code::Refused, "not authorized")),
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
            ..Publish::default()
        }),
        v4::Packet::PubAck(p) => Packet::PubAck(p.pkid, Verdict::Taken),
        v4::Packet::PubRec(p) => Packet::PubRec(p.pkid, Verdict::Taken),
        v4::Packet::PubRel(p) => Packet::PubRel(p.pkid),
        v4::Packet::PubComp(p) => Packet::PubComp(p.pkid),
        v4::Packet::SubAck(p) => Packet::SubAck(
            p.pkid,
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

/// The reason of a broker that does not speak the version that it was asked in.
const OLD: &str = "protocol version refused";

fn welcome(refusal: Option<(Code, &'static str)>) -> Result<()> {
    refusal.map_or(Ok(()), |(code, why)| Err(Error::new(code, why)))
}

fn five_refusal(code: v5::ConnectReturnCode) -> Option<(Code, &'static str)> {
    use v5::ConnectReturnCode as R;
    Some(match code {
        R::Success => return None,
        R::RefusedProtocolVersion | R::UnsupportedProtocolVersion => (Code::OldProtocol, OLD),
        R::BadUserNamePassword => (Code::Refused, LOGIN),
        R::NotAuthorized => (Code::Refused, "not authorized"),
        R::Banned => (Code::Refused, "banned"),
        R::BadClientId | R::ClientIdentifierNotValid => (Code::Refused, "client id refused"),
        R::BadAuthenticationMethod => (Code::Refused, "authentication method refused"),
        R::RetainNotSupported => (Code::Refused, "the broker does not retain messages, which the last will needs"),
        R::QoSNotSupported => (Code::Refused, "the broker does not take the last will's quality of service"),
        R::ServiceUnavailable | R::ServerUnavailable => (Code::Unreachable, "server unavailable"),
        R::ServerBusy => (Code::Unreachable, "server busy"),
        R::QuotaExceeded => (Code::Unreachable, "quota exceeded"),
        R::ConnectionRateExceeded => (Code::Unreachable, "connection rate exceeded"),
        R::UseAnotherServer | R::ServerMoved => (Code::Unreachable, "it says that the server has moved"),
        _ => (Code::Unreachable, "refused for an unknown reason"),
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

fn garbled(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    unreachable("the broker sent a packet that is not MQTT").because(why)
}
