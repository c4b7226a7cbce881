//! Records as lines of CSV (RFC 4180, line feeds), a cell a field; what is absent or null is an empty cell.

use crate::form::dialect::Numbers;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};

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

    /// What is between cells.
    pub(crate) fn separator(self) -> char {
        self.separator
    }

    /// What is before decimals.
    pub(crate) fn decimal(self) -> char {
        self.decimal
    }

    /// What is around cells, where something is.
    pub(crate) fn quote(self) -> Option<char> {
        self.quotes.then_some('"')
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
    columns: Vec<Column>,
    /// Their places, in the order of their names.
    by_name: Vec<usize>,
    /// The first name that cannot be in the header.
    unwritten: Option<usize>,
    /// Of the record at hand.
    members: Vec<Member>,
    /// Those of them that have no column.
    others: Vec<Member>,
}

struct Column {
    /// The first column of this name, itself perhaps: the record's member is found there.
    first: usize,
    member: Option<Member>,
}

impl Cells {
    /// A row has one cell for each of these fields.
    pub(crate) fn new(fields: Fields) -> Cells {
        let named = &fields.named;
        let mut by_name: Vec<usize> = (0..named.len()).collect();
        by_name.sort_by_key(|&place| &named[place]);
        let mut columns: Vec<Column> = (0..named.len()).map(|first| Column { first, member: None }).collect();
        for pair in by_name.windows(2).filter(|pair| named[pair[0]] == named[pair[1]]) {
            columns[pair[1]].first = columns[pair[0]].first;
        }
        Cells {
            fields,
            style: Style::default(),
            unwritten: None,
            columns,
            by_name,
            members: Vec::new(),
            others: Vec::new(),
        }
    }

    /// The rows are written so.
    pub(crate) fn styled(self, style: Style) -> Cells {
        let cannot = |name: &String| write_cell(name.as_bytes(), false, style, &mut Vec::new()).is_err();
        Cells { style, unwritten: self.fields.named.iter().position(cannot), ..self }
    }

    /// Appends the names of the columns, without a line break.
    pub(crate) fn write_header(&self, to: &mut Vec<u8>) {
        let start = to.len();
        for (i, name) in self.fields.named.iter().chain(&self.fields.rest).enumerate() {
            separate(i, self.style, to);
            // A first line of `#` would be taken for a comment, a byte order mark for one of the file, blanks for none, and
            // separators of others for the separator. What a name cannot be in the header stands there all the same: its rows
            // say why.
            let is_text = name.starts_with(['#', '\u{feff}']) || name.contains([',', ';', '\t']) || name.trim() != name;
            if write_cell(name.as_bytes(), is_text, self.style, to).is_err() {
                to.extend_from_slice(name.as_bytes());
            }
        }
        end_row(start, self.style, to);
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
        self.place(line)?;
        Ok(self.others.iter().map(|member| member.key_text(line).into_owned()).collect())
    }

    /// The names of the columns as a row, without a line break.
    pub(crate) fn header(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.write_header(&mut text);
        text
    }

    /// Finds the column of each member; of several of one name the last has it.
    fn place(&mut self, line: &[u8]) -> Result<()> {
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        self.others.clear();
        self.columns.iter_mut().for_each(|column| column.member = None);
        let mut next = 0;
        for member in &self.members {
            // Most records have their fields in the order of the columns.
            let is_next = self.fields.named.get(next).is_some_and(|name| member.key_is(line, name));
            let found = if is_next { Some(next) } else { self.find(&member.key_text(line)) };
            let Some(at) = found else {
                self.others.push(*member);
                continue;
            };
            let first = self.columns[at].first;
            self.columns[first].member = Some(*member);
            next = at + 1;
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<usize> {
        let named = &self.fields.named;
        let place = self.by_name.binary_search_by(|&place| named[place].as_str().cmp(name)).ok()?;
        Some(self.by_name[place])
    }

    /// Appends the row of a record, without a line break. Text is bare; anything else as JSON has it.
    pub(crate) fn write(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        if let Some(at) = self.unwritten {
            // Under such a header every row would be read as something else.
            write_cell(self.fields.named[at].as_bytes(), false, self.style, &mut Vec::new())?;
        }
        self.place(line)?;
        let start = to.len();
        for (i, column) in self.columns.iter().enumerate() {
            separate(i, self.style, to);
            let Some(member) = self.columns[column.first].member else { continue };
            match member.kind() {
                Kind::Null => {}
                Kind::String => {
                    let text = member.text(line).unwrap_or_default();
                    write_cell(text.as_bytes(), reads_otherwise(&text, self.style), self.style, to)?;
                }
                Kind::Number if self.style.decimal != '.' => {
                    let number = String::from_utf8_lossy(member.value(line));
                    let number = number.replacen('.', self.style.decimal.encode_utf8(&mut [0; 4]), 1);
                    write_cell(number.as_bytes(), false, self.style, to)?;
                }
                _ => write_cell(member.value(line), false, self.style, to)?,
            }
        }
        if self.fields.rest.is_some() {
            separate(self.columns.len(), self.style, to);
            write_cell(&object(&self.others, line), false, self.style, to)?;
        }
        end_row(start, self.style, to);
        Ok(())
    }
}

/// Members of a line as a JSON object; nothing if there are none.
fn object(members: &[Member], line: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for member in members {
        text.extend_from_slice(if text.is_empty() { b"{\"" } else { b",\"" });
        text.extend_from_slice(member.key(line));
        text.extend_from_slice(b"\":");
        text.extend_from_slice(member.value(line));
    }
    if !text.is_empty() {
        text.push(b'}');
    }
    text
}

/// Without quotes, a reader would take the text for something else: a number, a truth, nothing.
fn reads_otherwise(text: &str, style: Style) -> bool {
    let numbers = [Numbers::default(), Numbers { decimal: style.decimal }];
    text.is_empty()
        || text.trim() != text
        || matches!(text, "true" | "false")
        || numbers.iter().any(|numbers| numbers.is_number(text))
}

fn separate(place: usize, style: Style, to: &mut Vec<u8>) {
    if place > 0 {
        to.push(style.separator as u8);
    }
}

/// Appends a cell. `is_text`: it is in quotes whatever is in it.
fn write_cell(cell: &[u8], is_text: bool, style: Style, to: &mut Vec<u8>) -> Result<()> {
    let separator = style.separator as u8;
    let is_bare = |byte: &u8| *byte != separator && !matches!(byte, b'"' | b'\n' | b'\r');
    if !(is_text && style.quotes) && cell.iter().all(is_bare) {
        to.extend_from_slice(cell);
        return Ok(());
    }
    if !style.quotes {
        if memchr::memchr3(separator, b'\n', b'\r', cell).is_some() {
            let text = String::from_utf8_lossy(cell);
            let why = format!("{text:?} has a tab or a line break, which tsv cannot write");
            return Err(Error::data(Code::Columns, why));
        }
        to.extend_from_slice(cell);
        return Ok(());
    }
    to.push(b'"');
    for piece in cell.split_inclusive(|byte| *byte == b'"') {
        to.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            to.push(b'"');
        }
    }
    to.push(b'"');
    Ok(())
}

fn end_row(start: usize, style: Style, to: &mut Vec<u8>) {
    if to.len() == start {
        // A blank line is no row.
        to.extend_from_slice(if style.quotes { b"\"\"" } else { b"\t" });
    }
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
