//! What all meters share: the rules, what is the same in each record, the counts; and what becomes of a reading without a power.

use super::pair::{Answer, Asked, Because};
use super::rules::{Rules, Side, Unpaired};
use crate::flow::stage::Output;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::time::{self, Spelling};

/// Where the power factor comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Factor {
    Fixed(f64),
    /// A field of the reading that gets the power, else of the other.
    Field(String),
}

/// What all meters share.
pub(super) struct Work {
    pub(super) keys: Keys,
    pub(super) rules: Rules,
    pub(super) unpaired: Unpaired,
    pub(super) factor: Option<Factor>,
    pub(super) phases: bool,
    /// The longest step that counts as energy, ns.
    pub(super) energy: Option<i64>,
    pub(super) pieces: Pieces,
    pub(super) counts: Counted,
    told_waited: bool,
    told_full: bool,
}

/// What is the same in each record that is made.
pub(super) struct Pieces {
    pub(super) time: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) unit: &'static [u8],
    pub(super) energy: &'static str,
    pub(super) filled: Vec<u8>,
    pub(super) millis: Spelling,
}

/// What has been counted.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) powers: u64,
    pub(super) unpaired: u64,
    pub(super) other: u64,
    pub(super) late: u64,
    pub(super) repeated: u64,
    pub(super) incomplete: u64,
    /// Between two powers, longer than --max-gap.
    pub(super) gaps: u64,
}

impl Pieces {
    /// `apparent`: the product of two RMS values is no active power.
    pub(super) fn new(keys: &Keys, value: &str, mark: &str, apparent: bool) -> Pieces {
        let quoted = |before: &str, name: &str, after: &str| {
            let mut piece = before.as_bytes().to_vec();
            json::write_string(name, &mut piece);
            piece.extend_from_slice(after.as_bytes());
            piece
        };
        let (unit, energy) =
            if apparent { (&b",\"unit\":\"VA\""[..], "energy_vah") } else { (&b",\"unit\":\"W\""[..], "energy_wh") };
        Pieces {
            time: quoted("{", keys.time_name(), ":"),
            value: quoted(",", value, ":"),
            unit,
            energy,
            filled: quoted(",", mark, ":true"),
            millis: Spelling::new(Some(time::Unit::Millis), Vec::new(), None),
        }
    }

    /// The field that the energy is in.
    pub(super) fn energy_name(&self) -> &'static str {
        self.energy
    }
}

impl Work {
    pub(super) fn new(
        keys: Keys,
        rules: Rules,
        unpaired: Unpaired,
        factor: Option<Factor>,
        phases: bool,
        energy: Option<i64>,
        pieces: Pieces,
    ) -> Work {
        let counts = Counted::default();
        Work { keys, rules, unpaired, factor, phases, energy, pieces, counts, told_waited: false, told_full: false }
    }

    /// A reading of the meter of this name gets no power.
    pub(super) fn leave(&mut self, name: &[u8], asked: Asked, because: Because, out: &mut Output) -> Result<()> {
        self.counts.unpaired += 1;
        let (what, other) = match self.rules.per {
            Side::Voltage => ("voltage", "current"),
            Side::Current => ("current", "voltage"),
        };
        match because {
            Because::Waited if !self.told_waited => {
                self.told_waited = true;
                let limit = time::write_duration(self.rules.max_wait);
                let why =
                    format_args!("a {what} has waited longer than --max-wait {limit} for a {other}: see --unpaired");
                diag::warn(Code::Waited, why);
            }
            Because::Full => self.tell_full(),
            _ => {}
        }
        let why = || self.partnerless(name, other);
        asked.claim.leave(self.unpaired, asked.line.as_deref(), why, out)
    }

    /// An answer is let go of.
    pub(super) fn let_go(&self, name: &[u8], answer: Answer, out: &mut Output) -> Result<()> {
        if answer.used {
            answer.claim.use_up(out);
            return Ok(());
        }
        let other = match self.rules.per {
            Side::Voltage => "voltage",
            Side::Current => "current",
        };
        let why = || self.partnerless(name, other);
        answer.claim.leave(self.unpaired, answer.line.as_deref(), why, out)
    }

    /// Why a reading of the meter of this name gets no power.
    fn partnerless(&self, name: &[u8], other: &str) -> Error {
        let within = time::write_duration(self.rules.within);
        let name = self.keys.series_text(name);
        let of = if name.is_empty() { String::new() } else { format!(" for {name}") };
        Error::data(Code::Unpaired, format!("no {other} within {within}{of}"))
    }

    /// Between these two powers of the meter of this name no energy is counted: the first gap is reported.
    pub(super) fn leave_gap(&mut self, name: &[u8], from: i64, to: i64, max_gap: i64) {
        self.counts.gaps += 1;
        if self.counts.gaps > 1 {
            return;
        }
        let name = self.keys.series_text(name);
        let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
        let [length, limit] = [to.saturating_sub(from), max_gap].map(time::write_duration);
        let [from, to] = [from, to].map(|at| {
            let mut text = Vec::new();
            time::write_rfc3339(at, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        diag::warn(
            Code::OpenGap,
            format_args!("count no energy{of} from {from} to {to}: {length} is longer than --max-gap {limit}"),
        );
    }

    /// The end: how many such gaps there were, if not only the one that was reported.
    pub(super) fn conclude(&self) {
        if self.counts.gaps > 1 {
            diag::warn(
                Code::OpenGap,
                format_args!("count no energy in {} gaps longer than --max-gap", self.counts.gaps),
            );
        }
    }

    /// There is no room for all readings that wait.
    pub(super) fn tell_full(&mut self) {
        if !std::mem::replace(&mut self.told_full, true) {
            diag::warn(Code::MaxHeld, "more readings wait than --max-held or --max-memory: the oldest are decided now");
        }
    }
}
