//! `validate`.

mod changes;
mod records;
mod registry;
mod schemas;

use crate::harness::{Ended, PATIENCE, Running, Work, skip};
use rustix::process::Signal;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The rejects of a run, as JSON.
fn rejects(work: &Work) -> Vec<Value> {
    work.read("r").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The faults of the one record of a run: code, pointer, found, allowed.
fn faults(words: &str, files: &[(&str, &str)], record: &str) -> Vec<[String; 4]> {
    let work = Work::new();
    for (name, content) in files {
        work.file(name, content);
    }
    let ended = work.kymo(&format!("validate --rejects r {words}")).stdin(format!("{record}\n")).end();
    let rejects = rejects(&work);
    ended.assert(rejects.len() <= 1, "at most one reject");
    let passed = if rejects.is_empty() { format!("{record}\n") } else { String::new() };
    // A local time leaves as RFC 3339.
    let is_local = words.contains("--tz ");
    ended.assert(is_local || ended.stdout() == passed, "the record itself, or nothing");
    ended.assert(ended.output.status.code() == Some(i32::from(!rejects.is_empty())), "0, or 1 with rejects");
    let told = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let of = |reject: &Value| reject["errors"].as_array().expect("errors").clone();
    rejects
        .iter()
        .flat_map(of)
        .map(|fault| ["code", "pointer", "found", "allowed"].map(|name| told(&fault, name)))
        .collect()
}

fn usage(words: &str, files: &[(&str, &str)]) -> Ended {
    let work = Work::new();
    for (name, content) in files {
        work.file(name, content);
    }
    work.kymo(&format!("validate {words}")).end().code(2)
}

const METERS: &str = "device,unit,min,max\nm1,V,180,260\nm2,A,0,32\n7,K,,\n";
