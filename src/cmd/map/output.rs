//! What a program gives, as JSON: compact, keys in their order, numbers that were only passed on as they were.
//!
//! Decision: the values of jq programs are more than JSON (NaN, infinities, bytes, keys that are no text); what
//! JSON cannot say is refused, never written as something else.

use crate::reading::error::{Code, Error, Fault, Result, excerpt};
use crate::reading::json::{self, Kind};
use jaq_json::{Num, Val};

/// As deep as a record may be nested for the stage after (`json.rs`).
const MAX_DEPTH: usize = 127;

/// Appends an object as one line without its break. `Data` if it is none, or cannot be JSON; then only a part of
/// it is appended.
pub(super) fn write_object(value: &Val, to: &mut Vec<u8>) -> Result<()> {
    if let Val::Obj(_) = value {
        return write(value, 0, to).map_err(|why| Error::data(Code::Map, format!("the program returned {why}")));
    }
    let mut text = Vec::new();
    let found = match write(value, 0, &mut text) {
        Ok(()) => excerpt(&String::from_utf8_lossy(&text)),
        Err(why) => why.to_owned(),
    };
    let fault = Fault { code: Code::Type, pointer: String::new(), found, allowed: "an object".to_owned() };
    Err(Error::faults(format!("the program returned {}, not an object", fault.found), vec![fault]))
}

fn write(value: &Val, depth: usize, to: &mut Vec<u8>) -> Result<(), &'static str> {
    match value {
        Val::Null => to.extend_from_slice(b"null"),
        Val::Bool(true) => to.extend_from_slice(b"true"),
        Val::Bool(false) => to.extend_from_slice(b"false"),
        Val::Num(number) => write_number(number, to)?,
        Val::TStr(text) => json::write_string(str::from_utf8(text).map_err(|_| "text that is not UTF-8")?, to),
        Val::BStr(_) => return Err("bytes, which JSON does not have"),
        Val::Arr(_) | Val::Obj(_) if depth == MAX_DEPTH => return Err("a value nested deeper than 127"),
        Val::Arr(elements) => {
            to.push(b'[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    to.push(b',');
                }
                write(element, depth + 1, to)?;
            }
            to.push(b']');
        }
        Val::Obj(members) => {
            to.push(b'{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    to.push(b',');
                }
                let Val::TStr(_) = key else {
                    return Err("an object with a key that is not text");
                };
                write(key, depth, to)?;
                to.push(b':');
                write(value, depth + 1, to)?;
            }
            to.push(b'}');
        }
    }
    Ok(())
}

fn write_number(number: &Num, to: &mut Vec<u8>) -> Result<(), &'static str> {
    let float = match number {
        Num::Int(integer) => {
            json::write_i64(*integer as i64, to);
            return Ok(());
        }
        Num::Float(float) => *float,
        Num::BigInt(_) | Num::Dec(_) => {
            let text = match number {
                Num::Dec(text) => text.to_string(),
                other => other.to_string(),
            };
            // A number in a program may be spelled as none in JSON is: `.5`.
            if json::check(text.as_bytes()) == Ok(Kind::Number) {
                to.extend_from_slice(text.as_bytes());
                return Ok(());
            }
            text.parse().unwrap_or(f64::NAN)
        }
    };
    if !float.is_finite() {
        return Err(if float.is_nan() {
            "NaN, which JSON does not have"
        } else {
            "an infinity, which JSON does not have"
        });
    }
    json::write_f64(float, to);
    Ok(())
}
