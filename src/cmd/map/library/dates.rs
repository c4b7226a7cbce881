//! Times: seconds since the epoch, broken down ones (`[year, month from 0, day, hour, minute, second, weekday, day of the
//! year]`), and texts.

use super::super::limits;
use super::super::number::Number;
use super::super::term::Function;
use super::super::text::described;
use super::super::value::{Outcome, Stop, Value};
use crate::reading::time;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(super) fn find(name: &str, arguments: usize) -> Option<Function> {
    Some(match (name, arguments) {
        ("gmtime", 0) => |v| broken_down(&zoned(&v[0], TimeZone::UTC, "gmtime")?),
        ("localtime", 0) => |v| broken_down(&zoned(&v[0], TimeZone::system(), "localtime")?),
        ("mktime", 0) => |v| make_time(&v[0]),
        ("strftime", 1) => |v| format(v, TimeZone::UTC, "strftime"),
        ("strflocaltime", 1) => |v| format(v, TimeZone::system(), "strflocaltime"),
        ("strptime", 1) => |v| parse(&v[0], &v[1]),
        ("totime", 2) => |v| to_time(&v[0], &v[1], &v[2]),
        ("localtime", 1) => |v| local_time(&v[0], &v[1]),
        ("fromdateiso8601", 0) => |v| from_rfc3339(&v[0]),
        _ => return None,
    })
}

/// A format is at most this long.
const LONGEST: usize = 4096;

/// What using a time counts.
const WORK: u64 = 20;

fn wrong(value: &Value, name: &str) -> Box<Stop> {
    Stop::error(match value {
        Value::Array(_) => format!("{name} requires parsed datetime inputs"),
        _ => format!("{name}() requires a number: {}", described(value)),
    })
}

/// Seconds since the epoch as a time in a zone.
fn zoned(value: &Value, zone: TimeZone, name: &str) -> Outcome<Zoned> {
    limits::work(WORK)?;
    let seconds = value.as_number().map(Number::double).ok_or_else(|| wrong(value, name))?;
    let micros = (seconds * 1e6).round();
    let time = Timestamp::from_microsecond(micros as i64);
    Ok(time.map_err(|_| Stop::error(format!("{} is no time", described(value))))?.to_zoned(zone))
}

fn broken_down(time: &Zoned) -> Outcome<Value> {
    let nanos = time.subsec_nanosecond();
    let second = match nanos {
        0 => Value::int(i64::from(time.second())),
        _ => Value::double(f64::from(time.second()) + f64::from(nanos) / 1e9),
    };
    Value::array(vec![
        Value::int(i64::from(time.year())),
        Value::int(i64::from(time.month()) - 1),
        Value::int(i64::from(time.day())),
        Value::int(i64::from(time.hour())),
        Value::int(i64::from(time.minute())),
        second,
        Value::int(i64::from(time.weekday().to_sunday_zero_offset())),
        Value::int(i64::from(time.day_of_year()) - 1),
    ])
}

/// A broken down time; what is not there is zero, or the first day.
fn civil(value: &Value, name: &str) -> Outcome<DateTime> {
    limits::work(WORK)?;
    let parts = value.as_array().ok_or_else(|| wrong(value, name))?;
    let part = |place: usize, least: f64| match parts.get(place) {
        None => Ok(least),
        Some(part) => {
            part.as_number().map(Number::double).filter(|part| part.is_finite()).ok_or_else(|| wrong(value, name))
        }
    };
    let second = part(5, 0.0)?;
    let nanos = (second.fract() * 1e9) as i32;
    // A cast goes to the nearest that there is, and what is no date is refused.
    let date = DateTime::new(
        part(0, 1970.0)? as i16,
        (part(1, 0.0)? as i8).saturating_add(1),
        part(2, 1.0)? as i8,
        part(3, 0.0)? as i8,
        part(4, 0.0)? as i8,
        second as i8,
        nanos.max(0),
    );
    date.map_err(|_| Stop::error(format!("{name}: {} is no date", described(value))))
}

fn make_time(value: &Value) -> Outcome<Value> {
    if !matches!(value, Value::Array(_)) {
        return Err(Stop::error("mktime requires array of 6 numbers"));
    }
    let time = civil(value, "mktime")?.to_zoned(TimeZone::UTC);
    let time = time.map_err(|_| Stop::error(format!("{} is no time", described(value))))?;
    Ok(Value::int(time.timestamp().as_second()))
}

fn format(v: &[Value], zone: TimeZone, name: &str) -> Outcome<Value> {
    let spelling = v[1].as_text().ok_or_else(|| Stop::error(format!("{name}/1 requires a string format")))?;
    limits::work(WORK + spelling.len() as u64)?;
    if spelling.len() > LONGEST {
        return Err(Stop::error(format!("{name}/1: the format is too long")));
    }
    let time = match &v[0] {
        Value::Number(_) => zoned(&v[0], zone, name)?,
        Value::Array(_) => {
            let name = format!("{name}/1");
            let time = civil(&v[0], &name)?.to_zoned(zone);
            time.map_err(|_| Stop::error(format!("{} is no time", described(&v[0]))))?
        }
        other => return Err(wrong(other, &format!("{name}/1"))),
    };
    match strtime::format(spelling, &time) {
        Ok(text) => Ok(Value::text(text)),
        Err(_) => Err(Stop::error(format!("{name}/1: {} is no format", described(&v[1])))),
    }
}

fn parse(value: &Value, spelling: &Value) -> Outcome<Value> {
    let text = value.as_text();
    let text = text
        .ok_or_else(|| Stop::error(format!("strptime/1 requires string inputs and arguments: {}", described(value))))?;
    let spelling = spelling.as_text().ok_or_else(|| Stop::error("strptime/1 requires string inputs and arguments"))?;
    limits::work(WORK + (text.len() + spelling.len()) as u64)?;
    let read = || -> Option<DateTime> {
        // The name of a zone says nothing here: as in jq, the clock's reading counts.
        let time = match spelling.strip_suffix("%Z") {
            Some(spelling) => {
                let end = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                BrokenDownTime::parse(spelling, end).ok()?
            }
            None => BrokenDownTime::parse(spelling, text).ok()?,
        };
        match time.timestamp() {
            Some(second) => Some(Timestamp::from_second(second.as_second()).ok()?.to_zoned(TimeZone::UTC).datetime()),
            None => time.to_datetime().or_else(|_| time.to_date().map(DateTime::from)).ok(),
        }
    };
    let no_match = || Stop::error(format!("date {} does not match format \"{spelling}\"", described(value)));
    let time = read().ok_or_else(no_match)?.to_zoned(TimeZone::UTC).map_err(|_| no_match())?;
    broken_down(&time)
}

/// The zone of that name.
fn zone(value: &Value) -> Outcome<TimeZone> {
    limits::work(10 * WORK)?;
    let name = value.as_text().ok_or_else(|| Stop::error(format!("{} is no time zone", described(value))))?;
    time::parse_zone(name).map_err(Stop::error)
}

/// A text in a format, of clocks in a zone, as RFC 3339 in UTC.
fn to_time(value: &Value, format: &Value, place: &Value) -> Outcome<Value> {
    let zone = zone(place)?;
    let no_text = |value: &Value| Stop::error(format!("totime needs texts: {}", described(value)));
    let text = value.as_text().ok_or_else(|| no_text(value))?;
    let format = format.as_text().ok_or_else(|| no_text(format))?;
    limits::work(WORK + (text.len() + format.len()) as u64)?;
    let spelling = time::Spelling::new(None, vec![format.to_owned()], Some(zone));
    let ns = spelling.parse_text(text).map_err(Stop::error)?;
    let mut written = Vec::new();
    time::write_rfc3339(ns, &mut written);
    Ok(Value::text(String::from_utf8_lossy(&written).into_owned()))
}

/// A time as RFC 3339 with the offset of a zone.
fn local_time(value: &Value, place: &Value) -> Outcome<Value> {
    let zone = zone(place)?;
    let no_time = || Stop::error(format!("{} is no time", described(value)));
    let ns = match value {
        Value::Text(text) => time::parse_rfc3339(text.as_str().as_bytes()).map_err(|_| no_time())?,
        Value::Number(Number::Int(seconds)) => seconds.checked_mul(1_000_000_000).ok_or_else(no_time)?,
        Value::Number(number) => {
            let ns = (number.double() * 1e6).round() * 1e3;
            if ns.abs() < 9.2e18 { ns as i64 } else { return Err(no_time()) }
        }
        _ => return Err(no_time()),
    };
    let mut written = Vec::new();
    time::Shown::new(Some(zone), None).map_err(Stop::error)?.write(ns, &mut written);
    Ok(Value::text(String::from_utf8_lossy(&written).into_owned()))
}

/// RFC 3339, with a fraction and an offset, too.
fn from_rfc3339(value: &Value) -> Outcome<Value> {
    limits::work(WORK)?;
    let no_match = || Stop::error(format!("date {} does not match format \"%Y-%m-%dT%H:%M:%SZ\"", described(value)));
    let time: Timestamp = value.as_text().ok_or_else(no_match)?.parse().map_err(|_| no_match())?;
    Ok(match time.subsec_nanosecond() {
        0 => Value::int(time.as_second()),
        _ => Value::double(time.as_nanosecond() as f64 / 1e9),
    })
}
