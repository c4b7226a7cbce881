//! Rows of a rollup: within the transaction that deletes what they are made of.

use super::file::File;
use super::read::write_row;
use super::table::Table;
use super::write::{bind, put};
use crate::reading::error::Result;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::storage::columns::{Column, key_fields};
use crate::storage::rollup::Rollup;
use crate::storage::settings::{OnConflict, WriteSettings};

/// Adds records of a table with these columns to the rows of the rollup.
pub(super) fn add(file: &File, columns: &[Column], rollup: &Rollup<'_>, lines: &[Vec<u8>]) -> Result<()> {
    let (time, series) = key_fields(columns);
    let keys = Keys::named(time, series);
    let settings = WriteSettings::new(rollup.table.clone(), keys.clone());
    let mut table = Table::new(WriteSettings { on_conflict: OnConflict::Replace, ..settings });
    // Anew for each chunk: one that was rolled back may have changed it.
    table.load(file)?;
    let batch = rollup.add(&keys, lines, &mut |record| find(file, &mut table, record))?;
    for record in batch.records() {
        put(file, &mut table, &record)?;
    }
    file.take_room()
}

/// The row with a record's key.
fn find(file: &File, table: &mut Table, record: &Record<'_>) -> Result<Option<Vec<u8>>> {
    if table.layout.columns.is_empty() {
        return Ok(None);
    }
    table.layout.resolve(record)?;
    let fault = |e| file.fault("read", e);
    let mut statement = file.db.prepare_cached(&table.sql.row).map_err(fault)?;
    bind(file, table, &mut statement, record)?;
    let mut rows = statement.raw_query();
    let Some(row) = rows.next().map_err(fault)? else { return Ok(None) };
    let mut line = Vec::new();
    write_row(&table.layout.columns, row, &mut line).map_err(fault)?;
    Ok(Some(line))
}
