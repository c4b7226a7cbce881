//! How units end: in order, by force, and when the supervisor or a keeper is killed. The vectors `lifecycle` and `cli_runs` of the
//! framework that kymo replaces are named where they are answered.

use super::{Station, kill, lives, number_in};
use crate::harness::{Work, until};
use rustix::process::{Signal, kill_process};

/// A program that hears no TERM.
const DEAF: &str = "trap \"\" TERM; echo $$ > deaf; while :; do sleep 0.1; done";

#[test]
fn term_ends_all_in_order_and_with_success() {
    // «procedure exits on SIGTERM»
    let station = Station::start(
        Work::new(),
        "[pipeline.put]\nrun = 'simulate --rate 50 | queue put q'\n[pipeline.take]\nrun = 'queue take q | store x.db'\n\
         [program.p]\nexec = ['sh', '-c', 'trap \"sleep 0.3; echo over > over; exit 0\" TERM; echo up > up; while :; do sleep 0.05; done']\n",
    );
    let pids = [station.pid("put"), station.pid("take"), station.pid("p")];
    station.until_unit("take", "keeps records", |unit| unit["out"].as_u64() > Some(0));
    until("p is up", || station.work.path("up").exists());
    let run = station.run.as_ref().expect("it runs");
    run.signal(Signal::TERM);
    until("all are gone", || !pids.iter().any(|&pid| lives(pid)));
    until("over", || station.work.path("over").exists());
    let mut station = station;
    let (_, told, status) = station.run.take().expect("it ran").end();
    assert_eq!(status.code(), Some(0), "{told}");
    // Nothing that was put is lost: it is in the database, or waits in the queue.
    station.work.kymo("supervise status --file s.toml").end().code(1).tells("no supervisor runs for s.toml");
}

#[test]
fn one_that_hears_no_term_is_killed_after_its_grace() {
    // «procedure ignores SIGTERM», «backend ignores the event»: 30 s and 16 s there
    let mut station = Station::start(
        Work::new(),
        &format!("[program.deaf]\nexec = ['sh', '-c', '{DEAF}']\ngrace = '200ms'\ndrain = '100ms'\n"),
    );
    let deaf = number_in(&station.work, "deaf");
    station.work.kymo("supervise stop --file s.toml").ok();
    assert!(!lives(deaf));
    let (_, told, status) = station.run.take().expect("it ran").end();
    assert_eq!(status.code(), Some(0), "{told}");
}

#[test]
fn a_second_interrupt_kills_at_once() {
    let mut station =
        Station::start(Work::new(), &format!("[program.deaf]\nexec = ['sh', '-c', '{DEAF}']\ngrace = '1h'\n"));
    let deaf = number_in(&station.work, "deaf");
    let run = station.run.take().expect("it runs");
    run.signal(Signal::INT);
    run.told("ends its units");
    run.signal(Signal::INT);
    let (_, told, status) = run.end();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2), "{told}");
    assert!(!lives(deaf));
}

#[test]
fn nothing_outlives_a_supervisor_that_is_killed() {
    // A pipeline, a program with children, one that hears no TERM, and one that leaves its group.
    let script = "setsid sh -c \"echo \\$\\$ > away; exec sleep 1000\" & sleep 1000 & echo $! > child; wait";
    let mut station = Station::start(
        Work::new(),
        &format!(
            "[pipeline.a]\nrun = 'simulate --rate 50 | store x.db'\n[program.b]\nexec = ['sh', '-c', '{script}']\n\
             [program.deaf]\nexec = ['sh', '-c', '{DEAF}']\ngrace = '200ms'\n"
        ),
    );
    let mut pids = vec![station.pid("a"), station.pid("b"), station.pid("deaf")];
    pids.extend(["away", "child", "deaf"].map(|file| number_in(&station.work, file)));
    station.running().signal(Signal::KILL);
    until("all are gone", || !pids.iter().any(|&pid| lives(pid)));
    // The next one starts at once, and there is no lock left over.
    station.again();
    assert!(!pids.contains(&station.pid("b")));
    station.end();
}

#[test]
fn the_next_supervisor_waits_for_what_a_killed_one_left() {
    let script = "trap \"sleep 1; echo one >> order; exit\" TERM; echo start >> order; echo up > up; while :; do sleep 0.05; done";
    let mut station = Station::start(Work::new(), &format!("[program.a]\nexec = ['sh', '-c', '{script}']\n"));
    until("up", || station.work.path("up").exists());
    station.running().signal(Signal::KILL);
    station.again();
    station.pid("a");
    until("the second", || station.work.read("order").lines().count() == 3);
    assert_eq!(station.work.read("order"), "start\none\nstart\n");
    station.end();
}

#[test]
fn a_keeper_that_is_killed_leaves_nothing_and_is_replaced() {
    let station = Station::start(
        Work::new(),
        &format!("[program.deaf]\nexec = ['sh', '-c', '{DEAF}']\ngrace = '200ms'\nbackoff = '50ms'\n"),
    );
    let deaf = number_in(&station.work, "deaf");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", deaf.as_raw_pid())).expect("it lives");
    let keeper = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok()).expect("a parent");
    kill(super::pid(keeper));
    station.until_unit("deaf", "is another", |unit| {
        unit["restarts"] == 1 && unit["state"] == "running" && unit["pid"].is_i64()
    });
    assert!(!lives(deaf));
    station.end();
}

#[test]
fn one_supervisor_a_file() {
    // `cli_runs`: «run.py while locked»; and a lock that is left over stops nobody (its file stays, see above).
    let station = Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\n");
    let told = station.work.kymo("supervise s.toml").end().code(75).stderr();
    assert!(told.contains("s.toml is supervised already, by pid "), "{told}");
    // By another name of the same file as well; another file is another station.
    std::os::unix::fs::symlink("s.toml", station.work.path("link.toml")).expect("a link");
    station.work.kymo("supervise link.toml").end().code(75);
    station.work.kymo("supervise is-running --file link.toml").ok();
    station.work.file("other.toml", "[program.a]\nexec = ['true']\nrestart = 'never'\n");
    station.work.kymo("supervise other.toml").ok();
    station.end();
}

#[test]
fn is_running_says_it_by_its_exit_status() {
    // `cli_runs`: always 0 there
    let station = Station::start(
        Work::new(),
        "[program.a]\nexec = ['sleep', '1000']\n[program.over]\nexec = ['true']\nrestart = 'never'\n\
         [program.later]\nexec = ['true']\nevery = '1000h'\n",
    );
    station.pid("a");
    station.until_unit("over", "is over", |unit| unit["state"] == "over");
    for (names, code) in [("", 0), ("a", 0), ("later", 0), ("over", 1), ("a over", 1), ("a later", 0)] {
        station.work.kymo(&format!("supervise is-running --file s.toml {names}")).end().code(code);
    }
    station
        .work
        .kymo("supervise is-running --file s.toml aa")
        .end()
        .code(2)
        .tells("there is no unit aa: did you mean a?");
    let work = Work::new();
    work.file("s.toml", "[program.a]\nexec = ['true']\n");
    work.kymo("supervise is-running --file s.toml").end().code(1);
    work.kymo("supervise is-running --file none.toml").end().code(1);
    station.end();
}

#[test]
fn a_unit_is_stopped_and_started_by_name() {
    // `cli_runs`: stop and restart hit every process there, the sender too, without a drain
    let station =
        Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\n[program.b]\nexec = ['sleep', '1000']\n");
    let (a, b) = (station.pid("a"), station.pid("b"));
    station.work.kymo("supervise stop --file s.toml a").ok();
    assert!(!lives(a) && lives(b));
    assert_eq!(station.unit("a")["state"], "stopped");
    station.work.kymo("supervise restart --file s.toml a").ok();
    assert_ne!(station.pid("a"), a);
    station.work.kymo("supervise restart --file s.toml").ok();
    assert_ne!(station.pid("b"), b);
    assert!(!lives(b));
    station.work.kymo("supervise stop --file s.toml c").end().code(2).tells("there is no unit c");
    station.end();
}

#[test]
fn what_is_not_there_can_be_stopped_but_not_restarted() {
    let work = Work::new();
    work.file("s.toml", "[program.a]\nexec = ['true']\n");
    work.kymo("supervise stop --file s.toml").ok();
    work.kymo("supervise restart --file s.toml").end().code(1).tells("no supervisor runs for s.toml");
}

#[test]
fn a_pipeline_drains_when_it_is_told_to_end() {
    // The fault there: a stop signal killed the backend without draining.
    let mut station = Station::start(
        Work::new(),
        "[pipeline.a]\nrun = 'tcp-listen 127.0.0.1:0 --lines ndjson | store x.db --flush 1h --batch 100000'\n",
    );
    let line = station.running().told("tcp-listen: listen");
    let port: u16 = line.rsplit(':').next().and_then(|port| port.trim().parse().ok()).expect("a port");
    let mut client = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a listener");
    for n in 0..1000 {
        use std::io::Write as _;
        writeln!(client, "{{\"time\":{n},\"value\":1}}").expect("sent");
    }
    station.until_unit("a", "has them", |unit| unit["in"] == 1000);
    station.work.kymo("supervise stop --file s.toml").ok();
    station.run.take();
    assert_eq!(station.work.kymo("query x.db").ok().lines().count(), 1000);
}

#[test]
fn a_stopped_process_is_ended_too() {
    let mut station = Station::start(Work::new(), "[program.a]\nexec = ['sleep', '1000']\ngrace = '1h'\n");
    let a = station.pid("a");
    kill_process(a, Signal::STOP).expect("it lives");
    station.work.kymo("supervise stop --file s.toml").ok();
    assert!(!lives(a));
    station.run.take();
}
