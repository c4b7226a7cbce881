//! Which reading belongs to which: the two series of a meter, paired by their own times.
//!
//! One series *asks*: each of its readings gets one power. The other *answers*. A reading is decided as soon as
//! nothing that may still come could change its answer, and not before; so what comes out depends on the readings of
//! each series, and not on how the two were mixed on their way. Each series is taken in its own order: a reading
//! at or before its series' *gate* is late or repeated, and changes nothing.

use super::claim::{Claim, Line};
use super::progress::{Missed, Progress};
use super::rules::{Match, Rules};
use crate::reading::key::TimeStyle;
use std::collections::VecDeque;

/// What a reading says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// ns
    pub(super) time: i64,
    /// V or A
    pub(super) value: f64,
    /// The power factor that it names; else NaN.
    pub(super) factor: f64,
    pub(super) style: TimeStyle,
    pub(super) filled: bool,
}

impl Reading {
    /// A mark of what it says, of 24 bits. Two readings of one time share it by chance once in 17 million times.
    fn mark(&self) -> u32 {
        let bits = self.value.to_bits() ^ self.factor.to_bits().rotate_left(19) ^ u64::from(self.filled);
        (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u32
    }
}

/// A reading that waits for its answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) reading: Reading,
    pub(super) line: Option<Box<Line>>,
    pub(super) claim: Claim,
}

/// A reading that may be the answer to others.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) reading: Reading,
    pub(super) line: Option<Box<Line>>,
    pub(super) claim: Claim,
    /// It was the answer to one at least.
    pub(super) used: bool,
}

/// What became of a reading.
#[derive(Debug)]
pub(super) enum Taken {
    Waits,
    /// It waits in the place of an earlier one of its step.
    Instead(Box<Asked>),
    /// A later one of its step is there.
    Outdone,
    /// It does not come to wait.
    Missed(Missed),
}

/// Why a reading was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// Nothing could change its answer any more.
    Sure,
    /// The input has ended.
    End,
    /// It has waited for `--max-wait`.
    Waited,
    /// There was no more room.
    Full,
}

/// A reading with its answer.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) asked: Asked,
    pub(super) answer: Option<Reading>,
    pub(super) because: Because,
}

/// The two series of a meter, or of one of its phases.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub(super) asks: Progress,
    pub(super) answers: Progress,
    /// By time.
    pub(super) asked: VecDeque<Asked>,
    /// By time.
    pub(super) answered: VecDeque<Answer>,
    /// Answers that were let go of and have no fate yet.
    pub(super) gone: Vec<Answer>,
}

impl Pair {
    /// How many readings it holds.
    pub(super) fn held(&self) -> usize {
        self.asked.len() + self.answered.len()
    }

    /// The latest time that was seen on either side.
    pub(super) fn newest(&self) -> i64 {
        self.asks.newest.max(self.answers.newest)
    }

    /// What is decided from now on is later than this.
    pub(super) fn decided_to(&self) -> i64 {
        self.asked.front().map_or(self.asks.gate, |head| self.asks.gate.min(head.reading.time.saturating_sub(1)))
    }

    /// The time of its oldest reading.
    pub(super) fn oldest(&self) -> Option<i64> {
        let asked = self.asked.front().map(|asked| asked.reading.time);
        let answered = self.answered.front().map(|answer| answer.reading.time);
        asked.into_iter().chain(answered).min()
    }

    /// Takes a reading that asks; `asked` gives what is kept of one that waits.
    #[inline]
    pub(super) fn ask(&mut self, rules: &Rules, reading: Reading, asked: impl FnOnce() -> Asked) -> Taken {
        let time = reading.time;
        if let Some(missed) = self.asks.misses(time, reading.mark(), rules.remember) {
            let outdone = rules.pick == Match::Latest && rules.step(self.asks.newest) == rules.step(time);
            return if missed == Missed::Late && outdone { Taken::Outdone } else { Taken::Missed(missed) };
        }
        let at = place(&self.asked, time, |asked| asked.reading.time);
        if let Some(missed) = at.checked_sub(1).and_then(|at| same_time(&self.asked[at].reading, &reading)) {
            return Taken::Missed(missed);
        }
        self.asks.pass(time, reading.mark(), rules.late, rules.remember);
        if rules.pick == Match::Latest {
            // Of a step only the last asks.
            let same = |other: &Asked| rules.step(other.reading.time) == rules.step(time);
            if self.asked.get(at).is_some_and(same) {
                return Taken::Outdone;
            }
            if at > 0 && same(&self.asked[at - 1]) {
                return Taken::Instead(Box::new(std::mem::replace(&mut self.asked[at - 1], asked())));
            }
        }
        put(&mut self.asked, at, asked());
        Taken::Waits
    }

    /// Takes a reading that answers. `answer` gives what is kept of it.
    #[inline]
    pub(super) fn answer(&mut self, rules: &Rules, reading: Reading, answer: impl FnOnce() -> Answer) -> Taken {
        let time = reading.time;
        if let Some(missed) = self.answers.misses(time, reading.mark(), rules.remember) {
            return Taken::Missed(missed);
        }
        let at = place(&self.answered, time, |answer| answer.reading.time);
        if let Some(missed) = at.checked_sub(1).and_then(|at| same_time(&self.answered[at].reading, &reading)) {
            return Taken::Missed(missed);
        }
        let is_new = time > self.answers.newest;
        self.answers.pass(time, reading.mark(), rules.late, rules.remember);
        put(&mut self.answered, at, answer());
        if !is_new {
            // One that comes again is forgotten as it was before: the state does not change.
            self.forget(rules);
        }
        Taken::Waits
    }

    /// The next reading that is decided, in order of time. `force`: decide the oldest in any case.
    pub(super) fn decide(&mut self, rules: &Rules, force: Option<Because>) -> Option<Decided> {
        let Some(time) = self.asked.front().map(|head| head.reading.time) else {
            // Not with every reading: it is done again before the next one that asks is decided.
            if self.answered.len() > FEW {
                self.forget(rules);
            }
            return None;
        };
        self.forget(rules);
        let closed = rules.closed_by(time);
        let waited = time < self.newest().saturating_sub(rules.max_wait);
        // Before the answers have come as far as it, none is sure.
        let closes = self.asks.gate >= closed && self.answers.gate >= time;
        if !closes && !waited && force.is_none() {
            return None;
        }
        let (place, sure) = self.find(rules, time);
        let answer = place.map(|at| {
            self.answered[at].used = true;
            self.answered[at].reading
        });
        let because = if sure && closes {
            Because::Sure
        } else if waited {
            Because::Waited
        } else {
            force?
        };
        self.asks.close(closed);
        let asked = self.asked.pop_front()?;
        Some(Decided { asked, answer, because })
    }

    /// Lets go of its oldest answer, whose record may still need a fate.
    pub(super) fn let_go(&mut self) {
        let oldest = self.answered.pop_front();
        self.gone.extend(oldest.filter(|answer| !matches!(answer.claim, Claim::Settled)));
    }

    /// Lets go of answers that nobody can want any more: those out of reach of all that waits and may come, and all
    /// but the last at or before it.
    fn forget(&mut self, rules: &Rules) {
        let waits = self.asked.front().map_or(self.asks.gate, |head| self.asks.gate.min(head.reading.time));
        let reach = waits.saturating_sub(rules.within);
        let too_old = self.newest().saturating_sub(rules.max_wait).saturating_sub(rules.within);
        while let Some(first) = self.answered.front() {
            let outdone = self.answered.get(1).is_some_and(|second| second.reading.time <= waits);
            if !outdone && first.reading.time >= reach && first.reading.time >= too_old {
                break;
            }
            self.let_go();
        }
    }

    /// The place of the answer to a reading of this time as far as is known, and whether it is sure: whether nothing later than
    /// the gate of the answers could be a better one.
    fn find(&self, rules: &Rules, time: i64) -> (Option<usize>, bool) {
        let gate = self.answers.gate;
        let next = place(&self.answered, time, |answer| answer.reading.time);
        // Place and time of a neighbour.
        let at = |at: usize| self.answered.get(at).map(|answer| (at, answer.reading.time));
        let before = next.checked_sub(1).and_then(at);
        let after = at(next);
        let near = |(_, other): &(usize, i64)| distance(*other, time) <= rules.within.unsigned_abs();
        let (before, after) = (before.filter(near), after.filter(near));
        let (answer, sure_at) = match rules.pick {
            Match::Previous => (before, time),
            Match::Next => {
                let answer = before.filter(|(_, other)| *other == time).or(after);
                (answer, answer.map_or(time.saturating_add(rules.within), |(_, other)| other))
            }
            Match::Nearest | Match::Latest => {
                let later = |a: &(usize, i64)| before.is_none_or(|b| distance(a.1, time) <= distance(b.1, time));
                let answer = after.filter(later).or(before);
                let sure_at = match answer {
                    Some((_, other)) if other >= time => other,
                    // At the same distance behind it a later one would be taken.
                    Some((_, other)) => time.saturating_add(time - other),
                    None => time.saturating_add(rules.within),
                };
                (answer, sure_at)
            }
        };
        (answer.map(|(at, _)| at), gate >= sure_at)
    }
}

/// No more answers than this are kept without a look at which are still needed.
const FEW: usize = 8;

fn distance(a: i64, b: i64) -> u64 {
    a.abs_diff(b)
}

/// Where a reading of this time belongs: behind all that are not later. Most come in order.
fn place<T>(queue: &VecDeque<T>, time: i64, time_of: impl Fn(&T) -> i64) -> usize {
    match queue.back() {
        Some(last) if time_of(last) > time => queue.partition_point(|other| time_of(other) <= time),
        _ => queue.len(),
    }
}

/// Whether a reading that waits is of the time of this one: then the same, or another.
fn same_time(waits: &Reading, reading: &Reading) -> Option<Missed> {
    let same = || waits.value == reading.value && waits.filled == reading.filled;
    (waits.time == reading.time).then(|| if same() { Missed::Again } else { Missed::Another })
}

/// Most belong at the end.
fn put<T>(queue: &mut VecDeque<T>, at: usize, it: T) {
    if at == queue.len() { queue.push_back(it) } else { queue.insert(at, it) }
}

#[cfg(test)]
mod tests {
    use super::super::rules::Side;
    use super::*;
    use proptest::prelude::*;

    fn rules(pick: Match, late: i64) -> Rules {
        Rules { per: Side::Voltage, pick, within: 5, late, max_wait: 1 << 40, every: 10, remember: 16 }
    }

    fn reading(time: i64) -> Reading {
        Reading { time, value: time as f64, factor: f64::NAN, style: TimeStyle::Number, filled: false }
    }

    fn asked(time: i64) -> Asked {
        Asked { reading: reading(time), line: None, claim: Claim::Settled }
    }

    fn answer(time: i64) -> Answer {
        Answer { reading: reading(time), line: None, claim: Claim::Settled, used: false }
    }

    /// Feeds times of both sides (true: asks), gives (time, time of the answer).
    fn feed(rules: &Rules, mixed: &[(bool, i64)]) -> Vec<(i64, Option<i64>)> {
        let mut pair = Pair::default();
        let mut all = Vec::new();
        let mut take = |pair: &mut Pair, force| {
            while let Some(decided) = pair.decide(rules, force) {
                all.push((decided.asked.reading.time, decided.answer.map(|reading| reading.time)));
            }
        };
        for &(asks, time) in mixed {
            match asks {
                true => drop(pair.ask(rules, reading(time), || asked(time))),
                false => drop(pair.answer(rules, reading(time), || answer(time))),
            }
            take(&mut pair, None);
        }
        take(&mut pair, Some(Because::End));
        assert!(pair.asked.is_empty());
        all
    }

    /// By definition, from all readings at once.
    fn wanted(rules: &Rules, asks: &[i64], answers: &[i64]) -> Vec<(i64, Option<i64>)> {
        let near = |time: i64, answer: i64| (answer - time).abs() <= rules.within;
        let pick = |&time: &i64| {
            let near = answers.iter().copied().filter(|&answer| near(time, answer));
            let answer = match rules.pick {
                Match::Previous => near.filter(|&answer| answer <= time).max(),
                Match::Next => near.filter(|&answer| answer >= time).min(),
                _ => near.min_by_key(|&answer| ((answer - time).abs(), -answer)),
            };
            (time, answer)
        };
        let last = |time: &i64| {
            rules.pick != Match::Latest || !asks.iter().any(|o| o > time && rules.step(*o) == rules.step(*time))
        };
        let mut all: Vec<_> = asks.iter().filter(|time| last(time)).map(pick).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn windows_are_inclusive_and_a_tie_goes_to_the_later() {
        let mixed = [(false, 5), (false, 15), (true, 10), (false, 25), (true, 30), (true, 41)];
        assert_eq!(feed(&rules(Match::Nearest, 0), &mixed), [(10, Some(15)), (30, Some(25)), (41, None)]);
        assert_eq!(feed(&rules(Match::Previous, 0), &mixed), [(10, Some(5)), (30, Some(25)), (41, None)]);
        assert_eq!(feed(&rules(Match::Next, 0), &mixed), [(10, Some(15)), (30, None), (41, None)]);
    }

    #[test]
    fn a_reading_is_decided_as_soon_as_it_is_sure() {
        let rules = rules(Match::Nearest, 0);
        let mut pair = Pair::default();
        let ask = |pair: &mut Pair, time| matches!(pair.ask(&rules, reading(time), || asked(time)), Taken::Waits);
        let answers =
            |pair: &mut Pair, time| matches!(pair.answer(&rules, reading(time), || answer(time)), Taken::Waits);
        assert!(ask(&mut pair, 10));
        assert!(answers(&mut pair, 8));
        // Something at 12 would still be taken.
        assert!(pair.decide(&rules, None).is_none());
        assert!(answers(&mut pair, 13));
        let decided = pair.decide(&rules, None).unwrap();
        assert_eq!((decided.answer.unwrap().time, decided.because), (8, Because::Sure));
        // Late, and repeated: neither changes anything.
        assert!(!ask(&mut pair, 10) && !ask(&mut pair, 9) && !answers(&mut pair, 13));
        assert!(ask(&mut pair, 13));
        assert_eq!(pair.decide(&rules, None).unwrap().answer.unwrap().time, 13);
    }

    #[test]
    fn waiting_is_bounded() {
        let rules = Rules { max_wait: 100, ..rules(Match::Nearest, 0) };
        let mut pair = Pair::default();
        for time in 0..1000 {
            assert!(matches!(pair.answer(&rules, reading(time), || answer(time)), Taken::Waits));
            assert!(pair.decide(&rules, None).is_none());
        }
        assert_eq!(pair.held(), 106);
        let mut pair = Pair::default();
        let mut waited = 0;
        for time in 0..1000 {
            assert!(matches!(pair.ask(&rules, reading(time), || asked(time)), Taken::Waits));
            while let Some(decided) = pair.decide(&rules, None) {
                assert_eq!((decided.because, decided.asked.reading.time), (Because::Waited, waited));
                waited += 1;
            }
        }
        assert_eq!((pair.held(), waited), (101, 899));
    }

    /// Two series mixed as these choices say, each in its own order.
    fn mix(asks: &[i64], answers: &[i64], choices: &[bool]) -> Vec<(bool, i64)> {
        let (mut a, mut b) = (asks.iter(), answers.iter());
        let mut mixed = Vec::new();
        for &choice in choices.iter().cycle().take(10_000) {
            let next = if choice { a.next().map(|&t| (true, t)) } else { b.next().map(|&t| (false, t)) };
            mixed.extend(next);
        }
        mixed.extend(a.map(|&t| (true, t)));
        mixed.extend(b.map(|&t| (false, t)));
        mixed
    }

    /// Times that rise, but for some that are up to `late` behind the newest.
    fn series(late: i64) -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec((0..8i64, 0..=late), 0..60).prop_map(|steps| {
            let (mut newest, mut times) = (0, Vec::new());
            for (step, back) in steps {
                newest += step;
                let time = newest - back;
                if !times.contains(&time) {
                    times.push(time);
                }
            }
            times
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_order_of_arrival_gives_what_the_definition_says(
            (late, asks, answers) in (0..12i64).prop_flat_map(|late| (Just(late), series(late), series(late))),
            choices in prop::collection::vec(any::<bool>(), 1..40),
            pick in prop::sample::select(vec![Match::Nearest, Match::Previous, Match::Next, Match::Latest]),
        ) {
            // What is at the gate itself is late: one more than the generator's delay.
            let rules = rules(pick, late + 1);
            let found = feed(&rules, &mix(&asks, &answers, &choices));
            prop_assert_eq!(found, wanted(&rules, &asks, &answers));
        }
    }
}
