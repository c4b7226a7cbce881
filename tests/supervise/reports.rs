//! What goes through units, and what follows from that; what systemd is told.

use super::Station;
use crate::harness::{Work, until};
use rustix::process::{Signal, kill_process};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

#[test]
fn counts_are_those_of_the_pipeline() {
    let work = Work::new();
    work.file("in.ndjson", "{\"time\":1,\"value\":1}\n{\"time\":2,\"value\":2}\ngarbage\n{\"time\":3,\"value\":3}\n");
    let station = Station::start(
        work,
        "[pipeline.a]\nrun = 'replay --speed max in.ndjson | store x.db --rejects r.ndjson'\nrestart = 'never'\n\
         [program.stay]\nexec = ['sleep', '1000']\n",
    );
    let unit = station.until_unit("a", "is over", |unit| unit["state"] == "over");
    assert_eq!(
        (&unit["out"], &unit["rejected"], &unit["last_exit"]["code"]),
        (&3.into(), &1.into(), &1.into()),
        "{unit}"
    );
    assert!(unit["last_record"].is_string() && unit["lag_s"].is_i64());
}

#[test]
fn counts_go_on_over_restarts_and_the_table_shows_them() {
    let station =
        Station::start(Work::new(), "[pipeline.a]\nrun = 'simulate --rate 20 | store x.db'\nbackoff = ['10ms']\n");
    let before = station.until_unit("a", "counts", |unit| unit["out"].as_u64() > Some(10))["out"].as_u64();
    super::kill(station.pid("a"));
    station.until_unit("a", "counts on", |unit| unit["restarts"] == 1 && unit["out"].as_u64() > before);
    let table = station.work.kymo("supervise status --file s.toml").ok();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("s.toml: pid ") && lines[1].starts_with("unit  state"), "{table}");
    assert!(lines[2].starts_with("a     running") && lines[2].contains("signal 9"), "{table}");
    station.end();
}

#[test]
fn nothing_goes_through_and_it_is_started_again() {
    let station = Station::start(
        Work::new(),
        "[pipeline.a]\nrun = 'tcp-listen 127.0.0.1:0 | store x.db'\nstall = '3s'\nbackoff = ['10ms']\n",
    );
    station.running().told("a: no record passed for 3s: it is ended and started again");
    let unit = station.until_unit("a", "is there again", |unit| unit["restarts"].as_u64() > Some(0));
    assert_eq!(unit["last_exit"]["why"], "no record passed for 3s");
    station.end();
}

#[test]
fn a_pipeline_that_hangs_is_started_again() {
    let station = Station::start(
        Work::new(),
        "[pipeline.a]\nrun = 'simulate --rate 20 | store x.db'\nstall = '3s'\ngrace = '100ms'\nbackoff = ['10ms']\n",
    );
    let a = station.pid("a");
    station.until_unit("a", "counts", |unit| unit["out"].as_u64() > Some(0));
    kill_process(a, Signal::STOP).expect("it lives");
    station.until_unit("a", "is another", |unit| {
        unit["state"] == "running" && unit["pid"].as_i64().is_some_and(|pid| pid != i64::from(a.as_raw_pid()))
    });
    station.end();
}

#[test]
fn one_that_takes_too_much_memory_is_started_again() {
    let station = Station::start(
        Work::new(),
        "[program.a]\nexec = ['sh', '-c', 'x=$(head -c 60000000 /dev/zero | tr \"\\\\0\" x); sleep 1000']\nmax_rss = '30MiB'\nbackoff = ['1h']\n",
    );
    let told = station.running().told("of memory: it is ended and started again");
    assert!(told.contains("a: it uses "), "{told}");
    station.until_unit("a", "waits", |unit| unit["state"] == "backoff");
    station.end();
}

#[test]
fn systemd_is_told() {
    let work = Work::new();
    let socket = UnixDatagram::bind(work.path("notify")).expect("a socket");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    let next = |what: &str| {
        let mut bytes = [0; 4096];
        loop {
            let n = match socket.recv(&mut bytes) {
                Err(why) if why.kind() == std::io::ErrorKind::Interrupted => continue,
                received => received.unwrap_or_else(|e| panic!("{what}: {e}")),
            };
            let text = String::from_utf8_lossy(&bytes[..n]).into_owned();
            if text.lines().any(|line| line.starts_with(what)) {
                return text;
            }
        }
    };
    work.file("s.toml", "[program.a]\nexec = ['sleep', '1000']\n[pipeline.b]\nrun = 'simulate | store x.db'\n");
    let path = work.path("notify").display().to_string();
    let run = work.kymo("supervise s.toml").env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "400000").start();
    next("READY=1");
    next("WATCHDOG=1");
    next("WATCHDOG=1");
    run.signal(Signal::HUP);
    assert!(next("RELOADING=1").contains("MONOTONIC_USEC="));
    next("READY=1");
    run.signal(Signal::TERM);
    next("STOPPING=1");
    assert_eq!(run.end().2.code(), Some(0));
}

#[test]
fn twenty_units_that_do_nothing_cost_nothing() {
    let units = (0..20).map(|n| format!("[program.u{n}]\nexec = ['sleep', '1000']\n")).collect::<String>();
    let station = Station::start(Work::new(), &units);
    station.until("all run", |status| {
        status["units"].as_array().is_some_and(|units| units.iter().all(|u| u["state"] == "running"))
    });
    let status = std::fs::read_to_string(format!("/proc/{}/status", station.running().child.id())).expect("it lives");
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    // Of a debug build a large part is its code.
    assert!(rss.is_some_and(|kib| kib < if cfg!(debug_assertions) { 20 } else { 10 } * 1024), "{rss:?} KiB");
    station.end();
}

#[test]
fn whoever_connects_and_says_nothing_or_garbage_disturbs_nobody() {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixStream;
    let station = Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\n");
    let number = station.running().child.id();
    let sockets = std::fs::read_to_string("/proc/net/unix").expect("sockets");
    let path = std::fs::canonicalize(station.work.path("s.toml")).expect("a path");
    let hash = path
        .to_string_lossy()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let name = format!("supervise-s-{}.sock", &format!("{hash:016x}")[..12]);
    let place = sockets.lines().find_map(|line| line.split(' ').next_back().filter(|path| path.ends_with(&name)));
    let place = place.unwrap_or_else(|| panic!("no socket {name} of {number}"));
    let silent: Vec<UnixStream> = (0..10).map(|_| UnixStream::connect(place).expect("it listens")).collect();
    let mut loud = UnixStream::connect(place).expect("it listens");
    loud.write_all(b"{\"do\":\"dance\"}\n").expect("sent");
    let mut answer = String::new();
    loud.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("no such request"), "{answer}");
    let mut endless = UnixStream::connect(place).expect("it listens");
    let _ = endless.write_all(&vec![b'x'; 200_000]);
    assert_eq!(station.unit("a")["state"], "running");
    until("still there", || station.unit("a")["state"] == "running");
    drop(silent);
    station.end();
}
