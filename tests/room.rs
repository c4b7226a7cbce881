//! Room on the disk: what makes room works where there is none, a reader who stands still keeps none, and a trim says why a
//! file did not become smaller.

use crate::faults::Mounted;
use crate::harness::{Work, until};
use rustix::process::Signal;
use serde_json::Value;

fn numbered(count: u32) -> String {
    (1..=count).map(|n| format!("{{\"time\":{n},\"value\":{n}}}\n")).collect()
}

/// Takes all the room that is left.
fn fill(work: &Work) {
    work.shell("dd if=/dev/zero of=mounted/fill bs=4k 2>/dev/null; sync").end();
}

/// A queue on a full disk, and which records it acknowledged.
fn full_queue(work: &Work) -> usize {
    let ended = work.kymo("queue put mounted/q --batch 1000 --pass").stdin(numbered(60_000)).end().code(74);
    ended.tells("full").stdout().lines().count()
}

fn records(work: &Work) -> u64 {
    let stat: Value = serde_json::from_str(&work.kymo("queue stat mounted/q --json").ok()).expect("JSON");
    stat["records"].as_u64().expect("a number")
}

// K27
#[test]
fn a_full_disk_is_emptied_by_taking() {
    for full in [false, true] {
        let work = Work::new();
        let Some(_disk) = Mounted::new(&work, "size=2m") else { return };
        let put = full_queue(&work);
        if full {
            fill(&work);
        }
        let out = work.kymo("queue take mounted/q --drain").ok();
        assert!(put > 1000 && out.lines().count() >= put, "{put} put, {} taken", out.lines().count());
        assert_eq!(records(&work), 0);
        assert_eq!(work.kymo("queue take mounted/q --drain").ok(), "", "nothing comes again");
        let _ = std::fs::remove_file(work.path("mounted/fill"));
        work.kymo("queue put mounted/q").stdin(numbered(10_000)).ok();
    }
}

// K27
#[test]
fn a_full_disk_is_emptied_by_a_pipeline_that_stores_elsewhere() {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, "size=2m") else { return };
    let put = full_queue(&work);
    fill(&work);
    work.kymo("run 'queue take mounted/q --drain | store elsewhere.db'").ok();
    assert_eq!(records(&work), 0);
    assert!(work.kymo("query elsewhere.db").ok().lines().count() >= put);
}

// K27
#[test]
fn a_full_disk_is_emptied_by_a_purge() {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, "size=2m") else { return };
    full_queue(&work);
    fill(&work);
    work.kymo("queue purge mounted/q --older-than 0").ok();
    assert_eq!(records(&work), 0);
}

// K27
#[test]
fn a_full_disk_is_emptied_by_a_trim() {
    for killed in [false, true] {
        let work = Work::new();
        let Some(_disk) = Mounted::new(&work, "size=4m") else { return };
        if killed {
            let mut store = work.kymo("store mounted/x.db --batch 1000 --pass").start();
            let records = numbered(10_000);
            store.send(&records);
            records.lines().for_each(|_| drop(store.line()));
            fill(&work);
            // The log stays as it was.
            store.signal(Signal::KILL);
            store.end();
            let log = std::fs::metadata(work.path("mounted/x.db-wal")).map_or(0, |log| log.len());
            assert!(log > 0, "a log");
        } else {
            work.file("in", numbered(200_000));
            work.kymo("store mounted/x.db --batch 1000 in").end().code(74).tells("full");
        }
        let before = work.kymo("query mounted/x.db").ok().lines().count();
        assert!(before > 1000);
        work.kymo("trim mounted/x.db --max-rows 1000 --archive old.ndjson").ok();
        assert_eq!(work.kymo("query mounted/x.db").ok().lines().count(), 1000);
        assert_eq!(work.read("old.ndjson").lines().count(), before - 1000, "each once");
        // From the next run on there is a reserve.
        let _ = std::fs::remove_file(work.path("mounted/fill"));
        work.kymo("trim mounted/x.db --max-rows 1000").ok();
        let more: String = (200_001..=220_000).map(|n| format!("{{\"time\":{n},\"value\":{n}}}\n")).collect();
        work.kymo("store mounted/x.db").stdin(more).ok();
        fill(&work);
        work.kymo("trim mounted/x.db --max-rows 10 --archive old.ndjson").ok();
        assert_eq!(work.kymo("query mounted/x.db").ok().lines().count(), 10);
        assert_eq!(work.read("old.ndjson").lines().count(), before + 20_000 - 10, "each once");
    }
}

/// Whoever filled the disk, and whenever: every command that lets a file grow keeps the reserve, from its first run on.
// K27
#[test]
fn a_disk_that_others_filled_is_emptied() {
    let cases = [
        ("store mounted/x", "trim mounted/x --max-rows 10", "query mounted/x", 10),
        ("queue put mounted/x", "queue purge mounted/x --older-than 0", "queue take mounted/x --drain", 0),
        ("queue put mounted/x", "queue take mounted/x --drain", "queue take mounted/x --drain", 0),
    ];
    for (write, free, read, left) in cases {
        for count in [1000, 40_000] {
            let work = Work::new();
            let Some(_disk) = Mounted::new(&work, "size=6m") else { return };
            work.kymo(write).stdin(numbered(count)).ok();
            fill(&work);
            work.kymo(free).ok();
            assert_eq!(work.kymo(read).ok().lines().count(), left, "{write} of {count}, {free}");
            // There is room to write again, and the reserve is there again.
            let _ = std::fs::remove_file(work.path("mounted/fill"));
            work.kymo(write).stdin("{\"time\":100000,\"value\":1}\n").ok();
            assert!(work.path("mounted/x.reserve").exists(), "{write}");
        }
    }
}

/// The disk is shared with others: what they take, old records give up.
#[test]
fn the_oldest_records_make_room_for_others() {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, "size=16m") else { return };
    work.kymo("store mounted/x").stdin(numbered(100_000)).ok();
    let free = || {
        let disk = rustix::fs::statvfs(work.path("mounted")).expect("a disk");
        disk.f_bavail * disk.f_frsize
    };
    let count = || work.kymo("query mounted/x").ok().lines().count();
    // Enough is free.
    work.kymo("trim mounted/x --min-free 1MiB").ok();
    assert_eq!(count(), 100_000);
    work.shell("dd if=/dev/zero of=mounted/other bs=1M count=9 2>/dev/null").end();
    let wanted = free() + (1 << 20);
    let dry = work.kymo(&format!("trim mounted/x --min-free {wanted} --dry-run")).ok();
    let dry: Value = serde_json::from_str(&dry).expect("JSON");
    work.kymo(&format!("trim mounted/x --min-free {wanted} --archive old.ndjson")).ok();
    assert!(free() >= wanted, "{} of {wanted}", free());
    let (left, gone) = (count(), work.read("old.ndjson").lines().count());
    assert!(left + gone == 100_000 && gone > 10_000 && left > 10_000, "{left} left, {gone} gone");
    let guess = dry["deleted"].as_u64().expect("a number") as usize;
    assert!((gone / 2..gone * 2).contains(&guess), "{guess} for {gone}");
    // More than the file has: all of it goes, and that is all.
    work.kymo("trim mounted/x --min-free 1GiB").ok();
    assert_eq!(count(), 0);
    work.kymo("trim postgres://127.0.0.1:1/x --min-free 1GiB").end().code(2).tells("--min-free is for SQLite files");
}

// K28
#[test]
fn a_reader_who_stands_still_keeps_no_log() {
    let work = Work::new();
    work.kymo("store x.db").stdin(numbered(50_000)).ok();
    let mut reader = work.shell("kymo query x.db | (read line; echo $line; sleep 1000)").start();
    assert!(reader.line().contains("1970"));
    work.kymo("trim x.db --max-rows 10").end().code(0).assert(true, "an end");
    let log = || std::fs::metadata(work.path("x.db-wal")).map_or(0, |log| log.len());
    let file = || std::fs::metadata(work.path("x.db")).map_or(0, |file| file.len());
    assert!(log() == 0 && file() < 200_000, "the log {} and the file {}", log(), file());
    drop(reader.stdin.take());
}

// K28
#[test]
fn a_trim_says_why_a_file_did_not_become_smaller() {
    let work = Work::new();
    work.kymo("store x.db").stdin(numbered(50_000)).ok();
    let reader = rusqlite::Connection::open(work.path("x.db")).expect("a database");
    reader.execute_batch("BEGIN; SELECT count(*) FROM readings").expect("a snapshot");
    work.kymo("trim x.db --max-rows 10").end().code(0).tells("a reader of x.db is in the middle of a query");
    drop(reader);
    let told = work.kymo("trim x.db --max-rows 5").end().code(0).stderr();
    assert_eq!(told, "");
}

// K63
#[test]
fn a_trim_counts_bytes_after_the_log_is_taken_in() {
    let work = Work::new();
    let records = numbered(20_000);
    let mut store = work.kymo("store x.db --pass").start();
    store.send(&records);
    records.lines().for_each(|_| drop(store.line()));
    // Killed, a writer leaves its log.
    store.signal(Signal::KILL);
    store.end();
    for flags in ["--max-rows 1000000", "--max-rows 10"] {
        let done: Value = serde_json::from_str(&work.kymo(&format!("trim x.db {flags} --json")).ok()).expect("JSON");
        until("a closed file", || !work.path("x.db-wal").exists());
        let size = std::fs::metadata(work.path("x.db")).expect("a file").len();
        assert_eq!(done["bytes_after"].as_u64(), Some(size), "{flags}: {done}");
    }
}

// K54
#[test]
fn what_went_well_is_told_when_it_is_asked_for() {
    let work = Work::new();
    work.kymo("store x.db").stdin(numbered(10)).ok();
    work.kymo("queue put q").stdin(numbered(10)).ok();
    for words in
        ["trim x.db --max-rows 8", "db backup x.db copy.db --force", "queue purge q --older-than 1h", "queue check q"]
    {
        let ended = work.kymo(words).end().code(0);
        assert_eq!((ended.stdout(), ended.stderr()), (String::new(), String::new()), "{words}");
        for flag in ["--json", "--summary"] {
            let out = work.kymo(&format!("{words} {flag}")).ok();
            assert!(serde_json::from_str::<Value>(&out).is_ok_and(|out| out.is_object()), "{words} {flag}: {out}");
        }
    }
    // What a dry run would do is all that there is to say.
    for words in ["trim x.db --max-rows 1 --dry-run", "queue purge q --older-than 0 --dry-run"] {
        assert!(work.kymo(words).ok().contains("\"dry_run\":true"), "{words}");
    }
}
