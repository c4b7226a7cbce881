//! Decoding: the bytes of one input, in pieces as they come, to records.
//!
//! Decision: whoever reads pushes. So one decoder serves a file, a pipe that trickles and a message that is there as a
//! whole, and none of them waits inside of it.

mod lines;
mod pending;
mod senml;
mod values;

pub(super) use self::pending::Pending;

use self::lines::Lines;
use self::values::Values;
use crate::form::dialect::{Dialect, Nulls};
use crate::form::take::Take;
use crate::reading::error::Result;

/// Makes records of the bytes of one input, in UTF-8.
pub(crate) enum Decoder {
    /// A record is in a line.
    Lines(Lines),
    /// A record is a JSON value.
    Values(Values),
}

impl Decoder {
    /// A decoder of lines; the first `skip` of them are passed over.
    pub(super) fn lines(dialect: Dialect, skip: u64, begun: Pending) -> Decoder {
        Decoder::Lines(Lines::new(dialect, skip, begun))
    }

    /// A decoder of JSON values: objects, and arrays of objects.
    pub(super) fn json(nulls: Nulls, begun: Pending) -> Decoder {
        Decoder::Values(Values::new(false, nulls, begun))
    }

    /// A decoder of SenML packs (RFC 8428).
    pub(super) fn senml(begun: Pending) -> Decoder {
        Decoder::Values(Values::new(true, Nulls::default(), begun))
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        match self {
            Decoder::Lines(lines) => lines.feed(bytes, to),
            Decoder::Values(values) => values.feed(bytes, to),
        }
    }

    /// The input has ended; `whole`: as its sender meant it to.
    pub(crate) fn finish(&mut self, whole: bool, to: &mut dyn Take) -> Result<()> {
        match self {
            Decoder::Lines(lines) => lines.finish(whole, to),
            Decoder::Values(values) => values.finish(to),
        }
    }

    /// Nothing more is read, and what has begun stays where it came from: only a reject that has begun is ended.
    pub(crate) fn abandon(&mut self, to: &mut dyn Take) -> Result<()> {
        match self {
            Decoder::Lines(lines) => lines.abandon(to).map(drop),
            Decoder::Values(values) => values.abandon(to).map(drop),
        }
    }
}
