//! HUP: what has changed is started anew; a file with a fault changes nothing.

use super::{Station, lives};
use crate::harness::{Work, until};
use rustix::process::Signal;

const TWO: &str = "[program.a]\nexec = ['sleep', '1000']\n[program.b]\nexec = ['sleep', '1001']\n";

fn hup(station: &Station, file: &str) {
    station.work.file("s.toml", file);
    station.running().signal(Signal::HUP);
}

#[test]
fn only_what_has_changed_is_started_anew() {
    let station = Station::start(Work::new(), TWO);
    let (a, b) = (station.pid("a"), station.pid("b"));
    hup(&station, &TWO.replace("1001", "1002"));
    station
        .until_unit("b", "is another", |unit| unit["pid"].as_i64().is_some_and(|pid| pid != i64::from(b.as_raw_pid())));
    assert_eq!(station.pid("a"), a);
    assert!(lives(a) && !lives(b));
    // One that is new starts, one that is gone ends.
    hup(&station, "[program.a]\nexec = ['sleep', '1000']\n[program.c]\nexec = ['sleep', '1003']\n");
    station.until("c, and no b", |status| {
        status["units"].as_array().is_some_and(|units| units.len() == 2 && units[1]["name"] == "c")
    });
    assert_eq!(station.pid("a"), a);
    let c = station.pid("c");
    // Keys that say how it is kept count as well.
    hup(&station, "[program.a]\nexec = ['sleep', '1000']\ngrace = '1s'\n[program.c]\nexec = ['sleep', '1003']\n");
    station
        .until_unit("a", "is another", |unit| unit["pid"].as_i64().is_some_and(|pid| pid != i64::from(a.as_raw_pid())));
    assert_eq!(station.pid("c"), c);
    station.end();
}

#[test]
fn a_file_with_a_fault_keeps_the_old_one_running() {
    // The fault there: one bad configuration made a node mute.
    let station = Station::start(Work::new(), TWO);
    let (a, b) = (station.pid("a"), station.pid("b"));
    for bad in ["[program.a]\nexec = ['sleep', '5']\nexce = 1\n", "garbage", "", "[program.a]\nexec = ['\u{0}']"] {
        hup(&station, bad);
        station.running().told("s.toml: everything continues as before");
        let status = station.until("a fault", |status| status["config_fault"].is_string());
        assert!(status["config_fault"].as_str().is_some_and(|fault| fault.contains("s.toml:")), "{status}");
    }
    assert_eq!((station.pid("a"), station.pid("b")), (a, b));
    let table = station.work.kymo("supervise status --file s.toml").ok();
    assert!(table.contains("the file was changed and cannot be used; everything continues as before:"), "{table}");
    std::fs::remove_file(station.work.path("s.toml")).expect("it was there");
    station.running().signal(Signal::HUP);
    station.running().told("everything continues as before");
    // A good one is taken.
    hup(&station, TWO);
    station.until("no fault", |status| status["config_fault"].is_null());
    assert_eq!((station.pid("a"), station.pid("b")), (a, b));
    station.end();
}

#[test]
fn an_environment_file_that_has_changed_counts() {
    let work = Work::new();
    work.file("e.env", "X=1\n");
    let file = "[program.a]\nexec = ['sh', '-c', 'echo $X >> seen; sleep 1000']\nenv_file = 'e.env'\n";
    let station = Station::start(work, file);
    until("1", || std::fs::read_to_string(station.work.path("seen")).is_ok_and(|text| text == "1\n"));
    station.work.file("e.env", "X=2\n");
    station.running().signal(Signal::HUP);
    until("2", || station.work.read("seen") == "1\n2\n");
    station.end();
}
