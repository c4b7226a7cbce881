//! Numbers of a program: whole ones to 64 bits, doubles, and those that keep their digits because nothing was
//! calculated with them.

use super::limits::Held;
use crate::reading::json;
use std::cmp::Ordering;
use std::sync::Arc;

/// A number.
#[derive(Clone, Debug)]
pub(super) enum Number {
    /// A whole number, calculated exactly.
    Int(i64),
    /// Any other that was calculated; NaN and infinities, too.
    Float(f64),
    /// As it is spelled in JSON, if that is short: its length and its characters.
    Short(u8, [u8; SHORT]),
    /// As it is spelled in JSON.
    Long(Arc<Digits>),
}

/// As many characters as fit into a value.
const SHORT: usize = 14;

/// The digits of a long number.
#[derive(Debug)]
pub(super) struct Digits {
    text: Box<[u8]>,
    _held: Held,
}

/// The smallest double above all 64-bit integers.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// A number as JSON spells it.
    pub(super) fn read(text: &[u8]) -> Number {
        // 18 digits are below 2^63.
        if text.len() <= 18 && text.iter().all(u8::is_ascii_digit) {
            return Number::Int(text.iter().fold(0, |sum, &digit| sum * 10 + i64::from(digit - b'0')));
        }
        if let Some(whole) = text.strip_prefix(b"-")
            && whole.len() <= 18
            && whole.first().is_some_and(|&first| first != b'0')
            && whole.iter().all(u8::is_ascii_digit)
        {
            return Number::Int(-whole.iter().fold(0, |sum, &digit| sum * 10 + i64::from(digit - b'0')));
        }
        if text.len() <= SHORT {
            let mut digits = [0; SHORT];
            digits[..text.len()].copy_from_slice(text);
            return Number::Short(text.len() as u8, digits);
        }
        match str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
            Some(whole) => Number::Int(whole),
            None => Number::Long(Arc::new(Digits { text: text.into(), _held: Held::new(48 + text.len()) })),
        }
    }

    /// A number as a program or a text spells it: also `.5`, `5.` and `+1`; beyond all doubles it is infinite.
    pub(super) fn spelled(text: &str) -> Option<Number> {
        if json::check(text.as_bytes()) == Ok(json::Kind::Number) && json::is_number(text.as_bytes()) {
            return Some(Number::read(text.as_bytes()));
        }
        let body = text.strip_prefix(['-', '+']).unwrap_or(text);
        let begins = body.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let number = begins.then(|| text.parse().ok()).flatten()?;
        Some(Number::Float(number))
    }

    /// The spelling that was read, if nothing was calculated with it.
    pub(super) fn digits(&self) -> Option<&[u8]> {
        match self {
            Number::Short(length, digits) => digits.get(..usize::from(*length)),
            Number::Long(digits) => Some(&digits.text),
            Number::Int(_) | Number::Float(_) => None,
        }
    }

    /// The nearest double.
    #[inline]
    pub(super) fn double(&self) -> f64 {
        match self {
            Number::Int(whole) => *whole as f64,
            Number::Float(double) => *double,
            spelled => spelled.digits().and_then(json::parse_f64).unwrap_or(f64::NAN),
        }
    }

    /// A double that is a whole number, as one.
    pub(super) fn rounded(double: f64) -> Number {
        let is_whole = double.fract() == 0.0 && (-BEYOND..BEYOND).contains(&double);
        let is_negative_zero = double == 0.0 && double.is_sign_negative();
        if is_whole && !is_negative_zero { Number::Int(double as i64) } else { Number::Float(double) }
    }

    /// Both as they are, if whole; else as doubles.
    fn with(
        &self,
        other: &Number,
        whole: impl FnOnce(i64, i64) -> Option<i64>,
        double: impl FnOnce(f64, f64) -> f64,
    ) -> Number {
        if let (Number::Int(a), Number::Int(b)) = (self, other)
            && let Some(result) = whole(*a, *b)
        {
            return Number::Int(result);
        }
        Number::Float(double(self.double(), other.double()))
    }

    pub(super) fn add(&self, other: &Number) -> Number {
        self.with(other, i64::checked_add, |a, b| a + b)
    }

    pub(super) fn subtract(&self, other: &Number) -> Number {
        self.with(other, i64::checked_sub, |a, b| a - b)
    }

    pub(super) fn multiply(&self, other: &Number) -> Number {
        self.with(other, i64::checked_mul, |a, b| a * b)
    }

    /// `None`: the divisor is zero.
    pub(super) fn divide(&self, other: &Number) -> Option<Number> {
        let divisor = other.double();
        (divisor != 0.0).then(|| Number::Float(self.double() / divisor))
    }

    /// What is left of a division of whole numbers; `None`: the divisor is zero.
    pub(super) fn remainder(&self, other: &Number) -> Option<Number> {
        let (a, b) = (self.double(), other.double());
        if a.is_nan() || b.is_nan() {
            return Some(Number::Float(f64::NAN));
        }
        // A cast to an integer goes to the nearest that there is.
        let exact = |number: &Number, double: f64| if let Number::Int(whole) = number { *whole } else { double as i64 };
        let (a, b) = (exact(self, a), exact(other, b).unsigned_abs());
        if b == 0 {
            return None;
        }
        let rest = (a.unsigned_abs() % b) as i64;
        Some(Number::Int(if a < 0 { -rest } else { rest }))
    }

    pub(super) fn negate(&self) -> Number {
        match self {
            Number::Int(whole) if *whole != 0 => match whole.checked_neg() {
                Some(negative) => Number::Int(negative),
                None => Number::Float(-(*whole as f64)),
            },
            Number::Int(_) => Number::Float(-0.0),
            Number::Float(double) => Number::Float(-double),
            spelled => {
                let digits = spelled.digits().unwrap_or_default();
                match digits.strip_prefix(b"-") {
                    Some(positive) => Number::read(positive),
                    None => Number::read(&[b"-", digits].concat()),
                }
            }
        }
    }

    /// Without its sign.
    pub(super) fn size(&self) -> Number {
        if self.double() < 0.0 { self.negate() } else { self.clone() }
    }

    /// Rounded to this many decimals, a half of its exact value to the even neighbour; the same digits, if it is that already.
    pub(super) fn to_decimals(&self, decimals: u8) -> Number {
        let double = self.double();
        if matches!(self, Number::Int(_)) || !double.is_finite() {
            return self.clone();
        }
        match format!("{double:.*}", usize::from(decimals)).parse() {
            Ok(rounded) if rounded != double => Number::Float(rounded),
            _ => self.clone(),
        }
    }

    /// NaN is less than every number, itself too.
    #[inline]
    pub(super) fn order(&self, other: &Number) -> Ordering {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return a.cmp(b);
        }
        let (a, b) = (self.double(), other.double());
        a.partial_cmp(&b).unwrap_or(if a.is_nan() { Ordering::Less } else { Ordering::Greater })
    }

    /// Appends it as text of a program has it: a whole double without a point. NaN is `null`, and an infinity the largest double.
    pub(super) fn write_text(&self, to: &mut Vec<u8>) {
        match self {
            Number::Int(whole) => json::write_i64(*whole, to),
            Number::Float(double) if double.is_nan() => to.extend_from_slice(b"null"),
            Number::Float(double) => write_double(double.clamp(f64::MIN, f64::MAX), to),
            spelled => to.extend_from_slice(spelled.digits().unwrap_or_default()),
        }
    }
}

/// Appends a double as jq spells it: the shortest digits; an exponent where more than 15 zeros would be needed, or below 1e-4.
fn write_double(double: f64, to: &mut Vec<u8>) {
    let scientific = format!("{double:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = digits.replace('.', "");
    to.extend_from_slice(sign.as_bytes());
    let count = digits.len() as i32;
    let before = exponent + 1;
    let text = if before <= -4 || before > count + 15 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}e{sign}{:02}", exponent.abs())
    } else if before <= 0 {
        format!("0.{}{digits}", "0".repeat(before.unsigned_abs() as usize))
    } else if before >= count {
        format!("{digits}{}", "0".repeat((before - count) as usize))
    } else {
        let (whole, fraction) = digits.split_at(before as usize);
        format!("{whole}.{fraction}")
    };
    to.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: &Number) -> String {
        let mut text = Vec::new();
        number.write_text(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_keep_their_digits() {
        for spelled in ["0", "-0", "-7", "20.50", "1E5", "12345678901234567890", "-9223372036854775808", "1e300"] {
            assert_eq!(text(&Number::read(spelled.as_bytes())), spelled);
            assert_eq!(Number::read(spelled.as_bytes()).double(), spelled.parse::<f64>().unwrap());
        }
        assert!(matches!(Number::read(b"-9223372036854775807"), Number::Int(-9_223_372_036_854_775_807)));
        assert_eq!(Number::spelled(".5").unwrap().double(), 0.5);
        assert_eq!(Number::spelled("1e400").unwrap().double(), f64::INFINITY);
        for wrong in ["", "nan", "inf", "-", "1x", " 1", "1 ", "0x1"] {
            assert!(Number::spelled(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn doubles_are_text() {
        for (double, spelled) in [
            (3.0, "3"),
            (-0.0, "-0"),
            (1e15, "1000000000000000"),
            (1e17, "1e+17"),
            (1.2345678909876543e22, "12345678909876543000000"),
            (1.5e300, "1.5e+300"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1.05e-19, "1.05e-19"),
            (123.456, "123.456"),
            (f64::NAN, "null"),
            (f64::INFINITY, "1.7976931348623157e+308"),
        ] {
            assert_eq!(text(&Number::Float(double)), spelled);
        }
    }

    #[test]
    fn whole_numbers_are_exact() {
        let (a, b) = (Number::Int(i64::MAX), Number::Int(1));
        assert!(matches!(a.add(&b), Number::Float(_)));
        assert!(matches!(a.subtract(&b), Number::Int(_)));
        assert!(matches!(Number::Int(-7).remainder(&Number::Int(2)), Some(Number::Int(-1))));
        assert!(Number::Int(1).remainder(&Number::Float(0.5)).is_none());
        assert_eq!(text(&Number::Int(0).negate()), "-0");
        assert_eq!(text(&Number::read(b"-0.10").negate()), "0.10");
    }
}
