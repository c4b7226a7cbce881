//! The registry of meters: which devices there are, and for each its unit and its range.
//!
//! Decision: a device is compared as text, so that `7` in a record is the `7` of a CSV file, which has no types.
//! What is doubtful in a registry (a device twice, a minimum above the maximum, a stray quote that swallows
//! lines) ends the command before the first record: a wrong registry would reject or pass a whole stream.

use crate::diag;
use crate::error::{Error, Result};
use crate::json::{self, Kind, Member};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

/// What is known of one device. What is not known is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meter {
    pub(super) unit: Option<Box<str>>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
}

impl Meter {
    /// The value lies in the meter's range, its ends included.
    pub(super) fn allows(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    /// What values it allows, in words.
    pub(super) fn range(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("a number from {min} to {max}"),
            (Some(min), None) => format!("a number of at least {min}"),
            (None, Some(max)) => format!("a number of at most {max}"),
            (None, None) => "a number".to_owned(),
        }
    }
}

/// The meters by device.
pub(super) struct Registry {
    meters: HashMap<Box<[u8]>, Meter, RandomState>,
}

impl Registry {
    /// Reads a registry: CSV, or JSON if it begins with a bracket.
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
            Entry::Occupied(_) => Err(format!("device {device:?} is there twice")),
            Entry::Vacant(entry) => {
                entry.insert(meter);
                Ok(())
            }
        }
    }

    fn read_csv(&mut self, text: &str, name: &str) -> Result<(), String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| e.to_string())?.clone();
        let column = |wanted: &str| -> Result<Option<usize>, String> {
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == wanted).map(|(i, _)| i);
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(format!("line 1: the column {wanted} is there twice")),
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
                diag::warn("validate", "meters", format_args!("{name} has no column {what}: it is not checked"));
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
        // A quote that is never closed makes one field of all the lines behind it.
        if row.iter().any(|field| field.contains('\n')) {
            return Err("a line break inside quotes: is there a stray quote?".to_owned());
        }
        let field = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|field| !field.is_empty());
        let number = |what: &str, at| match field(at) {
            None => Ok(None),
            Some(text) => number(text).map(Some).ok_or(format!("{what} {text:?} is not a number")),
        };
        let [min, max] = range;
        let meter = Meter { unit: field(unit).map(Box::from), min: number("min", min)?, max: number("max", max)? };
        self.add(field(Some(device)).unwrap_or_default(), meter)
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
            (_, Some(_)) => Err(format!("{place}: {name} is there twice")),
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
        Some(member) => Some(member.text(entry).ok_or_else(|| wrong("unit", member, "text"))?.into()),
    };
    let device = match find("device")? {
        None => None,
        Some(member) => Some(match (member.text(entry), member.kind()) {
            (Some(text), _) => text.into_owned(),
            (None, Kind::Number) => String::from_utf8_lossy(member.value(entry)).into_owned(),
            _ => return Err(wrong("device", member, "text or a number")),
        }),
    };
    Ok((Meter { unit, min: number("min")?, max: number("max")? }, device))
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
        Meter { unit: (!unit.is_empty()).then(|| unit.into()), min, max }
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
            ("device,min,min\na,1,2\n", "line 1: the column min is there twice"),
            ("device,unit,min,max\na,V,1,2\na,V,1,2\n", "line 3: device \"a\" is there twice"),
            ("device,min,max\nx,1,1\na,2,1\n", "line 3: the minimum 2 is above the maximum 1"),
            ("device,min\na,x\n", "line 2: min \"x\" is not a number"),
            ("device,max\na,inf\n", "line 2: max \"inf\" is not a number"),
            ("device,max\na,NaN\n", "line 2: max \"NaN\" is not a number"),
            ("device,max\na,\"1\nb,2\n", "line 2: a line break inside quotes"),
            ("[]", "there is no device in it"),
            ("{}", "there is no device in it"),
            ("{\"a\":1}", "line 1: a meter must be an object"),
            ("[\n{\"device\":\"a\"},\n{\"unit\":\"V\"}]", "line 3: there is no device"),
            ("[{\"device\":\"a\"},{\"device\":\"a\"}]", "device \"a\" is there twice"),
            ("{\"a\":{},\n\"a\":{}}", "line 2: device \"a\" is there twice"),
            ("{\"a\":{\"min\":\"1\"}}", "min \"1\" is not a number"),
            ("{\"a\":{\"min\":1,\"min\":2}}", "min is there twice"),
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
        assert!(range.allows(0.1) && range.allows(0.3) && !range.allows(0.300_000_1) && !range.allows(-0.1));
        assert!(meter("", None, Some(1.0)).allows(f64::MIN) && meter("", Some(1.0), None).allows(f64::MAX));
    }
}
