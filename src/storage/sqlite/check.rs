//! Checking a file: SQLite's own check of its pages and constraints, then that `kymo_columns` and the tables agree, and
//! that each value is of its column's type: others may have written.

use super::file::{Access, File, READINGS};
use crate::reading::error::{Code, Kind, Result};
use crate::storage::check::{faults, keeps};
use crate::storage::columns::{Column, Role, quoted};
use crate::storage::settings::Type;

/// So often the file is read: its pages, the rows in them, and the values for their types.
const PASSES: u64 = 3;

/// What is wrong with a file, which stays as it is.
pub(super) fn check(path: &str) -> Result<Vec<String>> {
    let mut file = match File::open(path, Access::Read, &READINGS) {
        Err(why) if why.code() == Code::Damaged => return Ok(vec![why.to_string()]),
        file => file?,
    };
    let found = file.with_progress(format_args!("check {path}"), PASSES, |file| {
        pages(file).and_then(|faults| if faults.is_empty() { tables(file) } else { Ok(faults) })
    });
    match found {
        Err(why) if why.code() == Code::Damaged => Ok(vec![why.to_string()]),
        faults => faults,
    }
}

/// What SQLite finds.
fn pages(file: &File) -> Result<Vec<String>> {
    let found: Vec<String> = file.rows("PRAGMA integrity_check", [], |row| row.get(0))?;
    // One finding can have several lines.
    let lines = found.iter().flat_map(|text| text.lines()).map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && *line != "ok").map(str::to_owned).collect())
}

fn tables(file: &File) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for table in file.tables()? {
        let found = match file.noted(&table).map(Option::unwrap_or_default) {
            // A type that is not known.
            Err(why) if why.kind() == Kind::Usage => vec![why.to_string()],
            columns => table_faults(file, &table, &columns?)?,
        };
        all.extend(found.into_iter().map(|fault| format!("table {table}: {fault}")));
    }
    Ok(all)
}

fn table_faults(file: &File, table: &str, columns: &[Column]) -> Result<Vec<String>> {
    let sql = "SELECT name, pk FROM pragma_table_info(?1) ORDER BY pk";
    let found: Vec<(String, i64)> = file.rows(sql, [table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if found.is_empty() {
        return Ok(vec!["kymo_columns names it, and it is not there".to_owned()]);
    }
    let key: Vec<String> = found.iter().filter(|(_, place)| *place > 0).map(|(name, _)| name.clone()).collect();
    let names: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
    let mut all = faults(columns, |_| true, &names, Some(&key));
    let there: Vec<&Column> = columns.iter().filter(|c| names.contains(&c.name)).collect();
    // One pass for all columns.
    let sums: Vec<String> = there.iter().map(|c| format!("sum({})", is_wrong(c))).collect();
    let sql = format!("SELECT {} FROM {}", sums.join(", "), quoted(table));
    let count = |row: &rusqlite::Row<'_>| (0..there.len()).map(|i| row.get::<_, Option<i64>>(i)).collect();
    let counts: Vec<Vec<Option<i64>>> = file.rows(&sql, [], count)?;
    for (column, count) in there.iter().zip(counts.into_iter().flatten()) {
        if let Some(count) = count.filter(|count| *count > 0) {
            let values = if count == 1 { "1 value is".to_owned() } else { format!("{count} values are") };
            all.push(format!("column {} keeps {}, and {values} something else", column.name, keeps(column)));
        }
    }
    Ok(all)
}

/// SQL that says whether a column's value is not what it keeps.
fn is_wrong(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.role {
        Role::Time => format!("typeof({name}) <> 'integer'"),
        Role::Series => format!("{name} IS NULL"),
        Role::Field(Type::Number) => format!("typeof({name}) NOT IN ('integer', 'real', 'null')"),
        Role::Field(Type::Text) => format!("typeof({name}) NOT IN ('text', 'null')"),
        Role::Field(Type::Bool) => format!("{name} NOT IN (0, 1)"),
        Role::Field(Type::Unset) => format!("{name} IS NOT NULL"),
        Role::Field(Type::Json) | Role::Marked => {
            format!("typeof({name}) NOT IN ('text', 'null') OR json_valid({name}) = 0")
        }
        // What is no JSON at all counts as a number, which is wrong as well.
        Role::Nulls => format!("json_type(CASE json_valid({name}) WHEN 0 THEN '0' ELSE {name} END) <> 'array'"),
        Role::More => format!("json_type(CASE json_valid({name}) WHEN 0 THEN '0' ELSE {name} END) <> 'object'"),
    }
}
