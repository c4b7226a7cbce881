//! One suite for what all engines of the storage room promise: random writes, repetitions, conflicts, filled and measured
//! records, reads and trims, each compared with a model that knows no database. Whatever an engine does behind its traits, the
//! counts, the records and their order are those of the model.

use crate::databases::{Engine, on_each_engine};
use crate::harness::{Random, random};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

on_each_engine!(
    writes_and_reads_are_those_of_the_model,
    what_is_trimmed_is_archived_and_gone,
    a_run_that_is_repeated_changes_nothing
);

/// What to do with a record that differs from the one that is there.
const POLICIES: [&str; 3] = ["reject", "ignore", "replace"];

/// Readings by time and series.
#[derive(Clone, Default)]
struct Model(BTreeMap<(u64, String), Map<String, Value>>);

/// What a run of records came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    stored: u64,
    duplicates: u64,
    replaced: u64,
    superseded: u64,
    rejected: u64,
}

impl Counts {
    fn of(summary: &Value) -> Counts {
        let count = |key: &str| summary[key].as_u64().unwrap_or_else(|| panic!("no {key} in {summary}"));
        Counts {
            stored: count("stored"),
            duplicates: count("duplicates"),
            replaced: count("replaced"),
            superseded: count("superseded"),
            rejected: count("rejected"),
        }
    }
}

impl Model {
    fn store(&mut self, record: &Map<String, Value>, policy: &str, counts: &mut Counts) {
        let time = record["time"].as_u64().expect("a number");
        let key = (time, record["device"].as_str().expect("a text").to_owned());
        let filled = |record: &Map<String, Value>| record.get("filled") == Some(&Value::Bool(true));
        let Some(old) = self.0.get(&key) else {
            counts.stored += 1;
            self.0.insert(key, record.clone());
            return;
        };
        let replaces = match (old == record, filled(old), filled(record), policy) {
            (true, ..) => {
                counts.duplicates += 1;
                return;
            }
            (_, true, _, _) | (_, false, false, "replace") => true,
            (_, false, true, _) | (_, false, false, "ignore") => false,
            _ => {
                counts.rejected += 1;
                return;
            }
        };
        if replaces {
            counts.replaced += 1;
            self.0.insert(key, record.clone());
        } else {
            counts.superseded += 1;
        }
    }

    /// As a query gives them: by time, then by series, with the time as text.
    fn records(&self) -> Vec<Value> {
        let shown = |((time, _), record): (&(u64, String), &Map<String, Value>)| {
            let mut record = record.clone();
            let mut text = Vec::new();
            kymo::time::write_rfc3339(*time as i64 * 1_000_000_000, &mut text);
            record["time"] = json!(String::from_utf8_lossy(&text));
            Value::Object(record)
        };
        self.0.iter().map(shown).collect()
    }
}

/// Records of few times and series, so that many meet; some with fields that others lack.
fn some(random: &mut Random, count: u64) -> Vec<Map<String, Value>> {
    let one = |_| {
        let mut record = Map::new();
        record.insert("time".to_owned(), json!(1_714_000_000 + random.below(60)));
        record.insert("device".to_owned(), json!(["a", "b", "ü ✓", "c'd\"e"][random.below(4) as usize]));
        record.insert("value".to_owned(), json!(random.below(4)));
        match random.below(6) {
            0 => drop(record.insert("filled".to_owned(), json!(true))),
            1 => drop(record.insert("note".to_owned(), json!(["", "x", "длинный"][random.below(3) as usize]))),
            2 => drop(record.insert("ok".to_owned(), json!(random.below(2) == 0))),
            _ => {}
        }
        record
    };
    (0..count).map(one).collect()
}

fn lines(records: &[Map<String, Value>]) -> String {
    records.iter().map(|record| Value::Object(record.clone()).to_string() + "\n").collect()
}

fn writes_and_reads_are_those_of_the_model(engine: Engine) {
    let db = engine.database();
    let mut model = Model::default();
    let mut random = random();
    for round in 0..12 {
        let policy = POLICIES[random.below(3) as usize];
        let records = some(&mut random, 1 + round * 9);
        let mut wanted = Counts::default();
        records.iter().for_each(|record| model.store(record, policy, &mut wanted));
        let batch = 1 + random.below(20);
        let summary = db.store(&format!("--on-conflict {policy} --batch {batch} --rejects bad"), lines(&records));
        assert_eq!(Counts::of(&summary), wanted, "round {round}, {policy}: {records:?}");
        crate::laws::balances("store", &summary);
        assert_eq!(db.query(""), model.records(), "round {round}");
    }
    let all = model.records();
    let (since, until) = (1_714_000_020_u64, 1_714_000_040_u64);
    let time = |record: &Value| {
        kymo::time::parse_rfc3339(record["time"].as_str().expect("a text").as_bytes()).expect("a time")
    };
    let within = |record: &&Value| (since as i64..until as i64).contains(&(time(record) / 1_000_000_000));
    let wanted: Vec<Value> = all.iter().filter(within).cloned().collect();
    let flags = "--since 2024-04-24T23:07:00Z --until 2024-04-24T23:07:20Z";
    assert_eq!(db.query(flags), wanted);
    assert_eq!(db.query(&format!("{flags} --limit 3")), wanted[..3]);
    let own: Vec<Value> = all.iter().filter(|record| record["device"] == "a").cloned().collect();
    assert_eq!(db.query("--where-series a"), own);
    db.is_intact();
}

fn what_is_trimmed_is_archived_and_gone(engine: Engine) {
    let db = engine.database();
    let mut model = Model::default();
    let mut random = random();
    let records = some(&mut random, 150);
    records.iter().for_each(|record| model.store(record, "replace", &mut Counts::default()));
    db.store("--on-conflict replace", lines(&records));
    let all = model.records();
    let border = "2024-04-24T23:07:10Z";
    let (old, new): (Vec<Value>, Vec<Value>) =
        all.into_iter().partition(|record| record["time"].as_str().is_some_and(|time| time < border));
    assert!(!old.is_empty() && !new.is_empty());
    db.kymo(&format!("trim {} --before {border} --archive old.ndjson", db.target())).ok();
    assert_eq!(db.query(""), new);
    let archived: Vec<Value> =
        db.read("old.ndjson").lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(archived, old);
    db.is_intact();
}

fn a_run_that_is_repeated_changes_nothing(engine: Engine) {
    let db = engine.database();
    let records = lines(&some(&mut random(), 120));
    let first = db.store("--on-conflict ignore", &records);
    let before = db.query("");
    let again = db.store("--on-conflict ignore", &records);
    assert_eq!(db.query(""), before);
    // Of filled ones the last stays each time.
    assert_eq!(again["stored"], json!(0), "{again}");
    assert_eq!(first["in"], again["in"]);
}
