//! The ways by which records become rows.

use super::link::Link;
use crate::flow::batch::Batch;
use crate::reading::error::Result;
use crate::reading::record::Record;
use crate::storage::engine::Stored;

/// What became of each record of a batch; none at all: every one is new.
pub(super) type Fates = Vec<Result<Stored>>;

/// How records become rows.
pub(super) trait Way: Send {
    /// There is a new connection: looks whether all is as it should be.
    fn ready(&mut self, link: &mut Link) -> Result<()>;
    /// Takes a record of a batch; `Data`: it cannot be stored. May need a connection.
    fn take(&mut self, link: &mut Link, record: &Record<'_>) -> Result<()>;
    /// A batch is taken: what is ready may go to the server already.
    fn send(&mut self, link: &mut Link) -> Result<()>;
    /// Stores all records that are not committed, in the open transaction or a new one.
    fn store(&mut self, link: &mut Link, records: &Batch) -> Result<Fates>;
    /// What goes to the server is broken off: nothing else can be asked before. What went there since the last commit is
    /// undone.
    fn undone(&mut self);
    /// All is committed.
    fn committed(&mut self);
}
