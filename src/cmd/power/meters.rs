//! Whose reading it is: meters by a file of pairs, by a field that names them, or one meter of one voltage and one
//! current.
//!
//! Decision: in a file of pairs a device is compared as text, so that `7` in a record is the `7` of a CSV file, which
//! has no types. One voltage may belong to many currents, as in a house with one voltage and many circuits.

use super::rules::Side;
use crate::reading::error::{Error, Result};
use crate::reading::json::{self, Kind};
use crate::reading::key::Keys;
use crate::reading::record::{Field, Record};
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

/// The names of the phases.
pub(super) const PHASES: [&str; 3] = ["L1", "L2", "L3"];

/// What a reading is to a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) meter: usize,
    /// Index into [`PHASES`].
    pub(super) phase: u8,
    pub(super) side: Side,
}

/// The meters of a device, by its text: meter, phase, and which side it is there; `None`: its unit must tell.
pub(super) type ByDevice = HashMap<Box<[u8]>, Vec<(usize, u8, Option<Side>)>, RandomState>;

/// How a reading finds its meter.
pub(super) enum Meters {
    /// By its device.
    Pairs(ByDevice),
    /// By the value of a field.
    Field { finder: Box<Keys>, known: HashMap<Box<[u8]>, usize, RandomState> },
    /// There is one meter: the series of its voltage, and of its current.
    One([Option<Box<[u8]>>; 2]),
}

/// A row of a file of pairs.
#[derive(Debug)]
struct Row {
    meter: usize,
    phase: u8,
    voltage: String,
    current: String,
}

/// What a file of pairs says.
#[derive(Default)]
pub(super) struct Pairs {
    rows: Vec<Row>,
    /// The meters' names, in order, each with its phases.
    pub(super) names: Vec<(String, Vec<u8>)>,
}

impl Pairs {
    /// Reads CSV with the columns name, voltage, current, and phase if there are phases.
    pub(super) fn open(path: &Path, phases: bool) -> Result<Pairs> {
        let name = format!("pairs file {}", path.display());
        let bytes = std::fs::read(path).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        Pairs::read(bytes, phases).map_err(|why| Error::usage(format!("read {name}: {why}")))
    }

    fn read(bytes: &[u8], phases: bool) -> Result<Pairs, String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(bytes);
        let header = reader.headers().map_err(|e| e.to_string())?.clone();
        let column = |wanted: &str| header.iter().position(|name| name == wanted);
        let needed = |wanted: &str| {
            let names = header.iter().collect::<Vec<_>>().join(", ");
            column(wanted).ok_or_else(|| format!("line 1: there is no column {wanted}, only: {names}"))
        };
        let (name, voltage, current) = (needed("name")?, needed("voltage")?, needed("current")?);
        let phase = match (column("phase"), phases) {
            (Some(_), false) => return Err("line 1: there is a column phase: give --phases".to_owned()),
            (None, true) => return Err(needed("phase").expect_err("there is none")),
            (column, _) => column,
        };
        let mut pairs = Pairs::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        for row in reader.records() {
            let row = row.map_err(|e| e.to_string())?;
            let at = |why: String| {
                let offset = row.position().map_or(0, |at| at.byte() as usize);
                // Of `\r\n` the reader leaves the `\n` to the next row.
                let behind = bytes.iter().skip(offset).take_while(|b| b.is_ascii_whitespace()).count();
                let line = 1 + bytes.iter().take(offset + behind).filter(|&&b| b == b'\n').count();
                format!("line {line}: {why}")
            };
            // A quote that is never closed makes one field of all the lines after it.
            if row.iter().any(|field| field.contains('\n')) {
                return Err(at("a line break inside quotes: is there a stray quote?".to_owned()));
            }
            let field = |what: &str, i: usize| match row.get(i) {
                Some(text) if !text.is_empty() => Ok(text.to_owned()),
                _ => Err(at(format!("there is no {what}"))),
            };
            let phase = match phase {
                None => 0,
                Some(i) => {
                    let text = field("phase", i)?;
                    phase_of(&text).ok_or_else(|| at(format!("phase {text:?} is not one of L1, L2, L3")))?
                }
            };
            let name = field("name", name)?;
            let meter = *known.entry(name.clone()).or_insert_with(|| {
                pairs.names.push((name.clone(), Vec::new()));
                pairs.names.len() - 1
            });
            if pairs.names[meter].1.contains(&phase) {
                let of = if phases { format!(" for {}", PHASES[usize::from(phase)]) } else { String::new() };
                return Err(at(format!("meter {name:?} occurs twice{of}")));
            }
            pairs.names[meter].1.push(phase);
            let (voltage, current) = (field("voltage", voltage)?, field("current", current)?);
            pairs.rows.push(Row { meter, phase, voltage, current });
        }
        if pairs.rows.is_empty() {
            return Err("it has no pairs".to_owned());
        }
        Ok(pairs)
    }

    /// Finds meters by these pairs; a meter's index is its place among the names.
    pub(super) fn meters(&self) -> Meters {
        let mut by_device = ByDevice::default();
        for row in &self.rows {
            for (device, side) in [(&row.voltage, Side::Voltage), (&row.current, Side::Current)] {
                let roles = by_device.entry(device.as_bytes().into()).or_default();
                match roles.iter_mut().find(|(m, phase, _)| (*m, *phase) == (row.meter, row.phase)) {
                    // One device measures both.
                    Some((_, _, side)) => *side = None,
                    None => roles.push((row.meter, row.phase, Some(side))),
                }
            }
        }
        Meters::Pairs(by_device)
    }
}

/// A phase by its name: `L1`, `l1` or `1`.
pub(super) fn phase_of(text: &str) -> Option<u8> {
    let digit = text.strip_prefix(['L', 'l']).unwrap_or(text);
    ["1", "2", "3"].iter().position(|name| *name == digit).map(|at| at as u8)
}

/// A device as text: of one series field its text, of several their texts with commas between. `field`: the first.
pub(super) fn device<'r>(keys: &Keys, record: &Record<'r>, field: Option<Field<'r>>) -> Option<Cow<'r, [u8]>> {
    let text = |field: Field<'r>| match (field.plain_text(), field.kind()) {
        (Some(text), _) => Cow::Borrowed(text),
        (None, Kind::String) => Cow::Owned(field.text().unwrap_or_default().into_owned().into_bytes()),
        (None, _) => Cow::Borrowed(field.raw()),
    };
    match keys.by() {
        [_] => field.map(text),
        several => {
            let texts = several.iter().map(|name| record.field(name).map(text).unwrap_or_default());
            Some(Cow::Owned(texts.collect::<Vec<_>>().join(&b","[..])))
        }
    }
}

/// Appends `,"device":NAME` for a series of several fields, each where it has a value; `series` is what
/// [`Keys::series`] gives.
pub(super) fn write_series(keys: &Keys, series: &[u8], to: &mut Vec<u8>) {
    for (name, part) in keys.by().iter().zip(series.split(|&b| b == b'\n')) {
        if !part.is_empty() {
            to.push(b',');
            json::write_string(name, to);
            to.push(b':');
            to.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_in_any_order_of_columns() {
        let text = "\u{feff}current,name,note,voltage\r\na1,m1,x,v1\r\n\"a,2\", m2 ,,v1\r\n";
        let pairs = Pairs::read(text.strip_prefix('\u{feff}').unwrap().as_bytes(), false).unwrap();
        assert_eq!(pairs.names, [("m1".to_owned(), vec![0]), ("m2".to_owned(), vec![0])]);
        let Meters::Pairs(by_device) = pairs.meters() else { unreachable!() };
        assert_eq!(by_device[&b"v1"[..]], [(0, 0, Some(Side::Voltage)), (1, 0, Some(Side::Voltage))]);
        assert_eq!(by_device[&b"a,2"[..]], [(1, 0, Some(Side::Current))]);
        let pairs = Pairs::read(b"name,voltage,current,phase\nm,x,x,L1\nm,y,z,2\n", true).unwrap();
        assert_eq!(pairs.names, [("m".to_owned(), vec![0, 1])]);
        let Meters::Pairs(by_device) = pairs.meters() else { unreachable!() };
        assert_eq!(by_device[&b"x"[..]], [(0, 0, None)]);
        assert_eq!(by_device[&b"z"[..]], [(0, 1, Some(Side::Current))]);
    }

    #[test]
    fn what_is_doubtful_in_pairs_is_refused() {
        for (text, phases, why) in [
            ("", false, "line 1: there is no column name"),
            ("name,voltage\n", false, "there is no column current, only: name, voltage"),
            ("name,voltage,current\n", false, "it has no pairs"),
            ("name,voltage,current\nm,v,\n", false, "line 2: there is no current"),
            ("name,voltage,current\nm,v,a\n,v,a\n", false, "line 3: there is no name"),
            ("name,voltage,current\nm,v,a\nm,v,b\n", false, "line 3: meter \"m\" occurs twice"),
            ("name,voltage,current\nm,\"v,a\nn,v,a\n", false, "line 2: a line break"),
            ("name,voltage,current,phase\nm,v,a,L1\n", false, "give --phases"),
            ("name,voltage,current\nm,v,a\n", true, "there is no column phase"),
            ("name,voltage,current,phase\nm,v,a,L4\n", true, "line 2: phase \"L4\" is not one of L1, L2, L3"),
            ("name,voltage,current,phase\nm,v,a,L1\nm,v,b,1\n", true, "line 3: meter \"m\" occurs twice for L1"),
        ] {
            let found = Pairs::read(text.as_bytes(), phases).err().unwrap_or_default();
            assert!(found.contains(why), "{text:?}: {found}");
        }
    }
}
