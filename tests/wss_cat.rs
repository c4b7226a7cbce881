//! `wss-cat` against real servers on loopback.

mod access;
mod connections;
mod messages;
mod resume;
pub(crate) mod server;

use self::server::{Authority, Server, client_frame, close, frame, proxy, raw, text, tls};
use crate::harness::programs::needs;
use crate::harness::{Running, Work, free_port, refusing};
use flate2::{Compress, Compression, FlushCompress};
use rustix::process::Signal;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tungstenite::Message;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// The reasons in a rejects file.
fn reasons(work: &Work, name: &str) -> Vec<String> {
    let reason = |line: &str| {
        let reject: serde_json::Value = serde_json::from_str(line).expect("a reject");
        reject["reason"].as_str().expect("a reason").to_owned()
    };
    work.read(name).lines().map(reason).collect()
}

/// Reads until the client has closed.
fn drain(stream: &mut impl std::io::Read) {
    while client_frame(stream).is_some_and(|(first, _)| first != 0x88) {}
}

/// What it was doing could have gone on for a minute, and the goodbye may take half a second. A machine that is busy can be
/// late once, so there are three attempts.
fn ends_at_once(what: &str, signal: Signal, mut start: impl FnMut() -> Running) {
    use std::os::unix::process::ExitStatusExt as _;
    let mut took = Vec::new();
    for _ in 0..3 {
        let running = start();
        let begin = Instant::now();
        running.signal(signal);
        let (_, _, status) = running.end();
        match signal {
            Signal::TERM => assert!(status.success(), "{what}: {status:?}"),
            _ => assert_eq!(status.signal(), Some(signal.as_raw()), "{what}"),
        }
        took.push(begin.elapsed().as_millis());
        if took.last() < Some(&2000) {
            return;
        }
    }
    panic!("{what}: it ended after {took:?} ms");
}

fn n(i: usize) -> String {
    format!("{{\"n\":{i}}}")
}
