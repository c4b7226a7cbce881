//! Records as lines of CSV (RFC 4180, line feeds), a cell a field; what is absent or null is an empty cell.

use crate::error::{Error, Result};
use crate::json::{self, Kind, Member};
use crate::record::Record;

/// Writes records as rows of these columns.
pub struct Cells {
    fields: Vec<String>,
    members: Vec<Member>,
}

impl Cells {
    /// A row has one cell for each of these fields.
    pub fn new(fields: Vec<String>) -> Cells {
        Cells { fields, members: Vec::new() }
    }

    /// Appends the names of the columns, without a line break.
    pub fn write_header(&self, to: &mut Vec<u8>) {
        write_row(self.fields.iter().map(String::as_bytes), to);
    }

    /// The names of the columns as a row, without a line break.
    pub fn header(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.write_header(&mut text);
        text
    }

    /// Appends the row of a record, without a line break. Text is bare; anything else as JSON has it.
    pub fn write(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        let record = Record::kept(line, &self.members);
        let cells: Vec<Vec<u8>> = self
            .fields
            .iter()
            .map(|name| match record.field(name) {
                Some(field) if field.kind() != Kind::Null => match field.text() {
                    Some(text) => text.into_owned().into_bytes(),
                    None => field.raw().to_vec(),
                },
                _ => Vec::new(),
            })
            .collect();
        write_row(cells.iter().map(Vec::as_slice), to);
        Ok(())
    }
}

fn write_row<'c>(cells: impl Iterator<Item = &'c [u8]>, to: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().from_writer(&mut *to);
    let written = writer.write_record(cells).and_then(|()| Ok(writer.flush()?));
    drop(writer);
    debug_assert!(written.is_ok(), "a row of any width can be written to memory");
    if to.last() == Some(&b'\n') {
        to.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut cells = Cells::new(["a", "b,c", "d", "e"].map(str::to_owned).to_vec());
        let mut text = Vec::new();
        cells.write_header(&mut text);
        text.push(b'\n');
        cells.write(br#"{"b,c":"x \"y\"\n","a":1.50,"d":null,"e":{"f":[1]}}"#, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "a,\"b,c\",d,e\n1.50,\"x \"\"y\"\"\n\",,\"{\"\"f\"\":[1]}\"");
    }
}
