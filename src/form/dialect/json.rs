//! Records whose missing values are written as words: `NaN`, which JSON does not have, `"---"`, `-999`.

use super::value::Nulls;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};

/// Appends the record with null for each member of it that is such a word, and for each such word that stands where a
/// value should.
pub(super) fn record(line: &[u8], nulls: &Nulls, to: &mut Vec<u8>) -> Result<()> {
    let mut members = Vec::new();
    let mended;
    let line = match json::members(line, &mut members) {
        Ok(()) => line,
        Err(first) => {
            mended = without_words(line, nulls);
            members.clear();
            // What is said is what is wrong with the line as it came.
            let why =
                || Error::data(Code::Json, format!("not a JSON object: {} at byte {}", first.what, first.offset + 1));
            json::members(&mended, &mut members).map_err(|_| why())?;
            &mended
        }
    };
    let mut from = 0;
    for member in members.iter().filter(|member| is_null(member, line, nulls)) {
        let range = member.value_range();
        to.extend_from_slice(&line[from..range.start]);
        to.extend_from_slice(b"null");
        from = range.end;
    }
    to.extend_from_slice(&line[from..]);
    Ok(())
}

fn is_null(member: &Member, line: &[u8], nulls: &Nulls) -> bool {
    match member.kind() {
        json::Kind::String => member.text(line).is_some_and(|text| nulls.has(&text)),
        json::Kind::Number => str::from_utf8(member.value(line)).is_ok_and(|text| nulls.has(text)),
        _ => false,
    }
}

/// The line with null for each of the words that stands outside of a text.
fn without_words(line: &[u8], nulls: &Nulls) -> Vec<u8> {
    let mut to = Vec::with_capacity(line.len());
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        let rest = &line[at..];
        let length = match byte {
            b'"' => {
                let mut hidden = false;
                let end = rest.iter().skip(1).position(|byte| {
                    let is_end = *byte == b'"' && !hidden;
                    hidden = *byte == b'\\' && !hidden;
                    is_end
                });
                end.map_or(rest.len(), |end| end + 2)
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' => 1,
            _ => rest.iter().position(|byte| b"{}[],: \t\r\"".contains(byte)).unwrap_or(rest.len()),
        };
        let word = &rest[..length];
        match str::from_utf8(word) {
            Ok(text) if length > 1 && byte != b'"' && nulls.has(text) => to.extend_from_slice(b"null"),
            _ => to.extend_from_slice(word),
        }
        at += length;
    }
    to
}
