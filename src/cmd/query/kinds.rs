//! What numbers of a counter and of an angle come to.
//!
//! A counter rises; where it falls it began again at 0. What it rose between two readings belongs to the span in which the
//! later one is. Directions have the mean of their unit vectors (Mardia and Jupp 2000, 2.2.1).

use crate::reading::json;

/// What a counter has counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counter {
    /// The last reading, also of a span before this one.
    last: Option<f64>,
    rise: f64,
    /// What the sum has lost in rounding.
    lost: f64,
    /// How many steps it is the sum of.
    steps: u64,
    resets: u64,
    /// The most decimals that a reading had: a difference has no more.
    decimals: u8,
}

impl Counter {
    pub(super) fn add(&mut self, value: f64, raw: &[u8]) {
        self.decimals = self.decimals.max(decimals(raw));
        let Some(last) = self.last.replace(value) else { return };
        let is_reset = value < last;
        let step = if is_reset { value.max(0.0) } else { value - last };
        self.resets += u64::from(is_reset);
        self.steps += 1;
        let sum = self.rise + step;
        self.lost += if self.rise >= step { (self.rise - sum) + step } else { (step - sum) + self.rise };
        self.rise = sum;
    }

    /// Another span begins.
    pub(super) fn clear(&mut self) {
        *self = Counter { last: self.last, decimals: self.decimals, ..Counter::default() };
    }

    /// How often it began again.
    pub(super) fn resets(&self) -> u64 {
        self.resets
    }

    /// Appends how much it rose; false, and nothing: there is no reading before the only one.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> bool {
        if self.steps == 0 {
            return false;
        }
        let rise = (self.rise + self.lost).min(f64::MAX);
        if self.decimals == 0 && rise < 9_007_199_254_740_992.0 {
            json::write_i64(rise as i64, to);
        } else if self.decimals <= 15 {
            json::write_f64(json::round(rise, self.decimals), to);
        } else {
            json::write_f64(rise, to);
        }
        true
    }
}

/// How many digits are after the point; 16: nobody knows.
fn decimals(raw: &[u8]) -> u8 {
    if raw.iter().any(|byte| byte | 0x20 == b'e') {
        return 16;
    }
    match raw.iter().position(|byte| *byte == b'.') {
        Some(at) => (raw.len() - at - 1).min(16) as u8,
        None => 0,
    }
}

/// The sum of unit vectors.
#[derive(Clone, Debug)]
pub(super) struct Circle {
    turn: f64,
    x: f64,
    y: f64,
    count: u64,
}

impl Circle {
    pub(super) fn new(turn: f64) -> Circle {
        Circle { turn, x: 0.0, y: 0.0, count: 0 }
    }

    pub(super) fn add(&mut self, value: f64) {
        let (y, x) = (value.rem_euclid(self.turn) / self.turn * std::f64::consts::TAU).sin_cos();
        (self.x, self.y, self.count) = (self.x + x, self.y + y, self.count + 1);
    }

    pub(super) fn clear(&mut self) {
        *self = Circle::new(self.turn);
    }

    /// The mean direction, from 0 up to a turn; `None`: they point everywhere alike.
    pub(super) fn mean(&self) -> Option<f64> {
        if self.x.hypot(self.y) < 1e-9 * self.count.max(1) as f64 {
            return None;
        }
        let mean = (self.y.atan2(self.x) / std::f64::consts::TAU).rem_euclid(1.0) * self.turn;
        // Twelve digits are more than sine and cosine keep.
        let mean = json::round(mean, 9);
        Some(if mean >= self.turn { 0.0 } else { mean })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risen(counter: &Counter) -> String {
        let mut to = Vec::new();
        if counter.write(&mut to) { String::from_utf8(to).expect("a number") } else { "none".to_owned() }
    }

    #[test]
    fn a_counter_rises_and_begins_again() {
        let mut counter = Counter::default();
        let add = |counter: &mut Counter, raw: &str| counter.add(raw.parse().expect("a number"), raw.as_bytes());
        add(&mut counter, "998");
        assert_eq!(risen(&counter), "none");
        add(&mut counter, "999");
        add(&mut counter, "2");
        assert_eq!((risen(&counter), counter.resets()), ("3".to_owned(), 1));
        counter.clear();
        add(&mut counter, "5");
        assert_eq!((risen(&counter), counter.resets()), ("3".to_owned(), 0));
        let mut exact = Counter::default();
        for raw in ["11.9", "12.2", "12.3", "0.1"] {
            add(&mut exact, raw);
        }
        assert_eq!(risen(&exact), "0.5");
        let mut odd = Counter::default();
        for raw in ["1e0", "3e0"] {
            add(&mut odd, raw);
        }
        assert_eq!(risen(&odd), "2.0");
    }

    #[test]
    fn directions_have_a_mean() {
        let mean = |all: &[f64]| {
            let mut circle = Circle::new(360.0);
            all.iter().for_each(|angle| circle.add(*angle));
            circle.mean()
        };
        assert_eq!(mean(&[350.0, 10.0]), Some(0.0));
        assert_eq!(mean(&[350.0, 20.0]), Some(5.0));
        assert_eq!(mean(&[90.0, -90.0]), None);
        assert_eq!(mean(&[180.0, 180.0]), Some(180.0));
        assert_eq!(mean(&[720.0, 90.0]), Some(45.0));
    }
}
