//! A row back into the record that it was, whichever engine kept it.

use super::cell::Cell;
use super::columns::{Column, Role};
use crate::reading::json;
use crate::reading::time;

/// Appends a row as the record that it was; `cell` gives what column n keeps: of the time its ns, of what is absent
/// nothing.
pub(super) fn write_row<'r, E>(
    columns: &[Column],
    cell: impl Fn(usize) -> Result<Cell<'r>, E>,
    line: &mut Vec<u8>,
) -> Result<(), E> {
    let nulls = match columns.iter().position(|c| c.role == Role::Nulls) {
        Some(i) => match cell(i)? {
            Cell::Text(names) => serde_json::from_str::<Vec<String>>(&names).unwrap_or_default(),
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    let mut separator = b'{';
    for (i, column) in columns.iter().enumerate() {
        let value = cell(i)?;
        match (column.role, &value) {
            (Role::Nulls, _) | (Role::Series, Cell::Null) => continue,
            (Role::More, Cell::Text(object)) => {
                if let Some(members) = object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                    line.push(separator);
                    line.extend_from_slice(members.as_bytes());
                    separator = b',';
                }
                continue;
            }
            (Role::More, _) => continue,
            (_, Cell::Null) if !nulls.contains(&column.field) => continue,
            _ => {}
        }
        line.push(separator);
        separator = b',';
        json::write_string(&column.field, line);
        line.push(b':');
        match (column.role, value) {
            (Role::Time, Cell::Integer(ns)) => {
                line.push(b'"');
                time::write_rfc3339(ns, line);
                line.push(b'"');
            }
            (_, Cell::Null) => line.extend_from_slice(b"null"),
            (_, Cell::Bool(is)) => line.extend_from_slice(if is { b"true" } else { b"false" }),
            (_, Cell::Integer(n)) => json::write_i64(n, line),
            (_, Cell::Real(x)) => json::write_f64(x, line),
            (_, Cell::Text(text)) => json::write_string(&text, line),
            (_, Cell::Json(text)) => line.extend_from_slice(&text),
        }
    }
    line.extend_from_slice(if separator == b'{' { b"{}" } else { b"}" });
    Ok(())
}
