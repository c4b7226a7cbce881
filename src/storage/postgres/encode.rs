//! Rows in PostgreSQL's binary COPY format (its documentation, «COPY», «Binary Format»), and what a reading's
//! columns keep of each kind of value.

use crate::reading::error::{Code, Result};
use crate::reading::json;
use crate::reading::record::Field;
use crate::storage::cell::{self, Cell};
use memchr::memchr;
use std::borrow::Cow;

/// What the library takes from those who read a cell.
pub(super) type Read<T> = Result<T, Box<dyn std::error::Error + Sync + Send>>;

/// What a stream of rows begins with: signature, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with.
pub(super) const TRAILER: &[u8] = &[0xff, 0xff];

/// µs from 1970 to 2000, where PostgreSQL's times begin.
pub(super) const EPOCH_US: i64 = 946_684_800_000_000;

/// Begins a row of this many cells.
pub(super) fn begin_row(cells: usize, to: &mut Vec<u8>) {
    to.extend_from_slice(&(cells as i16).to_be_bytes());
}

pub(super) fn write_null(to: &mut Vec<u8>) {
    to.extend_from_slice(&(-1_i32).to_be_bytes());
}

pub(super) fn write_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    to.extend_from_slice(bytes);
}

pub(super) fn write_i64(n: i64, to: &mut Vec<u8>) {
    write_bytes(&n.to_be_bytes(), to);
}

pub(super) fn write_i32(n: i32, to: &mut Vec<u8>) {
    write_bytes(&n.to_be_bytes(), to);
}

/// A field's cell; text with a NUL cannot be kept.
pub(super) fn write_cell(field: &Field<'_>, cell: &Cell<'_>, to: &mut Vec<u8>) -> Result<()> {
    match cell {
        Cell::Null => write_null(to),
        Cell::Bool(is) => write_bytes(&[u8::from(*is)], to),
        Cell::Integer(n) => {
            let mut text = Vec::with_capacity(20);
            json::write_i64(*n, &mut text);
            write_numeric(&text, 0, to);
        }
        Cell::Real(x) => {
            let mut text = Vec::with_capacity(24);
            json::write_f64(*x, &mut text);
            write_numeric(&text, 1, to);
        }
        Cell::Text(text) => write_bytes(without_nul(field, text.as_bytes())?, to),
        Cell::Json(text) => write_bytes(text, to),
    }
    Ok(())
}

/// A series field as its column keeps it: a text as it is, if it could not be taken for anything else; all else as JSON.
pub(super) fn series_text<'a>(field: &Field<'_>, cell: Cell<'a>) -> Result<Cow<'a, [u8]>> {
    let mut spelled = Vec::new();
    match cell {
        Cell::Text(text) => {
            without_nul(field, text.as_bytes())?;
            if !is_ambiguous(text.as_bytes()) {
                return Ok(match text {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                });
            }
            json::write_string(&text, &mut spelled);
        }
        Cell::Json(text) => return Ok(text),
        Cell::Integer(n) => json::write_i64(n, &mut spelled),
        Cell::Real(x) => json::write_f64(x, &mut spelled),
        Cell::Null => spelled.extend_from_slice(b"null"),
        Cell::Bool(is) => spelled.extend_from_slice(if is { b"true" } else { b"false" }),
    }
    Ok(Cow::Owned(spelled))
}

/// A text that, bare, would read as something else: as an absent field, or as JSON.
pub(super) fn is_ambiguous(text: &[u8]) -> bool {
    match text.first() {
        None | Some(b'"') => true,
        Some(b'-' | b'0'..=b'9' | b'{' | b'[' | b't' | b'f' | b'n' | b' ' | b'\t' | b'\n' | b'\r') => {
            json::check(text).is_ok()
        }
        _ => false,
    }
}

fn without_nul<'t>(field: &Field<'_>, text: &'t [u8]) -> Result<&'t [u8]> {
    match memchr(0, text) {
        Some(_) => Err(cell::refused(field, Code::Nul, "PostgreSQL keeps no NUL in a text", "text without U+0000")),
        None => Ok(text),
    }
}

/// Appends a decimal number (as JSON spells it) as a `numeric`, with at least this many decimal places shown.
pub(super) fn write_numeric(text: &[u8], least_scale: i32, to: &mut Vec<u8>) {
    let (is_negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok().and_then(|e| e.parse().ok()).unwrap_or(0)),
        None => (text, 0_i32),
    };
    let point = memchr(b'.', mantissa).unwrap_or(mantissa.len()) as i32 + exponent;
    let decimals = mantissa.len().saturating_sub(memchr(b'.', mantissa).map_or(mantissa.len(), |at| at + 1)) as i32;
    let scale = (decimals - exponent).max(least_scale);
    // Digits in groups of four, counted from the decimal point.
    let mut groups: [u16; 8] = [0; 8];
    let mut used = 0;
    let mut weight = 0;
    let digits = mantissa.iter().filter(|b| b.is_ascii_digit()).map(|b| u16::from(b - b'0'));
    for (place, digit) in (0..).map(|i| point - 1 - i).zip(digits) {
        if used == 0 && digit == 0 {
            continue;
        }
        if used == 0 {
            weight = place.div_euclid(4);
        }
        let group = (weight - place.div_euclid(4)) as usize;
        let Some(slot) = groups.get_mut(group) else { break };
        *slot += digit * [1, 10, 100, 1000][place.rem_euclid(4) as usize];
        used = group + 1;
    }
    while used > 0 && groups[used - 1] == 0 {
        used -= 1;
    }
    to.extend_from_slice(&(8 + 2 * used as i32).to_be_bytes());
    to.extend_from_slice(&(used as i16).to_be_bytes());
    to.extend_from_slice(&(weight as i16).to_be_bytes());
    to.extend_from_slice(&(if is_negative && used > 0 { 0x4000_u16 } else { 0 }).to_be_bytes());
    to.extend_from_slice(&(scale as u16).to_be_bytes());
    for group in &groups[..used] {
        to.extend_from_slice(&group.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits, weight, negative, scale.
    fn numeric(text: &str, least: i32) -> (Vec<u16>, i16, bool, u16) {
        let mut bytes = Vec::new();
        write_numeric(text.as_bytes(), least, &mut bytes);
        let word = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        assert_eq!(bytes.len(), 12 + 2 * word(4) as usize);
        assert_eq!(bytes[..4], (bytes.len() as i32 - 4).to_be_bytes());
        let digits = (0..word(4) as usize).map(|i| word(12 + 2 * i)).collect();
        (digits, word(6) as i16, word(8) == 0x4000, word(10))
    }

    #[test]
    fn numbers_keep_value_and_scale() {
        assert_eq!(numeric("0", 0), (vec![], 0, false, 0));
        assert_eq!(numeric("-0.0", 1), (vec![], 0, false, 1));
        assert_eq!(numeric("7", 0), (vec![7], 0, false, 0));
        assert_eq!(numeric("10000", 0), (vec![1], 1, false, 0));
        assert_eq!(numeric("-12345", 0), (vec![1, 2345], 1, true, 0));
        assert_eq!(numeric("230.5", 1), (vec![230, 5000], 0, false, 1));
        assert_eq!(numeric("0.00012", 1), (vec![1, 2000], -1, false, 5));
        assert_eq!(numeric("1e21", 1), (vec![10], 5, false, 1));
        assert_eq!(numeric("5e-324", 1), (vec![5], -81, false, 324));
        assert_eq!(numeric("1.7976931348623157e308", 1).3, 1);
        assert_eq!(numeric("9223372036854775807", 0), (vec![922, 3372, 368, 5477, 5807], 4, false, 0));
        assert_eq!(numeric("123456.789e3", 1), (vec![1, 2345, 6789], 2, false, 1));
    }

    #[test]
    fn only_what_could_be_mistaken_is_quoted() {
        for plain in ["a", "192.168.1.10", "7a", "-", "nullify", "true north", "[x", "{", "ü", "07"] {
            assert!(!is_ambiguous(plain.as_bytes()), "{plain}");
        }
        for spelled in ["", "7", "-1.5e3", "null", "true", "false", "[1]", "{}", "\"", " 7"] {
            assert!(is_ambiguous(spelled.as_bytes()), "{spelled:?}");
        }
    }
}
