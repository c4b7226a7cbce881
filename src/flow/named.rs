//! Fields that flags name: one that no record had is reported at the end, with the names that there are.

use crate::flow::batch::Batch;
use crate::host::diag;
use crate::host::options::KeyArgs;
use crate::reading::code::Code;
use crate::reading::record::Record;

/// At most this many names of other fields are listed.
const MOST: usize = 20;

/// The fields that a stage's flags name, until a record has them.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// The flag, and the field.
    missing: Vec<(&'static str, String)>,
    records: u64,
    names: Vec<String>,
}

impl Named {
    /// Those of the flags that all commands have.
    pub(crate) fn of(keys: &KeyArgs) -> Named {
        let mut named = Named::default();
        named.add_unless("time", "--time", &keys.time);
        keys.by.iter().for_each(|field| named.add_unless("device", "--by", field));
        keys.value.iter().for_each(|field| named.add("--value", field));
        named
    }

    /// Looks out for a field that this flag names: its own name, or a JSON pointer.
    pub(crate) fn add(&mut self, flag: &'static str, field: &str) {
        self.missing.push((flag, field.to_owned()));
    }

    /// As [`Named::add`], unless it is what the flag says by default.
    pub(crate) fn add_unless(&mut self, default: &str, flag: &'static str, field: &str) {
        if field != default {
            self.add(flag, field);
        }
    }

    /// Looks at the records of a batch.
    pub(super) fn look_at_all(&mut self, batch: &Batch) {
        if !self.missing.is_empty() {
            batch.records().for_each(|record| self.look(&record));
        }
    }

    /// Looks at a record, if its members were found and a field is still missing.
    #[inline]
    pub(crate) fn look(&mut self, record: &Record<'_>) {
        if !self.missing.is_empty() && record.scanned_members().is_some() {
            self.look_for(record);
        }
    }

    fn look_for(&mut self, record: &Record<'_>) {
        self.missing.retain(|(_, field)| record.value(field).is_none());
        self.records += 1;
        if self.missing.is_empty() || self.names.len() >= MOST {
            return;
        }
        for field in record.fields().take(MOST) {
            let name = field.name();
            if self.names.len() < MOST && !self.names.iter().any(|known| **known == *name) {
                self.names.push(name.into_owned());
            }
        }
    }

    /// The input has ended.
    pub(crate) fn conclude(&self) {
        if self.records == 0 {
            return;
        }
        for (flag, field) in &self.missing {
            let names = self.names.join(", ");
            let more = if self.names.len() < MOST { "" } else { ", …" };
            diag::warn(
                Code::NoField,
                format_args!("no record has the field {field:?} that {flag} names; there are: {names}{more}"),
            );
        }
    }
}
