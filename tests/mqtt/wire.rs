//! MQTT's bytes by hand: a sender that is quicker than mosquitto_pub, and packets cut out of a stream.

use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};

/// A client of MQTT 3.1.1 that publishes.
pub(crate) struct Sender {
    stream: TcpStream,
    id: u16,
}

impl Sender {
    pub(crate) fn connect(port: u16) -> Sender {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("sender-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("a broker");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(crate::harness::PATIENCE)).expect("a timeout");
        let mut sender = Sender { stream, id: 0 };
        // A clean session, no keepalive.
        let mut body = b"\x00\x04MQTT\x04\x02\x00\x00".to_vec();
        string(&name, &mut body);
        sender.stream.write_all(&packet_of(0x10, &body)).expect("a broker");
        assert_eq!(sender.next()[..], [0x20, 2, 0, 0], "the broker takes us in");
        sender
    }

    /// Publishes one message and waits until the broker has it.
    pub(crate) fn send(&mut self, qos: u8, topic: &str, payload: impl AsRef<[u8]>) {
        self.publish(qos, false, topic, payload.as_ref());
    }

    /// As [`Sender::send`]; the broker keeps it for those who come.
    pub(crate) fn retain(&mut self, topic: &str, payload: impl AsRef<[u8]>) {
        self.publish(1, true, topic, payload.as_ref());
    }

    fn publish(&mut self, qos: u8, retain: bool, topic: &str, payload: &[u8]) {
        let bytes = self.message(qos, retain, topic, payload);
        self.stream.write_all(&bytes).expect("a broker");
        match qos {
            0 => {}
            1 => assert_eq!(self.next()[0], 0x40),
            _ => {
                assert_eq!(self.next()[0], 0x50);
                let [high, low] = self.id.to_be_bytes();
                self.stream.write_all(&[0x62, 2, high, low]).expect("a broker");
                assert_eq!(self.next()[0], 0x70);
            }
        }
    }

    /// Publishes all of these with QoS 1, and waits until the broker has them.
    pub(crate) fn flood(&mut self, messages: impl IntoIterator<Item = (String, String)>) {
        let mut bytes = Vec::new();
        let mut count = 0;
        for (topic, payload) in messages {
            bytes.extend(self.message(1, false, &topic, payload.as_bytes()));
            count += 1;
        }
        let mut writer = self.stream.try_clone().expect("a socket");
        let writing = std::thread::spawn(move || writer.write_all(&bytes).expect("a broker"));
        for _ in 0..count {
            assert_eq!(self.next()[0], 0x40);
        }
        writing.join().expect("everything is sent");
    }

    fn message(&mut self, qos: u8, retain: bool, topic: &str, payload: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        string(topic, &mut body);
        if qos > 0 {
            self.id = self.id % u16::MAX + 1;
            body.extend(self.id.to_be_bytes());
        }
        body.extend(payload);
        packet_of(0x30 | qos << 1 | u8::from(retain), &body)
    }

    fn next(&mut self) -> Vec<u8> {
        packet(&mut self.stream).expect("the broker's answer")
    }
}

/// A packet with its header.
pub(crate) fn packet_of(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut length = body.len();
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(body);
    bytes
}

fn string(text: &str, to: &mut Vec<u8>) {
    to.extend((text.len() as u16).to_be_bytes());
    to.extend(text.as_bytes());
}

/// Reads one whole packet.
pub(crate) fn packet(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 2];
    stream.read_exact(&mut bytes).ok()?;
    let mut length = 0;
    for digit in 0.. {
        let byte = *bytes.last()?;
        length |= usize::from(byte & 0x7f) << (7 * digit);
        if byte & 0x80 == 0 {
            break;
        }
        bytes.push(0);
        stream.read_exact(bytes.last_mut().map(std::slice::from_mut)?).ok()?;
    }
    let head = bytes.len();
    bytes.resize(head + length, 0);
    stream.read_exact(&mut bytes[head..]).ok()?;
    Some(bytes)
}
