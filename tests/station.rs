//! The main job, live: a WebSocket server that dies and comes back, and everything behind it.

use crate::harness::{Running, Work, free_port, repository, until};
use crate::kill::rows;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How many clients a server has.
fn clients(port: u16) -> Option<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    serde_json::from_str::<Value>(body).ok()?["clients"].as_u64()
}

/// A server of records, once its one client is there.
fn server(work: &Work, port: u16) -> Running {
    let server = work.kymo(&format!("serve 127.0.0.1:{port}")).start();
    server.told("listening");
    while clients(port) != Some(1) {
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

#[test]
fn a_server_that_is_killed_five_times_leaves_no_gap_and_nothing_twice() {
    let work = Work::new();
    let text = std::fs::read_to_string(repository().join("examples/outages.ndjson")).expect("an example");
    let lines: Vec<&str> = text.lines().collect();
    let port = free_port();
    let receive = work
        .kymo(&format!("run 'wss-cat ws://127.0.0.1:{port}/ws | gapfill --every 1m --max-gap 4h | store a.db'"))
        .start();
    let parts: Vec<&[&str]> = lines.chunks(lines.len().div_ceil(6)).collect();
    for (i, part) in parts.iter().enumerate() {
        let mut server = server(&work, port);
        let (before, chunks) = (rows(&work, "a.db"), part.chunks(20).len());
        for (n, few) in part.chunks(20).enumerate() {
            // It is killed with some on the way, but not with all.
            if n == chunks * 3 / 4 {
                until("what was sent first", || rows(&work, "a.db") + 1 >= before + 20 * n as u64);
            }
            server.send(&format!("{}\n", few.join("\n")));
            std::thread::sleep(Duration::from_millis(5));
        }
        if i + 1 == parts.len() {
            assert!(server.end().2.success());
        }
        // Any other is killed as it stands, with what it has not sent yet.
    }
    let last = serde_json::from_str::<Value>(lines[lines.len() - 1]).expect("a record")["time"].clone();
    let newest = || work.kymo("query a.db --last 1s").end().stdout();
    while !newest().contains(last.as_str().expect("a time")) {
        std::thread::sleep(Duration::from_millis(50));
    }
    receive.signal(rustix::process::Signal::TERM);
    assert_eq!(receive.end().2.code(), Some(0));

    let sent: BTreeMap<String, Value> = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("a record"))
        .map(|record| (record["time"].as_str().expect("a time").to_owned(), record))
        .collect();
    let stored: Vec<Value> =
        work.kymo("query a.db").ok().lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    // A day of minutes, each once; what was measured as it was sent.
    let times: Vec<&str> = stored.iter().map(|record| record["time"].as_str().expect("a time")).collect();
    let day: Vec<String> = (0..1440).map(|n| format!("2016-01-01T{:02}:{:02}:00Z", n / 60, n % 60)).collect();
    assert_eq!(times, day);
    let measured: Vec<&Value> = stored.iter().filter(|record| record["filled"] != true).collect();
    assert!(measured.iter().all(|record| sent[record["time"].as_str().expect("a time")] == **record));
    assert!(measured.len() > lines.len() / 2, "{} of {} came through", measured.len(), lines.len());
}

/// Every source can stamp its records with the time of receipt; a time that is there stays.
#[test]
fn sources_stamp_records() {
    let work = Work::new();
    let port = free_port();
    let receive = work.kymo(&format!("wss-cat ws://127.0.0.1:{port}/ws --stamp received -C 2")).start();
    let mut server = server(&work, port);
    server.send("{\"a\":1}\n{\"received\":\"then\"}\n");
    assert!(receive.line().starts_with("{\"a\":1,\"received\":\"20"));
    assert_eq!(receive.line(), "{\"received\":\"then\"}");
    assert!(receive.end().2.success());
    work.file("in", "{}\n");
    assert!(work.kymo("replay --speed max --stamp time in").ok().starts_with("{\"time\":\"20"));
    work.kymo("store a.db").stdin("{\"time\":1,\"v\":1}\n").ok();
    assert!(work.kymo("query a.db --stamp at").ok().contains(",\"at\":\"20"));
}
