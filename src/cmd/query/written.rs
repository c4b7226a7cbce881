//! How what is read is written: as records, as one JSON array, or as rows of columns.

use crate::flow::stage::Output;
use crate::form::Form;
use crate::form::cells::{Cells, Fields, Style};
use crate::reading::error::{Error, Result};

/// The forms that a table has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// One array of them.
    Json,
    /// Rows, after the names of the columns.
    Csv(Style),
}

impl Format {
    /// What the words say.
    pub(super) fn of(to: Option<Form>, separator: Option<char>, decimal: Option<char>) -> Result<Format> {
        let style = Style::new(separator, decimal);
        match to.unwrap_or_default() {
            Form::Csv => Ok(Format::Csv(style)),
            _ if style != Style::default() => Err(Error::usage("--separator and --decimal are for --to csv")),
            Form::Ndjson => Ok(Format::Ndjson),
            Form::Json => Ok(Format::Json),
            _ => Err(Error::usage("what is stored is written as ndjson, json or csv")),
        }
    }

    pub(super) fn is_csv(self) -> bool {
        matches!(self, Format::Csv(_))
    }
}

/// Writes one record after the other.
pub(super) struct Writer {
    format: Format,
    cells: Option<Cells>,
    row: Vec<u8>,
    is_begun: bool,
}

impl Writer {
    /// `fields`: the columns, where there are some.
    pub(super) fn new(format: Format, fields: impl FnOnce() -> Result<Fields>) -> Result<Writer> {
        let cells = match format {
            Format::Csv(style) => Some(Cells::new(fields()?).styled(style)),
            _ => None,
        };
        Ok(Writer { format, cells, row: Vec::new(), is_begun: false })
    }

    /// What comes before all records.
    pub(super) fn begin(&self, out: &mut Output) {
        if let Some(cells) = &self.cells {
            out.add(|to| cells.write_header(to));
        }
    }

    /// A record.
    pub(super) fn write(&mut self, line: &[u8], out: &mut Output) -> Result<()> {
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        match &mut self.cells {
            Some(cells) => {
                self.row.clear();
                cells.write(line, &mut self.row)?;
                out.add(|to| to.extend_from_slice(&self.row));
            }
            None if self.format == Format::Json => out.add(|to| {
                to.push(if is_first { b'[' } else { b',' });
                to.extend_from_slice(line);
            }),
            None => out.add(|to| to.extend_from_slice(line)),
        }
        Ok(())
    }

    /// What comes after them.
    pub(super) fn end(&self, out: &mut Output) {
        if self.format == Format::Json {
            out.add(|to| to.extend_from_slice(if self.is_begun { b"]" } else { b"[]" }));
        }
    }
}
