//! The one error type. Its code decides the kind, the kind the exit code; its message names the
//! verb and the object where they are known; the system's own words come last.

pub(crate) use crate::reading::code::{Code, Kind};
use std::fmt;

/// One thing that is wrong with a record: what `validate` and the rejects tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What kind of fault it is.
    pub code: Code,
    /// JSON pointer to the place; empty for the whole record.
    pub pointer: String,
    /// What stands there, as JSON text; empty if nothing does.
    pub found: String,
    /// What would be allowed there, in words.
    pub allowed: String,
}

/// At most this many characters of a value are shown.
const EXCERPT: usize = 200;

/// A text short enough for a message: its beginning, if it is long.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error: kind, message, and the cause beneath it.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    message: String,
    cause: Option<Cause>,
    faults: Vec<Fault>,
    stage: Option<String>,
    topic: Option<String>,
}

/// The result of everything in kymo that can fail.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a message of the form «verb object» or «object is …», lower case, no full stop.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            code,
            message: message.into(),
            cause: None,
            faults: Vec::new(),
            stage: None,
            topic: None,
        }))
    }

    /// Wrong words on the command line or in a file that configures.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(Code::Usage, message)
    }

    /// A record that cannot be used, with a stable code and a reason in words.
    pub fn data(code: Code, reason: impl Into<String>) -> Error {
        let mut error = Error::new(code, reason);
        error.0.faults.push(Fault { code, pointer: String::new(), found: String::new(), allowed: String::new() });
        error
    }

    /// A record that cannot be used, with all that is wrong with it.
    pub fn faults(reason: impl Into<String>, faults: Vec<Fault>) -> Error {
        let code = faults.first().map_or(Code::Json, |fault| fault.code);
        let mut error = Error::new(code, reason);
        error.0.faults = faults;
        error
    }

    /// A local file, pipe or database that failed: «`message`: `cause`».
    pub fn io(message: impl Into<String>, cause: impl Into<Cause>) -> Error {
        Error::new(Code::Io, message).because(cause)
    }

    /// Names the cause beneath this error. A permission that is missing is `Refused`, whatever was to be opened for whatever
    /// reason: no caller has to look for it.
    pub fn because(mut self, cause: impl Into<Cause>) -> Error {
        let cause = cause.into();
        if matches!(self.kind(), Kind::Io | Kind::Usage) && is_denied(&*cause) {
            self.0.code = Code::Refused;
        }
        self.0.cause = Some(cause);
        self
    }

    /// Puts the words of who called in front: `self` becomes «`context`: `self`».
    pub fn context(mut self, context: impl fmt::Display) -> Error {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// Says behind everything else what may help.
    pub fn hint(mut self, hint: impl fmt::Display) -> Error {
        let whole = self.to_string();
        self.0.message = format!("{whole}: {hint}");
        self.0.cause = None;
        self
    }

    /// Names the stage that failed, unless one deeper down is named already.
    pub fn at(mut self, stage: &str) -> Error {
        self.0.stage.get_or_insert_with(|| stage.to_owned());
        self
    }

    /// Names the topic of the message that cannot be used.
    pub(crate) fn of_topic(mut self, topic: &str) -> Error {
        self.0.topic = Some(topic.to_owned());
        self
    }

    /// The topic of the message that cannot be used.
    pub(crate) fn topic(&self) -> Option<&str> {
        self.0.topic.as_deref()
    }

    /// The kind, which decides the exit code.
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// The stage that failed, if it is known.
    pub fn stage(&self) -> Option<&str> {
        self.0.stage.as_deref()
    }

    /// The cause beneath it, if it was named.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }

    /// All that is wrong with a record; empty unless the kind is `Data`.
    pub fn all_faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// What it is; of a record with several faults that of the first.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }
}

/// The system, at the bottom of it, does not permit it.
fn is_denied(cause: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<Error>() {
        return error.kind() == Kind::Refused;
    }
    let fault = cause.downcast_ref::<std::io::Error>();
    // What an `io::Error` wraps is not its source.
    let inner = fault.and_then(|fault| fault.get_ref()).map(|inner| inner as &(dyn std::error::Error + 'static));
    fault.is_some_and(|fault| fault.kind() == std::io::ErrorKind::PermissionDenied)
        || inner.or_else(|| cause.source()).is_some_and(is_denied)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let mut cause = self.0.cause.as_deref().map(|c| c as &dyn std::error::Error);
        let mut last = String::new();
        while let Some(error) = cause {
            // Many errors repeat their source in their own text.
            let text = error.to_string();
            if !last.contains(&text) {
                write!(f, ": {text}")?;
            }
            last = text;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error as Fault, ErrorKind};

    /// K61
    #[test]
    fn a_missing_permission_is_refused_wherever_it_comes_up() {
        let denied = || Fault::from(ErrorKind::PermissionDenied);
        for error in [
            Error::io("open a", denied()),
            Error::usage("read b").because(denied()),
            Error::io("open c", Fault::other(denied())),
            Error::io("open d", Error::io("read e", denied())),
        ] {
            assert_eq!(error.kind(), Kind::Refused, "{error}");
        }
        assert_eq!(Error::io("open f", Fault::from(ErrorKind::NotFound)).kind(), Kind::Io);
        assert_eq!(Error::data(Code::Json, "g").because(denied()).kind(), Kind::Data);
    }
}
