//! `--min-interval`: what ran lately does not run again.

use super::*;

fn early(work: &Work, interval: &str, command: &str) -> Ended {
    work.kymo(&format!("lock run ./a --min-interval {interval} --log-level info -- {command}")).end()
}

fn last_start(work: &Work) -> Option<String> {
    let told = work.kymo("lock status ./a --json").ok();
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    told["last_start"].as_str().map(str::to_owned)
}

/// As if the last start had been then.
fn started(work: &Work, time: &str) {
    work.file("a", format!("{{\"kymo_lock\":1,\"last_start\":\"{time}\"}}\n"));
}

#[test]
fn what_ran_lately_is_skipped_in_silence() {
    let work = Work::new();
    assert_eq!(work.kymo("lock run ./a --min-interval 1h -- echo ran").ok(), "ran\n");
    let ended = work.kymo("lock run ./a --min-interval 1h -- echo again").end().code(0);
    assert_eq!((ended.stdout(), ended.stderr()), (String::new(), String::new()));
    early(&work, "1h", "echo again").code(0).tells("kymo: lock: skip ./a: started ").tells("ago, --min-interval is 1h");
    // Each run counts, also one without the flag; that is never skipped itself.
    assert_eq!(work.kymo("lock run ./a -- echo ran").ok(), "ran\n");
    assert_eq!(work.kymo("lock run ./a --min-interval 1ns -- echo ran").ok(), "ran\n");
    assert!(last_start(&work).is_some_and(|time| time.ends_with('Z')));
    for bad in ["0", "soon", "-1s"] {
        work.kymo(&format!("lock run ./a --min-interval={bad} -- true")).end().code(2);
    }
}

#[test]
fn the_clock_says_when() {
    let work = Work::new();
    for (time, runs) in [("2001-01-01T00:00:00Z", true), ("2200-01-01T00:00:00Z", true), ("x", true)] {
        started(&work, time);
        assert_eq!(!early(&work, "1000d", "echo ran").code(0).stdout().is_empty(), runs, "{time}");
    }
    let now = work.shell("date -u -d '1 hour ago' +%FT%TZ").ok();
    for (interval, runs) in [("61m", false), ("59m", true)] {
        started(&work, now.trim());
        let told = early(&work, interval, "echo ran").code(0);
        assert_eq!(!told.stdout().is_empty(), runs, "{interval}");
        if !runs {
            told.tells("started 1h");
        }
    }
    // What is told of it, whoever holds it.
    started(&work, "2001-01-01T00:00:00Z");
    assert_eq!(work.kymo("lock status ./a").ok(), "./a: free; last start 2001-01-01T00:00:00Z\n");
    assert_eq!(last_start(&work).as_deref(), Some("2001-01-01T00:00:00Z"));
}

#[test]
fn the_start_counts_whatever_the_end() {
    let work = Work::new();
    for (command, code) in [("sh -c 'exit 3'", Some(3)), ("sh -c 'kill -KILL $$'", None)] {
        started(&work, "2001-01-01T00:00:00Z");
        let ended = early(&work, "1h", command);
        ended.assert(ended.output.status.code() == code, "its own end");
        assert_eq!(early(&work, "1h", "echo again").code(0).stdout(), "");
    }
    // Also that of one that was killed with its holder.
    started(&work, "2001-01-01T00:00:00Z");
    let holder = work.kymo("lock run ./a --min-interval 1h -- sh -c 'echo in; exec sleep 1000'").start();
    assert_eq!(holder.line(), "in");
    holder.signal_all(Signal::KILL);
    drop(holder);
    assert_eq!(early(&work, "1h", "echo again").code(0).stdout(), "");
}

#[test]
fn a_command_that_cannot_be_run_does_not_count() {
    let work = Work::new();
    early(&work, "1h", "no-such-command").code(127);
    assert_eq!((last_start(&work), work.read("a").as_str()), (None, ""));
    started(&work, "2001-01-01T00:00:00Z");
    work.file("data", "");
    early(&work, "1h", "./data").code(126);
    assert_eq!(last_start(&work).as_deref(), Some("2001-01-01T00:00:00Z"));
    assert_eq!(early(&work, "1h", "echo ran").code(0).stdout(), "ran\n");
}

/// Cron must not be told of a conflict by a run that has only just begun.
#[test]
fn one_that_runs_and_has_begun_lately_is_no_conflict() {
    let work = Work::new();
    let holder = hold(&work);
    assert_eq!(early(&work, "1h", "echo again").code(0).stdout(), "");
    work.kymo("lock run ./a --no-wait --min-interval 1ns -- true").end().code(75);
    drop(holder);
}

#[test]
fn of_many_that_start_at_once_one_runs() {
    let work = Work::new();
    let script = "for i in 1 2 3 4 5 6 7 8; do kymo lock run ./a --min-interval 1h --wait 1m -- echo ran & done; wait";
    assert_eq!(work.shell(script).ok(), "ran\n");
}

#[test]
fn where_the_time_cannot_be_kept_it_is_told_before_anything_runs() {
    let work = Work::new();
    work.file("a", "precious");
    let told = "./a cannot keep the time of the last start: it is not a lock file of kymo";
    let ended = early(&work, "1h", "echo ran").code(2).tells(told);
    assert_eq!((ended.stdout(), work.read("a").as_str()), (String::new(), "precious"));
    work.kymo("lock run ./ --min-interval 1h -- true").end().code(2).tells("cannot keep the time");
}

#[test]
fn a_name_keeps_the_time_too() {
    let work = Work::new();
    let named = Named::new(&work, "interval");
    let run = format!("lock run {} --min-interval 1h -- echo ran", named.name);
    assert_eq!(work.kymo(&run).ok() + &work.kymo(&run).ok(), "ran\n");
}
