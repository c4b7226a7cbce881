//! `trim --meters`: how long the records of each device are kept.

use super::*;
use std::collections::BTreeMap;

on_each_engine![
    each_device_is_kept_as_long_as_the_registry_says,
    the_row_that_is_valid_now_says_how_long,
    the_archive_gets_what_each_device_loses,
    a_record_of_no_device_follows_the_rest,
];

const NOW: &str = "--now 2024-01-01T00:01:40Z";

/// A hundred seconds of six devices, one of them a number, until 2024-01-01T00:01:40Z.
fn stored(engine: Engine) -> Database {
    let db = engine.database();
    let line =
        |n: u32, device: &Value| format!("{}\n", json!({ "time": 1_704_067_200 + n, "device": device, "value": n }));
    let devices = [json!("a"), json!("8"), json!("c"), json!("x"), json!(7), json!("it's \"it\"\\")];
    let lines: String = (0..100).flat_map(|n| devices.iter().map(move |device| line(n, device))).collect();
    db.store("--by device", lines);
    db
}

fn name(record: &Value) -> String {
    record["device"].as_str().map_or_else(|| record["device"].to_string(), str::to_owned)
}

/// How many records each device has.
fn left(db: &Database) -> BTreeMap<String, usize> {
    let mut left = BTreeMap::new();
    for record in db.query("") {
        *left.entry(name(&record)).or_default() += 1;
    }
    left
}

fn of(counts: [usize; 6]) -> BTreeMap<String, usize> {
    let names = ["a", "8", "c", "x", "7", "it's \"it\"\\"];
    names.into_iter().map(str::to_owned).zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn each_device_is_kept_as_long_as_the_registry_says(engine: Engine) {
    let meters = "device,keep\na,10s\n8,40s\nc,\n7,20s\n\"it's \"\"it\"\"\\\",1s\n";
    for (flags, counts) in [
        ("", [10, 40, 100, 100, 20, 1]),
        ("--keep 30s", [10, 40, 30, 30, 20, 1]),
        ("--keep 30s --chunk 7", [10, 40, 30, 30, 20, 1]),
        ("--chunk 7", [10, 40, 100, 100, 20, 1]),
        ("--before 2024-01-01T00:01:35Z", [10, 40, 5, 5, 20, 1]),
        ("--keep 30s --max-rows 60", [10, 20, 20, 20, 10, 0]),
    ] {
        let db = stored(engine);
        let file = db.file("meters.csv", meters);
        let flags = format!("{flags} --meters {} {NOW}", file.display());
        let plan = trim(&db, &format!("{flags} --dry-run"));
        assert_eq!(left(&db), of([100; 6]), "{flags}");
        let done = trim(&db, &flags);
        if !flags.contains("--max-rows") {
            assert_eq!(left(&db), of(counts), "{flags}");
            assert_eq!(
                (&plan["deleted"], &done["deleted"]),
                (&json!(600 - counts.iter().sum::<usize>()), &plan["deleted"])
            );
        } else {
            assert_eq!(db.query("").len(), 60);
        }
        assert_eq!(trim(&db, &flags)["deleted"], 0, "{flags}: a second time");
        db.is_intact();
    }
}

fn the_row_that_is_valid_now_says_how_long(engine: Engine) {
    for (rows, count) in [
        ("a,10s,,2023-01-01T00:00:00Z\na,20s,2023-01-01T00:00:00Z,\n", 20),
        ("a,10s,,2024-06-01T00:00:00Z\na,20s,2024-06-01T00:00:00Z,\n", 10),
        // None is valid now: the one that was last, else the one that will be first.
        ("a,10s,,2022-01-01T00:00:00Z\na,20s,2022-01-01T00:00:00Z,2023-01-01T00:00:00Z\n", 20),
        ("a,10s,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z\na,20s,2026-01-01T00:00:00Z,\n", 10),
        // The one that is valid now says nothing.
        ("a,10s,,2023-01-01T00:00:00Z\na,,2023-01-01T00:00:00Z,\n", 100),
    ] {
        let db = stored(engine);
        let file = db.file("meters.csv", format!("device,keep,valid_from,valid_to\n{rows}"));
        trim(&db, &format!("--meters {} {NOW}", file.display()));
        assert_eq!(left(&db)["a"], count, "{rows}");
    }
}

fn the_archive_gets_what_each_device_loses(engine: Engine) {
    let db = stored(engine);
    let file = db.file("meters.csv", "device,keep\na,10s\n8,40s\nc,60s\n");
    let flags = format!("--meters {} --archive old.ndjson --chunk 13 {NOW}", file.display());
    assert_eq!(trim(&db, &flags)["archived"], 190);
    let text = db.read("old.ndjson");
    let mut lost: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).expect("a record");
        *lost.entry(name(&record)).or_default() += 1;
    }
    assert_eq!(lost, BTreeMap::from([("a".to_owned(), 90), ("8".to_owned(), 60), ("c".to_owned(), 40)]));
}

fn a_record_of_no_device_follows_the_rest(engine: Engine) {
    for (flags, left) in [("", 3), ("--keep 1s", 0)] {
        let db = engine.database();
        db.store("", seconds(3));
        let file = db.file("meters.csv", "device,keep\na,1s\n");
        trim(&db, &format!("{flags} --meters {} {NOW}", file.display()));
        assert_eq!(db.query("").len(), left);
    }
    let db = engine.database();
    db.store("", seconds(3));
    db.kymo(&format!("trim {} --meters no.csv", db.target())).end().code(2).tells("meters file no.csv");
    assert_eq!(db.query("").len(), 3);
}
