//! `gapfill`: the gaps of a real day, against numpy; its flags.

use crate::databases::{Engine, on_each_engine};
use crate::harness::{Work, repository};
use serde_json::Value;

mod fields;
mod meters;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn is_filled(record: &Value) -> bool {
    record["filled"] == true
}

#[test]
fn the_real_days_gaps_are_told_and_filled() {
    let work = Work::new();
    let out = work.kymo("gapfill --every 1m --max-gap 4h --gaps gaps EX/outages.ndjson").ok();
    assert_eq!(out.lines().count(), 1440);
    let gaps = objects(&work.read("gaps"));
    let sum = |name: &str| gaps.iter().map(|gap| gap[name].as_u64().expect("a number")).sum::<u64>();
    assert_eq!((gaps.len(), sum("missing"), sum("filled")), (35, 273, 273));
    assert_eq!(gaps[0]["device"], "surfrad-slv");

    // With the default, the gap of three hours stays open and is told.
    let ended = work.kymo("gapfill --every 1m --gaps open EX/outages.ndjson").end().code(0);
    assert_eq!(ended.stdout().lines().count(), 1440 - 180);
    ended.tells(
        "leave gap of surfrad-slv open: 2016-01-01T16:39:00Z to 2016-01-01T19:40:00Z is 3h1m, longer than --max-gap 1h",
    );
    let open = objects(&work.read("open"));
    assert!(open.iter().any(|gap| gap["missing"] == 180 && gap["filled"] == 0));
}

/// How the fixture was made is beside it.
#[test]
fn filled_values_are_those_of_numpy_interp() {
    let work = Work::new();
    let out = objects(&work.kymo("gapfill --every 1m --max-gap 4h EX/outages.ndjson").ok());
    let filled: Vec<&Value> = out.iter().filter(|record| is_filled(record)).collect();
    let fixture = std::fs::read_to_string(repository().join("tests/fixtures/gapfill-numpy.ndjson")).expect("a fixture");
    let wanted = objects(&fixture);
    assert_eq!((filled.len(), wanted.len()), (273, 273));
    for (found, wanted) in filled.iter().zip(&wanted) {
        assert_eq!(found["time"], wanted["time"]);
        for (name, value) in wanted.as_object().expect("an object").iter().filter(|(name, _)| *name != "time") {
            let (a, b) = (found[name].as_f64().expect("a number"), value.as_f64().expect("a number"));
            assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{} {name}: {a} is not numpy's {b}", found["time"]);
        }
    }
}

/// `--grid` on records that lie on the grid gives the records and the same fills.
#[test]
fn the_grid_and_the_steps_agree_where_they_must() {
    let work = Work::new();
    let steps = work.kymo("gapfill --every 1m --max-gap 4h EX/outages.ndjson").ok();
    let grid = work.kymo("gapfill --every 1m --max-gap 4h --grid EX/outages.ndjson").ok();
    assert_eq!(steps, grid);
}

#[test]
fn every_method_makes_its_values() {
    let work = Work::new();
    let lines =
        "{\"time\":0,\"value\":10,\"s\":\"x\",\"t\":\"y\"}\n{\"time\":4,\"value\":20,\"s\":\"x\",\"t\":\"z\"}\n";
    for (method, values) in [
        ("linear", ["12.5", "15", "17.5"]),
        ("previous", ["10", "10", "10"]),
        ("next", ["20", "20", "20"]),
        ("nearest", ["10", "20", "20"]),
        ("null", ["null", "null", "null"]),
    ] {
        let out = work.kymo(&format!("gapfill --every 1s --method {method} --mark made")).stdin(lines).ok();
        let made: Vec<String> = out.lines().skip(1).take(3).map(str::to_owned).collect();
        let wanted: Vec<String> = (1..=3)
            .zip(values)
            .map(|(time, value)| format!("{{\"time\":{time},\"value\":{value},\"s\":\"x\",\"made\":true}}"))
            .collect();
        assert_eq!(made, wanted, "{method}");
    }
    work.kymo("gapfill --every 1s --method cubic").end().code(2).tells("cubic");
}

#[test]
fn decimals_are_rounded_half_to_even() {
    let work = Work::new();
    let lines = "{\"time\":0,\"value\":0.0}\n{\"time\":2,\"value\":0.5}\n{\"time\":4,\"value\":1.0}\n";
    let out = work.kymo("gapfill --every 1s --decimals 1").stdin(lines).ok();
    let values: Vec<f64> = objects(&out).iter().map(|r| r["value"].as_f64().expect("a number")).collect();
    assert_eq!(values, [0.0, 0.2, 0.5, 0.8, 1.0]);
}

#[test]
fn each_series_has_its_own_gaps_and_late_records_pass() {
    let work = Work::new();
    let lines = concat!(
        "{\"t\":0,\"room\":1,\"quantity\":\"temp\",\"x\":1}\n",
        "{\"t\":0,\"room\":1,\"quantity\":\"hum\",\"x\":50}\n",
        "{\"t\":0,\"room\":\"1\",\"quantity\":\"temp\",\"x\":7}\n",
        "{\"t\":2000,\"room\":1,\"quantity\":\"temp\",\"x\":3}\n",
        "{\"t\":1500,\"room\":1.0,\"quantity\":\"temp\",\"x\":9}\n",
        "{\"t\":1000,\"room\":\"1\",\"quantity\":\"temp\",\"x\":8}\n",
    );
    let flags = "gapfill --every 1s --time t --time-unit ms --by room,quantity --summary";
    let ended = work.kymo(flags).stdin(lines).end().code(0);
    let made: Vec<Value> = objects(&ended.stdout()).into_iter().filter(is_filled).collect();
    assert_eq!(made, objects("{\"t\":1000,\"room\":1,\"quantity\":\"temp\",\"x\":2,\"filled\":true}"));
    ended.tells("\"late\":1");
}

#[test]
fn times_are_read_as_they_are_told_to_be_and_written_as_their_neighbours() {
    let work = Work::new();
    for (flags, first, last, made) in [
        ("", "\"2024-03-10T01:00:00.5+02:00\"", "\"2024-03-09T23:00:02.5Z\"", "\"2024-03-09T23:00:01.5Z\""),
        ("--time-unit us", "1000000", "3000000", "2000000"),
        ("--time-unit ns", "1", "2000000001", "1000000001"),
        ("", "1696996803.25", "1696996805.25", "1696996804.25"),
        // New York, the night when the clocks go forward: one second each side of the hour that is not.
        (
            "--time-format '%Y.%m.%d %H:%M:%S' --tz America/New_York",
            "\"2024.03.10 01:59:59\"",
            "\"2024.03.10 03:00:01\"",
            "\"2024-03-10T07:00:00Z\"",
        ),
        ("--tz +02:00", "\"2024-03-10 12:00:00\"", "\"2024-03-10T12:00:02\"", "\"2024-03-10T10:00:01Z\""),
    ] {
        let lines = format!("{{\"time\":{first},\"v\":1}}\n{{\"time\":{last},\"v\":1}}\n");
        let out = work.kymo(&format!("gapfill --every 1s {flags}")).stdin(lines).ok();
        let line = out.lines().nth(1).expect("a filled record").to_owned();
        assert_eq!(line, format!("{{\"time\":{made},\"v\":1,\"filled\":true}}"), "{flags}");
    }
}

#[test]
fn from_fills_before_the_first_record() {
    let work = Work::new();
    let line = "{\"time\":\"2024-06-01T00:00:15-04:00\",\"device\":\"a\",\"value\":5}\n";
    let out = work.kymo("gapfill --every 5s --since midnight --tz America/New_York").stdin(line).ok();
    let times: Vec<Value> = objects(&out).iter().map(|r| r["time"].clone()).collect();
    assert_eq!(
        times,
        ["2024-06-01T04:00:00Z", "2024-06-01T04:00:05Z", "2024-06-01T04:00:10Z", "2024-06-01T00:00:15-04:00"]
    );
    assert_eq!(objects(&out).iter().filter(|r| is_filled(r)).count(), 3);
    let out = work.kymo("gapfill --every 5s --since 2024-06-01T04:00:06Z").stdin(line).ok();
    assert_eq!(out.lines().count(), 3);
    work.kymo("gapfill --every 5s --since tomorrow").end().code(2).tells("--since");
}

/// A restart goes on after what is stored; a database that is not there yet is no fault.
#[test]
fn after_a_restart_no_gap_is_left() {
    let work = Work::new();
    let after = "gapfill --every 1s --after a.db | kymo store a.db";
    let first = "{\"time\":1,\"device\":\"a\",\"value\":1}\n{\"time\":2,\"device\":\"b\",\"value\":7}\n";
    work.shell(&format!("kymo {after}")).stdin(first).ok();
    work.shell(&format!("kymo {after}")).stdin("{\"time\":4,\"device\":\"a\",\"value\":4}\n").ok();
    let values: Vec<f64> = objects(&work.kymo("query a.db --where-series a").ok())
        .iter()
        .map(|r| r["value"].as_f64().expect("a number"))
        .collect();
    assert_eq!(values, [1.0, 2.0, 3.0, 4.0]);
    work.shell("kymo store a.db --table other").stdin("{\"time\":1,\"device\":\"a\",\"value\":1}\n").ok();
    let out = work
        .kymo("gapfill --every 1s --after a.db --table other")
        .stdin("{\"time\":3,\"device\":\"a\",\"value\":1}\n")
        .ok();
    assert_eq!(out.lines().count(), 2);
    // A table that the store behind has not made yet is no fault; a slip of the pen is told.
    work.kymo("gapfill --every 1s --after a.db --table none").stdin("").end().code(0).tells("no table none yet");
}

#[test]
fn series_are_bounded() {
    let work = Work::new();
    let lines: String = (0..20).map(|n| format!("{{\"time\":1,\"device\":{n}}}\n")).collect();
    let ended = work.kymo("gapfill --every 1s --max-series 15 --rejects bad").stdin(lines).end().code(1);
    assert_eq!((ended.stdout().lines().count(), work.read("bad").lines().count()), (15, 5));
}

/// The memory that a gap takes does not depend on its length: what is made leaves as it is made.
#[test]
fn a_reader_that_goes_away_ends_a_long_gap() {
    let work = Work::new();
    let lines = "{\"time\":0,\"v\":0}\n{\"time\":3000000000,\"v\":0}\n";
    let ended = work.shell("kymo gapfill --every 1ms --max-gap 100000d | head -2").stdin(lines).end().code(0);
    assert_eq!(ended.stdout().lines().count(), 2);
}

/// Numbers inside objects are filled where a JSON pointer names them; without any number there is no filled record (K11).
#[test]
fn no_record_is_filled_without_a_value() {
    let work = Work::new();
    let nested = "{\"time\":0,\"device\":\"h\",\"air\":{\"temp\":20,\"unit\":\"C\"}}\n{\"time\":120,\"device\":\"h\",\"air\":{\"temp\":22,\"unit\":\"C\"}}\n";
    let made = "{\"time\":60,\"device\":\"h\",\"air\":{\"temp\":21,\"unit\":\"C\"},\"filled\":true}";
    let ended = work.kymo("gapfill --every 1m --value /air/temp").stdin(nested).end().code(0);
    assert_eq!(ended.stdout().lines().nth(1), Some(made));
    assert_eq!(ended.stderr(), "");
    let null = "{\"time\":0,\"value\":1,\"s\":\"x\"}\n{\"time\":2,\"value\":null,\"s\":\"x\"}\n{\"time\":4,\"value\":2,\"s\":\"x\"}\n{\"time\":6,\"value\":3,\"s\":\"x\"}\n";
    for (flags, lines, made) in [
        ("--every 1m", nested, 0),
        ("--every 1m --method null", nested, 0),
        ("--every 1m --value temp", nested, 0),
        ("--every 1m --value /air/hum", nested, 0),
        ("--every 1m --grid", nested, 0),
        ("--every 1m --since 1969-12-31T23:00:00Z", nested, 0),
        ("--every 1s", null, 1),
        ("--every 1s --method previous", null, 2),
        ("--every 1s --method next", null, 2),
        ("--every 1s --method null", null, 3),
    ] {
        let ended = work.kymo(&format!("gapfill {flags} --gaps g --summary")).stdin(lines).end().code(0);
        let out = objects(&ended.stdout());
        assert_eq!(out.iter().filter(|record| is_filled(record)).count(), made, "{flags}: {out:?}");
        assert_eq!(out.len(), lines.lines().count() + made, "{flags}");
        let told = ended.stderr().lines().filter(|line| line.contains("no number to fill")).count();
        assert_eq!(told, usize::from(made < 3), "{flags}: {}", ended.stderr());
    }
}

/// The default of `--max-gap` always leaves room for gaps of twelve steps (K11, K90).
#[test]
fn the_longest_gap_is_never_shorter_than_twelve_steps() {
    let work = Work::new();
    let days = "{\"time\":0,\"value\":0}\n{\"time\":1036800,\"value\":12}\n";
    let ended = work.kymo("gapfill --every 1d").stdin(days).end().code(0);
    assert_eq!(ended.stdout().lines().count(), 13);
    let ended = work.kymo("gapfill --every 1d").stdin(days.replace("1036800", "1123200")).end().code(0);
    assert_eq!(ended.tells("longer than --max-gap 12d").stdout().lines().count(), 2);
    let ended = work.kymo("gapfill --every 1m").stdin("{\"time\":0,\"value\":0}\n{\"time\":3600,\"value\":12}\n").end();
    assert_eq!(ended.stdout().lines().count(), 61);
}

/// K94: over a change of the clocks a day has 23 or 25 hours; hours and less are exact.
#[test]
fn days_are_those_of_the_zone() {
    let work = Work::new();
    let times = |flags: &str, input: &str| {
        let out = work.kymo(&format!("gapfill {flags}")).stdin(input).ok();
        objects(&out).iter().map(|record| record["time"].as_str().expect("a time").to_owned()).collect::<Vec<_>>()
    };
    let between =
        |from: &str, to: &str| [from, to].map(|time| format!("{{\"time\":\"{time}\",\"value\":1}}\n")).concat();
    let autumn = between("2026-10-23T22:00:00Z", "2026-10-26T23:00:00Z");
    let local = ["2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"];
    let utc = ["2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z", "2026-10-26T23:00:00Z"];
    assert_eq!(times("--every 1d --tz Europe/Berlin", &autumn), local);
    assert_eq!(times("--every 1d --grid --tz Europe/Berlin", &autumn), local);
    assert_eq!(times("--every 1d", &autumn), utc);
    assert_eq!(times("--every 1d --tz UTC", &autumn), utc);
    // A step of 24h is a day, too: a length has one value however it is spelled.
    assert_eq!(times("--every 24h --tz Europe/Berlin", &autumn), local);
    let hours = between("2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z");
    assert_eq!(times("--every 12h --tz Europe/Berlin", &hours)[1], "2026-10-25T10:00:00Z");
    let odd = between("2026-10-23T20:00:00Z", "2026-10-26T12:00:00Z");
    assert_eq!(times("--every 1d --grid --tz Europe/Berlin --max-gap 9d", &odd), local[..3]);
    let weeks = between("2026-10-18T22:00:00Z", "2026-11-08T23:00:00Z");
    let mondays = ["2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z", "2026-11-01T23:00:00Z", "2026-11-08T23:00:00Z"];
    assert_eq!(times("--every 1w --tz Europe/Berlin", &weeks), mondays);
    assert_eq!(times("--every 1w --grid --tz Europe/Berlin", &weeks), mondays);
    let spring = "{\"time\":\"2026-03-30T10:00:00Z\",\"value\":1}\n";
    let from = times("--every 1d --since 2026-03-28T23:00:00Z --tz Europe/Berlin", spring);
    assert_eq!(from, ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T10:00:00Z"]);
}

/// As for `sleep`, `timeout` and `mosquitto_sub -W`.
#[test]
fn a_bare_number_is_seconds() {
    let work = Work::new();
    let gap = "{\"time\":\"2024-01-01T00:00:00Z\",\"value\":1}\n{\"time\":\"2024-01-01T00:03:00Z\",\"value\":4}\n";
    for (bare, spelled) in [("60", "1m"), ("0.5", "500ms")] {
        let [bare, spelled] = [bare, spelled]
            .map(|every| work.kymo(&format!("gapfill --every {every} --max-gap 1h")).stdin(gap).end().code(0).stdout());
        assert!(bare == spelled && bare.lines().count() > 3, "{bare}");
    }
    let stale = work.kymo("validate --max-age 3 --now 2024-01-01T00:03:02Z").stdin(gap).end().code(1);
    assert_eq!(stale.stdout().lines().count(), 1);
}
