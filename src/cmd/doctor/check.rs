//! What a check found, and what to do about it.

use crate::reading::text::printable;
use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    Warn,
    Fault,
}

/// One line of the report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    pub(super) check: &'static str,
    pub(super) status: Status,
    found: String,
    /// What to do, if there is something to do.
    advice: Option<String>,
}

impl Check {
    pub(super) fn ok(check: &'static str, found: impl Into<String>) -> Check {
        Check { check, status: Status::Ok, found: found.into(), advice: None }
    }

    pub(super) fn warn(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { check, status: Status::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn fault(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { check, status: Status::Fault, found: found.into(), advice: Some(advice.into()) }
    }

    /// As people read it.
    pub(super) fn line(&self) -> String {
        let Check { check, status, found, advice } = self;
        let status = match status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fault => "fault",
        };
        let advice = advice.as_ref().map(|advice| format!(": {advice}")).unwrap_or_default();
        let words = format!("{found}{advice}");
        format!("{status:<6}{check:<9}{}\n", printable(&words))
    }
}
