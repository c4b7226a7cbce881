//! The result of a program that is no stage: one JSON object on stdout. Of a success nobody who did not ask hears: cron would
//! send a mail.

use crate::flow::stdio;
use crate::reading::error::{Error, Result};
use serde::Serialize;

/// Who asks for a result.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct ResultArgs {
    /// Print the result as one JSON object, also after a success (as --summary does)
    #[arg(long)]
    json: bool,
}

impl ResultArgs {
    /// Another flag asks for it.
    pub(crate) fn ask_if(&mut self, asks: bool) {
        self.json |= asks;
    }

    /// Prints it if it was asked for, or if `matters` says so.
    pub(crate) fn print(self, matters: bool, result: &impl Serialize) -> Result<()> {
        if !self.json && !matters {
            return Ok(());
        }
        let mut line = serde_json::to_vec(result).map_err(|e| Error::io("spell a result", e))?;
        line.push(b'\n');
        stdio::print(&line)
    }
}
