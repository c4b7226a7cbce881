//! What is said of a connection, word by word: what the target says comes before libpq's variables, these before
//! `DATABASE_…`. What the words mean is in `settings.rs`.

use super::target::Given;
use crate::host::secrets::SecretSource;
use crate::reading::error::{Error, Result};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// The variables that say which database, for the help of every command that takes one.
pub(crate) const ENVIRONMENT: &str = "\
Environment:
  PGHOST, PGPORT, PGDATABASE        a PostgreSQL server and its database
  PGUSER, PGPASSWORD, PGPASSFILE    user, password and password file [default: ~/.pgpass]
  PGSSLMODE, PGSSLROOTCERT          how the server proves who it is
  PGSSLCERT, PGSSLKEY               the client's certificate and its key
  PGAPPNAME, PGOPTIONS              the application's name; options for the server
  PGCONNECT_TIMEOUT                 seconds for one address [default: 10]
  DATABASE_HOST, DATABASE_PORT      like the PG… variables, which override them
  DATABASE_NAME                     like PGDATABASE [default: sensors]
  DATABASE_USER, DATABASE_PASSWORD  like the PG… variables
  DATABASE_…_FILE                   the file that contains one of these";

/// libpq's variables that stand for a word.
const VARIABLES: &[(&str, &str)] = &[
    ("application_name", "PGAPPNAME"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("dbname", "PGDATABASE"),
    ("host", "PGHOST"),
    ("options", "PGOPTIONS"),
    ("passfile", "PGPASSFILE"),
    ("password", "PGPASSWORD"),
    ("port", "PGPORT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("user", "PGUSER"),
];

/// Variables that containers have, and the files that theirs may be in.
const CONTAINER: &[(&str, &str, &str)] = &[
    ("dbname", "DATABASE_NAME", "DATABASE_NAME_FILE"),
    ("host", "DATABASE_HOST", "DATABASE_HOST_FILE"),
    ("password", "DATABASE_PASSWORD", "DATABASE_PASSWORD_FILE"),
    ("port", "DATABASE_PORT", "DATABASE_PORT_FILE"),
    ("user", "DATABASE_USER", "DATABASE_USER_FILE"),
];

/// What the environment says: a variable's value.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Values by their words.
pub(super) type Choices<T> = &'static [(&'static str, T)];

/// Who says a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Target,
    /// `PG…`.
    Libpq(&'static str),
    /// `DATABASE_…`.
    Container(&'static str),
    /// `DATABASE_…_FILE`.
    ContainerFile(&'static str),
    Nobody,
}

/// What was said.
pub(super) struct Words<'a> {
    pub(super) given: Given,
    pub(super) variables: Variables<'a>,
}

impl Words<'_> {
    /// A variable that is set, and not empty.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    pub(super) fn source(&self, word: &str) -> Source {
        let set = |name: &&str| self.variable(name).is_some();
        let libpq = VARIABLES.iter().find(|(of, _)| *of == word).map(|(_, name)| *name);
        let container = CONTAINER.iter().find(|(of, ..)| *of == word);
        if self.given.contains_key(word) {
            Source::Target
        } else if let Some(name) = libpq.filter(set) {
            Source::Libpq(name)
        } else if let Some(name) = container.map(|(_, _, file)| *file).filter(set) {
            Source::ContainerFile(name)
        } else if let Some(name) = container.map(|(_, name, _)| *name).filter(set) {
            Source::Container(name)
        } else {
            Source::Nobody
        }
    }

    /// What is said of a word. `Io`: the file that it is in cannot be read.
    pub(super) fn bytes(&self, word: &str) -> Result<Option<Vec<u8>>> {
        let value = |name: &str| self.variable(name).map(OsString::into_vec);
        Ok(match self.source(word) {
            Source::Target => self.given.get(word).map(|text| text.clone().into_bytes()),
            Source::Libpq(name) | Source::Container(name) => value(name),
            Source::ContainerFile(name) => match self.variable(name) {
                Some(path) => Some(SecretSource::File(path.into()).read()?.expose().to_vec()),
                None => None,
            },
            Source::Nobody => None,
        })
    }

    pub(super) fn text(&self, word: &str) -> Result<Option<String>> {
        let text = self.bytes(word)?.map(String::from_utf8).transpose();
        text.map_err(|_| self.wrong(word, "UTF-8"))
    }

    pub(super) fn path(&self, word: &str) -> Result<Option<PathBuf>> {
        Ok(self.bytes(word)?.map(|bytes| OsString::from_vec(bytes).into()))
    }

    pub(super) fn choice<T: Copy>(&self, word: &str, choices: Choices<T>) -> Result<Option<T>> {
        let Some(text) = self.text(word)? else { return Ok(None) };
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        found.map(Some).ok_or_else(|| self.wrong(word, &format!("one of {}", names.join(", "))))
    }

    pub(super) fn number(&self, word: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(word)? else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| self.wrong(word, "a number"))
    }

    /// A time in this unit. 0 and less: for ever.
    pub(super) fn time(&self, word: &str, unit: Duration, default: Duration) -> Result<Option<Duration>> {
        let Some(number) = self.number(word)? else { return Ok(Some(default)) };
        let number = u32::try_from(number.max(0)).map_err(|_| self.wrong(word, "a smaller number"))?;
        Ok((number > 0).then(|| unit * number))
    }

    pub(super) fn wrong(&self, word: &str, allowed: &str) -> Error {
        let name = match self.source(word) {
            Source::Libpq(name) | Source::Container(name) | Source::ContainerFile(name) => name,
            Source::Target | Source::Nobody => word,
        };
        Error::usage(format!("{name} of the PostgreSQL connection is not {allowed}"))
    }

    /// Words of libpq's with one value that kymo can do.
    pub(super) fn check_what_cannot_be_chosen(&self) -> Result<()> {
        let encodings: Choices<()> = &[("UTF8", ()), ("utf8", ()), ("UTF-8", ()), ("utf-8", ()), ("auto", ())];
        self.choice("client_encoding", encodings)?;
        self.choice("gssencmode", &[("disable", ()), ("prefer", ())])?;
        Ok(())
    }
}
