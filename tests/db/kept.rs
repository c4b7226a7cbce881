//! `db move`: what is kept beside records goes with them.

use super::moving::moved;
use super::{bytes, engines, info, run_from_queue, target};
use crate::databases::{Database, Engine, on_each_engine};
use serde_json::{Value, json};

on_each_engine![
    rejects_and_states_go_with_the_records,
    many_and_large_rejects_go,
    a_pipeline_goes_on_where_it_was,
    states_that_differ_are_told
];

const FIRST: &str = "{\"time\":1,\"device\":\"g\",\"v\":1}\n{\"no\":\"time\"}\n{\"time\":4,\"device\":\"g\",\"v\":4}\n{}\n{\"s\":\"\\u0000\"}\n";
const SECOND: &str = "{\"time\":7,\"device\":\"g\",\"v\":7}\n";

fn numbers(beside: &Value) -> Vec<u64> {
    let names = ["copied", "there", "replaced", "kept", "rejected"];
    names.map(|name| beside[name].as_u64().expect("a number")).to_vec()
}

/// The rejects and when they came, ns.
fn rejects(db: &Database) -> Vec<String> {
    let received = db.engine.either("(received / 1000)", "(extract(epoch FROM received) * 1000000)::bigint");
    db.other().texts(&format!("SELECT reject || ' ' || {received} FROM kymo_rejects ORDER BY id"))
}

fn rejects_and_states_go_with_the_records(engine: Engine) {
    let from = engine.database();
    run_from_queue(&from, "lab1", FIRST);
    run_from_queue(&from, "'lab 2'", SECOND);
    for other in engines() {
        let to = other.database();
        let done = moved(&from, &to, "--records-only");
        assert_eq!((numbers(&done["rejects"]), numbers(&done["states"])), (vec![0; 5], vec![0; 5]));
        assert_eq!((&info(&to)["rejects"], &info(&to)["states"]), (&json!(0), &json!([])));
        let done = moved(&from, &to, "--dry-run");
        assert_eq!((numbers(&done["rejects"]), numbers(&done["states"])), (vec![3, 0, 0, 0, 0], vec![2, 0, 0, 0, 0]));
        assert_eq!(info(&to)["rejects"], 0);
        let done = moved(&from, &to, "");
        assert_eq!((numbers(&done["rejects"]), numbers(&done["states"])), (vec![3, 0, 0, 0, 0], vec![2, 0, 0, 0, 0]));
        assert_eq!(rejects(&to), rejects(&from));
        assert_eq!(info(&to)["states"], info(&from)["states"]);
        let done = moved(&from, &to, "");
        assert_eq!((numbers(&done["rejects"]), numbers(&done["states"])), (vec![0, 3, 0, 0, 0], vec![0, 2, 0, 0, 0]));
        let done = moved(&from, &to, "--dry-run");
        assert_eq!(numbers(&done["states"]), [0, 2, 0, 0, 0]);
        to.kymo(&format!("db check {}", to.target())).ok();
        // There and back.
        let back = engine.database();
        moved(&to, &back, "");
        assert_eq!((rejects(&back), &info(&back)["states"]), (rejects(&from), &info(&from)["states"]));
    }
}

/// More than are read at a time, by number and by size.
fn many_and_large_rejects_go(engine: Engine) {
    let from = engine.database();
    let small: String = (0..2_500).map(|n| format!("{{\"no\":\"time\",\"n\":{n}}}\n")).collect();
    let long = "x".repeat(700_000);
    let large: String = (0..5).map(|n| format!("{{\"no\":\"{n}{long}\"}}\n")).collect();
    run_from_queue(&from, "lab1", &format!("{small}{large}"));
    for other in engines() {
        let to = other.database();
        assert_eq!(numbers(&moved(&from, &to, "")["rejects"]), [2_505, 0, 0, 0, 0]);
        assert!(rejects(&to) == rejects(&from));
        assert_eq!(numbers(&moved(&from, &to, "")["rejects"]), [0, 2_505, 0, 0, 0]);
    }
}

/// As if it had never moved: the gap between the last record there and the first one here is filled.
fn a_pipeline_goes_on_where_it_was(engine: Engine) {
    let from = engine.database();
    run_from_queue(&from, "lab1", FIRST);
    for other in engines() {
        let to = other.database();
        moved(&from, &to, "");
        // The stage finds its state by its words, which name no database.
        run_from_queue(&to, "lab1", SECOND);
        let times: Vec<Value> = to.query("").into_iter().map(|mut record| record["v"].take()).collect();
        assert_eq!(times.len(), 7, "{}", bytes(&to, ""));
    }
}

fn states_that_differ_are_told(engine: Engine) {
    let from = engine.database();
    run_from_queue(&from, "lab1", FIRST);
    for other in engines() {
        let to = other.database();
        run_from_queue(&to, "lab1", SECOND);
        let before = info(&to)["states"].clone();
        let words = format!("db move {} {}", from.target(), target(&to));
        let ended = from.kymo(&words).end().code(1).tells("skip pipeline lab1: the destination has another state");
        let done: Value = serde_json::from_str(&ended.stdout()).expect("an object");
        assert_eq!(numbers(&done["states"]), [0, 0, 0, 0, 1]);
        assert_eq!(numbers(&moved(&from, &to, "--on-conflict ignore")["states"]), [0, 0, 0, 1, 0]);
        assert_eq!(info(&to)["states"], before);
        assert_eq!(numbers(&moved(&from, &to, "--on-conflict replace")["states"]), [0, 0, 1, 0, 0]);
        assert_eq!(info(&to)["states"], info(&from)["states"]);
        assert_eq!(numbers(&moved(&from, &to, "")["states"]), [0, 1, 0, 0, 0]);
        // A pipeline that runs has its state for itself.
        to.execute("DELETE FROM kymo_state");
        let pipeline = format!("gapfill --every 1s | store {}", to.target());
        let mut run = to.kymo(&format!("run --name lab1 {} --log-level info", shell_words::quote(&pipeline))).start();
        run.send("{\"time\":100,\"device\":\"z\",\"v\":1}\n");
        crate::mqtt::wait_for("a record", || (to.query("--where-series z").len() == 1).then_some(()));
        from.kymo(&words).end().code(75).tells("runs in another process");
        assert!(run.end().2.success());
    }
}
