//! `serve`: real sockets on loopback, real clients (tungstenite's, and bytes by hand).

mod strangers;

use crate::harness::{PATIENCE, Running, Work};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Message, WebSocket};

/// A server that runs, and where.
struct Server {
    run: Running,
    address: String,
}

fn start(work: &Work, words: &str) -> Server {
    let run = work.kymo(words).start();
    let told = run.told("listening on http://");
    let address = told.rsplit("http://").next().expect("an address").to_owned();
    Server { run, address }
}

impl Server {
    fn socket(&self) -> TcpStream {
        let socket = TcpStream::connect(&self.address).expect("a connection");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        socket
    }

    /// A client of the stream from now on.
    fn client(&self) -> WebSocket<TcpStream> {
        tungstenite::client(format!("ws://{}/ws", self.address), self.socket()).expect("a handshake").0
    }

    /// What a plain request is answered, whole.
    fn answer(&self, request: &str) -> String {
        let mut socket = self.socket();
        socket.write_all(request.as_bytes()).expect("a listener");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer to its end");
        answer
    }

    fn health(&self) -> Value {
        let answer = self.answer("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("application/json"), "{head}");
        serde_json::from_str(body).expect("JSON")
    }

    /// Waits until the server has taken this many records.
    fn has_taken(&self, records: u64) {
        let end = Instant::now() + PATIENCE;
        while self.health()["records"] != records {
            assert!(Instant::now() < end, "{}", self.health());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The next record.
fn next(client: &mut WebSocket<TcpStream>) -> String {
    loop {
        match client.read().expect("a message") {
            Message::Text(text) => return text.to_string(),
            Message::Ping(_) => {}
            other => panic!("no record: {other:?}"),
        }
    }
}

/// All records to the end, which is orderly.
fn rest(client: &mut WebSocket<TcpStream>) -> Vec<String> {
    let mut records = Vec::new();
    loop {
        match client.read().expect("a message") {
            Message::Text(text) => records.push(text.to_string()),
            Message::Close(frame) => {
                assert_eq!(frame.expect("a code").code, CloseCode::Normal);
                // The answer to the close goes out with the next read.
                assert!(matches!(client.read(), Err(tungstenite::Error::ConnectionClosed)));
                return records;
            }
            _ => {}
        }
    }
}

fn numbered(range: std::ops::Range<usize>, filling: &str) -> String {
    range.map(|n| format!("{{\"n\":{n},\"filling\":\"{filling}\"}}\n")).collect()
}

#[test]
fn every_client_gets_every_record_in_order() {
    let work = Work::new();
    let mut server = start(&work, "serve 127.0.0.1:0 --queue 100000");
    let clients: Vec<_> = (0..8).map(|_| server.client()).collect();
    let text = numbered(0..3000, "x") + &format!("{{\"a\": [1, \"é\"],\"long\":\"{}\"}}\n", "y".repeat(200_000));
    let readers: Vec<_> = clients.into_iter().map(|mut client| std::thread::spawn(move || rest(&mut client))).collect();
    server.run.send(&text);
    let (out, told, status) = server.run.end();
    assert_eq!((out.as_str(), told.as_str(), status.code()), ("", "", Some(0)));
    for reader in readers {
        assert!(reader.join().expect("records").iter().eq(text.lines()), "byte for byte");
    }
}

#[test]
fn a_late_client_gets_what_comes_from_then_on() {
    let work = Work::new();
    let mut server = start(&work, "serve :0");
    assert!(server.address.starts_with("127.0.0.1:"), "{}", server.address);
    let mut early = server.client();
    server.run.send("{\"n\":1}\n");
    assert_eq!(next(&mut early), "{\"n\":1}");
    let mut late = server.client();
    server.run.send("{\"n\":2}\n");
    assert_eq!((next(&mut early), next(&mut late)), ("{\"n\":2}".to_owned(), "{\"n\":2}".to_owned()));
    let health = server.health();
    assert_eq!(health, serde_json::json!({"status": "ok", "records": 2, "clients": 2, "lost": 0}));
    drop(early);
    server.run.send("{\"n\":3}\n");
    assert_eq!(next(&mut late), "{\"n\":3}");
}

#[test]
fn a_slow_client_is_told_what_it_lost_and_slows_nobody() {
    let work = Work::new();
    let mut server = start(&work, "serve 127.0.0.1:0 --queue 100 --pass --summary");
    let mut slow = server.client();
    let stuck = server.client();
    const SENT: usize = 20_000;
    let text = numbered(0..SENT, &"x".repeat(1000));
    server.run.send(&text);
    // It all came out at the other side although nobody has read anything.
    assert!(text.lines().all(|line| server.run.line() == line));
    server.has_taken(SENT as u64);
    let (mut lost, mut received, mut last) = (0, 0, None);
    while lost + received < SENT {
        let record: Value = serde_json::from_str(&next(&mut slow)).expect("JSON");
        match record["lost"].as_u64() {
            Some(n) => {
                lost += n as usize;
                last = Some(last.map_or(0, |n| n + 1) + n as usize - 1);
            }
            None => {
                received += 1;
                let n = record["n"].as_u64().expect("a number") as usize;
                assert_eq!(n, last.map_or(0, |n| n + 1), "in order, and the hole is as long as was told");
                last = Some(n);
            }
        }
    }
    assert!(lost > 0 && received >= 100, "{lost} {received}");
    assert_eq!(lost + received, SENT);
    assert!(server.health()["lost"].as_u64() >= Some(lost as u64));
    drop(server.run.stdin.take());
    assert!(rest(&mut slow).is_empty());
    // The one that never reads cannot hold the end up.
    let (_, told, status) = server.run.end();
    let summary: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&summary["clients"], &summary["refused"]), (&2.into(), &0.into()));
    assert!(summary["lost"].as_u64() >= Some(lost as u64));
    assert_eq!(status.code(), Some(0));
    drop(stuck);
}

#[test]
fn a_signal_closes_in_order() {
    let work = Work::new();
    let day: String = (0..100).map(|n| format!("{{\"time\":{n}}}\n")).collect();
    work.file("in", day);
    let server = start(&work, "run 'replay --loop --restamp --speed 20x in | serve 127.0.0.1:0'");
    let mut client = server.client();
    let mut raw = server.socket();
    next(&mut client);
    next(&mut client);
    server.run.signal(Signal::TERM);
    rest(&mut client);
    let (out, told, status) = server.run.end();
    assert_eq!((out.as_str(), told.as_str(), status.code()), ("", "", Some(0)));
    // Who had asked for nothing yet is let go.
    assert!(matches!(raw.read(&mut [0; 10]), Ok(0) | Err(_)));

    let mut server = start(&work, "serve 127.0.0.1:0");
    let mut client = server.client();
    server.run.signal(Signal::TERM);
    // What its sender still sends is kept.
    server.run.send("{\"n\":1}\n");
    drop(server.run.stdin.take());
    assert_eq!(rest(&mut client), ["{\"n\":1}"]);
    assert_eq!(server.run.end().2.code(), Some(0));
}

#[test]
fn beside_a_pipeline_nothing_changes() {
    let work = Work::new();
    let day = std::fs::read_to_string(crate::harness::repository().join("examples/outages.ndjson")).expect("a day");
    for words in [
        "run 'replay --speed max EX/outages.ndjson | serve 127.0.0.1:0 --pass'",
        "serve --pass 127.0.0.1:0 EX/outages.ndjson",
    ] {
        let ended = work.kymo(words).end().code(0).tells("kymo: serve: listening on http://127.0.0.1:");
        assert_eq!(ended.stdout(), day, "{words}");
    }
    let ended = work.kymo("run 'replay --speed max EX/outages.ndjson | serve 127.0.0.1:0'").end().code(0);
    assert_eq!(ended.stdout(), "");
    // Told at any level, and as JSON.
    work.kymo("serve :0 --log-level error --log-format json EX/outages.ndjson").end().tells("\"code\":\"listening\"");
    let ended = work
        .shell("set -o pipefail; kymo replay --speed max EX/outages.ndjson | kymo serve 0 --pass | head -n 1")
        .end();
    assert_eq!(ended.code(0).stdout().lines().count(), 1);
}

#[test]
fn what_is_no_record_is_rejected() {
    let work = Work::new();
    let mut server = start(&work, "serve 127.0.0.1:0 --rejects bad");
    let mut client = server.client();
    server.run.send("no json\n{\"n\":1}\n[1]\n");
    drop(server.run.stdin.take());
    assert_eq!(rest(&mut client), ["{\"n\":1}"]);
    assert_eq!(server.run.end().2.code(), Some(1));
    assert_eq!(work.read("bad").lines().count(), 2);
}

#[test]
fn clients_are_heard_as_far_as_they_must_be() {
    let work = Work::new();
    let mut server = start(&work, "serve 127.0.0.1:0");
    let mut client = server.client();
    client.send(Message::text("is anybody there?")).expect("sent");
    client.send(Message::binary(vec![0; 60_000])).expect("sent");
    client.send(Message::Ping("17".into())).expect("sent");
    assert_eq!(client.read().expect("a pong"), Message::Pong("17".into()));
    server.run.send("{\"n\":1}\n");
    assert_eq!(next(&mut client), "{\"n\":1}");

    // Its close is answered with its own code.
    client
        .close(Some(tungstenite::protocol::CloseFrame { code: CloseCode::Normal, reason: "bye".into() }))
        .expect("sent");
    let Ok(Message::Close(Some(frame))) = client.read() else { panic!("no close") };
    assert_eq!(frame.code, CloseCode::Normal);
    assert!(matches!(client.read(), Err(tungstenite::Error::ConnectionClosed)));

    // One that says too much is shown out.
    let mut client = server.client();
    client.send(Message::binary(vec![0; 65_537])).expect("sent");
    let Ok(Message::Close(Some(frame))) = client.read() else { panic!("no close") };
    assert_eq!(frame.code, CloseCode::Size);

    // So is one that does not mask.
    let mut client = server.client();
    client.get_mut().write_all(b"\x81\x01x").expect("sent");
    let Ok(Message::Close(Some(frame))) = client.read() else { panic!("no close") };
    assert_eq!(frame.code, CloseCode::Protocol);

    // One that only hangs up harms nobody, nor do bytes that came with its handshake.
    drop(server.client());
    let mut socket = server.socket();
    let handshake = "GET /ws HTTP/1.1\r\nHost: [::1]:80\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(&[handshake.as_bytes(), b"\x89\x81\x00\x00\x00\x00p"].concat()).expect("sent");
    let mut answer = [0; 200];
    let mut length = 0;
    while !answer[..length].ends_with(b"\x8a\x01p") {
        match socket.read(&mut answer[length..]).expect("an answer") {
            0 => panic!("no pong: {}", String::from_utf8_lossy(&answer[..length])),
            n => length += n,
        }
    }
    // The example of RFC 6455, 1.3.
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(
        answer.starts_with("HTTP/1.1 101 ") && answer.contains("Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
        "{answer}"
    );
}

#[test]
fn requests_get_the_answers_that_they_deserve() {
    let work = Work::new();
    let server = start(&work, "serve 127.0.0.1:0 --allow-origin https://good.example");
    let ws = "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let cases = [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "404 Not Found"),
        ("GET /healthz/ HTTP/1.1\r\n\r\n".to_owned(), "404 Not Found"),
        ("GET /healthz?verbose=1 HTTP/1.0\n\n".to_owned(), "200 OK"),
        ("GET http://localhost:80/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "200 OK"),
        ("HEAD /healthz HTTP/1.1\r\n\r\n".to_owned(), "200 OK"),
        ("POST /healthz HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi".to_owned(), "405 Method Not Allowed"),
        ("HEAD /ws HTTP/1.1\r\n\r\n".to_owned(), "405 Method Not Allowed"),
        ("GET /healthz HTTP/2.0\r\n\r\n".to_owned(), "505 HTTP Version Not Supported"),
        ("hello\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET  /healthz HTTP/1.1\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET /healthz HTTP/1.1\r\nno header\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET *  HTTP/1.1\r\n\r\n".to_owned(), "400 Bad Request"),
        ("\r\n\r\n".to_owned(), "400 Bad Request"),
        ("\u{16}\u{3}\u{1}\n\n".to_owned(), "400 Bad Request"),
        (format!("GET /healthz HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(9000)), "431 Request Header Fields Too Large"),
        (format!("GET /{}", "x".repeat(20_000)), "431 Request Header Fields Too Large"),
        ("GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "426 Upgrade Required"),
        (format!("GET /ws HTTP/1.1\r\n{}{key}\r\n", ws.replace("13", "8")), "426 Upgrade Required"),
        (format!("GET /ws HTTP/1.1\r\n{ws}\r\n"), "400 Bad Request"),
        (format!("GET /ws HTTP/1.1\r\n{ws}Sec-WebSocket-Key: c2hvcnQ=\r\n\r\n"), "400 Bad Request"),
        (format!("GET /ws HTTP/1.0\r\n{ws}{key}\r\n"), "400 Bad Request"),
        (format!("GET /ws HTTP/1.1\r\n{ws}{key}Origin: https://evil.example\r\n\r\n"), "403 Forbidden"),
        (format!("GET /ws HTTP/1.1\r\n{ws}{key}Origin: null\r\n\r\n"), "403 Forbidden"),
    ];
    for (request, status) in cases {
        let answer = server.answer(&request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request:.80}\n{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains("Content-Length: ") && head.contains("Connection: close"), "{head}");
        assert_eq!(body.is_empty(), request.starts_with("HEAD"), "{answer}");
    }
    for origin in ["https://good.example".to_owned(), format!("http://{}", server.address)] {
        let mut request = format!("ws://{}/ws", server.address).into_client_request().expect("a request");
        request.headers_mut().insert("Origin", origin.parse().expect("a header"));
        assert!(tungstenite::client(request, server.socket()).is_ok(), "{origin}");
    }
    let server = start(&work, "serve 127.0.0.1:0 --allow-origin '*'");
    let request = format!("GET /ws HTTP/1.1\r\n{ws}{key}Origin: null\r\n\r\n");
    let mut socket = server.socket();
    socket.write_all(request.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 101");
}

#[test]
fn a_request_that_does_not_end_is_ended() {
    let work = Work::new();
    let server = start(&work, "serve 127.0.0.1:0");
    let silent = server.socket();
    let answer = server.answer("GET /healthz HTTP/1.1\r\nHost:");
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    drop(silent);
}

#[test]
fn there_is_a_limit_to_clients() {
    let work = Work::new();
    let mut server = start(&work, "serve 127.0.0.1:0 --max-clients 2 --summary");
    let first = server.client();
    let mut second = server.client();
    let refused = tungstenite::client(format!("ws://{}/ws", server.address), server.socket());
    let Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) = refused else {
        panic!("a third client")
    };
    assert_eq!(response.status(), 503);
    // Others are answered as ever, and a place that was left is free.
    assert_eq!(server.health()["clients"], 2);
    drop(first);
    let mut third = server.client();
    server.run.send("{\"n\":1}\n");
    drop(server.run.stdin.take());
    assert_eq!(rest(&mut second), ["{\"n\":1}"]);
    assert_eq!(rest(&mut third), ["{\"n\":1}"]);
    let (_, told, _) = server.run.end();
    let summary: Value = serde_json::from_str(&told).expect("JSON");
    let wanted = serde_json::json!({
        "stage": "serve", "in": 1, "out": 0, "rejected": 0, "passed": 1, "changed": 0, "held": 0, "left_out": {},
        "made": 0, "clients": 3, "refused": 1, "lost": 0
    });
    assert_eq!(summary, wanted);
}

#[test]
fn wrong_addresses_are_told() {
    let work = Work::new();
    let server = start(&work, "serve 127.0.0.1:0");
    let taken = format!("serve {}", server.address);
    work.kymo(&taken)
        .end()
        .code(75)
        .tells(&format!("kymo: serve: listen on {}: Address already in use", server.address));
    work.kymo("serve 192.0.2.1:0").end().code(74).tells("listen on 192.0.2.1:0");
    for address in ["", "here", "::1:80", "127.0.0.1:http"] {
        work.kymo(&format!("serve '{address}'")).end().code(2).tells("ADDR");
    }
    work.kymo("serve :0 --max-clients 0").end().code(2).tells("--max-clients");
    work.kymo("serve :0 --queue 0").end().code(2).tells("--queue");
    work.kymo("run 'serve :0 --pass | gapfill --every 1s'").end().code(2).tells("no filter can come after serve");
}
