//! A lock on a file that the kernel frees when its holder ends, however it ends: flock(2).
//! The file itself stays; a lock file that is deleted while it is held would let a second holder in.

use crate::error::{Error, Result};
use std::fs::File;
use std::path::Path;

/// Held until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock without waiting. `None`: somebody else holds it.
    pub fn try_exclusive(path: &Path) -> Result<Option<FileLock>> {
        let open = || File::options().create(true).truncate(false).write(true).open(path);
        let file = open().map_err(|e| Error::io(format!("open lock file {}", path.display()), e))?;
        match fs2::FileExt::try_lock_exclusive(&file) {
            Ok(()) => Ok(Some(FileLock { _file: file })),
            Err(e) if e.raw_os_error() == fs2::lock_contended_error().raw_os_error() => Ok(None),
            Err(e) => Err(Error::io(format!("lock {}", path.display()), e)),
        }
    }
}
