//! The fields of one record that another one has too.

use crate::reading::record::{Field, Record};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

/// A record of at most this many fields is searched faster than an index of it is made.
const FEW: usize = 16;

/// A record in which each field of another one is looked for: the cost is that of both, and not their product.
pub(crate) struct Counterparts<'a> {
    record: Record<'a>,
    /// By name; of several the last.
    places: OnceCell<HashMap<Cow<'a, str>, usize>>,
}

impl<'a> Counterparts<'a> {
    /// Those that are in this record.
    pub(crate) fn of(record: Record<'a>) -> Counterparts<'a> {
        Counterparts { record, places: OnceCell::new() }
    }

    /// The record itself.
    pub(crate) fn record(&self) -> &Record<'a> {
        &self.record
    }

    /// The field of the same name as one at this place of the other record: most often it is in the same place.
    #[inline(always)]
    pub(crate) fn find(&self, place: usize, field: &Field<'_>) -> Option<Field<'a>> {
        let same_place = self.record.at(place).filter(|other| other.raw_name() == field.raw_name());
        same_place.or_else(|| self.search(&field.name()))
    }

    #[inline(never)]
    fn search(&self, name: &str) -> Option<Field<'a>> {
        if self.record.members().len() <= FEW {
            return self.record.field(name);
        }
        let index = || self.record.fields().enumerate().map(|(place, field)| (field.name(), place)).collect();
        let place = self.places.get_or_init(index).get(name)?;
        self.record.at(*place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::json;

    #[test]
    fn fields_are_found_in_any_order_and_of_several_the_last() {
        let wide: Vec<String> = (0..40).map(|n| format!("\"f{n}\":{n}")).collect();
        for line in [r#"{"a":1,"f3":3,"b":2,"a":5}"#.to_owned(), format!("{{{},\"a\":1,\"a\":5}}", wide.join(","))] {
            let line = line.as_bytes();
            let mut members = Vec::new();
            json::members(line, &mut members).unwrap();
            let others = Counterparts::of(Record::kept(line, &members));
            let other = br#"{"x":0,"\u0061":0,"f3":0}"#;
            let mut own = Vec::new();
            json::members(other, &mut own).unwrap();
            let found = Record::kept(other, &own).fields().enumerate().map(|(place, field)| others.find(place, &field));
            let found: Vec<_> = found.map(|field| field.and_then(|field| field.integer())).collect();
            assert_eq!(found, [None, Some(5), Some(3)]);
        }
    }
}
