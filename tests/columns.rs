//! Which columns the first records of a table get.

use crate::databases::{Engine, on_each_engine};
use serde_json::json;
use std::fmt::Write as _;

on_each_engine! { a_measurement_has_no_column_of_text, a_record_of_very_many_fields_is_counted_first }

/// What a device says before it has a value makes no column of text: later numbers are kept.
// K67
fn a_measurement_has_no_column_of_text(engine: Engine) {
    let db = engine.database();
    let records = "{\"time\":1,\"value\":\"NAN\",\"status\":\"ok\"}\n{\"time\":2,\"value\":\"warming up\"}\n\
                   {\"time\":3,\"temp\":\"NaN\"}\n{\"time\":4,\"value\":21.5,\"temp\":7,\"status\":\"ok\"}\n\
                   {\"time\":5,\"value\":null}\n{\"time\":6,\"value\":\"x\"}\n";
    let run = db.kymo(&format!("store {} --rejects r --summary", db.target())).stdin(records);
    run.end().code(1).tells("\"stored\":2,");
    assert_eq!(db.read("r").lines().count(), 4);
    assert_eq!(db.read("r").matches("waits for a number").count(), 2, "{}", db.read("r"));
    let kept = db.query("--since 1970-01-01T00:00:04Z --until 1970-01-01T00:00:05Z");
    assert_eq!(kept, [json!({"time":"1970-01-01T00:00:04Z","value":21.5,"temp":7,"status":"ok"})]);
}

// K36
fn a_record_of_very_many_fields_is_counted_first(engine: Engine) {
    let db = engine.database();
    let mut wide = String::from("{\"time\":1");
    for n in 0..40_000 {
        write!(wide, ",\"c{n}\":{n}").expect("text");
    }
    wide.push_str("}\n");
    let words = |flags: &str| format!("store {} {flags} --rejects r", db.target());
    db.kymo(&words("")).stdin(&wide).end().code(1);
    assert!(db.read("r").contains("\"columns\""));
    db.kymo(&words("")).stdin("{\"time\":1,\"a\":1}\n").ok();
    db.kymo(&words("")).stdin(wide.replace("\"time\":1", "\"time\":2")).end().code(1);
    // The first record of a table keeps all: some in columns, the others together.
    db.kymo(&words("--table wide --evolve json")).stdin(&wide).ok();
    let back = db.query("--table wide");
    assert_eq!(back[0].as_object().map(serde_json::Map::len), Some(40_001));
    assert_eq!((&back[0]["c0"], &back[0]["c39999"]), (&json!(0), &json!(39_999)));
}

// K61
#[test]
fn a_missing_folder_is_named() {
    let db = Engine::Sqlite.database();
    let told = db.kymo("store nodir/x.db").stdin("{\"time\":1}\n").end().code(74).stderr();
    assert_eq!(told, "kymo: store: open nodir/x.db: there is no folder nodir\n");
}
