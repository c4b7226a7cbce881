//! Registries that are tables: with tabs, semicolons or commas between their cells.

use super::column::{Column, Form, Take};
use super::place::line_of;
use std::borrow::Cow;

/// The columns of a table with tabs that has no header.
const BARE: [Column; 4] = [Column::Device, Column::Min, Column::Max, Column::Unit];

/// Those that it is worth saying of that they are missing.
const USUAL: [&str; 3] = ["unit", "min", "max"];

/// Reads a table; gives which of the usual columns it lacks.
pub(super) fn read(text: &str, take: &mut Take<'_>) -> Result<Vec<&'static str>, String> {
    match rows(text).next() {
        Some((_, row)) if row.contains('\t') => read_tabs(text, take).map(|()| Vec::new()),
        first => {
            // A spreadsheet of a country whose decimals have commas.
            let semicolons = first.is_some_and(|(_, row)| row.matches(';').count() > row.matches(',').count());
            read_csv(text, semicolons, take)
        }
    }
}

/// The meters' server's file: device, minimum, maximum, unit between tabs, without a header; or with one, which then
/// says the order. All that is wrong is reported, each with its line.
fn read_tabs(text: &str, take: &mut Take<'_>) -> Result<(), String> {
    let mut header: Option<Vec<Option<Column>>> = None;
    let mut wrong = Vec::new();
    for (index, (line, row)) in rows(text).enumerate() {
        let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
        if index == 0 && cells.contains(&"device") {
            header = Some(cells.iter().map(|name| Column::named(name)).collect());
            continue;
        }
        let read = match (&cells[..], &header) {
            _ if row.contains('"') => Err("a quote: between tabs nothing is quoted".to_owned()),
            (cells, Some(columns)) => {
                let cells = columns.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, (*cell).into())));
                take(&cells.collect::<Vec<_>>())
            }
            ([_, _, _, _], None) => {
                take(&BARE.into_iter().zip(cells.iter().map(|cell| (*cell).into())).collect::<Vec<_>>())
            }
            (_, None) => {
                let names = BARE.map(Column::word).join(", ");
                Err(format!("{} fields between tabs, not 4: {names}", cells.len()))
            }
        };
        wrong.extend(read.err().map(|why| format!("line {line}: {why}")));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

fn read_csv(text: &str, semicolons: bool, take: &mut Take<'_>) -> Result<Vec<&'static str>, String> {
    let separator = if semicolons { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?.clone();
    let columns: Vec<Option<Column>> = header.iter().map(Column::named).collect();
    for (n, column) in columns.iter().enumerate() {
        if let Some(column) = column.filter(|_| columns[..n].contains(column)) {
            return Err(format!("line 1: the column {} occurs twice", column.word()));
        }
    }
    if !columns.contains(&Some(Column::Device)) {
        let names = header.iter().collect::<Vec<_>>().join(", ");
        return Err(format!("line 1: there is no column device, only: {names}"));
    }
    for row in reader.records() {
        let row = row.map_err(|e| e.to_string())?;
        read_row(&row, &columns, semicolons, take).map_err(|why| {
            let offset = row.position().map_or(0, |at| at.byte() as usize);
            // Of `\r\n` the reader leaves the `\n` to the next row.
            let breaks = text.as_bytes()[offset..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            format!("line {}: {why}", line_of(text.as_bytes(), offset + breaks))
        })?;
    }
    Ok(USUAL.into_iter().filter(|name| !columns.contains(&Column::named(name))).collect())
}

fn read_row(
    row: &csv::StringRecord,
    columns: &[Option<Column>],
    semicolons: bool,
    take: &mut Take<'_>,
) -> Result<(), String> {
    // A quote that is never closed makes one field of all the lines after it.
    if row.iter().any(|field| field.contains('\n')) {
        return Err("a line break inside quotes: is there a stray quote?".to_owned());
    }
    let cells = columns.iter().zip(row.iter()).filter_map(|(column, cell)| Some(((*column)?, cell)));
    let cells: Vec<(Column, Cow<'_, str>)> = cells
        .map(|(column, cell)| match column.json() {
            Form::Number | Form::Either if semicolons && column != Column::Device && cell.contains(',') => {
                (column, Cow::Owned(cell.replace(',', ".")))
            }
            _ => (column, Cow::Borrowed(cell)),
        })
        .collect();
    take(&cells)
}

/// The lines of a table with their numbers; blank ones and comments are none.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines());
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}
