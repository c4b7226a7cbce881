//! What is read from PostgreSQL and trimmed there, beside what holds for every engine.

use crate::databases::{Database, Engine};
use crate::harness::PATIENCE;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn database() -> Option<Database> {
    Engine::Postgres.is_here().then(|| Engine::Postgres.database())
}

/// kymo's connections that keep old rows from being cleaned up.
const HELD_BACK: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'kymo' AND backend_xmin IS NOT NULL";

/// One instant of 25,000 rows, three times each: there is no key to go on from after a page.
#[test]
fn a_table_without_a_key_is_read_to_its_end() {
    let Some(db) = database() else { return };
    let mut text = String::new();
    for n in 0..25_000 {
        writeln!(text, "{{\"time\":{},\"device\":{},\"value\":1}}", n / 10_000, n % 3).expect("a line");
    }
    for _ in 0..3 {
        assert_eq!(db.store("--at-least-once", &text)["stored"], 25_000);
    }
    let all = db.query("");
    assert_eq!(all.len(), 75_000);
    assert!(all.is_sorted_by_key(|r| (r["time"].to_string(), r["device"].as_i64())));
    assert_eq!(db.query("--limit 12345")[..], all[..12_345]);
    assert_eq!(db.query("--where-series 2 --since 1970-01-01T00:00:02Z").len(), 5_001);
    // What is older goes, however often it is there.
    let out = db.kymo(&format!("trim {} --before 1970-01-01T00:00:01Z --chunk 7000 --json", db.target())).ok();
    assert!(out.contains("\"deleted\":30000"), "{out}");
    assert_eq!(db.query("").len(), 45_000);
}

/// The last record of each of many series, in tables with and without an index by series.
#[test]
fn gaps_are_filled_behind_the_last_record_of_each_series() {
    let Some(db) = database() else { return };
    let devices: Vec<Value> = (0..300).map(|n| if n % 3 == 0 { json!(n) } else { json!(n.to_string()) }).collect();
    let records = |time: u32| {
        let record =
            |device: &Value| format!("{{\"time\":{time},\"device\":{device},\"room\":\"r,1\",\"value\":{time}}}\n");
        devices.iter().map(record).collect::<String>() + &format!("{{\"time\":{time},\"value\":{time}}}\n")
    };
    for (flags, by) in [
        ("", "device"),
        ("--series-index", "device"),
        ("--at-least-once", "device"),
        ("--at-least-once --series-index", "device"),
        ("", "device,room"),
        ("--series-index", "device,room"),
    ] {
        let Some(db) = database() else { return };
        db.store(&format!("{flags} --by {by}"), records(1) + &records(2) + &records(3));
        let fill = format!("gapfill --every 1s --by {by} --after {}", db.target());
        let out = db.kymo(&fill).stdin(records(5)).ok();
        assert_eq!(out.lines().count(), 2 * 301, "{flags} {by}");
        assert_eq!(out.lines().filter(|line| line.contains("\"filled\":true")).count(), 301, "{flags} {by}");
        // A name that looks like a number, with commas where they may be in a field or between two.
        let name = if by == "device" { "7" } else { "7,r,1" };
        assert_eq!(db.query(&format!("--where-series {name}")).len(), 3, "{flags} {by}");
        assert_eq!(db.query(&format!("--where-series '{}'", if by == "device" { "" } else { "," })).len(), 3);
    }
    db.store("--by a,b,c,d,e,f", "{\"time\":1}\n");
    let commas = ",".repeat(20);
    db.kymo(&format!("query {} --where-series {commas}", db.target())).end().code(2).tells("too many commas");
}

/// Larger than what is held at once, in one page and between two.
#[test]
fn large_records_come_back() {
    let Some(db) = database() else { return };
    let record = |n: usize| json!({"time": format!("1970-01-01T00:00:{n:02}Z"), "text": "ü\n".repeat(40_000 + n)});
    let all: Vec<Value> = (0..60).map(record).collect();
    db.store("", all.iter().map(|record| format!("{record}\n")).collect::<String>());
    assert!(db.query("") == all);
    assert!(db.query("--limit 59")[..] == all[..59]);
    db.kymo(&format!("trim {} --max-rows 1 --archive a.ndjson", db.target())).ok();
    let archived = db.read("a.ndjson");
    assert!(archived.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).eq(all[..59].to_vec()));
}

/// What others wrote, or changed: numbers that JSON has not, columns of another type.
#[test]
fn rows_of_others_are_read_or_told() {
    let Some(db) = database() else { return };
    db.store("", "{\"time\":1,\"device\":\"a\",\"x\":1,\"s\":\"t\"}\n");
    db.execute(
        "INSERT INTO readings (time, device, x) VALUES
            ('1970-01-01 00:00:02.5+00', 'b c', 'NaN'), ('1970-01-01 00:00:03+00', '[1, 2]', 123456789012345678901234567890),
            ('1970-01-01 00:00:04+00', '\"', 0.1000000000000000055511151231257827), ('1970-01-01 00:00:05+00', ' ', 1e400::numeric)",
    );
    let out = db.kymo(&format!("query {}", db.target())).ok();
    let found: Vec<&str> = out.lines().skip(1).collect();
    let large = format!("{{\"time\":\"1970-01-01T00:00:05Z\",\"device\":\" \",\"x\":1{}}}", "0".repeat(400));
    assert_eq!(
        found,
        [
            "{\"time\":\"1970-01-01T00:00:02.5Z\",\"device\":\"b c\"}",
            "{\"time\":\"1970-01-01T00:00:03Z\",\"device\":[1, 2],\"x\":123456789012345678901234567890}",
            "{\"time\":\"1970-01-01T00:00:04Z\",\"device\":\"\\\"\",\"x\":0.1}",
            &large,
        ]
    );
    db.execute("INSERT INTO readings (time, device) VALUES ('infinity', 'far')");
    db.kymo(&format!("query {}", db.target())).end().code(74).tells("its time is before 1678 or after 2261");
    db.execute("DELETE FROM readings; ALTER TABLE readings ALTER COLUMN x TYPE double precision");
    db.store("--table other", "{\"time\":1}\n");
    db.execute("INSERT INTO readings (time, device, x) VALUES ('1970-01-01', 'a', 1)");
    db.kymo(&format!("query {}", db.target())).end().code(74).tells("float8");
    // Nothing that is kymo's.
    db.execute("DROP TABLE readings, other");
    db.kymo(&format!("query {}", db.target())).end().code(74).tells("does not exist (SQLSTATE 42P01)");
}

/// A trimmer that waits for its next run holds nothing up, and finds its way back.
#[test]
fn a_trimmer_that_waits_is_no_burden() {
    let Some(db) = database() else { return };
    let records = |from: u32| (from..from + 10).map(|n| format!("{{\"time\":{n}}}\n")).collect::<String>();
    db.store("", records(0));
    let run = db.kymo(&format!("trim {} --max-rows 0 --every 1s --json", db.target())).start();
    assert!(run.line().contains("\"deleted\":10"));
    assert_eq!(db.number(HELD_BACK), 0);
    // Both of its connections are cut, and the server has noticed: what they held is free.
    let cut = "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'kymo'";
    assert_eq!(db.number(cut), 2);
    db.store("", records(10));
    let end = Instant::now() + PATIENCE;
    while !run.line().contains("\"deleted\":10,") {
        assert!(Instant::now() < end, "no further run");
    }
    // It is alone again.
    db.kymo(&format!("trim {} --max-rows 0", db.target())).end().code(75).tells("being trimmed by another");
    run.signal(Signal::TERM);
    assert!(run.end().2.success());
}

/// A record that comes late, among those that are being deleted, is archived or stays.
#[test]
fn late_records_are_archived_or_stay() {
    let Some(db) = database() else { return };
    let text: String = (0..20_000).map(|n| format!("{{\"time\":{},\"device\":\"a\"}}\n", 2 * n)).collect();
    db.store("", text);
    let mut trimmer =
        db.kymo(&format!("trim {} --before 2000-01-01 --chunk 500 --archive a.ndjson", db.target())).start();
    let other = db.other();
    let mut late = 0;
    while trimmer.child.try_wait().expect("a child").is_none() {
        other
            .execute(&format!("INSERT INTO readings (time, device) VALUES (to_timestamp({}), 'late')", 2 * late + 1))
            .expect("a row");
        late += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(trimmer.end().2.success());
    let archive = db.read("a.ndjson");
    assert_eq!(archive.lines().count() + db.query("").len(), 20_000 + late);
    assert!(archive.contains("\"late\""), "none of {late} late ones");
}
