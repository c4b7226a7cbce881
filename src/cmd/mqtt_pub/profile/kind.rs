//! What a record is: readings, a log message, or what became of a configuration. `logging` and `configuration` are the
//! names of the two others, and no readings have them.

use super::speaker::refused;
use crate::reading::error::Result;
use crate::reading::json::{self, Kind as JsonKind, Member};
use crate::reading::key::Keys;
use crate::reading::level::Level;
use crate::reading::record::{Field, Record};

pub(super) enum Said {
    Readings,
    Log { level: Level, subject: String, body: String },
    Configuration { status: Status, revision: Option<i64>, raw: Vec<u8> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Startup,
    Received,
    Accepted,
    Rejected,
}

impl Said {
    /// A record of `kymo log --json` (with level and message) is a log message, too.
    pub(super) fn of(record: &Record<'_>, keys: &Keys) -> Result<Said> {
        let reserved = |name: &str| record.field(name).filter(|field| !keys.is_key(field));
        if let Some(field) = reserved("logging") {
            let said = log(field.raw());
            return said
                .ok_or_else(|| refused("field logging is for log messages: an object with level, subject and body"));
        }
        if let Some(field) = reserved("configuration") {
            let said = configuration(field.raw());
            return said.ok_or_else(|| {
                refused(
                    "field configuration is for messages on configurations: an object with status (startup, received, \
                     accepted or rejected) and config",
                )
            });
        }
        let text = |name: &str| record.field(name).and_then(|field| field.text());
        match (text("level"), text("message")) {
            (Some(level), Some(message)) => match Level::of_word(&level) {
                Some(level) => Ok(Said::Log { level, subject: message.into_owned(), body: String::new() }),
                None => Err(refused(format!("level {level:?} of a log message is none that is known"))),
            },
            _ => Ok(Said::Readings),
        }
    }
}

/// The members of an object.
fn members(object: &[u8]) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    json::members(object, &mut members).ok()?;
    Some(members)
}

fn text_of(object: &[u8], members: &[Member], name: &str) -> Option<String> {
    let member = members.iter().find(|member| member.key_is(object, name))?;
    member.text(object).map(|text| text.into_owned())
}

fn log(object: &[u8]) -> Option<Said> {
    let members = members(object)?;
    let level = Level::of_word(&text_of(object, &members, "level")?)?;
    let subject = text_of(object, &members, "subject")?;
    Some(Said::Log { level, subject, body: text_of(object, &members, "body").unwrap_or_default() })
}

fn configuration(object: &[u8]) -> Option<Said> {
    let members = members(object)?;
    let status = match text_of(object, &members, "status")?.as_str() {
        "startup" => Status::Startup,
        "received" => Status::Received,
        "accepted" => Status::Accepted,
        "rejected" => Status::Rejected,
        _ => return None,
    };
    let revision = ["/revision", "/config/general/config_revision", "/config/config/general/config_revision"]
        .into_iter()
        .find_map(|pointer| json::pointer(object, pointer))
        .and_then(|raw| Field::alone(raw).integer());
    Some(Said::Configuration { status, revision, raw: object.to_vec() })
}

/// A value is a number, and none that a text spells.
pub(super) fn is_number(field: &Field<'_>) -> bool {
    field.kind() == JsonKind::Number
}
