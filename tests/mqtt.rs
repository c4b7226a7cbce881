//! `mqtt-cat` against a real mosquitto, which each test starts and ends.

pub(crate) mod broker;
mod events;
mod flags;
mod groups;
mod killed;
mod outages;
mod payloads;
pub(crate) mod proxy;
mod readings;
mod secure;
mod variables;
mod versions;
mod web;
pub(crate) mod wire;

use self::broker::Broker;
use self::wire::Sender;
use crate::harness::{PATIENCE, Work};
use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// Makes the session of client x with these flags: from now on the broker keeps what comes.
pub(crate) fn init_session(work: &Work, broker: &Broker, flags: &str) {
    work.kymo(&format!("mqtt-cat {} --id x --init-session {flags}", broker.url())).ok();
}

/// Messages of 130 bytes, a second after the other, of seven devices.
pub(crate) fn messages(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|n| {
        let start =
            format!(r#"{{"time":{},"device":"m{}","value":{}.25,"n":{n},"pad":""#, 1_700_000_000 + n, n % 7, n % 40);
        let pad = "x".repeat(128 - start.len());
        (format!("t/m{}", n % 7), format!("{start}{pad}\"}}"))
    })
}

/// A reading of one series that has a gap of seven seconds behind each ten.
pub(crate) fn with_gaps(n: usize) -> (String, String) {
    let time = 1_700_000_000 + n + n / 10 * 7;
    ("t/a".to_owned(), format!(r#"{{"time":{time},"device":"a","value":{n}}}"#))
}

/// How many rows a table of a database has that kymo may be writing at the moment.
pub(crate) fn rows(work: &Work, db: &str, table: &str) -> i64 {
    let Ok(db) = Connection::open_with_flags(work.path(db), OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.busy_timeout(PATIENCE).expect("patience");
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap_or(0)
}

/// Waits until `found` gives something.
pub(crate) fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < end, "waited for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the database has this many readings.
pub(crate) fn wait_for_rows(work: &Work, db: &str, count: usize) {
    wait_for(&format!("{count} rows"), || (rows(work, db, "readings") >= count as i64).then_some(()));
}

/// Every message is there once, and none was rejected.
pub(crate) fn complete(work: &Work, db: &str, count: usize) {
    let db = Connection::open(work.path(db)).expect("a database");
    let found: (i64, i64, i64, i64) = db
        .query_row("SELECT count(*), count(DISTINCT n), min(n), max(n) FROM readings", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .expect("rows");
    assert_eq!(found, (count as i64, count as i64, 0, count as i64 - 1), "rows, different ones, first, last");
    let rejects: i64 = db.query_row("SELECT count(*) FROM kymo_rejects", [], |row| row.get(0)).expect("a count");
    assert_eq!(rejects, 0, "rejects");
}

/// How many messages are sent before a kill: half of all before the first, so that much is on its way, then some more each
/// time, so that no kill comes after the end.
pub(crate) fn part(count: usize, kill: usize, kills: usize) -> usize {
    if kill == 0 { count / 2 } else { count / 2 / kills }
}

/// Queues messages for the session.
pub(crate) fn flood(broker: &Broker, count: usize) {
    Sender::connect(broker.port).flood(messages(count));
}

/// Runs until the database has this many readings, then ends it in order.
pub(crate) fn finish(work: &Work, run: &str, db: &str, count: usize) {
    let child = work.kymo(&format!("{run} --log-level info")).start();
    // Signals are heard from now on.
    child.told("connected to");
    wait_for_rows(work, db, count);
    child.signal(Signal::TERM);
    let (_, told, status) = child.end();
    assert!(status.success(), "{status:?} {told}");
}
