//! A real mosquitto on loopback, with persistence in a folder of its own; it ends with the test.

use crate::harness::programs::program;
use crate::harness::{PATIENCE, Work, free_port};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A broker that can be stopped, killed and started again, on the same port and with the same folder.
pub(crate) struct Broker {
    pub(crate) port: u16,
    child: Option<Child>,
    work: Work,
    conf: String,
}

impl Broker {
    /// One with these lines in its configuration, `DIR` being its folder, and no limit for what it queues. `None`: no
    /// mosquitto here.
    pub(crate) fn start(conf: &str) -> Option<Broker> {
        Broker::start_with(&[], conf)
    }

    /// As [`Broker::start`], with these files in its folder.
    pub(crate) fn start_with(files: &[(&str, String)], conf: &str) -> Option<Broker> {
        program("mosquitto")?;
        let work = Work::new();
        for (name, content) in files {
            work.file(name, content);
        }
        let mut broker = Broker { port: 0, child: None, work, conf: conf.to_owned() };
        // Somebody else may take the port before the broker does.
        let started = (0..20).any(|_| {
            broker.port = free_port();
            broker.try_start()
        });
        assert!(started, "mosquitto does not start: {}", broker.log());
        Some(broker)
    }

    /// Starts it again, as it was.
    pub(crate) fn restart(&mut self) {
        assert!(self.try_start(), "mosquitto does not start again: {}", self.log());
    }

    /// Ends it in order: it saves what it has.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
    }

    /// Ends it at once: it has what it had saved.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// `mqtt://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// A path in its folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.work.path(name)
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Publishes by mosquitto_pub. False: it is not here.
    pub(crate) fn mosquitto_pub(&self, words: &[&str]) -> bool {
        let Some(mut command) = program("mosquitto_pub") else { return false };
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]).args(words);
        assert!(command.status().expect("mosquitto_pub").success(), "mosquitto_pub {words:?}");
        true
    }

    fn try_start(&mut self) -> bool {
        let dir = self.work.path("");
        let dir = dir.to_str().expect("a folder's name").trim_end_matches('/');
        // As root it would become somebody who may not write here.
        let conf = format!(
            "user root\nlistener {} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {dir}/\n\
             max_queued_messages 0\nlog_dest file {dir}/log\nlog_type all\n{}\n",
            self.port,
            self.conf.replace("DIR", dir)
        );
        let conf = self.work.file("mosquitto.conf", conf);
        let mut command = program("mosquitto").expect("it was there before");
        command.arg("-c").arg(conf).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("mosquitto starts");
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if child.try_wait().expect("a child").is_some() || Instant::now() > end {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child = Some(child);
        true
    }

    fn signal(&mut self, signal: Signal) {
        let Some(mut child) = self.child.take() else { return };
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
        let _ = kill_process(pid, signal);
        let _ = child.wait();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}
