//! Single bytes of a line that may be at its end.

/// The byte at `at`, or zero past the end.
#[inline(always)]
pub(super) fn byte(line: &[u8], at: usize) -> u8 {
    line.get(at).copied().unwrap_or(0)
}

/// The number that the four hex digits from `at` spell, if they are that.
pub(super) fn hex4(line: &[u8], at: usize) -> Option<u32> {
    line.get(at..at + 4)?.iter().try_fold(0, |sum, &digit| Some(sum << 4 | char::from(digit).to_digit(16)?))
}
