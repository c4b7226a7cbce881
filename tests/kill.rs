//! SIGKILL at random moments: nothing that was committed is lost, nothing occurs twice, no gap is filled twice or not at all.

use crate::databases::texts;
use crate::harness::programs::needs;
use crate::harness::{PATIENCE, Random, Work, random};
use rusqlite::{Connection, OpenFlags};
use std::time::Duration;

/// A day in a second, in small commits.
const PIPELINE: &str =
    "replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h | store DB --batch 40 --flush 5ms";

/// How many rows a database has that kymo may be writing at the moment.
pub(crate) fn rows(work: &Work, db: &str) -> u64 {
    let Ok(db) = Connection::open_with_flags(work.path(db), OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.busy_timeout(PATIENCE).expect("patience");
    db.query_row("SELECT count(*) FROM readings", [], |row| row.get::<_, i64>(0)).map_or(0, i64::unsigned_abs)
}

/// How far it has got when it is to be killed, where this much is done of the whole, and this many kills are still to come:
/// a moment of the work and not of the clock, so that a busy machine has it in the middle too. Now and then at once.
pub(crate) fn moment(random: &mut Random, done: u64, whole: u64, kills: u32) -> u64 {
    match random.below(5) {
        0 => done,
        _ => {
            let more = 1 + random.below((2 * whole.saturating_sub(done) / u64::from(kills + 1)).max(1));
            // Where all is done already nothing more comes.
            (done + more).min(whole)
        }
    }
}

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
    work.kymo(&format!("run '{}'", PIPELINE.replace("DB", "whole.db"))).ok();
    let whole = contents(&work, "whole.db");
    assert_eq!(whole.lines().count(), 1440);

    let run = format!("run '{}'", PIPELINE.replace("DB", "killed.db"));
    let mut random = random();
    let mut grown = Vec::new();
    for round in 0..times {
        let enough = moment(&mut random, rows(&work, "killed.db"), 1440, times - round);
        let mut child = work.kymo(&run).start();
        child.comes_to("rows", || rows(&work, "killed.db") >= enough);
        std::thread::sleep(Duration::from_millis(random.below(20)));
        // Dropping it is SIGKILL.
        drop(child);
        let rows = work.kymo("query killed.db").end();
        grown.push(rows.stdout().lines().count());
    }
    // It was killed in the middle, not only before the first commit or behind the last.
    assert!(grown.iter().any(|&n| n > 0 && n < 1440) && grown.is_sorted(), "{grown:?}");
    work.kymo(&run).ok();
    assert!(contents(&work, "killed.db") == whole, "rows at each kill: {grown:?}");
    assert_eq!(texts(&work.path("killed.db"), "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts(&work.path("killed.db"), "SELECT CAST(count(*) AS TEXT) FROM kymo_rejects"), ["0"]);
    // Somebody else's SQLite reads it too.
    if needs("sqlite3") {
        let check = work.shell("sqlite3 killed.db 'pragma integrity_check; select count(*) from readings'").end();
        check.assert(check.stdout() == "ok\n1440\n", "an intact database");
    }
}

/// The states of a sink that keeps none are in a file: what it shows may come twice, but no gap is left or doubled.
#[test]
fn a_state_file_survives_sigkill() {
    let work = Work::new();
    let run =
        "exec kymo run --state s 'replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h' >> out";
    let mut random = random();
    let lines =
        || std::fs::read(work.path("out")).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count() as u64;
    let mut seen = Vec::new();
    for round in 0..5 {
        let enough = moment(&mut random, lines(), 1440, 5 - round);
        let mut child = work.shell(run).start();
        child.comes_to("lines", || lines() >= enough);
        std::thread::sleep(Duration::from_millis(random.below(20)));
        drop(child);
        seen.push(lines());
    }
    assert!(seen.iter().any(|&n| n > 0 && n < 1440), "{seen:?}");
    assert!(work.shell(run).start().end().2.success());
    let out = work.read("out");
    // A line that the kill has torn is a line of its own.
    let mut lines: Vec<&str> = out.lines().filter(|line| line.ends_with('}')).collect();
    lines.sort_unstable();
    lines.dedup();
    let filled = lines.iter().filter(|line| line.contains("\"filled\":true")).count();
    assert_eq!((lines.len(), filled), (1440, 273));
}
