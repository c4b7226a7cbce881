//! How much of what came in may be remembered.

use super::spans::size;
use crate::host::budget::Budget;
use clap::Args;

/// The flag of every command that remembers something for each series.
#[derive(Args, Clone, Debug)]
pub(crate) struct MemoryArgs {
    /// Use at most about SIZE for what is remembered of all series; reject records that need more, and report them
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "64MiB")]
    pub max_memory: u64,
}

impl MemoryArgs {
    /// Nothing is remembered yet.
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.max_memory)
    }
}
