//! `validate`.

use crate::harness::{Ended, PATIENCE, Running, Work, skip};
use rustix::process::Signal;
use serde_json::Value;
use std::time::{Duration, Instant};

const METERS: &str = "device,unit,min,max\nm1,V,180,260\nm2,A,0,32\n7,K,,\n";

/// The rejects of a run, as JSON.
fn rejects(work: &Work) -> Vec<Value> {
    work.read("r").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The faults of the one record of a run: code, pointer, found, allowed.
fn faults(words: &str, files: &[(&str, &str)], record: &str) -> Vec<[String; 4]> {
    let work = Work::new();
    for (name, content) in files {
        work.file(name, content);
    }
    let ended = work.kymo(&format!("validate --rejects r {words}")).stdin(format!("{record}\n")).end();
    let rejects = rejects(&work);
    ended.assert(rejects.len() <= 1, "at most one reject");
    let passed = if rejects.is_empty() { format!("{record}\n") } else { String::new() };
    ended.assert(ended.stdout() == passed, "the record itself, or nothing");
    ended.assert(ended.output.status.code() == Some(i32::from(!rejects.is_empty())), "0, or 1 with rejects");
    let told = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let of = |reject: &Value| reject["errors"].as_array().expect("errors").clone();
    rejects
        .iter()
        .flat_map(of)
        .map(|fault| ["code", "pointer", "found", "allowed"].map(|name| told(&fault, name)))
        .collect()
}

fn meters(words: &str, record: &str) -> Vec<[String; 4]> {
    faults(&format!("--meters m.csv {words}"), &[("m.csv", METERS)], record)
}

fn schema(schema: &str, record: &str) -> Vec<[String; 4]> {
    faults("--schema s.json", &[("s.json", schema)], record)
}

fn usage(words: &str, files: &[(&str, &str)]) -> Ended {
    let work = Work::new();
    for (name, content) in files {
        work.file(name, content);
    }
    work.kymo(&format!("validate {words}")).end().code(2)
}

#[test]
fn without_flags_it_still_checks() {
    let none: [[String; 4]; 0] = [];
    assert_eq!(faults("", &[], r#"{ "time" : 1.50, "a":[{"b":1e2}] ,"é":"\u00e9"}"#), none);
    assert_eq!(faults("", &[], r#"{}"#), none);
    let found = faults("", &[], r#"{"time":"yesterday","a":1,"a":{"b":[{"c":0,"c":0.50}]}}"#);
    assert_eq!(
        found,
        [
            ["time", "/time", "\"yesterday\"", "an RFC 3339 time with its offset, or a number of s since 1970"],
            ["duplicate-key", "/a", r#"{"b":[{"c":0,"c":0.50}]}"#, "one such field, not 2"],
            ["duplicate-key", "/a/b/0/c", "0.50", "one such field, not 2"],
        ]
    );
    assert_eq!(faults("", &[], "[1]")[0][0], "json");
    assert_eq!(faults("", &[], r#"{"a":NaN}"#)[0][0], "json");
}

#[test]
fn each_rule_of_the_registry() {
    let none: [[String; 4]; 0] = [];
    for good in [
        r#"{"device":"m1","value":180,"unit":"V"}"#,
        r#"{"device":"m1","value":260.000,"unit":"V"}"#,
        r#"{"device":"m\u0031","value":2.6e2,"unit":"\u0056","more":null}"#,
        r#"{"device":7,"value":-1e300,"unit":"K"}"#,
        r#"{"device":"m2","volts":1,"unit":"A","text":"x"}"#,
    ] {
        assert_eq!(meters("", good), none, "{good}");
    }
    assert_eq!(
        meters("", r#"{"device":"m1","value":260.0001,"unit":"A"}"#),
        [["range", "/value", "260.0001", "a number from 180 to 260"], ["unit", "/unit", "\"A\"", "\"V\""]]
    );
    assert_eq!(
        meters("", r#"{"device":"m3","value":1,"unit":"V"}"#),
        [["unknown-device", "/device", "\"m3\"", "a device of the registry"]]
    );
    assert_eq!(meters("", r#"{"value":1}"#)[0], ["unknown-device", "/device", "", "a device of the registry"]);
    for (value, found) in [("null", "null"), ("\"200\"", "\"200\""), ("[200]", "[200]"), ("true", "true")] {
        let fault = &meters("", &format!(r#"{{"device":"m1","value":{value},"unit":"V"}}"#))[0];
        assert_eq!(fault, &["range", "/value", found, "a number from 180 to 260"]);
    }
    assert_eq!(meters("", r#"{"device":"m1","unit":"V"}"#), [["range", "/value", "", "a number from 180 to 260"]]);
    assert_eq!(meters("", r#"{"device":"m1","value":200,"unit":null}"#)[0], ["unit", "/unit", "null", "\"V\""]);
    assert_eq!(meters("", r#"{"device":{},"value":200}"#)[0][0], "unknown-device");
}

#[test]
fn the_fields_can_have_other_names() {
    let none: [[String; 4]; 0] = [];
    let words = "--by ip,room --value volts,amps --unit-field u --time at --time-unit ms";
    assert_eq!(meters(words, r#"{"at":1700000000000,"ip":"m1","volts":200,"value":9,"u":"V"}"#), none);
    let found = meters(words, r#"{"at":true,"ip":"m1","volts":1,"amps":2,"u":"A"}"#);
    let places: Vec<_> = found.iter().map(|[code, pointer, ..]| format!("{code} {pointer}")).collect();
    assert_eq!(places, ["time /at", "range /volts", "range /amps", "unit /u"]);
    assert_eq!(meters(words, r#"{"ip":"m1","value":200,"u":"V"}"#)[0][1], "/volts");
    let spelled = "--time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin";
    assert_eq!(faults(spelled, &[], r#"{"time":"27.04.2024 14:23"}"#), none);
    assert_eq!(faults(spelled, &[], r#"{"time":"31.04.2024 14:23"}"#)[0][0], "time");
    assert_eq!(faults("--tz Europe/Berlin", &[], r#"{"time":"2024-04-27 14:23:00"}"#), none);
}

#[test]
fn a_missing_unit_is_appended() {
    let work = Work::new();
    work.file("m.csv", METERS);
    work.file("s.json", r#"{"required":["unit"],"properties":{"unit":{"const":"V"}}}"#);
    let out = work
        .kymo("validate --meters m.csv --schema s.json --summary")
        .stdin("{\"device\":\"m1\", \"value\":200.50 } \n{\"device\":\"m1\",\"value\":201,\"unit\":\"V\"}\n")
        .end()
        .code(0)
        .tells("\"completed\":1");
    let wanted =
        "{\"device\":\"m1\", \"value\":200.50 ,\"unit\":\"V\"}\n{\"device\":\"m1\",\"value\":201,\"unit\":\"V\"}\n";
    out.assert(out.stdout() == wanted, wanted);
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

#[test]
fn registries_of_all_forms() {
    let record = r#"{"device":"m1","value":261,"unit":"V"}"#;
    for text in [
        "\u{feff}max , note,unit,min,device\n260,\"a,b\",V,180,m1\n",
        r#"[{"device":"m1","unit":"V","min":180,"max":260,"more":1}]"#,
        r#"{"m1":{"unit":"V","min":180,"max":260}}"#,
        r#"{"meters":{"m1":{"unit":"V","min":180,"max":260}}}"#,
    ] {
        let found = faults("--meters m", &[("m", text)], record);
        assert_eq!(found, [["range", "/value", "261", "a number from 180 to 260"]], "{text}");
    }
    usage("--meters none.csv", &[]).tells("read meters file none.csv: No such file");
    usage("--meters m", &[("m", "device,min,max\na,1,2\na,1,2\n")]).tells("line 3: device \"a\" occurs twice");
    usage("--meters m", &[("m", "{\"a\":{\"min\":2,\n\"max\":1}}")]).tells("line 1: the minimum 2 is above");
}

#[test]
fn all_drafts_with_their_formats() {
    let none: [[String; 4]; 0] = [];
    for draft in [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        let text = format!(r#"{{"$schema":"{draft}","properties":{{"t":{{"format":"date-time"}}}},"required":["t"]}}"#);
        assert_eq!(schema(&text, r#"{"t":"2024-04-27T12:00:00Z"}"#), none, "{draft}");
        let wrong = schema(&text, r#"{"t":"2024-04-31T12:00:00Z"}"#);
        assert_eq!(wrong, [["schema", "/t", "\"2024-04-31T12:00:00Z\"", "the format date-time"]], "{draft}");
        assert_eq!(schema(&text, "{}"), [["schema", "/t", "", "a value"]], "{draft}");
    }
    // Draft 4 knows the number 1.0 as no integer, later ones do.
    let integer = |draft: &str| format!(r#"{{"$schema":"{draft}","properties":{{"a":{{"type":"integer"}}}}}}"#);
    assert_eq!(schema(&integer("http://json-schema.org/draft-04/schema#"), r#"{"a":1.0}"#).len(), 1);
    assert_eq!(schema(&integer("http://json-schema.org/draft-07/schema#"), r#"{"a":1.0}"#), none);
    assert_eq!(
        schema(&integer("http://json-schema.org/draft-07/schema#"), r#"{"a":123456789012345678901234567890}"#),
        none
    );
}

#[test]
fn every_fault_is_told() {
    let text = r#"{"properties":{"a":{"type":["number","null"]},"b":{"minimum":5,"multipleOf":2}},
        "additionalProperties":false,"minProperties":9}"#;
    let mut found = schema(text, r#"{"a":"x","b":3,"c/d":1.50,"e":{}}"#);
    found.sort();
    assert_eq!(
        found,
        [
            ["schema", "", r#"{"a":"x","b":3,"c/d":1.50,"e":{}}"#, "at least 9 fields"],
            ["schema", "/a", "\"x\"", "one of the types null, number"],
            ["schema", "/b", "3", "a multiple of 2"],
            ["schema", "/b", "3", "at least 5"],
            ["schema", "/c~1d", "1.50", "no field of this name"],
            ["schema", "/e", "{}", "no field of this name"],
        ]
    );
}

#[test]
fn the_reason_is_readable() {
    let work = Work::new();
    work.file("m.csv", METERS);
    let bad = r#"{"time":"x","a":1,"a":1,"device":"m1","value":1,"unit":"A"}"#;
    let ended = work.kymo("validate --meters m.csv").stdin(bad).end().code(1);
    let told = "kymo: validate: reject line 1 of stdin: /time is \"x\", expected an RFC 3339 time with its offset, or a \
                number of s since 1970; /value is 1, expected a number from 180 to 260; /unit is \"A\", expected \"V\"; \
                and 1 more faults: {\"time\":\"x\"";
    ended.tells(told);
    work.kymo("validate --meters m.csv --strict").stdin(bad).end().code(1).tells("line 1 of stdin cannot be used");
}

#[test]
fn schemas_that_mean_nothing_are_told() {
    let work = Work::new();
    work.file("s.json", r#"{"requird":["a"],"properties":{"a":{"format":"kymo"}},"type":"object","type":"object"}"#);
    let ended = work.kymo("validate --schema s.json").stdin("{}\n").end().code(0);
    ended
        .tells("schema s.json: the keyword at /requird is unknown and ignored")
        .tells("schema s.json: the format \"kymo\" at /properties/a/format is unknown and not checked")
        .tells("schema s.json has /type more than once");
    for (text, why) in [
        ("{", "read schema s.json: EOF while parsing"),
        ("{\"type\":\"objekt\"}", "compile schema s.json at /type: "),
        ("{\"properties\":{\"a\":{\"pattern\":\"(\"}}}", "compile schema s.json at /properties/a/pattern: "),
        ("{\"$schema\":\"http://example.com/own\"}", "compile schema s.json: "),
        ("{\"$ref\":\"#/nowhere\"}", "compile schema s.json: "),
        ("{\"$ref\":\"other.json\"}", "other files are only read with --allow-ref DIR"),
        ("{\"$ref\":\"http://127.0.0.1:1/x\"}", "the network never"),
        ("{\"$ref\":\"file:///etc/passwd\"}", "other files are only read with --allow-ref DIR"),
    ] {
        usage("--schema s.json", &[("s.json", text)]).tells(why);
    }
    usage("--schema none.json", &[]).tells("read schema none.json: No such file");
    usage("--allow-ref .", &[]).tells("--schema");
}

#[test]
fn a_schema_refers_to_files_of_one_folder() {
    let work = Work::new();
    std::fs::create_dir_all(work.path("in/sub dir")).expect("a folder");
    work.file("secret.json", "{}");
    work.file("in/sub dir/volts.json", r#"{"$ref":"../number.json"}"#);
    work.file("in/number.json", r#"{"type":"number"}"#);
    std::os::unix::fs::symlink(work.path("secret.json"), work.path("in/link.json")).expect("a link");
    let run = |refers: &str| {
        work.file("in/s.json", format!(r#"{{"properties":{{"v":{{"$ref":"{refers}"}}}}}}"#));
        work.kymo("validate --schema in/s.json --allow-ref in").stdin("{\"v\":\"x\"}\n").end()
    };
    run("sub%20dir/volts.json").code(1).tells("/v is \"x\", expected the type number");
    run("../secret.json").code(2).tells("is not in the folder of --allow-ref");
    run("link.json").code(2).tells("is not in the folder of --allow-ref");
    run("sub%20dir").code(2).tells("is not a file");
    run("none.json").code(2).tells("No such file");
    run("https://127.0.0.1:1/x.json").code(2).tells("only files are read, the network never");
    work.kymo("validate --schema in/s.json --allow-ref none").end().code(2).tells("open folder none");
}

#[test]
fn patterns_cannot_hold_the_stream() {
    let none: [[String; 4]; 0] = [];
    let evil = format!(r#"{{"a":"{}!"}}"#, "a".repeat(5000));
    // Linear: no limit needed.
    let linear = r#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#;
    assert_eq!(schema(linear, &evil)[0][3], "text that matches ^(a+)+$");
    let ahead = r#"{"properties":{"a":{"pattern":"^(?=a)(a+)+$"}}}"#;
    assert_eq!(schema(ahead, r#"{"a":"aaa"}"#), none);
    assert_eq!(schema(ahead, r#"{"a":"b"}"#).len(), 1);
    assert_eq!(schema(r#"{"properties":{"a":{"pattern":"^(?=(a+)+$)b"}}}"#, &evil).len(), 1);
    let work = Work::new();
    work.file("s.json", ahead);
    work.kymo("validate --schema s.json").end().code(0).tells("patterns with look-around or back-references");
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
fn a_schema_that_refers_to_itself_ends() {
    let none: [[String; 4]; 0] = [];
    let tree = r##"{"$defs":{"n":{"anyOf":[{"type":"number"},{"type":"array","items":{"$ref":"#/$defs/n"}}]}},
        "properties":{"t":{"$ref":"#/$defs/n"}}}"##;
    let deep = format!(r#"{{"t":{}1{}}}"#, "[".repeat(126), "]".repeat(126));
    assert_eq!(schema(tree, &deep), none);
    assert_eq!(schema(tree, &deep.replace('1', "\"1\"")).len(), 1);
    let names = r##"{"$defs":{"a":{"$ref":"#/$defs/a"}},"propertyNames":{"$ref":"#/$defs/a"}}"##;
    assert_eq!(schema(names, r#"{"t":1}"#), none);
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

/// What the server before kymo read of these files is in the fixture: it passed over bad lines, or took doubtful ones.
#[test]
fn each_fault_of_the_old_registry() {
    let cases: Vec<Value> = include_str!("validate/mapping.ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    for case in &cases {
        let (name, file) = (case["name"].as_str().expect("a name"), case["file"].as_str().expect("a file"));
        // The line that is wrong, and why; or the meters that there are.
        let wrong = match name {
            "3 fields" => "line 1: 3 fields between tabs, not 4: device, min, max, unit",
            "5 fields" => "line 1: 5 fields between tabs, not 4",
            "bad number" => "line 1: min \"zero\" is not a number",
            "decimal comma" => "line 1: max \"0,5\" is not a number",
            "duplicate ip: last wins" => "line 2: device \"10.0.0.1\" occurs twice",
            "start > end accepted" => "line 1: the minimum 110 is above the maximum 0",
            "nan range accepted" => "line 1: min \"nan\" is not a number",
            "inf range accepted" => "line 1: min \"-inf\" is not a number",
            "spaces instead of tabs" => "line 1: there is no column device",
            "quote char swallows rows" => "line 1: a quote: between tabs nothing is quoted",
            // The name of a device is what the records call it.
            "not an ip accepted" => "",
            // A blank line, a comment, CRLF, blanks around a unit and a BOM mean nothing.
            "shipped file"
            | "latin unit letters"
            | "blank line"
            | "CRLF"
            | "trailing space in unit kept"
            | "comment"
            | "utf-8 BOM becomes part of the ip" => "",
            _ => panic!("a case that is not tried: {name}"),
        };
        if !wrong.is_empty() {
            usage("--meters m", &[("m", file)]).tells(&format!("kymo: read meters file m: {wrong}"));
            continue;
        }
        let device = if name == "not an ip accepted" { "hello" } else { "10.0.0.1" };
        // Latin and Cyrillic letters: V, and U+0412.
        for unit in ["V", "\u{412}"] {
            let record = format!(r#"{{"device":"{device}","value":1,"unit":"{unit}"}}"#);
            assert_eq!(faults("--meters m", &[("m", file)], &record), [[""; 4]; 0], "{name}");
        }
        let record = format!(r#"{{"device":"{device}","value":111,"unit":"A"}}"#);
        let found = faults("--meters m", &[("m", file)], &record);
        assert_eq!([&found[0][0], &found[1][0]], ["range", "unit"], "{name}");
    }
    assert_eq!(cases.len(), 18);
}

#[test]
fn units_with_prefixes_are_converted_for_the_comparison_only() {
    let none: [[String; 4]; 0] = [];
    let meters = "device\tmin\tmax\tunit\nv\t180\t260\tV\na\t0\t500\tmA\np\t\t1000\tW\ne\t0\t5\tkWh\nt\t0\t9\tK\n";
    let found = |record: &str| faults("--meters m", &[("m", meters)], record);
    for good in [
        r#"{"device":"v","value":230500,"unit":"mV"}"#,
        r#"{"device":"v","value":0.2600,"unit":"kV"}"#,
        r#"{"device":"v","value":0.2305,"unit":"кВ"}"#,
        r#"{"device":"a","value":0.5,"unit":"A"}"#,
        r#"{"device":"a","value":0.0005,"unit":"кА"}"#,
        r#"{"device":"p","value":1,"unit":"kW"}"#,
        r#"{"device":"e","value":5000,"unit":"Wh"}"#,
    ] {
        assert_eq!(found(good), none, "{good}");
    }
    assert_eq!(
        found(r#"{"device":"v","value":0.261,"unit":"kV"}"#),
        [["range", "/value", "0.261", "a number from 180 to 260 V"]]
    );
    assert_eq!(found(r#"{"device":"v","value":200,"unit":"mA"}"#), [["unit", "/unit", "\"mA\"", "\"V\""]]);
    assert_eq!(found(r#"{"device":"t","value":1,"unit":"mK"}"#)[0][0], "unit");
}

#[test]
fn a_registry_that_changes_is_read_again() {
    let work = Work::new();
    let path = work.file("m", "a\t0\t1\tV\n");
    let mut run = work.kymo("validate --meters m --log-level info").start();
    let answer = |run: &mut Running, device: &str| {
        // Behind each record one that always passes tells whether it did.
        run.send(&format!("{{\"device\":\"{device}\",\"value\":1}}\n{{\"device\":\"a\",\"value\":0}}\n"));
        let passed = run.line().contains(&format!("\"{device}\",\"value\":1"));
        passed && run.line().contains("\"value\":0")
    };
    assert!(answer(&mut run, "a") && !answer(&mut run, "b"));
    let end = Instant::now() + PATIENCE;
    work.file("m", "a\t0\t1\tV\nb\t0\t1\tV\n");
    while !answer(&mut run, "b") {
        assert!(Instant::now() < end, "it was not read again");
        std::thread::sleep(Duration::from_millis(50));
    }
    run.told("read meters file m again");
    // One that cannot be used is told once, and changes nothing.
    work.file("m", "a\t0\t1\tV\na\t0\t1\tV\n");
    std::thread::sleep(Duration::from_millis(1100));
    while answer(&mut run, "c")
        || run.try_told("the old registry is kept: read meters file m: line 2: device \"a\" occurs twice").is_none()
    {
        assert!(Instant::now() < end, "the bad one was not seen");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(answer(&mut run, "b"));
    std::fs::remove_file(&path).expect("a file");
    while run.try_told("the old registry is kept: the meters file is missing: No such file").is_none() {
        assert!(answer(&mut run, "b") && Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    if std::fs::File::open("/dev/tty").is_ok() {
        skip("SIGHUP, which ends what has a terminal");
        return;
    }
    // A change that nothing but the order can tell of: the same size and time.
    let write = |device: char| {
        let path = work.file("m", format!("a\t0\t1\tV\n{device}\t0\t1\tV\n"));
        std::fs::File::options()
            .append(true)
            .open(path)
            .and_then(|file| file.set_modified(std::time::UNIX_EPOCH))
            .expect("a file");
    };
    write('c');
    while !answer(&mut run, "c") {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    write('d');
    assert!(!answer(&mut run, "d"));
    run.signal(Signal::HUP);
    while !answer(&mut run, "d") {
        assert!(Instant::now() < end, "SIGHUP was not heard");
    }
    assert!(!answer(&mut run, "c"));
    let (_, _, status) = run.end();
    assert_eq!(status.code(), Some(1));
}
