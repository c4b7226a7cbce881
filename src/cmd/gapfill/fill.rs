//! A gap: how many records are missing, when, and what is in them.

use super::nested;
use crate::flow::stage::Output;
use crate::host::budget::ENTRY;
use crate::reading::counterpart::Counterparts;
use crate::reading::json::{self, Kind, Member};
use crate::reading::key::{Keys, TimeStyle};
use crate::reading::record::{Field, Record};
use crate::reading::registry::{Kind as Quantity, Nature};
use crate::reading::time::Step;

/// How values are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Method {
    /// On the straight line between the two neighbours, by time
    Linear,
    /// The value of the previous record
    Previous,
    /// The value of the next record
    Next,
    /// The value of the nearer record; of the next one if both are equally near
    Nearest,
    /// null
    Null,
}

/// The last record of a series.
#[derive(Debug)]
pub(super) struct Kept {
    /// ns
    pub(super) time: i64,
    raw: Vec<u8>,
    members: Vec<Member>,
}

impl Kept {
    pub(super) fn new(record: &Record<'_>, time: i64) -> Kept {
        Kept { time, raw: record.raw().to_vec(), members: record.members().to_vec() }
    }

    pub(super) fn keep(&mut self, record: &Record<'_>, time: i64) {
        self.time = time;
        refill(&mut self.raw, record.raw());
        refill(&mut self.members, record.members());
    }

    /// How many bytes its record takes, and how many with this record in its place; `None`: as many.
    #[inline]
    pub(super) fn growth(&self, record: &Record<'_>) -> Option<(usize, usize)> {
        let now = [self.raw.capacity(), self.members.capacity()];
        let then = [room(now[0], record.raw().len()), room(now[1], record.members().len())];
        let bytes = |[raw, members]: [usize; 2]| raw + members * size_of::<Member>();
        (now != then).then(|| (bytes(now), bytes(then)))
    }

    pub(super) fn record(&self) -> Record<'_> {
        Record::kept(&self.raw, &self.members)
    }
}

/// What a new series takes.
pub(super) fn needed(series: &[u8], record: &Record<'_>) -> usize {
    series.len() + record.raw().len() + size_of_val(record.members()) + size_of::<Kept>() + ENTRY
}

/// How much room a list has after it was filled again: one large record is not paid for by all that follow.
#[inline]
fn room(capacity: usize, length: usize) -> usize {
    if length <= capacity && capacity <= 2 * length + 64 { capacity } else { length }
}

#[inline]
fn refill<T: Copy>(list: &mut Vec<T>, from: &[T]) {
    list.clear();
    if room(list.capacity(), from.len()) != list.capacity() {
        *list = Vec::with_capacity(from.len());
    }
    list.extend_from_slice(from);
}

/// Between two neighbours: ns, `from < to`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap<'s> {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) step: &'s Step,
    pub(super) nature: Nature,
}

/// A gap, the records on both sides of it, and how those are written that are missing.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    pub(super) keys: &'a Keys,
    pub(super) before: Record<'a>,
    pub(super) after: Record<'a>,
    pub(super) gap: Gap<'a>,
    pub(super) style: TimeStyle,
    /// They get the mark.
    pub(super) mark: bool,
}

impl<'s> Gap<'s> {
    pub(super) fn length(&self) -> i64 {
        self.step.length(self.from, self.to)
    }

    /// How many records are missing.
    pub(super) fn missing(&self) -> u64 {
        self.step.missing(self.from, self.to)
    }

    /// When they are missing.
    pub(super) fn steps(&self) -> impl Iterator<Item = i64> + use<'s> {
        self.step.between(self.from, self.to)
    }

    /// The times of the grid after `from`, up to and with `to`.
    pub(super) fn grid(&self) -> impl Iterator<Item = i64> + use<'s> {
        self.step.grid(self.from, self.to)
    }
}

/// How a filled record is spelled.
pub(super) struct Spelling {
    method: Method,
    mark: json::Name,
    /// `"filled":true`
    marked: Vec<u8>,
    decimals: Option<u8>,
    /// Where the values are that `--value` names by JSON pointers.
    paths: Vec<Vec<String>>,
}

impl Spelling {
    pub(super) fn new(method: Method, mark: &str, decimals: Option<u8>, values: &[String]) -> Spelling {
        let mut marked = Vec::new();
        json::write_string(mark, &mut marked);
        marked.extend_from_slice(b":true");
        let paths = values.iter().filter_map(|name| json::tokens(name)).collect();
        Spelling { method, mark: json::Name::new(mark.to_owned()), marked, decimals, paths }
    }

    /// The field of the mark.
    pub(super) fn mark(&self) -> &str {
        self.mark.as_str()
    }

    /// There is a number, or with `--method null` a place for one, from which the method has a value between these two.
    pub(super) fn has_values(
        &self,
        keys: &Keys,
        before: &Record<'_>,
        after: &Counterparts<'_>,
        nature: Nature,
    ) -> bool {
        if nature.kind == Quantity::State {
            return before.fields().any(|field| !keys.is_key(&field) && !field.is_named(&self.mark));
        }
        keys.values(before).any(|(pointer, field)| {
            let other = match pointer {
                Some(pointer) => after.record().value(pointer),
                None => after.find(usize::MAX, &field),
            };
            other.is_some_and(|other| self.is_filled(&field, &other, nature))
        })
    }

    /// The method has a value between these two measured ones.
    fn is_filled(&self, a: &Field<'_>, b: &Field<'_>, nature: Nature) -> bool {
        match nature.kind {
            Quantity::State => return true,
            // No line goes through a reset.
            Quantity::Counter if a.number().zip(b.number()).is_some_and(|(a, b)| b < a) => return false,
            _ => {}
        }
        let [a, b] = [a.kind(), b.kind()];
        let is = |kind| kind == Kind::Number;
        match self.method {
            Method::Linear | Method::Nearest => is(a) && is(b),
            Method::Previous => is(a) && (is(b) || b == Kind::Null),
            Method::Next => is(b) && (is(a) || a == Kind::Null),
            Method::Null => [a, b].iter().all(|&kind| is(kind) || kind == Kind::Null),
        }
    }

    /// Sends the records that are missing at these times. Gives how many.
    pub(super) fn fill(&self, between: &Between<'_>, times: impl Iterator<Item = i64>, out: &mut Output) -> u64 {
        let mut times = times.peekable();
        if times.peek().is_none() {
            return 0;
        }
        let after = Counterparts::of(between.after);
        let mut filled = 0;
        for at in times {
            if out.is_closed() {
                break;
            }
            out.add(|line| self.write(between, &after, at, line));
            filled += 1;
        }
        filled
    }

    /// Writes the record that is missing at `at`: the fields of `before`, in its order, as far as `after` has them too.
    /// Numbers are made by the method; anything else is carried if both sides agree.
    fn write(&self, between: &Between<'_>, after: &Counterparts<'_>, at: i64, line: &mut Vec<u8>) {
        let Between { keys, before, gap, style, mark, .. } = *between;
        let share = (at - gap.from) as f64 / (gap.to - gap.from) as f64;
        let narrow = keys.is_narrow(&before);
        let paths: Vec<&[String]> = self.paths.iter().map(Vec::as_slice).collect();
        let mut separator = b'{';
        for (i, field) in before.fields().enumerate() {
            let is_time = keys.is_time(&field);
            let other = after.find(i, &field);
            let start = line.len();
            line.push(separator);
            line.push(b'"');
            line.extend_from_slice(field.raw_name());
            line.extend_from_slice(b"\":");
            let written = if is_time {
                keys.write_time(at, style, line);
                true
            } else if field.is_named(&self.mark) {
                false
            } else {
                other.is_some_and(|other| {
                    let inner = if paths.is_empty() { Vec::new() } else { nested::below(&paths, &field.name()) };
                    if inner.is_empty() || keys.is_value(&field, narrow) {
                        self.value(keys, &field, &other, narrow, (share, gap.nature), line)
                    } else {
                        nested::write(
                            &field,
                            &other,
                            &inner,
                            &mut |a, b, to| self.number(a, b, share, gap.nature, to),
                            line,
                        )
                    }
                })
            };
            if written { separator = b',' } else { line.truncate(start) }
        }
        if mark {
            line.push(separator);
            line.extend_from_slice(&self.marked);
        }
        line.push(b'}');
    }

    /// Writes one value; false: it has none here.
    fn value(
        &self,
        keys: &Keys,
        a: &Field<'_>,
        b: &Field<'_>,
        narrow: bool,
        (share, nature): (f64, Nature),
        line: &mut Vec<u8>,
    ) -> bool {
        let is_state = nature.kind == Quantity::State && !keys.is_key(a);
        if is_state || keys.is_value(a, narrow) && self.is_filled(a, b, nature) {
            return self.number(a, b, share, nature, line);
        }
        // What is measured and unknown on one side is unknown between them.
        let same = a.raw() == b.raw();
        if same {
            line.extend_from_slice(a.raw());
        }
        same
    }

    /// Writes the value between two measured ones; false: there is none.
    pub(super) fn number(&self, a: &Field<'_>, b: &Field<'_>, share: f64, nature: Nature, line: &mut Vec<u8>) -> bool {
        if !self.is_filled(a, b, nature) {
            return false;
        }
        match self.method {
            // A state holds until the next one.
            Method::Linear if nature.kind == Quantity::State => line.extend_from_slice(a.raw()),
            Method::Linear => return self.linear(a, b, share, nature, line),
            Method::Null => line.extend_from_slice(b"null"),
            Method::Previous => line.extend_from_slice(a.raw()),
            Method::Next => line.extend_from_slice(b.raw()),
            Method::Nearest => line.extend_from_slice(if share < 0.5 { a.raw() } else { b.raw() }),
        }
        true
    }

    fn linear(&self, a: &Field<'_>, b: &Field<'_>, share: f64, nature: Nature, line: &mut Vec<u8>) -> bool {
        let (Some(from), Some(to)) = (a.number(), b.number()) else { return false };
        // As numpy.interp has it, unless the difference of two huge numbers overflows.
        let rise = nature.turn.map_or(to - from, |turn| shorter_way(to - from, turn));
        let mut value = if rise.is_finite() { from + rise * share } else { from * (1.0 - share) + to * share };
        if let Some(turn) = nature.turn {
            value = value.rem_euclid(turn);
        }
        if let Some(decimals) = self.decimals {
            value = json::round(value, decimals);
        }
        // Rounded up to a whole turn.
        if nature.turn.is_some_and(|turn| value >= turn) {
            value = 0.0;
        }
        // Two integers with an integer between them: spelled as its neighbours are.
        let is_whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
        if is_whole && a.integer().is_some() && b.integer().is_some() {
            json::write_i64(value as i64, line);
        } else {
            json::write_f64(value, line);
        }
        true
    }
}

/// From one angle to another by the shorter way, at most half a turn; of two equal ways the positive one.
fn shorter_way(rise: f64, turn: f64) -> f64 {
    let rise = rise.rem_euclid(turn);
    if rise > turn / 2.0 { rise - turn } else { rise }
}
