//! Units that run at times of the clock.

use super::Station;
use crate::harness::{Work, skip, until};
use std::process::Command;

#[test]
fn every_so_often_on_the_grid() {
    let station = Station::start(
        Work::new(),
        "tz = 'UTC'\n[program.tick]\nexec = ['sh', '-c', 'date +%s >> ticks']\nevery = '2s'\n",
    );
    let ticks = || std::fs::read_to_string(station.work.path("ticks")).unwrap_or_default();
    until("three ticks", || ticks().lines().count() >= 3);
    let unit = station.until_unit("tick", "is idle", |unit| unit["state"] == "idle");
    let next = unit["next"].as_str().expect("a time");
    assert!(
        next.ends_with("0Z")
            || next.ends_with("2Z")
            || next.ends_with("4Z")
            || next.ends_with("6Z")
            || next.ends_with("8Z"),
        "{next}"
    );
    station.end();
}

#[test]
fn a_run_that_was_missed_is_made_up_once() {
    let work = Work::new();
    work.file("s.toml.state", "{\"trim\": \"2024-01-01T00:00:00Z\"}\n");
    let file = "tz = 'UTC'\n[program.trim]\nexec = ['sh', '-c', 'echo x >> runs']\nevery = '1000d'\n\
                [program.daily]\nexec = ['sh', '-c', 'echo y >> runs']\nschedule = '00:00'\n";
    let mut station = Station::start(work, file);
    station.running().told("trim: was due while no supervisor ran: it runs now");
    until("a run", || station.work.path("runs").exists());
    station.until_unit("trim", "is idle again", |unit| unit["state"] == "idle" && unit["last_exit"]["code"] == 0);
    // One that is here for the first time has missed nothing; and what was made up is not made up again.
    station.running().signal(rustix::process::Signal::TERM);
    station.run.take().expect("it runs").end();
    station.again();
    assert_eq!(station.unit("trim")["state"], "idle");
    assert_eq!(station.work.read("runs"), "x\n");
    assert!(station.work.read("s.toml.state").contains("\"daily\": \"20"));
    station.end();
}

#[test]
fn a_damaged_memory_is_told_and_no_end() {
    let work = Work::new();
    work.file("x.state", "{\"tick\": ");
    let station = Station::start(work, "state = 'x.state'\n[program.tick]\nexec = ['true']\nevery = '1000h'\n");
    station.running().told("x.state is damaged");
    assert_eq!(station.unit("tick")["state"], "idle");
    station.end();
}

#[test]
fn one_that_still_runs_is_left_alone() {
    let station = Station::start(
        Work::new(),
        "tz = 'UTC'\n[program.slow]\nexec = ['sh', '-c', 'echo x >> runs; sleep 1000']\nevery = '1s'\n\
         [program.bad]\nexec = ['false']\nevery = '1s'\n",
    );
    station.running().told("slow: is due again but still runs: this run is skipped");
    assert_eq!(station.work.read("runs"), "x\n");
    station.until_unit("bad", "has failed, and goes on", |unit| {
        unit["last_exit"]["code"] == 1 && matches!(unit["state"].as_str(), Some("idle" | "running"))
    });
    station.end();
}

#[test]
fn a_daily_run_is_at_that_time_there() {
    let station =
        Station::start(Work::new(), "tz = 'Asia/Kolkata'\n[program.a]\nexec = ['true']\nschedule = '00:00'\n");
    let next = station.unit("a")["next"].as_str().expect("a time").to_owned();
    assert!(next.ends_with("T18:30:00Z"), "{next}");
    station.end();
}

/// A machine whose folder of zones is empty, so that its `/etc/localtime` leads nowhere: local is UTC, and a station runs.
#[test]
fn without_zone_files_local_is_utc() {
    let work = Work::new();
    let bare = |words: &str| {
        let hide = "mount -t tmpfs none /usr/share/zoneinfo && mount -t tmpfs none /etc/zoneinfo 2>/dev/null";
        work.shell(&format!("unset TZ; exec unshare -m sh -c '({hide}; true) && exec {words}'"))
    };
    let may = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "none", "/usr/share/zoneinfo"]).output();
    if !may.is_ok_and(|done| done.status.success()) {
        return skip("no file system can be mounted over the zones");
    }
    let noon = "{\"time\":\"2023-10-11T12:00:00Z\",\"value\":1}\n";
    let filled = bare("kymo gapfill --every 6h --since midnight").stdin(noon).ok();
    assert!(filled.starts_with("{\"time\":\"2023-10-11T00:00:00Z\""), "{filled}");
    // A zone that is named comes from kymo itself.
    let filled = bare("kymo gapfill --every 6h --since midnight --tz Europe/Berlin").stdin(noon).ok();
    assert!(filled.starts_with("{\"time\":\"2023-10-10T22:00:00Z\""), "{filled}");
    work.file("s.toml", "[program.a]\nexec = ['touch', 'done']\nrestart = 'never'\n");
    bare("kymo supervise s.toml").ok();
    assert!(work.path("done").exists());
    work.file("s.toml", "[program.a]\nexec = ['true']\nschedule = '00:00'\n");
    assert!(bare("kymo supervise s.toml --check").ok().contains("a each day at 00:00"));
}
