//! What is said on a terminal only.

use crate::harness::Work;
use crate::harness::programs::{found, needs};

/// K64: reading from a terminal is said, and Ctrl-C says how much was taken.
#[test]
fn a_terminal_is_told_what_is_waited_for() {
    if !needs("script") {
        return;
    }
    let work = Work::new();
    let mut run = work.shell("exec script -qec 'kymo store x.db' /dev/null").start();
    let waits = "reading records from the terminal: Ctrl-D ends them";
    assert!(run.line().contains(waits));
    run.send("{\"time\":1,\"v\":1}\n");
    run.line();
    let rows = || work.kymo("query x.db").end().stdout().lines().count();
    crate::harness::until("the record", || work.path("x.db").exists() && rows() == 1);
    run.send("\u{3}");
    let line = std::iter::repeat_with(|| run.line()).take(5).find(|line| line.contains("stopped"));
    assert!(line.is_some_and(|line| line.contains("stopped: 1 records taken")));
}

/// The text of a terminal on which a command of the shell runs.
fn shown_on_a_terminal(work: &Work, command: &str) -> Option<String> {
    let terminal = format!("exec script -qec \"{command}\" /dev/null < /dev/null");
    needs("script").then(|| work.shell(&terminal).env("TERM", "xterm").end().stdout())
}

/// The same with a clock that goes a thousand times as fast: what takes a moment takes long.
fn shown_when_slow(work: &Work, command: &str) -> Option<String> {
    let library = found("libfaketimeMT.so.1")?.display().to_string();
    shown_on_a_terminal(work, &format!("export LD_PRELOAD={library} FAKETIME='+0 x1000'; {command}"))
}

fn readings(count: u64) -> String {
    let line = |n| format!("{{\"time\":{},\"device\":\"d{}\",\"value\":{n}}}\n", 1_700_000_000 + n, n % 7);
    (0..count).map(line).collect()
}

/// The bar was there, and its line is wiped at last.
fn has_bar(command: &str, bar: &str, shown: &str) {
    assert!(shown.contains(bar) && shown.contains(" left"), "{command}: {shown:?}");
    assert!(shown.trim_end_matches('\r').ends_with("\u{1b}[2K"), "{command}: {shown:?}");
}

/// K64: long work that has an end shows on a terminal how far it is, and nothing of that is left.
#[test]
fn long_work_has_a_bar_on_a_terminal() {
    let work = Work::new();
    work.file("in.ndjson", readings(20_000));
    work.kymo("store x.db in.ndjson").ok();
    work.kymo("queue put q.db in.ndjson").ok();
    for (command, bar) in [
        ("kymo db check x.db", "check x.db "),
        ("kymo db backup x.db copy.db", "copy x.db "),
        ("kymo db move x.db z.db > out", "copy readings "),
        ("kymo queue check q.db", "check q.db "),
        ("kymo queue export q.db > out", "export "),
        ("kymo queue purge q.db --older-than 1s", "purge "),
        ("kymo trim x.db --max-rows 10 --archive old.ndjson --chunk 100", "trim "),
    ] {
        let Some(shown) = shown_when_slow(&work, command) else { return };
        has_bar(command, bar, &shown);
    }
}

/// K64: a pipeline of files or of a query shows how much of them is read, also while its reader is slow.
#[test]
fn a_pipeline_has_a_bar_on_a_terminal() {
    let work = Work::new();
    work.file("in.ndjson", readings(40_000));
    work.kymo("store x.db in.ndjson").ok();
    for (command, bar) in [
        ("kymo validate in.ndjson", "read "),
        ("kymo query x.db", "of the time span"),
        ("kymo query x.db --last 39000s --where-series d1 --bucket 1s", "of the time span"),
    ] {
        let Some(shown) = shown_on_a_terminal(&work, &format!("{command} | (sleep 2.5; cat > out)")) else { return };
        has_bar(command, bar, &shown);
    }
}

/// K64: a message does not stand in the middle of a bar; where stderr is no terminal there is none.
#[test]
fn a_bar_goes_away_before_a_message() {
    let work = Work::new();
    let slow = |line: &str| format!("{}{line}\n{}", readings(40_000), readings(40_000));
    work.file("in.ndjson", slow("no record"));
    let Some(shown) = shown_on_a_terminal(&work, "kymo validate in.ndjson | (sleep 2.5; cat > out)") else { return };
    let (before, _) = shown.split_once("kymo: validate: reject").expect("a message");
    assert!(before.contains("read ") && before.trim_end_matches('\r').ends_with("\u{1b}[2K"), "{shown:?}");
    let piped = shown_on_a_terminal(&work, "(kymo validate in.ndjson | (sleep 2.5; cat > out)) 2>&1 | cat");
    let piped = piped.expect("it is installed");
    assert!(piped.contains("reject") && !piped.contains("read "), "{piped:?}");
}
