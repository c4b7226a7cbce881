//! JSON Schema: drafts, formats, references, and those that mean nothing.

use super::*;

fn schema(schema: &str, record: &str) -> Vec<[String; 4]> {
    faults("--schema s.json", &[("s.json", schema)], record)
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
                number of s since 1970: not an RFC 3339 time (--time-format FORMAT reads others); /value is 1, expected a number from 180 to 260; /unit is \"A\", expected \"V\"; \
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

/// K23: by their digits, also where two of them are one double.
#[test]
fn numbers_are_compared_by_their_digits() {
    let few = |text: &str, values: &[&str]| {
        let schema = text.to_owned();
        values.iter().map(|value| self::schema(&schema, &format!("{{\"a\":{value}}}")).len()).collect::<Vec<_>>()
    };
    let of = |words: &str| format!("{{\"properties\":{{\"a\":{{{words}}}}}}}");
    let near = ["18014398509481984", "18014398509481984.25", "18014398509481983.75", "1.8014398509481984e16"];
    for (words, faults) in [
        ("\"maximum\":18014398509481984", [0, 1, 0, 0]),
        ("\"minimum\":18014398509481984", [0, 0, 1, 0]),
        ("\"exclusiveMaximum\":18014398509481984", [1, 1, 0, 1]),
        ("\"exclusiveMinimum\":18014398509481984", [1, 0, 1, 1]),
        ("\"maximum\":18014398509481984.25", [0, 0, 0, 0]),
        ("\"multipleOf\":0.5", [0, 1, 1, 0]),
        ("\"const\":18014398509481984.25", [1, 0, 1, 1]),
        ("\"enum\":[1,18014398509481984]", [0, 1, 1, 0]),
        ("\"type\":\"integer\"", [0, 1, 1, 0]),
    ] {
        assert_eq!(few(&of(words), &near), faults, "{words}");
    }
    assert_eq!(few(&of("\"multipleOf\":0.01"), &["4.35", "0.07", "4.355", "0"]), [0, 0, 1, 0]);
    assert_eq!(
        few(&of("\"const\":{\"b\":[0.30000000000000000001]}"), &["{\"b\":[0.30000000000000000001]}", "{\"b\":[0.3]}"]),
        [0, 1]
    );
    let told = self::schema(&of("\"maximum\":18014398509481984.25"), "{\"a\":18014398509481984.5}");
    assert_eq!(told, [["schema", "/a", "18014398509481984.5", "at most 18014398509481984.25"]]);
    // Draft 4 has the word beside the limit.
    let old = "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"properties\":{\"a\":{\"maximum\":18014398509481984,\"exclusiveMaximum\":true}}}";
    assert_eq!(few(old, &near), [1, 1, 0, 1]);
}
