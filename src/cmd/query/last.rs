//! The last record of each series: what `--last` counts from, what is carried in, which series there are.

use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time;
use crate::storage::{Query, Reader};

/// Puts the time that `--last` means in place of it.
pub(super) fn since_last(reader: &mut dyn Reader, query: &mut Query) -> Result<()> {
    let Some(last) = query.last else { return Ok(()) };
    let keys = table_keys(reader, query)?;
    let mut newest = None;
    each_last(reader, query, None, &mut |record| {
        newest = newest.max(Some(keys.time(record)?));
        Ok(())
    })?;
    if let Some(newest) = newest {
        query.last = None;
        query.since = query.since.max(Some(newest.saturating_sub(last)));
        query.until = Some(query.until.unwrap_or(i64::MAX).min(newest.saturating_add(1)));
    }
    Ok(())
}

pub(super) fn table_keys(reader: &mut dyn Reader, query: &Query) -> Result<Keys> {
    let (time, by) = reader.key(&query.table)?;
    Ok(keys(time, by, Vec::new()))
}

/// Gives the last record of each series that is asked for; with `before` the last one before that time.
pub(super) fn each_last(
    reader: &mut dyn Reader,
    query: &Query,
    before: Option<i64>,
    each: &mut dyn FnMut(&Record<'_>) -> Result<()>,
) -> Result<()> {
    let keys = table_keys(reader, query)?;
    let (mut members, mut key) = (Vec::new(), Vec::new());
    reader.last_of_each(&query.table, before, &mut |line| {
        members.clear();
        json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
        let record = Record::kept(line, &members);
        let name = keys.series_words(&record, &mut key);
        if query.series.as_ref().is_none_or(|wanted| *wanted == name) { each(&record) } else { Ok(()) }
    })
}

/// Finds the fields of a table's records.
pub(super) fn keys(time: String, by: Vec<String>, value: Vec<String>) -> Keys {
    Keys::new(time, time::Spelling::default(), by, value)
}

/// At most this many names of series are listed.
const MOST_NAMES: usize = 20;

/// `--where-series` had no record: if there is no such series, says which there are.
pub(super) fn report_unknown_series(reader: &mut dyn Reader, query: &Query) -> Result<()> {
    let Some(wanted) = &query.series else { return Ok(()) };
    let keys = table_keys(reader, query)?;
    let (mut names, mut more, mut is_there, mut key) = (Vec::new(), "", false, Vec::new());
    let all = Query { table: query.table.clone(), ..Query::default() };
    each_last(reader, &all, None, &mut |record| {
        let name = keys.series_words(record, &mut key);
        is_there |= name == *wanted;
        if names.len() < MOST_NAMES {
            names.push(name)
        } else {
            more = ", …"
        }
        Ok(())
    })?;
    if !is_there && !names.is_empty() {
        let names = names.join("; ");
        diag::warn(
            Code::NoField,
            format_args!("no record is of the series {wanted:?} that --where-series names; there are: {names}{more}"),
        );
    }
    Ok(())
}
