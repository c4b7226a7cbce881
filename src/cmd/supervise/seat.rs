//! Where the supervisor of a file is found: its lock, its socket, and the file that its keepers hold.

use super::control::{Reply, Request, ask};
use super::status::Status;
use crate::host::beside::beside;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::lock::{FileLock, NamedLock, Place};
use crate::reading::error::{Code, Error, Result};
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often one looks whether what was asked for has happened.
const LOOK: Duration = Duration::from_millis(50);

/// Where the lock and the socket of a file's supervisor are: by the file's whole path, so that each file has its own.
pub(super) struct Seat {
    pub(super) place: Place,
    pub(super) name: String,
}

impl Seat {
    pub(super) fn of(file: &Path) -> Result<Seat> {
        let fault = |e| Error::usage(format!("read {}", file.display())).because(e);
        let whole = match std::fs::canonicalize(file) {
            // The file was deleted: its supervisor may still run.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => std::path::absolute(file).map_err(fault)?,
            found => found.map_err(fault)?,
        };
        let hash = crate::flow::pipeline::name_of(&whole.to_string_lossy());
        let stem = whole.file_stem().unwrap_or_default().to_string_lossy();
        let stem: String =
            stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').take(24).collect();
        let place = Place::of(OsStr::new(&format!("supervise-{stem}-{}", &hash[..12])), None)?;
        Ok(Seat { place, name: file.display().to_string() })
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.place.path().with_extension("sock")
    }

    pub(super) fn presence(&self) -> PathBuf {
        beside(self.place.path(), "units")
    }

    /// Makes the file that keepers hold, for this user alone: whoever else could open it could lock it.
    pub(super) fn make_presence(&self) -> Result<()> {
        let path = self.presence();
        // A link of somebody else's must not have us make a file at a place of his choice.
        let no_link = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_link);
        let opened = options.open(&path);
        let failed = |e| Error::io(format!("open {}", path.display()), e);
        let found = opened.and_then(|file| file.metadata()).map_err(failed)?;
        let user = rustix::process::geteuid().as_raw();
        if found.uid() != user {
            let why = format!("{} belongs to user {}, not {user}", path.display(), found.uid());
            return Err(Error::new(Code::Refused, why));
        }
        Ok(())
    }

    /// Takes the lock, and waits until what a supervisor that was killed has left running is gone.
    pub(super) fn take(&self, patience: Duration) -> Result<NamedLock> {
        let Some(lock) = self.place.try_lock()? else {
            let holder = self.place.holder()?.unwrap_or_default();
            let why = format!("{} is supervised already, by {holder}", self.name);
            return Err(Error::new(Code::Busy, why));
        };
        self.make_presence()?;
        let end = Instant::now() + patience;
        let mut has_said = false;
        while FileLock::try_exclusive(&self.presence())?.is_none() {
            if !std::mem::replace(&mut has_said, true) {
                diag::info(Code::Waiting, "waiting for the units of a supervisor that was killed");
            }
            if Instant::now() >= end {
                let why = "units of a supervisor that was killed still run";
                return Err(Error::new(Code::Busy, why));
            }
            std::thread::sleep(LOOK);
        }
        Ok(lock)
    }

    /// How the units are. `None`: no supervisor runs.
    pub(super) fn status(&self, units: &[String]) -> Result<Option<Status>> {
        match ask(&self.socket(), &Request::Status { units: units.to_vec() })? {
            Some(Reply::Status(status)) => Ok(Some(status)),
            Some(Reply::Refused { error }) => Err(Error::usage(error)),
            Some(Reply::Done { .. }) | None => Ok(None),
        }
    }

    /// `false`: no supervisor runs.
    pub(super) fn order(&self, request: &Request) -> Result<bool> {
        match ask(&self.socket(), request)? {
            Some(Reply::Refused { error }) => Err(Error::usage(error)),
            answer => Ok(answer.is_some()),
        }
    }

    pub(super) fn none(&self) -> Exit {
        diag::notice(Code::NotRunning, format_args!("no supervisor runs for {}", self.name));
        Exit::Code(1)
    }
}
