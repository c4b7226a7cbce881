//! `power`: against polars, against closed forms; every order of arrival, kills, and what the old server did.

mod pairs;
mod state;
mod unpaired;
mod values;

use crate::harness::{Work, random, repository};
use crate::kill::{moment, rows};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// A reading of a device; its unit says which side it is.
fn reading(time: f64, device: &str, value: f64, unit: &str) -> String {
    format!("{{\"time\":{time},\"device\":\"{device}\",\"value\":{value},\"unit\":\"{unit}\"}}\n")
}

fn volts(time: f64, value: f64) -> String {
    reading(time, "v", value, "V")
}

fn amperes(time: f64, value: f64) -> String {
    reading(time, "a", value, "A")
}

/// time, value
fn powers(work: &Work, flags: &str, lines: &str) -> Vec<(f64, f64)> {
    let out = objects(&work.kymo(&format!("power {flags}")).stdin(lines).ok());
    out.iter().map(|r| (r["time"].as_f64().expect("a time"), r["value"].as_f64().expect("a value"))).collect()
}

/// A day of readings a second, without and with gaps on both sides.
fn regular(seconds: i64, gaps: bool) -> String {
    let mut lines = String::new();
    for n in 0..seconds {
        let missing = |at: i64, length: i64| gaps && n > 10 && (n + at) % 977 < length && n + 1000 < seconds;
        let time = 1_700_000_000 + n;
        if !missing(0, 300) {
            lines += &format!("{{\"time\":{time},\"device\":\"v\",\"value\":{}.5,\"unit\":\"V\"}}\n", n + 100);
        }
        if !missing(500, 400) {
            lines += &format!("{{\"time\":{time}.25,\"device\":\"a\",\"value\":{n},\"unit\":\"A\"}}\n");
        }
    }
    lines
}
