//! Times: read once, where they come in; given so that they rise.

use crate::harness::Work;
use crate::tcp_listen::client::start;
use serde_json::Value;

/// The field `time` of each line.
fn times(lines: &str) -> Vec<String> {
    let time = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        record["time"].as_str().unwrap_or_else(|| panic!("no text: {line}")).to_owned()
    };
    lines.lines().map(time).collect()
}

fn at(times: &[&str]) -> String {
    times.iter().map(|time| format!("{{\"time\":\"{time}\",\"device\":\"m\",\"kwh\":0.1}}\n")).collect()
}

/// K1: a burst of equal readings is as many records, in every command that gives times.
#[test]
fn stamped_times_are_unique_and_rise() {
    let work = Work::new();
    let burst = "{\"device\":\"gas\",\"value\":1}\n".repeat(1_000);
    work.kymo("queue put q --stamp time").stdin(&burst).ok();
    let taken = times(&work.kymo("queue take q --drain").ok());
    assert_eq!(taken.len(), 1_000);
    // Without their Z, since zeros at the end are left away: 05.12 is before 05.120001.
    assert!(taken.is_sorted_by(|a, b| a.strip_suffix('Z') < b.strip_suffix('Z')), "they rise");

    work.file("in", &burst);
    let words = "every 1s --count 2 --stamp time -- cat in";
    let stored = work.kymo(&format!("run --summary '{words} | store d.db'")).end().code(0);
    let told = stored.stderr();
    assert!(told.contains("\"stored\":2000") || told.contains("\"passed\":2000"), "{told}");
    assert_eq!(work.kymo("query d.db").ok().lines().count(), 2_000);
}

/// K77: a time that is empty is none.
#[test]
fn an_empty_time_is_stamped() {
    let work = Work::new();
    work.kymo("queue put q --stamp time")
        .stdin("{\"time\":null,\"v\":1}\n{\"time\":\"\",\"v\":2}\n{\"v\":3}\n{}\n{\"time\":5,\"v\":4}\n")
        .ok();
    let taken = work.kymo("queue take q --drain").ok();
    let lines: Vec<Value> = taken.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(lines[..4].iter().all(|line| line["time"].as_str().is_some_and(|time| time.ends_with('Z'))), "{taken}");
    assert_eq!(lines[4]["time"], 5);
}

/// K4: the hour that comes twice is two hours, in each stage that reads local times.
#[test]
fn a_local_hour_that_comes_twice_is_two_hours() {
    let night = ["2022-11-06 01:00:00", "2022-11-06 01:30:00", "2022-11-06 01:00:00", "2022-11-06 01:30:00"];
    let utc = ["2022-11-06T07:00:00Z", "2022-11-06T07:30:00Z", "2022-11-06T08:00:00Z", "2022-11-06T08:30:00Z"];
    let denver = "--tz America/Denver";
    let work = Work::new();
    for format in ["", " --time-format '%Y-%m-%d %H:%M:%S'"] {
        for stage in ["validate", "gapfill --every 30m", "power --meter-field meter --unpaired pass"] {
            let ended = work.kymo(&format!("{stage} {denver}{format}")).stdin(at(&night)).end();
            assert_eq!(times(&ended.stdout()), utc, "{stage}{format}: {}", ended.stderr());
            ended.tells("local times come twice");
        }
        let ended = work.kymo(&format!("replay --speed max {denver}{format} -")).stdin(at(&night)).end().code(0);
        assert_eq!(times(&ended.stdout()), utc, "replay");
    }
    work.kymo(&format!("store d.db --summary {denver}")).stdin(at(&night)).end().code(0).tells("\"in\":4");
    assert_eq!(times(&work.kymo("query d.db").ok()), utc);
    // Hourly readings, and two series that come in turn.
    let turn: String = ["a", "b", "a", "b"]
        .iter()
        .map(|device| format!("{{\"time\":\"2022-11-06 01:00:00\",\"device\":\"{device}\"}}\n"))
        .collect();
    let read = times(&work.kymo(&format!("validate {denver}")).stdin(turn).end().stdout());
    assert_eq!(read, [utc[0], utc[0], utc[2], utc[2]]);
}

/// K4: which of the two is meant can be said.
#[test]
fn the_fold_can_be_said() {
    let work = Work::new();
    let twice = at(&["2022-11-06 01:30:00"]);
    for (fold, utc) in [("earlier", "07:30"), ("later", "08:30")] {
        let words = format!("validate --tz America/Denver --fold {fold}");
        assert_eq!(times(&work.kymo(&words).stdin(&twice).ok()), [format!("2022-11-06T{utc}:00Z")]);
    }
    for stage in ["validate", "store d.db", "gapfill --every 1m", "plot p.svg"] {
        let words = format!("{stage} --tz America/Denver --fold reject");
        let ended = work.kymo(&words).stdin(&twice).end().tells("comes twice in America/Denver");
        ended.assert(ended.output.status.code() == Some(1), "it was rejected");
    }
    // The other side: a time that never was says why, whoever rejects it.
    for stage in ["validate", "store d.db"] {
        let gap = at(&["2022-03-13 02:30:00"]);
        let words = format!("{stage} --tz America/Denver");
        work.kymo(&words).stdin(gap).end().code(1).tells("never was in America/Denver: the clocks were put forward");
    }
}

/// K4: what the first pass was is remembered over a restart.
#[test]
fn a_restart_in_the_night_knows_the_pass() {
    let work = Work::new();
    let words = "gapfill --every 30m --tz America/Denver --state s";
    work.kymo(words).stdin(at(&["2022-11-06 01:00:00", "2022-11-06 01:30:00"])).end().code(0);
    let later = work.kymo(words).stdin(at(&["2022-11-06 01:00:00"])).end().code(0);
    assert_eq!(times(&later.stdout()), ["2022-11-06T08:00:00Z"]);
}

/// K4 where lines are no JSON: the times of a column.
#[test]
fn a_column_of_local_times_is_read_in_its_order() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv --tz America/Denver --count 2 --summary");
    server.client().send("device,time,value\nm,2022-11-06 01:00:00,1\nm,2022-11-06 01:00:00,2\n");
    let (out, err, status) = server.run.end();
    assert!(status.success(), "{err}");
    assert_eq!(times(&out), ["2022-11-06T07:00:00Z", "2022-11-06T08:00:00Z"]);
}

/// K70: a format is read beside RFC 3339, and what was read leaves as that.
#[test]
fn a_format_is_a_spelling_more() {
    let work = Work::new();
    let format = "--time-format '%d.%m.%Y %H:%M:%S'";
    let both = "{\"time\":\"01.11.2026 10:00:00\",\"value\":1}\n{\"time\":\"2026-11-01T10:01:00Z\",\"value\":2}\n{\"time\":1793527320,\"value\":3}\n";
    let passed = work.kymo(&format!("validate {format}")).stdin(both).ok();
    assert_eq!(passed, both.replace("01.11.2026 10:00:00", "2026-11-01T10:00:00Z"));
    // A second format, and the filled records of a stage before.
    let gap = "{\"time\":\"01.11.2026 10:00:00\",\"value\":1}\n{\"time\":\"2026/11/01 10:03\",\"value\":4}\n";
    let two = format!("{format} --time-format '%Y/%m/%d %H:%M'");
    let pipeline = format!("gapfill --every 1m {two} | store d.db {two}");
    work.kymo(&format!("run {}", shell_words::quote(&pipeline))).stdin(gap).end().code(0);
    let stored = work.kymo("query d.db").ok();
    assert_eq!(stored.lines().count(), 4, "{stored}");
    assert_eq!(stored.matches("\"filled\":true").count(), 2);
    // A format of digits is no number.
    let digits = "{\"time\":\"202611011000\"}\n";
    let read = work.kymo("validate --time-format %Y%m%d%H%M").stdin(digits).ok();
    assert_eq!(times(&read), ["2026-11-01T10:00:00Z"]);
}

/// K72: numbers as text.
#[test]
fn a_number_can_be_text() {
    let work = Work::new();
    let text = "{\"time\":\"1595839980000\",\"value\":1}\n";
    let read = work.kymo("validate --time-unit ms").stdin(text).ok();
    assert_eq!(times(&read), ["2020-07-27T08:53:00Z"]);
    work.kymo("store d.db").stdin(text).end().code(1).tells("--time-unit s, ms, us or ns reads numbers that are text");
}

/// K21: a number in another unit than `--time-unit` says gives a time that nobody meant.
#[test]
fn a_time_before_1990_is_reported_once_a_stage() {
    let work = Work::new();
    let text = "{\"time\":1600000000,\"value\":1}\n{\"time\":\"1600000060\",\"value\":1}\n";
    work.file("a", text);
    let told = "time: 1970-01-19T12:26:40Z is before 1990 (--time-unit s?)\n";
    for stage in
        ["validate", "store d.db", "gapfill --every 1m", "power --by device", "plot p.svg", "replay --speed max a"]
    {
        let ended = work.kymo(&format!("{stage} --time-unit ms")).stdin(text).end();
        ended.assert(ended.stderr().matches("is before 1990").count() == 1, "once");
        drop(ended.tells(told));
    }
    let run = "run 'validate --time-unit ms | store e.db --time-unit ms'";
    let ended = work.kymo(run).stdin(text).end().code(0);
    for stage in ["validate", "store"] {
        ended.assert(ended.stderr().matches(&format!("kymo: {stage}: {told}")).count() == 1, "once a stage");
    }
    // What is right, a date of old, and a number that means what numbers mean.
    for (flags, time) in [("--time-unit s", "1600000000"), ("--time-unit ms", "\"1970-01-01T00:00:00Z\""), ("", "5")] {
        let ended = work.kymo(&format!("validate {flags}")).stdin(format!("{{\"time\":{time}}}\n")).end().code(0);
        assert_eq!(ended.stderr(), "");
    }
}

/// K22: a leap second is another time than the second before it.
#[test]
fn a_leap_second_is_not_bent() {
    let work = Work::new();
    for (time, flags) in [
        ("2015-06-30T23:59:60Z", ""),
        ("2015-06-30T12:00:60Z", ""),
        ("2015-06-30 23:59:60", "--tz UTC"),
        ("30.06.2015 23:59:60", "--time-format '%d.%m.%Y %H:%M:%S'"),
    ] {
        for stage in ["validate", "store d.db", "gapfill --every 1s"] {
            let ended = work.kymo(&format!("{stage} {flags}")).stdin(at(&[time])).end().code(1);
            ended.tells("a leap second, which has no number of its own");
        }
    }
}

/// K60: a time that cannot be read says what may help.
#[test]
fn a_time_that_cannot_be_read_says_what_may_help() {
    let work = Work::new();
    for (record, told) in [
        ("{\"time\":1714227835123,\"v\":1}", "(--time-unit ms?)"),
        ("{\"time\":1714227835123456,\"v\":1}", "(--time-unit us?)"),
        ("{\"time\":1714227835123456789,\"v\":1}", "(--time-unit ns?)"),
        ("{\"time\":\"2024-04-27 14:23:55\",\"v\":1}", "(--tz ZONE says where its clock is)"),
        ("{\"time\":\"27.04.2024 14:23\",\"v\":1}", "(--time-format FORMAT reads others)"),
        ("{\"time\":\"2300-01-01T00:00:00Z\",\"v\":1}", "after 2262-04-11"),
        ("{\"ts\":5,\"v\":1}", "--time FIELD names another"),
    ] {
        work.kymo("store d.db").stdin(format!("{record}\n")).end().code(1).tells(told);
    }
}

/// K33: a message that comes again is one reject, whatever its number and its connection.
#[test]
fn a_reject_is_kept_once_however_often_it_comes() {
    let work = Work::new();
    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --reply -W 4s | store d.db'");
    for n in 0..3_usize {
        let mut client = server.client();
        client.send(format!("{}bad\nworse {}\n", "{\"value\":1,\"time\":1}\n".repeat(n), n % 2));
        assert!(client.answer().contains("\"ack\":"));
    }
    assert_eq!(server.run.end().2.code(), Some(1));
    let kept = crate::databases::texts(&work.path("d.db"), "SELECT raw FROM kymo_rejects ORDER BY raw");
    assert_eq!(kept, ["bad", "worse 0", "worse 1"]);
    let reject = &crate::databases::texts(&work.path("d.db"), "SELECT reject FROM kymo_rejects WHERE raw = 'bad'")[0];
    assert!(reject.contains("\"source\":\"127.0.0.1\"") && reject.contains("\"code\":\"json\""), "{reject}");
}
