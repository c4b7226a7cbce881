//! The mark of what was filled: `true` for a record that gapfill created, a list of names for fields that it filled inside of a
//! measured one.

use crate::reading::json::{self, Kind};
use crate::reading::record::Record;
use std::borrow::Cow;

/// The name of the field, unless a flag gives another.
pub(crate) const FILLED: &str = "filled";

/// What a record says of itself.
#[derive(Clone, Debug)]
pub(crate) enum Mark<'r> {
    /// Its values were measured.
    Measured,
    /// All of it was filled.
    Filled,
    /// These fields were, in the order of their names: all fields of a record may be looked for in it.
    Fields(Vec<Cow<'r, str>>),
}

impl<'r> Mark<'r> {
    pub(crate) fn of(record: &Record<'r>, name: &str) -> Mark<'r> {
        let Some(field) = record.field(name) else { return Mark::Measured };
        match field.kind() {
            Kind::True => Mark::Filled,
            Kind::Array => {
                let name = |element: &'r [u8]| match element {
                    [b'"', name @ .., b'"'] => Some(json::unescape(name)),
                    _ => None,
                };
                let mut names: Vec<Cow<'r, str>> = json::elements(field.raw()).filter_map(name).collect();
                names.sort_unstable();
                Mark::Fields(names)
            }
            _ => Mark::Measured,
        }
    }

    /// The whole record was filled.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Mark::Filled)
    }

    /// The value of the field of this name (as JSON spells it between its quotes) was filled.
    pub(crate) fn has(&self, raw_name: &[u8]) -> bool {
        match self {
            Mark::Measured => false,
            Mark::Filled => true,
            Mark::Fields(names) => names.binary_search_by(|name| (**name).cmp(&*json::unescape(raw_name))).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_fields() {
        for (line, whole, rh, t) in [
            (r#"{"t":1}"#, false, false, false),
            (r#"{"t":1,"filled":true}"#, true, true, true),
            (r#"{"t":1,"filled":false}"#, false, false, false),
            (r#"{"t":1,"rh":2,"filled":["rh"]}"#, false, true, false),
            (r#"{"t":1,"rh":2,"filled":["r\u0068","t"]}"#, false, true, true),
            (r#"{"filled":[]}"#, false, false, false),
        ] {
            let mut members = Vec::new();
            json::members(line.as_bytes(), &mut members).unwrap();
            let mark = Mark::of(&Record::kept(line.as_bytes(), &members), FILLED);
            assert_eq!((mark.is_whole(), mark.has(b"rh"), mark.has(b"t")), (whole, rh, t), "{line}");
        }
    }
}
