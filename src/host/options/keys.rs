//! The names of the fields that all commands agree on.

use crate::reading::key::Keys;
use crate::reading::time::{self, Fold, Spelling, Unit};
use clap::Args;

/// The names of the fields, as the user gives them.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fields")]
pub(crate) struct KeyArgs {
    /// The field with the time of measurement: RFC 3339 text, or a number since 1970
    #[arg(long, value_name = "FIELD", default_value = "time")]
    pub time: String,

    /// The unit of times that are numbers; with it also of numbers that are text [default: s]
    #[arg(long, value_name = "s|ms|us|ns")]
    pub time_unit: Option<Unit>,

    /// A format of times beside RFC 3339 and numbers (strptime, as '%Y.%m.%d %H:%M:%S%.f'); may be repeated. Such times
    /// leave as RFC 3339
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Vec<String>,

    /// The time zone of times without an offset, and of days: an IANA name, `local`, or an offset [default: the system's
    /// for days and `midnight` on the command line; times without an offset are rejected]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    /// Which time is meant when a local time comes twice, because the clocks were put back
    #[arg(long, value_name = "WHICH", default_value = "infer")]
    pub fold: Fold,

    /// The field or fields that identify a record's series; records without them are one series of their own
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', default_value = "device")]
    pub by: Vec<String>,

    /// The field or fields with the measured numbers: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is
    /// neither time nor series]
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub value: Vec<String>,
}

impl KeyArgs {
    /// The finder for these names.
    pub(crate) fn keys(&self) -> Keys {
        let spelling = Spelling::new(self.time_unit, self.time_format.clone(), self.tz.clone()).folding(self.fold);
        Keys::new(self.time.clone(), spelling, self.by.clone(), self.value.clone())
    }

    /// The zone of axes: `--tz`, else UTC.
    pub(crate) fn zone(&self) -> time::TimeZone {
        self.tz.clone().unwrap_or(time::TimeZone::UTC)
    }
}

/// How times are spelled in what a source of messages receives: they are read there, once.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Fields")]
pub(crate) struct TimeArgs {
    /// The field with the time of measurement
    #[arg(long, value_name = "FIELD", default_value = "time")]
    pub time: String,

    /// The unit of times that are numbers, also as text: they leave as RFC 3339
    #[arg(long, value_name = "s|ms|us|ns")]
    pub time_unit: Option<Unit>,

    /// A format of times beside RFC 3339 (strptime, as '%Y.%m.%d %H:%M:%S%.f'); may be repeated. Such times leave as RFC 3339
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Vec<String>,

    /// The time zone of times without an offset: an IANA name, `local`, or an offset. Such times leave as RFC 3339
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    /// Which time is meant when a local time comes twice, because the clocks were put back
    #[arg(long, value_name = "WHICH", default_value = "infer")]
    pub fold: Fold,
}

impl TimeArgs {
    /// The finder for these names; `by`: the fields that identify a series.
    pub(crate) fn keys(&self, by: Vec<String>) -> Keys {
        let spelling = Spelling::new(self.time_unit, self.time_format.clone(), self.tz.clone()).folding(self.fold);
        Keys::new(self.time.clone(), spelling, by, Vec::new())
    }
}
