//! A table of an SQLite file that another program has dropped; a database in which nothing was stored yet.

use crate::databases::{Engine, on_each_engine};
use serde_json::{Value, json};

on_each_engine! { a_fresh_database_is_no_fault, a_missing_table_is_no_wrong_word }

// K34
#[test]
fn a_dropped_table_is_created_again() {
    let db = Engine::Sqlite.database();
    let mut run = db.kymo("store readings.db --pass --flush 50ms").start();
    run.send("{\"time\":1,\"device\":\"a\",\"value\":7.5,\"old\":1}\n");
    run.line();
    db.execute("DROP TABLE readings");
    run.send("{\"time\":3,\"device\":\"a\",\"value\":9.5}\n");
    run.line();
    let (_, told, status) = run.end();
    assert!(status.success() && told.contains("it is created again"), "{told}");
    assert_eq!(db.query(""), [json!({"time":"1970-01-01T00:00:03Z","device":"a","value":9.5})]);
    db.execute("DROP TABLE readings");
    db.kymo("query readings.db").end().code(74).tells("no table");
    db.kymo("store readings.db").stdin("{\"time\":4,\"new\":true}\n").end().code(0).tells("it is created again");
    assert_eq!(db.query(""), [json!({"time":"1970-01-01T00:00:04Z","new":true})]);
    db.kymo("db check readings.db").ok();
}

/// The jobs of a station that has stored nothing yet succeed.
// K61
fn a_fresh_database_is_no_fault(engine: Engine) {
    let db = engine.database();
    db.kymo(&format!("db init {}", db.target())).ok();
    for flags in ["", "--stats", "--bucket 1h", "--to csv", "--last 1h"] {
        assert_eq!(db.query(flags), Vec::<Value>::new(), "{flags}");
    }
    db.kymo(&format!("trim {} --keep 1d", db.target())).ok();
    db.kymo(&format!("db move {} copy.db --table readings", db.target())).ok();
    db.kymo(&format!("db move {} copy2.db", db.target())).ok();
}

/// A table may come later: a supervisor may start it again.
// K61
fn a_missing_table_is_no_wrong_word(engine: Engine) {
    let db = engine.database();
    db.store("--table other", "{\"time\":1}\n");
    for command in ["query", "trim --keep 1d"] {
        db.kymo(&format!("{command} {}", db.target())).end().code(74).tells("has no table \"readings\" of readings");
    }
    db.kymo(&format!("db move {} copy.db --table readings", db.target())).end().code(74);
}

/// A trigger of an SQLite file that ignores rows: they are rejects, whatever `--on-conflict` says.
#[test]
fn rows_that_a_trigger_ignores_are_rejects() {
    for how in ["reject", "ignore", "replace"] {
        let db = Engine::Sqlite.database();
        db.store("", "{\"time\":0,\"device\":\"a\",\"value\":1}\n");
        db.execute(
            "CREATE TRIGGER ignore BEFORE INSERT ON readings WHEN NEW.value > 10 BEGIN SELECT RAISE(IGNORE); END",
        );
        let records = [(1, 5, false), (2, 11, false), (3, 12, true), (0, 13, false)].map(|(time, value, filled)| {
            format!("{{\"time\":{time},\"device\":\"a\",\"value\":{value},\"filled\":{filled}}}\n")
        });
        let counts = db.store(&format!("--on-conflict {how} --rejects r"), records.concat());
        // The last one has the key of a row that is there.
        let rejected = if how == "ignore" { 2 } else { 3 };
        assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(1), &json!(rejected)), "{how}: {counts}");
        assert_eq!(counts["replaced"], 0, "{how}: {counts}");
        assert_eq!(db.number("SELECT count(*) FROM readings"), 2, "{how}");
        let rejects = db.read("r");
        let wanted = if how == "replace" { 3 } else { 2 };
        assert_eq!(rejects.matches("\"code\":\"not-stored\",").count(), wanted, "{how}: {rejects}");
    }
}
