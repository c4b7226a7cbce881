//! A unit that is looked after: what it is doing, and what is to be done next. It is stepped by the supervisor's loop, and never waits.

use super::kept::{self, Kept};
use super::plan::{Job, Times, Unit};
use super::policy::{Failures, Verdict, verdict};
use crate::diag;
use crate::keeper::End;
use crate::keeper::words::{Order, Told};
use crate::report::Counts;
use crate::time::{self, Buckets, TimeZone};
use rustix::process::{Pid, Signal};
use std::path::Path;
use std::time::{Duration, Instant};

/// A pipeline that has told nothing for so long is taken as up: what comes after it need not wait longer.
const UP: Duration = Duration::from_secs(1);

/// The memory of a unit is looked at so often.
const WEIGH: Duration = Duration::from_secs(2);

/// While what a killed keeper left behind is ended, it is looked at so often.
const LOOK: Duration = Duration::from_millis(50);

/// What a unit is doing.
#[derive(Debug)]
pub(super) enum Phase {
    /// For those that it comes after.
    Waiting,
    Running,
    /// It was told to end.
    Ending,
    /// Its keeper was killed: what is left of the group is being ended.
    Clearing {
        group: Pid,
        kill_at: Instant,
    },
    /// It is started again then.
    Pausing {
        until: Instant,
    },
    /// Until its next time.
    Idle,
    /// Somebody stopped it.
    Stopped,
    /// It is done.
    Over,
    /// It would end in the same way again.
    Refused,
}

/// What becomes of a unit when it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// What its end and its file say.
    Judge,
    Start,
    Stop,
}

#[derive(Debug)]
pub(super) struct Live {
    pub(super) unit: Unit,
    pub(super) phase: Phase,
    pub(super) kept: Option<Kept>,
    /// The program's own.
    pub(super) pid: Option<i32>,
    pub(super) since: Option<(Instant, i64)>,
    /// It is up, or was: what comes after it may start.
    pub(super) up: bool,
    pub(super) restarts: u64,
    pub(super) last: Option<LastEnd>,
    /// Of the runs that have ended.
    past: Counts,
    /// Of this run.
    present: Counts,
    failures: Failures,
    then: Then,
    /// Why it was told to end, if it is at fault.
    fault: Option<String>,
    /// When something last went through.
    moved: Instant,
    weighed: Instant,
    /// How it ended, as its keeper saw it.
    end: Option<End>,
    /// Of a unit with times: the next one; ns since 1970.
    pub(super) due: Option<i64>,
    missed: bool,
    /// What it becomes when it has ended: its file was changed.
    pub(super) next: Option<Unit>,
    /// It is in the file no longer.
    pub(super) doomed: bool,
}

/// How the last run ended.
#[derive(Clone, Debug)]
pub(super) struct LastEnd {
    pub(super) end: Option<End>,
    /// ns since 1970.
    pub(super) at: i64,
    pub(super) why: Option<String>,
}

impl Live {
    /// `last`: when a unit with times was last started; ns since 1970.
    pub(super) fn new(unit: Unit, last: Option<i64>, zone: &TimeZone) -> Live {
        let now = Instant::now();
        let mut live = Live {
            phase: if unit.times == Times::Always { Phase::Waiting } else { Phase::Idle },
            unit,
            kept: None,
            pid: None,
            since: None,
            up: false,
            restarts: 0,
            last: None,
            past: Counts::default(),
            present: Counts::default(),
            failures: Failures::default(),
            then: Then::Judge,
            fault: None,
            moved: now,
            weighed: now,
            end: None,
            due: None,
            missed: false,
            next: None,
            doomed: false,
        };
        let wall = time::now();
        live.due = next_time(live.unit.times, last.filter(|&last| last <= wall).unwrap_or(wall), zone);
        if live.due.is_some_and(|due| due <= wall) {
            diag::info(
                "supervise",
                "missed",
                format_args!("{}: was due while nobody was here: it runs now", live.unit.name),
            );
        }
        live
    }

    /// There is a process of it.
    pub(super) fn is_active(&self) -> bool {
        self.kept.is_some() || matches!(self.phase, Phase::Clearing { .. })
    }

    /// Nothing more comes of it by itself.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Over | Phase::Refused | Phase::Stopped)
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running)
    }

    /// Of all runs.
    pub(super) fn counts(&self) -> Counts {
        sum(self.past, self.present)
    }

    /// Does what is due. `free`: what it comes after is up. Returns when it wants to be looked at again; `true`: it was started for
    /// one of its times.
    pub(super) fn step(&mut self, free: bool, presence: &Path, zone: &TimeZone) -> (Option<Instant>, bool) {
        let now = Instant::now();
        let mut started = false;
        match &self.phase {
            Phase::Waiting if free => self.start(presence),
            Phase::Pausing { until } if now >= *until => {
                self.restarts += 1;
                self.start(presence);
            }
            Phase::Idle if self.due.is_some_and(|due| due <= time::now()) => {
                self.due = next_time(self.unit.times, time::now(), zone);
                started = true;
                self.start(presence);
            }
            Phase::Clearing { group, kill_at } => {
                let (group, late) = (*group, now >= *kill_at);
                if !kept::group_lives(group) {
                    self.ended(now);
                } else if late {
                    kept::end_group(group, Signal::KILL);
                }
            }
            Phase::Running => self.watch(now, zone),
            _ => {}
        }
        (self.wakes(now), started)
    }

    fn wakes(&self, now: Instant) -> Option<Instant> {
        match &self.phase {
            Phase::Pausing { until } => Some(*until),
            Phase::Clearing { .. } => Some(now + LOOK),
            Phase::Running => {
                let up = (!self.up).then(|| now + UP);
                let stall = self.unit.stall.map(|stall| self.moved + stall);
                let weigh = self.unit.max_rss.map(|_| self.weighed + WEIGH);
                [up, stall, weigh].into_iter().flatten().min()
            }
            // Its time is on the clock on the wall, which may be put forward.
            _ if self.due.is_some() => {
                let left = self.due.map_or(0, |due| due.saturating_sub(time::now()));
                Some(now + Duration::from_nanos(u64::try_from(left).unwrap_or(0)).min(Duration::from_secs(1)))
            }
            _ => None,
        }
    }

    fn watch(&mut self, now: Instant, zone: &TimeZone) {
        if !self.up && self.since.is_some_and(|(since, _)| now.duration_since(since) >= UP) {
            self.up = true;
        }
        if self.due.is_some_and(|due| due <= time::now()) {
            self.due = next_time(self.unit.times, time::now(), zone);
            if !std::mem::replace(&mut self.missed, true) {
                self.tell("missed", "was due again and still runs: it is left alone");
            }
        }
        if let Some(stall) = self.unit.stall.filter(|stall| now.duration_since(self.moved) >= *stall) {
            let span = time::write_duration(i64::try_from(stall.as_nanos()).unwrap_or(i64::MAX));
            self.force(format!("nothing went through for {span}"));
        } else if let Some(most) = self.unit.max_rss.filter(|_| now.duration_since(self.weighed) >= WEIGH) {
            self.weighed = now;
            let group = self.kept.as_ref().and_then(|kept| kept::memory(kept.pid));
            if let Some(bytes) = group.filter(|bytes| *bytes > most) {
                self.force(format!("it takes {} MiB of memory", bytes >> 20));
            }
        }
    }

    /// Ends it for a fault of its own; it is started again.
    fn force(&mut self, why: String) {
        self.tell("restart", format_args!("{why}: it is ended and started again"));
        self.fault = Some(why);
        self.order(Order::End);
    }

    fn tell(&self, code: &str, what: impl std::fmt::Display) {
        diag::warn("supervise", code, format_args!("{}: {what}", self.unit.name));
    }

    fn start(&mut self, presence: &Path) {
        let now = Instant::now();
        (self.present, self.pid, self.fault, self.end) = (Counts::default(), None, None, None);
        (self.then, self.moved, self.weighed, self.missed) = (Then::Judge, now, now, false);
        self.since = Some((now, time::now()));
        match Kept::start(&self.unit, presence) {
            Ok(kept) => {
                self.kept = Some(kept);
                self.phase = Phase::Running;
                self.up |= matches!(self.unit.job, Job::Program(_));
            }
            Err(why) => {
                self.fault = Some(why.to_string());
                self.ended(now);
            }
        }
    }

    fn order(&mut self, order: Order) {
        if let Some(kept) = &self.kept {
            kept.order(order);
            self.phase = Phase::Ending;
        }
    }

    /// Somebody wants it to end, and to stay so. `at_once`: without grace.
    pub(super) fn stop(&mut self, at_once: bool) {
        self.then = Then::Stop;
        match self.phase {
            Phase::Running | Phase::Ending => {
                if at_once || !matches!(self.phase, Phase::Ending) {
                    self.order(if at_once { Order::Kill } else { Order::End });
                }
            }
            Phase::Clearing { group, .. } if at_once => kept::end_group(group, Signal::KILL),
            Phase::Clearing { .. } => {}
            _ => self.phase = Phase::Stopped,
        }
    }

    /// Somebody wants it to run, from its beginning.
    pub(super) fn restart(&mut self) {
        self.failures = Failures::default();
        match self.phase {
            Phase::Running => {
                self.order(Order::End);
                self.then = Then::Start;
            }
            Phase::Ending | Phase::Clearing { .. } => self.then = Then::Start,
            _ => self.phase = Phase::Pausing { until: Instant::now() },
        }
    }

    /// Reads what its keeper has told.
    pub(super) fn listen(&mut self) {
        let told = self.kept.as_mut().map(Kept::listen).unwrap_or_default();
        for told in told {
            match told {
                Told::Started { pid } => {
                    self.pid = Some(pid);
                    diag::info("supervise", "started", format_args!("{}: started, pid {pid}", self.unit.name));
                }
                Told::Failed { why } => self.fault = Some(why),
                Told::Ended { end } => self.end = Some(end),
                Told::Counts(counts) => {
                    self.up = true;
                    if (counts.taken, counts.kept) != (self.present.taken, self.present.kept) {
                        self.moved = Instant::now();
                    }
                    self.present = counts;
                }
            }
        }
    }

    /// Its keeper has ended. `killed`: out of order.
    pub(super) fn keeper_ended(&mut self, killed: bool) {
        self.listen();
        let Some(kept) = self.kept.take() else { return };
        if killed && kept::group_lives(kept.pid) {
            self.tell("keeper", "its keeper was killed: what is left is ended");
            kept::end_group(kept.pid, Signal::TERM);
            kept::end_group(kept.pid, Signal::CONT);
            let kill_at = Instant::now() + self.unit.drain + self.unit.grace;
            self.phase = Phase::Clearing { group: kept.pid, kill_at };
        } else {
            self.ended(Instant::now());
        }
    }

    /// Nothing of it is left.
    fn ended(&mut self, now: Instant) {
        let ran = self.since.map_or(Duration::ZERO, |(since, _)| now.duration_since(since));
        let forced = self.fault.is_some();
        let end = self.end.take();
        self.up = true;
        self.pid = None;
        self.past = self.counts();
        self.present = Counts::default();
        self.last = Some(LastEnd { end, at: time::now(), why: self.fault.take() });
        let end = end.unwrap_or(End::Unknown);
        match std::mem::replace(&mut self.then, Then::Judge) {
            Then::Stop => self.phase = Phase::Stopped,
            Then::Start => {
                self.restarts += 1;
                self.phase = Phase::Waiting;
            }
            Then::Judge if self.unit.times != Times::Always => {
                self.phase = Phase::Idle;
                if end != End::Code(0) {
                    self.tell("failed", format_args!("ended with {}", self.ending(end)));
                }
            }
            Then::Judge => match verdict(&self.unit, end, forced) {
                Verdict::Again => {
                    let pause = self.failures.pause(&self.unit, ran);
                    let ending = self.ending(end);
                    self.tell("restart", format_args!("ended with {ending}; again in {:.1}s", pause.as_secs_f64()));
                    self.phase = Phase::Pausing { until: now + pause };
                }
                Verdict::Over => {
                    self.phase = Phase::Over;
                    diag::info("supervise", "over", format_args!("{}: ended with {end}", self.unit.name));
                }
                Verdict::Refused => {
                    self.phase = Phase::Refused;
                    self.tell("refused", format_args!("ended with {}: it is not started again", self.ending(end)));
                }
            },
        }
    }

    fn ending(&self, end: End) -> String {
        match self.last.as_ref().and_then(|last| last.why.as_ref()) {
            Some(why) => format!("{end} ({why})"),
            None => end.to_string(),
        }
    }

    /// Its file was changed: it is ended, and is another from then on. Only what it counted stays.
    pub(super) fn replace(&mut self, unit: Unit, zone: &TimeZone) {
        let wall = time::now();
        if self.is_active() {
            self.next = Some(unit);
            // One that somebody is stopping stays stopped.
            if self.then != Then::Stop {
                self.restart();
            }
            return;
        }
        self.due = next_time(unit.times, wall, zone);
        if !matches!(self.phase, Phase::Stopped) {
            self.phase = if unit.times == Times::Always { Phase::Waiting } else { Phase::Idle };
        }
        (self.unit, self.failures) = (unit, Failures::default());
    }

    /// Takes the place that [`Live::replace`] left for the next one.
    pub(super) fn turn(&mut self, zone: &TimeZone) {
        if !self.is_active()
            && let Some(unit) = self.next.take()
        {
            self.replace(unit, zone);
        }
    }
}

/// The first time behind this one; ns since 1970. `None`: it has no times.
fn next_time(times: Times, after: i64, zone: &TimeZone) -> Option<i64> {
    match times {
        Times::Always => None,
        Times::Daily(hour, minute) => Some(time::next_at(after, (hour, minute), zone)),
        Times::Every(ns) => {
            let grid = Buckets::new(ns, Some(zone.clone()));
            Some(grid.next(grid.start(after)))
        }
    }
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        taken: a.taken + b.taken,
        kept: a.kept + b.kept,
        rejected: a.rejected + b.rejected,
        last: a.last.max(b.last),
    }
}
