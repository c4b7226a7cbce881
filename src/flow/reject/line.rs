//! How a reject is written: a line of NDJSON.

use crate::reading::error::{Error, Fault};
use crate::reading::json::{self, Member};
use crate::reading::time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{Context, SHA256};
use std::net::SocketAddr;

/// At most this many bytes of a reject are kept; of one that is longer also its length and its SHA-256.
pub(super) const MOST_BYTES: usize = 16 << 20;

pub(super) const BASE64_FIELD: &[u8] = b",\"raw_base64\":\"";

/// Where a reject comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct From<'a> {
    /// The stage that could not use it.
    pub stage: &'a str,
    /// Its number in the input, from 1 on; 0: none.
    pub line: u64,
    /// The input.
    pub input: Option<&'a str>,
    /// When it came from a sender, ns since 1970 UTC.
    pub received: Option<i64>,
}

impl<'a> From<'a> {
    /// The same, at a stage.
    pub(super) fn at(self, stage: &'a str) -> From<'a> {
        From { stage, ..self }
    }
}

pub(super) fn write_head(to: &mut Vec<u8>, from: From<'_>, why: &Error) {
    let received = from.received.map(|received| {
        let mut spelled = Vec::with_capacity(32);
        time::write_rfc3339(received, &mut spelled);
        String::from_utf8_lossy(&spelled).into_owned()
    });
    to.extend_from_slice(b"{\"reason\":");
    json::write_string(&why.to_string(), to);
    let further = [
        ("code", Some(why.code().word())),
        ("stage", Some(from.stage)),
        ("source", from.input),
        ("topic", why.topic()),
        ("received", received.as_deref()),
    ];
    for (name, text) in further {
        if let Some(text) = text {
            to.extend_from_slice(format!(",\"{name}\":").as_bytes());
            json::write_string(text, to);
        }
    }
    if from.line > 0 {
        to.extend_from_slice(format!(",\"line\":{}", from.line).as_bytes());
    }
    for (i, fault) in why.all_faults().iter().enumerate() {
        to.extend_from_slice(if i == 0 { b",\"errors\":[" } else { b"," });
        write_fault(to, fault);
    }
    if !why.all_faults().is_empty() {
        to.push(b']');
    }
}

fn write_fault(to: &mut Vec<u8>, fault: &Fault) {
    to.extend_from_slice(b"{\"code\":");
    json::write_string(fault.code.word(), to);
    if !(fault.found.is_empty() && fault.allowed.is_empty()) {
        to.extend_from_slice(b",\"pointer\":");
        json::write_string(&fault.pointer, to);
    }
    for (name, text) in [("found", &fault.found), ("allowed", &fault.allowed)] {
        if !text.is_empty() {
            to.extend_from_slice(format!(",\"{name}\":").as_bytes());
            json::write_string(text, to);
        }
    }
    to.push(b'}');
}

/// Appends a reject as a line of NDJSON: what a rejects file consists of.
pub(crate) fn write_reject(to: &mut Vec<u8>, from: From<'_>, why: &Error, raw: &[u8]) {
    write_head(to, from, why);
    match std::str::from_utf8(raw) {
        Ok(text) if raw.len() <= MOST_BYTES => {
            to.extend_from_slice(b",\"raw\":");
            json::write_string(text, to);
        }
        _ => {
            to.extend_from_slice(BASE64_FIELD);
            to.extend_from_slice(BASE64.encode(&raw[..raw.len().min(MOST_BYTES)]).as_bytes());
            to.push(b'"');
        }
    }
    if raw.len() > MOST_BYTES {
        let mut digest = Context::new(&SHA256);
        digest.update(raw);
        write_cut(to, raw.len() as u64, digest);
    }
    to.extend_from_slice(b"}\n");
}

/// Appends how long a reject is of which only the beginning is kept, and the digest of all of it.
pub(super) fn write_cut(to: &mut Vec<u8>, bytes: u64, digest: Context) {
    to.extend_from_slice(format!(",\"bytes\":{bytes},\"sha256\":\"").as_bytes());
    for byte in digest.finish().as_ref() {
        to.extend_from_slice(format!("{byte:02x}").as_bytes());
    }
    to.push(b'"');
}

/// A reject's line without what differs when the same message comes again: its number and time, and the port of a
/// sender. Whoever keeps each reject once compares these.
pub(crate) fn lasting(line: &[u8]) -> Vec<u8> {
    let mut members = Vec::new();
    if json::members(line, &mut members).is_err() {
        return line.to_vec();
    }
    let mut to = Vec::with_capacity(line.len());
    let passes = |member: &&Member| !member.key_is(line, "line") && !member.key_is(line, "received");
    for member in members.iter().filter(passes) {
        to.push(if to.is_empty() { b'{' } else { b',' });
        json::write_string(&member.key_text(line), &mut to);
        to.push(b':');
        let sender = member.text(line).filter(|_| member.key_is(line, "source"));
        match sender.and_then(|sender| sender.parse::<SocketAddr>().ok()) {
            Some(address) => json::write_string(&address.ip().to_string(), &mut to),
            None => to.extend_from_slice(member.value(line)),
        }
    }
    to.extend_from_slice(if to.is_empty() { b"{}" } else { b"}" });
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_the_same() {
        let line = br#"{"reason":"r","source":"127.0.0.1:4711","received":"2024-01-01T00:00:00Z","line":7,"raw":"x"}"#;
        assert_eq!(lasting(line), br#"{"reason":"r","source":"127.0.0.1","raw":"x"}"#);
        assert_eq!(lasting(b"no"), b"no");
        assert_eq!(lasting(b"{}"), b"{}");
    }
}
