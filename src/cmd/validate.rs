//! `validate`: passes the records that are right, and tells all that is wrong with the others.
//!
//! Decision: what passes leaves byte for byte as it came, but for a missing unit that the registry knows; the
//! schema is asked of the record as it leaves. Without any flag a record must still be one JSON object, each
//! key in it once, and its time, if it has one, must be a time.
//!
//! The one thing here that does not depend on the records alone is when a registry that was changed begins to count
//! (`watched`).

mod document;
mod exact;
mod keywords;
mod node;
mod registry;
mod repeated;
mod schema;
mod watched;

use self::document::Places;
use self::registry::{Meter, Registry, Scale};
use self::repeated::Repeated;
use self::schema::Schema;
use self::watched::Watched;
use crate::flow::fate::Fate;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Filter, Output};
use crate::host::options::KeyArgs;
use crate::host::options::{self, InputArgs};
use crate::reading::error::{Code, Error, Fault, Result, excerpt};
use crate::reading::json::{self, Kind, Member};
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};
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

    /// The registry of devices: CSV or TSV with the columns device, unit, min, max, or the same as JSON; read again when it
    /// changes
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

    /// The time now for --max-future and --max-age: RFC 3339, `midnight`, -12h [default: the clock's]
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub now: Option<String>,

    #[command(flatten)]
    pub keys: KeyArgs,

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
            completed: 0,
        };
        let open = move || {
            filter.schema = schema.as_deref().map(|path| Schema::open(path, allow_ref.as_deref())).transpose()?;
            filter.registry = meters.map(Watched::open).transpose()?;
            Ok(filter)
        };
        Ok(Plan::filter(input, open).with_door(door).naming(named))
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
    completed: u64,
}

impl Filter for Validate {
    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate> {
        if let Some(registry) = &mut self.registry {
            registry.refresh();
        }
        let mut faults = Vec::new();
        self.check_time(record, &mut faults);
        let missing_unit = self.check_meter(record, &mut faults);
        let completed = missing_unit.is_some();
        if let Some(unit) = missing_unit {
            complete(record, &self.unit, &unit, &mut self.line, &mut self.members);
        }
        let leaving = if completed { Record::kept(&self.line, &self.members) } else { *record };
        check_whole(&leaving, self.schema.as_ref(), &mut self.places, &mut self.repeated, &mut faults)?;
        if !faults.is_empty() {
            return Err(told(faults));
        }
        if completed {
            self.completed += 1;
            out.add_from(record.origin(), |line| line.extend_from_slice(&self.line));
            return Ok(Fate::Changed);
        }
        Ok(Fate::Pass)
    }

    fn counts(&self) -> Counts {
        vec![("completed", self.completed)]
    }
}

impl Validate {
    fn check_time(&self, record: &Record<'_>, faults: &mut Vec<Fault>) {
        let name = self.keys.time_name();
        let Some(field) = record.field(name) else {
            if self.limits.future.is_some() || self.limits.age.is_some() {
                faults.push(fault(Code::Time, name, None, &self.time_words));
            }
            return;
        };
        let time = match self.keys.read_time(&field) {
            Ok((time, _)) => time,
            Err(why) => {
                faults.push(fault(Code::Time, name, Some(&field), &format!("{}: {why}", self.time_words)));
                return;
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
    }

    /// Looks the device up. Gives the unit that the record lacks and the registry has.
    fn check_meter(&self, record: &Record<'_>, faults: &mut Vec<Fault>) -> Option<Box<str>> {
        let registry = self.registry.as_ref()?.registry();
        let device = record.field(&self.device);
        let Some(meter) = device.and_then(|device| find(registry, &device)) else {
            faults.push(fault(Code::UnknownDevice, &self.device, device.as_ref(), "a device of the registry"));
            return None;
        };
        let unit = record.field(&self.unit);
        let scale = match &unit {
            Some(field) if meter.unit().is_some() => field.text().and_then(|text| meter.scale(&text)),
            _ => Some(Scale::Same),
        };
        self.check_values(record, meter, scale.unwrap_or(Scale::Same), faults);
        match (unit, meter.unit()) {
            (None, missing) => missing.map(Box::from),
            (Some(field), Some(unit)) if scale.is_none() => {
                let mut allowed = Vec::new();
                json::write_string(unit, &mut allowed);
                faults.push(fault(Code::Unit, &self.unit, Some(&field), &String::from_utf8_lossy(&allowed)));
                None
            }
            (Some(_), _) => None,
        }
    }

    fn check_values(&self, record: &Record<'_>, meter: &Meter, scale: Scale, faults: &mut Vec<Fault>) {
        let mut measured = false;
        for (pointer, field) in self.keys.values(record) {
            measured = true;
            if !field.number().is_some_and(|value| meter.allows(value, scale)) {
                let mut fault = fault(Code::Range, &field.name(), Some(&field), &meter.range(scale));
                fault.pointer = pointer.map_or(fault.pointer, str::to_owned);
                faults.push(fault);
            }
        }
        if !measured {
            faults.push(fault(Code::Range, &self.value_words, None, &meter.range(scale)));
        }
    }
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

/// The meter of the device that a field names.
fn find<'r>(registry: &'r Registry, device: &Field<'_>) -> Option<&'r Meter> {
    let raw = device.raw();
    match device.kind() {
        Kind::String if raw.contains(&b'\\') => registry.meter(device.text()?.as_bytes()),
        Kind::String => registry.meter(&raw[1..raw.len() - 1]),
        Kind::Number => registry.meter(raw),
        _ => None,
    }
}

/// Writes the record with its unit as the last field into `line`, and where its members then are.
fn complete(record: &Record<'_>, name: &str, unit: &str, line: &mut Vec<u8>, members: &mut Vec<Member>) {
    line.clear();
    json::append_member(
        record.raw().trim_ascii_end(),
        record.members().is_empty(),
        name,
        |to| json::write_string(unit, to),
        line,
    );
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
            found => format!("{place} is {found}, expected {allowed}"),
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
