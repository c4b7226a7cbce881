//! `db backup`.

use super::object;
use crate::databases::{Database, Engine, readings};
use crate::faults::Mounted;
use crate::harness::{Work, random};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::json;

fn is_sound(work: &Work, name: &str) {
    work.kymo(&format!("db check {name}")).ok();
    let db = Connection::open(work.path(name)).expect("a database");
    let check: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(check, "ok");
}

#[test]
fn the_copy_has_everything() {
    let db = Database::sqlite();
    db.store("", readings(5000));
    db.store("--table other --evolve json", "{\"time\":1,\"x\":null}\n{\"time\":2,\"y\":[1]}\n");
    let done = object(&db, "backup readings.db copy.db --json");
    let bytes = std::fs::metadata(db.path("copy.db")).expect("a file").len();
    assert_eq!(
        (&done["database"], &done["copy"], &done["bytes"]),
        (&json!("readings.db"), &json!("copy.db"), &json!(bytes))
    );
    assert!(!db.path("copy.db.new").exists() && !db.path("copy.db-wal").exists());
    is_sound(&db, "copy.db");
    for table in ["readings", "other"] {
        let query = |name: &str| db.kymo(&format!("query {name} --table {table}")).ok();
        assert!(query("copy.db") == query("readings.db"), "{table}");
    }
    // It is a database like any other.
    db.kymo("store copy.db").stdin("{\"time\":9,\"device\":\"new\"}\n").ok();
    assert_eq!(db.kymo("trim copy.db --max-rows 10 --json").ok().matches("\"deleted\":4991").count(), 1);
    // Its name may be one that SQLite takes for something else.
    db.kymo("db backup readings.db 'file:x?mode=memory'").ok();
    is_sound(&db, "file:x?mode=memory");
}

/// A steady writer is not held up, and each copy is what the database was at one moment.
#[test]
fn others_write_meanwhile() {
    let db = Database::sqlite();
    db.store("", readings(20_000));
    let mut writer = db.kymo("run 'store readings.db --flush 1ms'").start();
    let mut sent = 0;
    let mut send = |writer: &mut crate::harness::Running, count: u32| {
        for _ in 0..count {
            sent += 1;
            writer.send(&format!("{{\"time\":{},\"device\":\"w\",\"value\":{sent}}}\n", 1_800_000_000 + sent));
        }
    };
    for round in 0..5 {
        send(&mut writer, 500);
        let copying = db.kymo(&format!("db backup readings.db copy{round}.db --json")).start();
        send(&mut writer, 500);
        let (out, told, status) = copying.end();
        assert!(status.success() && out.contains("\"bytes\""), "{told}");
        is_sound(&db, &format!("copy{round}.db"));
        let found = db.kymo(&format!("query copy{round}.db --where-series w")).ok();
        let values: Vec<serde_json::Value> =
            found.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
        assert!(values.iter().zip(1..).all(|(record, n)| record["value"] == n), "a hole in the copy");
    }
    assert!(writer.end().2.success());
    assert_eq!(db.kymo("query readings.db --where-series w").ok().lines().count(), 5000);
}

#[test]
fn what_is_there_stays_unless_it_is_an_older_copy() {
    let db = Database::sqlite();
    db.store("", readings(10));
    db.kymo("db backup readings.db copy.db").ok();
    db.store("", readings(20));
    let rows = |name: &str| db.kymo(&format!("query {name}")).ok().lines().count();
    db.kymo("db backup readings.db copy.db").end().code(2).tells("copy.db exists already: --force");
    assert_eq!(rows("copy.db"), 10);
    db.kymo("db backup readings.db copy.db --force").ok();
    assert_eq!(rows("copy.db"), 20);
    db.kymo("db backup readings.db new.db --force").ok();
    // The database itself, by any name, and what is none of ours.
    std::os::unix::fs::symlink("readings.db", db.path("link.db")).expect("a link");
    for name in ["readings.db", "./readings.db", "link.db"] {
        db.kymo(&format!("db backup readings.db {name} --force")).end().code(2).tells("is the database itself");
    }
    db.file("notes.txt", "mine\n".repeat(100));
    db.kymo("queue put q.db").stdin("{}\n").ok();
    for (name, told) in [("notes.txt", "not an SQLite database"), ("q.db", "is a queue"), (".", "is not a file")] {
        db.kymo(&format!("db backup readings.db {name}")).end().code(2).tells("already");
        db.kymo(&format!("db backup readings.db {name} --force")).end().code(2).tells(told);
    }
    assert_eq!(db.read("notes.txt"), "mine\n".repeat(100));
    // A copy that somebody has open with a log beside it.
    let open = Connection::open(db.path("new.db")).expect("a database");
    open.execute_batch("PRAGMA journal_mode = WAL; DELETE FROM readings").expect("a log");
    db.kymo("db backup readings.db new.db --force").end().code(75).tells("new.db is in use");
    drop(open);
    db.kymo("db backup readings.db new.db --force").ok();
    assert_eq!(rows("new.db"), 20);
}

#[test]
fn wrong_words_are_told() {
    let db = Database::sqlite();
    db.store("", readings(10));
    db.kymo("db backup no.db copy.db").end().code(74).tells("db backup: open no.db: there is no such database");
    db.kymo("db backup readings.db no/copy.db").end().code(74).tells("no/copy.db.new");
    db.kymo("db backup readings.db").end().code(2);
    db.kymo("db backup postgres://127.0.0.1:1/x copy.db").end().code(2).tells("pg_dump");
    db.kymo("db backup 'host=127.0.0.1 port=1' copy.db").end().code(2).tells("pg_dump");
    db.kymo("db backup readings.db postgres://127.0.0.1:1/x").end().code(2).tells("kymo db move");
    db.kymo("db backup readings.db s3://x/y").end().code(2).tells("no database engine for s3");
    db.kymo("db backup readings.db ''").end().code(2);
    assert!(!db.path("copy.db").exists());
    if Engine::Postgres.is_here() {
        let server = Engine::Postgres.database();
        db.kymo(&format!("db backup {} copy.db", server.target())).end().code(2).tells("pg_dump");
    }
}

#[test]
fn a_full_disk_leaves_nothing() {
    let db = Database::sqlite();
    let Some(_disk) = Mounted::new(&db, "size=200k") else { return };
    db.store("", readings(10));
    db.kymo("db backup readings.db mounted/copy.db").ok();
    db.store("", readings(40_000));
    db.kymo("db backup readings.db mounted/copy.db --force")
        .end()
        .code(74)
        .tells("copy readings.db to mounted/copy.db.new");
    assert!(!db.path("mounted/copy.db.new").exists());
    assert_eq!(db.kymo("query mounted/copy.db").ok().lines().count(), 10);
}

#[test]
fn damage_is_not_copied() {
    let db = Database::sqlite();
    db.store("", readings(3000));
    let mut whole = std::fs::read(db.path(db.target())).expect("a file");
    let middle = whole.len() / 2 / 4096 * 4096;
    whole[middle..middle + 4096].fill(0xa5);
    db.file("damaged.db", whole);
    db.kymo("db backup damaged.db copy.db").end().code(74).tells("damaged.db");
    assert!(!db.path("copy.db").exists() && !db.path("copy.db.new").exists());
}

/// Killed at any moment there is a whole copy or none, and the next one is made all the same.
#[test]
fn killed_at_any_moment() {
    let db = Database::sqlite();
    db.store("", readings(30_000));
    let size = |name: &str| std::fs::metadata(db.path(name)).map_or(0, |file| file.len());
    let mut random = random();
    for _ in 0..12 {
        let enough = random.below(size("readings.db") + 1);
        let mut run = db.kymo("db backup readings.db copy.db").start();
        run.comes_to("a part", || size("copy.db.new") >= enough || db.path("copy.db").exists());
        run.signal(Signal::KILL);
        drop(run.end());
        if db.path("copy.db").exists() {
            is_sound(&db, "copy.db");
            assert_eq!(db.kymo("query copy.db").ok().lines().count(), 30_000);
            std::fs::remove_file(db.path("copy.db")).expect("a file");
        }
    }
    db.kymo("db backup readings.db copy.db").ok();
    is_sound(&db, "copy.db");
    assert!(!db.path("copy.db.new").exists());
}
