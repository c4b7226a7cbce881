//! `queue take --max-attempts`: a record that ends every run that takes it becomes a dead letter, and nothing else does.

use super::{codes, export, numbered, put, stat};
use crate::harness::{Work, random, refusing, until};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// More runs than it takes to find one record among thousands and to try it alone.
const MOST_RUNS: usize = 20;

/// Another value of a time that is stored already, which `store --strict` ends with.
const POISON: &str = "{\"time\":1700000499,\"device\":\"a\",\"value\":-1}\n";

fn with_poison(count: u32) -> String {
    let lines = numbered("a", count);
    let at = lines.split_inclusive('\n').take(500).map(str::len).sum();
    format!("{}{POISON}{}", &lines[..at], &lines[at..])
}

/// The values that are in a database, in their order.
fn values(work: &Work, database: &str) -> Vec<i64> {
    let lines = work.kymo(&format!("query {database}")).ok();
    let value =
        |line: &str| serde_json::from_str::<Value>(line).expect("a record")["value"].as_i64().expect("a number");
    lines.lines().map(value).collect()
}

#[test]
fn a_record_that_ends_every_run_is_put_aside_and_the_others_arrive() {
    let work = Work::new();
    put(&work, "", with_poison(1000)).ok();
    let mut runs = 0;
    let mut told = String::new();
    while stat(&work, "q")["records"] != 0 {
        runs += 1;
        assert!(runs <= MOST_RUNS, "it was not found");
        let ended = work.kymo("run 'queue take q --drain --max-attempts 3 | store a.db --strict'").end().code(1);
        told += &ended.stderr();
    }
    assert_eq!(values(&work, "a.db"), (0..1000).collect::<Vec<_>>());
    let rejects = work.kymo("queue export q --rejects").ok();
    assert_eq!(codes(&rejects), ["dead-letter"]);
    let reject: Value = serde_json::from_str(&rejects).expect("one reject");
    assert_eq!((&reject["raw"], &reject["stage"]), (&json!(POISON.trim_end()), &json!("queue take")));
    let reason = reject["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("it failed alone 3 times; the last run ended with strict: store: "), "{reason}");
    assert_eq!(told.matches("it failed alone").count(), 1, "{told}");
    let stat = stat(&work, "q");
    assert_eq!((&stat["taken"], &stat["dead"], &stat["rejects"]), (&json!(1000), &json!(1), &json!(1)));
    assert_eq!(stat["failing"], Value::Null);
    assert!(work.kymo("queue stat q").ok().ends_with("1,001 put, 1,000 taken, 1 dead, 1 rejects kept\n"));
    let check: Value = serde_json::from_str(&work.kymo("queue check q --json").ok()).expect("a report");
    assert_eq!((&check["sound"], &check["dead"]), (&json!(true), &json!(1)));
    // What is a dead letter is put back as any reject is.
    work.file("dead", rejects);
    assert_eq!(work.kymo("replay --from-rejects dead").ok(), POISON);
    work.shell("kymo replay --from-rejects dead | kymo queue put q").ok();
    assert_eq!(export(&work, "q"), POISON);
}

/// At the beginning, one after the other, and at the end; with one attempt each.
#[test]
fn several_records_that_end_every_run_are_put_aside() {
    let work = Work::new();
    let bad = |value: i64| format!("{{\"time\":1700000000,\"device\":\"a\",\"value\":{value}}}\n");
    work.kymo("store a.db").stdin(numbered("a", 1)).ok();
    let records = [bad(-1), numbered("a", 300), bad(-2), bad(-3), numbered("b", 300), bad(-4)].concat();
    put(&work, "", records).ok();
    let mut runs = 0;
    while stat(&work, "q")["records"] != 0 {
        runs += 1;
        assert!(runs <= 2 * MOST_RUNS, "they were not found");
        work.kymo("run 'queue take q --drain --max-attempts 1 --max-inflight 100 | store a.db --strict'").end().code(1);
    }
    assert_eq!(values(&work, "a.db").len(), 600);
    assert_eq!(codes(&work.kymo("queue export q --rejects").ok()), ["dead-letter"; 4]);
    let stat = stat(&work, "q");
    assert_eq!((&stat["taken"], &stat["dead"]), (&json!(600), &json!(4)));
}

#[test]
fn until_then_it_is_seen_which_record_fails() {
    let work = Work::new();
    work.kymo("store a.db").stdin(numbered("a", 500)).ok();
    put(&work, "", POISON).ok();
    let run = "run 'queue take q --drain --max-attempts 3 --attempts n | store a.db --strict' --summary";
    for failures in 1..=3 {
        work.kymo(run).end().code(1);
        let failing = &stat(&work, "q")["failing"];
        assert_eq!((&failing["record"], &failing["failures"]), (&json!(1), &json!(failures)));
        assert!(failing["reason"].as_str().is_some_and(|reason| reason.starts_with("strict: store: ")), "{failing}");
    }
    let text = work.kymo("queue stat q").ok();
    assert!(text.contains("failing  record 1 failed alone, attempts: 3, the last one ended with strict"), "{text}");
    let ended = work.kymo(run).end().code(1).tells("reject record 1: it failed alone 3 times");
    assert!(ended.stderr().contains("\"dead\":1"), "{}", ended.stderr());
    assert_eq!(stat(&work, "q")["dead"], 1);
    // Into a file, where one is named; once is enough where one is asked for.
    put(&work, "", POISON).ok();
    let run = "run 'queue take q --drain --max-attempts 1 --rejects dead | store a.db --strict'";
    (0..2).for_each(|_| drop(work.kymo(run).end().code(1)));
    assert_eq!((codes(&work.read("dead")), &stat(&work, "q")["dead"]), (vec!["dead-letter".to_owned()], &json!(2)));
    work.kymo("queue take q --max-attempts 0").end().code(2);
}

/// Without the flag a record fails for ever, as before; with it, what failed before counts once.
#[test]
fn without_the_flag_nothing_is_put_aside() {
    let work = Work::new();
    put(&work, "", with_poison(600)).ok();
    for _ in 0..5 {
        work.kymo("run 'queue take q --drain | store a.db --strict'").end().code(1);
    }
    let stat = stat(&work, "q");
    assert_eq!((&stat["records"], &stat["dead"], &stat["failing"]), (&json!(601), &json!(0), &Value::Null));
}

/// A sink that never comes back from one record: its run is killed, as a watchdog kills it.
#[test]
fn a_record_that_hangs_every_run_is_put_aside_after_kills() {
    let work = Work::new();
    work.kymo("store a.db").stdin(numbered("a", 1)).ok();
    let db = Connection::open(work.path("a.db")).expect("a database");
    db.execute_batch(
        "CREATE VIEW forever AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
         CREATE TRIGGER hangs BEFORE INSERT ON readings WHEN NEW.value = 500 BEGIN SELECT max(x) FROM forever; END;",
    )
    .expect("a trigger");
    drop(db);
    put(&work, "", numbered("a", 1000)).ok();
    let taken_to = || {
        let db = Connection::open(work.path("q")).expect("a database");
        db.query_row("SELECT taken_to FROM kymo_counts", [], |row| row.get::<_, i64>(0)).unwrap_or(0)
    };
    let mut runs = 0;
    loop {
        let mut run = work.kymo("run 'queue take q --drain --max-attempts 2 | store a.db --batch 50'").start();
        // Number 501 is on its way, or the run has come to its end.
        run.comes_to("poison", || taken_to() >= 501 || stat(&work, "q")["records"] == 0);
        if stat(&work, "q")["dead"] == 1 {
            assert_eq!(run.end().2.code(), Some(1));
            break;
        }
        drop(run);
        // Who begins to take judges what was on its way.
        work.kymo("queue take q --max-attempts 2 -W 0s").ok();
        runs += 1;
        assert!(runs <= MOST_RUNS, "it was not found");
    }
    let others: Vec<i64> = (0..1000).filter(|&n| n != 500).collect();
    assert_eq!(values(&work, "a.db"), others);
    let rejects = work.kymo("queue export q --rejects").ok();
    assert!(codes(&rejects) == ["dead-letter"] && rejects.contains("the last run ended with killed"), "{rejects}");
}

/// Kills at random moments, none of which is any record's fault.
#[test]
fn killed_at_random_moments_nothing_is_lost() {
    let work = Work::new();
    let count = 5000;
    put(&work, "", numbered("a", count)).ok();
    let mut random = random();
    for _ in 0..10 {
        let before = stat(&work, "q")["records"].as_u64().expect("a number");
        let run = work.kymo("run 'queue take q --max-attempts 3 --max-inflight 500 | store a.db --batch 100'").start();
        let less = || stat(&work, "q")["records"].as_u64().is_some_and(|n| n < before || n == 0);
        until("some are taken", less);
        std::thread::sleep(Duration::from_millis(random.below(10)));
        drop(run);
    }
    work.kymo("run 'queue take q --drain --max-attempts 3 | store a.db'").end();
    let mut all: BTreeSet<i64> = values(&work, "a.db").into_iter().collect();
    let rejects = work.kymo("queue export q --rejects").ok();
    for line in rejects.lines() {
        let reject: Value = serde_json::from_str(line).expect("a reject");
        let raw: Value = serde_json::from_str(reject["raw"].as_str().expect("a record")).expect("JSON");
        all.extend(raw["value"].as_i64());
    }
    assert_eq!(all.len(), count as usize);
    assert_eq!(stat(&work, "q")["records"], 0);
}

/// What is true of every record condemns none.
#[test]
fn an_outage_makes_no_dead_letters() {
    let work = Work::new();
    put(&work, "", numbered("a", 3)).ok();
    let closed = refusing();
    let port = closed.port;
    let run = format!(
        "run 'queue take q --drain --max-attempts 1 | mqtt-pub mqtt://127.0.0.1:{port} -t t --retries 0 --rejects r'"
    );
    for _ in 0..4 {
        work.kymo(&run).end().code(69);
        // Stopped in order, with a sink that cannot commit.
        work.kymo("store a.db").stdin("{\"time\":0}\n").ok();
        let other = Connection::open(work.path("a.db")).expect("a database");
        other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        let run = work.kymo("run --grace 100ms 'queue take q --max-attempts 1 | store a.db'").start();
        let db = Connection::open(work.path("q")).expect("a database");
        let taken =
            || db.query_row("SELECT taken_to FROM kymo_counts", [], |row| row.get::<_, i64>(0)).unwrap_or(0) > 0;
        until("note of what is taken", taken);
        run.signal(rustix::process::Signal::TERM);
        assert_ne!(run.end().2.code(), Some(0));
    }
    let stat = stat(&work, "q");
    assert_eq!((&stat["records"], &stat["dead"], &stat["failing"]), (&json!(3), &json!(0), &Value::Null));
}

/// A queue that an older kymo created.
#[test]
fn a_queue_of_the_first_version_is_taken_over() {
    let work = Work::new();
    work.kymo("store a.db").stdin(numbered("a", 500)).ok();
    put(&work, "", POISON).ok();
    let db = Connection::open(work.path("q")).expect("a database");
    db.execute_batch("DROP TABLE kymo_trial; DROP TABLE kymo_limits; PRAGMA user_version = 1").expect("an older file");
    drop(db);
    assert_eq!((&stat(&work, "q")["dead"], &stat(&work, "q")["full_in"]), (&json!(0), &Value::Null));
    work.kymo("queue check q").ok();
    for _ in 0..2 {
        work.kymo("run 'queue take q --drain --max-attempts 1 | store a.db --strict'").end().code(1);
    }
    assert_eq!(stat(&work, "q")["dead"], 1);
}
