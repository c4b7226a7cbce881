//! Servers of time series, from Debian's packages.

use super::*;
use crate::harness::programs::program;
use crate::harness::{PATIENCE, free_port};
use rustix::process::{Pid, Signal, kill_process};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A server in a folder of its own.
struct Server {
    kind: Kind,
    work: Work,
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Influx,
    Victoria,
}

impl Kind {
    /// `None`: it is not here.
    fn start(self) -> Option<Server> {
        let own = match self {
            Kind::Influx => program("influxd"),
            Kind::Victoria => program("victoria-metrics"),
        };
        let own: PathBuf = own?.get_program().into();
        program("curl")?;
        let mut server = Server { kind: self, work: Work::new(), program: own, port: 0, child: None };
        // Somebody else may take the port first.
        let started = (0..10).any(|_| {
            server.port = free_port();
            server.begin()
        });
        assert!(started, "{} does not start: {}", server.program.display(), server.work.read("log"));
        if self == Kind::Influx {
            server.curl("query", &["q=CREATE DATABASE lab"]);
        }
        Some(server)
    }

    /// What ends it so that it keeps what it has acknowledged: VictoriaMetrics writes to its disk every few seconds only.
    fn end(self) -> Signal {
        if self == Kind::Influx { Signal::KILL } else { Signal::INT }
    }
}

impl Server {
    fn begin(&mut self) -> bool {
        let log = std::fs::File::create(self.work.path("log")).expect("a log");
        let dir = self.work.path("data").display().to_string();
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Influx => {
                let conf = format!(
                    "reporting-disabled = true\nbind-address = \"127.0.0.1:{}\"\n[meta]\ndir = \"{dir}/meta\"\n\
                     [data]\ndir = \"{dir}/data\"\nwal-dir = \"{dir}/wal\"\n[monitor]\nstore-enabled = false\n\
                     [http]\nbind-address = \"127.0.0.1:{}\"\nlog-enabled = false\n",
                    free_port(),
                    self.port
                );
                command.arg("-config").arg(self.work.file("influx.conf", conf));
            }
            Kind::Victoria => {
                command.arg(format!("-storageDataPath={dir}")).arg(format!("-httpListenAddr=127.0.0.1:{}", self.port));
                // Without it a value that came twice counts twice.
                command.args(["-dedup.minScrapeInterval=1ms", "-retentionPeriod=100y", "-memory.allowedBytes=64MB"]);
            }
        }
        command.stdout(log.try_clone().expect("a log")).stderr(log).stdin(Stdio::null());
        self.child = Some(command.spawn().expect("a program"));
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() && self.is_ready() {
                return true;
            }
            if self.child.as_mut().is_none_or(|child| child.try_wait().expect("a child").is_some()) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal(Signal::KILL);
        false
    }

    fn is_ready(&self) -> bool {
        let path = if self.kind == Kind::Influx { "ping" } else { "health" };
        let mut command = Command::new("curl");
        command.args(["-sf", "-o", "/dev/null"]).arg(format!("http://127.0.0.1:{}/{path}", self.port));
        command.status().is_ok_and(|status| status.success())
    }

    fn signal(&mut self, signal: Signal) {
        let Some(mut child) = self.child.take() else { return };
        let _ = kill_process(Pid::from_child(&child), signal);
        let _ = child.wait();
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/write?db=lab", self.port)
    }

    fn curl(&self, path: &str, data: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.arg("-s");
        for data in data {
            command.arg("--data-urlencode").arg(data);
        }
        let out = command.arg(format!("http://127.0.0.1:{}/{path}", self.port)).output().expect("curl");
        String::from_utf8(out.stdout).expect("UTF-8")
    }

    /// How many values of a device it has: it is asked in its own words.
    fn count(&self, device: &str) -> u64 {
        let out = match self.kind {
            Kind::Influx => {
                let query = format!("q=SELECT count(value) FROM readings WHERE device = '{device}'");
                self.curl("query?db=lab", &[&query])
            }
            Kind::Victoria => {
                self.curl("internal/force_flush", &[]);
                let query = format!("query=count_over_time(readings_value{{device=\"{device}\"}}[10y])");
                self.curl("api/v1/query", &[&query, "time=1704153600", "nocache=1"])
            }
        };
        let out: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
        let number = match self.kind {
            Kind::Influx => out.pointer("/results/0/series/0/values/0/1").and_then(Value::as_u64),
            Kind::Victoria => {
                out.pointer("/data/result/0/value/1").and_then(Value::as_str).and_then(|text| text.parse().ok())
            }
        };
        number.unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Seconds of two devices from 2024-01-01 on.
fn seconds(count: usize) -> String {
    let line = |n: usize| {
        format!("{{\"time\":{},\"device\":\"{}\",\"value\":{n}}}\n", 1_704_067_200 + n / 2, ["a", "b"][n % 2])
    };
    (0..count).map(line).collect()
}

fn takes_all(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let words = format!("http-post '{}' --to influx --gzip --summary", server.url());
    let ended = Work::new().kymo(&words).stdin(seconds(20_000)).end().code(0);
    assert_eq!(summary(&ended.stderr())["sent"], 20_000);
    assert_eq!([server.count("a"), server.count("b")], [10_000, 10_000]);
}

#[test]
fn influxdb_takes_all() {
    takes_all(Kind::Influx);
}

#[test]
fn victoriametrics_takes_all() {
    takes_all(Kind::Victoria);
}

/// It is ended and started again under load, several times, and kymo with it: what left the queue is there, and nothing is
/// rejected.
fn outages(kind: Kind, count: usize, ends: u64) {
    let Some(mut server) = kind.start() else { return };
    let work = Work::new();
    work.kymo("queue put q").stdin(seconds(count)).ok();
    let pipeline = format!(
        "queue take q --drain | http-post '{}' --to influx --rejects bad --batch 200 --max-backoff 200ms --timeout 10s",
        server.url()
    );
    let words = format!("run --grace 1s {}", shell_words::quote(&pipeline));
    let taken = |work: &Work| {
        let stat = work.kymo("queue stat q --json").ok();
        let stat: Value = serde_json::from_str(&stat).expect("JSON");
        count as u64 - stat["records"].as_u64().expect("a number")
    };
    for round in 1..=ends {
        let enough = count as u64 * round / (ends + 1);
        let mut run = work.kymo(&words).start();
        drop(run.stdin.take());
        run.comes_to("its place", || taken(&work) >= enough);
        server.signal(kind.end());
        if round % 2 == 0 {
            run.signal(Signal::KILL);
            drop(run.end());
        } else {
            // It tries again; or it was faster, and is through.
            std::thread::sleep(Duration::from_millis(300));
            run.signal(Signal::TERM);
            drop(run.end());
        }
        assert!(server.begin(), "it does not start again: {}", server.work.read("log"));
    }
    let ended = work.kymo(&format!("{words} --summary")).end().code(0);
    assert_eq!(summary(&ended.stderr())["rejected"], 0);
    assert_eq!(taken(&work), count as u64);
    assert_eq!(server.count("a") + server.count("b"), count as u64);
}

#[test]
fn influxdb_is_killed_and_nothing_is_lost() {
    outages(Kind::Influx, 20_000, 4);
}

#[test]
fn victoriametrics_is_ended_and_nothing_is_lost() {
    outages(Kind::Victoria, 20_000, 2);
}

#[test]
#[ignore = "many kills: make soak"]
fn servers_are_ended_for_long_and_nothing_is_lost() {
    outages(Kind::Influx, 200_000, 30);
    outages(Kind::Victoria, 100_000, 15);
}

#[test]
fn influxdb_refuses_one_record() {
    let Some(server) = Kind::Influx.start() else { return };
    let work = Work::new();
    let records = seconds(1000).replace("\"value\":501}", "\"value\":\"text\"}");
    let words = format!("http-post '{}' --to influx --rejects bad --summary", server.url());
    let ended = work.kymo(&words).stdin(records).end().code(1);
    assert_eq!([&summary(&ended.stderr())["sent"], &summary(&ended.stderr())["rejected"]], [999, 1]);
    assert!(work.read("bad").contains("field type conflict"), "{}", work.read("bad"));
    assert_eq!(server.count("a") + server.count("b"), 999);
    let nowhere = server.url().replace("db=lab", "db=nowhere");
    let words = format!("http-post '{nowhere}' --to influx --summary");
    let ended = work.kymo(&words).stdin(seconds(3)).end().code(2).tells("database not found");
    assert_eq!(summary(&ended.stderr())["rejected"], 0);
}
