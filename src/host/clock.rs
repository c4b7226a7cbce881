//! Waiting for the ticks of a [`Grid`] by the clock on the wall, for sources that do something again and again.
//!
//! Decision: a sleep ends by a clock that never jumps, a tick is due by one that does; so nobody sleeps long without a
//! look at the latter, and a clock that is set is noticed within a second.

use crate::host::diag;
use crate::host::grid::{Grid, Look};
use crate::host::stop::Stop;
use crate::reading::error::Code;
use crate::reading::time;
use std::time::Duration;

/// The longest sleep.
const LOOK: Duration = Duration::from_secs(1);

/// A smaller step back is the fine tuning of a clock, ns.
const TUNING: i64 = 100_000_000;

/// A grid, and the clock on the wall.
pub(crate) struct Clock {
    grid: Grid,
    /// What the clock showed last.
    seen: i64,
    missed: u64,
}

impl Clock {
    /// Waits for the ticks of this grid; `stage` is who tells of it.
    pub(crate) fn new(grid: Grid) -> Clock {
        Clock { grid, seen: i64::MIN, missed: 0 }
    }

    /// Waits for the next tick: its time, ns since 1970 UTC. `None`: a stop came.
    pub(crate) fn next(&mut self, stop: &Stop) -> Option<i64> {
        while !stop.is_set() {
            match self.look() {
                Look::Wait(ns) => {
                    stop.wait(sleep(ns));
                }
                Look::Due(tick) => {
                    if tick.missed > 0 {
                        let ticks = if tick.missed == 1 { "tick is" } else { "ticks are" };
                        diag::info(
                            Code::Missed,
                            format_args!("{} {ticks} missed before {}", tick.missed, shown(tick.time)),
                        );
                    }
                    self.missed += tick.missed;
                    return Some(tick.time);
                }
            }
        }
        None
    }

    /// Passes over what is due by now, because nobody has time for it; returns how many ticks that were.
    pub(crate) fn pass(&mut self) -> u64 {
        let passed = match self.look() {
            Look::Wait(_) => 0,
            Look::Due(tick) => tick.missed + 1,
        };
        self.missed += passed;
        passed
    }

    /// When the next tick is due: ns since 1970 UTC.
    pub(crate) fn due(&self) -> i64 {
        self.grid.due()
    }

    /// How long to sleep, at most, before the next look.
    pub(crate) fn patience(&self) -> Duration {
        sleep(self.grid.due().saturating_sub(time::now()))
    }

    /// How many ticks went by unseen.
    pub(crate) fn missed(&self) -> u64 {
        self.missed
    }

    fn look(&mut self) -> Look {
        let now = time::now();
        let back = self.seen.saturating_sub(now);
        self.seen = now;
        let look = self.grid.look(now);
        if back > TUNING {
            let back = time::write_duration(back / 1_000_000 * 1_000_000);
            let next = shown(self.grid.due());
            diag::warn(Code::ClockSet, format_args!("the clock was set back by {back}: the next tick is at {next}"));
        }
        look
    }
}

fn sleep(ns: i64) -> Duration {
    Duration::from_nanos(u64::try_from(ns).unwrap_or(0)).min(LOOK)
}

/// A time as it is in messages.
pub(crate) fn shown(ns: i64) -> String {
    let mut text = Vec::new();
    time::write_rfc3339(ns, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
