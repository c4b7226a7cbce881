//! `--reply`: what is acknowledged is in the database, whatever is killed; and what is not, is sent again.

use super::client::{ack, start};
use crate::databases::texts;
use crate::harness::{Work, free_port, random, until};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[test]
fn answers_count_lines_that_are_committed() {
    let work = Work::new();
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply | store db' --summary");
    let mut client = server.client();
    // Records, rejects and blank lines: all of them are kept.
    client.send("{\"time\":1}\nbad\n\n{\"time\":2}\n{\"no\":\"time\"}\r\n");
    client.acknowledged(5);
    assert_eq!(work.kymo("query db").ok().lines().count(), 2);
    // One at a time: a window of one goes on.
    for n in 6..20 {
        client.send(format!("{{\"time\":{n}}}\n"));
        client.acknowledged(n);
    }
    // Each connection counts for itself; half closed, it still gets its answer, of the last line too.
    let mut other = server.client();
    other.send("{\"time\":100}\n{\"time\":101}");
    other.finish();
    other.acknowledged(2);
    assert_eq!(other.answer(), "");
    // A line that is too long is one, when it is over.
    client.send(vec![b'x'; 200_000]);
    client.send("\n");
    client.acknowledged(20);
    // What has arrived at a signal is committed, and told.
    client.send("{\"time\":21}\n{\"time\":22}\n{\"time\":");
    server.run.signal(Signal::TERM);
    client.acknowledged(22);
    assert_eq!(client.answer(), "");
    drop(client);
    let (_, told, status) = server.run.end();
    assert!(told.contains("\"lines\":24"), "{told}");
    assert_eq!(status.code(), Some(1));
    // The long line is there in pieces of 64 KiB.
    let kept = texts(&work.path("db"), "SELECT count(*) || '|' || (sum(length(reject)) > 200000) FROM kymo_rejects");
    // The begun line is one more.
    assert_eq!(kept, ["7|1"]);
}

#[test]
fn nothing_is_acknowledged_that_is_not_kept() {
    let work = Work::new();
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply --strict --rejects r | store db'");
    let mut client = server.client();
    client.send("{\"time\":1}\nbad\n");
    assert_eq!(client.answer(), "");
    assert_eq!(server.run.end().2.code(), Some(1));
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply -C 2 | store db2'");
    let mut client = server.client();
    client.send("{\"time\":1}\n{\"time\":2}\n{\"time\":3}\n");
    client.acknowledged(2);
    assert_eq!(client.answer(), "");
    drop(client);
    assert_eq!(server.run.end().2.code(), Some(0));
    assert_eq!(work.kymo("query db2").ok().lines().count(), 2);
}

/// A client that never reads its answers costs one answer; the others get theirs.
#[test]
fn who_does_not_read_its_answers_holds_nobody_up() {
    let work = Work::new();
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply | store db --sync normal'");
    let mut deaf = server.client();
    let mut client = server.client();
    for n in 0..300 {
        deaf.send(format!("{{\"time\":{n}}}\n"));
        client.send(format!("{{\"time\":{}}}\n", 1000 + n));
        client.acknowledged(n + 1);
    }
    drop(deaf);
    drop(client);
    assert_eq!(server.end().2, Some(0));
    assert_eq!(work.kymo("query db").ok().lines().count(), 600);
}

#[test]
fn killed_three_times_under_load() {
    killed(3, 4);
}

#[test]
#[ignore = "ten kills under load: make soak"]
fn killed_ten_times_under_load() {
    killed(10, 16);
}

/// The program of a small meter: it sends, keeps what is not acknowledged, and after a lost connection sends that again.
fn meter(address: &str, number: u64, over: &AtomicBool, acknowledged: &AtomicU64) -> u64 {
    let (mut kept, mut made): (Vec<String>, u64) = (Vec::new(), 0);
    while !over.load(Ordering::SeqCst) || !kept.is_empty() {
        let Ok(mut socket) = TcpStream::connect(address) else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        socket.set_nodelay(true).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        let mut answers = BufReader::new(socket.try_clone().expect("a socket"));
        let (mut sent, mut known) = (0, 0);
        loop {
            if !over.load(Ordering::SeqCst) {
                while kept.len() < 50 {
                    kept.push(format!("{{\"time\":{made},\"device\":{number},\"value\":{made}.5}}\n"));
                    made += 1;
                }
            }
            let text: String = kept[sent..].concat();
            // In two packets, torn in the middle.
            let (first, second) = text.split_at(text.len() / 2);
            sent = kept.len();
            let mut answer = String::new();
            if socket.write_all(first.as_bytes()).is_err()
                || socket.write_all(second.as_bytes()).is_err()
                || kept.is_empty()
                || !answers.read_line(&mut answer).is_ok_and(|n| n > 0)
            {
                break;
            }
            let count = ack(answer.trim_end()).expect("an acknowledgement");
            let done = (count - known) as usize;
            kept.drain(..done);
            sent -= done;
            known = count;
            acknowledged.fetch_add(done as u64, Ordering::SeqCst);
        }
    }
    made
}

fn killed(times: usize, meters: u64) {
    let work = Work::new();
    let port = format!("127.0.0.1:{}", free_port());
    let words = format!("run 'tcp-listen {port} --reply | store db --sync normal'");
    let (over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..meters)
        .map(|number| {
            let (port, over, acknowledged) = (port.clone(), Arc::clone(&over), Arc::clone(&acknowledged));
            std::thread::spawn(move || meter(&port, number, &over, &acknowledged))
        })
        .collect();
    let mut random = random();
    for kill in 0..times {
        let server = start(&work, &words);
        let before = acknowledged.load(Ordering::SeqCst);
        let begin = Instant::now();
        until("acknowledgements", || acknowledged.load(Ordering::SeqCst) > before + 500);
        std::thread::sleep(Duration::from_millis(random.below(150)));
        // SIGKILL.
        drop(server);
        let known = acknowledged.load(Ordering::SeqCst);
        let rows = work.kymo("query db").ok().lines().count() as u64;
        assert!(rows >= known, "kill {kill} after {:?}: {known} acknowledged, {rows} there", begin.elapsed());
    }
    let server = start(&work, &words);
    over.store(true, Ordering::SeqCst);
    let made: Vec<u64> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    assert_eq!(server.end().2, Some(0));
    let rows = work.kymo("query db").ok();
    let found: BTreeSet<(u64, u64)> = rows
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            (record["device"].as_u64().expect("a device"), record["value"].as_f64().expect("a value") as u64)
        })
        .collect();
    let wanted: BTreeSet<(u64, u64)> = (0..).zip(&made).flat_map(|(m, &n)| (0..n).map(move |time| (m, time))).collect();
    assert!(found == wanted, "{} of {}", found.len(), wanted.len());
    assert_eq!(rows.lines().count(), found.len(), "none occurs twice");
}
