//! What the loggers of ivy and LabKraken really did, as kymo answers it.

use super::timeless;
use crate::harness::{Work, repository};

fn vectors(name: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(repository().join("tests/log").join(name)).expect("vectors");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Each of ivy's sinks had a level of its own, or none at all.
#[test]
fn ivys_levels_are_seen_as_they_were() {
    let work = Work::new();
    let vectors = vectors("ivy_levels.ndjson");
    assert_eq!(vectors.len(), 30);
    for vector in vectors {
        let (min, level) = (vector["min"].as_str().unwrap_or("null"), vector["level"].as_str().expect("a level"));
        let line = format!("2024-07-03 09:46:40+00 UTC+1 - some-origin      - {level:9} - x\n");
        let printed = work.kymo(&format!("log a.log --clear --level {min} --tee=text")).stdin(&line).ok();
        let wanted = if vector["visible"] == true { format!("{level} some-origin: x\n") } else { String::new() };
        assert_eq!((timeless(&work.read("a.log")), timeless(&printed)), (wanted.clone(), wanted), "{vector}");
    }
}

/// ivy's times were in UTC, and bore the offset of the winter: `09:46:40…+00 UTC+1` for 11:46 in a summer of Berlin.
#[test]
fn ivys_times_are_what_they_were_and_kymos_offsets_are_of_the_moment() {
    let work = Work::new();
    for vector in vectors("ivy_lines.ndjson") {
        let text = |name: &str| vector[name].as_str().expect("a text").to_owned();
        let local = text("true_local");
        let (clock, offset) = local.split_at(local.len() - 6);
        let millis = if clock.len() == 19 { format!("{clock}.000") } else { clock[..23].to_owned() };
        let wanted = format!("{millis}{offset} INFO some-origin: info message\n");
        work.kymo(&format!("log a.log --clear --tz {}", text("tz"))).stdin(text("first_line")).ok();
        assert_eq!(work.read("a.log"), wanted, "{vector}");
        // A message that has no time of its own gets one with the offset of now.
        let offset_now = work.shell("date +%:z").env("TZ", &text("tz")).ok();
        work.kymo(&format!("log a.log --clear --tz {}", text("tz"))).stdin("x").ok();
        assert_eq!(work.read("a.log")[23..29], *offset_now.trim_end(), "{vector}");
    }
}

/// LabKraken's variable, as its parser read it; but what is no level is told, where it was INFO in silence.
#[test]
fn labkrakens_variable_sets_the_level() {
    let work = Work::new();
    // A debug message, a warning, an error.
    work.file("in", "{\"a\":1}\nbad\n");
    for vector in vectors("kraken_levels.ndjson") {
        let input = vector["input"].as_str().map_or_else(|| vector["input"].to_string(), str::to_owned);
        let level = vector["level"].as_i64().expect("a number");
        let ended = work.kymo("map debug in nothing").env("APPLICATION_LOG_LEVEL", &input).end();
        if ["foo", " DEBUG", "20.5"].contains(&input.as_str()) {
            ended.code(2).tells(&format!("APPLICATION_LOG_LEVEL: `{input}` is not a level: debug, info,"));
            continue;
        }
        // An empty variable is none. TRACE was no level to it, and is one to others.
        let level = match input.as_str() {
            "" => 30,
            "TRACE" => 10,
            _ => level,
        };
        let told = ended.code(74).stderr();
        let seen = (told.contains("{\"a\":1}"), told.contains("reject line 2"), told.contains("open nothing"));
        assert_eq!(seen, (level <= 10, level <= 30, level <= 40), "{vector}: {told}");
    }
}

#[test]
fn the_flag_counts_before_kymos_variable_and_that_before_the_other() {
    let work = Work::new();
    let told = |words: &str, kymo: &str, other: &str| {
        let run = work.kymo(&format!("map {words} debug")).env("KYMO_LOG", kymo).env("APPLICATION_LOG_LEVEL", other);
        !run.stdin("{}").end().code(0).stderr().is_empty()
    };
    assert!(told("", "debug", "ERROR") && !told("", "error", "10") && told("", "", "10"));
    assert!(!told("--log-level info", "debug", "debug") && told("--log-level debug", "loud", ""));
    let run = work.kymo("map .").env("KYMO_LOG", "loud").env("APPLICATION_LOG_LEVEL", "10");
    run.stdin("{}").end().code(2).tells("kymo: KYMO_LOG: `loud` is not a level");
}
