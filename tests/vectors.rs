//! What the programs before kymo did, found by running them, and what kymo does with the same input. The files beside
//! this one are those runs. Where a program was right, the results must agree; where it was wrong, its fault is named
//! and the right behaviour is asked for.
//!
//! Other such runs stand with the command that answers them: `tests/lock/lock.ndjson`, `tests/wss_cat/frames.ndjson`.

mod ivy;
mod wss;

use serde_json::Value;

/// The cases of a file, one a line.
fn cases(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn name(case: &Value) -> &str {
    case["name"].as_str().expect("a name")
}
