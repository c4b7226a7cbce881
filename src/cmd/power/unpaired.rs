//! What becomes of a record that waits for no partner: it belongs to no meter, comes too late, or comes again.

use super::Power;
use super::progress::Missed;
use super::rules::Unpaired;
use crate::flow::fate::Fate;
use crate::flow::stage::Output;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Record;

impl Power {
    /// A record that is no voltage or current of a meter.
    pub(super) fn leave_out(&mut self) -> Result<Fate> {
        self.work.counts.other += 1;
        if self.keep_inputs {
            return Ok(Fate::Pass);
        }
        match self.work.unpaired {
            Unpaired::Reject => Err(Error::data(Code::Unpaired, "no voltage or current of a meter")),
            Unpaired::Pass => Ok(Fate::Pass),
            Unpaired::Drop => Ok(Fate::Left(Code::Spare)),
        }
    }

    /// A reading that waits nowhere. One that comes again after a crash changes nothing.
    pub(super) fn miss(&mut self, missed: Missed) -> Result<Fate> {
        if missed == Missed::Nowhere {
            return self.leave_out();
        }
        if self.keep_inputs {
            return Ok(Fate::Pass);
        }
        let dropped = match missed {
            Missed::Again => return Ok(Fate::Left(Code::Repeated)),
            Missed::Another => Code::Repeated,
            Missed::Unknown => Code::Decided,
            Missed::Late | Missed::Nowhere => Code::Late,
        };
        match self.work.unpaired {
            Unpaired::Reject => Err(why_missed(missed)),
            Unpaired::Pass => Ok(Fate::Pass),
            Unpaired::Drop => Ok(Fate::Left(dropped)),
        }
    }

    /// It waits for some of its meters, and others cannot have it any more.
    pub(super) fn miss_some(&mut self, record: &Record<'_>, missed: Missed, out: &mut Output) -> Result<()> {
        match self.work.unpaired {
            Unpaired::Reject if missed > Missed::Nowhere => {
                out.reject_also(record.raw(), record.origin(), &why_missed(missed))
            }
            _ => Ok(()),
        }
    }
}

/// Why a reading waits nowhere, for its reject.
fn why_missed(missed: Missed) -> Error {
    let why = match missed {
        Missed::Another => "a second reading of this time, with another value",
        Missed::Unknown => "its time was decided before the restart: it is too late (see --late), or a repetition",
        Missed::Again | Missed::Nowhere | Missed::Late => {
            "too late: its time was decided by later readings of its series (see --late)"
        }
    };
    Error::data(Code::Unpaired, why)
}
