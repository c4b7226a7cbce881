//! A lock that others hold for moments only: it is waited for, but not for ever, and not in silence.

use super::holder::Holder;
use super::kernel::Inode;
use crate::host::{diag, stop};
use crate::reading::error::{Code, Error, Result};
use std::fs::File;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// How often it is tried.
const LOOK: Duration = Duration::from_millis(10);

/// From then on it is said who is waited for.
const TOLD_AFTER: Duration = Duration::from_secs(1);

/// Whoever holds it longer than this does not come to an end.
const MOST: Duration = Duration::from_secs(60);

/// After a signal there is less time.
const MOST_AFTER_SIGNAL: Duration = Duration::from_secs(1);

/// Locks an open file; whoever drops `File` or unlocks it gives it back. `what` it is called in messages. What cannot be
/// locked at all (some file systems) counts as locked.
///
/// # Errors
///
/// `Busy` if another process has it for a minute, or a second after a signal.
pub(crate) fn lock_for_a_moment(file: &File, what: &str) -> Result<()> {
    let since = Instant::now();
    let (mut has_told, mut signalled) = (false, None);
    loop {
        match fs2::FileExt::try_lock_exclusive(file) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            _ => return Ok(()),
        }
        if stop::has_come() {
            signalled.get_or_insert_with(Instant::now);
        }
        let is_over = since.elapsed() >= MOST || signalled.is_some_and(|at| at.elapsed() >= MOST_AFTER_SIGNAL);
        if is_over {
            return Err(Error::new(Code::Busy, format!("{what} is locked by {}", holder(file))));
        }
        if since.elapsed() >= TOLD_AFTER && !std::mem::replace(&mut has_told, true) {
            diag::warn(Code::Waiting, format_args!("{what} is locked by {}: waiting for it", holder(file)));
        }
        std::thread::sleep(LOOK);
    }
}

/// Who has it, as far as the kernel tells.
fn holder(file: &File) -> Holder {
    let takers = Inode::of(file).map(|inode| inode.takers(&[])).unwrap_or_default();
    takers.first().map_or_else(Holder::default, |&pid| Holder::of_process(pid))
}
