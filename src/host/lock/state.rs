//! What can be seen of a lock by those who do not have it.

use super::holder::Holder;
use super::kernel::{Inode, may_exist};
use super::network;
use super::text::Text;
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, ErrorKind};

/// A lock at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Who holds it; nobody: it is free.
    pub holders: Vec<Holder>,
    /// They share it.
    pub shared: bool,
    /// When a command was last started under it: RFC 3339, UTC.
    pub last_start: Option<String>,
    /// The network file system that its file is on: other machines may not see the lock.
    pub network: Option<&'static str>,
}

impl State {
    pub(super) fn of(file: &File) -> io::Result<State> {
        let text = Text::read(file);
        let (held, shared) = probe(file)?;
        let mut state = State { last_start: text.last_start, network: network::of(file), shared, holders: Vec::new() };
        if held {
            state.holders = holders(file, text.holders, shared);
        }
        Ok(state)
    }
}

/// Whether the file is locked, and whether by such as share it. What is free is taken for some microseconds to see it.
fn probe(file: &File) -> io::Result<(bool, bool)> {
    let tries = [fs2::FileExt::try_lock_shared, fs2::FileExt::try_lock_exclusive];
    for (shared, lock) in tries.into_iter().enumerate() {
        match lock(file) {
            Ok(()) => {}
            // NFS locks alone only what is open for writing.
            Err(e) if shared == 1 && Errno::from_io_error(&e) == Some(Errno::BADF) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                fs2::FileExt::unlock(file)?;
                return Ok((true, shared == 1));
            }
            Err(e) => return Err(e),
        }
    }
    fs2::FileExt::unlock(file)?;
    Ok((false, false))
}

/// What the file tells may be left over from such as were killed: what the kernel lists is so.
fn holders(file: &File, told: Vec<Holder>, shared: bool) -> Vec<Holder> {
    let foreign = |holder: &Holder| !holder.is_here();
    let listed = match Inode::of(file) {
        // One on another machine, and this one's list knows nothing of it.
        Ok(_) if !shared && told.iter().any(foreign) => Vec::new(),
        Ok(inode) => inode.takers(&told),
        Err(_) => Vec::new(),
    };
    let is_listed = |holder: &Holder| holder.pid.is_some_and(|pid| listed.contains(&pid));
    let mut holders: Vec<Holder> =
        told.into_iter().filter(|holder| listed.is_empty() || foreign(holder) || is_listed(holder)).collect();
    for holder in &mut holders {
        holder.ended = holder.is_here() && holder.pid.is_some_and(|pid| !may_exist(pid));
    }
    for pid in listed {
        if !holders.iter().any(|holder| holder.is_here() && holder.pid == Some(pid)) {
            holders.push(Holder::of_process(pid));
        }
    }
    if holders.is_empty() {
        holders.push(Holder::default());
    }
    holders
}
