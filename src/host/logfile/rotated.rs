//! The files that were put away beside a log: which they are, and away with the oldest.
//!
//! Decision: a file is a log's only if its whole name is one that the log could have given it, and if it is a file. What
//! else lies in the folder, whatever its name begins with, is never touched.

use super::rotation::Stamp;
use rustix::fs::RenameFlags;
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// What a finished compressed file's name ends with, and an unfinished one's.
const PACKED: &str = ".gz";
const UNFINISHED: &str = ".gz.tmp";

/// A file that was put away, in the states that it can be in; at least one of them is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rotated {
    pub(super) stamp: Stamp,
    /// `FILE.STAMP`, which may be gone.
    pub(super) path: PathBuf,
    pub(super) is_plain: bool,
    pub(super) is_packed: bool,
    pub(super) is_unfinished: bool,
}

impl Rotated {
    /// What of it holds all lines; `None` if only an unfinished one is left.
    pub(super) fn readable(&self) -> Option<PathBuf> {
        match (self.is_plain, self.is_packed) {
            (true, _) => Some(self.path.clone()),
            (false, true) => Some(packed(&self.path)),
            (false, false) => None,
        }
    }
}

/// `FILE.STAMP`.
pub(super) fn named(log: &Path, stamp: &str) -> PathBuf {
    with(log, &format!(".{stamp}"))
}

/// `FILE.STAMP.gz`.
pub(super) fn packed(rotated: &Path) -> PathBuf {
    with(rotated, PACKED)
}

/// `FILE.STAMP.gz.tmp`.
pub(super) fn unfinished(rotated: &Path) -> PathBuf {
    with(rotated, UNFINISHED)
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Those of a log, the oldest first.
pub(super) fn list(log: &Path) -> io::Result<Vec<Rotated>> {
    let base = log.file_name().unwrap_or_default().as_bytes();
    let mut found: Vec<Rotated> = Vec::new();
    for entry in std::fs::read_dir(folder(log))? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(rest) = name.as_bytes().strip_prefix(base).and_then(|rest| rest.strip_prefix(b".")) else { continue };
        let Some(rest) = OsStr::from_bytes(rest).to_str() else { continue };
        let (stamp, ending) = [UNFINISHED, PACKED]
            .into_iter()
            .find_map(|ending| Some((rest.strip_suffix(ending)?, ending)))
            .unwrap_or((rest, ""));
        let Some(parsed) = Stamp::parse(stamp) else { continue };
        // A link or a folder of such a name is somebody else's.
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let at = found.iter().position(|rotated| rotated.stamp == parsed).unwrap_or_else(|| {
            let path = named(log, stamp);
            found.push(Rotated { stamp: parsed, path, is_plain: false, is_packed: false, is_unfinished: false });
            found.len() - 1
        });
        match ending {
            "" => found[at].is_plain = true,
            PACKED => found[at].is_packed = true,
            _ => found[at].is_unfinished = true,
        }
    }
    found.sort_by(|a, b| a.stamp.cmp(&b.stamp));
    Ok(found)
}

/// Gives a file of a log the first of these names that is free: neither it nor its compressed form may be there. The
/// caller holds the file's lock, so that nobody compresses it meanwhile.
///
/// Two names cannot be looked at in one step. What is compressed between the look and the renaming gives its name free
/// in favour of the other; so it is looked for once more, and the file gets another name.
pub(super) fn rename(log: &Path, file: &Path, names: impl Iterator<Item = String>) -> io::Result<()> {
    let is_packed = |to: &Path| std::fs::symlink_metadata(packed(to)).is_ok();
    let mut from = file.to_owned();
    for name in names {
        let to = named(log, &name);
        if is_packed(&to) {
            continue;
        }
        match move_to(&from, &to) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
            Ok(()) if is_packed(&to) => from = to,
            Ok(()) => return Ok(()),
        }
    }
    Err(io::Error::from(io::ErrorKind::AlreadyExists))
}

/// Never over a file that is there.
fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::CWD;
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot promise it (NFS).
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if std::fs::symlink_metadata(to).is_err() => {
            std::fs::rename(from, to)
        }
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Err(io::Error::from(io::ErrorKind::AlreadyExists)),
        result => Ok(result?),
    }
}

/// Deletes all but the last `keep` of a log's.
pub(super) fn prune(log: &Path, keep: usize) -> io::Result<()> {
    let (whole, torn): (Vec<_>, Vec<_>) = list(log)?.into_iter().partition(|rotated| rotated.readable().is_some());
    // An unfinished one without its original: nobody will go on with it. If it is only that the finished one appeared
    // during the look, there is nothing under this name any more.
    for rotated in torn {
        remove(&unfinished(&rotated.path))?;
    }
    let excess = whole.len().saturating_sub(keep);
    for Rotated { path, .. } in &whole[..excess] {
        remove(path)?;
        remove(&packed(path))?;
        remove(&unfinished(path))?;
    }
    Ok(())
}

/// Deletes a file that may be gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
