//! When the link of the source was lost, as its events say: why a gap may be.

use crate::reading::link::State;
use std::collections::VecDeque;

/// This many outages are remembered. Of an older gap nobody knows why it is.
const MOST: usize = 1024;

/// The outages of a link, ns since 1970.
#[derive(Debug)]
pub(super) struct Outages {
    /// When the link was lost, and when it was there again.
    over: VecDeque<(i64, i64)>,
    /// It is lost since then. Before the first event nobody was connected.
    since: Option<i64>,
    /// Before this nothing is known any more.
    known: i64,
    /// There was an event.
    is_told: bool,
}

impl Default for Outages {
    fn default() -> Outages {
        Outages { over: VecDeque::new(), since: Some(i64::MIN), known: i64::MIN, is_told: false }
    }
}

impl Outages {
    /// An event at this time.
    pub(super) fn note(&mut self, state: State, time: i64) {
        self.is_told = true;
        match (state, self.since) {
            (State::Up, Some(since)) => {
                self.over.push_back((since, time));
                self.since = None;
                if self.over.len() > MOST {
                    self.known = self.over.pop_front().map_or(self.known, |(_, over)| over);
                }
            }
            (State::Down, None) => self.since = Some(time),
            (State::Up, None) | (State::Down, Some(_)) => {}
        }
    }

    /// Why a gap between these times is, if events say anything.
    pub(super) fn cause(&self, from: i64, to: i64) -> Option<&'static str> {
        if !self.is_told {
            return None;
        }
        // The last ones matter most.
        let lost = self.since.is_some_and(|since| since < to)
            || self.over.iter().rev().any(|&(since, over)| since < to && from < over);
        match lost {
            true => Some("link"),
            false if from < self.known => None,
            false => Some("silent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_has_a_cause() {
        let mut outages = Outages::default();
        assert_eq!(outages.cause(0, 10), None);
        outages.note(State::Up, 100);
        assert_eq!(outages.cause(0, 200), Some("link"));
        assert_eq!(outages.cause(100, 200), Some("silent"));
        outages.note(State::Down, 300);
        assert_eq!(outages.cause(200, 310), Some("link"));
        assert_eq!(outages.cause(200, 300), Some("silent"));
        outages.note(State::Down, 310);
        outages.note(State::Up, 400);
        outages.note(State::Up, 410);
        assert_eq!(outages.cause(390, 500), Some("link"));
        assert_eq!(outages.cause(400, 500), Some("silent"));
        for i in 0..MOST as i64 {
            outages.note(State::Down, 1000 + 2 * i);
            outages.note(State::Up, 1001 + 2 * i);
        }
        assert_eq!(outages.cause(150, 200), None);
        assert_eq!(outages.cause(5000, 6000), Some("silent"));
        assert_eq!(outages.over.len(), MOST);
    }
}
