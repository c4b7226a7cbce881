//! One simulated series: a voltage or a current, with its own noise, gaps and faults.
//!
//! Decision: each series has a generator of its own, made of the seed and its number, so that the readings of a meter do
//! not depend on how many meters there are. Values are whole thousandths: the same digits on every machine.

use crate::reading::json;

/// What is wrong with some lines, as shares of all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Faults {
    pub(super) out_of_range: f64,
    pub(super) torn: f64,
    pub(super) not_json: f64,
}

/// How all series behave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// The deviation from the mean, as a share of it.
    pub(super) noise: f64,
    /// Each value goes on from the last one.
    pub(super) walk: bool,
    /// The largest distance of a time from its due one, ns.
    pub(super) jitter: i64,
    /// The share of the time in which it says nothing.
    pub(super) gaps: f64,
    /// How many readings are missing in a gap, on average: at least 1.
    pub(super) gap_length: f64,
    pub(super) faults: Faults,
}

/// Numbers from a seed: xorshift64* (Vigna 2016).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The generator of this number among those of a seed: neighbours have nothing in common.
    pub(super) fn new(seed: u64, number: u64) -> Random {
        Random(mixed(mixed(seed) ^ number) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From 0 up to, without, 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 up to, without, `end`.
    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// About normal: mean 0, deviation 1 (the sum of four uniform ones).
    fn normal(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.share()).sum();
        (sum - 2.0) * 3_f64.sqrt()
    }
}

/// A step of splitmix64 (Steele 2014).
fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A series.
#[derive(Clone, Debug)]
pub(super) struct Device {
    /// `,"device":"m1-v","value":`
    head: Vec<u8>,
    /// `,"unit":"V","meter":"m1"}`
    tail: Vec<u8>,
    mean: f64,
    /// How far the walk is from the mean, as a share of it.
    walked: f64,
    random: Random,
    /// Number of readings still to come.
    silent: u64,
    /// Behind each step it speaks after so long, ns.
    pub(super) offset: i64,
}

/// One step of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    Nothing,
    /// After so long behind its due time (or before it), ns.
    Line(i64),
}

impl Device {
    pub(super) fn new(seed: u64, number: u64, meter: &str, unit: &str, mean: f64, offset: i64) -> Device {
        let mut head = b",\"device\":".to_vec();
        json::write_string(&format!("{meter}-{}", unit.to_lowercase()), &mut head);
        head.extend_from_slice(b",\"value\":");
        let mut tail = format!(",\"unit\":\"{unit}\",\"meter\":").into_bytes();
        json::write_string(meter, &mut tail);
        tail.push(b'}');
        Device { head, tail, mean, walked: 0.0, random: Random::new(seed, number), silent: 0, offset }
    }

    /// Goes on by one step.
    pub(super) fn step(&mut self, habits: &Habits) -> Said {
        // The same numbers are drawn whatever comes of them, so that gaps do not change the values around them.
        let (start, length, jitter) = (self.random.share(), self.random.share(), self.random.share());
        if self.silent > 0 {
            self.silent -= 1;
            return Said::Nothing;
        }
        // So that of all steps the wanted share is silent: the others speak, or begin a gap.
        let begins = habits.gaps / (habits.gap_length * (1.0 - habits.gaps) + habits.gaps);
        if start < begins {
            // From one up to twice the mean, less one.
            self.silent = (length * (2.0 * habits.gap_length - 1.0)) as u64;
            return Said::Nothing;
        }
        Said::Line(((jitter * 2.0 - 1.0) * habits.jitter as f64) as i64 / 1_000 * 1_000)
    }

    /// Appends the line of this step; `time` appends its time as JSON.
    pub(super) fn write(&mut self, habits: &Habits, time: impl FnOnce(&mut Vec<u8>), to: &mut Vec<u8>) {
        let noise = self.random.normal() * habits.noise;
        let fault = self.random.share();
        let place = self.random.next();
        if habits.walk {
            // Drawn back by a hundredth, so that it stays about its mean for ever.
            self.walked = (self.walked * 0.99 + noise).clamp(-0.9, 0.9);
        }
        let share = 1.0 + if habits.walk { self.walked } else { noise };
        let Faults { out_of_range, torn, not_json } = habits.faults;
        let beyond = if fault < out_of_range { 100.0 } else { 1.0 };
        let thousandths = (self.mean * share.max(0.0) * beyond * 1000.0).round() as u64;
        let start = to.len();
        to.extend_from_slice(b"{\"time\":");
        time(to);
        to.extend_from_slice(&self.head);
        to.extend_from_slice(format!("{}.{:03}", thousandths / 1000, thousandths % 1000).as_bytes());
        to.extend_from_slice(&self.tail);
        if (out_of_range..out_of_range + torn).contains(&fault) {
            let length = (to.len() - start) as u64;
            to.truncate(start + 1 + Random(place | 1).below(length - 1) as usize);
        } else if (out_of_range + torn..out_of_range + torn + not_json).contains(&fault) {
            to.truncate(start);
            to.extend_from_slice(b"ERR sensor not ready");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HABITS: Habits = Habits {
        noise: 0.01,
        walk: false,
        jitter: 0,
        gaps: 0.0,
        gap_length: 10.0,
        faults: Faults { out_of_range: 0.0, torn: 0.0, not_json: 0.0 },
    };

    fn values(habits: &Habits, count: usize) -> Vec<f64> {
        let mut device = Device::new(1, 0, "m1", "V", 230.0, 0);
        let mut value = || {
            let mut line = Vec::new();
            device.write(habits, |to| to.push(b'0'), &mut line);
            let text = String::from_utf8(line).unwrap();
            let value = text.strip_prefix("{\"time\":0,\"device\":\"m1-v\",\"value\":").unwrap();
            value.strip_suffix(",\"unit\":\"V\",\"meter\":\"m1\"}").unwrap().parse().unwrap()
        };
        (0..count).map(|_| value()).collect()
    }

    #[test]
    fn noise_lies_about_the_mean() {
        let values = values(&HABITS, 100_000);
        let mean = values.iter().sum::<f64>() / 1e5;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 1e5).sqrt();
        assert!((mean - 230.0).abs() < 0.05 && (deviation - 2.3).abs() < 0.05, "{mean} {deviation}");
    }

    #[test]
    fn a_walk_goes_on_from_where_it_is_and_stays() {
        let walk = values(&Habits { walk: true, ..HABITS }, 100_000);
        let steps = walk.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / 1e5;
        let away = walk.iter().map(|v| (v - 230.0).abs()).sum::<f64>() / 1e5;
        assert!(steps < 3.0 && away > 5.0 && walk.iter().all(|v| (23.0..437.0).contains(v)), "{steps} {away}");
    }

    #[test]
    fn gaps_take_their_share() {
        for share in [0.0, 0.1, 0.5, 0.9] {
            let habits = Habits { gaps: share, ..HABITS };
            let mut device = Device::new(7, 3, "m1", "V", 230.0, 0);
            let silent = (0..200_000).filter(|_| device.step(&habits) == Said::Nothing).count() as f64 / 2e5;
            assert!((silent - share).abs() < 0.02, "{silent} of {share}");
        }
    }
}
