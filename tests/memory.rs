//! What is remembered of series is bounded in bytes, not in names alone.

use crate::harness::{Work, peak_memory};
use std::fmt::Write as _;

/// A record each of this many devices, whose names are as long as this.
fn devices(count: usize, length: usize, rest: &str) -> String {
    let name = "n".repeat(length);
    let mut text = String::new();
    for n in 0..count {
        writeln!(text, "{{\"time\":{n},\"device\":\"{n}{name}\"{rest}}}").expect("a line");
    }
    text
}

/// The peak of memory in KiB and the stderr of a command that reads the file `in` and ends with 1.
fn peak(work: &Work, words: &str) -> (u64, String) {
    let run = work.shell(&format!("exec kymo {words} --summary < in > out")).start();
    let peak = peak_memory(&run);
    let (_, err, status) = run.end();
    assert_eq!(status.code(), Some(1), "{words}: {err}");
    (peak.join().expect("a figure"), err)
}

/// The number that the summary has of this key.
fn count(err: &str, key: &str) -> u64 {
    let (_, rest) = err.rsplit_once(&format!("\"{key}\":")).unwrap_or_else(|| panic!("no {key}: {err}"));
    rest.split([',', '}']).next().and_then(|n| n.parse().ok()).expect("a number")
}

/// K38: 600 devices with names of 900 kB.
#[test]
fn long_names_do_not_fill_the_memory() {
    let work = Work::new();
    work.file("in", devices(600, 900_000, ",\"value\":1"));
    let (peak, err) = peak(&work, "gapfill --every 1s");
    assert!(peak < 110 << 10, "64 MiB for the names, and what the program needs: {peak} KiB");
    assert!(err.contains("more than --max-memory 67108864"), "{}", &err[..err.len().min(1000)]);
    let (passed, rejected) = (count(&err, "passed"), count(&err, "rejected"));
    assert!(passed + rejected == 600 && (30..40).contains(&passed), "{passed} {rejected}");
}

/// K38: every command that remembers something for each series.
#[test]
fn each_command_keeps_to_its_budget() {
    let work = Work::new();
    work.file("in", devices(100, 400_000, ",\"value\":1,\"unit\":\"V\""));
    for words in [
        "gapfill --every 1s --max-memory 8MiB",
        "plot out.svg --max-series 1000 --max-memory 8MiB",
        "power --meter-field device --max-memory 8MiB",
    ] {
        let (peak, err) = peak(&work, words);
        assert!(peak < 48 << 10, "{words}: {peak} KiB");
        assert!(err.contains("more than --max-memory 8388608"), "{words}: {}", &err[..err.len().min(1000)]);
        assert_eq!(count(&err, "in"), 100);
        let rejected = count(&err, "rejected");
        assert!((60..100).contains(&rejected), "{words}: {rejected} rejected");
    }
    // Behind the limit everything is as before for the series that are known.
    let mut lines = devices(3, 10, ",\"value\":1");
    lines += &devices(3, 10, ",\"value\":2");
    let ended = work.kymo("gapfill --every 1s --max-memory 600 --rejects bad").stdin(&lines).end().code(1);
    assert_eq!((ended.stdout().lines().count(), work.read("bad").lines().count()), (4, 2));
    assert!(work.read("bad").lines().all(|line| line.contains("\"code\":\"memory\"")), "{}", work.read("bad"));
}

/// Readings that wait with their lines, and a record of a known series that grows (siblings of K38).
#[test]
fn what_waits_is_bounded_too() {
    let work = Work::new();
    let note = "x".repeat(200_000);
    let rest = format!(",\"value\":1,\"unit\":\"V\",\"note\":\"{note}\"");
    let lines: String = (0..200).map(|n| format!("{{\"time\":{n},\"device\":\"v\"{rest}}}\n")).collect();
    work.file("in", lines);
    let run = work.shell("exec kymo power --unpaired pass --max-wait 1w --max-memory 4MiB < in > out").start();
    let peak = peak_memory(&run);
    let (_, err, status) = run.end();
    assert_eq!(status.code(), Some(0), "{err}");
    assert!(err.contains("--max-memory: the oldest are decided now"), "{err}");
    assert_eq!(work.read("out").lines().count(), 200);
    let peak = peak.join().expect("a figure");
    assert!(peak < 40 << 10, "{peak} KiB");

    let small = "{\"time\":1,\"device\":\"a\",\"value\":1}\n";
    let large = format!("{{\"time\":2,\"device\":\"a\",\"value\":1,\"note\":\"{note}\"}}\n");
    let next = "{\"time\":3,\"device\":\"a\",\"value\":2}\n";
    let ended =
        work.kymo("gapfill --every 1s --max-memory 100KiB").stdin(format!("{small}{large}{next}")).end().code(1);
    let out = ended.stdout();
    assert_eq!(out.lines().count(), 3, "the rejected one is a gap: {out}");
    assert!(out.lines().nth(1).expect("a record").contains("\"filled\":true"));
}

/// K129: `query` holds little for each series, and leaves out with a message what it has no room for.
#[test]
fn query_keeps_to_its_budget() {
    let work = Work::new();
    work.kymo("store many.db").stdin(devices(50_000, 4, ",\"value\":1.5")).ok();
    for words in ["query many.db --stats", "query many.db --bucket 1d"] {
        let run = work.shell(&format!("exec kymo {words} > out")).start();
        let peak = peak_memory(&run);
        let (_, err, status) = run.end();
        assert_eq!((status.code(), &*err), (Some(0), ""), "{words}");
        assert_eq!(work.read("out").lines().count(), 50_000);
        let peak = peak.join().expect("a figure");
        assert!(peak < 62 << 10, "{words}: less than 1 kB a series: {peak} KiB");
    }
    for words in ["query many.db --stats --max-memory 1MiB", "query many.db --bucket 1d --max-memory 1MiB"] {
        let ended = work.kymo(words).end().code(1);
        let rows = ended.stdout().lines().count();
        assert!((1_000..10_000).contains(&rows), "{words}: {rows}");
        let err = ended.stderr();
        let count = err
            .split(" records of further series or fields are left out")
            .next()
            .and_then(|head| head.rsplit(' ').next());
        let count: usize = count.and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{err}"));
        // Of the last ones there was room for the series, but not for its field.
        assert!((50_000..50_010).contains(&(rows + count)), "{words}: {rows} rows, {count} left out");
        // The summary has them too.
        let err = work.kymo(&format!("{words} --summary")).end().code(1).stderr();
        assert!(err.contains(&format!("\"left_out\":{{\"left-out\":{count}}}")), "{err}");
    }
    work.file("long", devices(20, 400_000, ",\"value\":1"));
    work.kymo("store long.db long").ok();
    work.kymo("query long.db --stats --max-memory 4MiB").end().code(1).tells("are left out");
}

/// K129: thousands of lines in one picture.
#[test]
fn a_picture_of_many_lines() {
    let work = Work::new();
    let ended =
        work.kymo("plot many.svg --max-series 20000 --summary").stdin(devices(20_000, 2, ",\"value\":1")).end().code(0);
    ended.tells("\"lines\":20000");
}

/// The columns of a CSV header are found within --max-memory, however many fields the records have.
#[test]
fn the_names_of_columns_are_bounded() {
    let work = Work::new();
    let fields = |n: usize| (0..200).map(|at| format!(",\"f{}\":1", 200 * n + at)).collect::<String>();
    let lines: String = (0..100).map(|n| format!("{{\"time\":{n},\"a\":1{}}}\n", fields(n))).collect();
    work.file("in", lines);
    work.kymo("store x.db --evolve json in").ok();
    let words = "query x.db --bucket 1d --agg min,max --format csv";
    work.kymo(&format!("{words} --max-memory 256KiB")).end().code(1).tells("--max-memory 262144 bytes");
    let head = work.kymo(words).ok();
    let names = head.lines().next().unwrap_or_default().split(',');
    assert_eq!(names.filter(|name| name.ends_with("_min")).count(), 20_001);
}
