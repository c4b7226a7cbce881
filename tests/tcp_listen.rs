//! `tcp-listen`: real sockets on loopback, cut, torn, broken, and many of them.

pub(crate) mod client;
mod clients;
mod lines;
mod load;
mod reply;
mod unfinished;
mod ways;

use self::client::{Client, start};
use crate::harness::{Work, peak_memory, until};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The rejects in a file.
fn rejects(work: &Work, name: &str) -> Vec<Value> {
    work.read(name).lines().map(|line| serde_json::from_str(line).expect("a reject")).collect()
}

/// Waits until there are this many.
fn await_rejects(work: &Work, name: &str, count: usize) {
    until("rejects", || work.read(name).lines().count() >= count);
}

/// Reasons and raw bytes of the rejects in a file.
fn reasons(work: &Work, name: &str) -> Vec<(String, String)> {
    let text = |reject: &Value, name: &str| reject[name].as_str().unwrap_or_default().to_owned();
    rejects(work, name).iter().map(|reject| (text(reject, "reason"), text(reject, "raw"))).collect()
}
