//! `db move` that is ended before its end, and started again.

use super::moving::counts;
use super::{bytes, engines, target};
use crate::databases::{Database, Engine, on_each_engine, readings};
use crate::harness::random;
use crate::kill::{moment, rows};
use rustix::process::Signal;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

on_each_engine![killed_again_and_again_until_it_is_done, a_signal_ends_it_between_two_transactions];

fn killed_again_and_again_until_it_is_done(engine: Engine) {
    let from = engine.database();
    // Several transactions' worth.
    from.store("", readings(35_000));
    for other in engines() {
        let to = other.database();
        let words = format!("db move {} {}", from.target(), target(&to));
        let mut random = random();
        let mut kills = 0;
        for round in 0..5 {
            let enough = moment(&mut random, moved(&to), 35_000, 5 - round);
            let mut run = from.kymo(&words).start();
            run.comes_to("rows", || moved(&to) >= enough);
            std::thread::sleep(Duration::from_millis(random.below(20)));
            run.signal(Signal::KILL);
            let (_, told, status) = run.end();
            assert!(status.success() || status.signal() == Some(9), "{told}");
            kills += u32::from(!status.success());
        }
        assert!(kills > 0, "it was never killed");
        let done = from.kymo(&words).ok();
        let done: Value = serde_json::from_str(&done).expect("an object");
        let (numbers, identical) = counts(&done["tables"][0]);
        assert!(identical && numbers[0] + numbers[1] == 35_000 && numbers[2..] == [0, 0, 0, 0], "{done}");
        assert!(bytes(&to, "") == bytes(&from, ""), "after {kills} kills");
        to.is_intact();
    }
}

/// How many readings have come.
fn moved(to: &Database) -> u64 {
    match to.engine {
        Engine::Sqlite => rows(to, to.target()),
        Engine::Postgres => {
            let other = to.other();
            let is_there = other.texts("SELECT to_regclass('readings') IS NOT NULL") == ["t"];
            if is_there { other.number("SELECT count(*) FROM readings").unsigned_abs() } else { 0 }
        }
    }
}

fn a_signal_ends_it_between_two_transactions(engine: Engine) {
    let from = engine.database();
    from.store("", readings(35_000));
    for other in engines() {
        let to = other.database();
        let words = format!("db move {} {}", from.target(), target(&to));
        for signal in [Signal::TERM, Signal::INT] {
            let before = moved(&to);
            let mut run = from.kymo(&words).start();
            run.comes_to("rows", || moved(&to) > before);
            run.signal(signal);
            let (out, told, status) = run.end();
            if status.success() {
                // It was faster.
                continue;
            }
            assert_eq!(status.signal(), Some(signal.as_raw()), "{told}");
            // It may have come before anything was begun.
            if !out.is_empty() {
                assert!(out.contains("\"interrupted\":true"), "{out}");
            }
        }
        from.kymo(&words).ok();
        assert!(bytes(&to, "") == bytes(&from, ""));
    }
}

/// What comes while it is being moved is moved by the next run.
#[test]
fn the_source_is_written_meanwhile() {
    for engine in engines() {
        let from = Database::sqlite();
        let to = engine.database();
        from.store("", readings(30_000));
        let mut writer = from.kymo("run 'store readings.db --flush 1ms --table readings'").start();
        for n in 0..1000 {
            writer.send(&format!("{{\"time\":{},\"device\":\"w\",\"value\":{n}}}\n", 1_600_000_000 + n));
        }
        let mut moving = from.kymo(&format!("db move readings.db {}", target(&to))).start();
        let mut n = 1000;
        while moving.child.try_wait().expect("a child").is_none() {
            n += 1;
            writer.send(&format!("{{\"time\":{},\"device\":\"w\",\"value\":{n}}}\n", 1_900_000_000 + n));
            std::thread::sleep(Duration::from_millis(1));
        }
        let (_, told, status) = moving.end();
        assert!(status.success(), "{told}");
        assert!(writer.end().2.success());
        let out = from.kymo(&format!("db move readings.db {}", target(&to))).ok();
        assert!(out.contains("\"identical\":true"), "{out}");
        assert!(bytes(&to, "") == bytes(&from, ""));
    }
}

/// The server goes away in the middle: that is told, and the next run goes on.
#[test]
fn a_server_that_is_lost_on_the_way() {
    let Some(mut server) = crate::postgres::server::Server::start(&[]) else { return };
    let from = Database::sqlite();
    from.store("", readings(60_000));
    let words = format!("db move readings.db {}", server.url("postgres"));
    let mut run = from.kymo(&words).start();
    let there = "SELECT to_regclass('readings') IS NOT NULL";
    run.comes_to("a table", || server.sql("postgres", there).trim() == "t");
    server.kill();
    let (_, told, status) = run.end();
    assert!(status.success() || matches!(status.code(), Some(69 | 74)), "{status:?} {told}");
    server.restart();
    let out = from.kymo(&words).ok();
    assert!(out.contains("\"identical\":true"), "{out}");
}
