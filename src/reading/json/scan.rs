//! The scanner: checks a line and finds where its members begin and end.
//!
//! It looks at eight bytes at a time (`digits.rs`) for the bytes at which a string or a run of digits ends. Whether
//! the bytes are UTF-8 is only asked, once, if one of them was not ASCII; whether a number is in range only if it is
//! long or has an exponent.

use super::bytes::{byte, hex4, string_stops};
use super::member::{Bad, KEY_ESCAPED, Kind, Member, VALUE_ESCAPED};
use super::number::parse_f64;
use crate::reading::digits::{self, HIGHS, word};

/// As deep as `serde_json` goes; a container inside 127 others is refused.
const MAX_DEPTH: u32 = 127;

/// Passes every member of the object in `line` to `found`; an error may come after some of them.
#[inline]
pub(super) fn object(line: &[u8], mut found: impl FnMut(Member)) -> Result<(), Bad> {
    // Members keep their offsets in 32 bits.
    if line.len() > u32::MAX as usize {
        return bad(0, "longer than 4 GiB");
    }
    let mut seen = 0;
    let mut at = space(line, 0);
    if byte(line, at) != b'{' {
        document(line)?;
        return bad(at, "not an object");
    }
    at = space(line, at + 1);
    if byte(line, at) == b'}' {
        return end(line, at + 1, seen);
    }
    loop {
        if byte(line, at) != b'"' {
            return bad(at, "expected a key in quotes");
        }
        let key_start = at + 1;
        let (after, key_escaped) = string(line, key_start, &mut seen)?;
        let key_end = after - 1;
        at = colon(line, after)?;
        let value_start = at;
        let mut escaped = if key_escaped { KEY_ESCAPED } else { 0 };
        let kind = match byte(line, at) {
            b'"' => {
                let (after, value_escaped) = string(line, at + 1, &mut seen)?;
                at = after;
                if value_escaped {
                    escaped |= VALUE_ESCAPED;
                }
                Kind::String
            }
            b'-' | b'0'..=b'9' => {
                at = number(line, at)?;
                Kind::Number
            }
            first => {
                let kind = kind_of(first, at)?;
                at = value(line, at, 1, &mut seen)?;
                kind
            }
        };
        found(Member {
            key_start: key_start as u32,
            key_end: key_end as u32,
            value_start: value_start as u32,
            value_end: at as u32,
            kind,
            escaped,
        });
        at = space(line, at);
        match byte(line, at) {
            b',' => at = space(line, at + 1),
            b'}' => return end(line, at + 1, seen),
            _ => return bad(at, "expected `,` or `}`"),
        }
    }
}

/// Checks one value of any kind with whitespace around it.
pub(super) fn document(text: &[u8]) -> Result<Kind, Bad> {
    let mut seen = 0;
    let at = space(text, 0);
    let kind = kind_of(byte(text, at), at)?;
    let at = value(text, at, 0, &mut seen)?;
    end(text, at, seen)?;
    Ok(kind)
}

/// Where the value that begins at `at` ends. Does not look at UTF-8: for text already checked.
pub(super) fn skip(text: &[u8], at: usize) -> Result<usize, Bad> {
    value(text, at, 0, &mut 0)
}

/// The first byte at or after `at` that is not whitespace.
#[inline(always)]
pub(super) fn space(line: &[u8], at: usize) -> usize {
    // Most lines have none, or one blank.
    if byte(line, at) > b' ' {
        return at;
    }
    spaces(line, at)
}

fn spaces(line: &[u8], mut at: usize) -> usize {
    while matches!(byte(line, at), b' ' | b'\t' | b'\r' | b'\n') {
        at += 1;
    }
    at
}

/// Nothing but whitespace may follow; `seen` holds every byte of every string, or'ed together.
#[inline(always)]
fn end(line: &[u8], at: usize, seen: u64) -> Result<(), Bad> {
    let at = space(line, at);
    if at < line.len() {
        return bad(at, "more after the end of the value");
    }
    if seen & HIGHS != 0 {
        return utf8(line);
    }
    Ok(())
}

fn utf8(line: &[u8]) -> Result<(), Bad> {
    match str::from_utf8(line) {
        Ok(_) => Ok(()),
        Err(error) => bad(error.valid_up_to(), "not UTF-8"),
    }
}

#[cold]
fn bad<T>(offset: usize, what: &'static str) -> Result<T, Bad> {
    Err(Bad { offset, what })
}

/// A number is at `start` of the text, and it ends at `end`.
#[inline]
pub(super) fn is_number(text: &[u8], start: usize, end: usize) -> bool {
    number(text, start) == Ok(end)
}

/// From behind the opening quote to behind the closing one, and whether there were escapes.
#[inline(always)]
fn string(line: &[u8], mut at: usize, seen: &mut u64) -> Result<(usize, bool), Bad> {
    let mut escaped = false;
    loop {
        let word = word(line, at);
        // Bytes behind the string get in too; that can only ask for a check that was not needed.
        *seen |= word;
        let stops = string_stops(word);
        if stops == 0 {
            at += 8;
            continue;
        }
        let first = stops.trailing_zeros() & !7;
        at += first as usize / 8;
        match (word >> first) as u8 {
            b'"' => return Ok((at + 1, escaped)),
            b'\\' => {
                at = escape(line, at + 1)?;
                escaped = true;
            }
            _ if at >= line.len() => return bad(line.len(), "a string without its end"),
            _ => return bad(at, "a control character in a string"),
        }
    }
}

/// From behind a backslash to behind its escape; a pair of surrogates counts as one.
#[inline(never)]
fn escape(line: &[u8], at: usize) -> Result<usize, Bad> {
    match byte(line, at) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 1),
        b'u' => match hex4(line, at + 1) {
            None => bad(at, "an escape that is not four hex digits"),
            Some(0xDC00..=0xDFFF) => bad(at, "a lone surrogate"),
            Some(0xD800..=0xDBFF) => {
                let low = match (byte(line, at + 5), byte(line, at + 6)) {
                    (b'\\', b'u') => hex4(line, at + 7),
                    _ => None,
                };
                match low {
                    Some(0xDC00..=0xDFFF) => Ok(at + 11),
                    _ => bad(at, "a lone surrogate"),
                }
            }
            Some(_) => Ok(at + 5),
        },
        _ => bad(at, "an unknown escape"),
    }
}

/// From behind a key, past the colon, to the first byte of the value.
#[inline(always)]
fn colon(line: &[u8], at: usize) -> Result<usize, Bad> {
    let at = space(line, at);
    if byte(line, at) != b':' {
        return bad(at, "expected `:`");
    }
    Ok(space(line, at + 1))
}

#[inline(always)]
fn digits(line: &[u8], mut at: usize) -> usize {
    loop {
        let count = digits::count(word(line, at));
        at += count;
        if count < 8 {
            return at;
        }
    }
}

#[inline(always)]
fn number(line: &[u8], start: usize) -> Result<usize, Bad> {
    let whole = start + usize::from(byte(line, start) == b'-');
    let mut at = digits(line, whole);
    let length = at - whole;
    if length == 0 {
        return bad(at, "expected a digit");
    }
    if length > 1 && byte(line, whole) == b'0' {
        return bad(whole, "a number with a leading zero");
    }
    if byte(line, at) == b'.' {
        let fraction = at + 1;
        at = digits(line, fraction);
        if at == fraction {
            return bad(at, "expected a digit");
        }
    }
    // The largest number has 309 digits.
    if length > 308 || byte(line, at) | 0x20 == b'e' {
        return wide_number(line, start, at);
    }
    Ok(at)
}

/// A number whose range has to be looked at; `at` is behind its digits.
#[cold]
#[inline(never)]
fn wide_number(line: &[u8], start: usize, mut at: usize) -> Result<usize, Bad> {
    if byte(line, at) | 0x20 == b'e' {
        at += 1;
        at += usize::from(matches!(byte(line, at), b'+' | b'-'));
        let exponent = at;
        at = digits(line, at);
        if at == exponent {
            return bad(at, "expected a digit");
        }
    }
    let literal = line.get(start..at).unwrap_or_default();
    match parse_f64(literal) {
        Some(x) if x.is_finite() => Ok(at),
        _ => bad(start, "number out of range"),
    }
}

fn literal(line: &[u8], at: usize, name: &[u8]) -> Result<usize, Bad> {
    if line.get(at..at + name.len()) != Some(name) {
        return bad(at, "not a value");
    }
    Ok(at + name.len())
}

#[inline]
fn kind_of(first: u8, at: usize) -> Result<Kind, Bad> {
    Ok(match first {
        b'"' => Kind::String,
        b'-' | b'0'..=b'9' => Kind::Number,
        b't' => Kind::True,
        b'f' => Kind::False,
        b'n' => Kind::Null,
        b'{' => Kind::Object,
        b'[' => Kind::Array,
        _ => return bad(at, "not a value"),
    })
}

/// Where the value that begins at `at` ends; it stands inside `outer` containers.
fn value(line: &[u8], mut at: usize, outer: u32, seen: &mut u64) -> Result<usize, Bad> {
    // The open containers, the innermost lowest: 1 for an object. 127 of them fit.
    let mut objects = 0u128;
    let mut depth = outer;
    loop {
        let first = byte(line, at);
        match first {
            b'"' => at = string(line, at + 1, seen)?.0,
            b'-' | b'0'..=b'9' => at = number(line, at)?,
            b'{' | b'[' => {
                if depth == MAX_DEPTH {
                    return bad(at, "nested deeper than 127");
                }
                let is_object = first == b'{';
                depth += 1;
                objects = objects << 1 | u128::from(is_object);
                at = space(line, at + 1);
                match byte(line, at) {
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    _ => {
                        if is_object {
                            at = key(line, at, seen)?;
                        }
                        continue;
                    }
                }
            }
            b't' => at = literal(line, at, b"true")?,
            b'f' => at = literal(line, at, b"false")?,
            b'n' => at = literal(line, at, b"null")?,
            _ => return bad(at, "not a value"),
        }
        // Behind a value, or at the end of an empty container.
        loop {
            if depth == outer {
                return Ok(at);
            }
            let in_object = objects & 1 == 1;
            at = space(line, at);
            match byte(line, at) {
                b',' => {
                    at = space(line, at + 1);
                    if in_object {
                        at = key(line, at, seen)?;
                    }
                    break;
                }
                b'}' if in_object => {}
                b']' if !in_object => {}
                _ if in_object => return bad(at, "expected `,` or `}`"),
                _ => return bad(at, "expected `,` or `]`"),
            }
            at += 1;
            depth -= 1;
            objects >>= 1;
        }
    }
}

/// From the opening quote of a key to the first byte of its value.
fn key(line: &[u8], at: usize, seen: &mut u64) -> Result<usize, Bad> {
    if byte(line, at) != b'"' {
        return bad(at, "expected a key in quotes");
    }
    let (after, _) = string(line, at + 1, seen)?;
    colon(line, after)
}
