//! Several that share the messages.

use super::broker::Broker;
use super::wire::Sender;
use super::{complete, messages, rows, wait_for, wait_for_rows};
use crate::harness::{Running, Work};
use rustix::process::Signal;

fn member(work: &Work, broker: &Broker, flags: &str) -> Running {
    let cat = format!("mqtt-cat {} -t t/# --group g {flags}", broker.url());
    work.kymo(&format!("run --log-level info '{cat} | store a.db --by device'")).start()
}

fn subscribed(broker: &Broker, count: usize) {
    wait_for("the subscriptions", || (broker.log().matches("Sending SUBACK").count() == count).then_some(()));
}

/// How many of the messages each client was sent.
fn shares(broker: &Broker) -> Vec<usize> {
    let log = broker.log();
    let mut names: Vec<&str> = log.lines().filter_map(|line| line.split("Sending PUBLISH to ").nth(1)).collect();
    names.iter_mut().for_each(|name| *name = name.split(' ').next().unwrap_or(""));
    names.sort_unstable();
    names.chunk_by(|a, b| a == b).map(<[&str]>::len).collect()
}

#[test]
fn members_share_and_when_one_is_killed_the_other_gets_the_rest() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let (first, second) = (member(&work, &broker, ""), member(&work, &broker, ""));
    subscribed(&broker, 2);
    let mut sender = Sender::connect(broker.port);
    let mut all = messages(1_500);
    sender.flood(all.by_ref().take(500));
    wait_for_rows(&work, "a.db", 500);
    assert_eq!(shares(&broker), [250, 250]);
    // What it has confirmed is known to the broker before it is gone.
    wait_for("the broker's quiet", || {
        let log = broker.log();
        (log.matches("Received PUBACK from kymo-").count() == 500).then_some(())
    });
    drop(first);
    // Others come and go, too: whoever looked whether the broker is there.
    let gone = |line: &str| line.contains("Client kymo-") && line.contains("closed its connection");
    wait_for("the broker to know", || broker.log().lines().any(gone).then_some(()));
    sender.flood(all);
    wait_for_rows(&work, "a.db", 1_500);
    second.signal(Signal::TERM);
    assert!(second.end().2.success());
    complete(&work, "a.db", 1_500);
}

/// The share of one that has an id waits for it.
#[test]
fn a_member_with_an_id_finds_its_share_again() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let (first, second) = (member(&work, &broker, "--id a"), member(&work, &broker, "--id b"));
    subscribed(&broker, 2);
    let mut sender = Sender::connect(broker.port);
    let mut all = messages(3_000);
    sender.flood(all.by_ref().take(1_000));
    wait_for("some rows", || (rows(&work, "a.db", "readings") > 0).then_some(()));
    drop(first);
    sender.flood(all);
    let first = member(&work, &broker, "--id a");
    wait_for_rows(&work, "a.db", 3_000);
    for member in [first, second] {
        member.signal(Signal::TERM);
        assert!(member.end().2.success());
    }
    complete(&work, "a.db", 3_000);
}
