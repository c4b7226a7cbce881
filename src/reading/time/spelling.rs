//! How the times of some records are spelled.

use super::amount;
use super::fold::{Fold, Moment};
use super::instant::{RANGE, nanoseconds, timestamp};
use super::iso;
use super::rfc3339::{self, parse_rfc3339};
use super::unit::Unit;
use crate::reading::json;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// How the times of some records are spelled.
///
/// RFC 3339 and numbers are always read; what is named here is read beside them. A time without an offset is looked up in
/// `zone`. Where the clocks were put back `fold` says which of the two it is; where they were put forward and it never
/// was, it is refused.
#[derive(Clone, Debug)]
pub struct Spelling {
    /// What numbers count.
    pub unit: Unit,
    /// The user named `unit`. Only then is a number read that is text.
    pub unit_given: bool,
    /// How text is spelled if it is not RFC 3339: jiff's strptime.
    pub formats: Vec<String>,
    /// Where a time without an offset was taken.
    pub zone: TimeZone,
    /// Whether the user named `zone`. Only then is a time without an offset read without a format.
    pub zone_given: bool,
    /// Which time is meant that comes twice.
    pub fold: Fold,
}

impl Default for Spelling {
    /// RFC 3339 with an offset, numbers in seconds.
    fn default() -> Spelling {
        Spelling::new(None, Vec::new(), None)
    }
}

impl Spelling {
    /// Numbers in `unit`, by default seconds; text as one of the formats says, or RFC 3339; in `zone` where it has no offset.
    pub fn new(unit: Option<Unit>, formats: Vec<String>, zone: Option<TimeZone>) -> Spelling {
        Spelling {
            unit: unit.unwrap_or_default(),
            unit_given: unit.is_some(),
            formats,
            zone_given: zone.is_some(),
            zone: zone.unwrap_or(TimeZone::UTC),
            fold: Fold::default(),
        }
    }

    /// The same, with this for times that come twice.
    pub fn folding(self, fold: Fold) -> Spelling {
        Spelling { fold, ..self }
    }

    /// Text can be nothing but RFC 3339.
    pub fn is_plain(&self) -> bool {
        self.formats.is_empty() && !self.zone_given && !self.unit_given
    }

    /// A local time may come twice, and which it is depends on the times before it.
    pub fn infers(&self) -> bool {
        let is_local = self.zone_given || !self.formats.is_empty();
        is_local && self.fold == Fold::Infer && self.zone.to_fixed_offset().is_err()
    }

    /// Reads a time spelled as text, without what came before it; nanoseconds.
    ///
    /// # Errors
    ///
    /// Those of [`read_text`](Self::read_text), and a time that comes twice where that is not wanted.
    pub fn parse_text(&self, text: &str) -> Result<i64, String> {
        match self.read_text(text)? {
            Moment::Plain(time) | Moment::Local(time) => Ok(time),
            Moment::Twice { first, second } => self.one_of(text, first, second),
        }
    }

    /// That one of the two times that is meant, without what came before it.
    ///
    /// # Errors
    ///
    /// Where neither is wanted.
    pub fn one_of(&self, text: &str, first: i64, second: i64) -> Result<i64, String> {
        match self.fold {
            Fold::Infer | Fold::Earlier => Ok(first),
            Fold::Later => Ok(second),
            Fold::Reject => {
                let zone = self.zone_words();
                Err(format!("{text} comes twice in {zone}: the clocks were put back (--fold earlier, later or infer)"))
            }
        }
    }

    /// Reads a time spelled as text.
    ///
    /// RFC 3339; if a zone was given, the same without an offset; as one of the formats says, with its offset (`%z`, `%:z`),
    /// zone (`%Q`) or epoch (`%s`) if it has one; if a unit was given, a number of it. A date alone is its midnight.
    ///
    /// # Errors
    ///
    /// Another spelling, a time that never was in `zone`, or one out of range. It says what to do where that is known.
    pub fn read_text(&self, text: &str) -> Result<Moment, String> {
        let is_integer = || matches!(text.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
        if self.unit_given && self.formats.is_empty() && is_integer() {
            return self.parse_number(text.as_bytes()).map(Moment::Local);
        }
        let why = match parse_rfc3339(text.as_bytes()) {
            Ok(time) => return Ok(Moment::Plain(time)),
            Err(why) => why,
        };
        let naive = match rfc3339::civil(text.as_bytes()) {
            Ok((civil, [])) => Some(civil),
            _ => None,
        };
        if let Some(civil) = naive.filter(|_| self.zone_given) {
            return self.resolve(civil.to_jiff().ok_or(RANGE)?);
        }
        let mut faults = Vec::new();
        for format in &self.formats {
            match self.parse_format(text, format) {
                Ok(moment) => return Ok(moment),
                Err(fault) => faults.push(fault),
            }
        }
        let is_number = json::is_number(text.as_bytes());
        if is_number && self.unit_given {
            return self.parse_number(text.as_bytes()).map(Moment::Local);
        }
        let spelled = iso::as_rfc3339(text).filter(|spelled| spelled != text);
        if let Some(moment) = spelled.as_deref().and_then(|spelled| self.read_iso(spelled)) {
            return moment;
        }
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let naive = naive.or_else(|| rfc3339::civil(spelled.as_deref()?.as_bytes()).ok().map(|(civil, _)| civil));
        Err(match () {
            () if naive.is_some() => format!("{why} (--tz ZONE says where its clock is)"),
            () if is_number => format!("{why} (--time-unit s, ms, us or ns reads numbers that are text)"),
            () if is_like_rfc3339(text) => why.to_owned(),
            () => format!("{why} (--time-format FORMAT reads others)"),
        })
    }

    /// Reads what is RFC 3339 but for its spelling; `None`: it is no time, or nobody knows where its clock is.
    fn read_iso(&self, spelled: &str) -> Option<Result<Moment, String>> {
        if let Ok(time) = parse_rfc3339(spelled.as_bytes()) {
            return Some(Ok(Moment::Local(time)));
        }
        match rfc3339::civil(spelled.as_bytes()) {
            Ok((civil, [])) if self.zone_given => Some(self.resolve(civil.to_jiff()?)),
            _ => None,
        }
    }

    fn parse_format(&self, text: &str, format: &str) -> Result<Moment, String> {
        let told = |error: jiff::Error| format!("not in the format `{format}`: {error}");
        let parsed = BrokenDownTime::parse(format, text).map_err(told)?;
        // It is read as the second before it, which is another time.
        let sixties = |text: &str| text.matches("60").count();
        if parsed.second() == Some(59) && parsed.to_string(format).is_ok_and(|read| sixties(text) > sixties(&read)) {
            return Err(rfc3339::LEAP.to_owned());
        }
        if let Some(timestamp) = parsed.timestamp() {
            let fraction = i64::from(parsed.subsec_nanosecond().unwrap_or(0));
            let ns = nanoseconds(timestamp)?;
            // `-1.5` is a second and a half before the epoch, but its `%s` is -1, and of `-0.5` it
            // is 0.
            let before = ns < 0 || text.trim_start().starts_with('-');
            let ns = if before { ns.checked_sub(fraction) } else { ns.checked_add(fraction) };
            return Ok(Moment::Local(ns.ok_or(RANGE)?));
        }
        if parsed.iana_time_zone().is_some() {
            return nanoseconds(parsed.to_zoned().map_err(told)?.timestamp()).map(Moment::Local);
        }
        if parsed.offset().is_some() {
            return nanoseconds(parsed.to_timestamp().map_err(told)?).map(Moment::Local);
        }
        self.resolve(parsed.to_datetime().map_err(told)?)
    }

    fn resolve(&self, dt: DateTime) -> Result<Moment, String> {
        let at = |offset: Offset| nanoseconds(offset.to_timestamp(dt).map_err(|_| RANGE)?);
        match self.zone.to_ambiguous_timestamp(dt).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset).map(Moment::Local),
            AmbiguousOffset::Fold { before, after } => Ok(Moment::Twice { first: at(before)?, second: at(after)? }),
            AmbiguousOffset::Gap { .. } => {
                Err(format!("{dt} never was in {}: the clocks were put forward", self.zone_words()))
            }
        }
    }

    /// What a clock in the zone shows then: RFC 3339 without an offset.
    pub fn naive(&self, time: i64) -> String {
        self.zone.to_datetime(timestamp(time)).to_string()
    }

    fn zone_words(&self) -> &str {
        self.zone.iana_name().unwrap_or("this time zone")
    }

    /// Reads a number since the epoch; nanoseconds. `raw` is a checked JSON number, exponents and
    /// all. It is exact, not by way of `f64`; digits beyond a nanosecond are rounded to the nearest
    /// one, a half to the even one.
    ///
    /// # Errors
    ///
    /// A number out of range, or none at all.
    pub fn parse_number(&self, raw: &[u8]) -> Result<i64, String> {
        let unit = self.unit;
        amount::scaled(raw, unit.power()).map_err(|why| match Unit::likely(raw).filter(|&likely| likely != unit) {
            Some(likely) => format!("{why} (--time-unit {likely}?)"),
            None => why.to_owned(),
        })
    }

    /// Appends `ns` nanoseconds as a JSON number in the unit: an integer if it is one, else with as
    /// many digits as it needs. [`parse_number`](Self::parse_number) reads the same time back.
    pub fn write_number(&self, ns: i64, to: &mut Vec<u8>) {
        if ns < 0 {
            to.push(b'-');
        }
        let ns = ns.unsigned_abs();
        // A division by what the compiler knows is none.
        match self.unit {
            Unit::Seconds => amount::write_decimal(ns, 9, to),
            Unit::Millis => amount::write_decimal(ns, 6, to),
            Unit::Micros => amount::write_decimal(ns, 3, to),
            Unit::Nanos => amount::write_decimal(ns, 0, to),
        }
    }
}

/// It begins with a date as RFC 3339 has it.
fn is_like_rfc3339(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reading::time::parse_zone;

    fn spelling(format: Option<&str>, zone: Option<&str>) -> Spelling {
        let formats = format.into_iter().map(String::from).collect();
        Spelling::new(None, formats, zone.map(|name| parse_zone(name).unwrap()))
    }

    fn utc(text: &str) -> i64 {
        parse_rfc3339(text.as_bytes()).unwrap()
    }

    fn numbers(unit: Unit) -> Spelling {
        Spelling { unit, ..Spelling::default() }
    }

    fn written(unit: Unit, ns: i64) -> String {
        let mut to = Vec::new();
        numbers(unit).write_number(ns, &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn units_have_names() {
        for name in ["s", "ms", "us", "ns"] {
            assert_eq!(name.parse::<Unit>().unwrap().to_string(), name);
        }
        assert!("sec".parse::<Unit>().unwrap_err().contains("s, ms, us or ns"));
    }

    #[test]
    fn text_without_a_format() {
        let plain = spelling(None, None);
        assert_eq!(plain.parse_text("2024-04-27T14:23:55.123Z"), Ok(1_714_227_835_123_000_000));
        assert!(plain.parse_text("2024-04-27 14:23:55").unwrap_err().contains("no offset"));
        let berlin = spelling(None, Some("Europe/Berlin"));
        for text in ["2024-04-27 14:23:55.123", "2024-04-27T14:23:55.123", "2024-04-27T12:23:55.123Z"] {
            assert_eq!(berlin.parse_text(text), Ok(utc("2024-04-27T12:23:55.123Z")), "{text}");
        }
        assert!(berlin.parse_text("2024-04-27 14:23:55 CEST").is_err());
        assert!(berlin.parse_text("2024-02-30 14:23:55").is_err());
    }

    #[test]
    fn a_gap_is_refused_and_a_fold_is_the_earlier() {
        let berlin = spelling(None, Some("Europe/Berlin"));
        let error = berlin.parse_text("2024-03-31 02:30:00").unwrap_err();
        assert!(error.contains("never was in Europe/Berlin"), "{error}");
        assert_eq!(berlin.parse_text("2024-03-31 03:00:00"), Ok(utc("2024-03-31T01:00:00Z")));
        assert_eq!(berlin.parse_text("2024-10-27 02:30:00"), Ok(utc("2024-10-27T00:30:00Z")));
        assert_eq!(berlin.parse_text("2024-10-27 03:00:00"), Ok(utc("2024-10-27T02:00:00Z")));
    }

    #[test]
    fn text_with_a_format() {
        let cases = [
            ("%d.%m.%Y %H:%M:%S", "27.04.2024 14:23:55", "2024-04-27T12:23:55Z"),
            ("%d.%m.%Y %H:%M:%S%.f", "27.04.2024 14:23:55.5", "2024-04-27T12:23:55.5Z"),
            ("%Y-%m-%d", "2024-04-27", "2024-04-26T22:00:00Z"),
            ("%Y%m%dT%H%M%S%z", "20240427T142355+0000", "2024-04-27T14:23:55Z"),
            ("%F %T %:z", "2024-04-27 14:23:55 +05:30", "2024-04-27T08:53:55Z"),
            ("%F %T %Q", "2024-04-27 14:23:55 America/New_York", "2024-04-27T18:23:55Z"),
            ("%m/%d/%y %I:%M %p", "4/27/24 2:23 PM", "2024-04-27T12:23:00Z"),
            ("%s", "1714227835", "2024-04-27T14:23:55Z"),
            ("%s%.f", "1714227835.25", "2024-04-27T14:23:55.25Z"),
            ("%s%.f", "-1.5", "1969-12-31T23:59:58.5Z"),
            ("%s%.f", "-0.5", "1969-12-31T23:59:59.5Z"),
            ("t=%s%.f", "t=-1.5", "1969-12-31T23:59:58.5Z"),
        ];
        for (format, text, time) in cases {
            let spelling = spelling(Some(format), Some("Europe/Berlin"));
            assert_eq!(spelling.parse_text(text), Ok(utc(time)), "{format} {text}");
        }
        let dotted = spelling(Some("%d.%m.%Y %H:%M"), None);
        assert_eq!(dotted.parse_text("27.04.2024 14:23"), Ok(utc("2024-04-27T14:23:00Z")));
        for bad in ["", "27.04.2024", "31.02.2024 10:00", "27.04.2024 14:23:55", "01.01.2500 00:00"] {
            assert!(dotted.parse_text(bad).is_err(), "{bad}");
        }
        assert!(spelling(Some("%"), None).parse_text("x").is_err());
        assert!(spelling(Some("%H:%M"), None).parse_text("10:00").is_err());
    }

    #[test]
    fn numbers_are_exact() {
        let cases: [(Unit, &str, i64); 18] = [
            (Unit::Seconds, "1696996803.9", 1_696_996_803_900_000_000),
            (Unit::Seconds, "1696996803", 1_696_996_803_000_000_000),
            (Unit::Seconds, "1696996803.123456789", 1_696_996_803_123_456_789),
            (Unit::Seconds, "1.6969968039e9", 1_696_996_803_900_000_000),
            (Unit::Seconds, "16969968039E-1", 1_696_996_803_900_000_000),
            (Unit::Seconds, "17e8", 1_700_000_000_000_000_000),
            (Unit::Seconds, "-0.5", -500_000_000),
            (Unit::Seconds, "-0", 0),
            (Unit::Seconds, "0e999999999999999999999", 0),
            (Unit::Seconds, "1e-999999999999999999999", 0),
            (Unit::Seconds, "9223372036.854775807", i64::MAX),
            (Unit::Seconds, "-9223372036.854775808", i64::MIN),
            (Unit::Millis, "1696996803900", 1_696_996_803_900_000_000),
            (Unit::Micros, "1696996803900000.001", 1_696_996_803_900_000_001),
            (Unit::Nanos, "9223372036854775807", i64::MAX),
            (Unit::Nanos, "0.5", 0),
            (Unit::Nanos, "1.5", 2),
            (Unit::Nanos, "0.50000000000000000000000000001", 1),
        ];
        for (unit, raw, ns) in cases {
            assert_eq!(numbers(unit).parse_number(raw.as_bytes()), Ok(ns), "{raw} {unit}");
        }
        for raw in ["9223372036.854775808", "9223372036.8547758075", "1e300", "1e99999999999999999999", "99999999999"] {
            assert!(numbers(Unit::Seconds).parse_number(raw.as_bytes()).is_err(), "{raw}");
        }
        for raw in ["", "-", "abc", "1x", "1e", "1e+", "1.2.3", "\"1\"", "."] {
            assert_eq!(numbers(Unit::Seconds).parse_number(raw.as_bytes()), Err("not a number".into()), "{raw}");
        }
    }

    #[test]
    fn numbers_are_written_as_short_as_they_are() {
        assert_eq!(written(Unit::Seconds, 1_696_996_803_900_000_000), "1696996803.9");
        assert_eq!(written(Unit::Seconds, 1_696_996_803_000_000_000), "1696996803");
        assert_eq!(written(Unit::Seconds, -1_500_000_000), "-1.5");
        assert_eq!(written(Unit::Seconds, -1), "-0.000000001");
        assert_eq!(written(Unit::Millis, 1_000_001), "1.000001");
        assert_eq!(written(Unit::Micros, 0), "0");
        assert_eq!(written(Unit::Nanos, i64::MIN), "-9223372036854775808");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn numbers_come_back(ns in any::<i64>()) {
            for unit in [Unit::Seconds, Unit::Millis, Unit::Micros, Unit::Nanos] {
                let text = written(unit, ns);
                prop_assert_eq!(numbers(unit).parse_number(text.as_bytes()), Ok(ns));
                prop_assert_eq!(crate::reading::json::check(text.as_bytes()), Ok(crate::reading::json::Kind::Number));
            }
        }

        #[test]
        fn rounding_is_to_the_nearest(whole in -1000i64..1000, fraction in 0u32..1000) {
            let text = format!("{}{}.{fraction:03}", if whole < 0 { "-" } else { "" }, whole.abs());
            let thousandths = whole.abs() * 1000 + i64::from(fraction);
            let (down, rest) = (thousandths / 1000, thousandths % 1000);
            let up = rest > 500 || rest == 500 && down % 2 == 1;
            let size = down + i64::from(up);
            let ns = if whole < 0 { -size } else { size };
            prop_assert_eq!(numbers(Unit::Nanos).parse_number(text.as_bytes()), Ok(ns));
        }

        #[test]
        fn naive_times_are_what_jiff_says(ns in -5_000_000_000i64..5_000_000_000, zone in "Europe/Berlin|America/New_York|Asia/Kolkata|Pacific/Apia") {
            let spelling = spelling(None, Some(&zone));
            let dt = spelling.zone.to_datetime(timestamp(ns * 1_000_000_000));
            let ours = spelling.parse_text(&dt.to_string()).unwrap();
            let theirs = spelling.zone.to_ambiguous_timestamp(dt).earlier().unwrap();
            prop_assert_eq!(i128::from(ours), theirs.as_nanosecond());
        }

        #[test]
        fn any_text_is_at_most_an_error(text in "\\PC{0,30}", format in "[%a-zA-Z:. -]{0,12}") {
            let _ = spelling(None, Some("Europe/Berlin")).parse_text(&text);
            let _ = spelling(Some(&format), None).parse_text(&text);
            let _ = numbers(Unit::Millis).parse_number(text.as_bytes());
        }
    }
}
