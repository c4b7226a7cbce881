//! What people say (`midnight`, a day, a time without an offset) is in the zone of `--tz`, by default the system's, in
//! every command (K6); spans and axes are UTC's unless `--tz` is given.

use crate::harness::Work;

/// Eleven at night and one in the morning of New York's 11th of October, and noon.
const NIGHT: &str = "{\"time\":\"2023-10-11T03:00:00Z\",\"v\":1}\n{\"time\":\"2023-10-11T05:00:00Z\",\"v\":2}\n{\"time\":\"2023-10-11T16:00:00Z\",\"v\":3}\n";

/// The same words with the system's zone, and with `--tz`: how many records they mean.
fn means(words: &str, count: impl Fn(&Work, &str, &str) -> u64, local: u64, utc: u64) {
    let work = Work::new();
    work.kymo("store d.db").stdin(NIGHT).ok();
    assert_eq!(count(&work, words, "America/New_York"), local, "{words}");
    assert_eq!(count(&work, &format!("{words} --tz UTC"), "America/New_York"), utc, "{words} --tz UTC");
    assert_eq!(count(&work, &format!("{words} --tz America/New_York"), "Asia/Tokyo"), local, "{words} --tz");
    // A system that does not know its zone is in UTC.
    assert_eq!(count(&work, words, ""), utc, "{words} without a zone");
}

fn lines(work: &Work, words: &str, zone: &str) -> u64 {
    work.kymo(words).env("TZ", zone).ok().lines().count() as u64
}

/// How many rows are left.
fn left(work: &Work, words: &str, zone: &str) -> u64 {
    work.kymo("store left.db").stdin(NIGHT).ok();
    work.kymo(words).env("TZ", zone).ok();
    work.kymo("query left.db").ok().lines().count() as u64
}

#[test]
fn what_people_say_is_local_in_every_command() {
    means("query d.db --since 2023-10-11", lines, 2, 3);
    means("query d.db --until '2023-10-11T04:00'", lines, 2, 1);
    means("query d.db --since 2023-10-11T01:00:00", lines, 2, 3);
    means("trim left.db --before midnight --now 2023-10-11T16:00:00Z", left, 2, 3);
    means("trim left.db --before today --now 2023-10-11T16:00:00Z", left, 2, 3);
    means("trim left.db --before yesterday --now 2023-10-12T16:00:00Z", left, 2, 3);
    means("trim left.db --before 2023-10-11", left, 2, 3);
    let moved = |work: &Work, words: &str, zone: &str| {
        drop(std::fs::remove_file(work.path("e.db")));
        work.kymo(words).env("TZ", zone).end().code(0);
        work.kymo("query e.db").ok().lines().count() as u64
    };
    means("db move d.db e.db --since 2023-10-11", moved, 2, 3);
}

#[test]
fn gapfill_validate_and_log_are_local_too() {
    let work = Work::new();
    let noon = "{\"time\":\"2023-10-11T16:00:00Z\",\"v\":3}\n";
    for (zone, flags, first) in [
        ("America/New_York", "", "2023-10-11T04:00:00Z"),
        ("America/New_York", "--tz UTC", "2023-10-11T00:00:00Z"),
        ("Asia/Tokyo", "", "2023-10-11T15:00:00Z"),
        ("", "", "2023-10-11T00:00:00Z"),
    ] {
        let out = work.kymo(&format!("gapfill --every 1h --since midnight {flags}")).env("TZ", zone).stdin(noon).ok();
        assert!(out.starts_with(&format!("{{\"time\":\"{first}\"")), "{zone} {flags}: {out}");
    }
    for (zone, code) in [("America/New_York", 0), ("Asia/Tokyo", 1)] {
        let words = "validate --max-future 3h --now 2023-10-11T14:00";
        work.kymo(words).env("TZ", zone).stdin(noon).end().code(code);
    }
    work.file("l.log", "2023-10-11T03:00:00+00:00 [ERROR] one\n2023-10-11T05:00:00+00:00 [ERROR] two\n");
    for (zone, count) in [("America/New_York", 1), ("UTC", 2)] {
        let out = work.kymo("log query l.log --since 2023-10-11").env("TZ", zone).ok();
        assert_eq!(out.lines().count(), count, "{zone}: {out}");
    }
}

#[test]
fn spans_and_axes_are_utc_unless_a_zone_is_given() {
    let work = Work::new();
    work.kymo("store d.db").stdin(NIGHT).ok();
    let days = |flags: &str| {
        let out = work.kymo(&format!("query d.db --bucket 1d {flags}")).env("TZ", "America/New_York").ok();
        out.lines().map(|line| line[9..29].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(days(""), ["2023-10-11T00:00:00Z"]);
    assert_eq!(days("--tz America/New_York"), ["2023-10-10T00:00:00-", "2023-10-11T00:00:00-"]);
}

/// A log file holds a day of the system's zone, though its times are UTC's.
#[test]
fn a_log_rotates_at_local_midnight() {
    let work = Work::new();
    for (zone, flags, name) in [
        ("Europe/Berlin", "", "l.log.2024-03-31"),
        ("Europe/Berlin", "--tz UTC", "l.log.2024-03-30"),
        ("", "", "l.log.2024-03-30"),
    ] {
        let path = work.file("l.log", "old\n");
        let half_past = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_711_841_400);
        let file = std::fs::File::options().append(true).open(path).expect("a file");
        file.set_modified(half_past).expect("a time");
        work.kymo(&format!("log l.log --rotate midnight {flags}")).env("TZ", zone).stdin("new\n").ok();
        assert_eq!(work.read(name), "old\n", "{zone} {flags}");
        std::fs::remove_file(work.path(name)).expect("a file");
        assert!(work.read("l.log").contains("+00:00"), "its times");
    }
}
