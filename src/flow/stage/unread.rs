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
    Error::data(Code::Json, form::hint(line).map_or(what.clone(), |hint| format!("{what} ({hint})")))
}
