//! `replay`.

use crate::harness::Work;
use rustix::process::Signal;
use serde_json::Value;

/// The values of a field, of all lines.
fn field(text: &str, name: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record")[name].clone()).collect()
}

/// RFC 3339 to ns.
fn ns(time: &Value) -> i64 {
    kymo::time::parse_rfc3339(time.as_str().expect("text").as_bytes()).expect("a time")
}

#[test]
fn at_full_speed_the_bytes_pass_in_both_forms() {
    let work = Work::new();
    let day = std::fs::read_to_string(crate::harness::repository().join("examples/outages.ndjson")).expect("a day");
    assert_eq!(work.kymo("replay --speed max EX/outages.ndjson").ok(), day);
    assert_eq!(work.kymo("run 'replay --speed max EX/outages.ndjson'").ok(), day);
    let shell = work.shell("kymo replay --speed max EX/outages.ndjson | kymo gapfill --every 1m").ok();
    assert_eq!(work.kymo("run 'replay --speed max EX/outages.ndjson | gapfill --every 1m'").ok(), shell);
    // Nobody looks into the lines.
    work.file("odd", "no json\n\n{\"a\": 1}\r\n\n[1]");
    work.file("more", "{\"b\":2}\n");
    assert_eq!(work.kymo("replay --speed max odd more").ok(), "no json\n{\"a\": 1}\r\n[1]\n{\"b\":2}\n");
    assert_eq!(work.kymo("replay --speed max odd -").stdin("x").ok(), "no json\n{\"a\": 1}\r\n[1]\nx\n");
}

#[test]
fn at_a_pace_the_bytes_are_the_same() {
    let work = Work::new();
    let day = std::fs::read_to_string(crate::harness::repository().join("examples/outages.ndjson")).expect("a day");
    assert_eq!(work.kymo("replay --speed 1000000x EX/outages.ndjson").ok(), day);
    assert_eq!(work.kymo("replay --speed 1000000x -").stdin(&day).ok(), day);
}

#[test]
fn a_record_goes_when_it_is_due_and_a_signal_ends_the_waiting() {
    let work = Work::new();
    work.file("in", "{\"time\":0}\n{\"time\":-9e4}\n{\"time\":0}\n{\"time\":86400}\n");
    for flags in ["", "--speed 0.5x", "--speed 2x", "--speed 1x --restamp"] {
        let run = work.kymo(&format!("replay {flags} in")).start();
        let lines = [run.line(), run.line(), run.line()];
        if !flags.contains("restamp") {
            assert_eq!(lines, ["{\"time\":0}", "{\"time\":-9e4}", "{\"time\":0}"], "{flags}");
        }
        run.signal(Signal::TERM);
        let (rest, told, status) = run.end();
        assert_eq!((rest.as_str(), told.as_str(), status.code()), ("", "", Some(0)), "{flags}");
    }
}

#[test]
fn what_waits_in_a_pipe_does_not_outlive_a_signal() {
    let work = Work::new();
    let mut run = work.kymo("replay -").start();
    run.send("{\"time\":0}\n{\"time\":86400}\n");
    assert_eq!(run.line(), "{\"time\":0}");
    run.signal(Signal::TERM);
    let (rest, told, status) = run.end();
    assert_eq!((rest.as_str(), told.as_str(), status.code()), ("", "", Some(0)));
}

#[test]
fn restamped_times_begin_now_and_keep_their_distances() {
    let work = Work::new();
    let time = |s: &str| format!("{{\"a\":[1, 2],\"time\": \"2016-01-01T00:{s}Z\" ,\"time2\":3.50}}\n");
    work.file("in", [time("00:00"), time("01:00"), time("00:30"), time("02:00.5")].concat());
    for (speed, divisor) in [("max", 1), ("60000x", 60_000)] {
        let before = kymo::time::now() / 1_000_000 * 1_000_000;
        let out = work.kymo(&format!("replay --speed {speed} --restamp in")).ok();
        let after = kymo::time::now();
        let times: Vec<i64> = field(&out, "time").iter().map(ns).collect();
        assert!((before..=after).contains(&times[0]), "{before} {times:?} {after}");
        let distances: Vec<i64> = times.iter().map(|t| t - times[0]).collect();
        let wanted = [0, 60_000_000_000, 30_000_000_000, 120_500_000_000];
        assert_eq!(distances, wanted.map(|t: i64| (t as f64 / f64::from(divisor)) as i64));
        for line in out.lines() {
            assert!(
                line.starts_with("{\"a\":[1, 2],\"time\": \"2") && line.ends_with("Z\" ,\"time2\":3.50}"),
                "{line}"
            );
        }
    }
}

#[test]
fn restamped_times_are_spelled_as_they_were() {
    let work = Work::new();
    work.file("numbers", "{\"t\":5,\"t\":1000}\n{\"t\":2500.25}\n");
    let out = work.kymo("replay --speed max --restamp --time t --time-unit ms numbers").ok();
    assert!(out.starts_with("{\"t\":5,\"t\":"), "{out}");
    let times: Vec<f64> = field(&out, "t").iter().map(|t| t.as_f64().expect("a number")).collect();
    assert!(times[0].fract() == 0.0 && times[1] - times[0] == 1500.25, "{times:?}");

    work.file("texts", "{\"time\":\"27.04.2024 14:23\"}\n{\"time\":\"27.04.2024 14:24\"}\n");
    let out = work.kymo("replay --speed max --restamp --time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin texts").ok();
    let times: Vec<i64> = field(&out, "time").iter().map(ns).collect();
    assert_eq!(times[1] - times[0], 60_000_000_000);
}

#[test]
fn a_loop_begins_again() {
    let work = Work::new();
    work.file("in", "{\"time\":0,\"n\":1}\n{\"time\":0,\"n\":2}\n{\"time\":60,\"n\":3}\n");
    for speed in ["max", "1000000x"] {
        let out = work.shell(&format!("set -o pipefail; kymo replay --speed {speed} --loop in | head -n 7")).ok();
        assert_eq!(field(&out, "n"), [1, 2, 3, 1, 2, 3, 1], "{speed}");
        assert_eq!(field(&out, "time"), [0, 0, 60, 0, 0, 60, 0], "{speed}");
    }
    let out = work.shell("kymo replay --speed max --loop --restamp in | head -n 7").ok();
    let times: Vec<f64> = field(&out, "time").iter().map(|t| t.as_f64().expect("a number")).collect();
    let distances: Vec<i64> = times.iter().map(|t| (t - times[0]).round() as i64).collect();
    assert_eq!(distances, [0, 0, 60, 120, 120, 180, 240]);
}

#[test]
fn a_loop_over_nothing_ends() {
    let work = Work::new();
    work.file("empty", "\n\n");
    work.kymo("replay --speed max --loop empty").end().code(0).tells("no record to repeat");
    work.file("bad", "{}\n");
    work.kymo("replay --loop bad").end().code(1).tells("no field \"time\"");
    work.kymo("replay --loop -").end().code(2).tells("--loop cannot read stdin a second time");
}

#[test]
fn a_record_without_a_time_is_rejected_where_it_needs_one() {
    let work = Work::new();
    let input = "{\"time\":0}\n{\"x\":1}\n{\"time\":\"noon\"}\nno json\n{\"time\":0}\n";
    work.file("in", input);
    assert_eq!(work.kymo("replay --speed max in").ok(), input);
    for flags in ["", "--speed max --restamp"] {
        let ended = work.kymo(&format!("replay {flags} --rejects bad in")).end().code(1);
        assert_eq!(ended.stdout().lines().count(), 2, "{flags}");
        let codes: Vec<Value> =
            field(&work.read("bad"), "errors").iter().map(|errors| errors[0]["code"].clone()).collect();
        // Lines that are not JSON are found before the times are looked at.
        assert_eq!(codes, ["json", "time", "time"], "{flags}");
        std::fs::remove_file(work.path("bad")).expect("a file");
    }
    work.file("in", "{\"time\":0}\n{\"x\":1}\n{\"time\":0}\n");
    work.kymo("replay --strict in").end().code(1).tells("line 2 of in cannot be used: no field \"time\"");
}

#[test]
fn rejects_are_given_again() {
    let work = Work::new();
    let bad: &[&[u8]] =
        &[b"{\"torn\":", b"\"\xff\xfe\"", b"  \"a\\u0000\t\x01\"", b"{\"x\": 1e999}", b"{\"no\":\"time\"}"];
    let mut input = b"{\"time\":1}\n".to_vec();
    bad.iter().for_each(|line| input.extend([line, &b"\n"[..]].concat()));
    input.extend_from_slice(b"{\"time\":2}\n");
    work.file("in", &input);
    work.kymo("gapfill --every 1s --rejects bad in").end().code(1);
    let again = work.kymo("replay --from-rejects --speed max bad").end().code(0).output.stdout;
    assert_eq!(again, bad.iter().map(|line| [line, &b"\n"[..]].concat()).collect::<Vec<_>>().concat());
    // With a time of their own they can be paced, too.
    work.file("paced", "{\"reason\":\"x\",\"raw\":\"{\\\"time\\\":7}\"}\n{\"raw\":\"{}\"}\n");
    let ended = work.kymo("replay --from-rejects paced").end().code(1).tells("line 2 of paced: no field \"time\"");
    assert_eq!(ended.stdout(), "{\"time\":7}\n");
}

#[test]
fn what_cannot_be_a_line_is_rejected() {
    let work = Work::new();
    let cases = [
        ("{\"raw\":\"a\\nb\"}", "is not one line"),
        ("{\"raw_base64\":\"YQpi\"}", "is not one line"),
        ("{\"raw_base64\":\"?\"}", "raw_base64 is not base64"),
        ("{\"raw\":\" \"}", "is empty"),
        ("{\"raw\":7}", "neither raw nor raw_base64"),
        ("{\"time\":1}", "neither raw nor raw_base64"),
        ("nonsense", "not a JSON object"),
        ("{\"raw\":\"0123456789a\"}", "longer than --max-record 10 bytes"),
    ];
    for (line, why) in cases {
        work.file("in", format!("{line}\n{{\"raw\":\"{{}}\"}}\n"));
        let ended = work.kymo("replay --from-rejects --speed max --max-record 10 in").end().code(1).tells(why);
        assert_eq!(ended.stdout(), "{}\n", "{line}");
    }
    // Its spelling may be longer than the line.
    work.file("in", "{\"raw\":\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\"}\n");
    let again = work.kymo("replay --from-rejects --speed max --max-record 7 in").ok();
    assert_eq!(again, "\u{1}".repeat(7) + "\n");
}

#[test]
fn wrong_words_are_told() {
    let work = Work::new();
    work.kymo("replay").end().code(2).tells("<FILE>");
    work.kymo("replay --speed fast in").end().code(2).tells("60x, 0.5x");
    work.kymo("replay nowhere").end().code(74).tells("kymo: replay: open nowhere: No such file");
    work.kymo("run 'gapfill --every 1s | replay in'").end().code(2).tells("replay");
}

#[test]
fn records_are_stamped() {
    let work = Work::new();
    let out = work.kymo("replay --speed max --stamp seen -").stdin("{\"a\":1}\n{\"seen\":1}\n").ok();
    assert!(out.starts_with("{\"a\":1,\"seen\":\"2") && out.ends_with("\n{\"seen\":1}\n"), "{out}");
}
