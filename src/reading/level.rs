//! How much a message matters: one scale for what kymo tells, for what it logs and for what it reads of other
//! programs' logs. It is Python's, with ivy's EXCEPTION above all.

/// From the least to the most. As a threshold: this level and those above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Debug,
    #[default]
    Info,
    Warning,
    Error,
    Critical,
    Exception,
    /// As a threshold: nothing. No message has it.
    None,
}

/// In the order of the levels: how people read it, other names (kymo's own first, Python's number), what it is for.
const NAMES: [(&str, &[&str], &str); 7] = [
    ("DEBUG", &["debug", "10", "trace", "notset"], "What a program does, step by step"),
    ("INFO", &["info", "20", "notice"], "Normal events: connected, a gap too long to fill"),
    ("WARNING", &["warning", "30", "warn"], "Something to look at: a rejected record, a lost connection"),
    ("ERROR", &["error", "40", "err"], "A failure; the reason why kymo ends"),
    ("CRITICAL", &["critical", "50", "crit", "fatal", "alert", "emerg"], "A failure that stops a station"),
    ("EXCEPTION", &["exception"], "Internal error: a traceback, a panic"),
    ("NONE", &["none", "null", "off"], "Nothing: no message has this level"),
];

const ALL: [Level; 7] =
    [Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical, Level::Exception, Level::None];

impl Level {
    /// All of them, from the least to the most.
    pub(crate) fn all() -> &'static [Level] {
        &ALL
    }

    /// Its names on a command line, kymo's own first.
    pub(crate) fn words(self) -> &'static [&'static str] {
        NAMES[self as usize].1
    }

    /// What it is for.
    pub(crate) fn purpose(self) -> &'static str {
        NAMES[self as usize].2
    }

    /// As kymo spells it in JSON and on its command line.
    pub(crate) fn word(self) -> &'static str {
        NAMES[self as usize].1[0]
    }

    /// As it is in a log for people.
    pub(crate) fn upper(self) -> &'static str {
        NAMES[self as usize].0
    }

    /// The level that a message's word means, in any case: `WARN`, `error`, `Fatal`.
    pub(crate) fn of_word(word: &str) -> Option<Level> {
        // Longer than any name or alias.
        if word.is_empty() || word.len() > 9 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        named(word).filter(|level| *level != Level::None)
    }

    /// The level of a message that Python's numbers tell: the last one that is not above it.
    pub(crate) fn of_number(number: i64) -> Level {
        match number {
            ..20 => Level::Debug,
            20..30 => Level::Info,
            30..40 => Level::Warning,
            40..50 => Level::Error,
            _ => Level::Critical,
        }
    }

    /// A threshold as the environment gives it: a name in any case, or any whole number, between Python's too.
    ///
    /// # Errors
    ///
    /// Another word.
    pub(crate) fn threshold(text: &str) -> Result<Level, String> {
        if let Ok(number) = text.parse::<i64>() {
            return Ok(match number {
                ..=10 => Level::Debug,
                11..=20 => Level::Info,
                21..=30 => Level::Warning,
                31..=40 => Level::Error,
                41..=50 => Level::Critical,
                _ => Level::None,
            });
        }
        named(text).ok_or_else(|| {
            format!("`{text}` is not a level: debug, info, warning, error, critical, exception, none, or a number")
        })
    }
}

fn named(word: &str) -> Option<Level> {
    let is = |level: &&Level| NAMES[**level as usize].1.iter().any(|name| name.eq_ignore_ascii_case(word));
    ALL.iter().find(is).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_messages() {
        for (word, level) in [
            ("DEBUG", Level::Debug),
            ("Trace", Level::Debug),
            ("info", Level::Info),
            ("notice", Level::Info),
            ("WARN", Level::Warning),
            ("Warning", Level::Warning),
            ("err", Level::Error),
            ("ERROR", Level::Error),
            ("FATAL", Level::Critical),
            ("crit", Level::Critical),
            ("EXCEPTION", Level::Exception),
        ] {
            assert_eq!(Level::of_word(word), Some(level), "{word}");
        }
        for word in ["", "none", "null", "off", "40", "errors", "Information", "é"] {
            assert_eq!(Level::of_word(word), None, "{word}");
        }
    }

    #[test]
    fn numbers_of_messages_and_of_thresholds() {
        for (number, of_message, threshold) in [
            (-5, Level::Debug, Level::Debug),
            (10, Level::Debug, Level::Debug),
            (15, Level::Debug, Level::Info),
            (20, Level::Info, Level::Info),
            (30, Level::Warning, Level::Warning),
            (35, Level::Warning, Level::Error),
            (50, Level::Critical, Level::Critical),
            (60, Level::Critical, Level::None),
        ] {
            assert_eq!(Level::of_number(number), of_message, "{number}");
            assert_eq!(Level::threshold(&number.to_string()), Ok(threshold), "{number}");
        }
        assert_eq!(Level::threshold("NOTSET"), Ok(Level::Debug));
        assert_eq!(Level::threshold("null"), Ok(Level::None));
        for bad in ["", "foo", " DEBUG", "20.5"] {
            assert!(Level::threshold(bad).unwrap_err().contains("is not a level"), "{bad}");
        }
    }

    #[test]
    fn each_name_is_its_value_on_the_command_line() {
        for (n, level) in ALL.iter().enumerate() {
            assert_eq!(*level as usize, n);
            assert_eq!(level.words()[0], level.word());
            assert_eq!(level.word().to_uppercase(), level.upper());
        }
    }
}
