//! Whole inputs through a form, and back: for the fuzz targets.

use super::cells::{Fields, Style};
use super::{Encoder, Flatten, Form, Input, Settings, Take, Target};
use crate::form::dialect::{Naming, Nulls, Numbers};
use crate::reading::error::{Error, Result};
use crate::reading::key::Keys;

/// The longest record of a trial.
pub const MAX_RECORD: usize = 512;

/// A form with options.
#[derive(Clone, Debug)]
pub struct Trial {
    form: Form,
    settings: Settings,
}

/// What an input gave, with the lines in which it begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Records.
    pub records: Vec<(u64, Vec<u8>)>,
    /// The bytes of what is none.
    pub rejects: Vec<(u64, Vec<u8>)>,
}

impl Take for Read {
    fn record(&mut self, line: u64, object: &[u8]) -> Result<()> {
        self.records.push((line, object.to_vec()));
        Ok(())
    }

    fn begin_reject(&mut self, line: u64, _why: &Error) -> Result<()> {
        self.rejects.push((line, Vec::new()));
        Ok(())
    }

    fn reject_piece(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some((_, reject)) = self.rejects.last_mut() {
            reject.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end_reject(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Trial {
    /// The form of a number, with options of the bits of another.
    pub fn new(form: u8, options: u8) -> Trial {
        let (_, form) = Form::ALL[usize::from(form) % Form::ALL.len()];
        let has = |bit: u32| options & (1 << bit) != 0;
        let settings = Settings {
            form: Some(form),
            naming: if has(0) { Naming::No } else { Naming::Auto },
            separator: has(1).then_some('|'),
            numbers: if has(2) { Numbers { decimal: ',' } } else { Numbers::default() },
            nulls: Nulls::new(if has(3) { vec!["NaN".to_owned(), "-999".to_owned()] } else { Vec::new() }),
            flatten: has(4).then(|| Flatten::new("_")),
            units: u32::from(has(5)),
            comment: has(6).then_some('!'),
            quote: has(7).then_some('\''),
            ..Settings::default()
        };
        Trial { form, settings }
    }

    /// Each line that is not blank is a record or a reject, whatever is in it.
    pub fn is_of_lines(&self) -> bool {
        matches!(self.form, Form::Raw | Form::Ndjson)
    }

    /// Its times may be counted from now.
    pub fn is_senml(&self) -> bool {
        self.form == Form::Senml
    }

    /// Reads an input that comes in pieces of this many bytes.
    ///
    /// # Errors
    ///
    /// None: what cannot be read is a reject.
    pub fn read(&self, bytes: &[u8], piece: usize) -> std::result::Result<Read, String> {
        let mut input = Input::new(&self.settings, None, MAX_RECORD);
        let mut read = Read::default();
        let mut feed = || {
            bytes.chunks(piece.max(1)).try_for_each(|bytes| input.feed(bytes, &mut read))?;
            input.finish(true, &mut read)
        };
        feed().map_err(|why: Error| why.to_string()).map(|()| read)
    }

    /// Writes records with these fields; `None`: nothing writes this form. Those that it holds, and the text.
    pub fn write(&self, records: &[Vec<u8>], fields: &[String]) -> Option<(Vec<Vec<u8>>, Vec<u8>)> {
        let target = match self.form {
            Form::Ndjson => Target::Ndjson,
            Form::Json => Target::Json,
            Form::Csv => Target::Cells(self.style()),
            // What was in quotes is text, and has none there.
            Form::Tsv if self.settings.quote.is_some() => return None,
            Form::Tsv => Target::Cells(Style::tabs(Some(self.settings.numbers.decimal))),
            Form::Influx => Target::Influx("m".to_owned()),
            Form::Senml => Target::Senml,
            Form::Nmea | Form::Text | Form::Raw => return None,
        };
        let by = if self.form == Form::Senml { vec!["device".to_owned()] } else { Vec::new() };
        let keys = Keys::named("time".to_owned(), by);
        let mut encoder = Encoder::new(target, keys, || Ok(Fields { named: fields.to_vec(), rest: None })).ok()?;
        let (mut held, mut text) = (Vec::new(), Vec::new());
        if encoder.begin(&mut text) {
            text.push(b'\n');
        }
        for record in records {
            if encoder.record(record, &mut text).is_ok() {
                text.push(b'\n');
                held.push(record.clone());
            }
        }
        encoder.end(&mut text);
        Some((held, text))
    }

    fn style(&self) -> Style {
        Style::new(self.settings.separator, Some(self.settings.numbers.decimal))
    }

    /// What reads the text that it has written.
    pub fn again(&self) -> Trial {
        let separator = match self.form {
            Form::Csv => Some(self.style().separator()),
            _ => None,
        };
        let settings = Settings {
            form: Some(self.form),
            naming: Naming::Yes,
            separator,
            numbers: self.settings.numbers,
            ..Settings::default()
        };
        Trial { form: self.form, settings }
    }
}
