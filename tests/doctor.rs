//! `doctor`: what is sound, what is not, and that it leaves nothing behind.

use crate::databases::Engine;
use crate::faults::Mounted;
use crate::harness::programs::program;
use crate::harness::{Work, refusing, repository};
use crate::mqtt::broker::Broker;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::net::TcpListener;

/// Its report with these words: exit status, and the checks by their names, in order.
fn report(work: &Work, words: &str, status: i32) -> Vec<(String, Value)> {
    let ended = work.kymo(&format!("doctor --json {words}")).end().code(status);
    ended.assert(ended.stderr().is_empty(), "nothing on stderr");
    let report: Value = serde_json::from_str(&ended.stdout()).expect("a report");
    assert_eq!(report["sound"], json!(status == 0));
    let checks = report["checks"].as_array().expect("checks").clone();
    let count = |status: &str| checks.iter().filter(|check| check["status"] == status).count();
    assert_eq!((&report["faults"], &report["warnings"]), (&json!(count("fault")), &json!(count("warn"))));
    for check in &checks {
        // Whatever is not as it should be comes with what to do.
        assert_eq!(check["status"] == "ok", check["advice"].is_null(), "{check}");
    }
    checks.into_iter().map(|check| (check["check"].as_str().expect("a name").to_owned(), check)).collect()
}

/// The check of a name.
fn find<'c>(checks: &'c [(String, Value)], name: &str) -> &'c Value {
    &checks.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no check of {name}")).1
}

fn tells(check: &Value, status: &str, found: &str) {
    assert!(check["status"] == status && check["found"].as_str().is_some_and(|text| text.contains(found)), "{check}");
}

fn is_clean(work: &Work, folder: &str) {
    let files = std::fs::read_dir(work.path(folder)).expect("a folder");
    let left: Vec<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.contains("doctor")), "{left:?}");
}

#[test]
fn a_sound_folder_is_sound() {
    let work = Work::new();
    let checks = report(&work, "", 0);
    let names: Vec<&str> = checks.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["version", "clock", "zone", "files", "memory", "room", "folder", "locks", "disk"]);
    tells(find(&checks, "version"), "ok", concat!("kymo ", env!("CARGO_PKG_VERSION"), ", SQLite 3."));
    tells(find(&checks, "clock"), "ok", "20");
    tells(find(&checks, "folder"), "ok", ". can be written to");
    tells(find(&checks, "locks"), "ok", "keeps locks");
    assert!(find(&checks, "disk")["status"] != "fault");
    is_clean(&work, ".");
    let text = work.kymo("doctor .").ok();
    assert_eq!(text.lines().count(), checks.len());
    assert!(text.starts_with("ok    version  kymo "), "{text}");
    // A zone that is named, and one that is none.
    let zone = |tz: &str| work.kymo("doctor").env("TZ", tz).ok();
    assert!(zone("Europe/Berlin").contains("ok    zone     Europe/Berlin\n"));
    // Few files: a warning is no fault.
    let few = work.shell("ulimit -n 64; kymo doctor").ok();
    assert!(few.contains("warn  files    at most 64 open files: raise it"), "{few}");
}

#[test]
fn words_that_cannot_be_used_are_refused() {
    let work = Work::new();
    work.kymo("doctor gopher://x").end().code(2).tells("doctor knows no gopher://");
    work.kymo("doctor ''").end().code(2);
    work.kymo("doctor http://").end().code(2);
}

#[test]
fn a_folder_that_is_read_only_or_not_there_is_a_fault() {
    let work = Work::new();
    let checks = report(&work, "none/x.db", 1);
    tells(find(&checks, "folder"), "fault", "none");
    let Some(disk) = Mounted::new(&work, "size=4m") else { return };
    disk.again("remount,ro");
    let checks = report(&work, "mounted", 1);
    tells(find(&checks, "folder"), "fault", "write to folder mounted");
    let text = work.kymo("doctor mounted").end().code(1).stdout();
    assert!(text.contains("\nfault folder   write to folder mounted: Read-only file system"), "{text}");
    disk.again("remount,rw");
    let checks = report(&work, "mounted", 0);
    tells(find(&checks, "disk"), "warn", "mounted is in memory");
    tells(find(&checks, "room"), "warn", "mounted has ");
    is_clean(&work, "mounted");
}

#[test]
fn a_full_disk_is_a_fault() {
    let work = Work::new();
    let Some(_disk) = Mounted::new(&work, "size=1m") else { return };
    work.shell("head -c 2M /dev/zero > mounted/all").end();
    let checks = report(&work, "mounted", 1);
    tells(find(&checks, "room"), "fault", "mounted has 0 B free");
    tells(find(&checks, "folder"), "fault", "write to folder mounted");
    assert!(find(&checks, "folder")["advice"].as_str().is_some_and(|advice| advice.contains("make room")));
    is_clean(&work, "mounted");
}

#[test]
fn a_broker_takes_us_in_or_says_why_not() {
    let work = Work::new();
    let away = refusing();
    let checks = report(&work, &format!("mqtt://127.0.0.1:{}", away.port), 1);
    tells(find(&checks, "broker"), "fault", "Connection refused");
    assert!(find(&checks, "broker")["advice"].as_str().is_some_and(|advice| advice.contains("is it running")));
    let Some(mut passwd) = program("mosquitto_passwd") else { return };
    let passwords = work.file("passwords", "");
    let words = [passwords.to_str().expect("a path"), "me", "hunter2"];
    assert!(passwd.arg("-b").args(words).status().expect("mosquitto_passwd").success());
    let files = [("passwords", work.read("passwords"))];
    let Some(broker) = Broker::start_with(&files, "allow_anonymous false\npassword_file DIR/passwords") else { return };
    work.file("right", "hunter2\n");
    work.file("wrong", "hunter3\n");
    let url = broker.url();
    let checks = report(&work, &format!("{url} -u me --password-file right"), 0);
    tells(find(&checks, "broker"), "ok", "speaks MQTT 5");
    let named = url.replace("//", "//me@");
    for words in [format!("{url} --username me --password-file wrong"), format!("{named} --password-file wrong"), url] {
        let checks = report(&work, &words, 1);
        let check = find(&checks, "broker");
        assert!(check["status"] == "fault" && !check.to_string().contains("hunter"), "{check}");
        assert!(check["advice"].as_str().is_some_and(|advice| advice.contains("the password")), "{check}");
    }
    let checks = report(&work, &format!("{named} --password-file none"), 1);
    tells(find(&checks, "broker"), "fault", "none");
}

#[test]
fn a_server_is_reached_by_tcp_and_tls() {
    let work = Work::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    for scheme in ["http", "ws"] {
        let checks = report(&work, &format!("{scheme}://127.0.0.1:{port}/path?a=b"), 0);
        tells(find(&checks, "server"), "ok", &format!("{scheme}://127.0.0.1:{port} can be reached by TCP"));
    }
    // It says nothing: that is no TLS.
    for scheme in ["https", "wss"] {
        let checks = report(&work, &format!("{scheme}://127.0.0.1:{port} --connect-timeout 300ms"), 1);
        tells(find(&checks, "server"), "fault", &format!("connect to {scheme}://127.0.0.1:{port}"));
    }
    let away = refusing();
    let checks = report(&work, &format!("http://127.0.0.1:{}", away.port), 1);
    tells(find(&checks, "server"), "fault", "Connection refused");
    let checks = report(&work, &format!("https://127.0.0.1:{port} --ca-file none.pem"), 1);
    tells(find(&checks, "server"), "fault", "none.pem");
}

/// Whose file it is; nothing is written to any of them.
#[test]
fn a_file_is_a_database_a_queue_or_another_programs() {
    let work = Work::new();
    work.kymo("store a.db").stdin("{\"time\":1}\n").ok();
    work.kymo("queue put q").stdin("{\"time\":1}\n").ok();
    let db = Connection::open(work.path("other.db")).expect("a database");
    db.execute_batch("CREATE TABLE readings (time, value)").expect("a table");
    drop(db);
    work.file("text", "time,value\n1,2\n".repeat(100));
    work.file("empty", "");
    let names = ["a.db", "q", "other.db", "text", "empty"];
    let before = names.map(|name| std::fs::read(work.path(name)).expect("a file"));
    for (name, status, found) in [
        ("a.db", "ok", "a.db is a database of kymo's"),
        ("q", "ok", "q is a queue (records: 1)"),
        ("new.db", "ok", "new.db is not there yet"),
        ("empty", "ok", "empty is empty"),
        ("other.db", "fault", "not a database that kymo created"),
        ("text", "fault", "not an SQLite database"),
    ] {
        let checks = report(&work, name, i32::from(status == "fault"));
        tells(find(&checks, "file"), status, found);
    }
    assert!(!work.path("new.db").exists());
    assert!(names.map(|name| std::fs::read(work.path(name)).expect("a file")) == before, "a file was changed");
    // One folder is checked once.
    let checks = report(&work, "a.db q other.db", 1);
    assert_eq!(checks.iter().filter(|(name, _)| name == "folder").count(), 1);
}

#[test]
fn a_postgresql_database_takes_us_in_or_says_why_not() {
    if !Engine::Postgres.is_here() {
        return;
    }
    let database = Engine::Postgres.database();
    let checks = report(&database, &format!("'{}'", database.target()), 0);
    tells(find(&checks, "database"), "ok", "has no tables of kymo's yet");
    database.store("", "{\"time\":1}\n");
    for name in [database.target().to_owned(), database.other_name().trim_matches('\'').to_owned()] {
        let checks = report(&database, &format!("'{name}'"), 0);
        tells(find(&checks, "database"), "ok", "takes us in, and has kymo's tables");
    }
    let checks = report(&database, &format!("'{}'", database.nowhere()), 1);
    tells(find(&checks, "database"), "fault", "nowhere");
}

#[test]
fn a_station_is_checked_as_supervise_checks_it() {
    let work = Work::new();
    let checks = report(&work, &format!("'{}'", repository().join("examples/station.toml").display()), 0);
    tells(find(&checks, "station"), "ok", "station.toml is right");
    work.file("bad.toml", "[pipeline.a]\nrun = 'mqtt-catt | store a.db'\n[program.b]\nexe = ['x']\n");
    let checks = report(&work, "bad.toml", 1);
    let told: Vec<String> =
        checks.iter().filter(|(name, _)| name == "station").map(|(_, check)| check["found"].to_string()).collect();
    assert!(told.len() >= 2 && told.iter().any(|line| line.contains("mqtt-cat")), "{told:?}");
    let checks = report(&work, "none.toml", 1);
    tells(find(&checks, "station"), "fault", "none.toml");
}
