//! PostgreSQL goes away, is full or read-only, others are in the way: what comes is held back, told, and stored in the end.

use super::server::{Database, Server, as_owner};
use crate::faults::Mounted;
use crate::harness::{Work, peak_memory};
use crate::mqtt::broker::Broker;
use crate::mqtt::{messages, wait_for, wire::Sender};
use rustix::process::Signal;
use std::fmt::Write as _;
use std::time::Duration;

fn count(server: &Server) -> usize {
    server.sql("postgres", "SELECT count(*) FROM readings").trim().parse().expect("a number")
}

#[test]
fn an_outage_holds_the_sources_back() {
    outage(Duration::from_secs(2), 3_000);
}

#[test]
#[ignore = "a minute: make soak"]
fn an_outage_of_a_minute() {
    outage(Duration::from_secs(60), 50_000);
}

/// The server is away for this long, while this many messages come.
fn outage(time: Duration, messages_in: usize) {
    let (Some(broker), Some(mut server)) = (Broker::start(""), Server::start(&[])) else { return };
    let work = Work::new();
    let cat = format!("mqtt-cat {} --id x -q 1 -t t/#", broker.url());
    work.kymo(&format!("{cat} --init-session")).ok();
    let store = format!("store {} --max-backoff 1s", server.url("postgres"));
    let run = work.kymo(&format!("run --log-level info '{cat} | {store}'")).start();
    let (mut sender, mut all) = (Sender::connect(broker.port), messages(messages_in));
    sender.flood(all.by_ref().take(100));
    let made = "SELECT to_regclass('readings') IS NOT NULL";
    wait_for("the table", || (server.sql("postgres", made).trim() == "t").then_some(()));
    wait_for("the first rows", || (count(&server) == 100).then_some(()));
    server.stop();
    let memory = peak_memory(&run);
    sender.flood(all);
    run.told("again in");
    std::thread::sleep(time);
    server.restart();
    wait_for("all rows", || (count(&server) == messages_in).then_some(()));
    run.told("is written to again");
    run.signal(Signal::TERM);
    let (_, told, status) = run.end();
    assert!(status.success(), "{status:?} {told}");
    let peak = memory.join().expect("a size");
    assert!(peak < 64 << 20, "memory stays flat: {peak}");
}

#[test]
fn a_server_that_is_not_there_yet_is_no_error() {
    let Some(mut server) = Server::start(&[]) else { return };
    let work = Work::new();
    server.stop();
    work.file("one", "{\"time\":1,\"v\":1}\n");
    let store = work.kymo(&format!("store {} one --max-backoff 1s --summary", server.url("postgres"))).start();
    store.told("again in");
    server.restart();
    let (_, told, status) = store.end();
    assert!(status.success() && told.contains("\"stored\":1"), "{told}");
    // Those that only read, and those that were told not to wait, say so at once.
    server.stop();
    let url = server.url("postgres");
    work.kymo(&format!("store {url} --retries 0")).stdin("{\"time\":1,\"v\":1}\n").end().code(69).tells("refused");
    work.kymo(&format!("store {url} --retries 1 --max-backoff 10ms")).stdin("{\"time\":1}\n").end().code(69);
    work.kymo(&format!("query {url}")).end().code(69);
    work.kymo(&format!("trim {url} --max-rows 1")).end().code(69);
}

#[test]
fn a_full_disk_is_waited_for() {
    let work = Work::new();
    let Some(mut server) = Server::start(&[]) else { return };
    let small = format!("{}.small", server.socket());
    let Some(disk) = Mounted::at(small.clone().into(), "size=3m,mode=777") else { return };
    let made = as_owner("mkdir").arg(format!("{small}/space")).status();
    assert!(made.expect("mkdir").success());
    server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{small}/space'"));
    server.sql("postgres", "ALTER DATABASE postgres SET default_tablespace = small");
    let mut records = String::new();
    for n in 0..60_000 {
        writeln!(records, r#"{{"time":{n},"device":"a","value":{n}.5}}"#).expect("a line");
    }
    let url = server.url("postgres");
    work.file("records", records);
    let flags = "--max-backoff 200ms --batch 1000 --summary --log-level info";
    let store = work.kymo(&format!("store {url} records {flags}")).start();
    store.told("No space left on device");
    assert!(count(&server) < 60_000);
    disk.again("remount,size=64m");
    store.told("is written to again");
    let (_, told, status) = store.end();
    assert!(status.success() && told.contains("\"rejected\":0"), "{told}");
    assert_eq!(count(&server), 60_000);
    // It must be gone before the disk is.
    server.stop();
}

#[test]
fn a_read_only_server_is_waited_for() {
    let Some(database) = Database::new() else { return };
    let work = Work::new();
    let (name, url) = (&database.name, database.url());
    work.kymo(&format!("store {url}")).stdin("{\"time\":1,\"v\":1}\n").ok();
    database.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    work.file("two", "{\"time\":2,\"v\":1}\n");
    let store = work.kymo(&format!("store {url} two --max-backoff 200ms")).start();
    store.told("read-only transaction");
    // What a failover does.
    database.sql(&format!(
        "BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kymo' AND datname = '{name}'"
    ));
    let (_, told, status) = store.end();
    assert!(status.success(), "{told}");
    assert_eq!(database.sql("SELECT count(*) FROM readings"), "2");
}

/// A standby that is promoted, a pooler that finds the new primary: nothing was made before.
#[test]
fn a_server_may_be_read_only_at_first() {
    let Some(database) = Database::new() else { return };
    let work = Work::new();
    let (name, url) = (&database.name, database.url());
    database.sql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    work.file("one", "{\"time\":1,\"v\":1}\n");
    let store = work.kymo(&format!("store {url} one --max-backoff 200ms")).start();
    for _ in 0..2 {
        store.told("read-only transaction");
    }
    database.sql(&format!("BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT"));
    let (_, told, status) = store.end();
    assert!(status.success(), "{told}");
    assert_eq!(database.sql("SELECT count(*) FROM readings"), "1");
}

/// The same records from both sides at once, in opposite order, with new columns on the way.
#[test]
fn two_writers_of_the_same_records() {
    const COUNT: usize = 6_000;
    let Some(database) = Database::new() else { return };
    let work = Work::new();
    let line = |n: usize| {
        let extra = if n.is_multiple_of(500) { format!(",\"x{}\":1", n / 500) } else { String::new() };
        format!("{{\"time\":{n},\"device\":\"d{}\",\"value\":{n}{extra}}}\n", n % 7)
    };
    let url = database.url();
    for flags in ["--batch 100", "--batch 1000 --flush 1ms", "--batch 100 --on-conflict replace"] {
        let forth: String = (0..COUNT).map(line).collect();
        let back: String = (0..COUNT).rev().map(line).collect();
        let started = [("forth", forth), ("back", back)].map(|(name, records)| {
            work.file(name, records);
            work.kymo(&format!("store {url} {name} {flags} --summary --max-backoff 100ms")).start()
        });
        let mut told_of = [0, 0, 0];
        for one in started {
            let (_, told, status) = one.end();
            assert!(status.success(), "{told}");
            let counts: serde_json::Value =
                told.lines().last().and_then(|line| serde_json::from_str(line).ok()).expect("counts");
            for (sum, name) in told_of.iter_mut().zip(["stored", "duplicates", "rejected"]) {
                *sum += counts[name].as_u64().expect("a count");
            }
        }
        assert_eq!(told_of, [COUNT as u64, COUNT as u64, 0], "{flags}: stored, duplicates, rejected");
        let found = database.sql("SELECT count(*), sum(value), count(x3), count(x11) FROM readings");
        assert_eq!(found, format!("{COUNT}|{}|1|1", COUNT * (COUNT - 1) / 2), "{flags}");
        database.sql("DROP TABLE readings; DELETE FROM kymo_tables; DELETE FROM kymo_columns");
    }
}

/// A lock that somebody else holds, and a backend that an administrator ends.
#[test]
fn others_are_in_the_way() {
    let Some(database) = Database::new() else { return };
    let work = Work::new();
    let url = database.url();
    work.kymo(&format!("store {url}")).stdin("{\"time\":1,\"v\":1}\n").ok();
    let locked = format!("{url}?options=-c%20lock_timeout%3D100ms");
    let holder = std::thread::scope(|scope| {
        let holder = scope.spawn(|| database.sql("BEGIN; LOCK TABLE readings; SELECT pg_sleep(1); COMMIT"));
        std::thread::sleep(Duration::from_millis(200));
        let ended = work.kymo(&format!("store '{locked}' --max-backoff 200ms")).stdin("{\"time\":2,\"v\":1}\n").end();
        ended.code(0).tells("lock timeout");
        holder.join()
    });
    holder.expect("the holder's end");
    assert_eq!(database.sql("SELECT count(*) FROM readings"), "2");
}
