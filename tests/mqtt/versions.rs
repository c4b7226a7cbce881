//! Brokers that are older, silent, or break the protocol.

use super::broker::Broker;
use super::wire::{packet, packet_of};
use crate::harness::Work;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

/// A broker that does this with each connection, after it has read the connect: its address.
pub(super) fn broker(serve: impl Fn(TcpStream, &[u8]) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serve = std::sync::Arc::new(serve);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let serve = std::sync::Arc::clone(&serve);
            std::thread::spawn(move || {
                if let Some(connect) = packet(&mut stream) {
                    serve(stream, &connect);
                }
            });
        }
    });
    format!("mqtt://127.0.0.1:{port}")
}

/// The version in a connect: 4 is MQTT 3.1.1.
fn version(connect: &[u8]) -> u8 {
    let at = connect.windows(4).position(|four| four == b"MQTT").expect("a connect");
    connect[at + 4]
}

/// Takes an MQTT 3.1.1 client in, grants its subscription, sends a message, and waits for its end.
fn serve_old(mut stream: TcpStream) {
    let _ = stream.write_all(&[0x20, 2, 0, 0]);
    while let Some(packet) = packet(&mut stream) {
        if packet[0] == 0x82 {
            let _ = stream.write_all(&[0x90, 3, packet[2], packet[3], 0]);
            let _ = stream.write_all(&packet_of(0x30, b"\x00\x01a{\"v\":1}"));
        }
    }
}

/// What a broker does with a connection.
type Way = fn(TcpStream);

/// K41: whatever an old broker does with a connect of MQTT 5, it is spoken to by 3.1.1.
#[test]
fn an_old_broker_is_found_out_whatever_it_does() {
    let work = Work::new();
    let silent = |stream: TcpStream| {
        let _ = packet(&mut &stream);
    };
    let reset = |stream: TcpStream| {
        rustix::net::sockopt::set_socket_linger(&stream, Some(std::time::Duration::ZERO)).expect("a socket");
    };
    let refuses = |mut stream: TcpStream| drop(stream.write_all(&[0x20, 2, 0, 1]));
    let ways: [(Way, &str); 4] = [
        (silent, "no answer to the connect: no answer in time"),
        // Met by whatever touches the connection next.
        (reset, "Connection reset"),
        (drop, "the broker closed the connection"),
        (refuses, "protocol version refused"),
    ];
    for (way, why) in ways {
        let url = broker(move |stream, connect| if version(connect) == 5 { way(stream) } else { serve_old(stream) });
        let words = format!("mqtt-cat {url} -t a -C 1 --no-topic --connect-timeout 300ms");
        let ended = work.kymo(&words).end().code(0).tells(&format!("{url} does not speak MQTT 5 (")).tells(why);
        let ended = ended.tells("using MQTT 3.1.1 (--mqtt 311)");
        assert_eq!(ended.stdout(), "{\"v\":1}\n");
        // Who insists is told what to say.
        let ended = work.kymo(&format!("{words} --mqtt 5 --retries 0")).end().code(69).tells(why);
        drop(ended.tells("try --mqtt 311"));
    }
    // A refusal of the version is final.
    let url = broker(|mut stream, _| drop(stream.write_all(&[0x20, 2, 0, 1])));
    work.kymo(&format!("mqtt-cat {url} -t a --mqtt 5"))
        .end()
        .code(69)
        .tells("protocol version refused: try --mqtt 311");
    work.kymo(&format!("mqtt-pub {url} -t a --mqtt 5")).stdin("{}\n").end().code(69).tells("protocol version refused");
    work.kymo(&format!("mqtt-cat {url} -t a")).end().code(69).tells("protocol version refused");
}

/// K53: a source that never reached its server within -W says so by 69.
#[test]
fn a_broker_that_was_never_reached_is_69() {
    let work = Work::new();
    let url = "mqtt://127.0.0.1:1";
    for words in ["-W 300ms", "-W 300ms --mqtt 311"] {
        let ended = work.kymo(&format!("mqtt-cat {url} -t x {words}")).end().code(69);
        ended.tells("connect to mqtt://127.0.0.1:1: no connection in the time that was given");
    }
    let silent = broker(|stream, _| drop(packet(&mut &stream)));
    work.kymo(&format!("mqtt-cat {silent} -t x -W 300ms")).end().code(69).tells("no connection in the time");
    work.kymo("run 'mqtt-cat mqtt://127.0.0.1:1 -t x -W 300ms | store x.db'").end().code(69);
    work.kymo("wss-cat ws://127.0.0.1:1/ -W 300ms").end().code(69).tells("no connection in the time that was given");
    // A signal is the user's own end.
    let child = work.kymo(&format!("mqtt-cat {url} -t x")).start();
    child.told("Connection refused");
    child.signal(rustix::process::Signal::TERM);
    assert_eq!(child.end().2.code(), Some(0));
    // Once it was there, all is well.
    let Some(real) = Broker::start("") else { return };
    work.kymo(&format!("mqtt-cat {} -t x -W 1s", real.url())).end().code(0);
}

/// A broker of MQTT 5 that sends these packets after the subscription: what kymo says of them.
fn breach(packets: &'static [u8]) -> String {
    let url = broker(move |mut stream, _| {
        let _ = stream.write_all(&[0x20, 3, 0, 0, 0]);
        while let Some(packet) = packet(&mut stream) {
            if packet[0] == 0x82 {
                let _ = stream.write_all(&[0x90, 4, packet[2], packet[3], 0, 0]);
                let _ = stream.write_all(packets);
            }
        }
    });
    let work = Work::new();
    let ended = work.kymo(&format!("mqtt-cat {url} -t a -C 1 --retries 0")).end().code(69);
    assert_eq!(ended.stdout(), "");
    ended.stderr()
}

/// K50: what the standard calls a protocol error is one.
#[test]
fn a_broker_that_breaks_the_protocol_is_left() {
    for (packets, why) in [
        // A SUBACK of another subscription.
        (&[0x90, 4, 0, 7, 0, 0][..], "it answers a subscription 7 that was not sent"),
        (&[0x90, 4, 0, 1, 0, 0], "it answers a subscription 1 that was not sent"),
        // An alias that was not allowed, with and without its topic.
        (&[0x30, 8, 0, 0, 3, 0x23, 0, 1, b'{', b'}'], "a topic alias"),
        (&[0x30, 9, 0, 1, b'a', 3, 0x23, 0, 1, b'{', b'}'], "a topic alias"),
        (&[0x30, 5, 0, 0, 0, b'{', b'}'], "a message whose topic is empty or has a wildcard"),
        (&[0x30, 7, 0, 2, b'a', b'#', 0, b'{', b'}'], "a message whose topic is empty or has a wildcard"),
        (&[0x30, 6, 0, 1, b'+', 0, b'{', b'}'], "a message whose topic is empty or has a wildcard"),
    ] {
        let told = breach(packets);
        assert!(told.contains("the broker breaks the protocol: ") && told.contains(why), "{packets:?}: {told}");
    }
    // A first SUBACK of another number.
    let url = broker(|mut stream, _| {
        let _ = stream.write_all(&[0x20, 3, 0, 0, 0]);
        while let Some(packet) = packet(&mut stream) {
            if packet[0] == 0x82 {
                let _ = stream.write_all(&[0x90, 4, 0, 9, 0, 0]);
            }
        }
    });
    let work = Work::new();
    work.kymo(&format!("mqtt-cat {url} -t a -C 1 --retries 0"))
        .end()
        .code(69)
        .tells("a subscription 9 that was not sent");
}

/// A broker that shares nothing is not waited for without a word.
#[test]
fn a_group_where_nothing_is_shared_is_reported() {
    let work = Work::new();
    let url = broker(|mut stream, _| {
        // Shared Subscription Available: 0.
        let _ = stream.write_all(&[0x20, 5, 0, 0, 2, 0x2a, 0]);
        while packet(&mut stream).is_some() {}
    });
    let ended = work.kymo(&format!("mqtt-cat {url} -t a --group g")).end().code(77);
    ended.tells("the broker has no shared subscriptions, which --group needs");
    let url = broker(|stream, _| serve_old(stream));
    let ended = work.kymo(&format!("mqtt-cat {url} -t a --group g -C 1 --mqtt 311")).end().code(0);
    ended.tells("--group: the standard of MQTT 3.1.1 has no shared subscriptions");
}

/// K43: a broker that answers pings and no message is reported, and left if that is wanted.
#[test]
fn a_broker_that_confirms_nothing_is_reported() {
    let work = Work::new();
    let url = broker(|mut stream, _| {
        let _ = stream.write_all(&[0x20, 3, 0, 0, 0]);
        while let Some(packet) = packet(&mut stream) {
            if packet[0] == 0xc0 {
                let _ = stream.write_all(&[0xd0, 0]);
            }
        }
    });
    work.file("in", "{\"v\":1}\n{\"v\":2}\n");
    let child = work.kymo(&format!("mqtt-pub {url} -t a -k 1s in")).start();
    child.told("the broker has confirmed none of 2 messages for 1s: waiting for it");
    let ended = work.kymo(&format!("mqtt-pub {url} -t a --ack-timeout 200ms --retries 1 in")).end().code(69);
    ended.tells("none of 2 messages was confirmed within 200ms (--ack-timeout)");
}
