//! `trim`.

use crate::harness::{PATIENCE, Work};
use crate::store::{intact, number, other, query, readings, store, target};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Trims and gives what it says it did.
fn trim(work: &Work, flags: &str) -> Value {
    let out = work.kymo(&format!("trim {} {flags}", target())).ok();
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{flags}: {e}: {out}"))
}

/// A record a second, from 2024-01-01 on.
fn seconds(count: u32) -> String {
    (0..count).map(|n| format!("{{\"time\":{},\"value\":{n}}}\n", 1_704_067_200 + n)).collect()
}

fn first(work: &Work) -> Option<i64> {
    query(work, "--limit 1").first().and_then(|record| record["value"].as_i64())
}

#[test]
fn limits_say_what_is_old() {
    for (flags, left, from) in [
        ("--before 2024-01-01T00:00:30Z", 70, 30),
        ("--before 2024-01-01", 100, 0),
        ("--before midnight --now 2024-01-01T12:00:00Z", 100, 0),
        ("--before midnight --now 2024-01-02T12:00:00Z", 0, -1),
        ("--before -12h --now 2024-01-01T12:00:10Z", 90, 10),
        ("--before now --now 2024-01-01T00:00:10Z", 90, 10),
        ("--before 2024-01-01 --tz Pacific/Kiritimati", 100, 0),
        ("--before 2024-01-02 --tz Pacific/Kiritimati", 0, -1),
        ("--keep 30s --now 2024-01-01T00:01:40Z", 30, 70),
        ("--keep 1s", 0, -1),
        ("--keep 100000d", 100, 0),
        ("--max-rows 40", 40, 60),
        ("--max-rows 0", 0, -1),
        ("--max-rows 1000", 100, 0),
        ("--max-size 1GiB", 100, 0),
        ("--max-size 1", 0, -1),
        ("--max-rows 40 --before 2024-01-01T00:00:30Z", 40, 60),
        ("--max-rows 80 --before 2024-01-01T00:00:30Z", 70, 30),
        ("--max-rows 40 --chunk 7", 40, 60),
        ("--before 2024-01-01T00:00:30Z --chunk 1", 70, 30),
        ("--before 2024-01-01T00:00:30Z --chunk 30", 70, 30),
    ] {
        let work = Work::new();
        store(&work, "", seconds(100));
        let plan = trim(&work, &format!("{flags} --dry-run"));
        assert_eq!((&plan["dry_run"], query(&work, "").len()), (&json!(true), 100));
        let done = trim(&work, flags);
        assert_eq!((query(&work, "").len(), first(&work).unwrap_or(-1)), (left, from), "{flags}");
        assert_eq!((&done["deleted"], &done["dry_run"]), (&json!(100 - left), &json!(false)), "{flags}");
        if !flags.contains("--max-size") {
            assert_eq!(plan["deleted"], done["deleted"], "{flags}");
        }
        for name in ["table", "archived", "chunks", "bytes_before", "bytes_after", "seconds", "interrupted"] {
            assert!(!done[name].is_null(), "{name}");
        }
        assert_eq!(trim(&work, flags)["deleted"], 0, "{flags}: a second time");
        intact(&work);
    }
}

/// Local midnights, clocks put forward and back: what the daemon kept that kymo takes the place of.
#[test]
fn midnight_is_local() {
    for (now, midnight) in [
        ("2023-10-11T14:00:00Z", 1_696_996_800),
        ("2023-10-11T04:00:00Z", 1_696_996_800),
        ("2023-10-12T03:59:59Z", 1_696_996_800),
        ("2023-11-05T17:00:00Z", 1_699_156_800),
        ("2024-03-10T16:00:00Z", 1_710_046_800),
    ] {
        let work = Work::new();
        let times = [midnight - 86_400, midnight - 1, midnight, midnight + 1];
        store(&work, "", times.map(|time| format!("{{\"time\":{time},\"value\":{time}}}\n")).concat());
        let flags = format!("--before midnight --tz America/New_York --now {now}");
        assert_eq!(trim(&work, &flags)["deleted"], 2, "{now}");
        // Late ones from the day before go with the next run.
        store(&work, "", format!("{{\"time\":{},\"value\":0}}\n", midnight - 5));
        assert_eq!(trim(&work, &flags)["deleted"], 1);
        assert_eq!((query(&work, "").len(), first(&work)), (2, Some(midnight)));
    }
}

#[test]
fn wrong_words_are_told() {
    let work = Work::new();
    store(&work, "", seconds(3));
    for (flags, told) in [
        ("", "--keep"),
        ("--keep 1h --before now", "cannot be used with"),
        ("--before x", "--before"),
        ("--keep 0s", "longer than 0"),
        ("--max-rows x", "--max-rows"),
        ("--max-size x", "--max-size"),
        ("--max-rows 1 --chunk 0", "--chunk"),
        ("--keep 1h --every 1h --at 00:00", "cannot be used with"),
        ("--keep 1h --at 24:00", "--at"),
        ("--keep 1h --every 0s", "--every"),
        ("--keep 1h --every 1h --dry-run", "cannot be used with"),
        ("--keep 1h --at 00:00 --now now", "cannot be used with"),
        ("--keep 1h --now x", "--now"),
        ("--keep 1h --catch-up x", "--catch-up"),
        ("--keep 1h --tz Nowhere", "--tz"),
        ("--keep 1h --table nothing", "no table"),
    ] {
        work.kymo(&format!("trim {} {flags}", target())).end().code(2).tells(told);
    }
    work.kymo("trim no.db --keep 1h").end().code(74).tells("trim: open no.db: there is no such database");
    assert!(!work.path("no.db").exists());
    work.kymo(&format!("trim {} --max-rows 0 --archive no/such/file", target())).end().code(74).tells("archive");
    assert_eq!(query(&work, "").len(), 3);
}

#[test]
fn one_instant_of_many_series_is_cut_in_chunks_too() {
    let work = Work::new();
    let text: String = (0..1000).map(|n| format!("{{\"time\":1,\"device\":{n},\"value\":{n}}}\n")).collect();
    store(&work, "", text);
    let done = trim(&work, "--max-rows 10 --chunk 100 --archive a.ndjson");
    assert_eq!((&done["deleted"], &done["chunks"], query(&work, "").len()), (&json!(990), &json!(10), 10));
    assert_eq!(work.read("a.ndjson").lines().count(), 990);
}

#[test]
fn space_is_given_back() {
    let work = Work::new();
    store(&work, "", readings(60_000));
    let before = std::fs::metadata(work.path(target())).expect("a file").len();
    let done = trim(&work, "--max-rows 1000");
    let after = std::fs::metadata(work.path(target())).expect("a file").len();
    assert!(after * 5 < before, "{before} bytes, then {after}");
    assert_eq!((done["bytes_before"].as_u64() >= Some(before), &done["bytes_after"]), (true, &json!(after)));
    // By size.
    store(&work, "--table other", readings(60_000));
    let size = 600 << 10;
    let out = work.kymo(&format!("trim {} --table other --max-size 600KiB --chunk 500", target())).ok();
    let after = std::fs::metadata(work.path(target())).expect("a file").len();
    assert!(after <= size && after > size / 2, "{after} bytes: {out}");
    assert_eq!(query(&work, "").len(), 1000);
    intact(&work);
}

#[test]
fn a_pinned_reader_makes_no_writer_wait() {
    let work = Work::new();
    store(&work, "", readings(30_000));
    let reader = other(&work);
    reader.execute_batch("BEGIN; SELECT count(*) FROM readings").expect("a reader");
    assert_eq!(trim(&work, "--max-rows 10")["deleted"], 29_990);
    assert_eq!(store(&work, "", "{\"time\":1}\n")["stored"], 1);
    assert_eq!(number(&reader, "SELECT count(*) FROM readings"), 30_000);
    reader.execute_batch("COMMIT").expect("an end");
    assert_eq!(query(&work, "").len(), 11);
}

#[test]
fn archives_get_what_is_deleted() {
    let work = Work::new();
    store(
        &work,
        "",
        "{\"time\":1,\"device\":\"a\",\"x\":1.0,\"n\":null}\n{\"time\":2,\"y\":\"l\\nm\",\"z\":[1]}\n{\"time\":3,\"device\":7}\n",
    );
    let all = query(&work, "");
    work.file("a.ndjson", "{\"older\":1}\n{\"torn\":");
    let done = trim(&work, "--max-rows 1 --archive a.ndjson");
    assert_eq!((&done["archived"], &done["deleted"]), (&json!(2), &json!(2)));
    let lines = work.read("a.ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, [json!({"older":1}), all[0].clone(), all[1].clone()]);
    // What was archived can be stored again.
    store(&work, "a.ndjson", "");
    assert_eq!(query(&work, ""), all);
    // CSV, by the ending of the name; the same columns, or another file.
    trim(&work, "--max-rows 2 --archive a.CSV");
    trim(&work, "--max-rows 1 --archive a.CSV");
    let csv = "time,device,x,n,y,z\n1970-01-01T00:00:01Z,a,1.0,,,\n1970-01-01T00:00:02Z,,,,\"l\nm\",[1]\n";
    assert_eq!(work.read("a.CSV"), csv);
    store(&work, "", "{\"time\":4,\"new\":1}\n");
    work.kymo(&format!("trim {} --max-rows 0 --archive a.CSV", target())).end().code(2).tells("name a new file");
    assert_eq!((work.read("a.CSV").as_str(), query(&work, "").len()), (csv, 2));
    // A torn row with a line break in it is mended, and what stood before it stays.
    store(&work, "--table b", "{\"time\":1,\"y\":\"p\\nq\"}\n");
    work.file("b.csv", "time,y,device\n1970-01-01T00:00:00Z,whole,\n1970-01-01T00:00:01Z,\"p\n");
    trim(&work, "--table b --max-rows 0 --archive b.csv");
    assert_eq!(work.read("b.csv"), "time,y,device\n1970-01-01T00:00:00Z,whole,\n1970-01-01T00:00:01Z,\"p\nq\",\n");
}

#[test]
fn a_full_archive_deletes_nothing() {
    let work = Work::new();
    store(&work, "", readings(1000));
    std::os::unix::fs::symlink("/dev/full", work.path("full.ndjson")).expect("a link");
    work.kymo(&format!("trim {} --max-rows 0 --archive full.ndjson", target()))
        .end()
        .code(74)
        .tells("append to archive");
    assert_eq!(query(&work, "").len(), 1000);
}

#[test]
fn killed_at_any_moment_every_row_is_somewhere_and_none_twice() {
    for name in ["a.ndjson", "a.csv"] {
        let work = Work::new();
        store(&work, "", readings(20_000));
        let rows =
            |text: &str| text.lines().filter(|line| !line.starts_with("time,")).map(str::to_owned).collect::<Vec<_>>();
        let format = if name.ends_with("csv") { "csv" } else { "ndjson" };
        let all: HashSet<String> =
            rows(&work.kymo(&format!("query {} --format {format}", target())).ok()).into_iter().collect();
        for round in 0..10u64 {
            let mut run = work.kymo(&format!("trim {} --max-rows 100 --chunk 300 --archive {name}", target())).start();
            drop(run.stdin.take());
            std::thread::sleep(Duration::from_millis(8 + 5 * round));
            run.signal(Signal::KILL);
            drop(run.end());
        }
        trim(&work, &format!("--max-rows 100 --chunk 700 --archive {name}"));
        let archived = rows(&work.read(name));
        let mut seen: HashSet<String> = archived.iter().cloned().collect();
        assert_eq!(seen.len(), archived.len(), "a row is twice in {name}");
        assert_eq!(seen.len(), all.len() - 100);
        seen.extend(rows(&work.kymo(&format!("query {} --format {format}", target())).ok()));
        assert!(seen == all, "a row is lost");
        intact(&work);
    }
}

#[test]
fn one_trimmer_a_database() {
    let work = Work::new();
    store(&work, "", seconds(10));
    let run = work.kymo(&format!("trim {} --keep 1h --every 1h", target())).start();
    assert!(run.line().contains("\"deleted\":10"));
    std::os::unix::fs::symlink(target(), work.path("link.db")).expect("a link");
    for name in [target(), "link.db"] {
        work.kymo(&format!("trim {name} --keep 1h")).end().code(75).tells("being trimmed by another");
    }
    run.signal(Signal::TERM);
    assert_eq!(run.end().2.code(), Some(0));
    assert_eq!(trim(&work, "--keep 1h")["deleted"], 0);
}

#[test]
fn it_stays_and_repeats() {
    let work = Work::new();
    store(&work, "", seconds(10));
    let run = work.kymo(&format!("trim {} --max-rows 5 --every 50ms", target())).start();
    assert!(run.line().contains("\"deleted\":5"));
    store(&work, "", "{\"time\":\"2025-01-01T00:00:00Z\",\"value\":1}\n");
    let end = Instant::now() + PATIENCE;
    while !run.line().contains("\"deleted\":1,") {
        assert!(Instant::now() < end, "no second run");
    }
    run.signal(Signal::INT);
    let (_, _, status) = run.end();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
    assert_eq!(query(&work, "").len(), 5);
}

/// At a time of day: not at once when it starts for the first time; a missed run once, if it is not too old.
#[test]
fn a_missed_run_is_made_up_once() {
    let work = Work::new();
    store(&work, "", seconds(10));
    let hours_ago = |hours: i64| {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_nanos() as i64;
        let sql = format!("INSERT OR REPLACE INTO kymo_trim VALUES ('readings', {})", now - hours * 3_600_000_000_000);
        other(&work).execute_batch(&sql).expect("a last run");
    };
    // Twelve hours away from now, whenever this test runs: the run of the day was missed if the last was a day ago.
    let at = number(&other(&work), "SELECT (strftime('%H', 'now') + 12) % 24");
    for (last, catch_up, runs) in
        [(None, "24h", false), (Some(30), "24h", true), (Some(30), "1h", false), (Some(1), "24h", false)]
    {
        store(&work, "", seconds(10));
        other(&work).execute_batch("DELETE FROM kymo_trim").expect("no last run");
        last.into_iter().for_each(hours_ago);
        let run = work.kymo(&format!("trim {} --max-rows 0 --at {at:02}:00 --catch-up {catch_up}", target())).start();
        if runs {
            assert!(run.line().contains("\"deleted\":10"));
        } else {
            std::thread::sleep(Duration::from_millis(300));
        }
        run.signal(Signal::TERM);
        let (out, _, status) = run.end();
        assert!(status.success() && out.is_empty(), "{last:?} {catch_up}: {out}");
        assert_eq!(query(&work, "").len(), if runs { 0 } else { 10 }, "{last:?} {catch_up}");
    }
}

/// A writer goes on while a trim deletes.
fn write_while_trimming(rows: u32) -> Duration {
    let work = Work::new();
    store(&work, "--sync normal", readings(rows));
    let mut trimmer = work.kymo(&format!("trim {} --before 2030-01-01 --archive a.ndjson", target())).start();
    let mut writer = work.kymo(&format!("run 'store {} --flush 10ms --table other'", target())).start();
    let db = other(&work);
    let mut longest = Duration::ZERO;
    let mut n = 0u32;
    while trimmer.child.try_wait().expect("a child").is_none() {
        n += 1;
        writer.send(&format!("{{\"time\":{n}}}\n"));
        let start = Instant::now();
        db.execute("INSERT INTO readings (time, device, value) VALUES (?1, 'w', 1)", [i64::MAX - i64::from(n)])
            .expect("a row");
        longest = longest.max(start.elapsed());
    }
    let (out, told, status) = trimmer.end();
    assert!(status.success(), "{told}");
    assert!(out.contains(&format!("\"deleted\":{rows},\"archived\":{rows}")), "{out}");
    assert!(writer.end().2.success());
    assert_eq!(query(&work, "").len(), n as usize);
    assert_eq!(query(&work, "--table other").len(), n as usize);
    assert_eq!(work.read("a.ndjson").lines().count(), rows as usize);
    intact(&work);
    longest
}

#[test]
fn writers_go_on_while_it_deletes() {
    write_while_trimming(40_000);
}

/// `cargo test --release -- --ignored longest_wait --nocapture` prints how long a writer waited at most.
#[test]
#[ignore = "a million rows"]
#[expect(clippy::print_stdout, reason = "its figure is what it is for")]
fn the_longest_wait_of_a_writer() {
    println!("the longest wait of a writer: {:?}", write_while_trimming(1_000_000));
}
