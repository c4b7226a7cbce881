//! `db init`: tables for those who may make none.

use super::info;
use crate::databases::{Database, Engine, on_each_engine};
use crate::postgres::server;
use serde_json::{Value, json};

on_each_engine![
    it_can_be_run_again_and_again,
    columns_are_made_as_told,
    what_is_there_otherwise_is_told_and_stays,
    wrong_words_are_told,
];

fn init(db: &Database, flags: &str) -> String {
    db.kymo(&format!("db init {} {flags}", db.target())).ok()
}

/// Field and type of each column.
fn columns(db: &Database, table: usize) -> Vec<(String, String)> {
    let info = info(db);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let columns = info["tables"][table]["columns"].as_array().expect("columns").clone();
    columns.iter().map(|column| (text(&column["field"]), text(&column["type"]))).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(field, of)| ((*field).to_owned(), (*of).to_owned())).collect()
}

fn it_can_be_run_again_and_again(engine: Engine) {
    let db = engine.database();
    // Around the readings, no more.
    for _ in 0..2 {
        init(&db, "");
        let info = info(&db);
        assert_eq!((&info["schema"], &info["tables"], &info["rejects"]), (&json!(1), &json!([]), &json!(0)));
    }
    for _ in 0..2 {
        init(&db, "--schema EX/surfrad.schema.json");
        assert_eq!(info(&db)["tables"][0]["table"], "readings");
    }
    db.kymo(&format!("store {} EX/surfrad.ndjson", db.target())).ok();
    let before = db.query("--limit 3");
    // Further columns, and those of one that is there.
    init(&db, "--columns temperature:number,note:text");
    assert_eq!(db.query("--limit 3"), before);
    db.store("", r#"{"time":"2024-01-01T00:00:00Z","note":"x"}"#);
    assert_eq!(db.query("--since 2024-01-01"), [json!({"time":"2024-01-01T00:00:00Z","note":"x"})]);
    assert!(columns(&db, 0).contains(&("note".to_owned(), "text".to_owned())));
    db.kymo(&format!("db check {}", db.target())).ok();
}

fn columns_are_made_as_told(engine: Engine) {
    let db = engine.database();
    init(&db, "--columns value:number,unit:text,ok:bool,raw:json,at:text,lab:text --time at --by lab,room --more");
    assert_eq!(
        columns(&db, 0),
        pairs(&[
            ("value", "number"),
            ("unit", "text"),
            ("ok", "bool"),
            ("raw", "json"),
            ("at", "time"),
            ("lab", "series"),
            ("room", "series"),
            ("", "nulls"),
            ("", "more")
        ])
    );
    assert_eq!(info(&db)["tables"][0]["key"], json!(["at", "lab", "room"]));
    let record = json!({"at":"2024-01-01T00:00:00Z","lab":"a","value":1.5,"unit":null,"raw":[1],"new":{"x":1}});
    db.store("--time at --by lab,room --evolve json", record.to_string());
    assert_eq!(db.query(""), [record]);
    // Of a schema's field that can be several things the first value decides; a column that knew nothing yet learns it.
    db.file("any.json", r#"{"properties":{"x":{"type":["number","string"]},"y":{}}}"#);
    init(&db, "--table other --schema any.json");
    let unset = [("x", "unset"), ("y", "unset"), ("time", "time"), ("device", "series"), ("", "nulls")];
    assert_eq!(columns(&db, 0), pairs(&unset));
    init(&db, "--table other --columns x:text");
    assert_eq!(columns(&db, 0)[0], ("x".to_owned(), "text".to_owned()));
    db.store("--table other", r#"{"time":1,"x":"a","y":2}"#);
    db.kymo(&format!("db check {}", db.target())).ok();
}

fn what_is_there_otherwise_is_told_and_stays(engine: Engine) {
    let db = engine.database();
    init(&db, "--columns value:number");
    let before = columns(&db, 0);
    for (flags, told) in [
        ("--columns new:text,value:text", "column value of table readings keeps numbers, not text"),
        ("--columns value:number --time at", "has --time time --by device, not --time at --by device"),
        ("--columns value:number --by a,b", "not --time time --by a,b"),
    ] {
        db.kymo(&format!("db init {} {flags}", db.target())).end().code(2).tells(told);
        assert_eq!(columns(&db, 0), before, "{flags}");
    }
    db.execute("CREATE TABLE mine (x integer)");
    db.kymo(&format!("db init {} --table mine --columns x:number", db.target()))
        .end()
        .code(2)
        .tells("\"mine\" already");
    // It says no more of a table that it does not make.
    init(&db, "--table mine");
    if engine == Engine::Postgres {
        for (flags, told) in [
            ("--precision ns", "another --precision"),
            ("--at-least-once", "a key, not --at-least-once"),
            ("--series-index", "no --series-index"),
        ] {
            let words = format!("db init {} --columns value:number {flags}", db.target());
            db.kymo(&words).end().code(2).tells(&format!("table readings was created with {told}"));
        }
        init(&db, "--columns value:number --precision us");
    }
}

fn wrong_words_are_told(engine: Engine) {
    let db = engine.database();
    for (flags, told) in [
        ("--columns x", "FIELD:TYPE"),
        ("--columns x:integer", "not one of number, text, bool, json"),
        ("--columns x:unset", "not one of number, text, bool, json"),
        ("--columns x:text --schema EX/surfrad.schema.json", "cannot be used with"),
        ("--schema no.json", "read schema no.json"),
        ("--columns x:text --table kymo_x", "cannot be a table of readings"),
        ("--columns x:text --table ''", "cannot be a table of readings"),
        ("--by a", "is missing"),
        ("--time a", "is missing"),
        ("--more", "is missing"),
        ("--precision ns", "is missing"),
        ("--at-least-once", "is missing"),
        ("--series-index", "is missing"),
        ("--columns x:text --timescale on", engine.either("--timescale on is for PostgreSQL", "has no TimescaleDB")),
        ("--grant nobody", engine.either("--grant is for PostgreSQL", "role \"nobody\" does not exist")),
    ] {
        db.kymo(&format!("db init {} {flags}", db.target())).end().code(2).tells(told);
    }
    db.kymo("db init").end().code(2);
    db.kymo("db init mysql://x").end().code(2).tells("no database engine");
    if engine == Engine::Sqlite {
        for flags in ["--precision us", "--at-least-once", "--series-index", "--retain 1d", "--compress-after 1d"] {
            let told = format!("{} is for PostgreSQL", flags.trim_end_matches(" 1d"));
            db.kymo(&format!("db init {} --columns x:text {flags}", db.target())).end().code(2).tells(&told);
        }
        assert!(!db.path(db.target()).exists());
        init(&db, "--columns x:text --precision ns --timescale auto --chunk 1d");
    }
}

/// Who has nothing but what is granted stores, and changes nothing.
#[test]
fn a_user_with_insert_and_select_stores() {
    let Some(own) = server::Database::new() else { return };
    let db = Engine::Postgres.database();
    let own = own.server;
    own.sql("postgres", "CREATE ROLE poor LOGIN; CREATE ROLE \"Very Poor\" LOGIN");
    let name = db.target().rsplit('/').next().expect("a name").to_owned();
    // What everybody has by itself is taken from everybody.
    db.execute(&format!("REVOKE ALL ON DATABASE {name} FROM public; REVOKE ALL ON SCHEMA public FROM public"));
    let as_user = |user: &str| db.target().replacen("kymo@", &format!("{user}@"), 1);
    let poor = as_user("poor");
    let store = |user: &str, flags: &str| db.kymo(&format!("store {user} --no-ddl {flags}"));
    let records =
        "{\"time\":1,\"device\":\"a\",\"value\":1,\"unit\":null}\n{\"time\":2,\"device\":\"a\",\"value\":2}\n";

    let columns = "--columns value:number,unit:text,filled:bool --more";
    init(&db, "");
    store(&poor, "").stdin(records).end().code(77).tells("permission denied");
    init(&db, "--grant poor");
    store(&poor, "")
        .stdin(records)
        .end()
        .code(2)
        .tells("--no-ddl: there is no table readings of readings: kymo db init");
    let granted = init(&db, &format!("{columns} --grant poor"));
    let wanted = [
        format!("GRANT CONNECT, TEMPORARY ON DATABASE \"{name}\" TO \"poor\";"),
        "GRANT USAGE ON SCHEMA \"public\" TO \"poor\";".to_owned(),
        "GRANT SELECT ON \"public\".kymo_schema, \"public\".kymo_tables, \"public\".kymo_columns TO \"poor\";"
            .to_owned(),
        "GRANT SELECT, INSERT ON \"public\".\"readings\" TO \"poor\";".to_owned(),
    ];
    assert_eq!(granted.lines().collect::<Vec<_>>(), wanted);
    store(&poor, "").stdin(records).ok();
    // Again: equal, different, filled; and fields that have no column.
    let again = "{\"time\":1,\"device\":\"a\",\"value\":1,\"unit\":null}\n{\"time\":2,\"device\":\"a\",\"value\":3}\n\
        {\"time\":2,\"device\":\"a\",\"value\":2.5,\"filled\":true}\n{\"time\":3,\"new\":1}\n";
    let ended = store(&poor, "--evolve json --summary").stdin(again).end().code(1).tells("a different record");
    ended.tells("\"duplicates\":1,").tells("\"replaced\":0,").tells("\"stored\":1,\"superseded\":1");
    store(&poor, "").stdin("{\"time\":4,\"other\":1}\n").end().code(1).tells("--no-ddl adds none");
    assert_eq!(db.query("").len(), 3);
    // What it is told of without having made it.
    let told = db.kymo(&format!("db info {poor}")).ok();
    assert!(
        told.contains("rejects    no permission to read it") && told.contains("states     no permission to read it"),
        "{told}"
    );

    // The statements as psql takes them.
    if !crate::harness::programs::needs("psql") {
        return;
    }
    let statements = init(&db, "");
    assert_eq!(statements, granted.replace("\"poor\"", ":\"role\""));
    db.file("grant.sql", &statements);
    let psql = format!("psql -X -v ON_ERROR_STOP=1 -v 'role=Very Poor' -f grant.sql {}", db.target());
    let ended = db.shell(&format!("PATH=$PATH:$(echo /usr/lib/postgresql/*/bin) {psql}")).end().code(0);
    ended.assert(ended.stdout().matches("GRANT").count() == 4, "four grants");
    store(&as_user("Very%20Poor"), "").stdin("{\"time\":9}\n").ok();
    own.sql(&name, "DROP OWNED BY poor, \"Very Poor\"");
    own.sql("postgres", "DROP ROLE poor, \"Very Poor\"");
}
