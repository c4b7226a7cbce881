//! Any bytes, in every spelling of lines: a record that is made is one JSON object, and nothing panics.

#![no_main]

use kymo::dialect::{Dialect, Header, Names, Nulls, Numbers, TSV_TIME, Times};
use kymo::json;
use kymo::time::{Spelling, Unit};
use libfuzzer_sys::fuzz_target;

fn dialects() -> [Dialect; 7] {
    let times = |unit, format: Option<&str>| {
        let formats = format.into_iter().map(str::to_owned).collect();
        Times::new("time", Spelling::new(Some(unit), formats, None))
    };
    let names = || Names::parse("device,time,value").expect("names");
    [
        Dialect::Raw,
        Dialect::Nmea,
        Dialect::Bare(Numbers::default(), Nulls::default()),
        Dialect::tsv(names(), times(Unit::Seconds, Some(TSV_TIME))),
        Dialect::csv(Some(names()), times(Unit::Seconds, None)),
        Dialect::csv(None, times(Unit::Seconds, None)),
        Dialect::Influx(times(Unit::Nanos, None)),
    ]
}

fuzz_target!(|text: &[u8]| {
    for dialect in dialects() {
        let mut header = Header::default();
        for line in text.split(|&b| b == b'\n') {
            let (mut record, mut members) = (Vec::new(), Vec::new());
            if let Ok(true) = dialect.record(line, &mut header, &mut record, &mut members) {
                let mut found = Vec::new();
                json::members(&record, &mut found).expect("an object");
                assert!(members.is_empty() || members == found);
                assert!(!record.contains(&b'\n'));
            }
        }
    }
});
