//! Messages of any form: all of one is records, or all of it is one reject.

use crate::harness::Work;
use crate::mqtt::broker::Broker;
use crate::mqtt::wire::Sender;

/// K65, K71: what a switch, a sensor and a logger send over MQTT, with times of their own clock, as clean records.
#[test]
fn messages_of_any_form() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    for (topic, payload) in [
        ("t/relay", "on"),
        ("t/temp", "21.5 °C"),
        ("c/logger", "27.10.2024 02:30:00;21,5\n27.10.2024 02:10:00;21,6\n"),
        ("c/bad", "27.10.2024 03:30:00;21,5\nonly one\n"),
        ("s/pack", "[{\"bn\":\"d\",\"bt\":1.7e9,\"v\":1},{\"n\":\"x\",\"v\":2}]"),
        ("n/w", "{\"t\":NaN}\n{\"t\":1}"),
    ] {
        sender.retain(topic, payload);
    }
    let cat = |words: &str| work.kymo(&format!("mqtt-cat {} -W 5s {words}", broker.url())).end();
    assert_eq!(
        cat("-t t/+ --topic-map t/{device} --no-topic -C 2 --from text").stdout(),
        "{\"value\":1,\"device\":\"relay\"}\n{\"value\":21.5,\"unit\":\"°C\",\"device\":\"temp\"}\n"
    );
    let local = "--no-topic --time-format '%d.%m.%Y %H:%M:%S' --tz Europe/Berlin";
    let csv = "--from csv --columns time,value --decimal ,";
    assert_eq!(
        cat(&format!("-t c/logger -C 1 {csv} {local}")).stdout(),
        "{\"time\":\"2024-10-27T00:30:00Z\",\"value\":21.5}\n{\"time\":\"2024-10-27T01:10:00Z\",\"value\":21.6}\n"
    );
    // Nothing is torn out of what was not understood as a whole.
    let ended = cat(&format!("-t c/bad -C 1 {csv} {local}")).code(1).tells("1 column, not 2");
    assert_eq!(ended.stdout(), "");
    assert!(cat("-t s/pack -C 1 --from senml").stdout().contains("\"device\":\"dx\",\"value\":2"));
    assert_eq!(cat("-t n/w -C 1 --no-topic --null NaN").stdout(), "{\"t\":null}\n{\"t\":1}\n");
}

/// A name that is said once may be in each record: what comes of it is bounded, in a record and in a message.
#[test]
fn what_multiplies_is_bounded() {
    let work = Work::new();
    let name = "n".repeat(900);
    let csv = format!("{name},b\n1,2\n1,{}\n3,4\n", "x".repeat(200));
    let ended =
        work.kymo("validate --from csv --max-record 1KiB").stdin(csv).end().code(1).tells("longer than --max-record");
    assert_eq!(ended.stdout().lines().count(), 2);
    let Some(broker) = Broker::start("") else { return };
    let mut sender = Sender::connect(broker.port);
    let pack = format!("[{{\"bn\":\"{}\",\"bt\":1.7e9}}{}]", "n".repeat(100_000), ",{\"v\":1}".repeat(1_000));
    sender.retain("s/pack", pack);
    sender.retain("s/zip", "\u{1f}\u{8b}");
    let cat = |topic: &str| work.kymo(&format!("mqtt-cat {} -W 5s -t {topic} -C 1 --from senml", broker.url())).end();
    assert_eq!(cat("s/pack").code(1).tells("its records take more than 16 MiB").stdout(), "");
    cat("s/zip").code(1);
}
