//! From one broker through a queue to another, and every process on the way killed again and again.

use crate::harness::{Work, random};
use crate::mqtt::broker::Broker;
use crate::mqtt::{complete, finish, flood};
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
        flood(&first, count);
        let put = format!("run 'mqtt-cat {} --id a -t t/#@{qos} --no-topic | queue put q'", first.url());
        let take =
            format!("run 'queue take q | mqtt-pub {} -q {qos} -t u/{{device}} --rejects bad.ndjson'", second.url());
        let mut random = random();
        let mut children = [work.kymo(&put).start(), work.kymo(&take).start()];
        for n in 0..2 * kills {
            std::thread::sleep(Duration::from_millis(50 + random.below(250)));
            // Putting in its place drops the one before: SIGKILL.
            let words = if n % 2 == 0 { &put } else { &take };
            children[n % 2] = work.kymo(words).start();
        }
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
