//! What an error of PostgreSQL's means: which kind it is, whether another try is worth it, and its words in one line.

use crate::reading::error::{Error, Kind};
use std::error::Error as _;
use std::fmt;
use tokio_postgres::error::DbError;

/// The cause beneath our errors: the server's or the library's words.
#[derive(Debug)]
struct Fault {
    words: String,
    state: Option<String>,
    transient: bool,
    /// No words were spoken yet: TLS failed.
    of_tls: bool,
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
pub(in crate::storage) fn is_transient(error: &Error) -> bool {
    cause(error).is_some_and(|fault| fault.transient)
}

/// The SQLSTATE, if the server gave one.
pub(in crate::storage) fn state(error: &Error) -> Option<&str> {
    cause(error)?.state.as_deref()
}

/// TLS could not be agreed upon.
pub(super) fn is_of_tls(error: &Error) -> bool {
    cause(error).is_some_and(|fault| fault.of_tls)
}

fn cause(error: &Error) -> Option<&Fault> {
    error.cause()?.downcast_ref()
}

/// «`what`: `words`»: nobody answers. Another try may go well.
pub(super) fn unreachable(what: impl Into<String>, words: impl Into<String>) -> Error {
    let fault = Fault { words: words.into(), state: None, transient: true, of_tls: false };
    Error::new(Kind::Unreachable, what).because(fault)
}

/// «`what`: its words (SQLSTATE)», of the kind that they mean.
pub(super) fn of(what: impl Into<String>, error: &tokio_postgres::Error) -> Error {
    let (kind, fault) = match error.as_db_error() {
        Some(db) => {
            let (kind, transient) = kind_of(db.code().code());
            (kind, Fault { words: in_one_line(db), state: Some(db.code().code().to_owned()), transient, of_tls: false })
        }
        None => without_words(error),
    };
    Error::new(kind, what).because(fault)
}

/// The kind of a SQLSTATE (PostgreSQL's documentation, appendix A), and whether another try is worth it.
fn kind_of(state: &str) -> (Kind, bool) {
    match state {
        "42501" => (Kind::Refused, false),
        "3D000" | "3F000" => (Kind::Usage, false),
        // Ended by an administrator, a crash, a timeout; starting; too many clients.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "53300" => (Kind::Unreachable, true),
        // Not serialisable, deadlock, unknown end; locked; a standby that may be promoted; cancelled or too late.
        "40001" | "40P01" | "40003" | "55P03" | "25006" | "57014" => (Kind::Io, true),
        _ => match state.get(..2) {
            Some("28") => (Kind::Refused, false),
            Some("42") => (Kind::Usage, false),
            Some("08") => (Kind::Unreachable, true),
            // Disk, memory.
            Some("53") => (Kind::Io, true),
            _ => (Kind::Io, false),
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

/// The library's word for what goes wrong before the server can say anything.
const TLS: &str = "error performing TLS handshake";

/// An error of the library itself, which tells its kind by words only.
fn without_words(error: &tokio_postgres::Error) -> (Kind, Fault) {
    let own = error.to_string();
    let words = error.source().map_or_else(|| own.clone(), ToString::to_string);
    let (kind, transient, words) = match own.as_str() {
        "invalid configuration" if words == "password missing" => {
            (Kind::Refused, false, "the server asks for a password, and none was found".to_owned())
        }
        "invalid configuration" | "authentication error" => (Kind::Refused, false, words),
        // Who it is stays the same; anything else may have been the way.
        TLS => (Kind::Unreachable, !is_final(error), format!("shake hands by TLS: {words}")),
        "error connecting to server"
        | "error communicating with the server"
        | "connection closed"
        | "error parsing response from server"
        | "unexpected message from server" => (Kind::Unreachable, true, words),
        _ if words == own => (Kind::Io, false, words),
        _ => (Kind::Io, false, format!("{own}: {words}")),
    };
    (kind, Fault { words, state: None, transient, of_tls: own == TLS })
}

/// A certificate that is not believed, or a server without TLS.
fn is_final(error: &tokio_postgres::Error) -> bool {
    match error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>()) {
        Some(cause) => {
            let cause = cause.get_ref().and_then(|cause| cause.downcast_ref());
            matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
        }
        None => true,
    }
}
