//! What an error of PostgreSQL's means: which kind it is, whether another try is worth it, and its words in one line.

use crate::reading::error::{Code, Error};
use std::error::Error as _;
use std::fmt;
use std::io::ErrorKind;
use tokio_postgres::error::DbError;

/// The cause beneath our errors: the server's or the library's words.
#[derive(Debug)]
struct Fault {
    words: String,
    state: Option<String>,
    transient: bool,
    /// No words were spoken yet: TLS failed.
    of_tls: bool,
    /// The server took fewer rows than it was given, without an error.
    left_out: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)?;
        match &self.state {
            Some(state) => write!(f, " (SQLSTATE {state})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// Another try, on a new connection, may go well: the connection is lost, the server starts, ends, is full, or two
/// transactions were in each other's way.
pub(super) fn is_transient(error: &Error) -> bool {
    cause(error).is_some_and(|fault| fault.transient)
}

/// The SQLSTATE, if the server gave one.
pub(super) fn state(error: &Error) -> Option<&str> {
    cause(error)?.state.as_deref()
}

/// TLS could not be agreed upon.
pub(super) fn is_of_tls(error: &Error) -> bool {
    cause(error).is_some_and(|fault| fault.of_tls)
}

/// The server took fewer rows than it was given.
pub(super) fn is_left_out(error: &Error) -> bool {
    cause(error).is_some_and(|fault| fault.left_out)
}

/// Rows are neither stored nor refused: a trigger returned nothing for them, or a rule did something else.
pub(super) fn left_out(what: impl Into<String>, given: u64, taken: u64) -> Error {
    let words = format!("of {given} rows the server took {taken}: a trigger or a rule of the table leaves some out");
    let fault = Fault { words, state: None, transient: false, of_tls: false, left_out: true };
    Error::new(Code::Io, what).because(fault)
}

fn cause(error: &Error) -> Option<&Fault> {
    error.cause()?.downcast_ref()
}

/// "`what`: `words`": nobody answers. Another try may go well.
pub(super) fn unreachable(what: impl Into<String>, words: impl Into<String>) -> Error {
    let fault = Fault { words: words.into(), state: None, transient: true, of_tls: false, left_out: false };
    Error::new(Code::Unreachable, what).because(fault)
}

/// How far opening a connection had come. An error of the library says no more than that it failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// The server has to speak TLS.
    pub(super) tls_wanted: bool,
    /// It had agreed to.
    pub(super) tls_begun: bool,
    pub(super) has_password: bool,
}

/// TLS failed on an open socket.
#[derive(Debug)]
pub(super) struct Handshake(pub(super) std::io::Error);

impl fmt::Display for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Handshake {}

/// "`what`: its words (SQLSTATE)", with the code that it means, on a connection that is open.
pub(super) fn of(what: impl Into<String>, error: &tokio_postgres::Error) -> Error {
    of_step(what.into(), error, None)
}

/// As [`of`], while a connection is opened.
pub(super) fn of_opening(what: impl Into<String>, error: &tokio_postgres::Error, opening: Opening) -> Error {
    of_step(what.into(), error, Some(opening))
}

fn of_step(what: String, error: &tokio_postgres::Error, opening: Option<Opening>) -> Error {
    let (code, fault) = match error.as_db_error() {
        Some(db) => {
            let (code, transient) = code_of(db.code().code());
            let state = Some(db.code().code().to_owned());
            (code, Fault { words: in_one_line(db), state, transient, of_tls: false, left_out: false })
        }
        None => of_library(error, opening),
    };
    Error::new(code, what).because(fault)
}

/// The code of a SQLSTATE (PostgreSQL's documentation, appendix A), and whether another try is worth it.
fn code_of(state: &str) -> (Code, bool) {
    match state {
        "42501" => (Code::Refused, false),
        "42P01" => (Code::NoTable, false),
        "3D000" | "3F000" => (Code::Usage, false),
        // Ended by an administrator, a crash, a timeout; starting; too many clients.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "53300" => (Code::Unreachable, true),
        // Not serialisable, deadlock, unknown end; locked; a standby that may be promoted; cancelled or too late.
        "40001" | "40P01" | "40003" | "55P03" | "25006" | "57014" => (Code::Io, true),
        _ => match state.get(..2) {
            Some("28") => (Code::Refused, false),
            Some("42") => (Code::Usage, false),
            Some("08") => (Code::Unreachable, true),
            // A limit that somebody has set: it is met again.
            Some("53") if state == "53400" => (Code::Io, false),
            // Disk, memory.
            Some("53") => (Code::Io, true),
            _ => (Code::Io, false),
        },
    }
}

fn in_one_line(db: &DbError) -> String {
    let line = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match db.detail() {
        Some(detail) => format!("{} ({})", line(db.message()), line(detail)),
        None => line(db.message()),
    }
}

/// An error of the library itself: what is beneath it, and how far we had come, say what it means.
fn of_library(error: &tokio_postgres::Error, opening: Option<Opening>) -> (Code, Fault) {
    let own = error.to_string();
    let source = error.source();
    let words = source.map_or_else(|| own.clone(), ToString::to_string);
    let fault = |words: String, transient| Fault { words, state: None, transient, of_tls: false, left_out: false };
    let of_tls = |transient| Fault { of_tls: true, ..fault(format!("do the TLS handshake: {words}"), transient) };
    if let Some(Handshake(why)) = source.and_then(|source| source.downcast_ref()) {
        // Who it is stays the same; anything else may have been the way.
        return (Code::Unreachable, of_tls(!is_disbelief(why)));
    }
    let of_socket = source.and_then(|source| source.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    match (of_socket, opening) {
        // What the library found wrong with a proof of a password.
        (Some(ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::Other), Some(_)) => {
            (Code::Refused, fault(words, false))
        }
        (Some(_), _) => (Code::Unreachable, fault(words, true)),
        _ if error.is_closed() => (Code::Unreachable, fault(words, true)),
        (None, Some(_)) if source.is_none() => (Code::Unreachable, fault(words, true)),
        (None, Some(Opening { tls_wanted: true, tls_begun: false, .. })) => (Code::Unreachable, of_tls(false)),
        (None, Some(Opening { has_password: false, .. })) => {
            (Code::Refused, fault("the server asks for a password, and none was found".to_owned(), false))
        }
        (None, Some(_)) => (Code::Refused, fault(words, false)),
        (None, None) if source.is_none() => (Code::Io, fault(words, false)),
        (None, None) => (Code::Io, fault(format!("{own}: {words}"), false)),
    }
}

/// A certificate that is not believed.
fn is_disbelief(why: &std::io::Error) -> bool {
    let cause = why.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
}
