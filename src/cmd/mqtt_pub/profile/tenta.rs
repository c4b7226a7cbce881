//! Tenta: `measurements/ID`, `logs/ID`, `acknowledgments/ID`, each a list of one. The server drops what breaks one of its rules
//! without a word to us, so all of them are checked here.

use super::kind::{Said, Status, is_number};
use super::speaker::{Speaker, member, refused};
use crate::reading::error::Result;
use crate::reading::json;
use crate::reading::level::Level;
use crate::reading::record::Record;

/// The longest name of a value.
const LONGEST: usize = 64;

/// The greatest revision.
const MOST: i64 = i32::MAX as i64;

pub(super) fn spell(
    speaker: &Speaker,
    record: &Record<'_>,
    said: &Said,
    topic: &mut String,
    payload: &mut Vec<u8>,
) -> Result<u32> {
    let sensor = match &speaker.sensor {
        Some(sensor) => sensor.clone(),
        None => {
            let name = speaker.keys.series_words(record, &mut Vec::new());
            uuid(&name).map_err(refused)?;
            name
        }
    };
    let revision = revision(speaker, record, said)?;
    let (folder, values) = match said {
        Said::Readings => ("measurements", values(speaker, record)?),
        Said::Log { level, subject, body } => ("logs", log(*level, subject, body)),
        Said::Configuration { status: Status::Accepted, .. } => ("acknowledgments", acknowledgment(true)),
        Said::Configuration { status: Status::Rejected, .. } => ("acknowledgments", acknowledgment(false)),
        Said::Configuration { status: Status::Startup | Status::Received, .. } => {
            return Err(refused("of a configuration Tenta takes only accepted or rejected"));
        }
    };
    if folder == "acknowledgments" && revision.is_none() {
        return Err(refused("an acknowledgment needs the revision of the configuration"));
    }
    topic.push_str(folder);
    topic.push('/');
    topic.push_str(&sensor);
    payload.push(b'[');
    payload.extend_from_slice(&values.object);
    if let Some(revision) = revision {
        member("revision", revision.to_string().as_bytes(), payload);
    }
    member("timestamp", seconds(speaker.keys.time(record)?).as_bytes(), payload);
    payload.extend_from_slice(b"}]");
    Ok(values.count)
}

/// An object that is not closed.
struct Open {
    object: Vec<u8>,
    count: u32,
}

fn values(speaker: &Speaker, record: &Record<'_>) -> Result<Open> {
    let (mut object, mut count) = (vec![b'{'], 0);
    for field in speaker.values(record) {
        let name = field.name();
        if field.is("revision") {
            continue;
        }
        if !is_number(&field) {
            return Err(refused(format!(
                "field {name} is no number: Tenta keeps nothing else (--value FIELD chooses)"
            )));
        }
        check_name(&name)?;
        member(&name, field.raw(), &mut object);
        count += 1;
    }
    if count == 0 {
        return Err(refused("it has no value"));
    }
    object.push(b'}');
    let mut open = b"{\"value\":".to_vec();
    open.append(&mut object);
    Ok(Open { object: open, count })
}

fn log(level: Level, subject: &str, body: &str) -> Open {
    let severity = match level {
        Level::Debug | Level::Info => "info",
        Level::Warning => "warning",
        _ => "error",
    };
    let message = if body.is_empty() { subject.to_owned() } else { format!("{subject}\n\n{body}") };
    let mut object = format!("{{\"severity\":\"{severity}\",\"message\":").into_bytes();
    json::write_string(&message, &mut object);
    Open { object, count: 1 }
}

fn acknowledgment(success: bool) -> Open {
    Open { object: format!("{{\"success\":{success}").into_bytes(), count: 1 }
}

/// The record's own, else that of the command line; none where it is below 0: so the framework says that it has none.
fn revision(speaker: &Speaker, record: &Record<'_>, said: &Said) -> Result<Option<i64>> {
    let own = match said {
        Said::Configuration { revision, .. } => *revision,
        _ => match record.field("revision") {
            Some(field) => Some(field.integer().ok_or_else(|| refused("its revision is no integer"))?),
            None => None,
        },
    };
    match own.or(speaker.revision.map(i64::from)) {
        Some(revision) if revision > MOST => Err(refused(format!("revision {revision} is above {MOST}"))),
        revision => Ok(revision.filter(|revision| *revision >= 0)),
    }
}

/// `^[a-z0-9](_?[a-z0-9])*$`
fn check_name(name: &str) -> Result<()> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let parts = name.split('_').all(|part| !part.is_empty());
    match plain && parts && name.len() <= LONGEST {
        true => Ok(()),
        false => Err(refused(format!(
            "{name:?} cannot be the name of a value at Tenta: at most {LONGEST} small letters and digits with single _ between"
        ))),
    }
}

/// A random UUID (version 4), as the server wants its sensors to be named.
pub(super) fn uuid(text: &str) -> std::result::Result<(), String> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    let digits = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    let is_fourth = groups.get(2).is_some_and(|group| group.starts_with('4'))
        && groups.get(3).is_some_and(|group| group.starts_with(['8', '9', 'a', 'b', 'A', 'B']));
    match lengths && digits && is_fourth {
        true => Ok(()),
        false => Err(format!("{text:?} is no UUID of version 4, by which Tenta knows a sensor: --sensor UUID")),
    }
}

/// Seconds since 1970 with their decimals.
fn seconds(ns: i64) -> String {
    let (whole, rest) = (ns.div_euclid(1_000_000_000), ns.rem_euclid(1_000_000_000));
    match rest {
        0 => format!("{whole}.0"),
        // Below 0 the decimals count up from the second before.
        _ if ns < 0 => format!("-{}.{:09}", -(whole + 1), 1_000_000_000 - rest).trim_end_matches('0').to_owned(),
        _ => format!("{whole}.{rest:09}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["a", "0", "a_b", "a1_2b", &"a".repeat(64)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "_a", "a_", "a__b", "A", "a-b", "ä", &"a".repeat(65)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn times() {
        for (ns, text) in [
            (0, "0.0"),
            (1_500_000_000, "1.5"),
            (1_795_314_003_957_498_600, "1795314003.9574986"),
            (-500_000_000, "-0.5"),
            (-1_000_000_000, "-1.0"),
            (-1_250_000_000, "-1.25"),
        ] {
            assert_eq!(seconds(ns), text);
        }
    }
}
