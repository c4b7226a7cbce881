//! Compressing what was put away, in a thread of its own, so that no line waits for it.
//!
//! Decision: the compressed file appears under its name only when all of it is on the disk, and only then the original
//! goes. Whatever is cut off in between is done again by the next one who looks: the next rotation, or the next start,
//! of this process or another.

use super::rotated::{self, Rotated};
use crate::host::thread;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};
use flate2::{Compression, GzBuilder};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// The thread that compresses the files of one log.
#[derive(Debug)]
pub(super) struct Packer {
    /// Room for one: a look that is about to come sees what a second one would.
    look: Sender<()>,
    faults: Receiver<io::Error>,
    thread: JoinHandle<()>,
}

impl Packer {
    pub(super) fn start(log: &Path) -> io::Result<Packer> {
        let (look, looks) = bounded(1);
        let (tell, faults) = unbounded();
        let log = log.to_owned();
        let thread = thread::start("gzip", move || {
            while looks.recv().is_ok() {
                if let Err(why) = pack_all(&log) {
                    let _ = tell.send(why);
                }
            }
        })?;
        Ok(Packer { look, faults, thread })
    }

    /// Something is to be compressed.
    pub(super) fn look(&self) {
        match self.look.try_send(()) {
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }

    /// What went wrong since this was last asked.
    pub(super) fn fault(&self) -> Option<io::Error> {
        self.faults.try_iter().last()
    }

    /// Waits until all is compressed.
    pub(super) fn finish(self) -> Option<io::Error> {
        drop(self.look);
        let _ = self.thread.join();
        self.faults.try_iter().last()
    }
}

/// Compresses what is not compressed yet. One that cannot be does not keep the others from it.
fn pack_all(log: &Path) -> io::Result<()> {
    let plain = |rotated: &Rotated| rotated.is_plain.then(|| rotated.path.clone());
    let paths: Vec<PathBuf> = rotated::list(log)?.iter().filter_map(plain).collect();
    paths.iter().map(|path| pack(path)).fold(Ok(()), Result::and)
}

fn pack(path: &Path) -> io::Result<()> {
    let mut original = match File::open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    // Another process that writes to the same log is at it.
    if let Err(e) = fs2::FileExt::try_lock_exclusive(&original)
        && e.kind() == io::ErrorKind::WouldBlock
    {
        return Ok(());
    }
    let meta = original.metadata()?;
    // It has been done, or deleted, between the look and the lock.
    if !std::fs::symlink_metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (meta.dev(), meta.ino())) {
        return Ok(());
    }
    let unfinished = rotated::unfinished(path);
    let written = write(&mut original, &meta, &unfinished)
        .and_then(|()| std::fs::rename(&unfinished, rotated::packed(path)))
        .and_then(|()| std::fs::remove_file(path));
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

fn write(original: &mut File, meta: &std::fs::Metadata, to: &Path) -> io::Result<()> {
    // Never through a link that somebody has put there.
    rotated::remove(to)?;
    let file = File::options().write(true).create_new(true).open(to)?;
    file.set_permissions(std::fs::Permissions::from_mode(meta.mode() & 0o7777))?;
    let mut encoder =
        GzBuilder::new().mtime(u32::try_from(meta.mtime()).unwrap_or(0)).write(file, Compression::default());
    io::copy(&mut io::BufReader::with_capacity(256 << 10, original), &mut encoder)?;
    let mut file = encoder.finish()?;
    file.flush()?;
    file.set_modified(meta.modified()?)?;
    file.sync_all()
}
