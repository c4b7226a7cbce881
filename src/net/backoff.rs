//! When to try again: exponential with full jitter, so that a thousand clients of one server that comes back
//! do not come at once (Amazon's "Exponential Backoff And Jitter", 2015).

use crate::host::diag;
use crate::host::options::RetryArgs;
use crate::reading::error::{Error, Result};
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// The first pause is at most this long.
const LEAST: Duration = Duration::from_millis(500);

/// After so long a connection counts as healthy, and the pauses begin small again.
const HEALTHY: Duration = Duration::from_secs(60);

/// The same fault again and again is told this often, then once in so long: an outage of a day must not fill a log.
const TOLD: u32 = 5;
const TOLD_EVERY: Duration = Duration::from_secs(3600);

/// Counts attempts that failed, and says how long to wait.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    most: Duration,
    retries: Option<u32>,
    failures: u32,
    /// The last fault, how often in a row, and when it was last told.
    last: Option<(String, u32, Instant)>,
}

impl Backoff {
    pub(crate) fn new(args: &RetryArgs) -> Backoff {
        Backoff { most: args.max_backoff, retries: args.retries, failures: 0, last: None }
    }

    /// A connection has lasted so long.
    pub(crate) fn lasted(&mut self, time: Duration) {
        if time >= HEALTHY {
            self.succeeded();
        }
    }

    /// It went well: what fails from here on is a first failure.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// One more failure: tells it, and gives the pause before the next attempt. The fault itself: no more attempts.
    pub(crate) fn again(&mut self, fault: Error) -> Result<Duration> {
        let Some(pause) = self.pause() else { return Err(fault) };
        let text = fault.to_string();
        let told = format!("{text}; again in {:.1}s", pause.as_secs_f64());
        let now = Instant::now();
        let (_, count, at) = self.last.take().filter(|(last, ..)| *last == text).unwrap_or((String::new(), 0, now));
        let is_news = count < TOLD || now.duration_since(at) >= TOLD_EVERY;
        if is_news {
            diag::warn(fault.code(), told);
        } else {
            diag::info(fault.code(), told);
        }
        self.last = Some((text, count.saturating_add(1), if is_news { now } else { at }));
        Ok(pause)
    }

    /// One more failure: the pause before the next attempt. `None`: no more attempts.
    fn pause(&mut self) -> Option<Duration> {
        if self.retries.is_some_and(|retries| self.failures >= retries) {
            return None;
        }
        let ceiling = LEAST.saturating_mul(1_u32 << self.failures.min(16)).min(self.most);
        self.failures = self.failures.saturating_add(1);
        Some(ceiling.mul_f64(fraction()))
    }
}

/// 64 bits that nobody can foretell: the standard library's hasher, keyed by the system.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// At least 0, below 1.
pub(crate) fn fraction() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(retries: Option<u32>) -> Backoff {
        Backoff::new(&RetryArgs { retries, max_backoff: Duration::from_secs(60) })
    }

    #[test]
    fn pauses_grow_to_the_most_and_begin_small_after_health() {
        let mut backoff = backoff(None);
        for failure in 0..100 {
            let ceiling = LEAST.saturating_mul(1 << failure.min(16)).min(Duration::from_secs(60));
            assert!(backoff.pause().unwrap() < ceiling);
        }
        backoff.lasted(Duration::from_secs(59));
        assert_eq!(backoff.failures, 100);
        backoff.lasted(Duration::from_secs(60));
        assert!(backoff.pause().unwrap() < LEAST);
    }

    #[test]
    fn pauses_differ() {
        let mut pauses: Vec<_> = (0..20).map(|_| backoff(None).pause()).collect();
        pauses.sort();
        pauses.dedup();
        assert!(pauses.len() > 15);
    }

    #[test]
    fn no_more_than_the_retries_asked_for() {
        let mut backoff = backoff(Some(2));
        assert!(backoff.pause().is_some());
        assert!(backoff.pause().is_some());
        assert!(backoff.pause().is_none());
        assert!(super::tests::backoff(Some(0)).pause().is_none());
    }
}
