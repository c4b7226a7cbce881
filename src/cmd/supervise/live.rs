//! A unit that is looked after: what it is doing, and what is to be done next. It is stepped by the supervisor's loop, and never waits.

use super::kept::{self, Kept};
use super::phase::{LastEnd, Phase, Then};
use super::policy::{Failures, Verdict, verdict};
use super::times;
use super::unit::{Job, Times, Unit};
use crate::host::diag;
use crate::host::keeper::words::{Order, Told};
use crate::host::keeper::{self, End};
use crate::host::report::Counts;
use crate::reading::error::Code;
use crate::reading::time::{self, TimeZone};
use rustix::process::{Pid, Signal};
use std::path::Path;
use std::time::{Duration, Instant};

/// A pipeline that has reported nothing for this long counts as up: what starts after it does not wait longer.
const UP: Duration = Duration::from_secs(10);

/// The memory of a unit is looked at this often.
const WEIGH: Duration = Duration::from_secs(2);

/// How often the processes of a killed keeper are checked while they are ended.
const LOOK: Duration = Duration::from_millis(50);

/// How long after KILL nothing can be left.
const STUCK: Duration = Duration::from_secs(5);

/// A wait that is for ever: a century.
const EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

#[derive(Debug)]
pub(super) struct Live {
    pub(super) unit: Unit,
    pub(super) phase: Phase,
    pub(super) kept: Option<Kept>,
    /// The program's own.
    pub(super) pid: Option<i32>,
    /// When this run began.
    pub(super) since: Option<Instant>,
    /// It is up, or has ended since: what comes after it may start.
    pub(super) up: bool,
    pub(super) restarts: u64,
    pub(super) last: Option<LastEnd>,
    /// Of the runs that have ended.
    past: Counts,
    /// Of this run.
    present: Counts,
    failures: Failures,
    then: Then,
    /// Why it was told to end, or did not start.
    fault: Option<String>,
    /// It was told to end because it is at fault: it is started again.
    forced: bool,
    /// When something last went through.
    moved: Instant,
    weighed: Instant,
    /// How it ended, as its keeper saw it.
    end: Option<End>,
    /// Of a unit with times: the next one; ns since 1970.
    pub(super) due: Option<i64>,
    /// That it is due while it runs was told.
    missed: bool,
    /// What it becomes when it has ended: its file was changed.
    pub(super) next: Option<Unit>,
    /// It is in the file no longer.
    pub(super) doomed: bool,
}

impl Live {
    /// `last`: when a unit with times was last started; ns since 1970.
    pub(super) fn new(unit: Unit, last: Option<i64>, zone: &TimeZone) -> Live {
        let (now, wall) = (Instant::now(), time::now());
        let due = times::next(unit.times, last.filter(|&last| last <= wall).unwrap_or(wall), zone);
        if due.is_some_and(|due| due <= wall) {
            diag::info(Code::Missed, format_args!("{}: was due while no supervisor ran: it runs now", unit.name));
        }
        Live {
            phase: at_rest(&unit),
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
            forced: false,
            moved: now,
            weighed: now,
            end: None,
            due,
            missed: false,
            next: None,
            doomed: false,
        }
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

    fn has_times(&self) -> bool {
        self.unit.times != Times::Always
    }

    /// Of all runs.
    pub(super) fn counts(&self) -> Counts {
        sum(self.past, self.present)
    }

    /// Does what is due. `free`: what it comes after is up. `strays`: what killed keepers have left to us. `true`: it was started
    /// for one of its times.
    pub(super) fn step(&mut self, free: bool, strays: &[Pid], presence: &Path, zone: &TimeZone) -> bool {
        let (now, wall) = (Instant::now(), time::now());
        match self.phase {
            Phase::Waiting if free => self.start(presence),
            Phase::Pausing { until } if now >= until => {
                self.restarts += 1;
                self.start(presence);
            }
            Phase::Idle if self.due.is_some_and(|due| due <= wall) => {
                self.due = times::next(self.unit.times, wall, zone);
                self.start(presence);
                return true;
            }
            // A clock that was put back brings the next time back, too.
            Phase::Idle => self.due = self.due.min(times::next(self.unit.times, wall, zone)),
            Phase::Ending { stuck } if now >= stuck => {
                self.tell(Code::Keeper, "its keeper does not end it and is killed");
                if let Some(kept) = &self.kept {
                    kept::end_group(kept.pid, Signal::KILL);
                }
                self.phase = Phase::Ending { stuck: now + STUCK };
            }
            Phase::Clearing { group, kill_at } => {
                if !kept::group_lives(group) && strays.is_empty() {
                    self.ended(now);
                } else if now >= kill_at {
                    kept::end_group(group, Signal::KILL);
                    keeper::send(strays, Signal::KILL);
                }
            }
            Phase::Running => self.watch(now, wall, zone),
            _ => {}
        }
        false
    }

    /// When it wants to be looked at again.
    pub(super) fn wakes(&self) -> Option<Instant> {
        let now = Instant::now();
        // Its time is on the clock on the wall, which may be put forward.
        let due = self.due.map(|due| {
            let left = Duration::from_nanos(u64::try_from(due.saturating_sub(time::now())).unwrap_or(0));
            now + left.min(Duration::from_secs(1))
        });
        match self.phase {
            Phase::Pausing { until } => Some(until),
            Phase::Ending { stuck } => Some(stuck),
            Phase::Clearing { .. } => Some(now + LOOK),
            Phase::Running => {
                let up = (!self.up).then(|| now + UP);
                let stall = self.unit.stall.map(|stall| self.moved + stall.min(EVER));
                let weigh = self.unit.max_rss.map(|_| self.weighed + WEIGH);
                [due, up, stall, weigh].into_iter().flatten().min()
            }
            Phase::Idle => due,
            Phase::Waiting | Phase::Stopped | Phase::Over | Phase::Refused => None,
        }
    }

    fn watch(&mut self, now: Instant, wall: i64, zone: &TimeZone) {
        self.up |= self.since.is_some_and(|since| now.duration_since(since) >= UP);
        if self.due.is_some_and(|due| due <= wall) {
            self.due = times::next(self.unit.times, wall, zone);
            if !std::mem::replace(&mut self.missed, true) {
                self.tell(Code::Missed, "is due again but still runs: this run is skipped");
            }
        }
        if let Some(stall) = self.unit.stall.filter(|stall| now.duration_since(self.moved) >= *stall) {
            let span = time::write_duration(i64::try_from(stall.as_nanos()).unwrap_or(i64::MAX));
            self.force(format!("no record passed for {span}"));
        } else if let Some(most) = self.unit.max_rss.filter(|_| now.duration_since(self.weighed) >= WEIGH) {
            self.weighed = now;
            let all = self.kept.as_ref().map(|kept| keeper::descendants(kept.pid)).unwrap_or_default();
            let bytes = keeper::memory(&all);
            if bytes > most {
                self.force(format!("it uses {} MiB of memory", bytes >> 20));
            }
        }
    }

    /// Ends it for a fault of its own; it is started again.
    fn force(&mut self, why: String) {
        let again = if self.has_times() { "" } else { " and started again" };
        self.tell(Code::Restart, format_args!("{why}: it is ended{again}"));
        (self.fault, self.forced) = (Some(why), true);
        self.order(Order::End);
    }

    fn tell(&self, code: Code, what: impl std::fmt::Display) {
        diag::warn(code, format_args!("{}: {what}", self.unit.name));
    }

    fn start(&mut self, presence: &Path) {
        let now = Instant::now();
        (self.present, self.pid, self.fault, self.end) = (Counts::default(), None, None, None);
        (self.then, self.moved, self.weighed, self.missed) = (Then::Judge, now, now, false);
        (self.forced, self.up, self.since) = (false, false, Some(now));
        match Kept::start(&self.unit, presence) {
            Ok(kept) => {
                self.kept = Some(kept);
                self.phase = Phase::Running;
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
            self.phase = Phase::Ending { stuck: self.kill_at(order == Order::Kill) + STUCK };
        }
    }

    /// When what is told to end now is killed.
    fn kill_at(&self, at_once: bool) -> Instant {
        let after = if at_once { Duration::ZERO } else { self.unit.drain.saturating_add(self.unit.grace) };
        Instant::now() + after.min(EVER)
    }

    /// Somebody wants it to end, and to stay so. `at_once`: without grace.
    pub(super) fn stop(&mut self, at_once: bool) {
        self.then = Then::Stop;
        match self.phase {
            Phase::Running => self.order(if at_once { Order::Kill } else { Order::End }),
            Phase::Ending { .. } if at_once => self.order(Order::Kill),
            Phase::Clearing { group, .. } if at_once => {
                kept::end_group(group, Signal::KILL);
                self.phase = Phase::Clearing { group, kill_at: Instant::now() };
            }
            Phase::Ending { .. } | Phase::Clearing { .. } => {}
            _ => self.phase = Phase::Stopped,
        }
    }

    /// Somebody wants it to run, from its beginning, also if it has times.
    pub(super) fn restart(&mut self) {
        self.failures = Failures::default();
        match self.phase {
            Phase::Running => {
                self.order(Order::End);
                self.then = Then::Start;
            }
            Phase::Ending { .. } | Phase::Clearing { .. } => self.then = Then::Start,
            Phase::Waiting => {}
            _ => self.begin_anew(),
        }
    }

    fn begin_anew(&mut self) {
        if self.has_times() {
            (self.phase, self.due) = (Phase::Idle, Some(time::now()));
        } else {
            self.restarts += 1;
            self.phase = Phase::Waiting;
        }
    }

    /// Reads what its keeper has told.
    pub(super) fn listen(&mut self) {
        let told = self.kept.as_mut().map(Kept::listen).unwrap_or_default();
        for told in told {
            match told {
                Told::Started { pid } => {
                    self.pid = Some(pid);
                    self.up |= matches!(self.unit.job, Job::Program(_));
                    diag::info(Code::Started, format_args!("{}: started, pid {pid}", self.unit.name));
                }
                Told::Failed { why } => self.fault = Some(why),
                Told::Ended { end } => {
                    (self.end, self.pid) = (Some(end), None);
                    if self.is_running() {
                        self.phase = Phase::Ending { stuck: self.kill_at(false) + STUCK };
                    }
                }
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
        if killed {
            self.tell(Code::Keeper, "its keeper was killed: its remaining processes are ended");
            kept::end_group(kept.pid, Signal::TERM);
            kept::end_group(kept.pid, Signal::CONT);
            self.pid = None;
            self.phase = Phase::Clearing { group: kept.pid, kill_at: self.kill_at(false) };
        } else {
            self.ended(Instant::now());
        }
    }

    /// Nothing of it is left.
    fn ended(&mut self, now: Instant) {
        let ran = self.since.map_or(Duration::ZERO, |since| now.duration_since(since));
        let end = self.end.take();
        (self.up, self.pid) = (true, None);
        self.past = self.counts();
        self.present = Counts::default();
        self.last = Some(LastEnd { end, at: time::now(), why: self.fault.take() });
        let end = end.unwrap_or(End::Unknown);
        match std::mem::replace(&mut self.then, Then::Judge) {
            Then::Stop => self.phase = Phase::Stopped,
            Then::Start => self.begin_anew(),
            Then::Judge if self.has_times() => {
                self.phase = Phase::Idle;
                if end != End::Code(0) {
                    self.tell(Code::Failed, format_args!("ended with {}", self.ending(end)));
                }
            }
            Then::Judge => match verdict(&self.unit, end, self.forced) {
                Verdict::Again => {
                    let pause = self.failures.pause(&self.unit, ran).min(EVER);
                    let ending = self.ending(end);
                    self.tell(Code::Restart, format_args!("ended with {ending}; again in {:.1}s", pause.as_secs_f64()));
                    self.phase = Phase::Pausing { until: now + pause };
                }
                Verdict::Over => {
                    self.phase = Phase::Over;
                    diag::info(Code::Ended, format_args!("{}: ended with {end}", self.unit.name));
                }
                Verdict::Refused => {
                    self.phase = Phase::Refused;
                    self.tell(
                        Code::GivenUp,
                        format_args!("ended with {}: it will not be started again", self.ending(end)),
                    );
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

    /// Its file was changed: it is ended, and is another from then on. Only what it counted stays. A run at one of its times is
    /// not cut short.
    pub(super) fn replace(&mut self, unit: Unit, zone: &TimeZone) {
        let was_doomed = std::mem::replace(&mut self.doomed, false);
        if self.is_active() {
            self.next = Some(unit);
            // One that somebody is stopping stays stopped.
            if was_doomed || (self.then == Then::Judge && !self.has_times()) {
                self.restart();
            }
            return;
        }
        self.due = times::next(unit.times, time::now(), zone);
        if was_doomed || !matches!(self.phase, Phase::Stopped) {
            self.phase = at_rest(&unit);
        }
        (self.unit, self.failures) = (unit, Failures::default());
    }

    /// The zone of its times is another.
    pub(super) fn move_to(&mut self, zone: &TimeZone) {
        self.due = times::next(self.unit.times, time::now(), zone);
    }

    /// Becomes what [`Live::replace`] has left, once it has ended.
    pub(super) fn turn(&mut self, zone: &TimeZone) {
        if !self.is_active()
            && let Some(unit) = self.next.take()
        {
            self.replace(unit, zone);
        }
    }
}

/// What a unit does before anything has happened.
fn at_rest(unit: &Unit) -> Phase {
    if unit.times == Times::Always { Phase::Waiting } else { Phase::Idle }
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        taken: a.taken.saturating_add(b.taken),
        kept: a.kept.saturating_add(b.kept),
        rejected: a.rejected.saturating_add(b.rejected),
        last: a.last.max(b.last),
    }
}
