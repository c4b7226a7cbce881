//! What registries may look like.

use super::*;

fn read(text: &str) -> Result<Registry, String> {
    Registry::read(text.as_bytes())
}

fn meter_of(text: &str, device: &str) -> Meter {
    let (registry, raw) = (read(text).expect("a registry"), format!("{device:?}"));
    match registry.find(&Field::alone(raw.as_bytes()), None) {
        Known::Meter(meter) => meter.clone(),
        other => panic!("{device}: {other:?}"),
    }
}

fn meter(unit: &str, min: Option<f64>, max: Option<f64>) -> Meter {
    let mut meter = Meter { min, max, ..Meter::default() };
    Column::Unit.set(unit, &mut meter).expect("a unit");
    meter
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
    assert!(Registry::read(b"device\n\xff\n").is_err_and(|why| why.contains("byte 8 is not UTF-8")));
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
    let wrong = "a\t1\t2\tV\na\t1\t2\tV\nb\t2\t1\tV\nc\t1\t2\nd\t1\t2\tV\tx\n\"e\t1\t2\tV\nf\tnan\t1\tV\n\t1\t2\tV\n";
    assert_eq!(
        read(wrong).err().unwrap_or_default(),
        "line 2: device \"a\" occurs twice; line 3: the minimum 2 is above the maximum 1; \
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

#[test]
fn further_columns() {
    let text = "device;every;kind;max_rate;max_same;keep;decimals;min;valid_from;valid_to\n\
        a;1,5;counter;0,5/min;20;30d;2;-0,5;;2024-01-01\na;10s;angle;3;30m;;;;2024-01-01;\n";
    let registry = read(text).expect("a registry");
    let raw = b"\"a\"";
    let at = |time: &str| {
        let time =
            crate::reading::time::parse_when(time, 0, Some(&crate::reading::time::TimeZone::UTC)).expect("a time");
        match registry.find(&Field::alone(raw), Some(time)) {
            Known::Meter(meter) => meter.clone(),
            other => panic!("{other:?}"),
        }
    };
    let old = at("2023-12-31T23:59:59Z");
    assert_eq!((old.every, old.kind, old.min, old.decimals), (Some(1_500_000_000), Kind::Counter, Some(-0.5), Some(2)));
    assert_eq!(old.max_rate, Some(Rate { change: 0.5, time: 60_000_000_000 }));
    assert_eq!((old.max_same, old.keep), (Some(Same::Readings(20)), Some(30 * 86_400_000_000_000)));
    let new = at("2024-01-01T00:00:00Z");
    assert_eq!((new.kind, new.max_same), (Kind::Angle, Some(Same::Time(1_800_000_000_000))));
    assert_eq!(new.max_rate, Some(Rate { change: 3.0, time: 1_000_000_000 }));
    assert_eq!(registry.missing(), ["unit", "max"]);
    for (text, why) in [
        ("device,kind\na,meter\n", "line 2: kind \"meter\" is not gauge, counter, angle or state"),
        ("device,every\na,0\n", "line 2: every \"0\" is not a duration"),
        ("device,max_same\na,0\n", "line 2: max_same \"0\" is not a number of readings"),
        ("device,max_rate\na,1/x\n", "line 2: max_rate \"1/x\" is not a change a second"),
        ("device,valid_to\na,2024-01-01\na,\n", "line 3: device \"a\" occurs twice"),
        ("device,valid_from,valid_to\na,2024-01-02,2024-01-01\n", "valid_from is not before valid_to"),
        ("device,valid_to\na,12h\n", "valid_to \"12h\" is not a time"),
        ("device,valid_to\na,midnight\n", "valid_to \"midnight\" is not a time"),
        ("device,warn_min,warn_max\na,2,1\n", "the warning's minimum 2 is above the warning's maximum 1"),
        ("[{\"device\":\"a\",\"every\":true}]", "every true is not text or a number"),
    ] {
        let found = read(text).err().unwrap_or_default();
        assert!(found.contains(why), "{text:?}: {found}");
    }
}

#[test]
fn a_spreadsheet_names_its_separator() {
    let rows = "device;unit;min\r\na;V;-0,5\r\n";
    let wanted = meter("V", Some(-0.5), None);
    for first in ["sep=;", "SEP=;", "\"sep=;\"", "\u{feff}sep=;"] {
        assert_eq!(meter_of(&format!("{first}\r\n{rows}"), "a"), wanted, "{first:?}");
    }
    assert_eq!(meter_of("sep=|\ndevice|unit|min\na|V|-0,5\n", "a"), wanted);
    assert_eq!(meter_of("sep=,\ndevice,unit,min\na,V,-0.5\n", "a"), wanted);
    assert_eq!(meter_of("sep=\t\ndevice\tunit\tmin\na\tV\t-0.5\n", "a"), wanted);
    for (text, why) in [
        ("sep=;\ndevice;min\na;x\n", "line 3: min \"x\" is not a number"),
        ("sep=;\nname;min\na;1\n", "line 2: there is no column device, only: name, min"),
        ("sep=\t\ndevice\tmin\na\tx\n", "line 3: min \"x\" is not a number"),
        ("sep=;;\ndevice;min\na;1\n", "line 1: there is no column device"),
        ("sep=;", "no column device"),
    ] {
        let found = read(text).err().unwrap_or_default();
        assert!(found.contains(why), "{text:?}: {found}");
    }
    assert_eq!(Registry::read(b"\xff\xfed\0").err().unwrap_or_default(), "it is UTF-16: save it as UTF-8");
    let latin1 = Registry::read(b"device;unit\na;\xb0C\n").err().unwrap_or_default();
    assert_eq!(latin1, "byte 15 is not UTF-8: is it latin1? Save it as UTF-8");
}
