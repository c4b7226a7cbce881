//! Held against `serde_json` in both directions, on valid, damaged and random text.

mod random;

use serde_json::Value;
use std::borrow::Cow;

use super::*;

fn found(line: &[u8]) -> Result<Vec<Member>, Bad> {
    let mut into = Vec::new();
    members(line, &mut into).map(|()| into)
}

fn what(line: impl AsRef<[u8]>) -> &'static str {
    found(line.as_ref()).map_or_else(|bad| bad.what, |_| "fine")
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Bool(false) => Kind::False,
        Value::Bool(true) => Kind::True,
        Value::Number(_) => Kind::Number,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    }
}

/// Everything that this module says about `text` is what `serde_json` says.
fn agrees(text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    let document: Value = match (serde_json::from_slice(text), check(text)) {
        (Ok(value), Ok(_)) => value,
        (Err(_), Err(bad)) => {
            assert!(bad.offset <= text.len(), "{shown}: {bad}");
            assert!(found(text).is_err(), "{shown}");
            return;
        }
        (theirs, ours) => panic!("{shown}\n serde_json: {theirs:?}\n ours: {ours:?}"),
    };
    assert_eq!(check(text), Ok(kind(&document)), "{shown}");
    match (&document, found(text)) {
        (Value::Object(map), Ok(members)) => {
            let mut seen = serde_json::Map::new();
            for member in members {
                let value = serde_json::from_slice(member.value(text)).unwrap();
                member_agrees(text, &member, &value);
                seen.insert(member.key_text(text).into_owned(), value);
            }
            assert_eq!(&seen, map, "{shown}");
        }
        (Value::Object(_), Err(bad)) => panic!("{shown}: {bad}"),
        (_, members) => assert_eq!(members.unwrap_err().what, "not an object", "{shown}"),
    }
    let mut small = Vec::new();
    compact(text, &mut small);
    assert_eq!(serde_json::from_slice::<Value>(&small).unwrap(), document, "{shown}");
    assert!(!small.contains(&b'\n'), "{shown}");
    let mut walk = vec![(String::new(), &document)];
    while let Some((path, value)) = walk.pop() {
        let there = pointer(text, &path).unwrap_or_else(|| panic!("{shown}: no {path}"));
        assert_eq!(&serde_json::from_slice::<Value>(there).unwrap(), value, "{shown} {path}");
        match value {
            Value::Array(array) => {
                assert_eq!(elements(there).count(), array.len());
                for (i, (element, raw)) in array.iter().zip(elements(there)).enumerate() {
                    assert_eq!(&serde_json::from_slice::<Value>(raw).unwrap(), element);
                    walk.push((format!("{path}/{i}"), element));
                }
            }
            Value::Object(map) => walk.extend(
                map.iter().map(|(key, value)| (format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), value)),
            ),
            _ => {}
        }
    }
}

#[test]
fn an_escaped_key_is_spelled_like_none() {
    let line = br#"{"\u0061":1,"a":2}"#;
    let members = found(line).unwrap();
    let spelled = |member: usize, name: &str| members[member].key_is_spelled(line, &Name::new(name.to_owned()));
    assert!(!spelled(0, "a") && !spelled(0, "\\u0061") && spelled(1, "a") && !spelled(1, ""));
}

fn member_agrees(text: &[u8], member: &Member, value: &Value) {
    assert_eq!(member.kind(), kind(value));
    assert_eq!(member.text(text).as_deref(), value.as_str());
    assert_eq!(&text[member.value_range()], member.value(text));
    assert!(member.key_is(text, &member.key_text(text)));
    assert_eq!(unescape(member.key(text)), member.key_text(text));
    if value.is_number() {
        let ours = member.number(text).unwrap();
        assert_eq!(ours.to_bits(), value.as_f64().unwrap().to_bits());
        let is_integer = member.value(text) == b"-0" || value.is_i64();
        assert_eq!(member.integer(text).is_some(), is_integer);
        if value.is_i64() {
            assert_eq!(member.integer(text), value.as_i64());
        }
    } else {
        assert_eq!(member.number(text), None);
        assert_eq!(member.integer(text), None);
    }
}

#[test]
fn members_of_a_reading() {
    let line =
        br#" {"time":"2024-04-27T00:00:00Z","value": 230.5 ,"n":7,"ok":true,"x":null,"y":{"a":[1,2]},"value":-1e2} "#;
    let members = found(line).unwrap();
    let spelled: Vec<_> = members
        .iter()
        .map(|m| (str::from_utf8(m.key(line)).unwrap(), str::from_utf8(m.value(line)).unwrap(), m.kind()))
        .collect();
    assert_eq!(
        spelled,
        [
            ("time", "\"2024-04-27T00:00:00Z\"", Kind::String),
            ("value", "230.5", Kind::Number),
            ("n", "7", Kind::Number),
            ("ok", "true", Kind::True),
            ("x", "null", Kind::Null),
            ("y", "{\"a\":[1,2]}", Kind::Object),
            ("value", "-1e2", Kind::Number),
        ]
    );
    assert_eq!(members[0].text(line).as_deref(), Some("2024-04-27T00:00:00Z"));
    assert_eq!(members[1].number(line), Some(230.5));
    assert_eq!(members[1].integer(line), None);
    assert_eq!(members[2].integer(line), Some(7));
    assert_eq!(members[6].number(line), Some(-100.0));
    assert!(matches!(members[0].text(line), Some(Cow::Borrowed(_))));
}

#[test]
fn escaped_keys_and_strings() {
    let line = br#"{"v\u0061l":"\u00b0C \ud83d\ude00\n\"","val":"\\"}"#;
    let members = found(line).unwrap();
    assert!(members[0].key_is(line, "val"));
    assert!(!members[0].key_is(line, r"v\u0061l"));
    assert_eq!(members[0].key_text(line), "val");
    assert_eq!(members[0].text(line).unwrap(), "°C 😀\n\"");
    assert_eq!(members[1].text(line).unwrap(), "\\");
    assert_eq!(members[1].key(line), b"val");
}

#[test]
fn says_what_is_bad_and_where() {
    let cases: [(&[u8], usize, &str); 24] = [
        (b"", 0, "not a value"),
        (b"[1]", 0, "not an object"),
        (b" 12 ", 1, "not an object"),
        (b"{", 1, "expected a key in quotes"),
        (b"{\"a\":1,}", 7, "expected a key in quotes"),
        (b"{a:1}", 1, "expected a key in quotes"),
        (b"{\"a\" 1}", 5, "expected `:`"),
        (b"{\"a\":}", 5, "not a value"),
        (b"{\"a\":NaN}", 5, "not a value"),
        (b"{\"a\":nul}", 5, "not a value"),
        (b"{\"a\":1 2}", 7, "expected `,` or `}`"),
        (b"{\"a\":[1 2]}", 8, "expected `,` or `]`"),
        (b"{\"a\":1} x", 8, "more after the end of the value"),
        (b"{\"a\":\"b", 7, "a string without its end"),
        (b"{\"a\":\"b\tc\"}", 7, "a control character in a string"),
        (b"{\"a\":\"b\0c\"}", 7, "a control character in a string"),
        (b"{\"a\":\"\\x\"}", 7, "an unknown escape"),
        (b"{\"a\":\"\\u12g4\"}", 7, "an escape that is not four hex digits"),
        (b"{\"a\":\"\\ud83d\"}", 7, "a lone surrogate"),
        (b"{\"a\":\"\xff\"}", 6, "not UTF-8"),
        (b"{\"a\":01}", 5, "a number with a leading zero"),
        (b"{\"a\":1.}", 7, "expected a digit"),
        (b"{\"a\":-}", 6, "expected a digit"),
        (b"{\"a\":1e400}", 5, "number out of range"),
    ];
    for (line, offset, what) in cases {
        assert_eq!(found(line).unwrap_err(), Bad { offset, what }, "{}", line.escape_ascii());
        agrees(line);
    }
    let bad = Bad { offset: 7, what: "not UTF-8" };
    assert_eq!(bad.to_string(), "not UTF-8 at byte 7");
}

#[test]
fn an_error_leaves_the_members_alone() {
    let mut into = found(b"{\"a\":1}").unwrap();
    assert!(members(b"{\"b\":1,\"c\":2,", &mut into).is_err());
    assert_eq!(into.len(), 1);
    members(b"{\"b\":1,\"c\":2}", &mut into).unwrap();
    assert_eq!(into.len(), 3);
}

#[test]
fn nesting_ends_where_serde_json_ends_it() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [1, 2, 126, 127, 128, 129, 1000] {
            let inner = if open == "[" { "" } else { "1" };
            let text = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            agrees(text.as_bytes());
            agrees(format!("{{\"x\":{text}}}").as_bytes());
            assert_eq!(check(text.as_bytes()).is_ok(), depth <= 127);
        }
    }
    assert_eq!(what(format!("{{\"a\":{}", "[".repeat(100_000))), "nested deeper than 127");
}

#[test]
fn numbers_at_the_edges() {
    let zeros = "0".repeat(330);
    let nines = "9".repeat(308);
    for number in [
        "0",
        "-0",
        "-0.0",
        "0e0",
        "-",
        "+1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "1e-",
        "00",
        "-01",
        "1E5",
        "1e308",
        "1e309",
        "-1e309",
        "1e-400",
        "0e400",
        "0.0e99999999999",
        "1e99999999999",
        "1e-99999999999",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.797693134862315807e308",
        "1.797693134862315808e308",
        "1.7976931348623159e308",
        "5e-324",
        "2e-324",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "0.1",
        "0.3",
        "1234567.1234567891",
        "0x10",
        "1_000",
        "1e5.5",
        "--1",
        &nines,
        &format!("{nines}9"),
        &format!("17{}", &nines[1..]),
        &format!("18{}", &zeros[..307]),
        &format!("1{zeros}"),
        &format!("1{zeros}e-330"),
        &format!("0.{zeros}1e331"),
        &format!("0.{zeros}1"),
        &format!("0.{zeros}1e700"),
    ] {
        agrees(number.as_bytes());
        agrees(format!("{{\"a\":{number}}}").as_bytes());
        agrees(format!("[[{number}]]").as_bytes());
    }
}

#[test]
fn every_short_tail() {
    // The last bytes of a line are read differently: try each cut and each length.
    for line in [r#"{"a":"bcdefghijklmnopqrs","tu":12345678901}"#, r#"{"é":"°","\u00e9":"\n"}"#, r#"["",1,"a"]"#] {
        for cut in 0..=line.len() {
            agrees(&line.as_bytes()[..cut]);
            agrees(&line.as_bytes()[cut..]);
            agrees(&[&line.as_bytes()[..cut], b"  "].concat());
        }
    }
    for length in 0..40 {
        agrees(format!("\"{}\"", "x".repeat(length)).as_bytes());
        agrees(format!("1{}", "0".repeat(length)).as_bytes());
    }
}

#[test]
fn every_byte_in_a_string() {
    for b in 0..=255u8 {
        for length in 0..9 {
            agrees(&[b"{\"k\":\"", "y".repeat(length).as_bytes(), &[b], b"zzzzzzzzzzz\"}"].concat());
            agrees(&[b"\"\\", &[b][..], b"\""].concat());
        }
    }
}

#[test]
fn elements_and_pointers() {
    let spelled =
        |text: &'static str| -> Vec<&str> { elements(text.as_bytes()).map(|e| str::from_utf8(e).unwrap()).collect() };
    assert_eq!(spelled(r#" [ 1 , "a,]" , [2,3], {"x":[]} ] "#), ["1", "\"a,]\"", "[2,3]", "{\"x\":[]}"]);
    assert_eq!(spelled("[]"), [""; 0]);
    assert_eq!(spelled("{\"a\":1}"), [""; 0]);
    assert_eq!(spelled("[1"), ["1"]);
    let text = br#" {"a/b":{"m~n":[10,{"":5}]},"a":1,"a":2,"e\u0061":3} "#;
    let at = |p: &str| pointer(text, p).map(|v| str::from_utf8(v).unwrap());
    assert_eq!(at("/a~1b/m~0n/0"), Some("10"));
    assert_eq!(at("/a~1b/m~0n/1/"), Some("5"));
    assert_eq!(at("/a"), Some("2"));
    assert_eq!(at("/ea"), Some("3"));
    assert_eq!(at("").map(|v| v.starts_with('{') && v.ends_with('}')), Some(true));
    for none in [
        "a",
        "/a~",
        "/a~2",
        "/b",
        "/a/b",
        "/a~1b/m~0n/2",
        "/a~1b/m~0n/00",
        "/a~1b/m~0n/-",
        "/a~1b/m~0n/+1",
        "/a~1b/m~0n/",
    ] {
        assert_eq!(at(none), None, "{none}");
    }
}

#[test]
fn compact_keeps_what_is_in_strings() {
    let mut to = b"> ".to_vec();
    compact(b" { \"a b\" : [ 1 ,\n\t\"x \\\" y\" ] }\r\n", &mut to);
    assert_eq!(to, b"> {\"a b\":[1,\"x \\\" y\"]}");
}

#[test]
fn numbers_are_written_as_json() {
    let written = |x| {
        let mut to = Vec::new();
        write_f64(x, &mut to);
        String::from_utf8(to).unwrap()
    };
    for (x, spelled) in [
        (20.0, "20.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.001, "0.001"),
        (-0.12, "-0.12"),
        (230.512, "230.512"),
        (99_998.999, "99998.999"),
        (99_999.999, "99999.999"),
        (100_000.0, "100000.0"),
        (0.0001, "0.0001"),
        (0.1 + 0.2, "0.30000000000000004"),
    ] {
        assert_eq!(written(x), spelled);
    }
    for x in [1e300, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e15, 1e16, 1e17, 1e-5, 1e-7] {
        assert_eq!(check(written(x).as_bytes()), Ok(Kind::Number));
        assert_eq!(written(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
    }
    let mut to = Vec::new();
    write_i64(i64::MIN, &mut to);
    assert_eq!(to, b"-9223372036854775808");
}

#[test]
fn what_is_no_number_is_none() {
    for raw in ["", "-", "inf", "-inf", "nan", "+1", ".5", "-.5", "1x", "1.2.3", "--1", "e5", "infinity"] {
        assert_eq!(parse_f64(raw.as_bytes()), None, "{raw}");
    }
}
