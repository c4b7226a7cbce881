//! `simulate`: its readings by seed, its gaps and faults, its pace, and what it sends.

use crate::harness::{Running, Work, refusing};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

mod spoken;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn max(work: &Work, flags: &str) -> String {
    work.kymo(&format!("simulate --speed max --start 2024-04-27 {flags}")).ok()
}

#[test]
fn the_same_seed_and_start_give_the_same_bytes() {
    let work = Work::new();
    let once = max(&work, "--devices 3 -C 1000");
    assert_eq!(once.lines().count(), 1000);
    assert_eq!(once, max(&work, "--devices 3 --count 1000 --seed 1 --rate 1"));
    assert!(once != max(&work, "--devices 3 -C 1000 --seed 2"));
    // A meter says the same whoever stands beside it.
    let alone = max(&work, "--devices 1 --for 100s");
    let beside = max(&work, "--devices 50 -W 100s");
    let first: String = beside.lines().filter(|line| line.contains("\"m1\"")).map(|line| format!("{line}\n")).collect();
    assert_eq!(first, alone);
    assert_eq!((alone.lines().count(), beside.lines().count()), (200, 10_000));
    let records = objects(&alone);
    let of = |name: &str| records.iter().map(|r| r[name].to_string()).collect::<BTreeSet<_>>();
    assert_eq!((of("device").len(), of("meter").len(), of("unit").len()), (2, 1, 2));
    assert!(alone.lines().next().expect("a line").starts_with("{\"time\":\"2024-04-27T00:00:00."));
}

#[test]
fn rates_means_and_jitter_are_as_they_are_told() {
    let work = Work::new();
    let out = max(&work, "--devices 2 --rate 50 --for 20s --voltage 12 --current 0.5 --noise 0.1 --jitter 5ms");
    assert_eq!(out.lines().count(), 4000);
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for record in objects(&out) {
        let sum = sums.entry(record["unit"].as_str().expect("a unit").to_owned()).or_default();
        let value = record["value"].as_f64().expect("a number");
        *sum = (sum.0 + value / 2000.0, sum.1 + value * value / 2000.0);
    }
    for (unit, mean) in [("V", 12.0), ("A", 0.5)] {
        let (found, square) = sums[unit];
        let deviation = (square - found * found).sqrt();
        assert!((found / mean - 1.0).abs() < 0.02 && (deviation / mean - 0.1).abs() < 0.02, "{found} {deviation}");
    }
    let times: Vec<String> = objects(&out).iter().map(|r| r["time"].to_string()).collect();
    assert!(!times.is_sorted() && !max(&work, "--devices 2 --rate 50 --for 20s").is_empty());
    // A walk goes further than noise.
    let spread = |flags: &str| {
        let out = objects(&max(&work, &format!("--for 2000s {flags}")));
        let volts = out.iter().filter(|r| r["unit"] == "V").map(|r| r["value"].as_f64().expect("a number"));
        let (least, most) = volts.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        most - least
    };
    assert!(spread("--walk") > 2.0 * spread(""));
    assert_eq!(spread("--noise 0"), 0.0);
}

#[test]
fn gaps_and_faults_have_their_shares() {
    let work = Work::new();
    let out = max(&work, "--devices 10 --for 2000s --gaps 0.2 --gap-length 20s");
    let share = 1.0 - out.lines().count() as f64 / 40_000.0;
    assert!((share - 0.2).abs() < 0.03, "{share}");
    let whole = max(&work, "--devices 10 --for 2000s");
    let faulty = max(&work, "--devices 10 --for 2000s --torn 0.02 --not-json 0.01 --out-of-range 0.03");
    let (mut torn, mut not_json, mut beyond) = (0, 0, 0);
    for (whole, found) in whole.lines().zip(faulty.lines()) {
        if found.starts_with("ERR") {
            not_json += 1;
        } else if found.len() < whole.len() && whole.starts_with(found) {
            torn += 1;
        } else if found != whole {
            let value = |line| objects(line)[0]["value"].as_f64().expect("a number");
            assert!((value(found) / value(whole) / 100.0 - 1.0).abs() < 0.01);
            beyond += 1;
        }
    }
    for (found, share) in [(torn, 0.02), (not_json, 0.01), (beyond, 0.03)] {
        assert!((f64::from(found) / 40_000.0 - share).abs() < 0.005, "{torn} {not_json} {beyond}");
    }
    // Into a pipeline: what is torn is rejected, the rest is paired.
    let run = "run 'simulate --devices 10 --speed max --for 200s --torn 0.05 | power --meter-field meter --rejects r'";
    let ended = work.kymo(run).end().code(1);
    assert!(ended.stdout().lines().count() > 1700 && work.read("r").lines().count() > 150);
}

#[test]
fn it_keeps_the_pace_and_ends_with_a_signal() {
    let work = Work::new();
    let begin = Instant::now();
    work.kymo("simulate --rate 10 --for 500ms").ok();
    assert!(begin.elapsed() >= Duration::from_millis(400));
    let begin = Instant::now();
    assert_eq!(work.kymo("simulate --for 1000s --speed 100000x").ok().lines().count(), 2000);
    assert!(begin.elapsed() < Duration::from_secs(20));
    for flags in ["--rate 100", "--speed max"] {
        let run = work.kymo(&format!("simulate {flags}")).start();
        assert!(run.line().contains("\"unit\":\"V\""));
        run.signal(Signal::TERM);
        assert!(run.end().2.success());
    }
    assert_eq!(work.shell("set -o pipefail; kymo simulate --speed max | head -2").ok().lines().count(), 2);
    // Times begin now, or when they are told to.
    assert!(max(&work, "-C 1 --stamp seen").contains("\"seen\":\"20"));
    for (flags, told) in [
        ("--devices 0", "0"),
        ("--rate 0", "a rate is"),
        ("--noise 2", "a share is"),
        ("--gaps 1", "0.99"),
        ("--voltage -1", "there is no flag -1"),
        ("--torn 0.6 --not-json 0.6", "more than all lines"),
        ("--start tomorrow", "--start"),
        ("--speed 5", "a speed is"),
        ("--clients 2", "--send"),
        ("--split", "--send"),
        ("--send http://x:1", "tcp://HOST:PORT"),
        ("--send tcp://x", "tcp://HOST:PORT"),
        ("--for 0s", "longer than 0"),
    ] {
        work.kymo(&format!("simulate {flags}")).end().code(2).tells(told);
    }
}

/// Takes lines from this many connections; gives the lines of each, and how many reads ended within a line.
fn receiver(count: usize, answers: bool) -> (u16, JoinHandle<Vec<(String, usize)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let receive = move |mut stream: TcpStream| {
        let (mut text, mut torn, mut buffer) = (Vec::new(), 0, [0; 65536]);
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            text.extend_from_slice(&buffer[..n]);
            torn += usize::from(!text.ends_with(b"\n"));
            if answers {
                stream.write_all(b"{\"ack\":1}\n").expect("a reader");
            }
        }
        (String::from_utf8(text).expect("UTF-8"), torn)
    };
    let all = std::thread::spawn(move || {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                let (stream, _) = listener.accept().expect("a connection");
                std::thread::spawn(move || receive(stream))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("its lines")).collect()
    });
    (port, all)
}

#[test]
fn what_is_sent_arrives_whole() {
    let work = Work::new();
    let whole = max(&work, "--devices 7 -C 20000");
    let mut wanted: Vec<&str> = whole.lines().collect();
    wanted.sort_unstable();
    for flags in ["", "--clients 3", "--clients 7 --split"] {
        let count = flags.split(' ').nth(1).map_or(1, |n| n.parse().expect("a number"));
        let (port, lines) = receiver(count, flags.contains("split"));
        let command = format!(
            "simulate --speed max --start 2024-04-27 --devices 7 -C 20000 --send tcp://127.0.0.1:{port} {flags}"
        );
        assert_eq!(work.kymo(&command).ok(), "");
        let received = lines.join().expect("lines");
        let mut found: Vec<&str> = received.iter().flat_map(|(text, _)| text.lines()).collect();
        found.sort_unstable();
        assert!(found == wanted, "{flags}");
        // A meter keeps to one connection.
        let meters = |text: &str| objects(text).iter().map(|r| r["meter"].to_string()).collect::<BTreeSet<_>>().len();
        assert_eq!(received.iter().map(|(text, _)| meters(text)).sum::<usize>(), 7, "{flags}");
    }
    // Slowly, a line in two segments is two reads, where the reader is quick enough to see the first alone.
    let is_torn = |_| {
        let (port, lines) = receiver(1, false);
        work.kymo(&format!("simulate --rate 50 -C 20 --send tcp://127.0.0.1:{port} --split")).ok();
        let (text, torn) = lines.join().expect("lines").remove(0);
        assert_eq!(text.lines().count(), 20);
        torn > 0
    };
    assert!((0..20).any(is_torn), "no line came in two reads");
}

#[test]
fn a_receiver_that_is_not_there_or_goes_away_is_told() {
    let work = Work::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let run: Running = work.kymo(&format!("simulate --rate 100 --send tcp://127.0.0.1:{port}")).start();
    drop(listener.accept().expect("a connection"));
    assert!(run.told("simulate: send to tcp://127.0.0.1:").contains("send to"));
    assert_eq!(run.end().2.code(), Some(69));
    let refuses = refusing();
    let ended = work.kymo(&format!("simulate --send tcp://127.0.0.1:{}", refuses.port)).end().code(69);
    ended.tells("simulate: connect to tcp://127.0.0.1:").tells("refused");
    // One that reads nothing holds everything up; a signal ends it.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let run = work.kymo(&format!("simulate --speed max --send tcp://127.0.0.1:{port}")).start();
    let stream = listener.accept().expect("a connection").0;
    run.hears();
    std::thread::sleep(Duration::from_millis(300));
    run.signal(Signal::TERM);
    std::thread::sleep(Duration::from_millis(50));
    drop(stream);
    drop(run.end());
}
