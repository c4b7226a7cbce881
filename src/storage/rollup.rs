//! What records come to before they are deleted: a row a series and span of time, in a table of its own.
//!
//! A row tells the count, the mean, the least and the greatest of each number, which is enough to add further records to
//! it. So a trim adds those that a transaction deletes to the rows that there are, in that transaction: whatever ends it,
//! each record is either in its own table or in one row here, and one that comes late is added as well (ADR 31).

use crate::flow::batch::Batch;
use crate::reading::aggregate::{Agg, Aggregate, Many};
use crate::reading::circle::Circle;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::mark::{FILLED, Mark};
use crate::reading::record::{Field, Origin, Record};
use crate::reading::registry::{Known, Registry};
use crate::reading::time::{self, Buckets};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The fields of a row that are not one of a number's.
const COUNT: &str = "count";
const SHARE: &str = "filled_share";

/// Behind the name of an angle: how much of its unit vectors points to the mean.
const RESULTANT: &str = "_resultant";

/// Where to and how records are rolled up.
#[derive(Debug)]
pub(crate) struct Rollup<'r> {
    pub table: String,
    pub buckets: Buckets,
    /// Tells which series are angles.
    pub registry: Option<&'r Registry>,
}

/// Finds the row of the time and series of a record.
pub(super) type Find<'f> = dyn FnMut(&Record<'_>) -> Result<Option<Vec<u8>>> + 'f;

impl Rollup<'_> {
    /// Adds records, JSON lines of a table with these keys, to the rows that there are. Gives the rows as they are then.
    pub(super) fn add(&self, keys: &Keys, lines: &[Vec<u8>], find: &mut Find<'_>) -> Result<Batch> {
        let mut rows: BTreeMap<(i64, Vec<u8>), Row> = BTreeMap::new();
        let (mut members, mut series) = (Vec::new(), Vec::new());
        for line in lines {
            members.clear();
            json::members(line, &mut members).map_err(|bad| unreadable(&bad))?;
            let record = Record::kept(line, &members);
            let start = self.buckets.start(keys.time(&record)?);
            let series = keys.series(&record, &mut series).to_vec();
            let row = rows.entry((start, series)).or_insert_with(|| Row::new(start, keys, &record));
            row.add(keys, &record, self.turn(keys, &record));
        }
        let mut batch = Batch::default();
        for row in rows.values_mut() {
            let key = [&row.head[..], b"}"].concat();
            members.clear();
            json::members(&key, &mut members).map_err(|bad| unreadable(&bad))?;
            if let Some(old) = find(&Record::kept(&key, &members))? {
                members.clear();
                json::members(&old, &mut members).map_err(|bad| unreadable(&bad))?;
                row.merge(keys, &Record::kept(&old, &members)).map_err(|field| self.other_kind(&field))?;
            }
            batch.add(Origin::default(), |to| row.write(to));
        }
        batch.scan_all();
        Ok(batch)
    }

    /// A field was an angle, and is none now, or the other way round.
    fn other_kind(&self, field: &[u8]) -> Error {
        let field = String::from_utf8_lossy(field);
        let why = format!("{field} of table {} is rolled up as another kind (angle or not): see --meters", self.table);
        Error::usage(why)
    }

    /// Of an angle: what a whole turn is.
    fn turn(&self, keys: &Keys, record: &Record<'_>) -> Option<f64> {
        let device = record.field(keys.by().first()?)?;
        match self.registry?.find(&device, keys.time(record).ok()) {
            Known::Meter(meter) => meter.nature().turn,
            Known::Later | Known::No => None,
        }
    }
}

/// A row of this table, in the making.
struct Row {
    /// `{`, its time and its series, as JSON.
    head: Vec<u8>,
    records: u64,
    /// How many numbers it has, and how many of them are filled.
    numbers: u64,
    filled: u64,
    cells: Vec<(Vec<u8>, Cell)>,
    /// The places of the cells by the names of their fields.
    places: HashMap<Vec<u8>, usize>,
    /// Fields of the row that was there, for which there is nothing new.
    kept: Vec<u8>,
}

enum Cell {
    Numbers(Aggregate),
    Angles(Circle),
    /// Not measured: kept if all records agree. How many said it so far.
    Same(Vec<u8>, u64),
    Differs,
}

impl Row {
    fn new(start: i64, keys: &Keys, record: &Record<'_>) -> Row {
        let mut head = vec![b'{'];
        json::write_string(keys.time_name(), &mut head);
        head.extend_from_slice(b":\"");
        time::write_rfc3339(start, &mut head);
        head.push(b'"');
        for field in record.fields().filter(|field| keys.is_key(field) && !keys.is_time(field)) {
            head.extend_from_slice(b",\"");
            head.extend_from_slice(field.raw_name());
            head.extend_from_slice(b"\":");
            head.extend_from_slice(field.raw());
        }
        Row { head, records: 0, numbers: 0, filled: 0, cells: Vec::new(), places: HashMap::new(), kept: Vec::new() }
    }

    fn add(&mut self, keys: &Keys, record: &Record<'_>, turn: Option<f64>) {
        let mark = Mark::of(record, FILLED);
        let measured = record.fields().filter(|field| !keys.is_key(field) && field.kind() != Kind::Null);
        for (place, field) in measured.enumerate() {
            if field.is(FILLED) && !matches!(field.kind(), Kind::Number | Kind::String) {
                continue;
            }
            let number = field.number();
            if number.is_some() {
                self.numbers += 1;
                self.filled += u64::from(mark.has(field.raw_name()));
            }
            self.take(place, &field, number, turn);
        }
        self.records += 1;
    }

    /// The fields of records of a table come in one order: nearly always a field is found at its place.
    fn take(&mut self, place: usize, field: &Field<'_>, number: Option<f64>, turn: Option<f64>) {
        let name = field.raw_name();
        let found = match self.cells.get(place) {
            Some((at, _)) if at == name => Some(place),
            _ => self.places.get(name).copied(),
        };
        let is_first = self.records == 0;
        let cell = match found {
            Some(place) => &mut self.cells[place].1,
            None => {
                let cell = match (number, turn) {
                    (Some(_), Some(_)) => Cell::Angles(Circle::default()),
                    (Some(_), None) => Cell::Numbers(Aggregate::default()),
                    (None, _) if is_first => Cell::Same(field.raw().to_vec(), 0),
                    (None, _) => Cell::Differs,
                };
                self.places.insert(name.to_vec(), self.cells.len());
                self.cells.push((name.to_vec(), cell));
                &mut self.cells.last_mut().expect("one was added").1
            }
        };
        match (cell, number) {
            (Cell::Numbers(numbers), Some(number)) => numbers.add(number, field.raw()),
            (Cell::Angles(circle), Some(number)) => circle.add(number, turn.unwrap_or(360.0)),
            (Cell::Same(same, times), None) if same == field.raw() => *times += 1,
            (cell @ Cell::Same(..), _) => *cell = Cell::Differs,
            // In one table a field is either a number or none.
            (Cell::Numbers(_) | Cell::Angles(_) | Cell::Differs, _) => {}
        }
    }

    /// Adds what a row that was there says. An error: the name of a field that is of another kind there.
    fn merge(&mut self, keys: &Keys, old: &Record<'_>) -> std::result::Result<(), Vec<u8>> {
        let fields: HashMap<&[u8], Field<'_>> = old.fields().map(|field| (field.raw_name(), field)).collect();
        let number = |name: &[u8], ending: &str| {
            let field = fields.get(&[name, ending.as_bytes()].concat()[..]).copied();
            field.filter(|field| field.kind() == Kind::Number)
        };
        let whole = |field: Option<Field<'_>>| {
            field.and_then(|field| field.integer()).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
        };
        let mut taken: HashSet<Vec<u8>> = [COUNT, SHARE].map(Into::into).into();
        let records = self.records;
        for (name, cell) in &mut self.cells {
            let (is_angle, is_known) = (number(name, RESULTANT).is_some(), number(name, "_count").is_some());
            match cell {
                Cell::Numbers(_) if is_angle => return Err(name.clone()),
                Cell::Angles(_) if is_known && !is_angle => return Err(name.clone()),
                Cell::Numbers(numbers) => {
                    let [mean, min, max] = ["_mean", "_min", "_max"].map(|ending| number(name, ending));
                    let value = |field: &Option<Field<'_>>| field.as_ref().and_then(|field| field.number());
                    if let (Some(mean), Some(least), Some(most)) = (value(&mean), value(&min), value(&max)) {
                        let [min, max] = [min, max].map(|field| field.map_or(&b""[..], |field| field.raw()));
                        let count = whole(number(name, "_count"));
                        numbers.add_many(Many { count, mean, min: (least, min), max: (most, max) });
                    }
                    taken.extend(["_mean", "_min", "_max", "_count"].map(|e| [name, e.as_bytes()].concat()));
                }
                Cell::Angles(circle) => {
                    let value = |ending: &str| number(name, ending).and_then(|field| field.number());
                    let (mean, length) = (value("_mean").unwrap_or(0.0), value(RESULTANT).unwrap_or(0.0));
                    circle.add_many(mean, whole(number(name, "_count")), length);
                    taken.extend(["_mean", RESULTANT, "_count"].map(|e| [name, e.as_bytes()].concat()));
                }
                Cell::Same(raw, times) => {
                    let agrees = fields.get(&name[..]).is_some_and(|field| field.raw() == *raw);
                    if !agrees || *times != records {
                        *cell = Cell::Differs;
                    }
                    taken.insert(name.clone());
                }
                Cell::Differs => drop(taken.insert(name.clone())),
            }
        }
        let counts = old.fields().filter(|field| field.raw_name().ends_with(b"_count"));
        let numbers: u64 = counts.map(|field| whole(Some(field))).sum();
        let share = old.field(SHARE).and_then(|field| field.number()).unwrap_or(0.0);
        self.filled += (share * numbers as f64).round() as u64;
        self.numbers += numbers;
        self.records += whole(old.field(COUNT));
        for (_, cell) in &mut self.cells {
            if let Cell::Same(_, times) = cell {
                *times = self.records;
            }
        }
        for field in old.fields().filter(|field| !keys.is_key(field)) {
            // A text that these records lack they do not agree to.
            if field.kind() == Kind::Number && !taken.contains(field.raw_name()) {
                append(field.raw_name(), "", &mut self.kept);
                self.kept.extend_from_slice(field.raw());
            }
        }
        Ok(())
    }

    /// Appends it as a record.
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.head);
        for (name, cell) in &self.cells {
            match cell {
                Cell::Numbers(numbers) => {
                    for agg in [Agg::Mean, Agg::Min, Agg::Max, Agg::Count] {
                        append(name, &format!("_{}", agg.name()), to);
                        numbers.write(agg, None, to);
                    }
                }
                Cell::Angles(circle) => {
                    append(name, "_mean", to);
                    if !circle.write(None, to) {
                        to.extend_from_slice(b"null");
                    }
                    append(name, RESULTANT, to);
                    json::write_f64(circle.resultant(), to);
                    append(name, "_count", to);
                    to.extend_from_slice(circle.count().to_string().as_bytes());
                }
                // Two fields of one name would be neither.
                Cell::Same(..) if [COUNT, SHARE].iter().any(|own| own.as_bytes() == name) => {}
                Cell::Same(raw, times) if *times == self.records => {
                    append(name, "", to);
                    to.extend_from_slice(raw);
                }
                Cell::Same(..) | Cell::Differs => {}
            }
        }
        to.extend_from_slice(&self.kept);
        append(COUNT.as_bytes(), "", to);
        to.extend_from_slice(self.records.to_string().as_bytes());
        if self.filled > 0 {
            append(SHARE.as_bytes(), "", to);
            json::write_f64(self.filled as f64 / self.numbers as f64, to);
        }
        to.push(b'}');
    }
}

/// Appends the beginning of a member, of this name and ending.
fn append(name: &[u8], ending: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(b",\"");
    to.extend_from_slice(name);
    to.extend_from_slice(ending.as_bytes());
    to.extend_from_slice(b"\":");
}

/// A row is no record.
fn unreadable(bad: &json::Bad) -> Error {
    Error::new(Code::Damaged, format!("read a row: {} at byte {}", bad.what, bad.offset))
}
