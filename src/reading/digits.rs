//! Eight bytes of a text at a time, as one integer: how far its digits go, which number they are, and back.
//!
//! The first byte is the lowest. Past the end of the text a word is filled up with zeros, which are no digits and may
//! stand nowhere in JSON: they end whatever is being looked for, and no loop needs a second, slower version for the
//! last bytes.

/// Times a byte: that byte in each place.
pub(crate) const ONES: u64 = u64::MAX / 255;
/// The highest bit of each byte.
pub(crate) const HIGHS: u64 = ONES << 7;
/// Eight digits 0.
pub(crate) const ZEROS: u64 = ONES * b'0' as u64;

/// Eight bytes from `at`.
#[inline(always)]
pub(crate) fn word(text: &[u8], at: usize) -> u64 {
    if let Some(bytes) = text.get(at..at + 8).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*bytes);
    }
    tail(text, at)
}

#[cold]
#[inline(never)]
fn tail(text: &[u8], at: usize) -> u64 {
    let left = text.len().saturating_sub(at);
    match text.last_chunk() {
        // `left` is 0 to 7 here, and a shift by 64 is not a shift.
        Some(bytes) if left > 0 => u64::from_le_bytes(*bytes) >> (64 - 8 * left),
        Some(_) => 0,
        None => text.get(at..).unwrap_or_default().iter().rev().fold(0, |word, &b| word << 8 | u64::from(b)),
    }
}

/// How many digits a word begins with.
#[inline(always)]
pub(crate) fn count(word: u64) -> usize {
    let digits = word ^ ZEROS;
    // A digit stays below the highest bit. What an addition carries only goes up, to what is behind the first stop.
    let stops = (digits.wrapping_add(ONES * (0x80 - 10)) | digits) & HIGHS;
    stops.trailing_zeros() as usize / 8
}

/// The number that the first `count` bytes of a word spell: 1 to 8 digits.
#[inline(always)]
pub(crate) fn number(word: u64, count: usize) -> u32 {
    // What stands behind them is shifted out, and zeros come in before them.
    let ones = (word << (64 - 8 * count)) & (ONES * 0x0F);
    let pairs = (ones.wrapping_mul(10 << 8 | 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    (fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32
}

/// The eight digits of a number below 10^8.
#[inline(always)]
pub(crate) fn spell(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    // A hundredth of each, by a multiplication that is exact for four digits; then a tenth, for two.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let pairs = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    (tens | (pairs - 10 * tens) << 8) + ZEROS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_with_its_text() {
        let text = b"0123456789ab";
        for end in 0..=text.len() {
            for at in 0..=end + 1 {
                let mut bytes = [0; 8];
                let there = text[..end].get(at..).unwrap_or_default();
                let there = &there[..there.len().min(8)];
                bytes[..there.len()].copy_from_slice(there);
                assert_eq!(word(&text[..end], at).to_le_bytes(), bytes, "{at}..{end}");
            }
        }
    }

    #[test]
    fn digits_end_at_every_other_byte() {
        assert_eq!(count(word(b"12345678", 0)), 8);
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                // Whatever stands behind it.
                for behind in [0, b'0', b'9', 0x80, 0xFF] {
                    let mut bytes = [behind; 8];
                    bytes[..at].fill(b'9');
                    bytes[at] = byte;
                    if !byte.is_ascii_digit() {
                        assert_eq!(count(u64::from_le_bytes(bytes)), at, "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_are_read_and_written() {
        // Every group of four digits beside some others.
        for four in 0..10_000 {
            for number in [four, four * 10_000, four * 10_000 + 9_999, 99_990_000 + four, 12_340_000 + four] {
                let text = format!("{number:08}");
                assert_eq!(spell(number).to_le_bytes(), text.as_bytes());
                assert_eq!(super::number(spell(number), 8), number);
            }
        }
        for length in 1..=8 {
            for behind in ["", "z", ".99", "99999999"] {
                let text = format!("{}{behind}", &"90817263"[..length]);
                assert_eq!(number(word(text.as_bytes(), 0), length).to_string(), "90817263"[..length]);
            }
        }
    }
}
