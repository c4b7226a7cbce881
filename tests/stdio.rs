//! What is read and written at the ends of a pipeline: files, stdin, long lines, rejects that cannot be kept.

use crate::harness::Work;
use base64::Engine as _;
use rustix::process::Signal;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

const A: &str = "{\"time\":1}\n";
const B: &str = "{\"time\":2}\n";

/// A line of this many bytes, without its line break.
fn long(bytes: usize) -> String {
    format!("{{\"time\":1,\"x\":\"{}\"}}", "x".repeat(bytes - 17))
}

#[test]
fn files_are_read_in_order_up_to_the_first_that_cannot_be() {
    let work = Work::new();
    work.file("a", A);
    // A last line without a line break is a record of its own.
    work.file("b", B.trim_end());
    work.file("c", "{\"time\":3}\n");
    assert_eq!(work.kymo("gapfill --every 1s a b c").ok(), format!("{A}{B}{{\"time\":3}}\n"));
    // The second time there is nothing left of stdin.
    assert_eq!(work.kymo("gapfill --every 1s a - - c").stdin(B).ok(), format!("{A}{B}{{\"time\":3}}\n"));
    for (file, told) in [("nothing", "open nothing: No such file"), (".", "read .: Is a directory")] {
        let ended = work.kymo(&format!("gapfill --every 1s a {file} c")).end().code(74).tells(told);
        ended.assert(ended.stdout() == A, "what stands before it");
    }
}

#[test]
fn closed_ends_are_no_fault() {
    let work = Work::new();
    for run in ["kymo gapfill --every 1s <&-", "kymo gapfill --every 1s in >&-", "kymo gapfill --every 1s in 2>&-"] {
        work.file("in", format!("{A}bad\n{B}"));
        let ended = work.shell(run).end();
        // What a closed stdout was given would be lost.
        let wanted = if run.ends_with(" >&-") { &[74][..] } else { &[0, 1] };
        ended.assert(ended.output.status.code().is_some_and(|code| wanted.contains(&code)), "no other fault");
    }
}

/// Exactly --max-record passes, one byte more does not; at the end, with \r\n, and in any number of pieces.
#[test]
fn the_limit_of_a_line_is_the_same_everywhere() {
    let work = Work::new();
    for (line, passes) in [(long(100), true), (long(101), false), (long(99) + "\r", true), (long(100) + "\r", false)] {
        for input in [format!("{A}{line}\n{B}"), format!("{A}{line}\n"), format!("{A}{line}")] {
            for (name, piece) in [("whole", input.len()), ("pieces", 7)] {
                let _ = std::fs::remove_file(work.path("r"));
                let mut run = work.kymo("gapfill --every 1h --max-record 100 --rejects r").start();
                for part in input.as_bytes().chunks(piece) {
                    run.send(std::str::from_utf8(part).expect("ASCII"));
                    if name == "pieces" {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
                let (out, _, status) = run.end();
                let wanted: String =
                    input.lines().filter(|l| l.len() < 90 || passes).map(|l| l.to_owned() + "\n").collect();
                assert_eq!(out.replace('\r', ""), wanted.replace('\r', ""), "{name} {input:?}");
                assert_eq!(status.code(), Some(i32::from(!passes)), "{name} {input:?}");
                assert_eq!(work.read("r").lines().count(), usize::from(!passes));
            }
        }
    }
}

/// A long line that comes in many pieces takes time in proportion to its length: sixteen times as long, about sixteen
/// times as much. Copied with each piece it would be 256 times as much. Time of the processor, not of the clock.
#[test]
fn a_long_line_is_not_copied_with_each_piece() {
    let work = Work::new();
    let seconds = |bytes: usize| {
        work.file("in", long(bytes) + "\n");
        // Through a pipe, so that it comes in pieces.
        let script = "cat in | { TIMEFORMAT='%3U %3S'; time kymo gapfill --every 1s --max-record 1GiB --max-memory 1GiB; } | wc -c";
        let ended = work.shell(script).end().code(0);
        ended.assert(ended.stdout().trim() == (bytes + 1).to_string(), "the whole line");
        let times: Vec<f64> = ended.stderr().split_whitespace().filter_map(|n| n.parse().ok()).collect();
        ended.assert(times.len() == 2, "two times");
        times.iter().sum::<f64>()
    };
    let (short, whole) = (seconds(12 << 20), seconds(192 << 20));
    assert!(whole < 64.0 * short.max(0.01), "{short} s for 12 MiB, {whole} s for 192 MiB");
}

/// A line longer than a record may be is fatal with --strict: what came before goes on, what comes behind does not,
/// and the rejects have the whole line.
#[test]
fn a_long_line_ends_a_strict_run() {
    let work = Work::new();
    let input = format!("{A}{}\n{B}", long(50));
    for run in ["gapfill --every 1s", "run 'gapfill --every 1s FLAGS'", "replay --speed max -"] {
        let flags = "--max-record 20 --strict --rejects r";
        let words = if run.contains("FLAGS") { run.replace("FLAGS", flags) } else { format!("{run} {flags}") };
        let _ = std::fs::remove_file(work.path("r"));
        let ended = work.kymo(&words).stdin(&input).end().code(1).tells("line 2 of stdin cannot be used: longer than");
        ended.assert(ended.stdout() == A, "what came before it");
        ended.assert(!ended.stderr().contains("panicked"), "no panic");
        let reject: serde_json::Value = serde_json::from_str(work.read("r").trim_end()).expect("a reject");
        let raw = reject["raw_base64"].as_str().expect("bytes");
        assert_eq!(base64::engine::general_purpose::STANDARD.decode(raw).expect("base64"), long(50).as_bytes());
    }
    let ended = work.kymo("gapfill --every 1s --max-record 20 --strict").stdin(&input).end().code(1).tells("longer");
    ended.assert(ended.stdout() == A, "what came before it");
}

#[test]
fn a_strict_sink_keeps_what_came_before() {
    let work = Work::new();
    work.kymo("store a.db --strict")
        .stdin(format!("{A}{B}bad\n{{\"time\":3}}\n"))
        .end()
        .code(1)
        .tells("line 3 of stdin");
    assert_eq!(work.kymo("query a.db").ok().lines().count(), 2);
    // The sink itself finds the fault: the same time again with another value.
    let conflict =
        "{\"time\":1,\"value\":1}\n{\"time\":2,\"value\":1}\n{\"time\":1,\"value\":2}\n{\"time\":3,\"value\":1}\n";
    work.kymo("run 'store b.db --strict'").stdin(conflict).end().code(1).tells("line 3 of stdin");
    assert_eq!(work.kymo("query b.db").ok().lines().count(), 2);
}

#[test]
fn rejects_on_a_full_disk_are_told() {
    let work = Work::new();
    for (bad, run) in [
        ("bad\n".to_owned(), "gapfill --every 1s"),
        (long(3 << 20) + "\n", "gapfill --every 1s"),
        (long(3 << 20), "gapfill --every 1s"),
        ("bad\n".to_owned(), "store a.db"),
        ("bad\n".to_owned(), "run 'gapfill --every 1s --rejects /dev/full | store b.db'"),
    ] {
        let flag = if run.starts_with("run") { "" } else { " --rejects /dev/full" };
        let ended = work.kymo(&format!("{run}{flag}")).stdin(format!("{A}{bad}{B}")).end();
        ended.code(74).tells("write rejects to /dev/full: No space left");
    }
    // What the sink could keep is kept.
    assert_eq!(work.kymo("query a.db").ok().lines().count(), 2);
}

/// The reader in front of a stage, which writes a long line in pieces, and the stage itself append to the same file.
#[test]
fn rejects_of_two_writers_stay_whole_lines() {
    let work = Work::new();
    let mut run = work.kymo("gapfill --every 1s --max-record 1000 --rejects r").start();
    let piece = "x".repeat(100_000);
    let bad: String = (0..500).map(|n| format!("bad {n} {}\n", "y".repeat(400))).collect();
    for _ in 0..5 {
        run.send(&bad);
        for _ in 0..4 {
            run.send(&piece);
            std::thread::sleep(Duration::from_millis(5));
        }
        run.send("\n");
    }
    assert_eq!(run.end().2.code(), Some(1));
    let rejects = work.read("r");
    assert_eq!(rejects.lines().count(), 5 * 501);
    for line in rejects.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{}", &line[..line.len().min(300)]);
    }
}

/// An interrupted input leaves a whole reject of the part that came.
#[test]
fn a_long_line_that_is_cut_off_by_a_signal_is_a_whole_reject() {
    let work = Work::new();
    let mut run = work.kymo("replay --speed max --max-record 1000 --rejects r -").start();
    run.send(&(A.to_owned() + &"x".repeat(500_000)));
    assert_eq!(run.line(), A.trim_end());
    while work.read("r").len() < 400_000 {
        std::thread::sleep(Duration::from_millis(5));
    }
    run.signal(rustix::process::Signal::TERM);
    let (_, _, status) = run.end();
    assert_eq!(status.code(), Some(1));
    let line: serde_json::Value = serde_json::from_str(&work.read("r")).expect("a whole line");
    assert!(line["raw_base64"].as_str().is_some_and(|raw| raw.len() > 400_000));
}

#[test]
fn a_report_of_gaps_is_written_as_they_are_found() {
    let work = Work::new();
    let mut run = work.kymo("gapfill --every 1s --gaps g").start();
    run.send("{\"time\":1}\n{\"time\":3}\n");
    assert_eq!(run.line(), "{\"time\":1}");
    let mut tries = 0;
    while work.read("g").is_empty() {
        tries += 1;
        assert!(tries < 5000, "no report of the gap while the input is open");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(work.read("g").lines().count(), 1);
    assert!(run.end().2.success());
}

/// The pipe of stdin may be non-blocking, by somebody else's doing; so may stdout's.
#[test]
fn a_non_blocking_pipe_is_waited_for() {
    use rustix::fs::{OFlags, fcntl_setfl};
    let work = Work::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    fcntl_setfl(&writer, OFlags::NONBLOCK).expect("a pipe");
    let input: String = (0..40_000).map(|n| format!("{{\"time\":{n}}}\n")).collect();
    work.file("in", &input);
    let mut run = work.kymo("gapfill --every 1s in");
    let mut child = run.command.stdin(Stdio::null()).stdout(writer).spawn().expect("a child");
    drop(run);
    std::thread::sleep(Duration::from_millis(50));
    let out = std::io::read_to_string(reader).expect("text");
    assert!(child.wait().expect("a child").success() && out == input);
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    fcntl_setfl(&reader, OFlags::NONBLOCK).expect("a pipe");
    let mut run = work.kymo("gapfill --every 1s");
    let child = run.command.stdin(reader).stdout(Stdio::piped()).spawn().expect("a child");
    drop(run);
    std::thread::sleep(Duration::from_millis(50));
    writer.write_all(A.as_bytes()).expect("a reader");
    drop(writer);
    let output = child.wait_with_output().expect("a child");
    assert!(output.status.success() && output.stdout == A.as_bytes());
}

/// A run that was killed left a part of a line: the next run's first record is a line of its own.
#[test]
fn a_torn_line_spoils_no_record() {
    let work = Work::new();
    work.file("in", A);
    for (before, redirect) in [("{\"ti", ">>"), ("{\"ti", "1<>"), (B, ">>"), ("", ">>")] {
        work.file("out", before);
        // With `1<>` the file's offset is what counts.
        let seek = if redirect == "1<>" { "printf '{\"ti';" } else { "" };
        work.shell(&format!("{{ {seek} kymo gapfill --every 1s in; }} {redirect} out")).end().code(0);
        let torn = if before.ends_with('\n') || before.is_empty() { "" } else { "\n" };
        assert_eq!(work.read("out"), format!("{before}{torn}{A}"), "{before:?} {redirect}");
    }
}

/// K63: a stdout that is closed takes nothing, and says so.
#[test]
fn a_closed_stdout_is_no_success() {
    let work = Work::new();
    work.file("in", "{\"time\":1,\"v\":1}\n");
    for words in ["validate in", "run 'replay in --speed max | validate'", "--help", "state s.json get"] {
        work.shell(&format!("kymo {words} >&-")).end().code(74).tells("write to stdout: Bad file descriptor");
    }
    work.shell("kymo validate in >/dev/null").ok();
}

/// K63: only JSON's own blanks make a blank line.
#[test]
fn a_line_of_a_form_feed_is_rejected() {
    let work = Work::new();
    let ended = work.kymo("validate --summary").stdin("\x0c\n \t\r\n{\"time\":1}\n").end().code(1);
    ended.tells("\"in\":2,").tells("\"rejected\":1");
}

/// K40: a pipe with a name whose other end is missing hears a signal at once.
#[test]
fn a_fifo_without_its_other_end_hears_a_signal() {
    let work = Work::new();
    work.shell("mkfifo f").ok();
    work.file("in", "bad\n");
    for (words, signal, code) in [
        ("validate f", Signal::TERM, Some(0)),
        ("validate --rejects f in", Signal::TERM, Some(0)),
        ("validate --rejects f in", Signal::INT, None),
        ("run 'replay f | validate --rejects g'", Signal::TERM, Some(0)),
        ("gapfill --every 1m --gaps f in", Signal::TERM, Some(0)),
    ] {
        let child = work.kymo(&format!("{words} --grace 1h")).start();
        child.hears();
        child.signal(signal);
        assert_eq!(child.end().2.code(), code, "{words}");
    }
    // With it, all is as ever.
    let out = work.shell("cat f > got & kymo validate --rejects f in; wait; wc -l < got").end().stdout();
    assert_eq!(out.trim(), "1");
    work.shell("(sleep 0.2; echo '{\"time\":1}' > f) & kymo validate f").end().code(0).assert(true, "an end");
}

/// K39: an endless line fills no disk: its beginning is kept, its length and its digest.
#[test]
fn of_an_endless_line_the_beginning_is_kept() {
    let work = Work::new();
    let long = "x".repeat(20 << 20);
    work.file("in", format!("{A}{long}\n{B}"));
    let ended = work.kymo("validate in --rejects r").end().code(1).tells("only the first 16777216 of 20971520 bytes");
    assert_eq!(ended.stdout(), format!("{A}{B}"));
    let reject: serde_json::Value = serde_json::from_str(&work.read("r")).expect("a line");
    assert_eq!(reject["bytes"], 20 << 20);
    let raw = reject["raw_base64"].as_str().expect("bytes");
    let kept = base64::engine::general_purpose::STANDARD.decode(raw).expect("base64");
    assert!(kept.len() == 16 << 20 && kept.iter().all(|&b| b == b'x'));
    work.file("long", long);
    let theirs = work.shell("sha256sum < long").end().stdout();
    assert_eq!(reject["sha256"].as_str(), theirs.split_whitespace().next());
}

/// K39: the file of --rejects has a limit. Where nobody takes it for kept, what does not fit is counted.
#[test]
fn rejects_are_bounded() {
    let work = Work::new();
    work.file("in", format!("{}{A}", "bad\n".repeat(5_000)));
    let ended = work.kymo("validate in --rejects r --max-rejects 64KiB --summary").end().code(1);
    let ended = ended.tells("r is full (--max-rejects 65536 bytes)").tells("rejected records were not kept");
    let ended = ended.tells("\"rejected\":5000");
    assert_eq!(ended.stdout(), A);
    assert!(work.read("r").len() < 200 << 10 && work.read("r").ends_with("}\n"));
    // A sender that is told that its message is kept: the run ends before that.
    work.shell("kymo queue put q in < /dev/null").end();
    work.file("lines", "{\"value\":1}\n".repeat(5_000));
    work.kymo("queue put q lines").ok();
    let words = "run 'queue take q --drain | validate --max-age 1s --rejects r2 --max-rejects 64KiB | store d.db'";
    work.kymo(words).end().code(74).tells("r2 is full");
    let left = work.kymo("queue stat q --json").end().stdout();
    assert!(!left.contains("\"records\":0,"), "{left}");
}

/// K47: a rejects file that another process has locked is waited for, not in silence and not for ever.
#[test]
fn who_has_locked_the_rejects_file_is_named() {
    let work = Work::new();
    work.file("r.ndjson", "");
    let holder = work.shell("exec flock r.ndjson sleep 1000").start();
    let waits = || {
        let mut run = work.kymo("validate --rejects r.ndjson").start();
        run.send("no record\n");
        let told = run.told("waiting for it");
        assert!(told.contains("rejects file r.ndjson is locked by pid ") && told.contains("sleep 1000"), "{told}");
        run
    };
    crate::harness::until("the lock", || work.shell("flock -n r.ndjson true").end().output.status.code() == Some(1));
    let run = waits();
    run.signal(Signal::TERM);
    let (_, stderr, status) = run.end();
    assert_eq!(status.code(), Some(75), "{stderr}");
    if let Some(library) = crate::harness::programs::found("libfaketimeMT.so.1") {
        let fast = work.kymo("validate --rejects r.ndjson").env("LD_PRELOAD", &library.display().to_string());
        fast.env("FAKETIME", "+0 x1000").stdin("no record\n").end().code(75).tells("is locked by pid");
    }
    let run = waits();
    holder.signal_all(Signal::KILL);
    let (_, stderr, status) = run.end();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert_eq!(work.read("r.ndjson").lines().count(), 1);
}
