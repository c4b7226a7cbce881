//! A whole station, to which everything happens at once: units, keepers, the supervisor and the broker are killed, the file is
//! broken, the disk fills. Each record that was queued arrives, once; nothing is left running; the status tells the truth throughout.

use super::{Station, lives, pid};
use crate::faults::Mounted;
use crate::harness::{PATIENCE, Work, free_port, random, until};
use crate::mqtt::broker::Broker;
use crate::mqtt::proxy::{Fate, Proxy, Way};
use crate::mqtt::rows;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// What the broker does when it is killed is not kymo's. It saves whatever changes; but not before it says that it has it. So
/// it gets nothing as long as nobody is there to whom it hands on what it gets before it says so.
const BROKER: &str = "autosave_on_changes true\nautosave_interval 1\nmax_inflight_messages 200";

/// The packets of MQTT that are waited for.
const CONNACK: u8 = 2;
const PUBLISH: u8 = 3;

#[test]
fn a_station_to_which_everything_happens_loses_nothing() {
    disasters(Duration::from_secs(12));
}

#[test]
#[ignore = "ten minutes: make soak"]
fn a_station_to_which_everything_happens_for_ten_minutes() {
    disasters(Duration::from_secs(600));
}

fn disasters(length: Duration) {
    let Some(mut broker) = Broker::start(BROKER) else { return };
    let work = Work::new();
    // Without a file system of its own the rest is tried, and that is told.
    let disk = Mounted::at(work.path("disk"), "size=24m");
    let mut random = random();
    let port = free_port();
    let outside = work.shell(&format!("kymo simulate --rate 20 --devices 2 | kymo serve 127.0.0.1:{port}")).start();
    outside.told("listening");
    let watch = Work::new();
    watch.kymo(&format!("mqtt-cat {} --id seen --init-session -t station/#", broker.url())).ok();
    let is_watched = Arc::new(AtomicBool::new(false));
    let connected = Arc::clone(&is_watched);
    let to_watch = Proxy::start(broker.port, move |_, way, bytes| {
        if way == Way::ToClient && bytes[0] >> 4 == CONNACK {
            connected.store(true, SeqCst);
        }
        Fate::Pass
    });
    let watched = Arc::clone(&is_watched);
    let to_send = Proxy::start(broker.port, move |_, way, bytes| {
        while way == Way::ToBroker && bytes[0] >> 4 == PUBLISH && !watched.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Fate::Pass
    });
    let seen =
        format!("run 'mqtt-cat {} --id seen -t station/# --no-topic --max-backoff 1s | store seen.db'", to_watch.url());
    let seen = watch.kymo(&seen).start();
    let file = format!(
        "[pipeline.health]\nrun = 'sys-cat --every 100ms | queue put disk/q'\nbackoff = '500ms'\n\
         [pipeline.send]\nrun = 'queue take disk/q | mqtt-pub {} -t station/health --rejects bad.ndjson --max-backoff 1s'\nbackoff = '500ms'\ngrace = '5s'\n\
         [pipeline.weather]\nrun = 'wss-cat ws://127.0.0.1:{port}/ws --max-backoff 1s | store disk/w.db --by device,unit'\nbackoff = '500ms'\nstall = '20s'\n\
         [program.trim]\nexec = ['kymo', 'trim', 'disk/w.db', '--keep', '10m']\nevery = '2s'\n",
        to_send.url()
    );
    let mut station = Station::start(work, &file);
    let end = Instant::now() + length;
    let mut done = [0_u32; 6];
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(200 + random.below(1300)));
        let what = random.below(6) as usize;
        done[what] += 1;
        match what {
            0 | 1 => kill_one(&station, what == 1, &mut random),
            2 => {
                station.running().signal(Signal::KILL);
                station.again();
            }
            3 => {
                is_watched.store(false, SeqCst);
                broker.kill();
                std::thread::sleep(Duration::from_millis(random.below(2000)));
                broker.restart();
            }
            4 => {
                station.work.file("s.toml", file.replace("backoff", "bakcoff"));
                station.running().signal(Signal::HUP);
                station.until("a fault", |status| status["config_fault"].is_string());
                station.work.file("s.toml", &file);
                station.running().signal(Signal::HUP);
                station.until("no fault", |status| status["config_fault"].is_null());
            }
            _ => {
                if disk.is_some() {
                    fill(&station.work.path("disk/full"));
                    std::thread::sleep(Duration::from_millis(random.below(2000)));
                    fs::remove_file(station.work.path("disk/full")).expect("it is there");
                }
            }
        }
        tells_the_truth(&station);
    }
    // The end: no more is queued, what is there is sent.
    station.work.kymo("supervise stop --file s.toml health").ok();
    let stat = || {
        serde_json::from_str::<Value>(&station.work.kymo("queue stat disk/q --json").end().stdout()).unwrap_or_default()
    };
    until("the queue is empty", || stat()["records"] == 0);
    let queued = stat()["put"].as_i64().expect("a number");
    assert!(queued > 5, "{done:?}: {queued}");
    let end = Instant::now() + PATIENCE;
    while rows(&watch, "seen.db", "readings") < queued {
        let (found, stat) = (rows(&watch, "seen.db", "readings"), stat());
        let bad = [&station.work, &watch].map(|work| fs::read_to_string(work.path("bad.ndjson")).unwrap_or_default());
        assert!(
            Instant::now() < end,
            "{found} of {queued} have arrived: {done:?} {stat} {bad:?} {}",
            broker.log().len()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    station.work.kymo("supervise stop --file s.toml").ok();
    let (_, told, status) = station.run.take().expect("it ran").end();
    assert_eq!(status.code(), Some(0), "{told}");
    assert_eq!(rows(&watch, "seen.db", "readings"), queued, "{done:?}");
    assert!(rows(&station.work, "disk/w.db", "readings") > 0);
    is_watched.store(true, SeqCst);
    drop(seen);
    drop(outside);
    until("nothing is left running", || in_folder(&station.work.path("")).is_empty());
}

/// Kills the process of a random unit, or its keeper, if it has one at the moment.
fn kill_one(station: &Station, keeper: bool, random: &mut crate::harness::Random) {
    let Some(status) = station.status() else { return };
    let pids: Vec<i64> =
        status["units"].as_array().into_iter().flatten().filter_map(|unit| unit["pid"].as_i64()).collect();
    if pids.is_empty() {
        return;
    }
    let victim = pid(pids[random.below(pids.len() as u64) as usize]);
    let victim = if keeper { parent(victim) } else { Some(victim) };
    if let Some(victim) = victim.filter(|victim| u32::try_from(victim.as_raw_pid()) != Ok(station.running().child.id()))
    {
        let _ = kill_process(victim, Signal::KILL);
    }
}

fn parent(pid: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).ok()?;
    let number: i64 = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
    // Its keeper is gone: what it has now is a reaper.
    let words = fs::read_to_string(format!("/proc/{number}/cmdline")).ok()?;
    words.contains("keep").then(|| super::pid(number))
}

/// Writes until nothing more fits.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = fs::File::create(path).expect("a file");
    let block = vec![0; 64 << 10];
    while file.write_all(&block).is_ok() {}
    while file.write_all(&[0]).is_ok() {}
}

/// Whoever is told as running runs, and is what it is told to be.
fn tells_the_truth(station: &Station) {
    let end = Instant::now() + PATIENCE;
    loop {
        let status = station.until("an answer", |_| true);
        let wrong = status["units"].as_array().into_iter().flatten().find(|unit| {
            let Some(number) = unit["pid"].as_i64() else {
                return unit["state"] == "running" && unit["uptime_s"].as_i64() > Some(2);
            };
            let words = fs::read_to_string(format!("/proc/{number}/cmdline")).unwrap_or_default();
            let name = unit["name"].as_str().unwrap_or_default();
            !lives(pid(number)) || !words.contains(name)
        });
        match wrong {
            None => return,
            // It has ended since it was asked about.
            Some(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
            Some(unit) => panic!("not true: {unit}"),
        }
    }
}

/// The processes whose folder this is.
fn in_folder(folder: &Path) -> Vec<String> {
    let folder = fs::canonicalize(folder).expect("a folder");
    let own = std::process::id().to_string();
    let entries = fs::read_dir("/proc").expect("processes").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| *name != own);
    pids.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))).collect()
}
