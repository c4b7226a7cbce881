//! The axis of values: round ticks, and labels that are read at a glance. Thousands are set apart by a thin
//! space; what is too large or too small for that is told as a power of ten, once, in the heading.

/// An axis of values from `from` to `to`.
#[derive(Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Where the grid lines are, and what stands at them.
    pub(super) ticks: Vec<(f64, String)>,
    /// The labels count in this power of ten.
    pub(super) power: i32,
}

/// An axis that shows all from `min` to `max` (both finite) with some air, with about `count` ticks, at most `most`.
/// Zero is not forced into it, and no less than nothing is shown of what never is less.
pub(super) fn axis(min: f64, max: f64, count: usize, most: usize) -> Axis {
    let largest = min.abs().max(max.abs());
    let (mut from, mut to) = if max - min > largest * 1e-12 {
        let air = (max / 100.0 - min / 100.0) * 6.0;
        (min - air, max + air)
    } else if largest > 0.0 {
        (min - largest * 0.05, max + largest * 0.05)
    } else {
        (-1.0, 1.0)
    };
    if min >= 0.0 && from < 0.0 && max > 0.0 {
        from = 0.0;
    }
    if max <= 0.0 && to > 0.0 && min < 0.0 {
        to = 0.0;
    }
    let step = step(from, to, count, most);
    let mut power = match largest {
        1e6.. => largest.log10().floor() as i32 / 3 * 3,
        l if l > 0.0 && l < 1e-3 => (l.log10().floor() / 3.0).floor() as i32 * 3,
        _ => 0,
    };
    let decimals_by = |power: i32| (f64::from(power) - step.log10() - 1e-9).ceil().clamp(0.0, 15.0) as usize;
    if (1..15).contains(&power) && decimals_by(power) > 4 {
        power = 0;
    }
    let (unit, decimals) = (10f64.powi(power), decimals_by(power));
    let first = (from / step).ceil();
    let mut ticks = Vec::new();
    // A step that is lost beside the values would stand still.
    if step > 0.0 && unit > 0.0 && first.is_finite() && (first + 1.0) * step > first * step {
        for k in 0..64 {
            let value = (first + f64::from(k)) * step;
            if value > to {
                break;
            }
            // Many equal digits tell nothing: after the first tick, how much is added to it.
            let label = match ticks.first() {
                Some((base, _)) if decimals > 4 || (power == 0 && largest >= 1e6) => {
                    format!("+{}", number((value - base) / unit, decimals))
                }
                _ => number(value / unit, decimals),
            };
            ticks.push((value, label));
        }
    }
    Axis { from, to, ticks, power }
}

/// The round number (1, 2 or 5 times a power of ten) of whose multiples most nearly `count` are in the range, if there
/// is one no fewer than two, and no more than `most`.
fn step(from: f64, to: f64, count: usize, most: usize) -> f64 {
    // Halves, so that the widest range does not overflow.
    let rough = (to / 2.0 - from / 2.0) / count.max(2) as f64 * 2.0;
    let power = rough.log10().floor() as i32;
    // For small ones a division by an exact power is nearer than a product with an inexact one.
    let scaled = |n: f64| if power < 0 { n / 10f64.powi(-power) } else { n * 10f64.powi(power) };
    let far = |step: f64| {
        let multiples = (to / step).floor() - (from / step).ceil() + 1.0;
        match multiples {
            n if n > most as f64 => 2e9 + n,
            n if n >= 2.0 => (n / count as f64).ln().abs(),
            // One number alone says little, none nothing.
            n if n >= 1.0 => 1e9,
            _ => f64::MAX,
        }
    };
    [10.0, 5.0, 2.0, 1.0, 0.5].map(scaled).into_iter().min_by(|a, b| far(*a).total_cmp(&far(*b))).unwrap_or(rough)
}

/// `12 345.60`, with a real minus.
fn number(value: f64, decimals: usize) -> String {
    let digits = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = digits.split_once('.').map_or((&*digits, ""), |(whole, fraction)| (whole, fraction));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        text.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        // Four digits alone are one word.
        if i > 0 && whole.len() > 4 && (whole.len() - i) % 3 == 0 {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// `×10⁹`
pub(super) fn power_text(power: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => char::from_u32('⁰' as u32 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
    };
    format!("×10{}", power.to_string().chars().map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(min: f64, max: f64, count: usize) -> Vec<String> {
        axis(min, max, count, 9).ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn labels_are_round() {
        assert_eq!(labels(-13.2, 1.9, 4), ["\u{2212}10", "\u{2212}5", "0"]);
        assert_eq!(labels(0.0, 1.0, 3), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels(0.21, 0.29, 5), ["0.22", "0.24", "0.26", "0.28"]);
        assert_eq!(
            labels(0.0, 52_000.0, 6),
            ["0", "10\u{2009}000", "20\u{2009}000", "30\u{2009}000", "40\u{2009}000", "50\u{2009}000"]
        );
        assert_eq!(labels(5.0, 5.0, 3), ["4.8", "5.0", "5.2"]);
        assert_eq!(labels(0.0, 0.0, 2), ["\u{2212}1", "0", "1"]);
        assert_eq!(
            (labels(1e9, 3e9, 2), axis(1e9, 3e9, 2, 9).power),
            (vec!["1".to_owned(), "2".into(), "3".into()], 9)
        );
        assert_eq!(
            (labels(1e-9, 3e-9, 2), axis(1e-9, 3e-9, 2, 9).power),
            (vec!["1".to_owned(), "2".into(), "3".into()], -9)
        );
        assert_eq!(labels(100_000.0, 100_000.000_04, 2), ["100\u{2009}000.00000", "+0.00002", "+0.00004"]);
        assert_eq!(power_text(-9), "×10⁻⁹");
        assert_eq!(power_text(12), "×10¹²");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_range_has_an_axis(a in -1e300..1e300f64, b in -1e300..1e300f64, scale in -300..0i32, count in 1..9usize) {
            let (a, b) = (a * 10f64.powi(scale), b * 10f64.powi(scale));
            let (min, max) = (a.min(b), a.max(b));
            let axis = axis(min, max, count, 20);
            prop_assert!(axis.from <= min && axis.to >= max && axis.from < axis.to, "{axis:?}");
            prop_assert!(axis.ticks.len() <= 2 * count.max(2) + 2, "{axis:?}");
            prop_assert!(axis.ticks.iter().all(|(at, label)| (axis.from..=axis.to).contains(at) && label.len() < 32), "{axis:?}");
        }
    }
}
