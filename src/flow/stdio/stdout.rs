//! Whether there is a stdout at all. Rust's runtime puts /dev/null in the place of one that is closed (`>&-`), which would
//! take everything and lose it: so one looks before the runtime does.

use crate::reading::error::{Error, Result};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use std::hint::black_box;
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
pub(super) fn open() -> Result<BorrowedFd<'static>> {
    // Named here, so that no linker leaves it out.
    black_box(&LOOK);
    if IS_CLOSED.load(Ordering::Relaxed) {
        return Err(Error::io("write to stdout", std::io::Error::from(Errno::BADF)));
    }
    Ok(rustix::stdio::stdout())
}
