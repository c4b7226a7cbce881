//! What becomes of a payload, and of one that cannot be used.

use super::broker::Broker;
use super::wire::Sender;
use super::{init_session, rows, wait_for_rows};
use crate::databases::texts;
use crate::harness::Work;
use rustix::process::Signal;
use serde_json::Value;

#[test]
fn payloads_become_records() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a/#");
    let mut sender = Sender::connect(broker.port);
    for payload in [
        r#"{"time":1,"value":2.50}"#,
        "{ \"a\" : [1, 2],\r\n \"b\": \"x \\\" y\" }\n",
        r#" [{"v":1}, {"v":2.50,"topic":"own"}]"#,
        // K14: nothing is torn out of an array that is not understood as a whole.
        r#"["ch7",{"t":20.5},"ok"]"#,
        "[false,true,false]",
        "[]",
        "23.5",
        " -1e3\n",
        "12345678901234567890.123456789",
        "{}",
        "1e400",
        "NaN",
        "007",
        "true",
        "\"text\"",
        "null",
        "hello",
        "{\"a\":1",
        "{\"a\":1}{\"b\":2}",
        "",
        "  ",
    ] {
        sender.send(1, "a/b", payload);
    }
    sender.send(1, "a/b", b"\xff\xfe\xfa");
    sender.send(1, "a/b", b"{\"a\":\"\xff\"}");
    sender.send(1, "a/\"ü\\", "1");
    let run = format!("mqtt-cat {} --id x -t a/# -C 24 --rejects r --summary", broker.url());
    let ended = work.kymo(&run).end().code(1).tells("\"connections\":1,\"messages\":24");
    let wanted = r#"{"time":1,"value":2.50,"topic":"a/b"}
{"a":[1,2],"b":"x \" y","topic":"a/b"}
{"v":1,"topic":"a/b"}
{"v":2.50,"topic":"own"}
{"value":23.5,"topic":"a/b"}
{"value":-1e3,"topic":"a/b"}
{"value":12345678901234567890.123456789,"topic":"a/b"}
{"topic":"a/b"}
{"value":1,"topic":"a/\"ü\\"}
"#;
    assert_eq!(ended.stdout(), wanted);
    ended.tells("a payload has a field topic of its own");
    let reasons: Vec<String> = rejects(&work).iter().map(|reject| text(reject, "reason")).collect();
    let wanted = [
        "element 0 of an array is not an object",
        "element 0 of an array is not an object",
        "not JSON: number out of range at byte 1",
        "not JSON: not a value at byte 1",
        "not JSON: ",
        "neither an object, nor an array of objects, nor a number",
        "neither an object, nor an array of objects, nor a number",
        "neither an object, nor an array of objects, nor a number",
        "not JSON: not a value at byte 1",
        "not JSON: ",
        "not JSON: ",
        "an empty message",
        "an empty message",
        "not JSON: not a value at byte 1",
        "not JSON: ",
    ];
    assert_eq!(reasons.len(), wanted.len(), "{reasons:#?}");
    for (reason, wanted) in reasons.iter().zip(wanted) {
        assert!(reason.starts_with(wanted) && reason.ends_with("(topic a/b)"), "{reason:?}, wanted {wanted:?}");
    }
    // None of them comes again.
    broker_is_empty(&work, &broker);
}

fn rejects(work: &Work) -> Vec<Value> {
    work.read("r").lines().map(|line| serde_json::from_str(line).expect("a reject")).collect()
}

fn text(reject: &Value, field: &str) -> String {
    reject[field].as_str().unwrap_or_else(|| panic!("no {field}: {reject}")).to_owned()
}

/// The session of client x has nothing left: the first that comes is what is sent now.
pub(super) fn broker_is_empty(work: &Work, broker: &Broker) {
    Sender::connect(broker.port).send(1, "a/last", "{\"last\":1}");
    let out = work.kymo(&format!("mqtt-cat {} --id x -t a/# -C 1 --no-topic", broker.url())).ok();
    assert_eq!(out, "{\"last\":1}\n");
}

/// What nobody can use, and between it what can be used.
fn poison(broker: &Broker) -> Vec<Vec<u8>> {
    let mut large = b"{\"time\":3,\"pad\":\"".to_vec();
    large.resize(5_000_000, b'x');
    large.extend(b"\"}");
    let all: Vec<Vec<u8>> = vec![
        b"{}".to_vec(),
        b"{\"time\":1,\"value\":1}".to_vec(),
        large,
        b"{\"time\":2,\"value\":2}".to_vec(),
        b"\xff\x00{".to_vec(),
        b"not json".to_vec(),
        b"".to_vec(),
        b"[{\"time\":3,\"value\":3},[],{\"time\":4,\"value\":4}]".to_vec(),
        b"{\"time\":5,\"value\":5}".to_vec(),
    ];
    let mut sender = Sender::connect(broker.port);
    for payload in &all {
        sender.send(1, "a/b", payload);
    }
    all
}

#[test]
fn poison_is_kept_in_the_database_and_never_comes_again() {
    use base64::Engine as _;
    for flags in ["", "--mqtt 311"] {
        let Some(broker) = Broker::start("") else { return };
        let work = Work::new();
        init_session(&work, &broker, "-t a/#");
        let sent = poison(&broker);
        let run = format!("run 'mqtt-cat {} --id x -t a/# {flags} | store a.db'", broker.url());
        let child = work.kymo(&run).start();
        wait_for_rows(&work, "a.db", 3);
        child.signal(Signal::TERM);
        assert_eq!(child.end().2.code(), Some(1));
        assert_eq!(rows(&work, "a.db", "kymo_rejects"), 6);
        // The message that is too long is whole.
        let out = texts(&work.path("a.db"), "SELECT reject FROM kymo_rejects").join("\n");
        let found = base64::engine::general_purpose::STANDARD.encode(&sent[2]);
        assert!(out.contains(&found), "the long one is not whole");
        for reason in
            ["longer than --max-packet 1048576 bytes", "not JSON", "an empty message", "element 1 of an array"]
        {
            assert!(out.contains(reason), "no {reason:?}");
        }
        assert!(out.contains("//8Aew") || out.contains("/wB7"), "what is not UTF-8");
        broker_is_empty(&work, &broker);
    }
}

#[test]
fn poison_is_kept_in_a_file() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a/#");
    let sent = poison(&broker);
    let run = format!("run 'mqtt-cat {} --id x -t a/# -C 9 --rejects r | store a.db --rejects r'", broker.url());
    work.kymo(&run).end().code(1);
    assert_eq!((rows(&work, "a.db", "readings"), rows(&work, "a.db", "kymo_rejects")), (3, 0));
    let rejects = rejects(&work);
    assert_eq!(rejects.len(), 6);
    let long = rejects.iter().find(|reject| text(reject, "reason").contains("--max-packet")).expect("the long one");
    assert_eq!(text(long, "raw_base64").len(), sent[2].len().div_ceil(3) * 4);
    broker_is_empty(&work, &broker);
    // As records they can come back.
    work.kymo("replay --from-rejects r --rejects again").end().assert(true, "an end");
}

#[test]
fn poison_is_told_where_nothing_keeps_it() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t a/#");
    let sent = poison(&broker);
    let ended = work.kymo(&format!("mqtt-cat {} --id x -t a/# -C 9", broker.url())).end().code(1);
    assert_eq!(ended.stdout().lines().count(), 4);
    // Of the long one the first MiB, and how long it was.
    let told = ended.stderr();
    ended.assert(told.contains(&*String::from_utf8_lossy(&sent[2][..1 << 20])), "the head of the long one");
    ended.assert(told.contains(" … (5000002 bytes)\n") && told.len() < 2 << 20, "how long the long one was");
    let ended = ended.tells("not json").tells("an empty message").tells("element 1 of an array is not an object");
    drop(ended);
    broker_is_empty(&work, &broker);
    // Where nothing would keep them and nobody would see them, it does not start.
    let url = broker.url();
    work.kymo(&format!("run 'mqtt-cat {url} --id x -t a | plot x.svg'")).end().code(2).tells("give --rejects FILE");
    Sender::connect(broker.port).send(1, "a/b", "x");
    work.kymo(&format!("mqtt-cat {url} --id x -t a/# --strict")).end().code(1).tells("cannot be used: not JSON");
}

/// As the publishers of older systems spell them, and a topic that is the root of what is subscribed to.
#[test]
fn digits_and_marks_of_older_publishers_are_understood() {
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t sensors/# -q 2");
    let mut sender = Sender::connect(broker.port);
    let reading = r#"{"timestamp": 1700000000.123456, "sid": 0, "value": 1.2345678901234567890123, "unit": "V"}"#;
    sender.send(2, "sensors", reading);
    sender.send(2, "sensors/test/Decimal", reading.replace("1.2345678901234567890123", "1.20E-9"));
    sender.send(2, "sensors/test/bom", format!("\u{feff}{reading}"));
    sender.send(2, "sensors/test/nan", reading.replace("1.2345678901234567890123", "NaN"));
    sender.send(2, "sensors/test/bool", "{\"value\": true}");
    let run = format!("mqtt-cat {} --id x -t sensors/# -C 5 --no-topic --rejects r", broker.url());
    let ended = work.kymo(&run).end().code(1);
    let other = reading.replace("1.2345678901234567890123", "1.20E-9");
    assert_eq!(ended.stdout(), format!("{reading}\n{other}\n{reading}\n{{\"value\": true}}\n"));
    assert_eq!(rejects(&work).len(), 1);
}
