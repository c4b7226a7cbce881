//! The mark of what was filled: `true` for a record that gapfill created, a list of names for fields that it filled inside of a
//! measured one.

use crate::reading::json::{self, Kind};
use crate::reading::record::{Field, Record};

/// The name of the field, unless a flag gives another.
pub(crate) const FILLED: &str = "filled";

/// What a record says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark<'r> {
    /// Its values were measured.
    Measured,
    /// All of it was filled.
    Filled,
    /// These fields were: an array of names.
    Fields(&'r [u8]),
}

impl<'r> Mark<'r> {
    pub(crate) fn of(record: &Record<'r>, name: &str) -> Mark<'r> {
        record.field(name).map_or(Mark::Measured, |field| Mark::in_field(&field))
    }

    /// What the field of the mark says.
    pub(crate) fn in_field(field: &Field<'r>) -> Mark<'r> {
        match field.kind() {
            Kind::True => Mark::Filled,
            Kind::Array => Mark::Fields(field.raw()),
            _ => Mark::Measured,
        }
    }

    /// The whole record was filled.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self, Mark::Filled)
    }

    /// The value of the field of this name (as JSON spells it between its quotes) was filled.
    pub(crate) fn has(self, raw_name: &[u8]) -> bool {
        match self {
            Mark::Measured => false,
            Mark::Filled => true,
            Mark::Fields(list) => json::elements(list).any(|name| match name {
                [b'"', name @ .., b'"'] => name == raw_name || json::unescape(name) == json::unescape(raw_name),
                _ => false,
            }),
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
