//! Where a named lock is: a file that util-linux `flock` can lock too, and the names of sockets beside it.

use super::file::{lockable, open_with, refused};
use super::holder::Holder;
use super::socket::Sockets;
use super::state::State;
use crate::host::variables;
use crate::reading::error::{Code, Error, Result};
use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The folder for locks (FHS 3.0, 3.15 and 5.9), and where there is none that we may write to.
const FOLDERS: [&str; 2] = ["/run/lock", "/tmp"];

/// The variable that names another one.
const FOLDER: &str = "KYMO_LOCK_DIR";

/// Where the lock of a name is.
#[derive(Debug)]
pub(crate) struct Place {
    name: String,
    path: PathBuf,
    /// The name was no path: the file must be this user's own.
    own: bool,
}

impl Place {
    /// The place of a name: a path if it has a slash, else a file of this user in the folder for locks. `folder`: that of
    /// --lock-dir. Where the usual folders can be used, the session has no say in it, so that cron and a login mean the same.
    ///
    /// # Errors
    ///
    /// `Usage` for an empty name, or one with control characters.
    pub(crate) fn of(name: &OsStr, folder: Option<&Path>) -> Result<Place> {
        let text = name.to_string_lossy().into_owned();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Error::usage(format!("{text:?} is not a name for a lock")));
        }
        if text.contains('/') {
            return Ok(Place { name: text, path: PathBuf::from(name), own: false });
        }
        let look = |folder: &PathBuf| {
            let may = Access::WRITE_OK | Access::EXEC_OK;
            let found = rustix::fs::accessat(CWD, folder, may, AtFlags::EACCESS);
            if found.is_ok() && !folder.is_dir() { Err(Errno::NOTDIR) } else { found }
        };
        let folders = folders(folder);
        let mut why_not = None;
        let usable = |folder: &&PathBuf| look(folder).map_err(|why| why_not.get_or_insert(why)).is_ok();
        let Some(folder) = folders.iter().find(usable) else {
            let names: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            let why = format!(
                "no folder for locks can be written to ({}): --lock-dir or {FOLDER} names one",
                names.join(", ")
            );
            let error = Error::new(Code::Io, why);
            return Err(match why_not {
                Some(why) => error.because(std::io::Error::from(why)),
                None => error,
            });
        };
        let mut file = OsString::from(prefix());
        file.push(name);
        file.push(SUFFIX);
        Ok(Place { name: text, path: folder.join(file), own: true })
    }

    /// All locks of this user that were ever taken by a name that is no path, in the order of their names.
    pub(crate) fn all(folder: Option<&Path>) -> Vec<Place> {
        let user = rustix::process::geteuid().as_raw();
        let prefix = prefix();
        let mut names = BTreeSet::new();
        let entries = folders(folder).into_iter().filter_map(|folder| folder.read_dir().ok());
        for entry in entries.flatten().flatten() {
            let file = entry.file_name();
            let name = file.as_bytes().strip_prefix(prefix.as_bytes());
            let name = name.and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
            let is_ours = || entry.metadata().is_ok_and(|found| found.is_file() && found.uid() == user);
            if let Some(name) = name.filter(|_| is_ours()) {
                names.insert(OsString::from_vec(name.to_vec()));
            }
        }
        names.iter().filter_map(|name| Place::of(name, folder).ok()).collect()
    }

    /// What the user calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The lock file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Who holds the lock, and what else is known of it.
    ///
    /// # Errors
    ///
    /// As [`Place::try_lock`], but a file that is missing is a lock that is free.
    pub(crate) fn state(&self) -> Result<State> {
        let mut state = match self.look()? {
            Some(file) => {
                State::of(&file).map_err(|e| Error::io(format!("look at lock file {}", self.path.display()), e))?
            }
            None => State::default(),
        };
        if state.holders.is_empty() {
            // Their file may have been deleted.
            state.holders.extend(self.sockets().alone());
        }
        if state.holders.is_empty() {
            state.holders = self.sockets().sharers();
            state.shared = !state.holders.is_empty();
        }
        Ok(state)
    }

    /// Who holds the lock, the first of them; `None` if it is free.
    ///
    /// # Errors
    ///
    /// As [`Place::state`].
    pub(crate) fn holder(&self) -> Result<Option<Holder>> {
        Ok(self.state()?.holders.into_iter().next())
    }

    /// The file, to be read; `None` if there is none.
    pub(super) fn look(&self) -> Result<Option<File>> {
        match open_with(&self.path, OFlags::RDONLY, Mode::empty()) {
            Ok(file) => {
                let stat = rustix::fs::fstat(&file);
                let stat = stat.map_err(|e| Error::io(format!("look at lock file {}", self.path.display()), e))?;
                lockable(&self.path, &stat)?;
                self.check(&stat)?;
                Ok(Some(file))
            }
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(refused(&self.path, e)),
        }
    }

    pub(super) fn sockets(&self) -> Sockets {
        Sockets::of(&self.path, self.own)
    }

    /// The place of one of those who share this one: a file beside it.
    pub(super) fn slot(&self, number: u16) -> Result<Place> {
        let Some(file) = self.path.file_name() else {
            return Err(Error::usage(format!("a lock with slots is a file, and {} is a folder", self.path.display())));
        };
        let mut file = file.to_owned();
        file.push(format!(".slot{number}"));
        Ok(Place { name: format!("{}.slot{number}", self.name), path: self.path.with_file_name(file), own: self.own })
    }

    pub(super) fn check(&self, stat: &Stat) -> Result<()> {
        let user = rustix::process::geteuid().as_raw();
        if self.own && stat.st_uid != user {
            let why = format!("lock file {} belongs to user {}, not {user}", self.path.display(), stat.st_uid);
            return Err(Error::new(Code::Refused, why));
        }
        // Whoever links one of our files to this name must not make us write into it.
        if self.own && stat.st_nlink > 1 {
            return Err(Error::new(Code::Refused, format!("lock file {} has a second name", self.path.display())));
        }
        Ok(())
    }
}

/// Where locks may be, the first that can be written to is taken: the folder that was given, else the usual ones, else that
/// of the user's session, which a read-only container may have.
fn folders(given: Option<&Path>) -> Vec<PathBuf> {
    if let Some(folder) = given.map(Path::to_owned).or_else(|| variables::get(FOLDER).map(PathBuf::from)) {
        return vec![folder];
    }
    let session = variables::get("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    FOLDERS.iter().map(PathBuf::from).chain(session).collect()
}

/// How the files of this user's named locks begin, and how they end.
fn prefix() -> String {
    format!("kymo-{}-", rustix::process::geteuid().as_raw())
}

const SUFFIX: &str = ".lock";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::error::Kind;

    #[test]
    fn a_name_is_this_users_file_and_a_path_is_itself() {
        let own = Place::of(OsStr::new("nightly"), None).unwrap();
        let user = rustix::process::geteuid().as_raw();
        let folder = own.path().parent().unwrap().to_str().unwrap();
        assert!(FOLDERS.contains(&folder), "{folder}");
        assert_eq!(own.path().file_name().unwrap(), OsStr::new(&format!("kymo-{user}-nightly.lock")));
        assert_eq!(Place::of(OsStr::new("./a"), None).unwrap().path(), Path::new("./a"));
        for bad in ["", "a\nb"] {
            assert_eq!(Place::of(OsStr::new(bad), None).unwrap_err().kind(), Kind::Usage);
        }
    }

    #[test]
    fn slots_are_files_beside_the_lock() {
        for (name, path) in [("./a", "./a.slot3"), ("d/a/", "d/a.slot3")] {
            assert_eq!(Place::of(OsStr::new(name), None).unwrap().slot(3).unwrap().path(), Path::new(path));
        }
        assert_eq!(Place::of(OsStr::new("../"), None).unwrap().slot(1).unwrap_err().kind(), Kind::Usage);
    }
}
