//! What the first line of a message tells, as programs write it: when, how much it matters, who says it.
//!
//! Decision: only what stands at the beginning counts, and a word counts as a level only where programs put levels: before
//! a colon, in brackets, in a column, or in capitals. A message that merely speaks of an error is no error.

use crate::reading::level::Level;
use crate::reading::time::{self, TimeZone};

/// What a line tells; what it does not tell is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// ns since 1970 UTC.
    pub(super) time: Option<i64>,
    pub(super) level: Option<Level>,
    pub(super) origin: Option<&'a str>,
    pub(super) message: &'a str,
}

/// A time of kymo's own log: `2024-07-03 09:46:40.123+00:00`.
const OWN_TIME: usize = 29;

/// How long a label such as ` UTC+5.5` may be. ivy puts it behind its times; it is that of the winter.
const LABEL: usize = 10;

/// Reads the first line of a message. A time without an offset is looked up in `zone`.
pub(super) fn head<'a>(line: &'a str, zone: &TimeZone) -> Head<'a> {
    let (priority, line) = priority(line);
    let mut head = dated(line, zone).unwrap_or_else(|| told(line));
    head.level = priority.or(head.level);
    head
}

/// The line begins with a time.
pub(super) fn is_dated(line: &str) -> bool {
    let (_, line) = priority(line);
    time::leading(line.strip_prefix('[').unwrap_or(line).as_bytes(), &TimeZone::UTC).is_some()
}

/// The line begins with a time as kymo's own log has it.
pub(super) fn is_own(line: &str) -> bool {
    let leading = time::leading(line.as_bytes(), &TimeZone::UTC);
    leading.is_some_and(|leading| leading.has_offset && is_own_time(line, leading.length))
}

fn is_own_time(text: &str, length: usize) -> bool {
    length == OWN_TIME && text.as_bytes()[10] == b' '
}

/// `<3>` of sd-daemon(3) and syslog: a facility times eight and a severity (RFC 5424, 6.2.1).
fn priority(line: &str) -> (Option<Level>, &str) {
    let parsed = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let Some((number, rest)) = parsed.filter(|(number, _)| number.len() <= 3) else { return (None, line) };
    let level = match number.parse::<u8>() {
        Ok(number @ 0..=191) => match number % 8 {
            0..=2 => Level::Critical,
            3 => Level::Error,
            4 => Level::Warning,
            5 | 6 => Level::Info,
            _ => Level::Debug,
        },
        _ => return (None, line),
    };
    (Some(level), rest)
}

fn dated<'a>(line: &'a str, zone: &TimeZone) -> Option<Head<'a>> {
    let in_brackets = line.strip_prefix('[');
    let text = in_brackets.unwrap_or(line);
    let leading = time::leading(text.as_bytes(), zone)?;
    // A time is ASCII.
    let mut rest = text.get(leading.length..)?;
    let time = Some(leading.time);
    if in_brackets.is_some() {
        // `[TIME LEVEL origin] message`, `[TIME] …`
        let (inside, behind) = rest.split_once(']')?;
        let (level, origin) = inside.trim().split_once(' ').unwrap_or((inside.trim(), ""));
        if !inside.trim().is_empty() {
            let origin = Some(origin.trim()).filter(|origin| !origin.is_empty());
            return Some(Head { time, level: Level::of_word(level), origin, message: behind.trim_start() });
        }
        rest = behind;
    }
    if let Some(label) = rest.strip_prefix(" UTC") {
        let end = label.find(' ').filter(|end| *end < LABEL).unwrap_or(0);
        rest = &label[end..];
    }
    let rest = rest.trim_start();
    for separator in [" - ", " | "] {
        if let Some(columns) = rest.strip_prefix(separator.trim_start())
            && let Some(head) = columns_of(columns, separator)
        {
            return Some(Head { time, ..head });
        }
    }
    let mut head = told(rest.trim_start_matches([':', '-', '|']).trim_start());
    if head.level.is_some() && head.origin.is_none() && leading.has_offset {
        let is_own = is_own_time(text, leading.length);
        let origin = head.message.split_once(": ").or_else(|| Some((head.message.strip_suffix(':')?, "")));
        if let Some((origin, message)) = origin.filter(|(origin, _)| is_own || !origin.contains(' ')) {
            head.origin = Some(origin);
            head.message = message;
        }
    }
    Some(Head { time, ..head })
}

/// `LEVEL - message`, `origin - LEVEL - message`, with this between them.
fn columns_of<'a>(text: &'a str, separator: &str) -> Option<Head<'a>> {
    let mark = separator.trim_end();
    let column = |text: &'a str| text.split_once(separator).unwrap_or((text.strip_suffix(mark).unwrap_or(text), ""));
    let (first, rest) = column(text);
    if let Some(level) = Level::of_word(first.trim()) {
        return Some(Head { level: Some(level), message: rest, ..Head::default() });
    }
    let (second, message) = column(rest);
    let level = Level::of_word(second.trim())?;
    Some(Head { level: Some(level), origin: Some(first.trim()), message, time: None })
}

/// What a text without a time tells.
fn told(text: &str) -> Head<'_> {
    let plain = Head { message: text, ..Head::default() };
    if let Some((inside, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // Apache's `[core:error]`.
        let word = inside.trim().rsplit(':').next().unwrap_or_default();
        return match Level::of_word(word) {
            Some(level) => Head { level: Some(level), message: rest.trim_start_matches(':').trim_start(), ..plain },
            None => plain,
        };
    }
    if let Some(rest) = text.strip_prefix("kymo: ") {
        return kymo(rest);
    }
    let word = &text[..text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())];
    let Some(level) = Level::of_word(word) else { return plain };
    let rest = &text[word.len()..];
    let in_capitals = word.bytes().all(|b| b.is_ascii_uppercase());
    match rest.as_bytes() {
        [b':'] | [b':', b' ' | b'\t', ..] => Head { level: Some(level), message: rest[1..].trim_start(), ..plain },
        // `LEVEL:origin:message`, the format that Python's logging has by itself.
        [b':', ..] if in_capitals => match rest[1..].split_once(':') {
            Some((origin, message)) => Head { level: Some(level), origin: Some(origin), message, ..plain },
            None => Head { level: Some(level), message: &rest[1..], ..plain },
        },
        [] | [b' ' | b'\t', ..] if in_capitals => Head { level: Some(level), message: rest.trim_start(), ..plain },
        _ => plain,
    }
}

/// What kymo tells on stderr. It does not say its level there: unless it is asked for more, it is that of what should be
/// looked at.
fn kymo(rest: &str) -> Head<'_> {
    let level = Some(Level::Warning);
    match rest.split_once(": ") {
        Some((stage, message)) if stage.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
            Head { level, origin: Some(stage), message, time: None }
        }
        _ => Head { level, origin: Some("kymo"), message: rest, time: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_many_programs() {
        use Level::{Critical, Debug, Error, Exception, Info, Warning};
        let berlin = time::parse_zone("Europe/Berlin").unwrap();
        let at = Some("2024-07-03T09:46:40.123Z");
        let whole = Some("2024-07-03T09:46:40Z");
        for (line, time, level, origin, message) in [
            // Its own.
            ("2024-07-03 09:46:40.123+00:00 INFO some origin: a: b", at, Some(Info), Some("some origin"), "a: b"),
            ("2024-07-03 09:46:40.123+00:00 INFO origin:", at, Some(Info), Some("origin"), ""),
            // ivy, with the label of the winter behind a time in UTC.
            (
                "2024-07-03 09:46:40.123+00 UTC+1 - some-origin      - EXCEPTION - info - message",
                at,
                Some(Exception),
                Some("some-origin"),
                "info - message",
            ),
            // Python.
            (
                "2024-07-03 11:46:40,123 | root | INFO | logger_file | log | hello",
                at,
                Some(Info),
                Some("root"),
                "logger_file | log | hello",
            ),
            ("2024-07-03 11:46:40,123 - a.b - CRITICAL - x - y", at, Some(Critical), Some("a.b"), "x - y"),
            ("2024-07-03 11:46:40,123 - WARNING - x", at, Some(Warning), None, "x"),
            ("2024-07-03 11:46:40,123 - a - WARNING -", at, Some(Warning), Some("a"), ""),
            ("WARNING:root:hello: you", None, Some(Warning), Some("root"), "hello: you"),
            // LabKraken.
            ("2024-07-03 11:46:40.123 ERROR    no route: to host", at, Some(Error), None, "no route: to host"),
            // nginx, Apache, env_logger, tracing, Monolog's kin.
            ("2024/07/03 11:46:40 [error] 12#0: failed", whole, Some(Error), None, "12#0: failed"),
            ("[core:error] [pid 7] failed", None, Some(Error), None, "[pid 7] failed"),
            ("[2024-07-03T09:46:40Z WARN  a::b] slow", whole, Some(Warning), Some("a::b"), "slow"),
            ("2024-07-03T09:46:40.123Z DEBUG a::b: step", at, Some(Debug), Some("a::b"), "step"),
            ("[2024-07-03 11:46:40] [warn] hot", whole, Some(Warning), None, "hot"),
            ("2024-07-03T09:46:40Z ERROR no route: to host", whole, Some(Error), None, "no route: to host"),
            // Without a time.
            ("WARNING: x", None, Some(Warning), None, "x"),
            ("warning: unused", None, Some(Warning), None, "unused"),
            ("Fatal: no", None, Some(Critical), None, "no"),
            ("[error] x", None, Some(Error), None, "x"),
            ("ERROR", None, Some(Error), None, ""),
            ("INFO ready", None, Some(Info), None, "ready"),
            ("<3>disk: full", None, Some(Error), None, "disk: full"),
            ("<30>started", None, Some(Info), None, "started"),
            ("<4>ERROR: x", None, Some(Warning), None, "x"),
            ("kymo: store: commit 5: locked", None, Some(Warning), Some("store"), "commit 5: locked"),
            ("kymo: open x: no such file", None, Some(Warning), Some("kymo"), "open x: no such file"),
            // None of these.
            ("error handling is fine", None, None, None, "error handling is fine"),
            ("Errors: 5", None, None, None, "Errors: 5"),
            ("error:x", None, None, None, "error:x"),
            ("<192>x", None, None, None, "<192>x"),
            ("<b>x", None, None, None, "<b>x"),
            ("[x] y", None, None, None, "[x] y"),
            ("2024-07-03 11:46:40 up 3 days", whole, None, None, "up 3 days"),
            ("", None, None, None, ""),
        ] {
            let time = time.map(|time| time::parse_rfc3339(time.as_bytes()).unwrap());
            assert_eq!(head(line, &berlin), Head { time, level, origin, message }, "{line}");
        }
    }

    #[test]
    fn each_level_stands_in_each_place() {
        for level in [Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical, Level::Exception] {
            let (word, upper) = (level.word(), level.upper());
            for line in [
                format!("{word}: x"),
                format!("[{word}] x"),
                format!("{upper} x"),
                format!("2024-07-03 11:46:40,1 | root | {upper} | x"),
                format!("2024-07-03 09:46:40+00 UTC+1 - o - {upper:9} - x"),
            ] {
                let head = head(&line, &TimeZone::UTC);
                assert_eq!((head.level, head.message), (Some(level), "x"), "{line}");
            }
        }
    }

    #[test]
    fn any_line_is_read() {
        for line in [
            "[",
            "[]",
            "]",
            "<",
            "<>",
            "é: x",
            "[2024-07-03 09:46:40",
            "2024-07-03 09:46:40 UTC",
            " - - - ",
            "2024-07-03 09:46:40é",
        ] {
            let _ = (head(line, &TimeZone::UTC), is_dated(line));
        }
    }
}
