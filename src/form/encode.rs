//! Encoding: records as the text of another form. What a form cannot hold is an error of the record.

mod influx;
mod senml;
mod template;

pub(crate) use self::template::Template;

use crate::form::cells::{Cells, Fields, Style};
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time::Shown;

/// How records are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Target {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// One array of them.
    Json,
    /// Rows, after the names of the columns.
    Cells(Style),
    /// InfluxDB's lines; the measurement of records that name none.
    Influx(String),
    /// One pack.
    Senml,
    Text(Template),
}

impl Target {
    /// Records of any fields are beside each other in it: readings, and what is none.
    pub(crate) fn holds_all(&self) -> bool {
        matches!(self, Target::Ndjson | Target::Json)
    }

    /// A form whose times are numbers has no format of them.
    pub(crate) fn check_time_format(&self, shown: Option<&Shown>) -> Result<()> {
        match self {
            Target::Influx(_) | Target::Senml if shown.is_some_and(Shown::has_format) => {
                Err(Error::usage("--time-format is not for influx and senml: their times are numbers"))
            }
            _ => Ok(()),
        }
    }
}

/// Writes one record after the other; each of its pieces is a line without its break.
pub(crate) struct Encoder {
    target: Target,
    keys: Keys,
    cells: Option<Cells>,
    members: Vec<Member>,
    is_begun: bool,
    /// A record with a field that has no column is an error.
    all_fields: bool,
}

impl Encoder {
    /// `fields`: the columns, where there are some.
    pub(crate) fn new(target: Target, keys: Keys, fields: impl FnOnce() -> Result<Fields>) -> Result<Encoder> {
        let cells = match target {
            Target::Cells(style) => Some(Cells::new(fields()?).styled(style)),
            _ => None,
        };
        Ok(Encoder { target, keys, cells, members: Vec::new(), is_begun: false, all_fields: false })
    }

    /// No field is left out: a record that has one without a column is an error.
    pub(crate) fn with_all_fields(self) -> Encoder {
        Encoder { all_fields: true, ..self }
    }

    /// What comes before all records; false: nothing does.
    pub(crate) fn begin(&self, to: &mut Vec<u8>) -> bool {
        let Some(cells) = &self.cells else { return false };
        cells.write_header(to);
        true
    }

    /// Appends a record. After an error nothing was.
    pub(crate) fn record(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        let begin = to.len();
        let written = self.write(line, to);
        match written {
            Ok(()) => self.is_begun = true,
            Err(_) => to.truncate(begin),
        }
        written
    }

    fn write(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        if let Some(cells) = &mut self.cells {
            let further = if self.all_fields { cells.without_cell(line)? } else { Vec::new() };
            if !further.is_empty() {
                let why = format!(
                    "no column for {}: the first record has none, and --columns names none",
                    further.join(", ")
                );
                return Err(Error::data(Code::Columns, why));
            }
            return cells.write(line, to);
        }
        if matches!(self.target, Target::Json | Target::Senml) {
            to.push(if self.is_begun { b',' } else { b'[' });
        }
        if matches!(self.target, Target::Ndjson | Target::Json) {
            to.extend_from_slice(line);
            return Ok(());
        }
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        let record = Record::kept(line, &self.members);
        match &self.target {
            Target::Influx(measurement) => influx::write(&record, &self.keys, measurement, to),
            Target::Senml => senml::write(&record, &self.keys, to),
            Target::Text(template) => template.write(&record, to),
            Target::Ndjson | Target::Json | Target::Cells(_) => Ok(()),
        }
    }

    /// Appends a record that is a text of its own.
    pub(crate) fn alone(&mut self, line: &[u8], to: &mut Vec<u8>) -> Result<()> {
        self.is_begun = false;
        self.begin(to);
        self.record(line, to)?;
        self.end(to);
        Ok(())
    }

    /// What comes after them; false: nothing does.
    pub(crate) fn end(&self, to: &mut Vec<u8>) -> bool {
        let is_array = matches!(self.target, Target::Json | Target::Senml);
        if is_array {
            to.extend_from_slice(if self.is_begun { b"]" } else { b"[]" });
        }
        is_array
    }
}
