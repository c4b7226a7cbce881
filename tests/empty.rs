//! Pictures of nothing, and schemas whose parts are not checked.

use crate::harness::Work;

/// A picture without a line is written, and is no success (K53).
#[test]
fn a_picture_of_nothing_is_no_success() {
    let work = Work::new();
    let lines = "{\"time\":1,\"value\":1}\n{\"time\":2,\"value\":2}\n";
    for (words, input) in [
        ("plot x.svg --value temp", lines),
        ("plot x.png", ""),
        ("plot x.svg", "{\"time\":1,\"value\":null}\n"),
        ("run 'plot x.svg --value temp'", lines),
    ] {
        let ended = work.kymo(words).stdin(input).end().code(1);
        drop(ended.tells("nothing is drawn"));
    }
    assert!(work.path("x.svg").exists() && work.path("x.png").exists());
    assert_eq!(work.kymo("plot x.svg").stdin(lines).end().code(0).stderr(), "");
}

/// A format that is not checked is reported wherever it is, also behind references, in this file and in others (K53).
#[test]
fn a_format_that_is_not_checked_is_reported_behind_references() {
    let work = Work::new();
    work.file("main.json", r##"{"properties":{"a":{"$ref":"#/parts/a"},"b":{"$ref":"other.json#/parts/b"}},"parts":{"a":{"format":"date-tiem"}}}"##);
    work.file("other.json", r#"{"$defs":{},"allOf":[{"format":"uri-lenient"}],"parts":{"b":{"type":"string"}}}"#);
    let ended = work.kymo("validate --schema main.json --allow-ref .").stdin("{\"a\":\"x\"}\n").end().code(0);
    assert_eq!(ended.stderr().matches("is unknown and not checked").count(), 2, "{}", ended.stderr());
    ended.tells("date-tiem").tells("uri-lenient");
}

/// A record with very many fields that are not allowed: each is named, and the next record is validated (K35).
#[test]
fn many_faults_of_one_record_are_all_named() {
    let work = Work::new();
    for keyword in ["additionalProperties", "unevaluatedProperties"] {
        work.file("s.json", format!("{{\"properties\":{{\"time\":{{}}}},\"{keyword}\":false}}"));
        let fields: Vec<String> = (0..20_000).map(|n| format!("\"c{n}\":{n}")).collect();
        let lines = format!("{{\"time\":1,{}}}\n{{\"time\":2}}\n", fields.join(","));
        let ended = work.kymo("validate --schema s.json --rejects r").stdin(lines).end().code(1);
        assert_eq!(ended.stdout(), "{\"time\":2}\n");
        let reject: serde_json::Value = serde_json::from_str(&work.read("r")).expect("a reject");
        let faults = reject["errors"].as_array().expect("faults");
        assert_eq!((faults.len(), &faults[19_999]["found"]), (20_000, &serde_json::json!("19999")), "{keyword}");
        std::fs::remove_file(work.path("r")).expect("a file");
    }
}
