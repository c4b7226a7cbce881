//! What is said on a terminal only.

use crate::harness::Work;

/// K64: reading from a terminal is said, and Ctrl-C says how much was taken.
#[test]
fn a_terminal_is_told_what_is_waited_for() {
    if !crate::harness::programs::needs("script") {
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
