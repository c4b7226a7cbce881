//! Ways through a checked text: the elements of an array, a pointer into it, a copy without blanks.
//!
//! Decision: these take JSON that [`check`](super::check) or [`members`](super::members) has
//! accepted. On anything else they end early; they never panic.

use std::borrow::Cow;

use super::bytes::byte;
use super::member::{Kind, Member, VALUE_ESCAPED};
use super::scan;

/// The elements of `text`, a checked JSON array, as they are spelled. None if it is not an array.
pub fn elements(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let start = scan::space(text, 0);
    let mut next = (byte(text, start) == b'[').then_some(start + 1);
    std::iter::from_fn(move || {
        let start = scan::space(text, next.take()?);
        // At the `]` of an empty array there is no value to skip.
        let end = scan::skip(text, start).ok()?;
        let after = scan::space(text, end);
        if byte(text, after) == b',' {
            next = Some(after + 1);
        }
        text.get(start..end)
    })
}

/// The value in `text`, a checked JSON text, that `pointer` (RFC 6901) points to, as it is spelled.
/// Of members with the same key the last one counts.
///
/// `None` if there is no such value, or if `pointer` is malformed (neither empty nor beginning with
/// `/`, or a `~` without `0` or `1`).
pub fn pointer<'a>(text: &'a [u8], pointer: &str) -> Option<&'a [u8]> {
    let start = scan::space(text, 0);
    let mut here = text.get(start..scan::skip(text, start).ok()?)?;
    if pointer.is_empty() {
        return Some(here);
    }
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = reference(token)?;
        here = match here.first()? {
            b'{' => member(here, &token)?,
            b'[' => elements(here).nth(index(&token)?)?,
            _ => return None,
        };
    }
    Some(here)
}

/// What a pointer points to in a checked line, as a member without a name.
pub(crate) fn member_at(line: &[u8], path: &str) -> Option<Member> {
    let value = pointer(line, path)?;
    let start = value.as_ptr().addr().checked_sub(line.as_ptr().addr())?;
    member_of(value, start)
}

/// A checked JSON value, without blanks around it, as a member without a name of a line that is nothing else.
pub(crate) fn lone(value: &[u8]) -> Option<Member> {
    member_of(value, 0)
}

fn member_of(value: &[u8], start: usize) -> Option<Member> {
    let kind = match value.first()? {
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        b'"' => Kind::String,
        b't' => Kind::True,
        b'f' => Kind::False,
        b'n' => Kind::Null,
        _ => Kind::Number,
    };
    let escaped = if kind == Kind::String && value.contains(&b'\\') { VALUE_ESCAPED } else { 0 };
    let (value_start, value_end) = (u32::try_from(start).ok()?, u32::try_from(start + value.len()).ok()?);
    Some(Member { key_start: 0, key_end: 0, value_start, value_end, kind, escaped })
}

/// The tokens of a pointer, without their escapes; `None`: it is none.
pub(crate) fn tokens(pointer: &str) -> Option<Vec<String>> {
    pointer.strip_prefix('/')?.split('/').map(|token| reference(token).map(Cow::into_owned)).collect()
}

fn member<'a>(object: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut last = None;
    scan::object(object, |member| {
        if member.key_is(object, name) {
            last = Some(member.value(object));
        }
    })
    .ok()?;
    last
}

/// A token of a pointer without its escapes.
fn reference(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut parts = token.split('~');
    let mut name = String::from(parts.next()?);
    for part in parts {
        let (c, rest) = match part.as_bytes().first()? {
            b'0' => ('~', &part[1..]),
            b'1' => ('/', &part[1..]),
            _ => return None,
        };
        name.push(c);
        name.push_str(rest);
    }
    Some(Cow::Owned(name))
}

/// An array index: digits without a leading zero. (`-`, the one behind the last, names no value.)
fn index(token: &str) -> Option<usize> {
    let is_index = token == "0" || !token.starts_with('0') && token.bytes().all(|b| b.is_ascii_digit());
    is_index.then(|| token.parse().ok())?
}

/// Appends `text`, a checked JSON text, without the whitespace that means nothing. It is one line
/// then, as a line break inside a string is always escaped.
pub fn compact(text: &[u8], to: &mut Vec<u8>) {
    to.reserve(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'"', rest) {
        let (outside, string) = rest.split_at(at);
        squeeze(outside, to);
        let end = scan::skip(string, 0).unwrap_or(string.len());
        let (string, behind) = string.split_at(end);
        to.extend_from_slice(string);
        rest = behind;
    }
    squeeze(rest, to);
}

fn squeeze(outside: &[u8], to: &mut Vec<u8>) {
    let kept = |b: &u8| !matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    to.extend(outside.iter().copied().filter(kept));
}
