//! Numbers as their digits say: exact, whatever a double can hold.
//!
//! Decision: no arithmetic of big numbers. To compare needs the digits and where the point is; whether one number is a multiple
//! of another needs one remainder, digit by digit. So a number of any length costs its length, and an exponent of any size
//! nothing.

use std::cmp::Ordering;

/// A multiple is looked for of numbers with at most this many digits: ten times as much still fits an u128.
pub(crate) const MOST_DIGITS: usize = 37;

/// Exponents beyond it are all alike.
const FAR: i64 = 1 << 60;

/// 0.DIGITS times 10 to the power of `point`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// 0 to 9, neither the first nor the last is 0; none at all is zero.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// What a JSON number says. Any other text is some number, too.
    pub(crate) fn read(text: &str) -> Decimal {
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let far = if exponent.starts_with('-') { -FAR } else { FAR };
        let exponent = exponent.parse().map_or(far, |exponent: i64| exponent.clamp(-FAR, FAR));
        let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(rest.bytes()).map(|byte| byte.wrapping_sub(b'0') % 10);
        let zeros = all().take_while(|digit| *digit == 0).count();
        let mut digits: Vec<u8> = all().skip(zeros).collect();
        digits.truncate(digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1));
        let is_zero = digits.is_empty();
        let point = if is_zero { 0 } else { whole.len() as i64 - zeros as i64 + exponent };
        Decimal { is_negative: is_negative && !is_zero, digits, point }
    }

    /// There is nothing after the point.
    pub(crate) fn is_integer(&self) -> bool {
        self.exponent() >= 0
    }

    /// It has few enough digits for [`Decimal::is_multiple_of`].
    pub(crate) fn can_divide(&self) -> bool {
        !self.digits.is_empty() && self.digits.len() <= MOST_DIGITS
    }

    /// An integer times the other, of which [`Decimal::can_divide`] is true, is this one.
    pub(crate) fn is_multiple_of(&self, other: &Decimal) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let more = self.exponent() - other.exponent();
        if more < 0 || !other.can_divide() {
            // It would have to end with a zero.
            return false;
        }
        let step = |number: u128, digit: u8| number * 10 + u128::from(digit);
        let divisor = other.digits.iter().fold(0, |number, &digit| step(number, digit));
        // After as many zeros as the divisor has bits no further one changes what is left of its twos and fives.
        let zeros = usize::try_from(more).unwrap_or(usize::MAX).min(128);
        let digits = self.digits.iter().copied().chain(std::iter::repeat_n(0, zeros));
        digits.fold(0, |left, digit| step(left, digit) % divisor) == 0
    }

    /// The power of ten of its last digit.
    fn exponent(&self) -> i64 {
        self.point - self.digits.len() as i64
    }

    /// -1, 0 or 1.
    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let size = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        self.sign().cmp(&other.sign()).then_with(|| if self.is_negative { size().reverse() } else { size() })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_number_are_equal() {
        for (a, b) in [
            ("1", "1.000"),
            ("100", "1e2"),
            ("0.01", "1E-2"),
            ("0", "-0.0e99999999999999999999"),
            ("12.50", "125e-1"),
            ("10e-1", "1"),
        ] {
            assert_eq!(Decimal::read(a), Decimal::read(b), "{a} {b}");
        }
    }

    #[test]
    fn what_doubles_cannot_tell_apart() {
        let less = |a: &str, b: &str| Decimal::read(a) < Decimal::read(b);
        assert!(less("18014398509481984", "18014398509481984.25"));
        assert!(less("-18014398509481984.25", "-18014398509481984"));
        assert!(less("0.1", "0.1000000000000000000000000000001"));
        assert!(less("1e400", "1e401") && less("-1e401", "1e-999999999999999999999"));
        let multiple = |a: &str, b: &str| Decimal::read(a).is_multiple_of(&Decimal::read(b));
        assert!(multiple("0.3", "0.1") && multiple("4.35", "0.01") && multiple("1e300", "0.5") && multiple("0", "7"));
        assert!(multiple("9007199254740993", "3") && !multiple("9007199254740992", "3"));
        assert!(!multiple("0.35", "0.1") && !multiple("1e300", "0.3") && multiple("3e999999999999", "0.3"));
        assert!(multiple("1e40", "1024") && !multiple("1e40", "7") && !multiple("1", "10"));
        assert!(!multiple("1", &"1".repeat(38)) && !multiple("1", "0"));
        let integer = |text: &str| Decimal::read(text).is_integer();
        assert!(
            integer("1.0") && integer("15e1") && integer("0.0") && !integer("1.5") && !integer("18014398509481984.25")
        );
    }

    /// A number of these digits, this many of them after the point; and the same number times 10^15.
    fn number() -> impl Strategy<Value = (String, i128)> {
        (-3_000_000_000_000_000..3_000_000_000_000_000i64, 0..=15usize, any::<bool>()).prop_map(|(all, scale, wide)| {
            let scaled = i128::from(all) * 10i128.pow(15 - scale as u32);
            if wide {
                return (format!("{all}e-{scale}"), scaled);
            }
            let (sign, size) = (if all < 0 { "-" } else { "" }, all.unsigned_abs());
            let unit = 10u64.pow(scale as u32);
            let rest = if scale == 0 { String::new() } else { format!(".{:0scale$}", size % unit) };
            (format!("{sign}{}{rest}", size / unit), scaled)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_integers_say((a, exact_a) in number(), (b, exact_b) in number(), times in 0..9i128) {
            let [x, y] = [&a, &b].map(|text| Decimal::read(text));
            prop_assert_eq!(x.cmp(&y), exact_a.cmp(&exact_b), "{} {}", a, b);
            prop_assert_eq!(x.is_integer(), exact_a % 10i128.pow(15) == 0, "{}", a);
            if exact_b != 0 {
                prop_assert_eq!(x.is_multiple_of(&y), exact_a % exact_b == 0, "{} {}", a, b);
                let product = format!("{}e-15", exact_b * times);
                prop_assert!(Decimal::read(&product).is_multiple_of(&y), "{} {}", product, b);
            }
        }
    }
}
