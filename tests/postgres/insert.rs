//! `store --insert`: tables that kymo did not make; and what a server refuses, there and in a table of kymo's.

use crate::databases::{Database, Engine};
use std::fmt::Write as _;

/// A database with a table of somebody's. `None`: no PostgreSQL here.
fn database(table: &str) -> Option<Database> {
    if !Engine::Postgres.is_here() {
        return None;
    }
    let db = Engine::Postgres.database();
    db.execute(table);
    Some(db)
}

const BARE: &str = "CREATE TABLE measured (time double precision NOT NULL, value numeric)";
const KEYED: &str = "CREATE TABLE measured (time double precision PRIMARY KEY, value numeric)";
const INTO: &str = "INSERT INTO measured (time, value)
    SELECT * FROM json_to_recordset($1) AS r (time double precision, value numeric)";

fn insert(db: &Database, sql: &str, flags: &str) -> String {
    format!("store {} --insert {} {flags} --retries 0", db.target(), shell_words::quote(sql))
}

const TWO: &str = "{\"time\":1,\"value\":1.50}\n{\"time\":2,\"value\":2}\n";

#[test]
fn a_table_without_a_unique_index_would_have_twice_what_comes_twice() {
    let Some(db) = database(BARE) else { return };
    let refused = db.kymo(&insert(&db, INTO, "")).stdin(TWO).end().code(2);
    refused.tells("--insert: table measured has no unique index").tells("give --at-least-once");
    assert_eq!(db.number("SELECT count(*) FROM measured"), 0);
    for _ in 0..2 {
        db.kymo(&insert(&db, INTO, "--at-least-once")).stdin(TWO).ok();
    }
    assert_eq!(db.other().texts("SELECT value FROM measured ORDER BY 1"), ["1.50", "1.50", "2", "2"]);
    // An index makes it good, wherever the table is.
    db.execute("TRUNCATE measured; CREATE UNIQUE INDEX ON measured (time); CREATE SCHEMA lab; ALTER TABLE measured SET SCHEMA lab");
    let sql = format!("{} ON CONFLICT DO NOTHING; ", INTO.replace("measured", "\"lab\".measured"));
    for counts in ["\"stored\":2,\"superseded\":0", "\"stored\":0,\"superseded\":2"] {
        db.kymo(&insert(&db, &sql, "--summary")).stdin(TWO).end().code(0).tells(counts);
    }
    assert_eq!(db.number("SELECT count(*) FROM lab.measured"), 2);
}

#[test]
fn what_is_wrong_with_a_statement_is_said_before_anything_is_read() {
    let Some(db) = database(KEYED) else { return };
    for (sql, code, why) in [
        ("INSERT INTO measured VALUES", 2, "SQLSTATE 42601"),
        ("INSERT INTO nowhere SELECT 1", 2, "SQLSTATE 42P01"),
        ("INSERT INTO measured (tim) SELECT 1", 2, "SQLSTATE 42703"),
        ("INSERT INTO measured SELECT $2::float8", 2, "SQLSTATE 08P01"),
        ("INSERT INTO measured SELECT r.x FROM json_to_recordset($1) AS r (x nothing)", 2, "SQLSTATE 42704"),
        ("INSERT INTO measured SELECT 1; DELETE FROM measured", 2, "cannot insert multiple commands"),
        ("@missing.sql", 2, "read missing.sql: No such file"),
        ("", 2, "--insert"),
    ] {
        // There is not a single record.
        let ended = db.kymo(&insert(&db, sql, "")).end();
        ended.assert(ended.output.status.code() == Some(code), &format!("{code} for {sql:?}"));
        ended.tells(why);
    }
    db.execute("CREATE ROLE reader LOGIN; GRANT SELECT ON measured TO reader");
    let target = db.target().replace("//kymo@", "//reader@");
    let words = insert(&db, INTO, "").replace(db.target(), &target);
    db.kymo(&words).end().code(77).tells("permission denied for table measured (SQLSTATE 42501)");
    db.execute("REVOKE ALL ON measured FROM reader; DROP ROLE reader");
    // It does not know which records it left out, and has no table of its own.
    for flag in ["--pass", "--table x", "--schema x", "--precision ns", "--series-index"] {
        db.kymo(&insert(&db, INTO, flag)).end().code(2).tells("cannot be used with");
    }
    db.kymo(&format!("store x.db --insert {}", shell_words::quote(INTO)))
        .end()
        .code(74)
        .tells("there is no such database");
}

/// Two of one key in one statement may not both be updated: halved, each has one of its own, and the last one counts.
#[test]
fn the_last_one_of_a_key_counts_if_the_statement_says_so() {
    let Some(db) = database(KEYED) else { return };
    let sql = format!("{INTO} ON CONFLICT (time) DO UPDATE SET value = excluded.value");
    let records: String = (0..100).map(|n| format!("{{\"time\":{},\"value\":{n}}}\n", n % 7)).collect();
    db.kymo(&insert(&db, &sql, "--summary")).stdin(records).end().code(0).tells("\"stored\":100");
    let last = ["98", "99", "93", "94", "95", "96", "97"];
    assert_eq!(db.other().texts("SELECT value FROM measured ORDER BY time"), last);
}

/// Every hundredth value of a thousand is negative, and three others are 666.
fn thousand() -> (String, Vec<usize>) {
    let (mut records, mut bad) = (String::new(), Vec::new());
    for n in 0..1000 {
        let value = match n {
            17 | 18 | 999 => 666,
            _ if n % 100 == 50 => -1,
            _ => 1,
        };
        writeln!(records, "{{\"time\":{n},\"value\":{value}}}").expect("a line");
        if value != 1 {
            bad.push(n);
        }
    }
    (records, bad)
}

const RULES: &str = "
    ALTER TABLE measured ADD CONSTRAINT positive CHECK (value > 0);
    CREATE FUNCTION beast() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.value = 666 THEN RAISE 'not that one'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER beast BEFORE INSERT ON measured FOR EACH ROW EXECUTE FUNCTION beast()";

/// Exactly the bad ones are rejected, each for what it was refused for.
fn refuses_the_bad_ones(db: &Database, run: &str) {
    let (records, bad) = thousand();
    let counts = format!("\"rejected\":{},", bad.len());
    db.kymo(&format!("{run} --rejects r --summary")).stdin(records).end().code(1).tells(&counts);
    assert_eq!(db.number("SELECT count(*) FROM measured"), 1000 - bad.len() as i64);
    let mut found = Vec::new();
    for reject in db.read("r").lines() {
        let reject: serde_json::Value = serde_json::from_str(reject).expect("a reject");
        let (raw, why) = (reject["raw"].as_str().expect("a text"), reject["reason"].as_str().expect("a reason"));
        let wanted = match raw.contains("666") {
            true => "not that one (SQLSTATE P0001)",
            false => "(SQLSTATE 23514)",
        };
        assert!(why.ends_with(wanted), "{why} of {raw}");
        let raw: serde_json::Value = serde_json::from_str(raw).expect("a record");
        found.push(raw["time"].as_u64().expect("a time") as usize);
    }
    found.sort_unstable();
    assert_eq!(found, bad);
}

#[test]
fn what_the_server_refuses_is_found_by_halving() {
    let Some(db) = database(KEYED) else { return };
    db.execute(RULES);
    refuses_the_bad_ones(&db, &insert(&db, INTO, ""));
}

#[test]
fn what_the_server_refuses_of_a_table_of_ours_is_found_by_halving() {
    for flags in ["", "--at-least-once", "--batch 64"] {
        let Some(db) = database("") else { return };
        let run = format!("store {} --table measured --by device --retries 0 {flags}", db.target());
        db.kymo(&run).stdin("{\"time\":-1,\"value\":1}\n").ok();
        db.execute(RULES);
        db.execute("DELETE FROM measured");
        refuses_the_bad_ones(&db, &run);
    }
}

/// A key that no index takes, more columns than a table can have, a row that is too long for a page.
#[test]
fn what_is_beyond_a_limit_is_rejected_alone() {
    let Some(db) = database("") else { return };
    let mut random = crate::harness::random();
    // Nothing that could be compressed.
    let device: String = (0..20_000).map(|_| char::from(b'#' + random.below(56) as u8)).collect();
    let wide = |time: u32, count: u32| {
        let mut record = format!("{{\"time\":{time},\"device\":\"a\"");
        (0..count).for_each(|n| write!(record, ",\"f{n}\":{n}.123456789012345").expect("a field"));
        record + "}\n"
    };
    let mut records = "{\"time\":1,\"device\":\"a\",\"value\":1}\n".to_owned();
    writeln!(records, "{{\"time\":2,\"device\":\"{device}\",\"value\":1}}").expect("a line");
    records += &wide(3, 1700);
    records += "{\"time\":4,\"device\":\"a\",\"value\":1}\n";
    let run = format!("store {} --max-columns 2000 --retries 0 --rejects r", db.target());
    db.kymo(&run).stdin(&records).end().code(1);
    assert_eq!(db.other().texts("SELECT extract(epoch FROM time)::int FROM readings ORDER BY 1"), ["1", "4"]);
    let rejects = db.read("r");
    assert!(rejects.contains("SQLSTATE 54000") && rejects.contains("SQLSTATE 54011"), "{rejects}");
    assert_eq!(rejects.lines().count(), 2);
    // The same at the very beginning.
    let run = run.replace("--max-columns", "--table first --max-columns");
    db.kymo(&run).stdin(wide(1, 1700) + &wide(2, 3)).end().code(1);
    assert_eq!(db.number("SELECT count(*) FROM first"), 1);
}
