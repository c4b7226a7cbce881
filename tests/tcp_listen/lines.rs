//! What a line is, and what becomes of it.

use super::*;

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
        include_str!("tcp.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        // How many records come of it, and what is rejected.
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
    work.file("m", include_str!("ip_mapping.tsv"));
    work.file("latin", "10.0.0.1\t0\t110\tV\n");
    let cases: Vec<Value> =
        include_str!("lines.ndjson").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
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
            "sec 61" => "\"2016.12.31 23:59:61.0\" is not a time",
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

/// K21: a number in another unit gives a time that nobody meant: it is reported once, with what may help.
#[test]
fn a_time_before_1990_is_reported_once() {
    let work = Work::new();
    for (flags, sent, told) in [
        (
            "--lines influx",
            "t,h=x c=3 1600000000\nt,h=x c=4 1600000001\n",
            "1970-01-01T00:00:01.6Z is before 1990 (--time-unit s?)",
        ),
        ("--lines influx", "t c=3 1600000000000\nt c=3 5\n", "1970-01-01T00:26:40Z is before 1990 (--time-unit ms?)"),
        (
            "--lines csv --columns time,v --time-unit ms",
            "1600000000,1\n1600000000,2\n",
            "1970-01-19T12:26:40Z is before 1990 (--time-unit s?)",
        ),
        ("--lines tsv --columns time,v --time-unit ns", "1600000000000000\t1\n0\t2\n", "(--time-unit us?)"),
        ("--lines csv --columns time,v", "5,1\n6,1\n", "(--time-unit s, ms, us or ns says what numbers count)"),
        // Dates of old are dates, and what is right needs no word.
        ("--lines csv --columns time,v", "1970-01-01T00:00:01Z,1\n1600000000,2\n", ""),
        ("--lines influx", "t c=3 1600000000000000000\nt c=3 1600000000000000000\n", ""),
    ] {
        let server = start(&work, &format!("tcp-listen 127.0.0.1:0 {flags} -C 2"));
        server.client().send(sent);
        let (out, stderr, status) = server.run.end();
        assert_eq!((out.lines().count(), status.code()), (2, Some(0)), "{flags} {stderr}");
        assert_eq!(stderr.matches("is before 1990").count(), usize::from(!told.is_empty()), "{flags} {stderr}");
        assert!(stderr.contains(told), "{flags} {stderr}");
    }
}
