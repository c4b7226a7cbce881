//! What a loop over many sockets waits in: the kernel's list of those that are ready, and a bell that another
//! thread rings.
//!
//! A descriptor is told of when something changes (edge-triggered): whoever is told goes on until nothing is left.

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io;
use std::mem::MaybeUninit;
use std::time::Duration;

/// At most this many changes are taken at once.
const EVENTS: usize = 256;

/// What a program opens beside its connections.
const OTHER_DESCRIPTORS: u64 = 100;

/// The list.
pub(crate) struct Poll(OwnedFd);

/// A change: the number that its descriptor was given, and what it is ready for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub number: u64,
    pub readable: bool,
    pub writable: bool,
    /// The peer has ended its side, or the connection is broken.
    pub ended: bool,
}

impl Poll {
    pub(crate) fn new() -> io::Result<Poll> {
        Ok(Poll(epoll::create(CreateFlags::CLOEXEC)?))
    }

    /// Watches for input, until the descriptor is closed.
    pub(crate) fn watch(&self, fd: impl AsFd, number: u64) -> io::Result<()> {
        self.add(fd, number, EventFlags::IN)
    }

    /// Watches a connection: for input, for room to write, and for its end.
    pub(crate) fn watch_connection(&self, fd: impl AsFd, number: u64) -> io::Result<()> {
        self.add(fd, number, EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP)
    }

    fn add(&self, fd: impl AsFd, number: u64, flags: EventFlags) -> io::Result<()> {
        Ok(epoll::add(&self.0, fd, EventData::new_u64(number), flags | EventFlags::ET)?)
    }

    /// Waits for changes, at most so long (`None`: for ever), and appends them; a signal ends it too.
    pub(crate) fn wait(&self, time: Option<Duration>, to: &mut Vec<Change>) -> io::Result<()> {
        let time = time.map(|time| Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: time.subsec_nanos().into(),
        });
        let mut events = [const { MaybeUninit::<Event>::uninit() }; EVENTS];
        match epoll::wait(&self.0, &mut events[..], time.as_ref()) {
            Ok((events, _)) => to.extend(events.iter().map(Change::of)),
            Err(Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
        Ok(())
    }
}

impl Change {
    fn of(event: &Event) -> Change {
        let (flags, broken) = (event.flags, EventFlags::HUP | EventFlags::ERR);
        Change {
            number: event.data.u64(),
            readable: flags.intersects(EventFlags::IN | EventFlags::RDHUP | broken),
            writable: flags.intersects(EventFlags::OUT | broken),
            ended: flags.intersects(EventFlags::RDHUP | broken),
        }
    }
}

/// Wakes a loop from another thread.
#[derive(Debug)]
pub(crate) struct Bell(OwnedFd);

impl Bell {
    pub(crate) fn new() -> io::Result<Bell> {
        Ok(Bell(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    pub(crate) fn ring(&self) {
        // It can fail only when it rings already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }

    /// It was heard.
    pub(crate) fn hush(&self) {
        let _ = rustix::io::read(&self.0, &mut [0; 8]);
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Lets this process have this many connections, as far as it may.
pub(crate) fn allow_connections(connections: usize) {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = connections as u64 + OTHER_DESCRIPTORS;
    if limit.current.is_some_and(|now| now < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |most| most.min(wanted)));
        // If not, the connections beyond are not accepted: as if nothing was asked.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
