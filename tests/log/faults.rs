//! Logs where things go wrong: full disks, files that are moved away, kills, places where no log can be.

use super::{old, timeless};
use crate::faults::Mounted;
use crate::harness::{Work, random, skip, until};
use rustix::process::Signal;
use std::time::Duration;

/// It is told once, the program goes on, and so does the log when there is room again.
#[test]
fn a_full_disk_costs_lines_that_are_counted_and_stops_nobody() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=64k") else { return };
    let mut run = work.kymo("log mounted/a.log").start();
    let line = |n: usize| format!("ERROR: {n} {}\n", "x".repeat(100));
    for n in 0..1000 {
        run.send(&line(n));
    }
    let told = run.told("No space left");
    assert!(told.starts_with("kymo: log: write log file ") && told.ends_with("until it is writable again"), "{told}");
    std::thread::sleep(Duration::from_millis(300));
    disk.again("remount,size=8m");
    run.send(&line(1000));
    let lost = run.told("lines were lost");
    let (_, rest, status) = run.end();
    assert_eq!((rest.as_str(), status.code()), ("", Some(1)));
    let log = work.read("mounted/a.log");
    let (notes, lines): (Vec<&str>, Vec<&str>) = log.lines().partition(|line| line.contains("WARNING kymo: "));
    assert!(lines.iter().all(|line| line[30..].starts_with("ERROR a: ") && line.ends_with(&"x".repeat(100))), "torn");
    assert!(lines.last().expect("a line").contains(" 1000 x"));
    let count: usize = lost.split(' ').find_map(|word| word.parse().ok()).expect("a number");
    assert_eq!((lines.len() + count, notes.len()), (1001, 1), "{lost}");
    assert!(notes[0].ends_with(lost.strip_prefix("kymo: log: ").expect("a message")), "{notes:?}");
}

#[test]
fn a_disk_that_is_full_from_the_beginning_stops_nobody() {
    let work = Work::new();
    let ended = work.kymo("log /dev/full").stdin("a\nb\n".repeat(1000)).end().code(1).tells("No space left");
    assert_eq!(ended.stderr().lines().count(), 1);
    let Some(_disk) = Mounted::new(&work, "size=4k") else { return };
    // Not even the file can be made.
    work.shell("mkdir mounted/sub; while : > mounted/sub/$((n++)) && [ $n -lt 10000 ]; do :; done 2>/dev/null").end();
    std::fs::write(work.path("mounted/fill"), [0; 4096]).ok();
    let ended = work.kymo("log mounted/a.log").stdin("a\n").end();
    ended.assert(matches!(ended.output.status.code(), Some(0 | 1)), "an end after the input");
}

/// What cannot be put away is written on.
#[test]
fn a_folder_that_may_not_be_written_keeps_one_file() {
    let work = Work::new();
    std::fs::create_dir(work.path("dir")).expect("a folder");
    work.file("dir/a.log", "");
    // Root may write everywhere: a file system that is a single file cannot be renamed.
    let script = "mount --bind dir/a.log dir/a.log 2>/dev/null || exit 9; \
                  seq 1000 | kymo log dir/a.log --rotate 1KiB; code=$?; umount dir/a.log; exit $code";
    let ended = work.shell(script).end();
    if ended.output.status.code() == Some(9) {
        return skip("a file cannot be mounted here");
    }
    let ended = ended.code(0).tells("kymo: log: rotate log file ");
    assert_eq!(ended.stderr().lines().count(), 1, "{}", ended.stderr());
    assert_eq!(work.read("dir/a.log").lines().count(), 1000);
    assert!(old(&work, "dir/a.log").is_empty());
}

/// logrotate moves the file away: it is missed at the next message, by the signal or without.
#[test]
fn a_file_that_is_moved_or_deleted_is_made_anew() {
    let work = Work::new();
    let mut run = work.kymo("log a.log").start();
    run.send("one\n");
    until("the first", || work.path("a.log").exists() && timeless(&work.read("a.log")) == "INFO a: one\n");
    std::fs::rename(work.path("a.log"), work.path("a.log.1")).expect("a move");
    if std::fs::File::open("/dev/tty").is_ok() {
        skip("SIGHUP, which ends what has a terminal");
    } else {
        run.signal(Signal::HUP);
    }
    run.send("two\n");
    until("the second", || work.path("a.log").exists() && timeless(&work.read("a.log")) == "INFO a: two\n");
    std::fs::remove_file(work.path("a.log")).expect("a file");
    run.send("three\n");
    assert!(run.end().2.success());
    assert_eq!(timeless(&work.read("a.log")), "INFO a: three\n");
    assert_eq!(timeless(&work.read("a.log.1")), "INFO a: one\n");
}

/// Killed at any moment, also in the middle of a rotation: what was written is there, each line once, none missing
/// between two others; and the next writer goes on.
#[test]
fn a_kill_loses_nothing_that_was_written() {
    let work = Work::new();
    let mut random = random();
    let rounds = 8;
    for round in 0..rounds {
        let text: String = (0..200_000).map(|n| format!("{round} {n} end\n")).collect();
        work.file("in", text);
        let before = old(&work, "a.log").len();
        let mut run = work.shell("exec kymo log a.log --rotate 2KiB --keep 100000 --gzip < in").start();
        let enough = before + random.below(10) as usize;
        run.comes_to("old files", || old(&work, "a.log").len() >= enough);
        std::thread::sleep(Duration::from_millis(random.below(60)));
        run.signal(Signal::KILL);
        drop(run.end());
    }
    work.kymo("log a.log --rotate 2KiB --keep 100000 --gzip").stdin("last\n").ok();
    assert!(old(&work, "a.log").iter().all(|name| name.ends_with(".gz")), "{:?}", old(&work, "a.log"));
    let mut next = vec![0; rounds];
    let all = work.kymo("log query a.log").ok();
    for line in all.lines() {
        let words: Vec<&str> = line.rsplit(' ').take(3).collect();
        if let ["end", n, round] = words[..] {
            let round: usize = round.parse().expect("a number");
            assert_eq!(n, next[round].to_string(), "{line}");
            next[round] += 1;
        }
    }
    assert!(all.ends_with(" INFO a: last\n"));
    assert!(next.iter().sum::<usize>() > 1000, "{next:?}");
}

/// A file whose name a compressed one has as well gets another name and is compressed too; one whose compressed form is
/// only not yet cleared of its original is cleared of it.
#[test]
fn two_files_with_one_name_are_both_kept() {
    let work = Work::new();
    let line = |n: i32| format!("2024-07-03 09:46:40.123+00:00 INFO a: {n}\n");
    for (stamp, packed, plain) in
        [("2024-07-03T09-46-40.123Z", 1, 2), ("2024-07-03T09-46-40.124Z", 3, 4), ("2024-07-03T10-00-00.000Z", 5, 5)]
    {
        work.file(&format!("a.log.{stamp}"), line(packed));
        work.shell(&format!("gzip a.log.{stamp}")).ok();
        work.file(&format!("a.log.{stamp}"), line(plain));
    }
    work.kymo("log a.log --rotate 1MiB --gzip").stdin("last\n").ok();
    assert!(old(&work, "a.log").iter().all(|name| name.ends_with(".gz")), "{:?}", old(&work, "a.log"));
    let all = work.kymo("log query a.log").ok();
    let said: Vec<&str> = all.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(said, ["1", "3", "2", "4", "5", "last"]);
}

/// Half a line, left by a kill, is not taken for the beginning of the next one.
#[test]
fn a_torn_line_is_ended() {
    let work = Work::new();
    work.file("a.log", "2024-07-03 09:46:40.123+00:00 INFO a: to");
    work.kymo("log a.log").stdin("next\n").ok();
    assert_eq!(timeless(&work.read("a.log")), "INFO a: to\nINFO a: next\n");
}

/// Somebody holds the file's lock for ever: the log goes on.
#[test]
fn a_lock_that_is_held_for_ever_does_not_stop_the_log() {
    let work = Work::new();
    work.file("a.log", "");
    let holder = work.shell("exec flock a.log sh -c 'echo held; exec sleep 600'").start();
    assert_eq!(holder.line(), "held");
    work.kymo("log a.log").stdin("x\n").ok();
    assert_eq!(timeless(&work.read("a.log")), "INFO a: x\n");
}

#[test]
fn where_no_log_can_be_it_is_told_at_once() {
    let work = Work::new();
    std::fs::create_dir(work.path("dir")).expect("a folder");
    work.shell("mkfifo pipe").ok();
    for (words, code, told) in [
        ("log dir", 2, "log file dir is neither a file nor a device"),
        ("log pipe", 2, "log file pipe is neither a file nor a device"),
        ("log missing/a.log", 74, "kymo: log: open log file missing/a.log: there is no folder missing"),
        ("gapfill --every 1s --log-file dir", 2, "log file dir is neither a file nor a device"),
        ("gapfill --every 1s --log-file missing/a.log", 74, "kymo: open log file missing/a.log"),
        ("log", 2, "<FILE>"),
        ("log a.log query", 2, "need --to FORM"),
        ("log query", 2, "<FILE>"),
        ("log query missing", 74, "kymo: log query: open log file missing: "),
        ("log query dir", 74, "kymo: log query: read log file "),
        ("log a.log --tee --tee-level info", 2, "--tee-level needs --tee=text or --tee=json"),
        ("log a.log --tee-level info", 2, "--tee"),
    ] {
        work.kymo(words).stdin("x\n").end().code(code).tells(told);
    }
    assert!(!work.path("a.log").exists());
    work.kymo("log /dev/null").stdin("x\n").ok();
    // A log called `query`.
    work.kymo("log ./query").stdin("x\n").ok();
    assert_eq!(timeless(&work.kymo("log query query").ok()), "INFO query: x\n");
}
