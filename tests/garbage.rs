//! Garbage in: every good record goes through, every bad one is kept with its reason and its bytes; constant memory.

use crate::harness::{Work, peak_memory};
use base64::Engine as _;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};

/// A line that must not go through, and a word of its reason.
fn bad_lines() -> Vec<(Vec<u8>, &'static str)> {
    let nested = format!("{{\"time\":1,\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        (b"{\"time\":1,\"value\":2".to_vec(), "json"),
        (b"{\"time\":1,\"value\":\"\xff\xfe\"}".to_vec(), "json"),
        (nested.into_bytes(), "json"),
        (b"{\"time\":1,\"value\":NaN}".to_vec(), "json"),
        (b"{\"time\":1,\"value\":-Infinity}".to_vec(), "json"),
        (b"{\"time\":1,\"value\":1e400}".to_vec(), "json"),
        (b"{\"time\":1,\"value\":\"\\ud800\"}".to_vec(), "json"),
        (b"{\"time\":1,\"value\":01}".to_vec(), "json"),
        (b"{\"time\":1}{\"time\":2}".to_vec(), "json"),
        (b"[1,2]".to_vec(), "json"),
        (b"null".to_vec(), "json"),
        (b"\xef\xbb\xbf{\"time\":1}".to_vec(), "json"),
        (b"\x00".to_vec(), "json"),
        (b"{\"value\":1}".to_vec(), "time"),
        (b"{\"time\":null}".to_vec(), "time"),
        (b"{\"time\":\"yesterday\"}".to_vec(), "time"),
        (b"{\"time\":\"2024-02-30T00:00:00Z\"}".to_vec(), "time"),
        (b"{\"time\":\"2024-04-27T00:00:00\"}".to_vec(), "time"),
        (b"{\"time\":1e300}".to_vec(), "time"),
        (vec![b'x'; 10 << 20], "too-long"),
    ]
}

#[test]
fn a_million_lines_with_garbage() {
    let work = Work::new();
    let good = 1_000_000;
    let bad = bad_lines();
    let mut file = BufWriter::new(File::create(work.path("in")).expect("a file"));
    let mut text = String::new();
    for n in 0..good {
        if n % 50_000 == 25_000 {
            file.write_all(&bad[n / 50_000].0).and_then(|()| file.write_all(b"\n")).expect("a line");
        }
        text.clear();
        writeln!(text, "{{\"time\":{n},\"device\":\"d{}\",\"value\":{}.25}}", n % 7, n % 300).expect("a line");
        file.write_all(text.as_bytes()).expect("a line");
    }
    file.flush().expect("a file");
    drop(file);

    let run = work.shell("exec kymo gapfill --every 1m --rejects bad in > out").start();
    let peak = peak_memory(&run);
    let (_, err, status) = run.end();
    assert_eq!(status.code(), Some(1), "{err}");
    let peak = peak.join().expect("a figure");
    assert!(peak < 24 << 10, "constant memory, with the pages of the program: {peak} KiB");

    let out = std::fs::read(work.path("out")).expect("the output");
    assert_eq!(out.iter().filter(|&&b| b == b'\n').count(), good);
    let rejects = work.read("bad");
    assert_eq!(rejects.lines().count(), bad.len());
    for line in rejects.lines() {
        let reject: serde_json::Value = serde_json::from_str(line).expect("a reject");
        let raw = match (reject["raw"].as_str(), reject["raw_base64"].as_str()) {
            (Some(raw), _) => raw.as_bytes().to_vec(),
            (None, Some(raw)) => base64::engine::general_purpose::STANDARD.decode(raw).expect("base64"),
            _ => panic!("no bytes in {line}"),
        };
        let (_, code) = bad.iter().find(|(bytes, _)| *bytes == raw).expect("its bytes as they came");
        assert_eq!(reject["errors"][0]["code"], *code, "{}", &line[..line.len().min(200)]);
        assert_eq!(reject["stage"], "gapfill");
        assert!(reject["line"].as_u64().is_some_and(|n| n > 20_000));
    }
}

/// A rejects file can be fed again.
#[test]
fn rejects_can_be_fed_again() {
    let work = Work::new();
    let lines = "{\"time\":1}\n{\"value\":2}\nnot json\n{\"value\":\"\u{e4}\"}\n";
    work.kymo("gapfill --every 1s --rejects bad").stdin(lines).end().code(1);
    let again = work.kymo("replay --speed max --from-rejects bad").ok();
    assert_eq!(again, "{\"value\":2}\nnot json\n{\"value\":\"\u{e4}\"}\n");
}

/// Without a file, ten are told in full and the rest is counted; with `--strict` the first is the end.
#[test]
fn without_a_file_rejects_are_told() {
    let work = Work::new();
    let lines: String = (0..25).map(|n| format!("bad {n}\n")).collect();
    let ended =
        work.kymo("gapfill --every 1s").stdin(&lines).end().code(1).tells("reject line 10 of stdin").tells("bad 9");
    let err = ended.stderr();
    ended.assert(!err.contains("bad 10") && err.contains("15 more rejected records"), "ten in full, the rest counted");
    work.kymo("gapfill --every 1s --strict").stdin(&lines).end().code(1).tells("line 1 of stdin cannot be used");
    let json = work.kymo("gapfill --every 1s --log-format json").stdin("bad\u{1b}[2J\n").end().code(1).stderr();
    let message: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!((message["level"].as_str(), message["code"].as_str()), (Some("warning"), Some("json")));
    let text = work.kymo("gapfill --every 1s").stdin("bad\u{1b}[2J\n").end().stderr();
    assert!(!text.contains('\u{1b}'), "no control character reaches a terminal");
}

#[test]
fn longer_lines_than_allowed_are_rejected_and_the_next_ones_read() {
    let work = Work::new();
    let long = "y".repeat(100);
    for last in ["\n", ""] {
        let lines = format!("{{\"time\":1}}\n{{\"x\":\"{long}\"}}\n{{\"time\":2}}\n{{\"x\":\"{long}{long}\"}}{last}");
        let ended = work.kymo("gapfill --every 1s --max-record 64 --rejects long").stdin(&lines).end().code(1);
        assert_eq!(ended.stdout(), "{\"time\":1}\n{\"time\":2}\n");
    }
    assert_eq!(work.read("long").lines().count(), 4);
}
