//! `tcp-listen`: real sockets on loopback, cut, torn, broken, and many of them.

mod client;
mod load;
mod reply;
mod ways;

use self::client::{Client, start};
use crate::harness::{Work, peak_memory, until};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The rejects in a file.
fn rejects(work: &Work, name: &str) -> Vec<Value> {
    work.read(name).lines().map(|line| serde_json::from_str(line).expect("a reject")).collect()
}

/// Waits until there are so many.
fn await_rejects(work: &Work, name: &str, count: usize) {
    until("rejects", || work.read(name).lines().count() >= count);
}

/// Reasons and raw bytes of the rejects in a file.
fn reasons(work: &Work, name: &str) -> Vec<(String, String)> {
    let text = |reject: &Value, name: &str| reject[name].as_str().unwrap_or_default().to_owned();
    rejects(work, name).iter().map(|reject| (text(reject, "reason"), text(reject, "raw"))).collect()
}

/// Three lines with letters of two and four bytes, blank ones and both kinds of line breaks.
const LINES: &str = "{\"a\":\"В é\"}\n\r\n{\"b\":\"\u{1f600}\"}\r\n \n{\"c\":1}\n";
const RECORDS: [&str; 3] = ["{\"a\":\"В é\"}", "{\"b\":\"\u{1f600}\"}", "{\"c\":1}"];

#[test]
fn lines_are_whole_wherever_they_are_cut() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let bytes = LINES.as_bytes();
    for cut in 1..bytes.len() {
        let mut client = server.client();
        client.send(&bytes[..cut]);
        // Lets the first part arrive alone; if it does not, nothing is tried here, and nothing fails.
        std::thread::sleep(Duration::from_millis(1));
        client.send(&bytes[cut..]);
        for record in RECORDS {
            assert_eq!(server.run.line(), record, "cut at {cut}");
        }
    }
    let mut client = server.client();
    client.send_parts(bytes.chunks(1));
    client.send(LINES.repeat(50));
    for n in 0..51 * 3 {
        assert_eq!(server.run.line(), RECORDS[n % 3]);
    }
    let (out, told, code) = server.end();
    assert_eq!((out.as_str(), told.as_str(), code), ("", "", Some(0)));
}

#[test]
fn many_clients_do_not_mix() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --summary");
    let mut clients: Vec<Client> = (0..40).map(|_| server.client()).collect();
    for n in 0..50 {
        for half in 0..2 {
            for (c, client) in clients.iter_mut().enumerate() {
                let line = format!("{{\"client\":{c},\"n\":{n}}}\n");
                let (first, second) = line.split_at(9);
                client.send(if half == 0 { first } else { second });
            }
        }
    }
    let mut next = vec![0; clients.len()];
    for _ in 0..2000 {
        let record: Value = serde_json::from_str(&server.run.line()).expect("whole");
        let client = record["client"].as_u64().expect("a client") as usize;
        assert_eq!(record["n"], next[client], "in the order of its sender");
        next[client] += 1;
    }
    let (_, told, code) = server.end();
    let summary: Value = serde_json::from_str(&told).expect("JSON");
    let wanted = serde_json::json!({
        "stage": "tcp-listen", "out": 2000, "rejected": 0, "clients": 40, "refused": 0, "lines": 2000
    });
    assert_eq!((summary, code), (wanted, Some(0)));
}

/// What the server before this one did with each is told by its name; what is right follows.
#[test]
fn each_fault_of_the_old_server_on_the_wire() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --tsv device,time,value --rejects r --max-line 1KiB");
    let line = "10.0.0.1\t2024.04.27 14:23:55.123456\t100.5\n";
    let record = r#"{"device":"10.0.0.1","time":"2024-04-27T14:23:55.123456Z","value":100.5}"#;
    let cases: Vec<Value> =
        include_str!("tcp_listen/tcp.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        // So many records come of it, and these are rejected.
        let mut client = server.client();
        let (count, wrong): (usize, &[&str]) = match name {
            "one line" => {
                client.send(line);
                (1, &[])
            }
            "byte by byte" => {
                client.send_parts(line.as_bytes().chunks(1));
                (1, &[])
            }
            "50 lines in one write" => {
                client.send(line.repeat(50));
                (50, &[])
            }
            "last line without newline then close: lost" => {
                client.send(line.trim_end());
                (1, &[])
            }
            "blank lines ignored, CRLF ok" => {
                client.send(format!("\n\r\n  \n{}\r\n", line.trim_end()));
                (1, &[])
            }
            "invalid UTF-8 in the chunk: whole 1024 byte chunk lost, connection closed" => {
                client.send([line.as_bytes(), b"10.0.0.1\t\xff\n", line.as_bytes()].concat());
                (2, &["not UTF-8 at byte 10"])
            }
            "valid UTF-8, 2-byte letter across the 1024 byte read: connection closed" => {
                let long = format!("{}\t1\tВ\n", "x".repeat(1019));
                assert_eq!(&long.as_bytes()[1022..1024], "В".as_bytes());
                client.send_parts(long.as_bytes().chunks(1023));
                client.send(line);
                let told = server.run.line();
                assert!(told.contains("xxx") && told.ends_with("\"value\":\"В\"}"), "{told}");
                (1, &[])
            }
            // The next three are tests of their own, for what they need.
            _ if name.starts_with("40 MiB") || name.starts_with("200 idle") || name.starts_with("restart") => (0, &[]),
            _ => panic!("a case that is not tried: {name}"),
        };
        drop(client);
        for _ in 0..count {
            assert_eq!(server.run.line(), record, "{name}");
        }
        await_rejects(&work, "r", wrong.len());
        let found = reasons(&work, "r");
        assert_eq!(found.iter().map(|(why, _)| why.as_str()).collect::<Vec<_>>(), wrong, "{name}");
        std::fs::write(work.path("r"), "").expect("a file");
    }
    assert_eq!(cases.len(), 10);
}

/// What the old server stored of each line is in the fixture; here both its rules and ours decide.
#[test]
fn each_line_of_the_old_server_with_its_registry() {
    let work = Work::new();
    work.file("m", include_str!("tcp_listen/ip_mapping.tsv"));
    work.file("latin", "10.0.0.1\t0\t110\tV\n");
    let cases: Vec<Value> = include_str!("tcp_listen/lines.ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case"))
        .collect();
    for case in &cases {
        let (name, line) = (case["name"].as_str().expect("a name"), case["line"].as_str().expect("a line"));
        let meters = if name.contains("latin V") { "latin" } else { "m" };
        // Why it is rejected; what differs from the old server has its reason.
        let wanted = match name {
            "good voltage"
            | "lower bound inclusive"
            | "minus zero"
            | "one digit month"
            | "two blanks between date and time" => "",
            // A fraction of any length, or none, is a time.
            "no fraction" | "7 fraction digits" => "",
            // It left the client's loop by an exception.
            _ if name.starts_with("mapping file with latin V") => "",
            // Python's own spelling of numbers is none.
            "value 1_0 (python float)" => "/value is \"1_0\", expected a number from 0 to 110",
            // A value before the first tab is the device's, also an empty one.
            "leading tab is stripped" => "4 columns, not 3: device, time, value",
            "just above" => "/value is 110.00000000000001, expected a number from 0 to 110",
            "unknown ip (README example)" => "/device is \"192.168.1.10\", expected a device of the registry",
            "2 fields" => "2 columns, not 3",
            "spaces not tabs" => "1 column, not 3",
            "value inf" => "/value is \"inf\"",
            "decimal comma" => "/value is \"10,5\"",
            "empty value" => "/value is missing",
            "sec 61" => "\"2016.12.31 23:59:61.0\" is no time",
            _ => panic!("a case that is not tried: {name}"),
        };
        let words =
            format!("run 'tcp-listen 127.0.0.1:0 --lines tsv --rejects r | validate --meters {meters} --rejects r'");
        let server = start(&work, &words);
        server.client().send(format!("{line}\n10.0.0.1\t0\t1\n"));
        if wanted.is_empty() {
            let record: Value = serde_json::from_str(&server.run.line()).expect("JSON");
            let value = case["entry"][2].as_f64().unwrap_or_else(|| record["value"].as_f64().expect("a value"));
            assert_eq!(record["value"].as_f64(), Some(value), "{name}");
            if let Some(time) = case["entry"][1].as_str() {
                let text = record["time"].as_str().expect("a time").trim_end_matches('Z').replace('T', " ");
                assert_eq!(text, time.trim_end_matches('0').trim_end_matches('.'), "{name}");
            }
        }
        // What stands behind it is taken, whatever it was.
        assert!(server.run.line().contains("1970-01-01T00:00:00Z"), "{name}");
        server.end();
        let found = reasons(&work, "r").into_iter().map(|(why, _)| why).collect::<Vec<_>>().join("\n");
        assert_eq!(found.is_empty(), wanted.is_empty(), "{name}: {found}");
        assert!(found.contains(wanted), "{name}: {found}");
        std::fs::write(work.path("r"), "").expect("a file");
    }
    assert_eq!(cases.len(), 18);
}

/// «200 idle clients: one thread each, no timeout».
#[test]
fn idle_clients_cost_no_thread_and_hardly_memory() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let status = |field: &str| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.run.child.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
        line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().expect("a number")
    };
    let mut first = server.client();
    first.send("{\"n\":1}\n");
    server.run.line();
    let (threads, kib) = (status("Threads:"), status("VmRSS:"));
    let mut clients: Vec<Client> = (0..200).map(|_| server.client()).collect();
    for client in &mut clients {
        // What they sent and what is half sent.
        client.send("{\"n\":2}\n{\"n\":");
    }
    for _ in &clients {
        server.run.line();
    }
    assert_eq!(status("Threads:"), threads);
    assert!(status("VmRSS:") < kib + 1024, "{kib} {}", status("VmRSS:"));
    assert!(threads <= 3, "{threads}");
}

/// «restart right after: bind error in the server thread, process goes on without a server».
#[test]
fn a_restart_gets_its_port_back_and_a_taken_port_is_told() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let address = server.address.clone();
    // The side that closes first keeps the port busy for a minute (TIME_WAIT).
    let mut client = server.client();
    client.send("{\"n\":1}\n");
    server.run.line();
    work.kymo(&format!("tcp-listen {address}"))
        .end()
        .code(75)
        .tells(&format!("kymo: tcp-listen: listen on {address}: Address already in use"));
    assert_eq!(server.end().2, Some(0));
    assert!(client.is_left());
    drop(client);
    let server = start(&work, &format!("tcp-listen {address}"));
    let mut client = server.client();
    client.send("{\"n\":2}\n");
    assert_eq!(server.run.line(), "{\"n\":2}");
}

#[test]
fn a_last_line_counts_at_a_close_and_is_rejected_at_a_reset() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --rejects r --log-level info");
    let mut client = server.client();
    client.send("{\"n\":1}\n{\"n\":2}");
    client.finish();
    assert_eq!([server.run.line(), server.run.line()], ["{\"n\":1}", "{\"n\":2}"]);
    assert!(client.is_left());
    server.run.told("disconnected 127.0.0.1:");

    let mut client = server.client();
    client.send("{\"n\":3}\n{\"n\":4}");
    // What is received counts: the reset must not overtake it.
    assert_eq!(server.run.line(), "{\"n\":3}");
    let from = client.socket.local_addr().expect("an address").to_string();
    client.reset();
    server.run.told(&format!("disconnected {from} after 2 lines: Connection reset"));
    await_rejects(&work, "r", 1);
    let found = rejects(&work, "r");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["reason"], "its end is missing: Connection reset by peer (os error 104)");
    assert_eq!((&found[0]["raw"], &found[0]["line"]), (&"{\"n\":4}".into(), &2.into()));
    assert_eq!((&found[0]["source"], &found[0]["errors"][0]["code"]), (&from.into(), &"torn".into()));
    assert_eq!(server.end().2, Some(1));
}

/// Nobody notices who sends what cannot be used; and every byte of it is kept.
#[test]
fn bad_clients_harm_nobody() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --rejects r --max-line 1KiB --max-record 100");
    let memory = peak_memory(&server.run);
    let mut good = server.client();
    // Two lines without end, of two clients, in turn.
    let (mut one, mut other) = (server.client(), server.client());
    for n in 0..400 {
        one.send([b'1'; 100 << 10]);
        if n % 10 == 0 {
            other.send([b'2'; 100]);
            good.send(format!("{{\"n\":{n}}}\n"));
            assert_eq!(server.run.line(), format!("{{\"n\":{n}}}"));
        }
    }
    one.send("\n{\"in\":\"step\"}\n");
    other.send("\n");
    assert_eq!(server.run.line(), "{\"in\":\"step\"}");
    let mut bad = server.client();
    bad.send(b"{\"Stra\xdfe\":1}\nnonsense\n[1]\n{\"a\":1}{\"a\":2}\n");
    bad.send(format!("{{\"long\":\"{}\"}}\n", "x".repeat(100)));
    bad.send("{\"good\":1}\n");
    assert_eq!(server.run.line(), "{\"good\":1}");
    good.send("{\"last\":1}\n");
    assert_eq!(server.run.line(), "{\"last\":1}");
    let one = one.socket.local_addr().expect("an address").to_string();
    let other = other.socket.local_addr().expect("an address").to_string();
    let (out, told, code) = server.end();
    assert_eq!((out.as_str(), told.as_str(), code), ("", "", Some(1)));

    let all = rejects(&work, "r");
    let of = |source: &str| all.iter().filter(|r| r["source"] == source).collect::<Vec<_>>();
    for (source, digit, length) in [(&one, '1', 400 * (100 << 10)), (&other, '2', 4000)] {
        let pieces = of(source);
        let whole: String = pieces.iter().map(|piece| piece["raw"].as_str().expect("text")).collect();
        assert!(whole.len() == length && whole.chars().all(|c| c == digit), "{}", whole.len());
        assert_eq!(pieces[0]["reason"], "longer than --max-line 1024 bytes");
        assert_eq!(pieces[1]["reason"], "longer than --max-line 1024 bytes, piece 2");
        assert!(pieces.iter().all(|piece| piece["line"] == 1 && piece["errors"][0]["code"] == "too-long"));
    }
    let other_rejects: Vec<&Value> = all.iter().filter(|r| r["errors"][0]["code"] != "too-long").collect();
    let codes: Vec<_> = other_rejects.iter().map(|r| r["reason"].as_str().expect("a reason")).collect();
    assert_eq!(codes.len(), 4, "{codes:?}");
    assert!(codes[0].starts_with("not a JSON object: ") && other_rejects[0]["raw_base64"].is_string());
    assert_eq!(all.iter().filter(|r| r["reason"] == "longer than --max-record 100 bytes").count(), 1);
    // 40 MB went by.
    let kib = memory.join().expect("a peak");
    assert!(kib < 40 << 10, "{kib} KiB");
}

#[test]
fn the_senders_wait_when_nobody_reads() {
    let work = Work::new();
    let mut run = work.kymo("tcp-listen 127.0.0.1:0 --log-level info");
    run.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.command.spawn().expect("a child");
    let mut told = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    let address = told.next().expect("an address");
    let client = Client::connect(address.rsplit(' ').next().expect("an address"));
    client.socket.set_nonblocking(true).expect("a socket");
    let line = |n: usize| format!("{{\"n\":{n},\"filling\":\"{}\"}}\n", "x".repeat(1000));
    let (mut sent, mut rest, mut quiet) = (0, Vec::new(), Instant::now());
    while quiet.elapsed() < Duration::from_millis(500) {
        assert!(sent < 100_000, "it takes everything, and nobody reads");
        if rest.is_empty() {
            rest = line(sent).into_bytes();
            sent += 1;
        }
        match (&client.socket).write(&rest) {
            Ok(n) => {
                rest.drain(..n);
                quiet = Instant::now();
            }
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::WouldBlock);
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    client.socket.set_nonblocking(false).expect("a socket");
    let mut stdout = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut all = String::new();
        stdout.read_to_string(&mut all).expect("text");
        all
    });
    (&client.socket).write_all(&rest).expect("a listener");
    drop(client);
    assert!(told.any(|line| line.contains("disconnected")));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .expect("alive");
    assert_eq!(child.wait().expect("a child").code(), Some(0));
    assert!(reader.join().expect("no panic") == (0..sent).map(line).collect::<String>());
}

#[test]
fn there_are_limits_to_clients() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --max-clients 2 --log-level info --summary");
    let (mut first, second) = (server.client(), server.client());
    first.send("{\"n\":1}\n");
    server.run.line();
    let mut third = server.client();
    assert!(third.is_left());
    server.run.told("refuse 127.0.0.1:");
    assert!(server.client().is_left());
    // A place that was left is free.
    drop(second);
    server.run.told("disconnected");
    let mut fourth = server.client();
    fourth.send("{\"n\":2}\n");
    assert_eq!(server.run.line(), "{\"n\":2}");
    let (_, told, _) = server.end();
    // Told once a minute.
    assert!(!told.contains("refuse 127") && told.contains("\"refused\":2"), "{told}");

    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --max-per-ip 1 --reply | store db'");
    let mut first = server.client();
    first.send("{\"time\":1}\n");
    first.acknowledged(1);
    let mut second = server.client();
    assert_eq!(second.answer(), r#"{"error":"there are 1 clients of 127.0.0.1 already (--max-per-ip)"}"#);
    assert_eq!(second.answer(), "");
    let mut other = Client::connect(&server.address);
    other.send("{\"time\":2}\n");
    assert!(other.answer().contains("--max-per-ip"));
    drop((second, other));
    server.end();

    for (networks, lets_in) in [("10.0.0.0/8", false), ("127.0.0.0/8", true), ("10.0.0.0/8 --allow 127.0.0.1", true)] {
        let server = start(&work, &format!("tcp-listen 127.0.0.1:0 --allow {networks}"));
        let mut client = server.client();
        if lets_in {
            client.send("{\"n\":1}\n");
            assert_eq!(server.run.line(), "{\"n\":1}");
        } else {
            assert!(client.is_left());
            server.run.told("it is in no network of --allow");
        }
    }
}

#[test]
fn silent_clients_are_left() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --idle-timeout 200ms --rejects r --log-level info");
    let (mut silent, mut busy) = (server.client(), server.client());
    silent.send("{\"n\":1}\n{\"n\":");
    server.run.line();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(600) {
        busy.send("{\"n\":2}\n");
        server.run.line();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(silent.is_left());
    server.run.told("idle for longer than --idle-timeout");
    await_rejects(&work, "r", 1);
    let wanted = ("its end is missing: idle for longer than --idle-timeout".to_owned(), "{\"n\":".to_owned());
    assert_eq!(reasons(&work, "r"), [wanted]);

    let server = start(&work, "run 'tcp-listen 127.0.0.1:0 --idle-timeout 200ms --reply | store db'");
    let mut client = server.client();
    client.send("{\"time\":1}\n");
    client.acknowledged(1);
    assert_eq!(client.answer(), r#"{"error":"idle for longer than --idle-timeout"}"#);
    assert_eq!(client.answer(), "");
}

#[test]
fn the_envelope_says_who_and_when() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 --envelope --rejects r");
    let mut client = server.client();
    client.send("{\"a\":1}\n{}\n{ \"b\" : 2 } \r\n{\"peer\":\"somebody else\"}\n{\"received\":1}\n{\"c\":3}\n");
    let peer = client.socket.local_addr().expect("an address");
    for begin in ["{\"a\":1,", "{", "{ \"b\" : 2 ,", "{\"c\":3,"] {
        let line = server.run.line();
        assert!(line.starts_with(&format!("{begin}\"peer\":\"{peer}\",\"received\":\"20")), "{line}");
        assert!(line.ends_with("Z\"}") && serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
    await_rejects(&work, "r", 2);
    let wanted = ["peer", "received"].map(|name| format!("it already has a field {name}, which --envelope adds"));
    assert_eq!(reasons(&work, "r").iter().map(|(why, _)| why.clone()).collect::<Vec<_>>(), wanted);
}

#[test]
fn it_ends_when_it_is_told() {
    let work = Work::new();
    let server = start(&work, "tcp-listen 127.0.0.1:0 -C 3");
    let mut client = server.client();
    client.send("{\"n\":1}\nbad\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n");
    let (out, told, status) = server.run.end();
    assert_eq!((out.as_str(), status.code()), ("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", Some(1)));
    assert!(told.contains("reject line 2 of 127.0.0.1:"), "{told}");
    work.kymo("tcp-listen 127.0.0.1:0 -W 50ms").end().code(0).tells("listening on 127.0.0.1:");
    work.kymo("tcp-listen 127.0.0.1:0 --strict -W 50ms").end().code(0);

    let server = start(&work, "tcp-listen 127.0.0.1:0 --strict");
    server.client().send("{\"n\":1}\nbad\n{\"n\":2}\n");
    let (out, told, status) = server.run.end();
    assert_eq!((out.as_str(), status.code()), ("{\"n\":1}\n", Some(1)));
    assert!(told.contains("line 2 of 127.0.0.1:") && told.contains("cannot be used: not a JSON object"), "{told}");

    // What has arrived at the signal is kept; what is half sent is its sender's.
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let mut client = server.client();
    client.send("{\"n\":0}\n");
    server.run.line();
    client.send("{\"n\":1}\n".repeat(1000) + "{\"n\":");
    let (out, told, code) = server.end();
    assert_eq!((out, told.as_str(), code), ("{\"n\":1}\n".repeat(1000), "", Some(0)));
    // A reader that goes away is success in silence.
    let ended = work.shell("set -o pipefail; kymo tcp-listen 127.0.0.1:0 2>told | head -1").start();
    until("an address", || work.path("told").exists() && work.read("told").contains('\n'));
    let mut client = Client::connect(work.read("told").trim_end().rsplit(' ').next().expect("an address"));
    for _ in 0..100 {
        if (&client.socket).write_all(b"{\"n\":1}\n").is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(client.is_left());
    let (out, _, status) = ended.end();
    assert_eq!((out.as_str(), status.code()), ("{\"n\":1}\n", Some(0)));
}

/// The spellings of lines are tried one by one beside their code; here, that the flags reach them.
#[test]
fn what_a_line_can_be() {
    let work = Work::new();
    let cases: &[(&str, &str, &[&str])] = &[
        ("--lines ndjson", "{\"a\": 1}\n", &["{\"a\": 1}"]),
        ("--lines raw", "a \"b\"\n", &[r#"{"line":"a \"b\""}"#]),
        ("--lines raw --stamp t", "", &[]),
        (
            "--lines tsv",
            "192.168.1.10\t2024.04.27 14:23:55.123456\t230.5\n",
            &[r#"{"device":"192.168.1.10","time":"2024-04-27T14:23:55.123456Z","value":230.5}"#],
        ),
        (
            "--tsv ts,v --time ts --tz Europe/Berlin",
            "2024.04.27 14:23:55\t1\n2024-04-27T00:00:00Z\t2\n2024-04-27 14:00:00\t3\n",
            &[
                r#"{"ts":"2024-04-27T12:23:55Z","v":1}"#,
                r#"{"ts":"2024-04-27T00:00:00Z","v":2}"#,
                r#"{"ts":"2024-04-27T12:00:00Z","v":3}"#,
            ],
        ),
        ("--lines tsv --columns time --time-unit ms", "1500\n", &[r#"{"time":"1970-01-01T00:00:01.5Z"}"#]),
        (
            "--lines csv --time-format '%d.%m.%Y %H:%M'",
            "device,time\n\"a,b\",27.04.2024 14:23\n",
            &[r#"{"device":"a,b","time":"2024-04-27T14:23:00Z"}"#],
        ),
        ("--lines csv --columns a,b", "1,x\n", &[r#"{"a":1,"b":"x"}"#]),
        (
            "--lines influx",
            "m,t=x f=1i 1500000000\n",
            &[r#"{"measurement":"m","t":"x","f":1,"time":"1970-01-01T00:00:01.5Z"}"#],
        ),
        (
            "--lines influx --time-unit s --time at",
            "m f=1 1\n",
            &[r#"{"measurement":"m","f":1,"at":"1970-01-01T00:00:01Z"}"#],
        ),
    ];
    for (flags, sent, records) in cases {
        let server = start(&work, &format!("tcp-listen 127.0.0.1:0 {flags} -C {}", records.len().max(1)));
        let mut client = server.client();
        client.send(sent);
        if records.is_empty() {
            client.send("x\n");
            let (out, _, _) = server.run.end();
            assert!(out.starts_with("{\"line\":\"x\",\"t\":\"20"), "{out}");
            continue;
        }
        let (out, told, status) = server.run.end();
        assert_eq!(out.lines().collect::<Vec<_>>(), *records, "{flags} {told}");
        assert_eq!(status.code(), Some(0), "{told}");
    }
    // Each connection has its own header.
    let server = start(&work, "tcp-listen 127.0.0.1:0 --lines csv");
    for header in ["a,b", "b,a"] {
        let mut client = server.client();
        client.send(format!("{header}\n1,2\n"));
        let (a, b) = header.split_once(',').expect("two");
        assert_eq!(server.run.line(), format!("{{\"{a}\":1,\"{b}\":2}}"));
    }
}

#[test]
fn wrong_words_are_told() {
    let work = Work::new();
    for (words, told) in [
        ("here", "an address is PORT"),
        ("::1:80", "brackets"),
        ("unix:", "the path of the socket"),
        (":0 --lines xml", "possible values: ndjson, tsv, csv, influx, raw"),
        (":0 --tsv a,,b", "column 2 has no name"),
        (":0 --columns a,a --lines csv", "the column a occurs twice"),
        (":0 --tsv a --lines csv", "--tsv means --lines tsv"),
        (":0 --columns a", "--columns is for tsv and csv"),
        (":0 --tz UTC", "the time in a line is not changed"),
        (":0 --lines influx --tz UTC", "a timestamp of influx is a number"),
        (":0 --max-line 0", "--max-line must be between"),
        (":0 --max-record 2GiB", "--max-record must be between"),
        (":0 --max-clients 0", "--max-clients"),
        (":0 --max-per-ip 0", "--max-per-ip"),
        (":0 --allow 10.0.0.1/8", "10.0.0.0/8"),
        (":0 --allow host", "a network is an address"),
        (":0 --idle-timeout soon", "--idle-timeout"),
        (":0 -C 0", "--count"),
        (":0 --time-unit h", "s, ms, us or ns"),
        (":0 --tls-cert c", "--tls-key"),
        (":0 --tls-cert none --tls-key none", "none"),
        (":0 --client-ca c", "--tls-cert"),
        ("udp::0 --reply", "udp: has no connections, which --reply needs"),
        ("udp::0 --max-per-ip 1", "udp: has no connections, which --max-per-ip needs"),
        ("udp::0 --lines csv", "udp: has no connections, which --lines csv without --columns needs"),
        ("systemd", "no socket was handed over"),
    ] {
        work.kymo(&format!("tcp-listen {words}")).end().code(2).tells(told);
    }
    work.kymo("tcp-listen 192.0.2.1:0").end().code(74).tells("listen on 192.0.2.1:0");
    work.kymo("run 'tcp-listen :0 --reply | plot x.svg'").end().code(2).tells("give --rejects FILE");
    work.kymo("run 'tcp-listen :0 --reply | sh cat | store db'").end().code(2).tells("--ack-on written");
}
