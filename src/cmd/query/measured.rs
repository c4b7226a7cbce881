//! Which fields are measured, for a header that comes before the records.

use crate::host::budget::{Budget, ENTRY};
use crate::reading::error::{Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::storage::{Query, Reader};
use std::collections::HashSet;

/// The fields that are measured in what is asked for, in the order in which they come.
pub(super) fn measured(
    reader: &mut dyn Reader,
    query: &Query,
    keys: &Keys,
    budget: &mut Budget,
) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut members = Vec::new();
    reader.read(query, &mut |line| {
        members.clear();
        json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
        for (_, field) in keys.values(&Record::kept(line, &members)) {
            if field.number().is_some() && !known.contains(&*field.name()) {
                let name = field.name().into_owned();
                budget.take(2 * name.len() + ENTRY)?;
                known.insert(name.clone());
                names.push(name);
            }
        }
        Ok(true)
    })?;
    Ok(names)
}
