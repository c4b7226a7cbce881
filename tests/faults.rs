//! `store` where things go wrong: files that are not kymo's, disks that are full or read-only, kills, and others who write.

use crate::databases::{Database, readings};
use crate::harness::{Work, skip};
use rusqlite::Connection;
use serde_json::Value;
use std::fmt::Write as _;
use std::process::Command;

/// What is not kymo's stays as it is, to the byte.
#[test]
fn other_files_are_refused_untouched() {
    let work = Database::sqlite();
    work.file("text", "time,value\n1,2\n".repeat(100));
    work.file("short", "x");
    work.file("almost", b"SQLite format 3\0 and no more");
    std::fs::create_dir(work.path("folder")).expect("a folder");
    let db = Connection::open(work.path("foreign")).expect("a database");
    db.execute_batch("CREATE TABLE readings (time, value); INSERT INTO readings VALUES (1, 2)").expect("rows");
    drop(db);
    // With a log that nobody has taken into the file yet.
    let db = Connection::open(work.path("log")).expect("a database");
    db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)").expect("rows");
    work.store("", "{\"time\":1}\n");
    std::fs::copy(work.path(work.target()), work.path("newer")).expect("a copy");
    Connection::open(work.path("newer"))
        .expect("a database")
        .pragma_update(None, "user_version", 99)
        .expect("a version");
    let bytes = |name: &str| std::fs::read(work.path(name)).expect("a file");
    for (name, told) in [
        ("text", "not an SQLite database"),
        ("short", "not an SQLite database"),
        ("almost", "not an SQLite database"),
        ("foreign", "not a database that kymo created"),
        ("log", "not a database that kymo created"),
        ("newer", "version 99"),
    ] {
        let before = bytes(name);
        for command in ["store", "query", "trim --max-rows 1"] {
            let (command, flags) = command.split_once(' ').unwrap_or((command, ""));
            work.kymo(&format!("{command} {name} {flags}")).stdin("{\"time\":1}\n").end().code(2).tells(told);
            assert!(bytes(name) == before, "{command} {name} changed the file");
        }
    }
    drop(db);
    for command in ["store folder", "query folder", "store /dev/null"] {
        work.kymo(command).end().code(2).tells("is not a file");
    }
    work.kymo("store missing/x.db").stdin("{\"time\":1}\n").end().code(74);
    work.kymo("store mysql://x/y").end().code(2).tells("no database engine for mysql");
    work.kymo("store ''").end().code(2);
    // An empty file is a new database; names that mean something to SQLite are only names.
    work.file("empty.db", "");
    for name in ["empty.db", ":memory:", "file:x?mode=memory", "a b#c%41.db"] {
        work.kymo(&format!("store '{name}'")).stdin("{\"time\":1}\n").ok();
        assert_eq!(work.kymo(&format!("query '{name}'")).ok().lines().count(), 1, "{name}");
        assert!(work.path(name).is_file());
    }
}

/// A file system of its own, or none where a test may not mount one.
pub(crate) struct Mounted(std::path::PathBuf);

impl Mounted {
    pub(crate) fn new(work: &Work, size: &str) -> Option<Mounted> {
        Mounted::at(work.path("mounted"), size)
    }

    pub(crate) fn at(path: std::path::PathBuf, size: &str) -> Option<Mounted> {
        std::fs::create_dir(&path).expect("a folder");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", size, "none"]).arg(&path).output();
        let mounted = Mounted(path);
        if done.is_ok_and(|done| done.status.success()) {
            return Some(mounted);
        }
        skip("no file system can be mounted here");
        None
    }

    pub(crate) fn again(&self, options: &str) {
        let done = Command::new("mount").args(["-o", options]).arg(&self.0).output().expect("mount");
        assert!(done.status.success(), "mount -o {options}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_read_only_disk_is_read_and_not_written() {
    let work = Database::sqlite();
    let Some(disk) = Mounted::new(&work, "size=8m") else { return };
    work.kymo("store mounted/x.db").stdin("{\"time\":1}\n").ok();
    disk.again("remount,ro");
    assert_eq!(work.kymo("query mounted/x.db").ok(), "{\"time\":\"1970-01-01T00:00:01Z\"}\n");
    work.kymo("store mounted/x.db").stdin("{\"time\":2}\n").end().code(74).tells("mounted/x.db");
    work.kymo("store mounted/y.db").stdin("{\"time\":2}\n").end().code(74);
    work.kymo("trim mounted/x.db --max-rows 0").end().assert(true, "an end");
    disk.again("remount,rw");
    assert_eq!(work.kymo("query mounted/x.db").ok().lines().count(), 1);
}

#[test]
fn a_full_disk_loses_nothing_that_was_committed() {
    let work = Database::sqlite();
    let Some(disk) = Mounted::new(&work, "size=4m") else { return };
    let records = readings(200_000);
    let words = "store mounted/x.db --batch 1000 --pass --summary";
    let ended = work.kymo(words).stdin(&records).end().code(74).tells("full");
    let passed = ended.stdout().lines().count();
    let summary = ended.stderr();
    let summary: Value = serde_json::from_str(summary.lines().last().expect("a summary")).expect("JSON");
    disk.again("remount,size=64m");
    let db = Connection::open(work.path("mounted/x.db")).expect("a database");
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
    let kept: i64 = db.query_row("SELECT count(*) FROM readings", [], |row| row.get(0)).expect("a number");
    assert!(passed > 0 && kept >= passed as i64 && kept < 200_000, "{passed} passed, {kept} kept");
    assert_eq!([&summary["stored"], &summary["passed"]], [kept; 2], "{summary}");
    let left = summary["left_out"]["uncommitted"].as_i64().expect("a number");
    assert_eq!(summary["in"], kept + left, "{summary}");
    drop(db);
    work.kymo("store mounted/x.db").stdin(&records).ok();
    let out = work.kymo("query mounted/x.db").ok();
    assert_eq!(out.lines().count(), 200_000);
}

#[test]
fn a_file_at_its_limit_loses_nothing_that_was_committed() {
    let work = Database::sqlite();
    let records = readings(200_000);
    let script = format!("ulimit -f 2000; kymo store {} --batch 1000 --pass", work.target());
    let passed = work.shell(&script).stdin(&records).end().code(74).stdout().lines().count();
    work.is_intact();
    let kept = work.number("SELECT count(*) FROM readings");
    assert!(passed > 0 && kept >= passed as i64 && kept < 200_000, "{passed} passed, {kept} kept");
    assert_eq!(work.store("", &records)["duplicates"], kept);
}

#[test]
fn killed_in_a_flood_nothing_is_lost_or_twice() {
    let work = Database::sqlite();
    work.file("in", readings(100_000));
    let mut last = 0;
    for round in 0..10 {
        let mut run = work.kymo(&format!("store {} --batch 500 in", work.target())).start();
        std::thread::sleep(std::time::Duration::from_millis(15 + 17 * round));
        run.signal(rustix::process::Signal::KILL);
        drop(run.stdin.take());
        drop(run.end());
        if !work.path(work.target()).exists() || std::fs::metadata(work.path(work.target())).is_ok_and(|m| m.len() == 0)
        {
            continue;
        }
        let db = work.other();
        assert_eq!(db.texts("PRAGMA quick_check"), ["ok"]);
        let made = db.number("SELECT count(*) FROM sqlite_schema WHERE name = 'readings'") == 1;
        let rows = if made { db.number("SELECT count(*) FROM readings") } else { 0 };
        assert!(rows >= last, "{rows} rows after {last}");
        last = rows;
    }
    let counts = work.store("in", "");
    assert_eq!(counts["stored"].as_i64().zip(counts["duplicates"].as_i64()), Some((100_000 - last, last)));
    assert_eq!(work.kymo(&format!("query {}", work.target())).ok().lines().count(), 100_000);
}

/// Each begins with a database that is not there, and each brings fields that the other has not.
#[test]
fn writers_at_once_see_each_other() {
    let work = Database::sqlite();
    for writer in 0..4 {
        let mut text = String::new();
        for n in 0..4000 {
            let own = if n % 100 == writer { format!(",\"own{writer}_{}\":{n}", n / 1000) } else { String::new() };
            // A quarter of the records all writers have.
            let device = if n % 4 == 0 { 9 } else { writer };
            let own = if n % 4 == 0 { String::new() } else { own };
            writeln!(text, "{{\"time\":{n},\"device\":{device},\"value\":{n}{own}}}").expect("a line");
        }
        work.file(&format!("in{writer}"), text);
    }
    let runs: Vec<_> =
        (0..4).map(|writer| work.kymo(&format!("store {} --batch 100 in{writer}", work.target())).start()).collect();
    for run in runs {
        let (_, told, status) = run.end();
        assert!(status.success(), "{told}");
    }
    assert_eq!(work.query("").len(), 4 * 3000 + 1000);
    let wanted: usize = (0..4).map(|writer| (0..4000).filter(|n| n % 100 == writer && n % 4 != 0).count()).sum();
    let own =
        work.query("").iter().filter(|r| r.as_object().is_some_and(|r| r.keys().any(|k| k.starts_with("own")))).count();
    assert_eq!(own, wanted);
    work.is_intact();
}

#[test]
fn a_lock_is_waited_for() {
    let work = Database::sqlite();
    work.store("", "{\"time\":1}\n");
    let db = work.other();
    db.execute("BEGIN IMMEDIATE").expect("the lock");
    let mut run = work.kymo(&format!("store {} --log-level debug", work.target())).start();
    run.send("{\"time\":2}\n");
    drop(run.stdin.take());
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(run.child.try_wait().expect("a child").is_none(), "it waits");
    // Who reads waits for nobody.
    assert_eq!(work.query("").len(), 1);
    db.execute("COMMIT").expect("the lock is free");
    assert!(run.end().2.success());
    assert_eq!(work.query("").len(), 2);
}
