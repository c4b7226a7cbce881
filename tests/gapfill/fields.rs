//! Fields that are missing inside of records (K92).

use super::*;

fn run(words: &str, input: &str) -> Vec<String> {
    let work = Work::new();
    let out = work.kymo(words).stdin(input).ok();
    out.lines().map(str::to_owned).collect()
}

#[test]
fn holes_are_filled_and_named() {
    let input = concat!(
        "{\"time\":0,\"t\":1,\"rh\":50}\n",
        "{\"time\":60,\"t\":2}\n",
        "{\"time\":120,\"t\":null,\"rh\":52}\n",
        "{\"time\":180,\"t\":4,\"rh\":53}\n",
    );
    let wanted = [
        r#"{"time":0,"t":1,"rh":50}"#,
        r#"{"time":60,"t":2,"rh":51,"filled":["rh"]}"#,
        r#"{"time":120,"t":3,"rh":52,"filled":["t"]}"#,
        r#"{"time":180,"t":4,"rh":53}"#,
    ];
    assert_eq!(run("gapfill --every 1m --fields", input), wanted);
    // Only some of them.
    let some = run("gapfill --every 1m --fields=rh", input);
    assert_eq!(some[1..3], [wanted[1], r#"{"time":120,"t":null,"rh":52}"#]);
    // Without the flag nothing is held and nothing filled.
    assert!(run("gapfill --every 1m", input).iter().eq(input.lines()));
    // Holes and missing records at once: one line through both.
    let out = run(
        "gapfill --every 1m --fields",
        "{\"time\":0,\"a\":0,\"b\":0}\n{\"time\":60,\"a\":1}\n{\"time\":180,\"a\":3,\"b\":3}\n",
    );
    assert_eq!(
        out,
        [
            r#"{"time":0,"a":0,"b":0}"#,
            r#"{"time":60,"a":1,"b":1,"filled":["b"]}"#,
            r#"{"time":120,"a":2,"b":2,"filled":true}"#,
            r#"{"time":180,"a":3,"b":3}"#
        ]
    );
}

#[test]
fn what_cannot_be_known_stays_open() {
    // Nothing before it, nothing after it, too long, another kind of record.
    let input = concat!(
        "{\"time\":0,\"b\":1}\n",
        "{\"time\":60,\"a\":1,\"b\":1}\n",
        "{\"time\":120,\"event\":\"door\"}\n",
        "{\"time\":180,\"b\":1}\n",
        "{\"time\":240,\"b\":1}\n",
        "{\"time\":300,\"a\":1,\"b\":1}\n",
        "{\"time\":360,\"b\":2}\n",
    );
    assert!(run("gapfill --every 1m --max-gap 2m --fields", input).iter().eq(input.lines()));
    let filled = run("gapfill --every 1m --max-gap 4m --fields", input);
    assert_eq!(filled[3], r#"{"time":180,"b":1,"a":1,"filled":["a"]}"#);
    assert_eq!(filled[2], r#"{"time":120,"event":"door"}"#);
    assert_eq!(filled[6], r#"{"time":360,"b":2}"#);
    // Late ones pass at once.
    let late = "{\"time\":60,\"a\":1}\n{\"time\":0,\"a\":0}\n{\"time\":120,\"a\":null}\n{\"time\":60,\"a\":9}\n";
    let out = run("gapfill --every 1m --fields", late);
    assert_eq!(
        out,
        ["{\"time\":60,\"a\":1}", "{\"time\":0,\"a\":0}", "{\"time\":60,\"a\":9}", "{\"time\":120,\"a\":null}"]
    );
}

/// What waits has one fate, also when the program is ended and goes on.
#[test]
fn records_that_wait_are_kept_over_a_restart() {
    let work = Work::new();
    let words = "gapfill --every 1m --fields --state s --summary";
    let first = work.kymo(words).stdin("{\"time\":0,\"a\":0}\n{\"time\":60,\"a\":null,\"x\":\"y\"}\n").end().code(0);
    assert_eq!(first.stdout(), "{\"time\":0,\"a\":0}\n");
    let counts: Value = serde_json::from_str(first.stderr().lines().last().expect("a line")).expect("counts");
    assert_eq!((&counts["held"], &counts["passed"]), (&1.into(), &1.into()), "{counts}");
    let second = work.kymo(words).stdin("{\"time\":120,\"a\":2}\n").end().code(0);
    assert_eq!(second.stdout(), "{\"time\":60,\"a\":1,\"x\":\"y\",\"filled\":[\"a\"]}\n{\"time\":120,\"a\":2}\n");
    let counts: Value = serde_json::from_str(second.stderr().lines().last().expect("a line")).expect("counts");
    assert_eq!((&counts["held"], &counts["changed"], &counts["fields"]), (&0.into(), &1.into(), &1.into()), "{counts}");
}

/// The marks go into a database and come out of it; spans, statistics and pictures know them.
fn marks_are_kept(engine: Engine) {
    let db = engine.database();
    let records = concat!(
        "{\"time\":\"2024-01-01T00:00:00Z\",\"dni\":1,\"ghi\":1}\n",
        "{\"time\":\"2024-01-01T00:01:00Z\",\"dni\":2,\"ghi\":2,\"filled\":[\"dni\"]}\n",
        "{\"time\":\"2024-01-01T00:02:00Z\",\"dni\":3,\"ghi\":3,\"filled\":true}\n",
    );
    for _ in 0..2 {
        db.store("", records);
        assert_eq!(db.kymo(&format!("query {}", db.target())).ok(), records);
    }
    let span: Vec<Value> = objects(&db.kymo(&format!("query {} --bucket 3m", db.target())).ok());
    assert_eq!((&span[0]["filled"], &span[0]["filled_share"]), (&Value::Null, &0.5.into()), "{span:?}");
    let stats = objects(&db.kymo(&format!("query {} --stats --bin 1m", db.target())).ok());
    let filled: Vec<&Value> = stats.iter().map(|field| &field["filled"]).collect();
    assert_eq!(filled, [2, 1], "{stats:?}");
    // A measured one with filled fields takes the place of a filled one, as any measured one does.
    let counts = db.store("", "{\"time\":\"2024-01-01T00:02:00Z\",\"dni\":9,\"ghi\":9,\"filled\":[\"ghi\"]}\n");
    assert_eq!(counts["replaced"], 1, "{counts}");
    db.kymo(&format!("db check {}", db.target())).ok();
}

on_each_engine![marks_are_kept];
