//! `map`.

mod document;
mod limits;

use crate::harness::{Ended, Work};
use serde_json::Value;

/// What a program gives for some records.
fn map(words: &str, records: &str) -> String {
    Work::new().kymo(&format!("map {words}")).stdin(records).ok()
}

/// The one reject of a run: its code and its reason. Nothing goes on.
fn rejected(program: &str, record: &str) -> (String, String) {
    let work = Work::new();
    let ended = work.kymo(&format!("map --rejects r '{program}'")).stdin(record).end().code(1);
    ended.assert(ended.stdout().is_empty(), "nothing on stdout");
    let reject: Value = serde_json::from_str(&work.read("r")).expect("one reject");
    assert_eq!(reject["raw"].as_str(), Some(record), "{reject}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&reject["errors"][0]["code"]), text(&reject["reason"]))
}

fn usage(words: &str) -> Ended {
    Work::new().kymo(&format!("map {words}")).end().code(2)
}

#[test]
fn what_is_only_passed_on_stays_what_it_is() {
    let numbers = r#"{"b":20.50,"a":12345678901234567890,"e":1E5,"g":0.10e-3,"h":1e300,"i":-7,"j":123456789012345678901234567890.5}"#;
    assert_eq!(map(".", numbers).trim_end(), numbers);
    assert_eq!(map("'{x: .b, y: [.a, .h]}'", numbers), "{\"x\":20.50,\"y\":[12345678901234567890,1e300]}\n");
    let other = r#"{"z":null,"y":[true,false,{}],"é":"\u00e9\n\"\\\u0007","":{"a":{"a":{}}}}"#;
    let found: Value = serde_json::from_str(&map(".", other)).expect("JSON");
    assert_eq!(found, serde_json::from_str::<Value>(other).expect("JSON"));
    assert!(map(".", other).starts_with(r#"{"z":null,"y":[true,false,{}],"é":"é\n\"\\\u0007""#));
    // Of repeated keys the last one counts, as in jq.
    assert_eq!(map(".", r#"{ "a" : -0, "b":1, "b":2 }"#), "{\"a\":-0,\"b\":2}\n");
    // A number that is calculated with is a double.
    assert_eq!(map("'{a: (.a + 1), b: (.b * 1)}'", r#"{"a":0.10,"b":20.50}"#), "{\"a\":1.1,\"b\":20.5}\n");
}

#[test]
fn any_number_of_objects() {
    let records = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n";
    assert_eq!(map("'select(.a != 2)'", records), "{\"a\":1}\n{\"a\":3}\n");
    assert_eq!(map("'{n: range(.a)}'", "{\"a\":3}\n"), "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
    assert_eq!(map("empty", records), "");
    let many = map("'{n: range(100000)}'", "{}");
    assert_eq!(many.lines().count(), 100_000);
    assert_eq!(many.lines().last(), Some("{\"n\":99999}"));
}

#[test]
fn a_record_is_mapped_whole_or_rejected_whole() {
    assert_eq!(rejected(".a", r#"{"a":5}"#), ("type".into(), "the program returned 5, not an object".into()));
    assert_eq!(rejected("{b: 1}, [.a]", r#"{"a":5}"#).1, "the program returned [5], not an object");
    assert_eq!(rejected("{b: 1}, error(\"too \\(.a)\")", r#"{"a":"bad"}"#), ("map".into(), "too bad".into()));
    assert_eq!(rejected("error({a})", r#"{"a":5}"#).1, r#"{"a":5}"#);
    assert_eq!(rejected("{a: (.a + 1)}", r#"{"a":"x"}"#).1, "string (\"x\") and number (1) cannot be added");
    assert_eq!(rejected("halt", "{}").1, "halt does not end a stream");
    let long = rejected("error(.a)", &format!(r#"{{"a":"{}"}}"#, "x".repeat(5000))).1;
    assert!(long.len() < 300 && long.ends_with('…'), "{long}");
    assert_eq!(rejected(".", "[1]").0, "json");
    let work = Work::new();
    let ended =
        work.kymo("map --max-record 50 '{a, b: .a}'").stdin("{\"a\":\"0123456789012345678901234\"}\n{\"a\":1}\n");
    let ended = ended.end().code(1).tells("longer than --max-record 50");
    ended.assert(ended.stdout() == "{\"a\":1,\"b\":1}\n", "the other record");
    work.kymo("map --strict .a").stdin("{\"a\":1}\n").end().code(1).tells("cannot be used");
}

#[test]
fn what_json_cannot_say_is_rejected() {
    for (program, why) in [
        ("{a: nan}", "NaN, which JSON does not have"),
        ("{a: infinite}", "an infinity, which JSON does not have"),
        ("{a: -infinite}", "an infinity, which JSON does not have"),
        ("{a: 1e400}", "an infinity, which JSON does not have"),
        ("{a: [1e308 * 10]}", "an infinity, which JSON does not have"),
        ("{a: reduce range(127) as $i (0; [.])}", "a value nested deeper than 127"),
    ] {
        assert_eq!(rejected(program, "{}"), ("map".into(), format!("the program returned {why}")), "{program}");
    }
    assert_eq!(rejected("nan", "{}").0, "type");
    assert_eq!(rejected("{(.a): 2}", "{\"a\":1}").1, "Object keys must be strings, not number (1)");
    assert_eq!(map("'{a: (\"/w==\" | @base64d)}'", "{}"), "{\"a\":\"\u{fffd}\"}\n");
    assert!(map("'{a: reduce range(126) as $i (0; [.])}'", "{}").contains("[[[0]]]"));
}

#[test]
fn variables_from_the_command_line() {
    let words = r#"--arg x 'a "b"' --arg n -5 --argjson y '{"q":[1.50]}' '{$x, $n, $y, home: $ENV.KYMO_TEST, same: env.KYMO_TEST}'"#;
    let out = Work::new().kymo(&format!("map {words}")).env("KYMO_TEST", "here").stdin("{}").ok();
    assert_eq!(out, "{\"x\":\"a \\\"b\\\"\",\"n\":\"-5\",\"y\":{\"q\":[1.50]},\"home\":\"here\",\"same\":\"here\"}\n");
    usage("--argjson y '{' .").tells("--argjson y: expected a key in quotes");
    usage("--arg 1x 2 .").tells("--arg: \"1x\" is not a name");
    usage("--arg x 1 --argjson x 2 .").tells("--argjson: $x has a value already");
    usage("--arg x").tells("needs 2 values and has 1");
}

#[test]
fn a_program_can_be_in_a_file() {
    let work = Work::new();
    work.file("p.jq", "# Only what is needed.\ndef celsius: . * 9 / 5 + 32;\n{\n  f: (.c | celsius)\n}\n");
    work.file("in", "{\"c\":10}\n");
    assert_eq!(work.kymo("map -f p.jq in").ok(), "{\"f\":50.0}\n");
    assert_eq!(work.kymo("map --from-file p.jq").stdin("{\"c\":0}\n").ok(), "{\"f\":32.0}\n");
    work.kymo("map --from-file none.jq").end().code(2).tells("read program none.jq: No such file");
    work.file("bad.jq", "{\n  a: 1,\n  b: frob(2)\n}\n");
    work.kymo("map -f bad.jq in").end().code(2).tells("line 3, column 6: there is no filter frob with 1 argument");
}

#[test]
fn faults_of_a_program_are_told_with_their_place() {
    for (program, why) in [
        ("{", "line 1, column 2: expected closing brace, found the end"),
        ("{a:1)", "line 1, column 5: expected closing brace, found `)`"),
        ("\"abc", "line 1, column 5: expected closing quote, found the end"),
        ("{a:.é}", "line 1, column 5: "),
        (". as $x | $y", "line 1, column 11: there is no variable $y"),
        ("foo", "line 1, column 1: there is no filter foo"),
        ("[inputs]", "line 1, column 2: there is no inputs: a program sees one record at a time"),
        ("{a: input}", "line 1, column 5: there is no input: a program sees one record at a time"),
        ("include \"x\"; .", "line 1, column 9: there are no modules or files here"),
        ("import \"x\" as x; .", "line 1, column 8: there are no modules or files here"),
        ("import \"x\" as $x; $x", "line 1, column 8: there are no modules or files here"),
        ("", "line 1, column 1: expected term, found the end"),
    ] {
        usage(&format!("'{program}'")).tells("kymo: map: compile the program: ").tells(why);
    }
    usage("").tells("<PROGRAM>");
}

#[test]
fn endless_output_is_no_memory_and_ends_with_its_reader() {
    let work = Work::new();
    let ended = work.shell("kymo map 'repeat(.)' | head -2; echo ${PIPESTATUS[0]}").stdin("{\"a\":1}\n").end();
    ended.assert(ended.stdout() == "{\"a\":1}\n{\"a\":1}\n0\n", "two records and success");
    ended.assert(ended.stderr().is_empty(), "silence");
    let script = "ulimit -v 1500000; kymo map '{a: range(infinite)}' | head -200000 | tail -1";
    let ended = work.shell(script).stdin("{}\n").end().code(0);
    ended.assert(ended.stdout() == "{\"a\":199999}\n", "the 200000th");
}

#[test]
fn messages_of_a_program() {
    let work = Work::new();
    let ended = work.kymo("map --log-level debug 'debug | debug(\"x\") | stderr'").stdin("{\"a\":1}").end().code(0);
    ended.tells("kymo: map: {\"a\":1}").tells("kymo: map: \"x\"");
    let quiet = work.kymo("map debug").stdin("{\"a\":1}").end().code(0);
    quiet.assert(quiet.stderr().is_empty(), "silence");
}

#[test]
fn text_that_is_read_as_json_is_read_strictly() {
    let out = map("'{a: (.a | fromjson), b: (.b | tonumber)}'", r#"{"a":" {\"x\":[1.50]} ","b":"7.0"}"#);
    assert_eq!(out, "{\"a\":{\"x\":[1.50]},\"b\":7.0}\n");
    for text in ["nan", "[1", "1 2", "", "# x"] {
        let record = serde_json::json!({ "a": text }).to_string();
        assert!(rejected("{a: (.a | fromjson)}", &record).1.starts_with("cannot be read as JSON: "), "{text}");
    }
    // A hostile text must not use up the stack.
    let deep = format!(r#"{{"a":"{}"}}"#, "[".repeat(1_000_000));
    let work = Work::new();
    work.kymo("map '{a: (.a | fromjson)}'").stdin(deep).end().code(1).tells("read as JSON: nested deeper than 127");
}

#[test]
fn the_language_is_there() {
    for (program, out) in [
        ("{a: (now > 1700000000)}", r#"{"a":true}"#),
        ("{a: (1700000000 | todate)}", r#"{"a":"2023-11-14T22:13:20Z"}"#),
        ("{a: (\"2023-11-14T22:13:20Z\" | fromdate)}", r#"{"a":1700000000}"#),
        ("{a: (\"ab12\" | capture(\"(?<n>[0-9]+)\").n | tonumber)}", r#"{"a":12}"#),
        ("{a: (\"a,b\" | split(\",\"))}", r#"{"a":["a","b"]}"#),
        ("{a: ([3,1,2] | sort | map(. * 2) | add)}", r#"{"a":12}"#),
        ("{a: (\"x\" | test(\"X\"; \"i\"))}", r#"{"a":true}"#),
        ("{b: 2, a: 1} | with_entries(.value += 1)", r#"{"b":3,"a":2}"#),
        ("{a: 1} + {c: 2} | del(.a) | .d.e = 3 | .d.e += 1", r#"{"c":2,"d":{"e":4}}"#),
        ("{a: (try error(\"x\") catch .), b: (.x // 7), c: [limit(2; repeat(1))]}", r#"{"a":"x","b":7,"c":[1,1]}"#),
        ("label $out | {a: 1}, break $out, {a: 2}", r#"{"a":1}"#),
        ("def f(g): if . < 3 then . + 1 | f(g) else g end; {a: (0 | f(. * 10))}", r#"{"a":30}"#),
        ("{a: @base64 \"x\\(1)\", b: (\"MQ==\" | @base64d), c: ([1] | tojson)}", r#"{"a":"xMQ==","b":"1","c":"[1]"}"#),
        (
            "{a: ([1.5, 2.5, -1.5] | map(round)), b: ([1.7, -1.7] | map(floor)), c: (2 | sqrt | . * . | round)}",
            r#"{"a":[2,3,-2],"b":[1,-2],"c":2}"#,
        ),
    ] {
        assert_eq!(map(&format!("'{program}'"), "{}").trim_end(), out, "{program}");
    }
}

/// The programs that kymo replaces rounded by Python's `round(x, 1)`: the exact value of the double, and a half to the
/// even neighbour. `. * 10 | round / 10` first multiplies, which rounds by itself, and takes a half away from zero. Both
/// are a tenth at most from each other, where the second decimal is a 5.
#[test]
fn rounding_to_one_decimal() {
    // The number, what Python gives, what `map` gives.
    let rows = [
        (0.05, 0.1, 0.1),
        (0.15, 0.1, 0.2),
        (0.25, 0.2, 0.3),
        (0.35, 0.3, 0.4),
        (0.45, 0.5, 0.5),
        (0.55, 0.6, 0.6),
        (0.65, 0.7, 0.7),
        (0.75, 0.8, 0.8),
        (0.85, 0.8, 0.9),
        (0.95, 0.9, 1.0),
        (1.05, 1.1, 1.1),
        (1.15, 1.1, 1.2),
        (77.65, 77.7, 77.7),
        (72.45, 72.5, 72.5),
        (72.55, 72.5, 72.6),
        (88.65, 88.7, 88.7),
        (69.05, 69.0, 69.1),
        (-0.05, -0.1, -0.1),
        (-0.15, -0.1, -0.2),
        (-0.25, -0.2, -0.3),
        (2.675, 2.7, 2.7),
        (99.95, 100.0, 100.0),
        (100.05, 100.0, 100.1),
    ];
    let records: String = rows.iter().map(|(x, ..)| format!("{{\"x\":{x:?}}}\n")).collect();
    let out = map("'{x: (.x * 10 | round / 10)}'", &records);
    let wanted: String = rows.iter().map(|(.., x)| format!("{{\"x\":{x:?}}}\n")).collect();
    assert_eq!(out, wanted);
    // What Python gives is there, too.
    let python: String = rows.iter().map(|(_, x, _)| format!("{{\"x\":{x:?}}}\n")).collect();
    assert_eq!(map("'{x: (.x | round(1))}'", &records), python);
    assert_eq!(map("--decimals 1 .", &records), python);
    let other: Vec<f64> = rows.iter().filter(|(_, python, ours)| python != ours).map(|(x, ..)| *x).collect();
    assert_eq!(other, [0.15, 0.25, 0.35, 0.85, 0.95, 1.15, 72.55, 69.05, -0.15, -0.25, 100.05]);
    assert!(other.iter().all(|x| (x * 100.0).round() % 10.0 != 0.0), "{other:?}");
}

#[test]
fn endless_recursion_is_a_reject_and_some_is_allowed() {
    let ended = Work::new().kymo("map 'def f: 1 + f; {a: f}'").stdin("{}\n").end().code(1);
    ended.assert(ended.stdout().is_empty(), "no record");
    // Even a debug build allows this many calls.
    assert_eq!(map("'def f: if . > 0 then . - 1 | f | . + 1 else . end; {a: (5000 | f)}'", "{}"), "{\"a\":5000}\n");
}

#[test]
fn the_example_of_the_help_runs() {
    let program = "{time, kelvin: (.temperature+273.15)}";
    let out = Work::new().kymo(&format!("map '{program}' EX/surfrad.ndjson")).ok();
    assert_eq!(out.lines().count(), 1440);
    assert!(out.starts_with(r#"{"time":"2016-01-01T00:00:00Z","kelvin":265.54"#), "{out:.200}");
}

/// A program that calls itself too deeply rejects the record, and the next one is mapped (K37).
#[test]
fn a_program_that_calls_itself_too_deeply_rejects_the_record() {
    let work = Work::new();
    let program = "def f: if . <= 1 then 1 else . + ((. - 1) | f) end; {r: (.n | f)}";
    for words in [format!("map '{program}'"), format!("run \"map '{program}'\"")] {
        let ended = work.kymo(&words).stdin("{\"n\":10000000}\n{\"n\":3}\n").end().code(1);
        assert_eq!(ended.stdout(), "{\"r\":6}\n");
        drop(ended.tells("the program calls itself too deeply"));
    }
    // What a definition is may still be a path, and a call at its end costs no stack.
    assert_eq!(work.kymo("map 'def f: .a; f |= 2'").stdin("{\"a\":1}\n").ok(), "{\"a\":2}\n");
    let tail = "map 'def f: if . <= 0 then 0 else . - 1 | f end; {r: (.n | f)}'";
    assert_eq!(work.kymo(tail).stdin("{\"n\":1000000}\n").ok(), "{\"r\":0}\n");
    // A place in the program is named as the user wrote it.
    work.kymo("map 'def f: 1; nothing'").end().code(2).tells("line 1, column 11: there is no filter nothing");
}

/// A flag that is not there is no program (K62).
#[test]
fn a_flag_is_no_program() {
    let work = Work::new();
    let ended = work.kymo("map --precision 1 .").end().code(2);
    drop(ended.tells("there is no flag --precision"));
    assert_eq!(work.kymo("map '-1 | {a: .}'").stdin("{}\n").ok(), "{\"a\":-1}\n");
}

#[test]
fn numbers_are_rounded_where_that_is_asked_for() {
    let record = r#"{"a":20.50,"b":[0.125,-1.005],"c":7,"d":12345678901234567890,"e":"1.25","f":1e-9}"#;
    let wanted = r#"{"a":20.50,"b":[0.12,-1.0],"c":7,"d":12345678901234567890,"e":"1.25","f":0.0}"#;
    assert_eq!(map("--decimals 2 .", record).trim_end(), wanted);
    assert_eq!(
        map("'{a: (2.5 | round(0)), b: (1.005 | round(2)), c: (7 | round(3))}'", "{}"),
        "{\"a\":2.0,\"b\":1.0,\"c\":7}\n"
    );
    assert!(rejected("{a: (1 | round(16))}", "{}").1.contains("is no number of decimals"));
    usage("--decimals 16 .").tells("--decimals");
}

#[test]
fn times_of_a_zone_are_read_and_written() {
    let read = r#"{t: (.t | totime("%d.%m.%Y %H:%M"; "Europe/Berlin"))}"#;
    assert_eq!(map(&format!("'{read}'"), r#"{"t":"15.07.2026 12:30"}"#), "{\"t\":\"2026-07-15T10:30:00Z\"}\n");
    // A time that never was, and what is no time at all.
    assert!(rejected(read, r#"{"t":"29.03.2026 02:30"}"#).0 == "map");
    assert!(rejected(read, r#"{"t":"yesterday"}"#).0 == "map");
    let shown = r#"'{a: (.t | localtime("Europe/Berlin")), b: (0 | localtime("UTC"))}'"#;
    let wanted = "{\"a\":\"2026-07-15T12:30:00+02:00\",\"b\":\"1970-01-01T00:00:00Z\"}\n";
    assert_eq!(map(shown, r#"{"t":"2026-07-15T10:30:00Z"}"#), wanted);
    assert!(rejected(r#"{a: (0 | localtime("Mars/Olympus"))}"#, "{}").0 == "map");
}
