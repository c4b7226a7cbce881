//! A lock that is held: alone, shared, or in one of several slots. Who shares a lock holds its file shared, so that one
//! who wants it alone, also util-linux `flock`, waits for all of them; a slot is that and a file of its own, held alone.

use super::file::{FileLock, PRIVATE, stands_at};
use super::holder::{Holder, spelled_time};
use super::kernel::Inode;
use super::network;
use super::place::Place;
use super::text::{Text, is_ours};
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use rustix::fd::OwnedFd;
use rustix::io::FdFlags;
use std::cell::OnceCell;
use std::io;

/// How many may hold a lock at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// One.
    Alone,
    /// Any number.
    Shared,
    /// This many at a time.
    Slots(u16),
}

/// A lock that this process holds until it is dropped.
#[derive(Debug)]
pub(crate) struct NamedLock {
    lock: FileLock,
    socket: Option<OwnedFd>,
    sharing: Sharing,
    slot: Option<(u16, Box<NamedLock>)>,
    /// The file tells of this process: it has the times of the last start, that before this one, and this one.
    told: OnceCell<(Option<String>, String)>,
}

impl Place {
    /// Takes the lock, alone, without waiting. `None`: somebody else holds it.
    ///
    /// # Errors
    ///
    /// `Refused` for a link, another user's file, or one that may not be opened; `Io` if its folder is missing.
    pub(crate) fn try_lock(&self) -> Result<Option<NamedLock>> {
        self.try_lock_as(Sharing::Alone)
    }

    /// As [`Place::try_lock`], alone or beside others.
    pub(crate) fn try_lock_as(&self, sharing: Sharing) -> Result<Option<NamedLock>> {
        let Some(mut lock) = (match sharing {
            Sharing::Alone => self.try_alone()?,
            Sharing::Shared | Sharing::Slots(_) => self.try_shared()?,
        }) else {
            return Ok(None);
        };
        lock.sharing = sharing;
        if let Sharing::Slots(count) = sharing {
            for number in 1..=count {
                if let Some(slot) = self.slot(number)?.try_alone()? {
                    lock.slot = Some((number, Box::new(slot)));
                    return Ok(Some(lock));
                }
            }
            return Ok(None);
        }
        Ok(Some(lock))
    }

    fn try_alone(&self) -> Result<Option<NamedLock>> {
        let Some(lock) = self.try_file(false)? else { return Ok(None) };
        let sockets = self.sockets();
        let Some(socket) = sockets.take_alone() else { return Ok(None) };
        // Such as share it, and whose file was deleted.
        Ok(sockets.sharers().is_empty().then(|| NamedLock::new(lock, socket)))
    }

    fn try_shared(&self) -> Result<Option<NamedLock>> {
        let sockets = self.sockets();
        // Another turn only if the file was replaced after it was locked and before that could be seen by the socket.
        for _ in 0..100 {
            let Some(lock) = self.try_file(true)? else { return Ok(None) };
            if sockets.alone().is_some() {
                return Ok(None);
            }
            let socket = sockets.take_shared();
            if stands_at(&lock.file, self.path()) {
                return Ok(Some(NamedLock::new(lock, socket)));
            }
        }
        Err(Error::new(Code::Io, format!("lock {}: the file is replaced again and again", self.path().display())))
    }

    fn try_file(&self, shared: bool) -> Result<Option<FileLock>> {
        FileLock::try_checked(self.path(), PRIVATE, shared, |stat| self.check(stat))
    }

    /// How long ago a command was last started under this lock, by the clock, in ns. `None`: never, or nobody knows, or
    /// at a time that is to come.
    pub(crate) fn since_last_start(&self) -> Result<Option<i64>> {
        let Some(file) = self.look()? else { return Ok(None) };
        let start = Text::read(&file).last_start.and_then(|text| time::parse_rfc3339(text.as_bytes()).ok());
        Ok(start.and_then(|start| time::now().checked_sub(start)).filter(|ago| *ago >= 0))
    }
}

impl NamedLock {
    fn new(lock: FileLock, socket: Option<OwnedFd>) -> NamedLock {
        NamedLock { lock, socket, sharing: Sharing::Alone, slot: None, told: OnceCell::new() }
    }

    /// Its file can keep what is told of it: it has no content of another kind.
    pub(crate) fn can_tell(&self) -> bool {
        is_ours(&self.lock.file).unwrap_or(false)
    }

    /// The network file system that its file is on.
    pub(crate) fn network(&self) -> Option<&'static str> {
        network::of(&self.lock.file)
    }

    /// No command was ever started under it, as far as is known.
    pub(crate) fn is_new(&self) -> bool {
        Text::read(&self.lock.file).last_start.is_none()
    }

    /// Writes into the file who holds it, for others to read, and that a command starts now. Only the first call counts.
    pub(crate) fn tell(&self, holder: &Holder) -> Result<()> {
        let start = spelled_time(time::now() / 1_000_000 * 1_000_000);
        let holder = Holder { slot: self.slot.as_ref().map(|(number, _)| *number), ..holder.clone() };
        let alone = self.sharing == Sharing::Alone;
        let mut before = None;
        let told = Text::change(&self.lock.file, alone, |text| {
            before = text.last_start.replace(start.clone());
            // Those of this machine that the kernel does not list are left over.
            let takers = Inode::of(&self.lock.file).map(|inode| inode.takers(&text.holders)).unwrap_or_default();
            let is_left_over = |other: &Holder| other.is_here() && !other.pid.is_some_and(|pid| takers.contains(&pid));
            text.holders.retain(|other| !alone && !is_left_over(other) && other.pid != holder.pid);
            text.holders.push(holder);
        });
        let _ = self.told.set((before, start));
        told.map_err(|e| Error::io("write who holds the lock", e))
    }

    /// There was no start after all: the time of the one before is the last again.
    pub(crate) fn untell_start(&self) -> Result<()> {
        let Some((before, start)) = self.told.get().cloned() else { return Ok(()) };
        let untold = Text::change(&self.lock.file, self.sharing == Sharing::Alone, |text| {
            if text.last_start.as_ref() == Some(&start) {
                text.last_start = before;
            }
        });
        untold.map_err(|e| Error::io("write the time of the last start", e))
    }

    /// What this process starts from now on keeps the files locked too, should this process be killed.
    pub(crate) fn leave_to_children(&self) -> Result<()> {
        let leave = |lock: &FileLock| rustix::io::fcntl_setfd(&lock.file, FdFlags::empty());
        let slot = self.slot.as_ref().map_or(Ok(()), |(_, slot)| leave(&slot.lock));
        leave(&self.lock).and(slot).map_err(|e| Error::io("hand on the lock", e))
    }

    /// Takes this process out of the file again.
    fn clear(&self) -> io::Result<()> {
        if self.told.get().is_none() {
            return Ok(());
        }
        let own = Holder::of(std::process::id());
        Text::change(&self.lock.file, self.sharing == Sharing::Alone, |text| {
            text.holders.retain(|other| (other.pid, &other.host) != (own.pid, &own.host));
        })
    }
}

impl Drop for NamedLock {
    fn drop(&mut self) {
        // What cannot be cleared is only left over: the lock itself tells whether it is true.
        let _ = self.clear();
        drop(self.slot.take());
        drop(self.socket.take());
        // Not only closed: a process that our child left behind has the same open file.
        let _ = fs2::FileExt::unlock(&self.lock.file);
    }
}
