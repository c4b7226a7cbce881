//! Why a line is no record, and what may help.

use crate::form;
use crate::reading::error::{Code, Error};
use crate::reading::json::Bad;

/// The same of a line of an input that has flags for its form.
pub(crate) fn no_record(line: &[u8], why: Bad) -> Error {
    match str::from_utf8(line) {
        Ok(_) => not_json(line, why),
        Err(wrong) => {
            let place = wrong.valid_up_to() + 1;
            Error::data(Code::Json, format!("not a JSON object: not UTF-8 at byte {place} (--encoding latin1?)"))
        }
    }
}

/// Why a line cannot be used that is not one JSON object.
pub(crate) fn not_json(line: &[u8], why: Bad) -> Error {
    let what = format!("not a JSON object: {} at byte {}", why.what, why.offset + 1);
    let hint = form::hint(line).or_else(|| is_no_number(line.get(why.offset..)?).then_some("--null NaN,Infinity?"));
    Error::data(Code::Json, hint.map_or(what.clone(), |hint| format!("{what} ({hint})")))
}

/// A word that programs print for what is no number, and JSON does not have.
fn is_no_number(text: &[u8]) -> bool {
    text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"nan") || word.eq_ignore_ascii_case(b"inf"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::json;

    #[test]
    fn a_word_for_no_number_has_a_flag() {
        for value in ["nan", "NaN", "-Infinity", "inf"] {
            let line = format!("{{\"t\":{value},\"u\":1}}");
            let why = json::members(line.as_bytes(), &mut Vec::new()).expect_err("no JSON");
            assert!(not_json(line.as_bytes(), why).to_string().ends_with("(--null NaN,Infinity?)"), "{line}");
        }
        let why = json::members(b"{\"t\":nil}", &mut Vec::new()).expect_err("no JSON");
        assert!(!not_json(b"{\"t\":nil}", why).to_string().contains("--null"));
    }
}
