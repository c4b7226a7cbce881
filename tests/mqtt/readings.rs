//! Which reading of which device a message is: retained ones, copies, topics that name no device.

use super::broker::Broker;
use super::wire::Sender;
use super::{init_session, wait_for};
use crate::databases::texts;
use crate::harness::Work;

/// K8: the time of a retained message is not known, however often it comes.
#[test]
fn a_retained_message_is_no_new_reading() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let mut sender = Sender::connect(broker.port);
    sender.retain("r/t", "21.5");
    sender.retain("r/u", "{\"time\":5,\"value\":1}");
    let url = broker.url();
    for flags in ["", "--mqtt 311"] {
        // What has a time of its own is a reading, also if it is retained.
        let run = format!("run --summary 'mqtt-cat {url} -t r/# --stamp time -C 2 {flags} | store r.db --by topic'");
        let ended = work.kymo(&run).end().code(0).tells("skip retained messages, as their time is not known");
        ended.tells("\"left_out\":{\"retained\":1}");
    }
    assert_eq!(texts(&work.path("r.db"), "SELECT topic FROM readings"), ["r/u"]);
    // Who wants it all the same has it, marked.
    let out = work.kymo(&format!("mqtt-cat {url} -t r/t --stamp time -C 1 --retained keep")).ok();
    assert!(out.starts_with(r#"{"value":21.5,"topic":"r/t","retained":true,"time":"20"#), "{out}");
    let out = work.kymo(&format!("mqtt-cat {url} -t r/t --stamp time -C 1 --retained only --envelope")).ok();
    assert_eq!(out.matches("\"retained\":true").count(), 1, "{out}");
    // Without --stamp nothing is made up, and a new message is stamped.
    assert_eq!(work.kymo(&format!("mqtt-cat {url} -t r/t -C 1")).ok(), "{\"value\":21.5,\"topic\":\"r/t\"}\n");
    init_session(&work, &broker, "-t n/#");
    sender.send(1, "n/t", "2");
    let out = work.kymo(&format!("mqtt-cat {url} --id x -t n/# --stamp time -C 1")).ok();
    assert!(out.starts_with(r#"{"value":2,"topic":"n/t","time":"20"#), "{out}");
}

/// K9: a message that two of our filters match is one record.
#[test]
fn a_message_that_two_filters_match_is_one_record() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let run = format!("run --summary 'mqtt-cat {} -t m/+/t -t m/a/# -t n@0 -t m/a/t -W 2s | store m.db'", broker.url());
    let child = work.kymo(&run).start();
    wait_for("the subscriptions", || (broker.log().matches("Sending SUBACK").count() >= 4).then_some(()));
    let mut sender = Sender::connect(broker.port);
    for n in 0..20 {
        sender.send(1, "m/a/t", format!("{{\"time\":{n},\"value\":1}}"));
        // Equal ones are as many as were sent.
        sender.send(1, "m/a/t", "bad");
        sender.send(1, "m/a/u", format!("{{\"time\":{},\"value\":2}}", 100 + n));
    }
    let (_, told, status) = child.end();
    assert_eq!(status.code(), Some(1));
    assert_eq!(texts(&work.path("m.db"), "SELECT count(*) || '' FROM readings"), ["40"]);
    assert!(told.contains("\"rejected\":20") && told.contains("\"duplicates\":0"), "{told}");
    assert!(told.contains("\"copy\":80") && told.contains("\"messages\":60"), "{told}");
    // A broker of MQTT 3.1.1 cannot say which copy it is.
    let url = broker.url();
    let ended = work.kymo(&format!("mqtt-cat {url} -t m/+/t -t m/a/# -W 1s --mqtt 311")).end().code(0);
    ended.tells("m/+/t and m/a/# overlap: a message that both match may come twice");
    let ended = work.kymo(&format!("mqtt-cat {url} -t m/+/t -t m/a -W 1s --mqtt 311")).end().code(0);
    assert_eq!(ended.stderr(), "");
}

/// K9: also one that is too large to hold.
#[test]
fn a_long_message_that_two_filters_match_is_one_reject() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let flags = "--max-packet 10KiB --rejects r --summary -W 2s";
    let child = work.kymo(&format!("mqtt-cat {} -t m/+/t -t m/a/# {flags}", broker.url())).start();
    wait_for("the subscriptions", || (broker.log().matches("Sending SUBACK").count() >= 2).then_some(()));
    let mut sender = Sender::connect(broker.port);
    // Two of one length: each is a message of its own.
    for letter in ["x", "y"] {
        sender.send(1, "m/a/t", format!("\"{}\"", letter.repeat(100_000)));
    }
    sender.send(1, "m/a/t", "1");
    let (out, told, status) = child.end();
    assert_eq!((out.as_str(), status.code()), ("{\"value\":1,\"topic\":\"m/a/t\"}\n", Some(1)));
    assert!(told.contains("\"rejected\":2") && told.contains("\"copy\":3"), "{told}");
    assert_eq!(work.read("r").lines().count(), 2);
}

/// K15: a topic that no pattern fits is reported and counted.
#[test]
fn topics_that_no_pattern_fits_are_reported() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let url = broker.url();
    let run = |maps: &str| {
        init_session(&work, &broker, "-t z/#");
        let mut sender = Sender::connect(broker.port);
        for topic in ["z/living/lamp", "z/oven", "z/bath/fan"] {
            sender.send(1, topic, "{\"v\":9}");
        }
        work.kymo(&format!("mqtt-cat {url} --id x -t z/# --no-topic -C 3 --summary {maps}")).end().code(0)
    };
    let ended = run("--topic-map 'z/{device}'");
    assert_eq!(ended.stdout(), "{\"v\":9}\n{\"v\":9,\"device\":\"oven\"}\n{\"v\":9}\n");
    ended.assert(ended.stderr().matches("no --topic-map fits the topic z/living/lamp").count() == 1, "one message");
    ended.assert(!ended.stderr().contains("z/bath"), "only the first");
    drop(ended.tells("\"unmapped\":2"));
    let ended = run("--topic-map 'z/{device#}'").tells("\"unmapped\":0");
    let devices = ["living/lamp", "oven", "bath/fan"].map(|device| format!("{{\"v\":9,\"device\":\"{device}\"}}\n"));
    assert_eq!(ended.stdout(), devices.concat());
    let ended = run("--topic-map 'z/{device}' --topic-map 'z/{room}/{device#}'").tells("\"unmapped\":0");
    assert_eq!(ended.stdout().lines().next(), Some(r#"{"v":9,"room":"living","device":"lamp"}"#));
}

/// K16: a null says that there is none.
#[test]
fn a_null_in_the_payload_is_no_device() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t h/#");
    let mut sender = Sender::connect(broker.port);
    for payload in [
        "{\"v\":2,\"device\":null}",
        "{\"device\":null}",
        "{ \"topic\" : null, \"a\": [1,\n 2], \"n\": null }",
        "{\"device\":\"own\"}",
        "{\"dev\\u0069ce\":null,\"v\":1}",
    ] {
        sender.send(1, "h/1", payload);
    }
    let run = format!("mqtt-cat {} --id x -t h/# -C 5 --topic-map 'h/{{device}}'", broker.url());
    let ended = work.kymo(&run).end().code(0).tells("a payload has a field device of its own");
    let wanted = r#"{"v":2,"topic":"h/1","device":"1"}
{"topic":"h/1","device":"1"}
{"a":[1,2],"n":null,"topic":"h/1","device":"1"}
{"device":"own","topic":"h/1"}
{"v":1,"topic":"h/1","device":"1"}
"#;
    assert_eq!(ended.stdout(), wanted);
}

/// A topic that is subscribed to names its parts, and topics can be left out of it.
#[test]
fn a_topic_names_its_parts_and_others_are_left_out() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    let url = broker.url();
    init_session(&work, &broker, "-t z/# -t plain");
    let mut sender = Sender::connect(broker.port);
    let mut run = |flags: &str| {
        for topic in ["z/bridge/state", "z/living room/lamp", "z/bridge", "plain", "z/oven"] {
            sender.send(1, topic, "{\"v\":9}");
        }
        work.kymo(&format!("mqtt-cat {flags} --id x --no-topic --summary")).end().code(0)
    };
    let ended = run(&format!("'{url}/z/{{device#}}' -t plain -T z/bridge/# -C 3"));
    let lines = ["\"device\":\"living room/lamp\"}", "}", "\"device\":\"oven\"}"];
    let lines = lines.map(|end| format!("{{\"v\":9{}{end}\n", if end.len() > 1 { "," } else { "" }));
    assert_eq!(ended.stdout(), lines.concat());
    drop(ended.tells("\"other-topic\":2").tells("\"unmapped\":0"));
    // The map is asked first.
    let ended = run(&format!("{url} -t 'z/{{device}}@1' -t z/# -t plain --topic-map '+/{{room}}/{{lamp}}' -C 5"));
    let out = ended.tells("\"unmapped\":0").stdout();
    assert!(out.contains("{\"v\":9,\"room\":\"living room\",\"lamp\":\"lamp\"}\n"), "{out}");
    assert!(out.contains("{\"v\":9,\"device\":\"oven\"}\n") && out.contains("{\"v\":9}\n"), "{out}");
    // Too long to be held, and left out all the same.
    init_session(&work, &broker, "-t z/#");
    sender.send(1, "z/bridge/devices", "x".repeat(5000));
    sender.send(1, "z/oven", "{\"v\":9}");
    let long = format!("mqtt-cat {url} -t z/# -T z/bridge/# --id x -C 1 --max-packet 1KiB --summary");
    work.kymo(&long).end().code(0).tells("\"other-topic\":1");
    for (words, why) in [
        ("-t 'a/{b'", "a level is a word"),
        ("-t 'a/{topic}'", "two values would go into field topic"),
        ("-t 'a/{b#}/c'", "only allowed at the end"),
        ("-t a -T 'a/#/b'", "# is only allowed at the end"),
        ("-t a -T ''", "not empty"),
    ] {
        work.kymo(&format!("mqtt-cat {url} {words}")).end().code(2).tells(why);
    }
}
