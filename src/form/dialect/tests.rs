use super::*;
use crate::reading::json;
use crate::reading::time::{self, Spelling};
use proptest::prelude::*;
use std::cell::Cell;

fn times(format: Option<&str>) -> Times {
    let formats = format.into_iter().map(str::to_owned).collect();
    Times {
        field: "time".to_owned(),
        spelling: Spelling::new(Some(time::Unit::Seconds), formats, None),
        doubtful: Cell::default(),
    }
}

fn names(text: &str) -> Names {
    Names::parse(text).expect("names")
}

fn tsv() -> Dialect {
    Dialect::tsv(names("device,time,value"), times(Some(TSV_TIME)))
}

fn influx() -> Dialect {
    let spelling = Spelling::new(Some(time::Unit::Nanos), Vec::new(), None);
    Dialect::Influx(Times { field: "time".to_owned(), spelling, doubtful: Cell::default() })
}

/// The record of a line, or `code: why`.
fn read(dialect: &Dialect, header: &mut Header, line: &str) -> String {
    let (mut to, mut members) = (Vec::new(), Vec::new());
    match dialect.record(line.as_bytes(), header, &mut to, &mut members) {
        Ok(true) => {
            let mut found = Vec::new();
            json::members(&to, &mut found).expect("an object");
            assert!(members.is_empty() || members == found, "{members:?}, not {found:?}");
            serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&to).expect("an object");
            String::from_utf8(to).expect("UTF-8")
        }
        Ok(false) => "none".to_owned(),
        Err(why) => format!("{}: {why}", why.code().word()),
    }
}

fn one(dialect: &Dialect, line: &str) -> String {
    read(dialect, &mut Header::default(), line)
}

#[test]
fn tabs() {
    let cases = [
        (
            "10.0.0.1\t2024.04.27 14:23:55.123456\t230.50",
            r#"{"device":"10.0.0.1","time":"2024-04-27T14:23:55.123456Z","value":230.50}"#,
        ),
        ("a b\t2024-04-27T14:23:55+02:00\t-1e2", r#"{"device":"a b","time":"2024-04-27T12:23:55Z","value":-1e2}"#),
        (" 7 \t 1714227835.5 \t 1_0 ", r#"{"device":7,"time":"2024-04-27T14:23:55.5Z","value":"1_0"}"#),
        ("\"x\t1\tinf", r#"{"device":"\"x","time":"1970-01-01T00:00:01Z","value":"inf"}"#),
        ("x\t1\t", r#"{"device":"x","time":"1970-01-01T00:00:01Z"}"#),
        ("\t\t", "{}"),
        ("x\t1", "columns: 2 columns, not 3: device, time, value"),
        ("x", "columns: 1 column, not 3: device, time, value"),
        ("x\t1\t2\t3", "columns: 4 columns, not 3: device, time, value"),
        ("\tx\t1\t2", "columns: 4 columns, not 3: device, time, value"),
        ("x\tnow\t3", "time: \"now\" is not a time: not in the format `%Y.%m.%d %H:%M:%S%.f`"),
    ];
    for (line, wanted) in cases {
        let found = one(&tsv(), line);
        assert!(found.starts_with(wanted), "{line:?}: {found}");
    }
    let given = Dialect::tsv(names("time"), times(Some("%d.%m.%Y %H:%M")));
    assert_eq!(one(&given, "27.04.2024 14:23"), r#"{"time":"2024-04-27T14:23:00Z"}"#);
    // A format is a spelling more.
    assert_eq!(one(&given, "1714227835"), r#"{"time":"2024-04-27T14:23:55Z"}"#);
}

/// What is not a JSON number stays the text that it is: `validate` says what is wrong with it.
#[test]
fn numbers_are_those_of_json() {
    for number in ["0", "-0.0", "1.50", "1e5", "1E-2", "12345678901234567890"] {
        assert_eq!(one(&tsv(), &format!("\t\t{number}")), format!("{{\"value\":{number}}}"));
    }
    for (number, wanted) in [("+1", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("1.", "1"), ("-1.", "-1"), ("true", "true")]
    {
        assert_eq!(one(&tsv(), &format!("\t\t{number}")), format!("{{\"value\":{wanted}}}"));
    }
    for text in
        ["01", "1,5", "0x10", "+", ".", "1.2.3", "True", "NaN", "-", "1 2", "٣", "+-5", "5..", "-.", ".e5", "10.0.0.86"]
    {
        assert_eq!(one(&tsv(), &format!("\t\t{text}")), format!("{{\"value\":\"{text}\"}}"));
    }
}

#[test]
fn commas() {
    let csv = Dialect::csv(None, times(None));
    let mut header = Header::default();
    assert_eq!(read(&csv, &mut header, "\u{feff}time, device ,\"a \"\"b\"\"\""), "none");
    assert_eq!(
        read(&csv, &mut header, "1, x y ,\"5\""),
        r#"{"time":"1970-01-01T00:00:01Z","device":"x y","a \"b\"":"5"}"#
    );
    assert_eq!(read(&csv, &mut header, ",\"a,b\" , "), r#"{"device":"a,b"}"#);
    assert_eq!(read(&csv, &mut header, ",\"\","), r#"{"device":""}"#);
    for (line, why) in [
        ("1,2", "columns: 2 columns, not 3"),
        ("1,\"2", "columns: column 2: a quote is not closed"),
        ("1,\"2\"3,4", "columns: column 2: there is text after a closing quote"),
        (",xy\",", "columns: column 2: there is a quote at the end of a value that has none before it"),
    ] {
        assert!(read(&csv, &mut header, line).starts_with(why), "{line}");
    }
    for wrong in ["a,a", "a,,b", "", "\"a", "a,21.5", "-1", "1e5,a", "2024-04-27T14:23:05Z,a", "a,+.5"] {
        let mut header = Header::default();
        assert!(read(&csv, &mut header, wrong).starts_with("columns: the first line: "), "{wrong}");
        assert_eq!(read(&csv, &mut header, "a,b"), format!("columns: {NO_HEADER}"));
    }
    for right in ["inf,nan", "v1,2m", "time,10.0.0.1"] {
        assert_eq!(read(&csv, &mut Header::default(), right), "none", "{right}");
    }
    let given = Dialect::csv(Some(names("device,value")), times(None));
    assert_eq!(one(&given, "x,1"), r#"{"device":"x","value":1}"#);
}

#[test]
fn line_protocol() {
    let cases = [
        (
            r#"weather,location=us-midwest,season=summer temperature=82.0,ok=t 1465839830100400200"#,
            r#"{"measurement":"weather","location":"us-midwest","season":"summer","temperature":82.0,"ok":true,"time":"2016-06-13T17:43:50.1004002Z"}"#,
        ),
        (r#"m f=1"#, r#"{"measurement":"m","f":1}"#),
        (
            r#"wea\,ther\ x,a\=b\,c\ d=\e\=f g\ h=-5i,i=7u,j="a \"b\" c\\d,e=f g\h""#,
            r#"{"measurement":"wea,ther x","a=b,c d":"\\e=f","g h":-5,"i":7,"j":"a \"b\" c\\d,e=f g\\h"}"#,
        ),
        (
            "m f=.5,g=1.,h=+1,i=FALSE  12 ",
            r#"{"measurement":"m","f":0.5,"g":1.0,"h":1.0,"i":false,"time":"1970-01-01T00:00:00.000000012Z"}"#,
        ),
        (
            "m,a=b\\\\ c,d\\\\=e=f g=1 007",
            r#"{"measurement":"m","a":"b\\ c","d\\=e":"f","g":1,"time":"1970-01-01T00:00:00.000000007Z"}"#,
        ),
        ("# m f=1", "none"),
        ("m", "influx: no field, or one without a value"),
        ("m ", "influx: no field, or one without a value"),
        ("m,t=1", "influx: no field, or one without a value"),
        ("m,t f=1", "influx: a tag without a value"),
        ("m,t= f=1", "influx: a tag whose value is empty or has a = in it"),
        ("m,t=a=b f=1", "influx: a tag whose value is empty or has a = in it"),
        (",t=1 f=1", "influx: no measurement"),
        ("m f=", "influx: \"\" is neither a number"),
        ("m f=x", "influx: \"x\" is neither a number"),
        ("m f=1ii", "influx: \"1ii\" is neither a number"),
        ("m f=9223372036854775808i", "influx: \"9223372036854775808i\" is neither"),
        ("m f=-1u", "influx: \"-1u\" is neither"),
        ("m f=NaN", "influx: \"NaN\" is neither"),
        ("m f=\"x", "influx: a quote is not closed"),
        ("m f=\"x\"y", "influx: there is text after a field's value"),
        ("m =1", "influx: a tag or field without a name"),
        ("m,f=1 f=1", "influx: the name f occurs twice"),
        ("m f=1 x", "time: \"x\" is not a timestamp"),
        ("m f=1 1 2", "time: \"1 2\" is not a timestamp"),
        // K21: the name is reserved.
        ("m time=1 2", "influx: a tag or field with the name of the time"),
        ("m,device=d temp=21.5,time=5", "influx: a tag or field with the name of the time"),
        ("m,time=5 temp=21.5", "influx: a tag or field with the name of the time"),
    ];
    for (line, wanted) in cases {
        let found = one(&influx(), line);
        assert!(if wanted.starts_with('{') { found == wanted } else { found.starts_with(wanted) }, "{line}: {found}");
    }
}

#[test]
fn text() {
    assert_eq!(one(&Dialect::Raw, "a \"b\"\t\u{1}é"), r#"{"line":"a \"b\"\t\u0001é"}"#);
    for dialect in [Dialect::Raw, tsv(), influx(), Dialect::csv(None, times(None))] {
        let why = dialect
            .record(b"Stra\xdfe", &mut Header::default(), &mut Vec::new(), &mut Vec::new())
            .expect_err("Latin-1");
        assert_eq!((why.code().word(), why.to_string().as_str()), ("utf8", "not UTF-8 at byte 5"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_line_is_a_record_or_an_error(line in "[a-c0-9\"\\\\,= \t.eiu\u{e9}#-]{0,40}") {
        for dialect in [tsv(), influx(), Dialect::Raw, Dialect::csv(Some(names("a\\,\u{e9},c")), times(None))] {
            let _ = one(&dialect, &line);
        }
        let mut header = Header::default();
        let csv = Dialect::csv(None, times(None));
        let _ = read(&csv, &mut header, &line);
        let _ = read(&csv, &mut header, &line);
    }

    /// What the csv crate writes comes back.
    #[test]
    fn csv_comes_back(fields in proptest::collection::vec("[a-c\"\\\\,; \t]{1,8}", 3)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(&fields).expect("a line");
        let line = String::from_utf8(writer.into_inner().expect("bytes")).expect("UTF-8");
        let record = one(&Dialect::csv(Some(names("a,b,c")), times(None)), line.trim_end_matches('\n'));
        let wanted = serde_json::json!({"a": fields[0], "b": fields[1], "c": fields[2]});
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&record).expect(&record), wanted);
    }
}

/// Whether each of these lines, in order, leaves a quote open.
fn open(dialect: &Dialect, lines: &[&str]) -> Vec<bool> {
    let mut open = false;
    let mut next = |line: &&str| {
        open = dialect.stays_open(&Header::default(), line.as_bytes(), open);
        open
    };
    lines.iter().map(&mut next).collect()
}

#[test]
fn quotes_stay_open_over_line_breaks() {
    let csv = Dialect::csv(None, times(None));
    assert_eq!(open(&csv, &["a,\"b", "c\"\"d", "\"", "a,b"]), [true, true, false, false]);
    assert_eq!(open(&csv, &["\"", ",\", \"x", "\",\"y\""]), [true, true, false]);
    // What is no opening quote opens nothing.
    assert_eq!(open(&csv, &["a\"b", "a,b\",c", "a,\"b\"c\"", "a,\"\",b"]), [false; 4]);
    assert_eq!(open(&influx(), &["m,t=\" f=\"a", "b\\\" c", "d\",g=\"x\" 12"]), [true, true, false]);
    assert_eq!(open(&influx(), &["# f=\"a", "m f=1,g=2 \"", "m\\ f=\"x", "m f=\"a\\\\\""]), [false; 4]);
    assert_eq!(open(&tsv(), &["\"a\tb"]), [false]);
    let text = "m f=\"a\nb\" 1";
    assert_eq!(one(&influx(), text), r#"{"measurement":"m","f":"a\nb","time":"1970-01-01T00:00:00.000000001Z"}"#);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is joined while a quote is open is never a record whose quote is not closed, and a line that is closed is not
    /// said to lack a closing quote.
    #[test]
    fn a_record_is_joined_until_its_quotes_are_closed(lines in proptest::collection::vec("[a,\" ]{0,8}", 1..6)) {
        let csv = Dialect::csv(Some(names("a,b")), times(None));
        let (mut whole, mut is_open) = (String::new(), false);
        for line in &lines {
            if is_open { whole.push('\n') } else { whole.clear() }
            whole.push_str(line);
            is_open = csv.stays_open(&Header::default(), line.as_bytes(), is_open);
            let says_open = one(&csv, &whole).contains("a quote is not closed");
            prop_assert!(!says_open || is_open, "{whole:?}");
        }
    }
}

/// Prints a figure of BENCHMARKS.md: lines found, looked at for open quotes, and cut into values, on one thread.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stdout, reason = "the figure is for whoever measures")]
fn how_fast_lines_are_split() {
    let line = "2024-04-27T00:00:00.002Z,10.0.0.86,142.222,V,21.53,48.2,1013.25,3.4,271,0.2,12.61,okayok\n";
    for (dialect, quote, separator) in [(Dialect::csv(None, times(None)), Some('"'), ','), (tsv(), None, '\t')] {
        let text = line.replace(',', &separator.to_string()).repeat(1 << 20);
        let start = std::time::Instant::now();
        let (mut from, mut length) = (0, 0);
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            let line = &text[from..at];
            from = at + 1;
            assert!(!dialect.stays_open(&Header::default(), line.as_bytes(), false));
            length +=
                super::row::Values::new(line, quote, separator).flatten().map(|value| value.text.len()).sum::<usize>();
        }
        let speed = text.len() as f64 / start.elapsed().as_secs_f64() / 1e9;
        println!("{separator:?}: {speed:.2} GB/s, {length} bytes of values");
    }
}
