//! Numbers: from their spelling to `f64` and back.
//!
//! Decision: the result is always the one that the standard library gives, to the last bit. Where a
//! literal is short enough for one exact division or multiplication to give it (Clinger 1990:
//! mantissa up to 2^53, power of ten up to 10^22, both exact as `f64`), that is done instead.

/// The powers of ten that are exact as `f64`.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The nearest `f64` to `raw`, a checked number literal; the same as `str::parse::<f64>`.
/// `None` if `raw` is no number at all.
#[inline]
pub fn parse_f64(raw: &[u8]) -> Option<f64> {
    match parse_short(raw) {
        Some(x) => Some(x),
        None => parse_any(raw),
    }
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

/// Appends the shortest literal that reads back as `x`, always with a point or an exponent: `20.0`,
/// `1e300`.
///
/// `x` must be finite; JSON has no spelling for others. (In a release build they become `null`, so
/// that at least the line stays JSON.)
pub fn write_f64(x: f64, to: &mut Vec<u8>) {
    debug_assert!(x.is_finite(), "{x} has no JSON spelling");
    if x.is_finite() {
        to.extend_from_slice(zmij::Buffer::new().format_finite(x).as_bytes());
    } else {
        to.extend_from_slice(b"null");
    }
}

/// Appends `x` in decimal.
pub fn write_i64(x: i64, to: &mut Vec<u8>) {
    to.extend_from_slice(itoa::Buffer::new().format(x).as_bytes());
}
