//! The form of an input, and how that is written.

use crate::form::cells::Style;
use crate::form::dialect::{Names, Naming, Nulls, Numbers};
use crate::form::{self, Flatten, Form, Settings, Target, Template};
use crate::reading::error::{Error, Result};
use clap::Args;
use encoding_rs::Encoding;

/// The flags of every source of messages, each of which is an input of its own.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Form")]
pub(crate) struct MessageFormArgs {
    /// The form of the input: ndjson, json, csv, tsv, influx, senml, nmea, text or raw [default: by a FILE's name (.csv,
    /// .csv.gz), else ndjson; of a message: a JSON object, or an array of objects]
    #[arg(long, value_name = "FORM")]
    pub from: Option<Form>,

    /// The names of the columns of csv or tsv [default: the first line names them]
    #[arg(long, value_name = "NAME,…", value_parser = Names::parse)]
    pub columns: Option<Names>,

    /// What is between the values of csv or tsv; `tab` is a tab [default: in csv a comma or a semicolon, as in the first
    /// line]
    #[arg(long, value_name = "CHAR", value_parser = character)]
    pub separator: Option<char>,

    /// What is between a number and its decimals: `.` or `,` [default: .]
    #[arg(long, value_name = "CHAR", value_parser = decimal)]
    pub decimal: Option<char>,

    /// Words for values that are missing, as NAN,-999,---: in JSON they become null, in columns they are omitted
    #[arg(long, value_name = "WORD,…", value_delimiter = ',', allow_hyphen_values = true)]
    pub null: Vec<String>,

    /// Make fields of what is in objects: {"ENERGY":{"Power":5}} is {"ENERGY_Power":5}; SEP is between the names. Arrays of numbers are
    /// taken apart by index
    #[arg(long, value_name = "SEP", num_args = 0..=1, require_equals = true, default_missing_value = "_")]
    pub flatten: Option<String>,
}

/// The flags of everything that reads files.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Form")]
pub(crate) struct FormArgs {
    #[command(flatten)]
    pub message: MessageFormArgs,

    /// Whether the first line names the columns: yes, no or auto [default: auto: unless --columns names them; a number is no
    /// name]
    #[arg(long, value_name = "WHETHER", value_parser = naming)]
    pub header: Option<Naming>,

    /// What is around values of csv that contain separators [default: "]
    #[arg(long, value_name = "CHAR", value_parser = character)]
    pub quote: Option<char>,

    /// Skip lines of csv or tsv that begin with CHAR [default: only #, before the first line]
    #[arg(long, value_name = "CHAR", value_parser = character)]
    pub comment: Option<char>,

    /// Skip the first N lines
    #[arg(long, value_name = "N")]
    pub skip: Option<u64>,

    /// Skip N lines after the names of the columns, as those of units [default with the flag alone: 1]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    pub units_row: Option<u32>,

    /// Columns whose values together are the time, with a blank between them
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub time_columns: Vec<String>,

    /// The encoding of the text, as latin1, windows-1252 or utf-16 [default: utf-8, or what a byte order mark says]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<&'static Encoding>,
}

impl MessageFormArgs {
    /// What they say; `None`: nothing.
    pub(crate) fn settings(&self) -> Result<Option<Settings>> {
        let of_columns = [(self.columns.is_some(), "--columns"), (self.separator.is_some(), "--separator")];
        self.check(&of_columns)?;
        let settings = Settings {
            form: self.from.or(Some(Form::Json)),
            columns: self.columns.clone(),
            separator: self.separator,
            numbers: self.decimal.map_or_else(Numbers::default, |decimal| Numbers { decimal }),
            nulls: Nulls::new(self.null.clone()),
            flatten: self.flattener(),
            ..Settings::default()
        };
        let is_said = self.from.is_some() || !self.null.is_empty() || self.flatten.is_some();
        let decimal = [(self.decimal.is_some(), "--decimal")];
        match of_columns.iter().chain(&decimal).find(|(given, _)| *given && !is_said) {
            Some((_, flag)) => Err(Error::usage(format!("{flag} needs --from"))),
            None => Ok(is_said.then_some(settings)),
        }
    }

    /// What makes fields of objects.
    pub(crate) fn flattener(&self) -> Option<Flatten> {
        self.flatten.as_deref().map(Flatten::new)
    }

    fn check(&self, of_columns: &[(bool, &str)]) -> Result<()> {
        let has_columns = matches!(self.from, None | Some(Form::Csv | Form::Tsv));
        match of_columns.iter().find(|(given, _)| *given && !has_columns) {
            Some((_, flag)) => Err(Error::usage(format!("{flag} is for csv and tsv"))),
            None => Ok(()),
        }
    }
}

impl FormArgs {
    /// One of them is given; `writes`: those that say how columns are written are not counted.
    pub(crate) fn is_given(&self, writes: bool) -> bool {
        let mut read = self.clone();
        if writes {
            let message = &mut read.message;
            (message.columns, message.separator, message.decimal) = (None, None, None);
        }
        read != FormArgs::default()
    }

    /// What they say.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let message = &self.message;
        message.check(&[
            (message.columns.is_some(), "--columns"),
            (message.separator.is_some(), "--separator"),
            (self.header.is_some(), "--header"),
            (self.quote.is_some(), "--quote"),
            (self.comment.is_some(), "--comment"),
            (self.units_row.is_some(), "--units-row"),
            (!self.time_columns.is_empty(), "--time-columns"),
        ])?;
        Ok(Settings {
            form: message.from,
            columns: message.columns.clone(),
            naming: self.header.unwrap_or_default(),
            separator: message.separator,
            quote: self.quote,
            comment: self.comment,
            units: self.units_row.unwrap_or_default(),
            skip: self.skip.unwrap_or_default(),
            numbers: message.decimal.map_or_else(Numbers::default, |decimal| Numbers { decimal }),
            nulls: Nulls::new(message.null.clone()),
            joined: self.time_columns.clone(),
            encoding: self.encoding,
            unit: None,
            flatten: message.flattener(),
        })
    }
}

/// The form of what is written.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Form")]
pub(crate) struct ToArgs {
    /// The form of the output: ndjson, json (one array), csv or tsv (with a header), influx (the series are tags), senml (one pack) or
    /// text. --separator and --decimal say how csv is written, too [default: ndjson]
    #[arg(long, value_name = "FORM")]
    pub to: Option<Form>,

    /// A line of --to text, with fields in braces: '{value}|{time}'; {{ is a brace
    #[arg(long, value_name = "TEXT")]
    pub template: Option<Template>,

    /// The measurement of --to influx, of records without a field `measurement` [default: readings]
    #[arg(long, value_name = "NAME")]
    pub measurement: Option<String>,
}

/// The form of what is written, where nothing is read in a form.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Form")]
pub(crate) struct OutputFormArgs {
    #[command(flatten)]
    pub to: ToArgs,

    /// What is between the values of csv; `tab` is a tab [default: a comma, with --decimal , a semicolon]
    #[arg(long, value_name = "CHAR", value_parser = character)]
    pub separator: Option<char>,

    /// What is between a number and its decimals in csv and tsv: `.` or `,` [default: .]
    #[arg(long, value_name = "CHAR", value_parser = decimal)]
    pub decimal: Option<char>,
}

impl ToArgs {
    /// What they say; `form`: if they do not say which.
    fn target(&self, form: Form, separator: Option<char>, decimal: Option<char>) -> Result<Target> {
        let form = self.to.unwrap_or(form);
        for (is_given, of, flag, words) in [
            (self.template.is_some(), Form::Text, "--template", "--to text"),
            (self.measurement.is_some(), Form::Influx, "--measurement", "--to influx"),
        ] {
            if is_given && form != of {
                return Err(Error::usage(format!("{flag} is for {words}")));
            }
        }
        Ok(match form {
            Form::Ndjson => Target::Ndjson,
            Form::Json => Target::Json,
            Form::Csv => Target::Cells(Style::new(separator, decimal)),
            Form::Tsv => Target::Cells(Style::tabs(decimal)),
            Form::Influx => Target::Influx(self.measurement.clone().unwrap_or_else(|| "readings".to_owned())),
            Form::Senml => Target::Senml,
            Form::Text => match &self.template {
                Some(template) => Target::Text(template.clone()),
                None => return Err(Error::usage("--to text needs --template, as '{value}|{time}'")),
            },
            Form::Nmea | Form::Raw => return Err(Error::usage("nmea and raw are read, and not written")),
        })
    }

    /// Of a stage that reads this form, too, whose separators are those of the output, and whose columns, where it does not read
    /// columns. `None`: it writes records as they are.
    pub(crate) fn beside(&self, input: &FormArgs) -> Result<Option<(Target, Option<Names>)>> {
        let message = &input.message;
        let target = self.target(Form::Ndjson, message.separator, message.decimal)?;
        let reads_columns = matches!(message.from, Some(Form::Csv | Form::Tsv));
        let columns = message.columns.clone().filter(|_| !reads_columns && matches!(target, Target::Cells(_)));
        Ok((target != Target::Ndjson).then_some((target, columns)))
    }
}

impl OutputFormArgs {
    /// What they say; `form`: if they do not say which.
    pub(crate) fn target(&self, form: Option<Form>) -> Result<Target> {
        let target = self.to.target(form.unwrap_or_default(), self.separator, self.decimal)?;
        let is_said = self.separator.is_some() || self.decimal.is_some();
        if is_said && !matches!(target, Target::Cells(_)) {
            return Err(Error::usage("--separator and --decimal are for --to csv"));
        }
        Ok(target)
    }
}

fn naming(text: &str) -> Result<Naming, String> {
    match text {
        "auto" => Ok(Naming::Auto),
        "yes" => Ok(Naming::Yes),
        "no" => Ok(Naming::No),
        field if field.contains(':') => Err("yes, no or auto; a header field of HTTP is -H".to_owned()),
        _ => Err("yes, no or auto".to_owned()),
    }
}

/// One ASCII character.
pub(crate) fn character(text: &str) -> Result<char, String> {
    if matches!(text, "tab" | "\\t") {
        return Ok('\t');
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if c.is_ascii() && !matches!(c, '\n' | '\r') => Ok(c),
        _ => Err("one ASCII character, or `tab`".to_owned()),
    }
}

/// What is before decimals.
pub(crate) fn decimal(text: &str) -> Result<char, String> {
    match text {
        "." => Ok('.'),
        "," => Ok(','),
        _ => Err("`.` or `,`".to_owned()),
    }
}

fn encoding(name: &str) -> Result<&'static Encoding, String> {
    form::encoding(name).map_err(|why| why.to_string())
}
