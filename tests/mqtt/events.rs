//! `mqtt-cat --events`: what happens to the connection is among the records.

use super::broker::Broker;
use super::wait_for;
use super::wire::Sender;
use crate::harness::Work;

#[test]
fn a_broker_that_is_killed_is_an_event() {
    let Some(mut broker) = Broker::start("") else { return };
    let work = Work::new();
    let words = format!("mqtt-cat {} -t e/# --events --stamp time -C 2 --max-backoff 50ms", broker.url());
    let child = work.kymo(&words).start();
    // Since the broker started: its log goes on.
    let subscribed = |broker: &Broker| {
        let is_subscribed =
            |log: &str| log.rsplit(" starting").next().is_some_and(|now| now.contains("Sending SUBACK"));
        wait_for("the subscription", || is_subscribed(&broker.log()).then_some(()));
    };
    subscribed(&broker);
    Sender::connect(broker.port).send(1, "e/a", "1");
    let first = child.line();
    assert!(first.starts_with("{\"link\":\"connected\",\"source\":\"mqtt://127.0.0.1:"), "{first}");
    assert!(child.line().starts_with("{\"value\":1,\"topic\":\"e/a\",\"time\":\"20"));
    broker.kill();
    let lost = child.line();
    assert!(lost.starts_with("{\"link\":\"lost\",\"reason\":\"") && lost.contains(",\"time\":\"20"), "{lost}");
    broker.restart();
    assert!(child.line().starts_with("{\"link\":\"connected\","));
    subscribed(&broker);
    Sender::connect(broker.port).send(1, "e/a", "2");
    assert!(child.line().starts_with("{\"value\":2,"));
    let (_, told, status) = child.end();
    assert!(status.success(), "{told}");
}
