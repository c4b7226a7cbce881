//! `http-post`, against InfluxDB and VictoriaMetrics (`real`), and against a server that answers as no test could make these
//! answer (`server`).

use crate::harness::{Work, peak_memory, refusing};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

mod real;
mod server;

use self::server::{Asked, Server, answer};

/// So many records.
fn records(count: usize) -> String {
    (0..count).map(|n| format!("{{\"time\":{n},\"device\":\"a\",\"value\":{n}}}\n")).collect()
}

fn summary(stderr: &str) -> Value {
    serde_json::from_str(stderr.lines().last().expect("a summary")).expect("JSON")
}

/// A server that refuses each request with this word in it.
fn refuses(status: &'static str, word: &'static str) -> Server {
    Server::start(move |_, asked| match asked.body.contains(word) {
        true => answer(status, "{\"error\":\"I do not like\\n it\"}"),
        false => answer("204 No Content", ""),
    })
}

#[test]
fn many_records_are_one_request() {
    let server = Server::start(|_, _| answer("200 OK", "{}"));
    let work = Work::new();
    let words = format!("http-post '{}' --batch 400 --summary", server.url());
    let ended = work.kymo(&words).stdin(records(1000)).end().code(0);
    let summary = summary(&ended.stderr());
    assert_eq!([&summary["sent"], &summary["passed"], &summary["connections"]], [1000, 1000, 1]);
    let asked = server.asked();
    assert_eq!(server.bodies().concat(), records(1000));
    assert!(asked.iter().all(|asked| asked.body.lines().count() <= 400 && asked.connection == 0));
    let first = &asked[0];
    assert_eq!(first.line, "POST /in?key=hunter2 HTTP/1.1\r\n");
    assert_eq!(first.field("host"), Some(&*format!("127.0.0.1:{}", server.port)));
    assert_eq!(first.field("content-type"), Some("application/x-ndjson"));
    assert!(first.field("user-agent").is_some_and(|agent| agent.starts_with("kymo/")));
    let keys: std::collections::HashSet<_> =
        asked.iter().filter_map(|asked| asked.field("idempotency-key").map(str::to_owned)).collect();
    assert_eq!(keys.len(), asked.len());
}

#[test]
fn bodies_have_a_form() {
    let two = "{\"time\":0,\"device\":\"a\",\"value\":1.5}\n{\"time\":1,\"device\":\"b\",\"value\":2}\n";
    let [first, second] = [two.lines().next(), two.lines().nth(1)].map(|line| line.expect("two"));
    for (flags, of, body) in [
        ("", "application/x-ndjson", two.to_owned()),
        ("--to ndjson --gzip", "application/x-ndjson", two.to_owned()),
        ("--to json", "application/json", format!("[{first},{second}]")),
        ("--to json --batch 1", "application/json", format!("{first}|{second}")),
        ("--batch 1", "application/x-ndjson", format!("{first}\n|{second}\n")),
        ("--max-body 40", "application/x-ndjson", format!("{first}\n|{second}\n")),
        ("--max-body 1", "application/x-ndjson", format!("{first}\n|{second}\n")),
        (
            "--to influx --measurement m",
            "text/plain; charset=utf-8",
            "m,device=a value=1.5 0\nm,device=b value=2 1000000000\n".to_owned(),
        ),
        ("--to text --template '{device}={value}'", "text/plain; charset=utf-8", "a=1.5\nb=2\n".to_owned()),
        ("-H 'Content-Type: text/x-mine'", "text/x-mine", two.to_owned()),
    ] {
        let server = Server::start(|_, _| answer("200 OK", ""));
        let work = Work::new();
        work.kymo(&format!("http-post '{}' {flags}", server.url())).stdin(two).ok();
        assert_eq!(server.bodies().join("|"), body, "{flags}");
        assert!(server.asked().iter().all(|asked| asked.field("content-type") == Some(of)), "{flags}");
    }
    let work = Work::new();
    for (flags, why) in [
        ("--to csv", "--to is one of ndjson, json, influx, text here"),
        ("--to text", "--to text needs --template"),
        ("--batch 0", "--batch"),
        ("--method GET", "--method"),
        ("-H 'Content-Length: 3'", "--http-header content-length: kymo sets this field itself"),
        ("--header 'X: y'", "a header field of HTTP is -H"),
    ] {
        work.kymo(&format!("http-post http://127.0.0.1:1 {flags}")).end().code(2).tells(why);
    }
    work.kymo("http-post ftp://127.0.0.1").end().code(2).tells("must begin with http:// or https://");
    work.kymo("http-post http://me:hunter2@a").end().code(2).tells("give --basic-auth-file");
}

#[test]
fn only_the_record_at_fault_is_rejected() {
    for status in ["400 Bad Request", "413 Payload Too Large", "422 Unprocessable Content"] {
        let server = refuses(status, "\"value\":617}");
        let work = Work::new();
        let words = format!("http-post '{}' --rejects bad --pass --summary", server.url());
        let ended = work.kymo(&words).stdin(records(1000)).end().code(1);
        let summary = summary(&ended.stderr());
        assert_eq!([&summary["passed"], &summary["rejected"], &summary["sent"]], [999, 1, 999], "{status}");
        let all: String =
            records(1000).lines().filter(|line| !line.contains(":617}")).map(|line| format!("{line}\n")).collect();
        assert_eq!(ended.stdout(), all);
        let reject: Value = serde_json::from_str(&work.read("bad")).expect("one reject");
        assert_eq!([&reject["code"], &reject["line"]], [&json!("not-sent"), &json!(618)]);
        let reason = format!("the server refuses it: HTTP {status}: {{\"error\":\"I do not like\\n it\"}}");
        assert_eq!(reject["reason"], json!(reason));
        assert!(server.asked().len() < 30, "{} requests", server.asked().len());
    }
}

#[test]
fn what_concerns_no_record_rejects_none() {
    for (status, code) in [
        ("401 Unauthorized", 77),
        ("403 Forbidden", 77),
        ("407 Proxy Authentication Required", 77),
        ("404 Not Found", 2),
        ("405 Method Not Allowed", 2),
        ("410 Gone", 2),
    ] {
        let server = refuses(status, "");
        let work = Work::new();
        work.kymo("queue put q").stdin(records(5)).ok();
        let words = format!("run --summary \"queue take q | http-post '{}' --rejects bad\"", server.url());
        let ended = work.kymo(&words).end().code(code).tells(status);
        let told = ended.stderr();
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(summary(&told)["rejected"], 0, "{status}");
        assert!(work.kymo("queue stat q").ok().contains("5"), "{status}");
        assert_eq!(work.kymo("queue peek q").ok().lines().count(), 5, "{status}");
    }
}

#[test]
fn what_may_pass_is_sent_again() {
    for status in [
        "500 Internal Server Error",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "429 Too Many Requests",
        "408 Request Timeout",
        "425 Too Early",
        "302 Found",
        "",
    ] {
        let server = Server::start(move |number, _| match number {
            0 | 1 if status.is_empty() => String::new(),
            0 | 1 => answer(status, "not now"),
            _ => answer("200 OK", ""),
        });
        let work = Work::new();
        let words = format!("http-post '{}' --max-backoff 50ms --summary", server.url());
        let ended = work.kymo(&words).stdin(records(1)).end().code(0);
        let told = ended.stderr();
        assert_eq!(summary(&told)["requests"], 3, "{status}: {told}");
        assert!(told.contains(if status.is_empty() { "before it answered" } else { status }), "{told}");
        let keys: Vec<_> =
            server.asked().iter().map(|asked| asked.field("idempotency-key").map(str::to_owned)).collect();
        assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        let words = format!("http-post '{}' --max-backoff 50ms --retries 2", refuses("500 No", "").url());
        work.kymo(&words).stdin(records(1)).end().code(69).tells("HTTP 500 No");
    }
}

/// Bytes are bounded, whatever the number of records is.
#[test]
fn a_large_batch_takes_no_more_memory() {
    let server = Server::start(|_, _| answer("200 OK", ""));
    let work = Work::new();
    let long = "x".repeat(1000);
    work.file("in", (0..60_000).map(|n| format!("{{\"time\":{n},\"s\":\"{long}\"}}\n")).collect::<String>());
    let words = format!("http-post '{}' --batch 1000000 --flush 1h in --summary", server.url());
    let mut run = work.kymo(&words).start();
    drop(run.stdin.take());
    let peak = peak_memory(&run);
    let (_, err, status) = run.end();
    assert!(status.success() && summary(&err)["sent"] == 60_000, "{err}");
    let peak = peak.join().expect("a figure");
    assert!(peak < 48 << 10, "{peak} KiB for 60 MB");
}

/// Failures with successes between them are not in a row.
#[test]
fn what_goes_well_ends_a_row_of_failures() {
    let server = Server::start(|number, _| match number % 2 {
        0 => answer("500 No", ""),
        _ => answer("200 OK", ""),
    });
    let words = format!("http-post '{}' --batch 10 --retries 1 --max-backoff 10ms --summary", server.url());
    let ended = Work::new().kymo(&words).stdin(records(200)).end().code(0);
    assert_eq!(summary(&ended.stderr())["sent"], 200);
}

#[test]
fn a_server_says_when_to_come_again() {
    let at = |seconds: u64| {
        let when = jiff::Timestamp::now() + Duration::from_secs(seconds);
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&when).expect("a date")
    };
    for (wait, least) in [("1", 900), ("in 3 s", 1900), ("now", 0), ("soon", 0)] {
        let wait = match wait {
            "in 3 s" => at(3),
            "now" => at(0),
            other => other.to_owned(),
        };
        let text = format!("HTTP/1.1 429 Wait\r\nRetry-After: {wait}\r\nContent-Length: 0\r\n\r\n");
        let server =
            Server::start(move |number, _| if number == 0 { text.clone() } else { answer("204 No Content", "") });
        let begin = Instant::now();
        let words = format!("http-post '{}' --max-backoff 10ms --log-level info", server.url());
        Work::new().kymo(&words).stdin(records(1)).end().code(0);
        assert!(begin.elapsed() >= Duration::from_millis(least), "{wait}");
    }
}

#[test]
fn answers_come_in_every_way() {
    for (answer, stays) in [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: x\r\n\r\n", true),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            true,
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", false),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
    ] {
        let server = Server::start(move |_, _| answer.to_owned());
        let words = format!("http-post '{}' --batch 1 --summary", server.url());
        let ended = Work::new().kymo(&words).stdin(records(3)).end().code(0);
        let summary = summary(&ended.stderr());
        assert_eq!(summary["connections"], if stays { 1 } else { 3 }, "{answer}");
        assert_eq!(server.bodies().concat(), records(3), "{answer}");
    }
    for wrong in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ] {
        let server = Server::start(move |_, _| format!("{wrong}Connection: close"));
        let words = format!("http-post '{}' --retries 1 --max-backoff 10ms --timeout 2s", server.url());
        Work::new().kymo(&words).stdin(records(1)).end().code(69);
    }
}

#[test]
fn a_connection_that_the_server_has_closed_is_no_fault() {
    // It says that it keeps it, and closes it.
    let server =
        Server::start(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Note: Connection: close\r\n\r\n".to_owned());
    let words = format!("http-post '{}' --batch 1 --retries 0 --summary", server.url());
    let ended = Work::new().kymo(&words).stdin(records(5)).end().code(0);
    assert_eq!(summary(&ended.stderr())["sent"], 5);
    assert_eq!(server.bodies().concat(), records(5));
}

#[test]
fn a_request_that_breaks_off_is_sent_in_pieces() {
    let server = Server::start(|_, asked| match asked.body.lines().count() {
        0..=100 => answer("200 OK", ""),
        _ => String::new(),
    });
    let words = format!("http-post '{}' --max-backoff 10ms --summary", server.url());
    let ended = Work::new().kymo(&words).stdin(records(1000)).end().code(0);
    assert_eq!(summary(&ended.stderr())["sent"], 1000);
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let server = Server::start(|number, _| {
        if number == 0 {
            std::thread::sleep(Duration::from_secs(5));
        }
        answer("200 OK", "")
    });
    let words = format!("http-post '{}' --timeout 200ms --max-backoff 10ms", server.url());
    Work::new().kymo(&words).stdin(records(1)).end().code(0).tells("no answer in time");
    assert!(server.asked().len() >= 2);
}

#[test]
fn who_we_are_is_in_no_message() {
    let server = Server::start(|_, asked: &Asked| match asked.field("authorization") {
        Some("Bearer s3cret") | Some("Basic bWU6czNjcmV0") => answer("200 OK", ""),
        _ => answer("401 Unauthorized", "who are you?"),
    });
    let work = Work::new();
    work.file("token", "s3cret\n");
    work.file("login", "me:s3cret\n");
    let words = format!("http-post '{}' --log-level debug", server.url());
    for flags in ["--bearer-file token", "--basic-auth-file login", "-H 'Authorization: Bearer s3cret'"] {
        let told = work.kymo(&format!("{words} {flags}")).stdin(records(1)).end().code(0).stderr();
        assert!(!told.contains("s3cret") && !told.contains("hunter2"), "{told}");
    }
    work.kymo(&words).env("KYMO_BEARER", "s3cret").stdin(records(1)).end().code(0);
    work.kymo(&words).stdin(records(1)).end().code(77).tells("401 Unauthorized: who are you?");
    work.kymo(&format!("{words} --bearer-file nothing"))
        .stdin(records(1))
        .end()
        .code(74)
        .tells("read secret file nothing");
}

#[test]
fn the_server_is_reached_through_a_proxy() {
    let server = Server::start(|_, _| answer("200 OK", ""));
    let refusing = refusing();
    let work = Work::new();
    let words = format!("http-post '{}' --proxy http://127.0.0.1:{} --retries 0", server.url(), refusing.port);
    work.kymo(&words).stdin(records(1)).end().code(69).tells("proxy 127.0.0.1");
    assert!(server.asked().is_empty());
}
