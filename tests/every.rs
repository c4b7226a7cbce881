//! `every`.

use crate::harness::{Running, Work, exists, until};
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt as _;

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn time(record: &Value) -> i64 {
    kymo::time::parse_rfc3339(record["time"].as_str().expect("a time").as_bytes()).expect("a time")
}

fn summary(stderr: &str) -> Value {
    serde_json::from_str(stderr.lines().last().expect("a line")).expect("a summary")
}

#[test]
fn a_command_is_run_on_the_grid_and_its_records_bear_the_time_it_was_due() {
    let work = Work::new();
    let script = r#"printf '{"v":1}\n{"v":2,"time":"2000-01-01T00:00:00Z"}\n{"v":3}'"#;
    let words = format!("every 500ms -C 2 --stamp time --summary -- sh -c {}", shell_words::quote(script));
    let ended = work.kymo(&words).end().code(0);
    let found = records(&ended.stdout());
    assert_eq!(found.iter().map(|r| r["v"].as_i64().expect("a number")).collect::<Vec<_>>(), [1, 2, 3, 1, 2, 3]);
    assert_eq!(found[1]["time"], "2000-01-01T00:00:00Z");
    // Each record has a time of its own, as near to that as can be.
    assert_eq!(time(&found[0]) + 1_000, time(&found[2]));
    assert!(time(&found[0]) % 500_000_000 == 0 && time(&found[3]) > time(&found[0]));
    let counts = summary(&ended.stderr());
    assert_eq!((&counts["runs"], &counts["failed"], &counts["out"]), (&2.into(), &0.into(), &6.into()));
    // No shell, no input, no flags behind the command.
    assert_eq!(
        work.kymo("every 100ms --count 1 printf '{\"a\":\"%s%s\"}\\n' '$HOME' -C").ok(),
        "{\"a\":\"$HOME-C\"}\n"
    );
    assert_eq!(work.kymo("every 100ms -C 1 -- cat").stdin("{}\n").ok(), "");
    for align in ["start", "UTC", "local", "America/Sao_Paulo"] {
        assert_eq!(work.kymo(&format!("every 100ms -C 1 --align {align} -- echo '{{}}'")).ok(), "{}\n");
    }
    for words in [
        "every",
        "every 10s",
        "every 0s -- true",
        "every x -- true",
        "every 1s --align x -- true",
        "every 1s --timeout 0s -- true",
    ] {
        work.kymo(words).end().code(2);
    }
}

#[test]
fn a_run_that_fails_is_told_and_the_next_one_comes() {
    let work = Work::new();
    let script = "echo '{\"a\":1}'; echo first >&2; printf 'no sensor' >&2; exit 3";
    let words = format!("every 200ms -C 2 --summary -- sh -c {} x --password geheim", shell_words::quote(script));
    let ended = work.kymo(&words).end().code(1);
    let told = ended.stderr();
    assert_eq!(ended.stdout(), "{\"a\":1}\n{\"a\":1}\n");
    assert_eq!(told.lines().filter(|line| *line == "first").count(), 2, "{told}");
    assert_eq!(told.matches("failed: sh: it ended with status 3: no sensor\n").count(), 2, "{told}");
    assert!(!told.contains("geheim"));
    let counts = summary(&told);
    assert_eq!((&counts["runs"], &counts["failed"]), (&2.into(), &2.into()));
    work.kymo("every 100ms -C 1 -- sh -c 'kill -9 $$'").end().code(1).tells("sh: it ended by signal 9");
    work.kymo("every 100ms --strict -- false")
        .end()
        .code(74)
        .tells("kymo: every: the run of ")
        .tells("false: it ended with status 1");
    work.kymo("every 100ms -C 1 -- ./none").end().code(2).tells("run ./none: there is no such command");
    work.file("data", "");
    work.kymo("every 100ms -C 1 -- ./data").end().code(1).tells("run ./data: Permission denied").tells("status 126");
}

#[test]
fn a_run_that_takes_too_long_is_ended() {
    let work = Work::new();
    let ended =
        work.kymo("every 100ms -C 1 --timeout 1s -- sh -c 'echo {}; echo $$ >&2; sleep 1000; echo {}'").end().code(1);
    assert_eq!(ended.stdout(), "{}\n");
    ended.assert(ended.stderr().contains("sh: it took longer than 1s and was ended"), "word of it");
    // Neither it nor what it started heeds TERM.
    let script = "trap '' TERM; sleep 1000 & echo $$ $! >&2; wait; sleep 1000";
    let ended = work
        .kymo(&format!("every 100ms -C 1 --timeout 1s --grace 200ms -- sh -c \"{}\"", script.replace('$', "\\$")))
        .end()
        .code(1);
    ended.assert(ended.stderr().contains("took longer than 1s and was killed"), "word of it");
    let pids = ended.stderr().lines().next().expect("the numbers").to_owned();
    for pid in pids.split(' ') {
        until("the end of it", || !exists(pid));
    }
    // Who leaves the group with the output is not waited for.
    let script = "setsid sleep 5 & sleep 1000";
    work.kymo(&format!("every 100ms -C 1 --timeout 200ms --grace 100ms -- sh -c '{script}'"))
        .end()
        .code(1)
        .tells("was ");
}

#[test]
fn runs_do_not_overlap_and_what_is_missed_is_counted() {
    let work = Work::new();
    let script = "test -e running && echo '{\"both\":true}'; touch running; sleep 0.7; rm running; echo '{}'";
    let words = format!("every 200ms -C 3 --stamp time --summary -- sh -c {}", shell_words::quote(script));
    let ended = work.kymo(&words).end().code(0);
    let found = records(&ended.stdout());
    assert_eq!(found.len(), 3, "{found:?}");
    let counts = summary(&ended.stderr());
    let missed = counts["missed"].as_i64().expect("a number");
    // Those of the last run, too.
    let span = (time(&found[2]) - time(&found[0])) / 200_000_000 + 1;
    assert!(missed >= 9 && missed >= span - 3 + 3, "{missed} {span}");
    let told = ended.stderr();
    assert_eq!(told.matches("sh still runs after ").count(), 1, "not with each run: {told}");
}

#[test]
fn output_is_bounded_and_what_is_no_record_is_rejected() {
    let work = Work::new();
    let script = "printf '{\"a\":1}\\n%0200d\\n{\"a\":2}\\n' 0";
    let quoted = shell_words::quote(script).into_owned();
    let ended = work.kymo(&format!("every 100ms -C 1 --max-record 100 --rejects r -- sh -c {quoted}")).end().code(1);
    assert_eq!(ended.stdout(), "{\"a\":1}\n{\"a\":2}\n");
    let reject = &records(&work.read("r"))[0];
    assert_eq!((&reject["stage"], &reject["source"]), (&"every".into(), &"sh".into()));
    work.kymo(&format!("every 100ms --max-record 100 --strict -- sh -c {quoted}"))
        .end()
        .code(1)
        .tells("longer than --max-record");
    let run = work.shell("kymo run \"every 100ms -C 1 -- sh -c 'echo hello; echo \\{\\}' | map .\"").end().code(1);
    assert_eq!(run.stdout(), "{}\n");
    run.assert(run.stderr().contains("not a JSON object"), "word of it");
}

#[test]
fn a_signal_lets_a_run_finish() {
    let work = Work::new();
    for (signal, code, by) in [(Signal::TERM, Some(0), None), (Signal::INT, None, Some(2))] {
        let run = work.kymo("every 100ms -- sh -c 'echo \"{\\\"n\\\":1}\"; sleep 0.5; echo \"{\\\"n\\\":2}\"'").start();
        run.line();
        // As from a terminal: to all that are in its group.
        run.signal_all(signal);
        let (stdout, stderr, status) = run.end();
        assert_eq!(stdout, "{\"n\":2}\n", "{stderr}");
        assert_eq!((status.code(), status.signal()), (code, by), "{stderr}");
    }
    // One that does not: within the grace, and the status says so.
    let run = work.kymo("every 100ms --grace 500ms -- sh -c 'trap \"\" TERM; echo $$; sleep 1000; sleep 1000'").start();
    let pid = run.line();
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.signal(), Some(15));
    until("the end of it", || !exists(&pid));
    // Between two runs.
    let run = work.kymo("every 1000d --align start -- echo '{}'").start();
    run.line();
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
    assert_eq!(work.shell("kymo every 50ms -- echo '{}' | head -1; echo ${PIPESTATUS[0]}").ok(), "{}\n0\n");
    // Nobody reads what it is about to say.
    let run =
        work.shell("kymo every 50ms -- sh -c 'echo {}; echo {}; sleep 0.2; echo {}; exec sleep 1000' | head -1").ok();
    assert_eq!(run, "{}\n");
}

#[test]
fn nothing_is_left_of_a_kymo_that_is_killed() {
    let work = Work::new();
    let pids = |run: &Running| run.line().split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut run = work.kymo("every 100ms -- sh -c 'sleep 1000 & echo $$ $!; wait; sleep 1000'").start();
    let started = pids(&run);
    run.signal(Signal::KILL);
    // Not the harness' way: that would end the whole group.
    run.child.wait().expect("an end");
    for pid in &started {
        until("the end of what it started", || !exists(pid));
    }
    // Also if it does not heed TERM, and if it is stopped.
    let mut run = work.kymo("every 100ms --grace 300ms -- sh -c 'trap \"\" TERM; sleep 1000 & echo $$ $!; kill -STOP $!; wait; sleep 1000'").start();
    let started = pids(&run);
    run.signal(Signal::KILL);
    run.child.wait().expect("an end");
    for pid in &started {
        until("the end of what it started", || !exists(pid));
    }
}

#[test]
fn it_is_a_stage_of_run() {
    let work = Work::new();
    work.file("read.sh", "#!/bin/sh\necho '{\"device\":\"a\",\"value\":1}'\n");
    work.shell("chmod +x read.sh").ok();
    let ended = work.kymo("run --summary 'every 200ms -C 3 --stamp time -- ./read.sh | store x.db'").end().code(0);
    let counts = summary(&ended.stderr());
    assert_eq!((&counts["stages"][0]["stage"], &counts["stages"][0]["runs"]), (&"every".into(), &3.into()));
    assert_eq!(records(&work.kymo("query x.db").ok()).len(), 3);
    work.kymo("keep -- true").end().code(2).tells("keep is for kymo itself");
}

/// K52: a program whose every run failed has not succeeded; a command that is not there is no run.
#[test]
fn where_every_run_fails_it_is_no_success() {
    let work = Work::new();
    work.kymo("every 10ms -C 2 -- false").end().code(1).tells("all 2 runs of false failed");
    work.kymo("run 'every 10ms -C 2 -- false | store a.db'").end().code(1).tells("all 2 runs of false failed");
    work.kymo("every 10ms -C 2 -- sh -c 'mkdir d'").end().code(0);
    for command in ["nosuchcmd", "./nosuchcmd"] {
        let ended = work.kymo(&format!("every 1s -- {command}")).end().code(2);
        let told = ended.stderr();
        assert_eq!(told, format!("kymo: every: run {command}: there is no such command\n"));
    }
}

/// What cannot be started is told by `every`, which runs it, and not by what stands between the two.
#[test]
fn a_command_that_cannot_run_is_told_by_every() {
    let work = Work::new();
    work.file("x", "no program");
    for command in ["every 10ms --count 1 -- ./x", "run 'every 10ms --count 1 -- ./x'"] {
        let err = work.kymo(command).end().code(1).stderr();
        assert!(err.contains("kymo: every: ") && err.contains("run ./x: Permission denied"), "{err}");
        assert!(!err.contains("lock"), "{err}");
    }
}
