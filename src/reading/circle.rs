//! What angles come to: the mean of their unit vectors (Mardia and Jupp 2000, 2.2.1).

use super::json;

/// The sum of unit vectors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Circle {
    turn: f64,
    x: f64,
    y: f64,
    count: u64,
}

impl Circle {
    /// An angle, with what a whole turn is.
    pub(crate) fn add(&mut self, value: f64, turn: f64) {
        self.turn = turn;
        let (y, x) = (value.rem_euclid(self.turn) / self.turn * std::f64::consts::TAU).sin_cos();
        (self.x, self.y, self.count) = (self.x + x, self.y + y, self.count + 1);
    }

    /// Further angles at once: their mean direction, how many they are, and how much of them points there.
    pub(crate) fn add_many(&mut self, mean: f64, count: u64, resultant: f64) {
        let (y, x) = (mean.rem_euclid(self.turn) / self.turn * std::f64::consts::TAU).sin_cos();
        let length = resultant * count as f64;
        (self.x, self.y, self.count) = (self.x + x * length, self.y + y * length, self.count + count);
    }

    pub(crate) fn clear(&mut self) {
        *self = Circle::default();
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The mean resultant length: 1 if all point the same way, 0 if they point everywhere alike.
    pub(crate) fn resultant(&self) -> f64 {
        (self.x.hypot(self.y) / self.count.max(1) as f64).min(1.0)
    }

    /// Appends the mean direction; false, and nothing: there is none.
    pub(crate) fn write(&self, decimals: Option<u8>, to: &mut Vec<u8>) -> bool {
        let Some(mean) = self.mean() else { return false };
        let mean = decimals.map_or(mean, |decimals| json::round(mean, decimals));
        // Rounded up to a whole turn.
        json::write_f64(if mean >= self.turn { 0.0 } else { mean }, to);
        true
    }

    /// The mean direction, from 0 up to a turn; `None`: they point everywhere alike.
    pub(crate) fn mean(&self) -> Option<f64> {
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

    #[test]
    fn directions_have_a_mean() {
        let mean = |all: &[f64]| {
            let mut circle = Circle::default();
            all.iter().for_each(|angle| circle.add(*angle, 360.0));
            circle.mean()
        };
        assert_eq!(mean(&[350.0, 10.0]), Some(0.0));
        assert_eq!(mean(&[350.0, 20.0]), Some(5.0));
        assert_eq!(mean(&[90.0, -90.0]), None);
        assert_eq!(mean(&[180.0, 180.0]), Some(180.0));
        assert_eq!(mean(&[720.0, 90.0]), Some(45.0));
    }

    #[test]
    fn many_are_as_one_by_one() {
        let (mut all, mut first) = (Circle::default(), Circle::default());
        for angle in [350.0, 20.0, 40.0] {
            all.add(angle, 360.0);
            first.add(angle, 360.0);
        }
        let mut again = Circle::default();
        for angle in [90.0, 120.0] {
            all.add(angle, 360.0);
            again.add(angle, 360.0);
        }
        again.add_many(first.mean().expect("a mean"), first.count(), first.resultant());
        let mean = |circle: &Circle| circle.mean().expect("a mean");
        assert!((mean(&again) - mean(&all)).abs() < 1e-6);
        assert!((again.resultant() - all.resultant()).abs() < 1e-9);
    }
}
