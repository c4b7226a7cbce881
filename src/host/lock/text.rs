//! What stands in a lock file: one line of JSON, for others to read. The lock itself is the kernel's; a line that is
//! left over says nothing that is not checked. A file with other content is never written: it may be data that is
//! locked by its own path.
//!
//! Several who share a lock write into one file. They take turns by a lock of the other kind (fcntl(2)), which does
//! not meet those of flock(2), for the moment of the change.

use super::holder::Holder;
use rustix::fs::{FlockOperation, OFlags, fcntl_lock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

/// How the content of a lock file that kymo wrote begins.
const BEGIN: &[u8] = b"{\"kymo_lock\":";

/// More holders are not written down, and no more than they need is read.
const HOLDERS: usize = 200;
const READ: usize = 1 << 20;

/// For this many milliseconds one waits for another's change.
const TURNS: u32 = 500;

#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Text {
    /// The version of this layout.
    kymo_lock: u32,
    /// When a command was last started: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_start: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) holders: Vec<Holder>,
}

impl Text {
    /// What the file says; nothing, if it is empty, or torn, or not ours.
    pub(super) fn read(file: &File) -> Text {
        let read = || {
            let length = usize::try_from(file.metadata().ok()?.len()).ok()?.min(READ);
            let mut bytes = vec![0; length];
            let n = file.read_at(&mut bytes, 0).ok()?;
            let line = bytes.get(..n)?.split(|&b| b == b'\n').next()?;
            serde_json::from_slice(line).ok().filter(|text: &Text| text.kymo_lock == 1)
        };
        read().unwrap_or_default()
    }

    /// Changes what the file says. `alone`: nobody else can be writing.
    pub(super) fn change(file: &File, alone: bool, how: impl FnOnce(&mut Text)) -> io::Result<()> {
        if !is_ours(file)? {
            return Ok(());
        }
        if !alone {
            wait_for_turn(file)?;
        }
        let mut text = Text::read(file);
        how(&mut text);
        let written = text.write(file);
        if !alone {
            // The end of the process would free it as well.
            let _ = fcntl_lock(file, FlockOperation::Unlock);
        }
        written
    }

    fn write(mut self, file: &File) -> io::Result<()> {
        if self.last_start.is_none() && self.holders.is_empty() {
            return if file.metadata()?.len() > 0 { file.set_len(0) } else { Ok(()) };
        }
        self.kymo_lock = 1;
        self.holders.truncate(HOLDERS);
        let mut bytes = serde_json::to_vec(&self)?;
        bytes.push(b'\n');
        // Cut only afterwards: the time of the last start outlives a kill between the two.
        file.write_all_at(&bytes, 0)?;
        file.set_len(bytes.len() as u64)
    }
}

/// The file is empty, or its content is kymo's, and it may be written.
pub(super) fn is_ours(file: &File) -> io::Result<bool> {
    let writable = rustix::fs::fcntl_getfl(file)?.contains(OFlags::RDWR);
    if !writable || !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut begin = [0; BEGIN.len()];
    let n = file.read_at(&mut begin, 0)?;
    Ok(n == 0 || begin == BEGIN)
}

fn wait_for_turn(file: &File) -> io::Result<()> {
    for _ in 0..TURNS {
        // Not by flock(2): that is the lock whose holders the text names.
        match fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(Errno::AGAIN | Errno::ACCESS) => std::thread::sleep(Duration::from_millis(1)),
            Err(e) => return Err(e.into()),
        }
    }
    Err(Errno::AGAIN.into())
}
