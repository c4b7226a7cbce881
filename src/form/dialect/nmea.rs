//! Sentences of NMEA 0183, as instruments aboard ships and weather stations send them: `$WIMWV,214.8,R,0.1,K,A*28`.
//!
//! A sentence whose checksum is wrong is no record. The usual ones have fields with names, in SI units or those of the
//! sentence; others have their fields by number. Source: the NMEA 0183 sentence tables as published by gpsd
//! (<https://gpsd.gitlab.io/gpsd/NMEA.html>).

use super::value::Numbers;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;

/// What a field of a sentence is.
#[derive(Clone, Copy)]
enum Field {
    /// Nothing, or said by another one.
    Skip,
    Number(&'static str),
    Text(&'static str),
    /// `ddmm.mmmm`, and its hemisphere in the next field.
    Degrees(&'static str),
    /// `hhmmss.ss`.
    Clock,
    /// `ddmmyy`.
    Date,
}

use Field::{Clock, Date, Degrees, Number, Skip, Text};

/// The fields of the sentences that are known, by the last three letters of their names.
const SENTENCES: [(&str, &[Field]); 12] = [
    (
        "RMC",
        &[
            Clock,
            Text("status"),
            Degrees("latitude"),
            Skip,
            Degrees("longitude"),
            Skip,
            Number("speed_kn"),
            Number("course"),
            Date,
        ],
    ),
    (
        "GGA",
        &[
            Clock,
            Degrees("latitude"),
            Skip,
            Degrees("longitude"),
            Skip,
            Number("quality"),
            Number("satellites"),
            Number("hdop"),
            Number("altitude"),
        ],
    ),
    ("GLL", &[Degrees("latitude"), Skip, Degrees("longitude"), Skip, Clock, Text("status")]),
    ("MWV", &[Number("wind_angle"), Text("reference"), Number("wind_speed"), Text("unit"), Text("status")]),
    (
        "MWD",
        &[
            Number("wind_direction"),
            Skip,
            Number("wind_direction_magnetic"),
            Skip,
            Number("wind_speed_kn"),
            Skip,
            Number("wind_speed"),
        ],
    ),
    (
        "MDA",
        &[
            Number("pressure_inhg"),
            Skip,
            Number("pressure_bar"),
            Skip,
            Number("air_temperature"),
            Skip,
            Number("water_temperature"),
            Skip,
            Number("humidity"),
            Number("absolute_humidity"),
            Number("dew_point"),
            Skip,
            Number("wind_direction"),
            Skip,
            Number("wind_direction_magnetic"),
            Skip,
            Number("wind_speed_kn"),
            Skip,
            Number("wind_speed"),
        ],
    ),
    ("MTW", &[Number("water_temperature")]),
    ("MTA", &[Number("air_temperature")]),
    ("MMB", &[Number("pressure_inhg"), Skip, Number("pressure_bar")]),
    ("HDT", &[Number("heading")]),
    ("DBT", &[Number("depth_ft"), Skip, Number("depth")]),
    ("VTG", &[Number("course"), Skip, Number("course_magnetic"), Skip, Number("speed_kn"), Skip, Number("speed_kmh")]),
];

/// Appends the record of a sentence. False: the line is empty.
pub(super) fn record(line: &str, to: &mut Vec<u8>) -> Result<bool> {
    let wrong = |why: String| Error::data(Code::Nmea, why);
    let line = line.trim();
    if line.is_empty() {
        return Ok(false);
    }
    let body = line.strip_prefix(['$', '!']).ok_or_else(|| wrong("it begins with neither $ nor !".to_owned()))?;
    let body = match body.split_once('*') {
        None => body,
        Some((body, sum)) => {
            let found = body.bytes().fold(0u8, |sum, byte| sum ^ byte);
            let wanted = u8::from_str_radix(sum, 16).ok().filter(|_| sum.len() == 2);
            match wanted {
                None => return Err(wrong(format!("{sum:?} is no checksum: two hexadecimal digits"))),
                Some(wanted) if wanted != found => {
                    return Err(wrong(format!("the checksum is {found:02X}, not {wanted:02X}")));
                }
                Some(_) => body,
            }
        }
    };
    let mut values = body.split(',');
    let address = values.next().unwrap_or_default();
    if address.len() < 3 || !address.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong(format!("{address:?} is no name of a sentence")));
    }
    let values: Vec<&str> = values.collect();
    let mut writer = Writer { to, date: None, clock: None };
    writer.to.extend_from_slice(b"{\"sentence\":");
    json::write_string(address, writer.to);
    let kind = address.get(address.len() - 3..).unwrap_or_default();
    match SENTENCES.iter().find(|(name, _)| *name == kind) {
        _ if address.starts_with('P') => writer.by_number(&values),
        Some((_, fields)) => writer.named(fields, &values)?,
        None if kind == "XDR" => writer.transducers(&values),
        None => writer.by_number(&values),
    }
    writer.time()?;
    to.push(b'}');
    Ok(true)
}

struct Writer<'t, 'v> {
    to: &'t mut Vec<u8>,
    date: Option<&'v str>,
    clock: Option<&'v str>,
}

impl<'v> Writer<'_, 'v> {
    fn key(&mut self, name: &str) {
        self.to.push(b',');
        json::write_string(name, self.to);
        self.to.push(b':');
    }

    /// A number, or what is sent in its place.
    fn value(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        self.key(name);
        // Angles have zeros in front.
        let (sign, digits) = value.strip_prefix('-').map_or(("", value), |digits| ("-", digits));
        let digits = digits.trim_start_matches('0');
        let zero = if digits.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
        let number = format!("{sign}{zero}{digits}");
        match Numbers::default().read(&number) {
            Some(number) => self.to.extend_from_slice(number.as_bytes()),
            None => json::write_string(value, self.to),
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.key(name);
            json::write_string(value, self.to);
        }
    }

    fn by_number(&mut self, values: &[&str]) {
        for (i, value) in values.iter().enumerate() {
            self.value(&format!("field{}", i + 1), value);
        }
    }

    fn named(&mut self, fields: &[Field], values: &[&'v str]) -> Result<()> {
        for (i, field) in fields.iter().enumerate() {
            let value = values.get(i).copied().unwrap_or_default();
            match field {
                Skip => {}
                Number(name) => self.value(name, value),
                Text(name) => self.text(name, value),
                Degrees(name) if !value.is_empty() => {
                    let degrees = degrees(value, values.get(i + 1).copied().unwrap_or_default());
                    let degrees =
                        degrees.ok_or_else(|| Error::data(Code::Nmea, format!("{value:?} is no {name}: ddmm.mmmm")))?;
                    self.key(name);
                    json::write_f64(degrees, self.to);
                }
                Degrees(_) => {}
                Clock => self.clock = Some(value).filter(|value| !value.is_empty()),
                Date => self.date = Some(value).filter(|value| !value.is_empty()),
            }
        }
        Ok(())
    }

    /// `XDR`: groups of kind, value, unit and name.
    fn transducers(&mut self, values: &[&str]) {
        for (i, group) in values.chunks(4).enumerate() {
            let name = group.get(3).copied().filter(|name| !name.is_empty());
            let name = name.map_or_else(|| format!("transducer{}", i + 1), str::to_owned);
            self.value(&name, group.get(1).copied().unwrap_or_default());
            self.text(&format!("{name}_unit"), group.get(2).copied().unwrap_or_default());
        }
    }

    /// A date and a clock are a time; a clock alone is none.
    fn time(&mut self) -> Result<()> {
        let Some(clock) = self.clock else { return Ok(()) };
        let wrong = || Error::data(Code::Time, format!("{clock:?} is no time: hhmmss"));
        let is_clock = clock.len() >= 6 && clock.bytes().take(6).all(|byte| byte.is_ascii_digit());
        if !is_clock || !clock.is_ascii() {
            return Err(wrong());
        }
        let clock = format!("{}:{}:{}{}", &clock[..2], &clock[2..4], &clock[4..6], &clock[6..]);
        let Some(date) = self.date else {
            self.text("clock", &clock);
            return Ok(());
        };
        if date.len() != 6 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::data(Code::Time, format!("{date:?} is no date: ddmmyy")));
        }
        let year: u16 = date[4..].parse().unwrap_or_default();
        // Two digits: a receiver that has a date has one since the satellites fly.
        let year = if year >= 80 { 1900 + year } else { 2000 + year };
        self.text("time", &format!("{year}-{}-{}T{clock}Z", &date[2..4], &date[..2]));
        Ok(())
    }
}

/// Degrees from degrees and minutes; south and west are negative.
fn degrees(text: &str, hemisphere: &str) -> Option<f64> {
    let point = text.find('.').unwrap_or(text.len());
    let (whole, minutes) = text.split_at_checked(point.checked_sub(2)?)?;
    // A sign, an exponent or `inf` is no part of them.
    if whole.len() > 3 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: f64 = if whole.is_empty() { 0.0 } else { whole.parse().ok()? };
    let is_plain = minutes.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let minutes: f64 = minutes.parse().ok().filter(|minutes| is_plain && (0.0..60.0).contains(minutes))?;
    // The eleventh decimal of a degree is a thousandth of a millimetre.
    let degrees = json::round(whole + minutes / 60.0, 10);
    match hemisphere {
        "N" | "E" | "" => Some(degrees),
        "S" | "W" => Some(-degrees),
        _ => None,
    }
}
