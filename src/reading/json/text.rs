//! Strings: decoding what stands between quotes, and writing it.
//!
//! Decision: decoding never fails. The scanner has refused what cannot be decoded; if bytes come
//! here unchecked all the same, what is wrong in them becomes U+FFFD.

use std::borrow::Cow;

use memchr::memchr;

use super::bytes::{byte, hex4, plain_text};

/// The text that `raw`, the bytes between the quotes of a checked string, stands for. Borrowed if
/// there is no escape in it.
pub fn unescape(raw: &[u8]) -> Cow<'_, str> {
    decode(raw, memchr(b'\\', raw).is_some())
}

/// `unescape` for who already knows whether there are escapes.
#[inline]
pub(super) fn decode(raw: &[u8], escaped: bool) -> Cow<'_, str> {
    if escaped { Cow::Owned(decode_escapes(raw)) } else { String::from_utf8_lossy(raw) }
}

#[cold]
fn decode_escapes(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        text.push_str(&String::from_utf8_lossy(plain));
        let (c, length) = match byte(escape, 1) {
            c @ (b'"' | b'\\' | b'/') => (char::from(c), 2),
            b'b' => ('\u{8}', 2),
            b'f' => ('\u{c}', 2),
            b'n' => ('\n', 2),
            b'r' => ('\r', 2),
            b't' => ('\t', 2),
            b'u' => decode_u(escape),
            _ => (char::REPLACEMENT_CHARACTER, 1),
        };
        text.push(c);
        rest = escape.get(length..).unwrap_or_default();
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// The character that `\uXXXX`, or a pair of them, stands for, and how long it is.
fn decode_u(escape: &[u8]) -> (char, usize) {
    let low = match escape.get(6..8) {
        Some(b"\\u") => hex4(escape, 8),
        _ => None,
    };
    match (hex4(escape, 2), low) {
        (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
            let c = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        (Some(c), _) => (char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
        (None, _) => (char::REPLACEMENT_CHARACTER, 2),
    }
}

/// Appends `text` in quotes, escaped as `serde_json` does it: only what must be, the short forms
/// where there are any.
#[inline]
pub fn write_string(text: &str, to: &mut Vec<u8>) {
    write_either(text, to, |_, _, _| false);
}

/// The same, without the quotes if what was written from one place to another is bare.
#[inline(always)]
pub(super) fn write_either(text: &str, to: &mut Vec<u8>, is_bare: impl Fn(&[u8], usize, usize) -> bool) {
    to.reserve(text.len() + 2 + PADDING.len());
    to.push(b'"');
    let (start, end) = (to.len(), to.len() + text.len());
    to.extend_from_slice(text.as_bytes());
    // It is looked at where it was written: there a word can be read beyond its end.
    to.extend_from_slice(&PADDING);
    if is_bare(to, start, end) {
        to.copy_within(start..end, start - 1);
        to.truncate(end - 1);
        return;
    }
    let is_plain = plain_text(to, start) >= end;
    to.truncate(end);
    if !is_plain {
        to.truncate(start);
        write_escaped(text.as_bytes(), to);
    }
    to.push(b'"');
}

/// As many bytes as a word has.
const PADDING: [u8; 8] = [0; 8];

#[cold]
fn write_escaped(bytes: &[u8], to: &mut Vec<u8>) {
    let mut written = 0;
    loop {
        let at = plain_text(bytes, written);
        to.extend_from_slice(&bytes[written..at]);
        let Some(&b) = bytes.get(at) else { break };
        written = at + 1;
        let short = match b {
            b'"' | b'\\' => b,
            0x08 => b'b',
            0x0C => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                to.extend_from_slice(b"\\u00");
                to.push(HEX[usize::from(b >> 4)]);
                to.push(HEX[usize::from(b & 15)]);
                continue;
            }
        };
        to.extend_from_slice(&[b'\\', short]);
    }
}
