//! The law of the books: whatever a filter or sink receives has exactly one fate. It holds for every filter and sink that
//! the registry of commands lists, with good records, with garbage and with random ones, in both forms.

use crate::harness::{Work, random};
use kymo::StageKind;
use serde_json::Value;
use std::fmt::Write as _;

/// How each filter and sink is called here. One that the registry lists and this list does not fails the test.
const CALLS: &[(&str, &[&str])] = &[
    (
        "validate",
        &["validate", "validate --meters EX/meters.csv", "validate --max-age 3650d --now 2024-06-01T00:00:00Z"],
    ),
    (
        "map",
        &[
            "map .",
            "map 'select(.value > 100)'",
            "map '., {time, twice: 2}'",
            "map 'if .value == null then error(\"none\") else . end'",
        ],
    ),
    (
        "gapfill",
        &["gapfill --every 1s", "gapfill --every 7s --grid --max-gap 1m", "gapfill --every 1s --max-series 2 --gaps g"],
    ),
    (
        "power",
        &[
            "power --meter-field meter",
            "power --meter-field meter --unpaired reject",
            "power --meter-field meter --unpaired pass --per voltage",
            "power --meter-field meter --keep-inputs --energy",
            "power --match latest --every 5s",
            "power --meter-field meter --max-held 3 --unpaired reject",
        ],
    ),
    (
        "store",
        &[
            "store FRESH.db",
            "store FRESH.db --on-conflict ignore",
            "store FRESH.db --on-conflict replace --evolve json",
            "store FRESH.db --evolve reject --max-columns 4",
        ],
    ),
    ("plot", &["plot FRESH.svg", "plot FRESH.png --value value --last 1h"]),
    ("queue put", &["queue put FRESH.q", "queue put FRESH.q --max-records 50 --on-full drop-oldest"]),
    // They need a server: tests/serve.rs, tests/mqtt_pub and tests/http_post look at their books.
    ("serve", &[]),
    ("mqtt-pub", &[]),
    ("http-post", &[]),
];

/// Records with repetitions, late ones, conflicts, filled ones, missing fields, and lines that are none.
fn corpus(count: u32) -> String {
    let mut random = random();
    let mut text = String::new();
    for n in 0..count {
        let time = 1_714_000_000 + u64::from(n) - if random.below(5) == 0 { random.below(30) } else { 0 };
        let (device, unit) = [("a", "V"), ("b", "A"), ("c", "W"), ("d", "V")][random.below(4) as usize];
        let value = random.below(400);
        let _ = match random.below(20) {
            0 => writeln!(text, "not json {n}"),
            1 => writeln!(text, "{{\"time\":{time},\"device\":\"{device}\",\"value\":null}}"),
            2 => writeln!(text, "{{\"time\":{time},\"device\":\"{device}\",\"value\":\"high\",\"unit\":\"{unit}\"}}"),
            3 => writeln!(text, "{{\"device\":\"{device}\",\"value\":{value}}}"),
            4 => writeln!(text, "{{\"time\":\"never\",\"value\":{value}}}"),
            5 => writeln!(
                text,
                "{{\"time\":{time},\"device\":\"{device}\",\"meter\":1,\"value\":{value},\"unit\":\"{unit}\",\"filled\":true}}"
            ),
            6 => writeln!(text, "[1,2]"),
            7 => writeln!(
                text,
                "{{\"time\":{time},\"device\":\"{device}\",\"value\":{value},\"extra{n}\":{{\"deep\":[1]}}}}"
            ),
            8 => writeln!(text, "{{\"time\":{time},\"x\":\"{}\"}}", "long".repeat(40)),
            _ => writeln!(
                text,
                "{{\"time\":{time},\"device\":\"{device}\",\"meter\":1,\"value\":{value},\"unit\":\"{unit}\"}}"
            ),
        };
        if random.below(6) == 0 {
            let last = text.lines().next_back().unwrap_or_default().to_owned();
            let _ = writeln!(text, "{last}");
        }
    }
    text
}

fn number(map: &Value, key: &str) -> u64 {
    map[key].as_u64().unwrap_or_else(|| panic!("no {key} in {map}"))
}

/// `in + resumed = passed + changed + held + rejected + left out`, `out = passed + made` for a filter.
pub(crate) fn balances(words: &str, books: &Value) {
    let left: u64 = books["left_out"].as_object().map_or(0, |all| all.values().filter_map(Value::as_u64).sum());
    let resumed = books["resumed"].as_u64().unwrap_or(0);
    let said = ["passed", "changed", "held", "rejected"].iter().map(|key| number(books, key)).sum::<u64>() + left;
    assert_eq!(number(books, "in") + resumed, said, "{words}: {books}");
    assert!(books["left_out"].get("unaccounted").is_none(), "{words}: {books}");
}

/// What a filter sends it has passed or made.
fn sends_what_it_says(words: &str, books: &Value) {
    assert_eq!(number(books, "out"), number(books, "passed") + number(books, "made"), "{words}: {books}");
}

fn books_of(work: &Work, words: &str, input: &str) -> Value {
    let ended = work.kymo(words).stdin(input).end();
    let err = ended.stderr();
    let line = err.lines().rfind(|line| line.starts_with('{')).unwrap_or_default();
    let all: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{words}: {e}: {err}"));
    let code = ended.output.status.code();
    let partial = number(&all, "rejected") > 0;
    ended.assert(code == Some(i32::from(partial)), "the exit status of what was rejected");
    all
}

#[test]
fn the_books_of_every_filter_and_sink_balance() {
    let listed: Vec<&str> =
        kymo::stages().iter().filter(|(_, role)| *role != StageKind::Source).map(|(name, _)| *name).collect();
    let mut tried: Vec<&str> = CALLS.iter().map(|(name, _)| *name).collect();
    let (mut all, mut ours) = (listed.clone(), tried.clone());
    all.sort_unstable();
    ours.sort_unstable();
    assert_eq!(ours, all, "each filter and sink of the registry, and nothing else");
    tried.clear();
    let input = corpus(1500);
    let mut n = 0;
    for (name, calls) in CALLS {
        let is_filter = kymo::stages().iter().any(|(listed, role)| listed == name && *role == StageKind::Filter);
        for call in *calls {
            let work = Work::new();
            for form in ["shell", "run"] {
                n += 1;
                let call = call.replace("FRESH", &format!("fresh{n}"));
                let words = match form {
                    "shell" => format!("{call} --summary --max-record 120"),
                    _ => format!("run --summary {}", shell_words::quote(&format!("{call} --max-record 120"))),
                };
                let books = books_of(&work, &words, &input);
                balances(&words, &books);
                if is_filter {
                    sends_what_it_says(&words, &books);
                }
                assert_eq!(number(&books, "in"), input.lines().count() as u64, "{words}: {books}");
            }
        }
    }
}

/// After a restart what was held comes back with the state, and is in the books of the next run.
#[test]
fn books_balance_over_a_restart() {
    let work = Work::new();
    let input = corpus(600);
    let lines: Vec<&str> = input.lines().collect();
    for (n, call) in ["power --meter-field meter --unpaired reject", "gapfill --every 1s"].iter().enumerate() {
        let words = format!("{call} --summary --state s{n}");
        let first = books_of(&work, &words, &lines[..300].join("\n"));
        let second = books_of(&work, &words, &lines[300..].join("\n"));
        for books in [&first, &second] {
            balances(&words, books);
            sends_what_it_says(&words, books);
        }
        assert_eq!(second["resumed"].as_u64().unwrap_or(0), number(&first, "held"), "{words}");
        let told = work.kymo(&format!("{call} --log-level info --state s{n}")).stdin("").end().code(0).stderr();
        assert_eq!(told.contains("in the state for the next run"), number(&second, "held") > 0, "{told}");
    }
}

/// A killed run has no last word; the next one begins with what was committed, and its books balance.
#[test]
fn books_balance_after_a_kill() {
    let work = Work::new();
    let input = corpus(400);
    let lines: Vec<&str> = input.lines().collect();
    let words = "run --name k --summary 'power --meter-field meter --within 5s --unpaired reject | store k.db --batch 10 --flush 1ms'";
    let mut run = work.kymo(words).start();
    run.send(&(lines[..200].join("\n") + "\n"));
    run.comes_to("a commit", || !work.kymo("query k.db --limit 1").end().stdout().is_empty());
    run.signal(rustix::process::Signal::KILL);
    drop(run.end());
    let all = books_of(&work, words, &lines[100..].join("\n"));
    for books in all["stages"].as_array().expect("two stages") {
        balances(words, books);
    }
}

/// A loss is reported once, with its number and the first record, and the exit status knows.
#[test]
fn a_loss_is_reported_and_known_to_the_exit_status() {
    let work = Work::new();
    let late =
        "{\"time\":10,\"value\":1}\n{\"time\":20,\"value\":2}\n{\"time\":5,\"value\":3}\n{\"time\":6,\"value\":4}\n";
    let ended = work.kymo("gapfill --every 1s --grid --summary").stdin(late).end().code(1);
    let err = ended.stderr();
    let told: Vec<&str> = err.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(told.len(), 1, "{err}");
    assert!(
        told[0].starts_with("kymo: gapfill: 2 records lost: ") && told[0].ends_with("{\"time\":5,\"value\":3}"),
        "{err}"
    );
    assert!(err.contains("\"left_out\":{\"late\":2}"), "{err}");
}
