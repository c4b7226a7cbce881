//! The end of a command.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// While something is to be ended that is no child yet, and for an end where the kernel tells none, it is looked so often.
pub(super) const LOOK: Duration = Duration::from_millis(20);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    Code(u8),
    Signal(i32),
    /// The keeper was killed: how the unit ended nobody saw.
    Unknown,
}

impl End {
    /// Nothing is wrong: it is done, perhaps with rejects.
    pub(crate) fn is_done(self) -> bool {
        matches!(self, End::Code(0 | 1))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Code(code) => write!(f, "exit status {code}"),
            End::Signal(signal) => write!(f, "signal {signal}"),
            End::Unknown => f.write_str("its keeper killed"),
        }
    }
}
