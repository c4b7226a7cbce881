//! The one file that knows signals. The first SIGINT or SIGTERM asks the sources to end,
//! so that all that was received is kept; a second SIGINT ends the process at once. A program that runs
//! another one takes a [`Relay`] instead: it hands its signals on. [`Hangup`] hears SIGHUP.

use crate::reading::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use signal_hook::consts::signal::{SIGCHLD, SIGQUIT, SIGUSR1, SIGUSR2};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::WithRawSiginfo;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use signal_hook::consts::signal::SIGXFSZ;
pub(crate) use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM};

/// Tells sources and waiting loops to end. Clones see the same.
#[derive(Clone)]
pub(crate) struct Stop(Arc<Inner>);

/// The one that listens to signals.
static FIRST: OnceLock<Stop> = OnceLock::new();

/// A signal asks this process to end: for those who wait where no [`Stop`] reaches.
pub(crate) fn has_come() -> bool {
    FIRST.get().is_some_and(Stop::is_set)
}

struct Inner {
    /// The number of the first signal; 0 before it.
    signal: Arc<AtomicUsize>,
    aborted: AtomicBool,
    has_run_out: AtomicBool,
    /// Readable from the first signal, or abort, on. Never drained.
    readable: OwnedFd,
    write: UnixStream,
}

impl Stop {
    /// Listens to SIGINT and SIGTERM from now on.
    pub(crate) fn on_signals() -> Result<Stop> {
        let stop = Stop::silent()?;
        let listen = || -> std::io::Result<()> {
            // What was ignored when this process started stays so: `nohup`, and the background jobs of a script.
            let ignored = ignored();
            let heard = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
            if heard(&SIGINT) {
                // In this order: the second SIGINT meets a set flag and ends the process.
                let again = Arc::new(AtomicBool::new(false));
                signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&again))?;
                signal_hook::flag::register(SIGINT, again)?;
            }
            // A file that reached its limit is told as any other that cannot be written.
            signal_hook::flag::register(SIGXFSZ, Arc::default())?;
            for signal in [SIGTERM, SIGINT].into_iter().filter(heard) {
                signal_hook::flag::register_usize(signal, Arc::clone(&stop.0.signal), signal as usize)?;
                signal_hook::low_level::pipe::register(signal, stop.0.write.try_clone()?)?;
            }
            Ok(())
        };
        listen().map_err(|e| Error::io("listen to signals", e))?;
        let _ = FIRST.set(stop.clone());
        Ok(stop)
    }

    /// Listens to nothing: ends by [`Stop::abort`] only.
    pub(crate) fn silent() -> Result<Stop> {
        let (read, write) = UnixStream::pair().map_err(|e| Error::io("create a socket pair", e))?;
        let inner = Inner {
            signal: Arc::default(),
            aborted: AtomicBool::new(false),
            has_run_out: AtomicBool::new(false),
            readable: read.into(),
            write,
        };
        Ok(Stop(Arc::new(inner)))
    }

    /// A signal came, or the pipeline is over.
    pub(crate) fn is_set(&self) -> bool {
        self.is_aborted() || self.signal().is_some()
    }

    /// The signal that came.
    pub(crate) fn signal(&self) -> Option<i32> {
        match self.0.signal.load(Ordering::SeqCst) {
            0 => None,
            n => i32::try_from(n).ok(),
        }
    }

    /// The pipeline is over: what is read now nobody takes.
    pub(crate) fn is_aborted(&self) -> bool {
        self.0.aborted.load(Ordering::SeqCst)
    }

    /// Ends the sources.
    pub(crate) fn abort(&self) {
        use std::io::Write as _;
        if !self.0.aborted.swap(true, Ordering::SeqCst) {
            // It can fail only when it is readable already.
            let _ = (&self.0.write).write(&[0]);
        }
    }

    /// The time after a signal was over before an input was: something may be left in it.
    pub(crate) fn run_out(&self) {
        self.0.has_run_out.store(true, Ordering::SeqCst);
    }

    /// See [`Stop::run_out`].
    pub(crate) fn has_run_out(&self) -> bool {
        self.0.has_run_out.load(Ordering::SeqCst)
    }

    /// Readable from the moment that it is set, for a source's own `poll`.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.readable.as_fd()
    }

    /// Sleeps, at most this long; true: stop.
    pub(crate) fn wait(&self, time: Duration) -> bool {
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
    pub(crate) fn readable(&self, fd: impl AsFd, time: Option<Duration>) -> bool {
        let fd = fd.as_fd();
        let mut fds = [PollFd::new(&fd, PollFlags::IN), PollFd::new(&self.0.readable, PollFlags::IN)];
        let time = time.map(timespec);
        match poll(&mut fds, time.as_ref()) {
            Ok(n) => n > 0 && !fds[0].revents().is_empty(),
            Err(_) => false,
        }
    }
}

/// Hears SIGHUP, by which a service is told to read its files again.
#[derive(Debug)]
pub(crate) struct Hangup(Arc<AtomicBool>);

impl Hangup {
    /// Hears it from now on. Where this process has a terminal, SIGHUP says that it is gone, and ends the process as ever;
    /// and what was ignored stays so (`nohup`).
    pub(crate) fn listen() -> Result<Hangup> {
        let heard = Arc::new(AtomicBool::new(false));
        let has_terminal = std::fs::File::open("/dev/tty").is_ok();
        if !has_terminal && ignored() & (1 << (SIGHUP - 1)) == 0 {
            signal_hook::flag::register(SIGHUP, Arc::clone(&heard)).map_err(|e| Error::io("listen to signals", e))?;
        }
        Ok(Hangup(heard))
    }

    /// It came since [`Hangup::has_come`] was last asked.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// It came since this was last asked.
    pub(crate) fn has_come(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}

/// Catches the signals that are meant for the process which this one waits for, and learns of its end.
///
/// Those that were ignored when this process started stay so: `nohup`, and the background jobs of a script.
pub(crate) struct Relay(SignalDelivery<UnixStream, WithRawSiginfo>);

/// A signal that was caught.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caught {
    pub signal: i32,
    /// The terminal sent it to everything in the foreground, so that a child there has had it already.
    pub by_kernel: bool,
}

impl Relay {
    /// Catches TERM, INT, HUP, QUIT, USR1 and USR2 from now on, and is woken when a child ends.
    pub(crate) fn listen() -> Result<Relay> {
        let ignored = ignored();
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2];
        let caught = signals.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0).chain([SIGCHLD]);
        let listen = || -> std::io::Result<Relay> {
            let (read, write) = UnixStream::pair()?;
            read.set_nonblocking(true)?;
            Ok(Relay(SignalDelivery::with_pipe(read, write, WithRawSiginfo, caught)?))
        };
        listen().map_err(|e| Error::io("listen to signals", e))
    }

    /// Waits for signals, or for a child's end, which gives none; at most this long (`None`: for ever).
    pub(crate) fn wait(&mut self, time: Option<Duration>) -> Vec<Caught> {
        let time = time.map(timespec);
        let _ = poll(&mut [PollFd::new(self.0.get_read(), PollFlags::IN)], time.as_ref());
        self.caught()
    }

    /// Readable when there is something to be caught, for a `poll` of one's own.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.0.get_read().as_fd()
    }

    /// The signals that have come since, without waiting.
    pub(crate) fn caught(&mut self) -> Vec<Caught> {
        let signals = self.0.pending().filter(|info| info.si_signo != SIGCHLD);
        // Codes above 0 are the kernel's own (sigaction(2)).
        signals.map(|info| Caught { signal: info.si_signo, by_kernel: info.si_code > 0 }).collect()
    }
}

/// The signals that this process ignores, as a mask; none where there is no /proc to tell it.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

fn timespec(time: Duration) -> Timespec {
    Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX), tv_nsec: time.subsec_nanos().into() }
}

/// Ends this process by the signal that it was told to end by, so that a shell sees the truth.
pub fn end_by(signal: i32) {
    // A core file of ours would tell nothing, and could replace that of the child which died of the same signal.
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    // Returns only if the signal cannot be raised; the caller then exits with 128 + signal.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
