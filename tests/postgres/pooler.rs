//! Behind PgBouncer in transaction mode, where each transaction may be with another connection of the server's.

use super::server::{Database, as_owner};
use crate::harness::programs::program;
use crate::harness::{PATIENCE, Work, free_port};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A pooler in front of the shared server.
struct Pooler {
    port: u16,
    child: Child,
}

impl Pooler {
    /// With this many connections to each database, used in turn. `None`: it is not here.
    fn start(db: &Database, connections: u32) -> Option<Pooler> {
        let program = program("pgbouncer")?;
        let folder = db.server.socket();
        let name = format!("pooler-{}", db.name);
        // Somebody else may take the port before it does.
        for _ in 0..20 {
            let port = free_port();
            let settings = format!(
                "[databases]\n* = host=127.0.0.1 port={} user=kymo\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
                 default_pool_size = {connections}\nmin_pool_size = {connections}\nserver_round_robin = 1\n\
                 pidfile = {folder}/{name}.pid\nlogfile = {folder}/{name}.log\n",
                db.server.port
            );
            db.server.write(&format!("{name}.ini"), &settings);
            let mut command = as_owner(program.get_program());
            command
                .arg(format!("{folder}/{name}.ini"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            let mut pooler = Pooler { port, child: command.spawn().expect("pgbouncer starts") };
            if pooler.is_ready() {
                return Some(pooler);
            }
        }
        let log = std::fs::read_to_string(format!("{folder}/{name}.log")).unwrap_or_default();
        panic!("pgbouncer does not start: {log}");
    }

    fn is_ready(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if self.child.try_wait().expect("a child").is_some() || Instant::now() > end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("a pid")).expect("a pid");
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.child.wait();
    }
}

#[test]
fn nothing_of_ours_outlives_a_transaction() {
    let Some(db) = Database::new() else { return };
    let Some(pooler) = Pooler::start(&db, 4) else { return };
    let work = Work::new();
    let url = format!("postgres://127.0.0.1:{}/{}", pooler.port, db.name);
    let records = |device: &str| {
        let record = |n: u32| format!("{{\"time\":{n},\"device\":\"{device}\",\"value\":{n}.5}}\n");
        (1..=100).map(record).collect::<String>()
    };
    // Many transactions each, of two at the same time, which make the same table.
    std::thread::scope(|scope| {
        for device in ["a", "b"] {
            let run = work.kymo(&format!("store '{url}' --batch 7")).stdin(records(device));
            scope.spawn(|| run.ok());
        }
    });
    assert_eq!(db.sql("SELECT count(*), count(DISTINCT device) FROM readings"), "200|2");
    // Again: all are there already.
    work.kymo(&format!("store '{url}' --batch 7")).stdin(records("a")).ok();
    assert_eq!(work.kymo(&format!("query '{url}'")).ok().lines().count(), 200);
    // The state of a filter, and that it is this process's alone.
    let gaps = "{\"time\":1,\"device\":\"c\",\"value\":1}\n{\"time\":4,\"device\":\"c\",\"value\":4}\n";
    let pipeline = format!("gapfill --every 1s --max-gap 10s | store '{url}' --batch 1");
    work.kymo(&format!("run --name gaps {}", shell_words::quote(&pipeline))).stdin(gaps).ok();
    assert_eq!(db.sql("SELECT count(*) FROM readings WHERE device = 'c'"), "4");
    work.kymo(&format!("trim '{url}' --max-rows 50")).ok();
    assert_eq!(db.sql("SELECT count(*) FROM readings"), "50");
    // A statement of the user's.
    db.sql("CREATE TABLE measured (time float8 PRIMARY KEY, value numeric)");
    let insert = "INSERT INTO measured SELECT * FROM json_to_recordset($1) AS r (time float8, value numeric)";
    for n in 0..8 {
        let run = work.kymo(&format!("store '{url}' --retries 0 --insert \"{insert}\""));
        run.stdin(format!("{{\"time\":{n},\"value\":1}}\n")).ok();
    }
    assert_eq!(db.sql("SELECT count(*) FROM measured"), "8");
}
