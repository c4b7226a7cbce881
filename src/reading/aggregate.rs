//! What many numbers come to: count, least, greatest, first, last, sum, mean.
//!
//! Integers are summed exactly. Other sums are compensated (Neumaier 1974). The mean is the sum over the count; the others
//! keep the spelling of the number that they are.

use super::json;

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
    /// The sum; of integers the exact one
    Sum,
    /// How much a counter has risen, also since the span before; where it falls it began again at 0, which a field
    /// `…_resets` counts
    Increase,
}

impl Agg {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Agg::Mean => "mean",
            Agg::Min => "min",
            Agg::Max => "max",
            Agg::First => "first",
            Agg::Last => "last",
            Agg::Count => "count",
            Agg::Sum => "sum",
            Agg::Increase => "increase",
        }
    }
}

/// Integers beyond this are not all doubles.
const EXACT: i128 = 1 << 53;

/// A number as it was spelled.
#[derive(Clone, Debug, Default)]
struct Spelled {
    value: f64,
    text: Text,
}

/// Numbers of up to this many bytes need no room of their own.
const SHORT: usize = 22;

/// The bytes of a number: most are short, and there are four of them for each field of each series.
#[derive(Clone, Debug)]
enum Text {
    Short(u8, [u8; SHORT]),
    Long(Box<[u8]>),
}

impl Default for Text {
    fn default() -> Text {
        Text::Short(0, [0; SHORT])
    }
}

impl Spelled {
    fn set(&mut self, value: f64, raw: &[u8]) {
        self.value = value;
        let mut short = [0; SHORT];
        self.text = match short.get_mut(..raw.len()) {
            Some(start) => {
                start.copy_from_slice(raw);
                Text::Short(raw.len() as u8, short)
            }
            None => Text::Long(raw.into()),
        };
    }

    fn raw(&self) -> &[u8] {
        match &self.text {
            Text::Short(length, bytes) => &bytes[..usize::from(*length)],
            Text::Long(bytes) => bytes,
        }
    }
}

/// Some numbers, in order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aggregate {
    count: u64,
    sum: f64,
    /// What the sum has lost in rounding.
    lost: f64,
    /// The sum, as long as all are integers and it fits.
    whole: Option<i128>,
    min: Spelled,
    max: Spelled,
    first: Spelled,
    last: Spelled,
}

/// What is known of many numbers, of which at least one there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Many<'r> {
    pub(crate) count: u64,
    pub(crate) mean: f64,
    pub(crate) min: (f64, &'r [u8]),
    pub(crate) max: (f64, &'r [u8]),
}

impl Aggregate {
    pub(crate) fn add(&mut self, value: f64, raw: &[u8]) {
        if self.count == 0 {
            self.first.set(value, raw);
            self.whole = Some(0);
        }
        if let Some(sum) = self.whole {
            let integer = str::from_utf8(raw).ok().and_then(|text| text.parse::<i128>().ok());
            self.whole = integer.and_then(|integer| sum.checked_add(integer));
        }
        if self.count == 0 || value < self.min.value {
            self.min.set(value, raw);
        }
        if self.count == 0 || value > self.max.value {
            self.max.set(value, raw);
        }
        self.last.set(value, raw);
        self.count += 1;
        self.add_to_sum(value);
    }

    fn add_to_sum(&mut self, value: f64) {
        let sum = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() { (self.sum - sum) + value } else { (value - sum) + self.sum };
        self.sum = sum;
    }

    /// Takes many numbers at once, of which this is known.
    pub(crate) fn add_many(&mut self, many: Many<'_>) {
        let Many { count, mean, min, max } = many;
        if count == 0 {
            return;
        }
        for (value, raw) in [min, max] {
            self.add(value, raw);
        }
        self.count = self.count - 2 + count;
        self.whole = None;
        self.add_to_sum(mean * count as f64 - min.0 - max.0);
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes an aggregate may take beside its own, if no number in it is longer than this one.
    pub(crate) fn further(raw: &[u8]) -> usize {
        if raw.len() > SHORT { 4 * raw.len() } else { 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.count = 0;
        self.sum = 0.0;
        self.lost = 0.0;
    }

    /// Appends it; there is at least one number. What is no integer is rounded to `decimals`, if there are any.
    pub(crate) fn write(&self, agg: Agg, decimals: Option<u8>, to: &mut Vec<u8>) {
        let start = to.len();
        self.write_whole(agg, to);
        round(start, decimals, to);
    }

    fn write_whole(&self, agg: Agg, to: &mut Vec<u8>) {
        match agg {
            Agg::Mean => self.write_mean(to),
            // It needs the reading before the first: `Counter`.
            Agg::Increase => {}
            Agg::Sum => match self.whole {
                Some(sum) => to.extend_from_slice(sum.to_string().as_bytes()),
                None => json::write_f64((self.sum + self.lost).clamp(f64::MIN, f64::MAX), to),
            },
            Agg::Min => to.extend_from_slice(self.min.raw()),
            Agg::Max => to.extend_from_slice(self.max.raw()),
            Agg::First => to.extend_from_slice(self.first.raw()),
            Agg::Last => to.extend_from_slice(self.last.raw()),
            Agg::Count => to.extend_from_slice(self.count.to_string().as_bytes()),
        }
    }

    /// Of integers beyond what a double can tell apart, digit by digit.
    fn write_mean(&self, to: &mut Vec<u8>) {
        let count = i128::from(self.count);
        let Some(sum) = self.whole.filter(|sum| (sum / count).abs() >= EXACT) else {
            return json::write_f64(self.mean(), to);
        };
        to.extend_from_slice((sum / count).to_string().as_bytes());
        let mut rest = (sum % count).abs();
        if rest > 0 {
            to.push(b'.');
        }
        for _ in 0..9 {
            if rest == 0 {
                break;
            }
            rest *= 10;
            to.push(b'0' + (rest / count) as u8);
            rest %= count;
        }
    }

    /// Between the least and the greatest, also where the sum overflows.
    fn mean(&self) -> f64 {
        let sum = self.whole.filter(|sum| sum.abs() < EXACT).map_or(self.sum + self.lost, |sum| sum as f64);
        let mean = sum / self.count as f64;
        let mean = if mean.is_finite() { mean } else { self.min.value / 2.0 + self.max.value / 2.0 };
        mean.clamp(self.min.value, self.max.value)
    }
}

/// Rounds the number that begins at `start`, if it is no integer and there are decimals to round it to.
pub(crate) fn round(start: usize, decimals: Option<u8>, to: &mut Vec<u8>) {
    if let Some(decimals) = decimals
        && to[start..].iter().any(|byte| !byte.is_ascii_digit() && *byte != b'-')
        && let Some(number) = json::parse_f64(&to[start..]).filter(|number| number.abs() < EXACT as f64)
    {
        to.truncate(start);
        json::write_f64(json::round(number, decimals), to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(numbers: &[&str], agg: Agg) -> String {
        let mut some = Aggregate::default();
        for raw in numbers {
            some.add(raw.parse().unwrap(), raw.as_bytes());
        }
        let mut to = Vec::new();
        some.write(agg, None, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn integers_are_exact() {
        let large = ["9007199254740993", "9007199254740993"];
        assert_eq!(written(&large, Agg::Mean), "9007199254740993");
        assert_eq!(written(&large, Agg::Sum), "18014398509481986");
        assert_eq!(written(&["9007199254740993", "9007199254740994"], Agg::Mean), "9007199254740993.5");
        assert_eq!(
            written(&["-9007199254740993", "-9007199254740993", "-9007199254740995"], Agg::Mean),
            "-9007199254740993.666666666"
        );
        assert_eq!(written(&["1", "2"], Agg::Mean), "1.5");
        assert_eq!(written(&["1", "2"], Agg::Sum), "3");
        assert_eq!(written(&["0.1", "0.2"], Agg::Sum), "0.30000000000000004");
        // With a fraction among them, as exact as a double is.
        assert_eq!(written(&["9007199254740993", "0.5"], Agg::Mean), "4503599627370496.0");
    }

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
            some.write(agg, None, &mut to);
            String::from_utf8(to).unwrap()
        };
        let all = [Agg::Min, Agg::Max, Agg::First, Agg::Last, Agg::Count].map(written);
        assert_eq!(all, ["-1", "1.5e308", "1e308", "-1", "3"]);
        assert!(some.mean().is_finite());
    }
}
