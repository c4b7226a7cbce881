//! Whether a file that is open is still the one at its path. A file that was deleted, renamed, replaced or unmounted takes
//! all that is written to it, and nobody finds it again: who keeps something there looks at each commit, before anything is
//! acknowledged.

use crate::reading::error::{Code, Error, Result};
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A path and the file that is open there. Somebody must keep it open: the number of a file that is gone is given to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    path: PathBuf,
    /// Device and inode.
    id: (u64, u64),
}

impl Place {
    /// The file that is at this path now.
    pub(crate) fn at(path: &Path) -> std::io::Result<Place> {
        std::fs::metadata(path).map(|found| Place { path: path.to_owned(), id: id(&found) })
    }

    /// Of a file that was opened by this path. `None`: a pipe or a device, which nobody moves away.
    pub(crate) fn of(file: &File, path: &Path) -> std::io::Result<Option<Place>> {
        let found = file.metadata()?;
        Ok(found.is_file().then(|| Place { path: path.to_owned(), id: id(&found) }))
    }

    /// The path leads to the same file still.
    pub(crate) fn is_kept(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|found| id(&found) == self.id)
    }

    /// Fails if the path leads elsewhere. `what` it is called in the message.
    pub(crate) fn check(&self, what: &str) -> Result<()> {
        let name = self.path.display();
        match std::fs::metadata(&self.path) {
            Ok(found) if id(&found) == self.id => Ok(()),
            Ok(_) => {
                Err(Error::new(Code::Moved, format!("{what} {name} was replaced by another file while it was open")))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                Err(Error::new(Code::Moved, format!("{what} {name} was deleted or renamed while it was open")))
            }
            Err(e) => Err(Error::new(Code::Moved, format!("look for {what} {name}")).because(e)),
        }
    }
}

fn id(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
