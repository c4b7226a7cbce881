//! Clients: idle, slow, broken, too many; and the end.

use super::*;

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
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(told.lines().count() == 1 && told.contains("16777216 of 40960000 bytes of a line of 127.0.0.1:"), "{told}");

    let all = rejects(&work, "r");
    let of = |source: &str| all.iter().filter(|r| r["source"] == source).collect::<Vec<_>>();
    for (source, digit, length) in [(&one, '1', 400 * (100 << 10)), (&other, '2', 4000)] {
        let pieces = of(source);
        let whole: String = pieces.iter().map(|piece| piece["raw"].as_str().expect("text")).collect();
        let kept = whole.len() == length || (16 << 20..17 << 20).contains(&whole.len());
        assert!(kept && whole.chars().all(|c| c == digit), "{}", whole.len());
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
    let (mut first, mut second) = (server.client(), server.client());
    for client in [&mut first, &mut second] {
        client.send("{\"n\":1}\n");
        server.run.line();
    }
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

    // What has arrived at the signal is kept; what is half sent is a reject.
    let server = start(&work, "tcp-listen 127.0.0.1:0");
    let mut client = server.client();
    client.send("{\"n\":0}\n");
    server.run.line();
    client.send("{\"n\":1}\n".repeat(1000) + "{\"n\":");
    let (out, told, code) = server.end();
    assert_eq!((out, code), ("{\"n\":1}\n".repeat(1000), Some(1)));
    assert!(told.contains("its end is missing: kymo ended before it came: {\"n\":"), "{told}");
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

#[test]
fn wrong_words_are_told() {
    let work = Work::new();
    for (words, told) in [
        ("here", "an address is PORT"),
        ("::1:80", "brackets"),
        ("unix:", "the path of the socket"),
        (":0 --lines xml", "one of ndjson, json, csv"),
        (":0 --tsv a,,b", "column 2 has no name"),
        (":0 --columns a,a --lines csv", "the column a occurs twice"),
        (":0 --tsv a --lines csv", "--tsv means --from tsv"),
        (":0 --columns a", "--columns is for csv and tsv"),
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
        ("udp::0 --lines csv", "udp: has no connections, which --from csv without --columns needs"),
        ("systemd", "no socket was handed over"),
    ] {
        work.kymo(&format!("tcp-listen {words}")).end().code(2).tells(told);
    }
    work.kymo("tcp-listen 192.0.2.1:0").end().code(74).tells("listen on 192.0.2.1:0");
    work.kymo("run 'tcp-listen :0 --reply | plot x.svg'").end().code(2).tells("give --rejects FILE");
    work.kymo("run 'tcp-listen :0 --reply | sh cat | store db'").end().code(2).tells("--ack-on written");
}
