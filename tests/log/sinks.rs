//! Several sinks, each with a level of its own: stderr, the log file of every command, what `--tee` prints, and a broker
//! behind that.

use super::{old, timeless};
use crate::harness::Work;
use crate::mqtt::broker::Broker;
use crate::mqtt::{init_session, wait_for};

/// Two debug messages (the program's, and what became of the record), a warning of the bad record, an error of the missing file.
const WORDS: &str = "map debug in nothing";

fn work() -> Work {
    let work = Work::new();
    work.file("in", "{\"a\":1}\nbad\n");
    work
}

#[test]
fn the_log_file_has_a_level_of_its_own() {
    let work = work();
    let quiet = work.kymo(WORDS).end().stderr();
    for (level, lines) in [("debug", 4), ("info", 2), ("WARNING", 2), ("error", 1), ("critical", 0), ("none", 0)] {
        let ended = work.kymo(&format!("{WORDS} --log-file k.log --log-file-level {level}")).end().code(74);
        assert_eq!(ended.stderr(), quiet);
        let log = work.read("k.log");
        assert_eq!(log.lines().count(), lines, "{level}: {log}");
        std::fs::remove_file(work.path("k.log")).expect("a file");
    }
    // By itself info; and stderr has its own.
    let ended = work.kymo(&format!("{WORDS} --log-file k.log --log-level none")).end().code(74);
    assert_eq!(ended.stderr(), "");
    let log = timeless(&work.read("k.log"));
    assert!(log.starts_with("WARNING map: reject line 2") && log.contains("\nERROR map: open nothing: "), "{log}");
    // What a program other than a stage tells stands there as well, and what it says at its start.
    work.kymo("trim missing.db --max-rows 1 --log-file t.log").end().code(74);
    assert!(timeless(&work.read("t.log")).starts_with("ERROR trim: "), "{}", work.read("t.log"));
}

#[test]
fn the_log_file_is_for_people_or_json_in_its_zone() {
    let work = work();
    work.kymo(&format!("{WORDS} --log-file k.log --log-tz +05:30")).end().code(74);
    assert!(work.read("k.log").lines().all(|line| &line[23..30] == "+05:30 "), "{}", work.read("k.log"));
    work.kymo(&format!("{WORDS} --log-file j.log --log-format json")).end().code(74);
    let log = work.read("j.log");
    let lines: Vec<serde_json::Value> = log.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(
        (&lines[1]["level"], &lines[1]["stage"], &lines[1]["code"]),
        (&"error".into(), &"map".into(), &"io".into())
    );
    let people = timeless(&work.read("k.log"));
    assert_eq!(Some(timeless(&work.kymo("log query j.log --level error").ok()).trim_end()), people.lines().last());
}

#[test]
fn the_log_file_rotates() {
    let work = Work::new();
    work.file("in", "{\"a\":1}\n".repeat(300));
    let words = "map debug in --log-file k.log --log-file-level debug --log-rotate 4KiB";
    work.kymo(&format!("{words} --log-keep 3")).end().code(0);
    assert_eq!(old(&work, "k.log").len(), 3);
    work.kymo(words).end().code(0);
    assert_eq!(old(&work, "k.log").len(), 5);
    for flag in ["--log-rotate noon", "--log-keep 0", "--log-tz Mars", "--log-file-level loud"] {
        work.kymo(&format!("map . --log-file k.log {flag}")).end().code(2);
    }
    for flag in ["--log-rotate 1h", "--log-keep 1", "--log-tz UTC", "--log-file-level info"] {
        work.kymo(&format!("map . {flag}")).end().code(2).tells("need --log-file");
        work.kymo(&format!("run 'map . {flag}'")).end().code(2).tells("give it to `run`");
    }
}

/// What cannot be logged is told once on stderr, and stops nothing.
#[test]
fn a_log_file_that_cannot_be_written_stops_nothing() {
    let work = work();
    let ended = work.kymo(&format!("{WORDS} --log-file /dev/full")).end().code(74);
    let told = ended.stderr();
    assert_eq!(told.matches("kymo: log: write log file /dev/full: No space left").count(), 1, "{told}");
    assert!(told.contains("open nothing"), "{told}");
}

/// A kymo that kymo starts logs to the same file.
#[test]
fn the_log_file_is_handed_on() {
    let work = Work::new();
    let flags = "--log-file k.log --log-file-level warning --log-rotate midnight --log-keep 3 --log-tz +05:30";
    work.kymo(&format!("{flags} lock run ./a -- ./missing")).end().code(127);
    let log = work.read("k.log");
    assert!(log.contains("+05:30 ERROR lock: run ./missing: "), "{log}");
    // Another one, with the same flags, writes to the same file at the same time.
    work.file("in", "bad\n".repeat(10));
    let both = "kymo gapfill --every 1s in --log-file s.log & kymo gapfill --every 1s in --log-file s.log; wait";
    work.shell(both).end();
    assert_eq!(work.read("s.log").lines().count(), 20);
}

#[test]
fn the_input_or_the_messages_are_printed_too() {
    let work = Work::new();
    let input = "ERROR: a\n  b\nplain\nDEBUG: half";
    assert_eq!(work.kymo("log a.log --tee").stdin(input).ok(), input);
    assert_eq!(work.kymo("log a.log --tee=input --level none").stdin(input).ok(), input);
    let text = work.kymo("log a.log --clear --tee=text --level info").stdin(input).ok();
    assert_eq!((timeless(&text).as_str(), &text), ("ERROR a: a\n      b\nINFO a: plain\n", &work.read("a.log")));
    let json = work.kymo("log a.log --clear --tee=json --level error --tee-level DEBUG").stdin(input).ok();
    assert_eq!(timeless(&work.read("a.log")), "ERROR a: a\n      b\n");
    let levels: Vec<serde_json::Value> = json.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(
        levels.iter().map(|l| l["level"].as_str().unwrap_or("")).collect::<Vec<_>>(),
        ["error", "info", "debug"]
    );
    // The log goes on when nobody reads what is printed, and when that disk is full.
    let script = "seq 100000 | kymo log b.log --tee | head -1; echo ${PIPESTATUS[1]}; wc -l < b.log";
    assert_eq!(work.shell(script).ok(), "1\n0\n100000\n");
    let ended =
        work.shell("seq 100000 | kymo log c.log --tee > /dev/full").end().code(0).tells("nothing more is printed");
    assert_eq!((ended.stderr().lines().count(), work.read("c.log").lines().count()), (1, 100_000));
}

/// stderr of a program, and a program that does not wait for its log.
#[test]
fn a_log_stands_behind_a_pipe_or_a_redirection() {
    let work = Work::new();
    let script = "{ echo out; echo 'WARNING: err' >&2; } 2> >(kymo log a.log) | cat; wait";
    assert_eq!(work.shell(script).ok(), "out\n");
    wait_for("the log", || work.path("a.log").exists().then(|| work.read("a.log")).filter(|log| !log.is_empty()));
    assert_eq!(timeless(&work.read("a.log")), "WARNING a: err\n");
}

/// The third sink of ivy: messages to a broker, from their own level up.
#[test]
fn messages_reach_a_broker() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t 'logs/#@1'");
    work.file("program", "echo 'INFO: begun'\necho 'ERROR: too hot' >&2\necho '  by 5 K' >&2\n");
    let script = format!(
        "sh program 2>&1 | kymo log station.log --json --tee=json --tee-level warning | kymo mqtt-pub {} -t logs/{{origin}}",
        broker.url()
    );
    work.shell(&script).ok();
    assert_eq!(work.read("station.log").lines().count(), 2);
    let got = work.kymo(&format!("mqtt-cat {} --id x -t 'logs/#@1' --topic-field t -C 1 -W 60s", broker.url())).ok();
    let got: serde_json::Value = serde_json::from_str(&got).expect("JSON");
    assert_eq!((&got["level"], &got["message"]), (&"error".into(), &"too hot".into()));
    assert_eq!((&got["details"], &got["t"]), (&"  by 5 K".into(), &"logs/station".into()));
}
