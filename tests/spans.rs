//! What `query` measures: spans that do not overlap, what is carried into them, what is covered.

use crate::databases::{Engine, on_each_engine};
use serde_json::{Value, json};

on_each_engine![
    a_span_begins_where_its_records_begin,
    values_from_before_the_span_are_carried_in,
    filled_is_said_of_what_is_filled_as_a_whole,
    what_was_asked_for_is_what_is_measured,
    sums_and_counts,
    months_are_those_of_the_calendar,
    csv_has_no_series_that_no_record_has,
    times_are_written_in_the_zone,
    counters_angles_and_states_come_to_what_they_are,
];

fn line(time: &str, device: &str, value: i64) -> String {
    format!("{{\"time\":\"2016-06-20T{time}Z\",\"device\":\"{device}\",\"v\":{value}}}\n")
}

/// K17
fn a_span_begins_where_its_records_begin(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":\"2024-04-06T14:35:00Z\",\"device\":\"s\",\"v\":1}\n{\"time\":\"2024-04-06T15:05:00Z\",\"device\":\"s\",\"v\":2}\n");
    let found = db.query("--bucket 1h --tz Australia/Lord_Howe");
    let times: Vec<&Value> = found.iter().map(|record| &record["time"]).collect();
    assert_eq!(json!(times), json!(["2024-04-07T01:00:00+11:00", "2024-04-07T01:30:00+10:30"]));
}

/// K18
fn values_from_before_the_span_are_carried_in(engine: Engine) {
    let db = engine.database();
    db.store("", [line("16:03:00", "b", 7), line("16:09:13", "a", 10), line("16:19:13", "a", 100)].concat());
    let flags = "--bucket 5m --agg max --locf --since 2016-06-20T16:10:00Z --until 2016-06-20T16:30:00Z";
    let all = db.query(flags);
    let of = |device: &str| -> Vec<(String, Value, Value)> {
        let own = all.iter().filter(|record| record["device"] == device);
        own.map(|r| (r["time"].as_str().unwrap_or("")[14..16].to_owned(), r["v"].clone(), r["filled"].clone()))
            .collect()
    };
    let row = |minute: &str, value: i64, filled: Value| (minute.to_owned(), json!(value), filled);
    let t = || json!(true);
    assert_eq!(of("a"), [row("10", 10, t()), row("15", 100, Value::Null), row("20", 100, t()), row("25", 100, t())]);
    assert_eq!(of("b"), [row("10", 7, t()), row("15", 7, t()), row("20", 7, t()), row("25", 7, t())]);
    // Also where the span itself has no record, and only of the series that is asked for.
    let flags = "--bucket 5m --locf --since 2016-06-20T16:25:00Z --until 2016-06-20T16:30:00Z --where-series b";
    let found = db.query(flags);
    assert_eq!(json!(found), json!([{"time": "2016-06-20T16:25:00Z", "device": "b", "v": 7.0, "filled": true}]));
    // The last ten minutes before the newest record.
    let found = db.query("--bucket 5m --locf --last 10m");
    assert_eq!(found.iter().filter(|record| record["device"] == "b").count(), 3, "{found:?}");
}

/// K19
fn filled_is_said_of_what_is_filled_as_a_whole(engine: Engine) {
    let db = engine.database();
    let lines: String = (0..8)
        .map(|n| {
            let filled = if n == 3 || n >= 4 { ",\"filled\":true" } else { "" };
            format!("{{\"time\":{},\"value\":{n}{filled}}}\n", n * 60)
        })
        .collect();
    db.store("", lines);
    let found = db.query("--bucket 4m");
    assert_eq!((&found[0]["filled"], &found[0]["filled_share"]), (&Value::Null, &json!(0.25)));
    assert_eq!((&found[1]["filled"], &found[1]["filled_share"]), (&json!(true), &json!(1.0)));
    // Any other field: a record without it does not agree.
    db.store(
        "--table u",
        "{\"time\":0,\"value\":1,\"unit\":\"V\"}\n{\"time\":1,\"value\":1}\n{\"time\":60,\"value\":1,\"unit\":\"V\"}\n",
    );
    let found = db.query("--bucket 1m --table u");
    assert_eq!((&found[0]["unit"], &found[1]["unit"]), (&Value::Null, &json!("V")));
}

/// K20
fn what_was_asked_for_is_what_is_measured(engine: Engine) {
    let db = engine.database();
    let at = |minute: u32, device: &str| {
        format!("{{\"time\":\"2026-11-01T00:{minute:02}:00Z\",\"device\":\"{device}\",\"value\":1}}\n")
    };
    let dead: String = (0..2).map(|n| at(n, "dead")).collect();
    let well: String = (0..10).map(|n| at(n, "well")).collect();
    db.store("", dead + &well + "{\"time\":\"2026-10-30T00:00:00Z\",\"device\":\"gone\",\"value\":1}\n");
    let found = db.query("--stats --since 2026-11-01T00:00:00Z --until 2026-11-01T00:10:00Z");
    let of = |device: &str| found.iter().find(|record| record["device"] == device).expect("a series").clone();
    assert_eq!((&of("dead")["gaps"], &of("dead")["covered"]), (&json!(1), &json!(0.2)));
    assert_eq!((&of("well")["gaps"], &of("well")["covered"]), (&json!(0), &json!(1.0)));
    // Silent all the time: it is there nevertheless.
    let gone = of("gone");
    assert_eq!((&gone["count"], &gone["gaps"], &gone["covered"]), (&json!(0), &json!(1), &json!(0.0)));
    let found = db.query("--stats --last 9m --where-series dead");
    assert_eq!((&found[0]["gaps"], &found[0]["covered"]), (&json!(1), &json!(0.2)));
    // Without a span it is each series' own.
    assert_eq!(db.query("--stats --where-series dead")[0]["covered"], 1.0);
}

/// K23
fn sums_and_counts(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":0,\"a\":9007199254740993,\"b\":1}\n{\"time\":1,\"a\":9007199254740993,\"b\":2}\n{\"time\":60,\"a\":1}\n");
    let out = db.kymo(&format!("query {} --bucket 1m --agg sum,mean,count", db.target())).ok();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].contains("\"a_sum\":18014398509481986,\"a_mean\":9007199254740993,\"a_count\":2"), "{out}");
    assert!(lines[0].contains("\"b_sum\":3,\"b_mean\":1.5,\"b_count\":2"), "{out}");
    assert!(lines[1].contains("\"a_count\":1") && lines[1].contains("\"b_count\":0"), "{out}");
    let named = db.query("--bucket 1m --agg count --value b,c");
    assert_eq!((&named[1]["b_count"], &named[1]["c_count"]), (&json!(0), &json!(0)));
}

/// K23
fn months_are_those_of_the_calendar(engine: Engine) {
    let db = engine.database();
    let days = ["2024-01-31T23:59:59Z", "2024-02-01T00:00:00Z", "2024-02-29T12:00:00Z", "2025-01-01T00:00:00Z"];
    db.store("", days.map(|day| format!("{{\"time\":\"{day}\",\"value\":1}}\n")).concat());
    let times = |flags: &str| json!(db.query(flags).iter().map(|record| record["time"].clone()).collect::<Vec<_>>());
    let months = json!(["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "2025-01-01T00:00:00Z"]);
    assert_eq!(times("--bucket 1mo"), months);
    assert_eq!(times("--bucket 1y"), json!(["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"]));
    let far = json!(["2024-01-01T00:00:00+01:00", "2025-01-01T00:00:00+01:00"]);
    assert_eq!(times("--bucket 1y --tz Europe/Berlin"), far);
    db.kymo(&format!("query {} --bucket 0mo", db.target())).end().code(2).tells("from 1 to 2400");
}

/// K23
fn csv_has_no_series_that_no_record_has(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":0,\"value\":1}\n");
    let csv = |db: &crate::databases::Database| db.kymo(&format!("query {} --to csv", db.target())).ok();
    assert_eq!(csv(&db), "time,value\n1970-01-01T00:00:00Z,1\n");
    db.store("", "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
    assert!(csv(&db).starts_with("time,value,device\n") || csv(&db).starts_with("time,device,value\n"));
}

/// K98, K97: what is written for people is in their zone, and reads back.
fn times_are_written_in_the_zone(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":\"2026-10-19T22:00:00.5Z\",\"device\":\"a\",\"value\":1.26,\"note\":\"x\"}\n{\"time\":\"2026-10-25T00:30:00Z\",\"device\":\"a\",\"value\":2}\n");
    let out = |flags: &str| db.kymo(&format!("query {} {flags}", db.target())).ok();
    let csv = out("--bucket 1d --tz Europe/Berlin --to csv");
    assert!(
        csv.contains("\n2026-10-20T00:00:00+02:00,a,1.26,") || csv.contains("\n2026-10-20T00:00:00+02:00,1.26,a,"),
        "{csv}"
    );
    // In the night in which the clocks are put back, too; the time itself is the same.
    let records = out("--tz Europe/Berlin");
    assert!(
        records.contains("\"2026-10-20T00:00:00.5+02:00\"") && records.contains("\"2026-10-25T02:30:00+02:00\""),
        "{records}"
    );
    let again = db.kymo("store again.db").stdin(records).end().code(0);
    again.assert(again.stderr().is_empty(), "no word");
    assert!(db.kymo("query again.db").ok().contains("\"2026-10-19T22:00:00.5Z\""));
    // UTC has no offset, a zone of half an hour has one.
    assert!(out("--tz UTC").contains("\"2026-10-25T00:30:00Z\""));
    assert!(out("--tz Asia/Kolkata --bucket 1h").contains("\"2026-10-20T03:00:00+05:30\""));
    // Statistics have times, too.
    assert!(out("--stats --tz Europe/Berlin").contains("\"first\":\"2026-10-20T00:00:00.5+02:00\""));
    let german = out("--time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin");
    assert!(german.contains("\"time\":\"20.10.2026 00:00\"") && german.contains("\"note\":\"x\""), "{german}");
    assert!(out("--time-format %s --bucket 1d").contains("\"1792368000\""));
    db.kymo(&format!("query {} --time-format 'x%'", db.target())).end().code(2).tells("no format of times");
    // K97: the columns are found, and numbers are short.
    let csv = out("--bucket 7d --agg mean,count --decimals 1 --to csv");
    assert!(csv.lines().next().is_some_and(|head| head.contains("value_mean,value_count")), "{csv}");
    assert!(out("--stats --decimals 1").contains("\"min\":1.3,\"mean\":1.6,\"max\":2"));
}

/// K93: a counter's increase, also over the edge of a span and a reset; a mean direction; the last state.
fn counters_angles_and_states_come_to_what_they_are(engine: Engine) {
    let db = engine.database();
    let mut lines = String::new();
    let mut add = |device: &str, values: &[&str]| {
        for (n, value) in values.iter().enumerate() {
            lines.push_str(&format!("{{\"time\":{},\"device\":\"{device}\",\"value\":{value}}}\n", 1200 * n));
        }
    };
    add("c", &["997.1", "998.2", "999.4", "2.1", "5.3", "5.8", "5.8"]);
    add("w", &["350", "10", "0", "340", "340"]);
    add("s", &["0", "1", "1", "0"]);
    add("g", &["1", "2"]);
    db.store("", lines);
    db.file("m.csv", "device,kind\nc,counter\nw,angle\ns,state\n");
    let of = |flags: &str, device: &str| -> Vec<Value> {
        let own = db.query(&format!("--bucket 1h {flags}")).into_iter().filter(|record| record["device"] == device);
        own.map(|record| json!([record["value"], record["value_resets"]])).collect()
    };
    let by_kind = "--meters m.csv";
    // 2.1 after the reset, 3.2 and 0.5; nothing is lost at the edge.
    assert_eq!(of(by_kind, "c"), [json!([2.3, null]), json!([5.8, 1]), json!([0.0, null])]);
    assert_eq!(of(by_kind, "w"), [json!([0.0, null]), json!([340.0, null])]);
    assert_eq!(of(by_kind, "s"), [json!([1, null]), json!([0, null])]);
    assert_eq!(of(by_kind, "g"), [json!([1.5, null])]);
    // From the middle on, what was before counts.
    assert_eq!(of("--meters m.csv --since 1970-01-01T01:00Z", "c"), [json!([5.8, 1]), json!([0.0, null])]);
    assert_eq!(of("--agg increase", "c")[1], json!([5.8, 1]));
    assert_eq!(of("--agg increase --where-series g --since 1970-01-01T00:10Z", "g"), [json!([1, null])]);
    // Of one reading alone nobody knows it.
    assert_eq!(of("--agg increase --until 1970-01-01T00:10Z", "g"), [json!([null, null])]);
    assert_eq!(of("--agg increase --locf --until 1970-01-01T03:00Z", "g")[1], json!([0, null]));
    let csv = db.kymo(&format!("query {} --bucket 1h --meters m.csv --where-series c --to csv", db.target())).ok();
    assert_eq!(csv.lines().nth(2), Some("1970-01-01T01:00:00Z,c,5.8,1,,"), "{csv}");
}
