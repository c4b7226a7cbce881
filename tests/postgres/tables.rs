//! How `store` makes a table of readings, and what it leaves alone where it may make none.

use crate::databases::{Database, Engine};

const ONE: &str = "{\"time\":1,\"device\":\"a\",\"value\":1}\n";

fn database() -> Option<Database> {
    Engine::Postgres.is_here().then(|| Engine::Postgres.database())
}

/// The indexes of a table, each by what stands behind USING.
fn indexes(db: &Database, table: &str) -> Vec<String> {
    let sql =
        format!("SELECT split_part(indexdef, ' USING ', 2) FROM pg_indexes WHERE tablename = '{table}' ORDER BY 1");
    db.other().texts(&sql)
}

#[test]
fn the_key_begins_with_the_time_and_an_index_by_series_is_made_on_request() {
    let Some(db) = database() else { return };
    for (table, flags, wanted) in [
        ("plain", "", &["btree (\"time\", device)"][..]),
        ("more", "--by device,place", &["btree (\"time\", device, place)"]),
        ("both", "--series-index", &["btree (\"time\", device)", "btree (device, \"time\")"]),
        ("twice", "--at-least-once", &["brin (\"time\")"]),
    ] {
        db.store(&format!("--table {table} {flags}"), ONE);
        assert_eq!(indexes(&db, table), wanted, "{table}");
    }
    // It is there or not from the beginning.
    assert_eq!(db.store("--table plain --series-index", ONE)["duplicates"], 1);
    assert_eq!(indexes(&db, "plain").len(), 1);
}

/// All that can be tried where the extension is not.
#[test]
fn without_timescaledb_a_table_is_a_table() {
    let Some(db) = database() else { return };
    if !db.other().texts("SELECT 1 FROM pg_available_extensions WHERE name = 'timescaledb'").is_empty() {
        return crate::harness::skip("TimescaleDB is here: nothing is known of it");
    }
    let store = |flags: &str| db.kymo(&format!("store {} {flags}", db.target())).stdin(ONE);
    store("--timescale on")
        .end()
        .code(2)
        .tells("has no TimescaleDB: CREATE EXTENSION timescaledb, or --timescale auto");
    assert_eq!(db.other().texts("SELECT to_regclass('readings') IS NULL"), ["t"]);
    for (table, mode) in [("a", "auto"), ("b", "off")] {
        let more = "--chunk 1d --compress-after 7d --retain 30d";
        store(&format!("--table {table} --timescale {mode} {more}")).ok();
        assert_eq!(db.number(&format!("SELECT count(*) FROM {table}")), 1);
    }
    store("--timescale maybe").end().code(2).tells("auto, on, off");
    store("--chunk soon").end().code(2).tells("--chunk");
}

/// Nothing that is there is changed, whatever comes; what a pipeline remembers goes into a file.
#[test]
fn where_nothing_may_be_changed_filled_rows_stay() {
    let Some(db) = database() else { return };
    db.store(
        "",
        "{\"time\":1,\"device\":\"a\",\"value\":1,\"filled\":true}\n{\"time\":2,\"device\":\"a\",\"value\":2}\n",
    );
    for (record, fate) in [
        (ONE, "superseded"),
        ("{\"time\":2,\"device\":\"a\",\"value\":2}\n", "duplicates"),
        ("{\"time\":2,\"device\":\"a\",\"value\":3}\n", "rejected"),
        ("{\"time\":2,\"device\":\"a\",\"value\":3,\"filled\":true}\n", "superseded"),
        ("{\"time\":3,\"device\":\"a\",\"value\":3,\"new\":1}\n", "rejected"),
        ("{\"time\":3,\"device\":\"a\",\"value\":3}\n", "stored"),
    ] {
        assert_eq!(db.store("--no-ddl", record)[fate], 1, "{record}");
    }
    assert_eq!(db.number("SELECT count(*) FROM readings WHERE filled"), 1);
    let run = format!("run --state s 'gapfill --every 1s | store {} --no-ddl --table readings'", db.target());
    db.kymo(&run).stdin("{\"time\":4,\"device\":\"a\",\"value\":4}\n").ok();
    db.kymo(&run).stdin("{\"time\":6,\"device\":\"a\",\"value\":6}\n").ok();
    assert_eq!(db.other().texts("SELECT value FROM readings WHERE extract(epoch FROM time) = 5"), ["5"]);
    assert_eq!(db.number("SELECT count(*) FROM kymo_state"), 0);
}
