//! When a record is due, and what its time becomes.
//!
//! For whoever gives records by and by: `replay`, `simulate`. A *moment* is a distance in ns from the first record,
//! on the clock of the records; `replay --loop` lets it go on rising from round to round. Only here does it meet the
//! clock on the wall.

use crate::reading::time;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How fast the clock of the records goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    /// How many times faster than the clock; more than 0.
    Times(f64),
    /// Nothing is waited for.
    Max,
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Speed, String> {
        if text == "max" {
            return Ok(Speed::Max);
        }
        let digits = text.strip_suffix('x').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
        let times = digits.and_then(|digits| digits.parse().ok()).filter(|x| (1e-6..=1e12).contains(x));
        times.map(Speed::Times).ok_or_else(|| "a speed is `max`, or a number above 0 with an x: 60x, 0.5x".to_owned())
    }
}

impl Speed {
    /// How long a distance of the records takes on the wall. With `Max` it keeps its length: only `--restamp` asks.
    fn scale(self, distance: i64) -> i64 {
        match self {
            Speed::Max => distance,
            // Exact where nothing is to be scaled.
            Speed::Times(1.0) => distance,
            Speed::Times(times) => (distance as f64 / times) as i64,
        }
    }
}

/// The clock of the records.
pub(crate) struct Pace {
    speed: Speed,
    /// When the first record went: on the clock that never jumps, and in ns since 1970, whole milliseconds.
    start: Option<(Instant, i64)>,
    /// As it was when it was last looked at: what is due by then needs no look.
    now: Duration,
    /// The moment of this round's first record.
    base: i64,
    round: Option<Round>,
}

/// What is known of a round, in the records' own times.
struct Round {
    first: i64,
    latest: i64,
    /// How many times `latest` rose: records of several series that share their times are one step.
    steps: i64,
}

impl Pace {
    pub(crate) fn new(speed: Speed) -> Pace {
        Pace { speed, start: None, now: Duration::ZERO, base: 0, round: None }
    }

    /// The moment of a record of this time.
    pub(crate) fn moment(&mut self, time: i64) -> i64 {
        let round = self.round.get_or_insert(Round { first: time, latest: time, steps: 0 });
        if time > round.latest {
            round.latest = time;
            round.steps += 1;
        }
        self.base.saturating_add(time.saturating_sub(round.first))
    }

    /// How long until that moment; `None`: it has come.
    pub(crate) fn wait(&mut self, moment: i64) -> Option<Duration> {
        let (start, _) = *self.start.get_or_insert_with(|| (Instant::now(), time::now() / 1_000_000 * 1_000_000));
        if self.speed == Speed::Max {
            return None;
        }
        let due = Duration::from_nanos(u64::try_from(self.speed.scale(moment)).unwrap_or(0));
        if due > self.now {
            self.now = start.elapsed();
        }
        due.checked_sub(self.now).filter(|wait| !wait.is_zero())
    }

    /// The time that a record of that moment is given: ns since 1970 UTC.
    pub(crate) fn restamped(&self, moment: i64) -> i64 {
        let start = self.start.map_or(0, |(_, time)| time);
        start.saturating_add(self.speed.scale(moment))
    }

    /// The next record is the first of another round: one mean step behind the latest; a second where there is none.
    pub(crate) fn rewind(&mut self) {
        if let Some(round) = self.round.take() {
            let span = round.latest.saturating_sub(round.first);
            let step = if round.steps > 0 { span / round.steps } else { 1_000_000_000 };
            self.base = self.base.saturating_add(span).saturating_add(step.max(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        for (text, speed) in [("max", Speed::Max), ("60x", Speed::Times(60.0)), ("0.5x", Speed::Times(0.5))] {
            assert_eq!(text.parse(), Ok(speed), "{text}");
        }
        for text in ["", "x", "60", "-1x", "0x", "infx", "nanx", "1e3x", "1.2.3x", "fast", "99999999999999999x"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_round_begins_one_mean_step_behind_the_last() {
        let mut pace = Pace::new(Speed::Max);
        let round = [100, 100, 110, 105, 120, 120];
        let moments: Vec<i64> = round.iter().map(|&time| pace.moment(time)).collect();
        assert_eq!(moments, [0, 0, 10, 5, 20, 20]);
        pace.rewind();
        assert_eq!(pace.moment(100), 30);
        assert_eq!(pace.moment(120), 50);
        pace.rewind();
        // The mean step of the second round, which had only one.
        assert_eq!(pace.moment(100), 70);
        pace.rewind();
        assert_eq!(pace.moment(100), 1_000_000_070);
    }

    #[test]
    fn distances_are_divided_by_the_speed() {
        assert_eq!(Speed::Times(60.0).scale(60_000_000_000), 1_000_000_000);
        assert_eq!(Speed::Times(0.5).scale(-10), -20);
        assert_eq!(Speed::Times(1.0).scale(i64::MAX), i64::MAX);
        assert_eq!(Speed::Times(1e-6).scale(i64::MAX), i64::MAX);
        assert_eq!(Speed::Max.scale(7), 7);
    }

    #[test]
    fn what_is_early_is_due_at_once() {
        let mut pace = Pace::new(Speed::Times(1.0));
        for (time, due) in
            [(1_000, true), (1, true), (1_000_000_000_000_000, false), (i64::MAX, false), (i64::MIN, true)]
        {
            let moment = pace.moment(time);
            assert_eq!(pace.wait(moment).is_none(), due, "{time}");
        }
    }
}
