//! The registry of meters: which devices there are, and for each its unit and its range.
//!
//! Decision: a device is compared as text, so that `7` in a record is the `7` of a CSV file, which has no types.
//! What is doubtful in a registry (a device twice, a minimum above the maximum, a stray quote that swallows
//! lines) ends the command before the first record: a wrong registry would reject or pass a whole stream.
//! Units of electricity are compared as what they are: a record in mV is compared with a range in V.

use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};
use crate::reading::unit::Unit;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

/// The columns of a TSV file without a header.
const TSV_COLUMNS: [&str; 4] = ["device", "min", "max", "unit"];

/// What is known of one device. What is not known is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meter {
    unit: Option<Box<str>>,
    /// What that is, if it is one of electricity.
    electric: Option<Unit>,
    min: Option<f64>,
    max: Option<f64>,
}

/// How the values of a record are to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// As they are.
    Same,
    /// In this unit, the range being in the other one.
    From(Unit, Unit),
}

impl Scale {
    fn apply(self, value: f64) -> f64 {
        match self {
            Scale::Same => value,
            Scale::From(from, to) => from.convert(value, to).unwrap_or(value),
        }
    }
}

impl Meter {
    fn new(unit: Option<&str>, min: Option<f64>, max: Option<f64>) -> Meter {
        Meter { unit: unit.map(Box::from), electric: unit.and_then(Unit::parse), min, max }
    }

    pub(super) fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// How a record's values are compared that has this unit; `None`: it is another one.
    pub(super) fn scale(&self, unit: &str) -> Option<Scale> {
        match self.unit() {
            None => Some(Scale::Same),
            Some(own) if own == unit => Some(Scale::Same),
            Some(_) => {
                let (from, to) = (Unit::parse(unit)?, self.electric?);
                (from.quantity == to.quantity).then_some(Scale::From(from, to))
            }
        }
    }

    /// The value is in the meter's range, its ends included.
    pub(super) fn allows(&self, value: f64, scale: Scale) -> bool {
        let value = scale.apply(value);
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// What values it allows, in words.
    pub(super) fn range(&self, scale: Scale) -> String {
        let unit = match (scale, self.unit()) {
            (Scale::From(..), Some(unit)) => format!(" {unit}"),
            _ => String::new(),
        };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}{unit}"),
            (Some(min), None) => format!("a number of at least {min}{unit}"),
            (None, Some(max)) => format!("a number of at most {max}{unit}"),
            (None, None) => "a number".to_owned(),
        }
    }
}

/// The meters by device.
pub(super) struct Registry {
    meters: HashMap<Box<[u8]>, Meter, RandomState>,
}

impl Registry {
    /// Reads a registry: JSON if it begins with a bracket, else CSV, or TSV if its first line has a tab.
    pub(super) fn open(path: &Path) -> Result<Registry> {
        let name = format!("meters file {}", path.display());
        let bytes = std::fs::read(path).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
        Registry::read(&bytes, &name)
    }

    fn read(bytes: &[u8], name: &str) -> Result<Registry> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = str::from_utf8(bytes)
            .map_err(|e| Error::usage(format!("read {name}: byte {} is not UTF-8", e.valid_up_to() + 1)))?;
        let mut registry = Registry { meters: HashMap::default() };
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => registry.read_json(text.as_bytes()),
            _ if rows(text).next().is_some_and(|(_, row)| row.contains('\t')) => registry.read_tsv(text),
            _ => registry.read_csv(text, name),
        }
        .map_err(|why| Error::usage(format!("read {name}: {why}")))?;
        if registry.meters.is_empty() {
            return Err(Error::usage(format!("read {name}: there is no device in it")));
        }
        Ok(registry)
    }

    /// The meter of a device: its text, or its digits if it is a number.
    pub(super) fn meter(&self, device: &[u8]) -> Option<&Meter> {
        self.meters.get(device)
    }

    fn add(&mut self, device: &str, meter: Meter) -> Result<(), String> {
        if device.is_empty() {
            return Err("the device has no name".to_owned());
        }
        if let (Some(min), Some(max)) = (meter.min, meter.max)
            && min > max
        {
            return Err(format!("the minimum {min} is above the maximum {max}"));
        }
        match self.meters.entry(device.as_bytes().into()) {
            Entry::Occupied(_) => Err(format!("device {device:?} occurs twice")),
            Entry::Vacant(entry) => {
                entry.insert(meter);
                Ok(())
            }
        }
    }

    /// The meters' server's file: device, minimum, maximum, unit between tabs, without a header; or with one, which then
    /// says the order. All that is wrong is told, each with its line.
    fn read_tsv(&mut self, text: &str) -> Result<(), String> {
        let mut header: Option<[Option<usize>; 4]> = None;
        let mut wrong = Vec::new();
        for (index, (line, row)) in rows(text).enumerate() {
            let fields: Vec<&str> = row.split('\t').map(str::trim).collect();
            let column = |name: &str| fields.iter().position(|field| *field == name);
            if index == 0 && column("device").is_some() {
                header = Some(TSV_COLUMNS.map(column));
                continue;
            }
            let read = match (&fields[..], &header) {
                _ if row.contains('"') => Err("a quote: between tabs nothing is quoted".to_owned()),
                (_, Some(order)) => {
                    self.read_fields(order.map(|at| at.and_then(|at| fields.get(at)).copied().unwrap_or_default()))
                }
                (&[device, min, max, unit], None) => self.read_fields([device, min, max, unit]),
                (_, None) => Err(format!("{} fields between tabs, not 4: {}", fields.len(), TSV_COLUMNS.join(", "))),
            };
            wrong.extend(read.err().map(|why| format!("line {line}: {why}")));
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    /// Device, minimum, maximum, unit; an empty one is not known.
    fn read_fields(&mut self, [device, min, max, unit]: [&str; 4]) -> Result<(), String> {
        let number = |what: &str, text: &str| match text {
            "" => Ok(None),
            text => number(text).map(Some).ok_or(format!("{what} {text:?} is not a number")),
        };
        let unit = (!unit.is_empty()).then_some(unit);
        self.add(device, Meter::new(unit, number("min", min)?, number("max", max)?))
    }

    fn read_csv(&mut self, text: &str, name: &str) -> Result<(), String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| e.to_string())?.clone();
        let column = |wanted: &str| -> Result<Option<usize>, String> {
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(i, _)| i);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(format!("line 1: the column {wanted} occurs twice")),
                (first, None) => Ok(first),
            }
        };
        let Some(device) = column("device")? else {
            let names = header.iter().collect::<Vec<_>>().join(", ");
            return Err(format!("line 1: there is no column device, only: {names}"));
        };
        let (unit, min, max) = (column("unit")?, column("min")?, column("max")?);
        for (what, found) in [("unit", unit), ("min", min), ("max", max)] {
            if found.is_none() {
                diag::warn(Code::Unchecked, format_args!("{name} has no column {what}: it is not checked"));
            }
        }
        for row in reader.records() {
            let row = row.map_err(|e| e.to_string())?;
            self.read_row(&row, device, unit, [min, max]).map_err(|why| {
                let offset = row.position().map_or(0, |at| at.byte() as usize);
                // Of `\r\n` the reader leaves the `\n` to the next row.
                let breaks = text.as_bytes()[offset..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                format!("line {}: {why}", line_of(text.as_bytes(), offset + breaks))
            })?;
        }
        Ok(())
    }

    fn read_row(
        &mut self,
        row: &csv::StringRecord,
        device: usize,
        unit: Option<usize>,
        range: [Option<usize>; 2],
    ) -> Result<(), String> {
        // A quote that is never closed makes one field of all the lines after it.
        if row.iter().any(|field| field.contains('\n')) {
            return Err("a line break inside quotes: is there a stray quote?".to_owned());
        }
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
        let [min, max] = range.map(field);
        self.read_fields([field(Some(device)), min, max, field(unit)])
    }

    /// An array of objects, or an object by device; either perhaps as the one member `meters` of an object.
    fn read_json(&mut self, text: &[u8]) -> Result<(), String> {
        let at = |bad: json::Bad| format!("line {}: {}", line_of(text, bad.offset), bad.what);
        let kind = json::check(text).map_err(at)?;
        let mut whole = text;
        let mut members = Vec::new();
        if kind == Kind::Object {
            json::members(text, &mut members).map_err(at)?;
            if let [only] = members[..]
                && only.key_is(text, "meters")
            {
                whole = only.value(text);
                members.clear();
                if only.kind() == Kind::Object {
                    json::members(whole, &mut members).map_err(|bad| bad.to_string())?;
                }
            }
        }
        // Both slices are of one text: the difference of their addresses is an offset into it.
        let line = |part: &[u8]| line_of(text, part.as_ptr().addr().saturating_sub(text.as_ptr().addr()));
        if !members.is_empty() || whole.trim_ascii_start().first() == Some(&b'{') {
            for member in &members {
                let value = member.value(whole);
                let place = format!("line {}", line(value));
                let meter = meter(&place, value)?.0;
                self.add(&member.key_text(whole), meter).map_err(|why| format!("{place}: {why}"))?;
            }
            return Ok(());
        }
        for element in json::elements(whole) {
            let place = format!("line {}", line(element));
            let (meter, device) = meter(&place, element)?;
            let device = device.ok_or(format!("{place}: there is no device"))?;
            self.add(&device, meter).map_err(|why| format!("{place}: {why}"))?;
        }
        Ok(())
    }
}

/// One entry of a JSON registry, with its device if that is named in it.
fn meter(place: &str, entry: &[u8]) -> Result<(Meter, Option<String>), String> {
    let mut members = Vec::new();
    json::members(entry, &mut members).map_err(|_| format!("{place}: a meter must be an object"))?;
    let find = |name: &str| -> Result<Option<&Member>, String> {
        let mut found = members.iter().filter(|member| member.key_is(entry, name));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(format!("{place}: {name} occurs twice")),
            (first, None) => Ok(first.filter(|member| member.kind() != Kind::Null)),
        }
    };
    let wrong = |name: &str, member: &Member, what: &str| {
        format!("{place}: {name} {} is not {what}", String::from_utf8_lossy(member.value(entry)))
    };
    let number = |name: &str| match find(name)? {
        None => Ok(None),
        Some(member) => member.number(entry).map(Some).ok_or_else(|| wrong(name, member, "a number")),
    };
    let unit = match find("unit")? {
        None => None,
        Some(member) => Some(member.text(entry).ok_or_else(|| wrong("unit", member, "text"))?),
    };
    let device = match find("device")? {
        None => None,
        Some(member) => Some(match (member.text(entry), member.kind()) {
            (Some(text), _) => text.into_owned(),
            (None, Kind::Number) => String::from_utf8_lossy(member.value(entry)).into_owned(),
            _ => return Err(wrong("device", member, "text or a number")),
        }),
    };
    Ok((Meter::new(unit.as_deref(), number("min")?, number("max")?), device))
}

/// The lines of a table with their numbers; blank ones and comments are none.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines());
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// A decimal number; no infinity, no NaN.
fn number(text: &str) -> Option<f64> {
    let is_decimal = |b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    text.parse().ok().filter(|x: &f64| text.bytes().all(is_decimal) && x.is_finite())
}

fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|&&b| b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Registry, String> {
        Registry::read(text.as_bytes(), "meters file m").map_err(|e| e.to_string())
    }

    fn meter_of(text: &str, device: &str) -> Meter {
        read(text).expect("a registry").meter(device.as_bytes()).expect("a device").clone()
    }

    fn meter(unit: &str, min: Option<f64>, max: Option<f64>) -> Meter {
        Meter::new((!unit.is_empty()).then_some(unit), min, max)
    }

    #[test]
    fn csv_in_any_order_with_further_columns() {
        let text = "\u{feff}max,note, unit ,device,min\r\n260,\"a, b\", V ,m1,180\r\n,,,m2,\r\n5e1,x,Ω,7,-.5\r\n9\r\n";
        assert_eq!(meter_of(text.trim_end_matches("9\r\n"), "m1"), meter("V", Some(180.0), Some(260.0)));
        assert_eq!(meter_of(text.trim_end_matches("9\r\n"), "m2"), Meter::default());
        assert_eq!(meter_of(text.trim_end_matches("9\r\n"), "7"), meter("Ω", Some(-0.5), Some(50.0)));
        assert!(read(text).is_err_and(|why| why.contains("line 5: the device has no name")));
    }

    #[test]
    fn json_in_all_its_forms() {
        let wanted = meter("V", Some(0.0), None);
        for text in [
            r#"[{"device":"m","unit":"V","min":0,"other":[1]}]"#,
            r#"{"m":{"unit":"V","min":0,"max":null}}"#,
            r#" {"meters":{"m":{"unit":"V","min":0}}}"#,
            r#"{"meters":[{"device":"m","unit":"V","min":0}]}"#,
        ] {
            assert_eq!(meter_of(text, "m"), wanted, "{text}");
        }
        assert_eq!(meter_of(r#"[{"device":7}]"#, "7"), Meter::default());
    }

    #[test]
    fn what_is_doubtful_is_refused_with_its_line() {
        for (text, why) in [
            ("", "no column device"),
            ("device,unit\n", "there is no device in it"),
            ("dev,unit\na,V\n", "line 1: there is no column device, only: dev, unit"),
            ("device,min,min\na,1,2\n", "line 1: the column min occurs twice"),
            ("device,unit,min,max\na,V,1,2\na,V,1,2\n", "line 3: device \"a\" occurs twice"),
            ("device,min,max\nx,1,1\na,2,1\n", "line 3: the minimum 2 is above the maximum 1"),
            ("device,min\na,x\n", "line 2: min \"x\" is not a number"),
            ("device,max\na,inf\n", "line 2: max \"inf\" is not a number"),
            ("device,max\na,NaN\n", "line 2: max \"NaN\" is not a number"),
            ("device,max\na,\"1\nb,2\n", "line 2: a line break inside quotes"),
            ("[]", "there is no device in it"),
            ("{}", "there is no device in it"),
            ("{\"a\":1}", "line 1: a meter must be an object"),
            ("[\n{\"device\":\"a\"},\n{\"unit\":\"V\"}]", "line 3: there is no device"),
            ("[{\"device\":\"a\"},{\"device\":\"a\"}]", "device \"a\" occurs twice"),
            ("{\"a\":{},\n\"a\":{}}", "line 2: device \"a\" occurs twice"),
            ("{\"a\":{\"min\":\"1\"}}", "min \"1\" is not a number"),
            ("{\"a\":{\"min\":1,\"min\":2}}", "min occurs twice"),
            ("{\"a\":{\"unit\":1}}", "unit 1 is not text"),
            ("{\"a\":{\"min\":2,\"max\":1}}", "the minimum 2 is above the maximum 1"),
            ("[{\"device\":true}]", "device true is not text or a number"),
            ("{\n\"a\":{},}", "line 2: expected a key in quotes"),
        ] {
            let found = read(text).err().unwrap_or_default();
            assert!(found.contains(why), "{text:?}: {found}");
        }
        assert!(Registry::read(b"device\n\xff\n", "m").is_err_and(|e| e.to_string().contains("byte 8 is not UTF-8")));
    }

    #[test]
    fn ranges_include_their_ends() {
        let range = meter("", Some(0.1), Some(0.3));
        let allows = |value| range.allows(value, Scale::Same);
        assert!(allows(0.1) && allows(0.3) && !allows(0.300_000_1) && !allows(-0.1));
        assert!(meter("", None, Some(1.0)).allows(f64::MIN, Scale::Same));
        assert!(meter("", Some(1.0), None).allows(f64::MAX, Scale::Same));
    }
    #[test]
    fn tabs_with_and_without_a_header() {
        let shipped = "\u{feff}10.0.0.1\t0\t110\tВ\r\n\r\n# of the laboratory\n 10.0.0.2 \t0.2\t\t А \n";
        assert_eq!(meter_of(shipped, "10.0.0.1"), meter("В", Some(0.0), Some(110.0)));
        assert_eq!(meter_of(shipped, "10.0.0.2"), meter("А", Some(0.2), None));
        let header = "unit\tdevice\tnote\tmax\nV\tm\tx\t5\nA\tn\n";
        assert_eq!(meter_of(header, "m"), meter("V", None, Some(5.0)));
        assert_eq!(meter_of(header, "n"), meter("A", None, None));
        let wrong =
            "a\t1\t2\tV\na\t1\t2\tV\nb\t2\t1\tV\nc\t1\t2\nd\t1\t2\tV\tx\n\"e\t1\t2\tV\nf\tnan\t1\tV\n\t1\t2\tV\n";
        assert_eq!(
            read(wrong).err().unwrap_or_default(),
            "read meters file m: line 2: device \"a\" occurs twice; line 3: the minimum 2 is above the maximum 1; \
            line 4: 3 fields between tabs, not 4: device, min, max, unit; line 5: 5 fields between tabs, not 4: device, \
            min, max, unit; line 6: a quote: between tabs nothing is quoted; line 7: min \"nan\" is not a number; \
            line 8: the device has no name"
        );
    }

    #[test]
    fn units_are_compared_as_what_they_are() {
        let volts = meter("В", Some(180.0), Some(260.0));
        let allows = |unit: &str, value| volts.scale(unit).map(|scale| volts.allows(value, scale));
        for (unit, value) in [("В", 180.0), ("V", 260.0), ("mV", 260_000.0), ("kV", 0.18), ("кВ", 0.26)] {
            assert_eq!(allows(unit, value), Some(true), "{unit}");
        }
        assert_eq!((allows("kV", 200.0), allows("mV", 260_001.0)), (Some(false), Some(false)));
        for unit in ["A", "W", "°C", "", "v"] {
            assert_eq!(allows(unit, 200.0), None, "{unit}");
        }
        assert_eq!(volts.scale("kV").map(|scale| volts.range(scale)).as_deref(), Some("a number from 180 to 260 В"));
        // Units of other quantities are compared as text.
        let warm = meter("°C", None, None);
        assert_eq!(
            (warm.scale("°C"), warm.scale("K"), meter("", None, None).scale("K")),
            (Some(Scale::Same), None, Some(Scale::Same))
        );
    }
}
