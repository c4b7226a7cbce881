//! Many clients, and kills: every 200 is in the database.

use super::client::{Client, listen};
use crate::harness::{Work, free_port, random, until};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

#[test]
fn killed_twice_under_load() {
    killed(2, 60);
}

#[test]
#[ignore = "five hundred clients, twenty kills: make soak"]
fn killed_twenty_times_under_load() {
    killed(20, 500);
}

/// A device: it sends each reading until it is accepted.
fn device(address: &str, number: u64, over: &AtomicBool, accepted: &AtomicU64) -> u64 {
    let mut client = None;
    let mut value = 0;
    while !over.load(Ordering::SeqCst) {
        let Some(open) = client.as_mut() else {
            client = Client::try_connect(address).ok();
            if client.is_none() {
                std::thread::sleep(Duration::from_millis(20));
            }
            continue;
        };
        let body = format!("{{\"time\":{value},\"device\":{number},\"value\":{value}}}");
        match open.try_ask("POST", "/", "", body.as_bytes()) {
            Ok(answer) if answer.status == 200 => {
                value += 1;
                accepted.fetch_add(1, Ordering::SeqCst);
            }
            _ => client = None,
        }
    }
    value
}

fn killed(times: u64, devices: u64) {
    let work = Work::new();
    let address = format!("127.0.0.1:{}", free_port());
    let words = format!("run 'http-listen {address} | store db --sync normal'");
    let (over, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..devices)
        .map(|number| {
            let (address, over, accepted) = (address.clone(), Arc::clone(&over), Arc::clone(&accepted));
            std::thread::spawn(move || device(&address, number, &over, &accepted))
        })
        .collect();
    let mut random = random();
    for kill in 0..times {
        let server = listen(&work, &words);
        let before = accepted.load(Ordering::SeqCst);
        until("answers", || accepted.load(Ordering::SeqCst) > before + 3 * devices);
        std::thread::sleep(Duration::from_millis(random.below(100)));
        // SIGKILL.
        drop(server);
        let known = accepted.load(Ordering::SeqCst);
        let rows = work.kymo("query db").ok().lines().count() as u64;
        assert!(rows >= known, "kill {kill}: {known} accepted, {rows} there");
    }
    let server = listen(&work, &words);
    let before = accepted.load(Ordering::SeqCst);
    until("answers", || accepted.load(Ordering::SeqCst) > before + devices);
    over.store(true, Ordering::SeqCst);
    let sent: Vec<u64> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    assert_eq!(server.end().2, Some(0));
    let rows = work.kymo("query db").ok();
    let found: BTreeSet<(u64, u64)> = rows
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
            (record["device"].as_u64().expect("a device"), record["value"].as_u64().expect("a value"))
        })
        .collect();
    assert_eq!(rows.lines().count(), found.len(), "none occurs twice");
    for (number, &count) in (0..).zip(&sent) {
        assert!((0..count).all(|value| found.contains(&(number, value))), "device {number} lacks some of {count}");
    }
}
