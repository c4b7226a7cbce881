//! The daemon that kept the readings of a weather station, which came over a WebSocket, in SQLite.

use super::{cases, name};
use crate::harness::{Running, Work};
use crate::wss_cat::server::{Server, close, text};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::os::unix::process::ExitStatusExt as _;

/// The columns of the daemon's table.
const COLUMNS: [&str; 5] = ["ts", "temp", "hum", "dew_point", "heat_index"];

/// What a message becomes, or why not. Values are kept as they were measured.
const PROGRAM: &str = r#"
def value: if type == "number" then . else error("not a number") end;
.polledConditions[0] as $now | {ts: (.ts | tonumber | floor), temp: ($now.temp | value), hum: ($now.hum | value),
  dew_point: ($now.dew_point | value), heat_index: ($now.heat_index | value)}
"#;

fn records(rows: &Value) -> String {
    let rows = rows.as_array().expect("rows");
    rows.iter()
        .map(|row| COLUMNS.iter().enumerate().map(|(i, column)| ((*column).to_owned(), row[i].clone())))
        .map(|fields| format!("{}\n", Value::Object(fields.collect())))
        .collect()
}

/// The database's rows, numbers compared as numbers.
fn rows(work: &Work) -> Vec<[f64; 5]> {
    cases(&work.kymo("query a.db").ok()).iter().map(numbers).collect()
}

fn numbers(record: &Value) -> [f64; 5] {
    let number = |value: &Value| match value {
        Value::String(time) => seconds(time) as f64,
        value => value.as_f64().unwrap_or_else(|| panic!("no number: {record}")),
    };
    COLUMNS.map(|column| number(&record[column]))
}

fn seconds(time: &str) -> i64 {
    kymo::time::parse_rfc3339(time.as_bytes()).expect("a time") / 1_000_000_000
}

fn expected(rows: &Value) -> Vec<[f64; 5]> {
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| std::array::from_fn(|i| row[i].as_f64().expect("a number"))).collect()
}

fn filled(out: &str) -> Vec<Value> {
    cases(out).into_iter().filter(|record| record["filled"] == true || record["filled"] == 1).collect()
}

/// interpolate.ndjson: this many values on the line between two, rounded.
#[test]
fn filled_values_are_those_of_the_old_interpolation() {
    let work = Work::new();
    for case in cases(include_str!("wss/interpolate.ndjson")) {
        let count = case["n"].as_i64().expect("a number");
        let lines = format!(
            "{{\"time\":0,\"value\":{}}}\n{{\"time\":{},\"value\":{}}}\n",
            case["start"],
            count + 1,
            case["end"]
        );
        let out = work.kymo("gapfill --every 1s --decimals 1").stdin(lines).ok();
        let values: Vec<Option<f64>> = filled(&out).iter().map(|record| record["value"].as_f64()).collect();
        // Nothing to fill is no error.
        let wanted: Vec<Option<f64>> = case["out"].as_array().into_iter().flatten().map(Value::as_f64).collect();
        assert_eq!(values, wanted, "{case}");
    }
}

/// rounding.ndjson. FAULT two rules: what was measured and what was filled were rounded in two ways, so that 77.65 was 77.7 in
/// the one and 77.6 in the other. Now what was measured stays as it is, and there is one rule for what is filled.
#[test]
fn measured_values_keep_their_digits_and_there_is_one_rule_for_filled_ones() {
    let work = Work::new();
    let mut differ = 0;
    for case in cases(include_str!("wss/rounding.ndjson")) {
        let lines: Vec<String> =
            [0, 2].iter().map(|time| format!("{{\"time\":{time},\"value\":{}}}", case["x"])).collect();
        let out = work.kymo("gapfill --every 1s --decimals 1").stdin(format!("{}\n", lines.join("\n"))).ok();
        let found: Vec<&str> = out.lines().collect();
        assert_eq!([found[0], found[2]], [&lines[0], &lines[1]]);
        assert_eq!(filled(&out)[0]["value"].as_f64(), case["gapfill_npround1"].as_f64(), "{case}");
        differ += usize::from(case["ingest_round1"].as_f64() != case["gapfill_npround1"].as_f64());
    }
    assert!(differ > 0, "the fault is in the file");
}

/// gap_sequences.ndjson, where the old program was right: gaps that are whole steps, and their fill across midnight.
/// FAULTS: gaps of 7 to 9 s were not filled, and of others the last step was up to 9 s long with values that do not lie on the
/// line; a first message invented the whole day before it; what was invented could not be told from what was measured.
#[test]
fn gaps_are_filled_on_the_line_and_marked() {
    for case in cases(include_str!("wss/gap_sequences.ndjson")) {
        let work = Work::new();
        work.kymo("store a.db --time ts").stdin(records(&case["db_before"])).ok();
        let fill = "gapfill --time ts --every 5s --decimals 1";
        let run = work.kymo(&format!("run '{fill} --after a.db | store a.db --time ts --rejects r'"));
        let ended = run.stdin(records(&case["in"])).end();
        let is_twice = name(&case) == "gap 0 (duplicate)";
        ended.assert(ended.output.status.code() == Some(i32::from(is_twice)), "its code");
        if name(&case).starts_with("two rows from yesterday") {
            let now = format!("--now {}", rfc3339(&case["now"]));
            work.kymo(&format!("trim a.db --before midnight --tz America/New_York {now}")).ok();
        }
        let before = expected(&case["db_before"]);
        let message = expected(&case["in"])[0];
        match before.last() {
            Some(last) if (message[0] - last[0]) % 5.0 == 0.0 => {
                assert_eq!(rows(&work), expected(&case["out"]), "{}", name(&case));
            }
            Some(last) => assert_eq!(rows(&work), filled_by_hand(&before, *last, message), "{}", name(&case)),
            // Nothing is invented before the first message.
            None => assert_eq!(rows(&work), [message], "{}", name(&case)),
        }
        let marked = filled(&work.kymo("query a.db").ok()).len();
        let kept = rows(&work).len();
        let measured = before.len() + expected(&case["in"]).len();
        if is_twice {
            // The row that was there first stays, and the other is kept with its reason.
            assert!(work.read("r").contains("conflict"));
        } else if !name(&case).starts_with("two rows") {
            assert_eq!(marked, kept - measured, "{}", name(&case));
        }
    }
}

/// A step of 5 s after another, each value on the line between the two that were measured.
fn filled_by_hand(before: &[[f64; 5]], last: [f64; 5], next: [f64; 5]) -> Vec<[f64; 5]> {
    let gap = next[0] - last[0];
    let missing = (gap / 5.0 + 0.5).floor() as u32 - u32::from(gap >= 2.5);
    let mut all = before.to_vec();
    for n in 1..=missing {
        let after = f64::from(n) * 5.0;
        let on_the_line = |i: usize| {
            let value = last[i] + (next[i] - last[i]) * after / gap;
            (value * 10.0).round_ties_even() / 10.0
        };
        all.push(std::array::from_fn(|i| if i == 0 { last[0] + after } else { on_the_line(i) }));
    }
    all.push(next);
    all
}

fn rfc3339(seconds: &Value) -> String {
    let ns = seconds.as_i64().expect("a number") * 1_000_000_000;
    let mut text = Vec::new();
    kymo::time::write_rfc3339(ns, &mut text);
    String::from_utf8(text).expect("text")
}

/// gap_sequences.ndjson, the empty database: the day can be filled from its midnight on, if one asks for it; 11,376 records,
/// each marked.
#[test]
fn the_day_before_the_first_message_is_filled_only_if_asked_for() {
    let work = Work::new();
    for case in cases(include_str!("wss/gap_sequences.ndjson")) {
        if case["db_before"] != json!([]) {
            continue;
        }
        let fill = "gapfill --time ts --every 5s --since midnight --tz America/New_York --max-gap 24h";
        let out = work.kymo(fill).stdin(records(&case["in"])).ok();
        assert_eq!(cases(&out).len() as u64, case["n_rows"].as_u64().expect("a number"), "{}", name(&case));
        let made = filled(&out);
        assert_eq!(made.len() + 1, cases(&out).len());
        let first = expected(&case["out"].as_array().expect("rows").iter().take(1).cloned().collect());
        assert_eq!(numbers(&made[0]), first[0], "{}", name(&case));
    }
}

/// trim.ndjson: local midnight, also on the days when clocks change.
#[test]
fn trim_cuts_at_local_midnight() {
    for case in cases(include_str!("wss/trim.ndjson")) {
        let work = Work::new();
        let lines = |times: &Value| {
            let times = times.as_array().expect("times").iter();
            times.map(|time| format!("{{\"time\":{time},\"value\":1}}\n")).collect::<String>()
        };
        work.kymo("store a.db").stdin(lines(&case["before"])).ok();
        let trim = format!("trim a.db --before midnight --tz America/New_York --now {}", rfc3339(&case["now"]));
        work.kymo(&trim).ok();
        let kept = || {
            let kept = cases(&work.kymo("query a.db").ok());
            kept.iter().map(|record| seconds(record["time"].as_str().expect("a time"))).collect::<Value>()
        };
        assert_eq!(kept(), case["after"], "{}", name(&case));
        // FAULT once a connection: a record of yesterday that came late stayed until the next one.
        let late = case["midnight_ts"].as_i64().expect("a time") - 5;
        work.kymo("store a.db").stdin(lines(&json!([late]))).ok();
        assert_eq!(case["after_second_call_same_connection"][0], late);
        work.kymo(&trim).ok();
        assert_eq!(kept(), case["after"], "{}", name(&case));
    }
}

/// wss_cat/frames.ndjson, from the message to the row. FAULTS: a message without a value dropped the connection, `true` was
/// stored as 1.0, NaN as NULL, infinity as it is; one of yesterday was thrown away.
#[test]
fn each_message_is_a_row_or_a_reject() {
    let stored_wrongly = ["temp bool", "NaN", "Infinity"];
    for case in cases(include_str!("../wss_cat/frames.ndjson")) {
        let frame = case["frame"].as_str().expect("a frame");
        if frame.is_empty() || name(&case).starts_with("binary") {
            // No line of text; tests/wss_cat.rs has them.
            continue;
        }
        let work = Work::new();
        work.file("map.jq", PROGRAM);
        let first = json!([[1_696_996_800, 72, 88, 69, 74]]);
        work.kymo("store a.db --time ts").stdin(records(&first)).ok();
        let run = work.kymo("run 'map -f map.jq | store a.db --time ts' --log-level error");
        let ended = run.stdin(format!("{frame}\n")).end();
        let is_kept = case["result"] == "stored" && !stored_wrongly.contains(&name(&case))
            || name(&case) == "older than midnight";
        ended.assert(ended.output.status.code() == Some(i32::from(!is_kept)), name(&case));
        let mut wanted = expected(&first);
        if is_kept {
            let now: Value = serde_json::from_str(frame).expect("JSON");
            let values = ["temp", "hum", "dew_point", "heat_index"].map(|field| &now["polledConditions"][0][field]);
            let ts = &case["columns"][0];
            wanted.extend(expected(&json!([[ts, values[0], values[1], values[2], values[3]]])));
            wanted.sort_by(|a, b| a[0].total_cmp(&b[0]));
        }
        assert_eq!(rows(&work), wanted, "{}", name(&case));
    }
}

/// bulk_schema.json. FAULT no check: the schema was for arrays of five numbers, was only asked about rows that it had invented
/// itself, and could say nothing about those, which were no arrays to it. Here every record is asked, measured or filled.
#[test]
fn a_schema_is_asked_about_every_record() {
    let work = Work::new();
    let old: Value = serde_json::from_str(include_str!("wss/bulk_schema.json")).expect("JSON");
    let count = old["items"]["minItems"].as_u64().expect("a number");
    assert_eq!((count, &old["items"]["maxItems"]), (COLUMNS.len() as u64, &json!(count)));
    let number = old["items"]["items"].clone();
    let properties: Value = COLUMNS.iter().map(|column| ((*column).to_owned(), number.clone())).collect();
    let schema = json!({ "type": "object", "required": COLUMNS, "properties": properties });
    work.file("s.json", schema.to_string());
    let good = json!([[1_696_996_800, 70, 50, 60, 70], [1_696_996_815, 71, 52, 61, 70.5]]);
    let run = "run 'gapfill --time ts --every 5s --decimals 1 | validate --schema s.json --time ts --rejects r'";
    let out = work.kymo(run).stdin(records(&good)).ok();
    assert_eq!((cases(&out).len(), filled(&out).len()), (4, 2));
    for bad in [
        r#"{"ts":1696996800,"temp":true,"hum":50,"dew_point":60,"heat_index":70}"#,
        r#"{"ts":1696996800,"temp":"70","hum":50,"dew_point":60,"heat_index":70}"#,
        r#"{"ts":1696996800,"temp":null,"hum":50,"dew_point":60,"heat_index":70}"#,
        r#"{"ts":1696996800,"temp":NaN,"hum":50,"dew_point":60,"heat_index":70}"#,
        r#"{"ts":1696996800,"hum":50,"dew_point":60,"heat_index":70}"#,
    ] {
        let ended =
            work.kymo("validate --schema s.json --time ts --rejects bad").stdin(format!("{bad}\n")).end().code(1);
        assert_eq!(ended.stdout(), "", "{bad}");
    }
}

fn message(ts: i64, temp: &str) -> String {
    let values = format!("\"temp\": {temp}, \"hum\": 50, \"dew_point\": 60, \"heat_index\": 70");
    format!("{{\"ts\": {ts}, \"polledConditions\": [{{{values}}}]}}")
}

/// nan_poison.json. FAULT poison: a NaN was stored as NULL, and the next gap raised an error for each message until midnight,
/// none of which was stored. Here it is rejected, and what follows is stored, the gap filled.
#[test]
fn one_nan_stops_nothing() {
    let old: Value = serde_json::from_str(include_str!("wss/nan_poison.json")).expect("JSON");
    let times: Vec<i64> =
        old["events"].as_array().expect("events").iter().filter_map(|event| event[0].as_i64()).collect();
    let lost = old["events"].as_array().expect("events").iter().filter(|event| event[1] != "stored").count();
    assert_eq!((times.len(), lost), (5, 3));
    let messages = times.iter().enumerate().map(|(n, ts)| text(&message(*ts, if n == 1 { "NaN" } else { "70.0" })));
    let server = Server::sending(messages.collect(), 1000);
    let work = Work::new();
    work.file("map.jq", PROGRAM);
    let words = format!(
        "run 'wss-cat {} --once --rejects r | map -f map.jq | gapfill --time ts --every 5s --after a.db | store a.db --time ts'",
        server.url()
    );
    work.kymo(&words).end().code(1);
    let found: Vec<i64> = rows(&work).iter().map(|row| row[0] as i64).collect();
    for (n, ts) in times.iter().enumerate() {
        // The place of the NaN is a gap like any other.
        assert_eq!(found.iter().filter(|time| *time == ts).count(), 1, "{n}: {ts}");
    }
    // A row each 5 s, from the first to the last.
    let whole = (times[4] - times[0]) / 5 + 1;
    assert_eq!(found.len() as i64, whole);
    let made = filled(&work.kymo("query a.db").ok());
    assert_eq!((made.len() as i64, made[0]["ts"].as_str().map(seconds)), (whole - 4, Some(times[1])));
    assert!(work.read("r").contains("NaN"));
}

/// daemon_run.json: a message without values and a good one behind it, a server that ends with 1001, one that breaks off,
/// Ctrl-C, TERM. FAULTS lost and invented: the good one (75.0) was thrown away, and 73.5 put in its place; exit code 0 after
/// Ctrl-C; after TERM a lock that stopped the next start.
#[test]
fn the_daemons_day_without_its_faults() {
    let old: Value = serde_json::from_str(include_str!("wss/daemon_run.json")).expect("JSON");
    let invented = &old["rows_ts_relative_to_now"][7];
    assert_eq!(invented, &json!([25, 73.5]));
    let now = 1_696_996_800;
    let server = Server::start(move |number, stream| {
        let Ok(mut socket) = tungstenite::accept(stream) else { return };
        let at = |n: i64, temp: &str| text(&message(now + n, temp));
        match number {
            0 => {
                let _ = socket.write(at(0, "74.0"));
                let _ = socket.write(text(&format!("{{\"did\":\"x\",\"ts\":{}}}", now + 5)));
                let _ = socket.write(at(5, "75.0"));
                close(&mut socket, 1001);
            }
            // Broken off in the middle.
            1 => drop((socket.write(at(10, "76.0")), socket.flush())),
            2 => {
                let _ = socket.write(at(30, "80.0"));
                let _ = socket.flush();
                // Until the client ends.
                while socket.read().is_ok() {}
            }
            _ => {
                let _ = socket.write(at(35, "81.0"));
                let _ = socket.flush();
                while socket.read().is_ok() {}
            }
        }
    });
    let work = Work::new();
    work.file("map.jq", PROGRAM);
    let pipeline = format!(
        "wss-cat {} --max-backoff 10ms | map -f map.jq --rejects r | gapfill --time ts --every 5s --decimals 1 | \
         store a.db --time ts --flush 1ms --pass",
        server.url()
    );
    let start = || work.kymo(&format!("lock run ./daemon --no-wait -- kymo run '{pipeline}' --name daemon")).start();
    let until = |run: &Running, ts: i64| while !run.line().contains(&format!("\"ts\":{}", now + ts)) {};
    let daemon = start();
    until(&daemon, 30);
    work.kymo("lock run ./daemon --no-wait -- true").end().code(75);
    daemon.signal_all(Signal::INT);
    assert_eq!(daemon.end().2.signal(), Some(2), "a shell sees the truth");
    let daemon = start();
    until(&daemon, 35);
    daemon.signal(Signal::TERM);
    let (_, told, status) = daemon.end();
    assert_eq!(status.code(), Some(0), "{told}");
    work.kymo("lock run ./daemon --no-wait -- true").end().code(0);
    let kept: Vec<(i64, f64)> = rows(&work).iter().map(|row| (row[0] as i64 - now, row[1])).collect();
    let wanted = [(0, 74.0), (5, 75.0), (10, 76.0), (15, 77.0), (20, 78.0), (25, 79.0), (30, 80.0), (35, 81.0)];
    assert_eq!(kept, wanted);
    let made = filled(&work.kymo("query a.db").ok());
    let made: Vec<i64> = made.iter().map(|record| seconds(record["ts"].as_str().expect("a time")) - now).collect();
    assert_eq!(made, [15, 20, 25]);
    assert_eq!(work.read("r").lines().count(), 1);
}
