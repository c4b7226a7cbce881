//! What the lock before this one did, shown by runs of it (`lock.ndjson`), and what this one does instead. Its faults: the
//! file was the lock, so that one left over stopped every start; a holder ended by TERM left it; and a release took
//! away whatever file was there.

use super::*;
use serde_json::Value;

/// The run of the old lock that has this name.
fn old(name: &str) -> Value {
    let cases = include_str!("lock.ndjson").lines().map(|line| serde_json::from_str::<Value>(line).expect("a case"));
    cases.into_iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("no case {name}"))
}

fn code(old: &Value) -> i32 {
    old["rc"].as_i64().and_then(|code| i32::try_from(code).ok()).expect("a code")
}

#[test]
fn each_case_has_its_test() {
    let source = include_str!("vectors.rs");
    for line in include_str!("lock.ndjson").lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let name = case["name"].as_str().expect("a name");
        assert!(source.contains(&format!("old(\"{name}\")")), "no test for: {name}");
    }
}

#[test]
fn a_free_lock_is_taken_at_once() {
    let work = Work::new();
    let ended = work.kymo("lock run ./a --log-level debug -- echo IN 0").end().code(code(&old("free lock")));
    assert_eq!(ended.stdout(), "IN 0\n");
    assert_eq!(work.kymo("lock status ./a").end().code(0).stdout().matches("free").count(), 1);
}

/// FAULT stale file: it stopped every start for ever, after five tries and 2.0 s.
#[test]
fn a_lock_file_that_no_process_holds_stops_nobody() {
    let case = old("lock file exists (stale: no process holds it)");
    assert_eq!((code(&case), &case["lock_left"][0]), (1, &"a.lock".into()));
    let work = Work::new();
    for left in ["", "{\"kymo_lock\":1,\"holders\":[{\"pid\":1,\"host\":\"x\",\"command\":\"left over\"}]}\n"] {
        work.file("a", left);
        assert_eq!(work.kymo("lock status ./a").ok(), "./a: free\n");
        assert_eq!(work.kymo("lock run ./a -- echo IN").ok(), "IN\n");
        assert!(!work.read("a").contains("left over"));
    }
    // One that is held is told after the same tries, by another code: later is another time.
    let holder = hold(&work);
    let begin = Instant::now();
    work.kymo("lock run ./a -- true").end().code(75).tells("held by pid");
    assert!(begin.elapsed() >= 5 * Duration::from_millis(500));
    drop(holder);
}

#[test]
fn a_lock_that_is_freed_meanwhile_is_taken_by_a_retry() {
    let case = old("lock freed after 1.2 s");
    let work = Work::new();
    let holder = work.kymo("lock run ./a -- sh -c 'echo in; sleep 1.2'").start();
    assert_eq!(holder.line(), "in");
    let ended = work.kymo("lock run ./a --retries 100 -- echo IN").end().code(code(&case));
    assert_eq!(ended.stdout(), "IN\n");
}

#[test]
fn a_failing_command_frees_the_lock_and_its_code_is_ours() {
    let cases = [old("body raises ValueError"), old("body sys.exit(0)"), old("body sys.exit(3)")];
    let work = Work::new();
    for case in cases {
        work.kymo(&format!("lock run ./a -- sh -c 'exit {}'", code(&case))).end().code(code(&case));
        once(&work).code(0);
    }
}

/// FAULT left by TERM: the file stayed, and no start came after it.
#[test]
fn a_holder_that_gets_sigterm_leaves_no_stale_lock() {
    let (first, next) = (old("holder gets SIGTERM"), old("next start after SIGTERM of the holder"));
    assert_eq!((&first["lock_left"][0], code(&next)), (&"t.lock".into(), 1));
    let work = Work::new();
    let holder = sleep(&work);
    holder.signal(Signal::TERM);
    assert_eq!(holder.end().2.signal(), Some(-code(&first)));
    once(&work).code(0);
}

/// FAULT release of another's: it deleted whatever lock file was there.
#[test]
fn a_release_takes_nothing_from_another_process() {
    let case = old("lock file replaced by another process while held: release() deletes the other one");
    assert_eq!(case["stdout"][3], "other lock still there: False");
    let work = Work::new();
    let holder = hold(&work);
    std::fs::remove_file(work.path("a")).expect("deleted");
    let mut other = work.shell("exec flock ./a sh -c 'echo in; exec cat'").start();
    assert_eq!(other.line(), "in");
    assert_eq!(holder.end().2.code(), Some(code(&case)));
    assert!(work.path("a").exists());
    once(&work).code(75);
    other.send("");
    other.end();
}

#[test]
fn a_folder_that_is_missing_is_told_at_once() {
    let case = old("lock name in a directory that is missing");
    assert!(case["stderr_tail"].as_str().is_some_and(|text| text.contains("No such file or directory")));
    let work = Work::new();
    let ended = work.kymo("lock run no/such/a --wait 1h -- true").end();
    ended.code(74).tells("kymo: lock: open lock file no/such/a: there is no folder no/such");
}
