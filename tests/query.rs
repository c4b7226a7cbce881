//! `query`.

use crate::harness::Work;
use crate::store::{number, other, query, readings, store, target};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn values(work: &Work, flags: &str) -> Vec<Value> {
    query(work, flags).into_iter().map(|mut record| record["value"].take()).collect()
}

#[test]
fn times_limit_what_is_read() {
    let work = Work::new();
    let text: String =
        (0..10).map(|n| format!("{{\"time\":\"2024-01-0{}T12:00:00Z\",\"value\":{n}}}\n", n + 1 - n / 9)).collect();
    let text = text.replace("09T12:00:00Z\",\"value\":9", "09T12:00:00.5Z\",\"value\":9");
    store(&work, "", text);
    for (flags, wanted) in [
        ("", 0..10),
        ("--since 2024-01-03T12:00:00Z", 2..10),
        ("--since 2024-01-03T12:00:00.000000001Z", 3..10),
        ("--until 2024-01-03T12:00:00Z", 0..2),
        ("--since 2024-01-02 --until 2024-01-04", 1..3),
        ("--since 2024-01-02 --until 2024-01-04 --tz Pacific/Kiritimati", 0..2),
        ("--since midnight", 10..10),
        ("--until now", 0..10),
        ("--since -12h", 10..10),
        ("--since -100000d --limit 4", 0..4),
        ("--last 500ms", 8..10),
        ("--last 499ms", 9..10),
        ("--last 1d --until 2024-01-09T12:00:00.5Z", 8..9),
        ("--last 100d --since 2024-01-08", 7..10),
        ("--limit 0", 0..0),
        ("--limit 3 --since 2024-01-02", 1..4),
        ("--since 2025-01-01", 0..0),
        ("--since 2024-01-05 --until 2024-01-02", 0..0),
    ] {
        let wanted: Vec<Value> = wanted.map(Value::from).collect();
        assert_eq!(values(&work, flags), wanted, "{flags}");
    }
    for wrong in
        ["--since yesterday", "--until 1", "--last 0s", "--last x", "--limit x", "--format xml", "--tz Nowhere"]
    {
        work.kymo(&format!("query {} {wrong}", target())).end().code(2);
    }
}

#[test]
fn series_are_told_apart_by_their_words() {
    let work = Work::new();
    let devices = ["7", "\"7\"", "8", "\"a b\"", "\"\"", "\"it's\"", "true"];
    let mut text: String = devices
        .iter()
        .enumerate()
        .map(|(n, device)| format!("{{\"time\":1,\"device\":{device},\"value\":{n}}}\n"))
        .collect();
    text += "{\"time\":1,\"value\":9}\n";
    store(&work, "", text);
    for (name, mut wanted) in [
        ("7", vec![0, 1]),
        ("8", vec![2]),
        ("a b", vec![3]),
        ("", vec![4, 9]),
        ("it'\"'\"'s", vec![5]),
        ("true", vec![6]),
        ("b", vec![]),
    ] {
        let mut got = values(&work, &format!("--where-series '{name}'"));
        got.sort_by_key(Value::as_i64);
        wanted.sort_unstable();
        assert_eq!(json!(got), json!(wanted), "{name}");
    }
}

#[test]
fn csv_has_a_header_and_a_cell_for_each_field() {
    let work = Work::new();
    store(
        &work,
        "",
        "{\"time\":1,\"device\":\"a,b\",\"x\":1.50,\"n\":null}\n{\"time\":2,\"y\":\"l\\nm\",\"z\":{\"a\":[1]},\"w\":true}\n",
    );
    assert_eq!(
        work.kymo(&format!("query {} --format csv", target())).ok(),
        "time,device,x,n,y,z,w\n1970-01-01T00:00:01Z,\"a,b\",1.5,,,,\n1970-01-01T00:00:02Z,,,,\"l\nm\",\"{\"\"a\"\":[1]}\",true\n"
    );
    assert_eq!(work.kymo(&format!("query {} --format csv --limit 0", target())).ok(), "time,device,x,n,y,z,w\n");
    assert_eq!(work.kymo(&format!("query {} --format ndjson --limit 1", target())).ok().lines().count(), 1);
    // As any source.
    store(&work, "--table t", "{\"time\":1}\n");
    assert!(work.kymo(&format!("query {} --table t --stamp seen", target())).ok().contains("\"seen\":\"20"));
}

#[test]
fn what_is_not_there_is_told() {
    let work = Work::new();
    work.kymo("query no.db").end().code(74).tells("query: open no.db: there is no such database");
    work.file("empty.db", "");
    work.kymo("query empty.db").end().code(74).tells("no such database");
    work.kymo("store new.db").stdin("").ok();
    work.kymo("query new.db").end().code(2).tells("no table \"readings\"");
    store(&work, "", "{\"time\":1}\n");
    other(&work).execute_batch("DELETE FROM readings").expect("no rows");
    for flags in ["", "--last 1h", "--since 2020-01-01", "--where-series x"] {
        assert_eq!(work.kymo(&format!("query {} {flags}", target())).ok(), "");
    }
}

/// A page is 10,000 rows; rows of one time, and series of several types, lie on both sides of its end.
#[test]
fn pages_meet_without_a_seam() {
    let work = Work::new();
    let mut text = String::new();
    for n in 0..9_995 {
        writeln!(text, "{{\"time\":{n},\"value\":{n}}}").expect("a line");
    }
    for device in ["null", "1", "1.5", "2", "\"\"", "\"1\"", "\"a\"", "true", "[1]", "{\"x\":1}"] {
        for second in 0..2 {
            writeln!(text, "{{\"time\":{},\"device\":{device},\"value\":{}}}", 9_995 + second, text.len())
                .expect("a line");
        }
    }
    for n in 9_997..20_050 {
        writeln!(text, "{{\"time\":{n},\"value\":{n}}}").expect("a line");
    }
    let wanted = text.lines().count();
    assert_eq!(store(&work, "", &text)["stored"], wanted);
    let all = query(&work, "");
    assert_eq!(all.len(), wanted);
    assert!(all.is_sorted_by_key(|r| r["time"].as_str().map(str::to_owned)));
    let mut lines: Vec<String> = all.iter().map(Value::to_string).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), wanted);
    for limit in [9_999, 10_000, 10_001, 20_000, 20_001, 30_000] {
        let got = query(&work, &format!("--limit {limit}"));
        assert!(got[..] == all[..limit.min(wanted)], "--limit {limit}");
    }
    // One series field that bears a comma in its name.
    assert_eq!(store(&work, "--table b --by x,y", readings(20_100))["rejected"], 20_100 / 2);
}

#[test]
fn a_reader_that_waits_does_not_stop_a_writer() {
    let work = Work::new();
    store(&work, "", readings(60_000));
    // It has read one page at least, and then nobody takes more.
    let reader = work.shell(&format!("kymo query {} | (head -1; read -t 60 go; cat >/dev/null)", target())).start();
    assert!(reader.line().contains("2023-11-14"));
    assert_eq!(store(&work, "", "{\"time\":1}\n")["stored"], 1);
    // Nor does it keep the log from being taken into the file.
    let db = other(&work);
    let (busy, log, taken): (i64, i64, i64) = db
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("a checkpoint");
    assert_eq!(busy, 0);
    assert!(taken <= log);
    drop(reader);
}

#[test]
fn head_is_success_in_silence_and_memory_is_constant() {
    let work = Work::new();
    store(&work, "--sync normal", readings(300_000));
    assert_eq!(number(&other(&work), "SELECT count(*) FROM readings"), 300_000);
    let ended = work.shell(&format!("set -o pipefail; kymo query {} | head -1", target())).end();
    ended.assert(ended.output.status.success() && ended.stderr().is_empty(), "success in silence");
    // The most that it ever held, told by the kernel while it cannot end.
    let script = format!(
        "mkfifo f; kymo query {} > f & exec 3<f; for i in $(seq 280000); do read -u 3 line; done; grep VmHWM /proc/$!/status; cat <&3 >/dev/null",
        target()
    );
    let out = work.shell(&script).ok();
    let most: u64 = out.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{out}"));
    assert!(most < 24 * 1024, "{most} KiB");
}
