//! Single bytes of a line that may be at its end, those that mean nothing, and those at which a string ends.

use crate::reading::digits::{HIGHS, ONES, word};

/// The byte at `at`, or zero past the end.
#[inline(always)]
pub(super) fn byte(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

/// The number that the four hex digits from `at` spell, if they are that.
pub(super) fn hex4(line: &[u8], at: usize) -> Option<u32> {
    line.get(at..at + 4)?.iter().try_fold(0, |sum, &digit| Some(sum << 4 | char::from(digit).to_digit(16)?))
}

/// JSON's own blanks (RFC 8259, 2); other control characters are no blanks.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The line has nothing but blanks.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&byte| is_space(byte))
}

/// The text without the blanks around it.
pub(crate) fn trimmed(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|&byte| !is_space(byte)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// The lowest set bit tells the first byte that is `"`, `\` or a control character. (The bits above
/// it may be wrong: a subtraction borrows upwards.)
#[inline(always)]
pub(super) fn string_stops(word: u64) -> u64 {
    // Exchanging bit 1 puts the quote, 0x22, right behind the control characters.
    let quote_or_control = word ^ (ONES * 0x02);
    let backslash = word ^ (ONES * b'\\' as u64);
    let below = quote_or_control.wrapping_sub(ONES * 0x21) & !quote_or_control;
    let equal = backslash.wrapping_sub(ONES) & !backslash;
    (below | equal) & HIGHS
}

/// The first byte at or after `from` that a string cannot have without an escape; the end if there is none.
#[inline]
pub(super) fn plain_text(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        let stops = string_stops(word(text, at));
        if stops != 0 {
            // Behind the end there are zeros.
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
}
