//! What fails around kymo: the broker, the network, the database, the disk.

use super::broker::Broker;
use super::proxy::{Fate, Proxy, Way};
use super::wire::Sender;
use super::{complete, finish, flood, init_session, messages, rows, wait_for, wait_for_rows};
use crate::faults::Mounted;
use crate::harness::{Work, peak_memory};
use rusqlite::Connection;
use rustix::process::Signal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A pipeline for the session x that does not wait long before it connects again.
fn pipeline(url: &str, flags: &str) -> String {
    format!("run 'mqtt-cat {url} --id x -t t/# --max-backoff 100ms {flags} | store a.db --by device'")
}

#[test]
fn a_broker_that_is_restarted_under_load_costs_nothing() {
    restarted(4);
}

#[test]
#[ignore = "twenty restarts: make soak"]
fn a_broker_that_is_restarted_for_long_costs_nothing() {
    restarted(20);
}

fn restarted(times: usize) {
    for qos in [1, 2] {
        let Some(mut broker) = Broker::start("upgrade_outgoing_qos true") else { return };
        let work = Work::new();
        init_session(&work, &broker, &format!("-t t/#@{qos}"));
        let run = pipeline(&broker.url(), &format!("-q {qos}"));
        let child = work.kymo(&run).start();
        let mut all = messages(500 * (times + 1));
        for _ in 0..times {
            Sender::connect(broker.port).flood(all.by_ref().take(500));
            broker.stop();
            broker.restart();
        }
        Sender::connect(broker.port).flood(all);
        wait_for_rows(&work, "a.db", 500 * (times + 1));
        child.signal(Signal::TERM);
        assert!(child.end().2.success());
        complete(&work, "a.db", 500 * (times + 1));
    }
}

/// Killed, a broker has what it had saved: what kymo had confirmed since then comes again.
#[test]
fn a_broker_that_is_killed_costs_nothing_that_it_had_saved() {
    let Some(mut broker) = Broker::start("autosave_on_changes true\nautosave_interval 1") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t/#");
    flood(&broker, 400);
    let saved = broker.path("mosquitto.db");
    wait_for("the broker's save", || {
        let bytes = std::fs::read(&saved).unwrap_or_default();
        let found = memchr::memmem::find_iter(&bytes, b"\"pad\":").count();
        (found >= 400).then_some(())
    });
    let child = work.kymo(&pipeline(&broker.url(), "")).start();
    for _ in 0..3 {
        let before = rows(&work, "a.db", "readings");
        wait_for("more rows", || {
            let now = rows(&work, "a.db", "readings");
            (now > before || now == 400).then_some(())
        });
        broker.kill();
        broker.restart();
    }
    wait_for_rows(&work, "a.db", 400);
    child.signal(Signal::TERM);
    assert!(child.end().2.success());
    complete(&work, "a.db", 400);
}

#[test]
fn a_broker_that_is_not_there_yet_is_waited_for() {
    let Some(mut broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t/#");
    flood(&broker, 10);
    broker.stop();
    let url = broker.url();
    let words = format!("mqtt-cat {url} -t t --retries 2 --max-backoff 10ms");
    work.kymo(&words).end().code(69).tells(&format!("connect to {url}"));
    work.kymo(&format!("mqtt-cat {url} --id x -t t --init-session -W 300ms")).end().code(69).tells("no connection");
    let child = work.kymo(&pipeline(&url, "")).start();
    child.told("; again in 0.");
    broker.restart();
    wait_for_rows(&work, "a.db", 10);
    drop(child);
    complete(&work, "a.db", 10);
}

/// The network breaks in the middle of packets, both ways.
#[test]
fn a_connection_that_is_cut_again_and_again_costs_nothing() {
    for (qos, version) in [(1, "5"), (2, "5"), (2, "311")] {
        let Some(broker) = Broker::start("upgrade_outgoing_qos true") else { return };
        let work = Work::new();
        init_session(&work, &broker, &format!("-t t/#@{qos} --mqtt {version}"));
        flood(&broker, 600);
        let (mut last, mut count) = (0, 0);
        let proxy = Proxy::start(broker.port, move |number, way, packet| {
            if number != last {
                (last, count) = (number, 0);
            }
            count += 1;
            // Other packets, of both ways, at other places each time.
            let is_due = number < 12 && count > 30 + 7 * number && (way == Way::ToBroker) == (number % 3 == 0);
            if is_due { Fate::Cut(packet.len() * (number % 4) / 4) } else { Fate::Pass }
        });
        let run = pipeline(&proxy.url(), &format!("-q {qos} --mqtt {version} --max-backoff 5ms"));
        let run = run.replace("--max-backoff 100ms ", "");
        finish(&work, &run, "a.db", 600);
        complete(&work, "a.db", 600);
    }
}

/// The broker asks again for what was received and not released: whoever does not know the message any more answers.
#[test]
fn a_message_that_is_cut_off_in_the_handshake_of_qos_2_stalls_nothing() {
    for version in ["5", "311"] {
        for kills in [false, true] {
            let Some(broker) = Broker::start("upgrade_outgoing_qos true\nmax_inflight_messages 20") else { return };
            let work = Work::new();
            init_session(&work, &broker, &format!("-t t/#@2 --mqtt {version}"));
            flood(&broker, 200);
            let held = Arc::new(AtomicUsize::new(0));
            let seen = Arc::clone(&held);
            let proxy = Proxy::start(broker.port, move |number, way, packet| {
                let is_release = way == Way::ToClient && packet[0] & 0xf0 == 0x60;
                if number > 0 || !is_release {
                    return Fate::Pass;
                }
                let count = seen.fetch_add(1, Ordering::SeqCst) + 1;
                if count == 20 && !kills { Fate::Cut(0) } else { Fate::Hold }
            });
            let run = pipeline(&proxy.url(), &format!("-q 2 --mqtt {version}"));
            let child = work.kymo(&run).start();
            wait_for("releases", || (held.load(Ordering::SeqCst) >= 20).then_some(()));
            if kills {
                drop(child);
                finish(&work, &run, "a.db", 200);
            } else {
                wait_for_rows(&work, "a.db", 200);
                child.signal(Signal::TERM);
                assert!(child.end().2.success());
            }
            complete(&work, "a.db", 200);
        }
    }
}

/// The session is there, its subscription is not: that must not be taken for the other.
#[test]
fn a_connection_that_is_cut_before_the_subscription_subscribes_again() {
    for cut in [0x82, 0x90] {
        let Some(broker) = Broker::start("") else { return };
        let work = Work::new();
        Sender::connect(broker.port).retain("t/a", "{\"a\":1}");
        let proxy = Proxy::start(
            broker.port,
            move |number, _, packet| {
                if number == 0 && packet[0] == cut { Fate::Cut(0) } else { Fate::Pass }
            },
        );
        let run = format!("mqtt-cat {} --id x -t t/# -C 1 --max-backoff 10ms", proxy.url());
        let ended = work.kymo(&run).end().code(0).tells("lost mqtt://");
        assert_eq!(ended.stdout(), "{\"a\":1,\"topic\":\"t/a\"}\n");
    }
}

#[test]
fn a_session_that_the_broker_forgot_is_told() {
    let Some(mut broker) = Broker::start("") else { return };
    let work = Work::new();
    let child =
        work.kymo(&format!("mqtt-cat {} --id x -t t/# --max-backoff 50ms --log-level info", broker.url())).start();
    child.told("connected to");
    Sender::connect(broker.port).retain("t/a", "{\"a\":1}");
    assert_eq!(child.line(), "{\"a\":1,\"topic\":\"t/a\"}");
    // It had saved nothing.
    broker.kill();
    broker.restart();
    child.told("the broker no longer has the session");
    // It is subscribed again.
    Sender::connect(broker.port).retain("t/b", "{\"b\":1}");
    assert_eq!(child.line(), "{\"b\":1,\"topic\":\"t/b\"}");
    child.signal(Signal::TERM);
    assert!(child.end().2.success());
}

#[test]
fn a_session_that_is_taken_over_ends_the_first() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let run = |url: &str| work.kymo(&format!("mqtt-cat {url} --id x -t t/# --max-backoff 1ms"));
    // Mosquitto hangs up and says nothing, up to 2.0.11 at least: each of the two then takes it back from the other.
    let (first, second) = (run(&broker.url()).start(), run(&broker.url()).start());
    first.told("another client has the id x too");
    second.told("another client has the id x too");
    drop((first, second));
    // Others say it.
    let proxy = Proxy::start(broker.port, |_, _, packet| match packet[0] {
        0x82 => Fate::Answer(vec![0xe0, 2, 0x8e, 0]),
        _ => Fate::Pass,
    });
    run(&proxy.url()).end().code(75).tells("another client has taken over the session of x");
}

#[test]
fn a_locked_database_holds_the_broker_back_and_costs_nothing() {
    locked(4_000, Duration::from_secs(7));
}

#[test]
#[ignore = "half a minute: make soak"]
fn a_database_that_is_locked_for_long_costs_nothing() {
    locked(20_000, Duration::from_secs(30));
}

/// Many keepalives pass while nothing can be committed: the connection stays, the memory is flat.
fn locked(count: usize, time: Duration) {
    let Some(broker) = Broker::start("max_inflight_messages 1000") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t/#");
    work.kymo("store a.db --by device").stdin("").ok();
    let other = Connection::open(work.path("a.db")).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let child = work.kymo(&format!("{} --summary", pipeline(&broker.url(), "-k 1s"))).start();
    let peak = peak_memory(&child);
    // One after the other first: each comes by a read of its own.
    let mut sender = Sender::connect(broker.port);
    for (topic, payload) in messages(500) {
        sender.send(1, &topic, payload);
    }
    sender.flood(messages(count).skip(500));
    std::thread::sleep(time);
    assert_eq!(rows(&work, "a.db", "readings"), 0);
    other.execute_batch("COMMIT").expect("the lock is free");
    wait_for_rows(&work, "a.db", count);
    child.signal(Signal::TERM);
    let (_, told, status) = child.end();
    assert!(status.success(), "{told}");
    assert!(told.contains("\"connections\":1,"), "{told}");
    complete(&work, "a.db", count);
    let peak = peak.join().expect("a peak");
    assert!(peak < 28 << 10, "{peak} KiB");
}

/// Messages that nobody has to confirm: the broker cannot be told to wait, but TCP can.
#[test]
fn a_flood_that_nobody_confirms_takes_no_memory() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    work.kymo("store a.db").stdin("").ok();
    let other = Connection::open(work.path("a.db")).expect("a database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let passed = Arc::new(Mutex::new((0, 0)));
    let seen = Arc::clone(&passed);
    let proxy = Proxy::start(broker.port, move |_, way, packet| {
        let mut seen = seen.lock().expect("no panic");
        match (way, packet[0] >> 4) {
            (Way::ToClient, 3) => *seen = (seen.0 + 1, 0),
            // The client asks whether the broker is there.
            (Way::ToBroker, 12) => seen.1 += 1,
            _ => {}
        }
        Fate::Pass
    });
    let child = work.kymo(&pipeline(&proxy.url(), "-q 0 -k 1s").replace("--id x ", "")).start();
    let peak = peak_memory(&child);
    let mut sender = Sender::connect(broker.port);
    wait_for("the subscription", || broker.log().contains("Sending SUBACK").then_some(()));
    for (topic, payload) in messages(2_000) {
        sender.send(0, &topic, payload);
    }
    // What was asked last was asked behind the reading of all of them.
    wait_for("all of them", || (*passed.lock().expect("no panic") >= (2_000, 2)).then_some(()));
    child.signal(Signal::TERM);
    other.execute_batch("COMMIT").expect("the lock is free");
    let (_, told, status) = child.end();
    assert!(status.success(), "{told}");
    // All that was received is kept.
    complete(&work, "a.db", 2_000);
    let peak = peak.join().expect("a peak");
    assert!(peak < 28 << 10, "{peak} KiB");
}

#[test]
fn a_full_disk_costs_nothing() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=1m") else { return };
    init_session(&work, &broker, "-t t/#");
    flood(&broker, 8_000);
    let run = pipeline(&broker.url(), "").replace("a.db", "mounted/a.db");
    work.kymo(&run).end().code(74).tells("full");
    disk.again("remount,size=64m");
    let kept = rows(&work, "mounted/a.db", "readings");
    assert!(kept < 8_000, "the disk was full at {kept}");
    finish(&work, &run, "mounted/a.db", 8_000);
    complete(&work, "mounted/a.db", 8_000);
}

/// One that knows no MQTT 5 says so, or only hangs up.
#[test]
fn a_broker_that_knows_no_mqtt_5_is_spoken_to_in_its_own_words() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t/#");
    for answer in [Fate::Answer(vec![0x20, 2, 0, 1]), Fate::Cut(0)] {
        let proxy = Proxy::start(broker.port, move |_, way, packet| {
            // The version stands behind the header and the name.
            let is_new = way == Way::ToBroker && packet[0] == 0x10 && packet[packet.len().min(8)] == 5;
            if is_new { answer.clone() } else { Fate::Pass }
        });
        Sender::connect(broker.port).send(1, "t/a", "{\"a\":1}");
        let ended = work.kymo(&format!("mqtt-cat {} --id x -t t/# -C 1 --log-level info", proxy.url())).end().code(0);
        assert_eq!(ended.tells("by MQTT 3.1.1").stdout(), "{\"a\":1,\"topic\":\"t/a\"}\n");
        work.kymo(&format!("mqtt-cat {} -t t/# --mqtt 5 --retries 0", proxy.url())).end().code(69);
    }
}
