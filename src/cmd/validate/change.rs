//! How values change: not faster than `max_rate`, and not never for longer than `max_same` (a sensor that is stuck).
//!
//! Decision: what is compared with is the last value that was right, so that a spike is one reject and not two. What
//! was remembered is lost at a restart: the first value after it is compared with nothing.

use crate::host::budget::{Budget, ENTRY};
use crate::reading::error::{Code, Result};
use crate::reading::registry::{Kind, Meter, Rate, Same};
use crate::reading::time;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// The last values, by series and field.
pub(super) struct Changes {
    last: HashMap<Box<[u8]>, Last, RandomState>,
    budget: Budget,
    key: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    /// ns, of the last value that was right.
    time: i64,
    value: f64,
    /// The last value of all, since when, and how many times.
    same: f64,
    since: i64,
    count: u64,
}

/// What is wrong with a value, and what is allowed.
pub(super) type Wrong = (Code, String);

impl Changes {
    pub(super) fn new(budget: Budget) -> Changes {
        Changes { last: HashMap::default(), budget, key: Vec::new() }
    }

    /// Looks at a value that is in its range, in the unit of the registry. Late and repeated ones are not compared.
    pub(super) fn check(
        &mut self,
        series: &[u8],
        field: &str,
        meter: &Meter,
        time: i64,
        value: f64,
    ) -> Result<Option<Wrong>> {
        if meter.max_rate.is_none() && meter.max_same.is_none() {
            return Ok(None);
        }
        self.key.clear();
        self.key.extend_from_slice(series);
        self.key.push(0);
        self.key.extend_from_slice(field.as_bytes());
        let Some(last) = self.last.get_mut(&self.key[..]) else {
            self.budget.take(self.key.len() + size_of::<Last>() + ENTRY)?;
            self.last.insert(self.key[..].into(), Last { time, value, same: value, since: time, count: 1 });
            return Ok(None);
        };
        if time <= last.time.max(last.since) {
            return Ok(None);
        }
        if value == last.same {
            last.count += 1;
        } else {
            (last.same, last.since, last.count) = (value, time, 1);
        }
        let too_fast = meter.max_rate.filter(|rate| last.is_passed(*rate, meter, time, value));
        if let Some(rate) = too_fast {
            let allowed = format!("at most {} from {}", rate.words(), last.value);
            return Ok(Some((Code::Rate, allowed)));
        }
        (last.time, last.value) = (time, value);
        let stuck = meter.max_same.filter(|same| match same {
            Same::Readings(most) => last.count > *most,
            Same::Time(longest) => time.saturating_sub(last.since) > *longest,
        });
        Ok(stuck.map(|same| {
            let for_long = time::write_duration(time.saturating_sub(last.since));
            let found = format!("the same {} times in {for_long}", last.count);
            (Code::Stuck, format!("another value after {} (it is {found})", same.words()))
        }))
    }
}

impl Last {
    fn is_passed(&self, rate: Rate, meter: &Meter, time: i64, value: f64) -> bool {
        let change = match (meter.kind, meter.turn()) {
            // The short way round.
            (_, Some(turn)) => {
                let change = (value - self.value).abs() % turn;
                change.min(turn - change)
            }
            // A reset: it began at zero again.
            (Kind::Counter, None) if value < self.value => value,
            _ => (value - self.value).abs(),
        };
        let steps = (time - self.time) as f64 / rate.time as f64;
        change > rate.change * steps * (1.0 + f64::EPSILON)
    }
}
