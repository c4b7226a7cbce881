//! Compressing what was put away, in a thread of its own, so that no line waits for it.
//!
//! Decision: the compressed file appears under its name only when all of it is on the disk, and only then the original
//! goes. Whatever is cut off in between is done again by the next one who looks: the next rotation, or the next start,
//! of this process or another.

use super::rotated::{self, Rotated};
use crate::host::thread;
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, unbounded};
use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread::JoinHandle;

/// How much is read at a time.
const CHUNK_BYTES: usize = 256 << 10;

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
    let plain = rotated::list(log)?.into_iter().filter(|rotated| rotated.is_plain);
    plain.map(|rotated| pack(log, &rotated)).fold(Ok(()), Result::and)
}

fn pack(log: &Path, rotated: &Rotated) -> io::Result<()> {
    let path = &rotated.path;
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
    match File::open(rotated::packed(path)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        // A kill came before the original went.
        Ok(ref packed) if is_equal(MultiGzDecoder::new(packed), &original)? => return std::fs::remove_file(path),
        // A kill came in the moment in which two files have one name (`rotated::rename`).
        Ok(_) => {
            rotated::rename(log, path, rotated.stamp.later())?;
            // Its lock.
            drop(original);
            return pack_all(log);
        }
        Err(e) => return Err(e),
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

/// The same bytes come out of both. What cannot be decompressed is not equal to anything.
fn is_equal(packed: impl Read, original: &File) -> io::Result<bool> {
    let mut packed = BufReader::with_capacity(CHUNK_BYTES, packed);
    let mut original = BufReader::with_capacity(CHUNK_BYTES, original);
    loop {
        let right = original.fill_buf()?;
        let Ok(left) = packed.fill_buf() else { return Ok(false) };
        let n = left.len().min(right.len());
        if n == 0 || left[..n] != right[..n] {
            return Ok(left.is_empty() && right.is_empty());
        }
        packed.consume(n);
        original.consume(n);
    }
}

fn write(original: &mut File, meta: &std::fs::Metadata, to: &Path) -> io::Result<()> {
    // Never through a link that somebody has put there.
    rotated::remove(to)?;
    let file = File::options().write(true).create_new(true).open(to)?;
    file.set_permissions(std::fs::Permissions::from_mode(meta.mode() & 0o7777))?;
    let mut encoder =
        GzBuilder::new().mtime(u32::try_from(meta.mtime()).unwrap_or(0)).write(file, Compression::default());
    io::copy(&mut BufReader::with_capacity(CHUNK_BYTES, original), &mut encoder)?;
    let mut file = encoder.finish()?;
    file.flush()?;
    file.set_modified(meta.modified()?)?;
    file.sync_all()
}
