//! Records that are wrong in themselves.

use super::*;

#[test]
fn without_flags_it_still_checks() {
    let none: [[String; 4]; 0] = [];
    assert_eq!(faults("", &[], r#"{ "time" : 1.50, "a":[{"b":1e2}] ,"é":"\u00e9"}"#), none);
    assert_eq!(faults("", &[], r#"{}"#), none);
    let found = faults("", &[], r#"{"time":"yesterday","a":1,"a":{"b":[{"c":0,"c":0.50}]}}"#);
    assert_eq!(
        found,
        [
            [
                "time",
                "/time",
                "\"yesterday\"",
                "an RFC 3339 time with its offset, or a number of s since 1970: not an RFC 3339 time (--time-format FORMAT reads others)"
            ],
            ["duplicate-key", "/a", r#"{"b":[{"c":0,"c":0.50}]}"#, "one such field, not 2"],
            ["duplicate-key", "/a/b/0/c", "0.50", "one such field, not 2"],
        ]
    );
    assert_eq!(faults("", &[], "[1]")[0][0], "json");
    assert_eq!(faults("", &[], r#"{"a":NaN}"#)[0][0], "json");
}

#[test]
fn times_have_limits() {
    let none: [[String; 4]; 0] = [];
    let words = "--now 2024-04-27T12:00:00Z --max-future 5s --max-age 1h";
    for good in ["2024-04-27T12:00:05Z", "2024-04-27T11:00:00Z", "2024-04-27T14:00:00+02:00"] {
        assert_eq!(faults(words, &[], &format!(r#"{{"time":"{good}"}}"#)), none);
    }
    assert_eq!(
        faults(words, &[], r#"{"time":"2024-04-27T12:00:05.001Z"}"#),
        [["time", "/time", "\"2024-04-27T12:00:05.001Z\"", "at the latest 2024-04-27T12:00:05Z"]]
    );
    assert_eq!(faults(words, &[], r#"{"time":1714215599}"#)[0][3], "at the earliest 2024-04-27T11:00:00Z");
    assert_eq!(faults(words, &[], r#"{"a":1}"#)[0][..2], ["time", "/time"]);
    // Without --now it is the clock's, and relative words mean that.
    assert_eq!(faults("--max-age 1d", &[], r#"{"time":0}"#)[0][0], "time");
    assert_eq!(faults("--max-future 1d", &[], r#"{"time":9000000000}"#)[0][0], "time");
    assert_eq!(faults("--now -10s --max-future 1s", &[], r#"{"time":1714215599}"#), none);
    usage("--now tomorrow", &[]).tells("--now: `tomorrow` is not a time");
}

/// A hundred kinds of bad records among good ones: each good one passes as it is, each bad one is told with its bytes.
#[test]
fn a_hundred_kinds_of_bad_records() {
    let work = Work::new();
    work.file("m.csv", METERS);
    work.file(
        "s.json",
        r#"{"properties":{"n":{"type":"integer","minimum":0,"exclusiveMaximum":10},"s":{"minLength":2,"maxLength":3,"pattern":"^[a-zß]*$"},
            "l":{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":3,"uniqueItems":true},"e":{"enum":[1,"a",null,{"x":[1.0]}]},
            "o":{"type":"object","required":["x"],"additionalProperties":false,"properties":{"x":{}}},"c":{"const":1.0},
            "not":{"not":{"type":"string"}},"any":{"anyOf":[{"type":"null"},{"minimum":5}]},"one":{"oneOf":[{"minimum":1},{"maximum":2}]},
            "p":{"propertyNames":{"maxLength":1}},"mail":{"format":"email"},"ip":{"format":"ipv4"},"b":{"type":"boolean"},
            "never":false,"con":{"contains":{"const":1}},"dep":{"dependentRequired":{"x":["y"]}}}}"#,
    );
    let rest = r#""device":"m1","value":200,"unit":"V""#;
    let mut good: Vec<String> = [
        r#""n":9"#,
        r#""n":9.0"#,
        r#""s":"ßß""#,
        r#""l":[1,1.5]"#,
        r#""e":{"x":[1]}"#,
        r#""e":1.0"#,
        r#""o":{"x":{}}"#,
        r#""c":1"#,
        r#""not":1"#,
        r#""any":5"#,
        r#""one":0"#,
        r#""p":{"ß":1}"#,
        r#""mail":"a@b.example""#,
        r#""ip":"1.2.3.4""#,
        r#""b":false"#,
        r#""con":[0,1]"#,
        r#""dep":{"x":1,"y":1}"#,
        r#""time":"2024-04-27T12:00:00Z""#,
    ]
    .iter()
    .map(|member| format!("{{{member},{rest}}}"))
    .collect();
    good.push(format!("{{ {rest} , \"deep\":{}{}}}", "[".repeat(126), "]".repeat(126)));
    let mut bad: Vec<String> = [
        r#""n":-1"#,
        r#""n":10"#,
        r#""n":1.5"#,
        r#""n":"1""#,
        r#""n":null"#,
        r#""n":1e1"#,
        r#""s":"a""#,
        r#""s":"abcd""#,
        r#""s":"AB""#,
        r#""s":"\u0041b""#,
        r#""l":[]"#,
        r#""l":[1,2,3,4]"#,
        r#""l":[1,1.0]"#,
        r#""l":["1"]"#,
        r#""l":{}"#,
        r#""l":[[1]]"#,
        r#""e":2"#,
        r#""e":"b""#,
        r#""e":false"#,
        r#""e":{"x":[2]}"#,
        r#""e":{}"#,
        r#""o":{}"#,
        r#""o":{"x":1,"y":2}"#,
        r#""o":[]"#,
        r#""c":2"#,
        r#""c":"1""#,
        r#""not":"x""#,
        r#""any":4"#,
        r#""one":1.5"#,
        r#""p":{"ab":1}"#,
        r#""mail":"nobody""#,
        r#""ip":"1.2.3.256""#,
        r#""b":0"#,
        r#""never":1"#,
        r#""con":[0]"#,
        r#""con":[]"#,
        r#""dep":{"x":1}"#,
        r#""time":"x""#,
        r#""time":null"#,
        r#""time":"2024-04-27T12:00:00""#,
        r#""time":"2024-02-30T12:00:00Z""#,
        r#""time":1e300"#,
        r#""a":1,"a":1"#,
        r#""a":1,"\u0061":1"#,
        r#""a":{"b":1,"b":1}"#,
        r#""a":[{"":1,"":1}]"#,
        r#""unit":"V""#,
        r#""a":01"#,
        r#""a":.5"#,
        r#""a":5."#,
        r#""a":+1"#,
        r#""a":1e"#,
        r#""a":0x1"#,
        r#""a":NaN"#,
        r#""a":Infinity"#,
        r#""a":1e999"#,
        r#""a":tru"#,
        r#""a":True"#,
        r#""a":'x'"#,
        r#""a":"\x""#,
        r#""a":"\ud800""#,
        r#""a":"\u12""#,
        r#""a":1,"#,
        r#""a""#,
        r#""a":"#,
        r#"a:1"#,
        r#"1:1"#,
        r#""a":[1,]"#,
        r#""a":[1"#,
        r#""a":{"b"}"#,
        r#""a":1 2"#,
        "\"a\":\"\u{1}\"",
        "\"a\":\"\t\"",
    ]
    .iter()
    .map(|member| format!("{{{member},{rest}}}"))
    .collect();
    for device in ["\"m3\"", "null", "1", "\"\"", "\"M1\"", "\" m1\"", "[\"m1\"]", "true", "7.0"] {
        bad.push(format!(r#"{{"device":{device},"value":200,"unit":"V"}}"#));
    }
    for value in ["179.999", "260.0001", "-200", "2e3", "\"200\"", "null", "true", "[200]", "{}"] {
        bad.push(format!(r#"{{"device":"m1","value":{value},"unit":"V"}}"#));
    }
    for unit in ["\"A\"", "\"v\"", "\"V \"", "\"\"", "null", "1", "[\"V\"]", "\"\u{410}\""] {
        bad.push(format!(r#"{{"device":"m1","value":200,"unit":{unit}}}"#));
    }
    bad.extend(["hello", "[]", "\"x\"", "1", "null", "{", "}", "{}{}", "{} x", "\u{feff}{}"].map(str::to_owned));
    bad.push(format!("{{\"deep\":{}{}}}", "[".repeat(127), "]".repeat(127)));
    bad.push(format!("{{\"deep\":{}", "[{\"a\":".repeat(50_000)));
    assert!(bad.len() > 100, "{}", bad.len());
    let mut lines = Vec::new();
    for (i, bad) in bad.iter().enumerate() {
        lines.push(bad.clone());
        lines.push(good[i % good.len()].clone());
    }
    let ended = work.kymo("validate --meters m.csv --schema s.json --rejects r").stdin(lines.join("\n")).end().code(1);
    let passed: Vec<String> = ended.stdout().lines().map(str::to_owned).collect();
    let wanted: Vec<String> = (0..bad.len()).map(|i| good[i % good.len()].clone()).collect();
    assert_eq!(passed, wanted);
    let mut rejects = rejects(&work);
    // Those that are no JSON objects are taken out of a batch before the others are looked at.
    rejects.sort_by_key(|reject| reject["line"].as_u64());
    for (reject, bad) in rejects.iter().zip(&bad) {
        assert_eq!(reject["raw"].as_str(), Some(bad.as_str()), "{reject}");
        assert!(reject["reason"].as_str().is_some_and(|reason| reason.len() < 2000), "{reject}");
        assert!(reject["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{reject}");
    }
    assert_eq!(rejects.len(), bad.len());
}

#[test]
fn the_example_of_the_help_runs() {
    let work = Work::new();
    let out = work.kymo("validate --schema EX/surfrad.schema.json EX/surfrad.ndjson").ok();
    assert_eq!(
        out,
        std::fs::read_to_string(crate::harness::repository().join("examples/surfrad.ndjson")).expect("a file")
    );
}

/// K59: what became of records, accepted ones too, and what was committed; nothing of it without debug.
#[test]
fn at_debug_the_fates_of_records_are_said() {
    let work = Work::new();
    let lines = "{\"time\":1,\"value\":1}\n{\"time\":2,\"value\":1}\nno\n";
    let ended = work.kymo("validate --log-level debug").stdin(lines).end().code(1);
    drop(ended.tells("kymo: validate: 3 records: 2 passed, 1 rejected\n"));
    let run = "run --log-level debug 'gapfill --every 1s | validate | store a.db'";
    let ended = work.kymo(run).stdin(lines).end().code(1);
    let ended = ended.tells("kymo: gapfill: 3 records: 2 passed, 1 rejected\n");
    let ended = ended.tells("kymo: validate: 2 records: 2 passed\n");
    drop(ended.tells("kymo: store: 2 records committed: 2 passed\n"));
    let ended = work.kymo("store a.db --log-level debug").stdin(lines).end().code(1);
    drop(ended.tells("records committed: 1 rejected, 2 duplicate\n"));
    // Also where only the file hears it.
    let flags = "--log-file l --log-file-level debug";
    let ended = work.kymo(&format!("map .b=1 {flags}")).stdin("{\"a\":1}\n").end().code(0);
    ended.assert(ended.stderr().is_empty(), "nothing on stderr");
    ended.assert(work.read("l").contains("map: 1 record: 1 changed"), "a line in the file");
    let ended = work.kymo("validate --log-level info").stdin("{\"time\":1}\n").end().code(0);
    assert_eq!(ended.stderr(), "");
}
