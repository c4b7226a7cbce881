//! The file that keeps rejects.

use crate::host::diag;
use crate::host::fifo;
use crate::host::lock::lock_for_a_moment;
use crate::host::place::Place;
use crate::reading::error::{Code, Error, Result};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file that other stages, and other processes, may append to as well: whoever writes has it locked, so that lines
/// that are written in pieces stay whole.
pub(super) struct Kept {
    path: PathBuf,
    file: File,
    /// `--max-rejects`, in bytes; `None`: it is no file that could grow.
    most: Option<u64>,
    /// Where it is full this ends the run; else what does not fit is only counted.
    fails: bool,
    /// How many did not fit.
    unkept: u64,
    place: Option<Place>,
    /// Not written yet.
    pub(super) lines: Vec<u8>,
    /// Something was written since the last sync.
    unsynced: bool,
}

impl Kept {
    /// Opens it. `fails`: a reject that is not kept must end the run.
    pub(super) fn open(path: &Path, most: u64, fails: bool) -> Result<Kept> {
        let file = fifo::append("rejects file", path)?;
        let place = Place::of(&file, path);
        let place = place.map_err(|e| Error::io(format!("open rejects file {}", path.display()), e))?;
        let most = place.is_some().then_some(most);
        Ok(Kept { path: path.to_owned(), file, most, fails, unkept: 0, place, lines: Vec::new(), unsynced: false })
    }

    /// How many did not fit.
    pub(super) fn unkept(&self) -> u64 {
        self.unkept
    }

    /// There is room for this many more rejects, which are about to be written. False: they are counted, and not kept.
    pub(super) fn has_room(&mut self, rejects: u64) -> Result<bool> {
        let Some(most) = self.most else { return Ok(true) };
        let size = self.file.metadata().map_or(0, |meta| meta.len());
        if size.saturating_add(self.lines.len() as u64) <= most {
            return Ok(true);
        }
        let why = format!("{} is full (--max-rejects {most} bytes)", self.path.display());
        if self.fails {
            return Err(Error::new(Code::RejectsFull, why));
        }
        if self.unkept == 0 {
            diag::warn(Code::RejectsFull, format_args!("{why}: what is rejected from here on is only counted"));
        }
        self.unkept += rejects;
        Ok(false)
    }

    // What cannot be locked (some file systems) is written without: a torn line is better than none.
    pub(super) fn lock(&self) -> Result<()> {
        lock_for_a_moment(&self.file, &format!("rejects file {}", self.path.display()))
    }

    pub(super) fn unlock(&self) {
        let _ = fs2::FileExt::unlock(&self.file);
    }

    pub(super) fn write(&mut self) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        if !self.has_room(self.lines.iter().filter(|&&b| b == b'\n').count() as u64)? {
            self.lines.clear();
            return Ok(());
        }
        self.lock()?;
        let written = self.write_locked();
        self.unlock();
        written
    }

    pub(super) fn write_locked(&mut self) -> Result<()> {
        let written = self.file.write_all(&self.lines);
        self.lines.clear();
        self.unsynced = true;
        written.map_err(|e| Error::io(format!("write rejects to {}", self.path.display()), e))?;
        self.check_place()
    }

    pub(super) fn sync(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.unsynced) {
            return Ok(());
        }
        match self.file.sync_data() {
            // A pipe or a terminal cannot be synced, and need not be.
            Err(e) if e.raw_os_error() != Some(rustix::io::Errno::INVAL.raw_os_error()) => {
                Err(Error::io(format!("sync rejects to {}", self.path.display()), e))
            }
            _ => self.check_place(),
        }
    }

    /// What was written is found by whoever looks for it.
    fn check_place(&self) -> Result<()> {
        self.place.as_ref().map_or(Ok(()), |place| place.check("rejects file"))
    }
}
