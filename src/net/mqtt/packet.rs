//! MQTT's packets, of both protocol versions in one shape: how they are written (`packet/write.rs`) and read
//! (`packet/read.rs`). Nobody else knows rumqttc.
//!
//! Only rumqttc's reading and writing of packets is used. Its event loop, its session and its TLS are not: they lose
//! publishes, hang in QoS 2 and cannot acknowledge later (doc/adr/0007). What is said over a connection is decided in
//! `connection.rs` and by the commands.

mod kinds;
mod read;
mod write;

pub(crate) use self::kinds::{
    Answer, Confirm, Farewell, Hello, Packet, Properties, Protocol, Publish, QoS, Retained, Subscription, Verdict,
    Welcome, Will,
};
pub(crate) use self::read::read;
pub(crate) use self::write::{
    publish_size, write_confirm, write_connect, write_disconnect, write_length, write_ping, write_publish,
    write_subscribe, write_unsubscribe,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::error::Code;
    use crate::reading::error::Kind;
    use bytes::Bytes;
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
