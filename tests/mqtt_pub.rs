//! `mqtt-pub` against a real mosquitto, which each test starts and ends.

mod chain;
mod contract;
mod services;

use crate::harness::{Work, peak_memory};
use crate::mqtt::broker::Broker;
use crate::mqtt::proxy::{Fate, Proxy, Way};
use crate::mqtt::{init_session, messages, wait_for};
use rustix::process::Signal;
use std::time::Duration;

/// This many records, as lines, in a file.
fn records(work: &Work, count: usize) -> Vec<String> {
    let lines: Vec<String> = messages(count).map(|(_, line)| line).collect();
    work.file("in.ndjson", lines.join("\n") + "\n");
    lines
}

/// What the session of client x has got: topic and payload of each message, in order.
fn received(work: &Work, broker: &Broker, topics: &str, count: usize) -> Vec<(String, String)> {
    let url = broker.url();
    let got = work.kymo(&format!("mqtt-cat {url} --id x -t '{topics}@2' --topic-field t -C {count} -W 60s")).ok();
    let split = |line: &str| {
        let (payload, topic) = line.rsplit_once(",\"t\":\"").unwrap_or_else(|| panic!("no topic: {line}"));
        (topic.trim_end_matches("\"}").to_owned(), format!("{payload}}}"))
    };
    got.lines().map(split).collect()
}

#[test]
fn every_record_arrives_as_it_is_in_order_under_its_topic() {
    for (version, qos) in [("5", 1), ("5", 2), ("311", 1), ("311", 2)] {
        let Some(broker) = Broker::start("") else { return };
        let work = Work::new();
        init_session(&work, &broker, "-t 't/#@2'");
        let lines = records(&work, 500);
        let words = format!("mqtt-pub {} --mqtt {version} -q {qos} -t t/{{device}} in.ndjson --summary", broker.url());
        let ended = work.kymo(&words).end().code(0).tells(r#""published":500"#);
        assert_eq!(ended.stdout(), "");
        let got = received(&work, &broker, "t/#", 500);
        let wanted: Vec<_> = lines.iter().enumerate().map(|(n, l)| (format!("t/m{}", n % 7), l.clone())).collect();
        assert!(got == wanted, "MQTT {version}, QoS {qos}: {} of 500", got.len());
    }
}

#[test]
fn at_most_once_is_for_those_who_listen() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    records(&work, 500);
    for version in ["5", "311"] {
        let listening = work.kymo(&format!("mqtt-cat {}/t/# -C 500 --log-level debug", broker.url())).start();
        listening.told("the broker has answered");
        work.kymo(&format!("mqtt-pub {} --mqtt {version} -q 0 -t t/{{device}} in.ndjson", broker.url())).ok();
        assert_eq!(listening.end().0.lines().count(), 500);
    }
}

#[test]
fn a_broker_that_is_restarted_again_and_again_gets_everything() {
    for (version, qos) in [("5", 1), ("5", 2), ("311", 1), ("311", 2)] {
        let Some(mut broker) = Broker::start("") else { return };
        let work = Work::new();
        init_session(&work, &broker, "-t 't/#@2'");
        let count = 3000;
        let lines = records(&work, count);
        let words = format!(
            "run 'replay in.ndjson --speed 1500x | mqtt-pub {} --mqtt {version} -q {qos} -t t/x --max-backoff 100ms' --summary",
            broker.url()
        );
        let publishing = work.kymo(&words).start();
        for _ in 0..4 {
            std::thread::sleep(Duration::from_millis(300));
            broker.stop();
            broker.restart();
        }
        let (_, stderr, status) = publishing.end();
        assert!(status.success(), "{stderr}");
        assert!(stderr.contains("again in"), "it was restarted too late: {stderr}");
        let mut got: Vec<String> = Vec::new();
        let drained = work.kymo(&format!("mqtt-cat {} --id x -t t/#@2 --no-topic -W 2s", broker.url())).ok();
        got.extend(drained.lines().map(str::to_owned));
        let all = got.len();
        got.sort();
        got.dedup();
        let mut wanted = lines.clone();
        wanted.sort();
        assert!(got == wanted, "MQTT {version}, QoS {qos}: {} of {count} arrived", got.len());
        if (version, qos) == ("5", 2) {
            assert_eq!(all, count, "exactly once");
        }
    }
}

#[test]
fn a_connection_cut_in_mid_packet_loses_nothing() {
    let Some(broker) = Broker::start("") else { return };
    for qos in [1, 2] {
        let work = Work::new();
        init_session(&work, &broker, "-t 't/#@2' --clean");
        let lines = records(&work, 400);
        let mut seen = 0;
        // Every hundredth packet is cut, whichever way it goes, six times.
        let proxy = Proxy::start(broker.port, move |_, _, bytes| {
            seen += 1;
            if seen % 100 == 0 && seen <= 600 { Fate::Cut(bytes.len() / 2) } else { Fate::Pass }
        });
        let words = format!("mqtt-pub {} -q {qos} -t t/x in.ndjson --max-backoff 50ms", proxy.url());
        work.kymo(&words).end().code(0).tells("lost mqtt://");
        let mut got: Vec<String> = received(&work, &broker, "t/#", 400).into_iter().map(|(_, line)| line).collect();
        if qos == 2 {
            // Each once, and in order.
            assert_eq!(got, lines);
        }
        got.dedup();
        let missing = lines.iter().filter(|line| !got.contains(line)).count();
        // At QoS 1 some may have come twice, and with them fewer different ones within the first 400.
        let rest = work.kymo(&format!("mqtt-cat {} --id x -t t/#@2 --no-topic -W 1s", broker.url())).ok();
        let found = rest.lines().filter(|line| !got.iter().any(|g| g == line)).count();
        assert_eq!(missing, found, "QoS {qos}");
    }
}

#[test]
fn a_publisher_that_was_killed_does_not_make_the_broker_take_new_messages_for_old_ones() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t 't/#@2'");
    records(&work, 50);
    // The broker's answers to the first message never come: its number stays in use there.
    let proxy =
        Proxy::start(
            broker.port,
            |_, way, bytes| {
                if way == Way::ToClient && bytes[0] >> 4 == 5 { Fate::Hold } else { Fate::Pass }
            },
        );
    let one = work.kymo(&format!("mqtt-pub {} --id p -q 2 -t t/x --log-level info", proxy.url())).start();
    let mut one = one;
    one.send("{\"n\":\"old\"}\n");
    one.told("connected");
    std::thread::sleep(Duration::from_millis(300));
    one.signal(Signal::KILL);
    drop(one);
    work.kymo(&format!("mqtt-pub {} --id p -q 2 -t t/x in.ndjson", broker.url())).ok();
    let got = received(&work, &broker, "t/#", 50);
    assert!(got.iter().all(|(_, line)| line.contains("\"n\":")) && got.len() == 50, "{got:#?}");
}

/// K65: what others read, and we read back.
#[test]
fn a_payload_has_the_form_that_is_wanted() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let record = "{\"time\":\"2024-01-01T00:00:00Z\",\"device\":\"a b\",\"value\":2.50,\"unit\":\"V\"}";
    for (flags, payload, back) in [
        ("--to ndjson", record, ""),
        ("--to json", &format!("[{record}]"), ""),
        ("--to text --template '{device};{value}'", "a b;2.50", "--from csv --columns device,value"),
        (
            "--to influx --measurement m --by device",
            "m,device=a\\ b value=2.50,unit=\"V\" 1704067200000000000",
            "--from influx",
        ),
        ("--to senml", "[{\"n\":\"a b\",\"t\":1704067200,\"u\":\"V\",\"v\":2.50}]", "--from senml"),
    ] {
        let got = |from: &str| {
            init_session(&work, &broker, "-t p/#");
            let words = format!("mqtt-pub {} -t p/x {flags} --time-format '%d.%m.%Y' --tz UTC", broker.url());
            work.kymo(&words).stdin(record.replace("2024-01-01T00:00:00Z", "01.01.2024")).ok();
            let words = format!("mqtt-cat {} --id x -t p/# -C 1 -W 20s --no-topic {from}", broker.url());
            work.kymo(&words).ok()
        };
        let raw: serde_json::Value = serde_json::from_str(&got("--from raw")).expect("a line");
        assert_eq!(raw["line"], payload, "{flags}");
        assert!(got(back).contains("2.5"), "{flags}");
    }
    let url = broker.url();
    for (flags, why) in [
        ("--to csv", "--to text"),
        ("--to influx --payload value", "--to is for whole records"),
        ("--to text", "needs --template"),
        ("--template x", "--template is for --to text"),
    ] {
        work.kymo(&format!("mqtt-pub {url} -t a {flags}")).end().code(2).tells(why);
    }
    // What the form cannot say is rejected, and the rest arrives.
    let two = "{\"time\":1704067200,\"device\":\"a\"}\n{\"time\":1704067200,\"device\":\"a\",\"value\":1}\n";
    let ended =
        work.kymo(&format!("mqtt-pub {url} -t p/x --to senml --rejects bad --summary")).stdin(two).end().code(1);
    drop(ended.tells("\"published\":1").tells("\"rejected\":1"));
}

#[test]
fn a_payload_can_be_one_field_and_be_retained() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    work.file("in.ndjson", "{\"device\":\"a\",\"value\":1.50}\n{\"device\":\"b\",\"value\":\"on \\u00e9\"}\n");
    work.kymo(&format!("mqtt-pub {} -t s/{{device}} --payload value --retain in.ndjson", broker.url())).ok();
    let got = work.kymo(&format!("mqtt-cat {}/s/a --retained only -C 1", broker.url())).ok();
    assert_eq!(got, "{\"value\":1.50,\"topic\":\"s/a\"}\n");
    work.kymo(&format!("mqtt-cat {}/s/b --retained only -C 1", broker.url())).end().code(1).tells("on é");
    // A topic in the URL, from stdin, and a field that is not there.
    let words = format!("mqtt-pub {}/s/c --payload value --pass", broker.url());
    let ended = work.kymo(&words).stdin("{\"device\":\"c\"}\n{\"value\":7}\n").end().code(1).tells("no field value");
    assert_eq!(ended.stdout(), "{\"value\":7}\n");
}

#[test]
fn records_without_a_topic_are_rejected() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let input = "{\"device\":\"a+b\"}\n{\"other\":1}\n{\"device\":null}\n{\"device\":7}\nnonsense\n{\"device\":\"\"}\n";
    let words = format!("mqtt-pub {} -t s/{{device}} --rejects bad.ndjson --summary", broker.url());
    work.kymo(&words).stdin(input).end().code(1).tells(r#""published":1"#).tells(r#""rejected":5"#);
    let bad = work.read("bad.ndjson");
    assert_eq!(bad.lines().count(), 5);
    assert!(bad.contains("no field device for the topic"), "{bad}");
    for wrong in ["''", "a/#", "'a/{'", "'a/{}'", "+"] {
        work.kymo(&format!("mqtt-pub {} -t {wrong}", broker.url())).end().code(2);
    }
    work.kymo(&format!("mqtt-pub {}", broker.url())).end().code(2).tells("no topic: give -t TEMPLATE");
    work.kymo(&format!("mqtt-pub {} -t a --status-topic a/#", broker.url())).end().code(2);
}

#[test]
fn what_the_broker_refuses_is_rejected_and_the_rest_goes_on() {
    let acl = "topic write s/ok\ntopic read #\n".to_owned();
    let conf = "acl_file DIR/acl\nmax_packet_size 2000";
    let Some(broker) = Broker::start_with(&[("acl", acl)], conf) else { return };
    let work = Work::new();
    let long = "x".repeat(3000);
    let input = format!(
        "{{\"device\":\"no\"}}\n{{\"device\":\"ok\",\"n\":1}}\n{{\"device\":\"ok\",\"long\":\"{long}\"}}\n{{\"device\":\"ok\",\"n\":2}}\n"
    );
    for qos in [1, 2] {
        let words =
            format!("mqtt-pub {} -q {qos} -t s/{{device}} --payload record --rejects bad{qos} --summary", broker.url());
        work.kymo(&words).stdin(&input).end().code(1).tells(r#""published":2"#).tells(r#""rejected":2"#);
        let bad = work.read(&format!("bad{qos}"));
        assert!(
            bad.contains("the broker refuses it: not authorized") && bad.contains("the broker accepts 2000"),
            "{bad}"
        );
        assert!(bad.contains("\\\"device\\\":\\\"no\\\"") && bad.contains(&long), "{bad}");
    }
    // Nothing is acknowledged that is only told: behind a source that acknowledges the rejects must be kept.
    work.kymo(&format!("run 'mqtt-cat {0} -t s/# | mqtt-pub {0} -t o'", broker.url()))
        .end()
        .code(2)
        .tells("give --rejects FILE");
}

#[test]
fn what_comes_before_the_first_bad_record_is_published() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    let words = format!("mqtt-pub {} -t t --strict", broker.url());
    work.kymo(&words).stdin("{\"n\":1}\n{\"n\":2}\nnonsense\n{\"n\":3}\n").end().code(1);
    let got = work.kymo(&format!("mqtt-cat {} --id x -t t --no-topic -C 2", broker.url())).ok();
    assert_eq!(got, "{\"n\":1}\n{\"n\":2}\n");
}

#[test]
fn the_status_topic_says_online_offline_and_what_the_broker_says_of_a_death() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let status = || {
        let got = work.kymo(&format!("mqtt-cat {}/status -C 1 --rejects status.ndjson", broker.url())).end();
        drop(got);
        let text = work.read("status.ndjson");
        let last = text.lines().last().expect("a status").to_owned();
        if last.contains("\"raw\":\"online\"") { "online" } else { "offline" }
    };
    let words = format!("mqtt-pub {} -t t --status-topic status --log-level info", broker.url());
    let publishing = work.kymo(&words).start();
    publishing.told("connected");
    wait_for("online", || (status() == "online").then_some(()));
    publishing.signal(Signal::KILL);
    wait_for("the last will", || (status() == "offline").then_some(()));
    work.kymo(&words).stdin("{}\n").end().code(0);
    assert_eq!(status(), "offline");
    let publishing = work.kymo(&words).start();
    wait_for("online", || (status() == "online").then_some(()));
    publishing.signal(Signal::TERM);
    assert_eq!(publishing.end().2.code(), Some(0));
    assert_eq!(status(), "offline");
}

#[test]
fn a_broker_that_is_not_there_holds_the_input_in_constant_memory() {
    let Some(mut broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t 't'");
    broker.stop();
    let lines = records(&work, 60_000);
    let words = format!("mqtt-pub {} -t t --max-inflight 50 --max-backoff 200ms -k 5s in.ndjson", broker.url());
    let publishing = work.kymo(&words).start();
    let peak = peak_memory(&publishing);
    publishing.told("again in");
    broker.restart();
    let (_, stderr, status) = publishing.end();
    assert!(status.success(), "{stderr}");
    // Also what another thread of the stage reports.
    assert!(stderr.lines().all(|line| line.starts_with("kymo: mqtt-pub: ")), "{stderr}");
    let peak = peak.join().expect("a peak");
    assert!(peak < 25 << 10, "{peak} KiB");
    assert_eq!(received(&work, &broker, "t", lines.len()).len(), lines.len());
}

#[test]
fn who_cannot_connect_says_why() {
    let Some(mut broker) =
        Broker::start_with(&[("users", String::new())], "password_file DIR/users\nallow_anonymous false")
    else {
        return;
    };
    let work = Work::new();
    work.file("word", "hunter2\n");
    let words = format!("mqtt-pub {} -t t -u me --password-file word", broker.url());
    let ended = work.kymo(&words).stdin("{}\n").end().code(77).tells("connect to mqtt://127.0.0.1");
    assert!(!ended.stderr().contains("hunter2"), "{}", ended.stderr());
    broker.stop();
    let words = format!("mqtt-pub {} -t t --retries 1 --max-backoff 10ms", broker.url());
    work.kymo(&words).stdin("{}\n").end().code(69).tells("mqtt-pub: connect to");
    work.kymo("mqtt-pub mqtt://a -p 1 -t t").end().code(2).tells("the URL says where the broker is");
    work.kymo("mqtt-pub mqtt://me:hunter2@a -t t").end().code(2).tells("give --password-file");
}

#[test]
fn a_signal_lets_everything_received_out() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    for (signal, code) in [(Signal::TERM, Some(0)), (Signal::INT, None)] {
        let mut publishing = work.kymo(&format!("mqtt-pub {} -t t", broker.url())).start();
        let lines: String = messages(200).map(|(_, line)| line + "\n").collect();
        publishing.send(&lines);
        std::thread::sleep(Duration::from_millis(200));
        publishing.signal(signal);
        assert_eq!(publishing.end().2.code(), code);
        assert_eq!(received(&work, &broker, "t", 200).len(), 200);
    }
}

/// K49: who names a device must not choose another's topic.
#[test]
fn a_slash_in_a_value_adds_no_level() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t s/#");
    let words = |topic: &str| format!("mqtt-pub {} -t '{topic}' --rejects r", broker.url());
    work.kymo(&words("s/{device}/x")).stdin("{\"device\":\"a/b\"}\n{\"device\":\"c\"}\n").end().code(1);
    assert!(work.read("r").contains("field device has a / in it: {device#} allows several levels"));
    work.kymo(&words("s/{device#}/x")).stdin("{\"device\":\"a/b\"}\n").end().code(0);
    let topics: Vec<String> = received(&work, &broker, "s/#", 2).into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, ["s/c/x", "s/a/b/x"]);
}
