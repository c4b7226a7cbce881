//! Something for each series, in the order in which the series first came.

use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Takes a line that was made; false: no more are wanted.
pub(super) type Give<'g> = dyn FnMut(&[u8]) -> Result<bool> + 'g;

#[derive(Default)]
pub(super) struct SeriesList<T> {
    places: HashMap<Box<[u8]>, usize, RandomState>,
    /// With its members: `"device":"a"`.
    list: Vec<(Vec<u8>, T)>,
    key: Vec<u8>,
}

impl<T: Default> SeriesList<T> {
    /// What belongs to the series of a record.
    pub(super) fn of(&mut self, keys: &Keys, record: &Record<'_>) -> &mut T {
        let key = keys.series(record, &mut self.key);
        let at = match self.places.get(key) {
            Some(&at) => at,
            None => {
                let at = self.list.len();
                self.places.insert(key.into(), at);
                self.list.push((label(keys, record), T::default()));
                at
            }
        };
        &mut self.list[at].1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &T)> {
        self.list.iter().map(|(label, it)| (&label[..], it))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut T)> {
        self.list.iter_mut().map(|(label, it)| (&label[..], it))
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
