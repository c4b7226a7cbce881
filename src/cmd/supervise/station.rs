//! The supervisor: one thread that waits for whatever comes first, a signal, a report, a request or a time, and steps its units.

use super::control::{Door, Reply, Request};
use super::live::Live;
use super::memory::Memory;
use super::notify::Notify;
use super::phase::Phase;
use super::plan::Plan;
use super::status::{self, Status};
use super::table::nearest;
use crate::host::diag;
use crate::host::keeper;
use crate::host::stop::{Relay, SIGHUP, SIGINT, SIGTERM};
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::time;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, WaitOptions, WaitStatus};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// At least this often the clock on the wall and the watchdog are looked at.
const LOOK: Duration = Duration::from_secs(1);

pub(super) struct Station {
    /// Its file.
    path: PathBuf,
    plan: Plan,
    units: Vec<Live>,
    door: Door,
    presence: PathBuf,
    memory: Memory,
    notify: Notify,
    relay: Relay,
    since: i64,
    /// The signal, or the request (`None`), that ended it.
    ending: Option<Option<i32>>,
    /// The second Ctrl-C.
    at_once: bool,
    /// What is wrong with the file that was there at the last reload.
    fault: Option<String>,
    /// HUP is the end of a terminal, not a wish.
    has_terminal: bool,
}

impl Station {
    /// `presence`: the file that keepers hold. The lock is taken already.
    pub(super) fn new(path: &Path, plan: Plan, door: Door, presence: PathBuf) -> Result<Station> {
        let relay = Relay::listen()?;
        let reaper = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
        reaper.map_err(|e| Error::io("become a reaper", e))?;
        let memory = Memory::open(&plan.state);
        let units =
            plan.units.iter().map(|unit| Live::new(unit.clone(), memory.last(&unit.name), &plan.zone)).collect();
        let mut station = Station {
            path: path.to_owned(),
            plan,
            units,
            door,
            presence,
            memory,
            notify: Notify::from_environment(),
            relay,
            since: time::now(),
            ending: None,
            at_once: false,
            fault: None,
            has_terminal: std::fs::File::open("/dev/tty").is_ok(),
        };
        station.remember_new();
        Ok(station)
    }

    /// Runs until it is told to end, or nothing is left to run. Returns the signal that ended it, or else the exit code: 0; 1, a unit
    /// ended badly; 2, one would end in the same way again.
    pub(super) fn run(mut self) -> Result<(Option<i32>, u8)> {
        loop {
            let next = self.step();
            if self.is_over() {
                break;
            }
            self.wait(next);
        }
        let code = match &self.units {
            _ if self.ending.is_some() => 0,
            units if units.iter().any(|live| matches!(live.phase, Phase::Refused)) => Kind::Usage.exit_code(),
            units => u8::from(units.iter().any(ended_badly)),
        };
        Ok((self.ending.flatten(), code))
    }

    fn is_over(&self) -> bool {
        let none_active = !self.units.iter().any(Live::is_active);
        let nothing_comes =
            self.units.iter().all(Live::is_settled) && !self.units.iter().any(|l| matches!(l.phase, Phase::Stopped));
        none_active && (self.ending.is_some() || nothing_comes)
    }

    /// Does everything that is due; returns when something is next.
    fn step(&mut self) -> Instant {
        self.reap();
        self.units.iter_mut().for_each(Live::listen);
        let mut next = Instant::now() + self.notify.watches().min(LOOK);
        if self.ending.is_some() {
            self.wind_down();
        }
        self.units.retain(|live| !live.doomed || live.is_active());
        let strays = self.strays();
        for place in 0..self.units.len() {
            let free = self.ending.is_none() && self.is_free(place);
            let live = &mut self.units[place];
            live.turn(&self.plan.zone);
            if live.step(free, &strays, &self.presence, &self.plan.zone) {
                self.memory.ran(&live.unit.name, time::now());
            }
            next = live.wakes().map_or(next, |at| at.min(next));
        }
        self.tell_systemd();
        next
    }

    /// What killed keepers have left to this process, the reaper.
    fn strays(&self) -> Vec<Pid> {
        if !self.units.iter().any(|live| matches!(live.phase, Phase::Clearing { .. })) {
            return Vec::new();
        }
        let keepers: Vec<Pid> = self.units.iter().filter_map(|live| live.kept.as_ref().map(|kept| kept.pid)).collect();
        let mut all = keeper::descendants(rustix::process::getpid());
        for keeper in keepers {
            let its = keeper::descendants(keeper);
            all.retain(|pid| *pid != keeper && !its.contains(pid));
        }
        all
    }

    /// What it comes after is up, or will not be.
    fn is_free(&self, place: usize) -> bool {
        let after = &self.units[place].unit.after;
        self.units.iter().all(|live| live.up || live.is_settled() || !after.contains(&live.unit.name))
    }

    /// Ends the units, each when those that come after it are gone: sources first.
    fn wind_down(&mut self) {
        for place in (0..self.units.len()).rev() {
            let name = &self.units[place].unit.name;
            let is_needed = self.units.iter().any(|live| live.is_active() && live.unit.after.contains(name));
            if !is_needed || self.at_once || !self.units[place].is_active() {
                self.units[place].stop(self.at_once);
            }
        }
    }

    fn wait(&mut self, next: Instant) {
        let left = next.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(1), tv_nsec: left.subsec_nanos().into() };
        let mut fds = vec![PollFd::from_borrowed_fd(self.relay.fd(), PollFlags::IN)];
        fds.extend(self.door.fds().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        let keepers = self.units.iter().filter_map(|live| live.kept.as_ref());
        fds.extend(keepers.map(|kept| PollFd::from_borrowed_fd(kept.fd(), PollFlags::IN)));
        let _ = poll(&mut fds, Some(&left));
        drop(fds);
        for caught in self.relay.caught() {
            match caught.signal {
                SIGHUP if !self.has_terminal => drop(self.reload()),
                signal @ (SIGTERM | SIGINT | SIGHUP) => {
                    self.at_once |= self.ending.is_some() && signal == SIGINT;
                    self.end(Some(signal));
                }
                _ => {}
            }
        }
        for (request, reply) in self.door.requests() {
            let answer = self.answer(&request);
            reply.send(&answer);
        }
    }

    fn end(&mut self, signal: Option<i32>) {
        if self.ending.is_none() {
            diag::info(Code::Ending, "ends its units");
            self.notify.tell("STOPPING=1\nSTATUS=ends its units");
        }
        self.ending.get_or_insert(signal);
    }

    /// Waits for every child that has ended: keepers, and what killed keepers have left to us.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            self.ended(pid, status);
        }
    }

    fn ended(&mut self, pid: Pid, status: WaitStatus) {
        let of = |live: &&mut Live| live.kept.as_ref().is_some_and(|kept| kept.pid == pid);
        if let Some(live) = self.units.iter_mut().find(of) {
            live.keeper_ended(status.exit_status() != Some(0));
        }
    }

    /// Reads the file again: what has changed is started again, the rest runs on. With a fault in it everything stays as it is.
    fn reload(&mut self) -> Result<(), String> {
        if self.ending.is_some() {
            return Err("the supervisor ends its units".to_owned());
        }
        self.notify.reloading();
        let read = Plan::checked(&self.path);
        self.fault = read.as_ref().err().map(|faults| faults.lines.join("\n"));
        match read {
            Err(faults) => {
                for fault in &faults.lines {
                    diag::error(Code::Config, fault);
                }
                diag::warn(Code::Config, format_args!("{}: everything continues as before", self.path.display()));
            }
            Ok(plan) => self.change(plan),
        }
        self.notify.reloaded();
        self.fault.clone().map_or(Ok(()), Err)
    }

    fn change(&mut self, plan: Plan) {
        let mut old = std::mem::take(&mut self.units);
        for unit in &plan.units {
            match old.iter().position(|live| live.unit.name == unit.name) {
                Some(place) => {
                    let mut live = old.remove(place);
                    if live.doomed || live.next.as_ref().unwrap_or(&live.unit) != unit {
                        diag::info(Code::Changed, format_args!("{}: changed", unit.name));
                        live.replace(unit.clone(), &plan.zone);
                    } else if plan.zone != self.plan.zone {
                        live.move_to(&plan.zone);
                    }
                    self.units.push(live);
                }
                None => self.units.push(Live::new(unit.clone(), self.memory.last(&unit.name), &plan.zone)),
            }
        }
        for mut live in old {
            diag::info(Code::Removed, format_args!("{}: no longer in the file", live.unit.name));
            live.doomed = true;
            live.stop(false);
            self.units.push(live);
        }
        if plan.state != self.plan.state {
            self.memory.keep_in(&plan.state);
        }
        self.plan = plan;
        self.remember_new();
    }

    /// A unit with times that is here for the first time has missed nothing.
    fn remember_new(&mut self) {
        let scheduled = self.units.iter().filter(|live| live.due.is_some()).map(|live| live.unit.name.clone());
        let names: Vec<String> = scheduled.collect();
        self.memory.keep(&names, time::now());
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let places = match self.places(request.units()) {
            Ok(places) => places,
            Err(why) => return Reply::Refused { error: why },
        };
        match request {
            Request::Status { .. } => Reply::Status(self.status(&places)),
            Request::Stop { units } if units.is_empty() => {
                self.end(None);
                Reply::Done { done: true }
            }
            Request::Stop { .. } => {
                places.iter().for_each(|&place| self.units[place].stop(false));
                Reply::Done { done: true }
            }
            Request::Restart { units } => {
                for place in places {
                    // Who names none means what runs, or should.
                    let rests = matches!(self.units[place].phase, Phase::Idle | Phase::Stopped);
                    if !units.is_empty() || !rests {
                        self.units[place].restart();
                    }
                }
                Reply::Done { done: true }
            }
            Request::Reload { .. } => match self.reload() {
                Ok(()) => Reply::Done { done: true },
                Err(error) => Reply::Refused { error },
            },
        }
    }

    /// The units of these names; of none: all.
    fn places(&self, names: &[String]) -> Result<Vec<usize>, String> {
        if names.is_empty() {
            return Ok((0..self.units.len()).collect());
        }
        let known: Vec<&str> = self.units.iter().map(|live| live.unit.name.as_str()).collect();
        let place = |name: &String| {
            known.iter().position(|known| known == name).ok_or_else(|| {
                let near = nearest(name, &known).map(|near| format!(": did you mean {near}?")).unwrap_or_default();
                format!("there is no unit {name}{near}")
            })
        };
        names.iter().map(place).collect()
    }

    fn status(&self, places: &[usize]) -> Status {
        Status {
            pid: std::process::id(),
            file: self.path.display().to_string(),
            since: status::spelled(self.since),
            uptime_s: status::seconds_since(self.since),
            ending: self.ending.is_some(),
            config_fault: self.fault.clone(),
            units: places.iter().map(|&place| status::of(&self.units[place])).collect(),
        }
    }

    fn tell_systemd(&mut self) {
        if self.ending.is_some() {
            return self.notify.watchdog();
        }
        let tried = self.units.iter().all(|live| live.up || !matches!(live.phase, Phase::Waiting | Phase::Running));
        if tried {
            self.notify.ready();
        }
        let running = self.units.iter().filter(|live| live.is_running()).count();
        self.notify.status(&format!("{running} of {} units run", self.units.len()));
        self.notify.watchdog();
    }
}

/// Its last run was no success.
fn ended_badly(live: &Live) -> bool {
    let end = live.last.as_ref().and_then(|last| last.end);
    matches!(live.phase, Phase::Over) && end != Some(crate::host::keeper::End::Code(0))
}
