//! Records as lines of CSV (RFC 4180, line feeds), a cell a field; what is absent or null is an empty cell.

use crate::form::dialect::Numbers;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};
use crate::reading::record::Record;

/// Which fields have a cell of their own. All that a record has beside them stands, as one JSON object, in the cell `rest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub named: Vec<String>,
    pub rest: Option<String>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    separator: char,
    decimal: char,
    /// What would end a cell is in quotes; else there is no way to write it.
    quotes: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style { separator: ',', decimal: '.', quotes: true }
    }
}

impl Style {
    /// What is between cells, and before decimals; with a decimal comma a semicolon is between cells.
    pub(crate) fn new(separator: Option<char>, decimal: Option<char>) -> Style {
        let decimal = decimal.unwrap_or('.');
        Style { separator: separator.unwrap_or(if decimal == ',' { ';' } else { ',' }), decimal, quotes: true }
    }

    /// Tabs between cells, and no quotes.
    pub(crate) fn tabs(decimal: Option<char>) -> Style {
        Style { separator: '\t', decimal: decimal.unwrap_or('.'), quotes: false }
    }
}

/// Writes records as rows of these columns.
pub(crate) struct Cells {
    fields: Fields,
    style: Style,
    members: Vec<Member>,
}

impl Cells {
    /// A row has one cell for each of these fields.
    pub(crate) fn new(fields: Fields) -> Cells {
        Cells { fields, style: Style::default(), members: Vec::new() }
    }

    /// The rows are written so.
    pub(crate) fn styled(self, style: Style) -> Cells {
        Cells { style, ..self }
    }

    /// Appends the names of the columns, without a line break.
    pub(crate) fn write_header(&self, to: &mut Vec<u8>) {
        let Fields { named, rest } = &self.fields;
        // A first line of `#` would be taken for a comment.
        let cell = |name: &String| Cell { is_text: name.starts_with('#'), bytes: name.clone().into_bytes() };
        // What a name cannot be in the header stands there all the same: its cells say why.
        let _ = write_row(named.iter().chain(rest).map(cell), self.style, to);
    }

    /// The fields with a cell of their own.
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The fields of a record that would have no cell: the table has got further columns since.
    pub(crate) fn without_cell(&mut self, line: &[u8]) -> Result<Vec<String>> {
        if self.fields.rest.is_some() {
            return Ok(Vec::new());
        }
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        let record = Record::kept(line, &self.members);
        let further = record.fields().filter(|field| !self.fields.named.iter().any(|name| field.is(name)));
        Ok(further.map(|field| field.name().into_owned()).collect())
    }

    /// The names of the columns as a row, without a line break.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.write_header(&mut text);
        text
    }

    /// Appends the row of a record, without a line break. Text is bare; anything else as JSON has it.
    pub(crate) fn write(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        let record = Record::kept(line, &self.members);
        let Fields { named, rest } = &self.fields;
        let cell = |name: &String| match record.field(name) {
            Some(field) if field.kind() != Kind::Null => match field.text() {
                Some(text) => {
                    Cell { is_text: reads_otherwise(&text, self.style), bytes: text.into_owned().into_bytes() }
                }
                None if field.kind() == Kind::Number && self.style.decimal != '.' => {
                    let number = String::from_utf8_lossy(field.raw());
                    Cell {
                        is_text: false,
                        bytes: number.replacen('.', &self.style.decimal.to_string(), 1).into_bytes(),
                    }
                }
                None => Cell { is_text: false, bytes: field.raw().to_vec() },
            },
            _ => Cell::default(),
        };
        let mut cells: Vec<Cell> = named.iter().map(cell).collect();
        cells.extend(rest.as_ref().map(|_| Cell { is_text: false, bytes: others(&record, named) }));
        write_row(cells.into_iter(), self.style, to)
    }
}

/// The fields that are not named, as a JSON object; nothing if there are none.
fn others(record: &Record<'_>, named: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    for field in record.fields().filter(|field| !named.iter().any(|name| field.is(name))) {
        text.extend_from_slice(if text.is_empty() { b"{\"" } else { b",\"" });
        text.extend_from_slice(field.raw_name());
        text.extend_from_slice(b"\":");
        text.extend_from_slice(field.raw());
    }
    if !text.is_empty() {
        text.push(b'}');
    }
    text
}

/// What is in a row for a field.
#[derive(Default)]
struct Cell {
    bytes: Vec<u8>,
    /// It is in quotes whatever is in it.
    is_text: bool,
}

/// Without quotes, a reader would take the text for something else: a number, a truth, nothing.
fn reads_otherwise(text: &str, style: Style) -> bool {
    let numbers = [Numbers::default(), Numbers { decimal: style.decimal }];
    text.is_empty()
        || text.trim() != text
        || matches!(text, "true" | "false")
        || numbers.iter().any(|numbers| numbers.is_number(text))
}

fn write_row(cells: impl Iterator<Item = Cell>, style: Style, to: &mut Vec<u8>) -> Result<()> {
    let separator = style.separator as u8;
    let start = to.len();
    for (i, Cell { bytes, is_text }) in cells.enumerate() {
        if i > 0 {
            to.push(separator);
        }
        let is_text = is_text && style.quotes;
        if !is_text
            && memchr::memchr3(separator, b'"', b'\n', &bytes).is_none()
            && memchr::memchr(b'\r', &bytes).is_none()
        {
            to.extend_from_slice(&bytes);
            continue;
        }
        if !style.quotes {
            if memchr::memchr3(separator, b'\n', b'\r', &bytes).is_some() {
                let text = String::from_utf8_lossy(&bytes);
                return Err(Error::data(
                    Code::Columns,
                    format!("{text:?} has a tab or a line break, which tsv cannot write"),
                ));
            }
            to.extend_from_slice(&bytes);
            continue;
        }
        to.push(b'"');
        for piece in bytes.split_inclusive(|byte| *byte == b'"') {
            to.extend_from_slice(piece);
            if piece.ends_with(b"\"") {
                to.push(b'"');
            }
        }
        to.push(b'"');
    }
    if to.len() == start {
        // A blank line is no row.
        to.extend_from_slice(if style.quotes { b"\"\"" } else { b"\t" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let named = ["a", "b,c", "d", "e"].map(str::to_owned).to_vec();
        let mut cells = Cells::new(Fields { named, rest: Some("more".to_owned()) });
        let mut text = Vec::new();
        cells.write_header(&mut text);
        text.push(b'\n');
        cells.write(br#"{"b,c":"x \"y\"\n","a":1.50,"d":null,"e":{"f":[1]},"g":1,"h":"i"}"#, &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "a,\"b,c\",d,e,more\n1.50,\"x \"\"y\"\"\n\",,\"{\"\"f\"\":[1]}\",\"{\"\"g\"\":1,\"\"h\"\":\"\"i\"\"}\""
        );
    }
}
