//! Where a named lock is: a file, and an abstract socket beside it. The file is what util-linux `flock` knows too;
//! the socket is for the case that somebody deletes the file while it is locked: the next kymo would make and lock a
//! new one, but it finds the socket's name taken. The kernel frees both when their holder ends.

use super::{FileLock, Holder, is_locked, lockable, open_with, refused};
use crate::error::{Error, Kind, Result};
use rustix::fd::OwnedFd;
use rustix::fs::{Access, AtFlags, CWD, FlockOperation, Mode, OFlags, Stat};
use rustix::io::{Errno, FdFlags};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The folder for locks (FHS 3.0, 3.15 and 5.9), and where there is none that we may write to.
const FOLDERS: [&str; 2] = ["/run/lock", "/tmp"];

/// Where the lock of a name is.
#[derive(Debug)]
pub struct Place {
    name: String,
    path: PathBuf,
    /// The name was no path: the file must be this user's own.
    own: bool,
}

/// A lock that this process holds until it is dropped.
#[derive(Debug)]
pub struct NamedLock {
    lock: FileLock,
    socket: Option<OwnedFd>,
}

impl Place {
    /// The place of a name: a path if it has a slash, else a file of this user in the folder for locks. The
    /// environment has no say in it, so that cron and a login mean the same.
    ///
    /// # Errors
    ///
    /// `Usage` for an empty name, or one with control characters.
    pub fn of(name: &OsStr) -> Result<Place> {
        let text = name.to_string_lossy().into_owned();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Error::usage(format!("{text:?} is no name for a lock")));
        }
        if text.contains('/') {
            return Ok(Place { name: text, path: PathBuf::from(name), own: false });
        }
        let usable = |folder: &&&str| {
            let may = Access::WRITE_OK | Access::EXEC_OK;
            Path::new(folder).is_dir() && rustix::fs::accessat(CWD, **folder, may, AtFlags::EACCESS).is_ok()
        };
        let [_, last] = FOLDERS;
        let folder = FOLDERS.iter().find(usable).unwrap_or(&last);
        let user = rustix::process::geteuid().as_raw();
        let mut file = OsStr::new(&format!("kymo-{user}-")).to_owned();
        file.push(name);
        file.push(".lock");
        Ok(Place { name: text, path: Path::new(folder).join(file), own: true })
    }

    /// What the user calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the lock without waiting. `None`: somebody else holds it.
    ///
    /// # Errors
    ///
    /// `Refused` for a link, another user's file, or one that may not be opened; `Io` if its folder is missing.
    pub fn try_lock(&self) -> Result<Option<NamedLock>> {
        let mode = Mode::RUSR | Mode::WUSR;
        let Some(lock) = FileLock::try_checked(&self.path, mode, |stat| self.check(stat))? else { return Ok(None) };
        match self.bind() {
            Ok(socket) => Ok(Some(NamedLock { lock, socket: Some(socket) })),
            // A name in the abstract is anybody's to take: another user must not keep us out of our own file.
            Err(Errno::ADDRINUSE) if self.peer().is_ok_and(|peer| self.is_foreign(&peer)) => {
                Ok(Some(NamedLock { lock, socket: None }))
            }
            Err(Errno::ADDRINUSE) => Ok(None),
            // No such sockets here: then the file alone is the lock.
            Err(_) => Ok(Some(NamedLock { lock, socket: None })),
        }
    }

    /// Who holds the lock; `None` if it is free.
    ///
    /// # Errors
    ///
    /// As [`Place::try_lock`], but a file that is missing is a lock that is free.
    pub fn holder(&self) -> Result<Option<Holder>> {
        match open_with(&self.path, OFlags::RDONLY, Mode::empty()) {
            Ok(file) => {
                let failed = |e: Errno| Error::io(format!("look at lock file {}", self.path.display()), e);
                let stat = rustix::fs::fstat(&file).map_err(failed)?;
                lockable(&self.path, &stat)?;
                self.check(&stat)?;
                if is_locked(&file).map_err(failed)? {
                    return Ok(Some(Holder::of_file(&file)));
                }
            }
            Err(Errno::NOENT) => {}
            Err(e) => return Err(refused(&self.path, e)),
        }
        Ok(match self.peer() {
            Ok(peer) if self.is_foreign(&peer) => None,
            Ok(peer) => Some(Holder::of_process(peer.pid)),
            // Its queue is full of others who asked.
            Err(Errno::AGAIN) => Some(Holder::default()),
            Err(_) => None,
        })
    }

    /// Somebody who can have nothing to do with this lock.
    fn is_foreign(&self, peer: &Peer) -> bool {
        self.own && peer.user != rustix::process::geteuid().as_raw()
    }

    fn check(&self, stat: &Stat) -> Result<()> {
        let user = rustix::process::geteuid().as_raw();
        if self.own && stat.st_uid != user {
            let why = format!("lock file {} belongs to user {}, not {user}", self.path.display(), stat.st_uid);
            return Err(Error::new(Kind::Refused, why));
        }
        // Whoever links one of our files to this name must not make us write into it.
        if self.own && stat.st_nlink > 1 {
            return Err(Error::new(Kind::Refused, format!("lock file {} has a second name", self.path.display())));
        }
        Ok(())
    }

    /// Takes the socket's name.
    fn bind(&self) -> Result<OwnedFd, Errno> {
        let socket = socket()?;
        rustix::net::bind(&socket, &self.address()?)?;
        rustix::net::listen(&socket, 4096)?;
        Ok(socket)
    }

    /// Who has the socket's name. It never answers; the kernel tells who listens.
    fn peer(&self) -> Result<Peer, Errno> {
        let socket = socket()?;
        rustix::net::connect(&socket, &self.address()?)?;
        let peer = rustix::net::sockopt::socket_peercred(&socket)?;
        Ok(Peer { pid: peer.pid.as_raw_pid().unsigned_abs(), user: peer.uid.as_raw() })
    }

    /// Made of the path, since the file at it may be another one; an own lock's is the same in both folders.
    fn address(&self) -> Result<SocketAddrUnix, Errno> {
        let parent = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let whole = match (self.path.file_name(), parent.canonicalize()) {
            (Some(file), _) if self.own => PathBuf::from(file),
            (Some(file), Ok(folder)) => folder.join(file),
            _ => self.path.canonicalize().unwrap_or_else(|_| self.path.clone()),
        };
        SocketAddrUnix::new_abstract_name(&socket_name(whole.as_os_str().as_bytes()))
    }
}

struct Peer {
    pid: u32,
    user: u32,
}

impl NamedLock {
    /// Writes who holds it into the file, for others to read.
    pub fn tell(&self, holder: &Holder) -> Result<()> {
        holder.write(&self.lock.file).map_err(|e| Error::io("write who holds the lock", e))
    }

    /// What this process starts from now on keeps the file locked too, should this process be killed.
    pub fn leave_to_children(&self) -> Result<()> {
        rustix::io::fcntl_setfd(&self.lock.file, FdFlags::empty()).map_err(|e| Error::io("hand on the lock", e))
    }
}

impl Drop for NamedLock {
    fn drop(&mut self) {
        // What cannot be cleared is only left over: the lock itself tells whether it is true.
        let _ = Holder::clear(&self.lock.file);
        drop(self.socket.take());
        // Not only closed: a process that our child left behind has the same open file.
        let _ = rustix::fs::flock(&self.lock.file, FlockOperation::Unlock);
    }
}

fn socket() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
}

/// A path as the name of an abstract socket, which has at most 107 bytes: of a longer one its end and its 64-bit FNV-1a.
fn socket_name(path: &[u8]) -> Vec<u8> {
    let mut name = b"kymo-lock:".to_vec();
    match path.len().checked_sub(90) {
        None | Some(0) => name.extend_from_slice(path),
        Some(_) => {
            let hash = path
                .iter()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
            name.extend_from_slice(format!("{hash:016x}:").as_bytes());
            name.extend_from_slice(&path[path.len() - 73..]);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_this_users_file_and_a_path_is_itself() {
        let own = Place::of(OsStr::new("nightly")).unwrap();
        let user = rustix::process::geteuid().as_raw();
        let folder = own.path().parent().unwrap().to_str().unwrap();
        assert!(FOLDERS.contains(&folder), "{folder}");
        assert_eq!(own.path().file_name().unwrap(), OsStr::new(&format!("kymo-{user}-nightly.lock")));
        assert_eq!(Place::of(OsStr::new("./a")).unwrap().path(), Path::new("./a"));
        for bad in ["", "a\nb"] {
            assert_eq!(Place::of(OsStr::new(bad)).unwrap_err().kind(), Kind::Usage);
        }
    }

    #[test]
    fn long_paths_have_socket_names_of_their_own() {
        let (a, b) = ("a".repeat(4000), format!("b{}", "a".repeat(3999)));
        let names = [&a, &b].map(|path| socket_name(path.as_bytes()));
        assert_ne!(names[0], names[1]);
        for name in names.into_iter().chain([socket_name(&[b'x'; 90]), socket_name(&[b'x'; 91])]) {
            assert!(name.len() <= 107 && SocketAddrUnix::new_abstract_name(&name).is_ok());
        }
    }
}
