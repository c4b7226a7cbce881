//! The pace that a server allows: a number of messages and of values in a time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// This part of a limit is used: what else is said to the server counts, too.
const SHARE: f64 = 0.8;

/// The number of slots in which a time is counted.
const SLOTS: u32 = 50;

/// The limits, as `messages=100:1,3000:60;points=1000:1`: counts and seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    messages: Vec<(u64, Duration)>,
    points: Vec<(u64, Duration)>,
}

impl Limits {
    /// # Errors
    ///
    /// Another spelling.
    pub(crate) fn parse(text: &str) -> Result<Limits, String> {
        let mut limits = Limits::default();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (of, all) = part.split_once('=').unwrap_or(("messages", part));
            let to = match of.trim() {
                "messages" => &mut limits.messages,
                "points" => &mut limits.points,
                other => return Err(format!("{other:?} is neither messages nor points")),
            };
            for limit in all.split(',') {
                let numbers = limit.trim().split_once(':').and_then(|(count, seconds)| {
                    Some((count.parse().ok().filter(|n: &u64| *n > 0)?, seconds.parse().ok().filter(|n: &u64| *n > 0)?))
                });
                let (count, seconds) = numbers.ok_or("must be as messages=100:1,3000:60;points=1000:1")?;
                to.push((count, Duration::from_secs(seconds)));
            }
        }
        Ok(limits)
    }
}

/// What was sent lately.
pub(super) struct Pace {
    messages: Vec<Window>,
    points: Vec<Window>,
}

struct Window {
    most: u64,
    time: Duration,
    /// When a slot began, and what was sent in it.
    sent: VecDeque<(Instant, u64)>,
    count: u64,
}

impl Window {
    fn new(&(most, time): &(u64, Duration)) -> Window {
        let most = ((most as f64 * SHARE) as u64).max(1);
        Window { most, time, sent: VecDeque::new(), count: 0 }
    }

    /// When `count` more may be sent; more than there may ever be is sent alone.
    fn free(&mut self, count: u64, now: Instant) -> Option<Instant> {
        let slot = self.time / SLOTS;
        // A slot counts until all of it is past.
        let past = self.time + slot;
        while let Some((_, sent)) = self.sent.front().filter(|(begin, _)| now >= *begin + past) {
            self.count -= sent;
            self.sent.pop_front();
        }
        if self.count == 0 || self.count + count <= self.most {
            return None;
        }
        self.sent.front().map(|(begin, _)| *begin + self.time + slot)
    }

    fn send(&mut self, count: u64, now: Instant) {
        self.count += count;
        match self.sent.back_mut() {
            Some((begin, sent)) if now < *begin + self.time / SLOTS => *sent += count,
            _ => self.sent.push_back((now, count)),
        }
    }
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Pace {
        let windows = |of: &[(u64, Duration)]| of.iter().map(Window::new).collect();
        Pace { messages: windows(&limits.messages), points: windows(&limits.points) }
    }

    /// There is no limit.
    pub(super) fn is_free(&self) -> bool {
        self.messages.is_empty() && self.points.is_empty()
    }

    /// A message with this number of values may be sent now: it is counted. Else: when it is to be tried again.
    pub(super) fn take(&mut self, points: u64, now: Instant) -> Result<(), Instant> {
        let messages = self.messages.iter_mut().filter_map(|window| window.free(1, now));
        let waits = messages.chain(self.points.iter_mut().filter_map(|window| window.free(points, now))).max();
        if let Some(at) = waits {
            return Err(at);
        }
        self.messages.iter_mut().for_each(|window| window.send(1, now));
        self.points.iter_mut().for_each(|window| window.send(points, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let limits = Limits::parse("messages=100:1, 3000:60; points=1000:1").expect("limits");
        let seconds = Duration::from_secs;
        assert_eq!(limits.messages, [(100, seconds(1)), (3000, seconds(60))]);
        assert_eq!(limits.points, [(1000, seconds(1))]);
        assert_eq!(Limits::parse("10:1").map(|limits| limits.messages), Ok(vec![(10, seconds(1))]));
        for wrong in ["a", "messages=", "messages=0:1", "messages=1:0", "records=1:1", "messages=1"] {
            assert!(Limits::parse(wrong).is_err(), "{wrong}");
        }
    }

    /// In no time of the length of a limit there are more than it allows.
    #[test]
    fn a_pace_is_kept() {
        let mut pace = Pace::new(&Limits::parse("messages=10:1,300:60;points=50:1").expect("limits"));
        let begin = Instant::now();
        let (mut now, mut sent) = (begin, Vec::new());
        while now < begin + Duration::from_secs(180) {
            match pace.take(5, now) {
                Ok(()) => sent.push(now),
                Err(at) => {
                    assert!(at > now);
                    now = at;
                }
            }
            now += Duration::from_millis(3);
        }
        for (time, most) in [(1, 8), (60, 240)] {
            for (n, from) in sent.iter().enumerate() {
                let within = sent[n..].iter().take_while(|at| **at < *from + Duration::from_secs(time)).count();
                assert!(within <= most, "{within} in {time} s");
            }
        }
        assert!(sent.len() > 600, "{}", sent.len());
        // More than ever fits goes alone.
        let mut pace = Pace::new(&Limits::parse("points=10:1").expect("limits"));
        assert!(pace.take(100, begin).is_ok() && pace.take(1, begin).is_err());
    }
}
