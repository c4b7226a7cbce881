//! The one file that knows signals. The first SIGINT or SIGTERM asks the sources to end,
//! so that all that was received is kept; a second SIGINT ends the process at once.

use crate::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::signal::SIGXFSZ;
pub use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM};

/// Tells sources and waiting loops to end. Clones see the same.
#[derive(Clone)]
pub struct Stop(Arc<Inner>);

struct Inner {
    /// The number of the first signal; 0 before it.
    signal: Arc<AtomicUsize>,
    aborted: AtomicBool,
    /// Readable from the first signal, or abort, on. Never drained.
    readable: OwnedFd,
    write: UnixStream,
}

impl Stop {
    /// Listens to SIGINT and SIGTERM from now on.
    pub fn on_signals() -> Result<Stop> {
        let stop = Stop::silent()?;
        let listen = || -> std::io::Result<()> {
            // In this order: the second SIGINT meets a set flag and ends the process.
            let again = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&again))?;
            signal_hook::flag::register(SIGINT, again)?;
            // A file that reached its limit is told as any other that cannot be written.
            signal_hook::flag::register(SIGXFSZ, Arc::default())?;
            for signal in [SIGTERM, SIGINT] {
                signal_hook::flag::register_usize(signal, Arc::clone(&stop.0.signal), signal as usize)?;
                signal_hook::low_level::pipe::register(signal, stop.0.write.try_clone()?)?;
            }
            Ok(())
        };
        listen().map_err(|e| Error::io("listen to signals", e))?;
        Ok(stop)
    }

    /// Listens to nothing: ends by [`Stop::abort`] only.
    pub fn silent() -> Result<Stop> {
        let (read, write) = UnixStream::pair().map_err(|e| Error::io("make a socket pair", e))?;
        let inner = Inner { signal: Arc::default(), aborted: AtomicBool::new(false), readable: read.into(), write };
        Ok(Stop(Arc::new(inner)))
    }

    /// A signal came, or the pipeline is over.
    pub fn is_set(&self) -> bool {
        self.is_aborted() || self.signal().is_some()
    }

    /// The signal that came.
    pub fn signal(&self) -> Option<i32> {
        match self.0.signal.load(Ordering::SeqCst) {
            0 => None,
            n => i32::try_from(n).ok(),
        }
    }

    /// The pipeline is over: what is read now nobody takes.
    pub fn is_aborted(&self) -> bool {
        self.0.aborted.load(Ordering::SeqCst)
    }

    /// Ends the sources.
    pub fn abort(&self) {
        use std::io::Write as _;
        if !self.0.aborted.swap(true, Ordering::SeqCst) {
            // It can fail only when it is readable already.
            let _ = (&self.0.write).write(&[0]);
        }
    }

    /// Readable from the moment that it is set, for a source's own `poll`.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.readable.as_fd()
    }

    /// Sleeps, at most so long; true: stop.
    pub fn wait(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while !self.is_set() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let _ = poll(&mut [PollFd::new(&self.0.readable, PollFlags::IN)], Some(&timespec(left)));
        }
        true
    }

    /// Waits until `fd` can be read. False: it cannot yet, but a signal or an abort came, or time is up (`None`: for ever).
    pub fn readable(&self, fd: impl AsFd, time: Option<Duration>) -> bool {
        let fd = fd.as_fd();
        let mut fds = [PollFd::new(&fd, PollFlags::IN), PollFd::new(&self.0.readable, PollFlags::IN)];
        let time = time.map(timespec);
        match poll(&mut fds, time.as_ref()) {
            Ok(n) => n > 0 && !fds[0].revents().is_empty(),
            Err(_) => false,
        }
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}

/// Ends this process by the signal that it was told to end by, so that a shell sees the truth.
pub fn end_by(signal: i32) {
    // Returns only if the signal cannot be raised; the caller then exits with 128 + signal.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
