//! What is put comes out: in order, once, by turns.

use super::*;

#[test]
fn what_is_put_comes_out_byte_for_byte() {
    let work = Work::new();
    let lines = concat!(
        "{\"variant\":\"data\",\"data\":{\"s\":\"say \\\"hi\\\", ok\"}}\n",
        "  { \"value\" : 1E+2 ,\t\"a\" : [ 1, {} ] }  \r\n",
        "{\"s\":\"line1\\nline2\\r\\n\\ttab\\\\\",\"n\":12345678901234567890.1234567890}\n",
        "{}\n",
        "{\"\u{fc}\":\"\u{b0}C \u{1f600}\",\"nul\":\"\\u0000\"}\n",
    );
    let bad = "no JSON\n[1]\n{\"a\":NaN}\n";
    let ended = put(&work, "--rejects bad --summary", format!("{bad}{lines}")).end().code(1);
    let counts: Value = serde_json::from_str(&ended.stderr()).expect("a summary");
    assert_eq!((&counts["in"], &counts["put"], &counts["rejected"]), (&json!(8), &json!(5), &json!(3)));
    assert_eq!(codes(&work.read("bad")), ["json"; 3]);
    assert_eq!(export(&work, "q"), lines);
    assert_eq!(work.kymo("queue peek q -n 2").ok(), lines.split_inclusive('\n').take(2).collect::<String>());
    assert_eq!(work.kymo("queue peek q").ok(), lines);
    assert_eq!(work.kymo("queue take q --drain").ok(), lines);
    assert_eq!(export(&work, "q") + &work.kymo("queue take q --drain").ok(), "");
    // Fifteen to peek at are ten, unless more are asked for.
    put(&work, "", numbered("a", 15)).ok();
    assert_eq!(work.kymo("queue peek q").ok().lines().count(), 10);
    assert_eq!(work.kymo("queue peek q --count 99").ok(), numbered("a", 15));
    let cut = work.shell("kymo queue export q | head -1; echo ${PIPESTATUS[0]}").ok();
    assert!(cut.ends_with("}\n0\n"), "{cut}");
}

/// What users of an older queue relied on: the oldest n, and the next ones while those are on their way; what is
/// confirmed is gone, and numbers go on after the queue was empty.
#[test]
fn the_oldest_come_first_and_numbers_are_never_used_again() {
    let work = Work::new();
    put(&work, "", numbered("a", 10)).ok();
    let lines = numbered("a", 10);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(work.kymo("queue take q -C 1").ok().trim_end(), lines[0]);
    assert_eq!(work.kymo("queue take q --count 3").ok().lines().collect::<Vec<_>>(), lines[1..4]);
    assert_eq!(work.kymo("queue take q --drain").ok().lines().collect::<Vec<_>>(), lines[4..]);
    put(&work, "", "{}\n").ok();
    let db = Connection::open(work.path("q")).expect("a database");
    let id: i64 = db.query_row("SELECT id FROM kymo_queue", [], |row| row.get(0)).expect("a row");
    assert_eq!(id, 11);
}

#[test]
fn through_a_queue_into_a_database_and_into_another_queue() {
    let work = Work::new();
    let records = numbered("a", 5000);
    for form in ["kymo run 'queue take q --drain | store a.db'", "kymo queue take q --drain | kymo store b.db"] {
        put(&work, "", &records).ok();
        work.shell(form).ok();
        assert_eq!(stat(&work, "q")["records"], 0);
    }
    let stored = work.kymo("query a.db").ok();
    assert_eq!(stored.lines().count(), 5000);
    assert_eq!(work.kymo("query b.db").ok(), stored);
    put(&work, "", &records).ok();
    work.kymo("run 'queue take q --drain --max-inflight 100 | queue put q2 --batch 7 --flush 1ms'").ok();
    assert_eq!(export(&work, "q2"), records);
    // A queue on the way of a pipeline passes what it has committed.
    let passed = work.kymo("run 'queue take q2 --drain | queue put q3 --pass'").ok();
    assert_eq!((passed, export(&work, "q3")), (records.clone(), records));
    work.kymo("run 'queue take q | gapfill --every 1s | mqtt-pub -t t'").end().code(2).tells("--rejects");
    work.kymo("run 'queue stat q | store a.db'").end().code(2).tells("is not a stage");
    work.kymo("run 'replay x | queue put q --pass | store a.db'").end().code(2).tells("after queue put only");
}

#[test]
fn one_unconfirmed_at_a_time_goes_on() {
    let work = Work::new();
    put(&work, "", numbered("a", 50)).ok();
    work.kymo("run 'queue take q --drain --max-inflight 1 | store a.db'").ok();
    assert_eq!(work.kymo("query a.db").ok().lines().count(), 50);
}

#[test]
fn several_processes_put_and_each_keeps_its_order() {
    let work = Work::new();
    let taker = work.kymo("queue take q -C 20000").start();
    let writers = ["a", "b", "c", "d"];
    let runs: Vec<_> = writers
        .map(|name| {
            work.file(name, numbered(name, 5000));
            work.kymo(&format!("queue put q --batch 50 {name}")).start()
        })
        .into_iter()
        .collect();
    for run in runs {
        let (_, told, status) = run.end();
        assert!(status.success() && told.is_empty(), "{told}");
    }
    let (out, told, status) = taker.end();
    assert!(status.success() && told.is_empty(), "{told}");
    for name in writers {
        let own: String =
            out.lines().filter(|l| l.contains(&format!("\"{name}\""))).map(|l| format!("{l}\n")).collect();
        assert!(own == numbered(name, 5000), "{name} is out of order or not whole");
    }
    let stat = stat(&work, "q");
    assert_eq!((&stat["put"], &stat["taken"], &stat["records"]), (&json!(20000), &json!(20000), &json!(0)));
    assert_eq!(stat["bytes"], 0);
}

#[test]
fn it_stays_for_more_until_it_is_told_to_end() {
    let work = Work::new();
    // The queue is not there yet.
    let run = work.kymo("queue take q").start();
    put(&work, "", "{\"n\":1}\n").ok();
    assert_eq!(run.line(), "{\"n\":1}");
    put(&work, "", "{\"n\":2}\n").ok();
    assert_eq!(run.line(), "{\"n\":2}");
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
    let run = work.kymo("queue take q").start();
    put(&work, "", "{\"n\":3}\n").ok();
    assert_eq!(run.line(), "{\"n\":3}");
    run.signal(Signal::INT);
    assert_eq!(run.end().2.signal(), Some(2));
    assert_eq!(stat(&work, "q")["taken"], 3);
    for words in ["queue take q -W 50ms", "queue take q --for 0s", "run 'queue take q -W 50ms | store a.db'"] {
        work.kymo(words).ok();
    }
}

#[test]
fn one_takes_at_a_time_and_the_next_gets_its_turn() {
    let work = Work::new();
    let first = work.kymo("queue take q").start();
    put(&work, "", "{\"n\":1}\n").ok();
    assert_eq!(first.line(), "{\"n\":1}");
    work.kymo("queue take q --no-wait").end().code(75).tells("kymo: queue take: another kymo takes from q");
    work.kymo("queue take q -W 100ms").end().code(0).tells("another kymo takes from q: waiting");
    let second = work.kymo("queue take q").start();
    second.told("another kymo takes from q: waiting");
    let third = work.kymo("queue take q").start();
    third.told("waiting");
    third.signal(Signal::TERM);
    let (_, told, status) = third.end();
    assert!(status.success() && told.is_empty(), "told once: {told}");
    drop(first);
    put(&work, "", "{\"n\":2}\n").ok();
    assert_eq!(second.line(), "{\"n\":2}");
}

/// A taker whose sink cannot commit is killed: what it had taken comes again, and says so.
#[test]
fn attempts_are_counted_beyond_kills() {
    let work = Work::new();
    put(&work, "", "{\"time\":1}\n").ok();
    work.kymo("store a.db").stdin("{\"time\":0}\n").ok();
    let other = Connection::open(work.path("a.db")).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let taken = || {
        let db = Connection::open(work.path("q")).expect("a database");
        db.query_row("SELECT taken_to FROM kymo_counts", [], |row| row.get::<_, i64>(0)).expect("a number") > 0
    };
    for _ in 0..3 {
        let run = work.kymo("run 'queue take q | store a.db'").start();
        until("note of what is taken", taken);
        drop(run);
        work.shell("kymo queue take q.none --drain; kymo queue peek q").ok();
        // Looking does not count; the next one that takes does, though nothing more comes.
        let db = Connection::open(work.path("q")).expect("a database");
        db.execute_batch("PRAGMA wal_checkpoint").expect("a checkpoint");
        drop(db);
        work.kymo("queue take q --max-inflight 1 -W 0s").ok();
        assert!(!taken());
    }
    put(&work, "", "{\"time\":2,\"n\":\"x\"}\n").ok();
    assert_eq!(work.kymo("queue take q --attempts n -C 2").ok(), "{\"time\":1,\"n\":4}\n{\"time\":2,\"n\":1}\n");
    other.execute_batch("COMMIT").expect("the lock is free");
}

#[test]
fn a_sink_that_fails_removes_nothing() {
    let work = Work::new();
    put(&work, "", "{\"time\":1}\n{\"value\":1}\n{\"time\":2}\n").ok();
    // --strict in the middle: nothing of the chunk is confirmed.
    work.kymo("run 'queue take q --drain | store a.db --strict'").end().code(1);
    assert_eq!(stat(&work, "q")["records"], 3);
    work.kymo("run 'queue take q --drain | store a.db'").end().code(1);
    assert_eq!(stat(&work, "q")["records"], 0);
    let rejects = work.kymo("queue export q --rejects").ok();
    assert_eq!(rejects, "", "they went into the database with the others");
    assert_eq!(work.kymo("query a.db").ok().lines().count(), 2);
    put(&work, "", numbered("a", 20000)).ok();
    let cut = work.shell("set -o pipefail; kymo queue take q | head -1").end();
    cut.assert(cut.output.status.success() && cut.stderr().is_empty(), "success in silence");
    assert!(stat(&work, "q")["records"].as_u64() > Some(0));
}

#[test]
fn pipelines_of_a_name_put_one_at_a_time() {
    let work = Work::new();
    let mut first = work.kymo("run --name take 'gapfill --every 1s | queue put q'").start();
    first.send("{\"time\":1}\n");
    until("record", || !work.kymo("queue export q").end().stdout().is_empty());
    work.kymo("run --name take 'gapfill --every 1s | queue put q'").end().code(75).tells("runs in another process");
    // Whatever a pipeline is called, it is not in the way of who takes.
    assert_eq!(work.kymo("queue take q --no-wait --drain").ok(), "{\"time\":1}\n");
    assert!(first.end().2.success());
}
