//! SIGKILL at random moments: nothing that was committed is lost, nothing occurs twice, no gap is filled twice or not at all.

use crate::harness::{Work, random};
use std::time::{Duration, Instant};

/// A day in a second, in small commits.
const PIPELINE: &str =
    "replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h | store DB --batch 40 --flush 5ms";

fn contents(work: &Work, db: &str) -> String {
    work.kymo(&format!("query {db}")).ok()
}

#[test]
fn a_pipeline_that_is_killed_twenty_times_gives_the_same_database() {
    killed(20);
}

#[test]
#[ignore = "three hundred kills: make soak"]
fn a_pipeline_that_is_killed_for_long_gives_the_same_database() {
    killed(300);
}

fn killed(times: u32) {
    let work = Work::new();
    let start = Instant::now();
    work.kymo(&format!("run '{}'", PIPELINE.replace("DB", "whole.db"))).ok();
    let took = start.elapsed().as_millis() as u64;
    let whole = contents(&work, "whole.db");
    assert_eq!(whole.lines().count(), 1440);

    let run = format!("run '{}'", PIPELINE.replace("DB", "killed.db"));
    let mut random = random();
    let mut grown = Vec::new();
    for _ in 0..times {
        let child = work.kymo(&run).start();
        std::thread::sleep(Duration::from_millis(random.below(took)));
        // Dropping it is SIGKILL.
        drop(child);
        let rows = work.kymo("query killed.db").end();
        grown.push(rows.stdout().lines().count());
    }
    // It was killed in the middle, not only before the first commit or behind the last.
    assert!(grown.iter().any(|&n| n > 0 && n < 1440) && grown.is_sorted(), "{grown:?}");
    work.kymo(&run).ok();
    assert!(contents(&work, "killed.db") == whole, "rows at each kill: {grown:?}");
    let check = work.shell("sqlite3 killed.db 'pragma integrity_check; select count(*) from kymo_rejects'").end();
    check.assert(check.stdout() == "ok\n0\n", "an intact database without rejects");
}

/// The states of a sink that keeps none are in a file: what it shows may come twice, but no gap is left or doubled.
#[test]
fn a_state_file_survives_sigkill() {
    let work = Work::new();
    let run =
        "exec kymo run --state s 'replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h' >> out";
    let mut random = random();
    for _ in 0..5 {
        let child = work.shell(run).start();
        std::thread::sleep(Duration::from_millis(20 + random.below(900)));
        drop(child);
    }
    assert!(work.shell(run).start().end().2.success());
    let out = work.read("out");
    let mut lines: Vec<&str> = out.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let filled = lines.iter().filter(|line| line.contains("\"filled\":true")).count();
    assert_eq!((lines.len(), filled), (1440, 273));
}
