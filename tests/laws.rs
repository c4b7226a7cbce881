//! The laws that every stage keeps (doc/delivery.md), each one test, through the binary.

mod books;
mod cost;
mod plans;

pub(crate) use books::balances;

use crate::harness::Work;
use rustix::process::Signal;
use std::fmt::Write as _;
use std::time::Duration;

/// A record a second of two series, with gaps.
fn readings(count: u32) -> String {
    let mut text = String::new();
    for n in (0..count).filter(|n| n % 17 != 3 && n % 101 > 4) {
        let device = if n % 3 == 0 { "a" } else { "b" };
        writeln!(text, r#"{{"time":{},"device":"{device}","value":{}.5}}"#, 1_700_000_000 + n, n % 250)
            .expect("a line");
    }
    text
}

#[test]
fn the_shell_form_and_run_give_the_same_bytes() {
    let work = Work::new();
    let pipelines: &[&[&str]] = &[
        &["gapfill --every 1s"],
        &["gapfill --every 1s --grid", "gapfill --every 500ms"],
        &["gapfill --every 3s --method nearest --decimals 1"],
        &["replay --speed max in", "gapfill --every 1s --max-gap 2s"],
        &["simulate --speed max --start 2024-01-01 --for 1200s --gaps 0.1", "gapfill --every 1s", "power --energy"],
    ];
    work.file("in", readings(3000));
    for stages in pipelines {
        let shell = stages.iter().map(|stage| format!("kymo {stage}")).collect::<Vec<_>>().join(" | ");
        let run = stages.join(" | ");
        let one = work.shell(&format!("({shell}) <in 2>/dev/null")).end();
        let other = work.shell(&format!("kymo run '{run}' <in 2>/dev/null")).end();
        assert!(one.stdout().lines().count() > 1000, "{shell}");
        assert!(one.output.stdout == other.output.stdout, "{run}: shell form and run differ");
    }
}

/// Spelling of numbers, order of keys, blanks, escapes, unknown fields: what a stage does not change it does not touch.
#[test]
fn untouched_lines_are_identical() {
    let lines = concat!(
        "{\"time\":1,\"value\":1.500}\n",
        "  { \"value\" : 1E+2 ,\t\"time\" : \"1970-01-01T00:00:02.000Z\", \"\\u0061\": [ 1, {} ] }  \r\n",
        "{\"time\":3,\"value\":12345678901234567890.12345678901234567890,\"x\":null}\n",
        "{\"z\":{\"time\":0},\"time\":4,\"value\":-0,\"\u{fc}\":\"\u{1f600}\"}\n",
    );
    let work = Work::new();
    for stage in ["gapfill --every 1s", "replay --speed max -", "power --keep-inputs"] {
        let out = work.kymo(stage).stdin(lines).ok();
        assert_eq!(out, lines, "{stage}");
    }
    // Blank lines are not records; a last line without a line break is one.
    assert_eq!(
        work.kymo("gapfill --every 1s").stdin("\n\n{\"time\":1}\n \n{\"time\":2}").ok(),
        "{\"time\":1}\n{\"time\":2}\n"
    );
}

#[test]
fn a_reader_that_goes_away_is_success_in_silence() {
    let work = Work::new();
    work.file("in", readings(200_000));
    for stages in
        ["kymo gapfill --every 1s in", "kymo run 'gapfill --every 1s in'", "kymo replay --speed max in", "kymo --help"]
    {
        let ended = work.shell(&format!("set -o pipefail; {stages} | head -1")).end();
        ended.assert(ended.output.status.success() && ended.stderr().is_empty(), "success in silence");
        ended.assert(ended.stdout().lines().count() == 1, "one line");
    }
}

#[test]
fn a_full_disk_behind_stdout_is_told() {
    let work = Work::new();
    work.file("in", readings(1000));
    work.shell("kymo gapfill --every 1s in > /dev/full").end().code(74).tells("write records: No space left");
}

/// Slowly or all at once: the same bytes.
#[test]
fn content_never_depends_on_clocks() {
    let work = Work::new();
    let lines = readings(300);
    let at_once = work.kymo("gapfill --every 1s").stdin(&lines).ok();
    for run in ["gapfill --every 1s", "run 'gapfill --every 1s'"] {
        let mut slow = work.kymo(run).start();
        for (i, part) in lines.as_bytes().chunks(777).enumerate() {
            slow.send(std::str::from_utf8(part).expect("ASCII"));
            std::thread::sleep(Duration::from_millis(if i % 5 == 0 { 30 } else { 1 }));
        }
        let (out, _, status) = slow.end();
        assert!(status.success());
        assert!(out == at_once, "{run}: content depends on a clock");
    }
}

/// What comes again after a crash meets a state that is ahead: it goes on as it is and changes nothing.
#[test]
fn restored_and_fed_again_gives_nothing_but_identical_records() {
    let work = Work::new();
    let lines: Vec<String> = readings(2000).lines().map(|l| format!("{l}\n")).collect();
    let whole = work.kymo("gapfill --every 1s").stdin(lines.concat()).ok();
    let first = work.kymo("gapfill --every 1s --state s --gaps g").stdin(lines[..1000].concat()).ok();
    let gaps = work.read("g");
    let again = work.kymo("gapfill --every 1s --state s --gaps g").stdin(lines[900..1000].concat()).ok();
    assert_eq!(again, lines[900..1000].concat());
    assert_eq!(work.read("g"), gaps);
    let second = work.kymo("gapfill --every 1s --state s --gaps g").stdin(lines[950..].concat()).ok();
    assert_eq!(first + second.split_at(lines[950..1000].concat().len()).1, whole);
}

#[test]
fn a_trickle_goes_on_at_once() {
    let work = Work::new();
    let mut run = work.kymo("run 'gapfill --every 1s | gapfill --every 1s'").start();
    run.send("{\"time\":1,\"v\":0}\n{\"time\":3,\"v\":0}\n");
    let filled = "{\"time\":2,\"v\":0,\"filled\":true}";
    assert_eq!([run.line(), run.line(), run.line()], ["{\"time\":1,\"v\":0}", filled, "{\"time\":3,\"v\":0}"]);
    run.send("{\"time\":4}\n");
    assert_eq!(run.line(), "{\"time\":4}");
    assert!(run.end().2.success());
}

/// Ctrl-C reaches the whole pipeline: what was received is kept, and a shell sees by what it ended.
#[test]
fn signals_end_sources_and_drain_the_rest() {
    let work = Work::new();
    let feed = "for i in $(seq 1000); do echo '{\"time\":'$i'}'; sleep 0.01; done";
    for (name, signal) in [("term", Signal::TERM), ("int", Signal::INT)] {
        for pipeline in ["kymo gapfill --every 1s | kymo store DB", "kymo run 'gapfill --every 1s | store DB'"] {
            let db = format!("{name}{}.db", pipeline.len());
            let pipeline = pipeline.replace("DB", &db);
            // The feeder writes down what it has sent; the last of it may be torn off by the signal.
            let script = format!("trap : INT TERM; ({feed}) | tee sent | {pipeline}; echo ${{PIPESTATUS[-1]}}");
            let run = work.shell(&script).start();
            while work.kymo(&format!("query {db} --limit 1")).end().stdout().is_empty() {
                std::thread::sleep(Duration::from_millis(10));
            }
            run.signal_all(signal);
            let status = run.line();
            drop(run.end());
            let wanted = if signal == Signal::INT { "130" } else { "0" };
            assert_eq!(status, wanted, "{pipeline}");
            let sent = work.read("sent").lines().filter(|line| line.ends_with('}')).count();
            let stored = work.kymo(&format!("query {db}")).ok().lines().count();
            assert!(stored.abs_diff(sent) <= 1 && stored > 0, "{pipeline}: {sent} sent, {stored} stored");
        }
    }
}

#[test]
fn wrong_words_are_exit_2_and_named() {
    let work = Work::new();
    for (words, told) in [
        ("gapfill", "--every"),
        ("gapfill --every 5x", "not a duration"),
        ("gapfil --every 5s", "gapfill"),
        ("run 'gapfill --every'", "--every"),
        ("run 'nothing'", "nothing"),
        ("run 'gapfill --every 1s | replay --speed max x'", "can only be the first stage"),
        ("run 'store a.db | gapfill --every 1s'", "--pass"),
        ("run 'store a.db --pass | store b.db'", "after store only"),
        ("run 'gapfill --every 1s | run x'", "not a stage"),
        ("run 'gapfill --every 1s > x'", "sh"),
        ("gapfill --every 1s --max-record 0", "--max-record"),
    ] {
        work.kymo(words).end().code(2).tells(told);
    }
}
