//! Records to stdout, as they are or in a form.

use super::stdout::{self, ends_torn, print};
use crate::flow::batch::Batch;
use crate::flow::plan::Written;
use crate::flow::stage::{Output, Sink};
use crate::form::Encoder;
use crate::form::cells::Fields;
use crate::reading::error::{Kind, Result};
use crate::reading::record::Record;

/// See the top of this file.
#[derive(Default)]
pub(crate) struct Stdout {
    begun: bool,
    /// The form is one for readings alone.
    is_of_readings: bool,
    /// How records are written, until the first of them is there.
    written: Option<Written>,
    encoder: Option<Encoder>,
    text: Vec<u8>,
}

impl Stdout {
    /// Records leave in this form.
    pub(crate) fn new(written: Option<Written>) -> Stdout {
        let is_of_readings = written.as_ref().is_some_and(|written| !written.target.holds_all());
        Stdout { written, is_of_readings, ..Stdout::default() }
    }

    /// Writes them in their form. One that it cannot hold is a reject.
    fn encode(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        self.text.clear();
        for record in batch.records() {
            if self.written.is_some() {
                self.begin(Some(&record))?;
            }
            let Some(encoder) = &mut self.encoder else { continue };
            match encoder.record(record.raw(), &mut self.text) {
                Ok(()) => {
                    self.text.push(b'\n');
                    out.count_passed(1);
                }
                Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
                Err(why) => return Err(why),
            }
        }
        print(&self.text)
    }

    /// Begins with the first record, whose fields are the columns where nobody names them.
    fn begin(&mut self, first: Option<&Record<'_>>) -> Result<()> {
        let Some(Written { target, columns, keys }) = self.written.take() else { return Ok(()) };
        let has_names = columns.is_some();
        let encoder = Encoder::new(target, keys, || {
            let of_first = || first.map(|first| first.fields().map(|field| field.name().into_owned()).collect());
            let named = columns.map(|names| names.list().to_vec()).or_else(of_first).unwrap_or_default();
            Ok(Fields { named, rest: None })
        })?;
        let has_columns = first.is_some() || has_names;
        if has_columns && encoder.begin(&mut self.text) {
            self.text.push(b'\n');
        }
        self.encoder = Some(encoder.with_all_fields());
        Ok(())
    }
}

impl Sink for Stdout {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) && ends_torn() {
            print(b"\n")?;
        }
        if self.written.is_some() || self.encoder.is_some() {
            return self.encode(batch, out);
        }
        stdout::write(batch)?;
        out.count_passed(batch.len() as u64);
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.text.clear();
        self.begin(None)?;
        if self.encoder.as_ref().is_some_and(|encoder| encoder.end(&mut self.text)) {
            self.text.push(b'\n');
        }
        if self.text.is_empty() { Ok(()) } else { print(&self.text) }
    }

    fn reads_fields(&self) -> bool {
        self.written.is_some()
    }

    fn takes_events(&self) -> bool {
        !self.is_of_readings
    }
}
