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
    /// How many decimals values have: at most 3.
    pub(super) decimals: u32,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// It ends somewhere, by this number.
    Torn(u64),
    NotARecord,
}

impl Fault {
    /// Spoils the line that begins there.
    pub(super) fn spoil(self, start: usize, to: &mut Vec<u8>) {
        match self {
            Fault::Torn(place) => {
                let length = (to.len() - start) as u64;
                to.truncate(start + 1 + Random(place | 1).below(length.saturating_sub(1)) as usize);
            }
            Fault::NotARecord => {
                to.truncate(start);
                to.extend_from_slice(b"ERR sensor not ready");
            }
        }
    }
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

    /// Appends the record of this step, and gives what shall be wrong with its line; `time` appends its time as JSON.
    pub(super) fn write(
        &mut self,
        habits: &Habits,
        time: impl FnOnce(&mut Vec<u8>),
        to: &mut Vec<u8>,
    ) -> Option<Fault> {
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
        to.extend_from_slice(b"{\"time\":");
        time(to);
        to.extend_from_slice(&self.head);
        write_thousandths(thousandths, habits.decimals, to);
        to.extend_from_slice(&self.tail);
        if (out_of_range..out_of_range + torn).contains(&fault) {
            Some(Fault::Torn(place))
        } else if (out_of_range + torn..out_of_range + torn + not_json).contains(&fault) {
            Some(Fault::NotARecord)
        } else {
            None
        }
    }
}

/// Appends a number of thousandths with so many decimals, rounded half to even.
fn write_thousandths(thousandths: u64, decimals: u32, to: &mut Vec<u8>) {
    let unit = 10_u64.pow(3_u32.saturating_sub(decimals));
    let (whole, rest) = (thousandths / unit, thousandths % unit);
    let up = rest * 2 > unit || (rest * 2 == unit && whole % 2 == 1);
    let number = whole + u64::from(up);
    let one = 1000 / unit;
    to.extend_from_slice((number / one).to_string().as_bytes());
    if decimals > 0 {
        to.extend_from_slice(format!(".{:0width$}", number % one, width = decimals as usize).as_bytes());
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
        decimals: 3,
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
    fn values_have_as_many_decimals_as_they_are_told() {
        for (thousandths, decimals, text) in [
            (230_125, 3, "230.125"),
            (230_125, 2, "230.12"),
            (230_135, 2, "230.14"),
            (230_999, 2, "231.00"),
            (49, 1, "0.0"),
            (50, 1, "0.0"),
            (51, 1, "0.1"),
            (500, 0, "0"),
            (1500, 0, "2"),
        ] {
            let mut to = Vec::new();
            write_thousandths(thousandths, decimals, &mut to);
            assert_eq!(String::from_utf8_lossy(&to), text);
        }
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
