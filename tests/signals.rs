//! What ends a run from outside, and how it looks to who sent it.

use crate::harness::{Running, Work, members};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

const A: &str = "{\"time\":1}\n";

/// It has read a first record, so that it listens to signals.
fn listening(mut run: Running) -> Running {
    run.send(A);
    assert_eq!(run.line(), A.trim_end());
    run
}

/// Its writer ignores signals and goes on: the grace bounds it, and the status says that not all was read.
#[test]
fn grace_bounds_what_comes_behind_a_signal() {
    let work = Work::new();
    for run in ["gapfill --every 1s --grace 300ms", "run --grace 300ms 'gapfill --every 1s'"] {
        let mut run = listening(work.kymo(run).start());
        run.signal(Signal::TERM);
        let stdin = run.stdin.take();
        let (_, _, status) = run.end();
        drop(stdin);
        assert_eq!(status.signal(), Some(15));
    }
    // Drained in time: 0.
    let run = listening(work.kymo("gapfill --every 1s --grace 1h").start());
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
}

#[test]
fn a_blocked_output_is_cut_short() {
    let work = Work::new();
    // Two records, so that all has been read when the signal comes, and more made of them than any pipe holds.
    work.file("in", "{\"time\":0,\"v\":0}\n{\"time\":1000000,\"v\":0}\n");
    let mut run = work.kymo("gapfill --every 1s --max-gap 30d --grace 200ms in");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut child = run.command.stdin(std::process::Stdio::null()).stdout(writer).spawn().expect("a child");
    drop(run);
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut &reader, &mut first).expect("a byte");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, Signal::TERM).expect("a child");
    assert_eq!(child.wait().expect("a child").signal(), Some(15));
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let work = Work::new();
    let mut run = listening(work.kymo("gapfill --every 1s --grace 1h").start());
    run.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(300));
    assert!(run.child.try_wait().expect("a child").is_none(), "it waits for the end of its input");
    run.signal(Signal::INT);
    let stdin = run.stdin.take();
    assert_eq!(run.end().2.signal(), Some(2));
    drop(stdin);
}

/// Nobody who could have had the signal writes to a file: it ends the reading, however much is left.
#[test]
fn a_file_as_stdin_is_not_read_to_its_end() {
    let work = Work::new();
    // A line of zeros that takes hours to read.
    let big = std::fs::File::create(work.path("big")).expect("a file");
    big.set_len(1 << 42).expect("a sparse file");
    let run = work.shell("exec kymo gapfill --every 1s --grace 1h <big").start();
    run.told("longer than --max-record");
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(1));
}

/// SIGTERM to one stage of a shell pipeline: those behind it end by the end of their input, those before it by its going.
#[test]
fn one_stage_of_a_shell_pipeline_ends_them_all() {
    let work = Work::new();
    let feed = "(i=0; while echo '{\"time\":'$((i += 1))'}'; do sleep 0.005; done) 2>/dev/null";
    for victim in ["replay", "gapfill"] {
        let db = format!("{victim}.db");
        let script = format!(
            "{feed} | kymo replay --speed max --grace 500ms - | kymo gapfill --every 1s --grace 500ms | kymo store {db}; \
             echo ${{PIPESTATUS[3]}}"
        );
        let run = work.shell(&script).start();
        while work.kymo(&format!("query {db} --limit 1")).end().stdout().is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let group = run.child.id();
        let words = format!("kymo {victim} ");
        let pid = members(group).into_iter().find(|(_, line)| line.starts_with(&words)).expect("it runs").0;
        assert!(work.shell(&format!("kill -TERM {pid}")).end().output.status.success());
        assert_eq!(run.line(), "0", "{victim}");
        assert!(run.end().2.success());
    }
}

/// A stage behind the source that fails ends a source that waits for input.
#[test]
fn a_fault_ends_a_source_that_waits() {
    let work = Work::new();
    for run in ["kymo gapfill --every 1s >/dev/full", "kymo run 'gapfill --every 1s | gapfill --every 1s' >/dev/full"] {
        let mut run = work.shell(run).start();
        run.send(A);
        run.told("No space left");
        let stdin = run.stdin.take();
        assert_eq!(run.end().2.code(), Some(74));
        drop(stdin);
    }
}

/// A command in a pipeline has no Ctrl-C of its own: what was given to it comes out of it.
#[test]
fn an_interrupt_does_not_lose_what_is_in_a_command() {
    let work = Work::new();
    let mut run = work.shell("exec kymo run \"gapfill --every 1s | sh 'sort -r' | store a.db\"").start();
    for n in 1..=500 {
        run.send(&format!("{{\"time\":{n}}}\n"));
    }
    while !work.path("a.db").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    run.signal_all(Signal::INT);
    assert_eq!(run.end().2.signal(), Some(2));
    assert_eq!(work.kymo("query a.db").ok().lines().count(), 500);
}

/// A command that neither reads nor ends is ended with all that it started.
#[test]
fn a_command_that_does_not_end_is_killed_in_the_grace() {
    let work = Work::new();
    let mut run = work.kymo("run --grace 1s \"sh 'echo $$ >pid; (sleep 600; true) | cat'\"").start();
    while std::fs::read_to_string(work.path("pid")).unwrap_or_default().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
    run.send(A);
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.signal(), Some(15));
    let group = work.read("pid");
    let left = members(group.trim().parse().expect("a number"));
    assert!(left.is_empty(), "left of the command: {left:?}");
}

/// K63: what was ignored at the start stays ignored, as for the background jobs of a script.
#[test]
fn an_ignored_signal_stays_ignored() {
    let work = Work::new();
    let mut run = work.shell("trap '' INT; exec kymo validate").start();
    run.send("{\"time\":1}\n");
    assert_eq!(run.line(), "{\"time\":1}");
    run.signal(Signal::INT);
    run.send("{\"time\":2}\n");
    assert_eq!(run.line(), "{\"time\":2}");
    assert_eq!(run.end().2.code(), Some(0));
}
