//! `db info`.

use super::{info, run_from_queue};
use crate::databases::{Engine, on_each_engine, readings};
use serde_json::json;

on_each_engine![what_there_is_is_told, nothing_is_told_as_nothing, it_changes_nothing];

fn what_there_is_is_told(engine: Engine) {
    let db = engine.database();
    db.store("", readings(1001));
    db.store("--table other --by '' ", "");
    db.store("--table third --time t --by a,b", r#"{"x":null,"t":1.5,"X":true,"y":{"z":1}}"#);
    let gap = "{\"time\":1,\"device\":\"g\",\"v\":1}\n{\"no\":\"time\"}\n{\"time\":4,\"device\":\"g\",\"v\":4}\n{}\n";
    run_from_queue(&db, "lab1", gap);
    let told = info(&db);
    assert_eq!(told["engine"], engine.either("SQLite", "PostgreSQL"));
    let version = told["version"].as_str().expect("a version");
    assert!(version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(' '), "{version}");
    assert_eq!((&told["schema"], &told["rejects"]), (&json!(1), &json!(2)));
    assert!(told["bytes"].as_u64() > Some(10_000));
    assert_eq!((&told["states"][0]["pipeline"], &told["states"][0]["stages"]), (&json!("lab1"), &json!(1)));
    assert!(told["states"][0]["bytes"].as_u64() > Some(0) && told["states"][1].is_null());
    assert_eq!(told["tables"].as_array().map(Vec::len), Some(2));
    let readings = &told["tables"][0];
    let column = |name: &str, of: &str| json!({"field":name,"column":name,"type":of});
    for (name, wanted) in [
        ("table", json!("readings")),
        ("records", json!(1005)),
        ("series", json!(3)),
        ("estimated", json!([])),
        ("first", json!("1970-01-01T00:00:01Z")),
        ("last", json!("2023-11-14T22:21:40Z")),
        ("precision", json!(engine.either("ns", "us"))),
        ("key", json!(["time", "device"])),
        ("last_trim", json!(null)),
        ("hypertable", json!(null)),
    ] {
        assert_eq!(readings[name], wanted, "{name}");
    }
    assert_eq!(readings["columns"][0], column("time", "time"));
    assert_eq!(readings["columns"][2], column("value", "number"));
    assert_eq!(readings["bytes"].is_null(), engine == Engine::Sqlite);
    let third = &told["tables"][1];
    assert_eq!((&third["table"], &third["records"], &third["series"]), (&json!("third"), &json!(1), &json!(1)));
    assert_eq!(third["key"], json!(["t", "a", "b"]));
    // Names that differ by case have columns of their own.
    let columns = third["columns"].as_array().expect("columns");
    assert!(columns.contains(&column("x", "unset")) && columns.contains(&column("y", "json")), "{columns:?}");
    assert!(columns.iter().any(|c| c["field"] == "X" && c["type"] == "bool" && c["column"] != "x"), "{columns:?}");
    // For people.
    let page = db.kymo(&format!("db info {}", db.target())).ok();
    for line in [
        "schema     version 1",
        "rejects    2 kept",
        "table readings",
        "  records  1,005",
        "  series   3",
        "  first    1970-01-01T00:00:01Z",
        "  last     2023-11-14T22:21:40Z",
        engine.either("  times    nanoseconds", "  times    microseconds"),
        "  key      time, device",
        "  trimmed  -",
        "  columns  time    time",
        "           device  series",
    ] {
        assert!(page.lines().any(|found| found == line), "{line:?} in\n{page}");
    }
    assert!(page.contains("states     lab1 (1 stage, "), "{page}");
    // A trim that stays keeps when it ran.
    let trim = db.kymo(&format!("trim {} --keep 100000d --every 1h --json", db.target())).start();
    trim.line();
    trim.signal(rustix::process::Signal::TERM);
    trim.end();
    assert!(info(&db)["tables"][0]["last_trim"].as_str().is_some_and(|time| time.starts_with("20")));
}

fn nothing_is_told_as_nothing(engine: Engine) {
    let db = engine.database();
    let ended = db.kymo(&format!("db info {}", db.nowhere())).end();
    match engine {
        Engine::Sqlite => drop(ended.code(74).tells("db info: open no.db: there is no such database")),
        Engine::Postgres => drop(ended.code(2).tells("database \"nowhere\" does not exist")),
    }
    if engine == Engine::Postgres {
        // A database with nothing of kymo's.
        let page = db.kymo(&format!("db info {}", db.target())).ok();
        assert!(page.ends_with("schema     not created by kymo\n"), "{page}");
        assert_eq!((&info(&db)["schema"], &info(&db)["tables"]), (&json!(0), &json!([])));
    }
    db.kymo(&format!("db init {} --columns x:number", db.target())).ok();
    let table = &info(&db)["tables"][0];
    let nothing = json!([0, 0, null, null]);
    assert_eq!(json!([table["records"], table["series"], table["first"], table["last"]]), nothing);
    let page = db.kymo(&format!("db info {}", db.target())).ok();
    assert!(page.contains("  first    -\n") && page.contains("states     none\n"), "{page}");
}

fn it_changes_nothing(engine: Engine) {
    let db = engine.database();
    db.store("", readings(100));
    if engine == Engine::Postgres {
        // Where nothing can be written, as on a standby.
        let target = format!("{}?options=-c%20default_transaction_read_only%3Don", db.target());
        db.kymo(&format!("db info {target}")).ok();
        db.kymo(&format!("db check {target}")).ok();
        // What would take long to count is told as the server estimates it.
        db.execute("UPDATE pg_class SET reltuples = 12345678 WHERE relname = 'readings'");
        let table = &info(&db)["tables"][0];
        assert_eq!((&table["records"], &table["estimated"]), (&json!(12_345_678), &json!(["records", "series"])));
        let page = db.kymo(&format!("db info {}", db.target())).ok();
        assert!(page.contains("  records  about 12,345,678\n  series   about 2\n"), "{page}");
        return;
    }
    let bytes = || std::fs::read(db.path(db.target())).expect("a file");
    let before = bytes();
    db.kymo("db info readings.db").ok();
    db.kymo("db check readings.db").ok();
    assert!(bytes() == before);
    // A queue is none of ours.
    db.kymo("queue put q.db").stdin("{}\n").ok();
    for command in ["info", "check"] {
        db.kymo(&format!("db {command} q.db")).end().code(2).tells("is a queue, not a database");
    }
}

/// What only PostgreSQL's tables can be.
#[test]
fn tables_without_a_key_and_with_finer_times() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let db = Engine::Postgres.database();
    db.store("--at-least-once --precision ns", "{\"time\":1,\"device\":1}\n{\"time\":1,\"device\":1}\n");
    let table = &info(&db)["tables"][0];
    assert_eq!((&table["key"], &table["precision"], &table["records"]), (&json!([]), &json!("ns"), &json!(2)));
    let page = db.kymo(&format!("db info {}", db.target())).ok();
    assert!(page.contains("  key      none\n") && page.contains("  times    nanoseconds\n"), "{page}");
    db.kymo(&format!("db check {}", db.target())).ok();
}
