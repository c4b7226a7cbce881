//! What is not sent as a whole: lines and records without an end, headers that cannot be used, and who speaks something
//! else.

use super::*;

/// K13: a line that was begun when kymo ends is a reject: its sender will not send it again.
#[test]
fn a_begun_line_at_the_end_is_a_reject() {
    let work = Work::new();
    for (words, by_signal) in [("-W 1s", false), ("", true), ("--lines csv --columns a,b", true), ("--lines raw", true)]
    {
        work.file("r", "");
        let server = start(&work, &format!("tcp-listen 127.0.0.1:0 --rejects r --log-level info {words}"));
        let mut client = server.client();
        client.send("{\"n\":");
        server.run.told("connected");
        let (_, told, code) = match by_signal {
            true => server.end(),
            false => {
                let (out, told, status) = server.run.end();
                (out, told, status.code())
            }
        };
        let wanted = ("its end is missing: kymo ended before it came".to_owned(), "{\"n\":".to_owned());
        assert_eq!((reasons(&work, "r"), code), (vec![wanted], Some(1)), "{words}: {told}");
    }
    // What was begun is not acknowledged, and what is not wanted is no reject.
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply | store db' --log-level info");
    let mut client = server.client();
    client.send("{\"time\":1}\n{\"time\":");
    client.acknowledged(1);
    server.run.signal(rustix::process::Signal::TERM);
    assert_eq!(client.answer(), "");
    assert_eq!(server.run.end().2.code(), Some(1));
    let server = start(&work, "tcp-listen 127.0.0.1:0 -C 1");
    server.client().send("{\"n\":1}\n{\"n\":");
    assert_eq!(server.run.end().2.code(), Some(0));
}

/// K2: a number or a time is no name of a column: the first reading must not become a header.
#[test]
fn a_reading_is_no_header() {
    let work = Work::new();
    for (first, value) in [
        ("2024-04-27T14:23:05Z,d1,21.5", "2024-04-27T14:23:05Z"),
        ("d1,21.5", "21.5"),
        ("1714227835,d1", "1714227835"),
        ("d1,\"7\"", "7"),
    ] {
        work.file("r", "");
        let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --rejects r");
        server.client().send(format!("{first}\n{first}\n"));
        await_rejects(&work, "r", 2);
        let why = format!("the first line: {value} is a value, not the name of a column: --columns names the columns");
        let lines = [(why, first), ("the first line named no columns: --columns names them".to_owned(), first)];
        assert_eq!(reasons(&work, "r"), lines.map(|(why, line)| (why, line.to_owned())));
        assert_eq!(server.end(), (String::new(), String::new(), Some(1)));
    }
    // A header without the time is reported, once.
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv");
    for _ in 0..2 {
        server.client().send("device,value\nd1,2\n");
        assert_eq!(server.run.line(), r#"{"device":"d1","value":2}"#);
    }
    let (_, told, code) = server.end();
    assert_eq!(told.matches("names no column for the time (--time): device, value; --stamp adds").count(), 1, "{told}");
    assert_eq!(code, Some(0));
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --stamp time");
    server.client().send("device,value\nd1,2\n");
    server.run.line();
    assert_eq!(server.end().1, "");
}

/// K3: where the header is lost, no other line is one.
#[test]
fn after_a_header_that_is_rejected_nothing_is_a_header() {
    let work = Work::new();
    let lines = "2024-04-27T14:23:05Z,d1,x\nd1,d2,y\n";
    let long = [&b"x".repeat(2000)[..], b"\n", lines.as_bytes()].concat();
    let latin = [&b"Zeit,Stra\xdfe,v\n"[..], lines.as_bytes()].concat();
    let open = [&b"a,\"b\n"[..], &b"c\n".repeat(1000)[..], b"\"\n", lines.as_bytes()].concat();
    for (bytes, first) in [(long, "longer than"), (latin, "not UTF-8 at byte 10"), (open, "longer than")] {
        work.file("r", "");
        let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --max-line 1KiB --rejects r");
        let mut client = server.client();
        client.send(bytes);
        client.finish();
        assert!(client.is_left());
        assert_eq!(server.end(), (String::new(), String::new(), Some(1)));
        let found = reasons(&work, "r");
        assert!(found[0].0.starts_with(first), "{found:?}");
        let rest: Vec<_> = found.iter().filter(|(why, _)| why.starts_with("the first line named no")).collect();
        assert_eq!(rest.len(), 2, "{found:?}");
    }
}

/// K10: a line break inside of quotes ends no record.
#[test]
fn a_line_break_in_quotes_belongs_to_its_record() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --rejects r");
    let mut client = server.client();
    let note = "device,time,note,value\r\na,2000000000,\"first\r\nb,1,second\",5\r\nc,2000000002,\"x \"\"y\"\"\",6\r\n";
    client.send_parts(note.as_bytes().chunks(7));
    let first = r#"{"device":"a","time":"2033-05-18T03:33:20Z","note":"first\r\nb,1,second","value":5}"#;
    assert_eq!(server.run.line(), first);
    assert!(server.run.line().contains(r#""note":"x \"y\"","value":6}"#));
    // A quote without the one before it is a fault of its line alone.
    client.send("d,3,5\",7\ne,2000000004,z,8\n");
    assert!(server.run.line().starts_with(r#"{"device":"e""#));
    // One that is never closed ends with the connection.
    client.send("f,5,\"open,9\ng,6,x,1\n");
    client.finish();
    assert!(client.is_left());
    assert_eq!(server.end(), (String::new(), String::new(), Some(1)));
    let wanted = [
        ("column 3: there is a quote at the end of a value that has none before it", "d,3,5\",7"),
        ("its end is missing: a quote is not closed", "f,5,\"open,9\ng,6,x,1"),
    ];
    assert_eq!(reasons(&work, "r"), wanted.map(|(why, raw)| (why.to_owned(), raw.to_owned())));

    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines influx");
    server.client().send("m,t=\" f=\"a\nm f=2 3\",g=1 1\nm f=2 2\n");
    assert_eq!(
        server.run.line(),
        r#"{"measurement":"m","t":"\"","f":"a\nm f=2 3","g":1,"time":"1970-01-01T00:00:00.000000001Z"}"#
    );
    assert!(server.run.line().contains("\"f\":2"));
}

/// K10: what is in quotes is no record, however long it is.
#[test]
fn a_quoted_text_that_is_too_long_is_one_reject() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --columns d,v --max-line 64 --rejects r --summary");
    let mut client = server.client();
    client.send(format!("a,\"{}\",1\nb,2\n", "\nx,666".repeat(50)));
    assert_eq!(server.run.line(), r#"{"d":"b","v":2}"#);
    client.send(format!("a,\"{}\nx,666\n\",1\nb,3\n", "y".repeat(200)));
    assert_eq!(server.run.line(), r#"{"d":"b","v":3}"#);
    drop(client);
    let (out, told, code) = server.end();
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(told.contains("\"rejected\":2") && told.contains("\"lines\":56"), "{told}");
    let raw: String = reasons(&work, "r").into_iter().map(|(_, raw)| raw).collect();
    assert_eq!(raw.matches("x,666").count(), 51);
}

/// A count says what is committed: a record that goes on in the next line is not.
#[test]
fn the_lines_of_a_record_are_acknowledged_together() {
    let work = Work::new();
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --lines csv --columns time,note --reply | store db'");
    let mut client = server.client();
    client.send("1,x\n2,\"one\n");
    client.acknowledged(1);
    client.send("two\nthree\"\n");
    assert_eq!(client.answer(), r#"{"ack":4}"#);
}

/// K42: other bytes may end a line.
#[test]
fn lines_end_as_they_are_said_to() {
    let work = Work::new();
    let cases: [(&str, &[u8], &[&str]); 5] = [
        ("cr --lines raw", b"r 0\rr 1\r", &[r#"{"line":"r 0"}"#, r#"{"line":"r 1"}"#]),
        ("cr", b"{\"a\":1}\r\n{\"a\":\n2}\r", &["{\"a\":1}", "{\"a\":2}"]),
        ("nul", b"{\"a\":1}\0{\n  \"a\": \"x y\"\r\n}\n\0", &["{\"a\":1}", "{\"a\":\"x y\"}"]),
        ("nul --lines csv --columns a,b", b"1,2\x003,4\0", &[r#"{"a":1,"b":2}"#, r#"{"a":3,"b":4}"#]),
        ("lf", b"{\"a\":1}\r\n", &["{\"a\":1}"]),
    ];
    for (words, bytes, records) in cases {
        let server = start(&work, &format!("tcp-listen 127.0.0.1:0 --delimiter {words}"));
        // The connection lives on.
        let mut client = server.client();
        client.send_parts(bytes.chunks(1));
        for record in records {
            assert_eq!(&server.run.line().trim_end(), record, "{words}");
        }
        assert_eq!(server.end(), (String::new(), String::new(), Some(0)), "{words}");
    }
}

/// K46: a web page can have a browser send anything as the body of a request.
#[test]
fn who_speaks_http_is_left() {
    let work = Work::new();
    let body = "{\"time\":1,\"device\":\"browser\",\"value\":666}\n";
    let long = format!("POST /{} HTTP/1.1\r\nHost: x\r\n\r\n{body}", "x".repeat(100_000));
    for request in
        [format!("POST / HTTP/1.1\r\nHost: x\r\n\r\n{body}"), format!("PUT /a?b HTTP/1.0\r\n\r\n{body}"), long]
    {
        for lines in ["ndjson", "raw", "csv"] {
            let server = start(&work, &format!("tcp-listen 127.0.0.1:0 --lines {lines} --summary"));
            let mut client = server.client();
            let _ = client.socket.write_all(request.as_bytes());
            assert!(client.is_left());
            server.run.told("it speaks HTTP, which is not served here");
            let (out, told, code) = server.end();
            assert_eq!((out.as_str(), code), ("", Some(0)), "{told}");
            assert!(told.contains("\"refused\":1"), "{told}");
        }
    }
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines raw");
    server.client().send("GET out of here\n");
    assert_eq!(server.run.line(), r#"{"line":"GET out of here"}"#);
}

/// K43: who only occupies a place gives it to one who has something to say.
#[test]
fn silent_clients_shut_nobody_out() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --max-clients 3 --log-level info");
    let mut speaker = server.client();
    speaker.send("{\"n\":1}\n");
    server.run.line();
    let silent: Vec<Client> = (0..10).map(|_| server.client()).collect();
    for _ in &silent {
        server.run.told("connected");
    }
    let mut late = server.client();
    late.send("{\"n\":2}\n");
    assert_eq!(server.run.line(), "{\"n\":2}");
    speaker.send("{\"n\":3}\n");
    assert_eq!(server.run.line(), "{\"n\":3}");
}

/// K7: a slow device keeps its connection; the kernel finds out whether it is still there.
#[test]
fn a_slow_client_keeps_its_connection() {
    let work = Work::new();
    assert!(work.kymo("tcp-listen --help").ok().contains("[default: never]"));
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let mut client = server.client();
    client.send("{\"n\":1}\n");
    server.run.line();
    let port = server.address.rsplit(':').next().expect("a port");
    let timers = std::fs::read_to_string("/proc/net/tcp").expect("sockets");
    let local = format!(":{:04X} ", port.parse::<u16>().expect("a port"));
    // Of an established connection (01) the timer is that of keepalive (02).
    let line = timers.lines().find(|line| {
        line.split_whitespace().nth(1).is_some_and(|at| format!("{at} ").ends_with(&local))
            && line.split_whitespace().nth(3) == Some("01")
    });
    let timer = line.and_then(|line| line.split_whitespace().nth(5)).expect("a connection");
    assert!(timer.starts_with("02:"), "{timer}");
}
