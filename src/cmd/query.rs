//! `query`: what was stored, as the records that it was, in order of time; or what they come to: by series
//! (`query/stats.rs`), or by series and span of time (`query/bucket.rs`). Both take one pass and hold a row a series.

mod bucket;
mod cell;
mod counter;
mod fields;
mod last;
mod left_out;
mod measured;
mod reach;
mod series;
mod stats;
mod tail;
mod written;

use self::bucket::{Bucketed, Shape};
use self::fields::used_fields;
use self::last::{each_last, keys, report_unknown_series, since_last, table_keys};
use self::left_out::LeftOut;
use self::measured::measured;
use self::reach::Reach;
use self::stats::Stats;
use self::written::Writer;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Output, Source};
use crate::form::cells::Fields;
use crate::form::{Encoder, Form, ShownTimes, Target};
use crate::host::diag;
use crate::host::options::{self, MemoryArgs, OutputFormArgs, SourceArgs};
use crate::host::registry::Watched;
use crate::host::stop::Stop;
use crate::reading::aggregate::Agg;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::record::Record;
use crate::reading::time::{self, Shown};
use crate::storage::{self, Query, Reader};
use clap::ValueHint;
use std::path::PathBuf;

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

    /// Records from this time on: RFC 3339, `2024-04-27T14:00`, a day, `midnight`, `yesterday`, `now`, `12h` (ago), `1mo`
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

    /// Write the last N records
    #[arg(long, value_name = "N", conflicts_with_all = ["bucket", "stats", "latest", "limit"])]
    pub tail: Option<u64>,

    /// Instead of the records, write one for each series and measured field: count, first and last time, min, mean,
    /// max, number of filled ones, `covered`: the share of --bin intervals that have a record, `gaps`: the number of runs
    /// of intervals without one; from --since to --until, or else from the first to the last record
    #[arg(long, conflicts_with_all = ["bucket", "limit"])]
    pub stats: bool,

    /// The length of the intervals in which --stats looks for gaps
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "1m", requires = "stats")]
    pub bin: i64,

    /// Instead of the records, write one for each series and interval of this length (also `1mo`, `1y`), with the time of
    /// its beginning
    ///
    /// Intervals are multiples of the length, in UTC or by the clocks of --tz: days begin at midnight, weeks on Monday,
    /// months and years on their first day. Where the clocks are changed by what is no multiple of it, a shorter interval
    /// begins. Fields that are not measured stay if all records agree; a record without the field does not.
    /// `filled` is true if all values are filled, `filled_share` is the share of them that are.
    #[arg(long, value_name = "DURATION", value_parser = time::parse_period, conflicts_with = "limit")]
    pub bucket: Option<time::Period>,

    /// What to compute from the numbers of a --bucket; with several, `value` becomes `value_min`, `value_max`, … [default: mean;
    /// with --meters by kind]
    #[arg(long, value_name = "WHAT,…", value_enum, value_delimiter = ',', requires = "bucket")]
    pub agg: Vec<Agg>,

    /// The registry of devices: CSV, TSV or JSON with the columns device, kind (gauge, counter, angle, state), for --bucket. A
    /// counter becomes its increase, of angles the mean is a direction, a state is the last one
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "bucket")]
    pub meters: Option<PathBuf>,

    /// Carry the last values of a series into each --bucket without a record, up to --until, with `"filled":true`; also
    /// those from before --since
    #[arg(long, requires = "bucket")]
    pub locf: bool,

    /// The measured fields, for --stats and --bucket: names, or JSON pointers such as /air/temp [default: `value` if there is one, else every number that is
    /// neither time nor series]
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub value: Vec<String>,

    /// Write the last record of each series, with --until the last before that time
    #[arg(long, conflicts_with_all = ["bucket", "stats", "limit", "since", "last"])]
    pub latest: bool,

    /// The older name of --to
    #[arg(long, value_name = "FORM", conflicts_with = "to", hide = true)]
    pub format: Option<Form>,

    #[command(flatten)]
    pub output: OutputFormArgs,

    /// Round numbers of --bucket and --stats to N decimals
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    pub decimals: Option<u8>,

    /// The time zone of days, `midnight` and times without an offset, of --bucket, and of the times that are written, with
    /// their offset [default: local for what is read, UTC for --bucket and what is written]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone)]
    pub tz: Option<time::TimeZone>,

    /// The format of the times that are written, as '%d.%m.%Y %H:%M' (strftime), in --tz or UTC [default: RFC 3339]
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Option<String>,

    #[command(flatten)]
    pub memory: MemoryArgs,

    #[command(flatten)]
    pub source: SourceArgs,
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let when = |flag: &str, text: Option<&String>| match text {
            None => Ok(None),
            Some(text) => time::parse_when(text, time::now(), self.tz.as_ref())
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
        let meters = self.meters;
        if aggs.is_empty() && meters.is_none() {
            aggs.push(Agg::Mean);
        }
        let shape = Shape { aggs };
        // Without these flags records leave as they were read.
        let is_shown = self.tz.is_some() || self.time_format.is_some();
        let shown = is_shown.then(|| Shown::new(self.tz.clone(), self.time_format)).transpose();
        let shown = shown.map_err(|why| Error::usage(format!("--time-format: {why}")))?;
        let decimals = self.decimals;
        if decimals.is_some() && self.bucket.is_none() && !self.stats {
            return Err(Error::usage("--decimals is for --bucket and --stats: records leave as they were stored"));
        }
        let target = self.output.target(self.format)?;
        target.check_time_format(shown.as_ref())?;
        let is_text = target != Target::Ndjson;
        let (db, source, value, latest, tail) = (self.db, self.source, self.value, self.latest, self.tail);
        let mut budget = self.memory.budget();
        let (stats, bin, bucket, locf, tz) = (self.stats, self.bin, self.bucket, self.locf, self.tz);
        Ok(Plan::source(source, move || {
            let registry = meters.map(Watched::open).transpose()?.map(Watched::into_registry);
            let mut reader = storage::reader(&db)?;
            let (mut columns, mut make) = (None, Make::Records);
            let is_fresh = reader.is_fresh()?;
            let mut query = query;
            let counts = registry.is_some() || shape.aggs.contains(&Agg::Increase);
            if !is_fresh && (stats || locf || counts) {
                since_last(&mut *reader, &mut query)?;
            }
            let mut named = Named::default();
            value.iter().for_each(|field| named.add("--value", field));
            if is_fresh {
                diag::info(Code::NoTable, format_args!("{db} has no table yet: nothing was stored"));
                make = Make::Nothing;
            } else if stats || bucket.is_some() {
                let (time, by) = reader.key(&query.table)?;
                let keys = keys(time, by, value.clone());
                if matches!(target, Target::Cells(_)) {
                    let named = used_fields(&mut *reader, &query.table)?.named;
                    let value = match bucket {
                        Some(_) if value.is_empty() && (shape.is_named() || counts) => {
                            measured(&mut *reader, &query, &keys, &mut budget)?
                        }
                        _ => value.clone(),
                    };
                    columns = Some(match bucket {
                        None => keys.by().iter().cloned().chain(stats::FIELDS.map(str::to_owned)).collect(),
                        Some(_) => bucket::columns(&keys, &value, &shape, counts, &named),
                    });
                    // No column of a series that no record has.
                    let is_used = |name: &String| !keys.by().contains(name) || named.contains(name);
                    columns.iter_mut().for_each(|columns: &mut Vec<String>| columns.retain(is_used));
                }
                make = match bucket {
                    None => Make::Stats(Stats::new(keys, bin, decimals, query.since, query.until, budget)),
                    Some(every) => {
                        let buckets = time::Buckets::of(every, tz);
                        let bucketed = Bucketed::new(keys, buckets, (shape, registry), decimals, locf, budget);
                        Make::Buckets(bucketed, query.until.filter(|_| locf))
                    }
                };
            }
            if latest && !is_fresh {
                make = Make::Latest;
            }
            let times = match shown {
                Some(_) if is_fresh => None,
                Some(shown) if stats => Some(ShownTimes::new(shown, stats::TIMES.map(str::to_owned).to_vec())),
                Some(shown) => Some(ShownTimes::new(shown, vec![reader.key(&query.table)?.0])),
                None => None,
            };
            Ok(Reads { reader, query, target, columns, times, make, tail, named, found: 0 })
        })
        .in_form(is_text))
    }
}

struct Reads {
    reader: Box<dyn Reader>,
    query: Query,
    target: Target,
    /// For CSV, if they are not those of the table.
    columns: Option<Vec<String>>,
    /// Spells times in another way than they are stored.
    times: Option<ShownTimes>,
    make: Make,
    /// Only so many, the last ones.
    tail: Option<u64>,
    /// The fields that `--value` names.
    named: Named,
    /// How many records were read.
    found: u64,
}

/// What is made of the records.
enum Make {
    /// There is no table yet.
    Nothing,
    Records,
    /// The last record of each series.
    Latest,
    Stats(Stats),
    /// With the time up to which values are carried.
    Buckets(Bucketed, Option<i64>),
}

impl Source for Reads {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Reads { reader, query, target, columns, times, make, tail, named, found } = self;
        let mut left_out = LeftOut::of(out.tally());
        if matches!(make, Make::Nothing) {
            return Ok(());
        }
        if let Some(since) = query.since {
            match make {
                Make::Records | Make::Latest | Make::Nothing => {}
                Make::Stats(stats) => each_last(&mut **reader, query, Some(since), &mut |record| {
                    left_out.after(stats.know(record).map(|()| true)).map(drop)
                })?,
                Make::Buckets(buckets, _) if buckets.looks_back() => {
                    if buckets.carries() {
                        buckets.begin(since);
                    }
                    each_last(&mut **reader, query, Some(since), &mut |record| {
                        left_out.after(buckets.carry(record).map(|()| true)).map(drop)
                    })?;
                }
                Make::Buckets(..) => {}
            }
        }
        let mut before = match tail {
            Some(count) => tail::narrow(&mut **reader, query, *count)?,
            None => 0,
        };
        let mut reach = Reach::of(&mut **reader, query, &out)?;
        let keys = table_keys(&mut **reader, query)?;
        let mut writer = Writer::new(Encoder::new(target.clone(), keys, || match columns.take() {
            Some(named) => Ok(Fields { named, rest: None }),
            None => used_fields(&mut **reader, &query.table),
        })?);
        writer.begin(&mut out);
        let mut give = |line: &[u8]| {
            let line = match times {
                Some(times) => times.spell(line)?,
                None => line,
            };
            writer.write(line, &mut out)?;
            Ok(!out.is_closed() && !stop.is_set())
        };
        if matches!(make, Make::Latest) {
            each_last(&mut **reader, query, query.until, &mut |record| {
                *found += 1;
                give(record.raw()).map(drop)
            })?;
            writer.end(&mut out);
            return Ok(());
        }
        let mut members = Vec::new();
        let mut goes_on = true;
        reader.read(query, &mut |line| {
            if before > 0 {
                before -= 1;
                return Ok(true);
            }
            *found += 1;
            if let Some(reach) = &mut reach {
                reach.look(line);
            }
            if matches!(make, Make::Records) {
                return give(line);
            }
            members.clear();
            json::members(line, &mut members).map_err(|e| Error::io("read a stored record", e))?;
            let record = Record::kept(line, &members);
            named.look(&record);
            goes_on = match make {
                Make::Records | Make::Latest | Make::Nothing => true,
                Make::Stats(stats) => left_out.after(stats.add(&record).map(|()| true))? && !stop.is_set(),
                Make::Buckets(buckets, _) => left_out.after(buckets.add(&record, &mut give))?,
            };
            Ok(goes_on)
        })?;
        named.conclude();
        if *found == 0 && query.series.is_some() {
            report_unknown_series(&mut **reader, query)?;
        }
        match make {
            // What a signal has cut off would be told as the whole.
            _ if !goes_on => return Ok(()),
            Make::Records | Make::Latest | Make::Nothing => {}
            Make::Stats(stats) => stats.finish(&mut give)?,
            Make::Buckets(buckets, until) => buckets.finish(*until, &mut give)?,
        }
        writer.end(&mut out);
        left_out.report();
        Ok(())
    }
}
