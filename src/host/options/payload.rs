//! The flags of sources whose messages are payloads: of MQTT, of WebSockets.

use super::forms::MessageFormArgs;
use crate::form::Settings;
use crate::reading::error::{Error, Result};
use clap::Args;

/// How a message becomes records.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Form")]
pub(crate) struct PayloadArgs {
    #[command(flatten)]
    pub form: MessageFormArgs,

    /// Keep a message that is an array as one record: `{"message":[1,2]}`
    #[arg(long, conflicts_with = "from")]
    pub whole: bool,

    /// Decompress messages that are gzip or zlib
    #[arg(long)]
    pub inflate: bool,
}

/// What is done to each message.
#[derive(Clone, Debug)]
pub(crate) struct PayloadRules {
    /// `None`: JSON.
    pub form: Option<Settings>,
    pub whole: bool,
    pub inflate: bool,
    pub max_record: usize,
}

impl PayloadArgs {
    /// What they say, with the limit of a record.
    pub(crate) fn rules(&self, max_record: usize) -> Result<PayloadRules> {
        let form = self.form.settings()?;
        if self.whole && form.is_some() {
            return Err(Error::usage("--whole keeps a message as it is: it cannot be used with --null or --flatten"));
        }
        Ok(PayloadRules { form, whole: self.whole, inflate: self.inflate, max_record })
    }
}
