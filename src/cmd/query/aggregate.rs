//! What many numbers come to: count, least, greatest, first, last, mean.
//!
//! The mean is a compensated sum (Neumaier 1974) over the count; the others keep the spelling of the number that they are.

use crate::reading::json;

/// What is computed from many numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Agg {
    Mean,
    Min,
    Max,
    /// The first in time
    First,
    /// The last in time
    Last,
    /// The number of values
    Count,
}

impl Agg {
    pub(super) fn name(self) -> &'static str {
        match self {
            Agg::Mean => "mean",
            Agg::Min => "min",
            Agg::Max => "max",
            Agg::First => "first",
            Agg::Last => "last",
            Agg::Count => "count",
        }
    }
}

/// A number as it was spelled.
#[derive(Clone, Debug, Default)]
struct Spelled {
    value: f64,
    raw: Vec<u8>,
}

impl Spelled {
    fn set(&mut self, value: f64, raw: &[u8]) {
        self.value = value;
        self.raw.clear();
        self.raw.extend_from_slice(raw);
    }
}

/// Some numbers, in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Aggregate {
    count: u64,
    sum: f64,
    /// What the sum has lost in rounding.
    lost: f64,
    min: Spelled,
    max: Spelled,
    first: Spelled,
    last: Spelled,
}

impl Aggregate {
    pub(super) fn add(&mut self, value: f64, raw: &[u8]) {
        if self.count == 0 {
            self.first.set(value, raw);
        }
        if self.count == 0 || value < self.min.value {
            self.min.set(value, raw);
        }
        if self.count == 0 || value > self.max.value {
            self.max.set(value, raw);
        }
        self.last.set(value, raw);
        self.count += 1;
        let sum = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.sum = 0.0;
        self.lost = 0.0;
    }

    /// Appends it; there is at least one number.
    pub(super) fn write(&self, agg: Agg, to: &mut Vec<u8>) {
        match agg {
            Agg::Mean => json::write_f64(self.mean(), to),
            Agg::Min => to.extend_from_slice(&self.min.raw),
            Agg::Max => to.extend_from_slice(&self.max.raw),
            Agg::First => to.extend_from_slice(&self.first.raw),
            Agg::Last => to.extend_from_slice(&self.last.raw),
            Agg::Count => to.extend_from_slice(self.count.to_string().as_bytes()),
        }
    }

    /// Between the least and the greatest, also where the sum overflows.
    fn mean(&self) -> f64 {
        let mean = (self.sum + self.lost) / self.count as f64;
        let mean = if mean.is_finite() { mean } else { self.min.value / 2.0 + self.max.value / 2.0 };
        mean.clamp(self.min.value, self.max.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_keeps_its_digits() {
        let mut some = Aggregate::default();
        for _ in 0..1_000_000 {
            some.add(0.1, b"0.1");
        }
        assert_eq!(some.mean(), 0.1);
        some.clear();
        for raw in ["1e308", "1.5e308", "-1"] {
            some.add(raw.parse().unwrap(), raw.as_bytes());
        }
        let written = |agg| {
            let mut to = Vec::new();
            some.write(agg, &mut to);
            String::from_utf8(to).unwrap()
        };
        let all = [Agg::Min, Agg::Max, Agg::First, Agg::Last, Agg::Count].map(written);
        assert_eq!(all, ["-1", "1.5e308", "1e308", "-1", "3"]);
        assert!(some.mean().is_finite());
    }
}
