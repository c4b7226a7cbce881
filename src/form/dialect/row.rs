//! The values of a line of columns.

use crate::reading::digits::{self, HIGHS, ONES};
use std::borrow::Cow;

/// The values of a line.
pub(super) struct Values<'l> {
    line: &'l str,
    /// Where the next one begins.
    next: Option<usize>,
    quote: Option<char>,
    separator: char,
}

impl<'l> Values<'l> {
    /// Those between separators, in quotes or not.
    #[inline]
    pub(super) fn new(line: &'l str, quote: Option<char>, separator: char) -> Values<'l> {
        Values { line, next: Some(0), quote, separator }
    }
}

impl<'l> Iterator for Values<'l> {
    /// What is wrong ends the line.
    type Item = Result<Value<'l>, &'static str>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let bytes = self.line.as_bytes();
        if let Some(quote) = self.quote
            // Nearly all begin with neither.
            && let Some(&first) = bytes.get(start)
            && (first == b' ' || first == quote as u8)
            && let Some(inner) = self.line[start..].trim_start_matches(' ').strip_prefix(quote)
        {
            return Some(quoted(inner, quote, self.separator).map(|(value, behind)| {
                self.next = behind.map(|behind| bytes.len() - behind.len());
                value
            }));
        }
        let end = find(bytes, start, self.separator as u8);
        let value = trimmed(&self.line[start..end]);
        if end < bytes.len() {
            self.next = Some(end + 1);
        }
        // The end of a text whose beginning is missing: 5"N is a value.
        if self.quote.is_some_and(|quote| value.as_bytes().last() == Some(&(quote as u8))) {
            self.next = None;
            return Some(Err("there is a quote at the end of a value that has none before it"));
        }
        Some(Ok(Value { text: value.into(), quoted: false }))
    }
}

pub(super) struct Value<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) quoted: bool,
}

/// Where a byte that is not 0 first is at or after `from`; the end: nowhere. Most values are short.
#[inline(always)]
fn find(text: &[u8], from: usize, byte: u8) -> usize {
    let mut at = from;
    while at < text.len() {
        let others = digits::word(text, at) ^ (ONES * u64::from(byte));
        let stops = others.wrapping_sub(ONES) & !others & HIGHS;
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    text.len()
}

/// Without the blanks around it.
fn trimmed(value: &str) -> &str {
    match value.as_bytes() {
        [b' ', ..] | [.., b' '] => value.trim_matches(' '),
        _ => value,
    }
}

/// The same for one whose first quote is gone; a quote in it is doubled (RFC 4180, 2.7).
fn quoted(inner: &str, quote: char, separator: char) -> Result<(Value<'_>, Option<&str>), &'static str> {
    let mut text = Cow::Borrowed("");
    let mut rest = inner;
    loop {
        let (before, behind) = rest.split_once(quote).ok_or("a quote is not closed")?;
        match &mut text {
            Cow::Borrowed("") => text = before.into(),
            text => text.to_mut().push_str(before),
        }
        let Some(more) = behind.strip_prefix(quote) else {
            let behind = behind.trim_start_matches(' ');
            let rest = match behind.strip_prefix(separator) {
                Some(rest) => Some(rest),
                None if behind.is_empty() => None,
                None => return Err("there is text after a closing quote"),
            };
            return Ok((Value { text, quoted: true }, rest));
        };
        text.to_mut().push(quote);
        rest = more;
    }
}
