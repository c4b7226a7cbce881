//! What follows when a unit has ended: whether it is started again, and how long is waited before that. Nothing here knows a clock.

use super::unit::{Pauses, Restart, Unit};
use crate::host::keeper::End;
use crate::net::backoff;
use std::time::Duration;

/// The first pause of an exponential backoff is at most so long.
const LEAST: Duration = Duration::from_millis(500);

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Again,
    /// It is done.
    Over,
    /// Started again it would end in the same way.
    Refused,
}

/// What follows when a unit ends by itself, or was ended because it stalled or grew (`forced`).
pub(super) fn verdict(unit: &Unit, end: End, forced: bool) -> Verdict {
    if forced {
        return Verdict::Again;
    }
    match end {
        End::Code(code) if unit.final_codes.contains(&code) => Verdict::Refused,
        _ if unit.restart == Restart::Never => Verdict::Over,
        end if unit.restart == Restart::OnFailure && end.is_done() => Verdict::Over,
        _ => Verdict::Again,
    }
}

/// How often a unit has ended since it was last healthy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures(u32);

impl Failures {
    /// It ran for so long and ended: the pause before it is started again.
    pub(super) fn pause(&mut self, unit: &Unit, ran: Duration) -> Duration {
        if ran >= unit.healthy {
            self.0 = 0;
        }
        let before = self.0;
        self.0 = self.0.saturating_add(1);
        match &unit.backoff {
            Pauses::UpTo(most) => {
                let ceiling = LEAST.saturating_mul(1_u32 << before.min(16)).min(*most);
                ceiling.mul_f64(backoff::fraction())
            }
            Pauses::Steps(steps) => {
                let place = usize::try_from(before).unwrap_or(usize::MAX).min(steps.len().saturating_sub(1));
                steps.get(place).copied().unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::{Job, Times};
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn unit(restart: Restart, backoff: Pauses) -> Unit {
        Unit {
            name: "u".to_owned(),
            job: Job::Program(vec!["x".to_owned()]),
            restart,
            backoff,
            healthy: Duration::from_secs(60),
            final_codes: vec![2, 77],
            after: BTreeSet::new(),
            drain: Duration::ZERO,
            grace: Duration::ZERO,
            env: BTreeMap::new(),
            directory: "/".into(),
            nice: 0,
            max_rss: None,
            stall: None,
            times: Times::Always,
        }
    }

    #[test]
    fn who_is_started_again() {
        use Restart::{Always, Never, OnFailure};
        use Verdict::{Again, Over, Refused};
        for (restart, end, follows) in [
            (Always, End::Code(0), Again),
            (Always, End::Code(1), Again),
            (Always, End::Code(69), Again),
            (Always, End::Signal(9), Again),
            (Always, End::Unknown, Again),
            (Always, End::Code(2), Refused),
            (Always, End::Code(77), Refused),
            (OnFailure, End::Code(0), Over),
            (OnFailure, End::Code(1), Over),
            (OnFailure, End::Code(74), Again),
            (OnFailure, End::Signal(15), Again),
            (OnFailure, End::Code(2), Refused),
            (Never, End::Code(0), Over),
            (Never, End::Signal(9), Over),
            (Never, End::Code(77), Refused),
        ] {
            let unit = unit(restart, Pauses::UpTo(Duration::ZERO));
            assert_eq!(verdict(&unit, end, false), follows, "{restart:?} {end}");
            assert_eq!(verdict(&unit, end, true), Again);
        }
    }

    /// The buckets of the framework that kymo replaces (its `backoff` vectors), which slept up to a minute too long.
    #[test]
    fn steps_are_taken_one_after_the_other_and_anew_after_health() {
        for buckets in [vec![60, 240, 900], vec![120, 900, 3600], vec![60, 240, 900, 3600, 14400], vec![90], vec![5]] {
            let steps = buckets.iter().map(|&s| Duration::from_secs(s)).collect();
            let unit = unit(Restart::Always, Pauses::Steps(steps));
            let mut failures = Failures::default();
            for n in 0..7 {
                let wanted = buckets[n.min(buckets.len() - 1)];
                assert_eq!(failures.pause(&unit, Duration::from_secs(1)), Duration::from_secs(wanted));
            }
            assert_eq!(failures.pause(&unit, Duration::from_secs(60)), Duration::from_secs(buckets[0]));
        }
    }

    #[test]
    fn exponential_pauses_grow_to_the_most() {
        let unit = unit(Restart::Always, Pauses::UpTo(Duration::from_secs(10)));
        let mut failures = Failures::default();
        for n in 0..50 {
            let ceiling = LEAST.saturating_mul(1 << n.min(16)).min(Duration::from_secs(10));
            assert!(failures.pause(&unit, Duration::ZERO) <= ceiling);
        }
        assert!(failures.pause(&unit, Duration::from_secs(60)) <= LEAST);
    }
}
