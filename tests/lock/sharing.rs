//! Several at once: shared, and in slots; beside each other and beside `flock`.

use super::*;
use crate::harness::{exists, until};

/// Starts one that shares the lock, or has a slot, until its stdin is closed.
fn start(work: &Work, flags: &str) -> Running {
    let running = work.kymo(&format!("lock run ./a {flags} -- {HOLD}")).start();
    assert_eq!(running.line(), "in");
    running
}

fn state(work: &Work) -> serde_json::Value {
    let told = work.kymo("lock status ./a --json").end().stdout();
    serde_json::from_str(&told).expect("JSON")
}

#[test]
fn readers_share_and_a_writer_waits_for_all_of_them() {
    let work = Work::new();
    let readers = [start(&work, "--shared"), start(&work, "-s"), start(&work, "--shared --no-wait")];
    once(&work).code(75).tells("kymo: lock: take ./a: shared by pid ").tells("; shared by pid ");
    let fourth = start(&work, "--shared");
    once(&work).code(75).tells("; and by 1 more");
    drop(fourth);
    let writer = work.kymo("lock run ./a --wait 1m -- sh -c 'echo alone; exec cat'").start();
    for reader in readers {
        work.kymo("lock run ./a --no-wait -- true").end().code(75);
        reader.end();
    }
    assert_eq!(writer.line(), "alone");
    work.kymo("lock run ./a --shared --no-wait -- true").end().code(75).tells("held by pid");
    let reader = work.kymo("lock run ./a --shared --wait 1m -- echo shared").start();
    writer.end();
    assert_eq!(reader.line(), "shared");
    work.kymo("lock run ./a --shared --slots 2 -- true").end().code(2).tells("cannot be used with");
    work.kymo("lock run ./a --shared --min-interval 1s -- true").end().code(2).tells("cannot be used with");
}

#[test]
fn flock_and_kymo_share_with_each_other() {
    let work = Work::new();
    for flags in ["--shared", "--slots 2"] {
        let reader = start(&work, flags);
        work.shell("flock -n -s a true").end().code(0);
        work.shell("flock -n a true").end().code(1);
        reader.end();
        work.shell("flock -n a true").end().code(0);
        let reader = work.shell("exec flock -s ./a sh -c 'echo in; exec cat'").start();
        assert_eq!(reader.line(), "in");
        work.kymo(&format!("lock run ./a {flags} --no-wait -- true")).end().code(0);
        once(&work).code(75).tells(&format!("shared by pid {} on ", reader.child.id()));
        drop(reader);
        let writer = work.shell("exec flock ./a sh -c 'echo in; exec cat'").start();
        assert_eq!(writer.line(), "in");
        work.kymo(&format!("lock run ./a {flags} --no-wait -- true")).end().code(75);
        drop(writer);
        until("the end of flock's command", || once(&work).output.status.success());
    }
}

#[test]
fn no_more_run_at_once_than_there_are_slots() {
    let work = Work::new();
    let (first, second) = (start(&work, "--slots 2"), start(&work, "--slots 2"));
    let told = work.kymo("lock run ./a --slots 2 --no-wait -- true").end().code(75);
    told.tells("slot 1 held by pid").tells("; slot 2 held by pid");
    // Alone means alone.
    once(&work).code(75);
    // Another number counts for who gives it.
    work.kymo("lock run ./a --slots 1 --no-wait -- true").end().code(75);
    let third = start(&work, "--slots 3");
    work.kymo("lock run ./a --slots 3 --no-wait -- true").end().code(75).tells("slot 3 held by");
    assert!(["a.slot1", "a.slot2", "a.slot3"].iter().all(|name| work.path(name).exists()));
    let waiter = work.kymo("lock run ./a --slots 2 --wait 1m -- echo turn").start();
    third.end();
    work.kymo("lock run ./a --slots 2 --no-wait -- true").end().code(75);
    first.end();
    assert_eq!(waiter.line(), "turn");
    second.end();
    drop(waiter);
    once(&work).code(0);
    for bad in ["0", "1001", "x", "-1"] {
        work.kymo(&format!("lock run ./a --slots={bad} -- true")).end().code(2);
    }
    work.kymo("lock run ../ --slots 2 -- true").end().code(2).tells("a lock with slots is a file, and ../ is a folder");
    work.kymo("lock run ./a --slots 2 --min-interval 1s -- true").end().code(2).tells("cannot be used with");
    work.kymo("lock run ./a --slots 2 --replace -- true").end().code(2).tells("cannot be used with");
}

/// The most that ever ran at once, and that all of them ran.
#[test]
fn many_at_once_take_turns_in_their_slots() {
    let work = Work::new();
    let script = "for i in 1 2 3 4 5 6 7 8 9; do \
        kymo lock run ./a --slots 3 --wait 1m --delay 5ms -- sh -c 'mkdir in.$$; ls -d in.* | wc -l; sleep 0.05; rmdir in.$$' & \
        done; wait";
    let counts: Vec<u32> = work.shell(script).ok().lines().map(|line| line.trim().parse().expect("a number")).collect();
    assert_eq!(counts.len(), 9);
    assert!(counts.iter().all(|count| (1..=3).contains(count)), "{counts:?}");
}

#[test]
fn a_killed_one_frees_its_slot_and_its_share() {
    let work = Work::new();
    for flags in ["--slots 1", "--shared"] {
        let holder = work.kymo(&format!("lock run ./a {flags} -- sh -c 'echo $$; exec sleep 1000'")).start();
        let command = holder.line();
        holder.signal(Signal::KILL);
        until("the command's end", || !exists(&command));
        work.kymo(&format!("lock run ./a {flags} --no-wait -- true")).end().code(0);
        once(&work).code(0);
        assert_eq!(state(&work)["holders"], serde_json::json!([]));
    }
}

#[test]
fn what_outlives_a_killed_kymo_keeps_its_slot_and_its_share() {
    let work = Work::new();
    for flags in ["--slots 1", "--shared"] {
        let line = format!("lock run ./a {flags} -- sh -c 'trap : TERM; echo in; read x; read x; exit'");
        let mut holder = work.kymo(&line).start();
        assert_eq!(holder.line(), "in");
        holder.signal(Signal::KILL);
        holder.child.wait().expect("an end");
        until("word of it", || state(&work)["holders"][0]["ended"] == true);
        once(&work).code(75).tells("it was killed; what it started still runs");
        let again = work.kymo(&format!("lock run ./a {flags} --no-wait -- true")).end();
        again.code(if flags == "--shared" { 0 } else { 75 });
        // The one that came and went has left the killed one in its place.
        assert_eq!(state(&work)["holders"].as_array().map(Vec::len), Some(1));
        holder.send("go\ngo\n");
        drop(holder);
        work.kymo("lock run ./a --wait 1m -- true").end().code(0);
    }
}

#[test]
fn status_tells_all_who_share() {
    let work = Work::new();
    for (flags, mode) in [("--shared", "shared"), ("--slots 4", "slots")] {
        let holders = [start(&work, flags), start(&work, flags), start(&work, flags)];
        let told = state(&work);
        assert_eq!((&told["mode"], &told["held"]), (&mode.into(), &true.into()));
        let listed = told["holders"].as_array().expect("a list");
        assert_eq!(listed.len(), 3);
        for (n, (holder, listed)) in holders.iter().zip(listed).enumerate() {
            assert_eq!(listed["pid"], holder.child.id());
            assert_eq!(listed["command"], "sh -c 'echo in; exec cat'");
            assert!(listed["since"].is_string() && listed["host"].is_string());
            let slot = if mode == "slots" { serde_json::json!(n + 1) } else { serde_json::Value::Null };
            assert_eq!(listed["slot"], slot);
        }
        let told = work.kymo("lock status ./a").end().code(75).stdout();
        let word = if mode == "slots" { "slot 2 held by pid" } else { "./a: shared by pid" };
        assert!(told.lines().count() == 3 && told.contains(word), "{told}");
        let [first, second, third] = holders;
        drop((first.end(), third.end()));
        let told = state(&work);
        assert_eq!(told["holders"].as_array().map(Vec::len), Some(1));
        assert_eq!(told["holders"][0]["pid"], second.child.id());
        second.end();
        assert_eq!(state(&work)["held"], false);
    }
}

/// Many that come and go write into one file: at the end it tells of nobody.
#[test]
fn the_file_is_whole_whoever_writes_it() {
    let work = Work::new();
    let stays = start(&work, "--shared");
    work.shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do kymo lock run ./a --shared -- true & done; wait").ok();
    let told = state(&work);
    assert_eq!(told["holders"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["holders"][0]["command"], "sh -c 'echo in; exec cat'");
    assert!(told["last_start"].is_string());
    stays.end();
    assert_eq!(work.read("a").lines().count(), 1);
    assert!(!work.read("a").contains("holders"));
}

#[test]
fn deleting_the_file_lets_nobody_in_beside_those_who_share_it() {
    let work = Work::new();
    for flags in ["--shared", "--slots 2"] {
        let holder = start(&work, flags);
        std::fs::remove_file(work.path("a")).expect("deleted");
        let told = format!("shared by pid {}", holder.child.id());
        work.kymo("lock status ./a").end().code(75);
        once(&work).code(75).tells(&told);
        std::fs::write(work.path("a"), "").expect("another file");
        once(&work).code(75).tells(&told);
        work.kymo(&format!("lock run ./a {flags} --no-wait -- true")).end().code(0);
        holder.end();
        once(&work).code(0);
    }
    // Nor those who share it beside one who has it alone.
    let holder = hold(&work);
    std::fs::remove_file(work.path("a")).expect("deleted");
    work.kymo("lock run ./a --shared --no-wait -- true").end().code(75).tells("held by pid");
    drop(holder);
}

#[test]
fn data_that_is_shared_by_its_own_path_stays_what_it_is() {
    let work = Work::new();
    work.file("a", "precious");
    let (first, second) = (start(&work, "--shared"), start(&work, "--shared"));
    let told = state(&work);
    let mut pids: Vec<u64> =
        told["holders"].as_array().expect("a list").iter().filter_map(|h| h["pid"].as_u64()).collect();
    pids.sort_unstable();
    let mut wanted = [first.child.id(), second.child.id()].map(u64::from);
    wanted.sort_unstable();
    assert_eq!(pids, wanted);
    drop((first, second));
    assert_eq!(work.read("a"), "precious");
}
