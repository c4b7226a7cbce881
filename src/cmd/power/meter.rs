//! One meter: its pairs become powers, the powers of its phases a sum, and the sums energy.
//!
//! Energy is the trapezoid between two powers that follow each other (Wh: ns are divided by the ns of an hour, once a
//! step). It is a plain running sum, so that one read back from a database goes on to the same bits.

use super::claim::{Claim, Shared};
use super::meters::PHASES;
use super::pair::{Because, Decided, Pair, Reading};
use super::rules::Side;
use super::work::{Factor, Work};
use crate::flow::stage::Output;
use crate::host::budget::ENTRY;
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::key::TimeStyle;
use std::collections::{HashSet, VecDeque};

const HOUR: f64 = 3_600e9;

/// About how many bytes it takes to keep the meters in order of what they hold, for each.
const ORDERED: usize = 2 * size_of::<(usize, usize)>() + size_of::<usize>();

/// A record is hardly ever longer, in bytes.
const LENGTH: usize = 384;

/// A pair of readings and what they make; or, of phases, the sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Power {
    /// That of the reading that asked, ns.
    pub(super) time: i64,
    pub(super) style: TimeStyle,
    /// W or VA
    pub(super) value: f64,
    pub(super) voltage: f64,
    pub(super) current: f64,
    /// NaN: none
    pub(super) factor: f64,
    /// How much later the current is than the voltage, ns.
    pub(super) skew: i64,
    pub(super) filled: bool,
}

impl Power {
    /// `None`: a power factor is wanted, and neither reading has one.
    fn new(per: Side, factor: Option<&Factor>, asked: &Reading, answer: &Reading) -> Option<Power> {
        let (voltage, current) = match per {
            Side::Voltage => (asked, answer),
            Side::Current => (answer, asked),
        };
        let factor = match factor {
            None => f64::NAN,
            Some(Factor::Fixed(factor)) => *factor,
            Some(Factor::Field(_)) => {
                let own = [asked.factor, answer.factor].into_iter().find(|factor| !factor.is_nan());
                own?
            }
        };
        let product = voltage.value * current.value;
        Some(Power {
            time: asked.time,
            style: asked.style,
            value: if factor.is_nan() { product } else { product * factor },
            voltage: voltage.value,
            current: current.value,
            factor,
            skew: current.time.saturating_sub(voltage.time),
            filled: asked.filled || answer.filled,
        })
    }
}

/// The energy of a meter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Energy {
    /// Wh or VAh
    pub(super) sum: f64,
    /// When the last power was, and how much.
    pub(super) last: Option<(i64, f64)>,
}

impl Energy {
    /// When the power before this time was, if that is too long ago to be counted from.
    fn gap_before(&self, time: i64, max_gap: i64) -> Option<i64> {
        self.last.map(|(from, _)| from).filter(|from| time.saturating_sub(*from) > max_gap)
    }

    /// Goes on to this power; gives the sum.
    pub(super) fn add(&mut self, time: i64, power: f64, max_gap: i64) -> f64 {
        if let Some((from, before)) = self.last {
            let step = time.saturating_sub(from);
            if step <= max_gap {
                self.sum += (before + power) / 2.0 * (step as f64 / HOUR);
            }
        }
        self.last = Some((time, power));
        self.sum
    }
}

/// A meter.
#[derive(Default)]
pub(super) struct Meter {
    /// Its name as JSON, by which its state is found again.
    pub(super) name: Vec<u8>,
    /// `,"device":NAME`
    pub(super) label: Vec<u8>,
    /// By place in `phases`; only one without phases.
    pub(super) pairs: Vec<Pair>,
    /// Indices into [`PHASES`].
    pub(super) phases: Vec<u8>,
    /// Decided powers of each phase that wait for the other phases, by time.
    pub(super) powers: Vec<VecDeque<Power>>,
    pub(super) energy: Energy,
}

impl Meter {
    pub(super) fn new(name: Vec<u8>, label: Vec<u8>, phases: Vec<u8>) -> Meter {
        let pairs = phases.iter().map(|_| Pair::default()).collect();
        let powers = phases.iter().map(|_| VecDeque::new()).collect();
        Meter { name, label, pairs, phases, powers, energy: Energy::default() }
    }

    /// About how many bytes a meter of this name and number of phases takes, where nothing waits.
    pub(super) fn needed(name: &[u8], phases: usize) -> usize {
        3 * name.len()
            + ENTRY
            + ORDERED
            + size_of::<Meter>()
            + phases * (size_of::<Pair>() + size_of::<VecDeque<Power>>())
    }

    /// How many readings and powers wait.
    pub(super) fn held(&self) -> usize {
        if let [only] = &self.pairs[..] {
            return only.held() + self.powers[0].len();
        }
        self.pairs.iter().map(Pair::held).chain(self.powers.iter().map(VecDeque::len)).sum()
    }

    /// The place of a phase; `None`: this meter has no such phase.
    pub(super) fn place(&self, phase: u8) -> Option<usize> {
        self.phases.iter().position(|&own| own == phase)
    }

    /// Gives what is decided since a reading of this phase came, in order of time.
    pub(super) fn give(&mut self, place: usize, work: &mut Work, out: &mut Output) -> Result<()> {
        self.decide(place, None, work, out)?;
        if !self.pairs[place].gone.is_empty() {
            self.let_go(work, out)?;
        }
        if work.phases {
            self.sum_phases(false, work, out);
        }
        Ok(())
    }

    /// Gives all that it holds: nothing more comes.
    pub(super) fn end(&mut self, work: &mut Work, out: &mut Output) -> Result<()> {
        for place in 0..self.pairs.len() {
            self.decide(place, Some(Because::End), work, out)?;
            // They may still answer in the next run; but what they were used for is written.
            for answer in self.pairs[place].answered.iter_mut().filter(|answer| answer.used) {
                std::mem::take(&mut answer.claim).use_up(out);
            }
        }
        self.let_go(work, out)?;
        if work.phases {
            self.sum_phases(true, work, out);
        }
        Ok(())
    }

    /// Nothing is remembered for a next run: what still waits to answer is let go of.
    pub(super) fn release(&mut self, work: &Work, out: &mut Output) -> Result<()> {
        for pair in &mut self.pairs {
            pair.gone.extend(pair.answered.drain(..));
        }
        self.let_go(work, out)
    }

    /// How many records wait in it.
    pub(super) fn records(&self, seen: &mut HashSet<*const Shared>) -> usize {
        let mut open = |claim: &Claim| usize::from(claim.is_open(seen));
        let mut count = 0;
        for pair in &self.pairs {
            count += pair.asked.iter().map(|asked| open(&asked.claim)).sum::<usize>();
            count += pair.answered.iter().map(|answer| open(&answer.claim)).sum::<usize>();
        }
        count
    }

    fn let_go(&mut self, work: &Work, out: &mut Output) -> Result<()> {
        for pair in &mut self.pairs {
            // Its memory is used again.
            let mut gone = std::mem::take(&mut pair.gone);
            gone.drain(..).try_for_each(|answer| work.let_go(&self.name, answer, out))?;
            pair.gone = gone;
        }
        Ok(())
    }

    fn decide(&mut self, place: usize, force: Option<Because>, work: &mut Work, out: &mut Output) -> Result<()> {
        while let Some(decided) = self.pairs[place].decide(&work.rules, force) {
            self.decided(place, decided, work, out)?;
            if out.is_closed() {
                break;
            }
        }
        Ok(())
    }

    /// Decides or forgets its oldest readings until it holds no more than `most`.
    pub(super) fn shrink(&mut self, most: usize, work: &mut Work, out: &mut Output) -> Result<()> {
        while self.held() > most && !out.is_closed() {
            let oldest = (0..self.pairs.len()).filter_map(|at| Some((self.pairs[at].oldest()?, at))).min();
            let power = self.powers.iter().filter_map(|queue| Some(queue.front()?.time)).min();
            match oldest {
                Some((time, at)) if power.is_none_or(|power| time <= power) => {
                    let pair = &mut self.pairs[at];
                    let asks = pair.asked.front().is_some_and(|asked| asked.reading.time == time);
                    match asks.then(|| pair.decide(&work.rules, Some(Because::Full))).flatten() {
                        Some(decided) => self.decided(at, decided, work, out)?,
                        None => pair.let_go(),
                    }
                }
                _ => self.sum_first(work, out),
            }
        }
        self.let_go(work, out)
    }

    fn decided(&mut self, place: usize, decided: Decided, work: &mut Work, out: &mut Output) -> Result<()> {
        let Decided { asked, answer, because } = decided;
        let power = answer.and_then(|answer| Power::new(work.rules.per, work.factor.as_ref(), &asked.reading, &answer));
        match power {
            None => work.leave(&self.name, asked, because, out)?,
            Some(power) => {
                if work.phases {
                    self.powers[place].push_back(power);
                } else {
                    self.write(&power, &[], work, out);
                }
                asked.claim.use_up(out);
            }
        }
        Ok(())
    }

    /// Sums the phases as far as nothing that may still come belongs to a sum.
    fn sum_phases(&mut self, force: bool, work: &mut Work, out: &mut Output) {
        while let Some(time) = self.powers.iter().filter_map(|queue| Some(queue.front()?.time)).min() {
            let until = time.saturating_add(work.rules.within);
            let newest = self.pairs.iter().map(Pair::newest).max().unwrap_or(time);
            let sure = self.powers.iter().zip(&self.pairs).all(|(queue, pair)| {
                // A power of this phase that belongs here is there, or cannot come any more.
                !queue.is_empty() || pair.decided_to() >= until
            });
            if !(sure || force || time < newest.saturating_sub(work.rules.max_wait)) || out.is_closed() {
                break;
            }
            self.sum_first(work, out);
        }
    }

    /// Sums the first power and those of the other phases that lie no further behind it than readings do that are paired.
    fn sum_first(&mut self, work: &mut Work, out: &mut Output) {
        let heads = self.powers.iter().filter_map(VecDeque::front).copied();
        let Some(first) = heads.min_by_key(|power| power.time) else { return };
        let until = first.time.saturating_add(work.rules.within);
        let next = |queue: &mut VecDeque<Power>| queue.pop_front_if(|power| power.time <= until);
        let parts: Vec<Option<Power>> = self.powers.iter_mut().map(next).collect();
        let present = || parts.iter().flatten();
        let sum = Power {
            value: present().map(|power| power.value).sum(),
            skew: present().map(|power| power.skew).max_by_key(|skew| skew.unsigned_abs()).unwrap_or(0),
            filled: present().any(|power| power.filled),
            ..first
        };
        self.write(&sum, &parts, work, out);
    }

    /// Adds the record of a power, or of a sum of `parts`.
    fn write(&mut self, power: &Power, parts: &[Option<Power>], work: &mut Work, out: &mut Output) {
        let complete = parts.iter().all(Option::is_some);
        if let Some(max_gap) = work.energy
            && let Some(from) = self.energy.gap_before(power.time, max_gap).filter(|_| complete)
        {
            work.leave_gap(&self.name, from, power.time, max_gap);
        }
        let Work { keys, pieces, counts, energy, .. } = work;
        counts.powers += 1;
        counts.incomplete += u64::from(!complete);
        let energy = energy.map(|max_gap| match complete {
            true => self.energy.add(power.time, power.value, max_gap),
            // A sum that lacks a phase says nothing about the whole: the next complete one goes on from the last.
            false => self.energy.sum,
        });
        out.add(|to| {
            to.reserve(LENGTH);
            to.extend_from_slice(&pieces.time);
            keys.write_time(power.time, power.style, to);
            to.extend_from_slice(&self.label);
            to.extend_from_slice(&pieces.value);
            json::write_f64(power.value, to);
            to.extend_from_slice(pieces.unit);
            if parts.is_empty() {
                to.extend_from_slice(b",\"voltage\":");
                json::write_f64(power.voltage, to);
                to.extend_from_slice(b",\"current\":");
                json::write_f64(power.current, to);
            }
            let phases = || parts.iter().zip(&self.phases).map(|(part, &phase)| (part, PHASES[usize::from(phase)]));
            for (part, name) in phases() {
                if let Some(part) = part {
                    to.extend_from_slice(format!(",\"{name}\":").as_bytes());
                    json::write_f64(part.value, to);
                }
            }
            to.extend_from_slice(b",\"skew_ms\":");
            pieces.millis.write_number(power.skew, to);
            if !power.factor.is_nan() && parts.is_empty() {
                to.extend_from_slice(b",\"power_factor\":");
                json::write_f64(power.factor, to);
            }
            if let Some(energy) = energy {
                to.extend_from_slice(b",\"");
                to.extend_from_slice(pieces.energy.as_bytes());
                to.extend_from_slice(b"\":");
                json::write_f64(energy, to);
            }
            if !complete {
                let missing = phases().filter(|(part, _)| part.is_none()).map(|(_, name)| format!("\"{name}\""));
                let missing = missing.collect::<Vec<_>>().join(",");
                to.extend_from_slice(format!(",\"missing\":[{missing}]").as_bytes());
            }
            if power.filled {
                to.extend_from_slice(&pieces.filled);
            }
            to.push(b'}');
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_is_the_area_under_the_power() {
        let second = 1_000_000_000;
        // Constant: an hour of 100 W in steps of a second.
        let mut energy = Energy::default();
        for n in 0..=3600 {
            energy.add(n * second, 100.0, second);
        }
        assert!((energy.sum - 100.0).abs() < 1e-9, "{}", energy.sum);
        // A ramp from 0 to 3600 W, uneven steps: half of it.
        let mut energy = Energy::default();
        let mut at = 0;
        while at < 3_600 * second {
            energy.add(at, at as f64 / 1e9, second);
            at += 1 + at * 7919 % 900_000_007;
        }
        energy.add(3_600 * second, 3600.0, second);
        assert!((energy.sum - 1800.0).abs() < 1e-9 * 1800.0, "{}", energy.sum);
    }

    #[test]
    fn nothing_is_counted_across_a_gap() {
        let mut energy = Energy::default();
        assert_eq!(energy.add(0, 1e3, 10), 0.0);
        assert_eq!(energy.add(11, 1e3, 10), 0.0);
        assert!(energy.add(21, 1e3, 10) > 0.0);
    }
}
