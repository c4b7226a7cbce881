//! `query`: what was stored, as the records that it was, in order of time; or what they come to: by series
//! (`query/stats.rs`), or by series and span of time (`query/bucket.rs`). Both take one pass and hold a row a series.

mod aggregate;
mod bucket;
mod series;
mod stats;

use self::aggregate::Agg;
use self::bucket::Bucketed;
use self::stats::Stats;
use crate::flow::cells::{Cells, Fields};
use crate::flow::plan::Plan;
use crate::flow::stage::{Output, Source};
use crate::host::options::KeyArgs;
use crate::host::options::{self, SourceArgs};
use crate::host::stop::Stop;
use crate::reading::error::{Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time;
use crate::storage::{self, Query, Reader};
use clap::ValueHint;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo store readings.db examples/surfrad.ndjson && kymo query readings.db --last 10m";

/// Write what is stored, as records in order of time
///
/// Records have the JSON values that were stored; the time is RFC 3339. A page is read at a time, so memory is constant
/// and no writer waits.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(crate) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    pub db: String,

    /// The table
    #[arg(long, value_name = "NAME", default_value = "readings")]
    pub table: String,

    /// Records from this time on: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, or `-12h`
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub since: Option<String>,

    /// Records before this time
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub until: Option<String>,

    /// Records of the last DURATION before the newest one
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub last: Option<i64>,

    /// Only records of this series (the number 7 and the text "7" are both 7 here); with several series fields, their
    /// values with commas between
    #[arg(long, value_name = "NAME")]
    pub where_series: Option<String>,

    /// Write at most N records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// Instead of the records, write one for each series and measured field: count, first and last time, min, mean,
    /// max, number of filled ones, `covered`: the share of --bin intervals from first to last that have a record,
    /// `gaps`: the number of runs of intervals without one
    #[arg(long, conflicts_with_all = ["bucket", "limit"])]
    pub stats: bool,

    /// The length of the intervals in which --stats looks for gaps
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1m", requires = "stats")]
    pub bin: i64,

    /// Instead of the records, write one for each series and interval of this length, with the time of its beginning.
    /// Intervals are multiples of it in UTC; days begin at midnight in --tz, weeks on Monday. Fields that are not
    /// measured stay if all records agree
    #[arg(long, value_name = "DURATION", value_parser = options::step, conflicts_with = "limit")]
    pub bucket: Option<i64>,

    /// What to compute from the numbers of a --bucket; with several, `value` becomes `value_min`, `value_max`, …
    #[arg(long, value_name = "WHAT,…", value_enum, value_delimiter = ',', default_value = "mean", requires = "bucket")]
    pub agg: Vec<Agg>,

    /// Carry the last values of a series into each --bucket without a record, up to --until, with `"filled":true`
    #[arg(long, requires = "bucket")]
    pub locf: bool,

    /// The measured fields, for --stats and --bucket [default: `value` if there is one, else every number that is
    /// neither time nor series]
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub value: Vec<String>,

    /// NDJSON records, or CSV with a header
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Ndjson)]
    pub format: Format,

    /// The time zone of days, `midnight` and times without an offset, and of --bucket [default: local, for --bucket UTC]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    #[command(flatten)]
    pub source: SourceArgs,
}

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values
    Csv,
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let zone = time::zone_or_local(self.tz.as_ref());
        let when = |flag: &str, text: Option<&String>| match text {
            None => Ok(None),
            Some(text) => time::parse_when(text, time::now(), &zone)
                .map(Some)
                .map_err(|why| Error::usage(format!("{flag}: {why}"))),
        };
        let query = Query {
            table: self.table,
            since: when("--since", self.since.as_ref())?,
            until: when("--until", self.until.as_ref())?,
            last: self.last,
            series: self.where_series,
            limit: self.limit,
        };
        let mut aggs: Vec<Agg> = Vec::new();
        for agg in self.agg {
            if !aggs.contains(&agg) {
                aggs.push(agg);
            }
        }
        let is_open = self.value.is_empty() && (aggs.len() > 1 || aggs[0] == Agg::Count);
        if self.format == Format::Csv && self.bucket.is_some() && is_open {
            let why = "--format csv with these --agg needs --value: the columns must be known";
            return Err(Error::usage(why));
        }
        let (db, source, format, value) = (self.db, self.source, self.format, self.value);
        let (stats, bin, bucket, locf, tz) = (self.stats, self.bin, self.bucket, self.locf, self.tz);
        Ok(Plan::source(source, move || {
            let mut reader = storage::reader(&db)?;
            let (mut columns, mut make) = (None, Make::Records);
            if stats || bucket.is_some() {
                let (time, by) = reader.key(&query.table)?;
                let keys = keys(time, by, value.clone());
                if format == Format::Csv {
                    let named = reader.fields(&query.table)?.named;
                    columns = Some(match bucket {
                        None => keys.by().iter().cloned().chain(stats::FIELDS.map(str::to_owned)).collect(),
                        Some(_) => bucket::columns(&keys, &value, &aggs, &named),
                    });
                }
                make = match bucket {
                    None => Make::Stats(Stats::new(keys, bin)),
                    Some(every) => {
                        let buckets = time::Buckets::new(every, tz);
                        Make::Buckets(Bucketed::new(keys, buckets, aggs, locf), query.until.filter(|_| locf))
                    }
                };
            }
            Ok(Reads { reader, query, format, columns, make })
        }))
    }
}

/// Finds the fields of a table's records.
fn keys(time: String, by: Vec<String>, value: Vec<String>) -> Keys {
    KeyArgs { time, time_unit: time::Unit::Seconds, time_format: None, tz: None, by, value }.keys()
}

struct Reads {
    reader: Box<dyn Reader>,
    query: Query,
    format: Format,
    /// For CSV, if they are not those of the table.
    columns: Option<Vec<String>>,
    make: Make,
}

/// What is made of the records.
enum Make {
    Records,
    Stats(Stats),
    /// With the time up to which values are carried.
    Buckets(Bucketed, Option<i64>),
}

impl Source for Reads {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Reads { reader, query, format, columns, make } = self;
        let mut csv = match format {
            Format::Ndjson => None,
            Format::Csv => {
                let fields = match columns.take() {
                    Some(named) => Fields { named, rest: None },
                    None => reader.fields(&query.table)?,
                };
                let cells = Cells::new(fields);
                out.add(|to| cells.write_header(to));
                Some(cells)
            }
        };
        let mut give = |line: &[u8]| {
            match &mut csv {
                None => out.add(|to| to.extend_from_slice(line)),
                Some(cells) => {
                    let mut row = Vec::with_capacity(line.len());
                    cells.write(line, &mut row)?;
                    out.add(|to| to.extend_from_slice(&row));
                }
            }
            Ok(!out.is_closed() && !stop.is_set())
        };
        let mut members = Vec::new();
        let mut goes_on = true;
        reader.read(query, &mut |line| {
            if matches!(make, Make::Records) {
                return give(line);
            }
            members.clear();
            json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
            let record = Record::kept(line, &members);
            goes_on = match make {
                Make::Records => true,
                Make::Stats(stats) => stats.add(&record).map(|()| !stop.is_set())?,
                Make::Buckets(buckets, _) => buckets.add(&record, &mut give)?,
            };
            Ok(goes_on)
        })?;
        match make {
            // What a signal has cut off would be told as the whole.
            _ if !goes_on => Ok(()),
            Make::Records => Ok(()),
            Make::Stats(stats) => stats.finish(&mut give),
            Make::Buckets(buckets, until) => buckets.finish(*until, &mut give),
        }
    }
}
