//! What the numbers of a counter come to.
//!
//! A counter rises; where it falls it began again at 0. What it rose between two readings belongs to the span in which the
//! later one is.

use crate::reading::aggregate;
use crate::reading::json;

/// A billion: numbers with up to nine decimals are counted exactly, as integers of billionths.
const BILLION: i128 = 1_000_000_000;

/// A reading of a counter.
#[derive(Clone, Copy, Debug)]
struct Reading {
    value: f64,
    /// In billionths.
    exact: Option<i128>,
    is_whole: bool,
}

/// How much a counter has risen in a span.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    last: Reading,
    steps: u64,
    resets: u64,
    sum: f64,
    /// In billionths, as long as all are known so and it fits.
    exact: Option<i128>,
    is_whole: bool,
}

impl Reading {
    fn new(value: f64, raw: &[u8]) -> Reading {
        Reading { value, exact: billionths(raw), is_whole: !raw.contains(&b'.') }
    }

    /// How much more it is than another; `None`: it is less.
    fn above(self, other: Reading) -> Option<Reading> {
        let exact = self.exact.zip(other.exact).and_then(|(own, other)| own.checked_sub(other));
        let is_whole = self.is_whole && other.is_whole;
        let rise = Reading { value: self.value - other.value, exact, is_whole };
        let falls = exact.map_or(self.value < other.value, |exact| exact < 0);
        (!falls).then_some(rise)
    }
}

impl Counter {
    /// From its first reading on, which is no step.
    pub(super) fn new(value: f64, raw: &[u8]) -> Counter {
        let last = Reading::new(value, raw);
        Counter { last, steps: 0, resets: 0, sum: 0.0, exact: Some(0), is_whole: true }
    }

    /// A further reading.
    pub(super) fn add(&mut self, value: f64, raw: &[u8]) {
        let reading = Reading::new(value, raw);
        let rise = reading.above(self.last).unwrap_or_else(|| {
            self.resets += 1;
            // Below zero nothing was counted.
            Reading { value: value.max(0.0), exact: reading.exact.map(|exact| exact.max(0)), ..reading }
        });
        self.last = reading;
        self.steps += 1;
        self.sum += rise.value;
        self.exact = self.exact.zip(rise.exact).and_then(|(sum, rise)| sum.checked_add(rise));
        self.is_whole &= rise.is_whole;
    }

    /// The next span begins.
    pub(super) fn clear(&mut self) {
        (self.steps, self.resets, self.sum, self.exact, self.is_whole) = (0, 0, 0.0, Some(0), true);
    }

    pub(super) fn resets(&self) -> u64 {
        self.resets
    }

    /// Appends the increase; false: there is none without a step.
    pub(super) fn write(&self, decimals: Option<u8>, to: &mut Vec<u8>) -> bool {
        let start = to.len();
        match self.exact {
            _ if self.steps == 0 => return false,
            Some(sum) if self.is_whole => to.extend_from_slice((sum / BILLION).to_string().as_bytes()),
            Some(sum) => {
                let text = format!("{}.{:09}", sum / BILLION, sum % BILLION);
                let digits = text.trim_end_matches('0');
                to.extend_from_slice(digits.as_bytes());
                if digits.ends_with('.') {
                    to.push(b'0');
                }
            }
            None => json::write_f64(self.sum.min(f64::MAX), to),
        }
        aggregate::round(start, decimals, to);
        true
    }
}

/// A number without an exponent and with at most nine decimals.
fn billionths(raw: &[u8]) -> Option<i128> {
    const DIGITS: usize = 27;
    let (minus, digits) = raw.strip_prefix(b"-").map_or((false, raw), |rest| (true, rest));
    let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
    let (whole, part) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    if whole.len() > DIGITS || part.len() > 9 || !whole.iter().chain(part).all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = std::iter::repeat_n(&b'0', 9 - part.len());
    let number = whole.iter().chain(part).chain(zeros).fold(0, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    Some(if minus { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risen(counter: &Counter) -> String {
        let mut to = Vec::new();
        if counter.write(None, &mut to) { String::from_utf8(to).expect("a number") } else { "none".to_owned() }
    }

    fn counted(numbers: &[&str]) -> (String, u64) {
        let value = |raw: &str| raw.parse().expect("a number");
        let mut counter = Counter::new(value(numbers[0]), numbers[0].as_bytes());
        numbers[1..].iter().for_each(|raw| counter.add(value(raw), raw.as_bytes()));
        (risen(&counter), counter.resets())
    }

    #[test]
    fn a_counter_rises_and_begins_again() {
        let is = |text: &str, resets| (text.to_owned(), resets);
        assert_eq!(counted(&["998"]), is("none", 0));
        assert_eq!(counted(&["998", "999", "2", "5"]), is("6", 1));
        assert_eq!(counted(&["11.9", "12.2", "12.3", "0.1"]), is("0.5", 1));
        assert_eq!(counted(&["1000.2", "1000.3"]), is("0.1", 0));
        assert_eq!(counted(&["0.5", "1.5"]), is("1.0", 0));
        assert_eq!(counted(&["9007199254740992", "9007199254740993"]), is("1", 0));
        assert_eq!(counted(&["9007199254740993", "9007199254740992"]), is("9007199254740992", 1));
        assert_eq!(counted(&["5", "-3", "-1"]), is("2", 1));
        assert_eq!(counted(&["1e0", "3e0"]), is("2.0", 0));
        assert_eq!(counted(&["-1e308", "1.7e308"]), is("1.7976931348623157e+308", 0));
        let mut counter = Counter::new(2.0, b"2");
        counter.add(5.0, b"5");
        counter.clear();
        assert_eq!(risen(&counter), "none");
        counter.add(9.0, b"9");
        assert_eq!(risen(&counter), "4");
    }
}
