//! `query --bucket` by what a series is: counters, angles, states. A window function of the database computes the same.

use crate::databases::{Database, Engine, on_each_engine};
use crate::harness::random;
use serde_json::{Value, json};
use std::fmt::Write as _;

on_each_engine![
    each_kind_has_its_own_value,
    increases_are_those_of_a_window_function,
    an_increase_begins_before_the_span,
    an_increase_needs_no_registry,
    a_text_between_is_no_reading,
    a_series_may_become_a_counter,
    a_state_holds,
    what_is_wrong_with_the_registry_is_said_first,
];

const METERS: &str =
    "sep=;\ndevice;unit;kind;valid_from\nc;kWh;counter;\na;deg;angle;\nr;rad;angle;\ns;;state;\ng;V;;\n";

/// A database, and a registry beside it.
fn database(engine: Engine, lines: &[(u32, &str, &str)]) -> Database {
    let db = engine.database();
    db.file("m.csv", METERS);
    let mut text = String::new();
    for (time, device, value) in lines {
        writeln!(text, "{{\"time\":{time},\"device\":\"{device}\",\"v\":{value}}}").expect("a line");
    }
    db.store("", text);
    db
}

/// Minute, device, value and resets of each record.
fn rows(found: &[Value]) -> Value {
    let minute = |record: &Value| record["time"].as_str().map(|time| time[14..16].to_owned());
    found.iter().map(|r| json!([minute(r), r["device"], r["v"], r["v_resets"]])).collect()
}

/// Value and resets of each record.
fn rows_of(found: &[Value]) -> Value {
    found.iter().map(|record| json!([record["v"], record["v_resets"]])).collect()
}

/// K93
fn each_kind_has_its_own_value(engine: Engine) {
    let lines = [
        (0, "c", "998"),
        (1, "a", "350"),
        (2, "r", "6.0"),
        (3, "s", "1"),
        (4, "g", "1"),
        (30, "c", "999"),
        (31, "a", "20"),
        (32, "r", "0.5"),
        (33, "s", "0"),
        (34, "g", "2"),
        (60, "c", "2"),
        (61, "a", "0"),
        (70, "c", "2.5"),
        (71, "a", "180"),
        (72, "s", "3"),
    ];
    let db = database(engine, &lines);
    let none = Value::Null;
    // The angle of the second minute has no mean: north and south.
    let wanted = json!([
        ["00", "c", 1, none],
        ["00", "a", 5.0, none],
        ["00", "r", 0.108_407_346, none],
        ["00", "s", 0, none],
        ["00", "g", 1.5, none],
        ["01", "c", 2.5, 1],
        ["01", "a", none, none],
        ["01", "s", 3, none],
    ]);
    assert_eq!(rows(&db.query("--bucket 1m --meters m.csv")), wanted);
    // What is named is computed for all; only a mean angle goes the shorter way.
    let named = db.query("--bucket 1m --meters m.csv --agg mean,increase --decimals 2");
    let of = |at: usize| json!([named[at]["v_mean"], named[at]["v_increase"], named[at]["v_resets"]]);
    assert_eq!(
        json!([of(0), of(1), of(3), of(5)]),
        json!([[998.5, 1, none], [5.0, 20, 1], [0.5, 0, 1], [2.25, 2.5, 1]])
    );
    let csv = db.kymo(&format!("query {} --bucket 1m --meters m.csv --to csv --where-series c", db.target())).ok();
    assert_eq!(
        csv,
        "time,device,v,v_resets,filled,filled_share\n1970-01-01T00:00:00Z,c,1,,,\n1970-01-01T00:01:00Z,c,2.5,1,,\n"
    );
    // Without the registry all are gauges.
    assert_eq!(db.query("--bucket 1m --where-series a")[0]["v"], 185.0);
}

fn increases_are_those_of_a_window_function(engine: Engine) {
    let mut random = random();
    let devices = ["c", "d"];
    let (mut lines, mut counts) = (Vec::new(), [0, 50]);
    let mut time = 0;
    for _ in 0..400 {
        time += 1 + random.below(40) as u32;
        let of = random.below(2) as usize;
        counts[of] = if random.below(20) == 0 { random.below(9) } else { counts[of] + random.below(30) };
        lines.push((time, devices[of], counts[of].to_string()));
    }
    let lines: Vec<(u32, &str, &str)> = lines.iter().map(|(time, of, value)| (*time, *of, value.as_str())).collect();
    let db = database(engine, &lines);
    let sql = |bucket: &str| {
        format!(
            "WITH s AS (SELECT {bucket} AS b, device AS d, time AS t, v, LAG(v) OVER (PARTITION BY device ORDER BY time) AS p \
             FROM readings) SELECT b || ' ' || d || ' ' || COALESCE(CAST(CAST(SUM(CASE WHEN v < p THEN v ELSE v - p END) \
             AS bigint) AS text), '-') || ' ' || SUM(CASE WHEN v < p THEN 1 ELSE 0 END) FROM s GROUP BY b, d \
             ORDER BY b, MIN(t)"
        )
    };
    let bucket =
        engine.either("time / 300000000000", "CAST(FLOOR(EXTRACT(EPOCH FROM time::timestamptz) / 300) AS bigint)");
    let mut theirs = db.other().texts(&sql(bucket));
    let ours = db.query("--bucket 5m --agg increase");
    let mut ours: Vec<String> = ours
        .iter()
        .map(|record| {
            let time: jiff::Timestamp = record["time"].as_str().expect("a time").parse().expect("a time");
            let increase = record.get("v").filter(|v| !v.is_null()).map_or("-".to_owned(), Value::to_string);
            let resets = record["v_resets"].as_u64().unwrap_or_default();
            format!("{} {} {increase} {resets}", time.as_second() / 300, record["device"].as_str().expect("a name"))
        })
        .collect();
    theirs.sort();
    ours.sort();
    assert_eq!(ours, theirs);
}

fn an_increase_begins_before_the_span(engine: Engine) {
    let lines = [(10, "c", "5"), (50, "c", "7"), (65, "c", "8.5"), (150, "c", "9"), (200, "c", "1")];
    let db = database(engine, &lines);
    let all = rows(&db.query("--bucket 1m --meters m.csv"));
    let none = Value::Null;
    assert_eq!(all, json!([["00", "c", 2, none], ["01", "c", 1.5, none], ["02", "c", 0.5, none], ["03", "c", 1, 1]]));
    let late = rows(&db.query("--bucket 1m --meters m.csv --since 1970-01-01T00:01:00Z"));
    assert_eq!(late.as_array().expect("rows"), &all.as_array().expect("rows")[1..]);
    // The first step of a span that begins between two readings is that from the reading before.
    let late = rows(&db.query("--bucket 1m --agg increase --last 60s"));
    assert_eq!(late, json!([["02", "c", 0.5, none], ["03", "c", 1, 1]]));
    // Where nothing was read, nothing was counted; where nothing was read before, nothing is known.
    let held = rows(&db.query("--bucket 10s --meters m.csv --locf --until 1970-01-01T00:01:10Z"));
    let held: Vec<&Value> = held.as_array().expect("rows").iter().map(|row| &row[2]).collect();
    assert_eq!(json!(held), json!([none, 0, 0, 0, 2, 1.5]));
}

fn an_increase_needs_no_registry(engine: Engine) {
    let db = engine.database();
    let line = |time: u32, energy: &str, rain: &str| {
        format!("{{\"time\":{time},\"energy\":{energy},\"rain\":{rain},\"filled\":{}}}\n", time == 40)
    };
    db.store(
        "",
        [line(0, "1000.1", "3"), line(20, "1000.2", "null"), line(40, "1000.4", "1"), line(70, "0", "1")].concat(),
    );
    let found = db.query("--bucket 1m --agg increase --value energy,rain");
    let of = |at: usize| ["energy", "energy_resets", "rain", "rain_resets"].map(|name| found[at][name].clone());
    let none = Value::Null;
    assert_eq!(json!(of(0)), json!([0.3, none, 1, 1]));
    assert_eq!(json!(of(1)), json!([0, 1, 0, none]));
    let all = db.query("--bucket 1m --agg max,increase --value energy");
    assert_eq!(json!([all[0]["energy_max"], all[0]["energy_increase"]]), json!([1000.4, 0.3]));
    for flags in ["--agg increase", "--meters m.csv"] {
        db.kymo(&format!("query {} {flags}", db.target())).end().code(2).tells("--bucket");
    }
    // Beyond what a double can tell apart.
    let db = database(engine, &[(0, "c", "9007199254740992"), (1, "c", "9007199254740993")]);
    assert_eq!(db.query("--bucket 1m --agg increase")[0]["v"], 1);
}

/// The last reading is not forgotten where a span begins with a text.
fn a_text_between_is_no_reading(engine: Engine) {
    let db = engine.database();
    let line = |time: u32, value: &str| format!("{{\"time\":{time},\"c\":{{\"v\":{value}}}}}\n");
    db.store("", [line(0, "1"), line(60, "\"NAN\""), line(70, "3"), line(120, "8")].concat());
    let found = db.query("--bucket 1m --agg increase --value /c/v");
    let of: Vec<&Value> = found.iter().map(|record| &record["/c/v"]).collect();
    assert_eq!(json!(of), json!([null, 2, 5]));
}

/// A row of the registry holds from its time on.
fn a_series_may_become_a_counter(engine: Engine) {
    let db = database(engine, &[(10, "c", "5"), (50, "c", "7"), (150, "c", "350"), (200, "c", "10"), (250, "c", "12")]);
    let kinds = |kind: &str| {
        let rows = "c,,1970-01-01,1970-01-01T00:02:00Z\nc";
        db.file("m.csv", format!("device,kind,valid_from,valid_to\n{rows},{kind},1970-01-01T00:02:00Z,\n"));
        rows_of(&db.query("--bucket 2m --meters m.csv"))
    };
    let none = Value::Null;
    assert_eq!(kinds("counter"), json!([[6.0, none], [10, 1], [2, none]]));
    assert_eq!(kinds("angle"), json!([[6.0, none], [0.0, none], [12.0, none]]));
    assert_eq!(kinds("state"), json!([[6.0, none], [10, none], [12, none]]));
    db.file("m.csv", "device,kind,valid_to\nc,angle,1970-01-01T00:02:00Z\n");
    assert_eq!(rows_of(&db.query("--bucket 2m --meters m.csv"))[1], json!([180.0, none]));
}

fn a_state_holds(engine: Engine) {
    let db = database(engine, &[(0, "s", "\"on\""), (20, "s", "\"off\""), (130, "s", "\"on\"")]);
    let none = Value::Null;
    let found = db.query("--bucket 1m --meters m.csv --locf");
    assert_eq!(rows(&found), json!([["00", "s", "off", none], ["01", "s", "off", none], ["02", "s", "on", none]]));
    assert_eq!(found[1]["filled"], true);
    // Of two texts there is no mean.
    assert_eq!(db.query("--bucket 1m")[0].get("v"), None);
}

fn what_is_wrong_with_the_registry_is_said_first(engine: Engine) {
    let db = database(engine, &[(0, "c", "1")]);
    db.file("bad.csv", "device,kind\nc,meter\n");
    let run = |file: &str| db.kymo(&format!("query {} --bucket 1h --meters {file}", db.target())).end().code(2);
    run("bad.csv").tells("line 2: kind \"meter\" is not gauge, counter, angle or state");
    run("none.csv").tells("none.csv");
}
