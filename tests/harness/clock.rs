//! A clock on the wall that is set (libfaketime).

use super::programs::found;
use super::{Run, Work};

impl Work {
    /// A run whose clock on the wall is what the file `clock` says, as libfaketime spells it, in UTC; the other clocks are
    /// as ever. `None`: it is not installed.
    pub(crate) fn kymo_with_clock(&self, words: &str) -> Option<Run> {
        let library = found("libfaketimeMT.so.1")?.display().to_string();
        let path = self.path("clock").display().to_string();
        let run = self.kymo(words).env("LD_PRELOAD", &library).env("FAKETIME_TIMESTAMP_FILE", &path).env("TZ", "UTC");
        Some(run.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1"))
    }
}
