//! How much all meters hold, and which of them holds most.
//!
//! Decision: the meters are put in order only when too much waits for the first time. From then on each change costs
//! about the logarithm of their number; to look at all of them for each reading would cost their number.

use super::meter::Meter;
use std::collections::BTreeSet;

/// Readings and powers that wait.
#[derive(Default)]
pub(super) struct Held {
    total: usize,
    order: Option<Order>,
}

/// The meters that hold something, by how much that is.
#[derive(Default)]
struct Order {
    meters: BTreeSet<(usize, usize)>,
    /// How much each meter holds in `meters`.
    known: Vec<usize>,
}

impl Held {
    /// What these meters hold.
    pub(super) fn of(meters: &[Meter]) -> Held {
        Held { total: meters.iter().map(Meter::held).sum(), order: None }
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// A meter that held `before` holds `after`.
    pub(super) fn change(&mut self, meter: usize, before: usize, after: usize) {
        self.total = self.total + after - before;
        if let Some(order) = &mut self.order {
            order.put(meter, after);
        }
    }

    /// The meter that holds most.
    pub(super) fn largest(&mut self, meters: &[Meter]) -> Option<usize> {
        let order = self.order.get_or_insert_with(|| {
            let mut order = Order::default();
            meters.iter().enumerate().for_each(|(at, meter)| order.put(at, meter.held()));
            order
        });
        order.meters.last().map(|&(_, at)| at)
    }
}

impl Order {
    fn put(&mut self, meter: usize, held: usize) {
        if meter >= self.known.len() {
            self.known.resize(meter + 1, 0);
        }
        let before = std::mem::replace(&mut self.known[meter], held);
        if before != held {
            self.meters.remove(&(before, meter));
            if held > 0 {
                self.meters.insert((held, meter));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_known_however_they_change() {
        let mut held = Held { total: 0, order: Some(Order::default()) };
        assert_eq!(held.largest(&[]), None);
        for (meter, before, after, largest) in
            [(3, 0, 2, Some(3)), (1, 0, 5, Some(1)), (1, 5, 1, Some(3)), (3, 2, 0, Some(1)), (1, 1, 0, None)]
        {
            held.change(meter, before, after);
            assert_eq!(held.largest(&[]), largest);
        }
        assert_eq!(held.total(), 0);
    }
}
