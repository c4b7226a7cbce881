//! One message, several copies: a broker may send a message once for each of our topic filters that match it (MQTT 5,
//! 3.3.4). The number of its subscription says which copy it is.
//!
//! Decision: a copy is known by what was seen, not by what should come, so that no message is lost whatever the broker
//! does: of equal messages each subscription brings one copy, and there are as many messages as the subscription that
//! brought most has brought.

use crate::net::mqtt::packet::Publish;
use foldhash::quality::RandomState;
use std::collections::VecDeque;
use std::hash::BuildHasher as _;
use std::time::{Duration, Instant};

/// At most this many different messages are remembered; the copies of one come close together.
const MOST: usize = 256;

/// For this long.
const WHILE: Duration = Duration::from_secs(10);

/// The messages of late.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// The connection that they came by: on another one everything that is not confirmed comes again.
    connection: u64,
    seen: VecDeque<Seen>,
    mark: RandomState,
}

/// Equal messages.
#[derive(Debug)]
struct Seen {
    mark: u64,
    /// How many of them each subscription has brought.
    by: Vec<(u32, u32)>,
    /// How many that makes.
    count: u32,
    last: Instant,
}

impl Copies {
    /// The message is a copy of one that was here before. `size`: that of its payload; of a message too large to hold, no
    /// more is known of it.
    pub(super) fn is_copy(&mut self, publish: &Publish, size: usize, connection: u64, now: Instant) -> bool {
        if publish.subscriptions.is_empty() {
            return false;
        }
        if std::mem::replace(&mut self.connection, connection) != connection {
            self.seen.clear();
        }
        while self.seen.front().is_some_and(|seen| now.duration_since(seen.last) > WHILE) || self.seen.len() >= MOST {
            self.seen.pop_front();
        }
        let payload = (&publish.payload, size);
        let mark = self.mark.hash_one((&publish.topic, payload, publish.retain, &publish.properties));
        let before = self.seen.iter().position(|seen| seen.mark == mark).and_then(|at| self.seen.remove(at));
        let mut seen = before.unwrap_or(Seen { mark, by: Vec::new(), count: 0, last: now });
        for &id in &publish.subscriptions {
            match seen.by.iter_mut().find(|(of, _)| *of == id) {
                Some((_, count)) => *count += 1,
                None => seen.by.push((id, 1)),
            }
        }
        let count = seen.by.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let is_copy = count == std::mem::replace(&mut seen.count, count);
        seen.last = now;
        self.seen.push_back(seen);
        is_copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these are copies: what a message says, and the numbers of its subscriptions.
    fn copies(messages: &[(&'static str, &[u32])]) -> Vec<bool> {
        let (mut copies, now) = (Copies::default(), Instant::now());
        let publish = |payload: &'static str, ids: &[u32]| Publish {
            topic: "a/b".into(),
            payload: payload.into(),
            subscriptions: ids.to_vec(),
            ..Publish::default()
        };
        messages.iter().map(|(payload, ids)| copies.is_copy(&publish(payload, ids), payload.len(), 1, now)).collect()
    }

    #[test]
    fn as_many_messages_as_the_subscription_that_brought_most() {
        assert_eq!(copies(&[("1", &[1]), ("1", &[2]), ("1", &[1]), ("1", &[2])]), [false, true, false, true]);
        assert_eq!(copies(&[("1", &[1]), ("1", &[1]), ("1", &[2]), ("1", &[2])]), [false, false, true, true]);
        // One copy for all of them.
        assert_eq!(copies(&[("1", &[1, 2]), ("1", &[1, 2])]), [false, false]);
        // Other messages between them; and such as only one subscription brings.
        assert_eq!(copies(&[("1", &[1]), ("2", &[1]), ("1", &[2]), ("2", &[2])]), [false, false, true, true]);
        assert_eq!(copies(&[("1", &[1]), ("1", &[1]), ("1", &[])]), [false, false, false]);
    }

    #[test]
    fn a_new_connection_begins_anew_and_memory_is_bounded() {
        let mut copies = Copies::default();
        let now = Instant::now();
        let mut publish = Publish { subscriptions: vec![1], ..Publish::default() };
        assert!(!copies.is_copy(&publish, 0, 1, now));
        publish.subscriptions = vec![2];
        assert!(copies.is_copy(&publish, 0, 1, now));
        assert!(!copies.is_copy(&publish, 0, 2, now));
        for n in 0..1000 {
            publish.payload = format!("{n}").into();
            assert!(!copies.is_copy(&publish, 0, 2, now));
        }
        assert!(copies.seen.len() <= MOST);
        assert!(!copies.is_copy(&publish, 0, 2, now + 2 * WHILE) && copies.seen.len() == 1);
    }
}
