//! The one file that prints to stderr. A message is one line: program, stage, verb,
//! object, cause; or, with `--log-format json`, the same as an NDJSON object. With `--log-file` it goes to a
//! [`LogFile`] as well, with its time, from a level of its own.

use crate::host::logfile::{self, Entry, LogFile, Told};
use crate::host::progress;
use crate::host::thread;
use crate::reading::error::{Code, Error, Kind};
use crate::reading::json;
use crate::reading::level::Level;
use crate::reading::text::printable;
use crate::reading::time::{self, TimeZone};
use std::cell::Cell;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One line for people.
    Text,
    /// NDJSON: time, level, code, stage, message.
    Json,
}

struct Settings {
    level: Level,
    format: Format,
    colour: bool,
    sink: Option<Sink>,
    /// The unit of a supervisor that this process belongs to; empty: none.
    unit: String,
}

/// The variable by which a supervisor names its units to those who run in them.
pub(crate) const UNIT: &str = "KYMO_UNIT";

/// The file of `--log-file`.
pub(crate) struct Sink {
    pub file: Mutex<LogFile>,
    /// What is written there, from here up.
    pub level: Level,
    /// That of the times in it.
    pub zone: TimeZone,
    /// The flags that make another process write there too.
    pub flags: Vec<OsString>,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

thread_local! {
    /// This thread is writing to the log file: what goes wrong there is not told there.
    static IN_SINK: Cell<bool> = const { Cell::new(false) };
}

/// Settles level, format and log file for the life of the process. Only the first call counts.
pub(crate) fn init(level: Level, format: Format, sink: Option<Sink>) {
    let colour = may_colour(std::io::stderr().is_terminal());
    let unit = std::env::var(UNIT).unwrap_or_default();
    let _ = SETTINGS.set(Settings { level, format, colour, sink, unit });
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("unknown reason");
        let message = format_args!("panicked{place}: {what} (this is a bug in kymo: please report it)");
        tell(Level::Exception, &thread::stage(), Code::Bug, &message);
    }));
}

/// Colour may be used where there is a terminal, unless the user does not want it.
pub(crate) fn may_colour(terminal: bool) -> bool {
    terminal
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The flags that make another kymo, started by this one, tell as this one does.
pub(crate) fn flags() -> Vec<OsString> {
    let settings = SETTINGS.get();
    let (level, format) = settings.map_or((Level::Warning, Format::Text), |s| (s.level, s.format));
    let format = match format {
        Format::Text => "text",
        Format::Json => "json",
    };
    let mut flags: Vec<OsString> = ["--log-level", level.word(), "--log-format", format].map(OsString::from).into();
    flags.extend(settings.and_then(|s| s.sink.as_ref()).iter().flat_map(|sink| sink.flags.iter().cloned()));
    flags
}

/// Somebody reads the messages on a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Colour may be used on stderr.
pub(crate) fn colour() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.colour)
}

/// `--log-level debug`.
pub(crate) fn debug(code: Code, message: impl Display) {
    tell(Level::Debug, &thread::stage(), code, &message);
}

/// Somebody hears what is said at `--log-level debug`: a message that costs something is not made up for nobody.
pub(crate) fn hears_debug() -> bool {
    SETTINGS.get().is_some_and(|settings| {
        settings.level == Level::Debug || settings.sink.as_ref().is_some_and(|sink| sink.level == Level::Debug)
    })
}

/// What one wants to know.
pub(crate) fn info(code: Code, message: impl Display) {
    tell(Level::Info, &thread::stage(), code, &message);
}

/// What one must know to go on, whatever the level: the address that a server got.
pub(crate) fn notice(code: Code, message: impl Display) {
    put(Level::Info, &thread::stage(), code, &message);
}

/// What one should look at.
pub(crate) fn warn(code: Code, message: impl Display) {
    tell(Level::Warning, &thread::stage(), code, &message);
}

/// Why kymo ends.
pub(crate) fn error(code: Code, message: impl Display) {
    tell(Level::Error, &thread::stage(), code, &message);
}

/// Tells why a stage or the program ended. Silence where nobody reads any more.
pub(crate) fn fatal(why: &Error) {
    if why.kind() != Kind::Closed {
        let stage = why.stage().map_or_else(thread::stage, str::to_owned);
        tell(Level::Error, &stage, why.code(), why);
    }
}

/// Prints one finished NDJSON line (`--summary`), whatever the level.
pub(crate) fn summary(line: &[u8]) {
    let mut bytes = line.to_vec();
    bytes.push(b'\n');
    write(&bytes);
}

/// Tells a message of a level that is known only now.
pub(crate) fn tell(level: Level, stage: &str, code: Code, message: &dyn Display) {
    let settings = SETTINGS.get();
    if level >= settings.map_or(Level::Info, |settings| settings.level) {
        print(level, stage, code, message);
    }
    if let Some(sink) = settings.and_then(|s| s.sink.as_ref()).filter(|sink| level >= sink.level) {
        log(sink, level, stage, code, message);
    }
}

/// Whatever the levels.
fn put(level: Level, stage: &str, code: Code, message: &dyn Display) {
    print(level, stage, code, message);
    if let Some(sink) = SETTINGS.get().and_then(|settings| settings.sink.as_ref()) {
        log(sink, level, stage, code, message);
    }
}

fn print(level: Level, stage: &str, code: Code, message: &dyn Display) {
    let (format, colour) = SETTINGS.get().map_or((Format::Text, false), |s| (s.format, s.colour));
    let mut line = Vec::with_capacity(160);
    match format {
        Format::Json => write_json(&mut line, level, stage, code, &message.to_string()),
        Format::Text => write_text(&mut line, level, stage, &message.to_string(), colour),
    }
    line.push(b'\n');
    write(&line);
}

/// Writes to stderr. A progress bar that is there goes away first.
fn write(bytes: &[u8]) {
    // Nowhere is left to tell that stderr is gone.
    let _ = progress::aside(|| std::io::stderr().lock().write_all(bytes));
}

/// Writes to the log file. What becomes of that is told on stderr, whatever the level.
fn log(sink: &Sink, level: Level, stage: &str, code: Code, message: &dyn Display) {
    if IN_SINK.replace(true) {
        return;
    }
    let mut line = Vec::with_capacity(160);
    let write = |line: &mut Vec<u8>, level, stage: &str, code: Code, message: &str| match SETTINGS
        .get()
        .map(|settings| settings.format)
    {
        Some(Format::Json) => {
            write_json(line, level, stage, code, message);
            line.push(b'\n');
        }
        _ => {
            let origin = if stage.is_empty() { "kymo" } else { stage }.to_owned();
            let message = printable(message).into_owned();
            let entry = Entry { time: time::now(), level, origin, message, ..Entry::default() };
            entry.write(logfile::Format::Text, &sink.zone, line);
        }
    };
    write(&mut line, level, stage, code, &message.to_string());
    let mut file = sink.file.lock().unwrap_or_else(PoisonError::into_inner);
    let mut note = Vec::new();
    file.write(&line, &mut |told| {
        let (level, code, text) = log_trouble(&told);
        print(level, "log", code, &text);
        if matches!(told, Told::Resumed { .. }) {
            write(&mut note, level, "log", code, &text);
        }
    });
    file.write(&note, &mut |_| {});
    IN_SINK.set(false);
}

/// What there is to tell of a log file, with its level and code.
pub(crate) fn log_trouble(told: &Told) -> (Level, Code, String) {
    match told {
        Told::Failed(why) => (Level::Error, why.code(), format!("{why}; lines are lost until it is writable again")),
        Told::Resumed { lost, why } => (Level::Warning, Code::LostLines, format!("{lost} lines were lost: {why}")),
        Told::Kept(why) => (Level::Warning, why.code(), why.to_string()),
    }
}

fn unit() -> &'static str {
    SETTINGS.get().map_or("", |settings| &settings.unit)
}

fn write_text(line: &mut Vec<u8>, level: Level, stage: &str, message: &str, colour: bool) {
    let style = match level {
        Level::Info | Level::Debug => anstyle::Style::new().dimmed(),
        Level::Warning => anstyle::AnsiColor::Yellow.on_default(),
        _ => anstyle::AnsiColor::Red.on_default().bold(),
    };
    let (on, off) =
        if colour { (style.render().to_string(), style.render_reset().to_string()) } else { Default::default() };
    line.extend_from_slice(on.as_bytes());
    line.extend_from_slice(b"kymo:");
    line.extend_from_slice(off.as_bytes());
    for name in [unit(), stage].into_iter().filter(|name| !name.is_empty()) {
        line.push(b' ');
        line.extend_from_slice(printable(name).as_bytes());
        line.push(b':');
    }
    line.push(b' ');
    // One message is one line, and gives a terminal no orders, whatever the words of others contain.
    line.extend_from_slice(printable(message).as_bytes());
}

fn write_json(line: &mut Vec<u8>, level: Level, stage: &str, code: Code, message: &str) {
    line.extend_from_slice(b"{\"time\":\"");
    time::write_rfc3339(time::now(), line);
    line.extend_from_slice(b"\",\"level\":\"");
    line.extend_from_slice(level.word().as_bytes());
    line.extend_from_slice(b"\",\"code\":");
    json::write_string(code.word(), line);
    for (name, value) in [("unit", unit()), ("stage", stage)] {
        if !value.is_empty() {
            line.extend_from_slice(format!(",\"{name}\":").as_bytes());
            json::write_string(value, line);
        }
    }
    line.extend_from_slice(b",\"message\":");
    json::write_string(message, line);
    line.push(b'}');
}

/// Passes on what a command that kymo runs says on its stderr, as it is.
pub(crate) fn pass(bytes: &[u8]) {
    write(bytes);
}

/// Prints the help where it is not what was asked for.
pub(crate) fn page(text: &str) {
    write(text.as_bytes());
}
