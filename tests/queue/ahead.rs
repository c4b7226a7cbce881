//! `queue stat`: when a queue is full, and when it is empty.

use super::{numbered, put, stat};
use crate::harness::Work;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The rates of the last seconds, as a queue keeps them: of each second what came and what went.
fn rates(work: &Work, seconds: i64, came: i64, went: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs().cast_signed();
    let db = Connection::open(work.path("q")).expect("a database");
    db.execute("DELETE FROM kymo_seconds", []).expect("no rates");
    for second in now - seconds..=now {
        let values = [second, came, went];
        db.execute("INSERT INTO kymo_seconds VALUES (?1, ?2, ?3)", values).expect("a rate");
    }
}

fn within(found: &Value, wanted: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    assert!((found / wanted - 1.0).abs() <= 0.2, "{found} is not about {wanted}");
}

#[test]
fn it_says_when_it_is_full_and_when_it_is_empty() {
    let work = Work::new();
    put(&work, "--max-records 11520 --on-full reject", numbered("a", 1000)).ok();
    for seconds in [100, 12] {
        rates(&work, seconds, 10, 9);
        let full = stat(&work, "q");
        within(&full["full_in"], 10_520.0);
        assert_eq!(full["empty_in"], Value::Null);
        assert!(work.kymo("queue stat q").ok().contains("minute\nahead    full in 2h55m\ntotal"));
        rates(&work, seconds, 0, 5);
        let empty = stat(&work, "q");
        within(&empty["empty_in"], 200.0);
        assert_eq!(empty["full_in"], Value::Null);
        assert!(work.kymo("queue stat q").ok().contains("ahead    empty in 3m20s\n"));
    }
    // By their bytes, which are 50 or so each.
    let bytes = stat(&work, "q")["bytes"].as_u64().expect("a number");
    put(&work, &format!("--max-size {}", 2 * bytes), "").ok();
    rates(&work, 100, 10, 0);
    within(&stat(&work, "q")["full_in"], 1052.0);
    put(&work, &format!("--max-size {}", 2 * bytes), numbered("b", 1)).ok();
    rates(&work, 100, 10, 0);
    within(&stat(&work, "q")["full_in"], 100.0);
    // Without a limit it is never full; nothing is known of what neither comes nor goes.
    put(&work, "", numbered("b", 1)).ok();
    rates(&work, 100, 10, 0);
    assert_eq!(stat(&work, "q")["full_in"], Value::Null);
    rates(&work, 100, 3, 3);
    let none = stat(&work, "q");
    assert_eq!((&none["full_in"], &none["empty_in"]), (&Value::Null, &Value::Null));
    assert!(!work.kymo("queue stat q").ok().contains("ahead"));
    work.kymo("queue take q --drain").ok();
    assert_eq!(stat(&work, "q")["empty_in"], json!(0.0));
}

/// Taken at a steady pace, it is empty when it was said to be. A busy machine gets three attempts.
#[test]
fn a_steady_drain_ends_when_it_was_said_to_end() {
    let drained = || {
        let work = Work::new();
        put(&work, "", numbered("a", 5600)).ok();
        let begin = Instant::now();
        let (mut said, mut at) = (f64::NAN, begin);
        for step in 0..56 {
            work.kymo("queue take q -C 100").ok();
            if step == 28 {
                (said, at) = (stat(&work, "q")["empty_in"].as_f64().unwrap_or(f64::NAN), Instant::now());
            }
            let due = begin + Duration::from_millis(250) * (step + 1);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let took = at.elapsed().as_secs_f64();
        assert_eq!(stat(&work, "q")["records"], 0);
        ((said / took - 1.0).abs() <= 0.2).then_some(()).ok_or(format!("{said} s were said, {took} s it took"))
    };
    let attempts: Vec<String> = (0..3).map_while(|_| drained().err()).collect();
    assert!(attempts.len() < 3, "{attempts:?}");
}
