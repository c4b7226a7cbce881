//! `queue` where things go wrong: kills at random moments, full disks, damaged records and pages.

use super::{codes, export, numbered, put, stat};
use crate::faults::Mounted;
use crate::harness::{PATIENCE, Work, random, until};
use crate::kill::{moment, rows};
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

#[test]
fn killed_ten_times_on_the_way_nothing_is_lost_and_nothing_stored_twice() {
    killed(10, 20_000);
}

#[test]
#[ignore = "a hundred and fifty kills: make soak"]
fn killed_for_long_on_the_way_nothing_is_lost_and_nothing_stored_twice() {
    killed(150, 150_000);
}

/// From one queue to the next, which is an acknowledging sender and a sink at once, then into a database.
fn killed(times: usize, count: u32) {
    let work = Work::new();
    let records = numbered("a", count);
    put(&work, "", &records).ok();
    std::fs::copy(work.path("q"), work.path("whole")).expect("a copy");
    let mut random = random();
    let mut depths = Vec::new();
    let between = |depths: &[u64]| depths.iter().any(|&n| n > 0 && n < u64::from(count));
    for _ in 0..times {
        let before = depth(&work, "q");
        let run = work.kymo("run 'queue take q --max-inflight 1000 | queue put b --batch 500 --archive days'").start();
        // When some more are through, wherever it then is.
        until("some are taken", || depth(&work, "q") < before || before == 0);
        std::thread::sleep(Duration::from_millis(random.below(10)));
        drop(run);
        depths.push(depth(&work, "q"));
    }
    assert!(between(&depths) && depths.is_sorted_by(|a, b| a >= b), "{depths:?}");
    work.kymo("run 'queue take q --drain | queue put b --archive days'").end().code(0);
    assert_eq!(stat(&work, "q")["records"], 0);
    let out = export(&work, "b");
    let lines: Vec<&str> = out.lines().collect();
    let unique: BTreeSet<&str> = lines.iter().copied().collect();
    assert!(unique.len() == count as usize && unique.iter().all(|line| records.contains(*line) || count > 50_000));
    for round in 0..4 {
        let enough = moment(&mut random, rows(&work, "a.db"), u64::from(count), 4 - round);
        let mut run = work.kymo("run 'queue take b | store a.db --batch 500'").start();
        run.comes_to("rows", || rows(&work, "a.db") >= enough);
        drop(run);
    }
    work.kymo("run 'queue take b --drain | store a.db'").ok();
    assert_eq!(
        work.kymo("query a.db").ok().lines().count(),
        count as usize,
        "twice on the wire: {}",
        lines.len() - count as usize
    );
    // The archive has each at least once, in whole lines.
    let mut archived = BTreeSet::new();
    for day in std::fs::read_dir(work.path("days")).expect("a folder") {
        let text = std::fs::read_to_string(day.expect("an entry").path()).expect("a file");
        archived.extend(text.lines().map(str::to_owned));
        assert!(text.ends_with("}\n"));
    }
    assert!(archived.len() == count as usize && archived.iter().all(|line| unique.contains(line.as_str())));
}

/// How many records a queue holds, while others may have it.
fn depth(work: &Work, queue: &str) -> u64 {
    let Ok(db) = Connection::open_with_flags(work.path(queue), OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.busy_timeout(PATIENCE).expect("patience");
    db.query_row("SELECT count(*) FROM kymo_queue", [], |row| row.get::<_, i64>(0)).map_or(0, i64::unsigned_abs)
}

/// What a put that was killed had said that it committed is there.
#[test]
fn what_put_acknowledged_survives_a_kill() {
    let work = Work::new();
    work.file("in", numbered("a", 100_000));
    let mut random = random();
    let whole = std::fs::metadata(work.path("in")).expect("a file").len();
    let mut middle = 0;
    for round in 0..10 {
        let out = format!("out{round}");
        let enough = random.below(whole / 2);
        let mut run =
            work.shell(&format!("exec kymo queue put q{round} --batch 200 --flush 1ms --pass in > {out}")).start();
        run.comes_to("output", || std::fs::metadata(work.path(&out)).is_ok_and(|file| file.len() >= enough));
        std::thread::sleep(Duration::from_micros(random.below(5000)));
        drop(run);
        let passed = std::fs::read_to_string(work.path(&out)).unwrap_or_default();
        let passed = &passed[..passed.rfind('\n').map_or(0, |at| at + 1)];
        middle += u32::from(!passed.is_empty() && (passed.len() as u64) < whole);
        if !passed.is_empty() {
            assert!(export(&work, &format!("q{round}")).starts_with(passed), "round {round}");
        }
    }
    assert!(middle > 0, "it was always killed before its first commit or after its last");
}

/// As `kill.rs` has it for `store`: what the filters remember is in the queue, in one transaction with the records.
#[test]
fn a_pipeline_of_filters_into_a_queue_is_killed_and_goes_on() {
    let work = Work::new();
    let pipeline = |queue: &str| {
        format!(
            "run 'replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h | queue put {queue} --batch 40 --flush 5ms'"
        )
    };
    work.kymo(&pipeline("whole")).ok();
    let mut random = random();
    let mut middle = 0;
    for _ in 0..10 {
        // The file is read from its start each time.
        let before = depth(&work, "killed");
        let enough = before + random.below(1000);
        let mut run = work.kymo(&pipeline("killed")).start();
        let in_time = run.comes_to("records", || depth(&work, "killed") >= enough);
        drop(run);
        middle += u32::from(in_time && depth(&work, "killed") > before);
    }
    assert!(middle > 0, "it was never killed in the middle");
    work.kymo(&pipeline("killed")).ok();
    for queue in ["whole", "killed"] {
        work.kymo(&format!("run 'queue take {queue} --drain | store {queue}.db'")).ok();
    }
    // The file is read again from its start each time, so that its records are in the queue more than once: fills are not.
    let [whole, killed] = ["whole.db", "killed.db"].map(|db| work.kymo(&format!("query {db}")).ok());
    assert!(whole == killed && whole.lines().count() == 1440);
    let fills = Connection::open(work.path("killed.db")).expect("a database");
    let filled: i64 =
        fills.query_row("SELECT count(*) FROM readings WHERE filled", [], |row| row.get(0)).expect("a number");
    assert_eq!(filled, 273);
    let check = work.kymo("queue check killed").ok();
    assert!(check.contains("\"sound\":true"), "{check}");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=4m") else { return };
    let records = numbered("a", 100_000);
    put(&work, "", &records).ok();
    let run = "run 'queue take q --drain --max-inflight 2000 | queue put mounted/b'";
    work.kymo(run).end().code(74).tells("full");
    let left = stat(&work, "q")["records"].as_u64().expect("a number");
    assert!(left > 0 && left < 100_000, "{left}");
    disk.again("remount,size=256m");
    let there = stat(&work, "mounted/b")["records"].as_u64().expect("a number");
    assert!(there + left >= 100_000, "{there} there and {left} left");
    work.kymo(run).ok();
    let out = export(&work, "mounted/b");
    assert_eq!(out.lines().collect::<BTreeSet<_>>().len(), 100_000);
    let sound = work.kymo("queue check mounted/b").ok();
    assert!(sound.contains("\"sound\":true"), "{sound}");
}

#[test]
fn an_archive_on_a_full_disk_keeps_whole_lines() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=1m") else { return };
    work.file("in", numbered("a", 100_000));
    work.kymo("queue put q --batch 1000 --archive mounted/days in").end().code(74).tells("append to archive");
    let there = stat(&work, "q")["records"].as_u64().expect("a number");
    let text = || {
        let days = std::fs::read_dir(work.path("mounted/days")).expect("a folder");
        days.map(|day| std::fs::read_to_string(day.expect("an entry").path()).expect("a file")).collect::<String>()
    };
    let archived = text();
    assert!(archived.ends_with("}\n") && archived.lines().count() as u64 >= there && there > 0);
    assert!(archived.starts_with(&export(&work, "q")));
    disk.again("remount,size=64m");
}

/// Changes bytes of a record behind SQLite's back.
fn flip(work: &Work, queue: &str, old: &str, new: &str) {
    Connection::open(work.path(queue))
        .expect("a database")
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a checkpoint");
    let mut bytes = std::fs::read(work.path(queue)).expect("a file");
    let at = bytes.windows(old.len()).position(|w| w == old.as_bytes()).expect("the record");
    bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    std::fs::write(work.path(queue), bytes).expect("a file");
}

#[test]
fn a_damaged_record_is_rejected_and_those_behind_it_come() {
    let work = Work::new();
    let records = numbered("a", 5);
    put(&work, "", &records).ok();
    flip(&work, "q", "\"value\":2", "\"value\":3");
    let good: String = records.lines().filter(|l| !l.contains("\"value\":2}")).map(|l| format!("{l}\n")).collect();
    for words in ["queue peek q", "queue export q"] {
        let ended = work.kymo(words).end().code(1).tells("skip record 3 of q: its checksum is wrong");
        assert_eq!(ended.stdout(), good);
    }
    std::fs::copy(work.path("q"), work.path("q2")).expect("a copy");
    let ended = work
        .kymo("queue take q --drain")
        .end()
        .code(1)
        .tells("record 3 of the queue is damaged: its checksum is wrong");
    assert_eq!(ended.stdout(), good);
    let rejects = work.kymo("queue export q --rejects").ok();
    assert_eq!(codes(&rejects), ["damaged-record"]);
    assert!(rejects.contains("\\\"value\\\":3}") && rejects.contains("\"line\":3"), "{rejects}");
    let counts = stat(&work, "q");
    assert_eq!((&counts["records"], &counts["taken"], &counts["damaged"]), (&json!(0), &json!(4), &json!(1)));
    // Where the user wants them, or the end at the first.
    for (flags, there) in [("--strict", 5), ("--rejects bad", 0)] {
        work.kymo(&format!("run 'queue take q2 --drain {flags} | store a.db'")).end().code(1);
        assert_eq!(stat(&work, "q2")["records"], there, "{flags}");
    }
    assert_eq!(codes(&work.read("bad")), ["damaged-record"]);
    // A record that is too long for the pipeline is not damaged, and rejected all the same.
    work.kymo("queue put q3").stdin("{\"a\":\"0123456789\"}\n{}\n").ok();
    assert_eq!(work.kymo("queue take q3 --drain --max-record 10").end().code(1).stdout(), "{}\n");
    assert_eq!(codes(&work.kymo("queue export q3 --rejects").ok()), ["too-long"]);
}

#[test]
fn a_check_sets_damaged_records_aside() {
    let work = Work::new();
    put(&work, "", numbered("a", 12_000)).ok();
    let sound = work.kymo("queue check q").ok();
    let wanted = json!({"queue": "q", "sound": true, "records": 12000, "damaged": 0, "set_aside": null, "lost": 0, "old_file": null});
    assert_eq!(serde_json::from_str::<Value>(&sound).expect("a report"), wanted);
    flip(&work, "q", "\"value\":7777}", "\"value\":7\u{7}77}");
    flip(&work, "q", "\"value\":11999}", "\"value\":11998}");
    let ended = work.kymo("queue check q").end().code(1).tells("2 damaged records were moved to q.damaged.ndjson");
    let report: Value = serde_json::from_str(&ended.stdout()).expect("a report");
    assert_eq!((&report["sound"], &report["records"], &report["damaged"]), (&json!(false), &json!(11998), &json!(2)));
    assert_eq!(codes(&work.read("q.damaged.ndjson")), ["damaged-record"; 2]);
    assert_eq!(work.kymo("queue check q").ok().matches("\"sound\":true,\"records\":11998").count(), 1);
    let counts = stat(&work, "q");
    assert_eq!((&counts["records"], &counts["damaged"]), (&json!(11998), &json!(2)));
    assert_eq!(counts["bytes"].as_u64().expect("a number") as usize, export(&work, "q").len() - 11998);
    // What a person has changed in the tables is counted anew.
    let db = Connection::open(work.path("q")).expect("a database");
    db.execute_batch("UPDATE kymo_counts SET records = 5").expect("a wrong count");
    drop(db);
    work.kymo("queue check q").ok();
    assert_eq!(stat(&work, "q")["records"], 11998);
}

/// Every page but the first is overwritten in its turn: what stands on the others is kept.
#[test]
fn a_damaged_file_is_made_anew_of_what_can_be_read() {
    let work = Work::new();
    let big = format!("{{\"time\":1,\"big\":\"{}\"}}\n", "x".repeat(20_000));
    let records = numbered("a", 2000) + &big + &numbered("b", 2000);
    work.kymo("run --name n 'gapfill --every 1h --max-gap 1s | queue put q'").stdin(&records).end();
    work.kymo("queue take q -C 100").ok();
    let kept = export(&work, "q");
    let kept: Vec<&str> = kept.lines().collect();
    assert_eq!(kept.len(), 3901);
    Connection::open(work.path("q"))
        .expect("a database")
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a checkpoint");
    let whole = std::fs::read(work.path("q")).expect("a file");
    let pages = whole.len() / 4096;
    let mut mended = 0;
    for page in (1..pages).step_by(5) {
        let queue = format!("p{page}");
        std::fs::write(work.path(&queue), &whole).expect("a copy");
        let file = std::fs::File::options().write(true).open(work.path(&queue)).expect("a file");
        let garbage: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        file.write_all_at(&garbage, page as u64 * 4096).expect("garbage");
        drop(file);
        let ended = work.kymo(&format!("queue check {queue}")).end();
        let report: Value = serde_json::from_str(&ended.stdout()).unwrap_or_default();
        let code = ended.output.status.code();
        ended.assert(code == Some(0) || code == Some(1), "a check");
        let left = export(&work, &queue);
        let left: Vec<&str> = left.lines().collect();
        // A page has some forty records on it, or is a part of the big one.
        assert!(left.len() > 3800, "page {page}: {} left, {report}", left.len());
        assert!(kept.len() - left.len() <= 120, "page {page}: {report}");
        let all: BTreeSet<&str> = kept.iter().copied().collect();
        assert!(left.iter().all(|line| all.contains(line)), "page {page}: a record that was not there");
        assert_eq!(report["records"], json!(left.len()));
        if code == Some(1) && report["old_file"] != Value::Null {
            mended += 1;
            assert!(work.path(&format!("{queue}.damaged")).exists());
            assert!(work.kymo(&format!("queue check {queue}")).ok().contains("\"sound\":true"));
        }
        // It goes on as a queue, with numbers of its own.
        work.kymo(&format!("queue put {queue}")).stdin("{\"new\":1}\n").ok();
        let out = work.kymo(&format!("queue take {queue} --drain")).ok();
        assert!(out.ends_with("{\"new\":1}\n") && out.lines().count() == left.len() + 1);
    }
    assert!(mended > 3, "{mended} of {pages} pages");
}

#[test]
fn a_damaged_file_is_told_with_what_to_do() {
    let work = Work::new();
    put(&work, "", numbered("a", 5000)).ok();
    Connection::open(work.path("q"))
        .expect("a database")
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a checkpoint");
    // The tree of the records: its root.
    let db = Connection::open(work.path("q")).expect("a database");
    let root: u32 = db
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'kymo_queue'", [], |row| row.get(0))
        .expect("a page");
    drop(db);
    let file = std::fs::File::options().write(true).open(work.path("q")).expect("a file");
    file.write_all_at(&[0xaa; 4096], (u64::from(root) - 1) * 4096).expect("garbage");
    drop(file);
    for words in ["queue take q --drain", "queue put q", "queue export q"] {
        let told = work.kymo(words).stdin("{}\n").end().code(74).tells("malformed").stderr();
        assert!(told.contains("kymo queue check q saves what can be read"), "{told}");
    }
    work.kymo("queue check q")
        .end()
        .code(1)
        .tells("q was rebuilt from what could be read; the old file is now q.damaged");
    assert_eq!(export(&work, "q"), numbered("a", 5000), "all of it, without the tree");
}

#[test]
fn a_check_needs_the_queue_for_itself() {
    let work = Work::new();
    let taker = work.kymo("queue take q").start();
    put(&work, "", "{}\n").ok();
    assert_eq!(taker.line(), "{}");
    work.kymo("queue check q").end().code(75).tells("q is in use");
    drop(taker);
    work.kymo("queue check q").ok();
    // And others while it does so.
    for words in ["queue put q", "queue take q --drain", "queue purge q --older-than 0"] {
        let ended = work.shell(&format!("flock q.lock kymo {words} </dev/null")).end();
        ended.code(75).tells("q is being checked by another kymo");
    }
}

/// A check decides by what the file is, never by words in its name or in a message (K29).
#[test]
fn a_check_leaves_what_is_no_queue_untouched() {
    let work = Work::new();
    std::fs::create_dir(work.path("malformed-day")).expect("a folder");
    work.kymo("store malformed-day/r.db").stdin(numbered("a", 50)).ok();
    let before = std::fs::read(work.path("malformed-day/r.db")).expect("a file");
    work.kymo("queue check malformed-day/r.db").end().code(2);
    assert!(std::fs::read(work.path("malformed-day/r.db")).expect("a file") == before, "it was touched");
    assert_eq!(work.kymo("query malformed-day/r.db").ok().lines().count(), 50);
    // Damaged too it is no queue; nor is a file that never was a database.
    let mut torn = before.clone();
    torn[4000..6000].fill(0x5a);
    work.file("torn.db", &torn);
    work.kymo("queue check torn.db").end().code(2);
    assert!(std::fs::read(work.path("torn.db")).expect("a file") == torn, "it was touched");
    work.file("noise", vec![0x5a; 10_000]);
    work.kymo("queue check noise").end().code(2);
    assert!(std::fs::read(work.path("noise")).expect("a file") == vec![0x5a; 10_000], "it was touched");
    let mut left: Vec<_> = std::fs::read_dir(work.path("."))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    left.sort();
    assert_eq!(left, ["malformed-day", "noise", "torn.db"]);
}

/// A queue whose first page is overwritten is known by the rows on its other pages.
#[test]
fn a_queue_without_its_head_is_salvaged() {
    let work = Work::new();
    put(&work, "", numbered("a", 2000)).ok();
    Connection::open(work.path("q"))
        .expect("a database")
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .expect("a checkpoint");
    let mut bytes = std::fs::read(work.path("q")).expect("a file");
    bytes[..100].fill(0);
    std::fs::write(work.path("q"), bytes).expect("a file");
    work.kymo("queue check q").end().code(1);
    assert!(export(&work, "q").lines().count() > 1900);
}
