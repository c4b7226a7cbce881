//! What a program returns, as a record.
//!
//! Decision: the values of programs are more than JSON (NaN, infinities); what JSON cannot say is refused, never written
//! as something else.

use super::text;
use super::value::Value;
use crate::reading::error::{Code, Error, Fault, Result, excerpt};

/// Appends an object as one line without its break. `Data` if it is none, or cannot be JSON; then only a part of
/// it is appended.
pub(super) fn write_object(value: &Value, decimals: Option<u8>, to: &mut Vec<u8>) -> Result<()> {
    if let Value::Object(_) = value {
        return text::write_json(value, decimals, to)
            .map_err(|why| Error::data(Code::Map, format!("the program returned {why}")));
    }
    let found = match value {
        Value::Number(number) if number.double().is_nan() => "NaN".to_owned(),
        other => excerpt(&text::beginning(other, 1000)),
    };
    let fault = Fault { code: Code::Type, pointer: String::new(), found, allowed: "an object".to_owned() };
    Err(Error::faults(format!("the program returned {}, not an object", fault.found), vec![fault]))
}
