//! `sys-cat`, and the clock's grid, which `every` has too.

use crate::harness::Work;
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const MILLI: i64 = 1_000_000;

fn records(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// ns since 1970.
fn time(record: &Value) -> i64 {
    kymo::time::parse_rfc3339(record["time"].as_str().expect("a time").as_bytes()).expect("a time")
}

fn times(text: &str) -> Vec<i64> {
    records(text).iter().map(time).collect()
}

fn summary(stderr: &str) -> Value {
    serde_json::from_str(stderr.lines().last().expect("a line")).expect("a summary")
}

#[test]
fn a_record_has_what_the_help_says() {
    let work = Work::new();
    let found = records(&work.kymo("sys-cat --every 50ms -C 3").ok());
    assert_eq!(found.len(), 3);
    for record in &found {
        let number = |name: &str| record[name].as_f64().unwrap_or_else(|| panic!("no {name} in {record}"));
        assert!(time(record) % (50 * MILLI) == 0);
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        assert_eq!(record["device"], host);
        assert!(number("load1") >= 0.0 && number("load5") >= 0.0 && number("load15") >= 0.0);
        assert!(number("cpus") >= 1.0 && number("mem_total") > number("mem_available"));
        assert!(number("swap_total") >= number("swap_free"));
        let boot = record["boot_time"].as_str().expect("a time");
        let boot = kymo::time::parse_rfc3339(boot.as_bytes()).expect("a time");
        // The clock may have been set since, but not in this test.
        assert!(((time(record) - boot) / 1_000_000_000 - number("uptime") as i64).abs() < 600);
        assert!(record.get("warning").is_none());
    }
    let last = found.last().expect("a record");
    assert!((0.0..=100.0).contains(&last["cpu_percent"].as_f64().expect("a share")));
    let named = work.kymo("sys-cat --every 50ms --count 1 --device 'my \"station\"' --stamp received").ok();
    let named = &records(&named)[0];
    assert_eq!(named["device"], "my \"station\"");
    assert!(named["received"].is_string());
}

#[test]
fn what_is_asked_is_told() {
    let work = Work::new();
    let of = |what: &str| {
        let ended = work.kymo(&format!("sys-cat --every 50ms -C 2 --what {what}")).end().code(0);
        (records(&ended.stdout()), ended.stderr())
    };
    for (what, fields) in [
        ("load", "load1,load5,load15,cpus"),
        ("cpu", "cpus,cpu_percent"),
        ("memory", "mem_total,mem_available,swap_total,swap_free"),
        ("uptime", "boot_time,uptime"),
        ("uptime,load", "load1,load5,load15,cpus,boot_time,uptime"),
    ] {
        let (found, _) = of(what);
        let mut names: Vec<&str> = found[1].as_object().expect("an object").keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = ["time", "device"].into_iter().chain(fields.split(',')).collect();
        names.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(names, wanted, "{what}");
    }
    let (disks, _) = of("disk");
    let root = disks.iter().find(|record| record["disk"] == "/").expect("the root");
    assert!(root["disk_total"].as_u64() > root["disk_free"].as_u64());
    // What is not there is told, and no fault where there is something else.
    let (all, told) = of("all");
    for (field, what) in [("disk", "disk"), ("sensor", "temperature"), ("interface", "network")] {
        let there = all.iter().any(|record| record[field].is_string());
        assert_ne!(there, told.contains(&format!("this machine does not report {what}")), "{what}: {told}");
    }
    if let Some(interface) = all.iter().rfind(|record| record["interface"].is_string()) {
        for name in ["rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_rate", "tx_rate"] {
            assert!(interface[name].is_u64(), "{name} of {interface}");
        }
    }
    if !std::path::Path::new("/sys/class/hwmon").exists()
        && !std::path::Path::new("/sys/class/thermal/thermal_zone0").exists()
    {
        work.kymo("sys-cat --what temperature").end().code(74).tells("nothing of it is in /proc and /sys");
    }
    work.kymo("sys-cat --what disks").end().code(2).tells("disk");
}

#[test]
fn a_warning_is_told_when_it_begins_and_when_it_ends() {
    let work = Work::new();
    let uptime: f64 = std::fs::read_to_string("/proc/uptime")
        .expect("a text")
        .split(' ')
        .next()
        .expect("a number")
        .parse()
        .expect("a number");
    let until = uptime + 2.0;
    let words = format!(
        "sys-cat --every 100ms --for 5s --warn 'uptime<{until}' --warn 'load15>99999%' --warn 'cpus>=1' --log-level info"
    );
    let ended = work.kymo(&words).end().code(0);
    let told = ended.stderr();
    let begins = told.lines().filter(|line| line.contains(&format!("uptime<{until}: uptime is "))).count();
    let ends = told.lines().filter(|line| line.contains(&format!("uptime<{until} is over: uptime is "))).count();
    assert_eq!((begins, ends), (1, 1), "{told}");
    assert_eq!(told.matches("cpus>=1").count(), 1);
    assert!(!told.contains("load15"));
    let found = records(&ended.stdout());
    assert_eq!(found[0]["warning"], format!("uptime<{until}, cpus>=1"));
    assert_eq!(found.last().expect("a record")["warning"], "cpus>=1");
    let disk = work
        .kymo("sys-cat --every 50ms -C 1 --what disk --warn 'disk_free<=100%' --warn 'disk_total<1KiB'")
        .end()
        .code(0);
    assert!(disk.stderr().contains("disk_free<=100%: disk_free of / is "), "{}", disk.stderr());
    for (words, told) in [
        ("--warn 'load>4'", "unknown number `load`"),
        ("--warn 'load15=4'", "write it like load15>4"),
        ("--warn 'uptime>5%'", "a percentage of `uptime` means nothing"),
        ("--warn 'disk_free<1GiB'", "give --what disk too"),
        ("--what uptime --warn 'cpus>3'", "give --what load too"),
        ("--every 0s", "--every"),
        ("--align Mars", "`Mars` is not a time zone"),
        ("--align Mars", "or `start`"),
    ] {
        work.kymo(&format!("sys-cat -C 1 {words}")).end().code(2).tells(told);
    }
}

#[test]
fn a_thousand_ticks_on_a_busy_machine() {
    let over = Arc::new(AtomicBool::new(false));
    let spin = |_| {
        let over = Arc::clone(&over);
        std::thread::spawn(move || while !over.load(Ordering::Relaxed) {})
    };
    let busy: Vec<_> = (0..3).map(spin).collect();
    let ended = Work::new().kymo("sys-cat --every 5ms -C 1000 --what load --summary --log-level info").end().code(0);
    over.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().expect("an end"));
    let times = times(&ended.stdout());
    let counts = summary(&ended.stderr());
    assert_eq!(times.len(), 1000);
    assert!(times.iter().all(|time| time % (5 * MILLI) == 0), "one is off the grid");
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "one comes twice");
    let span = (times[999] - times[0]) / (5 * MILLI) + 1;
    let missed = counts["missed"].as_i64().expect("a number");
    // Those between the start and the first that was seen are told, and counted, too.
    let first = records(&ended.stdout())[0]["time"].as_str().expect("a time").to_owned();
    let told = ended.stderr();
    let before = told.lines().find(|line| line.ends_with(&format!(" before {first}")));
    let before = before.and_then(|line| line.split(' ').nth(2)?.parse::<i64>().ok()).unwrap_or(0);
    assert_eq!((counts["ticks"].as_i64(), 1000 + missed - before), (Some(1000), span), "seen and missed are all");
}

#[test]
fn the_grid_is_the_clocks_or_begins_at_the_start() {
    let work = Work::new();
    for align in ["", "--align local", "--align UTC", "--align Europe/Berlin", "--align +05:45"] {
        let times = times(&work.kymo(&format!("sys-cat --every 200ms --for 600ms {align}")).ok());
        // On a busy machine one can be missed.
        assert!((1..=3).contains(&times.len()), "{align}");
        assert!(times.iter().all(|time| time % (200 * MILLI) == 0), "{align} {times:?}");
    }
    let times = times(&work.kymo("sys-cat --every 100ms -C 3 --align start").ok());
    assert!(times.windows(2).all(|pair| pair[1] > pair[0] && (pair[1] - pair[0]) % (100 * MILLI) == 0), "{times:?}");
    assert!(times[0] % (100 * MILLI) != 0, "the start is where it is");
}

#[test]
fn signals_and_readers_that_go_away_end_it() {
    let work = Work::new();
    for (signal, code, by) in [(Signal::TERM, Some(0), None), (Signal::INT, None, Some(2))] {
        let run = work.kymo("sys-cat --every 20ms").start();
        run.line();
        run.signal(signal);
        let (_, _, status) = run.end();
        assert_eq!((status.code(), status.signal()), (code, by));
        // Also when the next tick is far away.
        let run = work.kymo("sys-cat --every 1000d --align start").start();
        run.line();
        run.signal(signal);
        assert_eq!(run.end().2.code(), code);
    }
    let run = work.shell("kymo sys-cat --every 20ms | head -1 | wc -l; echo ${PIPESTATUS[0]}").ok();
    assert_eq!(run, "1\n0\n");
}

#[test]
fn it_is_a_source_like_any_other() {
    let work = Work::new();
    work.shell("kymo sys-cat --every 50ms -C 3 | kymo store a.db").ok();
    assert_eq!(records(&work.kymo("query a.db").ok()).len(), 3);
    work.kymo("run 'sys-cat --every 50ms -C 3 --what all --device d | store b.db --by device,disk,sensor,interface'")
        .end()
        .code(0);
    let found = records(&work.kymo("query b.db").ok());
    assert!(found.len() >= 6 && found.iter().any(|record| record["disk"] == "/"));
    let drawn =
        work.shell("kymo sys-cat --every 50ms -C 3 | kymo map '{time, device, value: .load15}' | kymo plot x.svg");
    drawn.ok();
    assert!(work.read("x.svg").contains("<svg"));
}

#[test]
fn a_clock_that_is_set_doubles_no_tick_and_stops_none() {
    let work = Work::new();
    let hour = 3_600_000 * MILLI;
    work.file("clock", "+0s");
    let Some(run) = work.kymo_with_clock("sys-cat --every 100ms --what load --log-level info --summary") else {
        return;
    };
    let run = run.start();
    let next = || time(&serde_json::from_str(&run.line()).expect("a record"));
    let mut seen = vec![next(), next()];
    let mut step = |offset: &str, jumps: &dyn Fn(i64) -> bool| {
        work.file("clock", offset);
        let before = *seen.last().expect("a time");
        while !jumps(seen.last().expect("a time") - before) {
            assert!(seen.len() < 1000, "it did not see the clock set to {offset}");
            seen.push(next());
        }
    };
    step("+1h", &|step| step > hour / 2);
    run.told("ticks are missed before ");
    // Two seconds back: no tick for two seconds, then it goes on behind the last one.
    step("+3598s", &|step| step > 1000 * MILLI);
    run.told("the clock was set back by ");
    // A day back: what the clock showed was wrong.
    step("-1d", &|step| step < -hour);
    seen.push(next());
    let back = seen.windows(2).filter(|pair| pair[1] <= pair[0]).count();
    assert_eq!(back, 1, "only that step: {seen:?}");
    assert!(seen.iter().all(|time| time % (100 * MILLI) == 0));
    run.signal(Signal::TERM);
    let (_, stderr, _) = run.end();
    assert!(summary(&stderr)["missed"].as_i64().expect("a number") >= 35_000, "{stderr}");
}

#[test]
fn a_day_begins_at_midnight_where_the_station_is() {
    let work = Work::new();
    // A second before it is midnight in Berlin; the day that begins has 23 hours.
    work.file("clock", "@2024-03-30 22:59:59");
    let Some(run) = work.kymo_with_clock("sys-cat --every 1d -C 1 --what load --align Europe/Berlin") else { return };
    assert!(run.ok().starts_with("{\"time\":\"2024-03-30T23:00:00Z\","));
    // Where it is the system tells.
    work.file("clock", "@2024-03-31 23:59:59");
    let run = work.kymo_with_clock("sys-cat --every 1d -C 1 --what load").expect("it is there");
    assert!(run.env("TZ", "Europe/Berlin").ok().starts_with("{\"time\":\"2024-03-31T22:00:00Z\","));
}
