//! `state`.

use crate::faults::Mounted;
use crate::harness::{Work, random};
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::Duration;

fn document(work: &Work, name: &str) -> Value {
    serde_json::from_str(&work.read(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn values_are_set_and_read() {
    let work = Work::new();
    assert_eq!(work.kymo("state s get").ok(), "{}\n");
    assert!(!work.path("s").exists(), "a look makes no file");
    work.kymo("state s get a").end().code(1).tells("kymo: state: there is no a in s");
    for (words, text) in [
        ("set connected true", "{\"connected\":true}\n"),
        ("set system.load 1.50", "{\"connected\":true,\"system\":{\"load\":1.50}}\n"),
        ("set system.load -3", "{\"connected\":true,\"system\":{\"load\":-3}}\n"),
        ("set connected '{\"at\": [1, 2]}'", "{\"connected\":{\"at\": [1, 2]},\"system\":{\"load\":-3}}\n"),
        ("set connected.at.1 'Berlin, 7'", "{\"connected\":{\"at\": [1, \"Berlin, 7\"]},\"system\":{\"load\":-3}}\n"),
        ("set /connected 5 --string", "{\"connected\":\"5\",\"system\":{\"load\":-3}}\n"),
        ("del connected system.load", "{\"system\":{}}\n"),
        ("del nothing", "{\"system\":{}}\n"),
        ("set -- -k -v", "{\"system\":{},\"-k\":\"-v\"}\n"),
    ] {
        assert_eq!(work.kymo(&format!("state s {words}")).ok(), "");
        assert_eq!(work.read("s"), text, "{words}");
    }
    work.file("s", "{ \"a\" : {\"b\": \"x\\ny\", \"big\":12345678901234567890123},\n  \"n\": null }\n");
    for (words, printed) in [
        ("get", "{\"a\":{\"b\":\"x\\ny\",\"big\":12345678901234567890123},\"n\":null}\n"),
        ("get a", "{\"b\":\"x\\ny\",\"big\":12345678901234567890123}\n"),
        ("get a.b", "\"x\\ny\"\n"),
        ("get a.b --raw", "x\ny\n"),
        ("get -r a.big", "12345678901234567890123\n"),
        ("get /n", "null\n"),
    ] {
        assert_eq!(work.kymo(&format!("state s {words}")).ok(), printed, "{words}");
    }
    for (words, told) in [
        ("set a", "kymo state FILE set KEY VALUE"),
        ("set a b c", "kymo state FILE set KEY VALUE"),
        ("get a b", "kymo state FILE get [KEY]"),
        ("watch a b", "kymo state FILE watch [KEY]"),
        ("update", "kymo state FILE update CHANGE..."),
        ("del", "kymo state FILE del KEY..."),
        ("put a b", "get"),
        ("get a..b", "`a..b` is not a key"),
        ("set n.x 5", "n.x: n is not an object"),
        ("update 'n += 1'", "n += …: null is not a number"),
        ("update 'x ++ 1'", "`x ++ 1` is not a change"),
        ("get --if 5", "--if means nothing to get"),
        ("update 'x = 1' --if-absent", "--if-absent means nothing to update"),
        ("set x 1 --raw", "--raw means nothing to set"),
        ("get --string", "--string means nothing to get"),
    ] {
        let before = work.read("s");
        work.kymo(&format!("state s {words}")).end().code(2).tells(told);
        assert_eq!(work.read("s"), before);
    }
}

#[test]
fn several_changes_are_one() {
    let work = Work::new();
    work.kymo("state s update 'pending += 1' 'big = 9007199254740993' list append 5 'list append {\"a\": 1}' last=ok")
        .ok();
    assert_eq!(work.read("s"), "{\"pending\":1,\"big\":9007199254740993,\"list\":[5,{\"a\": 1}],\"last\":\"ok\"}\n");
    work.kymo("state s update 'pending *= 10' 'pending -= 3' 'big += 2' 'del list.0' 'last = 5' --string").ok();
    assert_eq!(work.read("s"), "{\"pending\":7,\"big\":9007199254740995,\"list\":[{\"a\": 1}],\"last\":\"5\"}\n");
    // One of them cannot be: none is.
    let before = work.read("s");
    work.kymo("state s update 'pending += 1' 'last += 1'").end().code(2);
    work.kymo("state s update 'big += 18446744073709551615'").end().code(2).tells("is too large");
    assert_eq!(work.read("s"), before);
    assert!(!work.path("s.new").exists());
    // Nothing changes: nothing is written.
    let inode = std::fs::metadata(work.path("s")).expect("a file").ino();
    work.kymo("state s update 'pending += 0' 'del nothing'").ok();
    assert_eq!(std::fs::metadata(work.path("s")).expect("a file").ino(), inode);
}

#[test]
fn compare_and_set_has_one_winner() {
    let work = Work::new();
    work.kymo("state s set leader none --if-absent").ok();
    work.kymo("state s set leader x --if-absent").end().code(1).tells("set leader: it is \"none\": it is not changed");
    work.kymo("state s set other x --if none").end().code(1).tells("set other: there is no value: it is not changed");
    let script = "for i in 1 2 3 4 5 6 7 8; do kymo state s set leader $i --if none --wait 1m 2>/dev/null && echo won & done; wait";
    assert_eq!(work.shell(script).ok(), "won\n");
    work.kymo("state s set o '{\"a\":1,\"b\":-2}'").ok();
    work.kymo("state s set o -5 --if '{\"b\": -2, \"a\": 1}'").ok();
    work.kymo("state s set o 6 --if -5").ok();
    work.kymo("state s set o 7 --if '\"6\"'").end().code(1);
    work.kymo("state s set o 7 --if 6 --string").end().code(1);
    work.kymo("state s set o 7 --if 6 --if-absent").end().code(2);
    assert_eq!(work.kymo("state s get o").ok(), "6\n");
}

/// The old one kept 42 of 300: its lock did not hold.
#[test]
fn of_three_hundred_updates_at_once_all_are_kept() {
    let work = Work::new();
    let script = "for i in $(seq 300); do kymo state s update 'n += 1' \"list append $i\" --wait 3m & done; wait";
    let ended = work.shell(script).end().code(0);
    ended.assert(ended.stderr().is_empty(), "silence");
    let found = document(&work, "s");
    assert_eq!(found["n"], 300);
    let mut list: Vec<i64> =
        found["list"].as_array().expect("a list").iter().map(|n| n.as_i64().expect("a number")).collect();
    list.sort_unstable();
    assert_eq!(list, (1..=300).collect::<Vec<_>>());
    // The state before the last of them.
    assert_eq!(document(&work, "s.last")["n"], 299);
}

#[test]
fn killed_at_any_moment_the_document_is_whole() {
    let work = Work::new();
    let mut random = random();
    let mut told = 0;
    for _ in 0..8 {
        let run = work.shell("while :; do kymo state s update 'n += 1' && echo done; done").start();
        run.line();
        told += 1;
        std::thread::sleep(Duration::from_millis(random.below(150)));
        run.signal_all(Signal::KILL);
        let (rest, _, _) = run.end();
        told += rest.lines().count() as i64;
        let found = document(&work, "s")["n"].as_i64().expect("a number");
        assert!(found >= told, "{found} are there, {told} were told");
        // At most one a round was made and not told.
        assert!(found <= told + 8);
    }
    work.kymo("state s update 'n += 1'").ok();
}

#[test]
fn what_the_disk_has_damaged_is_told_and_the_last_good_one_taken() {
    let work = Work::new();
    work.kymo("state s set pending 1").ok();
    work.kymo("state s set pending 2").ok();
    for damage in ["{\"pending\":", "", "\0\0\0\0\0\0"] {
        work.file("s", damage);
        let ended =
            work.kymo("state s get pending").end().code(0).tells("s is damaged").tells("s.last is used instead");
        assert_eq!(ended.stdout(), "1\n");
        assert_eq!(work.read("s"), damage, "a look changes nothing");
    }
    work.kymo("state s update 'pending += 10'").end().code(0).tells("s is damaged");
    assert_eq!(
        (document(&work, "s")["pending"].as_i64(), document(&work, "s.last")["pending"].as_i64()),
        (Some(11), Some(1))
    );
    assert_eq!(work.read("s.damaged"), "\0\0\0\0\0\0");
    work.file("s", "{");
    work.file("s.last", "{");
    work.kymo("state s get").end().code(74).tells("s: it is damaged").tells("there is no good ");
    work.kymo("state s set a 1").end().code(74);
    assert_eq!(work.read("s"), "{");
    // An empty file that never was one.
    work.file("empty", "\n");
    work.kymo("state empty set a 1").ok();
    assert_eq!(work.read("empty"), "{\"a\":1}\n");
    // What is gone does not come back.
    std::fs::remove_file(work.path("empty")).expect("removed");
    work.file("empty.last", "{\"old\":1}");
    work.kymo("state empty set b 1").ok();
    assert_eq!(work.read("empty"), "{\"b\":1}\n");
    assert!(!work.path("empty.last").exists());
    for (name, text, code, told) in [
        ("list", "[1]", 2, "it is not a JSON object"),
        ("text", "\"x\"", 2, "it is not a JSON object"),
        ("torn", "{]", 74, "damaged"),
    ] {
        work.file(name, text);
        work.kymo(&format!("state {name} get")).end().code(code).tells(told);
    }
    work.shell("mkfifo p; timeout 60 kymo state p get").end().code(2).tells("it is not a file");
    work.kymo("state . get").end().code(2).tells("it is not a file");
    work.kymo("state no/such/s set a 1").end().code(74);
}

#[test]
fn the_file_stays_what_it_is_to_others() {
    let work = Work::new();
    let path = work.file("s", "{}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("a mode");
    std::os::unix::fs::symlink("s", work.path("link")).expect("a link");
    work.kymo("state link set a 1").ok();
    assert_eq!(work.read("s"), "{\"a\":1}\n");
    assert!(std::fs::symlink_metadata(work.path("link")).expect("a link").is_symlink());
    assert_eq!(std::fs::metadata(&path).expect("a file").mode() & 0o7777, 0o640);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(65534), Some(65534)).expect("another owner");
        work.kymo("state s set a 2").ok();
        assert_eq!(std::fs::metadata(&path).expect("a file").uid(), 65534);
    } else {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).expect("a mode");
        work.kymo("state s get").end().code(77).tells("read ");
    }
}

#[test]
fn waiting_and_size_are_bounded() {
    let work = Work::new();
    work.kymo("state s set a 1").ok();
    let holder = work.kymo("lock run ./s.lock -- sh -c 'echo in; exec cat'").start();
    assert_eq!(holder.line(), "in");
    work.kymo("state s set a 2 --wait 50ms").end().code(75).tells("other processes have it");
    work.kymo("state s set a 2 --wait 0").end().code(75);
    assert_eq!(work.kymo("state s get a").ok(), "1\n", "who reads needs no lock");
    let waiter = work.kymo("state s set a 3 --wait 1m").start();
    holder.end();
    assert!(waiter.end().2.success());
    let long = "x".repeat(200);
    work.kymo(&format!("state s set a {long} --max-size 100")).end().code(2).tells("bytes are more than --max-size");
    assert_eq!(work.kymo("state s get a").ok(), "3\n");
    work.kymo(&format!("state s set a {long}")).ok();
    work.kymo("state s get --max-size 100").end().code(2).tells("larger than --max-size");
    work.kymo("state s get --max-size 2GiB").end().code(2).tells("--max-size must be between");
}

#[test]
fn a_full_disk_leaves_the_old_document() {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, "size=64k") else { return };
    work.kymo("state mounted/s set a 1").ok();
    work.shell("dd if=/dev/zero of=mounted/fill bs=1k count=64 2>/dev/null").end();
    let long = "x".repeat(20_000);
    work.kymo(&format!("state mounted/s set b {long}")).end().code(74).tells("write ").tells("No space left");
    assert_eq!(work.kymo("state mounted/s get").ok(), "{\"a\":1}\n");
    std::fs::remove_file(work.path("mounted/fill")).expect("removed");
    work.kymo("state mounted/s set b 2").ok();
    assert_eq!(work.kymo("state mounted/s get").ok(), "{\"a\":1,\"b\":2}\n");
}

#[test]
fn watch_prints_each_state_that_it_sees() {
    let work = Work::new();
    let whole = work.kymo("state s watch").start();
    let part = work.kymo("state s watch a.b -r").start();
    assert_eq!((whole.line().as_str(), part.line().as_str()), ("{}", "null"));
    for (value, told) in [("one", "one"), ("2", "2")] {
        work.kymo(&format!("state s set a.b {value}")).ok();
        assert!(whole.line().contains(value));
        assert_eq!(part.line(), told);
    }
    // What is not in it, and what does not change it, is no line.
    work.kymo("state s set c 1").ok();
    assert_eq!(whole.line(), "{\"a\":{\"b\":2},\"c\":1}");
    work.kymo("state s set c 1").ok();
    work.kymo("state s set a.b 3").ok();
    assert_eq!((whole.line().as_str(), part.line().as_str()), ("{\"a\":{\"b\":3},\"c\":1}", "3"));
    // Also by other means.
    std::fs::remove_file(work.path("s")).expect("removed");
    assert_eq!((whole.line().as_str(), part.line().as_str()), ("{}", "null"));
    whole.signal(Signal::TERM);
    assert_eq!(whole.end().2.code(), Some(0));
    part.signal(Signal::INT);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&part.end().2), Some(2));
    assert_eq!(work.shell("kymo state s watch | head -1").start().line(), "{}");
}

/// Flags that say how a run reports do not make another stage of it.
#[test]
fn a_stage_finds_its_state_whatever_it_reports() {
    let work = Work::new();
    work.kymo("gapfill --every 1s --state s --grace 5s").stdin("{\"time\":1,\"value\":1}\n").ok();
    for (flags, time) in [("--summary", 3), ("--log-level=debug --log-file l", 5), ("--log-format json --grace 2s", 7)]
    {
        let record = format!("{{\"time\":{time},\"value\":1}}\n");
        let ended = work.kymo(&format!("gapfill {flags} --every 1s --state s")).stdin(&record).end().code(0);
        assert_eq!(ended.stdout().lines().count(), 2, "{flags}: {}", ended.stdout());
        assert!(!ended.stderr().contains("has changed"), "{flags}: {}", ended.stderr());
    }
}

/// K32: what could not be read again is not written.
#[test]
fn a_document_that_could_not_be_read_again_is_refused() {
    let work = Work::new();
    work.kymo("state s.json set a 1").ok();
    let deep = "b.".repeat(127) + "c";
    for words in [format!("set {deep} 1"), format!("update '{deep} = 1'"), format!("update '{deep} append 1'")] {
        work.kymo(&format!("state s.json {words}")).end().code(2).tells("the document would be nested deeper");
    }
    assert_eq!(work.kymo("state s.json get").ok(), "{\"a\":1}\n");
}
