//! `http-listen`: what devices send is committed before they hear of it; and who sends nonsense, or slowly, hurts nobody.

pub(crate) mod client;
mod load;
mod refused;

use self::client::{Answer, Client, listen};
use crate::databases::texts;
use crate::harness::{Work, until};
use crate::tcp_listen::client::start;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use rustix::process::Signal;
use serde_json::json;
use std::io::{BufReader, Write as _};
use std::os::unix::net::UnixStream;

#[test]
fn an_answer_says_what_is_committed() {
    let work = Work::new();
    let server = listen(&work, "run 'http-listen 127.0.0.1:0 | store db' --summary");
    let mut client = Client::connect(&server.address);
    assert_eq!(client.post("{\"time\":1,\"value\":1}").json(), json!({"accepted": 1, "rejected": 0}));
    assert_eq!(work.kymo("query db").ok().lines().count(), 1);
    // Some good, some bad: the good ones are there.
    let answer = client.post("[{\"time\":2},{\"time\":3},5]");
    assert_eq!(answer.status, 200);
    let reason = "a value that is not an object";
    let errors = json!([{"place": 3, "code": "type", "reason": reason}]);
    assert_eq!(answer.json(), json!({"accepted": 2, "rejected": 1, "errors": errors}));
    // None is good; rejects are kept.
    for body in ["x", "", " \n"] {
        let answer = client.post(body);
        assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (400, Some(0)), "{body:?}");
    }
    assert_eq!(client.ask("PUT", "/any/path", "", "{\"time\":4}").status, 200);
    // Two requests at once are answered one after the other.
    let request = |time: u32| format!("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{{\"time\":{time}}}");
    client.send(request(5) + &request(6));
    assert_eq!((client.answer().status, client.answer().status), (200, 200));
    let health = client.ask("GET", "/healthz", "", "");
    assert_eq!(health.json(), json!({"status": "ok", "requests": 8, "records": 6, "clients": 1}));
    assert_eq!(client.ask("HEAD", "/healthz", "", "").status, 200);
    // A hundred rejects are in an answer; all are counted.
    let many = client.ask("POST", "/", "Content-Type: application/x-ndjson\r\n", "x\n".repeat(250)).json();
    assert_eq!((&many["rejected"], many["errors"].as_array().map(Vec::len)), (&json!(250), Some(100)));
    drop(client);
    let (_, told, code) = server.end();
    assert_eq!(code, Some(1));
    assert!(told.contains("\"requests\":9"), "{told}");
    assert_eq!(texts(&work.path("db"), "SELECT count(*) > 3 FROM kymo_rejects"), ["1"]);
    assert_eq!(work.kymo("query db").ok().lines().count(), 6);
}

#[test]
fn forms_by_content_type() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0");
    let mut client = Client::connect(&server.address);
    for (kind, body, wanted) in [
        ("", "{\"a\":\n 1}", "{\"a\": 1}"),
        ("application/x-www-form-urlencoded", "{\"a\":1}", "{\"a\":1}"),
        ("application/json; charset=utf-8", "[{\"a\":1}]", "{\"a\":1}"),
        ("Text/JSON", "{\"a\":1}", "{\"a\":1}"),
        ("application/x-ndjson", "{\"a\":1}\n", "{\"a\":1}"),
        ("application/ndjson", "{\"a\":1}", "{\"a\":1}"),
        ("application/jsonl", "{\"a\":1}", "{\"a\":1}"),
        ("application/x-jsonlines", "{\"a\":1}", "{\"a\":1}"),
        ("text/csv", "a,b\n1,x\n", "{\"a\":1,\"b\":\"x\"}"),
        ("text/csv; charset=latin1", "a\n\u{b0}\n", "{\"a\":\"\u{b0}\"}"),
        ("text/tab-separated-values", "a\tb\n1\t2", "{\"a\":1,\"b\":2}"),
        ("text/plain", "21.5 \u{b0}C", "{\"value\":21.5,\"unit\":\"\u{b0}C\"}"),
    ] {
        let head = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let body: Vec<u8> =
            if kind.contains("latin1") { body.chars().map(|c| c as u8).collect() } else { body.as_bytes().to_vec() };
        assert_eq!(client.ask("POST", "/", &head, body).status, 200, "{kind}");
        let line = server.run.line().replace("\": ", "\":");
        assert_eq!(line, wanted.replace("\": ", "\":"), "{kind}");
    }
    let senml = "[{\"bn\":\"d/\",\"bt\":1700000000,\"n\":\"t\",\"v\":5}]";
    assert_eq!(client.ask("POST", "/", "Content-Type: application/senml+json\r\n", senml).status, 200);
    assert!(server.run.line().contains("\"d/t\""));
    for kind in ["Content-Type: text/xml\r\n", "Content-Type: text/csv; charset=none\r\n"] {
        assert_eq!(Client::connect(&server.address).ask("POST", "/", kind, "x").status, 415);
    }
    drop(client);
    assert_eq!(server.end().2, Some(0));
    // The flags say more than the sender.
    let server = listen(&work, "http-listen 127.0.0.1:0 --from influx --time t --time-unit ms -C 1");
    let mut client = Client::connect(&server.address);
    assert_eq!(client.ask("POST", "/", "Content-Type: text/plain\r\n", "m,host=a v=1 1700000000000000000").status, 200);
    assert!(server.run.line().contains("\"host\":\"a\""));
    assert_eq!(server.run.end().2.code(), Some(0));
    let words = "http-listen 127.0.0.1:0 --from csv --columns a,b --separator ';' --decimal , --null NAN";
    let server = listen(&work, &format!("{words} --max-record 100 -C 2"));
    let mut client = Client::connect(&server.address);
    let answer = client.post(format!("1,5;NAN\n{};1\n2;3\n", "x".repeat(200)));
    assert_eq!((answer.status, &answer.json()["errors"][0]["place"]), (200, &json!(2)));
    assert_eq!((server.run.line(), server.run.line()), ("{\"a\":1.5}".to_owned(), "{\"a\":2,\"b\":3}".to_owned()));
    assert_eq!(server.run.end().2.code(), Some(1));
}

#[test]
fn bodies_are_compressed_in_chunks_and_waited_for() {
    let work = Work::new();
    let server = listen(&work, "http-listen 127.0.0.1:0 --max-body 10KiB");
    let mut client = Client::connect(&server.address);
    let text = b"{\"a\":1}";
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    for to in [&mut gzip as &mut dyn std::io::Write, &mut zlib, &mut raw] {
        to.write_all(text).expect("a buffer");
    }
    let (gzip, zlib, raw) = (gzip.finish().expect("gzip"), zlib.finish().expect("zlib"), raw.finish().expect("raw"));
    for (coding, body) in
        [("gzip", &gzip), ("X-Gzip", &gzip), ("deflate", &zlib), ("deflate", &raw), ("identity", &text.to_vec())]
    {
        assert_eq!(client.ask("POST", "/", &format!("Content-Encoding: {coding}\r\n"), body).status, 200, "{coding}");
        assert_eq!(server.run.line(), "{\"a\":1}");
    }
    let damaged = client.ask("POST", "/", "Content-Encoding: gzip\r\n", &gzip[..15]);
    assert_eq!((damaged.status, &damaged.json()["errors"][0]["code"]), (400, &json!("packed")));
    // A bomb is not unpacked; the connection goes on.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 5_000_000]).expect("a buffer");
    assert_eq!(client.ask("POST", "/", "Content-Encoding: gzip\r\n", bomb.finish().expect("gzip")).status, 413);
    let chunks = "Transfer-Encoding: chunked\r\n";
    assert_eq!(client.ask("POST", "/", chunks, "3\r\n{\"b\r\n4;x=y\r\n\":2}\r\n0\r\nT: x\r\n\r\n").status, 200);
    assert_eq!(server.run.line(), "{\"b\":2}");
    client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n");
    assert_eq!(client.answer().status, 100);
    client.send("{\"c\":3}");
    assert_eq!(client.answer().status, 200);
    assert_eq!(server.run.line(), "{\"c\":3}");
    // Byte by byte, and with HTTP/1.0, which ends.
    for byte in "\r\nPOST / HTTP/1.0\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n{\"d\":4}".bytes() {
        client.send([byte]);
    }
    assert!(client.answer().head.contains("Connection: keep-alive"));
    client.send("POST / HTTP/1.0\r\nContent-Length: 7\r\n\r\n{\"d\":5}");
    assert!(client.answer().head.contains("Connection: close"));
    assert!(client.is_left());
    assert_eq!(server.end().2, Some(1));
}

#[test]
fn fields_of_the_path_and_of_the_sender() {
    let work = Work::new();
    let words = "http-listen 127.0.0.1:0 --path /in/{device}/{room#} --envelope --stamp time --null NAN --flatten";
    let server = listen(&work, words);
    let mut client = Client::connect(&server.address);
    assert_eq!(client.ask("POST", "/in/a%20b/c/d?e=f", "", "{\"v\":{\"x\":1}}").status, 200);
    let record: serde_json::Value = serde_json::from_str(&server.run.line()).expect("JSON");
    assert_eq!((&record["device"], &record["room"], &record["v_x"]), (&json!("a b"), &json!("c/d"), &json!(1)));
    assert_eq!(record["path"], "/in/a%20b/c/d");
    assert!(record["peer"].as_str().is_some_and(|peer| peer.starts_with("127.0.0.1:")));
    assert!(record["received"].is_string() && record["time"].is_string());
    assert_eq!(client.ask("POST", "/in/a/b", "", "{\"device\":null,\"room\":\"own\"}").status, 200);
    let record: serde_json::Value = serde_json::from_str(&server.run.line()).expect("JSON");
    assert_eq!((&record["device"], &record["room"]), (&json!("a"), &json!("own")));
    server.run.told("has a field room of its own");
    let answer = client.ask("POST", "/in/a/b", "", "{\"path\":1}");
    assert_eq!((answer.status, &answer.json()["errors"][0]["code"]), (400, &json!("envelope")));
    for path in ["/in/a", "/", "/in//b", "/in/%ff/b"] {
        assert_eq!(Client::connect(&server.address).ask("POST", path, "", "{}").status, 404, "{path}");
    }
    drop(client);
    assert_eq!(server.end().2, Some(1));
}

#[test]
fn what_has_arrived_is_answered_at_the_end() {
    let work = Work::new();
    // The end comes with the request that has the last record.
    let server = listen(&work, "run 'http-listen 127.0.0.1:0 -C 2 | store db'");
    let (mut client, mut late) = (Client::connect(&server.address), Client::connect(&server.address));
    late.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
    let answer = client.post("[{\"time\":1},{\"time\":2},{\"time\":3}]");
    assert_eq!(answer.json()["accepted"], 3);
    let refused = late.answer();
    assert_eq!(refused.status, 503);
    assert!(refused.head.contains("Retry-After: 1"));
    assert_eq!(server.run.end().2.code(), Some(0));
    assert_eq!(work.kymo("query db").ok().lines().count(), 3);
    // A signal: the request that is begun is to come again.
    let server = listen(&work, "run 'http-listen 127.0.0.1:0 -W 1h | store db'");
    let mut client = Client::connect(&server.address);
    assert_eq!(client.post("{\"time\":4}").status, 200);
    client.send("POST / HTTP/1.1\r\nContent-Le");
    until("the beginning is read", || rustix::io::ioctl_fionread(&client.socket).is_ok());
    server.run.signal(Signal::TERM);
    assert_eq!(client.answer().status, 503);
    assert!(client.is_left());
    assert_eq!(server.run.end().2.code(), Some(0));
}

#[test]
fn a_socket_in_the_file_system() {
    let work = Work::new();
    let server = start(&work, "http-listen unix:sock -C 1");
    let mut socket = UnixStream::connect(work.path("sock")).expect("a listener");
    socket.write_all(b"POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}").expect("sent");
    assert_eq!(Answer::read(&mut BufReader::new(socket), true).expect("an answer").status, 200);
    assert_eq!(server.run.end().0, "{\"a\":1}\n");
}

/// A sink that fails: who waits gets no answer, and sends again.
#[test]
fn nothing_is_answered_that_is_not_kept() {
    let work = Work::new();
    let server = listen(&work, "run 'http-listen 127.0.0.1:0 --strict --rejects r | store db'");
    let mut client = Client::connect(&server.address);
    client.send("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nbad");
    assert!(client.is_left());
    assert_eq!(server.run.end().2.code(), Some(1));
    // The database is gone.
    let server = listen(&work, "run 'http-listen 127.0.0.1:0 | store gone'");
    let mut client = Client::connect(&server.address);
    assert_eq!(client.post("{\"time\":1}").status, 200);
    std::fs::remove_file(work.path("gone")).expect("a file");
    client.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"time\":2}");
    assert!(client.is_left());
    assert_eq!(server.run.end().2.code(), Some(74));
}
