//! Numbers: from their spelling to `f64` and back.
//!
//! Decision: the result is always the one that the standard library gives, to the last bit. Where a
//! literal is short enough for one exact division or multiplication to give it (Clinger 1990:
//! mantissa up to 2^53, power of ten up to 10^22, both exact as `f64`), that is done instead; and where a number has
//! no more than three decimals, as most that were measured, its digits are those of an integer.

use crate::reading::digits::{self, ZEROS};
use std::ops::Range;

/// The powers of ten that are exact as `f64`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The nearest `f64` to `raw`, a checked number literal; the same as `str::parse::<f64>`.
/// `None` if `raw` is not a number at all.
#[inline]
pub fn parse_f64(raw: &[u8]) -> Option<f64> {
    match parse_short(raw) {
        Some(x) => Some(x),
        None => parse_any(raw),
    }
}

/// As [`parse_f64`], of what is there in a line.
#[inline]
pub(super) fn parse_f64_at(line: &[u8], range: Range<usize>) -> Option<f64> {
    match parse_word(digits::word(line, range.start), range.len()) {
        Some(x) => Some(x),
        None => parse_f64(line.get(range)?),
    }
}

/// Only digits, perhaps with a sign and a point: `length` characters, at most eight, in the word.
#[inline]
fn parse_word(word: u64, length: usize) -> Option<f64> {
    if length > 8 {
        return None;
    }
    let negative = word as u8 == b'-';
    let (word, length) = if negative { (word >> 8, length - 1) } else { (word, length) };
    let whole = digits::count(word);
    let (digits, count) = if whole >= length {
        (word, length)
    } else {
        // Without the point between them.
        let before = (1 << (8 * whole)) - 1;
        let is_point = (word >> (8 * whole)) as u8 == b'.';
        (if is_point { word & before | (word >> 8) & !before } else { 0 }, length - 1)
    };
    if count == 0 || whole == 0 || digits::count(digits) < count {
        return None;
    }
    let size = f64::from(digits::number(digits, count)) / POWERS[count - whole.min(count)];
    Some(if negative { -size } else { size })
}

/// Only digits with perhaps a sign and a point, and few of them.
#[inline]
fn parse_short(raw: &[u8]) -> Option<f64> {
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    // 17 digits and a point cannot overflow the mantissa.
    if digits.len() > 18 || !digits.first()?.is_ascii_digit() {
        return None;
    }
    let mut mantissa = 0u64;
    let mut behind_point = None;
    for (at, &b) in digits.iter().enumerate() {
        let digit = b.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + u64::from(digit);
        } else if b == b'.' && behind_point.is_none() && at + 1 < digits.len() {
            behind_point = Some(at + 1);
        } else {
            return None;
        }
    }
    if mantissa > 1 << 53 {
        return None;
    }
    let scale = behind_point.map_or(0, |at| digits.len() - at);
    let size = mantissa as f64 / POWERS.get(scale)?;
    Some(if digits.len() < raw.len() { -size } else { size })
}

#[inline(never)]
fn parse_any(raw: &[u8]) -> Option<f64> {
    // The standard library also reads "inf", "nan", "+1" and ".5", which are no JSON.
    if !matches!(raw, [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..]) {
        return None;
    }
    str::from_utf8(raw).ok()?.parse().ok()
}

/// The nearest number with this many decimals, at most 15; of two the even one. What would overflow stays.
pub fn round(x: f64, decimals: u8) -> f64 {
    let scale = POWERS[usize::from(decimals).min(POWERS.len() - 1)];
    let rounded = (x * scale).round_ties_even() / scale;
    if rounded.is_finite() { rounded } else { x }
}

/// Appends the shortest literal that reads back as `x`, always with a point or an exponent: `20.0`,
/// `1e300`.
///
/// `x` must be finite; JSON has no spelling for others. (In a release build they become `null`, so
/// that at least the line stays JSON.)
pub fn write_f64(x: f64, to: &mut Vec<u8>) {
    debug_assert!(x.is_finite(), "{x} has no JSON spelling");
    if write_short(x, to) {
        return;
    }
    if x.is_finite() {
        to.extend_from_slice(zmij::Buffer::new().format_finite(x).as_bytes());
    } else {
        to.extend_from_slice(b"null");
    }
}

/// Appends a number below 100000 of at most three decimals; false, and nothing, if it is none, or zero.
#[inline]
fn write_short(x: f64, to: &mut Vec<u8>) -> bool {
    let size = x.abs();
    if !(0.001..99_999.0).contains(&size) {
        return false;
    }
    let thousandths = (size * 1000.0 + 0.5) as u32;
    // The division is the one that reading does. Of decimals that have so few digits no other gives this double, so
    // there is no shorter one.
    if f64::from(thousandths) / 1000.0 != size {
        return false;
    }
    let digits = digits::spell(thousandths);
    let (whole, decimals) = (digits & 0xFF_FFFF_FFFF, digits >> 40);
    // The last digit before the point and the first after it stay.
    let zeros = ((whole ^ ZEROS) & 0xFFFF_FFFF | 1 << 32).trailing_zeros() / 8;
    let zeros_behind = ((decimals ^ ZEROS >> 40) << 40 | 1 << 40).leading_zeros() / 8;
    let text = (u128::from(whole) | u128::from(b'.') << 40 | u128::from(decimals) << 48) >> (8 * zeros);
    if x < 0.0 {
        to.push(b'-');
    }
    let end = to.len() + (9 - zeros - zeros_behind) as usize;
    to.extend_from_slice(&text.to_le_bytes());
    to.truncate(end);
    true
}

/// Appends `x` in decimal.
pub fn write_i64(x: i64, to: &mut Vec<u8>) {
    to.extend_from_slice(itoa::Buffer::new().format(x).as_bytes());
}
