//! MQTT carried by WebSocket: a real broker's listener, and servers that make it hard.

use super::broker::Broker;
use super::wire::Sender;
use super::{complete, messages, wait_for, wait_for_rows};
use crate::harness::{Work, free_port};
use crate::wss_cat::server::{Server, client_frame, frame, raw};
use rustix::process::Signal;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Reads until the client is gone.
fn drain(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

/// A broker with a second listener, and its URL.
fn broker() -> Option<(Broker, String)> {
    let port = free_port();
    let broker = Broker::start(&format!("listener {port} 127.0.0.1\nprotocol websockets\n"))?;
    Some((broker, format!("ws://127.0.0.1:{port}")))
}

#[test]
fn messages_come_and_go_by_websocket() {
    let Some((broker, url)) = broker() else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    let child = work.kymo(&format!("mqtt-cat {url} -t w/# -C 4 --log-level info")).start();
    wait_for("the subscription", || broker.log().contains("Sending SUBACK").then_some(()));
    sender.send(1, "w/a", "1");
    let long = format!("{{\"s\":\"{}\"}}", "x".repeat(300_000));
    sender.send(2, "w/b", long.clone());
    // One by the other way, with all versions.
    for (mqtt, value) in [("5", 2), ("311", 3)] {
        let reading = format!("{{\"value\":{value}}}\n");
        work.kymo(&format!("mqtt-pub {url}/mqtt -t w/c --mqtt {mqtt}")).stdin(reading).end().code(0);
    }
    let (out, told, status) = child.end();
    assert!(status.success() && told.contains(&format!("connected to {url}/mqtt by MQTT 5")), "{told}");
    let wanted = [
        "{\"value\":1,\"topic\":\"w/a\"}".to_owned(),
        long.replace("\"}", "\",\"topic\":\"w/b\"}"),
        "{\"value\":2,\"topic\":\"w/c\"}".to_owned(),
        "{\"value\":3,\"topic\":\"w/c\"}".to_owned(),
    ];
    assert!(out.lines().eq(&wanted), "{} bytes", out.len());
    // The plain listener speaks no HTTP.
    let plain = broker.url().replace("mqtt://", "ws://");
    work.kymo(&format!("mqtt-cat {plain} -t w/# -W 300ms")).end().code(69);
    for wrong in ["ws://", "ws://a/ b", "http://a"] {
        work.kymo(&format!("mqtt-cat '{wrong}' -t x")).end().code(2).tells("URL: ");
    }
}

/// Nothing that was not committed is confirmed, also by this way.
#[test]
fn a_kill_loses_nothing_by_websocket() {
    let Some((broker, url)) = broker() else { return };
    let work = Work::new();
    let run = format!("run 'mqtt-cat {url} -t t/# --id web --max-inflight 20 | store k.db'");
    work.kymo(&format!("mqtt-cat {url} -t t/# --id web --init-session")).end().code(0);
    let mut sender = Sender::connect(broker.port);
    for (topic, payload) in messages(2_000) {
        sender.send(1, &topic, payload);
    }
    for rows in [1, 300, 900] {
        let child = work.kymo(&run).start();
        wait_for_rows(&work, "k.db", rows);
        child.signal(Signal::KILL);
        child.end();
    }
    let child = work.kymo(&run).start();
    wait_for_rows(&work, "k.db", 2_000);
    child.signal(Signal::TERM);
    assert!(child.end().2.success());
    complete(&work, "k.db", 2_000);
}

/// Packets in pieces, pings between them, a text where none may be.
#[test]
fn frames_have_nothing_to_do_with_packets() {
    let server = Server::start(|number, stream| {
        let mut stream = raw(stream, |request, response| {
            assert_eq!(request.headers()["sec-websocket-protocol"], "mqtt");
            response.headers_mut().insert("sec-websocket-protocol", "mqtt".parse().expect("a value"));
        });
        let (first, connect) = client_frame(&mut stream).expect("a frame");
        assert_eq!((first, connect[0]), (0x82, 0x10));
        if number > 0 {
            let text = if number == 1 { b"hello".to_vec() } else { vec![b' '; 100_000] };
            let _ = stream.write_all(&frame(0x81, &text));
            return drain(stream);
        }
        // CONNACK in two frames of a message, with a ping between them.
        for bytes in [frame(0x02, b"\x20\x03"), frame(0x89, b"p"), frame(0x80, b"\x00\x00\x00")] {
            let _ = stream.write_all(&bytes);
        }
        let (mut is_subscribed, mut is_answered) = (false, false);
        while !is_subscribed || !is_answered {
            match client_frame(&mut stream).expect("a frame") {
                (0x8A, payload) => is_answered = payload == b"p",
                (0x82, packet) if packet[0] == 0x82 => is_subscribed = true,
                (first, packet) => panic!("{first:x} {packet:?}"),
            }
        }
        // SUBACK and a PUBLISH to topic t, cut anywhere.
        let bytes = b"\x90\x04\x00\x01\x00\x01\x30\x06\x00\x01t\x0042";
        for piece in [&bytes[..3], &bytes[3..9], &bytes[9..]] {
            let _ = stream.write_all(&frame(0x82, piece));
        }
        drain(stream);
    });
    let work = Work::new();
    let url = server.url();
    assert_eq!(work.kymo(&format!("mqtt-cat {url} -t t -C 1")).ok(), "{\"value\":42,\"topic\":\"t\"}\n");
    for _ in 0..2 {
        let ended = work.kymo(&format!("mqtt-cat {url} -t t -W 5s --retries 0 --mqtt 5")).end().code(69);
        ended.tells("the server sent a text message, where MQTT has binary ones");
    }
}
