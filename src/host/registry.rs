//! A registry that is read again when its file changes: looked at once a second (while records come), or at SIGHUP.
//!
//! Decision: a file that cannot be used changes nothing but the log, so that a slip of an editor does not reject a
//! stream. One that was written to a moment ago may not be whole yet: it is left alone for a second.

use crate::host::diag;
use crate::host::stop::Hangup;
use crate::reading::error::{Code, Error, Result};
use crate::reading::registry::Registry;
use crate::reading::time;
use rustix::time::{ClockId, clock_gettime};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

const SECOND: i64 = 1_000_000_000;

/// A registry and its file.
pub(crate) struct Watched {
    path: PathBuf,
    registry: Registry,
    /// What the file was like when it was read; `None`: it cannot change (a pipe).
    version: Option<Version>,
    /// The second in which it was last looked at.
    looked: i64,
    hangup: Hangup,
}

/// What tells one content of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    file: (u64, u64),
    size: u64,
    /// ns since 1970.
    modified: i64,
}

impl Version {
    fn of(file: &Metadata) -> Version {
        let modified = file.mtime().saturating_mul(SECOND).saturating_add(file.mtime_nsec());
        Version { file: (file.dev(), file.ino()), size: file.size(), modified }
    }
}

impl Watched {
    pub(crate) fn open(path: PathBuf) -> Result<Watched> {
        // Before it is read: what changes meanwhile is seen.
        let file = std::fs::metadata(&path).ok().filter(Metadata::is_file);
        let registry = open(&path)?;
        let version = file.as_ref().map(Version::of);
        Ok(Watched { path, registry, version, looked: now(), hangup: Hangup::listen()? })
    }

    /// As it is now, for who does not watch it.
    pub(crate) fn into_registry(self) -> Registry {
        self.registry
    }

    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        name(&self.path)
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Reads it again if that is due; true: it is another one now.
    #[inline]
    pub(crate) fn refresh(&mut self) -> bool {
        let second = now();
        if second == self.looked && !self.hangup.is_waiting() {
            return false;
        }
        self.looked = second;
        self.look()
    }

    #[cold]
    fn look(&mut self) -> bool {
        let told = self.hangup.has_come();
        let Some(version) = self.version else { return false };
        let found = match std::fs::metadata(&self.path) {
            Ok(file) => Version::of(&file),
            Err(why) => {
                self.keep(told, Version { size: u64::MAX, ..version }, missing(why));
                return false;
            }
        };
        let settled = !(0..SECOND).contains(&time::now().saturating_sub(found.modified));
        if !told && (found == version || !settled) {
            return false;
        }
        match open(&self.path) {
            Ok(registry) => {
                self.version = Some(found);
                self.registry = registry;
                diag::info(Code::Meters, format_args!("read meters file {} again", self.path.display()));
                true
            }
            Err(why) => {
                self.keep(true, found, why);
                false
            }
        }
    }

    /// The old registry stays; this version of the file is not tried again.
    fn keep(&mut self, told: bool, found: Version, why: Error) {
        if told || self.version != Some(found) {
            diag::warn(Code::Meters, format_args!("the old registry is kept: {why}"));
        }
        self.version = Some(found);
    }
}

fn missing(why: io::Error) -> Error {
    Error::usage("the meters file is missing").because(why)
}

/// The seconds of a clock that costs next to nothing.
fn now() -> i64 {
    clock_gettime(ClockId::MonotonicCoarse).tv_sec
}

fn name(path: &Path) -> String {
    format!("meters file {}", path.display())
}

fn open(path: &Path) -> Result<Registry> {
    let name = name(path);
    let bytes = std::fs::read(path).map_err(|e| Error::usage(format!("read {name}")).because(e))?;
    Registry::read(&bytes).map_err(|why| Error::usage(format!("read {name}: {why}")))
}
