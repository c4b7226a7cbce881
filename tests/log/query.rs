//! `log query`: over old files and compressed ones, by time, level and origin.

use super::timeless;
use crate::harness::Work;

/// A log with two old files, of which one is compressed; a message an hour.
fn logs(json: bool) -> Work {
    let work = Work::new();
    let flag = if json { "--json" } else { "" };
    let levels = ["debug", "info", "warning", "error", "critical", "exception"];
    for (day, log) in [("03", "a.log.2024-07-03"), ("04", "a.log.2024-07-04"), ("05", "a.log")] {
        let message = |(hour, level): (usize, &str)| {
            format!(
                "2024-07-{day} {hour:02}:00:00,000 | o{} | {} | {day}:{hour}\n  details\n",
                hour % 2,
                level.to_uppercase()
            )
        };
        let input: String = levels.into_iter().enumerate().map(message).collect();
        work.kymo(&format!("log {log} --tz UTC {flag}")).stdin(input).ok();
    }
    work.shell("gzip a.log.2024-07-03").ok();
    work
}

/// The messages' own words of what a query prints.
fn found(work: &Work, words: &str) -> Vec<String> {
    let out = work.kymo(&format!("log query a.log --json {words}")).ok();
    let message = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(value["details"], "  details", "{line}");
        value["message"].as_str().expect("a text").to_owned()
    };
    out.lines().map(message).collect()
}

#[test]
fn messages_by_time_level_and_origin() {
    for json in [false, true] {
        let work = logs(json);
        let all: Vec<String> =
            ["03", "04", "05"].iter().flat_map(|day| (0..6).map(move |hour| format!("{day}:{hour}"))).collect();
        assert_eq!(found(&work, ""), all);
        assert_eq!(found(&work, "--since 2024-07-04T03:00:00Z"), all[9..]);
        assert_eq!(found(&work, "--until 2024-07-04"), all[..6]);
        assert_eq!(found(&work, "--since 2024-07-04 --until 2024-07-05 --level error"), all[9..12]);
        assert_eq!(found(&work, "--since 2024-07-04T05:00:00+02:00 --until 2024-07-04T04:00:00Z"), all[9..10]);
        assert_eq!(found(&work, "--since 2024-07-04 --tz America/New_York"), all[10..], "midnight is at 04:00 UTC");
        assert_eq!(found(&work, "--level EXCEPTION"), ["03:5", "04:5", "05:5"]);
        assert_eq!(found(&work, "--level none"), [""; 0]);
        assert_eq!(found(&work, "--origin o1 --until 2024-07-04"), ["03:1", "03:3", "03:5"]);
        assert_eq!(found(&work, "--origin o"), [""; 0]);
        assert_eq!(found(&work, "--since -1h"), [""; 0]);
        assert_eq!(found(&work, "--until now --level critical --origin o0"), ["03:4", "04:4", "05:4"]);
    }
}

#[test]
fn what_is_printed_as_it_was_written_is_the_same_bytes() {
    let (text, json) = (logs(false), logs(true));
    let whole = |work: &Work| work.shell("(zcat a.log.*.gz; cat a.log.2024-07-04 a.log)").ok();
    assert_eq!(text.kymo("log query a.log").ok(), whole(&text));
    assert_eq!(json.kymo("log query a.log --json").ok(), whole(&json));
    // And each as the other.
    assert_eq!(json.kymo("log query a.log").ok(), whole(&text));
    assert_eq!(text.kymo("log query a.log --json").ok(), whole(&json));
    let zoned = text.kymo("log query a.log --tz Europe/Berlin --level exception --until 2024-07-04").ok();
    assert_eq!(zoned, "2024-07-03 07:00:00.000+02:00 EXCEPTION o1: 03:5\n      details\n");
}

#[test]
fn logs_of_others_are_read_by_their_times() {
    let work = Work::new();
    let log = "no time\n2024-07-03 11:46:40,123 | root | ERROR | a\nTraceback\n  x\n{\"no\":1}\n2024-07-03 11:46:41,123 | root | INFO | b\n";
    work.file("a.log", log);
    let query = |words: &str| work.kymo(&format!("log query a.log {words}")).env("TZ", "Europe/Berlin").ok();
    let error = "2024-07-03 09:46:40.123+00:00 ERROR root: a\n    Traceback\n      x\n    {\"no\":1}\n";
    assert_eq!(query("--level error"), error);
    assert_eq!(query("--since 2024-07-03T09:46:41Z"), "2024-07-03 09:46:41.123+00:00 INFO root: b\n");
    for words in ["--since tomorrow", "--until 12", "--level loud", "--tz Mars"] {
        work.kymo(&format!("log query a.log {words}")).end().code(2);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let work = Work::new();
    work.kymo("log a.log").stdin("x\n".repeat(50_000)).ok();
    assert_eq!(work.shell("kymo log query a.log | head -1 | wc -l; echo ${PIPESTATUS[0]}").ok(), "1\n0\n");
    // The old files alone, too.
    std::fs::rename(work.path("a.log"), work.path("a.log.2024-07-03")).expect("a name");
    assert_eq!(timeless(&work.kymo("log query a.log").ok()).lines().count(), 50_000);
    // What is damaged is told.
    work.file("a.log.2024-07-02.gz", "no gzip");
    work.kymo("log query a.log").end().code(74).tells("read log file ").tells("a.log.2024-07-02.gz");
}
