//! Files that are replaced as a whole, and the names of those that belong to one.

use crate::reading::error::{Error, Result};
use std::fs::File;
use std::io::Write as _;
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
    write().map_err(|e| Error::io(format!("replace {}", path.display()), e))
}

/// `FILE.ending`: a second file beside one.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
