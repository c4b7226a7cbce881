//! `wss-cat` against real servers on loopback.

pub(crate) mod server;

use self::server::{Authority, Server, client_frame, close, frame, proxy, raw, text, tls};
use crate::harness::{Running, Work};
use flate2::{Compress, Compression, FlushCompress};
use rustix::process::Signal;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tungstenite::Message;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// The reasons in a rejects file.
fn reasons(work: &Work, name: &str) -> Vec<String> {
    let reason = |line: &str| {
        let reject: serde_json::Value = serde_json::from_str(line).expect("a reject");
        reject["reason"].as_str().expect("a reason").to_owned()
    };
    work.read(name).lines().map(reason).collect()
}

/// Reads until the client has closed.
fn drain(stream: &mut impl std::io::Read) {
    while client_frame(stream).is_some_and(|(first, _)| first != 0x88) {}
}

#[test]
fn messages_become_records() {
    let messages = vec![
        text("{ \"a\" : [1, 2],\n \"b\": \"x \\\" y\" }"),
        text(" [{\"a\":1}, {\"a\":2.50},7]"),
        text("[]"),
        text("7"),
        text("null"),
        text("hello"),
        text(""),
        Message::binary(&b"{\"a\":3}"[..]),
        Message::binary(&b"\xff\xfe\xfa"[..]),
        text("{\"a\":4}"),
    ];
    let server = Server::sending(messages, 1000);
    let work = Work::new();
    let url = server.url();
    let ended = work.kymo(&format!("wss-cat {url} --once --rejects r --summary")).end().code(1);
    assert_eq!(ended.stdout(), "{\"a\":[1,2],\"b\":\"x \\\" y\"}\n{\"a\":1}\n{\"a\":2.50}\n{\"a\":4}\n");
    let wanted = [
        "element 2 of an array is not an object",
        "neither an object nor an array of objects",
        "neither an object nor an array of objects",
        "not JSON: not a value at byte 1",
        "not JSON: not a value at byte 1",
        "a binary message (--binary utf8 takes it as text)",
        "a binary message (--binary utf8 takes it as text)",
    ];
    assert_eq!(reasons(&work, "r"), wanted);
    let rejects = work.read("r");
    let place = format!("\"line\":2,\"source\":\"{url}\"");
    assert!(rejects.lines().next().is_some_and(|line| line.contains(&place) && line.ends_with("\"raw\":\"7\"}")));
    assert!(rejects.lines().last().is_some_and(|line| line.ends_with("\"raw_base64\":\"//76\"}")));
    ended.tells("\"connections\":1,\"messages\":10,\"out\":4,\"rejected\":7");

    let ended = work.kymo(&format!("wss-cat {url} --once --binary utf8 --rejects r2")).end().code(1);
    assert_eq!(ended.stdout().lines().nth(3), Some("{\"a\":3}"));
    assert_eq!(reasons(&work, "r2").last().map(String::as_str), Some("not JSON: not a value at byte 1"));
    work.kymo(&format!("wss-cat {url} --once --binary reject")).end().code(1).tells("reject line 8 of ws://");
    work.kymo(&format!("wss-cat {url} --once --strict")).end().code(1).tells("cannot be used: element 2");
}

#[test]
fn records_are_found_inside_of_messages() {
    let messages = vec![
        text(r#"{"data":{"a/b":[{"v":1},{"v":2}]}}"#),
        text(r#"{"data":{"a/b":{"v":3}}}"#),
        text(r#"{"data":{}}"#),
        text(r#"{"data":{"a/b":4}}"#),
        text(r#"{"data":{"a/b":[{"v":5},{"v":6, "long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]}}"#),
    ];
    let server = Server::sending(messages, 1000);
    let work = Work::new();
    let words = format!("wss-cat {} --once --each /data/a~1b --max-record 30 --rejects r", server.url());
    let ended = work.kymo(&words).end().code(1);
    assert_eq!(ended.stdout(), "{\"v\":1}\n{\"v\":2}\n{\"v\":3}\n{\"v\":5}\n");
    let wanted = [
        "nothing is at --each /data/a~1b",
        "neither an object nor an array of objects",
        "longer than --max-record 30 bytes",
    ];
    assert_eq!(reasons(&work, "r"), wanted);
    let first = work.kymo(&format!("wss-cat {} --each /data/a~1b -C 1 --stamp t", server.url())).ok();
    assert!(first.starts_with("{\"v\":1,\"t\":\"20") && first.lines().count() == 1, "{first}");
}

/// What the program before kymo did with each of these frames was found by running it: most made it drop the
/// connection, and with it the good message behind.
#[test]
fn the_good_message_behind_each_bad_one_is_kept() {
    let cases: Vec<serde_json::Value> =
        include_str!("wss_cat/frames.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    let frames: Vec<(bool, String)> = cases
        .iter()
        .map(|case| {
            let name = case["name"].as_str().expect("a name");
            (name.starts_with("binary"), case["frame"].as_str().expect("a frame").to_owned())
        })
        .collect();
    let mut messages = Vec::new();
    let (mut right, mut wrong) = (String::new(), 0);
    for (i, (binary, frame)) in frames.iter().enumerate() {
        messages.push(if *binary { Message::binary(frame.clone().into_bytes()) } else { text(frame) });
        messages.push(text(&format!("{{\"behind\":{i}}}")));
        match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(frame) {
            Ok(_) if !binary => right.push_str(&format!("{}\n", compact(frame))),
            _ => wrong += if frame == "[1,2]" { 2 } else { 1 },
        }
        right.push_str(&format!("{{\"behind\":{i}}}\n"));
    }
    let server = Server::sending(messages, 1000);
    let work = Work::new();
    let ended = work.kymo(&format!("wss-cat {} --once --rejects r --summary", server.url())).end().code(1);
    assert_eq!(ended.stdout(), right);
    assert!(wrong > 4);
    assert_eq!(reasons(&work, "r").len(), wrong);
    ended.tells("\"connections\":1,");
}

/// Without the blanks outside of strings.
fn compact(json: &str) -> String {
    let mut inside = false;
    let keep = |c: &char| {
        inside ^= *c == '"';
        inside || *c != ' '
    };
    json.chars().filter(keep).collect()
}

#[test]
fn a_server_that_dies_five_times_loses_nothing_it_has_sent() {
    let port = Arc::new(Mutex::new(0));
    let bound = Arc::clone(&port);
    let (ready, is_ready) = std::sync::mpsc::channel();
    let lives = std::thread::spawn(move || {
        for life in 0..6 {
            let at = *bound.lock().expect("no panic");
            let listener = TcpListener::bind(("127.0.0.1", at)).expect("the same port again");
            *bound.lock().expect("no panic") = listener.local_addr().expect("an address").port();
            let _ = ready.send(());
            let (stream, _) = listener.accept().expect("a connection");
            let mut socket = tungstenite::accept(stream).expect("a handshake");
            let subscribed = socket.read().expect("what --send says");
            assert_eq!(subscribed, text("{\"subscribe\":\"all\"}"));
            for i in 0..100 {
                socket.write(text(&format!("{{\"n\":{}}}", life * 100 + i))).expect("a client");
            }
            socket.flush().expect("a client");
            // Gone without a word, with the listener: the next attempts are refused.
        }
    });
    is_ready.recv().expect("a port");
    let at = *port.lock().expect("no panic");
    let work = Work::new();
    let words = format!("wss-cat ws://127.0.0.1:{at} -C 600 --max-backoff 100ms --send '{{\"subscribe\":\"all\"}}'");
    let ended = work.kymo(&words).end().code(0);
    lives.join().expect("six lives");
    let wanted: String = (0..600).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    assert_eq!(ended.stdout(), wanted);
    assert_eq!(ended.stderr().matches("lost: the server closed the connection without a close message").count(), 5);
    ended.tells("; again in 0.");
}

#[test]
fn a_server_that_is_not_there_yet_is_waited_for() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let work = Work::new();
    let running = work.kymo(&format!("wss-cat ws://127.0.0.1:{port}/a?key=hidden -C 1 --max-backoff 50ms")).start();
    let told = running.told("Connection refused");
    assert!(told.starts_with(&format!("kymo: wss-cat: connect to ws://127.0.0.1:{port}/a: reach 127.0.0.1:{port}: ")));
    let _server = Server::start_on(port, |_, stream| {
        let mut path = String::new();
        let mut stream = raw(stream, |request, _| path = request.uri().to_string());
        let _ = stream.write_all(&frame(0x81, format!("{{\"path\":\"{path}\"}}").as_bytes()));
        drain(&mut stream);
    });
    assert_eq!(running.line(), "{\"path\":\"/a?key=hidden\"}");
    let (_, stderr, status) = running.end();
    assert!(status.success() && !stderr.contains("hidden"), "{stderr}");
}

#[test]
fn why_a_server_cannot_be_reached() {
    let work = Work::new();
    let fails = |words: &str, code: i32, why: &str| {
        work.kymo(&format!("wss-cat --retries 0 {words}")).end().code(code).tells(why);
    };
    fails("ws://no-such-host.invalid/", 69, "connect to ws://no-such-host.invalid:80/: resolve no-such-host.invalid: ");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    fails(&format!("ws://127.0.0.1:{port}"), 69, "Connection refused");
    // Accepts, and says nothing.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mute_url = format!("127.0.0.1:{}/", mute.local_addr().expect("an address").port());
    fails(&format!("ws://{mute_url} --connect-timeout 100ms"), 69, "no answer in time");
    fails(&format!("wss://{mute_url} --connect-timeout 100ms"), 69, "no answer in time");

    let answers: [(&str, i32, &str); 11] = [
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", 77, "the server refuses the connection: HTTP 401 Unauthorized"),
        ("HTTP/1.1 403 No\r\n\r\n", 77, "the server refuses the connection: HTTP 403 No"),
        ("HTTP/1.1 404 Not Found\r\n\r\n", 69, "the server answers HTTP 404 Not Found"),
        ("HTTP/1.1 503 \x1bBusy\r\n\r\n", 69, "the server does not speak HTTP"),
        ("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n", 69, "the server answers HTTP 302 Found: it redirects to /b"),
        ("HTTP/1.1 200 OK\r\n\r\n", 69, "the server answers HTTP 200 OK"),
        ("HTTP/1.1 101 OK\r\n\r\n", 69, "the server does not upgrade to a WebSocket"),
        (
            "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
            69,
            "the server's answer does not match the key",
        ),
        ("SSH-2.0-OpenSSH_9\r\n", 69, "the server does not speak HTTP"),
        ("HTTP/1.1 101", 69, "the server closed the connection before it answered"),
        ("", 69, "the server closed the connection before it answered"),
    ];
    for (answer, code, why) in answers {
        let server = Server::start(move |_, mut stream| {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        });
        fails(&server.url(), code, why);
    }
    // Without --retries what may heal is tried again; what is refused is not.
    let server = Server::start(|number, mut stream| {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        let status = if number < 3 { "503 Busy" } else { "401 No" };
        let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes());
    });
    let ended = work.kymo(&format!("wss-cat {} --max-backoff 10ms", server.url())).end().code(77);
    assert_eq!(ended.stderr().matches("HTTP 503 Busy; again in 0.0s").count(), 3);
    let ended = work.kymo(&format!("wss-cat ws://127.0.0.1:{port} --retries 2 --max-backoff 10ms")).end().code(69);
    assert_eq!(ended.stderr().matches("again in").count(), 2);
}

#[test]
fn how_a_connection_ended_is_told() {
    let work = Work::new();
    let ends: [(&'static [u8], i32, &str); 9] = [
        (b"\x88\x02\x03\xe8", 0, ""),
        (b"\x88\x0a\x03\xe9restart\x1b", 69, "closed by the server: 1001 (going away): restart\\u{1b}"),
        (b"\x88\x02\x0f\xa0", 69, "closed by the server: 4000"),
        (b"\x88\x00", 69, "closed by the server: without a code"),
        (b"", 69, "lost: the server closed the connection without a close message"),
        (b"\x81\x05{\"a", 69, "lost: the server closed the connection without a close message, inside a message"),
        (b"\x81\x81abcd\x00", 69, "closed with 1002: the server breaks the protocol: a masked frame"),
        (b"GARBAGE", 69, "closed with 1002: the server breaks the protocol: an unknown opcode"),
        (b"\xf1\x00", 69, "closed with 1002: the server breaks the protocol: a reserved bit"),
    ];
    for (bytes, code, why) in ends {
        let answers = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&answers);
        let server = Server::start(move |_, stream| {
            let mut stream = raw(stream, |_, _| ());
            let _ = stream.write_all(&frame(0x81, b"{\"before\":1}"));
            let _ = stream.write_all(bytes);
            if bytes.len() < 2 || bytes.starts_with(b"\x81\x05") {
                return;
            }
            seen.lock().expect("no panic").extend(client_frame(&mut stream));
        });
        let ended = work.kymo(&format!("wss-cat {} --once", server.url())).end().code(code).tells(why);
        assert_eq!(ended.stdout(), "{\"before\":1}\n");
        if code == 0 {
            assert_eq!(ended.stderr(), "");
        }
        drop(server);
        let answer = answers.lock().expect("no panic").pop();
        let wanted: Option<(u8, &[u8])> = match bytes {
            [0x88, _, code @ ..] => Some((0x88, code.get(..2).unwrap_or(b""))),
            [b'G' | 0xf1, ..] | [0x81, 0x81, ..] => Some((0x88, b"\x03\xea")),
            _ => None,
        };
        if let (Some((first, payload)), Some(wanted)) = (&answer, wanted) {
            assert_eq!((*first, &payload[..]), wanted, "the answer to {bytes:?}");
        }
    }
}

#[test]
fn a_peer_that_is_gone_is_noticed_and_any_traffic_is_life() {
    // Answers each ping with a message; then never again.
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        for i in 0..3 {
            if client_frame(&mut stream).is_none_or(|(first, _)| first != 0x89) {
                return;
            }
            let _ = stream.write_all(&frame(0x81, format!("{{\"n\":{i}}}").as_bytes()));
        }
        // Reads on until the client gives up.
        while client_frame(&mut stream).is_some() {}
    });
    let work = Work::new();
    let running = work.kymo(&format!("wss-cat {} --ping 400ms --max-backoff 10ms", server.url())).start();
    // A connection that says this has lived through three pings without a pong.
    while running.line() != n(2) {}
    running.told("lost: no answer to a ping within 400ms; again in 0.0s");
    assert_eq!(running.line(), n(0));
    running.signal(Signal::TERM);
    assert!(running.end().2.success());

    let server = Server::start(|_, stream| drop(tungstenite::accept(stream).map(|mut s| while s.read().is_ok() {})));
    let words = format!("wss-cat {} --ping 200ms --idle-timeout 500ms --max-backoff 10ms", server.url());
    work.kymo(&words).start().told("closed with 1001: no message for 500ms (--idle-timeout)");
    // No pings at all.
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let first = client_frame(&mut stream).map(|(first, _)| first);
        assert_eq!(first, Some(0x88));
    });
    work.kymo(&format!("wss-cat {} --ping 0 -W 1s", server.url())).ok();
}

fn n(i: usize) -> String {
    format!("{{\"n\":{i}}}")
}

#[test]
fn what_is_too_large_passes_by() {
    let large: String = "x".repeat(3 << 20);
    let sent = large.clone();
    let server = Server::start(move |_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let half = sent.len() / 2;
        let parts = [
            frame(0x81, sent.as_bytes()),
            frame(0x81, b"{\"a\":1}"),
            frame(0x01, &sent.as_bytes()[..half]),
            frame(0x89, b"are you there"),
            frame(0x80, &sent.as_bytes()[half..]),
            frame(0x01, b"{\"a\""),
            frame(0x89, b"and now"),
            frame(0x80, b":2}"),
        ];
        parts.iter().for_each(|part| stream.write_all(part).expect("a client"));
        // Of two pings that came at once only the last need be answered.
        let pong = client_frame(&mut stream).expect("a pong");
        assert!(pong == (0x8a, b"are you there".to_vec()) || pong == (0x8a, b"and now".to_vec()), "{pong:?}");
        let _ = stream.write_all(b"\x88\x02\x03\xe8");
        drain(&mut stream);
    });
    let work = Work::new();
    let words = format!("wss-cat {} --once --max-message 64KiB --rejects r --summary", server.url());
    let ended = work.kymo(&words).end().code(1);
    assert_eq!(ended.stdout(), "{\"a\":1}\n{\"a\":2}\n");
    assert_eq!(reasons(&work, "r"), ["longer than --max-message 65536 bytes", "longer than --max-message 65536 bytes"]);
    for line in work.read("r").lines() {
        let reject: serde_json::Value = serde_json::from_str(line).expect("a reject");
        let raw = reject["raw_base64"].as_str().expect("bytes");
        // 3 MiB of one letter: every group of the base64 is the same.
        assert!(raw.len() == large.len() / 3 * 4 && raw.as_bytes().chunks(4).all(|group| group == b"eHh4"));
    }
    ended.tells("\"connections\":1,");
}

/// Compresses as a server does (RFC 7692, 7.2.1).
fn deflated(compress: &mut Compress, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(message.len() + 1024);
    compress.compress_vec(message, &mut bytes, FlushCompress::Sync).expect("room");
    assert!(bytes.ends_with(&[0, 0, 0xff, 0xff]));
    bytes.truncate(bytes.len() - 4);
    bytes
}

#[test]
fn compressed_messages() {
    let work = Work::new();
    for forgets in [false, true] {
        let server = Server::start(move |_, stream| {
            let mut offer = String::new();
            let mut stream = raw(stream, |request, response| {
                let extensions = &request.headers()["sec-websocket-extensions"];
                offer = extensions.to_str().expect("a text").to_owned();
                let answer = "permessage-deflate; server_no_context_takeover";
                let answer = if forgets { answer } else { "permessage-deflate" };
                response.headers_mut().insert("sec-websocket-extensions", answer.parse().expect("a value"));
            });
            assert_eq!(offer, "permessage-deflate");
            let mut compress = Compress::new(Compression::default(), false);
            for i in 0..200 {
                let message = format!("{{\"n\":{i},\"text\":\"the same words again and again\"}}");
                let bytes = deflated(&mut compress, message.as_bytes());
                if forgets {
                    compress.reset();
                }
                // In two frames with a ping between, and one that is not compressed.
                let half = bytes.len() / 2;
                let _ = stream.write_all(&frame(0x41, &bytes[..half]));
                let _ = stream.write_all(&frame(0x89, b""));
                let _ = stream.write_all(&frame(0x80, &bytes[half..]));
                let _ = stream.write_all(&frame(0x81, b"{\"plain\":1}"));
            }
            // 20 MiB in 20 KB.
            let large = deflated(&mut compress, &vec![b'x'; 20 << 20]);
            assert!(large.len() < 30_000);
            let _ = stream.write_all(&frame(0xc1, &large));
            if forgets {
                compress.reset();
            }
            let _ = stream.write_all(&frame(0xc1, &deflated(&mut compress, b"{\"last\":1}")));
            let _ = stream.write_all(b"\x88\x02\x03\xe8");
            drain(&mut stream);
        });
        let words = format!("wss-cat {} --once --deflate --summary --log-level info", server.url());
        let ended = work.kymo(&words).end().code(1).tells("messages may be compressed");
        let lines: Vec<String> = ended.stdout().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 401);
        assert_eq!(lines[398], "{\"n\":199,\"text\":\"the same words again and again\"}");
        assert_eq!(lines[400], "{\"last\":1}");
        ended
            .tells("longer than --max-message 1048576 bytes")
            .tells("\"connections\":1,\"messages\":402,\"out\":401,\"rejected\":1");
    }
    // A server that does not want to, and one that does what it did not agree on.
    let server = Server::sending(vec![text("{}")], 1000);
    assert_eq!(work.kymo(&format!("wss-cat {} --once --deflate", server.url())).ok(), "{}\n");
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = stream.write_all(&frame(0xc1, b"x"));
        drain(&mut stream);
    });
    work.kymo(&format!("wss-cat {} --once --deflate", server.url())).end().code(69).tells("a reserved bit");
    let server = Server::start(|_, stream| {
        raw(stream, |_, response| {
            response.headers_mut().insert("sec-websocket-extensions", "permessage-deflate".parse().expect("a value"));
        });
    });
    let words = format!("wss-cat {} --retries 0", server.url());
    work.kymo(&words).end().code(69).tells("the server answers with an extension that was not offered");
}

#[test]
fn ends_that_were_asked_for() {
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = stream.write_all(&frame(0x81, b"[{\"n\":0},{\"n\":1},{\"n\":2}]"));
        let goodbye = client_frame(&mut stream);
        // A close handshake: code 1000, answered.
        assert_eq!(goodbye, Some((0x88, vec![0x03, 0xe8])));
        let _ = stream.write_all(b"\x88\x02\x03\xe8");
    });
    let work = Work::new();
    let url = server.url();
    assert_eq!(work.kymo(&format!("wss-cat {url} -C 2")).ok(), "{\"n\":0}\n{\"n\":1}\n");
    assert_eq!(work.kymo(&format!("wss-cat {url} --count 1")).ok(), "{\"n\":0}\n");
    assert_eq!(work.kymo(&format!("wss-cat {url} -W 2s")).ok().lines().count(), 3);
    // A server that is never there.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    work.kymo(&format!("wss-cat ws://127.0.0.1:{port} --for 500ms")).end().code(0).tells("Connection refused");
    // Nobody reads any more.
    let flood = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        while stream.write_all(&frame(0x81, b"{\"n\":1}")).is_ok() {}
    });
    assert_eq!(work.shell(&format!("kymo wss-cat {} | head -1", flood.url())).ok(), "{\"n\":1}\n");
    // In one process.
    let words = format!("run 'wss-cat {url} -C 2 | gapfill --every 1s --rejects r'");
    work.kymo(&words).end().code(1);
    assert_eq!(work.read("r").lines().count(), 2);
}

#[test]
#[expect(clippy::print_stdout, reason = "how long it took is worth knowing, but no assertion on a busy machine")]
fn a_signal_ends_it_at_once() {
    let authority = Authority::new("one");
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    let config = authority.server("localhost", false);
    // Neither answers the goodbye.
    let plain = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = stream.write_all(&frame(0x81, b"{\"n\":1}"));
        while stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
    });
    let secure = Server::start(move |_, stream| {
        if let Ok(mut socket) = tungstenite::accept(tls(&config, stream)) {
            let _ = socket.send(text("{\"n\":1}"));
            while socket.get_mut().read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
        }
    });
    let over = |running: Running, signal: Signal, what: &str| {
        let start = Instant::now();
        running.signal(signal);
        let (_, _, status) = running.end();
        println!("{what}: {} ms", start.elapsed().as_millis());
        status
    };
    let connected = work.kymo(&format!("wss-cat {}", plain.url())).start();
    connected.line();
    assert!(over(connected, Signal::TERM, "SIGTERM, ws").success());
    let connected = work.kymo(&format!("wss-cat wss://localhost:{} --ca-file ca.pem", secure.port)).start();
    connected.line();
    assert!(over(connected, Signal::TERM, "SIGTERM, wss").success());
    let connected = work.kymo(&format!("wss-cat {}", plain.url())).start();
    connected.line();
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(over(connected, Signal::INT, "SIGINT, ws").signal(), Some(2));
    // While it waits for a server that accepts and says nothing; and for the next attempt.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("ws://{}", mute.local_addr().expect("an address"));
    let waiting = work.kymo(&format!("wss-cat {url}")).start();
    let _connection = mute.accept().expect("a client");
    assert!(over(waiting, Signal::TERM, "SIGTERM in the handshake").success());
    drop(mute);
    let waiting = work.kymo(&format!("wss-cat {url}")).start();
    waiting.told("again in");
    assert!(over(waiting, Signal::TERM, "SIGTERM between attempts").success());
}

#[test]
fn whom_tls_trusts() {
    let (authority, other) = (Authority::new("one"), Authority::new("another"));
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    work.file("other.pem", &other.pem);
    let (cert, key) = authority.issue("client");
    work.file("cert.pem", cert.pem());
    work.file("key.pem", key.serialize_pem());
    work.file("empty.pem", "");
    let serving = |config| {
        Server::start(move |_, stream| {
            if let Ok(mut socket) = tungstenite::accept(tls(&config, stream)) {
                let _ = socket.send(text("{\"n\":1}"));
                close(&mut socket, 1000);
            }
        })
    };
    let open = serving(authority.server("localhost", false));
    let url = format!("wss-cat --once --retries 0 wss://localhost:{}/", open.port);
    assert_eq!(work.kymo(&format!("{url} --ca-file ca.pem")).ok(), "{\"n\":1}\n");
    work.kymo(&format!("{url} --ca-file other.pem")).end().code(69).tells("UnknownIssuer");
    work.kymo(&url).end().code(69).tells("invalid peer certificate");
    let by_number = format!("wss-cat --once --retries 0 wss://127.0.0.1:{}/ --ca-file ca.pem", open.port);
    work.kymo(&by_number).end().code(69).tells("not valid for name");
    let ended = work.kymo(&format!("{url} --insecure")).end().code(0).tells("without checking who it is (--insecure)");
    assert_eq!(ended.stdout(), "{\"n\":1}\n");
    let closed = serving(authority.server("localhost", true));
    let url = format!("wss-cat --once --retries 0 wss://localhost:{}/ --ca-file ca.pem", closed.port);
    assert_eq!(work.kymo(&format!("{url} --cert cert.pem --key key.pem")).ok(), "{\"n\":1}\n");
    work.kymo(&url).end().code(69).tells("CertificateRequired");
    // A server that is its own authority: only its own certificate, and only for its name.
    let (config, pem) = Authority::alone("localhost");
    work.file("alone.pem", pem);
    let alone = serving(config);
    let url = |host: &str| format!("wss-cat --once --retries 0 wss://{host}:{}/ --ca-file", alone.port);
    assert_eq!(work.kymo(&format!("{} alone.pem", url("localhost"))).ok(), "{\"n\":1}\n");
    work.kymo(&format!("{} ca.pem", url("localhost"))).end().code(69).tells("CaUsedAsEndEntity");
    work.kymo(&format!("{} alone.pem", url("127.0.0.1"))).end().code(69).tells("not valid for name");
    // In the clear where TLS is spoken, and the reverse.
    work.kymo(&format!("wss-cat --retries 0 ws://localhost:{}/", open.port)).end().code(69).tells("connect to ws://");
    let plain = Server::start(|_, mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")));
    let words = format!("wss-cat --retries 0 wss://localhost:{}/ --ca-file ca.pem", plain.port);
    work.kymo(&words).end().code(69).tells("do the TLS handshake");
    // What the files must hold.
    let wrong = |flags: &str, why: &str| {
        work.kymo(&format!("wss-cat wss://localhost/ {flags}")).end().code(2).tells(why);
    };
    wrong("--ca-file none.pem", "read certificate file none.pem");
    wrong("--ca-file empty.pem", "empty.pem holds no certificate (PEM)");
    wrong("--ca-file ca.pem --cert cert.pem", "--key");
    wrong("--ca-file ca.pem --cert cert.pem --key ca.pem", "read key file ca.pem");
}

/// Keeps the headers of each request; refuses those without the right `Authorization`.
#[expect(clippy::result_large_err, reason = "the type is tungstenite's")]
fn guarded(wanted: &'static str) -> (Server, Arc<Mutex<Vec<Request>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let server = Server::start(move |_, stream| {
        let callback = |request: &Request, mut response: Response| {
            seen.lock().expect("no panic").push(request.clone());
            if request.headers().get("authorization").is_none_or(|value| value != wanted) {
                let mut refusal = ErrorResponse::new(None);
                *refusal.status_mut() = tungstenite::http::StatusCode::UNAUTHORIZED;
                return Err(refusal);
            }
            if let Some(protocols) = request.headers().get("sec-websocket-protocol") {
                let first = protocols.to_str().expect("a text").split(',').next().unwrap_or("").to_owned();
                response.headers_mut().insert("sec-websocket-protocol", first.parse().expect("a value"));
            }
            Ok(response)
        };
        if let Ok(mut socket) = tungstenite::accept_hdr(stream, callback) {
            let _ = socket.send(text("{\"n\":1}"));
            close(&mut socket, 1000);
        }
    });
    (server, requests)
}

#[test]
fn credentials_and_headers() {
    let work = Work::new();
    work.file("token", "hunter2\n\r\n");
    work.file("login", "me:hunter2\n");
    work.file("headers", "X-Key: hunter2\n\nX-More: b\n");
    work.file("none", "\n");
    let (server, requests) = guarded("Bearer hunter2");
    let url = server.url();
    let last = |name: &str| {
        let requests = requests.lock().expect("no panic");
        let values = requests.last().expect("a request").headers().get_all(name).iter();
        values.map(|value| value.to_str().expect("a text").to_owned()).collect::<Vec<_>>().join("|")
    };
    let flags = "--bearer-file token -H 'X-Site: a' -H 'x-site:b' -H @headers --origin https://o.example \
                 --protocol v2 --protocol v1";
    assert_eq!(work.kymo(&format!("wss-cat {url} --once {flags}")).ok(), "{\"n\":1}\n");
    assert_eq!((last("x-site"), last("x-key"), last("x-more")), ("a|b".into(), "hunter2".into(), "b".into()));
    assert_eq!((last("origin"), last("sec-websocket-protocol")), ("https://o.example".into(), "v2, v1".into()));
    assert_eq!(last("host"), format!("127.0.0.1:{}", server.port));
    work.kymo(&format!("wss-cat {url} --once --bearer-file token --header 'Host: other'")).ok();
    assert_eq!(last("host"), "other");
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BEARER", "hunter2").ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BEARER_FILE", "token").ok();
    let ended = work.kymo(&format!("wss-cat {url} --once")).end().code(77);
    ended.tells("the server refuses the connection: HTTP 401 Unauthorized");

    let (server, _) = guarded("Basic bWU6aHVudGVyMg==");
    let url = server.url();
    work.kymo(&format!("wss-cat {url} --once --basic-auth-file login")).ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BASIC_AUTH", "me:hunter2").ok();
    work.kymo(&format!("wss-cat {url} --once")).env("KYMO_BASIC_AUTH_FILE", "login").ok();

    // A server without that protocol.
    let server = Server::sending(Vec::new(), 1000);
    let words = format!("wss-cat {} --retries 0 --protocol v1", server.url());
    work.kymo(&words).end().code(69).tells("the server speaks none of --protocol v1");
}

#[test]
fn secrets_are_nowhere() {
    let work = Work::new();
    work.file("token", "hunter2\n");
    work.file("headers", "X-Key: hunter3");
    work.file("subscribe", "{\"key\":\"hunter4\"}\n");
    let (sender, sent) = std::sync::mpsc::channel();
    let server = Server::start(move |_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = sender.send(client_frame(&mut stream));
        let _ = stream.write_all(&frame(0x81, b"{\"n\":1}"));
        let _ = stream.write_all(b"\x88\x02\x03\xe9");
        drain(&mut stream);
    });
    let words = format!(
        "wss-cat {}?key=hunter5 --bearer-file token -H @headers --send-file subscribe --log-level debug --max-backoff 10ms",
        server.url()
    );
    let running = work.kymo(&words).start();
    for _ in 0..3 {
        // After each connect, without the line break of the file.
        assert_eq!(sent.recv().expect("a message"), Some((0x81, b"{\"key\":\"hunter4\"}".to_vec())));
        running.line();
    }
    let cmdline = std::fs::read(format!("/proc/{}/cmdline", running.child.id())).expect("a process");
    for secret in ["hunter2", "hunter3", "hunter4"] {
        assert!(!String::from_utf8_lossy(&cmdline).contains(secret));
    }
    running.signal(Signal::TERM);
    let (stdout, stderr, _) = running.end();
    assert!(stderr.contains("1001 (going away)") && !(stdout + &stderr).contains("hunter"), "{stderr}");

    // Nor in what is said about wrong words.
    let wrong = [
        "ws://me:hunter2@host/",
        "http://host/?key=hunter2",
        "'ws://ho st/hunter2'",
        "ws://h/ -H hunter2",
        "ws://h/ -H 'X-Key: hunter2\x01'",
        "ws://h/ -H 'Upgrade: hunter2'",
        "ws://h/ --proxy http://me:hunter2@proxy:1",
        "ws://h/ --proxy socks5://me:hunter2@proxy:1",
    ];
    for words in wrong {
        let ended = work.kymo(&format!("wss-cat {words}")).end().code(2);
        ended.assert(!ended.stderr().contains("hunter2"), "no secret");
    }
}

#[test]
fn through_a_proxy() {
    let authority = Authority::new("one");
    let work = Work::new();
    work.file("ca.pem", &authority.pem);
    let config = authority.server("localhost", false);
    let secure = Server::start(move |_, stream| {
        if let Ok(mut socket) = tungstenite::accept(tls(&config, stream)) {
            let _ = socket.send(text("{\"n\":1}"));
            close(&mut socket, 1000);
        }
    });
    let plain = Server::sending(vec![text("{\"n\":2}")], 1000);
    let (through, heads) = proxy(None);
    let flag = format!("--proxy http://127.0.0.1:{}", through.port);
    let wss = format!("wss-cat wss://localhost:{}/ --once --retries 0 --ca-file ca.pem", secure.port);
    assert_eq!(work.kymo(&format!("wss-cat {} --once {flag}", plain.url())).ok(), "{\"n\":2}\n");
    assert_eq!(work.kymo(&format!("{wss} {flag}")).ok(), "{\"n\":1}\n");
    let with_password = format!("http://me:p%40ss@127.0.0.1:{}/", through.port);
    assert_eq!(work.kymo(&wss).env("HTTPS_PROXY", &with_password).ok(), "{\"n\":1}\n");
    let seen = std::mem::take(&mut *heads.lock().expect("no panic"));
    assert_eq!(seen.len(), 3);
    assert!(seen[0].starts_with(&format!("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", plain.port)), "{seen:?}");
    assert!(seen[1].starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", secure.port)), "{seen:?}");
    assert!(seen[2].contains("\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n"), "{seen:?}");
    // Spared; and not for what is in the clear.
    work.kymo(&wss).env("HTTPS_PROXY", &with_password).env("NO_PROXY", "x,localhost").ok();
    work.kymo(&format!("wss-cat {} --once", plain.url())).env("HTTPS_PROXY", &with_password).ok();
    assert_eq!(heads.lock().expect("no panic").len(), 0);
    for (status, code, why) in [
        ("407 Proxy Authentication Required", 77, "the proxy refuses: HTTP 407"),
        ("502 Bad Gateway", 69, "the proxy answers HTTP 502 Bad Gateway"),
    ] {
        let (wrong, _) = proxy(Some(status));
        work.kymo(&format!("{wss} --proxy 127.0.0.1:{}", wrong.port)).end().code(code).tells(why);
    }
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let ended = work.kymo(&format!("{wss} --proxy http://127.0.0.1:{port}")).end().code(69);
    ended.tells(&format!("proxy 127.0.0.1:{port}: reach 127.0.0.1:{port}: Connection refused"));
}

#[test]
fn words_that_cannot_be_right() {
    let work = Work::new();
    let wrong = [
        ("", "URL"),
        ("example.com", "URL: must begin with ws:// or wss://"),
        ("ws://", "URL: no HOST or HOST:PORT"),
        ("ws://host:0/", "URL: no HOST or HOST:PORT"),
        ("'ws://host/a b'", "URL: its path has a character that must be escaped"),
        ("ws://h --each data", "--each data: a pointer begins with /"),
        ("ws://h --each /a~2", "--each /a~2: a pointer"),
        ("ws://h --max-message 0", "--max-message must be between 1 byte and 1GiB"),
        ("ws://h --max-message 2GiB", "--max-message must be between 1 byte and 1GiB"),
        ("ws://h -C 0", "0 is not in"),
        ("ws://h --binary hex", "invalid value 'hex'"),
        ("ws://h --bearer-file a --basic-auth-file b", "cannot be used with"),
        ("ws://h --bearer-file none", "none is empty"),
        ("ws://h --header 'Connection: close'", "--header connection: the handshake sets this field itself"),
        ("ws://h --header 'a b: c'", "--header must begin with a field's name"),
        ("ws://h --origin 'a\nb'", "--origin: its value is not allowed in a header"),
        ("ws://h --proxy http://", "--proxy: a proxy is http://HOST:PORT"),
        ("ws://h --send-file bytes", "a message to send is not UTF-8"),
    ];
    work.file("none", "\n");
    work.file("bytes", b"\xff\xfe");
    for (words, why) in wrong {
        work.kymo(&format!("wss-cat {words}")).end().code(2).tells(why);
    }
    work.kymo("wss-cat ws://h --bearer-file missing").end().code(74).tells("read secret file missing: No such file");
    work.kymo("wss-cat ws://h --send-file missing").end().code(74).tells("read secret file missing");
    work.kymo("wss-cat ws://h --rejects /none/r").end().code(74).tells("open rejects file /none/r");
}

#[test]
fn text_that_is_not_utf8_costs_only_itself() {
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        let _ = stream.write_all(&[frame(0x81, b"{\"a\":\"\xff\"}"), frame(0x81, b"{\"a\":1}")].concat());
        let _ = stream.write_all(b"\x88\x02\x03\xe8");
        drain(&mut stream);
    });
    let work = Work::new();
    let ended = work.kymo(&format!("wss-cat {} --once --rejects r", server.url())).end().code(1);
    assert_eq!(ended.stdout(), "{\"a\":1}\n");
    assert_eq!(reasons(&work, "r"), ["not JSON: not UTF-8 at byte 7"]);
    assert!(work.read("r").contains("\"raw_base64\":\"eyJhIjoi/yJ9\""));
}

#[test]
fn a_slow_server_that_sends_bytes_one_by_one() {
    let server = Server::start(|_, mut stream: TcpStream| {
        let mut stream2 = stream.try_clone().expect("a socket");
        stream = raw(stream, |_, _| ());
        for byte in [frame(0x81, b"{\"n\":1}"), frame(0x01, b"{\"n\""), frame(0x80, b":2}")].concat() {
            let _ = stream2.write_all(&[byte]);
            std::thread::yield_now();
        }
        let _ = stream2.write_all(b"\x88\x02\x03\xe8");
        drain(&mut stream);
    });
    assert_eq!(Work::new().kymo(&format!("wss-cat {} --once", server.url())).ok(), "{\"n\":1}\n{\"n\":2}\n");
}
