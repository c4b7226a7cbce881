//! Queues that are damaged: what is read, set aside, counted and made anew.

use super::{codes, export, numbered, put, stat};
use crate::harness::Work;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::FileExt as _;

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
    assert!(rejects.contains("\\\"value\\\":3}") && rejects.contains("record 3 of the queue"), "{rejects}");
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
    let sound = work.kymo("queue check q --json").ok();
    let wanted = json!({"queue": "q", "sound": true, "records": 12000, "damaged": 0, "set_aside": null, "lost": 0, "old_file": null, "dead": 0});
    assert_eq!(serde_json::from_str::<Value>(&sound).expect("a report"), wanted);
    flip(&work, "q", "\"value\":7777}", "\"value\":7\u{7}77}");
    flip(&work, "q", "\"value\":11999}", "\"value\":11998}");
    let ended = work.kymo("queue check q").end().code(1).tells("2 damaged records were moved to q.damaged.ndjson");
    let report: Value = serde_json::from_str(&ended.stdout()).expect("a report");
    assert_eq!((&report["sound"], &report["records"], &report["damaged"]), (&json!(false), &json!(11998), &json!(2)));
    assert_eq!(codes(&work.read("q.damaged.ndjson")), ["damaged-record"; 2]);
    assert_eq!(work.kymo("queue check q --json").ok().matches("\"sound\":true,\"records\":11998").count(), 1);
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
        let ended = work.kymo(&format!("queue check {queue} --json")).end();
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
            assert!(work.kymo(&format!("queue check {queue} --json")).ok().contains("\"sound\":true"));
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

/// A queue whose file was cut: what was lost is counted, from the counts on a page that is left.
// K30
#[test]
fn a_cut_queue_counts_what_is_lost() {
    let work = Work::new();
    put(&work, "", numbered("a", 800)).ok();
    let file = std::fs::File::options().write(true).open(work.path("q")).expect("a file");
    let length = file.metadata().expect("a length").len();
    file.set_len(length - 8192).expect("a cut");
    let ended = work.kymo("queue check q").end().code(1);
    let report: Value = serde_json::from_str(&ended.stdout()).expect("a report");
    let (records, lost) = (report["records"].as_u64(), report["lost"].as_u64());
    ended.assert(records.zip(lost).is_some_and(|(kept, lost)| lost > 0 && kept + lost == 800), "what is lost");
}

/// Where the counts are lost too, nobody knows how many records there were.
// K30
#[test]
fn lost_counts_are_not_taken_for_none() {
    let work = Work::new();
    put(&work, "", numbered("a", 800)).ok();
    let db = Connection::open(work.path("q")).expect("a database");
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'kymo_counts'";
    let page: u32 = db.query_row(sql, [], |row| row.get(0)).expect("a page");
    drop(db);
    let file = std::fs::File::options().write(true).open(work.path("q")).expect("a file");
    file.write_all_at(&[0xaa; 4096], (u64::from(page) - 1) * 4096).expect("garbage");
    let length = file.metadata().expect("a length").len();
    file.set_len(length - 4096).expect("a cut");
    let ended = work.kymo("queue check q").end().code(1).tells("how many records are lost cannot be known");
    let report: Value = serde_json::from_str(&ended.stdout()).expect("a report");
    ended.assert(report["lost"] == Value::Null, "no number");
}

/// A file that was a queue, or a database, and cannot be read is no wrong word: a supervisor may start it again.
// K30
#[test]
fn a_file_without_its_beginning_is_a_damaged_one() {
    let work = Work::new();
    put(&work, "", numbered("a", 500)).ok();
    work.kymo("queue put empty").stdin("").ok();
    work.kymo("store x.db").stdin("{\"time\":1}\n").ok();
    for (name, bytes) in [("q", 100), ("q", 4096), ("empty", 100), ("x.db", 100)] {
        let mut text = std::fs::read(work.path(name)).expect("a file");
        text[..bytes].fill(0x5a);
        std::fs::write(work.path("broken"), &text).expect("a file");
        let commands: &[&str] = match name {
            "x.db" => &["store", "query", "trim --max-rows 1"],
            _ => &["queue put", "queue take --drain", "queue stat"],
        };
        for command in commands {
            work.kymo(&format!("{command} broken")).stdin("{\"time\":1}\n").end().code(74).tells("broken is damaged");
            assert!(std::fs::read(work.path("broken")).expect("a file") == text, "{command} changed {name}");
        }
        if name != "x.db" {
            work.kymo("queue check broken").end().code(1);
            work.kymo("queue check broken").ok();
        }
    }
    // A text that speaks of the tables is no queue.
    work.file("dump", "CREATE TABLE kymo_queue (id);\n".repeat(100));
    work.kymo("queue check dump").end().code(2);
}
