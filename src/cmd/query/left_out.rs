//! What is left out of a result because there is no room for more series.

use crate::flow::stage::Tally;
use crate::host::diag;
use crate::reading::error::{Code, Result};
use std::sync::Arc;

/// The records that there was no room for.
pub(super) struct LeftOut {
    tally: Arc<Tally>,
    count: u64,
    why: String,
}

impl LeftOut {
    /// Those that the source with this tally leaves out.
    pub(super) fn of(tally: Arc<Tally>) -> LeftOut {
        LeftOut { tally, count: 0, why: String::new() }
    }

    /// Goes on after a record that there is no room for.
    pub(super) fn after(&mut self, added: Result<bool>) -> Result<bool> {
        match added {
            Err(why) if why.code() == Code::Memory => {
                self.tally.leave(Code::LeftOut);
                self.count += 1;
                self.why = why.to_string();
                Ok(true)
            }
            other => other,
        }
    }

    /// Says how many they are. The tally makes the exit status.
    pub(super) fn report(&self) {
        let Self { count, why, .. } = self;
        if *count > 0 {
            diag::warn(Code::LeftOut, format_args!("{count} records of further series or fields are left out: {why}"));
        }
    }
}
