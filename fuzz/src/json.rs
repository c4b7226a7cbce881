//! Any bytes: the scanner accepts what `serde_json` accepts, finds the same members, and nothing
//! that takes JSON panics, checked or not. fuzz/README.md says how to run it.

#![no_main]

use kymo::json;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|text: &[u8]| {
    let theirs: Option<Value> = serde_json::from_slice(text).ok();
    let ours = json::check(text);
    assert_eq!(theirs.is_some(), ours.is_ok(), "{ours:?}");

    let mut members = Vec::new();
    let found = json::members(text, &mut members);
    match &theirs {
        Some(Value::Object(map)) => {
            found.expect("serde_json accepts it");
            let mut seen = Map::new();
            for member in &members {
                let value: Value = serde_json::from_slice(member.value(text)).expect("a value");
                assert_eq!(member.text(text).as_deref(), value.as_str());
                assert_eq!(member.number(text), value.as_f64());
                seen.insert(member.key_text(text).into_owned(), value);
            }
            assert_eq!(&seen, map);
        }
        _ => {
            found.expect_err("serde_json refuses it");
            assert!(members.is_empty());
        }
    }

    let mut small = Vec::new();
    json::compact(text, &mut small);
    if let Some(value) = &theirs {
        assert_eq!(serde_json::from_slice::<Value>(&small).ok().as_ref(), Some(value));
        if let Value::Array(array) = value {
            assert_eq!(json::elements(text).count(), array.len());
        }
    }
    let _ = json::unescape(text);
    let _ = json::parse_f64(text);
    let _ = json::elements(text).count();
    let _ = json::pointer(text, &String::from_utf8_lossy(text));
});
