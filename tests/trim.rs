//! `trim`.

use crate::databases::{Database, Engine, on_each_engine, readings};
use crate::harness::{PATIENCE, Work, random};
use crate::kill::moment;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

mod meters;
mod rollup;
mod schedule;

on_each_engine![
    limits_say_what_is_old,
    midnight_is_local,
    wrong_words_are_told,
    one_instant_of_many_series_is_cut_in_chunks_too,
    space_is_given_back,
    a_pinned_reader_makes_no_writer_wait,
    archives_get_what_is_deleted,
    a_full_archive_deletes_nothing,
    killed_at_any_moment_every_row_is_somewhere_and_none_twice,
    one_trimmer_a_database,
    writers_go_on_while_it_deletes,
    it_ends_where_old_records_go_on_arriving,
];

/// Trims and gives what it says it did.
fn trim(db: &Database, flags: &str) -> Value {
    let out = db.kymo(&format!("trim {} {flags} --json", db.target())).ok();
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{flags}: {e}: {out}"))
}

/// A record a second, from 2024-01-01 on.
fn seconds(count: u32) -> String {
    (0..count).map(|n| format!("{{\"time\":{},\"value\":{n}}}\n", 1_704_067_200 + n)).collect()
}

fn first(db: &Database) -> Option<i64> {
    db.query("--limit 1").first().and_then(|record| record["value"].as_i64())
}

fn limits_say_what_is_old(engine: Engine) {
    for (flags, left, from) in [
        ("--before 2024-01-01T00:00:30Z", 70, 30),
        ("--before 2024-01-01", 100, 0),
        ("--before midnight --now 2024-01-01T12:00:00Z", 100, 0),
        ("--before midnight --now 2024-01-02T12:00:00Z", 0, -1),
        ("--before -12h --now 2024-01-01T12:00:10Z", 90, 10),
        ("--before now --now 2024-01-01T00:00:10Z", 90, 10),
        ("--before 2024-01-01 --tz Pacific/Kiritimati", 100, 0),
        ("--before 2024-01-02 --tz Pacific/Kiritimati", 0, -1),
        ("--keep 30s --now 2024-01-01T00:01:40Z", 30, 70),
        ("--keep 1s", 0, -1),
        ("--keep 100000d", 100, 0),
        ("--max-rows 40", 40, 60),
        ("--max-rows 0", 0, -1),
        ("--max-rows 1000", 100, 0),
        ("--max-size 1GiB", 100, 0),
        ("--max-size 1", 0, -1),
        ("--max-rows 40 --before 2024-01-01T00:00:30Z", 40, 60),
        ("--max-rows 80 --before 2024-01-01T00:00:30Z", 70, 30),
        ("--max-rows 40 --chunk 7", 40, 60),
        ("--before 2024-01-01T00:00:30Z --chunk 1", 70, 30),
        ("--before 2024-01-01T00:00:30Z --chunk 30", 70, 30),
    ] {
        let db = engine.database();
        db.store("", seconds(100));
        let plan = trim(&db, &format!("{flags} --dry-run"));
        assert_eq!((&plan["dry_run"], db.query("").len()), (&json!(true), 100));
        let done = trim(&db, flags);
        assert_eq!((db.query("").len(), first(&db).unwrap_or(-1)), (left, from), "{flags}");
        assert_eq!((&done["deleted"], &done["dry_run"]), (&json!(100 - left), &json!(false)), "{flags}");
        if !flags.contains("--max-size") {
            assert_eq!(plan["deleted"], done["deleted"], "{flags}");
        }
        for name in ["table", "archived", "chunks", "bytes_before", "bytes_after", "seconds", "interrupted"] {
            assert!(!done[name].is_null(), "{name}");
        }
        assert_eq!(trim(&db, flags)["deleted"], 0, "{flags}: a second time");
        db.is_intact();
    }
}

/// Local midnights, clocks put forward and back: what the daemon kept that kymo takes the place of.
fn midnight_is_local(engine: Engine) {
    for (now, midnight) in [
        ("2023-10-11T14:00:00Z", 1_696_996_800),
        ("2023-10-11T04:00:00Z", 1_696_996_800),
        ("2023-10-12T03:59:59Z", 1_696_996_800),
        ("2023-11-05T17:00:00Z", 1_699_156_800),
        ("2024-03-10T16:00:00Z", 1_710_046_800),
    ] {
        let db = engine.database();
        let times = [midnight - 86_400, midnight - 1, midnight, midnight + 1];
        db.store("", times.map(|time| format!("{{\"time\":{time},\"value\":{time}}}\n")).concat());
        let flags = format!("--before midnight --tz America/New_York --now {now}");
        assert_eq!(trim(&db, &flags)["deleted"], 2, "{now}");
        // Late ones from the day before go with the next run.
        db.store("", format!("{{\"time\":{},\"value\":0}}\n", midnight - 5));
        assert_eq!(trim(&db, &flags)["deleted"], 1);
        assert_eq!((db.query("").len(), first(&db)), (2, Some(midnight)));
    }
}

fn wrong_words_are_told(engine: Engine) {
    let db = engine.database();
    db.store("", seconds(3));
    for (flags, told) in [
        ("", "--keep"),
        ("--keep 1h --before now", "cannot be used with"),
        ("--before x", "--before"),
        ("--keep 0s", "longer than 0"),
        ("--max-rows x", "--max-rows"),
        ("--max-size x", "--max-size"),
        ("--max-rows 1 --chunk 0", "--chunk"),
        ("--keep 1h --every 1h --at 00:00", "cannot be used with"),
        ("--keep 1h --at 24:00", "--at"),
        ("--keep 1h --every 0s", "--every"),
        ("--keep 1h --every 1h --dry-run", "cannot be used with"),
        ("--keep 1h --align UTC", "--align is for --every"),
        ("--keep 1h --every 1h --align x", "`x` is not a time zone"),
        ("--keep 1h --at 00:00 --now now", "cannot be used with"),
        ("--keep 1h --now x", "--now"),
        ("--keep 1h --catch-up x", "--catch-up"),
        ("--keep 1h --tz Nowhere", "--tz"),
    ] {
        db.kymo(&format!("trim {} {flags}", db.target())).end().code(2).tells(told);
    }
    // It may be there tomorrow: no word is wrong.
    db.kymo(&format!("trim {} --keep 1h --table nothing", db.target())).end().code(74).tells("no table");
    let told = engine.either("trim: open no.db: there is no such database", "does not exist (SQLSTATE 3D000)");
    db.kymo(&format!("trim {} --keep 1h", db.nowhere())).end().code(engine.either(74, 2)).tells(told);
    assert!(!db.path("no.db").exists());
    db.kymo(&format!("trim {} --max-rows 0 --archive no/such/file", db.target())).end().code(74).tells("archive");
    assert_eq!(db.query("").len(), 3);
}

fn one_instant_of_many_series_is_cut_in_chunks_too(engine: Engine) {
    let db = engine.database();
    let text: String = (0..1000).map(|n| format!("{{\"time\":1,\"device\":{n},\"value\":{n}}}\n")).collect();
    db.store("", text);
    let done = trim(&db, "--max-rows 10 --chunk 100 --archive a.ndjson");
    assert_eq!((&done["deleted"], &done["chunks"], db.query("").len()), (&json!(990), &json!(10), 10));
    assert_eq!(db.read("a.ndjson").lines().count(), 990);
}

fn space_is_given_back(engine: Engine) {
    let db = engine.database();
    db.store("", readings(60_000));
    let before = db.bytes();
    let done = trim(&db, "--max-rows 1000");
    assert!(done["bytes_before"].as_u64() >= Some(before), "{done}");
    // A server's own housekeeping may add a page or a few meanwhile.
    let slack = engine.either(0, 256 << 10);
    assert!(done["bytes_after"].as_u64().is_some_and(|after| after.abs_diff(db.bytes()) <= slack), "{done}");
    match engine {
        Engine::Sqlite => assert!(db.bytes() * 5 < before, "{before} bytes, then {}", db.bytes()),
        // The server keeps it, for what comes next; an index' pages are free for that a little later.
        Engine::Postgres => {
            let next = readings(120_000).lines().skip(60_000).map(|line| format!("{line}\n")).collect::<String>();
            assert_eq!(db.store("", next)["stored"], 60_000);
            assert!(db.bytes() * 2 <= before * 3, "{before} bytes, then {}", db.bytes());
            assert_eq!(trim(&db, "--max-rows 1000")["deleted"], 60_000);
        }
    }
    // By size.
    db.store("--table other", readings(60_000));
    let size = 600 << 10;
    let out = db.kymo(&format!("trim {} --table other --max-size 600KiB --chunk 500", db.target())).ok();
    let after = match engine {
        Engine::Sqlite => db.bytes(),
        // What the table takes once it is written anew.
        Engine::Postgres => {
            db.execute("VACUUM FULL other");
            db.number("SELECT pg_total_relation_size('other')").unsigned_abs()
        }
    };
    assert!(after <= size && after > size / 2, "{after} bytes: {out}");
    assert_eq!(db.query("").len(), 1000);
    db.is_intact();
}

fn a_pinned_reader_makes_no_writer_wait(engine: Engine) {
    let db = engine.database();
    db.store("", readings(30_000));
    let reader = db.other();
    let begin = engine.either("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ");
    reader.execute(&format!("{begin}; SELECT count(*) FROM readings")).expect("a reader");
    assert_eq!(trim(&db, "--max-rows 10")["deleted"], 29_990);
    assert_eq!(db.store("", "{\"time\":1}\n")["stored"], 1);
    assert_eq!(reader.number("SELECT count(*) FROM readings"), 30_000);
    reader.execute("COMMIT").expect("an end");
    assert_eq!(db.query("").len(), 11);
}

fn archives_get_what_is_deleted(engine: Engine) {
    let db = engine.database();
    db.store("",
        "{\"time\":1,\"device\":\"a\",\"x\":1.0,\"n\":null}\n{\"time\":2,\"y\":\"l\\nm\",\"z\":[1]}\n{\"time\":3,\"device\":7}\n",
    );
    let all = db.query("");
    db.file("a.ndjson", "{\"older\":1}\n{\"torn\":");
    let done = trim(&db, "--max-rows 1 --archive a.ndjson");
    assert_eq!((&done["archived"], &done["deleted"]), (&json!(2), &json!(2)));
    let lines = db.read("a.ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, [json!({"older":1}), all[0].clone(), all[1].clone()]);
    // What was archived can be stored again.
    db.store("a.ndjson", "");
    assert_eq!(db.query(""), all);
    // CSV, by the ending of the name; the same columns, or another file.
    trim(&db, "--max-rows 2 --archive a.CSV");
    trim(&db, "--max-rows 1 --archive a.CSV");
    let csv = "time,device,x,n,y,z\n1970-01-01T00:00:01Z,a,1.0,,,\n1970-01-01T00:00:02Z,,,,\"l\nm\",[1]\n";
    assert_eq!(db.read("a.CSV"), csv);
    db.store("", "{\"time\":4,\"new\":1}\n");
    // K31: a table with further columns goes on in a second file, and a third.
    trim(&db, "--max-rows 1 --archive a.CSV");
    let second = "time,device,x,n,y,z,new\n1970-01-01T00:00:03Z,,,,,,\n";
    assert!(db.read("a-2.CSV").starts_with(second.split_once('\n').expect("lines").0), "{}", db.read("a-2.CSV"));
    db.store("", "{\"time\":5,\"newer\":2}\n{\"time\":6}\n");
    trim(&db, "--max-rows 0 --archive a.CSV");
    trim(&db, "--max-rows 0 --archive a.CSV");
    assert_eq!((db.read("a.CSV").as_str(), db.query("").len()), (csv, 0));
    assert_eq!(db.read("a-2.CSV").lines().count(), 2);
    assert!(db.read("a-3.CSV").starts_with("time,device,x,n,y,z,new,newer\n"), "{}", db.read("a-3.CSV"));
    assert_eq!(db.read("a-3.CSV").lines().count(), 4);
    assert!(!db.path("a-4.CSV").exists());
    // A torn row with a line break in it is mended, and what stood before it stays.
    db.store("--table b", "{\"time\":1,\"y\":\"p\\nq\"}\n");
    db.file("b.csv", "time,y,device\n1970-01-01T00:00:00Z,whole,\n1970-01-01T00:00:01Z,\"p\n");
    trim(&db, "--table b --max-rows 0 --archive b.csv");
    assert_eq!(db.read("b.csv"), "time,y,device\n1970-01-01T00:00:00Z,whole,\n1970-01-01T00:00:01Z,\"p\nq\",\n");
}

fn a_full_archive_deletes_nothing(engine: Engine) {
    let db = engine.database();
    db.store("", readings(1000));
    std::os::unix::fs::symlink("/dev/full", db.path("full.ndjson")).expect("a link");
    db.kymo(&format!("trim {} --max-rows 0 --archive full.ndjson", db.target()))
        .end()
        .code(74)
        .tells("append to archive");
    assert_eq!(db.query("").len(), 1000);
}

fn killed_at_any_moment_every_row_is_somewhere_and_none_twice(engine: Engine) {
    for name in ["a.ndjson", "a.csv"] {
        let db = engine.database();
        db.store("", readings(20_000));
        let rows =
            |text: &str| text.lines().filter(|line| !line.starts_with("time,")).map(str::to_owned).collect::<Vec<_>>();
        let format = if name.ends_with("csv") { "csv" } else { "ndjson" };
        let all: HashSet<String> =
            rows(&db.kymo(&format!("query {} --format {format}", db.target())).ok()).into_iter().collect();
        let whole = all.iter().map(|row| row.len() as u64 + 1).sum();
        let archived = || std::fs::metadata(db.path(name)).map_or(0, |file| file.len());
        let mut random = random();
        for round in 0..10 {
            let enough = moment(&mut random, archived(), whole, 10 - round);
            let mut run = db.kymo(&format!("trim {} --max-rows 100 --chunk 300 --archive {name}", db.target())).start();
            drop(run.stdin.take());
            run.comes_to("an archive", || archived() >= enough);
            std::thread::sleep(Duration::from_millis(random.below(10)));
            run.signal(Signal::KILL);
            drop(run.end());
        }
        trim(&db, &format!("--max-rows 100 --chunk 700 --archive {name}"));
        let archived = rows(&db.read(name));
        let mut seen: HashSet<String> = archived.iter().cloned().collect();
        assert_eq!(seen.len(), archived.len(), "a row is twice in {name}");
        assert_eq!(seen.len(), all.len() - 100);
        seen.extend(rows(&db.kymo(&format!("query {} --format {format}", db.target())).ok()));
        assert!(seen == all, "a row is lost");
        db.is_intact();
    }
}

fn one_trimmer_a_database(engine: Engine) {
    let db = engine.database();
    db.store("", seconds(10));
    let run = db.kymo(&format!("trim {} --keep 1h --every 1h --json", db.target())).start();
    assert!(run.line().contains("\"deleted\":10"));
    for name in [db.target(), &db.other_name()] {
        db.kymo(&format!("trim {name} --keep 1h")).end().code(75).tells("being trimmed by another");
    }
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
    assert_eq!(trim(&db, "--keep 1h")["deleted"], 0);
}

/// A writer goes on while a trim deletes.
fn write_while_trimming(engine: Engine, rows: u32) -> Duration {
    let db = engine.database();
    db.store("--sync normal", readings(rows));
    let mut trimmer = db.kymo(&format!("trim {} --before 2030-01-01 --archive a.ndjson --json", db.target())).start();
    let mut writer = db.kymo(&format!("run 'store {} --flush 10ms --table other'", db.target())).start();
    let other = db.other();
    let mut longest = Duration::ZERO;
    let mut n = 0u32;
    while trimmer.child.try_wait().expect("a child").is_none() {
        n += 1;
        writer.send(&format!("{{\"time\":{n}}}\n"));
        let time =
            engine.either((i64::MAX - i64::from(n)).to_string(), format!("timestamp '2262-01-01' + interval '{n} us'"));
        let start = Instant::now();
        let insert = format!("INSERT INTO readings (time, device, value) VALUES ({time}, 'w', 1)");
        other.execute(&insert).expect("a row");
        longest = longest.max(start.elapsed());
    }
    let (out, told, status) = trimmer.end();
    assert!(status.success(), "{told}");
    assert!(out.contains(&format!("\"deleted\":{rows},\"archived\":{rows}")), "{out}");
    assert!(writer.end().2.success());
    assert_eq!(db.query("").len(), n as usize);
    assert_eq!(db.query("--table other").len(), n as usize);
    assert_eq!(db.read("a.ndjson").lines().count(), rows as usize);
    db.is_intact();
    longest
}

fn writers_go_on_while_it_deletes(engine: Engine) {
    write_while_trimming(engine, 40_000);
}

/// Whoever writes is not followed without an end: what arrives late is archived, or left for the next run.
fn it_ends_where_old_records_go_on_arriving(engine: Engine) {
    for flags in ["--before 2030-01-01", "--max-rows 0"] {
        let db = engine.database();
        db.store("", seconds(3000));
        let words = format!("trim {} {flags} --chunk 100 --archive a.ndjson", db.target());
        let mut trimmer = db.kymo(&words).start();
        let (other, mut late, end) = (db.other(), 0, Instant::now() + PATIENCE);
        while trimmer.child.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < end, "{flags}: it follows who writes");
            let time = engine.either(format!("{late}"), format!("timestamp '1970-01-01' + interval '{late} us'"));
            let insert = format!("INSERT INTO readings (time, device, value) VALUES ({time}, '', 1)");
            other.execute(&insert).expect("a row");
            late += 1;
        }
        assert!(trimmer.end().2.success());
        assert_eq!(db.read("a.ndjson").lines().count() + db.query("").len(), 3000 + late, "{flags}");
    }
}

/// `cargo test --release -- --ignored longest_wait --nocapture` prints how long a writer waited at most.
#[test]
#[ignore = "a million rows"]
#[expect(clippy::print_stdout, reason = "its figure is what it is for")]
fn the_longest_wait_of_a_writer() {
    for engine in [Engine::Sqlite, Engine::Postgres].into_iter().filter(|engine| engine.is_here()) {
        println!("{engine:?}: the longest wait of a writer: {:?}", write_while_trimming(engine, 1_000_000));
    }
}
