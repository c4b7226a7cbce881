//! `validate`: passes the records that are right, and tells all that is wrong with the others.
//!
//! Decision: what passes leaves byte for byte as it came, but for a missing unit that the registry knows; the
//! schema is asked of the record as it leaves. Without any flag a record must still be one JSON object, each
//! key in it once, and its time, if it has one, must be a time.
//!
//! The one thing here that does not depend on the records alone is when a registry that was changed begins to count
//! (`host/registry`).

mod change;
mod document;
mod exact;
mod keywords;
mod node;
mod repeated;
mod schema;

use self::change::Changes;
use self::document::Places;
use self::repeated::Repeated;
use self::schema::Schema;
use crate::flow::fate::Fate;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Filter, Output};
use crate::host::diag;
use crate::host::options::{self, InputArgs, KeyArgs, MemoryArgs, ToArgs};
use crate::host::registry::Watched;
use crate::reading::error::{Code, Error, Fault, Result, excerpt};
use crate::reading::hint;
use crate::reading::json::{self, Kind, Member};
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};
use crate::reading::registry::{Known, Meter, Scale};
use crate::reading::time;
use clap::ValueHint;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo validate --schema examples/surfrad.schema.json examples/surfrad.ndjson";

/// Pass valid records; report every fault of the others
///
/// A record must be a JSON object with each key once, and its time must be a time. --schema checks it against a JSON
/// Schema. --meters looks its device up in a registry: the device must be known, the unit correct, the value in its
/// range. Valid records pass byte for byte; a missing unit is appended from the registry. Electrical units are compared
/// by their meaning: mV with a range in V, and V with В (Cyrillic).
///
/// In the registry max_rate limits how fast a value changes (0.5 a second, 3/min), max_same for how long it stays the same (20
/// readings, 30m), and valid_from and valid_to when a row counts. --mark passes what is wrong, with the reasons in a field.
///
/// A registry in TSV needs no header: device, min, max, unit. A registry that changes is read again, within two seconds
/// or at SIGHUP (in a terminal SIGHUP still ends kymo). If it cannot be used, that is reported and the old one is kept.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The JSON Schema that each record must match (draft 4, 6, 7, 2019-09 or 2020-12)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub schema: Option<PathBuf>,

    /// Let the schema refer to files in DIR; other files and the network are never read
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "schema")]
    pub allow_ref: Option<PathBuf>,

    /// The registry of devices: CSV or TSV with the columns device, unit, min, max, max_rate, max_same, valid_from,
    /// valid_to, or the same as JSON; read again when it changes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub meters: Option<PathBuf>,

    /// The field with the unit
    #[arg(long, value_name = "FIELD", default_value = "unit")]
    pub unit_field: String,

    /// Reject records whose time is more than DURATION in the future
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    pub max_future: Option<std::time::Duration>,

    /// Reject records whose time is more than DURATION in the past
    #[arg(long, value_name = "DURATION", value_parser = options::duration)]
    pub max_age: Option<std::time::Duration>,

    /// The time now for --max-future and --max-age: RFC 3339, `midnight`, `12h` (ago) [default: the clock's]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub now: Option<String>,

    /// Pass records with wrong values too, with the codes of their faults in FIELD: "FIELD":["range"]
    #[arg(long, value_name = "FIELD")]
    pub mark: Option<String>,

    #[command(flatten)]
    pub memory: MemoryArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub output: ToArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The filter for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let when = |text: &String| time::parse_when(text, time::now(), self.keys.tz.as_ref());
        let now = self.now.as_ref().map(when).transpose().map_err(|why| Error::usage(format!("--now: {why}")))?;
        let span = |limit: Option<std::time::Duration>| limit.map(|d| i64::try_from(d.as_nanos()).unwrap_or(i64::MAX));
        let mut named = Named::of(&self.keys);
        if self.meters.is_some() {
            named.add_unless("unit", "--unit-field", &self.unit_field);
        }
        let (schema, allow_ref, meters, input) = (self.schema, self.allow_ref, self.meters, self.input);
        let door = self.keys.keys();
        let mut filter = Validate {
            schema: None,
            registry: None,
            changes: Changes::new(self.memory.budget()),
            mark: self.mark,
            limits: Limits { future: span(self.max_future), age: span(self.max_age), now },
            device: self.keys.by.first().cloned().unwrap_or_default(),
            unit: self.unit_field,
            time_words: time_words(&self.keys),
            value_words: value_name(&self.keys),
            keys: door.clone(),
            places: Places::default(),
            repeated: Repeated::default(),
            line: Vec::new(),
            members: Vec::new(),
            series: Vec::new(),
            completed: 0,
            marked: 0,
        };
        let open = move || {
            filter.schema = schema.as_deref().map(|path| Schema::open(path, allow_ref.as_deref())).transpose()?;
            filter.registry = meters.map(Watched::open).transpose()?;
            filter.tell_missing();
            Ok(filter)
        };
        Plan::filter(input, open).with_door(door.clone()).naming(named).writing(&self.output, door)
    }
}

/// Between which times a record's must lie.
struct Limits {
    future: Option<i64>,
    age: Option<i64>,
    /// `None`: the clock's.
    now: Option<i64>,
}

struct Validate {
    schema: Option<Schema>,
    registry: Option<Watched>,
    changes: Changes,
    mark: Option<String>,
    limits: Limits,
    keys: Keys,
    device: String,
    unit: String,
    time_words: String,
    /// The name of the measured field, for a record without one.
    value_words: String,
    places: Places,
    repeated: Repeated,
    /// A buffer for a record whose unit is appended, and its members.
    line: Vec<u8>,
    members: Vec<Member>,
    /// A buffer for the series of the record at hand.
    series: Vec<u8>,
    completed: u64,
    marked: u64,
}

impl Filter for Validate {
    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        if self.registry.as_mut().is_some_and(Watched::refresh) {
            self.tell_missing();
        }
        let mut faults = Vec::new();
        let time = self.check_time(record, &mut faults);
        let missing_unit = self.check_meter(record, time, &mut faults)?;
        let completed = missing_unit.is_some();
        if let Some(unit) = missing_unit {
            complete(record, &self.unit, |to| json::write_string(&unit, to), &mut self.line, &mut self.members);
        }
        let leaving = if completed { Record::kept(&self.line, &self.members) } else { *record };
        check_whole(&leaving, self.schema.as_ref(), &mut self.places, &mut self.repeated, &mut faults)?;
        if !faults.is_empty() {
            let mark = self.mark.as_ref().filter(|_| faults.iter().all(|fault| is_marked(fault.code)));
            let Some(mark) = mark.filter(|mark| record.field(mark).is_none()) else { return Err(told(faults)) };
            let (mut line, mut members) = (Vec::new(), Vec::new());
            complete(&leaving, mark, |to| write_codes(&faults, to), &mut line, &mut members);
            out.add_from(record.origin(), |to| to.extend_from_slice(&line));
            self.completed += u64::from(completed);
            self.marked += 1;
            return Ok(Fate::Changed);
        }
        if completed {
            self.completed += 1;
            out.add_from(record.origin(), |line| line.extend_from_slice(&self.line));
            return Ok(Fate::Changed);
        }
        Ok(Fate::Pass)
    }

    fn counts(&self) -> Counts {
        vec![("completed", self.completed), ("marked", self.marked)]
    }
}

impl Validate {
    /// Says what the registry has no column for.
    fn tell_missing(&self) {
        let Some(registry) = &self.registry else { return };
        let missing = registry.registry().missing().join(", ");
        if !missing.is_empty() {
            diag::warn(Code::Unchecked, format_args!("{} lacks {missing}: not checked", registry.name()));
        }
    }

    /// Gives the time, if it can be read.
    fn check_time(&self, record: &Record<'_>, faults: &mut Vec<Fault>) -> Option<i64> {
        let name = self.keys.time_name();
        let Some(field) = record.field(name) else {
            if self.limits.future.is_some() || self.limits.age.is_some() {
                faults.push(fault(Code::Time, name, None, &self.time_words));
            }
            return None;
        };
        let time = match self.keys.read_time(&field) {
            Ok((time, _)) => time,
            Err(why) => {
                faults.push(fault(Code::Time, name, Some(&field), &format!("{}: {why}", self.time_words)));
                return None;
            }
        };
        let now = || self.limits.now.unwrap_or_else(time::now);
        if let Some(future) = self.limits.future
            && time > now().saturating_add(future)
        {
            let limit = text_of(now().saturating_add(future));
            faults.push(fault(Code::Time, name, Some(&field), &format!("at the latest {limit}")));
        }
        if let Some(age) = self.limits.age
            && time < now().saturating_sub(age)
        {
            let limit = text_of(now().saturating_sub(age));
            faults.push(fault(Code::Time, name, Some(&field), &format!("at the earliest {limit}")));
        }
        Some(time)
    }

    /// Looks the device up. Gives the unit that the record lacks and the registry has.
    fn check_meter(
        &mut self,
        record: &Record<'_>,
        time: Option<i64>,
        faults: &mut Vec<Fault>,
    ) -> Result<Option<Box<str>>> {
        let Some(registry) = &self.registry else { return Ok(None) };
        let device = record.field(&self.device);
        let known = device.map_or(Known::No, |device| registry.registry().find(&device, time));
        let meter = match known {
            Known::Meter(meter) => meter,
            Known::Later | Known::No => {
                let later = known == Known::Later;
                let allowed =
                    if later { "a device that is in the registry at this time" } else { "a device of the registry" };
                faults.push(fault(Code::UnknownDevice, &self.device, device.as_ref(), allowed));
                return Ok(None);
            }
        };
        let unit = record.field(&self.unit);
        let scale = match &unit {
            Some(field) if meter.unit.is_some() => field.text().and_then(|text| meter.scale(&text)),
            _ => Some(Scale::Same),
        };
        let mut values = Values {
            keys: &self.keys,
            words: &self.value_words,
            changes: &mut self.changes,
            series: self.keys.series(record, &mut self.series),
        };
        values.check(record, meter, scale, time, faults)?;
        Ok(match (unit, &meter.unit) {
            (None, missing) => missing.clone(),
            (Some(field), Some(unit)) if scale.is_none() => {
                let mut allowed = Vec::new();
                json::write_string(unit, &mut allowed);
                faults.push(fault(Code::Unit, &self.unit, Some(&field), &String::from_utf8_lossy(&allowed)));
                None
            }
            (Some(_), _) => None,
        })
    }
}

/// What looks at the values of one record.
struct Values<'v> {
    keys: &'v Keys,
    /// The name of the measured field, for a record without one.
    words: &'v str,
    changes: &'v mut Changes,
    series: &'v [u8],
}

impl Values<'_> {
    fn check(
        &mut self,
        record: &Record<'_>,
        meter: &Meter,
        scale: Option<Scale>,
        time: Option<i64>,
        faults: &mut Vec<Fault>,
    ) -> Result<()> {
        let mut measured = false;
        for (pointer, field) in self.keys.values(record) {
            measured = true;
            let same = scale.unwrap_or(Scale::Same);
            let number = field.number().filter(|value| meter.allows(*value, same));
            let found = match (number, scale, time) {
                (None, ..) => Some((Code::Range, meter.range(same))),
                (Some(value), Some(scale), Some(time)) => {
                    self.changes.check(self.series, &field.name(), meter, time, scale.apply(value))?
                }
                _ => None,
            };
            let Some((code, allowed)) = found else { continue };
            let mut fault = fault(code, &field.name(), Some(&field), &allowed);
            fault.pointer = pointer.map_or(fault.pointer, str::to_owned);
            faults.push(fault);
        }
        if !measured {
            faults.push(fault(Code::Range, self.words, None, &meter.range(scale.unwrap_or(Scale::Same))));
        }
        Ok(())
    }
}

/// `--mark` passes records with this fault: they can be kept, as they are.
fn is_marked(code: Code) -> bool {
    !matches!(code, Code::DuplicateKey | Code::Json)
}

/// Appends the codes of faults as an array of words, each once.
fn write_codes(faults: &[Fault], to: &mut Vec<u8>) {
    let mut words: Vec<&str> = Vec::new();
    for fault in faults {
        if !words.contains(&fault.code.word()) {
            words.push(fault.code.word());
        }
    }
    to.push(b'[');
    for (n, word) in words.iter().enumerate() {
        if n > 0 {
            to.push(b',');
        }
        json::write_string(word, to);
    }
    to.push(b']');
}

/// Repeated keys, and the schema.
fn check_whole(
    record: &Record<'_>,
    schema: Option<&Schema>,
    places: &mut Places,
    repeated: &mut Repeated,
    faults: &mut Vec<Fault>,
) -> Result<()> {
    let nested = record.fields().any(|field| matches!(field.kind(), Kind::Object | Kind::Array));
    let suspect = !nested && repeated.in_record(record);
    if schema.is_none() && !nested && !suspect {
        return Ok(());
    }
    let line = str::from_utf8(record.raw()).map_err(|_| Error::data(Code::Json, "not UTF-8"))?;
    let document = places.read(line);
    if suspect || nested && repeated.in_document(&document) {
        faults.extend(repeated::faults(&document));
    }
    if let Some(schema) = schema
        && !schema.allows(&document)
    {
        faults.extend(schema.faults(&document, record.raw()));
    }
    Ok(())
}

/// Writes the record with one more field, its last, into `line`, and where its members then are.
fn complete(
    record: &Record<'_>,
    name: &str,
    value: impl FnOnce(&mut Vec<u8>),
    line: &mut Vec<u8>,
    members: &mut Vec<Member>,
) {
    line.clear();
    json::append_member(record.raw().trim_ascii_end(), record.members().is_empty(), name, value, line);
    members.clear();
    // A record that was scanned stays one with one more member.
    let _ = json::members(line, members);
}

fn fault(code: Code, name: &str, field: Option<&Field<'_>>, allowed: &str) -> Fault {
    let mut pointer = String::new();
    document::push_token(&mut pointer, name);
    let found = field.map(|field| excerpt(&String::from_utf8_lossy(field.raw()))).unwrap_or_default();
    Fault { code, pointer, found, allowed: allowed.to_owned() }
}

/// How many faults of a record are put in words; the list beside them is whole.
const IN_WORDS: usize = 3;

/// The error that rejects a record with these faults.
fn told(faults: Vec<Fault>) -> Error {
    let words = |fault: &Fault| {
        let place = if fault.pointer.is_empty() { "the record" } else { &fault.pointer };
        let allowed = &fault.allowed;
        match fault.found.as_str() {
            "" => format!("{place} is missing, expected {allowed}"),
            _ if fault.pointer.is_empty() => format!("{place} is not allowed, expected {allowed}"),
            found => format!("{place} is {found}, expected {allowed}{}", hint::of(fault)),
        }
    };
    let mut reason = faults.iter().take(IN_WORDS).map(words).collect::<Vec<_>>().join("; ");
    if faults.len() > IN_WORDS {
        reason.push_str(&format!("; and {} more faults", faults.len() - IN_WORDS));
    }
    Error::faults(reason, faults)
}

fn time_words(keys: &KeyArgs) -> String {
    let text = match (&keys.time_format[..], &keys.tz) {
        ([format, ..], _) => format!("a time like {format}, an RFC 3339 time"),
        ([], Some(_)) => "an RFC 3339 time".to_owned(),
        ([], None) => "an RFC 3339 time with its offset".to_owned(),
    };
    format!("{text}, or a number of {} since 1970", keys.time_unit.unwrap_or_default())
}

fn value_name(keys: &KeyArgs) -> String {
    keys.value.first().cloned().unwrap_or_else(|| "value".to_owned())
}

fn text_of(time: i64) -> String {
    let mut text = Vec::with_capacity(32);
    time::write_rfc3339(time, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
