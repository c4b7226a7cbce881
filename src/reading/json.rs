//! JSON as a stream of sensor readings needs it: the top-level members of one line, found in one
//! pass without building a document, and the few things that are then done with them.
//!
//! Decision: our own scanner, because this is the hot path; but no dialect of our own. It accepts
//! exactly what `serde_json::from_slice::<serde_json::Value>` accepts (strings, UTF-8, surrogates,
//! the range of numbers, nesting), and tests and a fuzz target hold it to that in both directions.
//! Nothing here allocates for a record, recurses on its depth, or panics on any bytes.
//!
//! RFC 8259 is the grammar; RFC 6901 the pointers.

mod append;
mod bytes;
mod decimal;
mod member;
mod number;
mod scan;
mod text;
mod walk;

pub(crate) use append::{Appender, append_member, write_without};
pub(crate) use bytes::{is_blank, trimmed};
pub(crate) use decimal::Decimal;
pub use member::{Bad, Kind, Member, Name};
pub use number::{parse_f64, round, write_f64, write_i64};
pub use text::{unescape, write_string};
pub use walk::{compact, elements, pointer};
pub(crate) use walk::{lone, member_at, tokens};

/// Checks the whole line and appends the members of the object that it is, in their order,
/// duplicates included. Whitespace may stand around the object.
///
/// `into` is not cleared, so that one vector can serve many lines; on an error it is left as it was.
///
/// # Errors
///
/// Whatever `serde_json` refuses; a value that is not an object; a line of 4 GiB or more.
#[inline]
pub fn members(line: &[u8], into: &mut Vec<Member>) -> Result<(), Bad> {
    let before = into.len();
    let result = scan::object(line, |member| into.push(member));
    if result.is_err() {
        into.truncate(before);
    }
    result
}

/// Checks that `text` is one JSON value of any kind, whitespace around it allowed, and tells which.
///
/// # Errors
///
/// Whatever `serde_json` refuses.
pub fn check(text: &[u8]) -> Result<Kind, Bad> {
    scan::document(text)
}

/// Text is spelled as a JSON number.
#[inline]
pub(crate) fn is_number(text: &[u8]) -> bool {
    scan::is_number(text, 0, text.len())
}

/// Appends a text as it is if it is spelled as a JSON number, else in quotes.
#[inline]
pub(crate) fn write_bare(text: &str, to: &mut Vec<u8>) {
    text::write_either(text, to, scan::is_number);
}

#[cfg(test)]
mod tests;
