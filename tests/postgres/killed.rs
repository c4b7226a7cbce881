//! SIGKILL at random moments, of kymo and of PostgreSQL: nothing is lost and nothing occurs twice.

use super::server::{Database, Server, USER};
use crate::harness::{Running, Work, random};
use crate::mqtt::broker::Broker;
use crate::mqtt::{messages, part, wait_for, wire::Sender, with_gaps};
use rustix::process::Signal;
use std::time::Duration;

#[test]
fn kymo_is_killed_again_and_again() {
    workers_killed(1_500, 4);
}

#[test]
#[ignore = "20,000 messages, ten kills: make soak"]
fn kymo_is_killed_for_long() {
    workers_killed(20_000, 10);
}

#[test]
fn postgresql_is_killed_again_and_again() {
    server_killed(1_500, 2);
}

#[test]
#[ignore = "20,000 messages, ten kills: make soak"]
fn postgresql_is_killed_for_long() {
    server_killed(20_000, 10);
}

/// Two members of a group, each with a session of its own, into one database.
struct Group<'a> {
    work: &'a Work,
    broker: &'a Broker,
    url: String,
}

impl Group<'_> {
    fn cat(&self, id: &str) -> String {
        format!("mqtt-cat {} --id {id} --group g -q 1 -t t/#", self.broker.url())
    }

    /// From now on the broker keeps what comes.
    fn init(&self) {
        for id in ["a", "b"] {
            self.work.kymo(&format!("{} --init-session", self.cat(id))).ok();
        }
    }

    fn start(&self, id: &str) -> Running {
        self.work.kymo(&format!("run --log-level info '{} | store {}'", self.cat(id), self.url)).start()
    }

    /// Both until all is there, then to their end in order.
    fn finish(&self, count: usize, rows: &dyn Fn() -> usize) {
        let both = ["a", "b"].map(|id| self.start(id));
        for one in &both {
            one.told("connected to");
        }
        wait_for("all rows", || (rows() >= count).then_some(()));
        for one in both {
            one.signal(Signal::TERM);
            let (_, told, status) = one.end();
            assert!(status.success(), "{status:?} {told}");
        }
    }
}

const COUNTS: &str =
    "SELECT count(*), count(DISTINCT n), min(n), max(n), (SELECT count(*) FROM kymo_rejects) FROM readings";

fn wanted(count: usize) -> String {
    format!("{count}|{count}|0|{}|0", count - 1)
}

/// How many rows there are; none without a table.
fn rows(sql: impl Fn(&str) -> String) -> usize {
    if sql("SELECT to_regclass('readings') IS NOT NULL").trim() != "t" {
        return 0;
    }
    sql("SELECT count(*) FROM readings").trim().parse().expect("a number")
}

fn workers_killed(count: usize, kills: usize) {
    let (Some(broker), Some(database)) = (Broker::start(""), Database::new()) else { return };
    let work = Work::new();
    let group = Group { work: &work, broker: &broker, url: database.url() };
    group.init();
    let (mut sender, mut all) = (Sender::connect(broker.port), messages(count));
    let rows = || rows(|sql| database.sql(sql));
    let mut random = random();
    for kill in 0..kills {
        sender.flood(all.by_ref().take(part(count, kill, kills)));
        let before = rows();
        let (first, second) = (group.start("a"), group.start("b"));
        wait_for("more rows", || (rows() > before).then_some(()));
        std::thread::sleep(Duration::from_millis(random.below(40)));
        // Dropping one is SIGKILL; now one, now both at once.
        drop(first);
        if kill % 2 == 0 {
            std::thread::sleep(Duration::from_millis(random.below(40)));
        }
        drop(second);
    }
    sender.flood(all);
    group.finish(count, &rows);
    assert_eq!(database.sql(COUNTS), wanted(count), "rows, different ones, first, last, rejects");
}

fn server_killed(count: usize, kills: usize) {
    let (Some(broker), Some(mut server)) = (Broker::start(""), Server::start(&[])) else { return };
    let work = Work::new();
    let group = Group { work: &work, broker: &broker, url: server.url("postgres") };
    group.init();
    let both = ["a", "b"].map(|id| group.start(id));
    let (mut sender, mut all) = (Sender::connect(broker.port), messages(count));
    let mut random = random();
    for kill in 1..=kills {
        sender.flood(all.by_ref().take(count / kills));
        let enough = count / kills * kill / 2;
        wait_for("more rows", || (rows(|sql| server.sql("postgres", sql)) >= enough).then_some(()));
        std::thread::sleep(Duration::from_millis(random.below(40)));
        server.kill();
        std::thread::sleep(Duration::from_millis(random.below(300)));
        server.restart();
    }
    sender.flood(all);
    wait_for("all rows", || (rows(|sql| server.sql("postgres", sql)) >= count).then_some(()));
    let mut all_told = String::new();
    for one in both {
        one.signal(Signal::TERM);
        let (_, told, status) = one.end();
        assert!(status.success(), "{status:?} {told}");
        all_told += &told;
    }
    assert!(all_told.contains("again"), "{all_told}");
    assert_eq!(server.sql("postgres", COUNTS), wanted(count), "rows, different ones, first, last, rejects");
}

/// The primary is killed and its standby promoted: it has everything that was acknowledged, and gets the rest.
#[test]
fn after_a_failover_nothing_is_missing() {
    const COUNT: usize = 1_500;
    let (Some(broker), Some(mut primary)) = (Broker::start(""), Server::start(&[])) else { return };
    let standby = primary.standby();
    // What is committed is there as well.
    primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("postgres", "SELECT pg_reload_conf()");
    let work = Work::new();
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port, standby.port);
    let url = format!("postgres://{USER}@{hosts}/postgres?target_session_attrs=read-write");
    let group = Group { work: &work, broker: &broker, url: format!("\"{url}\" --max-backoff 200ms") };
    group.init();
    let both = ["a", "b"].map(|id| group.start(id));
    let (mut sender, mut all) = (Sender::connect(broker.port), messages(COUNT));
    sender.flood(all.by_ref().take(COUNT / 2));
    wait_for("some rows", || (rows(|sql| primary.sql("postgres", sql)) > 0).then_some(()));
    std::thread::sleep(Duration::from_millis(random().below(40)));
    primary.kill();
    sender.flood(all);
    standby.sql("postgres", "SELECT pg_promote()");
    wait_for("all rows", || (rows(|sql| standby.sql("postgres", sql)) >= COUNT).then_some(()));
    for one in both {
        one.signal(Signal::TERM);
        let (_, told, status) = one.end();
        assert!(status.success(), "{status:?} {told}");
    }
    assert_eq!(standby.sql("postgres", COUNTS), wanted(COUNT), "rows, different ones, first, last, rejects");
}

/// A filter's memory is committed with the records: the database is that of an undisturbed run.
#[test]
fn killed_with_gaps_to_fill_the_database_is_that_of_an_undisturbed_run() {
    const COUNT: usize = 400;
    let (Some(broker), Some(database)) = (Broker::start("max_inflight_messages 20"), Database::new()) else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    let total = COUNT + (COUNT - 1) / 10 * 7;
    let run = |id: &str| {
        let (broker, database) = (broker.url(), database.url());
        format!("run 'mqtt-cat {broker} --id {id} -t t/# | gapfill --every 1s | store {database} --table {id}'")
    };
    let rows = |table: &str| match database.sql(&format!("SELECT to_regclass('{table}') IS NOT NULL")).trim() {
        "t" => database.sql(&format!("SELECT count(*) FROM {table}")).trim().parse().expect("a number"),
        _ => 0_usize,
    };
    let mut random = random();
    for (id, kills) in [("whole", 0), ("killed", 4)] {
        work.kymo(&format!("mqtt-cat {} --id {id} --init-session -t t/#", broker.url())).ok();
        let mut all = (0..COUNT).map(with_gaps);
        for kill in 0..kills {
            sender.flood(all.by_ref().take(part(COUNT, kill, kills)));
            let before = rows(id);
            let child = work.kymo(&run(id)).start();
            wait_for("more rows", || (rows(id) > before).then_some(()));
            std::thread::sleep(Duration::from_millis(random.below(20)));
            drop(child);
        }
        sender.flood(all);
        let child = work.kymo(&format!("{} --log-level info", run(id))).start();
        child.told("connected to");
        wait_for("all rows", || (rows(id) >= total).then_some(()));
        child.signal(Signal::TERM);
        let (_, told, status) = child.end();
        assert!(status.success(), "{status:?} {told}");
    }
    let contents = |id: &str| work.kymo(&format!("query {} --table {id}", database.url())).ok();
    let whole = contents("whole");
    assert_eq!(whole.lines().count(), total);
    assert_eq!(whole.matches("\"filled\":true").count(), total - COUNT);
    assert!(contents("killed") == whole, "the tables differ");
}
