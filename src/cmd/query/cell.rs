//! What a field of a series has in a span of time.

use super::counter::Counter;
use crate::host::budget::Budget;
use crate::reading::aggregate::{Agg, Aggregate};
use crate::reading::circle::Circle;
use crate::reading::error::Result;

/// How the values of a record are taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    pub(super) increase: bool,
    /// They are angles, of which a turn is so much.
    pub(super) turn: Option<f64>,
    /// The last one is kept, whatever it is.
    pub(super) is_state: bool,
}

/// What a field of a series has in the open span.
#[derive(Default)]
pub(super) struct Cell {
    pub(super) content: Content,
    /// It remembers the last reading, whatever the content of a span is.
    counter: Option<Box<Counter>>,
    circle: Option<Box<Circle>>,
    /// The most bytes of a text that it had.
    longest: usize,
}

#[derive(Default)]
pub(super) enum Content {
    Numbers(Aggregate),
    /// Not measured: kept if all records of the span agree. How many said it so far.
    Same(Vec<u8>, u64),
    /// They do not.
    Differs,
    /// Of a state: the last value.
    Last(Vec<u8>),
    /// Nothing in this span.
    #[default]
    Nothing,
}

impl Cell {
    /// That of a field which each record has a count of.
    pub(super) fn counted() -> Cell {
        Cell { content: Content::Numbers(Aggregate::default()), ..Cell::default() }
    }

    pub(super) fn clear(&mut self) {
        self.content.clear();
        self.counter.iter_mut().for_each(|counter| counter.clear());
        self.circle.iter_mut().for_each(|circle| circle.clear());
    }

    /// `number`: it is a measured one.
    pub(super) fn add(&mut self, number: Option<f64>, raw: &[u8], wanted: Wanted, budget: &mut Budget) -> Result<()> {
        // A text is kept once, a number as up to four of an aggregate.
        let bytes = if number.is_some() && !wanted.is_state { Aggregate::further(raw) } else { raw.len() };
        if bytes > self.longest {
            budget.resize(self.longest, bytes)?;
            self.longest = bytes;
        }
        if wanted.is_state {
            self.content = Content::Last(raw.to_vec());
            return Ok(());
        }
        self.content.add(number, raw);
        let Some(number) = number else { return Ok(()) };
        if wanted.increase {
            match &mut self.counter {
                Some(counter) => counter.add(number, raw),
                counter => {
                    budget.take(size_of::<Counter>())?;
                    *counter = Some(Box::new(Counter::new(number, raw)));
                }
            }
        }
        if let Some(turn) = wanted.turn {
            if self.circle.is_none() {
                budget.take(size_of::<Circle>())?;
            }
            self.circle.get_or_insert_default().add(number, turn);
        }
        Ok(())
    }

    /// Appends what its numbers come to, of which there are some; null: nobody knows.
    pub(super) fn write(&self, numbers: &Aggregate, agg: Agg, decimals: Option<u8>, to: &mut Vec<u8>) {
        let circle = self.circle.as_ref().filter(|circle| circle.count() == numbers.count());
        let is_known = match (agg, circle) {
            (Agg::Increase, _) => self.counter.as_ref().is_some_and(|counter| counter.write(decimals, to)),
            (Agg::Mean, Some(circle)) => circle.write(decimals, to),
            _ => {
                numbers.write(agg, decimals, to);
                true
            }
        };
        if !is_known {
            to.extend_from_slice(b"null");
        }
    }

    /// How often its counter began again.
    pub(super) fn resets(&self) -> u64 {
        self.counter.as_ref().map_or(0, |counter| counter.resets())
    }
}

impl Content {
    fn clear(&mut self) {
        match self {
            Content::Numbers(numbers) => numbers.clear(),
            other => *other = Content::Nothing,
        }
    }

    /// `number`: it is a measured one.
    fn add(&mut self, number: Option<f64>, raw: &[u8]) {
        match (&mut *self, number) {
            (Content::Numbers(numbers), Some(number)) => numbers.add(number, raw),
            (Content::Numbers(numbers), None) if numbers.count() == 0 => *self = Content::Same(raw.to_vec(), 1),
            (Content::Nothing, Some(number)) => {
                let mut numbers = Aggregate::default();
                numbers.add(number, raw);
                *self = Content::Numbers(numbers);
            }
            (Content::Nothing, None) => *self = Content::Same(raw.to_vec(), 1),
            (Content::Same(same, times), None) if same == raw => *times += 1,
            (Content::Same(..), _) => *self = Content::Differs,
            (Content::Differs | Content::Numbers(_) | Content::Last(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_measured_is_kept_while_all_agree() {
        let mut cell = Content::Nothing;
        cell.add(None, b"\"V\"");
        cell.add(None, b"\"V\"");
        assert!(matches!(&cell, Content::Same(raw, 2) if raw == b"\"V\""));
        cell.add(None, b"\"A\"");
        cell.add(None, b"\"V\"");
        assert!(matches!(cell, Content::Differs));
        cell.clear();
        cell.add(Some(1.0), b"1");
        cell.add(None, b"true");
        assert!(matches!(&cell, Content::Numbers(numbers) if numbers.count() == 1));
    }
}
