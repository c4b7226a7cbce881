//! `simulate --to`: readings in the form of those that they stand for, as the lines that a meter sends.
//!
//! Decision: what is sent over a connection is a line for each reading, without a header and without the brackets of one array
//! around all: meters speak so, and each line is understood alone.

use super::device::Fault;
use crate::form::cells::Fields;
use crate::form::dialect::Names;
use crate::form::{Encoder, ShownTimes, Target};
use crate::host::options::OutputFormArgs;
use crate::reading::error::{Error, Result};
use crate::reading::key::Keys;
use crate::reading::time::{self, Shown};
use clap::Args;

/// The fields of a reading.
const FIELDS: [&str; 5] = ["time", "device", "value", "unit", "meter"];

/// How readings are written.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Form")]
pub(crate) struct SpokenArgs {
    #[command(flatten)]
    pub output: OutputFormArgs,

    /// The columns of --to csv and tsv, in this order, of time, device, value, unit and meter [default: all of them]
    #[arg(long, value_name = "NAME,…", value_parser = Names::parse)]
    pub columns: Option<Names>,

    /// Whether csv and tsv begin with the names of their columns: yes or no [default: yes; with --send: no]
    #[arg(long, value_name = "WHETHER", value_parser = yes)]
    pub header: Option<bool>,

    /// The format of the times that are written, as '%Y.%m.%d %H:%M:%S.%6f' (strftime), in --tz or UTC [default: RFC 3339]
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Option<String>,

    /// The time zone of the times that are written, with their offset, and of --start [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,
}

fn yes(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

/// Writes readings.
pub(super) struct Spoken {
    encoder: Encoder,
    times: Option<ShownTimes>,
    has_header: bool,
    /// Each is an array of its own.
    is_alone: bool,
    record: Vec<u8>,
}

impl SpokenArgs {
    /// What they say; `None`: records are lines as they are. `sends`: over connections.
    pub(super) fn spoken(&self, sends: bool) -> Result<Option<Spoken>> {
        let target = self.output.target(None)?;
        let has_columns = matches!(target, Target::Cells(_));
        for (is_given, flag) in [(self.columns.is_some(), "--columns"), (self.header.is_some(), "--header")] {
            if is_given && !has_columns {
                return Err(Error::usage(format!("{flag} is for --to csv and tsv")));
            }
        }
        let columns = self.columns.as_ref().map(|names| names.list().to_vec());
        let named = columns.unwrap_or_else(|| FIELDS.map(str::to_owned).to_vec());
        if let Some(name) = named.iter().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(Error::usage(format!("--columns: there is no field {name}: {}", FIELDS.join(", "))));
        }
        let is_shown = self.tz.is_some() || self.time_format.is_some();
        let shown = is_shown.then(|| Shown::new(self.tz.clone(), self.time_format.clone())).transpose();
        let shown = shown.map_err(|why| Error::usage(format!("--time-format: {why}")))?;
        target.check_time_format(shown.as_ref())?;
        if target == Target::Ndjson && shown.is_none() {
            return Ok(None);
        }
        let is_alone = sends && matches!(target, Target::Json | Target::Senml);
        let keys = Keys::named("time".to_owned(), vec!["device".to_owned()]);
        Ok(Some(Spoken {
            encoder: Encoder::new(target, keys, || Ok(Fields { named, rest: None }))?,
            times: shown.map(|shown| ShownTimes::new(shown, vec!["time".to_owned()])),
            has_header: self.header.unwrap_or(!sends),
            is_alone,
            record: Vec::new(),
        }))
    }
}

impl Spoken {
    /// What comes before all readings, with its line break.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut head = Vec::new();
        if self.has_header && self.encoder.begin(&mut head) {
            head.push(b'\n');
        }
        head
    }

    /// Appends a reading, without a line break.
    pub(super) fn write(
        &mut self,
        reading: impl FnOnce(&mut Vec<u8>) -> Option<Fault>,
        to: &mut Vec<u8>,
    ) -> Result<Option<Fault>> {
        let Spoken { encoder, times, is_alone, record, .. } = self;
        record.clear();
        let fault = reading(record);
        let line = match times {
            Some(times) => times.spell(record)?,
            None => record,
        };
        if *is_alone {
            encoder.alone(line, to)?
        } else {
            encoder.record(line, to)?
        }
        Ok(fault)
    }

    /// What comes after all readings, without a line break; false: nothing does.
    pub(super) fn end(&self, to: &mut Vec<u8>) -> bool {
        self.encoder.end(to)
    }
}
