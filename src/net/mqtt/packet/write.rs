//! Packets as bytes. What is sent for each message is spelled here, the rest by rumqttc.

use super::kinds::{Confirm, Hello, Protocol, Publish, QoS, Retained, Subscription};
use crate::reading::error::{Error, Result};
use bytes::BytesMut;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::{self as five, v5};

/// Appends a confirmation; spelled the same in both versions when it is a success.
pub(crate) fn write_confirm(what: Confirm, id: u16, to: &mut Vec<u8>) {
    let [high, low] = id.to_be_bytes();
    to.extend_from_slice(&[what as u8, 2, high, low]);
}

/// Appends a question whether the other side is there.
pub(crate) fn write_ping(to: &mut Vec<u8>) {
    to.extend_from_slice(&[0xc0, 0]);
}

/// Appends a farewell. `ends_session`: MQTT 5 brokers forget the session at once.
pub(crate) fn write_disconnect(protocol: Protocol, ends_session: bool, to: &mut Vec<u8>) {
    match (protocol, ends_session) {
        // Normal disconnection, with a Session Expiry Interval of 0 (MQTT 5, 3.14.2).
        (Protocol::V5, true) => to.extend_from_slice(&[0xe0, 7, 0, 5, 0x11, 0, 0, 0, 0]),
        _ => to.extend_from_slice(&[0xe0, 0]),
    }
}

/// Appends a connect.
pub(crate) fn write_connect(protocol: Protocol, hello: &Hello, to: &mut Vec<u8>) -> Result<()> {
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

/// Appends a subscription to all of these. `number`: messages for it bear this number (MQTT 5).
pub(crate) fn write_subscribe(
    protocol: Protocol,
    id: u16,
    all: &[Subscription],
    number: Option<u32>,
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
            let properties = number.and_then(|number| {
                let id = Some(usize::try_from(number).ok()?);
                Some(v5::SubscribeProperties { id, user_properties: Vec::new() })
            });
            let packet = v5::Subscribe { pkid: id, filters: filters.collect(), properties };
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
pub(crate) fn write_unsubscribe(protocol: Protocol, id: u16, filters: &[String], to: &mut Vec<u8>) -> Result<()> {
    let mut buffer = BytesMut::new();
    let filters = filters.to_vec();
    match protocol {
        Protocol::V5 => {
            let packet = v5::Unsubscribe { pkid: id, filters, properties: None };
            packet.write(&mut buffer).map_err(unspeakable)?;
        }
        Protocol::V311 => {
            let packet = v4::Unsubscribe { pkid: id, topics: filters };
            packet.write(&mut buffer).map_err(unspeakable)?;
        }
    }
    to.extend_from_slice(&buffer);
    Ok(())
}

/// Appends a message. `id` must not be 0, unless its QoS is.
pub(crate) fn write_publish(protocol: Protocol, publish: &Publish, to: &mut Vec<u8>) {
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
pub(crate) fn publish_size(protocol: Protocol, publish: &Publish) -> usize {
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
pub(crate) fn write_length(mut length: usize, to: &mut Vec<u8>) {
    while length > 0x7f {
        to.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
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
