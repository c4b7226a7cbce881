//! SIGKILL at random moments: nothing is lost and nothing occurs twice.

use super::broker::Broker;
use super::wire::Sender;
use super::{complete, finish, flood, init_session, messages, part, rows, wait_for, with_gaps};
use crate::harness::programs::needs;
use crate::harness::{Work, random};
use std::time::Duration;

#[test]
fn killed_again_and_again_nothing_is_lost_or_twice() {
    killed(2_000, 5);
}

#[test]
#[ignore = "20,000 messages, ten kills each: make soak"]
fn killed_for_long_nothing_is_lost_or_twice() {
    killed(20_000, 10);
}

/// Messages and kills, for QoS 1 and 2 and both versions of MQTT.
fn killed(count: usize, kills: usize) {
    for (qos, version) in [(1, 5), (2, 5), (1, 311), (2, 311)] {
        // What was sent with QoS 1 is delivered with QoS 2.
        let Some(broker) = Broker::start("upgrade_outgoing_qos true") else { return };
        let work = Work::new();
        init_session(&work, &broker, &format!("-t t/#@{qos} --mqtt {version}"));
        let run =
            format!("run 'mqtt-cat {} --id x -t t/#@{qos} --mqtt {version} | store a.db --by device'", broker.url());
        let (mut sender, mut all) = (Sender::connect(broker.port), messages(count));
        let mut random = random();
        for kill in 0..kills {
            sender.flood(all.by_ref().take(part(count, kill, kills)));
            let before = rows(&work, "a.db", "readings");
            let child = work.kymo(&run).start();
            wait_for("more rows", || (rows(&work, "a.db", "readings") > before).then_some(()));
            std::thread::sleep(Duration::from_millis(random.below(40)));
            // Dropping it is SIGKILL.
            drop(child);
        }
        sender.flood(all);
        finish(&work, &run, "a.db", count);
        complete(&work, "a.db", count);
        let delivered = format!("Sending PUBLISH to x (d0, q{qos}, r0");
        assert!(broker.log().contains(&delivered), "it was delivered with QoS {qos}");
    }
}

#[test]
fn killed_with_gaps_to_fill_the_database_is_that_of_an_undisturbed_run() {
    gaps(600, 3);
}

#[test]
#[ignore = "ten kills: make soak"]
fn killed_for_long_with_gaps_to_fill() {
    gaps(6_000, 10);
}

/// One series with gaps of seven seconds; the broker sends 20 messages, then it waits for answers.
fn gaps(count: usize, kills: usize) {
    let Some(broker) = Broker::start("max_inflight_messages 20") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    let total = count + (count - 1) / 10 * 7;
    let run = |id: &str| {
        let url = broker.url();
        format!("run 'mqtt-cat {url} --id {id} -t t/# | gapfill --every 1s --by device | store {id}.db --by device'")
    };
    let mut random = random();
    for id in ["whole", "killed"] {
        work.kymo(&format!("mqtt-cat {} --id {id} --init-session -t t/#", broker.url())).ok();
        let db = format!("{id}.db");
        let mut all = (0..count).map(with_gaps);
        for kill in 0..if id == "killed" { kills } else { 0 } {
            sender.flood(all.by_ref().take(part(count, kill, kills)));
            let before = rows(&work, &db, "readings");
            let child = work.kymo(&run(id)).start();
            wait_for("more rows", || (rows(&work, &db, "readings") > before).then_some(()));
            std::thread::sleep(Duration::from_millis(random.below(20)));
            drop(child);
        }
        sender.flood(all);
        finish(&work, &run(id), &db, total);
    }
    let contents = |id: &str| work.kymo(&format!("query {id}.db")).ok();
    let whole = contents("whole");
    assert_eq!(whole.lines().count(), total);
    assert_eq!(whole.matches("\"filled\":true").count(), total - count);
    assert!(contents("killed") == whole, "the databases differ");
}

/// What the shell form loses, for doc/delivery.md: what was confirmed and not yet stored at SIGKILL.
#[test]
#[ignore = "a measurement: make soak"]
#[expect(clippy::print_stderr, reason = "it measures")]
fn the_loss_window_of_the_shell_form() {
    const COUNT: usize = 20_000;
    if !needs("mosquitto_sub") {
        return;
    }
    let mut random = random();
    for qos in [1, 2] {
        for (name, cat) in [
            ("mosquitto_sub | store", "mosquitto_sub -h 127.0.0.1 -p PORT -i x -c -q QOS -t t/#"),
            ("mqtt-cat | store", "kymo mqtt-cat mqtt://127.0.0.1:PORT --id x -q QOS -t t/#"),
            ("run 'mqtt-cat | store'", ""),
        ] {
            let mut lost = Vec::new();
            for _ in 0..5 {
                let Some(broker) = Broker::start("upgrade_outgoing_qos true") else { return };
                let work = Work::new();
                init_session(&work, &broker, &format!("-q {qos} -t t/# --mqtt 311"));
                flood(&broker, COUNT);
                let cat = cat.replace("PORT", &broker.port.to_string()).replace("QOS", &qos.to_string());
                let url = broker.url();
                let script = match cat.as_str() {
                    "" => format!("kymo run 'mqtt-cat {url} --id x -q {qos} -t t/# | store a.db --by device'"),
                    cat => format!("{cat} | kymo store a.db --by device"),
                };
                let child = work.shell(&script).start();
                wait_for("a part", || (rows(&work, "a.db", "readings") > COUNT as i64 / 10).then_some(()));
                // Not always right behind a commit.
                std::thread::sleep(Duration::from_millis(random.below(250)));
                drop(child);
                let child = work.shell(&script).start();
                let mut last = -1;
                // Until nothing more comes.
                wait_for("the rest", || {
                    std::thread::sleep(Duration::from_secs(1));
                    let now = rows(&work, "a.db", "readings");
                    (std::mem::replace(&mut last, now) == now).then_some(())
                });
                drop(child);
                lost.push(COUNT as i64 - last);
            }
            eprintln!("QoS {qos}, {name}: lost {lost:?} of {COUNT}");
        }
    }
}
