//! Finds the fields that a reading is made of, in one pass over a record.
//!
//! Decision: records of a stream have their fields in the same places most of the time, so each place is first
//! compared with what stood there last. It halves what reading costs.

use crate::reading::json;
use crate::reading::record::{Field, Record};

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Name {
    Time,
    Value,
    Unit,
    /// The first series field.
    Device,
    Mark,
    Factor,
}

const COUNT: usize = 6;

/// The fields of one record.
pub(super) struct Found<'f, 'r> {
    record: &'f Record<'r>,
    /// Where they stand in it, by [`Name`], or [`NOWHERE`]: less to write down than the fields.
    places: [u32; COUNT],
    /// The value, where a JSON pointer names it.
    pointed: Option<Field<'r>>,
}

/// A place that no record has.
const NOWHERE: u32 = u32::MAX;

impl<'r> Found<'_, 'r> {
    pub(super) fn get(&self, name: Name) -> Option<Field<'r>> {
        let field = self.record.at(self.places[name as usize] as usize);
        if matches!(name, Name::Value) { field.or(self.pointed) } else { field }
    }
}

/// Knows the fields' names, and where they stood last.
pub(super) struct Fields {
    /// By [`Name`]; `None`: not looked for.
    names: [Option<json::Name>; COUNT],
    /// By place.
    places: Vec<Place>,
}

/// What stood at a place of the last record.
enum Place {
    /// A field that is looked for, by [`Name`].
    Wanted(usize),
    /// Another of this name.
    Other(json::Name),
    /// One that has to be compared with all names each time.
    Unclear,
}

/// A name that is not looked for is kept up to this length.
const LONGEST: usize = 64;

impl Fields {
    pub(super) fn new(names: [Option<String>; COUNT]) -> Fields {
        Fields { names: names.map(|name| name.map(json::Name::new)), places: Vec::new() }
    }

    /// The name of a field.
    pub(super) fn name(&self, name: Name) -> &str {
        self.names[name as usize].as_ref().map_or("", json::Name::as_str)
    }

    /// The fields of a record; of those that it has twice the last.
    pub(super) fn find<'f, 'r>(&mut self, record: &'f Record<'r>) -> Found<'f, 'r> {
        let mut found = Found { record, places: [NOWHERE; COUNT], pointed: None };
        for (place, field) in record.fields().enumerate() {
            match self.places.get(place) {
                Some(&Place::Wanted(at)) if self.names[at].as_ref().is_some_and(|name| field.is_spelled(name)) => {
                    found.places[at] = place as u32;
                }
                Some(Place::Other(name)) if field.is_spelled(name) => (),
                _ => self.look(place, field, &mut found),
            }
        }
        let value = self.name(Name::Value);
        if value.starts_with('/') && found.places[Name::Value as usize] == NOWHERE {
            found.pointed = record.value(value);
        }
        found
    }

    /// Compares a field with all names.
    fn look(&mut self, place: usize, field: Field<'_>, found: &mut Found<'_, '_>) {
        let mut here = None;
        let mut count = 0;
        for (at, name) in self.names.iter().enumerate() {
            if name.as_ref().is_some_and(|name| field.is(name.as_str())) {
                found.places[at] = place as u32;
                here = Some(at);
                count += 1;
            }
        }
        // A record of very many fields is no reading of a meter: no place is kept for the last ones.
        if place == self.places.len() && place < 64 {
            self.places.push(Place::Unclear);
        }
        if let Some(known) = self.places.get_mut(place) {
            *known = match here {
                Some(at) if count == 1 => Place::Wanted(at),
                None if field.raw_name().len() <= LONGEST => Place::Other(json::Name::new(field.name().into_owned())),
                // Looked for under two names, or long.
                _ => Place::Unclear,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_wherever_they_stand() {
        let names = ["t", "v", "u", "d", "f", "v"].map(|name| Some(name.to_owned()));
        let mut fields = Fields::new(names);
        for line in [
            r#"{"t":1,"v":2,"u":3,"d":4,"f":5}"#,
            r#"{"t":1,"v":2,"u":3,"d":4,"f":5}"#,
            r#"{"v":2,"t":1,"x":7,"f":5,"u":3,"d":4}"#,
            r#"{"t":9,"\u0064":4,"v":2,"u":3,"f":5,"t":1}"#,
            r#"{"t":1,"d":8,"v":2,"u":3,"f":5,"d":4}"#,
        ] {
            let mut members = Vec::new();
            json::members(line.as_bytes(), &mut members).unwrap();
            let record = Record::kept(line.as_bytes(), &members);
            let found = fields.find(&record);
            let names = [Name::Time, Name::Value, Name::Unit, Name::Device, Name::Mark, Name::Factor];
            let values = names.map(|name| found.get(name).and_then(|field| field.integer()));
            assert_eq!(values, [1, 2, 3, 4, 5, 2].map(Some), "{line}");
        }
        assert_eq!(fields.name(Name::Unit), "u");
    }
}
