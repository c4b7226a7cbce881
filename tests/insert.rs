//! `store --insert` into SQLite: tables of other programs. That of PostgreSQL is in `postgres/insert.rs`.

use crate::databases::texts;
use crate::harness::Work;
use rusqlite::Connection;

const INTO: &str = "INSERT INTO measured (at, v) SELECT value ->> 'time', value ->> 'value' FROM json_each($1)";
const TWO: &str = "{\"time\":1,\"value\":1.5}\n{\"time\":2,\"value\":2}\n";

/// A file of somebody's, with this in it.
fn database(sql: &str) -> Work {
    let work = Work::new();
    Connection::open(work.path("own.db")).expect("a database").execute_batch(sql).expect("a table");
    work
}

fn insert(sql: &str, flags: &str) -> String {
    format!("store own.db --insert {} {flags}", shell_words::quote(sql))
}

fn values(work: &Work) -> Vec<String> {
    texts(&work.path("own.db"), "SELECT at || ' ' || v FROM measured ORDER BY at, rowid")
}

#[test]
fn a_table_of_another_program_gets_records() {
    let work = database("CREATE TABLE measured (at INTEGER, v REAL)");
    let refused = work.kymo(&insert(INTO, "")).stdin(TWO).end().code(2);
    refused.tells("--insert: table measured has no unique index").tells("give --at-least-once");
    for _ in 0..2 {
        work.kymo(&insert(INTO, "--at-least-once")).stdin(TWO).ok();
    }
    assert_eq!(values(&work), ["1 1.5", "1 1.5", "2 2.0", "2 2.0"]);
    // A number that only counts rows is no key.
    let keyed = database("CREATE TABLE \"measured\" (id INTEGER PRIMARY KEY, at INTEGER UNIQUE, v REAL)");
    let once = INTO.replace("INSERT INTO measured", "INSERT OR IGNORE INTO \"measured\"").replace("$1", "?1") + ";";
    for counts in ["\"stored\":2,\"superseded\":0", "\"stored\":0,\"superseded\":2"] {
        keyed.kymo(&insert(&once, "--summary")).stdin(TWO).end().code(0).tells(counts);
    }
    keyed.file("own.sql", INTO);
    let clash = "{\"time\":2,\"value\":9}\n{\"time\":3,\"value\":3}\n";
    let ended = keyed.kymo("store own.db --insert @own.sql --rejects r --summary").stdin(clash).end().code(1);
    ended.tells("\"rejected\":1").tells("\"stored\":1");
    assert!(keyed.read("r").contains("UNIQUE constraint failed: measured.at"), "{}", keyed.read("r"));
    assert_eq!(values(&keyed), ["1 1.5", "2 2.0", "3 3.0"]);
    // Nothing of kymo's is in it.
    let names = texts(&keyed.path("own.db"), "SELECT name FROM sqlite_master WHERE type = 'table'");
    assert_eq!(names, ["measured"]);
}

#[test]
fn what_is_wrong_with_a_statement_is_said_before_anything_is_read() {
    let work = database("CREATE TABLE measured (at INTEGER UNIQUE, v REAL)");
    for (sql, why) in [
        ("INSERT INTO measured VALUES", "incomplete input"),
        ("INSERT INTO nowhere SELECT $1", "no such table: nowhere"),
        ("INSERT INTO measured (x) SELECT $1", "no column named x"),
        ("INSERT INTO measured SELECT 1, 2", "the statement has 0 parameters"),
        ("INSERT INTO measured SELECT $1, $2", "the statement has 2 parameters"),
        ("INSERT INTO measured SELECT $1, 2; DELETE FROM measured", "more than one statement"),
        ("@missing.sql", "read missing.sql: No such file"),
        ("", "--insert"),
    ] {
        work.kymo(&insert(sql, "")).stdin(TWO).end().code(2).tells(why);
    }
    assert!(values(&work).is_empty());
    for flag in ["--pass", "--table x", "--precision ns", "--series-index"] {
        work.kymo(&insert(INTO, flag)).end().code(2).tells("cannot be used with");
    }
    work.file("no.db", "this is no database, but it is long enough to be looked at as if it were one\n");
    work.kymo(&insert(INTO, "").replace("own.db", "no.db")).stdin(TWO).end().code(2).tells("no.db");
    work.kymo(&insert(INTO, "").replace("own.db", "gone.db"))
        .stdin(TWO)
        .end()
        .code(74)
        .tells("there is no such database");
    assert!(!work.path("gone.db").exists());
}

/// A batch is halved until the records are found that the table refuses.
#[test]
fn only_what_the_table_refuses_is_rejected() {
    let work = database(
        "CREATE TABLE measured (at INTEGER UNIQUE, v REAL CHECK (v > 0));
         CREATE TRIGGER beast BEFORE INSERT ON measured WHEN NEW.v = 666
         BEGIN SELECT RAISE(ABORT, 'not that one'); END;
         CREATE TRIGGER quiet BEFORE INSERT ON measured WHEN NEW.v = 7 BEGIN SELECT RAISE(IGNORE); END;",
    );
    let value = |n: u32| match n {
        17 | 18 | 999 => 666,
        500 => 7,
        _ if n % 100 == 50 => -1,
        _ => 1,
    };
    let records: String = (0..1000).map(|n| format!("{{\"time\":{n},\"value\":{}}}\n", value(n))).collect();
    let ended = work.kymo(&insert(INTO, "--rejects r --summary")).stdin(records).end().code(1);
    ended.tells("\"rejected\":13").tells("\"superseded\":1");
    assert_eq!(values(&work).len(), 1000 - 14);
    let rejects = work.read("r");
    assert_eq!(rejects.matches("not that one").count(), 3);
    assert_eq!(rejects.matches("CHECK constraint failed").count(), 10);
    // Another program takes the table away: no record is at fault.
    Connection::open(work.path("own.db")).expect("a database").execute_batch("DROP TABLE measured").expect("no table");
    work.kymo(&insert(INTO, "")).stdin(TWO).end().code(2).tells("no such table");
}
