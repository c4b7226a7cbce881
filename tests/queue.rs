//! `queue`: what is put comes out, in order, each once; what each flag does. Kills and full disks: `durability`; damage: `damage`.

mod ahead;
mod attempts;
mod damage;
mod durability;
mod limits;
mod order;

use crate::harness::{Run, Work, until};
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::os::unix::process::ExitStatusExt as _;

/// Numbered records of one writer.
pub(crate) fn numbered(writer: &str, count: u32) -> String {
    let mut text = String::new();
    for n in 0..count {
        writeln!(text, r#"{{"time":{},"device":"{writer}","value":{n}}}"#, 1_700_000_000 + n).expect("a line");
    }
    text
}

pub(crate) fn put(work: &Work, flags: &str, records: impl AsRef<[u8]>) -> Run {
    work.kymo(&format!("queue put q {flags}")).stdin(records)
}

pub(crate) fn stat(work: &Work, queue: &str) -> Value {
    serde_json::from_str(&work.kymo(&format!("queue stat {queue} --json")).ok()).expect("a report")
}

pub(crate) fn export(work: &Work, queue: &str) -> String {
    work.kymo(&format!("queue export {queue}")).ok()
}

/// The reasons of a rejects file.
pub(crate) fn codes(rejects: &str) -> Vec<String> {
    let code = |line: &str| serde_json::from_str::<Value>(line).expect("a reject")["errors"][0]["code"].clone();
    rejects.lines().map(|line| code(line).as_str().expect("a code").to_owned()).collect()
}
