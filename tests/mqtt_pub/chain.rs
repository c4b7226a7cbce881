//! From one broker through a queue to another, and every process on the way killed again and again.

use crate::harness::{PATIENCE, Work, random, until};
use crate::mqtt::broker::Broker;
use crate::mqtt::{complete, finish, messages, part, wire::Sender};
use rusqlite::{Connection, OpenFlags};
use std::time::Duration;

#[test]
fn through_a_queue_to_a_second_broker_nothing_is_lost() {
    chain(2_000, 4);
}

#[test]
#[ignore = "20,000 messages, ten kills each: make soak"]
fn through_a_queue_to_a_second_broker_for_long() {
    chain(20_000, 10);
}

fn chain(count: usize, kills: usize) {
    for qos in [1, 2] {
        let Some(first) = Broker::start("upgrade_outgoing_qos true\nmax_inflight_messages 200") else { return };
        let Some(second) = Broker::start("upgrade_outgoing_qos true\nmax_inflight_messages 200") else { return };
        let work = Work::new();
        work.kymo(&format!("mqtt-cat {} --id a --init-session -t t/#@{qos}", first.url())).ok();
        work.kymo(&format!("mqtt-cat {} --id b --init-session -t u/#@{qos}", second.url())).ok();
        let (mut sender, mut all) = (Sender::connect(first.port), messages(count));
        let put = format!("run 'mqtt-cat {} --id a -t t/#@{qos} --no-topic | queue put q'", first.url());
        let take =
            format!("run 'queue take q | mqtt-pub {} -q {qos} -t u/{{device}} --rejects bad.ndjson'", second.url());
        let mut random = random();
        let mut children = [work.kymo(&put).start(), work.kymo(&take).start()];
        for n in 0..2 * kills {
            let before = progress(&work, n % 2 == 0);
            sender.flood(all.by_ref().take(part(count, n, 2 * kills)));
            until("some more are through", || progress(&work, n % 2 == 0) > before);
            std::thread::sleep(Duration::from_millis(random.below(40)));
            // Putting in its place drops the one before: SIGKILL.
            let words = if n % 2 == 0 { &put } else { &take };
            children[n % 2] = work.kymo(words).start();
        }
        sender.flood(all);
        let run = format!("run 'mqtt-cat {} --id b -t u/#@{qos} | store b{qos}.db --by device'", second.url());
        finish(&work, &run, &format!("b{qos}.db"), count);
        complete(&work, &format!("b{qos}.db"), count);
        drop(children);
        assert_eq!(work.read("bad.ndjson"), "");
        for file in ["q", "q-wal", "q-shm"] {
            let _ = std::fs::remove_file(work.path(file));
        }
    }
}

/// How many records the queue has got, or has given away.
fn progress(work: &Work, put: bool) -> i64 {
    let Ok(db) = Connection::open_with_flags(work.path("q"), OpenFlags::SQLITE_OPEN_READ_ONLY) else { return 0 };
    db.busy_timeout(PATIENCE).expect("patience");
    let column = if put { "put" } else { "taken" };
    db.query_row(&format!("SELECT {column} FROM kymo_counts"), [], |row| row.get(0)).unwrap_or(0)
}
