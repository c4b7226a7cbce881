//! The file that a log's name leads to, while it is open: its lock, and whole lines at its end or nothing.

use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Why no rows can be appended.
const OTHER_HEAD: &str = "it begins with other columns: give --columns, or another file";

/// A file, or a device, that is open at its end.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) file: File,
    /// A device has no end, no lock and no other name.
    pub(super) is_regular: bool,
    id: (u64, u64),
    /// Where we left its end; before that, a length that no file has.
    end: u64,
    /// It begins with the head, or a device has got it.
    has_head: bool,
}

/// Lines that could not be written: from which byte on, and why.
#[derive(Debug)]
pub(super) struct Unwritten {
    pub(super) from: usize,
    pub(super) why: io::Error,
}

impl Open {
    /// Opens it, and makes it if it is not there. `InvalidInput`: it is neither a file nor a device.
    pub(super) fn at(path: &Path) -> io::Result<Open> {
        if let Ok(meta) = std::fs::metadata(path)
            && !meta.is_file()
            && !meta.file_type().is_char_device()
        {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        // What has come there between the look and this must not hold us up.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let with = |read: bool| {
            File::options().read(read).append(true).create(true).custom_flags(flags.bits().cast_signed()).open(path)
        };
        let file = match with(true) {
            // A log that may be written, not read.
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => with(false)?,
            opened => opened?,
        };
        let meta = file.metadata()?;
        Ok(Open { id: (meta.dev(), meta.ino()), is_regular: meta.is_file(), file, end: u64::MAX, has_head: false })
    }

    /// The name leads to this file.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|meta| (meta.dev(), meta.ino()) == self.id)
    }

    /// Takes the lock, without waiting. `WouldBlock`: somebody else has it; other errors: there are no locks here.
    pub(super) fn try_lock(&self) -> io::Result<()> {
        fs2::FileExt::try_lock_exclusive(&self.file)
    }

    pub(super) fn unlock(&self) {
        // Nothing is left to be done if it fails: the lock goes with the file.
        let _ = fs2::FileExt::unlock(&self.file);
    }

    /// Appends lines to a device, the first time after the head: what it took, it took.
    pub(super) fn put(&mut self, lines: &[u8], head: &[u8]) -> Result<(), Unwritten> {
        let head = if std::mem::replace(&mut self.has_head, true) { &[][..] } else { head };
        write_all(&self.file, head).map_err(|(_, why)| Unwritten { from: 0, why }).and_then(|()| {
            write_all(&self.file, lines).map_err(|(done, why)| Unwritten { from: whole(&lines[..done]), why })
        })
    }

    /// Appends whole lines; what does not fit leaves no half of a line, and of `rows` nothing. An empty file begins with the head.
    /// `meta` is as it is now, `is_locked`: nobody else writes.
    pub(super) fn append(
        &mut self,
        lines: &[u8],
        head: &[u8],
        rows: bool,
        meta: &Metadata,
        is_locked: bool,
    ) -> Result<(), Unwritten> {
        if lines.is_empty() {
            return Ok(());
        }
        let length = meta.len();
        let before: &[u8] = if length == 0 {
            head
        } else {
            self.check_head(head).map_err(|why| Unwritten { from: 0, why })?;
            if self.is_torn(length) { b"\n" } else { b"" }
        };
        let joined = (!before.is_empty()).then(|| [before, lines].concat());
        let bytes = joined.as_deref().unwrap_or(lines);
        let result = write_all(&self.file, bytes);
        self.end = length + bytes.len() as u64;
        result.map_err(|(done, why)| {
            let kept = if rows { 0 } else { whole(&bytes[..done]) };
            // Without the lock somebody else may have written behind it.
            let is_last = self.file.metadata().is_ok_and(|meta| meta.len() == length + done as u64);
            if is_locked && is_last {
                let _ = self.file.set_len(length + kept as u64);
            }
            self.end = u64::MAX;
            Unwritten { from: kept.saturating_sub(before.len()), why }
        })
    }

    /// Rows under other names would be read as something else. A file that may not be read is taken to be right.
    fn check_head(&mut self, head: &[u8]) -> io::Result<()> {
        if head.is_empty() || self.has_head {
            return Ok(());
        }
        let mut begin = vec![0; head.len()];
        let is_same = match self.file.read_exact_at(&mut begin, 0) {
            Ok(()) => begin == head,
            Err(why) => why.kind() != io::ErrorKind::UnexpectedEof,
        };
        self.has_head = is_same;
        if is_same { Ok(()) } else { Err(io::Error::other(OTHER_HEAD)) }
    }

    /// Somebody who was killed has left half a line. Only others can: our own end is known.
    fn is_torn(&self, length: u64) -> bool {
        let mut last = [0];
        length != self.end && length > 0 && self.file.read_exact_at(&mut last, length - 1).is_ok() && last != [b'\n']
    }
}

/// Writes all bytes; else how many, and why not more.
fn write_all(file: &File, bytes: &[u8]) -> std::result::Result<(), (usize, io::Error)> {
    let mut done = 0;
    while done < bytes.len() {
        match rustix::io::write(file, &bytes[done..]) {
            Ok(0) => return Err((done, io::Error::from(io::ErrorKind::WriteZero))),
            Ok(n) => done += n,
            Err(Errno::INTR) => {}
            Err(e) => return Err((done, e.into())),
        }
    }
    Ok(())
}

/// How many of these bytes are whole lines.
fn whole(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}
