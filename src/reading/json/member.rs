//! What a line of JSON is made of: the members of an object, or where it is wrong.

use super::{number, text};
use crate::reading::digits;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What a JSON value is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `false`
    False,
    /// `true`
    True,
    /// Any number.
    Number,
    /// A text in quotes.
    String,
    /// `{…}`
    Object,
    /// `[…]`
    Array,
}

/// Where and why bytes are not the JSON that was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The byte it was noticed at, counted from 0; the length of the input if it ended too early.
    pub offset: usize,
    /// Lower case, to be put after a colon: "not an object", "a lone surrogate".
    pub what: &'static str,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.offset)
    }
}

impl std::error::Error for Bad {}

pub(super) const KEY_ESCAPED: u8 = 1;
pub(super) const VALUE_ESCAPED: u8 = 2;

/// One member of an object, as offsets into the line it was found in.
///
/// Every method wants that same line again. With another line the answer is meaningless, but it is
/// never a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub(super) key_start: u32,
    pub(super) key_end: u32,
    pub(super) value_start: u32,
    pub(super) value_end: u32,
    pub(super) kind: Kind,
    pub(super) escaped: u8,
}

impl Member {
    /// A member of an object that was written so: where its key is between the quotes, where its value is, whether they have
    /// escapes.
    #[inline]
    pub(crate) fn written(line: &[u8], key: (Range<usize>, bool), value: (Range<usize>, bool)) -> Member {
        let kind = match line.get(value.0.start) {
            Some(b'"') => Kind::String,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') => Kind::Null,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            _ => Kind::Number,
        };
        Member {
            key_start: key.0.start as u32,
            key_end: key.0.end as u32,
            value_start: value.0.start as u32,
            value_end: value.0.end as u32,
            kind,
            escaped: if key.1 { KEY_ESCAPED } else { 0 } | if value.1 { VALUE_ESCAPED } else { 0 },
        }
    }

    /// The key as it is spelled between its quotes, escapes not decoded.
    #[inline]
    pub fn key<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        line.get(self.key_start as usize..self.key_end as usize).unwrap_or_default()
    }

    /// The value as it is spelled; a string with its quotes, a container with its brackets.
    #[inline]
    pub fn value<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        line.get(self.value_range()).unwrap_or_default()
    }

    /// Where the value stands in the line, for replacing it.
    #[inline]
    pub fn value_range(&self) -> Range<usize> {
        self.value_start as usize..self.value_end as usize
    }

    /// What the value is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the key, decoded, is `name`.
    #[inline]
    pub fn key_is(&self, line: &[u8], name: &str) -> bool {
        if self.has_escaped_key() { self.escaped_key_is(line, name) } else { self.key(line) == name.as_bytes() }
    }

    /// Hardly ever.
    #[cold]
    #[inline(never)]
    fn escaped_key_is(&self, line: &[u8], name: &str) -> bool {
        text::unescape(self.key(line)) == name
    }

    /// Whether the key, decoded, is `name`: one comparison, unless it has escapes.
    #[inline(always)]
    pub(crate) fn key_is_named(&self, line: &[u8], name: &Name) -> bool {
        self.key_is_spelled(line, name) || self.has_escaped_key() && self.escaped_key_is(line, &name.text)
    }

    /// Whether the key is spelled just like `name`, without escapes.
    #[inline(always)]
    pub fn key_is_spelled(&self, line: &[u8], name: &Name) -> bool {
        (self.key_end - self.key_start) as usize == name.text.len()
            && self.escaped & KEY_ESCAPED == 0
            && (digits::word(line, self.key_start as usize) ^ name.head) & name.mask == 0
            && (name.text.len() <= 8 || self.key(line) == name.text.as_bytes())
    }

    /// The key has escapes, so that its spelling does not say what it is.
    #[inline]
    pub(crate) fn has_escaped_key(&self) -> bool {
        self.escaped & KEY_ESCAPED != 0
    }

    /// A number that is the same for equal spellings of keys, and hardly ever for others: its ends and its length.
    #[inline]
    pub(crate) fn key_mark(&self, line: &[u8]) -> u64 {
        let (start, end) = (self.key_start as usize, self.key_end as usize);
        let (length, head) = (end - start, digits::word(line, start));
        match length {
            0 => 0,
            1..=8 => head & (u64::MAX >> (64 - 8 * length)),
            _ => head ^ digits::word(line, end - 8).rotate_left(29) ^ length as u64,
        }
    }

    /// The key, decoded; borrowed unless it has escapes.
    pub fn key_text<'a>(&self, line: &'a [u8]) -> Cow<'a, str> {
        text::decode(self.key(line), self.escaped & KEY_ESCAPED != 0)
    }

    /// The value decoded if it is a string, else `None`; borrowed unless it has escapes.
    pub fn text<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        if self.kind != Kind::String {
            return None;
        }
        let inner = line.get(self.value_start as usize + 1..self.value_end as usize - 1)?;
        Some(text::decode(inner, self.escaped & VALUE_ESCAPED != 0))
    }

    /// What stands between the quotes, if the value is a string without escapes.
    #[inline]
    pub fn plain_text<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        if self.kind != Kind::String || self.escaped & VALUE_ESCAPED != 0 {
            return None;
        }
        line.get(self.value_start as usize + 1..self.value_end as usize - 1)
    }

    /// The nearest `f64` if the value is a number, else `None`. Always finite.
    #[inline]
    pub fn number(&self, line: &[u8]) -> Option<f64> {
        match self.kind {
            Kind::Number => number::parse_f64_at(line, self.value_range()),
            _ => None,
        }
    }

    /// The value if it is spelled as an integer (no `.`, no exponent) and fits, else `None`.
    pub fn integer(&self, line: &[u8]) -> Option<i64> {
        match self.kind {
            Kind::Number => str::from_utf8(self.value(line)).ok()?.parse().ok(),
            _ => None,
        }
    }
}

/// A key that is looked for in many lines: its first eight bytes are compared as one integer.
#[derive(Clone, Debug)]
pub struct Name {
    text: String,
    head: u64,
    /// Which bits of `head` are the name's.
    mask: u64,
}

impl Name {
    /// The key `text`, in which escapes mean nothing.
    pub fn new(text: String) -> Name {
        let head = digits::word(text.as_bytes(), 0);
        let mask = u64::MAX.checked_shr(64 - 8 * text.len().min(8) as u32).unwrap_or(0);
        Name { text, head, mask }
    }

    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
