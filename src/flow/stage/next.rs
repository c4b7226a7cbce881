//! Where a stage's records go.

use crate::flow::batch::Batch;
use crate::reading::error::{Code, Error, Result};

/// What is behind a stage: takes a batch, gives an empty one back.
pub(crate) trait Next: Send {
    /// Hands a batch on. `Kind::Closed`: nobody takes it any more.
    fn send(&mut self, batch: Batch) -> Result<Batch>;
}

/// Nothing is behind the last stage.
pub(crate) struct Nowhere;

impl Next for Nowhere {
    fn send(&mut self, mut batch: Batch) -> Result<Batch> {
        batch.clear();
        Ok(batch)
    }
}

/// Nobody takes what is sent.
pub(crate) fn closed() -> Error {
    Error::new(Code::Closed, "nobody reads the output")
}
