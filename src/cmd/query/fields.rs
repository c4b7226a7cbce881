//! Which fields there are to be written.

use crate::form::cells::Fields;
use crate::reading::error::Result;
use crate::storage::{Query, Reader};

/// The fields of a table, without those of a series that no record has; all of them if there is no record.
pub(super) fn used_fields(reader: &mut dyn Reader, table: &str) -> Result<Fields> {
    let mut fields = reader.fields(table)?;
    let mut is_empty = true;
    reader.read(&Query { table: table.to_owned(), limit: Some(1), ..Query::default() }, &mut |_| {
        is_empty = false;
        Ok(false)
    })?;
    if is_empty {
        return Ok(fields);
    }
    let (_, by) = reader.key(table)?;
    let used = reader.used_series(table)?;
    fields.named.retain(|name| !by.contains(name) || used.contains(name));
    Ok(fields)
}
