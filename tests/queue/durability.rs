//! `queue` where things go wrong: kills at random moments, full disks, damaged records and pages.

use super::{export, numbered, put, stat};
use crate::faults::Mounted;
use crate::harness::{PATIENCE, Work, random, until};
use crate::kill::{moment, rows};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::time::Duration;

#[test]
fn killed_ten_times_on_the_way_nothing_is_lost_and_nothing_stored_twice() {
    killed(10, 20_000);
}

#[test]
#[ignore = "a hundred and fifty kills: make soak"]
fn killed_for_long_on_the_way_nothing_is_lost_and_nothing_stored_twice() {
    killed(150, 150_000);
}

/// From one queue to the next, which is an acknowledging sender and a sink at once, then into a database.
fn killed(times: usize, count: u32) {
    let work = Work::new();
    let records = numbered("a", count);
    put(&work, "", &records).ok();
    std::fs::copy(work.path("q"), work.path("whole")).expect("a copy");
    let mut random = random();
    let mut depths = Vec::new();
    let between = |depths: &[u64]| depths.iter().any(|&n| n > 0 && n < u64::from(count));
    for _ in 0..times {
        let before = depth(&work, "q");
        let run = work.kymo("run 'queue take q --max-inflight 1000 | queue put b --batch 500 --archive days'").start();
        // When some more are through, wherever it then is.
        until("some are taken", || depth(&work, "q") < before || before == 0);
        std::thread::sleep(Duration::from_millis(random.below(10)));
        drop(run);
        depths.push(depth(&work, "q"));
    }
    assert!(between(&depths) && depths.is_sorted_by(|a, b| a >= b), "{depths:?}");
    work.kymo("run 'queue take q --drain | queue put b --archive days'").end().code(0);
    assert_eq!(stat(&work, "q")["records"], 0);
    let out = export(&work, "b");
    let lines: Vec<&str> = out.lines().collect();
    let unique: BTreeSet<&str> = lines.iter().copied().collect();
    assert!(unique.len() == count as usize && unique.iter().all(|line| records.contains(*line) || count > 50_000));
    for round in 0..4 {
        let enough = moment(&mut random, rows(&work, "a.db"), u64::from(count), 4 - round);
        let mut run = work.kymo("run 'queue take b | store a.db --batch 500'").start();
        run.comes_to("rows", || rows(&work, "a.db") >= enough);
        drop(run);
    }
    work.kymo("run 'queue take b --drain | store a.db'").ok();
    assert_eq!(
        work.kymo("query a.db").ok().lines().count(),
        count as usize,
        "twice on the wire: {}",
        lines.len() - count as usize
    );
    // The archive has each at least once, in whole lines.
    let mut archived = BTreeSet::new();
    for day in std::fs::read_dir(work.path("days")).expect("a folder") {
        let text = std::fs::read_to_string(day.expect("an entry").path()).expect("a file");
        archived.extend(text.lines().map(str::to_owned));
        assert!(text.ends_with("}\n"));
    }
    assert!(archived.len() == count as usize && archived.iter().all(|line| unique.contains(line.as_str())));
}

/// How many records a queue holds, while others may have it.
fn depth(work: &Work, queue: &str) -> u64 {
    let Ok(db) = Connection::open_with_flags(work.path(queue), OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.busy_timeout(PATIENCE).expect("patience");
    db.query_row("SELECT count(*) FROM kymo_queue", [], |row| row.get::<_, i64>(0)).map_or(0, i64::unsigned_abs)
}

/// What a put that was killed had said that it committed is there.
#[test]
fn what_put_acknowledged_survives_a_kill() {
    let work = Work::new();
    work.file("in", numbered("a", 100_000));
    let mut random = random();
    let whole = std::fs::metadata(work.path("in")).expect("a file").len();
    let mut middle = 0;
    for round in 0..10 {
        let out = format!("out{round}");
        let enough = random.below(whole / 2);
        let mut run =
            work.shell(&format!("exec kymo queue put q{round} --batch 200 --flush 1ms --pass in > {out}")).start();
        run.comes_to("output", || std::fs::metadata(work.path(&out)).is_ok_and(|file| file.len() >= enough));
        std::thread::sleep(Duration::from_micros(random.below(5000)));
        drop(run);
        let passed = std::fs::read_to_string(work.path(&out)).unwrap_or_default();
        let passed = &passed[..passed.rfind('\n').map_or(0, |at| at + 1)];
        middle += u32::from(!passed.is_empty() && (passed.len() as u64) < whole);
        if !passed.is_empty() {
            assert!(export(&work, &format!("q{round}")).starts_with(passed), "round {round}");
        }
    }
    assert!(middle > 0, "it was always killed before its first commit or after its last");
}

/// As `kill.rs` has it for `store`: what the filters remember is in the queue, in one transaction with the records.
#[test]
fn a_pipeline_of_filters_into_a_queue_is_killed_and_goes_on() {
    let work = Work::new();
    let pipeline = |queue: &str| {
        format!(
            "run 'replay --speed 86400x EX/outages.ndjson | gapfill --every 1m --max-gap 4h | queue put {queue} --batch 40 --flush 5ms'"
        )
    };
    work.kymo(&pipeline("whole")).ok();
    let mut random = random();
    let mut middle = 0;
    for _ in 0..10 {
        // The file is read from its start each time.
        let before = depth(&work, "killed");
        let enough = before + random.below(1000);
        let mut run = work.kymo(&pipeline("killed")).start();
        let in_time = run.comes_to("records", || depth(&work, "killed") >= enough);
        drop(run);
        middle += u32::from(in_time && depth(&work, "killed") > before);
    }
    assert!(middle > 0, "it was never killed in the middle");
    work.kymo(&pipeline("killed")).ok();
    for queue in ["whole", "killed"] {
        work.kymo(&format!("run 'queue take {queue} --drain | store {queue}.db'")).ok();
    }
    // The file is read again from its start each time, so that its records are in the queue more than once: fills are not.
    let [whole, killed] = ["whole.db", "killed.db"].map(|db| work.kymo(&format!("query {db}")).ok());
    assert!(whole == killed && whole.lines().count() == 1440);
    let fills = Connection::open(work.path("killed.db")).expect("a database");
    let filled: i64 =
        fills.query_row("SELECT count(*) FROM readings WHERE filled", [], |row| row.get(0)).expect("a number");
    assert_eq!(filled, 273);
    let check = work.kymo("queue check killed --json").ok();
    assert!(check.contains("\"sound\":true"), "{check}");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=4m") else { return };
    let records = numbered("a", 100_000);
    put(&work, "", &records).ok();
    let run = "run 'queue take q --drain --max-inflight 2000 | queue put mounted/b'";
    work.kymo(run).end().code(74).tells("full");
    let left = stat(&work, "q")["records"].as_u64().expect("a number");
    assert!(left > 0 && left < 100_000, "{left}");
    disk.again("remount,size=256m");
    let there = stat(&work, "mounted/b")["records"].as_u64().expect("a number");
    assert!(there + left >= 100_000, "{there} there and {left} left");
    work.kymo(run).ok();
    let out = export(&work, "mounted/b");
    assert_eq!(out.lines().collect::<BTreeSet<_>>().len(), 100_000);
    let sound = work.kymo("queue check mounted/b --json").ok();
    assert!(sound.contains("\"sound\":true"), "{sound}");
}

#[test]
fn an_archive_on_a_full_disk_keeps_whole_lines() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=1m") else { return };
    work.file("in", numbered("a", 100_000));
    work.kymo("queue put q --batch 1000 --archive mounted/days in").end().code(74).tells("append to archive");
    let there = stat(&work, "q")["records"].as_u64().expect("a number");
    let text = || {
        let days = std::fs::read_dir(work.path("mounted/days")).expect("a folder");
        days.map(|day| std::fs::read_to_string(day.expect("an entry").path()).expect("a file")).collect::<String>()
    };
    let archived = text();
    assert!(archived.ends_with("}\n") && archived.lines().count() as u64 >= there && there > 0);
    assert!(archived.starts_with(&export(&work, "q")));
    disk.again("remount,size=64m");
}
