//! Something for each series, and for each field of one, in the order in which they first came.

use crate::host::budget::{Budget, ENTRY};
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Takes a line that was made; false: no more are wanted.
pub(super) type Give<'g> = dyn FnMut(&[u8]) -> Result<bool> + 'g;

/// Where in a list something is, by its name.
type Places = HashMap<Box<[u8]>, usize, RandomState>;

#[derive(Default)]
pub(super) struct SeriesList<T> {
    places: Places,
    /// With its members: `"device":"a"`.
    list: Vec<(Box<[u8]>, T)>,
    key: Vec<u8>,
}

impl<T: Default> SeriesList<T> {
    /// What belongs to the series of a record. `Data`: it is a new one, and there is no room for it.
    pub(super) fn of(&mut self, keys: &Keys, record: &Record<'_>, budget: &mut Budget) -> Result<&mut T> {
        let key = keys.series(record, &mut self.key);
        let at = match self.places.get(key) {
            Some(&at) => at,
            None => {
                let at = self.list.len();
                let label = label(keys, record);
                budget.take(key.len() + label.len() + ENTRY + size_of::<(Box<[u8]>, T)>())?;
                self.places.insert(key.into(), at);
                self.list.push((label.into(), T::default()));
                at
            }
        };
        Ok(&mut self.list[at].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &T)> {
        self.list.iter().map(|(label, it)| (&label[..], it))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut T)> {
        self.list.iter_mut().map(|(label, it)| (&label[..], it))
    }
}

/// Something for each field of a series, by its name as it is spelled. Records most often have the same fields in the
/// same order, so the next place is looked at first; of many fields a table knows the places.
#[derive(Default)]
pub(super) struct FieldList<T> {
    list: Vec<(Box<[u8]>, T)>,
    /// Only of many.
    places: Option<Box<Places>>,
    next: usize,
}

/// With this many fields a table pays.
const MANY: usize = 32;

impl<T> FieldList<T> {
    /// What belongs to this field; `new` gives it to one that was not there yet. `Data`: there is no room for that.
    pub(super) fn of(&mut self, raw_name: &[u8], new: impl FnOnce() -> T, budget: &mut Budget) -> Result<&mut T> {
        let is = |(name, _): &(Box<[u8]>, T)| **name == *raw_name;
        let at = match self.list.get(self.next).is_some_and(is) {
            true => Some(self.next),
            false if self.list.len() < MANY => self.list.iter().position(is),
            false => self.places.as_ref().and_then(|places| places.get(raw_name)).copied(),
        };
        let at = match at {
            Some(at) => at,
            None => {
                let is_many = self.list.len() + 1 >= MANY;
                budget.take(raw_name.len() * (1 + usize::from(is_many)) + ENTRY + size_of::<(Box<[u8]>, T)>())?;
                // Most have one field or a few: no room for more than there are.
                if self.list.len() < MANY {
                    self.list.reserve_exact(1);
                }
                self.list.push((raw_name.into(), new()));
                let at = self.list.len() - 1;
                if is_many {
                    let places = self.places.get_or_insert_default();
                    // Those before this one, too, when the table begins.
                    let from = if places.is_empty() { 0 } else { at };
                    places.extend(self.list.iter().enumerate().skip(from).map(|(at, (name, _))| (name.clone(), at)));
                }
                at
            }
        };
        self.next = at + 1;
        Ok(&mut self.list[at].1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &T)> {
        self.list.iter().map(|(name, it)| (&name[..], it))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.next = 0;
        self.list.iter_mut().map(|(_, it)| it)
    }

    /// The next record begins.
    pub(super) fn rewind(&mut self) {
        self.next = 0;
    }
}

fn label(keys: &Keys, record: &Record<'_>) -> Vec<u8> {
    let mut label = Vec::new();
    for name in keys.by() {
        if let Some(field) = record.field(name) {
            if !label.is_empty() {
                label.push(b',');
            }
            json::write_string(name, &mut label);
            label.push(b':');
            label.extend_from_slice(field.raw());
        }
    }
    label
}
