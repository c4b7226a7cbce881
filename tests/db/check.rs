//! `db check`: sound databases, and each thing that can be wrong.

use crate::databases::{Database, Engine, on_each_engine, readings};
use std::io::{Seek as _, SeekFrom, Write as _};

on_each_engine![what_is_sound_is_told_by_the_status, kymo_columns_and_the_tables_agree];

/// What is told; something must be wrong.
fn faults(db: &Database) -> String {
    db.kymo(&format!("db check {}", db.target())).end().code(1).stdout()
}

/// A table with a column of each type.
fn filled(engine: Engine) -> Database {
    let db = engine.database();
    let records = "{\"time\":1,\"device\":\"a\",\"n\":1,\"s\":\"x\",\"b\":true,\"j\":[1],\"u\":null}\n\
        {\"time\":2,\"device\":\"a\",\"late\":1,\"lost\":\"x\"}\n{\"time\":3,\"more\":1}\n";
    db.store("--evolve add", records);
    db.store("--evolve json", "{\"time\":4,\"further\":{\"x\":1}}\n");
    db
}

fn what_is_sound_is_told_by_the_status(engine: Engine) {
    let db = filled(engine);
    assert_eq!(db.kymo(&format!("db check {}", db.target())).ok(), "");
    db.store("--table second", readings(1000));
    assert_eq!(db.kymo(&format!("db check {}", db.target())).ok(), "");
    // Columns of somebody else's are none of ours.
    db.execute("ALTER TABLE readings ADD COLUMN mine integer");
    assert_eq!(db.kymo(&format!("db check {}", db.target())).ok(), "");
    let ended = db.kymo(&format!("db check {}", db.nowhere())).end();
    ended.code(engine.either(74, 2));
}

fn kymo_columns_and_the_tables_agree(engine: Engine) {
    for (sql, told) in [
        ("DROP TABLE readings", "table readings: {} names it, and it is not there"),
        ("DELETE FROM kymo_columns WHERE type = 'time'", "table readings: kymo_columns names 0 columns of its time"),
        ("UPDATE kymo_columns SET type = 'time' WHERE field = 'device'", "names 2 columns of its time"),
        ("UPDATE kymo_columns SET field = 's' WHERE field = 'n'", "names two columns of field s"),
        (
            "UPDATE kymo_columns SET column_name = 'gone' WHERE field = 'n'",
            "it has no column gone, which keeps numbers of field n",
        ),
        (
            "UPDATE kymo_columns SET type = 'series' WHERE field = 's'",
            "its key is (time, device, s), and it has (time, device)",
        ),
    ] {
        let db = filled(engine);
        if engine == Engine::Sqlite {
            // It would be in the way.
            db.execute("DROP VIEW readings_utc");
        }
        db.execute(sql);
        let (found, told) = (faults(&db), told.replace("{}", engine.either("kymo_columns", "kymo_tables")));
        assert!(found.lines().any(|line| line.contains(&told)), "{sql}: {told:?} in {found}");
    }
}

#[test]
fn values_of_another_type_are_found() {
    let nulls = "column kymo_nulls keeps the names of fields that are null, and 4 values are something else";
    let json = "column j keeps objects and arrays of field j, and 1 value is something else";
    for (set, told) in [
        ("late = 'x'", "column late keeps numbers of field late, and 4 values are something else"),
        ("lost = 1.5", ""),
        ("j = '[1' WHERE time = 1000000000", json),
        ("kymo_nulls = '{}'", nulls),
        ("kymo_nulls = 'x'", nulls),
        ("more_2 = '[]'", "column more_2 keeps further fields, and 4 values are something else"),
        ("u = 1", "column u keeps null of field u, and 4 values are something else"),
    ] {
        let db = filled(Engine::Sqlite);
        db.execute(&format!("UPDATE readings SET {set}"));
        if told.is_empty() {
            // SQLite makes a text of it, as the column's type has it.
            db.kymo("db check readings.db").ok();
        } else {
            assert!(faults(&db).contains(told), "{set}: {}", faults(&db));
        }
    }
    // Of columns that the table was made with SQLite itself sees to that.
    let db = filled(Engine::Sqlite);
    for set in ["n = 'x'", "b = 2"] {
        let refused = db.other().execute(&format!("UPDATE readings SET {set}"));
        assert!(refused.is_err_and(|why| why.contains("CHECK")), "{set}");
    }
}

#[test]
fn a_table_with_another_key_is_found() {
    let db = filled(Engine::Sqlite);
    db.execute(
        "DROP VIEW readings_utc; ALTER TABLE readings RENAME TO old; CREATE TABLE readings AS SELECT * FROM old",
    );
    assert_eq!(faults(&db), "table readings: its key is (time, device), and it has none\n");
    db.execute("UPDATE readings SET device = NULL WHERE time < 2000000000");
    assert!(faults(&db).contains("column device keeps the series field device, and 1 value is something else"));
}

/// Each page but the first is overwritten in turn: it is told, and nothing else happens.
#[test]
fn damaged_pages_are_found() {
    let db = Database::sqlite();
    db.store("", readings(3000));
    let whole = std::fs::read(db.path(db.target())).expect("a file");
    let pages = whole.len() / 4096;
    let mut found = 0;
    for page in 1..pages {
        db.file("damaged.db", &whole);
        let mut file = std::fs::File::options().write(true).open(db.path("damaged.db")).expect("a file");
        file.seek(SeekFrom::Start(page as u64 * 4096)).expect("a place");
        file.write_all(&[0xa5; 4096]).expect("bytes");
        let ended = db.kymo("db check damaged.db").end();
        let code = ended.output.status.code();
        ended.assert(matches!(code, Some(0 | 1)) && ended.stderr().is_empty(), "sound or not");
        ended.assert((code == Some(1)) != ended.stdout().is_empty(), "a reason");
        found += usize::from(code == Some(1));
    }
    // Pages that are free may hold anything.
    assert!(found + 5 > pages, "{found} of {pages}");
}

#[test]
fn what_a_server_can_have_wrong_is_found() {
    if !Engine::Postgres.is_here() {
        return;
    }
    for (sql, told) in [
        (
            "ALTER TABLE readings ALTER n TYPE text",
            "column n, which keeps numbers of field n, is of type text, not numeric",
        ),
        ("ALTER TABLE readings ALTER time TYPE timestamp", "is of type timestamp without time zone, not timestamptz"),
        (
            "ALTER TABLE readings ALTER device TYPE text COLLATE \"C.utf8\"",
            "column device sorts as C.utf8, not as \"C\"",
        ),
        ("ALTER TABLE readings DROP CONSTRAINT readings_pkey", "its key is (time, device), and it has none"),
        (
            "ALTER TABLE readings DROP CONSTRAINT readings_pkey, ALTER device DROP NOT NULL; UPDATE readings SET device = NULL WHERE n = 1",
            "column device may be NULL, and 1 rows have it so",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indrelid = 'readings'::regclass",
            "index readings_pkey is not valid",
        ),
        ("DROP TABLE kymo_trim", "table kymo_trim is not there"),
        ("DELETE FROM kymo_columns", "kymo_columns has no column of it"),
        ("DELETE FROM kymo_tables", "table readings: kymo_columns names it, and kymo_tables does not"),
        ("UPDATE kymo_tables SET by_series = true", "it has no index by series"),
        (
            "CREATE TABLE \"Odd\" (); ALTER TABLE kymo_columns DROP CONSTRAINT kymo_columns_type_check; UPDATE kymo_columns SET type = 'x' WHERE field = 'n'",
            "column n has the unknown type x",
        ),
        (
            "INSERT INTO kymo_rejects (id, reject) OVERRIDING SYSTEM VALUE VALUES (7, '{}')",
            "kymo_rejects: its sequence gives numbers that are taken",
        ),
        (
            "CREATE ROLE somebody; ALTER TABLE readings OWNER TO somebody; ALTER TABLE kymo_columns OWNER TO somebody;
             CREATE ROLE nobody; ALTER TABLE kymo_schema OWNER TO nobody",
            "table readings belongs to somebody, and kymo_schema to nobody",
        ),
    ] {
        let db = filled(Engine::Postgres);
        db.execute(sql);
        let found = faults(&db);
        assert!(found.contains(told), "{sql}: {told:?} in {found}");
        if sql.contains("ROLE") {
            db.execute("REASSIGN OWNED BY somebody, nobody TO kymo; DROP ROLE somebody, nobody");
        }
    }
    // A database without any table of kymo's.
    let db = Engine::Postgres.database();
    assert!(faults(&db).contains("kymo db init creates them"));
    // Odd names, an index by series, the extension that looks into indexes.
    db.store("--table 'Odd \"table\"' --by 'a b,C' --series-index", "{\"time\":1,\"a b\":1,\"C\":\"x\"}\n");
    db.kymo(&format!("db check {}", db.target())).ok();
    if db.other().execute("CREATE EXTENSION amcheck").is_ok() {
        db.kymo(&format!("db check {}", db.target())).ok();
    }
}
