//! Files that are replaced as a whole, and the names of those that belong to one.

use crate::reading::error::{Error, Result};
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file as a whole: a reader sees the old content or the new, also after a crash. Gives the new file.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<File> {
    let new = beside(path, "new");
    let write = || -> std::io::Result<File> {
        let mut file = File::create(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(file)
    };
    write().map_err(|e| fault("replace", path, e))
}

/// `FILE.ending`: a second file beside one.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Why a file could not be opened or written: `what` is the verb and what it is called. A folder that is missing is named.
pub(crate) fn fault(what: &str, path: &Path, why: std::io::Error) -> Error {
    let words = format!("{what} {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    match (why.kind(), folder) {
        (ErrorKind::NotFound, Some(folder)) => Error::io(words, format!("there is no folder {}", folder.display())),
        _ => Error::io(words, why),
    }
}
