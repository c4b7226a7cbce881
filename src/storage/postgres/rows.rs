//! A record as a row of its table, in the binary format of COPY.

use super::columns::is_there;
use super::encode::{self, EPOCH_US};
use super::schema::Kept;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::Kind as JsonKind;
use crate::reading::record::{Field, Record};
use crate::storage::cell::Cell;
use crate::storage::columns::Role;
use crate::storage::layout::{Gathered, Layout, MORE};
use crate::storage::settings::{Precision, Type};

/// The cells of a record at hand, by column.
#[derive(Default)]
pub(super) struct Cells<'r>(Vec<Option<Field<'r>>>);

impl<'r> Cells<'r> {
    /// Appends a record whose columns are resolved. After an error of kind `Data` nothing is appended.
    pub(super) fn write(
        &mut self,
        layout: &Layout,
        kept: Kept,
        record: &Record<'r>,
        begin: impl FnOnce(usize, &mut Vec<u8>),
        to: &mut Vec<u8>,
    ) -> Result<()> {
        let start = to.len();
        begin(layout.columns.iter().filter(|c| is_there(c)).count(), to);
        let written = self.write_cells(layout, kept, record, to);
        if written.is_err() {
            to.truncate(start);
        }
        written
    }

    fn write_cells(&mut self, layout: &Layout, kept: Kept, record: &Record<'r>, to: &mut Vec<u8>) -> Result<()> {
        let columns = &layout.columns;
        let time = time_of(layout, kept, record)?;
        self.0.clear();
        self.0.resize(columns.len(), None);
        let mut gathered = Gathered::default();
        for (field, &slot) in record.fields().zip(&layout.slots) {
            if slot == MORE {
                gathered.more.push(field);
                continue;
            }
            if field.kind() == JsonKind::Null && matches!(columns[slot].role, Role::Field(_)) {
                gathered.nulls.push(slot);
            }
            // Of several fields of one name the last counts.
            self.0[slot] = Some(field);
        }
        for (column, field) in columns.iter().zip(&self.0) {
            match (column.role, field) {
                (Role::Time, _) => encode::write_i64(time, to),
                (Role::Series, None) => encode::write_bytes(b"", to),
                (Role::Series, Some(field)) => {
                    encode::write_bytes(&encode::series_text(field, Cell::of_series(field)?)?, to);
                }
                (Role::Field(_) | Role::Marked, _) if !is_there(column) => {}
                (Role::Field(_) | Role::Marked, None) => encode::write_null(to),
                (Role::Marked, Some(field)) => encode::write_cell(field, &Cell::of(field, Type::Json)?, to)?,
                (Role::Field(of), Some(field)) => encode::write_cell(field, &Cell::of(field, of)?, to)?,
                (role @ (Role::Nulls | Role::More), _) => match gathered.text(columns, role) {
                    Some(text) => encode::write_bytes(&text, to),
                    None => encode::write_null(to),
                },
            }
        }
        Ok(())
    }
}

/// The record's key: equal bytes for equal keys.
pub(super) fn key(layout: &Layout, record: &Record<'_>) -> Result<Vec<u8>> {
    let keys = &layout.settings.keys;
    let mut series = Vec::new();
    let mut key = keys.time(record)?.to_be_bytes().to_vec();
    key.extend_from_slice(keys.series(record, &mut series));
    Ok(key)
}

/// The record's time as its column has it.
fn time_of(layout: &Layout, kept: Kept, record: &Record<'_>) -> Result<i64> {
    let ns = layout.settings.keys.time(record)?;
    match kept.precision {
        Precision::Ns => Ok(ns),
        Precision::Us if ns.rem_euclid(1000) == 0 => Ok(ns / 1000 - EPOCH_US),
        Precision::Us => {
            let name = layout.settings.keys.time_name();
            let why = format!("{name} is finer than microseconds: a table created with --precision ns keeps it");
            Err(Error::data(Code::Precision, why))
        }
    }
}
