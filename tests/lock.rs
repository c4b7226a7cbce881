//! `lock`: how it is taken; what runs under it, how it is shared, where it is and what is told of it stand in files of
//! their own.

mod child;
mod interval;
mod others;
mod place;
mod replace;
mod sharing;
mod status;
mod vectors;

use crate::harness::{Ended, Running, Work, until};
use rustix::process::Signal;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A command that holds the lock until its stdin is closed, and says when it has it.
const HOLD: &str = "sh -c 'echo in; exec cat'";

fn hold(work: &Work) -> Running {
    let running = work.kymo(&format!("lock run ./a -- {HOLD}")).start();
    assert_eq!(running.line(), "in");
    running
}

/// A holder that only a signal ends. (A shell would do for a test of signals only if it did not lose some itself.)
fn sleep(work: &Work) -> Running {
    let running = work.kymo("lock run ./a -- sleep 1000").start();
    until("the holder's word", || {
        std::fs::read_to_string(work.path("a")).is_ok_and(|text| text.contains("sleep 1000"))
    });
    running
}

/// Tries once; 0 or 75.
fn once(work: &Work) -> Ended {
    work.kymo("lock run ./a --no-wait -- true").end()
}

/// A lock by name, its file taken away at the end.
struct Named {
    name: String,
    path: PathBuf,
}

impl Named {
    fn new(work: &Work, what: &str) -> Named {
        let name = format!("test-{}-{what}", std::process::id());
        let status = work.kymo(&format!("lock status {name} --json")).ok();
        let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
        Named { name, path: status["path"].as_str().expect("a path").into() }
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[test]
fn two_at_once_and_the_second_is_told_who_holds_it() {
    let work = Work::new();
    let holder = hold(&work);
    let pid = holder.child.id();
    let told = once(&work).code(75).tells(&format!("kymo: lock: take ./a: held by pid {pid} on ")).stderr();
    assert!(told.contains(" since 2") && told.ends_with("Z: sh -c 'echo in; exec cat'\n"), "{told}");
    work.kymo("lock run ./a --no-wait -E 9 -- true").end().code(9).tells("held by");
    work.kymo("lock run ./a --no-wait --conflict-exit-code 0 -- false").end().code(0).tells("held by");
    work.kymo("lock run ./a -E 256 -- true").end().code(2);
    // Another lock is another lock.
    work.kymo("lock run ./b --no-wait -- true").end().code(0);
    let (_, _, status) = holder.end();
    assert!(status.success());
    once(&work).code(0);
}

#[test]
fn retries_and_wait_give_up_in_the_end() {
    let work = Work::new();
    let holder = hold(&work);
    let begin = Instant::now();
    work.kymo("lock run ./a -- true").end().code(75).tells("held by");
    assert!(begin.elapsed() >= Duration::from_millis(2500), "5 times 500ms");
    let begin = Instant::now();
    work.kymo("lock run ./a --retries 3 --delay 50ms -- true").end().code(75);
    assert!(begin.elapsed() >= Duration::from_millis(150));
    let begin = Instant::now();
    work.kymo("lock run ./a --wait 300ms -- true").end().code(75).tells("held by");
    work.kymo("lock run ./a --wait 50ms --delay 1h -- true").end().code(75);
    assert!(begin.elapsed() >= Duration::from_millis(350));
    work.kymo("lock run ./a --retries 0 -- true").end().code(75);
    for both in ["--wait 1s --no-wait", "--wait 1s --retries 2", "--no-wait --retries 2", "--no-wait --delay 1s"] {
        work.kymo(&format!("lock run ./a {both} -- true")).end().code(2).tells("cannot be used with");
    }
    drop(holder);
}

#[test]
fn a_waiting_one_gets_its_turn() {
    let work = Work::new();
    for patience in ["--wait 1m", "--retries 1000 --delay 20ms"] {
        let holder = hold(&work);
        let waiter = work.kymo(&format!("lock run ./a {patience} -- echo turn")).start();
        once(&work).code(75);
        holder.end();
        assert_eq!(waiter.line(), "turn");
        assert!(waiter.end().2.success());
    }
}

#[test]
fn many_at_once_take_turns() {
    let work = Work::new();
    work.file("count", "0\n");
    // Without the lock additions are lost.
    let script = "for i in 1 2 3 4 5 6 7 8; do \
        kymo lock run ./a --wait 1m --delay 5ms -- sh -c 'read n < count; sleep 0.02; echo $((n + 1)) > count' & \
        done; wait";
    work.shell(script).ok();
    assert_eq!(work.read("count"), "8\n");
}

#[test]
fn a_waiting_one_ends_by_a_signal() {
    let work = Work::new();
    let holder = hold(&work);
    let waiter = work.kymo("lock run ./a --wait 1h -- true").start();
    // It has begun to wait when it has the file open.
    let folder = format!("/proc/{}/comm", waiter.child.id());
    until("its start", || std::fs::read_to_string(&folder).is_ok_and(|name| name.trim() == "kymo"));
    waiter.signal(Signal::TERM);
    assert_eq!(waiter.end().2.signal(), Some(15));
    drop(holder);
}

#[test]
fn flock_and_kymo_respect_each_other() {
    let work = Work::new();
    let holder = hold(&work);
    work.shell("flock -n a true").end().code(1);
    work.shell("flock -n -s a true").end().code(1);
    holder.end();
    work.shell("flock -n a true").end().code(0);

    let mut command = work.shell("exec flock ./a sh -c 'echo in; exec cat'");
    command.command.env("LC_ALL", "C");
    let holder = command.start();
    assert_eq!(holder.line(), "in");
    let pid = holder.child.id();
    once(&work).code(75).tells(&format!("held by pid {pid} on ")).tells(": flock ./a sh");
    work.kymo("lock status ./a").end().code(75);
    let waiter = work.kymo("lock run ./a --wait 1m -- echo turn").start();
    holder.end();
    assert_eq!(waiter.line(), "turn");
}

#[test]
fn the_help_says_what_is_so() {
    let work = Work::new();
    let help = work.kymo("lock run --help").ok().split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "try again N times [default: 5]",
        "[default: 500ms, with --wait 50ms]",
        "--replace to KILL [default: 10s]",
        "holds the lock [default: 75]",
        "75 another process holds the lock (or -E); 0 --min-interval has not passed; 77 --replace may not end the holder;",
        "124 COMMAND took longer than --timeout; 126 COMMAND cannot be run; 127 COMMAND was not found",
        "in /run/lock or else /tmp",
        "Usage: kymo lock run [OPTIONS] NAME -- COMMAND [ARG]...",
    ] {
        assert!(help.contains(text), "{text:?} is not in: {help}");
    }
    for page in ["lock --help", "lock run --help", "lock status --help"] {
        let help = work.kymo(page).ok();
        assert!(!help.contains("exec"), "{help}");
        let example = help.lines().next().and_then(|line| line.strip_prefix("Example: ")).expect("an example");
        // Somebody may hold a lock of that name just now.
        let ended = work.shell(example).end();
        ended.assert(matches!(ended.output.status.code(), Some(0 | 75)), "0 or 75");
    }
    let status = work.kymo("lock status --help").ok();
    assert!(status.contains("0 the lock is free, or no NAME was given; 75 it is held"), "{status}");
}
