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
    let (declared, start) = declared(text);
    let table = Table { text, start };
    let first = table.rows().next().map_or("", |(_, row)| row);
    let separator = declared.unwrap_or_else(|| match first {
        row if row.contains('\t') => b'\t',
        row if row.matches(';').count() > row.matches(',').count() => b';',
        _ => b',',
    });
    match separator {
        b'\t' => table.read_tabs(take).map(|()| Vec::new()),
        separator => table.read_csv(separator, take),
    }
}

/// The separator that a spreadsheet names in a line `sep=;` before all others, and where the table begins.
fn declared(text: &str) -> (Option<u8>, usize) {
    let end = text.find('\n').map_or(text.len(), |at| at + 1);
    // Without the line's end, but with a tab.
    let line = text[..end].trim_end_matches(['\r', '\n']);
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let named = line.get(..4).filter(|name| name.eq_ignore_ascii_case("sep="));
    match named.map(|_| &line.as_bytes()[4..]) {
        Some(&[separator]) if separator.is_ascii_punctuation() || separator == b'\t' => (Some(separator), end),
        _ => (None, 0),
    }
}

/// A text, and where the table in it begins.
#[derive(Clone, Copy)]
struct Table<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Table<'t> {
    /// The meters' server's file: device, minimum, maximum, unit between tabs, without a header; or with one, which then
    /// says the order. All that is wrong is reported, each with its line.
    fn read_tabs(self, take: &mut Take<'_>) -> Result<(), String> {
        let mut header: Option<Vec<Option<Column>>> = None;
        let mut wrong = Vec::new();
        for (index, (line, row)) in self.rows().enumerate() {
            let cells: Vec<&str> = row.split('\t').map(str::trim).collect();
            if index == 0 && cells.contains(&"device") {
                header = Some(cells.iter().map(|name| Column::named(name)).collect());
                continue;
            }
            let read = match (&cells[..], &header) {
                _ if row.contains('"') => Err("a quote: between tabs nothing is quoted".to_owned()),
                (cells, Some(columns)) => {
                    let cells =
                        columns.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, (*cell).into())));
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

    fn read_csv(self, separator: u8, take: &mut Take<'_>) -> Result<Vec<&'static str>, String> {
        let Table { text, start } = self;
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.delimiter(separator).trim(csv::Trim::All).flexible(true);
        let mut reader = reader.from_reader(&text.as_bytes()[start..]);
        // A spreadsheet of a country whose decimals have commas.
        let has_commas = separator != b',';
        let top = line_of(text.as_bytes(), start);
        let header = reader.headers().map_err(|e| e.to_string())?.clone();
        let columns: Vec<Option<Column>> = header.iter().map(Column::named).collect();
        for (n, column) in columns.iter().enumerate() {
            if let Some(column) = column.filter(|_| columns[..n].contains(column)) {
                return Err(format!("line {top}: the column {} occurs twice", column.word()));
            }
        }
        if !columns.contains(&Some(Column::Device)) {
            let names = header.iter().collect::<Vec<_>>().join(", ");
            return Err(format!("line {top}: there is no column device, only: {names}"));
        }
        for row in reader.records() {
            let row = row.map_err(|e| e.to_string())?;
            read_row(&row, &columns, has_commas, take).map_err(|why| {
                let offset = start + row.position().map_or(0, |at| at.byte() as usize);
                // Of `\r\n` the reader leaves the `\n` to the next row.
                let breaks = text.as_bytes()[offset..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                format!("line {}: {why}", line_of(text.as_bytes(), offset + breaks))
            })?;
        }
        Ok(USUAL.into_iter().filter(|name| !columns.contains(&Column::named(name))).collect())
    }

    /// Its lines with their numbers; blank ones and comments are none.
    fn rows(self) -> impl Iterator<Item = (usize, &'t str)> {
        let lines = (line_of(self.text.as_bytes(), self.start)..).zip(self.text[self.start..].lines());
        lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
    }
}

fn read_row(
    row: &csv::StringRecord,
    columns: &[Option<Column>],
    has_commas: bool,
    take: &mut Take<'_>,
) -> Result<(), String> {
    // A quote that is never closed makes one field of all the lines after it.
    if row.iter().any(|field| field.contains('\n')) {
        return Err("a line break inside quotes: is there a stray quote?".to_owned());
    }
    let cells = columns.iter().zip(row.iter()).filter_map(|(column, cell)| Some(((*column)?, cell)));
    let cells: Vec<(Column, Cow<'_, str>)> = cells
        .map(|(column, cell)| match column.json() {
            Form::Number | Form::Either if has_commas && column != Column::Device && cell.contains(',') => {
                (column, Cow::Owned(cell.replace(',', ".")))
            }
            _ => (column, Cow::Borrowed(cell)),
        })
        .collect();
    take(&cells)
}
