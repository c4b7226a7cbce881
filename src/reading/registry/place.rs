//! Where in a text something is.

/// The number of the line in which an offset is.
pub(super) fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|&&b| b == b'\n').count()
}
