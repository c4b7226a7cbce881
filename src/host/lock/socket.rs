//! Abstract sockets beside a lock file, for the case that somebody deletes the file while it is locked: the next kymo
//! would make and lock a new one, but it finds their names taken. The kernel frees them when their holder ends.
//!
//! One who holds a lock alone has the one name of it. Those who share it have one each, which ends with their number;
//! the kernel's list of sockets tells which there are.

use super::holder::Holder;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The names of one lock.
#[derive(Debug)]
pub(super) struct Sockets {
    alone: Vec<u8>,
    /// Of those who share it, without the number at the end.
    shared: String,
    /// The users who can have to do with the lock: a name in the abstract is anybody's to take.
    users: Vec<u32>,
}

struct Peer {
    pid: u32,
    user: u32,
}

impl Sockets {
    /// Made of the path, since the file at it may be another one; an own lock's is the same in every folder.
    pub(super) fn of(path: &Path, own: bool) -> Sockets {
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let whole = match (path.file_name(), parent.canonicalize()) {
            (Some(file), _) if own => PathBuf::from(file),
            (Some(file), Ok(folder)) => folder.join(file),
            _ => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        };
        let me = rustix::process::geteuid().as_raw();
        let owner = |path: &Path| fs::symlink_metadata(path).ok().map(|found| found.uid());
        // Whoever else holds it has opened the file, which is its owner's alone, or may replace it in its folder.
        let others = if own { [None; 3] } else { [Some(0), owner(&whole), owner(parent)] };
        let users = others.into_iter().flatten().chain([me]).collect();
        let whole = whole.as_os_str().as_bytes();
        Sockets { alone: socket_name(whole), shared: format!("kymo-shared:{:016x}:", hash(whole)), users }
    }

    /// Takes the name of one who is alone. `None`: another has it. A socket of `None`: there are no such names here,
    /// and the file alone is the lock.
    pub(super) fn take_alone(&self) -> Option<Option<OwnedFd>> {
        match bind(&self.alone) {
            Ok(socket) => Some(Some(socket)),
            // Another user must not keep us out of our own file.
            Err(Errno::ADDRINUSE) if peer(&self.alone).is_ok_and(|peer| self.is_foreign(&peer)) => Some(None),
            Err(Errno::ADDRINUSE) => None,
            Err(_) => Some(None),
        }
    }

    /// Takes this process' name among those who share it, if there are such names here.
    pub(super) fn take_shared(&self) -> Option<OwnedFd> {
        bind(format!("{}{}", self.shared, std::process::id()).as_bytes()).ok()
    }

    /// Who has the name of one who is alone.
    pub(super) fn alone(&self) -> Option<Holder> {
        self.holder(&self.alone, None)
    }

    /// Those who share it, this process not among them.
    pub(super) fn sharers(&self) -> Vec<Holder> {
        let list = fs::read("/proc/net/unix").unwrap_or_default();
        let list = String::from_utf8_lossy(&list);
        let names = list.lines().filter_map(|line| line.split_ascii_whitespace().last()?.strip_prefix('@'));
        let others = names.filter_map(|name| {
            let pid: u32 = name.strip_prefix(&self.shared)?.parse().ok()?;
            (pid != std::process::id()).then_some((name, pid))
        });
        others.filter_map(|(name, pid)| self.holder(name.as_bytes(), Some(pid))).collect()
    }

    fn holder(&self, name: &[u8], pid: Option<u32>) -> Option<Holder> {
        match peer(name) {
            Ok(peer) if self.is_foreign(&peer) => None,
            Ok(peer) => Some(Holder::of_process(peer.pid)),
            // Its queue is full of others who asked.
            Err(Errno::AGAIN) => Some(pid.map(Holder::of_process).unwrap_or_default()),
            Err(_) => None,
        }
    }

    fn is_foreign(&self, peer: &Peer) -> bool {
        !self.users.contains(&peer.user)
    }
}

fn socket() -> Result<OwnedFd, Errno> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
}

fn bind(name: &[u8]) -> Result<OwnedFd, Errno> {
    let socket = socket()?;
    rustix::net::bind(&socket, &SocketAddrUnix::new_abstract_name(name)?)?;
    rustix::net::listen(&socket, 4096)?;
    Ok(socket)
}

/// Who has a name. It never answers; the kernel tells who listens.
fn peer(name: &[u8]) -> Result<Peer, Errno> {
    let socket = socket()?;
    rustix::net::connect(&socket, &SocketAddrUnix::new_abstract_name(name)?)?;
    let peer = rustix::net::sockopt::socket_peercred(&socket)?;
    Ok(Peer { pid: peer.pid.as_raw_pid().unsigned_abs(), user: peer.uid.as_raw() })
}

/// A path as the name of an abstract socket, which has at most 107 bytes: of a longer one its end and its hash.
fn socket_name(path: &[u8]) -> Vec<u8> {
    let mut name = b"kymo-lock:".to_vec();
    match path.len().checked_sub(90) {
        None | Some(0) => name.extend_from_slice(path),
        Some(_) => {
            name.extend_from_slice(format!("{:016x}:", hash(path)).as_bytes());
            name.extend_from_slice(&path[path.len() - 73..]);
        }
    }
    name
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &b| (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_have_socket_names_of_their_own() {
        let (a, b) = ("a".repeat(4000), format!("b{}", "a".repeat(3999)));
        let names = [&a, &b].map(|path| socket_name(path.as_bytes()));
        assert_ne!(names[0], names[1]);
        for name in names.into_iter().chain([socket_name(&[b'x'; 90]), socket_name(&[b'x'; 91])]) {
            assert!(name.len() <= 107 && SocketAddrUnix::new_abstract_name(&name).is_ok());
        }
        let shared = [&a, &b].map(|path| Sockets::of(Path::new(path), true).shared);
        assert_ne!(shared[0], shared[1]);
        assert!(shared[0].len() + u32::MAX.to_string().len() <= 107);
    }

    /// K48: a name in the abstract is anybody's to take: only those count who can have to do with the lock.
    #[test]
    fn a_stranger_with_our_name_keeps_nobody_out() {
        let me = rustix::process::geteuid().as_raw();
        let is_foreign = |own, user| Sockets::of(Path::new("/a-lock"), own).is_foreign(&Peer { pid: 1, user });
        assert!(is_foreign(false, 65_534) && is_foreign(true, 65_534));
        assert!(!is_foreign(false, 0) && !is_foreign(false, me) && !is_foreign(true, me));
    }
}
