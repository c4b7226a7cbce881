//! The rules by which readings are paired, as the flags give them.

/// What a reading measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Side {
    Voltage,
    Current,
}

/// Which answer a reading gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Match {
    /// The nearest one; the later one if two are equally near
    Nearest,
    /// The last one at or before it
    Previous,
    /// The first one at or after it
    Next,
    /// The nearest one, but only for the last reading of each step of --every
    Latest,
}

/// How readings are paired. Spans in ns.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The side that asks.
    pub(super) per: Side,
    pub(super) pick: Match,
    /// The longest distance of an answer.
    pub(super) within: i64,
    /// How much earlier than the newest of its series a reading may be.
    pub(super) late: i64,
    /// A reading is decided when its meter is so far beyond it, whatever is missing.
    pub(super) max_wait: i64,
    /// Of [`Match::Latest`].
    pub(super) every: i64,
    /// How many of the newest readings of a series are remembered, to recognise one that comes again.
    pub(super) remember: usize,
}

/// The most readings that are remembered of a series, of all series together, and the least of a series, however many
/// there are.
const REMEMBER: (usize, usize, usize) = (512, 1 << 18, 8);

impl Rules {
    /// Of this number of series each remembers its share, so that a state stays small.
    pub(super) fn share_among(&mut self, series: usize) {
        let (most, all, least) = REMEMBER;
        self.remember = (all / series.max(1)).clamp(least, most);
    }

    /// The step of a time, of [`Match::Latest`].
    pub(super) fn step(&self, time: i64) -> i64 {
        time.div_euclid(self.every)
    }

    /// Which time the gate of the asking series must have reached before a reading of this time is decided.
    pub(super) fn closed_by(&self, time: i64) -> i64 {
        match self.pick {
            Match::Latest => time.saturating_add(self.every - 1 - time.rem_euclid(self.every)),
            _ => time,
        }
    }
}

/// What becomes of a reading that gets no power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Unpaired {
    /// Count it, and write nothing
    Drop,
    /// Reject it
    Reject,
    /// Pass it on unchanged
    Pass,
}
