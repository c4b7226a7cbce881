//! `store`.

use crate::databases::{Engine, on_each_engine};
use serde_json::{Value, json};
use std::fmt::Write as _;

on_each_engine![
    what_was_stored_comes_back,
    five_hundred_columns_come_back,
    times_and_series_stay_what_they_are,
    several_series_fields_other_names_and_units,
    what_cannot_be_kept_is_rejected_and_changes_nothing,
    conflicts_and_fills,
    tables_evolve_as_told,
    a_schema_makes_the_table,
    tables_of_one_file_are_apart,
    a_trickle_is_committed_after_the_flush_time_and_passed_after_the_commit,
    a_pipeline_has_its_states_for_itself,
    gaps_behind_what_is_stored,
];

/// Each value alone, in a table of its own, under an ordinary and an odd name.
fn what_was_stored_comes_back(engine: Engine) {
    let values = [
        "0",
        "1",
        "-1",
        "20",
        "20.0",
        "20.5",
        "-0.0",
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "1e300",
        "5e-324",
        "1.7976931348623157e308",
        "0.1",
        "123456.789e3",
        "true",
        "false",
        "null",
        r#""""#,
        r#""a""#,
        r#""20""#,
        r#""null""#,
        r#""it's \"quoted\"""#,
        r#""\u0000 and \u0000""#,
        r#""\ud83d\ude00 é \t\n""#,
        "[]",
        "{}",
        "[1,[2.0,{}],null]",
        r#"{"b":{"a":[1,"x"]},"":null}"#,
        r#"{ "blank" : [ 1 , 2 ] }"#,
    ];
    let names =
        ["value", "", "select", "a\"b", "a'b", "a,b", "a.b", "[x]", "kymo_nulls", "more", "rowid", "ü", "a\u{0}b"];
    // A text of PostgreSQL's has no NUL in it; that is rejected, below.
    let is_kept = |text: &str| engine == Engine::Sqlite || !text.contains("\\u0000") && !text.contains('\0');
    let (values, names) =
        (values.into_iter().filter(|value| is_kept(value)), names.into_iter().filter(|name| is_kept(name)));
    let db = engine.database();
    let mut text = String::new();
    for (n, value) in values.enumerate() {
        // Every pair of a value and a type of column has a column.
        let record = format!(r#"{{"time":"2024-01-01T00:00:{n:02}Z","device":"a","v{n}":{value},"x{n}":{value}}}"#);
        writeln!(text, "{record}").expect("a line");
    }
    for (n, name) in names.enumerate() {
        let name = Value::from(name);
        writeln!(text, r#"{{"time":"2024-01-01T00:01:{n:02}Z",{name}:{n},"device":"a"}}"#).expect("a line");
        writeln!(text, r#"{{"time":"2024-01-01T00:02:{n:02}Z",{name}:null,"device":"a"}}"#).expect("a line");
    }
    // Names that differ only by case, in one record.
    text +=
        "{\"time\":\"2024-01-01T00:03:00Z\",\"device\":\"a\",\"T\":1,\"t\":2,\"TIME\":3,\"Device\":\"b\",\"Ü\":4}\n";
    let mut wanted: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    wanted.sort_by_key(|record| record["time"].to_string());
    for flags in ["", "--evolve json", "--batch 1", "--batch 3 --flush 1ms --sync normal"] {
        let here = engine.database();
        let counts = here.store(flags, &text);
        assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(wanted.len()), &json!(0)), "{flags}");
        let got = here.query("");
        for (got, wanted) in got.iter().zip(&wanted) {
            assert_eq!(got, wanted, "{flags}");
        }
        assert_eq!(got.len(), wanted.len());
        // Fed again, all are equal.
        let again = here.store(flags, &text);
        assert_eq!((&again["stored"], &again["duplicates"]), (&json!(0), &json!(wanted.len())), "{flags}");
        here.is_intact();
    }
    db.store("", "{\"time\":0,\"v\":-0.0,\"w\":-0,\"x\":20,\"y\":20.0}\n");
    let line = db.kymo(&format!("query {}", db.target())).ok();
    // No number of PostgreSQL's has a sign of its own at zero.
    let zero = engine.either("-0.0", "0.0");
    let wanted = format!("{{\"time\":\"1970-01-01T00:00:00Z\",\"v\":{zero},\"w\":{zero},\"x\":20,\"y\":20.0}}\n");
    assert_eq!(line, wanted);
    if engine == Engine::Postgres {
        for (n, record) in [
            r#"{"time":1,"s":"\u0000"}"#,
            r#"{"time":1,"device":"a\u0000"}"#,
            r#"{"time":1,"a\u0000b":1}"#,
            r#"{"time":1,"a\u0000b":null}"#,
        ]
        .iter()
        .enumerate()
        {
            let counts = db.store(&format!("--rejects bad{n}"), format!("{record}\n"));
            assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(0), &json!(1)), "{record}");
            assert!(db.read(&format!("bad{n}")).contains("\"code\":\"nul\""), "{}", db.read(&format!("bad{n}")));
        }
    }
}

fn five_hundred_columns_come_back(engine: Engine) {
    let db = engine.database();
    let fields: Vec<String> = (0..498).map(|n| format!("\"f{n}\":{n}")).collect();
    let wide = format!("{{\"time\":1,{}}}\n", fields.join(","));
    assert_eq!(db.store("", &wide)["stored"], 1);
    assert_eq!(db.query("")[0]["f497"], 497);
    // One more is too many, whether it comes later or at once.
    let more = wide.replace("\"time\":1", "\"time\":2,\"g\":1");
    assert_eq!(db.store("--rejects bad", &more)["rejected"], 1);
    assert!(db.read("bad").contains("\"columns\"") && db.read("bad").contains("--max-columns 500"));
    assert_eq!(db.store("--table other --rejects bad", &more)["rejected"], 1);
    assert_eq!(db.store("--max-columns 501", &more)["stored"], 1);
    for bad in ["0", "1", "2001", "x"] {
        db.kymo(&format!("store {} --max-columns {bad}", db.target())).end().code(2).tells("2 to 2000");
    }
}

fn times_and_series_stay_what_they_are(engine: Engine) {
    let db = engine.database();
    let times = [
        "1677-09-21T00:12:43.145224192Z",
        "1969-12-31T23:59:59.999999999Z",
        "1970-01-01T00:00:00Z",
        "2024-02-29T12:00:00.000000001Z",
        "2262-04-11T23:47:16.854775807Z",
    ];
    let series = ["7", "\"7\"", "7.5", "null", "\"\"", "\"null\"", "true", "[1]", "\"a,b\"", "\"ü\""];
    let mut text = String::new();
    for time in times {
        writeln!(text, r#"{{"time":"{time}","value":1}}"#).expect("a line");
        for device in series {
            writeln!(text, r#"{{"time":"{time}","device":{device},"value":1}}"#).expect("a line");
        }
    }
    // As integers, where the engine's own times are coarser.
    let precision = engine.either("", "--precision ns");
    assert_eq!(db.store(precision, &text)["stored"], times.len() * (series.len() + 1));
    let key = |record: &Value| record.to_string();
    let mut wanted: Vec<String> = text.lines().map(|line| key(&serde_json::from_str(line).expect("JSON"))).collect();
    let mut got: Vec<String> = db.query("").iter().map(key).collect();
    let in_time: Vec<String> = db.query("").iter().map(|r| r["time"].to_string()).collect();
    assert!(in_time.is_sorted_by_key(|time| times.iter().position(|t| time.contains(t))));
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
    // For people: the same times as text, and NULL where there is no series.
    if engine == Engine::Sqlite {
        assert_eq!(db.other().texts("SELECT time FROM readings_utc WHERE device IS NULL"), times);
    }
}

fn several_series_fields_other_names_and_units(engine: Engine) {
    let db = engine.database();
    let flags = "--by site,meter --time t --time-unit ms --mark made";
    let text = concat!(
        "{\"t\":1500,\"site\":\"x\",\"meter\":1,\"w\":1}\n",
        "{\"t\":1500,\"site\":\"x\",\"meter\":2,\"w\":1}\n",
        "{\"t\":1500,\"meter\":2,\"w\":1}\n",
        "{\"t\":1500,\"site\":\"x\",\"w\":1}\n",
        "{\"t\":1500,\"site\":\"x\",\"meter\":1,\"w\":2}\n",
    );
    let counts = db.store(&format!("{flags} --rejects bad"), text);
    assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(4), &json!(1)));
    assert!(db.read("bad").contains("conflict"));
    assert_eq!(db.query("--where-series x,1"), [json!({"t":"1970-01-01T00:00:01.5Z","site":"x","meter":1,"w":1})]);
    // The order of --by does not matter; what it names does.
    assert_eq!(
        db.store("--by meter,site --time t --time-unit ms", text.lines().next().expect("a line"))["duplicates"],
        1
    );
    for wrong in ["--by site --time t", "--by site,meter", "--by site,site --time t", "--by other,meter --time t"] {
        db.kymo(&format!("store {} {wrong}", db.target()))
            .end()
            .code(2)
            .tells("table readings has --time t --by site,meter");
    }
    // Times as text of another kind.
    let text = "{\"time\":\"27.04.2024 14:23\",\"value\":1}\n";
    db.store("--table german --time-format '%d.%m.%Y %H:%M' --tz Europe/Berlin", text);
    assert_eq!(db.query("--table german")[0]["time"], "2024-04-27T12:23:00Z");
}

fn what_cannot_be_kept_is_rejected_and_changes_nothing(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":1,\"n\":1,\"s\":\"a\",\"b\":true,\"j\":[1],\"u\":null}\n");
    for (record, code) in [
        ("{\"time\":2,\"n\":9223372036854775808}", "precision"),
        ("{\"time\":2,\"n\":-9223372036854775809}", "precision"),
        ("{\"time\":2,\"new\":1,\"m\":99999999999999999999}", "precision"),
        ("{\"time\":2,\"device\":99999999999999999999}", "precision"),
        ("{\"time\":2,\"n\":\"1\"}", "type"),
        ("{\"time\":2,\"new\":1,\"n\":true}", "type"),
        ("{\"time\":2,\"s\":1}", "type"),
        ("{\"time\":2,\"b\":1}", "type"),
        ("{\"time\":2,\"b\":\"true\"}", "type"),
        ("{\"time\":2,\"j\":\"[1]\"}", "type"),
        ("{\"time\":2,\"u\":1,\"n\":{}}", "type"),
        ("{\"time\":1,\"new\":1,\"n\":2}", "conflict"),
        ("{\"time\":1}", "conflict"),
        ("{\"new\":1}", "time"),
        ("{\"time\":\"yesterday\",\"new\":1}", "time"),
        ("{\"time\":1e30,\"new\":1}", "time"),
        ("{\"time\":2,", "json"),
    ] {
        let counts = db.store("--rejects bad", format!("{record}\n"));
        assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(0), &json!(1)), "{record}");
        let bad: Value = serde_json::from_str(db.read("bad").lines().last().expect("a reject")).expect("JSON");
        assert_eq!((&bad["errors"][0]["code"], &bad["raw"]), (&json!(code), &json!(record)));
    }
    // No column came, and none got a type. PostgreSQL is only asked about conflicts after there is a column for all.
    let made = engine.either("'new', 'm'", "'m'");
    assert_eq!(db.number(&format!("SELECT count(*) FROM kymo_columns WHERE field IN ({made})")), 0);
    assert_eq!(db.store("", "{\"time\":3,\"u\":\"text\"}\n")["stored"], 1);
    // Without a source that acknowledges, the database keeps no rejects.
    assert_eq!(db.number("SELECT count(*) FROM kymo_rejects"), 0);
    // Nor can anybody else put another type into a column.
    for wrong in ["n = 'text'", "n = x'00'", "b = 2", "time = 1.5", "device = NULL"] {
        db.other().execute(&format!("UPDATE readings SET {wrong}")).expect_err(wrong);
    }
    // Good ones around a bad one are stored; --strict ends at it.
    let text = "{\"time\":5}\n{\"time\":6,\"n\":\"x\"}\n{\"time\":7}\n";
    db.kymo(&format!("store {} --strict", db.target()))
        .stdin(text)
        .end()
        .code(1)
        .tells("n is \"x\", but its column keeps numbers");
    assert_eq!(db.store("", text)["rejected"], 1);
    assert_eq!(db.query("--since 1970-01-01T00:00:05Z").len(), 2);
    db.is_intact();
}

fn conflicts_and_fills(engine: Engine) {
    let old = json!({"time":"1970-01-01T00:00:01Z","value":1});
    let filled = json!({"time":"1970-01-01T00:00:01Z","value":1.5,"filled":true});
    let other = json!({"time":"1970-01-01T00:00:01Z","value":2});
    let refilled = json!({"time":"1970-01-01T00:00:01Z","value":3,"filled":true});
    // What is there, what comes, what is there then, which count goes up.
    for (flags, there, comes, then, count) in [
        ("", &old, &old, &old, "duplicates"),
        ("", &filled, &filled, &filled, "duplicates"),
        ("", &old, &other, &old, "rejected"),
        ("--on-conflict reject", &old, &other, &old, "rejected"),
        ("--on-conflict ignore", &old, &other, &old, "superseded"),
        ("--on-conflict replace", &old, &other, &other, "replaced"),
        ("", &filled, &other, &other, "replaced"),
        ("--on-conflict ignore", &filled, &other, &other, "replaced"),
        ("", &old, &filled, &old, "superseded"),
        ("--on-conflict replace", &old, &filled, &old, "superseded"),
        ("--evolve json", &old, &filled, &old, "superseded"),
        ("--evolve reject", &filled, &other, &other, "replaced"),
        ("", &filled, &refilled, &refilled, "replaced"),
    ] {
        let db = engine.database();
        db.store(flags, format!("{there}\n"));
        let counts = db.store(flags, format!("{comes}\n"));
        assert_eq!((&counts[count], &counts["stored"]), (&json!(1), &json!(0)), "{flags} {there} {comes}");
        assert_eq!(db.query(""), *std::slice::from_ref(then), "{flags} {there} {comes}");
        // In one transaction too; only what the database has is passed on.
        let db = engine.database();
        let passed =
            db.kymo(&format!("store {} {flags} --pass", db.target())).stdin(format!("{there}\n{comes}\n")).end();
        let expected = if matches!(count, "rejected" | "superseded") { 1 } else { 2 };
        assert_eq!(passed.stdout().lines().count(), expected, "{flags} {there} {comes}");
        assert_eq!(db.query(""), *std::slice::from_ref(then));
    }
    // Equal as numbers, and whatever the order of the fields and the blanks in them.
    let db = engine.database();
    db.store(
        "--evolve json",
        "{\"time\":1,\"value\":20}\n{\"time\":2,\"j\":{\"a\":[1,2]},\"x\":null,\"y\":null,\"value\":1}\n",
    );
    let again = "{\"value\":20.0,\"time\":\"1970-01-01T00:00:01Z\"}\n{\"y\":null,\"value\":1,\"x\":null,\"j\":{ \"a\": [1, 2]},\"time\":2.0}\n";
    assert_eq!(db.store("--evolve json", again)["duplicates"], 2);
}

fn tables_evolve_as_told(engine: Engine) {
    let first = "{\"time\":1,\"a\":1}\n";
    let second = "{\"time\":2,\"a\":2,\"b\":[1],\"c\":12345678901234567890123}\n";
    let db = engine.database();
    db.store("", first);
    assert_eq!(db.store("--evolve reject --rejects bad", second)["rejected"], 1);
    assert!(db.read("bad").contains("field \\\"b\\\" has no column"));
    // A filled record's mark is kymo's own.
    assert_eq!(db.store("--evolve reject", "{\"time\":3,\"a\":1,\"filled\":true}\n")["stored"], 1);
    // As JSON even what no column keeps comes back.
    assert_eq!(db.store("--evolve json", second)["stored"], 1);
    assert!(db.kymo(&format!("query {}", db.target())).ok().contains("\"b\":[1],\"c\":12345678901234567890123"));
    assert_eq!(
        db.kymo(&format!("query {} --to csv --limit 2", db.target())).ok().lines().last(),
        Some("1970-01-01T00:00:02Z,2,,\"{\"\"b\"\":[1],\"\"c\"\":12345678901234567890123}\"")
    );
    assert_eq!(db.store("--evolve add", "{\"time\":4,\"b\":\"text\"}\n")["stored"], 1);
    assert_eq!(db.query("")[3]["b"], "text");
    for wrong in ["--evolve x", "--on-conflict x", "--sync x", "--batch 0", "--flush x", "--schema missing.json"] {
        db.kymo(&format!("store {} {wrong}", db.target())).end().code(2);
    }
}

fn a_schema_makes_the_table(engine: Engine) {
    let db = engine.database();
    db.file("s.json", r#"{"properties":{"z":{"type":["number","null"]},"time":{"type":"string"},"n":{"type":["integer","number"]},
        "s":{"type":"string"},"b":{"type":"boolean"},"o":{"type":["object","array"]},"any":{},"device":{"type":"string"}}}"#);
    let counts = db.store("--schema s.json --evolve reject", "");
    assert_eq!(counts["stored"], 0);
    let header = db.kymo(&format!("query {} --to csv", db.target())).ok();
    assert_eq!(header, "z,time,n,s,b,o,any,device\n");
    let text = "{\"time\":1,\"z\":1,\"n\":2,\"s\":\"x\",\"b\":true,\"o\":{},\"any\":\"t\"}\n{\"time\":2,\"z\":\"1\"}\n{\"time\":3,\"y\":1}\n{\"time\":4,\"any\":1}\n";
    let counts = db.store("--schema s.json --evolve reject --rejects bad", text);
    assert_eq!((&counts["stored"], &counts["rejected"]), (&json!(1), &json!(3)));
    for (name, content) in [("a", "{"), ("b", "{}"), ("c", "[]"), ("d", r#"{"properties":{}}"#)] {
        db.file(name, content);
        db.kymo(&format!("store {} --schema {name}", db.target())).end().code(2).tells(&format!("read schema {name}"));
    }
    db.kymo(&format!("store {} --table wide --schema s.json --max-columns 3", db.target()))
        .end()
        .code(2)
        .tells("--max-columns 3");
}

fn tables_of_one_file_are_apart(engine: Engine) {
    let db = engine.database();
    db.store("", "{\"time\":1,\"a\":1}\n");
    db.store("--table 'odd \"name'", "{\"ts\":1}\n");
    assert_eq!(db.store("--table second --by x --time t", "{\"t\":1,\"x\":\"y\",\"a\":\"text\"}\n")["stored"], 1);
    assert_eq!(db.store("--table 'odd \"name'", "{\"time\":1,\"b\":1}\n")["stored"], 1);
    assert_eq!(db.query("--table second"), [json!({"t":"1970-01-01T00:00:01Z","x":"y","a":"text"})]);
    assert_eq!(db.query("--table 'odd \"name'"), [json!({"time":"1970-01-01T00:00:01Z","b":1})]);
    assert_eq!(db.query("").len(), 1);
    // PostgreSQL does not fold the case of what is quoted, and needs no view for its times.
    let sqlite = ["Readings", "readings_utc", "kymo_state", "KYMO_x", "sqlite_x", ""];
    let postgres = ["mine", "kymo_state", "KYMO_x", ""];
    if engine == Engine::Postgres {
        db.execute("CREATE TABLE mine (x int)");
    }
    for taken in engine.either(&sqlite[..], &postgres[..]) {
        db.kymo(&format!("store {} --table '{taken}'", db.target()))
            .stdin("{\"time\":1,\"v\":0}\n")
            .end()
            .code(2)
            .tells("--table");
    }
    db.kymo(&format!("query {} --table nothing", db.target())).end().code(74).tells("no table \"nothing\"");
}

fn a_trickle_is_committed_after_the_flush_time_and_passed_after_the_commit(engine: Engine) {
    let db = engine.database();
    let mut run = db.kymo(&format!("store {} --flush 20ms --pass", db.target())).start();
    for n in 0..3 {
        let line = format!("{{\"time\":{n},\"text\":\"x\"}}");
        run.send(&format!("{line}\n"));
        assert_eq!(run.line(), line);
        assert_eq!(db.query("").len(), n + 1);
    }
    assert!(run.end().2.success());
    // A batch is committed however long the flush time is.
    let mut run = db.kymo(&format!("store {} --flush 1h --batch 2 --pass", db.target())).start();
    run.send("{\"time\":10}\n{\"time\":11}\n");
    assert_eq!([run.line(), run.line()], ["{\"time\":10}", "{\"time\":11}"]);
    assert!(run.end().2.success());
}

fn a_pipeline_has_its_states_for_itself(engine: Engine) {
    let db = engine.database();
    let pipeline = format!("gapfill --every 1s | store {} --flush 10ms", db.target());
    let mut run = db.kymo(&format!("run --name lab '{pipeline}'")).start();
    run.send("{\"time\":1,\"v\":0}\n");
    while db.kymo(&format!("query {}", db.target())).end().stdout().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    db.kymo(&format!("run --name lab '{pipeline}'")).end().code(75).tells("pipeline lab");
    db.kymo(&format!("run --name 'other lab/1' '{pipeline}'")).end().code(0);
    assert!(run.end().2.success());
    // It goes on where it was.
    db.kymo(&format!("run --name lab '{pipeline}'")).stdin("{\"time\":3,\"v\":0}\n").ok();
    assert_eq!(db.query("").len(), 3);
    // --fresh does not know the last record; a changed pipeline says so.
    db.kymo(&format!("run --name lab --fresh '{pipeline}'")).stdin("{\"time\":5,\"v\":0}\n").ok();
    assert_eq!(db.query("").len(), 4);
    let changed = pipeline.replace("1s", "2s");
    let ended = db.kymo(&format!("run --name lab '{changed}'")).stdin("{\"time\":9,\"v\":0}\n").end().code(0);
    ended.tells("pipeline lab has changed: it starts without its old state");
    assert_eq!(db.query("").len(), 5);
}

/// What the daemon did that kymo takes the place of: the gaps of its own tests, each after two
/// rows 5 s apart, and what kymo has then.
///
/// It differs with reason. kymo fills `round((next - last) / every) - 1` records, so a gap of 7 s is one step and of 8 s
/// two, where the daemon looked for the last slot below 10 s and filled nothing up to 9 s; and a filled record says so.
/// Of two records with one time the daemon dropped the second in silence; kymo rejects it.
fn gaps_behind_what_is_stored(engine: Engine) {
    for (gap, filled) in [(1, 0), (3, 0), (5, 0), (7, 0), (9, 1), (11, 1), (13, 2), (15, 2), (17, 2), (19, 3)] {
        let db = engine.database();
        db.store("", "{\"time\":1696996800,\"a\":70,\"b\":50}\n{\"time\":1696996805,\"a\":70,\"b\":50}\n");
        let next = format!("{{\"time\":{},\"a\":71,\"b\":52}}\n", 1_696_996_805 + gap);
        let script = format!("kymo gapfill --every 5s --after {0} --decimals 1 | kymo store {0}", db.target());
        db.shell(&script).stdin(next).ok();
        let rows = db.query("");
        assert_eq!(rows.len(), 3 + filled, "a gap of {gap} s");
        for (k, row) in rows[2..2 + filled].iter().enumerate() {
            let share = 5.0 * (k + 1) as f64 / f64::from(gap);
            let value = row["a"].as_f64().expect("a number");
            assert!((value - (70.0 + share)).abs() < 0.051 && row["filled"] == json!(true), "a gap of {gap} s: {row}");
        }
    }
    // The same time again, with other values.
    let db = engine.database();
    db.store("", "{\"time\":1696996805,\"a\":70}\n");
    let script = format!("kymo gapfill --every 5s --after {0} | kymo store {0} --rejects bad", db.target());
    db.shell(&script).stdin("{\"time\":1696996805,\"a\":71}\n").end().code(1);
    assert_eq!((db.query("").len(), db.read("bad").lines().count()), (1, 1));
    // An empty database; with --since, back to midnight, marked: the daemon invented these rows as if they were measured.
    let db = engine.database();
    let script = format!(
        "kymo gapfill --every 5s --after {0} --since midnight --tz America/New_York | kymo store {0}",
        db.target()
    );
    db.shell(&script).stdin("{\"time\":1697053680,\"a\":87.1}\n").ok();
    let out = db.kymo(&format!("query {}", db.target())).ok();
    assert_eq!((out.lines().count(), out.matches("\"filled\":true").count()), (11_377, 11_376));
}
