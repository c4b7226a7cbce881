//! `trim --rollup`: what records come to before they are deleted.

use super::*;
use std::collections::BTreeMap;

on_each_engine![
    an_hour_is_one_record,
    late_records_are_added,
    what_records_do_not_agree_on_is_left_out,
    names_of_its_own_are_no_others,
    a_further_field_gets_its_columns,
    angles_have_a_direction,
    a_field_stays_of_its_kind,
    days_are_those_of_the_zone,
    the_archive_gets_them_too,
    a_dry_run_makes_no_table,
    killed_at_any_moment_each_record_counts_once,
];

/// What numbers come to, computed one by one.
#[derive(Debug, Default, PartialEq)]
struct Sum {
    count: u64,
    sum: f64,
    min: Option<f64>,
    max: Option<f64>,
}

impl Sum {
    fn add(&mut self, value: f64) {
        (self.count, self.sum) = (self.count + 1, self.sum + value);
        self.min = Some(self.min.map_or(value, |min| min.min(value)));
        self.max = Some(self.max.map_or(value, |max| max.max(value)));
    }
}

/// By device and hour.
type Sums = BTreeMap<(String, i64), Sum>;

/// 2024-01-01.
const START: i64 = 1_704_067_200;
const BEFORE: &str = "--before 2024-01-01T04:00:00Z";

/// A number that is not one after the other.
fn value(n: i64) -> f64 {
    ((n * 7919) % 1000) as f64 / 8.0 - 40.0
}

fn line(n: i64, device: &str) -> String {
    format!("{}\n", json!({ "time": START + n * 60, "device": device, "value": value(n), "unit": "°C" }))
}

/// Minutes of two devices, and what they come to by the hour.
fn minutes(range: std::ops::Range<i64>) -> (String, Sums) {
    let (mut lines, mut sums) = (String::new(), Sums::new());
    for n in range {
        for device in ["a", "8"] {
            lines += &line(n, device);
            sums.entry((device.to_owned(), START + n / 60 * 3600)).or_default().add(value(n));
        }
    }
    (lines, sums)
}

fn rolled(db: &Database, table: &str) -> Vec<Value> {
    db.query(&format!("--table {table}"))
}

fn seconds_of(record: &Value) -> i64 {
    let time: jiff::Timestamp = record["time"].as_str().expect("a time").parse().expect("RFC 3339");
    time.as_second()
}

/// The rows are those that were computed.
fn are(db: &Database, wanted: &Sums) {
    let mut found = Sums::new();
    for record in rolled(db, "readings_1h") {
        let number = |name: &str| record[name].as_f64().unwrap_or_else(|| panic!("{name}: {record}"));
        let device = record["device"].as_str().expect("a device").to_owned();
        let count = number("value_count") as u64;
        assert_eq!(record["count"], json!(count));
        assert_eq!(record["unit"], json!("°C"));
        let key = (device, seconds_of(&record));
        let wanted = &wanted[&key];
        assert!((number("value_mean") - wanted.sum / wanted.count as f64).abs() < 1e-9, "{record}: {wanted:?}");
        let of_mean = Sum { count, sum: wanted.sum, min: Some(number("value_min")), max: Some(number("value_max")) };
        assert!(found.insert(key, of_mean).is_none(), "twice");
    }
    assert_eq!(&found, wanted);
}

fn an_hour_is_one_record(engine: Engine) {
    for chunk in [1, 7, 5000] {
        let db = engine.database();
        let (lines, mut sums) = minutes(0..300);
        db.store("--by device", lines);
        let done = trim(&db, &format!("{BEFORE} --rollup 1h --chunk {chunk}"));
        assert_eq!([&done["deleted"], &done["rolled_up"], &done["archived"]], [480, 480, 0]);
        sums.retain(|(_, hour), _| *hour < START + 4 * 3600);
        are(&db, &sums);
        assert_eq!(db.query("").len(), 120);
        // Nothing is old any more.
        assert_eq!(trim(&db, &format!("{BEFORE} --rollup 1h"))["rolled_up"], 0);
        are(&db, &sums);
        db.is_intact();
    }
}

fn late_records_are_added(engine: Engine) {
    let db = engine.database();
    let (_, sums) = minutes(0..240);
    for part in 0..6 {
        let lines: String = (0..240)
            .filter(|n| n * n % 6 == part || (part == 5 && ![0, 1, 3, 4].contains(&(n * n % 6))))
            .flat_map(|n| [line(n, "a"), line(n, "8")])
            .collect();
        db.store("--by device", lines);
        trim(&db, &format!("{BEFORE} --rollup 1h --chunk 50"));
    }
    are(&db, &sums);
    assert!(db.query("").is_empty());
}

fn what_records_do_not_agree_on_is_left_out(engine: Engine) {
    let db = engine.database();
    let record = |second: i64, rest: &str| format!("{{\"time\":{},\"x\":{second}{rest}}}\n", START + second);
    let parts = [
        record(0, ",\"same\":\"a\",\"other\":\"a\",\"some\":true,\"filled\":true")
            + &record(1, ",\"same\":\"a\",\"other\":\"b\""),
        record(2, ",\"same\":\"a\",\"other\":\"b\",\"some\":true,\"y\":null")
            + &record(3, ",\"same\":\"a\",\"other\":\"b\",\"y\":1e3"),
    ];
    for part in parts {
        db.store("", part);
        trim(&db, "--max-rows 0 --rollup 1m");
    }
    let wanted = json!({
        "time": "2024-01-01T00:00:00Z", "x_mean": 1.5, "x_min": 0, "x_max": 3, "x_count": 4, "same": "a",
        "y_mean": 1000.0, "y_min": 1e3, "y_max": 1e3, "y_count": 1, "count": 4, "filled_share": 0.2,
    });
    let found = rolled(&db, "readings_1m");
    assert_eq!(found.len(), 1);
    for (name, wanted) in wanted.as_object().expect("an object") {
        let same = found[0][name] == *wanted || found[0][name].as_f64().is_some_and(|x| Some(x) == wanted.as_f64());
        assert!(same, "{name}: {found:?}");
    }
    assert_eq!(found[0].as_object().map(|object| object.len()), Some(12), "{found:?}");
}

fn names_of_its_own_are_no_others(engine: Engine) {
    let db = engine.database();
    for second in 0..2 {
        db.store("", format!("{{\"time\":{second},\"x\":1,\"count\":\"many\",\"filled_share\":\"most\"}}\n"));
        trim(&db, "--max-rows 0 --rollup 1m");
    }
    let [found] = &rolled(&db, "readings_1m")[..] else { panic!("one") };
    assert_eq!([&found["count"], &found["x_count"], &found["filled_share"]], [&json!(2), &json!(2), &Value::Null]);
}

fn a_further_field_gets_its_columns(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":0,\"a\":1}\n{\"time\":1,\"a\":3}\n");
    trim(&db, "--max-rows 0 --rollup 1h");
    db.store("", "{\"time\":2,\"b\":9007199254740993}\n{\"time\":3,\"b\":9007199254740993}\n");
    trim(&db, "--max-rows 0 --rollup 1h --chunk 1");
    let [found] = &rolled(&db, "readings_1h")[..] else { panic!("one") };
    assert_eq!([&found["a_count"], &found["b_count"], &found["count"]], [2, 2, 4].map(|n| json!(n)).each_ref());
    assert_eq!(found["b_max"], json!(9_007_199_254_740_993_i64));
}

fn angles_have_a_direction(engine: Engine) {
    let db = engine.database();
    let meters = db.file("meters.csv", "device,unit,min,max,kind\nvane,°,0,360,angle\n");
    let line = |n: i64, angle: f64| format!("{{\"time\":{n},\"device\":\"vane\",\"value\":{angle}}}\n");
    db.store(
        "--by device",
        [350.0, 20.0, 5.0, 5.0].iter().zip(0..).map(|(angle, n)| line(n, *angle)).collect::<String>(),
    );
    trim(&db, &format!("--max-rows 0 --rollup 1h --chunk 3 --meters {}", meters.display()));
    let [found] = &rolled(&db, "readings_1h")[..] else { panic!("one") };
    assert_eq!([&found["value_mean"], &found["value_count"]], [&json!(5.0), &json!(4)], "{found}");
    let wanted = (2.0 * 15_f64.to_radians().cos() + 2.0) / 4.0;
    assert!((found["value_resultant"].as_f64().expect("a number") - wanted).abs() < 1e-12, "{found}");
    assert!(found["value_min"].is_null());
}

fn a_field_stays_of_its_kind(engine: Engine) {
    let meters = "device,unit,min,max,kind\nvane,°,0,360,angle\n";
    for before in [true, false] {
        let db = engine.database();
        let meters = format!("--meters {}", db.file("meters.csv", meters).display());
        let flags = [meters.as_str(), ""];
        db.store("--by device", "{\"time\":0,\"device\":\"vane\",\"value\":10}\n");
        trim(&db, &format!("--max-rows 0 --rollup 1h {}", flags[usize::from(before)]));
        db.store("--by device", "{\"time\":1,\"device\":\"vane\",\"value\":20}\n");
        let words = format!("trim {} --max-rows 0 --rollup 1h {}", db.target(), flags[usize::from(!before)]);
        let ended = db.kymo(&words).end();
        ended.code(2).tells("value of table readings_1h is rolled up as another kind");
        assert_eq!(db.query("").len(), 1, "nothing is deleted");
        assert_eq!(rolled(&db, "readings_1h")[0]["value_count"], 1);
    }
}

fn days_are_those_of_the_zone(engine: Engine) {
    let db = engine.database();
    // The clocks are put forward on the second day.
    let lines: String = (0..72).map(|n| format!("{{\"time\":{},\"value\":{n}}}\n", 1_711_753_200 + n * 3600)).collect();
    db.store("", lines);
    trim(&db, "--max-rows 0 --rollup 1d --tz Europe/Berlin");
    let found: Vec<_> =
        rolled(&db, "readings_1d").iter().map(|day| (day["time"].clone(), day["count"].clone())).collect();
    let wanted = [
        ("2024-03-29T23:00:00Z", 24),
        ("2024-03-30T23:00:00Z", 23),
        ("2024-03-31T22:00:00Z", 24),
        ("2024-04-01T22:00:00Z", 1),
    ];
    assert_eq!(found, wanted.map(|(time, count)| (json!(time), json!(count))));
}

fn the_archive_gets_them_too(engine: Engine) {
    let db = engine.database();
    db.store("", seconds(100));
    let done = trim(&db, "--max-rows 10 --rollup 1m --chunk 20 --archive old.ndjson");
    assert_eq!([&done["deleted"], &done["rolled_up"], &done["archived"]], [90, 90, 90]);
    assert_eq!(db.read("old.ndjson").lines().count(), 90);
    assert_eq!(rolled(&db, "readings_1m").iter().map(|row| row["count"].clone()).collect::<Vec<_>>(), [60, 30]);
}

fn a_dry_run_makes_no_table(engine: Engine) {
    let db = engine.database();
    db.store("", seconds(10));
    assert_eq!(trim(&db, "--max-rows 0 --rollup 1h --dry-run")["deleted"], 10);
    db.kymo(&format!("query {} --table readings_1h", db.target())).end().code(74);
    let ended = db.kymo(&format!("trim {} --max-rows 0 --rollup 0s", db.target())).end();
    ended.code(2).tells("--rollup");
}

fn killed_at_any_moment_each_record_counts_once(engine: Engine) {
    let db = engine.database();
    let (lines, mut sums) = minutes(0..6000);
    db.store("--by device", lines);
    let total = 12_000;
    let left = |db: &Database| db.number("SELECT count(*) FROM readings").unsigned_abs();
    let mut random = random();
    for round in 0..8 {
        let enough = moment(&mut random, total - left(&db), total, 8 - round);
        let words = format!("trim {} --max-rows 60 --chunk 90 --rollup 1h", db.target());
        let mut run = db.kymo(&words).start();
        drop(run.stdin.take());
        run.comes_to("its place", || total - left(&db) >= enough);
        std::thread::sleep(Duration::from_millis(random.below(10)));
        run.signal(Signal::KILL);
        drop(run.end());
    }
    trim(&db, "--max-rows 60 --chunk 700 --rollup 1h");
    let last = sums.get_mut(&("a".to_owned(), START + 99 * 3600)).expect("the last hour");
    assert_eq!(last.count, 60);
    // The last 30 minutes of both devices are left.
    for device in ["a", "8"] {
        let sum = sums.entry((device.to_owned(), START + 99 * 3600)).or_default();
        *sum = Sum::default();
        (5940..5970).for_each(|n| sum.add(value(n)));
    }
    are(&db, &sums);
    assert_eq!(left(&db), 60);
    db.is_intact();
}
