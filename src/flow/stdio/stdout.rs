//! Writing to stdout, and whether there is one at all. Rust's runtime puts /dev/null in the place of one that is closed (`>&-`), which would
//! take everything and lose it: so one looks before the runtime does.

use crate::flow::batch::Batch;
use crate::flow::stage;
use crate::reading::error::{Error, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::{AsFd, AsRawFd as _, BorrowedFd};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Called by the loader before `main`.
#[used]
#[expect(unsafe_code, reason = "the only way to run before the runtime opens /dev/null")]
// SAFETY: the section is a list of functions of this type, which the C library calls once before `main`.
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    let is_closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()) == Err(Errno::BADF);
    IS_CLOSED.store(is_closed, Ordering::Relaxed);
}

/// stdout, if there is one.
fn open() -> Result<BorrowedFd<'static>> {
    // Named here, so that no linker leaves it out.
    black_box(&LOOK);
    if IS_CLOSED.load(Ordering::Relaxed) {
        return Err(Error::io("write to stdout", std::io::Error::from(Errno::BADF)));
    }
    Ok(rustix::stdio::stdout())
}

/// Writes whole lines to a pipe. `Kind::Closed`: nobody reads it any more.
pub(crate) fn write_pipe(fd: impl AsFd, batch: &Batch) -> Result<()> {
    batch.slices().try_for_each(|slice| write_all(fd.as_fd(), slice))
}

/// What stands in the file before our first byte is a part of a line: a run that was killed left it, and it must not
/// spoil our first record.
pub(super) fn ends_torn() -> bool {
    let file = rustix::stdio::stdout();
    let last = || {
        let stat = rustix::fs::fstat(file).ok().filter(|stat| FileType::from_raw_mode(stat.st_mode).is_file())?;
        let appends = rustix::fs::fcntl_getfl(file).ok()?.contains(OFlags::APPEND);
        let end = if appends { u64::try_from(stat.st_size).ok()? } else { rustix::fs::tell(file).ok()? };
        // It was opened for writing only.
        let readable = File::open(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())).ok()?;
        let mut last = [0];
        readable.read_exact_at(&mut last, end.checked_sub(1)?).ok().map(|()| last[0])
    };
    last().is_some_and(|last| last != b'\n')
}

/// Writes records as they are.
pub(super) fn write(batch: &Batch) -> Result<()> {
    write_pipe(open()?, batch)
}

/// Text of a program (a report, a completion script) to stdout.
pub(crate) fn print(text: &[u8]) -> Result<()> {
    write_all(open()?.as_fd(), text)
}

fn write_all(fd: BorrowedFd<'_>, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(fd, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            Err(Errno::PIPE) => return Err(stage::closed()),
            // Somebody made the pipe non-blocking; it is theirs, so wait instead of changing it.
            Err(Errno::AGAIN) => {
                let mut fds = [PollFd::new(&fd, PollFlags::OUT)];
                let _ = poll(&mut fds, None);
            }
            Err(e) => return Err(Error::io("write records", e)),
        }
    }
    Ok(())
}
