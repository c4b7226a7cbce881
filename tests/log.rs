//! `log`: what is read, what is written, and `log query`; in `log/` the rotation, its faults, the vectors of the programs
//! that kymo replaces, and `--log-file`.

mod faults;
mod query;
mod records;
mod rotation;
mod sinks;
mod vectors;

use crate::harness::{Work, until};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt as _;

/// The names of the files that were put away, in order: what stands behind `a.log.`.
fn old(work: &Work, log: &str) -> Vec<String> {
    let path = work.path(log);
    let name = format!("{}.", path.file_name().expect("a name").to_string_lossy());
    let folder = std::fs::read_dir(path.parent().expect("a folder")).expect("a folder");
    let names = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter_map(|entry| entry.strip_prefix(&name).map(str::to_owned)).collect();
    names.sort();
    names
}

/// Lines without the time that they begin with.
fn timeless(text: &str) -> String {
    let cut = |line: &str| match line.get(..1) {
        Some("2") => line.get(30..).unwrap_or_default().to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|line| cut(line) + "\n").collect()
}

const MIXED: &str = "\
WARNING: warm
  of a sensor
2024-07-03 11:46:40,123 | root | ERROR | hot
Traceback (most recent call last):
  File \"x.py\", line 1, in <module>
ZeroDivisionError: no
plain
{\"time\":\"2024-07-03T09:46:40.5Z\",\"level\":\"info\",\"stage\":\"store\",\"code\":\"x\",\"message\":\"a\\nb\",\"n\":5}
<7>step
";

#[test]
fn a_log_for_people() {
    let work = Work::new();
    work.kymo("log a.log").env("TZ", "Europe/Berlin").stdin(MIXED).ok();
    assert_eq!(
        timeless(&work.read("a.log")),
        "\
WARNING a: warm
      of a sensor
ERROR root: hot
    Traceback (most recent call last):
      File \"x.py\", line 1, in <module>
    ZeroDivisionError: no
INFO a: plain
INFO store: a
    b
    n: 5
DEBUG a: step
"
    );
    // Python's time is that of the system's clock.
    assert!(work.read("a.log").contains("\n2024-07-03 09:46:40.123+00:00 ERROR root: hot\n"), "{}", work.read("a.log"));
    assert!(work.read("a.log").contains("\n2024-07-03 09:46:40.500+00:00 INFO store: a\n"));
}

#[test]
fn a_log_of_json() {
    let work = Work::new();
    work.kymo("log a.log --json").env("TZ", "UTC").stdin(MIXED).ok();
    let log = work.read("a.log");
    let lines: Vec<serde_json::Value> = log.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0]["details"], "  of a sensor");
    let traceback = "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\nZeroDivisionError: no";
    let python = serde_json::json!({
        "time": "2024-07-03T11:46:40.123Z", "level": "error", "origin": "root", "message": "hot", "details": traceback,
    });
    assert_eq!(lines[1], python);
    let kymo = serde_json::json!({
        "time": "2024-07-03T09:46:40.5Z", "level": "info", "origin": "store", "message": "a", "details": "b", "code": "x", "n": 5,
    });
    assert_eq!(lines[3], kymo);
    assert_eq!(
        (&lines[2]["level"], &lines[2]["origin"], &lines[4]["level"]),
        (&"info".into(), &"a".into(), &"debug".into())
    );
}

#[test]
fn what_lines_do_not_tell_is_assumed() {
    let work = Work::new();
    work.kymo("log a.log --assume error --origin pump").stdin("x\nINFO: y\n").ok();
    assert_eq!(timeless(&work.read("a.log")), "ERROR pump: x\nINFO pump: y\n");
    // Now, and in the zone.
    work.kymo("log b.log --tz +05:30").stdin("x\n2024-07-03 11:46:40 y\n").ok();
    let log = work.read("b.log");
    assert!(log.lines().all(|line| line[23..].starts_with("+05:30 INFO b: ")), "{log}");
    assert!(log.ends_with("\n2024-07-03 11:46:40.000+05:30 INFO b: y\n"), "{log}");
    for words in ["log a.log --assume loud", "log a.log --level loud", "log a.log --tz Mars", "log a.log --tee=xml"] {
        work.kymo(words).end().code(2);
    }
}

#[test]
fn a_log_is_appended_to_or_cleared() {
    let work = Work::new();
    for line in ["one\n", "two", "three\n"] {
        work.kymo("log a.log").stdin(line).ok();
    }
    assert_eq!(timeless(&work.read("a.log")), "INFO a: one\nINFO a: two\nINFO a: three\n");
    work.kymo("log a.log --clear").stdin("four\n").ok();
    assert_eq!(timeless(&work.read("a.log")), "INFO a: four\n");
}

#[test]
fn each_level_hides_what_is_below_it() {
    let work = Work::new();
    let levels = ["debug", "info", "warning", "error", "critical", "exception"];
    let input: String = levels.iter().map(|level| format!("{level}: x\n  details of {level}\n")).collect();
    for (n, level) in levels.iter().enumerate() {
        for word in [(*level).to_owned(), level.to_uppercase()] {
            work.kymo(&format!("log a.log --clear --level {word}")).stdin(&input).ok();
            let log = work.read("a.log");
            let wanted: String =
                levels[n..].iter().map(|l| format!("{} a: x\n      details of {l}\n", l.to_uppercase())).collect();
            assert_eq!(timeless(&log), wanted);
        }
    }
    for none in ["none", "null", "NULL"] {
        work.kymo(&format!("log a.log --clear --level {none}")).stdin(&input).ok();
        assert_eq!(work.read("a.log"), "");
    }
}

/// A message is written while the program goes on; what belongs to it and comes later is told apart.
#[test]
fn messages_do_not_wait_for_the_next_one() {
    let work = Work::new();
    let mut run = work.kymo("log a.log").start();
    run.send("ERROR: a\n  b\n");
    until("the message", || work.path("a.log").exists() && timeless(&work.read("a.log")) == "ERROR a: a\n      b\n");
    run.send("\n  c\nne");
    until("the rest", || work.read("a.log").contains("ERROR a: (continued)\n      c\n"));
    run.send("xt\n");
    assert!(run.end().2.success());
    assert!(timeless(&work.read("a.log")).ends_with("\nINFO a: next\n"), "{}", work.read("a.log"));
}

#[test]
fn a_signal_waits_for_whoever_writes() {
    let work = Work::new();
    let first = |log: &str| until("the first", || work.path(log).exists() && work.read(log).contains("first"));
    for (log, signal, status) in [("a.log", Signal::TERM, None), ("b.log", Signal::INT, Some(2))] {
        let mut run = work.kymo(&format!("log {log} --grace 1h")).start();
        run.send("first\n");
        first(log);
        run.signal(signal);
        run.send("last\n");
        let (_, _, ended) = run.end();
        assert_eq!((ended.signal(), ended.success()), (status, status.is_none()));
        assert!(work.read(log).contains("last"));
    }
    // Or until the grace is over.
    let mut run = work.kymo("log c.log --grace 300ms").start();
    run.send("first\nhalf");
    first("c.log");
    run.signal(Signal::TERM);
    let stdin = run.stdin.take();
    let (_, _, ended) = run.end();
    drop(stdin);
    assert_eq!(ended.signal(), Some(15));
    assert!(work.read("c.log").contains("half"));
}

#[test]
fn counts_are_told() {
    let work = Work::new();
    let ended = work.kymo("log a.log --summary").stdin("a\n  b\nc\n").end().code(0);
    let counts: serde_json::Value = serde_json::from_str(&ended.stderr()).expect("JSON");
    assert_eq!(counts, serde_json::json!({"stage": "log", "in": 3, "written": 3, "lost": 0, "rotated": 0}));
}

#[test]
fn bytes_that_are_no_text_are_kept_readable() {
    let work = Work::new();
    work.kymo("log a.log").stdin(b"ERROR: \xff\xc3\xa9\r\n\0\n\x1b[31mred\x1b[0m\n").ok();
    assert_eq!(timeless(&work.read("a.log")), "ERROR a: \u{fffd}é\nINFO a: \0\nINFO a: red\n");
    // A line without an end is not held for ever.
    let long = "x".repeat(5 << 20);
    work.kymo("log b.log --json").stdin(&long).ok();
    let xs = work.read("b.log").bytes().filter(|b| *b == b'x').count();
    assert!(xs == 5 << 20 && work.read("b.log").lines().count() > 3);
}
