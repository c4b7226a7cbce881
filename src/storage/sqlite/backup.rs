//! A copy of a file while others write to it.
//!
//! Decision: `VACUUM INTO`, not SQLite's backup calls. Those begin again whenever another process commits between two of
//! their steps, so that beside a steady writer a large copy would never end; in one step they do the same as this
//! statement, which is one read transaction: writers go on, the copy is of one moment, and it has no free pages.

use super::file::{Access, File, READINGS, look};
use crate::host::beside::beside;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use rustix::fs::RenameFlags;
use std::path::Path;

/// Copies the file. The copy is made beside its place, checked, and put there when the disk has it; a copy that was
/// being made when kymo was killed is made again by the next one.
pub(crate) fn backup(from: &str, to: &Path, replace: bool) -> Result<u64> {
    let name = to.display();
    let mut file = File::open(from, Access::Read, &READINGS)?;
    check_place(from, to, replace)?;
    let new = beside(to, "new");
    let lock = FileLock::try_data(&new)?;
    let busy = || Error::new(Code::Busy, format!("{name} is being written by another kymo"));
    let lock = lock.ok_or_else(busy)?;
    let made = write(&mut file, &new).and_then(|bytes| put(&new, to, replace).map(|()| bytes));
    if made.is_err() {
        // Of what is not whole nothing stays; the error that is on its way says why.
        let _ = std::fs::remove_file(&new);
    }
    drop(lock);
    made
}

/// Nothing is at the place, or an older copy that may go.
fn check_place(from: &str, to: &Path, replace: bool) -> Result<()> {
    let name = to.display().to_string();
    if std::fs::symlink_metadata(to).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return Ok(());
    }
    if !replace {
        return Err(Error::usage(format!("{name} exists already: --force replaces it")));
    }
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if real(to).is_some_and(|to| Some(to) == real(Path::new(from))) {
        return Err(Error::usage(format!("{name} is the database itself")));
    }
    // What is not a database of readings stays, whatever is said.
    look(&name, &READINGS)?;
    if std::fs::metadata(format!("{name}-wal")).is_ok_and(|log| log.len() > 0) {
        // Its log would be taken into the new file.
        return Err(Error::new(Code::Busy, format!("{name} is in use, or has a log beside it")));
    }
    Ok(())
}

/// Writes the copy into a file of its own and checks it. Gives its bytes.
fn write(file: &mut File, new: &Path) -> Result<u64> {
    let name = new.display().to_string();
    let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} {name}"), e);
    // What a killed one has left. The lock keeps everybody else away.
    let empty = std::fs::File::options().write(true).open(new).and_then(|new| new.set_len(0));
    empty.map_err(|e| fault("write", e))?;
    // With a folder in front, since to SQLite a name like `file:x` is no path.
    let path = Path::new(".").join(new);
    let done = file.with_progress(format_args!("copy {}", file.path.clone()), 1, |file| {
        file.db.execute("VACUUM INTO ?1", [path.to_string_lossy()])
    });
    done.map_err(|e| Error::io(format!("copy {} to {name}", file.path), e))?;
    // SQLite does not wait for the disk here.
    let written = std::fs::File::open(new).and_then(|new| new.sync_all().and_then(|()| new.metadata()));
    let bytes = written.map_err(|e| fault("write", e))?.len();
    let faults = super::check::check(&name)?;
    match faults.first() {
        None => Ok(bytes),
        Some(fault) => Err(Error::new(Code::Io, format!("copy {} to {name}: the copy is damaged: {fault}", file.path))),
    }
}

/// Gives the copy its name.
fn put(new: &Path, to: &Path, replace: bool) -> Result<()> {
    let fault = |e: std::io::Error| Error::io(format!("write {}", to.display()), e);
    if !replace {
        // Somebody else may have made one meanwhile.
        let flags = RenameFlags::NOREPLACE;
        rustix::fs::renameat_with(rustix::fs::CWD, new, rustix::fs::CWD, to, flags).map_err(|e| fault(e.into()))?;
    } else {
        std::fs::rename(new, to).map_err(fault)?;
    }
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)
}
