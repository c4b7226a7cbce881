//! What the clocks of a zone show, for people and for names of files.

use super::instant::timestamp;
use super::rfc3339::{MINUTE, SECOND, minute, write_rfc3339};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// How times leave for people: as RFC 3339 with the offset of a zone, or in a format.
#[derive(Clone, Debug)]
pub struct Shown {
    zone: TimeZone,
    format: Option<String>,
}

impl Shown {
    /// `format`: as strftime has it; the zone is UTC if there is none.
    ///
    /// # Errors
    ///
    /// A format that says nothing.
    pub fn new(zone: Option<TimeZone>, format: Option<String>) -> Result<Shown, String> {
        let shown = Shown { zone: zone.unwrap_or(TimeZone::UTC), format };
        if let Some(format) = &shown.format {
            shown.formatted(format, 0).map_err(|why| format!("{format:?} is no format of times: {why}"))?;
        }
        Ok(shown)
    }

    /// Times are in a format of the user's.
    pub fn has_format(&self) -> bool {
        self.format.is_some()
    }

    /// Appends a time.
    pub fn write(&self, ns: i64, to: &mut Vec<u8>) {
        match &self.format {
            // Checked by `new`.
            Some(format) => to.extend_from_slice(self.formatted(format, ns).unwrap_or_default().as_bytes()),
            None => self.write_offset(ns, to),
        }
    }

    fn formatted(&self, format: &str, ns: i64) -> Result<String, jiff::Error> {
        strtime::format(format, &timestamp(ns).to_zoned(self.zone.clone()))
    }

    /// An offset with seconds, as before 1972, has no spelling: such a time is in UTC.
    fn write_offset(&self, ns: i64, to: &mut Vec<u8>) {
        let offset = offset(ns, &self.zone);
        let shown = ns.checked_add(offset * SECOND).filter(|_| self.zone != TimeZone::UTC && offset % 60 == 0);
        write_rfc3339(shown.unwrap_or(ns), to);
        if shown.is_some() {
            to.pop();
            push_offset(offset, to);
        }
    }
}

/// Appends `YYYY-MM-DD HH:MM:SS.mmm±HH:MM`: what the clocks in `zone` show, with their offset from UTC at that instant.
/// Digits beyond a millisecond are cut off, and an offset's seconds, which no zone has had since 1972.
pub fn write_local(ns: i64, zone: &TimeZone, to: &mut Vec<u8>) {
    let offset = offset(ns, zone);
    write_clock(ns.saturating_add(offset * SECOND), b' ', b':', to);
    push_offset(offset, to);
}

/// `+02:00`
fn push_offset(offset: i64, to: &mut Vec<u8>) {
    let minutes = offset.unsigned_abs() / 60;
    to.push(if offset < 0 { b'-' } else { b'+' });
    to.extend_from_slice(&two_digits((minutes / 60) as u32));
    to.push(b':');
    to.extend_from_slice(&two_digits((minutes % 60) as u32));
}

/// `YYYY-MM-DDTHH-MM-SS.mmm`: what the clocks in `zone` show, as a name of a file may contain it.
pub fn stamp(ns: i64, zone: &TimeZone) -> String {
    let mut text = Vec::with_capacity(23);
    write_clock(ns.saturating_add(offset(ns, zone) * SECOND), b'T', b'-', &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Seconds east of UTC.
fn offset(ns: i64, zone: &TimeZone) -> i64 {
    if *zone == TimeZone::UTC { 0 } else { zone.to_offset(timestamp(ns)).seconds().into() }
}

fn two_digits(n: u32) -> [u8; 2] {
    [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8]
}

fn write_clock(ns: i64, between: u8, colon: u8, to: &mut Vec<u8>) {
    let mut text = minute(ns.div_euclid(MINUTE));
    (text[10], text[13]) = (between, colon);
    to.extend_from_slice(&text);
    let millis = (ns.rem_euclid(MINUTE) / 1_000_000) as u32;
    to.push(colon);
    to.extend_from_slice(&two_digits(millis / 1000));
    to.push(b'.');
    to.push(b'0' + (millis / 100 % 10) as u8);
    to.extend_from_slice(&two_digits(millis % 100));
}

#[cfg(test)]
mod tests {
    use super::super::{parse_rfc3339, parse_zone};
    use super::*;

    #[test]
    fn clocks_with_the_offset_of_the_moment() {
        for (time, zone, shown, name) in [
            ("2024-07-03T09:46:40.123456Z", "UTC", "2024-07-03 09:46:40.123+00:00", "2024-07-03T09-46-40.123"),
            ("2024-07-03T09:46:40.1Z", "Europe/Berlin", "2024-07-03 11:46:40.100+02:00", "2024-07-03T11-46-40.100"),
            ("2024-01-03T23:46:40Z", "Europe/Berlin", "2024-01-04 00:46:40.000+01:00", "2024-01-04T00-46-40.000"),
            ("2023-11-14T22:13:20Z", "Asia/Kolkata", "2023-11-15 03:43:20.000+05:30", "2023-11-15T03-43-20.000"),
            ("2023-11-14T22:13:20Z", "-00:30", "2023-11-14 21:43:20.000-00:30", "2023-11-14T21-43-20.000"),
            ("1969-12-31T23:59:59.999Z", "UTC", "1969-12-31 23:59:59.999+00:00", "1969-12-31T23-59-59.999"),
        ] {
            let (ns, zone) = (parse_rfc3339(time.as_bytes()).unwrap(), parse_zone(zone).unwrap());
            let mut text = Vec::new();
            write_local(ns, &zone, &mut text);
            assert_eq!((String::from_utf8(text).unwrap(), stamp(ns, &zone)), (shown.into(), name.into()));
        }
        for end in [i64::MIN, i64::MAX] {
            assert_eq!(stamp(end, &parse_zone("Asia/Kolkata").unwrap()).len(), 23);
        }
    }
}
