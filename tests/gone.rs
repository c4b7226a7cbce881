//! A file that is taken away while kymo has it open: nothing that comes after it is acknowledged, and the exit status is 74.

use crate::faults::Mounted;
use crate::harness::{Running, Work, until};
use crate::tcp_listen::client::start;

/// What becomes of a file.
const WAYS: [&str; 3] = ["rm", "mv-away", "mv-over"];

fn take_away(work: &Work, name: &str, way: &str) {
    let path = work.path(name);
    match way {
        "rm" => std::fs::remove_file(&path).expect("a file"),
        "mv-away" => std::fs::rename(&path, work.path("elsewhere")).expect("a file"),
        _ => {
            std::fs::copy(&path, work.path("another")).expect("a copy");
            std::fs::rename(work.path("another"), &path).expect("a file");
        }
    }
}

/// It ends with 74, and says that the file is gone.
fn ends(run: Running, what: &str) {
    let (_, told, status) = run.end();
    assert!(status.code() == Some(74) && told.contains("while it was open"), "{what}: {status:?}: {told}");
}

// K24
#[test]
fn a_sender_gets_no_answer_for_what_went_into_a_deleted_database() {
    for (name, file) in
        [("store gone.db", "gone.db"), ("store gone.db", "gone.db-wal"), ("queue put gone.db", "gone.db")]
    {
        for way in WAYS {
            let work = Work::new();
            let server = start(&work, &format!("run 'tcp-listen 127.0.0.1:0 --reply | {name}'"));
            let mut client = server.client();
            client.send("{\"time\":1,\"value\":1}\n");
            client.acknowledged(1);
            take_away(&work, file, way);
            client.send("{\"time\":2,\"value\":2}\n");
            assert_eq!(client.answer(), "", "{name} {way}");
            ends(server.run, &format!("{name}: {file} {way}"));
        }
    }
}

// K24
#[test]
fn rejects_states_and_reports_that_are_taken_away_end_the_run() {
    let cases = [
        ("store x.db --pass --rejects kept", "{\"time\":1}\n{\"no\":1}\n", "{\"no\":2}\n{\"time\":3}\n"),
        ("validate --rejects kept", "{\"time\":1}\nno\n", "no\n{\"time\":3}\n"),
        ("gapfill --every 1s --state kept", "{\"time\":1,\"value\":1}\n", "{\"time\":3,\"value\":1}\n"),
        (
            "gapfill --every 1s --gaps kept",
            "{\"time\":1,\"value\":1}\n{\"time\":4,\"value\":1}\n",
            "{\"time\":9,\"value\":1}\n",
        ),
    ];
    for (words, before, after) in cases {
        for way in WAYS {
            let work = Work::new();
            let mut run = work.kymo(words).start();
            run.send(before);
            until("the first record's file", || std::fs::metadata(work.path("kept")).is_ok_and(|kept| kept.len() > 0));
            take_away(&work, "kept", way);
            run.send(after);
            ends(run, &format!("{words} {way}"));
        }
    }
}

// K24
#[test]
fn who_waits_for_records_of_a_deleted_file_ends() {
    for way in WAYS {
        let work = Work::new();
        work.kymo("queue put q.db").stdin("{\"time\":1}\n").ok();
        let taker = work.kymo("queue take q.db").start();
        assert_eq!(taker.line(), "{\"time\":1}");
        take_away(&work, "q.db", way);
        ends(taker, &format!("take {way}"));
    }
    // A full queue is waited for, and nobody takes from it any more.
    let work = Work::new();
    let mut putter = work.kymo("queue put q.db --max-records 1 --pass").start();
    putter.send("{\"time\":1}\n");
    assert_eq!(putter.line(), "{\"time\":1}");
    putter.send("{\"time\":2}\n");
    putter.told("is full: waiting");
    take_away(&work, "q.db", "rm");
    ends(putter, "put");
    let work = Work::new();
    work.kymo("store x.db").stdin("{\"time\":1}\n").ok();
    let trimmer = work.kymo("trim x.db --keep 1d --every 100ms").start();
    until("a run", || !work.kymo("query x.db").ok().contains("1970"));
    take_away(&work, "x.db", "rm");
    ends(trimmer, "trim");
}

// K24
#[test]
fn nothing_is_deleted_that_an_archive_took_away() {
    for way in WAYS {
        let work = Work::new();
        let records: String = (0..5000).map(|n| format!("{{\"time\":{n}}}\n")).collect();
        work.kymo("store x.db").stdin(records).ok();
        let run = work.kymo("trim x.db --max-rows 0 --chunk 10 --archive old.ndjson").start();
        until("an archive", || std::fs::metadata(work.path("old.ndjson")).is_ok_and(|old| old.len() > 1000));
        take_away(&work, "old.ndjson", way);
        ends(run, &format!("archive {way}"));
        let left = work.kymo("query x.db").ok().lines().count();
        assert!(left > 0 && left < 5000, "{left}");
        if way == "mv-away" {
            let old = work.read("elsewhere").lines().count();
            assert!(old + left >= 5000, "{old} in the archive, {left} left");
        }
    }
}

// K24
#[test]
fn a_disk_that_is_unmounted_ends_the_run() {
    let work = Work::new();
    let Some(disk) = Mounted::new(&work, "size=8m") else { return };
    let mut run = work.kymo("store mounted/x.db --pass").start();
    run.send("{\"time\":1}\n");
    assert_eq!(run.line(), "{\"time\":\"1970-01-01T00:00:01Z\"}".replace("\"1970-01-01T00:00:01Z\"", "1"));
    drop(disk);
    run.send("{\"time\":2}\n");
    ends(run, "unmounted");
}
