//! When to try again: exponential with full jitter, so that a thousand clients of one server that comes back
//! do not come at once (Amazon's «Exponential Backoff And Jitter», 2015).

use crate::options;
use clap::Args;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The first pause is at most this long.
const LEAST: Duration = Duration::from_millis(500);

/// After so long a connection counts as healthy, and the pauses begin small again.
const HEALTHY: Duration = Duration::from_secs(60);

/// Flags of everything that connects again.
#[derive(Args, Clone, Debug)]
pub struct RetryArgs {
    /// Give up after N attempts in a row that failed [default: never]
    #[arg(long, value_name = "N", help_heading = "Connection")]
    pub retries: Option<u32>,

    /// Wait at most so long before the next attempt
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "60s", help_heading = "Connection")]
    pub max_backoff: Duration,
}

/// Counts attempts that failed, and says how long to wait.
#[derive(Clone, Debug)]
pub struct Backoff {
    most: Duration,
    retries: Option<u32>,
    failures: u32,
}

impl Backoff {
    pub fn new(args: &RetryArgs) -> Backoff {
        Backoff { most: args.max_backoff, retries: args.retries, failures: 0 }
    }

    /// A connection has lasted so long.
    pub fn lasted(&mut self, time: Duration) {
        if time >= HEALTHY {
            self.failures = 0;
        }
    }

    /// One more failure: the pause before the next attempt. `None`: no more attempts.
    pub fn pause(&mut self) -> Option<Duration> {
        if self.retries.is_some_and(|retries| self.failures >= retries) {
            return None;
        }
        let ceiling = LEAST.saturating_mul(1_u32 << self.failures.min(16)).min(self.most);
        self.failures = self.failures.saturating_add(1);
        Some(ceiling.mul_f64(fraction()))
    }
}

/// 64 bits that nobody can foretell: the standard library's hasher, keyed by the system.
pub fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// At least 0, below 1.
fn fraction() -> f64 {
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
