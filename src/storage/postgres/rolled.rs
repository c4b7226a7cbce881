//! Rows of a rollup: within the transaction that deletes what they are made of.

use super::cells::{Part, Selected};
use super::encode::series_text;
use super::schema::{DDL_LOCK, Kept, NAMING, check_name};
use super::server::Server;
use super::staged::Staging;
use super::timescale;
use crate::flow::batch::Batch;
use crate::reading::error::Result;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::storage::cell::Cell;
use crate::storage::columns::{Column, Role, key_fields, key_names, quoted};
use crate::storage::layout::Layout;
use crate::storage::rollup::Rollup;
use crate::storage::settings::{OnConflict, WriteSettings};

/// Adds records of a table with these columns to the rows of the rollup.
pub(super) fn add(
    server: &mut Server,
    table: &str,
    columns: &[Column],
    rollup: &Rollup<'_>,
    lines: &[Vec<u8>],
) -> Result<()> {
    let (time, series) = key_fields(columns);
    let keys = Keys::named(time, series);
    check_name(&rollup.table)?;
    let settings = WriteSettings::new(rollup.table.clone(), keys.clone());
    let mut layout = Layout::new(WriteSettings { on_conflict: OnConflict::Replace, ..settings }, NAMING);
    let mut kept = Kept { has_key: true, by_series: false, ..server.kept(table)? };
    if let Some(columns) = server.columns(&rollup.table)? {
        layout.check_keys(&columns)?;
        kept = server.kept(&rollup.table)?;
        layout.set_columns(columns);
    }
    let batch = rollup.add(&keys, lines, &mut |record| find(server, &layout, kept, record))?;
    widen(server, &mut layout, kept, &batch)?;
    let is_hypertable = timescale::is_hypertable(server, &rollup.table)?;
    let copies = !server.has_row_security(&rollup.table)?;
    let mut staging = Staging { server, layout: &mut layout, kept, updates: true, copies, is_hypertable };
    staging.store(&batch)?.into_iter().try_for_each(|fate| fate.map(drop))
}

/// Sees to it that the table has a column for each field.
fn widen(server: &mut Server, layout: &mut Layout, kept: Kept, batch: &Batch) -> Result<()> {
    for record in batch.records() {
        while layout.columns.is_empty() || !layout.resolve(&record)?.is_empty() {
            server.run("change", &format!("SELECT pg_advisory_xact_lock({DDL_LOCK})"))?;
            // Another process may have been faster.
            match server.columns(&layout.settings.table)? {
                Some(columns) => {
                    layout.set_columns(columns);
                    let changes = layout.resolve(&record)?;
                    server.add_all(layout, changes)?;
                }
                None => server.create(&layout.settings, &layout.first_columns(Some(&record))?, kept)?,
            }
            layout.set_columns(server.columns_of(&layout.settings.table)?);
        }
    }
    Ok(())
}

/// The row with a record's key.
fn find(server: &Server, layout: &Layout, kept: Kept, record: &Record<'_>) -> Result<Option<Vec<u8>>> {
    if layout.columns.is_empty() {
        return Ok(None);
    }
    let keys = &layout.settings.keys;
    let mut parts = vec![Part::not_before(keys.time(record)?, kept.precision)];
    for column in layout.columns.iter().filter(|column| column.role == Role::Series) {
        let text = match record.field(&column.field) {
            Some(field) => String::from_utf8_lossy(&series_text(&field, Cell::of_series(&field)?)?).into_owned(),
            None => String::new(),
        };
        parts.push(Part::Series(text));
    }
    let names = key_names(&layout.columns);
    let equal: Vec<String> = names.iter().enumerate().map(|(n, name)| format!("{name} = ${}", n + 1)).collect();
    let selected = Selected::new(layout.columns.clone());
    let sql =
        format!("SELECT {} FROM {} WHERE {}", selected.list(), quoted(&layout.settings.table), equal.join(" AND "));
    let params: Vec<_> = parts.iter().map(|part| part.param(kept.precision)).collect();
    let rows = server.query("read", &sql, &params)?;
    let mut line = Vec::new();
    let Some(row) = rows.first() else { return Ok(None) };
    selected.write_row(row, &mut line).map_err(|e| server.fault("read", e))?;
    Ok(Some(line))
}
