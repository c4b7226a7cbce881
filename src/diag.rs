//! The one file that prints to stderr. A message is one line: program, stage, verb,
//! object, cause; or, with `--log-format json`, the same as an NDJSON object.

use crate::error::{Error, Kind};
use crate::json;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

/// What is told, from here up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// What kymo does, step by step
    #[value(alias = "10", alias = "DEBUG")]
    Debug,
    /// What one wants to know: connected, a gap too long to fill
    #[value(alias = "20", alias = "INFO")]
    Info,
    /// What one should look at: a rejected record, a lost connection
    #[value(alias = "30", alias = "WARNING", alias = "warn", alias = "WARN")]
    Warning,
    /// Why kymo ends
    #[value(alias = "40", alias = "ERROR", alias = "50", alias = "CRITICAL")]
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One line for people.
    Text,
    /// NDJSON: time, level, code, stage, message.
    Json,
}

struct Settings {
    level: Level,
    format: Format,
    colour: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Settles level and format for the life of the process. Only the first call counts.
pub fn init(level: Level, format: Format) {
    let colour = may_colour(std::io::stderr().is_terminal());
    let _ = SETTINGS.set(Settings { level, format, colour });
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("unknown reason");
        let thread = std::thread::current();
        let stage = thread.name().filter(|name| *name != "main").unwrap_or("");
        error(stage, "bug", format_args!("panicked{place}: {what} (this is a bug in kymo: please report it)"));
    }));
}

/// Colour may be used where there is a terminal, unless the user does not want it.
pub fn may_colour(terminal: bool) -> bool {
    terminal
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The flags that make another kymo, started by this one, tell as this one does.
pub fn flags() -> [&'static str; 4] {
    let (level, format) = SETTINGS.get().map_or((Level::Warning, Format::Text), |s| (s.level, s.format));
    let format = match format {
        Format::Text => "text",
        Format::Json => "json",
    };
    ["--log-level", level.word(), "--log-format", format]
}

/// Colour may be used on stderr.
pub fn colour() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.colour)
}

/// `--log-level debug`.
pub fn debug(stage: &str, code: &str, message: impl Display) {
    tell(Level::Debug, stage, code, &message);
}

/// What one wants to know.
pub fn info(stage: &str, code: &str, message: impl Display) {
    tell(Level::Info, stage, code, &message);
}

/// What one must know to go on, whatever the level: the address that a server got.
pub fn notice(stage: &str, code: &str, message: impl Display) {
    put(Level::Info, stage, code, &message);
}

/// What one should look at.
pub fn warn(stage: &str, code: &str, message: impl Display) {
    tell(Level::Warning, stage, code, &message);
}

/// Why kymo ends.
pub fn error(stage: &str, code: &str, message: impl Display) {
    tell(Level::Error, stage, code, &message);
}

/// Tells why a stage or the program ended. Silence where nobody reads any more.
pub fn fatal(why: &Error) {
    if why.kind() != Kind::Closed {
        error(why.stage().unwrap_or(""), why.code(), why);
    }
}

/// Prints one finished NDJSON line (`--summary`), whatever the level.
pub fn summary(line: &[u8]) {
    let mut bytes = line.to_vec();
    bytes.push(b'\n');
    // Nowhere is left to tell that stderr is gone.
    let _ = std::io::stderr().lock().write_all(&bytes);
}

fn tell(level: Level, stage: &str, code: &str, message: &dyn Display) {
    if level >= SETTINGS.get().map_or(Level::Info, |settings| settings.level) {
        put(level, stage, code, message);
    }
}

fn put(level: Level, stage: &str, code: &str, message: &dyn Display) {
    let (format, colour) = SETTINGS.get().map_or((Format::Text, false), |s| (s.format, s.colour));
    let mut line = Vec::with_capacity(160);
    match format {
        Format::Json => write_json(&mut line, level, stage, code, &message.to_string()),
        Format::Text => write_text(&mut line, level, stage, &message.to_string(), colour),
    }
    line.push(b'\n');
    let _ = std::io::stderr().lock().write_all(&line);
}

fn write_text(line: &mut Vec<u8>, level: Level, stage: &str, message: &str, colour: bool) {
    let style = match level {
        Level::Error => anstyle::AnsiColor::Red.on_default().bold(),
        Level::Warning => anstyle::AnsiColor::Yellow.on_default(),
        Level::Info | Level::Debug => anstyle::Style::new().dimmed(),
    };
    let (on, off) =
        if colour { (style.render().to_string(), style.render_reset().to_string()) } else { Default::default() };
    line.extend_from_slice(on.as_bytes());
    line.extend_from_slice(b"kymo:");
    line.extend_from_slice(off.as_bytes());
    if !stage.is_empty() {
        line.push(b' ');
        line.extend_from_slice(stage.as_bytes());
        line.push(b':');
    }
    line.push(b' ');
    // One message is one line, whatever a peer's words contain.
    line.extend(message.bytes().map(|b| if b == b'\n' || b == b'\r' { b' ' } else { b }));
}

fn write_json(line: &mut Vec<u8>, level: Level, stage: &str, code: &str, message: &str) {
    line.extend_from_slice(b"{\"time\":\"");
    crate::time::write_rfc3339(crate::time::now(), line);
    line.extend_from_slice(b"\",\"level\":\"");
    line.extend_from_slice(level.word().as_bytes());
    line.extend_from_slice(b"\",\"code\":");
    json::write_string(code, line);
    if !stage.is_empty() {
        line.extend_from_slice(b",\"stage\":");
        json::write_string(stage, line);
    }
    line.extend_from_slice(b",\"message\":");
    json::write_string(message, line);
    line.push(b'}');
}

/// Passes on what a command that kymo runs says on its stderr, as it is.
pub fn pass(bytes: &[u8]) {
    let _ = std::io::stderr().lock().write_all(bytes);
}

/// Prints what is wrong with the words on the command line, as it is.
pub fn usage(text: &str) {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let _ = std::io::stderr().lock().write_all(format!("kymo: {text}").as_bytes());
}

/// Prints the help where it is not what was asked for.
pub fn page(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
