//! Many times in a row, most of them in the same minute as the one before: the work of the calendar is done once a
//! minute.

use super::rfc3339::{MINUTE, SECOND, fraction, minute, parse_rfc3339, two, write_in_minute};

/// The minute of the last time that was read or written.
#[derive(Clone, Copy, Debug)]
pub struct Minute {
    /// `YYYY-MM-DDTHH:MM`
    text: [u8; 16],
    /// Its beginning, ns.
    start: i64,
}

impl Default for Minute {
    fn default() -> Minute {
        Minute { text: minute(0), start: 0 }
    }
}

impl Minute {
    /// As [`parse_rfc3339`].
    ///
    /// # Errors
    ///
    /// Those of [`parse_rfc3339`].
    #[inline]
    pub fn parse(&mut self, text: &[u8]) -> Result<i64, &'static str> {
        if let Some((minute, [b':', a, b, rest @ ..])) = text.split_first_chunk()
            && *minute == self.text
            && let Some(ns) = self.parse_second([*a, *b], rest)
        {
            return Ok(ns);
        }
        let ns = parse_rfc3339(text)?;
        // As it is written, and in UTC.
        if let Some((minute, [.., b'Z' | b'z'])) = text.split_first_chunk()
            && minute[10] == b'T'
            && let Some(start) = ns.checked_sub(ns.rem_euclid(MINUTE))
        {
            *self = Minute { text: *minute, start };
        }
        Ok(ns)
    }

    /// A time of this minute in UTC out of its seconds and what is behind them; `None`: it has to be looked at as a whole.
    #[inline(always)]
    fn parse_second(&self, [tens, ones]: [u8; 2], rest: &[u8]) -> Option<i64> {
        let second = two(tens, ones);
        let (nanos, rest) = match rest {
            [b'.', ..] => fraction(rest).ok()?,
            _ => (0, rest),
        };
        if second > 59 || !matches!(rest, [b'Z' | b'z']) {
            return None;
        }
        self.start.checked_add(i64::from(second) * SECOND + i64::from(nanos))
    }

    /// As `time::write_rfc3339`.
    #[inline]
    pub fn write(&mut self, ns: i64, to: &mut Vec<u8>) {
        if let Some(behind @ 0..MINUTE) = ns.checked_sub(self.start) {
            return write_in_minute(self.text, behind, to);
        }
        let behind = ns.rem_euclid(MINUTE);
        let text = minute(ns.div_euclid(MINUTE));
        // The beginning of the very first minute is no i64.
        if let Some(start) = ns.checked_sub(behind) {
            *self = Minute { text, start };
        }
        write_in_minute(text, behind, to);
    }
}

#[cfg(test)]
mod tests {
    use super::super::write_rfc3339;
    use super::*;
    use proptest::prelude::*;

    /// As those that are read and written one by one, whatever came before.
    fn agrees(minute: &mut Minute, text: &str) {
        assert_eq!(minute.parse(text.as_bytes()), parse_rfc3339(text.as_bytes()), "{text}");
        if let Ok(ns) = parse_rfc3339(text.as_bytes()) {
            let (mut ours, mut whole) = (Vec::new(), Vec::new());
            minute.write(ns, &mut ours);
            write_rfc3339(ns, &mut whole);
            assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&whole), "{text}");
        }
    }

    #[test]
    fn a_minute_says_what_each_of_its_times_says() {
        let mut minute = Minute::default();
        for text in [
            "2024-04-27T14:23:55Z",
            "2024-04-27T14:23:05.000000001Z",
            "2024-04-27T14:23:59.9999999999Z",
            "2024-04-27T14:23:60Z",
            "2024-04-27T14:23:61Z",
            "2024-04-27T14:23:60.5Z",
            "2024-04-27T14:23:5Z",
            "2024-04-27T14:23Z",
            "2024-04-27T14:23:55",
            "2024-04-27T14:23:55.Z",
            "2024-04-27T14:23:55.25+02:00",
            "2024-04-27T14:23:55.25z",
            "2024-04-27T14:24:00Z",
            "2024-04-27t14:25:00z",
            "2024-04-27 14:25:00.5z",
            "2024-04-27T14:25:00.5z",
            "2024-13-27T14:25:00Z",
            "2262-04-11T23:47:16.854775807Z",
            "2262-04-11T23:47:16.854775808Z",
            "1677-09-21T00:12:43.145224192Z",
            "1677-09-21T00:12:43.145224191Z",
            "2262-04-11T23:47:16Z",
            "1677-09-21T00:13:00Z",
            "1677-09-21T00:12:59Z",
            "1969-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
        ] {
            agrees(&mut minute, text);
            agrees(&mut minute, text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_minute_is_no_memory(texts in proptest::collection::vec("2024-04-2[78][Tt ]14:2[34]:[0-6][0-9](\\.[0-9]{1,10})?([Zz]|\\+01:00)?", 1..20)) {
            let mut minute = Minute::default();
            texts.iter().for_each(|text| agrees(&mut minute, text));
        }
    }
}
