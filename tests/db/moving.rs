//! `db move`: what the destination has then, from each engine to each.

use super::{bytes, engines, info, target};
use crate::databases::{Database, Engine, on_each_engine, readings};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

on_each_engine![
    the_real_day_is_the_same,
    every_kind_of_value_is_the_same,
    times_are_as_fine_as_they_were,
    parts_are_moved_as_told,
    what_is_there_is_not_written_again,
    conflicts_are_told_and_decided,
    a_measured_record_takes_the_place_of_a_filled_one,
    a_dry_run_writes_nothing,
    the_source_is_only_read,
    what_cannot_be_moved_is_told,
    twenty_thousand_records,
];

/// Moves, and gives what it says it did.
pub(super) fn moved(from: &Database, to: &Database, flags: &str) -> Value {
    let out = from.kymo(&format!("db move {} {} {flags}", from.target(), target(to))).ok();
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{flags}: {e}: {out}"))
}

/// What it says of its first table.
fn first(from: &Database, to: &Database, flags: &str) -> Value {
    moved(from, to, flags)["tables"][0].take()
}

/// The numbers copied, there, replaced, kept, rejected, missing; and identical.
pub(super) fn counts(table: &Value) -> (Vec<u64>, bool) {
    let names = ["copied", "there", "replaced", "kept", "rejected", "missing"];
    let number = |name: &str| table[name].as_u64().expect("a number");
    (names.map(number).to_vec(), table["identical"].as_bool().expect("true or false"))
}

fn the_real_day_is_the_same(engine: Engine) {
    let from = engine.database();
    from.kymo(&format!("store {} EX/surfrad.ndjson", from.target())).ok();
    for other in engines() {
        let to = other.database();
        let table = first(&from, &to, "");
        assert_eq!(counts(&table), (vec![1440, 0, 0, 0, 0, 0], true));
        assert_eq!(table["source"], table["destination"]);
        assert_eq!(table["source"]["records"], 1440);
        // The same in every engine.
        assert_eq!(table["source"]["checksum"], "0a50936e137c10e993bc5d26d957df0e");
        assert!(bytes(&to, "") == bytes(&from, ""));
        assert!(bytes(&to, "--to csv") == bytes(&from, "--to csv"));
        to.kymo(&format!("db check {}", to.target())).ok();
    }
}

fn every_kind_of_value_is_the_same(engine: Engine) {
    let from = engine.database();
    let values = [
        "0",
        "-1",
        "20",
        "20.0",
        "9223372036854775807",
        "-9223372036854775808",
        "1e300",
        "5e-324",
        "0.1",
        "1234.5678",
        "true",
        "false",
        "null",
        "\"\"",
        "\"20\"",
        "\"null\"",
        "\"it's \\\"quoted\\\"\"",
        "\"\\ud83d\\ude00 é \\t\\n\"",
        "[]",
        "{}",
        "[1,[2.0,{}],null]",
        "{\"b\":{\"a\":[1,\"x\"]},\"\":null}",
        "-0.0",
    ];
    let mut records = String::new();
    for (n, value) in values.iter().enumerate() {
        let name = ["n", "s", "b", "j", "u", "more", "kymo_nulls", "A", "a", "a\\\"b", "ü"][n % 11];
        records += &format!("{{\"time\":{n},\"{name}{}\":{value},\"device\":{n}}}\n", n / 11);
    }
    for device in
        ["7", "\"7\"", "7.5", "\"\"", "\"a b\"", "\"null\"", "null", "true", "[1]", "{\"x\":1}", "\"\\\"q\\\"\""]
    {
        records += &format!("{{\"device\":{device},\"n0\":1,\"time\":100}}\n");
    }
    records += "{\"time\":-1.5,\"n0\":1}\n{\"time\":200,\"filled\":true,\"n0\":2}\n";
    from.store("", &records);
    from.store(
        "--evolve json",
        "{\"time\":300,\"fur\\u0074her\":1.50,\"x\":[1, 2],\"n0\":3}\n{\"time\":301,\"z\":null}\n",
    );
    // Columns behind the one for further fields.
    from.store("--evolve add", "{\"time\":302,\"further\":2,\"last\":\"x\"}\n");
    from.store("--table second --by 'a b,C' --time at", "{\"C\":\"x\",\"at\":1,\"a b\":2}\n{\"at\":1}\n");
    for other in engines() {
        let to = other.database();
        let done = moved(&from, &to, "");
        for (n, table) in ["readings", "second"].into_iter().enumerate() {
            assert!(done["tables"][n]["identical"] == true, "{engine:?} to {other:?}: {done}");
            // No number of PostgreSQL's has a sign of its own at zero; it has an order of its own of series; and a
            // field among the further ones that has a column as well is in that.
            let sorted = |db: &Database| {
                let all = db.query(&format!("--table {table}")).into_iter();
                let mut lines: Vec<String> = all.map(|record| record.to_string().replace("-0.0", "0.0")).collect();
                lines.sort();
                lines
            };
            assert_eq!(sorted(&to), sorted(&from), "{engine:?} to {other:?}");
        }
        to.kymo(&format!("db check {}", to.target())).ok();
        // There and back again.
        let back = engine.database();
        assert_eq!(counts(&first(&to, &back, "--table second")), (vec![2, 0, 0, 0, 0, 0], true));
    }
}

fn times_are_as_fine_as_they_were(engine: Engine) {
    let fine = "{\"time\":\"2024-01-01T00:00:00.123456789Z\"}\n{\"time\":\"1969-12-31T23:59:59.999999999Z\"}\n";
    let coarse = "{\"time\":\"2024-01-01T00:00:00.123456Z\"}\n{\"time\":\"1677-09-21T00:12:44Z\"}\n";
    for (records, precision) in [(fine, "ns"), (coarse, "us")] {
        let from = engine.database();
        from.store(engine.either("", &format!("--precision {precision}")), records);
        for other in engines() {
            let to = other.database();
            assert!(first(&from, &to, "")["identical"] == true);
            assert_eq!(bytes(&to, ""), bytes(&from, ""));
            assert_eq!(info(&to)["tables"][0]["precision"], other.either("ns", precision));
        }
        if precision == "ns" && Engine::Postgres.is_here() {
            // A table that is there keeps no finer times.
            let to = Engine::Postgres.database();
            to.store("", "{\"time\":1}\n");
            let words = format!("db move {} {}", from.target(), to.target());
            let ended = from.kymo(&words).end().code(1).tells("time is finer than microseconds");
            ended.assert(ended.stdout().contains("\"rejected\":2,\"missing\":0"), "what it did");
        }
    }
}

fn parts_are_moved_as_told(engine: Engine) {
    let from = engine.database();
    let days: String = (1..=9).map(|n| format!("{{\"time\":\"2024-01-0{n}T12:00:00Z\",\"value\":{n}}}\n")).collect();
    from.store("", &days);
    from.store("--table other", "{\"time\":1}\n");
    for other in engines() {
        for (flags, wanted) in [
            ("--since 2024-01-04", 4..10),
            ("--until 2024-01-04", 1..4),
            ("--since 2024-01-04T12:00:00Z --until 2024-01-06T12:00:00Z", 4..6),
            ("--since 2024-01-02 --until 2024-01-04 --tz Pacific/Kiritimati", 1..3),
            ("--since -100000d --until now", 1..10),
        ] {
            let to = other.database();
            let table = first(&from, &to, &format!("{flags} --table readings"));
            assert_eq!(counts(&table), (vec![wanted.len() as u64, 0, 0, 0, 0, 0], true), "{flags}");
            let values: Vec<Value> = to.query("").into_iter().map(|mut record| record["value"].take()).collect();
            assert_eq!(values, wanted.map(Value::from).collect::<Vec<_>>(), "{flags}");
            assert_eq!(info(&to)["tables"].as_array().map(Vec::len), Some(1));
        }
        // The rest, and the other table.
        let to = other.database();
        first(&from, &to, "--until 2024-01-05");
        let done = moved(&from, &to, "");
        assert_eq!(counts(&done["tables"][1]), (vec![5, 4, 0, 0, 0, 0], true));
        assert_eq!(counts(&done["tables"][0]), (vec![0, 1, 0, 0, 0, 0], true));
        assert_eq!(bytes(&to, ""), bytes(&from, ""));
    }
}

fn what_is_there_is_not_written_again(engine: Engine) {
    let from = engine.database();
    from.store("", readings(12_000));
    for other in engines() {
        let to = other.database();
        // Others have written there already: some of the same, and some of their own.
        to.store("", readings(500).lines().step_by(3).fold(String::new(), |all, line| all + line + "\n"));
        to.store("", "{\"time\":1700000007,\"device\":\"own\",\"value\":1,\"mine\":true}\n");
        let table = first(&from, &to, "");
        assert_eq!(counts(&table), (vec![11_833, 167, 0, 0, 0, 0], false));
        assert_eq!((&table["source"]["records"], &table["destination"]["records"]), (&json!(12_000), &json!(12_001)));
        let table = first(&from, &to, "");
        assert_eq!(counts(&table), (vec![0, 12_000, 0, 0, 0, 0], false));
        // A table without the newest and without some in between.
        to.execute("DELETE FROM readings WHERE device IN ('b', 'own')");
        assert_eq!(counts(&first(&from, &to, "")), (vec![6_000, 6_000, 0, 0, 0, 0], true));
    }
}

fn conflicts_are_told_and_decided(engine: Engine) {
    let from = engine.database();
    from.store("", "{\"time\":1,\"v\":1}\n{\"time\":2,\"v\":2}\n{\"time\":3,\"v\":3}\n");
    for other in engines() {
        let to = other.database();
        to.store("", "{\"time\":2,\"v\":20}\n{\"time\":3,\"v\":3}\n");
        let words = format!("db move {} {}", from.target(), target(&to));
        let values = || to.query("").into_iter().map(|record| record["v"].to_string()).collect::<Vec<_>>().join(" ");
        for round in 0..2 {
            let ended = from.kymo(&words).end().code(1).tells(
                "kymo: db move: reject a record: a different record has this series and time: \
                 {\"time\":\"1970-01-01T00:00:02Z\",\"v\":2}",
            );
            let done: Value = serde_json::from_str(&ended.stdout()).expect("an object");
            let wanted = (if round == 0 { vec![1, 1, 0, 0, 1, 0] } else { vec![0, 2, 0, 0, 1, 0] }, false);
            assert_eq!(counts(&done["tables"][0]), wanted);
            assert_eq!(values(), "1 20 3");
        }
        from.kymo(&format!("{words} --rejects r.ndjson")).end().code(1);
        assert!(from.read("r.ndjson").contains("\"stage\":\"db move\",\"errors\":[{\"code\":\"conflict\"}]"));
        std::fs::remove_file(from.path("r.ndjson")).expect("a file");
        assert_eq!(counts(&first(&from, &to, "--on-conflict ignore")), (vec![0, 2, 0, 1, 0, 0], false));
        assert_eq!(values(), "1 20 3");
        assert_eq!(counts(&first(&from, &to, "--on-conflict replace")), (vec![0, 2, 1, 0, 0, 0], true));
        assert_eq!(values(), "1 2 3");
        assert_eq!(counts(&first(&from, &to, "--on-conflict reject")), (vec![0, 3, 0, 0, 0, 0], true));
    }
}

fn a_measured_record_takes_the_place_of_a_filled_one(engine: Engine) {
    for (mark, flags) in [("filled", ""), ("made", "--mark made")] {
        let from = engine.database();
        let measured = "{\"time\":1,\"v\":1}\n";
        let filled = format!("{{\"time\":2,\"v\":2,\"{mark}\":true}}\n");
        from.store(flags, format!("{measured}{filled}"));
        for other in engines() {
            let to = other.database();
            to.store(flags, format!("{{\"time\":1,\"v\":10,\"{mark}\":true}}\n{{\"time\":2,\"v\":20}}\n"));
            // The destination knows better of the second: that is no fault.
            assert_eq!(counts(&first(&from, &to, flags)), (vec![0, 0, 1, 1, 0, 0], false));
            let values: Vec<Value> = to.query("").into_iter().map(|mut record| record["v"].take()).collect();
            assert_eq!(values, [json!(1), json!(20)]);
        }
    }
}

fn a_dry_run_writes_nothing(engine: Engine) {
    let from = engine.database();
    from.store("", readings(1000));
    from.store("--table other", "{\"time\":1}\n");
    for other in engines() {
        let to = other.database();
        let done = moved(&from, &to, "--dry-run");
        assert_eq!((&done["dry_run"], counts(&done["tables"][1])), (&json!(true), (vec![1000, 0, 0, 0, 0, 0], false)));
        match other {
            Engine::Sqlite => assert!(!to.path(to.target()).exists()),
            Engine::Postgres => assert_eq!(info(&to)["schema"], 0),
        }
        to.store("", readings(10) + "{\"time\":1,\"value\":1}\n");
        let done = moved(&from, &to, "--dry-run");
        assert_eq!(counts(&done["tables"][1]), (vec![990, 10, 0, 0, 0, 0], false));
        assert_eq!(done["tables"][1]["destination"]["records"], 11);
        assert_eq!(to.query("").len(), 11);
        assert_eq!(info(&to)["tables"].as_array().map(Vec::len), Some(1));
    }
}

fn the_source_is_only_read(engine: Engine) {
    let from = engine.database();
    from.store("", readings(1000));
    let source = match engine {
        Engine::Sqlite => from.target().to_owned(),
        Engine::Postgres => format!("{}?options=-c%20default_transaction_read_only%3Don", from.target()),
    };
    let read = || (engine == Engine::Sqlite).then(|| std::fs::read(from.path(from.target())).expect("a file"));
    let before = read();
    for other in engines() {
        let to = other.database();
        from.kymo(&format!("db move '{source}' {}", target(&to))).ok();
        assert_eq!(to.query("").len(), 1000);
    }
    assert!(read() == before);
}

fn what_cannot_be_moved_is_told(engine: Engine) {
    let from = engine.database();
    let to = Engine::Sqlite.database();
    let nowhere = format!("db move {} {}", from.nowhere(), target(&to));
    from.kymo(&nowhere).end().code(engine.either(74, 2)).tells("db move: ");
    assert!(!to.path(to.target()).exists());
    from.store("", "{\"time\":1,\"device\":\"a\",\"v\":1}\n");
    let words = format!("db move {} {}", from.target(), target(&to));
    for (flags, told) in [
        ("--since x", "--since"),
        ("--until x", "--until"),
        ("--tz Nowhere", "--tz"),
        ("--on-conflict x", "--on-conflict"),
    ] {
        from.kymo(&format!("{words} {flags}")).end().code(2).tells(told);
    }
    from.kymo(&format!("{words} --table no")).end().code(74).tells("no table \"no\" of readings");
    from.kymo(&format!("db move {0} {0}", from.target())).end().code(2).tells("the source is the destination");
    from.kymo(&format!("db move {}", from.target())).end().code(2);
    for other in engines() {
        let to = other.database();
        to.store("--by room", "{\"time\":1,\"room\":\"a\",\"v\":1}\n");
        let words = format!("db move {} {}", from.target(), target(&to));
        from.kymo(&words).end().code(2).tells("--by room, not --time time --by device");
        let to = other.database();
        to.store("", "{\"time\":2,\"v\":\"text\"}\n");
        let words = format!("db move {} {}", from.target(), target(&to));
        from.kymo(&words).end().code(2).tells("column v of table readings keeps text, not numbers");
        assert_eq!(to.query("").len(), 1);
        from.kymo(&format!("{words} --timescale on")).end().code(2);
    }
}

#[test]
fn by_another_name_it_is_the_same_file() {
    let db = Database::sqlite();
    db.store("", "{\"time\":1}\n");
    let other = db.other_name();
    db.kymo(&format!("db move {} {other}", db.target())).end().code(2).tells("the source is the destination");
}

/// What stands in front of the damage is brought; then it is told.
#[test]
fn a_damaged_source_is_moved_up_to_the_damage() {
    let (from, to) = (Database::sqlite(), Database::sqlite());
    from.store("", readings(6_000));
    let mut whole = std::fs::read(from.path(from.target())).expect("a file");
    let end = whole.len() / 4096 * 4096;
    whole[end - 5 * 4096..end - 3 * 4096].fill(0xa5);
    from.file("damaged.db", whole);
    from.kymo(&format!("db move damaged.db {}", target(&to))).end().code(74).tells("malformed");
    let (found, all) = (bytes(&to, ""), bytes(&from, ""));
    assert!(found.lines().count() > 3_000 && all.starts_with(&found), "{}", found.lines().count());
}

/// A text of PostgreSQL's has no NUL in it, and its integers here no more than 64 bits.
#[test]
fn what_the_other_engine_does_not_keep_is_rejected() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let (from, to) = (Database::sqlite(), Engine::Postgres.database());
    from.store("", "{\"time\":1,\"s\":\"a\\u0000b\"}\n{\"time\":2,\"s\":\"ab\"}\n");
    let words = format!("db move {} {} --rejects r.ndjson", from.target(), to.target());
    let ended = from.kymo(&words).end().code(1);
    let done: Value = serde_json::from_str(&ended.stdout()).expect("an object");
    assert_eq!(counts(&done["tables"][0]), (vec![1, 0, 0, 0, 1, 0], false));
    assert!(from.read("r.ndjson").contains("PostgreSQL keeps no NUL"));
    to.execute("ALTER TABLE readings ADD COLUMN big numeric; INSERT INTO kymo_columns VALUES ('readings', 9, 'big', 'big', 'number')");
    to.execute("INSERT INTO readings (time, device, big) VALUES ('2024-01-01', '', 12345678901234567890)");
    let back = Database::sqlite();
    let words = format!("db move {} {}", to.target(), target(&back));
    from.kymo(&words).end().code(1).tells("an integer beyond 64 bits");
}

/// Where nothing makes a record one of its own, each is there as often as it was.
#[test]
fn records_without_a_key() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let from = Engine::Postgres.database();
    from.store(
        "--at-least-once --series-index",
        "{\"time\":1,\"v\":1}\n".repeat(3) + "{\"time\":1,\"v\":2}\n{\"time\":2}\n",
    );
    let to = Engine::Postgres.database();
    assert_eq!(counts(&first(&from, &to, "")), (vec![5, 0, 0, 0, 0, 0], true));
    assert_eq!(counts(&first(&from, &to, "")), (vec![0, 5, 0, 0, 0, 0], true));
    to.execute("DELETE FROM readings WHERE ctid IN (SELECT ctid FROM readings WHERE v = 1 LIMIT 2)");
    assert_eq!(counts(&first(&from, &to, "")), (vec![2, 3, 0, 0, 0, 0], true));
    assert_eq!(to.query("").len(), 5);
    let sql = "SELECT count(*) FROM kymo_tables WHERE by_series AND NOT has_key";
    assert_eq!(to.number(sql), 1);
    // A file has a key.
    let to = Database::sqlite();
    let words = format!("db move {} {} --on-conflict ignore", from.target(), target(&to));
    let ended = from.kymo(&words).end().code(0);
    let done: Value = serde_json::from_str(&ended.stdout()).expect("an object");
    assert_eq!(counts(&done["tables"][0]), (vec![2, 2, 0, 1, 0, 0], false));
}

/// Moves records of ten meters from one engine to another; how long it took.
fn move_many(from: Engine, to: Engine, count: u64) -> Duration {
    let (from, to) = (from.database(), to.database());
    let mut text = String::new();
    for n in 0..count {
        let time = 1_700_000_000_000 + n / 10 * 1000 + n % 10 * 7;
        let (meter, value, rest) = (n % 10, n % 400, n % 97);
        writeln!(text, "{{\"time\":{time},\"device\":\"m{meter}\",\"value\":{value}.{rest},\"n\":{n}}}")
            .expect("a line");
    }
    from.store("--time-unit ms --sync normal", text);
    let start = Instant::now();
    assert_eq!(counts(&first(&from, &to, "")), (vec![count, 0, 0, 0, 0, 0], true));
    let time = start.elapsed();
    assert!(bytes(&from, "") == bytes(&to, ""));
    time
}

fn twenty_thousand_records(engine: Engine) {
    for other in engines() {
        move_many(engine, other, 20_000);
    }
}

/// `cargo test --release -- --ignored a_million_records --nocapture` prints how long it took.
#[test]
#[ignore = "a million records: make soak"]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
fn a_million_records_both_ways() {
    for from in engines() {
        for to in engines() {
            println!("a million records, {from:?} to {to:?}: {:?}", move_many(from, to, 1_000_000));
        }
    }
}
