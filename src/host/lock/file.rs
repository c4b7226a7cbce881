//! A file that is locked by flock(2), the same as util-linux `flock` takes.
//!
//! The file is never unlinked: whoever waits on a file that is gone would not see who locks the next one.
//! If somebody else deletes it, the check after the lock finds that out.

use crate::host::beside::fault;
use crate::reading::error::{Code, Error, Result};
use rustix::fs::{FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock {
    pub(super) file: File,
}

impl FileLock {
    /// Takes the lock without waiting, and makes the file if it is not there. `None`: somebody else holds it.
    ///
    /// # Errors
    ///
    /// `Refused` if the file may not be opened or is a symbolic link; `Io` if its folder is missing.
    pub(crate) fn try_exclusive(path: &Path) -> Result<Option<FileLock>> {
        FileLock::try_checked(path, PRIVATE, false, |_| Ok(()))
    }

    /// As [`FileLock::try_exclusive`], for a file that will have data: a new one is as the umask says.
    pub(crate) fn try_data(path: &Path) -> Result<Option<FileLock>> {
        FileLock::try_checked(path, Mode::from_raw_mode(0o666), false, |_| Ok(()))
    }

    /// As [`FileLock::try_exclusive`], for a lock that several may hold at once. `None`: somebody holds it alone.
    pub(crate) fn try_shared(path: &Path) -> Result<Option<FileLock>> {
        FileLock::try_checked(path, PRIVATE, true, |_| Ok(()))
    }

    /// The same, for a file that `check` has nothing against; a new one gets `mode`.
    pub(super) fn try_checked(
        path: &Path,
        mode: Mode,
        shared: bool,
        check: impl Fn(&Stat) -> Result<()>,
    ) -> Result<Option<FileLock>> {
        let lock = if shared { fs2::FileExt::try_lock_shared } else { fs2::FileExt::try_lock_exclusive };
        let failed = |e: Errno| Error::io(format!("lock {}", path.display()), e);
        // Another turn only if the file was replaced between open and lock.
        for _ in 0..100 {
            let file = open(path, mode).map_err(|e| refused(path, e))?;
            let stat = rustix::fs::fstat(&file).map_err(failed)?;
            lockable(path, &stat)?;
            check(&stat)?;
            keep_private(&file, &stat, mode);
            match lock(&file) {
                Ok(()) if stands_at(&file, path) => return Ok(Some(FileLock { file })),
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(e) => return Err(Error::io(format!("lock {}", path.display()), e)),
            }
        }
        Err(Error::new(Code::Io, format!("lock {}: the file is replaced again and again", path.display())))
    }
}

/// A lock file is its user's alone: who can open one, be it only to read, can lock it and hold everybody up.
pub(super) const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

/// A lock file that an earlier version left open to others is closed to them. One with content is somebody's data.
fn keep_private(file: &File, stat: &Stat, mode: Mode) {
    let is_ours = stat.st_uid == rustix::process::geteuid().as_raw();
    let is_open = stat.st_mode & 0o077 != 0 && stat.st_size == 0;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if mode == PRIVATE && is_ours && is_open && is_file {
        let _ = rustix::fs::fchmod(file, PRIVATE);
    }
}

/// Opens a lock file, never through a link. One that may only be read, or a folder, can be locked as well.
fn open(path: &Path, mode: Mode) -> Result<File, Errno> {
    loop {
        let found = match open_with(path, OFlags::RDWR, Mode::empty()) {
            // Not CREATE alone: in /tmp the kernel refuses that for files of others (fs.protected_regular).
            Err(Errno::NOENT) => open_with(path, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, mode),
            Err(Errno::ACCESS | Errno::PERM | Errno::ROFS | Errno::ISDIR | Errno::TXTBSY) => {
                open_with(path, OFlags::RDONLY, Mode::empty())
            }
            found => found,
        };
        match found {
            // Somebody else made it just now.
            Err(Errno::EXIST | Errno::INTR) => {}
            found => return found,
        }
    }
}

pub(super) fn open_with(path: &Path, flags: OFlags, mode: Mode) -> Result<File, Errno> {
    // NONBLOCK and NOCTTY: a pipe or a terminal at this path must not hold us up before it is refused.
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    rustix::fs::open(path, flags, mode).map(File::from)
}

/// The file that was opened is still the one that others find there.
pub(super) fn stands_at(file: &File, path: &Path) -> bool {
    match (rustix::fs::fstat(file), rustix::fs::lstat(path)) {
        (Ok(ours), Ok(theirs)) => (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino),
        _ => false,
    }
}

pub(super) fn refused(path: &Path, e: Errno) -> Error {
    let name = path.display();
    match e {
        Errno::LOOP => {
            Error::new(Code::Refused, format!("lock file {name} is a symbolic link; links are not followed"))
        }
        Errno::ACCESS | Errno::PERM => Error::new(Code::Refused, format!("open lock file {name}")).because(e),
        Errno::NAMETOOLONG | Errno::INVAL | Errno::NXIO => Error::usage(format!("open lock file {name}")).because(e),
        e => fault("open lock file", path, e.into()),
    }
}

/// A device or a pipe is no lock file.
pub(super) fn lockable(path: &Path, stat: &Stat) -> Result<()> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile | FileType::Directory => Ok(()),
        _ => Err(Error::usage(format!("lock file {} is neither a file nor a folder", path.display()))),
    }
}
