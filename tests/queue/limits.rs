//! Its limits and its size, and the files beside it.

use super::*;
use crate::harness::PATIENCE;
use std::time::Instant;

#[test]
fn a_full_queue_is_waited_for() {
    let work = Work::new();
    work.file("in", numbered("a", 300));
    for limit in ["--max-records 10", "--max-size 600", "--max-records 200 --max-size 1GiB"] {
        let run = work.kymo(&format!("queue put q {limit} --on-full block in")).start();
        run.told("kymo: queue put: q is full: waiting until records are taken from it");
        let kept = stat(&work, "q");
        assert!(kept["records"].as_u64().is_some_and(|n| n <= 200), "{kept}");
        let out = work.kymo("queue take q -C 300").ok();
        assert!(out == numbered("a", 300), "{limit}: order and number");
        let (_, told, status) = run.end();
        assert!(status.success() && told.is_empty(), "told once: {told}");
    }
}

/// Backpressure must not keep anybody from ending it; what is told as committed is there.
#[test]
fn a_full_queue_does_not_outlive_the_grace() {
    let work = Work::new();
    work.file("in", numbered("a", 100));
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2)] {
        let run = work.kymo("queue put q --max-records 10 --grace 300ms in").start();
        run.told("is full");
        run.signal(signal);
        assert_eq!(run.end().2.signal(), Some(number));
        assert_eq!(stat(&work, "q")["records"], 10);
    }
    assert!(numbered("a", 100).starts_with(&export(&work, "q")));
}

#[test]
fn the_oldest_are_dropped_if_that_is_wanted() {
    let work = Work::new();
    let ended = put(&work, "--max-records 10 --on-full drop-oldest --summary", numbered("a", 100)).end().code(0);
    let told = ended.stderr();
    assert_eq!(told.matches("q is full: the oldest records are dropped").count(), 1, "{told}");
    assert!(told.contains("the queue was full: its 90 oldest records were dropped"), "{told}");
    let counts: Value = serde_json::from_str(told.lines().last().expect("a line")).expect("a summary");
    assert_eq!((&counts["put"], &counts["dropped"]), (&json!(100), &json!(90)));
    assert!(numbered("a", 100).ends_with(&export(&work, "q")));
    let one = numbered("b", 1);
    let size = 3 * (one.len() - 1);
    put(&work, &format!("--max-size {size} --on-full drop-oldest"), numbered("b", 5)).end().code(0);
    assert!(numbered("b", 5).ends_with(&export(&work, "q")));
    let stat = stat(&work, "q");
    assert_eq!((&stat["records"], &stat["bytes"], &stat["dropped"]), (&json!(3), &json!(size), &json!(102)));
}

#[test]
fn new_records_are_rejected_if_that_is_wanted() {
    let work = Work::new();
    let full = "--max-records 10 --on-full reject";
    put(&work, &format!("{full} --rejects bad --batch 4"), numbered("a", 25)).end().code(1);
    assert!(numbered("a", 25).starts_with(&export(&work, "q")));
    assert_eq!(stat(&work, "q")["records"], 10);
    assert_eq!(codes(&work.read("bad")), ["full"; 15]);
    // Behind a source that acknowledges they stay in the queue file, and are fed again.
    work.kymo(&format!("run 'queue take q --drain | queue put q2 {full} --max-size 300'")).end().code(1);
    let rest = work.shell("kymo queue export q2 --rejects > r && kymo replay --speed max --from-rejects r").ok();
    assert_eq!(export(&work, "q2") + &rest, numbered("a", 10));
    assert_eq!(stat(&work, "q2")["rejects"], json!(rest.lines().count()));
    work.kymo("queue take q2 --drain").ok();
    // One that never has room is rejected whatever is to be done.
    for on_full in ["block", "drop-oldest", "reject"] {
        let lines = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(100));
        let flags = format!("--max-size 50 --on-full {on_full} --rejects long");
        work.kymo(&format!("queue put q2 {flags}")).stdin(lines).end().code(1);
        assert_eq!(work.kymo("queue take q2 --drain").ok(), "{}\n");
    }
    assert_eq!(codes(&work.read("long")), ["too-long"; 3]);
    for words in ["--max-size 0", "--max-records 0", "--max-size x", "--on-full never", "--batch 0"] {
        put(&work, words, "").end().code(2);
    }
    work.kymo("queue put ''").end().code(2).tells("empty");
}

#[test]
fn a_time_of_receipt_is_given_once() {
    let work = Work::new();
    put(&work, "--stamp t --pass", "{\"t\":5}\n{}\n{\"a\":1}\n").ok();
    let stamped = export(&work, "q");
    let lines: Vec<Value> = stamped.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(lines[0], json!({"t": 5}));
    // Without its Z, since zeros at the end are left away: 05.12 is before 05.120001.
    let given = |line: &Value| line["t"].as_str().and_then(|t| t.strip_suffix('Z')).expect("a time").to_owned();
    assert!(given(&lines[1]) < given(&lines[2]) && lines[2]["a"] == 1, "{stamped}");
    work.kymo("run 'queue take q --drain | queue put q2 --stamp t'").ok();
    assert_eq!(export(&work, "q2"), stamped);
    // On its way out too, as every source has it.
    assert_eq!(work.kymo("queue take q2 --drain --stamp t").ok(), stamped);
}

#[test]
fn its_state_in_numbers() {
    let work = Work::new();
    put(&work, "", "").ok();
    assert_eq!(work.kymo("queue stat q").ok().lines().nth(1), Some("oldest   -"));
    assert_eq!(stat(&work, "q")["oldest"], Value::Null);
    put(&work, "", numbered("a", 1200)).ok();
    work.kymo("queue take q -C 600").ok();
    let stat = stat(&work, "q");
    assert_eq!(
        (&stat["queue"], &stat["records"], &stat["put"], &stat["taken"]),
        (&json!("q"), &json!(600), &json!(1200), &json!(600))
    );
    let left = export(&work, "q");
    assert_eq!(stat["bytes"], left.len() - 600);
    assert_eq!((&stat["in_per_second"], &stat["out_per_second"]), (&json!(20.0), &json!(10.0)));
    assert!(stat["oldest"].as_str().is_some_and(|t| t.ends_with('Z')) && stat["age_seconds"].as_f64() >= Some(0.0));
    let text = work.kymo("queue stat q").ok();
    assert!(
        text.starts_with("records  600, ")
            && text.contains("KiB\noldest   20")
            && text.contains("s ago\nrate     20/s in, 10/s out"),
        "{text}"
    );
    assert!(text.ends_with("total    1,200 put, 600 taken\n"), "{text}");
    for command in ["stat", "peek", "export", "check", "purge --older-than 0"] {
        let (command, flags) = command.split_once(' ').unwrap_or((command, ""));
        work.kymo(&format!("queue {command} none {flags}")).end().code(74).tells("there is no such queue");
        assert!(!work.path("none").exists());
    }
}

#[test]
fn what_is_old_is_purged() {
    let work = Work::new();
    put(&work, "", numbered("a", 12_000)).ok();
    // Nothing can wait for days here: a part of it becomes old.
    let db = Connection::open(work.path("q")).expect("a database");
    db.execute_batch("UPDATE kymo_queue SET put = put - 3600 * 1000000000 WHERE id <= 11000").expect("older rows");
    drop(db);
    let purge = |flags: &str| -> Value {
        serde_json::from_str(&work.kymo(&format!("queue purge q {flags} --json")).ok()).expect("a report")
    };
    let lengths: usize = numbered("a", 11_000).lines().map(str::len).sum();
    for (flags, deleted, left) in [
        ("--older-than 2h", 0, 12_000),
        ("--older-than 30m --dry-run", 11_000, 12_000),
        ("--older-than 30m", 11_000, 1000),
        ("--older-than 0", 1000, 0),
    ] {
        let report = purge(flags);
        assert_eq!((&report["deleted"], &report["left"]), (&json!(deleted), &json!(left)), "{flags}");
        assert_eq!(report["dry_run"], flags.contains("dry"));
        assert!(deleted != 11_000 || report["bytes"] == lengths, "{report}");
    }
    assert_eq!((&stat(&work, "q")["purged"], &stat(&work, "q")["bytes"]), (&json!(12_000), &json!(0)));
    work.kymo("queue purge q").end().code(2);
}

/// What is put while it runs is too new: it stays, and the counts are right.
#[test]
fn a_purge_leaves_what_arrives_meanwhile() {
    let work = Work::new();
    put(&work, "", numbered("a", 100)).ok();
    let db = Connection::open(work.path("q")).expect("a database");
    db.busy_timeout(PATIENCE).expect("patience");
    db.execute_batch("UPDATE kymo_queue SET put = 0 WHERE id <= 40; PRAGMA synchronous = off").expect("old records");
    let further =
        "INSERT INTO kymo_queue (put, record, crc) SELECT put, record, crc FROM kymo_queue ORDER BY id DESC LIMIT 1";
    let (mut purge, end) = (work.kymo("queue purge q --older-than 1h --json").start(), Instant::now() + PATIENCE);
    let mut left = 60;
    while purge.child.try_wait().expect("a child").is_none() {
        assert!(Instant::now() < end, "no end");
        db.execute_batch(further).expect("a record");
        left += 1;
    }
    let (out, told, status) = purge.end();
    assert!(status.success() && out.contains("\"deleted\":40"), "{out}{told}");
    let count: i64 = db.query_row("SELECT count(*) FROM kymo_queue", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, left);
}

#[test]
fn the_room_of_a_backlog_is_given_back() {
    let work = Work::new();
    let big = format!("{{\"x\":\"{}\"}}\n", "x".repeat(100_000)).repeat(300);
    let size = || std::fs::metadata(work.path("q")).expect("a file").len();
    put(&work, "", &big).ok();
    assert!(size() > 30_000_000);
    let taker = work.shell("exec kymo queue take q > /dev/null").start();
    until("a small file", || size() < 1_000_000);
    drop(taker);
    put(&work, "", &big).ok();
    work.kymo("queue purge q --older-than 0").ok();
    assert!(size() < 1_000_000);
}

#[test]
fn a_file_a_day_keeps_what_was_put() {
    let work = Work::new();
    work.file("a", numbered("a", 300));
    work.file("b", numbered("b", 300));
    let runs = ["a", "b"].map(|name| work.kymo(&format!("queue put q --archive days/here --batch 10 {name}")).start());
    for run in runs {
        assert!(run.end().2.success());
    }
    let days = || {
        let entries = std::fs::read_dir(work.path("days/here")).expect("a folder");
        let mut names: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
        names.sort();
        names
    };
    // At midnight there may be two.
    let text: String = days().iter().map(|day| std::fs::read_to_string(day).expect("a file")).collect();
    assert!(text == export(&work, "q"), "as the queue has it, in its order");
    let name = days()[0].file_name().expect("a name").to_string_lossy().into_owned();
    let day = name.strip_suffix(".ndjson").expect("a name");
    assert!(day.len() == 10 && time_of(&work).starts_with("20"), "{name}");
    // A day is loaded again by its name.
    assert_eq!(
        work.kymo(&format!("replay --speed max days/here/{name}")).ok(),
        std::fs::read_to_string(&days()[0]).expect("a file")
    );

    for (tail, told, whole) in [("{\"torn\":\"of", true, false), ("{\"whole\":1}", false, true)] {
        let last = days().pop().expect("a day");
        let before = std::fs::read_to_string(&last).expect("a file");
        std::fs::write(&last, format!("{before}{tail}")).expect("a torn line");
        let ended = put(&work, "--archive days/here", "{\"n\":1}\n").end().code(0);
        assert_eq!(ended.stderr().contains("cut off 11 bytes of an incomplete last line"), told, "{}", ended.stderr());
        let text: String = days().iter().map(|day| std::fs::read_to_string(day).expect("a file")).collect();
        let middle = if whole { format!("{tail}\n") } else { String::new() };
        assert!(text.ends_with(&format!("{middle}{{\"n\":1}}\n")), "{}", &text[text.len() - 100..]);
        assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
    // What is rejected or torn off is not put; what cannot be archived is not put.
    put(&work, "--archive a", "{\"n\":1}\n").end().code(74).tells("create folder a");
}

fn time_of(work: &Work) -> String {
    work.kymo("queue put t").stdin("{\"n\":1}\n").ok();
    stat(work, "t")["oldest"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn other_files_are_refused_untouched() {
    let work = Work::new();
    work.file("text", "time,value\n1,2\n".repeat(100));
    let db = Connection::open(work.path("foreign")).expect("a database");
    db.execute_batch("CREATE TABLE kymo_queue (id, record)").expect("a table");
    drop(db);
    work.kymo("store readings").stdin("{\"time\":1}\n").ok();
    put(&work, "", "{}\n").ok();
    std::fs::copy(work.path("q"), work.path("newer")).expect("a copy");
    let db = Connection::open(work.path("newer")).expect("a database");
    db.pragma_update(None, "user_version", 99).expect("a version");
    drop(db);
    for (name, told) in [
        ("text", "not an SQLite database"),
        ("foreign", "is not a queue that kymo created"),
        ("readings", "is a database of readings, not a queue"),
        ("newer", "version 99"),
    ] {
        let before = std::fs::read(work.path(name)).expect("a file");
        for command in ["put", "take", "stat", "peek", "export", "check", "purge --older-than 0"] {
            let (command, flags) = command.split_once(' ').unwrap_or((command, ""));
            let ended = work.kymo(&format!("queue {command} {name} {flags}")).stdin("{}\n").end();
            ended.code(2).tells(told).tells("it is not touched");
            assert!(std::fs::read(work.path(name)).expect("a file") == before, "{command} {name} changed the file");
        }
    }
    for command in ["store", "query", "trim --max-rows 1"] {
        let (command, flags) = command.split_once(' ').unwrap_or((command, ""));
        let ended = work.kymo(&format!("{command} q {flags}")).stdin("{\"time\":1}\n").end();
        ended.code(2).tells("q is a queue, not a database: it is not touched");
    }
    assert_eq!(export(&work, "q"), "{}\n");
}
