//! `--profile`: what services are told, and what they never are.

use super::contract::{Contract, Then};
use super::*;
use crate::harness::random;
use crate::kill::moment;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

const SENSOR: &str = "81bf7042-e20f-4a97-ac44-c15853e3618f";

/// Readings of so many devices, one after the other, a millisecond apart.
fn readings(count: usize, devices: usize) -> String {
    let line = |n: usize| {
        let time = 1_704_067_200_000 + n;
        format!("{{\"time\":{}.{:03},\"device\":\"d{}\",\"value\":{n}}}\n", time / 1000, time % 1000, n % devices)
    };
    (0..count).map(line).collect()
}

/// All are there with their own times, and those of a device come in their order; some may have come twice.
fn are_there(server: &Contract, count: usize, devices: usize, but: &[usize]) {
    let seen = server.seen();
    assert_eq!(seen.forgotten, 0);
    for device in 0..devices {
        let mut last = None;
        let mut found = Vec::new();
        for (time, values) in seen.entries.get(&format!("d{device}")).into_iter().flatten() {
            let n = values["value"].as_u64().expect("a number") as usize;
            assert_eq!(*time, 1_704_067_200_000 + n as i64);
            if !found.contains(&n) {
                assert!(last.is_none_or(|last| last < n), "d{device}: {n} after {last:?}");
                (last, _) = (Some(n), found.push(n));
            }
        }
        let wanted: Vec<usize> = (0..count).filter(|n| n % devices == device && !but.contains(n)).collect();
        assert_eq!(found, wanted, "d{device}");
    }
}

#[test]
fn a_server_is_spoken_to_at_the_pace_that_it_allows() {
    for version in ["5", "311"] {
        let server = Contract::start(&[(1000, 1), (4000, 10)], &[(2000, 1)], |_, _| Then::Acknowledge);
        let work = Work::new();
        let words = format!(
            "mqtt-pub {} --mqtt {version} --profile thingsboard --limits 'messages=1000:1,4000:10;points=2000:1' --summary",
            server.url()
        );
        let ended = work.kymo(&words).stdin(readings(4000, 50)).end().code(0);
        assert!(ended.stderr().contains("\"published\":4000"), "{}", ended.stderr());
        are_there(&server, 4000, 50, &[]);
        let seen = server.seen();
        assert_eq!((seen.limited, seen.connections), (0, 1));
    }
}

/// Either side ends at any moment.
fn kills(count: usize, kills: usize) {
    let random = std::sync::Mutex::new(random());
    let server = Contract::start(&[], &[], move |_, _| match random.lock().expect("no panic").below(100) {
        0 => Then::CloseAfter,
        1 => Then::CloseBefore,
        _ => Then::Acknowledge,
    });
    let work = Work::new();
    work.kymo("queue put q").stdin(readings(count, 50)).ok();
    let pipeline = format!(
        "queue take q --drain | mqtt-pub {} --profile thingsboard --max-backoff 20ms --rejects bad",
        server.url()
    );
    let words = format!("run {}", shell_words::quote(&pipeline));
    let left = |work: &Work| {
        let stat: Value = serde_json::from_str(&work.kymo("queue stat q --json").ok()).expect("JSON");
        stat["records"].as_u64().expect("a number")
    };
    let mut random = crate::harness::random();
    for round in 0..kills {
        let enough = moment(&mut random, count as u64 - left(&work), count as u64, (kills - round) as u32);
        let mut run = work.kymo(&words).start();
        drop(run.stdin.take());
        run.comes_to("its place", || count as u64 - left(&work) >= enough);
        run.signal(Signal::KILL);
        drop(run.end());
    }
    work.kymo(&words).end().code(0);
    assert_eq!(left(&work), 0);
    are_there(&server, count, 50, &[]);
}

#[test]
fn either_side_ends_and_nothing_is_lost() {
    kills(5000, 4);
}

#[test]
#[ignore = "a hundred thousand records and two hundred kills: make soak"]
fn either_side_ends_for_long_and_nothing_is_lost() {
    kills(100_000, 200);
}

#[test]
fn one_message_that_ends_each_connection_is_rejected() {
    let server = Contract::start(&[], &[], |_, payload| {
        if payload.contains("\"value\":333}") { Then::CloseBefore } else { Then::Acknowledge }
    });
    let work = Work::new();
    let words = format!("mqtt-pub {} --profile thingsboard --max-backoff 20ms --rejects bad", server.url());
    work.kymo(&words).stdin(readings(1000, 5)).end().code(1);
    let reject: Value = serde_json::from_str(&work.read("bad")).expect("one reject");
    assert_eq!([&reject["code"], &reject["line"]], [&json!("not-sent"), &json!(334)]);
    assert!(reject["reason"].as_str().is_some_and(|why| why.contains("and takes others")), "{reject}");
    are_there(&server, 1000, 5, &[333]);
}

/// What is sent once more to see whether the server is well may be refused, now or for ever: it is there already.
#[test]
fn a_message_that_is_sent_once_more_has_no_second_fate() {
    for reason in [0x97, 0x99] {
        let seen = std::sync::Mutex::new(std::collections::HashSet::new());
        let server = Contract::start(&[], &[], move |_, payload| {
            match seen.lock().expect("no panic").insert(payload.to_owned()) {
                _ if payload.contains("\"value\":333}") => Then::CloseBefore,
                true => Then::Acknowledge,
                false => Then::Refuse(reason),
            }
        });
        let work = Work::new();
        let words = format!(
            "mqtt-pub {} --profile thingsboard --max-inflight 1 --max-backoff 20ms --retries 40 --rejects bad --summary",
            server.url()
        );
        let ended = work.kymo(&words).stdin(readings(400, 5)).end();
        if reason == 0x99 {
            let told = ended.code(1).stderr();
            assert!(told.contains("\"published\":399,"), "{told}");
            are_there(&server, 400, 5, &[333]);
        } else {
            // A server that takes nothing now is not well: nothing is rejected.
            ended.code(69);
            are_there(&server, 333, 5, &[]);
            assert_eq!(work.read("bad"), "");
        }
    }
}

#[test]
fn a_server_that_is_ill_has_nothing_rejected() {
    let is_ill = std::sync::Arc::new(AtomicBool::new(true));
    let ill = std::sync::Arc::clone(&is_ill);
    let server = Contract::start(&[], &[], move |number, _| {
        ill.store(number < 12, Ordering::Relaxed);
        if number < 12 { Then::CloseBefore } else { Then::Acknowledge }
    });
    let work = Work::new();
    let words =
        format!("mqtt-pub {} --profile thingsboard --max-backoff 20ms --max-inflight 1 --rejects bad", server.url());
    work.kymo(&words).stdin(readings(500, 5)).end().code(0);
    are_there(&server, 500, 5, &[]);
    assert_eq!(work.read("bad"), "");
}

/// What one record becomes: topic and payload.
fn spelled(flags: &str, record: &str) -> Result<(String, Value), String> {
    let Some(broker) = Broker::start("") else { return Err("no broker".to_owned()) };
    let work = Work::new();
    init_session(&work, &broker, "-t '#@2'");
    let words = format!("mqtt-pub {} {flags} --rejects bad", broker.url());
    let ended = work.kymo(&words).stdin(format!("{record}\n")).end();
    if ended.output.status.code() == Some(1) {
        let reject: Value = serde_json::from_str(&work.read("bad")).expect("a reject");
        assert_eq!(reject["code"], "profile", "{reject}");
        return Err(reject["reason"].as_str().expect("a reason").to_owned());
    }
    ended.assert(ended.output.status.success(), "success");
    let out = work.kymo(&format!("mqtt-cat {} --id x -t '#@2' --topic-field t --whole -C 1 -W 30s", broker.url())).ok();
    let mut message: Value = serde_json::from_str(&out).expect("a message");
    let topic = message["t"].as_str().expect("a topic").to_owned();
    let payload = match message.get("message").cloned() {
        None => {
            message.as_object_mut().expect("an object").remove("t");
            message
        }
        Some(list) => list,
    };
    Ok((topic, payload))
}

#[test]
fn thingsboard_gets_its_own_topics_and_payloads() {
    if Broker::start("").is_none() {
        return;
    }
    let is = |flags: &str, record: &str, topic: &str, payload: Value| {
        let flags = format!("--profile thingsboard {flags}");
        assert_eq!(spelled(&flags, record), Ok((topic.to_owned(), payload)), "{record}");
    };
    let device = "v1/devices/me/telemetry";
    is(
        "",
        r#"{"time":1.5,"device":"a b","t":1,"s":"x","n":null}"#,
        "v1/gateway/telemetry",
        json!({"a b": [{"ts": 1500, "values": {"t": 1, "s": "x"}}]}),
    );
    is(
        "",
        r#"{"time":"2024-01-01T00:00:00.0019Z","t":1}"#,
        device,
        json!({"ts": 1_704_067_200_001_i64, "values": {"t": 1}}),
    );
    is(
        "--single-device",
        r#"{"time":0,"device":"a","t":1}"#,
        device,
        json!({"ts": 0, "values": {"device": "a", "t": 1}}),
    );
    is("--value t", r#"{"time":0,"t":1,"u":2}"#, device, json!({"ts": 0, "values": {"t": 1}}));
    is(
        "",
        r#"{"time":0,"logging":{"level":"warning","subject":"hot","body":"87"}}"#,
        device,
        json!({"ts": 0, "values": {"logging": {"level": "WARNING", "subject": "hot", "body": "87"}}}),
    );
    is(
        "",
        r#"{"time":0,"level":"error","code":"io","message":"it \"broke\""}"#,
        device,
        json!({"ts": 0, "values": {"logging": {"level": "ERROR", "subject": "it \"broke\"", "body": ""}}}),
    );
    let config = json!({"status": "accepted", "config": {"general": {"config_revision": 3}}});
    is(
        "",
        &json!({"time": 0, "configuration": config}).to_string(),
        device,
        json!({"ts": 0, "values": {"configuration": config}}),
    );
    for (record, why) in [
        (r#"{"time":0,"logging":3}"#.to_owned(), "field logging is for log messages"),
        (r#"{"time":0,"configuration":{"status":"new"}}"#.to_owned(), "field configuration is for messages"),
        (r#"{"time":0,"device":"a"}"#.to_owned(), "it has no value"),
        (json!({"time": 0, "t": "x".repeat(70_000)}).to_string(), "closes the connection above 65536"),
    ] {
        let told = spelled("--profile thingsboard", &record).expect_err("a reject");
        assert!(told.contains(why), "{told}");
    }
    let work = Work::new();
    for (flags, why) in [
        ("-t a --profile tenta", "cannot be used with"),
        ("--profile tenta --to json", "cannot be used with"),
        ("--profile tenta -q 2", "QoS 0 and 1"),
        ("--profile tenta --sensor me", "UUID"),
        ("--profile thingsboard --limits 10", "messages=100:1"),
        ("--single-device -t a", "--profile"),
        ("--profile other", "thingsboard"),
    ] {
        work.kymo(&format!("mqtt-pub --host h {flags}")).end().code(2).tells(why);
    }
    work.kymo("mqtt-pub mqtt://h/topic --profile tenta").end().code(2).tells("--profile chooses the topics");
}

#[test]
fn tenta_gets_nothing_that_it_would_drop() {
    if Broker::start("").is_none() {
        return;
    }
    let flags = format!("--profile tenta --sensor {SENSOR}");
    let is = |flags: &str, record: &str, topic: &str, payload: Value| {
        let topic = format!("{topic}/{SENSOR}");
        assert_eq!(spelled(flags, record), Ok((topic, json!([payload]))), "{record}");
    };
    is(
        &flags,
        r#"{"time":1795314003.9574986,"temperature":19.7,"n":3,"gap":null}"#,
        "measurements",
        json!({"value": {"temperature": 19.7, "n": 3}, "timestamp": 1_795_314_003.957_498_6}),
    );
    is(
        &format!("{flags} --revision 7"),
        r#"{"time":1,"a":1}"#,
        "measurements",
        json!({"value": {"a": 1}, "revision": 7, "timestamp": 1.0}),
    );
    is(
        &format!("{flags} --revision 7"),
        r#"{"time":1,"a":1,"revision":8}"#,
        "measurements",
        json!({"value": {"a": 1}, "revision": 8, "timestamp": 1.0}),
    );
    is(&flags, r#"{"time":1,"a":1,"revision":-1}"#, "measurements", json!({"value": {"a": 1}, "timestamp": 1.0}));
    is(
        "--profile tenta",
        &format!(r#"{{"time":1,"device":"{SENSOR}","a":1}}"#),
        "measurements",
        json!({"value": {"a": 1}, "timestamp": 1.0}),
    );
    for (level, severity) in
        [("DEBUG", "info"), ("INFO", "info"), ("WARNING", "warning"), ("ERROR", "error"), ("EXCEPTION", "error")]
    {
        let record = json!({"time": 1, "logging": {"level": level, "subject": "CPU load is high", "body": "87 %"}, "revision": 1});
        is(
            &flags,
            &record.to_string(),
            "logs",
            json!({"severity": severity, "message": "CPU load is high\n\n87 %", "revision": 1, "timestamp": 1.0}),
        );
    }
    for (status, success) in [("accepted", true), ("rejected", false)] {
        let config = json!({"variant": "config", "status": status, "config": {"general": {"config_revision": 3, "software_version": "9.9.9"}}});
        is(
            &flags,
            &json!({"time": 1, "configuration": config}).to_string(),
            "acknowledgments",
            json!({"success": success, "revision": 3, "timestamp": 1.0}),
        );
    }
    for (record, why) in [
        (r#"{"time":1,"a-b":1}"#.to_owned(), "cannot be the name of a value"),
        (format!(r#"{{"time":1,"{}":1}}"#, "a".repeat(65)), "cannot be the name of a value"),
        (r#"{"time":1,"a":true}"#.to_owned(), "field a is no number"),
        (r#"{"time":1,"a":1,"s":"text"}"#.to_owned(), "field s is no number"),
        (r#"{"time":1}"#.to_owned(), "it has no value"),
        (r#"{"time":1,"a":1,"revision":2147483648}"#.to_owned(), "above 2147483647"),
        (r#"{"time":1,"configuration":{"status":"startup","config":{}}}"#.to_owned(), "only accepted or rejected"),
        (r#"{"time":1,"configuration":{"status":"accepted"}}"#.to_owned(), "needs the revision"),
    ] {
        let told = spelled(&flags, &record).expect_err("a reject");
        assert!(told.contains(why), "{record}: {told}");
    }
    let told = spelled("--profile tenta", r#"{"time":1,"device":"a","a":1}"#).expect_err("a reject");
    assert!(told.contains("is no UUID of version 4"), "{told}");
}
