//! A file of whole lines that is only appended to: what `--archive` writes, and what is set aside. What is appended is on the disk, or not
//! there at all; what a crash tore is mended by whoever comes next.

use crate::host::beside::fault;
use crate::host::place::Place;
use crate::reading::error::{Error, Result};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// This many bytes are read at a time in search of the last line's beginning.
const STEP: u64 = 64 << 10;

/// A file that is open at its end.
pub(crate) struct Journal {
    /// What it is called in messages.
    what: &'static str,
    path: PathBuf,
    file: File,
    place: Option<Place>,
}

impl Journal {
    /// Opens the file, and makes it if it is not there. `what` it is called in messages.
    pub(crate) fn open(what: &'static str, path: &Path) -> Result<Journal> {
        let opened = File::options().create(true).read(true).append(true).open(path);
        let opened = opened.and_then(|file| Place::of(&file, path).map(|place| (file, place)));
        let (file, place) = opened.map_err(|e| fault(&format!("open {what}"), path, e))?;
        let journal = Journal { what, path: path.to_owned(), file, place };
        if journal.length()? == 0 {
            // Its name must be on the disk before what it keeps is deleted, or acknowledged, elsewhere.
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| journal.fault("open", e))?;
        }
        Ok(journal)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The open file: for reading, and for its lock.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// It is still the file at its path.
    pub(crate) fn is_at_its_path(&self) -> bool {
        self.place.as_ref().is_none_or(Place::is_kept)
    }

    /// Its length in bytes.
    pub(crate) fn length(&self) -> Result<u64> {
        self.file.metadata().map(|m| m.len()).map_err(|e| self.fault("look at", e))
    }

    /// Appends whole lines and waits until the disk has them; gives the file's length then. After an error nothing is
    /// appended; if even that fails, the next one mends it.
    pub(crate) fn append(&self, lines: &[u8]) -> Result<u64> {
        let before = self.length()?;
        let appended = (&self.file).write_all(lines).and_then(|()| self.file.sync_data());
        if appended.is_err() {
            // What does not fit must not leave half a line.
            let _ = self.file.set_len(before);
        }
        appended.map_err(|e| self.fault("append to", e))?;
        // What it keeps is deleted, or acknowledged, elsewhere.
        self.place.as_ref().map_or(Ok(()), |place| place.check(self.what))?;
        Ok(before + lines.len() as u64)
    }

    /// Mends a last line without a line break: it gets one if `is_whole` says so, else it is cut off. Gives how many
    /// bytes were cut off.
    pub(crate) fn mend(&self, is_whole: impl Fn(&[u8]) -> bool) -> Result<u64> {
        let read = |e| self.fault("read", e);
        let length = self.length()?;
        let mut tail = Vec::new();
        let mut start = length;
        while start > 0 {
            let step = STEP.min(start);
            start -= step;
            (&self.file).seek(SeekFrom::Start(start)).map_err(read)?;
            let mut block = Vec::with_capacity(step as usize);
            (&self.file).take(step).read_to_end(&mut block).map_err(read)?;
            if let Some(at) = block.iter().rposition(|&b| b == b'\n') {
                block.drain(..=at);
                start = length - (block.len() + tail.len()) as u64;
                tail.splice(0..0, block);
                break;
            }
            tail.splice(0..0, block);
        }
        if tail.is_empty() {
            return Ok(0);
        }
        if is_whole(&tail) {
            return self.append(b"\n").map(|_| 0);
        }
        self.cut(start)?;
        Ok(tail.len() as u64)
    }

    /// Cuts off what stands behind `length`.
    pub(crate) fn cut(&self, length: u64) -> Result<()> {
        self.file.set_len(length).map_err(|e| self.fault("mend", e))
    }

    fn fault(&self, verb: &str, e: std::io::Error) -> Error {
        Error::io(format!("{verb} {} {}", self.what, self.path.display()), e)
    }
}
