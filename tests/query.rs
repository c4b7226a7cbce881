//! `query`.

use crate::databases::{Database, Engine, Other, on_each_engine, readings};
use crate::harness::PATIENCE;
use crate::harness::Work;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

on_each_engine![
    times_limit_what_is_read,
    series_are_told_apart_by_their_words,
    csv_has_a_header_and_a_cell_for_each_field,
    what_is_not_there_is_told,
    pages_meet_without_a_seam,
    a_reader_that_waits_does_not_stop_a_writer,
    head_is_success_in_silence_and_memory_is_constant,
    stats_tell_what_there_is_of_each_series,
    buckets_have_what_is_made_of_their_records,
    days_are_those_of_the_zone,
];

fn values(db: &Database, flags: &str) -> Vec<Value> {
    db.query(flags).into_iter().map(|mut record| record["value"].take()).collect()
}

fn times_limit_what_is_read(engine: Engine) {
    let db = engine.database();
    let text: String =
        (0..10).map(|n| format!("{{\"time\":\"2024-01-0{}T12:00:00Z\",\"value\":{n}}}\n", n + 1 - n / 9)).collect();
    let text = text.replace("09T12:00:00Z\",\"value\":9", "09T12:00:00.5Z\",\"value\":9");
    db.store("", text);
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
        ("--since 12h", 10..10),
        ("--since 1mo", 10..10),
        ("--since 200y --until 1y", 0..10),
        ("--since -100000d --limit 4", 0..4),
        ("--last 500ms", 8..10),
        ("--last 499ms", 9..10),
        ("--last 1d --until 2024-01-09T12:00:00.5Z", 8..9),
        ("--last 100d --since 2024-01-08", 7..10),
        ("--limit 0", 0..0),
        ("--limit 3 --since 2024-01-02", 1..4),
        ("--tail 3", 7..10),
        ("--tail 0", 0..0),
        ("--tail 100", 0..10),
        ("--tail 2 --until 2024-01-05", 2..4),
        ("--tail 2 --since 2024-01-09T12:00:00.2Z", 9..10),
        ("--tail 1 --last 500ms", 9..10),
        ("--tail 1 --since 2025-01-01", 0..0),
        ("--since 2025-01-01", 0..0),
        ("--since 2024-01-05 --until 2024-01-02", 0..0),
    ] {
        let wanted: Vec<Value> = wanted.map(Value::from).collect();
        assert_eq!(values(&db, flags), wanted, "{flags}");
    }
    // Of several series at one time the last ones in the order of all.
    let many: String = (0..400)
        .map(|n| format!("{{\"time\":{},\"device\":\"d{}\",\"value\":{n}}}\n", 1_800_000_000 + n / 7 * (1 + n), n % 7))
        .collect();
    db.store("--table many", many);
    let all = db.query("--table many");
    for count in [1, 6, 7, 8, 100, 399, 400] {
        assert_eq!(db.query(&format!("--table many --tail {count}")), all[400 - count..], "{count}");
    }
    assert_eq!(db.query("--table many --tail 2 --where-series d3").len(), 2);
    for wrong in ["--tail 1 --limit 1", "--tail 1 --stats", "--tail x", "--tail 1 --latest"] {
        db.kymo(&format!("query {} {wrong}", db.target())).end().code(2);
    }
    for wrong in ["--since tomorrow", "--until 1", "--last 0s", "--last x", "--limit x", "--format xml", "--tz Nowhere"]
    {
        db.kymo(&format!("query {} {wrong}", db.target())).end().code(2);
    }
}

fn series_are_told_apart_by_their_words(engine: Engine) {
    let db = engine.database();
    let devices = ["7", "\"7\"", "8", "\"a b\"", "\"\"", "\"it's\"", "true"];
    let mut text: String = devices
        .iter()
        .enumerate()
        .map(|(n, device)| format!("{{\"time\":1,\"device\":{device},\"value\":{n}}}\n"))
        .collect();
    text += "{\"time\":1,\"value\":9}\n";
    db.store("", text);
    for (name, mut wanted) in [
        ("7", vec![0, 1]),
        ("8", vec![2]),
        ("a b", vec![3]),
        ("", vec![4, 9]),
        ("it'\"'\"'s", vec![5]),
        ("true", vec![6]),
        ("b", vec![]),
    ] {
        let mut got = values(&db, &format!("--where-series '{name}'"));
        got.sort_by_key(Value::as_i64);
        wanted.sort_unstable();
        assert_eq!(json!(got), json!(wanted), "{name}");
    }
}

fn csv_has_a_header_and_a_cell_for_each_field(engine: Engine) {
    let db = engine.database();
    db.store("",
        "{\"time\":1,\"device\":\"a,b\",\"x\":1.50,\"n\":null}\n{\"time\":2,\"y\":\"l\\nm\",\"z\":{\"a\":[1]},\"w\":true}\n",
    );
    assert_eq!(
        db.kymo(&format!("query {} --to csv", db.target())).ok(),
        "time,device,x,n,y,z,w\n1970-01-01T00:00:01Z,\"a,b\",1.5,,,,\n1970-01-01T00:00:02Z,,,,\"l\nm\",\"{\"\"a\"\":[1]}\",true\n"
    );
    assert_eq!(db.kymo(&format!("query {} --to csv --limit 0", db.target())).ok(), "time,device,x,n,y,z,w\n");
    assert_eq!(db.kymo(&format!("query {} --format ndjson --limit 1", db.target())).ok().lines().count(), 1);
    // As any source.
    db.store("--table t", "{\"time\":1}\n");
    assert!(db.kymo(&format!("query {} --table t --stamp seen", db.target())).ok().contains("\"seen\":\"20"));
}

fn what_is_not_there_is_told(engine: Engine) {
    let db = engine.database();
    let told = engine.either("query: open no.db: there is no such database", "does not exist (SQLSTATE 3D000)");
    db.kymo(&format!("query {}", db.nowhere())).end().code(engine.either(74, 2)).tells(told);
    // A database that is there already is as good as none.
    if engine == Engine::Sqlite {
        db.file("readings.db", "");
        db.kymo("query readings.db").end().code(74).tells("no such database");
    } else {
        db.kymo(&format!("query {}", db.target())).ok();
    }
    db.kymo(&format!("store {}", db.target())).stdin("").ok();
    assert_eq!(db.kymo(&format!("query {}", db.target())).ok(), "");
    db.store("", "{\"time\":1}\n");
    db.execute("DELETE FROM readings");
    for flags in ["", "--last 1h", "--since 2020-01-01", "--where-series x"] {
        assert_eq!(db.kymo(&format!("query {} {flags}", db.target())).ok(), "");
    }
}

/// A page is 10,000 rows; rows of one time, and series of several types, lie on both sides of its end.
fn pages_meet_without_a_seam(engine: Engine) {
    let db = engine.database();
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
    assert_eq!(db.store("", &text)["stored"], wanted);
    let all = db.query("");
    assert_eq!(all.len(), wanted);
    assert!(all.is_sorted_by_key(|r| r["time"].as_str().map(str::to_owned)));
    let mut lines: Vec<String> = all.iter().map(Value::to_string).collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), wanted);
    for limit in [9_999, 10_000, 10_001, 20_000, 20_001, 30_000] {
        let got = db.query(&format!("--limit {limit}"));
        assert!(got[..] == all[..limit.min(wanted)], "--limit {limit}");
    }
    // One series field that bears a comma in its name.
    assert_eq!(db.store("--table b --by x,y", readings(20_100))["rejected"], 20_100 / 2);
}

fn a_reader_that_waits_does_not_stop_a_writer(engine: Engine) {
    let db = engine.database();
    db.store("", readings(60_000));
    // It has read one page at least, and then nobody takes more.
    let reader = db.shell(&format!("kymo query {} | (head -1; sleep 60)", db.target())).start();
    assert!(reader.line().contains("2023-11-14"));
    assert_eq!(db.store("", "{\"time\":1}\n")["stored"], 1);
    match db.other() {
        // Nor does it keep the log from being taken into the file.
        Other::Sqlite(other) => {
            let (busy, log, taken): (i64, i64, i64) = other
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .expect("a checkpoint");
            assert_eq!(busy, 0);
            assert!(taken <= log);
        }
        // Nor does it hold a lock that a new column would have to wait for, or old rows that nobody else sees.
        other @ Other::Postgres(..) => {
            assert_eq!(db.store("", "{\"time\":2,\"new\":1}\n")["stored"], 1);
            let open = "SELECT state || ': ' || query FROM pg_stat_activity WHERE datname = current_database()
                AND application_name = 'kymo' AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL)";
            let end = Instant::now() + PATIENCE / 2;
            // Until it waits for somebody to take what it has read.
            while !other.texts(open).is_empty() {
                assert!(Instant::now() < end, "{:?}", other.texts(open));
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    drop(reader);
}

fn head_is_success_in_silence_and_memory_is_constant(engine: Engine) {
    let db = engine.database();
    db.store("--sync normal", readings(300_000));
    assert_eq!(db.number("SELECT count(*) FROM readings"), 300_000);
    let ended = db.shell(&format!("set -o pipefail; kymo query {} | head -1", db.target())).end();
    ended.assert(ended.output.status.success() && ended.stderr().is_empty(), "success in silence");
    // The most that it ever held, told by the kernel while it cannot end.
    let script = format!(
        "mkfifo f; kymo query {} > f & exec 3<f; for i in $(seq 280000); do read -u 3 line; done; grep VmHWM /proc/$!/status; cat <&3 >/dev/null",
        db.target()
    );
    let out = db.shell(&script).ok();
    let most: u64 = out.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{out}"));
    assert!(most < 24 * 1024, "{most} KiB");
}

/// Each record is as it is wanted, field for field.
fn assert_records(db: &Database, flags: &str, wanted: &[Value]) {
    let found = db.query(flags);
    assert_eq!(json!(found), json!(wanted), "{flags}");
}

fn stats_tell_what_there_is_of_each_series(engine: Engine) {
    let db = engine.database();
    let mut text = String::new();
    for n in (0..100).filter(|n| !(10..12).contains(n) && !(20..60).contains(n)) {
        let filled = if n == 5 { ",\"filled\":true" } else { "" };
        writeln!(text, "{{\"time\":{},\"device\":\"a\",\"value\":{}{filled}}}", n * 30, n * 2).expect("a line");
    }
    text += "{\"time\":7,\"device\":7,\"value\":1.50,\"other\":3}\n{\"time\":8,\"device\":7,\"value\":null}\n{\"time\":9,\"value\":\"x\"}\n";
    db.store("", text);
    let seven = json!({"device": 7, "field": "value", "count": 1, "filled": 0, "first": "1970-01-01T00:00:07Z",
        "last": "1970-01-01T00:00:07Z", "min": 1.5, "mean": 1.5, "max": 1.5, "gaps": 0, "covered": 1.0});
    let a = json!({"device": "a", "field": "value", "count": 58, "filled": 1, "first": "1970-01-01T00:00:00Z",
        "last": "1970-01-01T00:49:30Z", "min": 0, "mean": 6698.0 / 58.0, "max": 198, "gaps": 2, "covered": 29.0 / 50.0});
    assert_records(&db, "--stats", &[a.clone(), seven]);
    // In spans of half a minute, and of an hour.
    let found = db.query("--stats --bin 30s --where-series a");
    assert_eq!((&found[0]["gaps"], &found[0]["covered"]), (&json!(2), &json!(0.58)));
    let found = db.query("--stats --bin 1h --since 1970-01-01T00:10:00Z --until 1970-01-01T00:45:00Z");
    assert_eq!((&found[0]["count"], &found[0]["gaps"], &found[0]["covered"]), (&json!(30), &json!(0), &json!(1.0)));
    // Another field, and CSV.
    let found = db.query("--stats --value other");
    assert_eq!((found.len(), &found[0]["field"], &found[0]["max"]), (1, &json!("other"), &json!(3)));
    let csv =
        db.kymo(&format!("query {} --stats --to csv --where-series a --until 1970-01-01T00:01:00Z", db.target())).ok();
    assert_eq!(
        csv,
        "device,field,count,filled,first,last,min,mean,max,gaps,covered\n\
         a,value,2,0,1970-01-01T00:00:00Z,1970-01-01T00:00:30Z,0,1.0,2,0,1.0\n"
    );
    for wrong in ["--stats --bucket 1h", "--stats --limit 1", "--bin 1m", "--stats --bin 0s"] {
        db.kymo(&format!("query {} {wrong}", db.target())).end().code(2);
    }
    db.store("--table wide --time t", "{\"t\":1,\"x\":1,\"y\":2,\"s\":\"z\"}\n{\"t\":2,\"x\":3}\n");
    let found = db.query("--table wide --stats");
    let fields: Vec<_> = found.iter().map(|r| (&r["field"], &r["count"], &r["mean"])).collect();
    assert_eq!(json!(fields), json!([["x", 2, 2.0], ["y", 1, 2.0]]));
}

fn buckets_have_what_is_made_of_their_records(engine: Engine) {
    let db = engine.database();
    let mut text = String::new();
    for (time, device, value) in [
        (0, "a", "1"),
        (10, "a", "2.50"),
        (59, "b", "7"),
        (60, "a", "-3"),
        (200, "a", "5"),
        (201, "a", "4"),
        (250, "b", "8"),
    ] {
        writeln!(text, "{{\"time\":{time},\"device\":\"{device}\",\"value\":{value},\"unit\":\"V\",\"n\":{time}}}")
            .expect("a line");
    }
    db.store("", text);
    let made = |time: &str, device: &str, value: Value| json!({"time": format!("1970-01-01T00:0{time}:00Z"), "device": device, "value": value, "unit": "V"});
    let with = |mut record: Value, name: &str, value: Value| {
        record[name] = value;
        record
    };
    let mean = [
        made("0", "a", json!(1.75)),
        with(made("0", "b", json!(7.0)), "n", json!(59)),
        with(made("1", "a", json!(-3.0)), "n", json!(60)),
        made("3", "a", json!(4.5)),
        with(made("4", "b", json!(8.0)), "n", json!(250)),
    ];
    assert_records(&db, "--bucket 1m", &mean);
    assert_records(&db, "--bucket 1m --agg mean,mean", &mean);
    for (agg, first, last) in [
        ("min", json!(1), json!(4)),
        ("max", json!(2.5), json!(5)),
        ("first", json!(1), json!(5)),
        ("last", json!(2.5), json!(4)),
    ] {
        let found = db.query(&format!("--bucket 1m --agg {agg} --where-series a"));
        assert_eq!((&found[0]["value"], &found[2]["value"]), (&first, &last), "{agg}");
    }
    let all = db.query("--bucket 1m --agg mean,min,max,first,last,count --where-series a");
    assert_eq!(
        all[2],
        json!({"time": "1970-01-01T00:03:00Z", "device": "a", "value_mean": 4.5, "value_min": 4, "value_max": 5, "value_first": 5, "value_last": 4, "value_count": 2, "unit": "V"})
    );
    let count = db.query("--bucket 1h --agg count");
    assert_eq!(json!([count[0]["value_count"], count[1]["value_count"]]), json!([5, 2]));
    // Carried: each series from its first record to the end of what is there, or to --until.
    let carried = db.query("--bucket 1m --agg last,count --locf");
    let rows: Vec<Value> = carried
        .iter()
        .map(|r| {
            json!([
                r["time"].as_str().expect("a time")[14..16],
                r["device"],
                r["value_last"],
                r["value_count"],
                r["filled"]
            ])
        })
        .collect();
    assert_eq!(
        json!(rows),
        json!([
            ["00", "a", 2.5, 2, null],
            ["00", "b", 7, 1, null],
            ["01", "a", -3, 1, null],
            ["01", "b", 7, 0, true],
            ["02", "a", -3, 0, true],
            ["02", "b", 7, 0, true],
            ["03", "a", 4, 2, null],
            ["03", "b", 7, 0, true],
            ["04", "a", 4, 0, true],
            ["04", "b", 8, 1, null],
        ])
    );
    assert_eq!(db.query("--bucket 1m --locf --until 1970-01-01T00:06:30Z").len(), 14);
    assert_eq!(db.query("--bucket 1m --until 1970-01-01T00:06:30Z").len(), 5);
    // Others than `value`.
    let found = db.query("--bucket 1h --value n,value --agg max");
    assert_eq!(found[0], json!({"time": "1970-01-01T00:00:00Z", "device": "a", "value": 5, "unit": "V", "n": 201}));
    for (flags, wanted) in [
        (
            "--bucket 1h",
            "time,device,value,unit,n,filled,filled_share\n1970-01-01T00:00:00Z,a,1.9,V,,,\n1970-01-01T00:00:00Z,b,7.5,V,,,\n",
        ),
        (
            "--bucket 1h --agg min,max --value value",
            "time,device,value_min,value_max,unit,n,filled,filled_share\n1970-01-01T00:00:00Z,a,-3,5,V,,,\n1970-01-01T00:00:00Z,b,7,8,V,,,\n",
        ),
    ] {
        assert_eq!(db.kymo(&format!("query {} {flags} --to csv", db.target())).ok(), wanted);
    }
    for (wrong, told) in [
        ("--bucket 1h --agg median", "median"),
        ("--bucket 0s", "longer than 0"),
        ("--agg min", "--bucket"),
        ("--decimals 2", "--decimals is for --bucket and --stats"),
        ("--locf", "--bucket"),
        ("--bucket 1h --limit 1", "--limit"),
    ] {
        db.kymo(&format!("query {} {wrong}", db.target())).end().code(2).tells(told);
    }
    db.store("--table none", "");
    db.kymo(&format!("query {} --table none --bucket 1h", db.target())).end().code(74).tells("no table");
}

/// A day begins at midnight, where it is; a reader that goes away ends a long span of carried values.
fn days_are_those_of_the_zone(engine: Engine) {
    let db = engine.database();
    let text: String = (0..72).map(|n| format!("{{\"time\":{},\"value\":1}}\n", 1_711_756_800 + n * 3600)).collect();
    db.store("", text);
    let counts = |flags: &str| {
        let found = db.query(&format!("--bucket 1d --agg count {flags}"));
        found.iter().map(|r| json!([r["time"], r["value_count"]])).collect::<Vec<_>>()
    };
    assert_eq!(
        json!(counts("")),
        json!([["2024-03-30T00:00:00Z", 24], ["2024-03-31T00:00:00Z", 24], ["2024-04-01T00:00:00Z", 24]])
    );
    assert_eq!(
        json!(counts("--tz Europe/Berlin")),
        json!([
            ["2024-03-30T00:00:00+01:00", 23],
            ["2024-03-31T00:00:00+01:00", 23],
            ["2024-04-01T00:00:00+02:00", 24],
            ["2024-04-02T00:00:00+02:00", 2]
        ])
    );
    let ended = db
        .shell(&format!("set -o pipefail; kymo query {} --bucket 1s --locf --until 2200-01-01 | head -3", db.target()))
        .end();
    ended.assert(ended.output.status.success() && ended.stdout().lines().count() == 3, "three lines, in silence");
}

/// A table for a spreadsheet with decimal commas, a JSON array, and the last record of each series.
#[test]
fn forms_of_the_output() {
    let work = Work::new();
    let records = "{\"time\":0,\"device\":\"a\",\"v\":1.5,\"n\":\"x;y\"}\n{\"time\":60,\"device\":\"b\",\"v\":2}\n\
                   {\"time\":120,\"device\":\"a\",\"v\":3.25}\n";
    work.kymo("store q.db").stdin(records).ok();
    assert_eq!(
        work.kymo("query q.db --to csv --decimal ,").ok(),
        "time;device;v;n\n1970-01-01T00:00:00Z;a;1,5;\"x;y\"\n1970-01-01T00:01:00Z;b;2;\n1970-01-01T00:02:00Z;a;3,25;\n"
    );
    assert_eq!(work.kymo("query q.db --format csv").ok(), work.kymo("query q.db --to csv").ok());
    assert!(work.kymo("query q.db --to csv --separator tab").ok().starts_with("time\tdevice\tv\tn\n"));
    let all: serde_json::Value = serde_json::from_str(&work.kymo("query q.db --to json").ok()).expect("an array");
    assert_eq!(all[2]["v"], 3.25);
    assert_eq!(work.kymo("query q.db --to json --since 2024-01-01").ok(), "[]\n");
    // What is written so is read so.
    let there = work.kymo("query q.db --to csv --decimal ,").ok();
    assert_eq!(work.kymo("validate --from csv --decimal ,").stdin(there).ok(), work.kymo("query q.db").ok());
    assert_eq!(
        work.kymo("validate --from json").stdin(work.kymo("query q.db --to json").ok()).ok(),
        work.kymo("query q.db").ok()
    );
    let last = "{\"time\":\"1970-01-01T00:02:00Z\",\"device\":\"a\",\"v\":3.25}\n{\"time\":\"1970-01-01T00:01:00Z\",\"device\":\"b\",\"v\":2}\n";
    assert_eq!(work.kymo("query q.db --latest").ok(), last);
    assert_eq!(work.kymo("query q.db --latest --where-series b --to csv").ok().lines().count(), 2);
    assert!(work.kymo("query q.db --latest --until 1970-01-01T00:02:00Z").ok().contains("1.5"));
    work.kymo("query q.db --latest --since 1970-01-01").end().code(2).tells("--since");
    // A first line of `#` is no comment.
    work.kymo("store h.db --by '#id'").stdin("{\"time\":0,\"#id\":\"a\",\"v\":1}\n").ok();
    let there = work.kymo("query h.db --to csv").ok();
    assert_eq!(work.kymo("validate --from csv").stdin(there).ok().matches("\"#id\":\"a\"").count(), 1);
    work.kymo("query q.db --to nmea").end().code(2).tells("are read, and not written");
    assert!(work.kymo("query q.db --to influx").ok().starts_with("readings,device=a v=1.5,n=\"x;y\" 0\n"));
    work.kymo("query q.db --decimal ,").end().code(2).tells("for --to csv");
}
