//! Secrets: out of a file or the environment, without the line breaks that editors leave at the end, and never
//! shown: not in messages, not by `Debug`, not in `ps`.

use crate::host::beside::fault;
use crate::host::variables;
use crate::reading::error::{Error, Result};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A token is short; a message to send may be longer. More is a wrong file.
const MOST_BYTES: u64 = 1 << 20;

/// Bytes that are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

/// Where a secret is. It is read anew for each connection, so that it can be changed while kymo runs.
#[derive(Clone, Debug)]
pub(crate) enum SecretSource {
    File(PathBuf),
    /// The variable of this name.
    Environment(&'static str),
}

impl Secret {
    /// Out of bytes; line breaks at the end are cut.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        let mut bytes = bytes.into();
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        Secret(bytes)
    }

    /// For a flag whose value may bear a secret: clap would show a value that it refuses.
    pub(crate) fn word(text: &str) -> Result<Secret, String> {
        Ok(Secret(text.as_bytes().to_vec()))
    }

    /// The bytes, for the wire and nothing else.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// As [`Secret::expose`], if it is UTF-8.
    pub(crate) fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl SecretSource {
    /// The file that a flag names, else the variable if it is set and not empty.
    pub(crate) fn find(file: Option<&Path>, variable: &'static str) -> Option<SecretSource> {
        match file {
            Some(path) => Some(SecretSource::File(path.to_owned())),
            None => variables::get(variable).map(|_| SecretSource::Environment(variable)),
        }
    }

    /// The file that a flag or the variable `in_file` names, else the variable if it is set and not empty.
    pub(crate) fn named(file: Option<&Path>, variable: &'static str, in_file: &'static str) -> Option<SecretSource> {
        let named = || variables::get(in_file).map(PathBuf::from);
        SecretSource::find(file.map(Path::to_owned).or_else(named).as_deref(), variable)
    }

    /// The secret as it is now. `Io` if it cannot be read, `Usage` if it is empty or too long.
    pub(crate) fn read(&self) -> Result<Secret> {
        let (secret, name) = match self {
            SecretSource::File(path) => {
                let name = path.display().to_string();
                let mut bytes = Vec::new();
                File::open(path)
                    .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
                    .map_err(|e| fault("read secret file", path, e))?;
                (Secret::new(bytes), name)
            }
            SecretSource::Environment(name) => {
                use std::os::unix::ffi::OsStringExt as _;
                let value = variables::get(name).unwrap_or_default();
                (Secret::new(value.into_vec()), (*name).to_owned())
            }
        };
        match secret.0.len() as u64 {
            0 => Err(Error::usage(format!("{name} is empty"))),
            n if n > MOST_BYTES => Err(Error::usage(format!("{name} is longer than {MOST_BYTES} bytes"))),
            _ => Ok(secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_at_the_end_are_cut_and_nothing_is_shown() {
        let secret = Secret::new("hunter2 \r\n\n");
        assert_eq!(secret.expose(), b"hunter2 ");
        assert!(!format!("{secret:?} {:?}", Secret::word("hunter2")).contains("hunter2"));
    }

    #[test]
    fn an_empty_file_is_no_secret() {
        let path = PathBuf::from("/dev/null");
        let why = SecretSource::File(path).read().unwrap_err();
        assert_eq!(why.to_string(), "/dev/null is empty");
        let why = SecretSource::File(PathBuf::from("/dev/zero")).read().unwrap_err();
        assert_eq!(why.to_string(), "/dev/zero is longer than 1048576 bytes");
    }
}
