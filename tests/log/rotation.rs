//! When a log is put away, what it is called then, what is deleted, and that no line is lost, torn or doubled over it.
//!
//! The clock cannot be set here, but the time of a file's last change can, and that is what decides: a file of another
//! day is put away under the name of that day.

use super::{old, timeless};
use crate::harness::{Work, until};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read};
use std::time::{Duration, SystemTime};

/// Makes a log that was last written at this time.
fn log_of(work: &Work, name: &str, text: &str, time: &str) {
    let path = work.file(name, text);
    let ns = kymo::time::parse_rfc3339(time.as_bytes()).expect("a time");
    let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(ns.unsigned_abs());
    std::fs::File::options().append(true).open(path).and_then(|f| f.set_modified(time)).expect("a time of change");
}

#[test]
fn a_log_of_another_day_bears_its_name_in_the_zone() {
    for (rotate, zone, time, name) in [
        ("midnight", "UTC", "2024-07-03T22:30:00Z", "2024-07-03"),
        ("midnight", "Europe/Berlin", "2024-07-03T22:30:00Z", "2024-07-04"),
        ("1d", "America/New_York", "2024-07-03T03:30:00Z", "2024-07-02"),
        // The day of the clocks' change in spring has 23 hours, that in autumn 25.
        ("midnight", "Europe/Berlin", "2024-03-30T23:00:00Z", "2024-03-31"),
        ("midnight", "Europe/Berlin", "2024-03-31T21:59:59Z", "2024-03-31"),
        ("midnight", "Europe/Berlin", "2024-03-31T22:00:00Z", "2024-04-01"),
        ("midnight", "Europe/Berlin", "2024-10-26T22:00:00Z", "2024-10-27"),
        ("midnight", "Europe/Berlin", "2024-10-27T22:59:59Z", "2024-10-27"),
        ("midnight", "Europe/Berlin", "2024-10-27T23:00:00Z", "2024-10-28"),
        ("1h", "Europe/Berlin", "2024-03-31T00:59:59Z", "2024-03-31T01"),
        ("1h", "Europe/Berlin", "2024-03-31T01:00:00Z", "2024-03-31T03"),
        ("6h", "UTC", "2024-07-03T13:30:00Z", "2024-07-03T17"),
        ("15m", "Asia/Kolkata", "2024-07-03T13:31:00Z", "2024-07-03T13-44-59.999Z"),
        ("midnight,1MiB", "Europe/Berlin", "2024-07-03T13:31:00Z", "2024-07-03T21-59-59.999Z"),
    ] {
        let work = Work::new();
        log_of(&work, "a.log", "2024-07-03 10:00:00.000+00:00 INFO a: old\n", time);
        work.kymo(&format!("log a.log --rotate {rotate} --tz {zone}")).stdin("new\n").ok();
        assert_eq!(old(&work, "a.log"), [name], "{rotate} {zone} {time}");
        assert_eq!(timeless(&work.read(&format!("a.log.{name}"))), "INFO a: old\n");
        assert_eq!(timeless(&work.read("a.log")), "INFO a: new\n");
    }
}

#[test]
fn the_hour_that_comes_twice_is_two_files() {
    let work = Work::new();
    for (time, line) in [("2024-10-27T00:30:00Z", "first\n"), ("2024-10-27T01:30:00Z", "second\n")] {
        log_of(&work, "a.log", line, time);
        work.kymo("log a.log --rotate 1h --tz Europe/Berlin").stdin("new\n").ok();
    }
    assert_eq!(old(&work, "a.log"), ["2024-10-27T02", "2024-10-27T02_1"]);
    assert_eq!(
        (work.read("a.log.2024-10-27T02"), work.read("a.log.2024-10-27T02_1")),
        ("first\n".into(), "second\n".into())
    );
    // Also where the first one is compressed.
    log_of(&work, "a.log", "third\n", "2024-10-27T00:45:00Z");
    std::fs::rename(work.path("a.log.2024-10-27T02"), work.path("a.log.2024-10-27T02.gz")).expect("a name");
    work.kymo("log a.log --rotate 1h --tz Europe/Berlin").stdin("new\n").ok();
    assert_eq!(work.read("a.log.2024-10-27T02_2"), "third\n");
}

/// A log that nobody writes to is put away when its time has come, and one that is empty is not.
#[test]
fn a_quiet_log_is_put_away_too() {
    let work = Work::new();
    let mut run = work.kymo("log a.log --rotate 1s").start();
    run.send("only\n");
    until("the file", || old(&work, "a.log").len() == 1);
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!((old(&work, "a.log").len(), work.read("a.log").as_str()), (1, ""));
    assert!(run.end().2.success());
}

#[test]
fn no_file_exceeds_its_size_and_no_message_is_cut_in_two() {
    let work = Work::new();
    let input: String = (0..2000).map(|n| format!("ERROR: {n}\n  details of {n}\n  more of it\n")).collect();
    work.kymo("log a.log --rotate 4KiB --keep 1000").stdin(input).ok();
    let mut names = old(&work, "a.log");
    assert!(names.len() > 20);
    names = names.iter().map(|name| format!("a.log.{name}")).chain(["a.log".to_owned()]).collect();
    let mut whole = String::new();
    for name in &names {
        let text = work.read(name);
        assert!(text.len() <= 4096, "{name}: {}", text.len());
        assert!(text.starts_with('2') && text.ends_with("more of it\n"), "{name}");
        whole += &text;
    }
    let wanted: String = (0..2000).map(|n| format!("ERROR a: {n}\n      details of {n}\n      more of it\n")).collect();
    assert!(timeless(&whole) == wanted, "the names are not in the order of the lines");
    assert_eq!(work.kymo("log query a.log").ok(), whole);
    for bad in ["0", "noon", "1s,1h", "999ms", "--"] {
        work.kymo(&format!("log a.log --rotate={bad}")).end().code(2);
    }
}

#[test]
fn the_last_files_are_kept_and_what_is_not_ours_is_never_touched() {
    let work = Work::new();
    let others = [
        "a.log.1",
        "a.log.old",
        "a.log.2024-07-03.txt",
        "a.log.2024-07-03T14.bak",
        "a.log.2024-13-03",
        "a.log.2024-07-03-1",
        "a.log.2024-07-03_0",
        "a.log.2024-07-03.gz.gz",
        "a.log2024-07-03",
        "b.log.2024-07-03",
        "xa.log.2024-07-03",
        "a.log.2024-07-03T14-15-16.123",
    ];
    for name in others {
        work.file(name, "not ours\n");
    }
    std::fs::create_dir(work.path("a.log.2001-01-01")).expect("a folder");
    std::os::unix::fs::symlink("b.log.2024-07-03", work.path("a.log.2001-01-02")).expect("a link");
    for day in 1..=9 {
        work.file(&format!("a.log.2002-01-0{day}{}", if day % 2 == 0 { ".gz" } else { "" }), "ours\n");
    }
    work.file("a.log.2002-01-08.gz.tmp", "unfinished\n");
    work.file("a.log.2002-01-01.gz.tmp", "unfinished\n");
    work.file("a.log.2000-01-01.gz.tmp", "cut off\n");
    log_of(&work, "a.log", "x\n", "2002-01-10T12:00:00Z");
    work.kymo("log a.log --rotate midnight --keep 3").stdin("y\n").ok();
    for name in others {
        assert_eq!(work.read(name), "not ours\n", "{name}");
    }
    assert!(work.path("a.log.2001-01-01").is_dir() && work.path("a.log.2001-01-02").is_symlink());
    let ours: Vec<_> = old(&work, "a.log").into_iter().filter(|name| name.starts_with("200")).collect();
    let wanted = ["2001-01-01", "2001-01-02", "2002-01-08.gz", "2002-01-08.gz.tmp", "2002-01-09", "2002-01-10"];
    assert_eq!(ours, wanted);
    for bad in ["0", "-1", "x"] {
        work.kymo(&format!("log a.log --keep={bad}")).end().code(2);
    }
    // By itself, five.
    for day in 1..=9 {
        log_of(&work, "c.log", "x\n", &format!("2024-07-0{day}T12:00:00Z"));
        work.kymo("log c.log --rotate midnight").stdin("y\n").ok();
    }
    assert_eq!(old(&work, "c.log").len(), 5);
    assert_eq!(old(&work, "c.log")[0], "2024-07-05");
}

#[test]
fn old_files_are_compressed_also_those_that_a_kill_left() {
    let work = Work::new();
    log_of(&work, "a.log", "x\n", "2024-07-03T12:00:00Z");
    work.file("a.log.2024-07-01", "one\n");
    work.file("a.log.2024-07-01.gz.tmp", "half");
    // Compressed, and killed before the original was gone.
    work.file("a.log.2024-07-02", "two\n");
    work.shell("gzip --keep a.log.2024-07-02").ok();
    work.kymo("log a.log --rotate midnight --gzip").stdin("y\n").ok();
    assert_eq!(old(&work, "a.log"), ["2024-07-01.gz", "2024-07-02.gz", "2024-07-03.gz"]);
    let texts = ["2024-07-01", "2024-07-02", "2024-07-03"].map(|day| work.shell(&format!("zcat a.log.{day}.gz")).ok());
    assert_eq!(texts, ["one\n", "two\n", "x\n"]);
    // As old as what is in it.
    let meta = std::fs::metadata(work.path("a.log.2024-07-03.gz")).expect("a file");
    assert!(meta.modified().expect("a time") < SystemTime::now() - Duration::from_secs(86_400));
}

#[test]
fn a_new_file_is_as_open_as_the_old_one_and_a_link_stays_one() {
    let work = Work::new();
    std::fs::create_dir(work.path("disk")).expect("a folder");
    work.shell("touch disk/a.log && chmod 640 disk/a.log && ln -s disk/a.log a.log").ok();
    work.kymo("log a.log --rotate 200").stdin("x\n".repeat(30)).ok();
    assert!(work.path("a.log").is_symlink());
    assert_eq!(old(&work, "disk/a.log").len(), 5);
    assert_eq!(work.shell("stat -c %a disk/a.log disk/a.log.2* | sort -u").ok(), "640\n");
    assert_eq!(work.kymo("log query a.log").ok().lines().count(), 5 * 5 + work.read("a.log").lines().count());
}

/// All lines of a log and its old files.
fn all_lines(work: &Work, log: &str, mut each: impl FnMut(&str)) {
    for name in old(work, log).iter().map(|name| format!("{log}.{name}")).chain([log.to_owned()]) {
        let file = std::fs::File::open(work.path(&name)).expect("a file");
        let file: Box<dyn Read> =
            if name.ends_with(".gz") { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
        BufReader::new(file).lines().for_each(|line| each(&line.expect("a line")));
    }
}

/// Two writers of one log: each line once, none torn.
fn two_writers(lines: usize, flags: &str, is_by_size: bool) {
    let work = Work::new();
    let pad = "x".repeat(40);
    for writer in ["a", "b"] {
        let text: String = (0..lines).map(|n| format!("WARNING: {writer} {n} {pad}\n")).collect();
        work.file(writer, text);
    }
    let run = |writer: &str| work.shell(&format!("exec kymo log x.log --keep 100000 {flags} < {writer}")).start();
    for run in [run("a"), run("b")] {
        let (_, told, status) = run.end();
        assert!(status.success() && told.is_empty(), "{told}");
    }
    let mut seen = HashSet::new();
    all_lines(&work, "x.log", |line| {
        let text =
            line.get(30..).and_then(|line| line.strip_prefix("WARNING x: ")).unwrap_or_else(|| panic!("torn: {line}"));
        let text = text.strip_suffix(&pad).unwrap_or_else(|| panic!("torn: {line}"));
        let (writer, n) = text.trim_end().split_once(' ').expect("two words");
        assert!(seen.insert((writer.to_owned(), n.parse::<usize>().expect("a number"))), "twice: {line}");
    });
    assert_eq!(seen.len(), 2 * lines);
    let old = old(&work, "x.log");
    assert!(!is_by_size || old.len() > 10);
    // By the clock each second has one file, which ends with it: none is put away twice, or late.
    assert!(is_by_size || old.iter().all(|name| name.ends_with(".999Z")), "{old:?}");
}

#[test]
fn two_writers_while_it_rotates_by_size() {
    two_writers(50_000, "--rotate 100KiB", true);
}

#[test]
fn two_writers_while_it_rotates_and_compresses() {
    two_writers(30_000, "--rotate 100KiB --gzip", true);
}

#[test]
fn two_writers_while_it_rotates_by_the_clock() {
    two_writers(30_000, "--rotate 1s", false);
}

#[test]
#[ignore = "a million lines of each of two writers: make soak"]
fn two_writers_for_long() {
    for (flags, is_by_size) in [("--rotate 1MiB", true), ("--rotate 1MiB,1s --gzip", true), ("--rotate 1s", false)] {
        two_writers(1_000_000, flags, is_by_size);
    }
}
