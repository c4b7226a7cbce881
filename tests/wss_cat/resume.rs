//! After a lost connection: the server is asked to go on, and the records say that the link was lost.

use super::*;

/// Answers the handshake; gives what was asked for.
fn asked(stream: TcpStream) -> (TcpStream, String) {
    let mut path = String::new();
    let stream = raw(stream, |request, _| path = request.uri().to_string());
    (stream, path)
}

/// Sends two readings a connection, and goes away without a word.
fn server_of_twos(seen: Arc<Mutex<Vec<String>>>) -> Server {
    Server::start(move |number, stream| {
        let (mut stream, path) = asked(stream);
        let (_, text) = client_frame(&mut stream).expect("what --send says");
        seen.lock().expect("no panic").push(format!("{path} {}", String::from_utf8_lossy(&text)));
        for n in 2 * number..2 * number + 2 {
            let reading = format!("{{\"time\":\"2024-04-27T00:00:{n:02}+02:00\",\"seq\":{n},\"value\":{n}}}");
            let _ = stream.write_all(&frame(0x81, reading.as_bytes()));
        }
    })
}

#[test]
fn a_server_is_asked_for_what_comes_after_the_last_record() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let server = server_of_twos(Arc::clone(&seen));
    let work = Work::new();
    let ask = "--send '{\"after\":{last:seq|null},\"since\":\"{time|begin}\"}' --max-backoff 20ms";
    let words = format!("wss-cat '{}s?from={{time|0}}' {ask} -C 4", server.url());
    assert_eq!(work.kymo(&words).ok().lines().count(), 4);
    let wanted = [
        "/s?from=0 {\"after\":null,\"since\":\"begin\"}",
        "/s?from=2024-04-27T00%3A00%3A01%2B02%3A00 {\"after\":1,\"since\":\"2024-04-27T00:00:01+02:00\"}",
    ];
    assert_eq!(seen.lock().expect("no panic")[..], wanted);
    // After a restart the database knows it.
    let run = |more: &str| {
        format!(
            "run \"wss-cat '{}s?from={{time|0}}' {} -C 2 {more} | store r.db\"",
            server.url(),
            ask.replace('"', "\\\"")
        )
    };
    work.kymo(&run("--after r.db")).end().code(0);
    work.kymo(&run("--after r.db")).end().code(0);
    let all = seen.lock().expect("no panic").clone();
    assert_eq!(all[2], "/s?from=0 {\"after\":null,\"since\":\"begin\"}");
    assert_eq!(all[3], "/s?from=2024-04-26T22%3A00%3A05Z {\"after\":5,\"since\":\"2024-04-26T22:00:05Z\"}");
    work.kymo("wss-cat ws://127.0.0.1:1/ --after r.db").end().code(2).tells("neither the URL nor --send");
}

#[test]
fn a_gap_says_that_the_link_was_lost() {
    let server = server_of_twos(Arc::default());
    let work = Work::new();
    let words = format!("wss-cat {} --send x --events --envelope --max-backoff 20ms -C 4", server.url());
    let out = work.kymo(&words).end().code(0).stdout();
    let lines: Vec<&str> = out.lines().collect();
    let source = format!("\"source\":\"{}\"", server.url());
    assert!(lines[0].starts_with(&format!("{{\"link\":\"connected\",{source},\"time\":\"20")), "{}", lines[0]);
    assert!(lines[3].starts_with("{\"link\":\"lost\",\"reason\":\"lost: the server closed"), "{}", lines[3]);
    assert!(lines[4].starts_with("{\"link\":\"connected\""), "{}", lines[4]);
    assert!(lines[1].contains(&format!("\"peer\":\"{}\",\"received\":\"20", server.url())), "{}", lines[1]);
    assert_eq!(lines.len(), 7);
    // A reading of the link's name is none of ours; one of the envelope's is a contradiction.
    let twice = Server::sending(vec![text("{\"value\":1,\"peer\":\"x\"}"), text("{\"value\":2}")], 1000);
    work.kymo(&format!("wss-cat {} --envelope --once", twice.url())).end().code(1).tells("it already has a field peer");
}

/// Events as a source writes them, in a stream of readings.
#[test]
fn events_pass_filters_and_are_no_readings() {
    let event = |state: &str, time: u32| {
        let reason = if state == "lost" { ",\"reason\":\"r\"" } else { "" };
        format!(
            "{{\"link\":\"{state}\"{reason},\"source\":\"s\",\"time\":\"1970-01-01T00:{:02}:{:02}Z\"}}\n",
            time / 60,
            time % 60
        )
    };
    let reading = |time: u32| format!("{{\"time\":{time},\"device\":\"a\",\"value\":{time}}}\n");
    let input =
        [event("connected", 1), reading(60), event("lost", 70), event("connected", 170), reading(240), reading(420)]
            .concat();
    let work = Work::new();
    let out = work.kymo("gapfill --every 60s --gaps g.ndjson --summary").stdin(input.clone()).end().code(0);
    assert_eq!(out.stdout().matches("\"filled\":true").count(), 4);
    assert_eq!(out.stdout().matches("\"link\":").count(), 3);
    let causes: Vec<String> = work.read("g.ndjson").lines().map(|line| line[line.len() - 17..].to_owned()).collect();
    assert!(causes[0].ends_with("\"cause\":\"link\"}") && causes[1].ends_with("\"cause\":\"silent\"}"), "{causes:?}");
    // Rules for readings are none for events, and what keeps readings has none of them.
    work.file("m.csv", "device\na\n");
    for filter in ["validate --meters m.csv", "validate --max-future 1s --now 2024-04-27", "power --meter-field device"]
    {
        let ended = work.kymo(filter).stdin(input.clone()).end();
        assert_eq!(ended.stdout().matches("\"link\":").count(), 3, "{filter}: {}", ended.stderr());
    }
    let told = work.kymo("store r.db --summary").stdin(input.clone()).end().code(0);
    told.tells("\"left_out\":{\"link\":3}").tells("\"stored\":3");
    assert_eq!(work.kymo("query r.db").ok().lines().count(), 3);
    work.kymo("plot p.svg --summary").stdin(input.clone()).end().code(0).tells("\"link\":3");
    // An event has its own time, and no form for readings has it.
    let renamed =
        input.replace("\"time\":6", "\"ts\":6").replace("\"time\":2", "\"ts\":2").replace("\"time\":4", "\"ts\":4");
    let out = work.kymo("gapfill --every 60s --time ts --gaps g2.ndjson").stdin(renamed).end().code(0);
    assert_eq!(out.stdout().matches("\"filled\":true").count(), 4);
    assert_eq!(work.read("g2.ndjson"), work.read("g.ndjson"));
    for form in ["csv", "tsv", "influx", "text --template '{value}'"] {
        let told = work.kymo(&format!("validate --to {form} --summary")).stdin(input.clone()).end().code(0);
        assert!(!told.stdout().contains("connected"), "{form}: {}", told.stdout());
    }
    // A reading may have a field of this name.
    let own = "{\"link\":\"lost\",\"rssi\":-90,\"time\":1,\"device\":\"modem\"}\n{\"link\":\"connected\",\"time\":2,\"device\":\"modem\"}\n";
    work.kymo("store own.db --summary").stdin(own).end().code(0).tells("\"stored\":2");
    work.kymo("queue put q.queue").stdin(input.clone()).end().code(0);
    assert_eq!(work.kymo("queue take q.queue --drain").ok().lines().count(), 6);
    assert_eq!(work.kymo("map 'select(.link == \"lost\") | .time'").stdin(input).end().stdout(), "");
}
