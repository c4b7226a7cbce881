//! How a connection begins and ends, and what comes after it.

use super::*;

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
    let port = free_port();
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
    if !needs("ca-certificates.crt") {
        return;
    }
    let work = Work::new();
    let fails = |words: &str, code: i32, why: &str| {
        work.kymo(&format!("wss-cat --retries 0 {words}")).end().code(code).tells(why);
    };
    fails("ws://no-such-host.invalid/", 69, "connect to ws://no-such-host.invalid:80/: resolve no-such-host.invalid: ");
    let refuses = refusing();
    fails(&format!("ws://127.0.0.1:{}", refuses.port), 69, "Connection refused");
    // Accepts, and says nothing.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mute_url = format!("127.0.0.1:{}/", mute.local_addr().expect("an address").port());
    fails(&format!("ws://{mute_url} --connect-timeout 100ms"), 69, "no answer in time");
    fails(&format!("wss://{mute_url} --connect-timeout 100ms"), 69, "no answer in time");

    let answers: [(&str, i32, &str); 12] = [
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
        // K50: RFC 6455, 4.1.
        (
            "HTTP/1.0 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
            69,
            "the server upgrades by HTTP/1.0, which has no upgrade",
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
    let ended =
        work.kymo(&format!("wss-cat ws://127.0.0.1:{} --retries 2 --max-backoff 10ms", refuses.port)).end().code(69);
    assert_eq!(ended.stderr().matches("again in").count(), 2);
}

#[test]
fn how_a_connection_ended_is_told() {
    let work = Work::new();
    let ends: [(&'static [u8], i32, &str); 12] = [
        (b"\x88\x02\x03\xe8", 0, ""),
        (b"\x88\x0a\x03\xe9restart\x1b", 69, "closed by the server: 1001 (going away): restart\\u{1b}"),
        (b"\x88\x02\x0f\xa0", 69, "closed by the server: 4000"),
        (b"\x88\x00", 69, "closed by the server: without a code"),
        (b"", 69, "lost: the server closed the connection without a close message"),
        (b"\x81\x05{\"a", 69, "lost: the server closed the connection without a close message, inside a message"),
        // K12: half a message is a reject, however the connection ends.
        (b"\x81\x05{\"b", 69, "reject line 2 of ws://127.0.0.1:"),
        (b"\x01\x05{\"a\":\x88\x02\x03\xe8", 1, "its end is missing: the connection ended before it came: {\"a\":"),
        // K50: RFC 6455, 7.1.6.
        (b"\x88\x04\x03\xe8\xff\xfe", 69, "closed with 1007: the server breaks the protocol: a reason of a close"),
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
            [0x88, 4, ..] => Some((0x88, b"\x03\xef")),
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
    let refuses = refusing();
    work.kymo(&format!("wss-cat ws://127.0.0.1:{} --for 500ms", refuses.port))
        .end()
        .code(69)
        .tells("Connection refused");
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

/// Servers that end a connection whose client says nothing.
#[test]
fn a_text_is_sent_again_and_again() {
    let server = Server::start(|_, stream| {
        let mut stream = raw(stream, |_, _| ());
        for n in 0..3 {
            let (first, text) = client_frame(&mut stream).expect("a frame");
            assert_eq!((first, &text[..]), (0x81, &b"{\"op\":\"ping\"}"[..]));
            let _ = stream.write_all(&frame(0x81, format!("{{\"n\":{n}}}").as_bytes()));
        }
        drain(&mut stream);
    });
    let work = Work::new();
    let words = format!("wss-cat {} -C 3 -W 30s --send-every 50ms '{{\"op\":\"ping\"}}'", server.url());
    assert_eq!(work.kymo(&words).ok(), "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
    for (wrong, why) in [("x y", "is not a duration"), ("0s y", "longer than 0"), ("1s", "needs 2 values")] {
        work.kymo(&format!("wss-cat {} --send-every {wrong}", server.url())).end().code(2).tells(why);
    }
}

#[test]
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
    let connected = |words: &str| {
        let running = work.kymo(words).start();
        running.line();
        running
    };
    ends_at_once("SIGTERM, ws", Signal::TERM, || connected(&format!("wss-cat {}", plain.url())));
    let words = format!("wss-cat wss://localhost:{} --ca-file ca.pem", secure.port);
    ends_at_once("SIGTERM, wss", Signal::TERM, || connected(&words));
    ends_at_once("SIGINT, ws", Signal::INT, || connected(&format!("wss-cat {}", plain.url())));
    // While it waits for a server that accepts and says nothing; and for the next attempt.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("ws://{}", mute.local_addr().expect("an address"));
    let mut connections = Vec::new();
    ends_at_once("SIGTERM in the handshake", Signal::TERM, || {
        let waiting = work.kymo(&format!("wss-cat {url} --connect-timeout 60s")).start();
        connections.push(mute.accept().expect("a client"));
        waiting
    });
    drop(mute);
    ends_at_once("SIGTERM between attempts", Signal::TERM, || {
        let waiting = work.kymo(&format!("wss-cat {url} --log-level info")).start();
        // Pauses are drawn and grow.
        let pause = |told: String| told.rsplit_once("again in ")?.1.trim_end_matches('s').parse::<f64>().ok();
        while pause(waiting.told("again in ")) < Some(3.0) {}
        waiting
    });
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
