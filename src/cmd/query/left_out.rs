//! What is left out of a result because there is no room for more series.

use crate::reading::error::{Code, Error, Result};

/// The records that there was no room for.
#[derive(Default)]
pub(super) struct LeftOut {
    count: u64,
    why: String,
}

impl LeftOut {
    /// Goes on after a record that there is no room for.
    pub(super) fn after(&mut self, added: Result<bool>) -> Result<bool> {
        match added {
            Err(why) if why.code() == Code::Memory => {
                self.count += 1;
                self.why = why.to_string();
                Ok(true)
            }
            other => other,
        }
    }

    pub(super) fn report(&self) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let Self { count, why } = self;
        Err(Error::new(Code::LeftOut, format!("{count} records of further series or fields are left out: {why}")))
    }
}
