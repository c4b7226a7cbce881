//! `query`: what was stored, as the records that it was, in order of time.

use crate::cells::Cells;
use crate::db::{self, Query, Reader};
use crate::error::{Error, Result};
use crate::options::{self, SourceArgs};
use crate::pipeline::Staged;
use crate::stage::{Output, Source};
use crate::stop::Stop;
use crate::time;
use clap::ValueHint;

/// An example that runs, for the help.
pub const EXAMPLE: &str =
    "Example: kymo store readings.db examples/surfrad.ndjson && kymo query readings.db --last 10m";

/// Write what is stored, as records in order of time
///
/// The records come back with the JSON values that they had; the time is RFC 3339. Reading takes a page at a time:
/// constant memory, and no writer waits for it.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub struct Args {
    /// The database: the path of an SQLite file
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    pub db: String,

    /// The table
    #[arg(long, value_name = "NAME", default_value = "readings")]
    pub table: String,

    /// Records from this time on: RFC 3339, a day, `midnight`, `now`, or `-12h`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub since: Option<String>,

    /// Records before this time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub until: Option<String>,

    /// Records of the last DURATION before the newest one
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub last: Option<i64>,

    /// Records of this series only (the number 7 and the text "7" are both 7 here); of several series fields, their values
    /// with commas between
    #[arg(long, value_name = "NAME")]
    pub where_series: Option<String>,

    /// At most so many records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// NDJSON records, or CSV with a header
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Ndjson)]
    pub format: Format,

    /// The time zone of days and of `midnight`
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    #[command(flatten)]
    pub source: SourceArgs,
}

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values
    Csv,
}

impl Args {
    /// The source for these flags.
    pub fn stage(self) -> Result<Staged> {
        let zone = self.tz.unwrap_or(time::TimeZone::UTC);
        let when = |flag: &str, text: Option<&String>| match text {
            None => Ok(None),
            Some(text) => time::parse_when(text, time::now(), &zone)
                .map(Some)
                .map_err(|why| Error::usage(format!("{flag}: {why}")).at("query")),
        };
        let query = Query {
            table: self.table,
            since: when("--since", self.since.as_ref())?,
            until: when("--until", self.until.as_ref())?,
            last: self.last,
            series: self.where_series,
            limit: self.limit,
        };
        let reader = db::reader(&self.db).map_err(|e| e.at("query"))?;
        Ok(Staged::source("query", Reads { reader, query, format: self.format }, self.source))
    }
}

struct Reads {
    reader: Box<dyn Reader>,
    query: Query,
    format: Format,
}

impl Source for Reads {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let mut csv = match self.format {
            Format::Ndjson => None,
            Format::Csv => {
                let cells = Cells::new(self.reader.fields(&self.query.table)?);
                out.add(|to| cells.write_header(to));
                Some(cells)
            }
        };
        self.reader.read(&self.query, &mut |line| {
            match &mut csv {
                None => out.add(|to| to.extend_from_slice(line)),
                Some(cells) => {
                    let mut row = Vec::with_capacity(line.len());
                    cells.write(line, &mut row)?;
                    out.add(|to| to.extend_from_slice(&row));
                }
            }
            Ok(!out.is_closed() && !stop.is_set())
        })
    }
}
