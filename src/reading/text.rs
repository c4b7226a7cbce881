//! Text of others, made fit to be shown: on a terminal it must not be able to give orders, hide itself or pretend to be
//! another line.

use std::borrow::Cow;

/// The text with its control characters spelled out (`\u{1b}`): C0, DEL and C1, and what turns the direction of writing
/// or breaks a line. A line break and a tab become a blank.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_order) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            c if is_order(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// A terminal takes it for more than a letter.
fn is_order(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_spelled_out() {
        assert_eq!(printable("a \u{1b}[2Jb"), "a \\u{1b}[2Jb");
        assert_eq!(printable("\u{7f}\u{9b}2J\u{202e}x\u{2066}\u{61c}"), "\\u{7f}\\u{9b}2J\\u{202e}x\\u{2066}\\u{61c}");
        assert_eq!(printable("one\r\ntwo\tthree\u{2028}"), "one  two three\\u{2028}");
        assert!(matches!(printable("21.5 °C, В é \u{1f600}"), Cow::Borrowed(_)));
    }
}
