//! When it runs: again and again, at a time of day, once for a run that was missed.

use super::*;

on_each_engine![it_stays_and_repeats, a_missed_run_is_made_up_once];

fn it_stays_and_repeats(engine: Engine) {
    for align in ["", "--align start", "--align Europe/Berlin"] {
        repeats(engine, align);
    }
}

fn repeats(engine: Engine, align: &str) {
    let db = engine.database();
    db.store("", seconds(10));
    let run = db.kymo(&format!("trim {} --max-rows 5 --every 50ms {align} --json", db.target())).start();
    assert!(run.line().contains("\"deleted\":5"));
    db.store("", "{\"time\":\"2025-01-01T00:00:00Z\",\"value\":1}\n");
    let end = Instant::now() + PATIENCE;
    while !run.line().contains("\"deleted\":1,") {
        assert!(Instant::now() < end, "no second run");
    }
    run.signal(Signal::INT);
    let (_, _, status) = run.end();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
    assert_eq!(db.query("").len(), 5);
}

/// At a time of day: not at once when it starts for the first time; a missed run once, if it is not too old.
fn a_missed_run_is_made_up_once(engine: Engine) {
    let db = engine.database();
    db.store("", seconds(10));
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let hours_ago = |hours: i64| {
        let now = clock.as_nanos() as i64;
        db.execute(&format!("INSERT INTO kymo_trim VALUES ('readings', {})", now - hours * 3_600_000_000_000));
    };
    // Twelve hours away from now, whenever this test runs: the run of the day was missed if the last was a day ago.
    let at = (clock.as_secs() / 3600 + 12) % 24;
    for (last, catch_up, runs) in
        [(None, "24h", false), (Some(30), "24h", true), (Some(30), "1h", false), (Some(1), "24h", false)]
    {
        db.store("", seconds(10));
        db.execute("DELETE FROM kymo_trim");
        last.into_iter().for_each(hours_ago);
        let run =
            db.kymo(&format!("trim {} --max-rows 0 --at {at:02}:00 --catch-up {catch_up} --json", db.target())).start();
        if runs {
            assert!(run.line().contains("\"deleted\":10"));
        } else {
            run.hears();
            std::thread::sleep(Duration::from_millis(300));
        }
        run.signal(Signal::TERM);
        let (out, _, status) = run.end();
        assert!(status.success() && out.is_empty(), "{last:?} {catch_up}: {out}");
        assert_eq!(db.query("").len(), if runs { 0 } else { 10 }, "{last:?} {catch_up}");
    }
}

/// The rows of a trim that waits for a time of day on a database in which it never ran.
fn trims_at(run: crate::harness::Run, work: &Work) {
    let mut run = run.start();
    run.told("the next run is at ");
    run.comes_to("a trimmed database", || work.kymo("query d.db").end().stdout().is_empty());
    run.signal(Signal::TERM);
    assert!(run.end().2.success());
}

/// `--at` on a new database (K25): by a clock that is set.
#[test]
fn the_first_run_at_a_time_of_day_takes_place() {
    let work = Work::new();
    work.kymo("store d.db").stdin("{\"time\":1,\"value\":1}\n").ok();
    work.file("clock", "@2024-04-27 01:59:57");
    let words = "trim d.db --keep 1d --at 02:00 --log-level info";
    let Some(run) = work.kymo_with_clock(words) else { return };
    trims_at(run, &work);
    // Once a day; a clock that is put forward is noticed.
    work.kymo("store d.db").stdin("{\"time\":1,\"value\":1}\n").ok();
    work.file("clock", "@2024-04-27 03:00:00");
    let mut run = work.kymo_with_clock("trim d.db --keep 1d --at 02:00 --log-level info").expect("it is there").start();
    run.told("the next run is at 2024-04-28 02:00:00.000+00:00");
    work.file("clock", "@2024-04-28 01:59:58");
    run.comes_to("a trimmed database", || work.kymo("query d.db").end().stdout().is_empty());
    run.told("the next run is at 2024-04-29 02:00:00.000+00:00");
    run.signal(Signal::TERM);
    drop(run.end());
}

/// `--at` in real time (K25), for `make soak`: it takes up to two minutes.
#[test]
#[ignore = "waits for the clock"]
fn the_first_run_at_a_time_of_day_takes_place_in_real_time() {
    let work = Work::new();
    work.kymo("store d.db").stdin("{\"time\":1,\"value\":1}\n").ok();
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let minute = clock.as_secs() / 60 + 1 + u64::from(clock.as_secs() % 60 > 50);
    let at = format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let run = work.kymo(&format!("trim d.db --keep 1d --tz UTC --at {at} --log-level info")).start();
    run.told("the next run is at ");
    let end = Instant::now() + 3 * PATIENCE;
    while !work.kymo("query d.db").end().stdout().is_empty() {
        assert!(Instant::now() < end, "it did not run at {at}");
        std::thread::sleep(Duration::from_secs(1));
    }
    run.signal(Signal::TERM);
    drop(run.end());
}
