//! Outside test suites, which nobody of this project wrote: their cases are read where they lie, in the folder that
//! KYMO_SUITES names or beside the repository.
//!
//! What is decided otherwise is on a list here, with its reason; a case that is on the list and passes is a failure too.

mod forms;
mod jq;

use crate::harness::{repository, skip};
use serde_json::Value;
use std::path::PathBuf;

/// The cases of a file of a suite; `None`: it is not here, which is said.
fn cases(file: &str) -> Option<Vec<Value>> {
    let folder = std::env::var_os("KYMO_SUITES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| repository().join("../shared/suites"));
    let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
        skip(&format!("no outside suite {file}: KYMO_SUITES=FOLDER names them (doc/testing.md)"));
        return None;
    };
    Some(
        text.split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str(line).expect("a case"))
            .collect(),
    )
}

fn name(case: &Value) -> &str {
    case["name"].as_str().expect("a name")
}

/// The bytes that are to be read.
fn input(case: &Value) -> Vec<u8> {
    use base64::Engine as _;
    match case["input"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => {
            let text = case["input_base64"].as_str().expect("an input");
            base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
        }
    }
}
