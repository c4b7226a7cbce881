//! What stands by for `room.rs`: a file beside the database that can be deleted, and the open file that blocks are taken by.

use crate::host::beside::beside;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// A database that room is taken in. It is never closed: that would drop the locks that SQLite has on it (POSIX).
pub(super) struct Growing(ManuallyDrop<File>);

impl Growing {
    pub(super) fn of(file: File) -> Growing {
        Growing(ManuallyDrop::new(file))
    }

    pub(super) fn file(&self) -> &File {
        &self.0
    }
}

/// Where the reserve of a database is.
pub(super) fn path(database: &str) -> PathBuf {
    beside(Path::new(database), "reserve")
}

/// Deletes the reserve; false: there was none.
pub(super) fn give_up(database: &str) -> bool {
    std::fs::remove_file(path(database)).is_ok()
}
