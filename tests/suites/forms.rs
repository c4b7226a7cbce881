//! csv-spectrum, InfluxData's line-protocol corpus and JSONTestSuite, by `--from`.

use super::{cases, input, name};
use crate::harness::Work;
use serde_json::{Map, Value};
use std::collections::HashMap;

fn records(text: &str) -> Vec<Map<String, Value>> {
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// How many rejects each of these inputs has, which one run reads one after the other; and what came through.
fn run_all(words: &str, inputs: &[Vec<u8>]) -> (String, Vec<usize>) {
    let work = Work::new();
    let files: Vec<String> = (0..inputs.len()).map(|n| format!("{n}")).collect();
    for (file, input) in files.iter().zip(inputs) {
        work.file(file, input);
    }
    work.file("words", files.join("\n"));
    let ended = work.shell(&format!("xargs -a words kymo {words} --rejects r")).end();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for reject in records(&work.read("r")) {
        *counts.entry(reject["source"].as_str().expect("a source").to_owned()).or_default() += 1;
    }
    (ended.stdout(), files.iter().map(|file| counts.get(file).copied().unwrap_or(0)).collect())
}

/// A number as the suite has it: text.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn csv_spectrum() {
    let Some(cases) = cases("csv/cases.ndjson") else { return };
    for case in &cases {
        let work = Work::new();
        work.file("in.csv", input(case));
        let found = records(&work.kymo("validate in.csv").ok());
        let wanted = case["expected"].as_array().expect("rows");
        assert_eq!(found.len(), wanted.len(), "{}", name(case));
        for (found, wanted) in found.iter().zip(wanted) {
            for (column, value) in wanted.as_object().expect("a row") {
                // The suite has another number there than its CSV (its README).
                if name(case) == "location_coordinates" {
                    continue;
                }
                let found = found.get(column).map(as_text).unwrap_or_default();
                assert_eq!(found, value.as_str().expect("text"), "{} {column}", name(case));
            }
        }
    }
    assert_eq!(cases.len(), 12);
}

/// The other way: what was read is written as CSV, and is read again.
#[test]
fn csv_spectrum_there_and_back() {
    let Some(cases) = cases("csv/cases.ndjson") else { return };
    for case in &cases {
        let work = Work::new();
        work.file("in.csv", input(case));
        let first = work.kymo("map '{time: 0} + map_values(tostring)' in.csv").ok();
        work.file(
            "a.ndjson",
            first
                .lines()
                .enumerate()
                .map(|(n, line)| line.replacen(":0", &format!(":{n}"), 1) + "\n")
                .collect::<String>(),
        );
        work.kymo("store a.db a.ndjson").ok();
        work.file("out.csv", work.kymo("query a.db --to csv").ok());
        work.kymo("store b.db out.csv").ok();
        assert_eq!(work.kymo("query b.db").ok(), work.kymo("query a.db").ok(), "{}", name(case));
    }
}

/// Bad texts that are taken: control characters in a name, in a comment or as a blank, which stay as they are written.
fn has_control_characters(text: &[u8]) -> bool {
    text.iter().any(|&byte| byte < 0x20 && byte != b'\n' || byte == 0x7f)
}

#[test]
fn line_protocol_that_is_bad_is_refused() {
    let Some(cases) = cases("influx/bad.ndjson") else { return };
    let inputs: Vec<Vec<u8>> = cases.iter().map(input).collect();
    let (_, rejects) = run_all("map . --from influx", &inputs);
    let taken: Vec<&str> = (cases.iter().zip(&inputs).zip(&rejects))
        .filter(|((_, text), rejects)| **rejects == 0 && !has_control_characters(text))
        .map(|((case, _), _)| name(case))
        .collect();
    assert_eq!(taken, Vec::<&str>::new(), "{} of {}", taken.len(), cases.len());
}

/// What a field's value is, as the suite has it: `{"int": 1}`.
fn is_value(found: &Value, wanted: &Value) -> bool {
    let (kind, wanted) = wanted.as_object().and_then(|one| one.iter().next()).expect("a value");
    match kind.as_str() {
        "float" => {
            let wanted = wanted.as_f64().or_else(|| wanted.as_str().and_then(|text| text.parse().ok()));
            found.as_f64() == wanted
        }
        _ => found == wanted || as_text(found) == as_text(wanted),
    }
}

/// The name is kept for the time of measurement (K21): a tag or field of it is refused.
const RESERVED: [&str; 2] = ["2a6fa6f9c4bd199a093f88e94b542430", "5f10c11304f37e8f65e1d9fc36c6fde3"];

/// Why a record is not the point that the suite says.
fn differs(record: &Map<String, Value>, point: &Value, default_time: &Value, scale: i64) -> Option<String> {
    const OURS: [&str; 2] = ["measurement", "time"];
    if record.get("measurement") != Some(&point["name"]) {
        return Some(format!("measurement {:?}, not {}", record.get("measurement"), point["name"]));
    }
    let members = |kind: &str| point[kind].as_array().cloned().unwrap_or_default();
    for (kind, member) in
        members("tags").iter().map(|m| ("tag", m)).chain(members("fields").iter().map(|m| ("field", m)))
    {
        let key = member["key"].as_str().expect("a key");
        let found = record.get(key).cloned().unwrap_or_default();
        let is_right = if kind == "tag" { found == member["value"] } else { is_value(&found, &member["value"]) };
        if !is_right && !OURS.contains(&key) {
            return Some(format!("{kind} {key} {found}, not {}", member["value"]));
        }
    }
    let time = record.get("time").and_then(Value::as_str).map(|text| kymo::time::parse_rfc3339(text.as_bytes()));
    match (time, &point["time"]) {
        // What has no time is of now, in whole units.
        (None, wanted) if wanted.as_i64().zip(default_time.as_i64()).is_some_and(|(a, b)| a == b / scale * scale) => {
            None
        }
        (Some(Ok(found)), wanted) if found.checked_mul(scale) == wanted.as_i64() => None,
        (found, wanted) => Some(format!("time {found:?}, not {wanted}")),
    }
}

#[test]
fn line_protocol_that_is_good_means_what_it_says() {
    let Some(cases) = cases("influx/good.ndjson") else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        // A number counts nanoseconds here: what it is in the unit of the case is that many times as much.
        let scale = match case["precision"].as_str() {
            Some("1ns") => 1,
            Some("1µs") => 1_000,
            Some("1ms") => 1_000_000,
            _ => 1_000_000_000,
        };
        let work = Work::new();
        let ended = work.kymo("validate --from influx").stdin(input(case)).end();
        let found = records(&ended.stdout());
        if RESERVED.contains(&name(case)) {
            ended.code(1).tells("a tag or field with the name of the time");
            continue;
        }
        let wanted = case["expected"].as_array().expect("points");
        if found.len() != wanted.len() || !ended.stderr().is_empty() {
            wrong.push(format!("{}: {} records, not {}: {}", name(case), found.len(), wanted.len(), ended.stderr()));
        }
        let pairs = found.iter().zip(wanted);
        let faults = pairs.filter_map(|(record, point)| differs(record, point, &case["default_time"], scale));
        wrong.extend(faults.map(|why| format!("{}: {why}", name(case))));
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Two texts with a name twice: which of the two is meant cannot be known.
const TWICE: [&str; 2] = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

#[test]
fn json_texts() {
    let record = |case: &Value| [b"{\"v\":", &input(case)[..], b"}"].concat();
    if let Some(cases) = cases("json/n.ndjson") {
        let inputs: Vec<Vec<u8>> = cases.iter().map(record).collect();
        let (passed, rejects) = run_all("validate --from json", &inputs);
        // What stands before a bracket too many is a record.
        assert!(passed.lines().count() < 5, "{passed}");
        let taken = cases.iter().zip(rejects).filter(|(_, rejects)| *rejects == 0).map(|(case, _)| name(case));
        assert_eq!(taken.collect::<Vec<_>>(), Vec::<&str>::new());
    }
    if let Some(cases) = cases("json/y.ndjson") {
        let inputs: Vec<Vec<u8>> = cases.iter().map(record).collect();
        let (passed, rejects) = run_all("validate --from json", &inputs);
        let mut passed = records(&passed).into_iter();
        for ((case, input), rejects) in cases.iter().zip(&inputs).zip(rejects) {
            if TWICE.contains(&name(case)) {
                assert_eq!(rejects, 1, "{}", name(case));
                continue;
            }
            assert_eq!(rejects, 0, "{}", name(case));
            let wanted: Map<String, Value> = serde_json::from_slice(input).expect("JSON");
            assert_eq!(passed.next(), Some(wanted), "{}", name(case));
        }
    }
    if let Some(cases) = cases("json/i.ndjson") {
        let inputs: Vec<Vec<u8>> = cases.iter().map(record).collect();
        let (passed, rejects) = run_all("validate --from json", &inputs);
        let refused = rejects.iter().filter(|rejects| **rejects > 0).count();
        assert_eq!(passed.lines().count() + refused, cases.len());
    }
}
