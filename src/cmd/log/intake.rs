//! Lines become messages: which line begins one, and which belong to the one before.
//!
//! Decision: indented lines, tracebacks and what stands between rulers are details of the message before them. It is
//! therefore held until the next one begins or until nothing has come for a moment; what comes later still is a message
//! of its own, so that it is not taken for that of another writer. Memory is bounded, whatever comes.

use super::json;
use super::text;
use crate::host::logfile::Entry;
use crate::reading::json::Member;
use crate::reading::level::Level;
use crate::reading::time::TimeZone;
use std::borrow::Cow;

/// More details make another message.
const MAX_DETAILS: usize = 64 << 10;

/// A longer line is several.
pub(super) const MAX_LINE: usize = 1 << 20;

/// The message of what belongs to one that is written already.
const CONTINUED: &str = "(continued)";

const TRACEBACK: &str = "Traceback (most recent call last):";

/// What stands in front of two tracebacks, of which one follows from the other.
const CHAINED: [&str; 2] = ["During handling of the above exception", "The above exception was the direct cause"];

/// What a message is taken to be where it does not say.
pub(super) struct Defaults {
    pub(super) level: Level,
    pub(super) origin: String,
    /// That of times without an offset.
    pub(super) zone: TimeZone,
}

/// Takes bytes as they come and gives messages.
pub(super) struct Intake {
    defaults: Defaults,
    /// The one that is being read, or the last one.
    entry: Entry,
    /// There was one.
    has_begun: bool,
    /// It has not been given yet.
    is_held: bool,
    inside: Inside,
    /// The beginning of a line that has not ended.
    rest: Vec<u8>,
    /// The line has ended for us already: it was too long.
    is_cut: bool,
    members: Vec<Member>,
    lines: u64,
}

/// What the next line may be part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Message,
    /// A traceback of Python; its last line is still to come.
    Traceback,
    /// Behind its last line another may follow.
    AfterTraceback,
    /// The text of a panic of Rust.
    Panic,
    /// Between the rulers of ivy.
    Rulers,
}

/// Takes messages.
pub(super) type Give<'g> = dyn FnMut(&Entry) + 'g;

impl Intake {
    pub(super) fn new(defaults: Defaults) -> Intake {
        Intake {
            defaults,
            entry: Entry::default(),
            has_begun: false,
            is_held: false,
            inside: Inside::Message,
            rest: Vec::new(),
            is_cut: false,
            members: Vec::new(),
            lines: 0,
        }
    }

    /// A message is held.
    pub(super) fn holds(&self) -> bool {
        self.is_held
    }

    /// Lines so far.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Takes bytes that came at `now`.
    pub(super) fn take(&mut self, bytes: &[u8], now: i64, give: &mut Give<'_>) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            let line = &bytes[start..end];
            start = end + 1;
            if self.rest.is_empty() {
                self.end_line(line, now, give);
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.end_line(&whole, now, give);
                whole.clear();
                self.rest = whole;
            }
        }
        self.rest.extend_from_slice(&bytes[start..]);
        if self.rest.len() > MAX_LINE {
            let long = std::mem::take(&mut self.rest);
            self.end_line(&long, now, give);
            self.is_cut = true;
        }
    }

    /// Nothing has come for a moment: gives what is held.
    pub(super) fn give(&mut self, give: &mut Give<'_>) {
        if !self.is_held {
            return;
        }
        self.is_held = false;
        let end = self.entry.details.trim_end().len();
        self.entry.details.truncate(end);
        self.name_traceback();
        give(&self.entry);
    }

    /// The input has ended, also in the middle of a line.
    pub(super) fn finish(&mut self, now: i64, give: &mut Give<'_>) {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.end_line(&rest, now, give);
        }
        self.give(give);
    }

    fn end_line(&mut self, line: &[u8], now: i64, give: &mut Give<'_>) {
        self.lines += u64::from(!self.is_cut);
        let text = plain(line.strip_suffix(b"\r").unwrap_or(line));
        if std::mem::take(&mut self.is_cut) || self.belongs(&text) {
            self.add(&text, now, give);
        } else {
            self.give(give);
            self.begin(&text, now);
        }
    }

    /// The line belongs to the message before it.
    fn belongs(&mut self, line: &str) -> bool {
        if line.trim().is_empty() {
            return true;
        }
        if !self.has_begun {
            return false;
        }
        if line.starts_with([' ', '\t']) {
            return true;
        }
        if line == TRACEBACK {
            // Of a message that says nothing is wrong it is none: it must be seen where that is not.
            let is_chained = matches!(self.inside, Inside::Traceback | Inside::AfterTraceback);
            let belongs = is_chained || self.is_held && self.entry.level >= Level::Warning;
            if belongs {
                self.inside = Inside::Traceback;
            }
            return belongs;
        }
        if is_ruler(line) {
            let is_closing = line.bytes().all(|b| b == b'-');
            self.inside = if is_closing { Inside::Message } else { Inside::Rulers };
            return true;
        }
        match self.inside {
            Inside::Message => line.starts_with("Caused by: "),
            Inside::Traceback => {
                let is_last = is_exception(line);
                self.inside = if is_last { Inside::AfterTraceback } else { Inside::Message };
                is_last
            }
            Inside::AfterTraceback => {
                let is_chained = CHAINED.iter().any(|text| line.starts_with(text));
                if !is_chained {
                    self.inside = Inside::Message;
                }
                is_chained
            }
            Inside::Panic => {
                let is_more = line.starts_with("note: ") || line == "stack backtrace:";
                // Its text is one line, where it is one.
                is_more || self.entry.details.is_empty()
            }
            Inside::Rulers => !text::is_dated(line),
        }
    }

    fn add(&mut self, line: &str, now: i64, give: &mut Give<'_>) {
        let is_blank = line.trim().is_empty();
        if self.entry.details.len() + line.len() > MAX_DETAILS && !self.entry.details.is_empty() {
            self.give(give);
        }
        if !self.is_held {
            if is_blank {
                return;
            }
            // As that before it, of which it is a part.
            self.entry.message.clear();
            self.entry.message.push_str(CONTINUED);
            self.entry.details.clear();
            self.entry.more.clear();
            self.entry.time = now;
            self.is_held = true;
        }
        if !is_blank {
            self.entry.add_details(line.trim_end());
        } else if !self.entry.details.is_empty() {
            self.entry.details.push('\n');
        }
    }

    fn begin(&mut self, line: &str, now: i64) {
        let Defaults { level, origin, zone } = &self.defaults;
        self.entry.clear();
        self.has_begun = true;
        self.is_held = true;
        self.inside = Inside::Message;
        if let Some(told) = json::read(line.as_bytes(), &mut self.members, zone, &mut self.entry) {
            self.entry.time = told.time.unwrap_or(now);
            self.entry.level = told.level.unwrap_or(*level);
            if !told.has_origin {
                self.entry.origin.push_str(origin);
            }
            return;
        }
        let head = text::head(line, zone);
        self.entry.time = head.time.unwrap_or(now);
        self.entry.level = head.level.unwrap_or(*level);
        self.entry.origin.push_str(head.origin.unwrap_or(origin));
        self.entry.message.push_str(head.message.trim_end());
        if line == TRACEBACK {
            self.entry.level = Level::Exception;
            self.inside = Inside::Traceback;
        } else if line.starts_with("thread '") && line.contains(" panicked at ") {
            self.entry.level = Level::Exception;
            self.inside = Inside::Panic;
        }
    }

    /// A traceback by itself is told by its last line.
    fn name_traceback(&mut self) {
        if self.entry.message != TRACEBACK {
            return;
        }
        let Some(last) = self.entry.details.lines().rfind(|line| is_exception(line)) else { return };
        self.entry.message = last.to_owned();
        self.entry.details = format!("{TRACEBACK}\n{}", self.entry.details);
    }
}

/// `ValueError: no`, `a.b.Stop`: a dotted name, and a text behind a colon.
fn is_exception(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    name.split('.').all(is_name)
}

/// A line of dashes, with or without a word in it.
fn is_ruler(line: &str) -> bool {
    line.len() >= 20 && line.starts_with("---") && line.ends_with("---")
}

/// A line as text, without the colours of a terminal.
fn plain(line: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(line);
    if !text.contains("\x1b[") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split("\x1b[");
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        match end.filter(|&end| part[end..].starts_with(['m', 'K'])) {
            Some(end) => plain.push_str(&part[end + 1..]),
            None => plain.extend(["\x1b[", part]),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intake() -> Intake {
        let defaults = Defaults { level: Level::Info, origin: "o".to_owned(), zone: TimeZone::UTC };
        Intake::new(defaults)
    }

    /// Level, message and details of what comes of these bytes.
    fn messages(pieces: &[&str]) -> Vec<(Level, String, String)> {
        let mut intake = intake();
        let mut found = Vec::new();
        let mut give = |entry: &Entry| found.push((entry.level, entry.message.clone(), entry.details.clone()));
        for piece in pieces {
            intake.take(piece.as_bytes(), 0, &mut give);
        }
        intake.finish(0, &mut give);
        found
    }

    fn one(level: Level, message: &str, details: &str) -> (Level, String, String) {
        (level, message.to_owned(), details.to_owned())
    }

    #[test]
    fn lines_in_any_pieces() {
        let text = "ERROR: a\n  more\n\n\tand more\n\nplain\r\nlast";
        let wanted = [
            one(Level::Error, "a", "  more\n\n\tand more"),
            one(Level::Info, "plain", ""),
            one(Level::Info, "last", ""),
        ];
        assert_eq!(messages(&[text]), wanted);
        let bytes: Vec<&str> = (0..text.len()).map(|at| &text[at..at + 1]).collect();
        assert_eq!(messages(&bytes), wanted);
    }

    #[test]
    fn tracebacks_belong_to_what_they_explain() {
        let traceback =
            "Traceback (most recent call last):\n  File \"x\", line 1, in <module>\n    f()\nValueError: no\n";
        let inner = traceback.trim_end();
        assert_eq!(
            messages(&["ERROR: a\n", traceback, "plain\n"]),
            [one(Level::Error, "a", inner), one(Level::Info, "plain", "")]
        );
        // By itself it is the worst there is, also behind a message that says nothing is wrong.
        assert_eq!(
            messages(&["INFO: a\n", traceback, "plain\n"]),
            [one(Level::Info, "a", ""), one(Level::Exception, "ValueError: no", inner), one(Level::Info, "plain", "")]
        );
        let chained =
            format!("{traceback}\nDuring handling of the above exception, another exception occurred:\n\n{traceback}");
        assert_eq!(messages(&[&chained]), [one(Level::Exception, "ValueError: no", chained.trim_end())]);
        let java = "ERROR: a\njava.lang.X: y\n\tat a.b\nCaused by: z\n\tat c.d\n";
        assert_eq!(
            messages(&[java]),
            [one(Level::Error, "a", ""), one(Level::Info, "java.lang.X: y", "\tat a.b\nCaused by: z\n\tat c.d")]
        );
        let panic = "thread 'main' panicked at src/main.rs:2:5:\nboom\nnote: run with x\nnext\n";
        assert_eq!(
            messages(&[panic]),
            [
                one(Level::Exception, "thread 'main' panicked at src/main.rs:2:5:", "boom\nnote: run with x"),
                one(Level::Info, "next", "")
            ]
        );
    }

    #[test]
    fn rulers_of_ivy() {
        let ruled =
            "--- details: ---------------------------\nany\nERROR: not one\n----------------------------------------";
        let head = "2024-07-03 09:46:40+00 UTC+1 - o - ERROR     - s\n";
        assert_eq!(
            messages(&[head, ruled, "\nplain\n"]),
            [one(Level::Error, "s", ruled), one(Level::Info, "plain", "")]
        );
        // Without an end: up to the next message with a time.
        assert_eq!(messages(&[head, "--- traceback: -------------------------\nx\n", head]).len(), 2);
    }

    #[test]
    fn what_comes_late_is_a_message_of_its_own() {
        let mut intake = intake();
        let mut found = Vec::new();
        let mut give = |entry: &Entry| found.push((entry.level, entry.message.clone(), entry.details.clone()));
        intake.take(b"ERROR: a\n  b\n", 0, &mut give);
        assert!(intake.holds());
        intake.give(&mut give);
        assert!(!intake.holds());
        intake.take(b"\n  c\n", 0, &mut give);
        intake.finish(0, &mut give);
        assert_eq!(found, [one(Level::Error, "a", "  b"), one(Level::Error, CONTINUED, "  c")]);
    }

    #[test]
    fn memory_is_bounded() {
        let details = "  x\n".repeat(100_000);
        let found = messages(&["ERROR: a\n", &details]);
        assert!(found.len() > 3 && found.iter().all(|(level, _, d)| *level == Level::Error && d.len() <= MAX_DETAILS));
        assert_eq!(found.iter().map(|(_, _, d)| d.lines().count()).sum::<usize>(), 100_000);
        let long = "y".repeat(MAX_LINE / 2);
        let pieces = [long.as_str(); 7];
        let found = messages(&pieces);
        let length = |(_, m, d): &(Level, String, String)| d.len() + if m == CONTINUED { 0 } else { m.len() };
        assert_eq!(found.iter().map(length).sum::<usize>(), 7 * long.len());
        assert!(found.len() == 2 && found.iter().all(|(_, m, d)| m.len() + d.len() <= 3 * MAX_LINE));
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(messages(&["\x1b[1;31mERROR\x1b[0m: a\x1b[K\n"]), [one(Level::Error, "a", "")]);
        assert_eq!(messages(&["\x1b[2Jx\n"]), [one(Level::Info, "\x1b[2Jx", "")]);
    }
}
