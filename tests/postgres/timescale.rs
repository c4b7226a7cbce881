//! Hypertables of TimescaleDB, whose chunks are compressed and dropped. No registry has it, so it is not among the packages
//! that `CI=true` asks for: these tests want a server of one's own, `KYMO_TIMESCALEDB=postgres://USER@HOST:PORT`, on which
//! they create databases and drop them.

use crate::databases::Other;
use crate::harness::{Work, skip};
use serde_json::Value;
use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

/// The beginning of a chunk of 7 days.
const START: u64 = 1_699_488_000;

/// A database with the extension, and a folder.
struct Database {
    work: Work,
    server: String,
    name: String,
}

impl Deref for Database {
    type Target = Work;

    fn deref(&self) -> &Work {
        &self.work
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
            Other::connect(&format!("{}/postgres", self.server)).execute(&drop).expect("an end");
        }
    }
}

/// `None`: no server is named, which is reported.
fn database() -> Option<Database> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("KYMO_TIMESCALEDB") else {
        skip("no TimescaleDB: KYMO_TIMESCALEDB=postgres://USER@HOST:PORT names a server (doc/testing.md)");
        return None;
    };
    let name = format!("kymo_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = Other::connect(&format!("{server}/postgres"));
    admin.execute(&format!("CREATE DATABASE {name}")).expect("a database");
    let db = Database { work: Work::new(), server, name };
    db.other().execute("CREATE EXTENSION IF NOT EXISTS timescaledb").expect("the extension");
    Some(db)
}

impl Database {
    fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    fn other(&self) -> Other {
        Other::connect(&self.url())
    }

    fn number(&self, sql: &str) -> i64 {
        self.other().number(sql)
    }

    fn store(&self, flags: &str, records: &str) -> Value {
        let ended = self.kymo(&format!("store {} {flags} --summary", self.url())).stdin(records).end();
        let counts = ended.stderr().lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        ended.assert(counts.is_some(), "a summary");
        counts.expect("a summary")
    }

    /// Compresses all chunks.
    fn compress(&self) {
        self.other()
            .execute(
                "SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks('readings') c;
                 SELECT remove_compression_policy('readings', if_exists => true)",
            )
            .expect("compressed chunks");
    }
}

/// Records of four devices, one a second from the beginning of a chunk on.
fn records(seconds: std::ops::Range<u64>, more: &str) -> String {
    let mut text = String::new();
    for n in seconds {
        for device in ["a", "b", "c", "d"] {
            writeln!(text, "{{\"time\":{},\"device\":\"{device}\",\"value\":{n}{more}}}", START + n).expect("a line");
        }
    }
    text
}

// K126
#[test]
fn one_record_into_a_large_compressed_chunk_is_stored() {
    let Some(db) = database() else { return };
    db.store("--compress-after 20000d", &records(0..1, ",\"filled\":true"));
    // As if they were stored, but faster.
    db.other()
        .execute(&format!(
            "INSERT INTO readings (time, device, value) SELECT to_timestamp({START} + n), 'a', n FROM generate_series(1, 200000) n"
        ))
        .expect("rows");
    db.compress();
    let counts = db.store("", &records(0..1, ""));
    assert_eq!(counts["replaced"], 4, "{counts}");
    let counts =
        db.store("--on-conflict replace", &format!("{{\"time\":{},\"device\":\"a\",\"value\":-1}}\n", START + 9));
    assert_eq!(counts["replaced"], 1, "{counts}");
    assert_eq!(db.number("SELECT count(*) FROM readings"), 200_004);
    assert_eq!(db.number("SELECT count(*) FROM readings WHERE value = -1"), 1);
}

// K126
#[test]
fn trim_ends_in_the_middle_of_a_compressed_chunk_and_drops_those_before_it() {
    for flags in ["", "--archive old.ndjson"] {
        let Some(db) = database() else { return };
        db.store("--chunk 1h --compress-after 20000d", &records(0..7300, ""));
        db.compress();
        assert_eq!(db.number("SELECT count(*) FROM show_chunks('readings')"), 3);
        // A default of 100,000 rows would need a longer test.
        db.other()
            .execute(&format!(
                "ALTER DATABASE {} SET timescaledb.max_tuples_decompressed_per_dml_transaction = 100",
                db.name
            ))
            .expect("a limit");
        let ran = db.kymo(&format!("trim {} --before 2023-11-09T01:01:40Z --json {flags}", db.url())).ok();
        let ran: Value = serde_json::from_str(&ran).expect("a result");
        assert_eq!(ran["deleted"], 14_800, "{ran}");
        assert_eq!(db.number("SELECT count(*) FROM readings"), 14_400);
        assert_eq!(db.number("SELECT extract(epoch FROM min(time))::bigint FROM readings"), START as i64 + 3700);
        if flags.is_empty() {
            assert_eq!(db.number("SELECT count(*) FROM show_chunks('readings')"), 2);
        } else {
            assert_eq!(db.read("old.ndjson").lines().count(), 14_800);
        }
    }
}

// K127
#[test]
fn records_that_come_again_into_compressed_chunks_are_duplicates() {
    let Some(db) = database() else { return };
    db.store("--chunk 1h --compress-after 20000d", &records(0..7300, ""));
    db.compress();
    let counts = db.store("", &records(3000..5000, ""));
    assert_eq!(counts["duplicates"], 8000, "{counts}");
    let counts = db.store("", &records(7000..7600, ""));
    assert_eq!((&counts["duplicates"], &counts["stored"]), (&1200.into(), &1200.into()), "{counts}");
    assert_eq!(db.number("SELECT count(*) FROM readings"), 4 * 7600);
    // Others of the same keys, in a chunk of which some rows are plain already.
    let counts = db.store("--on-conflict replace", &records(3100..6000, ",\"n\":1"));
    assert_eq!(counts["replaced"], 11_600, "{counts}");
    assert_eq!(db.number("SELECT count(*) FROM readings WHERE n = 1"), 11_600);
    let counts = db.store("", &records(10..11, ",\"more\":1"));
    assert_eq!(counts["rejected"], 4, "{counts}");
}

// K128
#[test]
fn pages_of_compressed_chunks_have_each_record_once() {
    for precision in ["us", "ns"] {
        let Some(db) = database() else { return };
        let year = 365 * 86_400;
        db.store(
            &format!("--chunk 1h --compress-after 20000d --precision {precision}"),
            &[records(0..7300, ""), records(year..year + 9000, ""), records(20 * year..20 * year + 10, "")].concat(),
        );
        db.compress();
        // One moment of many series, which is more than a page.
        let wide: String =
            (0..60_000).map(|n| format!("{{\"time\":{START},\"device\":\"w{n}\",\"value\":1}}\n")).collect();
        db.store("", &wide);
        db.compress();
        for (flags, wanted) in [
            ("", 125_240),
            ("--where-series b", 16_310),
            ("--last 1h", 40),
            ("--limit 72345", 72_345),
            ("--since 2023-11-09T00:30:00Z", 58_040),
            ("--until 2023-11-09T00:30:00Z", 67_200),
            ("--since 2024-11-08T01:00:00Z --until 2024-11-08T02:00:00Z", 14_400),
            ("--since 2050-01-01", 0),
        ] {
            let out = db.kymo(&format!("query {} {flags}", db.url())).ok();
            let times: Vec<&str> = out.lines().collect();
            assert!(times.is_sorted() && times.windows(2).all(|two| two[0] != two[1]), "{flags}: order");
            assert_eq!(times.len(), wanted, "{flags}");
        }
    }
}

/// What the policy of the table would drop at once is no stored record.
// K130
#[test]
fn what_the_retention_policy_drops_at_once_is_rejected() {
    for (precision, kept) in [("us", "24:00:00"), ("ns", "86400000000000 ns")] {
        let Some(db) = database() else { return };
        let now = db.number("SELECT extract(epoch FROM now())::bigint");
        let ages = [0, 3600, 2 * 86_400, 30 * 86_400, 400 * 86_400];
        let records: String = ages.map(|age| format!("{{\"time\":{},\"value\":1}}\n", now - age)).concat();
        let flags = format!("--precision {precision} --chunk 1h --retain 1d --rejects r");
        let counts = db.store(&flags, &records);
        assert_eq!((&counts["stored"], &counts["rejected"]), (&2.into(), &3.into()), "{counts}");
        let rejects = db.read("r");
        assert_eq!(rejects.lines().filter(|line| line.contains("\"expired\"")).count(), 3, "{rejects}");
        assert!(rejects.contains(&format!("older than {kept}")), "{rejects}");
        // Nothing that is stored is dropped.
        let job = db.number("SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'");
        db.other().execute(&format!("CALL run_job({job})")).expect("a run of the policy");
        assert_eq!(db.number("SELECT count(*) FROM readings"), 2);
    }
}
