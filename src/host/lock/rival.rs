//! A process that keeps a lock and can be ended. Who that is the kernel tells, never a file; and a signal goes to the
//! process itself, by a file descriptor of it (pidfd_open(2)), never to another that has got its number since.

use super::kernel::{Inode, may_exist};
use super::place::Place;
use crate::reading::error::{Code, Error, Result};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io;

/// A process that has the lock's file open and locked.
#[derive(Debug)]
pub(crate) struct Rival {
    pid: u32,
    process: OwnedFd,
}

impl Rival {
    /// Who took the lock and still runs; where none of them does, those whom it was left to.
    ///
    /// # Errors
    ///
    /// `Refused` if it is another user's process, or this one runs under the lock itself; `Io` if the system cannot tell.
    pub(crate) fn takers(place: &Place) -> Result<Vec<Rival>> {
        let Some(inode) = inode(place)? else { return Ok(Vec::new()) };
        if inode.is_locked_by(std::process::id()).unwrap_or(false) {
            return Err(Error::new(Code::Refused, format!("end who holds {}: this runs under it", place.name())));
        }
        let rivals = Rival::open_all(place, inode, inode.takers(&[]))?;
        if rivals.is_empty() { Rival::open_all(place, inode, inode.keepers()) } else { Ok(rivals) }
    }

    /// All that keep the lock: who took it, and what those have started.
    ///
    /// # Errors
    ///
    /// As [`Rival::takers`].
    pub(crate) fn keepers(place: &Place) -> Result<Vec<Rival>> {
        match inode(place)? {
            Some(inode) => Rival::open_all(place, inode, inode.keepers()),
            None => Ok(Vec::new()),
        }
    }

    fn open_all(place: &Place, inode: Inode, pids: Vec<u32>) -> Result<Vec<Rival>> {
        pids.into_iter().filter_map(|pid| Rival::open(place, inode, pid).transpose()).collect()
    }

    /// `None`: there is no such process any more, or it does not have the lock.
    fn open(place: &Place, inode: Inode, pid: u32) -> Result<Option<Rival>> {
        let failed = |e: io::Error| {
            let denied = e.kind() == io::ErrorKind::PermissionDenied;
            let code = if denied { Code::Refused } else { Code::Io };
            Error::new(code, format!("end pid {pid}, which holds {}", place.name())).because(e)
        };
        let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ok(None) };
        let process = match pidfd_open(number, PidfdFlags::empty()) {
            Ok(process) => process,
            Err(Errno::SRCH | Errno::INVAL) => return Ok(None),
            Err(e) => return Err(failed(e.into())),
        };
        // Looked at only now: if the number is another's by then, a signal finds nobody.
        match inode.is_locked_by(pid) {
            Ok(true) => Ok(Some(Rival { pid, process })),
            Ok(false) => Ok(None),
            Err(_) if !may_exist(pid) => Ok(None),
            Err(e) => Err(failed(e)),
        }
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends it a signal; if it has ended, that is no fault.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        match pidfd_send_signal(&self.process, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(e) => {
                let code = if e == Errno::PERM { Code::Refused } else { Code::Io };
                Err(Error::new(code, format!("end pid {}", self.pid)).because(e))
            }
        }
    }
}

fn inode(place: &Place) -> Result<Option<Inode>> {
    let inode = place.look()?.map(|file| Inode::of(&file)).transpose();
    inode.map_err(|e| Error::io(format!("look at lock file {}", place.path().display()), e))
}
