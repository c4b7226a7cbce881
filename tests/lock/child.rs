//! What runs under a lock: its code, its signals, its end, and what outlives it.

use super::*;
use crate::harness::programs::needs;
use crate::harness::{exists, until};

#[test]
fn the_commands_exit_code_output_and_input_are_its_own() {
    let work = Work::new();
    let ended = work.kymo("lock run ./a -- sh -c 'cat; echo no >&2; exit 3'").stdin("yes\n").end().code(3);
    assert_eq!((ended.stdout().as_str(), ended.stderr().as_str()), ("yes\n", "no\n"));
    work.kymo("lock run ./a -- true").end().code(0);
    let words = work.kymo("lock run ./a -- printf '<%s>' -n -- --no-wait").ok();
    assert_eq!(words, "<-n><--><--no-wait>");
    assert_eq!(work.kymo("lock run --no-wait ./a printf '<%s>' -E 4").ok(), "<-E><4>");
    assert_eq!(work.kymo("lock run ./a --no-wait printf '<%s>' -E 4").ok(), "<-E><4>");
}

#[test]
fn a_command_that_cannot_run_is_126_or_127() {
    let work = Work::new();
    work.kymo("lock run ./a -- no-such-command").end().code(127).tells("kymo: lock: run no-such-command: No such file");
    work.file("data", "");
    work.kymo("lock run ./a -- ./data").end().code(126).tells("run ./data: Permission denied");
    work.kymo("lock run ./a -- .").end().code(126);
    let json = work.kymo("--log-format json lock run ./a -- no-such-command").end().code(127).stderr();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["code"], &json["stage"]), (&"command".into(), &"lock".into()));
    work.kymo("lock run ./a").end().code(2).tells("<COMMAND>");
    work.kymo("lock run").end().code(2);
    work.kymo("lock run '' -- true").end().code(2).tells("is not a name for a lock");
    work.kymo("lock").end().code(2);
    once(&work).code(0);
}

#[test]
fn a_killed_holder_frees_the_lock_and_its_command_ends() {
    let work = Work::new();
    let holder = work.kymo("lock run ./a -- sh -c 'echo $$; exec sleep 1000'").start();
    let command = holder.line();
    holder.signal(Signal::KILL);
    until("the command's end", || !exists(&command));
    work.kymo("lock run ./a --wait 1m -- true").end().code(0);
}

#[test]
fn a_command_that_outlives_a_killed_kymo_keeps_the_lock() {
    let work = Work::new();
    // The shell ignores the TERM that it gets for the death of kymo.
    let mut holder = work.kymo("lock run ./a -- sh -c 'trap : TERM; echo in; read x; read x; exit'").start();
    assert_eq!(holder.line(), "in");
    holder.signal(Signal::KILL);
    let pid = holder.child.id();
    // Not the harness' way: that would close the command's input.
    holder.child.wait().expect("an end");
    until("word of it", || {
        once(&work).code(75).stderr().contains(&format!("pid {pid} (it was killed; what it started still runs)"))
    });
    assert!(work.kymo("lock status ./a --json").end().code(75).stdout().contains("\"ended\":true"));
    holder.send("go\ngo\n");
    drop(holder);
    work.kymo("lock run ./a --wait 1m -- true").end().code(0);
}

#[test]
fn a_command_that_outlives_a_killed_kymo_does_not_keep_the_lock_if_told_so() {
    let work = Work::new();
    for close in ["-o", "--close"] {
        let mut holder =
            work.kymo(&format!("lock run ./a {close} -- sh -c 'trap : TERM; echo $$; read x; read x; exit'")).start();
        let command = holder.line();
        once(&work).code(75);
        holder.signal(Signal::KILL);
        holder.child.wait().expect("an end");
        once(&work).code(0);
        assert!(exists(&command));
        holder.send("go\ngo\n");
    }
}

#[test]
fn what_a_command_leaves_behind_does_not_keep_the_lock() {
    let work = Work::new();
    let left = work.kymo("lock run ./a -- sh -c 'sleep 1000 >&- 2>&- & echo $!'").ok();
    assert!(exists(&left));
    once(&work).code(0);
    work.shell(&format!("kill {left}")).ok();
}

#[test]
fn signals_are_handed_to_the_command() {
    let work = Work::new();
    let script = "for s in TERM INT HUP QUIT USR1; do trap \"echo $s\" $s; done; \
        trap \"exit 7\" USR2; echo in; while :; do sleep 0.01; done";
    let holder = work.kymo(&format!("lock run ./a -- sh -c '{script}'")).start();
    assert_eq!(holder.line(), "in");
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
    ] {
        holder.signal(signal);
        assert_eq!(holder.line(), name);
        once(&work).code(75);
    }
    holder.signal(Signal::USR2);
    assert_eq!(holder.end().2.code(), Some(7));
    once(&work).code(0);
}

#[test]
fn a_command_ended_by_a_signal_ends_kymo_by_the_same() {
    let work = Work::new();
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::HUP, 1)] {
        let holder = sleep(&work);
        holder.signal(signal);
        assert_eq!(holder.end().2.signal(), Some(number));
        once(&work).code(0);
    }
    for (name, number) in [("KILL", 9), ("SEGV", 11), ("PIPE", 13), ("ABRT", 6), ("QUIT", 3)] {
        let ended = work.kymo(&format!("lock run ./a -- sh -c 'kill -{name} $$'")).end();
        ended.assert(ended.output.status.signal() == Some(number), name);
    }
    assert_eq!(work.shell("kymo lock run ./a -- sh -c 'kill -KILL $$'; echo $?").end().stdout(), "137\n");
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let work = Work::new();
    let nohup = "trap '' HUP; exec kymo lock run ./a -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'";
    assert_eq!(work.shell(nohup).ok(), "alive\n");
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
    let work = Work::new();
    work.kymo("lock run ./a --timeout 100ms -- sleep 1000").end().code(124);
    // TERM is not enough, and the shell is not alone.
    let stubborn = "trap : TERM; sleep 1000 & echo $!; while :; do sleep 1; done";
    let ended = work.kymo(&format!("lock run ./a --timeout 300ms --grace 200ms -- sh -c '{stubborn}'")).end().code(124);
    until("the end of what it started", || !exists(&ended.stdout()));
    once(&work).code(0);
    work.kymo("--grace 100ms lock run ./a --timeout 1h -- sh -c 'exit 4'").end().code(4);
    // A command that is stopped, and one that ends itself at the TERM.
    work.kymo("lock run ./a --timeout 200ms -- sh -c 'kill -STOP $$'").end().code(124);
    work.kymo("lock run ./a --timeout 200ms -- sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.01; done'")
        .end()
        .code(124);
    work.kymo("lock run ./a --timeout soon -- true").end().code(2).tells("duration");
    work.kymo("lock run ./a --timeout 0 -- true").end().code(2).tells("longer than 0");
}

#[test]
fn signals_reach_a_command_with_a_time_limit_too() {
    let work = Work::new();
    let holder = work.kymo("lock run ./a --timeout 1h -- sh -c 'sleep 1000 & echo $!; wait'").start();
    let started = holder.line();
    holder.signal(Signal::TERM);
    assert_eq!(holder.end().2.signal(), Some(15));
    until("the end of what it started", || !exists(&started));
}

#[test]
fn an_interrupt_from_the_terminal_reaches_the_command_once() {
    if !needs("script") {
        return;
    }
    let work = Work::new();
    // A shell that reads sees each signal at once.
    work.file("count", "trap 'echo INT' INT; echo in; while ! test -e over; do read x; done; echo over");
    let mut terminal = work.shell("exec script -qec 'kymo lock run ./a -- sh count' /dev/null").start();
    // What is typed comes back too.
    let line = |terminal: &Running| loop {
        let line = terminal.line().trim_matches(['^', 'C', '\r']).to_owned();
        if !line.is_empty() {
            break line;
        }
    };
    assert_eq!(line(&terminal), "in");
    for _ in 0..40 {
        terminal.send("\x03");
        assert_eq!(line(&terminal), "INT");
        // One that kymo handed on would have come by the time that this has.
        once(&work).code(75);
    }
    work.file("over", "");
    terminal.send("\n");
    assert_eq!(line(&terminal), "over");
}
