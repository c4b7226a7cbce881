//! The automation framework that ran stations and sent their messages: its queue, its archive, its senders. What it did
//! with configurations, versions and formats of two platforms stands elsewhere.

use super::{cases, name};
use crate::harness::{Running, Work};
use crate::mqtt::broker::Broker;
use crate::mqtt::wire::Sender;
use crate::mqtt::{init_session, rows, wait_for};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The messages that went into the queue: ten of one day, one of the next.
fn items() -> Vec<String> {
    let mut items: Vec<String> = include_str!("ivy/archive_items.ndjson").lines().map(str::to_owned).collect();
    items.push(r#"{"timestamp": 1700006400.0, "message_body": {"variant": "data", "data": {"t": 19.7}}}"#.to_owned());
    items
}

fn lines(items: &[String]) -> String {
    items.iter().map(|item| format!("{item}\n")).collect()
}

fn depth(work: &Work, queue: &str) -> u64 {
    let stat: Value = serde_json::from_str(&work.kymo(&format!("queue stat {queue} --json")).ok()).expect("JSON");
    stat["records"].as_u64().unwrap_or_else(|| panic!("no records in {stat}"))
}

/// Readings `{"n":0}` and so on.
fn readings(count: usize) -> String {
    (0..count).map(|n| format!("{{\"n\":{n}}}\n")).collect()
}

/// The numbers of those that the session of client x has got.
fn arrived(work: &Work, broker: &Broker, count: usize) -> BTreeSet<u64> {
    let mut got = BTreeSet::new();
    let run = work.kymo(&format!("mqtt-cat {} --id x -t t --no-topic", broker.url())).start();
    while got.len() < count {
        let record: Value = serde_json::from_str(&run.line()).expect("JSON");
        got.insert(record["n"].as_u64().expect("a number"));
    }
    run.signal(Signal::TERM);
    run.end();
    got
}

/// data_message.ndjson: what was accepted, and as what it was kept. FAULTS: `true` became 1.0, NaN and infinity became null,
/// which could not be read back; null was refused, and two names were reserved.
#[test]
fn a_message_is_kept_as_it_is_or_rejected() {
    let (mut kept, mut faults) = (0, 0);
    for line in include_str!("ivy/data_message.ndjson").lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let (_, rest) = line.split_once("\"input\": ").expect("an input");
        let (input, _) = rest.split_once(", \"ok\"").expect("an input");
        let is_no_number = ["NaN", "Infinity"].contains(&name(&case));
        let input =
            if is_no_number { input.replace(&format!("\"{}\"", name(&case)), name(&case)) } else { input.to_owned() };
        let work = Work::new();
        let ended = work.kymo("queue put q --rejects r").stdin(format!("{input}\n")).end();
        ended.assert(ended.output.status.code() == Some(i32::from(is_no_number)), name(&case));
        let out = work.kymo("queue take q --drain").ok();
        if is_no_number {
            assert_eq!((out.as_str(), &case["ok"]), ("", &json!(true)));
            assert!(work.read("r").contains(name(&case)), "its bytes are kept");
            faults += 1;
            continue;
        }
        assert_eq!(out, format!("{input}\n"));
        match case["stored_json"].as_str().map(|text| serde_json::from_str::<Value>(text).expect("JSON")) {
            Some(stored) if name(&case) != "bool" => {
                assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON"), stored["data"], "{}", name(&case));
                kept += 1;
            }
            _ => faults += 1,
        }
    }
    assert_eq!((kept, faults), (14, 8));
}

/// queue.ndjson: the oldest first; those that are on their way are not given again; what is removed does not come back.
#[test]
fn the_queue_gives_the_oldest_and_forgets_what_is_done() {
    let old = cases(include_str!("ivy/queue.ndjson"));
    let items = items();
    let numbered = |ids: &Value| {
        let ids = ids.as_array().expect("numbers").iter();
        ids.map(|id| items[id.as_u64().expect("a number") as usize - 1].clone()).collect::<Vec<_>>()
    };
    let work = Work::new();
    work.kymo("queue put q").stdin(lines(&items)).ok();
    assert_eq!(old[0]["op"], "get 3");
    let first = work.kymo("queue peek q -n 3").ok();
    assert_eq!(first, lines(&numbered(&old[0]["ids"])));
    let times: Vec<Value> = cases(&first).iter().map(|item| item["timestamp"].clone()).collect();
    assert_eq!(old[0]["ts"], json!(times));
    // While the first is on its way, the next are the two behind it, and it does not come twice.
    assert_eq!(old[1]["op"], "get 2 excluding the first");
    let out = cases(&work.kymo("run 'queue take q -C 3 --max-inflight 3 --attempts times | map .'").ok());
    let behind = cases(&lines(&numbered(&old[1]["ids"])));
    assert_eq!(out.len(), 3);
    for (found, wanted) in out[1..].iter().zip(&behind) {
        assert_eq!((&found["timestamp"], &found["times"]), (&wanted["timestamp"], &json!(1)));
    }
    // Those that were committed are gone, and only they.
    assert_eq!(depth(&work, "q"), 8);
    work.kymo("queue put p").stdin(lines(&items)).ok();
    work.kymo("queue take p -C 1").ok();
    assert_eq!(work.kymo("queue peek p -n 100").ok(), lines(&numbered(&old[2]["ids"])));
}

/// archive_*.csv: a file a day, from which a day is loaded again. FAULTS: one NaN or one torn line, and the whole day could not
/// be read.
#[test]
fn a_day_can_be_loaded_whatever_happened_to_its_last_line() {
    let days = [include_str!("ivy/archive_2023-11-14.csv"), include_str!("ivy/archive_2023-11-15.csv")];
    // The old files hold the same messages.
    let mut reader = csv_rows(days[0]);
    reader.extend(csv_rows(days[1]));
    let bodies: Vec<Value> = cases(&lines(&items())).iter().map(|item| item["message_body"].clone()).collect();
    assert_eq!(reader, bodies);
    let work = Work::new();
    let with_nan = format!("{}{{\"t\":NaN}}\n", lines(&items()));
    work.kymo("queue put q --archive days --rejects r").stdin(with_nan).end().code(1);
    let file = || {
        let mut files: Vec<_> = std::fs::read_dir(work.path("days")).expect("a folder").flatten().collect();
        files.sort_by_key(std::fs::DirEntry::file_name);
        files.pop().expect("a day").path()
    };
    let day = file();
    let load =
        || work.kymo(&format!("replay --speed 1000000x --time timestamp --rejects torn {}", day.display())).end();
    assert_eq!(load().code(0).stdout(), lines(&items()));
    // Torn: all but the last is loaded, and the last is told.
    let text = std::fs::read_to_string(&day).expect("a file");
    std::fs::write(&day, format!("{text}{{\"timestamp\": 17000")).expect("torn");
    assert_eq!(load().code(1).stdout(), lines(&items()));
    assert!(work.read("torn").contains("17000"));
    work.kymo("queue put q --archive days").stdin("{\"n\":1}\n").end().code(0).tells("of an incomplete last line of");
    let text = std::fs::read_to_string(file()).expect("a file");
    assert!(cases(&text).last().is_some_and(|last| last["n"] == 1));
}

/// The messages in an old file: a column of times and one of JSON, quoted as CSV.
fn csv_rows(text: &str) -> Vec<Value> {
    let rows = text.lines().skip(1).map(|line| {
        let (_, body) = line.split_once(',').expect("two columns");
        let body = body.strip_prefix('"').and_then(|body| body.strip_suffix('"')).expect("quoted");
        serde_json::from_str(&body.replace("\"\"", "\"")).expect("JSON")
    });
    rows.collect()
}

/// behaviour_runs.json, NaN in the queue. FAULT poison: the sender ended at each start, and nothing was ever sent again.
#[test]
fn one_nan_does_not_silence_the_sender() {
    let old: Value = serde_json::from_str(include_str!("ivy/behaviour_runs.json")).expect("JSON");
    for platform in ["thingsboard", "tenta"] {
        let run = &old[format!("{platform}: NaN value in the queue, backend started twice")];
        assert_eq!((&run["published"], &run["left_in_queue"]), (&json!(0), &json!(5)));
    }
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    let mixed = "{\"n\":0}\n{\"n\":1,\"t\":NaN}\n{\"n\":2}\n{\"n\":3,\"t\":Infinity}\n{\"n\":4}\n";
    // Into the queue, and also straight to the broker.
    work.kymo("queue put q --rejects r").stdin(mixed).end().code(1);
    let publish = format!("mqtt-pub {} -t t", broker.url());
    work.kymo(&format!("run 'queue take q --drain | {publish} --rejects r3'")).ok();
    assert_eq!(arrived(&work, &broker, 3), BTreeSet::from([0, 2, 4]));
    work.kymo(&format!("{publish} --rejects r2")).stdin(mixed.replace("\"n\":", "\"n\":1")).end().code(1);
    assert_eq!(arrived(&work, &broker, 3), BTreeSet::from([10, 12, 14]));
    assert_eq!((depth(&work, "q"), work.read("r").lines().count(), work.read("r2").lines().count()), (0, 2, 2));
}

/// behaviour_runs.json, 50 old messages. FAULT lost: kinds of messages that were never removed filled the places of those on
/// their way, and no other was sent.
#[test]
fn nothing_stays_in_the_way_of_what_is_behind_it() {
    let old: Value = serde_json::from_str(include_str!("ivy/behaviour_runs.json")).expect("JSON");
    let stuck = &old["tenta: 50 old \"startup\" messages + 20 data (max_parallel_messages 50), 13 s"];
    assert_eq!((&stuck["data_published"], &stuck["left_in_queue"]), (&json!(0), &json!(70)));
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    let startup = (0..50).map(|n| format!("{{\"n\":{n},\"variant\":\"config\",\"status\":\"startup\"}}\n"));
    let data = (50..70).map(|n| format!("{{\"n\":{n},\"variant\":\"data\"}}\n"));
    work.kymo("queue put q").stdin(startup.chain(data).collect::<String>()).ok();
    work.kymo(&format!("run 'queue take q --drain --max-inflight 50 | mqtt-pub {} -t t --rejects r'", broker.url()))
        .ok();
    assert_eq!((arrived(&work, &broker, 70).len(), depth(&work, "q")), (70, 0));
}

/// behaviour_runs.json, 200 queued and an end after 1.5 s: 33.7 s for the rest. FAULT no drain: `stop` killed the sender. A TERM
/// at any moment loses nothing: what was received is confirmed or stays.
#[test]
fn a_sender_that_is_stopped_leaves_in_the_queue_what_has_not_arrived() {
    let old: Value = serde_json::from_str(include_str!("ivy/behaviour_runs.json")).expect("JSON");
    let drained = &old["thingsboard: 200 queued, max_parallel 50, max_drain_time 60, teardown after 1.5 s"];
    assert_eq!(drained["left_in_queue"], 0);
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    let send = |flags: &str| {
        format!("run 'queue take q {flags} --max-inflight 50 | mqtt-pub {} -t t --rejects r'", broker.url())
    };
    work.kymo("queue put q").stdin(readings(200)).ok();
    let run = work.kymo(&send("")).start();
    wait_for("the first", || (depth(&work, "q") < 200).then_some(()));
    run.signal(Signal::TERM);
    let (_, told, status) = run.end();
    assert_eq!(status.code(), Some(0), "{told}");
    // The next start sends the rest.
    work.kymo(&send("--drain")).ok();
    assert_eq!((arrived(&work, &broker, 200).len(), depth(&work, "q")), (200, 0));
}

/// behaviour_runs.json, the broker stops; and loss at quality 0. FAULTS: the process ended with code 0 instead of trying again; a
/// message was taken off the queue when it was written to the socket, and was lost with a dead connection.
#[test]
fn a_broker_that_stops_loses_nothing() {
    let old: Value = serde_json::from_str(include_str!("ivy/behaviour_runs.json")).expect("JSON");
    for platform in ["thingsboard", "tenta"] {
        assert_eq!(old[format!("{platform}: broker stops")]["process"], "exit 0");
    }
    let Some(mut broker) = Broker::start("autosave_interval 1\nautosave_on_changes true") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    let send =
        format!("run 'queue take q --max-inflight 50 | mqtt-pub {} -t t --max-backoff 50ms --rejects r'", broker.url());
    let mut run = work.kymo(&send).start();
    for n in 0..4 {
        let part: String = (50 * n..50 * n + 50).map(|n| format!("{{\"n\":{n}}}\n")).collect();
        work.kymo("queue put q").stdin(part).ok();
        broker.stop();
        assert!(run.child.try_wait().expect("a child").is_none(), "it stays");
        broker.restart();
    }
    wait_for("an empty queue", || (depth(&work, "q") == 0).then_some(()));
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
    assert_eq!(arrived(&work, &broker, 200).len(), 200);
}

/// behaviour_runs.json, a broker that is away for a moment. FAULT disconnect: the subscription was gone, and nothing was
/// received any more though the process was alive.
#[test]
fn a_broker_that_was_away_is_subscribed_to_again() {
    let old: Value = serde_json::from_str(include_str!("ivy/behaviour_runs.json")).expect("JSON");
    let mute = &old["thingsboard: broker bounced within the 5 s poll; config published afterwards"];
    assert_eq!((&mute["process_alive"], &mute["pending_configs"]), (&json!(true), &json!(0)));
    let Some(mut broker) = Broker::start("") else { return };
    let work = Work::new();
    let run = work.kymo(&format!("mqtt-cat {} -t t --no-topic --max-backoff 50ms", broker.url())).start();
    for n in 0..3 {
        // Kept for our session, or for who asks anew.
        if !broker.mosquitto_pub(&["-q", "1", "-r", "-t", "t", "-m", &format!("{{\"n\":{n}}}")]) {
            return;
        }
        while run.line() != format!("{{\"n\":{n}}}") {}
        broker.stop();
        broker.restart();
    }
}

/// callback_thread_runs.json. FAULT mute: a message that could not be read killed the thread that received, and the process
/// stayed "alive"; or none of its own messages was sent any more. Each kind of bad message, and a good one behind each.
#[test]
fn no_message_makes_a_node_mute() {
    let old: Value = serde_json::from_str(include_str!("ivy/callback_thread_runs.json")).expect("JSON");
    let runs = old.as_object().expect("runs");
    let mute = runs.values().filter(|run| run["valid_config_received"] == false).count();
    let silent = runs.values().filter(|run| run["data_published_afterwards"] == 1).count();
    assert_eq!((mute, silent), (5, 2));
    let Some(broker) = Broker::start("") else { return };
    let work = Work::new();
    init_session(&work, &broker, "-t t");
    work.file("s.json", r#"{"type":"object","required":["time","n"],"properties":{"n":{"type":"integer"}}}"#);
    let url = broker.url();
    let receive = format!(
        "run 'mqtt-cat {url} -t in --no-topic | validate --schema s.json | store a.db --flush 1ms --pass' --log-level debug"
    );
    // What it sends itself goes on as well.
    let mut send = work.kymo(&format!("mqtt-pub {url} -t t")).start();
    let node = work.kymo(&receive).start();
    node.told("the broker has answered");
    let mut sender = Sender::connect(broker.port);
    let bad: [&[u8]; 8] = [
        b"\xff\xfe\xfa",
        b"not json",
        b"",
        b"[1]",
        b"null",
        b"{\"time\":1}",
        b"{\"time\":1,\"n\":\"x\"}",
        b"{\"n\":NaN}",
    ];
    for (n, bad) in bad.into_iter().enumerate() {
        sender.send(1, "in", bad);
        sender.send(1, "in", format!("{{\"time\":{n},\"n\":{n}}}"));
        assert_eq!(node.line(), format!("{{\"time\":{n},\"n\":{n}}}"));
        send.send(&format!("{{\"n\":{n}}}\n"));
    }
    assert_eq!(arrived(&work, &broker, bad.len()).len(), bad.len());
    end(node, 1);
    end(send, 0);
    let stored = cases(&work.kymo("query a.db").ok());
    assert_eq!(stored.len(), bad.len());
    assert_eq!(rows(&work, "a.db", "kymo_rejects"), bad.len() as i64, "each with its bytes");
}

fn end(run: Running, code: i32) {
    run.signal(Signal::TERM);
    let (_, told, status) = run.end();
    assert_eq!(status.code(), Some(code), "{told}");
}

/// more_runs.json, no sender. FAULT no bound: with none, the queue grew for ever.
#[test]
fn a_queue_that_nobody_empties_has_a_bound() {
    let old: Value = serde_json::from_str(include_str!("ivy/more_runs.json")).expect("JSON");
    assert_eq!(old["backend = null: queue rows after one log and one data message"], 1);
    let work = Work::new();
    for _ in 0..3 {
        work.kymo("queue put q --max-records 5 --on-full drop-oldest --log-level error").stdin(readings(10)).end();
        assert_eq!(depth(&work, "q"), 5);
    }
    assert_eq!(
        work.kymo("queue peek q").ok(),
        readings(10).lines().skip(5).map(|l| format!("{l}\n")).collect::<String>()
    );
}
