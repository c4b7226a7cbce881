//! `db import`: tables of other programs.

use crate::databases::{Engine, on_each_engine};
use rusqlite::Connection;
use serde_json::json;

on_each_engine![the_old_loggers_database_is_taken_over, rows_that_are_no_records_are_rejected];

/// The table of the logger that kymo replaces.
const LOGGER: &str = "
    CREATE TABLE websocket_data (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
        ts INTEGER UNIQUE, temperature FLOAT, humidity FLOAT, dew_point FLOAT, heat_index FLOAT);
    CREATE INDEX idx_ts ON websocket_data (ts);
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 24999)
    INSERT INTO websocket_data (timestamp, ts, temperature, humidity, dew_point)
        SELECT '2023-10-11 04:00:03', 1696996803 + 5 * i, 70 + i % 7 * 0.5, CASE WHEN i % 10 THEN 88.7 END, 69 FROM n;";

fn the_old_loggers_database_is_taken_over(engine: Engine) {
    let db = engine.database();
    let old = db.path("old.db");
    Connection::open(&old).expect("a database").execute_batch(LOGGER).expect("a table");
    let before = std::fs::read(&old).expect("a file");
    let import = |more: &str| {
        let flags = "--time ts --columns ts,temperature,humidity,dew_point";
        let out = db.kymo(&format!("db import old.db websocket_data {} {flags} {more}", db.target())).ok();
        serde_json::from_str::<serde_json::Value>(&out).expect("a summary")
    };
    let dry = import("--dry-run");
    assert_eq!((&dry["rows"], &dry["stored"], &dry["dry_run"]), (&json!(25_000), &json!(25_000), &json!(true)));
    let first = import("");
    assert_eq!((&first["stored"], &first["rejected"], &first["duplicates"]), (&json!(25_000), &json!(0), &json!(0)));
    let second = import("");
    assert_eq!((&second["stored"], &second["duplicates"]), (&json!(0), &json!(25_000)));
    let found = db.query("--limit 2");
    let wanted = json!([
        {"ts": "2023-10-11T04:00:03Z", "temperature": 70.0, "dew_point": 69.0},
        {"ts": "2023-10-11T04:00:08Z", "temperature": 70.5, "humidity": 88.7, "dew_point": 69.0},
    ]);
    assert_eq!(json!(found), wanted);
    assert_eq!(std::fs::read(&old).expect("a file"), before);
}

fn rows_that_are_no_records_are_rejected(engine: Engine) {
    let db = engine.database();
    let sql = "
        CREATE TABLE \"log of 2024\" (\"when\" TEXT, station TEXT, t, note);
        INSERT INTO \"log of 2024\" VALUES
            ('27.10.2024 02:30', 'a', 1, NULL), ('27.10.2024 02:30', 'b', 2.5, 'x'), ('27.10.2024 02:10', 'a', 3, NULL),
            ('27.10.2024 03:10', 'a', 4, 'y'), (NULL, 'a', 5, NULL), ('soon', 'a', 6, NULL),
            ('28.10.2024 00:00', 'a', 9e999, NULL), ('28.10.2024 00:01', 'a', x'00ff', NULL),
            ('28.10.2024 00:02', 'a', 7, CAST(x'ff41' AS TEXT));
        CREATE VIEW everything AS SELECT * FROM \"log of 2024\";";
    Connection::open(db.path("old.db")).expect("a database").execute_batch(sql).expect("a table");
    let flags = "--rename when=time,station=device --time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin --rejects r";
    let words = format!("db import old.db 'log of 2024' {} {flags}", db.target());
    let ended = db.kymo(&words).end().code(1);
    assert!(
        ended.stdout().contains("\"rows\":9,\"stored\":4") && ended.stdout().contains("\"rejected\":5"),
        "{}",
        ended.stdout()
    );
    let codes: Vec<String> = db
        .read("r")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a reject"))
        .map(|reject| format!("{} {}", reject["line"], reject["code"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(codes, ["5 time", "6 time", "7 value", "8 binary", "9 utf8"]);
    // The second pass of the hour, of the series that stepped back.
    let times: Vec<String> = db
        .query("")
        .iter()
        .map(|record| format!("{} {}", record["time"].as_str().unwrap_or(""), record["t"]))
        .collect();
    assert_eq!(
        times,
        ["2024-10-27T00:30:00Z 1", "2024-10-27T00:30:00Z 2.5", "2024-10-27T01:10:00Z 3", "2024-10-27T02:10:00Z 4"]
    );
    let again = db.kymo(&words.replace("'log of 2024'", "everything").replace("--rejects r", "")).end().code(1);
    assert!(again.stdout().contains("\"duplicates\":4"), "{}", again.stdout());
    for (wrong, code, why) in [
        ("old.db nothing", 2, "has no table nothing; there are: log of 2024, everything"),
        ("none.db x", 74, "there is no such database"),
        ("old.db everything --time x", 2, "no column x has the time (--time); there are: when, station, t, note"),
        ("old.db everything --time when --columns when,y", 2, "has no column y; there are: when"),
        ("old.db everything --time when --rename t=when", 2, "two columns would be called when"),
        ("old.db everything --rename t", 2, "COLUMN=FIELD"),
    ] {
        let (place, flags) = wrong.split_once(" --").map_or((wrong, String::new()), |(a, b)| (a, format!("--{b}")));
        db.kymo(&format!("db import {place} {} {flags}", db.target())).end().code(code).tells(why);
    }
}
