//! `kymo supervise`: what it starts, watches, ends and tells.

mod disasters;
mod ends;
mod file;
mod reload;
mod reports;
mod restarts;
mod times;

use crate::harness::{PATIENCE, Running, Work, exists, until};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A supervisor of a file `s.toml` in a folder of its own. What it started ends with it.
pub(crate) struct Station {
    pub(crate) work: Work,
    pub(crate) run: Option<Running>,
}

impl Station {
    /// Writes the file, starts the supervisor, and waits until it can be asked.
    pub(crate) fn start(work: Work, file: &str) -> Station {
        work.file("s.toml", file);
        let mut station = Station { work, run: None };
        station.again();
        station
    }

    /// Starts the supervisor (again).
    pub(crate) fn again(&mut self) {
        self.run = Some(self.work.kymo("supervise s.toml --log-level info").start());
        self.until("a supervisor that answers", |_| true);
    }

    pub(crate) fn running(&self) -> &Running {
        self.run.as_ref().expect("a supervisor")
    }

    /// What `supervise status --json` tells; `None`: nobody answers.
    pub(crate) fn status(&self) -> Option<Value> {
        let ended = self.work.kymo("supervise status --json --file s.toml").end();
        serde_json::from_str(&ended.stdout()).ok()
    }

    pub(crate) fn unit(&self, name: &str) -> Value {
        of(&self.status().unwrap_or_else(|| panic!("a supervisor that answers about {name}")), name)
    }

    /// Waits for a status that is as wanted, and gives it.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let status = self.status();
            match &status {
                Some(status) if is_so(status) => return status.clone(),
                _ if Instant::now() > end => panic!("never {what}: {status:#?}"),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Waits until a unit is as wanted, and gives its status.
    pub(crate) fn until_unit(&self, name: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        of(&self.until(&format!("{name} {what}"), |status| is_so(&of(status, name))), name)
    }

    /// The process of a unit that runs.
    pub(crate) fn pid(&self, name: &str) -> Pid {
        let unit = self.until_unit(name, "runs", |unit| unit["state"] == "running" && unit["pid"].is_i64());
        pid(unit["pid"].as_i64().expect("a pid"))
    }

    /// Ends it as a service is ended; all units must be gone.
    pub(crate) fn end(mut self) -> (String, std::process::ExitStatus) {
        let run = self.run.take().expect("a supervisor");
        run.signal(Signal::TERM);
        let (_, told, status) = run.end();
        (told, status)
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            // Its keepers end the units then.
            run.signal(Signal::KILL);
        }
    }
}

fn of(status: &Value, name: &str) -> Value {
    let units = status["units"].as_array().expect("units");
    units.iter().find(|unit| unit["name"] == name).unwrap_or_else(|| panic!("no unit {name} in {status}")).clone()
}

pub(crate) fn pid(number: i64) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("a pid")).expect("a pid")
}

/// It runs, and is not only left to be waited for.
pub(crate) fn lives(pid: Pid) -> bool {
    exists(&pid.as_raw_pid().to_string())
}

pub(crate) fn kill(pid: Pid) {
    kill_process(pid, Signal::KILL).expect("it lives");
}

/// The number in a file that a program has written its own into.
pub(crate) fn number_in(work: &Work, file: &str) -> Pid {
    until(file, || std::fs::read_to_string(work.path(file)).is_ok_and(|text| text.ends_with('\n')));
    pid(work.read(file).trim().parse().expect("a number"))
}
