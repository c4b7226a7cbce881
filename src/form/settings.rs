//! What the user says of an input: its form, and how that is written.

use super::decode::{Decoder, Pending};
use super::flatten::Flatten;
use crate::form::dialect::{Dialect, Names, Naming, Nulls, Numbers, Table, Times};
use crate::reading::time::{Spelling, Unit};
use encoding_rs::Encoding;
use std::str::FromStr;

/// How bytes spell records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// One JSON object a line.
    #[default]
    Ndjson,
    /// JSON objects however they are laid out, and arrays of them.
    Json,
    /// Values with commas or semicolons between them.
    Csv,
    /// Values with tabs between them.
    Tsv,
    /// InfluxDB's line protocol.
    Influx,
    /// SenML packs.
    Senml,
    /// NMEA 0183.
    Nmea,
    /// A bare value a line.
    Text,
    /// A line as it is.
    Raw,
}

impl Form {
    /// All of them, by name.
    pub(crate) const ALL: [(&'static str, Form); 9] = [
        ("ndjson", Form::Ndjson),
        ("json", Form::Json),
        ("csv", Form::Csv),
        ("tsv", Form::Tsv),
        ("influx", Form::Influx),
        ("senml", Form::Senml),
        ("nmea", Form::Nmea),
        ("text", Form::Text),
        ("raw", Form::Raw),
    ];

    /// What a file is by its name, compressed or not.
    pub(crate) fn of_name(name: &str) -> Option<Form> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        let (_, ending) = name.rsplit_once('.')?;
        match ending {
            "ndjson" | "jsonl" => Some(Form::Ndjson),
            "json" => Some(Form::Json),
            "csv" => Some(Form::Csv),
            "tsv" => Some(Form::Tsv),
            "senml" => Some(Form::Senml),
            _ => None,
        }
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Form, String> {
        let known = Form::ALL.iter().find(|(name, _)| *name == text);
        known.map(|(_, form)| *form).ok_or_else(|| {
            let names: Vec<&str> = Form::ALL.iter().map(|(name, _)| *name).collect();
            let time = if text == "midnight" || text.starts_with(|c: char| c.is_ascii_digit()) {
                "; a time is --since"
            } else {
                ""
            };
            format!("a form is one of {}{time}", names.join(", "))
        })
    }
}

/// What the user says of an input.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// `None`: what its name says, or NDJSON.
    pub form: Option<Form>,
    pub columns: Option<Names>,
    pub naming: Naming,
    pub separator: Option<char>,
    pub quote: Option<char>,
    pub comment: Option<char>,
    pub units: u32,
    pub skip: u64,
    pub numbers: Numbers,
    pub nulls: Nulls,
    pub joined: Vec<String>,
    pub encoding: Option<&'static Encoding>,
    /// The unit of times that are numbers.
    pub unit: Option<Unit>,
    /// Objects in records become fields of them.
    pub flatten: Option<Flatten>,
}

impl Settings {
    /// The form of an input of this name.
    pub(crate) fn form_of(&self, name: Option<&str>) -> Form {
        self.form.or_else(|| name.and_then(Form::of_name)).unwrap_or_default()
    }

    /// Lines are records as they stand.
    pub(crate) fn is_plain(&self, name: Option<&str>) -> bool {
        let as_they_come = self.nulls.is_empty() && self.flatten.is_none();
        self.form_of(name) == Form::Ndjson && self.encoding.is_none() && self.skip == 0 && as_they_come
    }

    /// What makes records of an input of this name.
    pub(super) fn decoder(&self, name: Option<&str>, max_record: usize) -> Decoder {
        match self.form_of(name) {
            Form::Json => Decoder::json(self.nulls.clone(), Pending::new(max_record, self.flatten.clone())),
            Form::Senml => Decoder::senml(Pending::new(max_record, self.flatten.clone())),
            form => {
                let dialect = self.dialect(form, None).unwrap_or_else(|| Dialect::Ndjson(self.nulls.clone()));
                Decoder::lines(dialect, self.skip, Pending::new(max_record, self.flatten.clone()))
            }
        }
    }

    /// How a line spells a record; `None`: a record is not a line. `times`: how times are spelled in columns and in InfluxDB's
    /// lines, where they are to be read.
    pub(crate) fn dialect(&self, form: Form, times: Option<Times>) -> Option<Dialect> {
        Some(match form {
            Form::Json | Form::Senml => return None,
            Form::Ndjson => Dialect::Ndjson(self.nulls.clone()),
            Form::Csv => self.table(self.separator, Some(self.quote.unwrap_or('"')), times),
            Form::Tsv => self.table(self.separator.or(Some('\t')), self.quote, times),
            Form::Influx => Dialect::Influx(times.unwrap_or_else(|| {
                Times::new("time", Spelling::new(Some(self.unit.unwrap_or(Unit::Nanos)), Vec::new(), None))
            })),
            Form::Nmea => Dialect::Nmea,
            Form::Text => Dialect::Bare(self.numbers, self.nulls.clone()),
            Form::Raw => Dialect::Raw,
        })
    }

    fn table(&self, separator: Option<char>, quote: Option<char>, times: Option<Times>) -> Dialect {
        Dialect::Columns(Box::new(Table {
            names: self.columns.clone(),
            naming: self.naming,
            separator,
            quote,
            comment: self.comment,
            units: self.units,
            numbers: self.numbers,
            nulls: self.nulls.clone(),
            times,
            joined: self.joined.clone(),
        }))
    }
}
