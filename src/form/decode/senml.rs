//! SenML (RFC 8428): the records of a pack, each with what the base fields before it say.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};
use crate::reading::time::{self, Spelling, Unit};

/// Times below this many seconds are counted from now (RFC 8428, 4.5.3).
const RELATIVE: i64 = 1 << 28;

const SECOND: i64 = 1_000_000_000;

/// The version that this is (RFC 8428, 4.4).
const VERSION: f64 = 10.0;

/// Values that are no numbers: what a pack calls them, and the record, and what they are.
const OTHERS: [(&str, &str, &[Kind]); 3] =
    [("vs", "text", &[Kind::String]), ("vb", "on", &[Kind::True, Kind::False]), ("vd", "data", &[Kind::String])];

/// What the base fields of a pack have said so far.
#[derive(Debug, Default)]
pub(super) struct Pack {
    name: String,
    /// ns.
    time: i64,
    unit: Option<String>,
    value: Option<f64>,
    sum: Option<f64>,
    members: Vec<Member>,
}

impl Pack {
    /// Appends what an element of the pack means. False: it has only base fields.
    pub(super) fn resolve(&mut self, element: &[u8], to: &mut Vec<u8>) -> Result<bool> {
        let wrong = |why: String| Error::data(Code::Senml, why);
        let mut members = std::mem::take(&mut self.members);
        members.clear();
        json::members(element, &mut members)
            .map_err(|why| Error::data(Code::Json, format!("{} at byte {}", why.what, why.offset + 1)))?;
        let find = |name: &str| members.iter().rev().find(|member| member.key_is(element, name));
        let text = |name: &str| match find(name) {
            None => Ok(None),
            Some(member) => match member.text(element) {
                Some(text) => Ok(Some(text.into_owned())),
                None => Err(wrong(format!("{name} is not text"))),
            },
        };
        let number = |name: &str| match find(name) {
            None => Ok(None),
            Some(member) => member.number(element).map(Some).ok_or_else(|| wrong(format!("{name} is not a number"))),
        };
        let spelling = Spelling::new(Some(Unit::Seconds), Vec::new(), None);
        let seconds = |name: &str| match find(name) {
            None => Ok(None),
            Some(member) if member.kind() == Kind::Number => {
                spelling.parse_number(member.value(element)).map(Some).map_err(|why| wrong(format!("{name}: {why}")))
            }
            Some(_) => Err(wrong(format!("{name} is not a number"))),
        };
        // A label whose last letter is `_` must be understood (RFC 8428, 4.4).
        if let Some(unknown) = members.iter().map(|member| member.key_text(element)).find(|key| key.ends_with('_')) {
            return Err(wrong(format!("{unknown} must be understood, and is not")));
        }
        if number("bver")?.is_some_and(|version| version > VERSION) {
            return Err(wrong(format!("bver is beyond {VERSION}")));
        }
        if let Some(name) = text("bn")? {
            self.name = name;
        }
        if let Some(time) = seconds("bt")? {
            self.time = time;
        }
        if let Some(unit) = text("bu")? {
            self.unit = Some(unit);
        }
        self.value = number("bv")?.or(self.value);
        self.sum = number("bs")?.or(self.sum);
        let kinds = ["v", "vs", "vb", "vd", "s"];
        if kinds[..4].iter().filter(|kind| find(kind).is_some()).count() > 1 {
            return Err(wrong("more than one of v, vs, vb and vd".to_owned()));
        }
        let result = if kinds.iter().all(|kind| find(kind).is_none()) && find("n").is_none() {
            Ok(false)
        } else {
            let name = format!("{}{}", self.name, text("n")?.unwrap_or_default());
            let time = self.time.saturating_add(seconds("t")?.unwrap_or(0));
            let unit = text("u")?.or_else(|| self.unit.clone());
            let value = match (find("v"), self.value) {
                // Its digits.
                (Some(member), None) if member.kind() == Kind::Number => Some(member.value(element).to_vec()),
                _ => number("v")?.map(|value| written(value + self.value.unwrap_or_default())),
            };
            let sum = match (find("s"), self.sum) {
                (Some(member), None) if member.kind() == Kind::Number => Some(member.value(element).to_vec()),
                _ => number("s")?.map(|sum| written(sum + self.sum.unwrap_or_default())),
            };
            if name.is_empty() {
                return Err(wrong("a record without a name".to_owned()));
            }
            to.extend_from_slice(b"{\"time\":\"");
            let time = if time < RELATIVE * SECOND { time::now().saturating_add(time) } else { time };
            time::write_rfc3339(time, to);
            to.extend_from_slice(b"\",\"device\":");
            json::write_string(&name, to);
            for (key, value) in [("value", value), ("sum", sum)] {
                if let Some(value) = value {
                    to.extend_from_slice(format!(",\"{key}\":").as_bytes());
                    to.extend_from_slice(&value);
                }
            }
            for (from, key, kinds) in OTHERS {
                if let Some(member) = find(from) {
                    if !kinds.contains(&member.kind()) {
                        return Err(wrong(format!("{from} is of the wrong type")));
                    }
                    to.extend_from_slice(format!(",\"{key}\":").as_bytes());
                    to.extend_from_slice(member.value(element));
                }
            }
            if let Some(unit) = unit {
                to.extend_from_slice(b",\"unit\":");
                json::write_string(&unit, to);
            }
            to.push(b'}');
            Ok(true)
        };
        self.members = members;
        result
    }
}

fn written(number: f64) -> Vec<u8> {
    let mut text = Vec::new();
    json::write_f64(number, &mut text);
    text
}
