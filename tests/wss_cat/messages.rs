//! What becomes of a message: records, rejects, compression, limits.

use super::*;

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
    // K14: an array is taken as a whole, or not at all.
    assert_eq!(ended.stdout(), "{\"a\":[1,2],\"b\":\"x \\\" y\"}\n{\"a\":4}\n");
    let wanted = [
        "element 2 of an array is not an object",
        "neither an object nor an array of objects",
        "neither an object nor an array of objects",
        "not JSON: not a value at byte 1",
        "an empty message",
        "a binary message (--binary utf8 takes it as text)",
        "a binary message (--binary utf8 takes it as text)",
    ];
    assert_eq!(reasons(&work, "r"), wanted);
    let rejects = work.read("r");
    let place = format!("\"source\":\"{url}\",\"received\":\"");
    assert!(rejects.lines().next().is_some_and(|line| line.contains(&place) && line.contains("\"raw\":\" [{")));
    assert!(rejects.lines().last().is_some_and(|line| line.ends_with("\"raw_base64\":\"//76\"}")));
    ended.tells("\"connections\":1,\"messages\":10,\"out\":2,\"rejected\":7");

    let ended = work.kymo(&format!("wss-cat {url} --once --binary utf8 --rejects r2")).end().code(1);
    assert_eq!(ended.stdout().lines().nth(1), Some("{\"a\":3}"));
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
        include_str!("frames.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
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
            _ => wrong += 1,
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
