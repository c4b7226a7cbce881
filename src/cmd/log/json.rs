//! Messages as JSON objects: those of `--log-format json`, of Python's JSON loggers, and what looks like them.
//!
//! Decision: the names that loggers use for the same thing are one thing; whatever else an object has stays with the
//! message. An object without a message is no message, but a line of text.

use crate::host::logfile::Entry;
use crate::reading::json::{self, Kind, Member};
use crate::reading::level::Level;
use crate::reading::time::{self, Spelling, TimeZone, Unit};
use std::borrow::Cow;

/// The names of one thing, the first one first.
const TIME: [&str; 5] = ["time", "timestamp", "asctime", "ts", "@timestamp"];
const LEVEL: [&str; 5] = ["level", "levelname", "severity", "lvl", "levelno"];
const ORIGIN: [&str; 5] = ["origin", "stage", "logger", "name", "target"];
const MESSAGE: [&str; 3] = ["message", "msg", "event"];

/// Texts that belong to the message; an object may have several.
const DETAILS: [&str; 9] =
    ["details", "exc_info", "exc_text", "traceback", "stack_info", "stack", "stacktrace", "exception", "backtrace"];

/// The names that kymo writes.
const OWN: [&str; 5] = ["time", "level", "origin", "message", "details"];

/// Reads a line as a message into `to`, which is empty, and gives what it tells of itself. `None`: it is no message, and
/// `to` is as it was. A time without an offset is looked up in `zone`.
pub(super) fn read(line: &[u8], members: &mut Vec<Member>, zone: &TimeZone, to: &mut Entry) -> Option<Told> {
    members.clear();
    if line.first() != Some(&b'{') || json::members(line, members).is_err() {
        return None;
    }
    let mut used = Used::default();
    let (index, message) = find(
        &MESSAGE,
        members,
        |member| match member.kind() {
            Kind::String => member.text(line),
            // A message that is a number, or an object.
            _ => Some(String::from_utf8_lossy(member.value(line))),
        },
        line,
    )?;
    used.add(index);
    to.set_message(&message);
    let mut told = Told::default();
    if let Some((index, time)) = find(&TIME, members, |member| time_of(member, line, zone), line) {
        used.add(index);
        told.time = Some(time);
    }
    if let Some((index, level)) = find(&LEVEL, members, |member| level_of(member, line), line) {
        used.add(index);
        told.level = Some(level);
    }
    if let Some((index, origin)) =
        find(&ORIGIN, members, |member| member.text(line).filter(|text| !text.is_empty()), line)
    {
        used.add(index);
        to.origin.push_str(&origin);
        told.has_origin = true;
    }
    for (index, member) in members.iter().enumerate() {
        if !used.has(index) && DETAILS.iter().any(|name| member.key_is(line, name)) {
            match member.text(line) {
                Some(text) => {
                    to.add_details(text.trim_end());
                    used.add(index);
                }
                None if member.kind() == Kind::Null => used.add(index),
                None => {}
            }
        }
    }
    for (_, member) in members.iter().enumerate().filter(|(index, _)| !used.has(*index)) {
        add_more(member, line, to);
    }
    if !to.more.is_empty() {
        to.more.push(b'}');
    }
    Some(told)
}

/// What a message told of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) time: Option<i64>,
    pub(super) level: Option<Level>,
    pub(super) has_origin: bool,
}

/// Members that have been taken: those behind the 64th never are.
#[derive(Default)]
struct Used(u64);

impl Used {
    fn add(&mut self, index: usize) {
        self.0 |= 1u64.checked_shl(index as u32).unwrap_or(0);
    }

    fn has(&self, index: usize) -> bool {
        1u64.checked_shl(index as u32).is_some_and(|bit| self.0 & bit != 0)
    }
}

/// The first member of these names that `read` can read, and what it reads.
fn find<'m, T>(
    names: &[&str],
    members: &'m [Member],
    read: impl Fn(&'m Member) -> Option<T>,
    line: &[u8],
) -> Option<(usize, T)> {
    names.iter().find_map(|name| {
        let mut named = members.iter().take(64).enumerate().filter(|(_, member)| member.key_is(line, name));
        named.find_map(|(index, member)| Some((index, read(member)?)))
    })
}

fn time_of(member: &Member, line: &[u8], zone: &TimeZone) -> Option<i64> {
    if let Some(number) = member.number(line) {
        // Since 1970; the unit by the size: 1e11 s are in the year 5138, 1e11 ms were in 1973.
        let unit = match number.abs() {
            ..1e11 => Unit::Seconds,
            1e11..1e14 => Unit::Millis,
            1e14..1e17 => Unit::Micros,
            _ => Unit::Nanos,
        };
        return Spelling::new(Some(unit), Vec::new(), None).parse_number(member.value(line)).ok();
    }
    let text = member.text(line)?;
    let leading = time::leading(text.as_bytes(), zone)?;
    (leading.length == text.len()).then_some(leading.time)
}

fn level_of(member: &Member, line: &[u8]) -> Option<Level> {
    match member.integer(line) {
        Some(number) => Some(Level::of_number(number)),
        None => {
            let text = member.text(line)?;
            text.parse().map(Level::of_number).ok().or_else(|| Level::of_word(&text))
        }
    }
}

fn add_more(member: &Member, line: &[u8], to: &mut Entry) {
    let key = member.key_text(line);
    if OWN.contains(&key.as_ref()) {
        // It would stand beside a member of kymo's with the same name.
        let value =
            member.text(line).unwrap_or_else(|| Cow::Owned(String::from_utf8_lossy(member.value(line)).into_owned()));
        return to.add_details(&format!("{key}: {value}"));
    }
    to.more.push(if to.more.is_empty() { b'{' } else { b',' });
    json::write_string(&key, &mut to.more);
    to.more.push(b':');
    to.more.extend_from_slice(member.value(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Option<(Entry, Told)> {
        let mut entry = Entry::default();
        let told = read(line.as_bytes(), &mut Vec::new(), &TimeZone::UTC, &mut entry)?;
        Some((entry, told))
    }

    #[test]
    fn messages_of_several_loggers() {
        let at = Some(1_720_000_000_500_000_000);
        for (line, level, origin, message, details, more) in [
            (
                r#"{"time":"2024-07-03T09:46:40.5Z","level":"warning","code":"io","stage":"store","message":"a"}"#,
                Some(Level::Warning),
                "store",
                "a",
                "",
                r#"{"code":"io"}"#,
            ),
            (
                r#"{"asctime":"2024-07-03 09:46:40,500","levelname":"ERROR","name":"a.b","message":"x","exc_info":"Tr\n  y\nE: z"}"#,
                Some(Level::Error),
                "a.b",
                "x",
                "Tr\n  y\nE: z",
                "",
            ),
            (r#"{"ts":1720000000.5,"lvl":"warn","logger":"l","msg":"x\ny"}"#, Some(Level::Warning), "l", "x", "y", ""),
            (r#"{"ts":1720000000500,"levelno":40,"msg":"x"}"#, Some(Level::Error), "", "x", "", ""),
            (r#"{"timestamp":1720000000500000000,"severity":"50","msg":5}"#, Some(Level::Critical), "", "5", "", ""),
            (
                r#"{"@timestamp":"2024-07-03T09:46:40.5Z","level":"loud","msg":"x","n":[1],"exc_info":null}"#,
                None,
                "",
                "x",
                "level: loud",
                r#"{"n":[1]}"#,
            ),
        ] {
            let (found, told) = entry(line).unwrap();
            assert_eq!((told.time, told.level, told.has_origin), (at, level, !origin.is_empty()), "{line}");
            assert_eq!((found.origin.as_str(), found.message.as_str()), (origin, message), "{line}");
            assert_eq!(
                (found.details.as_str(), String::from_utf8_lossy(&found.more).as_ref()),
                (details, more),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_no_message() {
        for line in ["", "x", "{", "[1]", "{\"time\":1}", "{\"message\":}", " {\"message\":\"x\"}"] {
            assert_eq!(entry(line), None, "{line}");
        }
        let many: String = (0..100).map(|n| format!("\"k{n}\":{n},")).collect();
        let (found, _) = entry(&format!("{{\"message\":\"x\",{many}\"level\":\"info\"}}")).unwrap();
        assert_eq!(found.details, "level: info");
        assert!(json::check(&found.more).is_ok());
    }
}
