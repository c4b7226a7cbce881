//! Each flag and variable of `mqtt-cat`, once.

use super::broker::Broker;
use super::proxy::{Fate, Proxy, Way};
use super::wire::Sender;
use super::{init_session, messages, wait_for};
use crate::harness::{Work, binary};
use rustix::process::Signal;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

#[test]
fn wrong_words_are_refused_before_anything_is_connected() {
    let work = Work::new();
    work.file("empty", "\n");
    for (words, told) in [
        ("", "give -t TOPIC"),
        ("-t ''", "not empty"),
        ("-t 'a/#/b'", "# is only allowed at the end"),
        ("-t 'a+'", "must be alone between slashes"),
        ("-t a -q 3", "0, 1 or 2"),
        ("-t a@1 --group a/b", "no /, + or #"),
        ("-t a --clean", "give --id"),
        ("-t a --init-session", "give --id"),
        ("-t a --session-expiry 1h", "give --id"),
        ("-t a --id ''", "not empty"),
        ("-t a -C 0", "--count"),
        ("-t a --max-inflight 0", "--max-inflight"),
        ("-t a --max-packet 0", "--max-packet"),
        ("-t a --max-packet 1TiB", "--max-packet"),
        ("-t a --mqtt 3", "--mqtt"),
        ("-t a --retained never", "--retained"),
        ("-t a --topic-map 'a/{b'", "a level is a word"),
        ("-t a --topic-map 'a/{topic}'", "two values would go into field topic"),
        ("-t a --topic-map 'a/{b}/{b}'", "two values would go into field b"),
        ("-t a --topic-map 'a/{qos}' --envelope", "two values would go into field qos"),
        ("-t a --envelope --topic-field dup", "two values would go into field dup"),
        ("-t a --no-topic --topic-field x", "cannot be used with"),
        ("-t a --password-file empty -u me", "empty is empty"),
        ("-t a --password-file missing -u me", "missing"),
        ("-t a -u me --cert c", "--key"),
        ("http://a -t a", "must begin with mqtt://"),
        ("mqtt://me:hunter2@a -t a", "give --password-file"),
        ("mqtt://a:70000 -t a", "HOST or HOST:PORT"),
        ("mqtt://a -t a --host b", "give no --host"),
        ("-t a --host 'a,'", "HOST or HOST:PORT"),
        ("-t a --host 'a b'", "HOST or HOST:PORT"),
        ("-t a -p 70000", "70000"),
        ("-t a -k x", "--keepalive"),
    ] {
        let ended = work.kymo(&format!("mqtt-cat {words} --retries 0")).end();
        let code = ended.output.status.code();
        let wanted = if words.contains("missing") { 74 } else { 2 };
        ended.assert(code == Some(wanted) && !ended.stderr().contains("hunter"), "a refusal");
        drop(ended.tells(told));
    }
    let words = "run 'mqtt-cat -t a --group g | gapfill --every 1s | store a.db'";
    work.kymo(words).end().code(2).tells("--split-series");
    work.kymo(&words.replace("-t a --group g", "-t \\$share/g/a")).end().code(2).tells("--split-series");
    // Allowed, it goes on until nobody is there.
    let words = words.replace("--group g", "--group g --split-series --host 127.0.0.1:1 --retries 0");
    work.kymo(&words).end().code(69);
}

#[test]
fn topics_go_where_they_are_wanted() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    let mut received = |topic: &str, payload: &str, flags: &str| {
        init_session(&work, &broker, "-t '#'");
        sender.send(2, topic, payload);
        work.kymo(&format!("mqtt-cat {} --id x -t '#' -C 1 {flags}", broker.url())).ok()
    };
    let map = "--topic-map '+/room/{room}/{quantity}' --topic-map '{all}/#'";
    for (topic, payload, flags, wanted) in [
        ("h/room/7/t", "{\"v\":1}", "--no-topic", "{\"v\":1}"),
        ("h/room/7/t", "{\"v\":1}", "--topic-field from", "{\"v\":1,\"from\":\"h/room/7/t\"}"),
        ("h/room/7/t", "{}", map, "{\"topic\":\"h/room/7/t\",\"room\":\"7\",\"quantity\":\"t\"}"),
        ("h/room", "2", map, "{\"value\":2,\"topic\":\"h/room\",\"all\":\"h\"}"),
        ("h/room/7/t", "{\"room\":8}", &format!("--no-topic {map}"), "{\"room\":8,\"quantity\":\"t\"}"),
        ("other", "{\"v\":1}", "--no-topic --topic-map 'a/{b}'", "{\"v\":1}"),
    ] {
        assert_eq!(received(topic, payload, flags), format!("{wanted}\n"), "{topic} {payload} {flags}");
    }
    let out = received("a", "{\"v\":1}", "--envelope -q 2");
    let (before, after) = out.split_once("\"received\":\"20").expect("the time");
    assert_eq!(before, "{\"v\":1,\"topic\":\"a\",\"qos\":1,\"retained\":false,\"dup\":false,");
    assert!(after.ends_with("Z\"}\n"), "{out}");
    let out = received("a", "{\"v\":1}", "--stamp time");
    assert!(out.starts_with("{\"v\":1,\"topic\":\"a\",\"time\":\"20"), "{out}");
}

#[test]
fn properties_of_mqtt_5_are_in_the_envelope() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a -q 2");
    // All that a publisher can say beside the payload.
    let words = "-V 5 -q 2 -t a -m {} -D publish user-property site north -D publish user-property n \"1\" \
                 -D publish user-property site south -D publish content-type application/json \
                 -D publish response-topic r -D publish correlation-data c -D publish payload-format-indicator 1 \
                 -D publish message-expiry-interval 60";
    if !broker.mosquitto_pub(&words.split_whitespace().collect::<Vec<_>>()) {
        return;
    }
    let out = work.kymo(&format!("mqtt-cat {} --id x -t a -C 1 --envelope", broker.url())).ok();
    let wanted = r#","content_type":"application/json","response_topic":"r","correlation_data":"c","properties":{"n":"\"1\"","site":"south"}}"#;
    assert!(out.contains("\"qos\":2,") && out.trim_end().ends_with(wanted), "{out}");
}

#[test]
fn several_topics_have_their_own_quality() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a/#@2 -t b@0 -t odd@x -q 1");
    let log = broker.log();
    for wanted in ["a/# (QoS 2)", "b (QoS 0)", "odd@x (QoS 1)"] {
        assert!(log.contains(wanted), "no {wanted}: {log}");
    }
    // The topic may stand in the URL.
    work.kymo(&format!("mqtt-cat {}/u/+/# --id y --init-session", broker.url())).ok();
    assert!(broker.log().contains("u/+/# (QoS 1)"));
    // An unwanted one is taken back.
    init_session(&work, &broker, "-t a/# -U odd@x -U b");
    let mut sender = Sender::connect(broker.port);
    sender.send(1, "odd@x", "{\"n\":1}");
    sender.send(1, "a/x", "{\"n\":2}");
    let out = work.kymo(&format!("mqtt-cat {} --id x -t a/# -C 1 --no-topic", broker.url())).ok();
    assert_eq!(out, "{\"n\":2}\n");
}

/// The long names of flags that are short elsewhere.
#[test]
fn long_names_are_understood() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let at = format!("--host 127.0.0.1 --port {}", broker.port);
    work.kymo(&format!("mqtt-cat {at} --id x --topic 'a/#' --topic b@0 --qos 2 --init-session")).ok();
    let log = broker.log();
    assert!(log.contains("a/# (QoS 2)") && log.contains("b (QoS 0)"), "{log}");
    work.kymo(&format!("mqtt-cat {at} --id x --topic 'a/#' --unsubscribe b --qos 2 --init-session")).ok();
    let record = "{\"time\":1,\"device\":\"d\"}\n";
    work.kymo(&format!("mqtt-pub {at} --topic b --qos 1")).stdin("{\"time\":0}\n").ok();
    work.kymo(&format!("mqtt-pub {at} --topic 'a/{{device}}' --qos 2")).stdin(record).ok();
    let out = work.kymo(&format!("mqtt-cat {at} --id x --topic 'a/#' --qos 2 --no-topic --count 1")).ok();
    assert_eq!(out, record);
    assert!(broker.log().contains("Sending PUBLISH to x (d0, q2,"), "{}", broker.log());
}

#[test]
fn retained_messages_are_kept_skipped_or_all_that_is_wanted() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    sender.retain("r/old", "1");
    let cat = |flags: &str| work.kymo(&format!("mqtt-cat {} -t r/# -C 1 {flags}", broker.url())).ok();
    let old = "{\"value\":1,\"topic\":\"r/old\"}\n";
    assert_eq!(cat(""), old);
    assert_eq!(cat("--retained keep --mqtt 311"), old);
    assert!(cat("--retained keep --envelope").contains("\"retained\":true"));
    for version in ["5", "311"] {
        let flags = format!("--id s{version} --mqtt {version}");
        work.kymo(&format!("mqtt-cat {} -t r/# --init-session --retained skip {flags}", broker.url())).ok();
        sender.send(1, "r/new", "2");
        assert_eq!(cat(&format!("--retained skip {flags}")), "{\"value\":2,\"topic\":\"r/new\"}\n");
        // What is left out is confirmed too: a new message comes, then the retained one again.
        work.kymo(&format!("mqtt-cat {} -t r/# --init-session --clean {flags}", broker.url())).ok();
        sender.send(1, "r/new", "3");
        assert_eq!(cat(&format!("--retained only {flags} --clean")), old);
    }
}

#[test]
fn a_session_is_made_kept_and_begun_anew() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let url = broker.url();
    let cat = |flags: &str| work.kymo(&format!("mqtt-cat {url} --id x -t a --no-topic {flags}")).ok();
    for version in ["--mqtt 5", "--mqtt 311"] {
        assert_eq!(cat(&format!("--init-session --clean {version}")), "");
        let mut sender = Sender::connect(broker.port);
        for n in 1..=6 {
            sender.send(1, "a", n.to_string());
        }
        // Who only makes the session takes nothing out of it.
        assert_eq!(cat(&format!("--init-session {version}")), "");
        assert_eq!(cat(&format!("-C 2 {version}")), "{\"value\":1}\n{\"value\":2}\n");
        assert_eq!(cat(&format!("-C 2 -W 1h {version}")), "{\"value\":3}\n{\"value\":4}\n");
        assert_eq!(cat(&format!("--clean --init-session {version}")), "");
        sender.send(1, "a", "7");
        assert_eq!(cat(&format!("-C 1 {version}")), "{\"value\":7}\n");
        assert_eq!(cat(&format!("-W 200ms {version}")), "");
    }
    // Without an id nothing is kept.
    work.kymo(&format!("mqtt-cat {url} -t a -W 100ms")).ok();
    Sender::connect(broker.port).send(1, "a", "8");
    assert_eq!(work.kymo(&format!("mqtt-cat {url} -t a -W 200ms")).ok(), "");
}

/// What the broker is told at first, and how many messages it may send.
#[test]
fn limits_are_told_to_the_broker() {
    let Some(broker) = Broker::start("max_inflight_messages 100") else { return };
    let work = Work::new();
    let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let log = Arc::clone(&seen);
    let proxy = Proxy::start(broker.port, move |_, way, packet| {
        let first = packet[0] >> 4;
        match (way, first) {
            (Way::ToBroker, 1) => log.lock().expect("no panic").push(packet.to_vec()),
            (Way::ToClient, 3) => log.lock().expect("no panic").push(packet.to_vec()),
            // Nothing is ever confirmed.
            (Way::ToBroker, 4) => return Fate::Hold,
            _ => {}
        }
        Fate::Pass
    });
    let hello = |flags: &str| {
        let words = format!("mqtt-cat {} -t a --retries 0 --init-session {flags}", proxy.url());
        work.kymo(&words).ok();
        std::mem::take(&mut *seen.lock().expect("no panic")).remove(0)
    };
    // Header, name, version; then flags, keepalive, properties.
    let words = hello("--id x --session-expiry 2h --max-inflight 7 -k 90s");
    assert_eq!(words[8..], [5, 0, 0, 90, 8, 0x11, 0, 0, 28, 32, 0x21, 0, 7, 0, 1, b'x'], "{words:?}");
    let words = hello("--id x -k 1500ms --mqtt 311");
    assert_eq!(words[8..], [4, 0, 0, 2, 0, 1, b'x'], "{words:?}");
    let words = hello("--id x -k 0");
    assert_eq!(words[9..19], [0, 0, 0, 8, 0x11, 0xff, 0xff, 0xff, 0xff, 0x21], "{words:?}");

    let mut sender = Sender::connect(broker.port);
    for n in 0..20 {
        sender.send(1, "a", n.to_string());
    }
    let child = work.kymo(&format!("mqtt-cat {} --id x -t a --max-inflight 5", proxy.url())).start();
    wait_for("five messages", || (seen.lock().expect("no panic").len() >= 6).then_some(()));
    assert_eq!(child.line(), "{\"value\":0,\"topic\":\"a\"}");
    child.signal(Signal::TERM);
    assert!(child.end().2.success());
    assert_eq!(seen.lock().expect("no panic").len(), 6, "a connect and five messages");
}

#[test]
fn packets_beyond_the_limit_are_rejected() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a");
    let mut sender = Sender::connect(broker.port);
    let long = format!("\"{}\"", "x".repeat(200_000));
    sender.send(1, "a", format!("{{\"v\":{long}}}"));
    sender.send(1, "a", "1");
    sender.send(1, "a", format!("{{\"v\":{long}}}"));
    let run = |flags: &str| format!("mqtt-cat {} --id x -t a --no-topic {flags}", broker.url());
    let ended = work.kymo(&run("-C 2 --max-packet 100KiB --rejects r")).end().code(1);
    assert_eq!(ended.stdout(), "{\"value\":1}\n");
    assert!(work.read("r").contains("longer than --max-packet 102400 bytes (topic a)"));
    let ended = work.kymo(&run("-C 1 --max-record 100KiB --rejects r2")).end().code(1);
    assert_eq!(ended.stdout(), "");
    assert!(work.read("r2").contains("longer than --max-record 102400 bytes (topic a)"));
    // The limit is for messages: what else the broker says is longer than this.
    sender.send(1, "a", "22");
    work.kymo(&run("-C 1 --max-packet 1 --rejects r3")).end().code(1);
    assert!(work.read("r3").contains("\"raw_base64\":\"MjI=\""));
}

#[test]
fn the_broker_is_found_by_the_environment() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let port = broker.port.to_string();
    work.kymo(&format!("mqtt-cat {} --id from-env -t a --init-session", broker.url())).ok();
    let mut sender = Sender::connect(broker.port);
    let list = format!(" 127.0.0.1:1 , 127.0.0.1:{port} \n");
    work.file("host", format!("{list}\n"));
    work.file("port", format!("{port}\n\n"));
    work.file("id", "from-env\n");
    let file = |name: &str| work.path(name).to_str().expect("a path").to_owned();
    let none = String::new;
    for variables in [
        [("MQTT_HOST", list.clone()), ("MQTT_PORT", "1".to_owned()), ("MQTT_CLIENT_ID", "from-env".to_owned())],
        [("MQTT_HOST", "127.0.0.1".to_owned()), ("MQTT_PORT", port.clone()), ("MQTT_CLIENT_ID_FILE", file("id"))],
        [
            ("MQTT_HOST", "127.0.0.1:0".to_owned()),
            ("MQTT_PORT_FILE", file("port")),
            ("MQTT_CLIENT_ID_FILE", file("id")),
        ],
        [
            ("MQTT_HOST_FILE", file("host")),
            ("MQTT_HOST", "127.0.0.1:1".to_owned()),
            ("MQTT_CLIENT_ID", "from-env".to_owned()),
        ],
        // An empty one is none.
        [("MQTT_HOST_FILE", none()), ("MQTT_HOST", list.clone()), ("MQTT_CLIENT_ID_FILE", file("id"))],
    ] {
        sender.send(1, "a", "1");
        let mut run = work.kymo("mqtt-cat -t a -C 1 --retries 0");
        for (name, value) in &variables {
            run = run.env(name, value);
        }
        assert_eq!(run.ok(), "{\"value\":1,\"topic\":\"a\"}\n", "{variables:?}");
    }
    // A flag comes before a variable; port 0 is none.
    sender.retain("r", "2");
    for flags in ["--host 127.0.0.1 -p 0", "--host 127.0.0.1:0", "--host 127.0.0.1:1,127.0.0.1", "--host ' 127.0.0.1'"]
    {
        let run = work.kymo(&format!("mqtt-cat {flags} -t r -C 1 --retries 0"));
        let out = run.env("MQTT_HOST", "127.0.0.1:1").env("MQTT_PORT", &port).ok();
        assert_eq!(out, "{\"value\":2,\"topic\":\"r\"}\n", "{flags}");
    }
    let run = work.kymo(&format!("mqtt-cat --host 127.0.0.1 -p {port} -t r -C 1 --retries 0"));
    run.env("MQTT_HOST", "127.0.0.1:1").env("MQTT_PORT", "1").ok();
    for (name, value, code) in [
        ("MQTT_HOST", "a,", 2),
        ("MQTT_HOST", "a:65536", 2),
        ("MQTT_HOST", "a:-1", 2),
        ("MQTT_HOST", "a:", 2),
        ("MQTT_HOST", "mqtt://a", 2),
        ("MQTT_HOST", "user@a", 2),
        ("MQTT_HOST", "::1", 2),
        ("MQTT_PORT", "x", 2),
        ("MQTT_PORT", "65536", 2),
        ("MQTT_HOST_FILE", "missing", 74),
        ("MQTT_PORT_FILE", "missing", 74),
        ("MQTT_CLIENT_ID_FILE", "missing", 74),
        ("MQTT_USERNAME_FILE", ".", 74),
        ("MQTT_PASSWORD_FILE", "missing", 74),
        ("MQTT_PASSWORD", "a word without a name", 2),
    ] {
        // No fall back to the plain variable.
        let run = work.kymo("mqtt-cat -t a --retries 0 --connect-timeout 1s");
        let ended = run.env("MQTT_CLIENT_ID", "x").env("MQTT_USERNAME", "").env(name, value).end();
        ended.assert(ended.output.status.code() == Some(code), &format!("exit code {code} for {name}={value}"));
    }
}

#[test]
fn a_broker_that_says_nothing_is_not_waited_for_without_end() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let work = Work::new();
    let words = format!("mqtt-cat mqtt://127.0.0.1:{port} -t a --connect-timeout 100ms --retries 1 --max-backoff 1ms");
    work.kymo(&words).end().code(69).tells("no answer in time");
    // One that takes us in and then says nothing.
    let Some(broker) = Broker::start("") else { return };
    let proxy = Proxy::start(broker.port, |_, _, packet| if packet[0] == 0xd0 { Fate::Hold } else { Fate::Pass });
    let words = format!("mqtt-cat {} -t a -k 1s --retries 0", proxy.url());
    work.kymo(&words).end().code(69).tells("no answer from the broker within 1.5s");
}

#[test]
fn a_reader_that_goes_away_and_signals_end_it_in_order() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t/#");
    let mut sender = Sender::connect(broker.port);
    // More than a pipe holds: that the reader is gone is heard when something is written.
    sender.flood(messages(2_000));
    let cat = format!("kymo mqtt-cat {} --id x -t t/# --no-topic", broker.url());
    let out = work.shell(&format!("{cat} | head -1; echo ${{PIPESTATUS[0]}}")).end();
    let first = messages(1).next().expect("one").1;
    assert_eq!((out.stdout(), out.stderr()), (format!("{first}\n0\n"), String::new()));
    for (signal, wanted) in [(Signal::INT, (None, Some(2))), (Signal::TERM, (Some(0), None))] {
        use std::os::unix::process::ExitStatusExt as _;
        let child = work.kymo(&format!("mqtt-cat {} -t s --log-level info", broker.url())).start();
        child.told("connected to");
        wait_for("the subscription", || broker.log().contains("s (QoS 1)").then_some(()));
        sender.retain("s", "1");
        assert_eq!(child.line(), "{\"value\":1,\"topic\":\"s\"}");
        child.signal(signal);
        let (_, told, status) = child.end();
        assert_eq!((status.code(), status.signal()), wanted, "{told}");
    }
    // Called by a link of its name it is the same.
    std::os::unix::fs::symlink(binary(), work.path("mqtt-cat")).expect("a link");
    let out = work.shell(&format!("./mqtt-cat {} -t s -C 1", broker.url())).ok();
    assert_eq!(out, "{\"value\":1,\"topic\":\"s\"}\n");
}
