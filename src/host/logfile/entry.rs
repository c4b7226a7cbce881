//! One message of a log: when, how much it matters, who says it, what, and what belongs to it. The two ways in which
//! kymo writes it, for people and as a JSON object.

use crate::reading::json;
use crate::reading::level::Level;
use crate::reading::time;

/// A message. Its buffers can serve for many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// ns since 1970 UTC.
    pub time: i64,
    pub level: Level,
    pub origin: String,
    /// One line.
    pub message: String,
    /// Further lines, with line breaks between them: a traceback, the rest of a message.
    pub details: String,
    /// A JSON object with members that a JSON message had beside those, or nothing.
    pub more: Vec<u8>,
}

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What stands in front of each line of details.
pub(crate) const INDENT: &str = "    ";

/// A member that only machines want: not told to people.
const CODE: &str = "code";

impl Entry {
    /// Empty again, the buffers kept.
    pub(crate) fn clear(&mut self) {
        self.origin.clear();
        self.message.clear();
        self.details.clear();
        self.more.clear();
    }

    /// Appends a line to the details.
    pub(crate) fn add_details(&mut self, line: &str) {
        if !self.details.is_empty() {
            self.details.push('\n');
        }
        self.details.push_str(line);
    }

    /// Takes a text as the message: what stands behind its first line break becomes details.
    pub(crate) fn set_message(&mut self, text: &str) {
        let text = text.trim_end();
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        self.message.push_str(first.trim_end_matches('\r'));
        if !rest.is_empty() {
            self.add_details(rest);
        }
    }

    /// Appends it, with its line break; `zone` is that of the times that people read.
    pub(crate) fn write(&self, format: Format, zone: &time::TimeZone, to: &mut Vec<u8>) {
        match format {
            Format::Text => self.write_text(zone, to),
            Format::Json => self.write_json(to),
        }
    }

    /// `2024-07-03 09:46:40.123+00:00 INFO origin: message`, and details indented on lines of their own.
    fn write_text(&self, zone: &time::TimeZone, to: &mut Vec<u8>) {
        time::write_local(self.time, zone, to);
        to.push(b' ');
        to.extend_from_slice(self.level.upper().as_bytes());
        to.push(b' ');
        write_origin(&self.origin, to);
        to.extend_from_slice(b": ");
        one_line(&self.message, to);
        to.push(b'\n');
        if !self.details.is_empty() {
            self.details.lines().for_each(|line| write_details(line, to));
        }
        let mut members = Vec::new();
        if !self.more.is_empty() && json::members(&self.more, &mut members).is_ok() {
            for member in members.iter().filter(|member| !member.key_is(&self.more, CODE)) {
                let value =
                    member.text(&self.more).unwrap_or_else(|| String::from_utf8_lossy(member.value(&self.more)));
                let text = format!("{}: {value}", member.key_text(&self.more));
                text.lines().for_each(|line| write_details(line, to));
            }
        }
    }

    /// `{"time":…,"level":…,"origin":…,"message":…,"details":…}`, and the members that it had besides.
    fn write_json(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(b"{\"time\":\"");
        time::write_rfc3339(self.time, to);
        to.extend_from_slice(b"\",\"level\":\"");
        to.extend_from_slice(self.level.word().as_bytes());
        to.extend_from_slice(b"\",\"origin\":");
        json::write_string(&self.origin, to);
        to.extend_from_slice(b",\"message\":");
        json::write_string(&self.message, to);
        if !self.details.is_empty() {
            to.extend_from_slice(b",\"details\":");
            json::write_string(&self.details, to);
        }
        if let [b'{', members @ .., b'}'] = &self.more[..] {
            to.push(b',');
            to.extend_from_slice(members);
        }
        to.extend_from_slice(b"}\n");
    }
}

fn write_details(line: &str, to: &mut Vec<u8>) {
    let line = line.trim_end();
    if !line.is_empty() {
        to.extend_from_slice(INDENT.as_bytes());
        one_line(line, to);
    }
    to.push(b'\n');
}

/// Whoever reads it back takes what stands before the first colon and blank.
fn write_origin(origin: &str, to: &mut Vec<u8>) {
    let start = to.len();
    one_line(origin.trim(), to);
    while let Some(at) = memchr::memmem::find(&to[start..], b": ") {
        to.remove(start + at + 1);
    }
}

/// A lone carriage return would hide what stands before it.
fn one_line(text: &str, to: &mut Vec<u8>) {
    to.extend(text.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            time: 1_720_000_000_123_456_789,
            level: Level::Warning,
            origin: "a: b".to_owned(),
            message: "what".to_owned(),
            details: "  at x\n\nat \"y\"".to_owned(),
            more: br#"{"code":"io","n":[1, 2],"s":"p\nq"}"#.to_vec(),
        }
    }

    fn written(entry: &Entry, format: Format, zone: &str) -> String {
        let mut to = Vec::new();
        entry.write(format, &time::parse_zone(zone).unwrap(), &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn for_people_and_as_json() {
        assert_eq!(
            written(&entry(), Format::Text, "Europe/Berlin"),
            "2024-07-03 11:46:40.123+02:00 WARNING a:b: what\n      at x\n\n    at \"y\"\n    n: [1, 2]\n    s: p\n    q\n"
        );
        assert_eq!(
            written(&entry(), Format::Json, "Europe/Berlin"),
            "{\"time\":\"2024-07-03T09:46:40.123456789Z\",\"level\":\"warning\",\"origin\":\"a: b\",\"message\":\"what\",\
             \"details\":\"  at x\\n\\nat \\\"y\\\"\",\"code\":\"io\",\"n\":[1, 2],\"s\":\"p\\nq\"}\n"
        );
    }

    #[test]
    fn a_message_of_several_lines_is_a_message_and_details() {
        let mut entry = Entry::default();
        entry.set_message("one\r\ntwo\nthree\n");
        assert_eq!((entry.message.as_str(), entry.details.as_str()), ("one", "two\nthree"));
        entry.clear();
        assert_eq!(entry, Entry::default());
    }
}
