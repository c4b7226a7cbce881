//! Curves in constant memory: of each column of time the first, the last, the smallest and the largest
//! reading, which is all that a line of pixels can show (M4: Jugel et al., PVLDB 7(10), 2014).
//!
//! Decision: a column is as wide as a power of two of nanoseconds, the same for all curves and aligned to
//! the epoch. When the range of times outgrows the columns, each two become one, and nothing else moves.

use std::collections::VecDeque;

/// What is known of the readings in one column of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    pub first: Reading,
    pub last: Reading,
    pub min: f64,
    pub max: f64,
    pub first_filled: bool,
    pub last_filled: bool,
    /// At least one of its readings was measured, not filled.
    pub measured: bool,
    /// The line does not come from the column before.
    pub cut: bool,
}

/// When (ns since 1970 UTC), and how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    pub time: i64,
    pub value: f64,
}

impl Column {
    fn of(reading: Reading, filled: bool, cut: bool) -> Column {
        let Reading { value, .. } = reading;
        Column {
            first: reading,
            last: reading,
            min: value,
            max: value,
            first_filled: filled,
            last_filled: filled,
            measured: !filled,
            cut,
        }
    }

    /// Both in one; their times may overlap.
    pub(crate) fn merge(&mut self, other: &Column) {
        if other.first.time < self.first.time {
            (self.first, self.first_filled, self.cut) = (other.first, other.first_filled, other.cut);
        }
        if other.last.time >= self.last.time {
            (self.last, self.last_filled) = (other.last, other.last_filled);
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.measured |= other.measured;
    }
}

/// One line: its columns in order of time, and the steps between its readings.
#[derive(Debug)]
pub(crate) struct Curve {
    columns: VecDeque<Column>,
    /// Of neighbours as they came, forwards or backwards: records come in order, or nearly.
    steps: Steps,
    /// When the reading was that came last.
    before: Option<i64>,
    /// A record without a value was here, after the one that came last.
    cut: Option<i64>,
}

impl Curve {
    /// Its columns in order of time.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// It has no reading (any more).
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// A longer distance between two readings is a gap: 2.5 times the step that three of four do not exceed.
    /// (Not the median: of readings that come by chance, every fifth step is longer than 2.5 medians.)
    pub(crate) fn gap(&self) -> i64 {
        let step = self.steps.third_quartile();
        step.saturating_add(step).saturating_add(step / 2)
    }

    /// How many columns it has more than before.
    fn put(&mut self, reading: Reading, filled: bool, shift: u32) -> usize {
        let Reading { time, .. } = reading;
        if let Some(before) = self.before.replace(time).filter(|before| *before != time) {
            self.steps.add(time.abs_diff(before));
        }
        let cut = self.cut.take_if(|at| *at <= time).is_some();
        let column = Column::of(reading, filled, cut);
        let index = time >> shift;
        let at = match self.columns.back() {
            Some(newest) if newest.first.time >> shift > index => {
                self.columns.partition_point(|c| c.first.time >> shift <= index)
            }
            _ => self.columns.len(),
        };
        match at.checked_sub(1).and_then(|before| self.columns.get_mut(before)) {
            Some(same) if same.first.time >> shift == index => {
                same.merge(&column);
                0
            }
            _ => {
                self.columns.insert(at, column);
                1
            }
        }
    }

    fn coarsen(&mut self, shift: u32) {
        let mut merged: VecDeque<Column> = VecDeque::with_capacity(self.columns.len() / 2 + 1);
        for column in &self.columns {
            match merged.back_mut() {
                Some(last) if last.first.time >> shift == column.first.time >> shift => last.merge(column),
                _ => merged.push_back(*column),
            }
        }
        self.columns = merged;
    }

    /// Gives how many columns it has less.
    fn forget_before(&mut self, time: i64) -> usize {
        let before = self.columns.len();
        while self.columns.front().is_some_and(|column| column.last.time < time) {
            self.columns.pop_front();
        }
        before - self.columns.len()
    }
}

/// All curves of a picture, over one axis of time.
#[derive(Debug)]
pub(crate) struct Curves {
    curves: Vec<Curve>,
    /// At most this many columns a curve.
    limit: u64,
    /// Only so long before the newest reading, in ns.
    last: Option<i64>,
    /// A column is 2^shift ns wide.
    shift: u32,
    /// The oldest and the newest time that there is room for.
    range: Option<(i64, i64)>,
    /// Columns of all curves.
    columns: usize,
}

impl Curves {
    /// About what a curve takes that has few readings.
    pub(crate) const LEAST: usize = size_of::<Curve>() + 16 * (size_of::<Column>() + size_of::<(u16, u32)>());

    /// No curves yet; each will have at most `limit` columns, none that ended `last` ns before the newest reading.
    pub(crate) fn new(limit: usize, last: Option<i64>) -> Curves {
        Curves { curves: Vec::new(), limit: limit.max(1) as u64, last, shift: 0, range: None, columns: 0 }
    }

    /// One more curve; its index.
    pub(crate) fn add(&mut self) -> usize {
        let (columns, steps) = (VecDeque::new(), Steps::default());
        self.curves.push(Curve { columns, steps, before: None, cut: None });
        self.curves.len() - 1
    }

    /// The curve of this index.
    pub(crate) fn get(&self, index: usize) -> Option<&Curve> {
        self.curves.get(index)
    }

    /// A reading of a curve.
    pub(crate) fn put(&mut self, index: usize, reading: Reading, filled: bool) {
        let Reading { time, .. } = reading;
        let (mut from, mut to) = self.range.unwrap_or((time, time));
        let oldest = |to: i64| self.last.map_or(i64::MIN, |last| to.saturating_sub(last));
        if time < oldest(to) {
            return;
        }
        if time < from || time > to || self.range.is_none() {
            let moved = to >> self.shift != time >> self.shift;
            (from, to) = (from.min(time), to.max(time));
            from = from.max(oldest(to));
            // Of the others it is seen when they are coarsened, or drawn: each time is too often for many curves.
            if moved
                && self.last.is_some()
                && let Some(curve) = self.curves.get_mut(index)
            {
                self.columns -= curve.forget_before(from);
            }
            self.range = Some((from, to));
            while (to >> self.shift).abs_diff(from >> self.shift) >= self.limit {
                self.coarsen();
            }
        }
        if let Some(curve) = self.curves.get_mut(index) {
            self.columns += curve.put(reading, filled, self.shift);
        }
    }

    /// Takes at most about this many bytes: where they are more, each two columns become one. (At most 63 times, so the work
    /// is bounded too.)
    pub(crate) fn fit(&mut self, bytes: usize) {
        // A list that grows is up to twice as long as what is in it.
        while self.columns.saturating_mul(2 * size_of::<Column>()) > bytes && self.shift < 62 {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.shift += 1;
        let oldest = self.oldest();
        for curve in &mut self.curves {
            curve.forget_before(oldest);
            curve.coarsen(self.shift);
        }
        self.columns = self.curves.iter().map(|curve| curve.columns.len()).sum();
    }

    /// What is older is not drawn.
    fn oldest(&self) -> i64 {
        self.range.zip(self.last).map_or(i64::MIN, |((_, to), last)| to.saturating_sub(last))
    }

    /// A record of a curve without a value: its line ends here, and begins again with the next one.
    pub(crate) fn cut(&mut self, index: usize, time: i64) {
        if let Some(curve) = self.curves.get_mut(index)
            && curve.before.is_some_and(|before| time >= before)
        {
            curve.cut = Some(time);
        }
    }

    /// From the oldest to the newest reading that is kept.
    pub(crate) fn range(&mut self) -> Option<(i64, i64)> {
        if self.last.is_some() {
            let oldest = self.oldest();
            self.columns -= self.curves.iter_mut().map(|curve| curve.forget_before(oldest)).sum::<usize>();
        }
        let from = self.curves.iter().filter_map(|c| Some(c.columns.front()?.first.time)).min()?;
        let to = self.curves.iter().filter_map(|c| Some(c.columns.back()?.last.time)).max()?;
        let oldest = self.last.map_or(i64::MIN, |last| to.saturating_sub(last));
        Some((from.max(oldest), to))
    }
}

/// How often each distance between neighbours has come: sixteen classes an octave, so to within 6 %. Those that came, in
/// order; most curves have few.
#[derive(Debug, Default)]
struct Steps(Vec<(u16, u32)>);

impl Steps {
    fn add(&mut self, ns: u64) {
        let class = class(ns) as u16;
        match self.0.binary_search_by_key(&class, |(class, _)| *class) {
            Ok(at) => self.0[at].1 = self.0[at].1.saturating_add(1),
            Err(at) => self.0.insert(at, (class, 1)),
        }
    }

    /// Three of four steps are not longer than this; 0 if there are none.
    fn third_quartile(&self) -> i64 {
        let total: u64 = self.0.iter().map(|(_, n)| u64::from(*n)).sum();
        let wanted = (total * 3).div_ceil(4);
        let mut sum = 0;
        for &(class, count) in &self.0 {
            sum += u64::from(count);
            if sum >= wanted {
                return longest(usize::from(class));
            }
        }
        0
    }
}

/// The class of a step: below 16 ns its own, then by its five highest bits.
fn class(ns: u64) -> usize {
    match ns {
        0..16 => ns as usize,
        _ => {
            let octave = ns.ilog2() - 4;
            ((octave + 1) * 16) as usize + ((ns >> octave) & 15) as usize
        }
    }
}

/// The longest step of a class.
fn longest(class: usize) -> i64 {
    match class {
        0..16 => class as i64,
        _ => {
            let octave = class / 16 - 1;
            let end = (17 + class as u128 % 16) << octave;
            i64::try_from(end - 1).unwrap_or(i64::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000_000;

    fn reading(time: i64, value: f64) -> Reading {
        Reading { time, value }
    }

    #[test]
    fn classes_are_in_order_and_within_six_percent() {
        let mut before = 0;
        for ns in (0..4096).chain((12..63).flat_map(|bits| [(1 << bits) - 1, 1 << bits, 3 << (bits - 1)])) {
            let at = class(ns);
            assert!(at >= before || ns < 4096, "{ns}");
            assert!(longest(at) >= ns as i64 && longest(at) as f64 <= ns as f64 * 1.0625, "{ns} {}", longest(at));
            before = at;
        }
        assert!(class(u64::MAX) < 61 * 16);
    }

    #[test]
    fn a_gap_is_two_and_a_half_usual_steps() {
        let mut curves = Curves::new(1000, None);
        let curve = curves.add();
        for k in 0..100 {
            curves.put(curve, reading(k * 60 * S, 1.0), false);
        }
        let gap = curves.get(curve).expect("a curve").gap();
        assert!((150 * S..160 * S).contains(&gap), "{gap}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// In any order, however the range grows: nothing that a pixel shows is lost, and memory is bounded.
        #[test]
        fn columns_keep_what_is_to_be_seen(readings in proptest::collection::vec((any::<i32>(), -9..9i32), 1..300)) {
            let mut curves = Curves::new(16, None);
            let curve = curves.add();
            for (time, value) in &readings {
                curves.put(curve, reading(i64::from(*time) * S, f64::from(*value)), false);
            }
            let kept = &curves.curves[curve].columns;
            prop_assert!(kept.len() <= 16);
            prop_assert!(kept.iter().zip(kept.iter().skip(1)).all(|(a, b)| a.last.time < b.first.time));
            let values = readings.iter().map(|(_, value)| *value);
            let (min, max) = (values.clone().min().expect("one"), values.max().expect("one"));
            prop_assert_eq!(kept.iter().map(|c| c.min).fold(f64::MAX, f64::min), f64::from(min));
            prop_assert_eq!(kept.iter().map(|c| c.max).fold(f64::MIN, f64::max), f64::from(max));
            let times = readings.iter().map(|(time, _)| i64::from(*time) * S);
            let ends = (times.clone().min().expect("one"), times.max().expect("one"));
            prop_assert_eq!(curves.range(), Some(ends));
        }

        #[test]
        fn the_past_is_forgotten(steps in proptest::collection::vec(1..50i64, 1..300)) {
            let mut curves = Curves::new(16, Some(100 * S));
            let curve = curves.add();
            let mut time = 0;
            for step in steps {
                time += step * S;
                curves.put(curve, reading(time, 1.0), false);
                prop_assert!(curves.curves[curve].columns.len() <= 17);
            }
            let (from, to) = curves.range().expect("readings");
            prop_assert!(to == time && from >= time - 100 * S);
        }
    }
}
