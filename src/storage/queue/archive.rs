//! `--archive`: what was put, once more, in a file a day. At least once: it is on the disk before the queue has it, so
//! what a crash leaves behind the queue's last commit is put, and archived, again.

use crate::host::diag;
use crate::host::journal::Journal;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::time;
use std::path::{Path, PathBuf};

/// A file a day (UTC), in a folder.
pub(crate) struct Archive {
    folder: PathBuf,
    /// The day that is open, as 2026-03-01.
    today: String,
    journal: Journal,
    /// Not written yet.
    lines: Vec<u8>,
}

/// How many bytes are gathered before they are written.
const STEP: usize = 1 << 20;

impl Archive {
    /// Opens today's file, and mends its last line.
    pub(crate) fn open(folder: &Path) -> Result<Archive> {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(format!("create folder {}", folder.display()), e))?;
        let today = day(time::now());
        let journal = Journal::open("archive", &file(folder, &today))?;
        let archive = Archive { folder: folder.to_owned(), today, journal, lines: Vec::new() };
        archive.alone(|| archive.mend())?;
        Ok(archive)
    }

    /// Adds a record that is put at this time, ns.
    pub(super) fn add(&mut self, put: i64, record: &[u8]) -> Result<()> {
        self.lines.extend_from_slice(record);
        self.lines.push(b'\n');
        if self.lines.len() >= STEP { self.write(put) } else { Ok(()) }
    }

    /// Writes what was added for this time and waits until the disk has it.
    pub(super) fn write(&mut self, put: i64) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let day = day(put);
        // Somebody may have moved it away.
        if day != self.today || !self.journal.is_at_its_path() {
            self.journal = Journal::open("archive", &file(&self.folder, &day))?;
            self.today = day;
        }
        let lines = std::mem::take(&mut self.lines);
        self.alone(|| {
            self.mend()?;
            self.journal.append(&lines).map(drop)
        })
    }

    /// While nobody else writes to the file.
    fn alone(&self, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let file = self.journal.file();
        loop {
            match file.lock() {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io(format!("lock archive {}", self.journal.path().display()), e)),
                Ok(()) => break,
            }
        }
        let written = write();
        let _ = file.unlock();
        written
    }

    /// A line that a crash tore is not in the queue: it was to be there afterwards.
    fn mend(&self) -> Result<()> {
        let is_whole = |line: &[u8]| json::members(line, &mut Vec::new()).is_ok();
        let cut = self.journal.mend(is_whole)?;
        if cut > 0 {
            let name = self.journal.path().display();
            diag::warn(Code::CutLine, format_args!("cut off {cut} bytes of an incomplete last line of {name}"));
        }
        Ok(())
    }
}

fn day(ns: i64) -> String {
    let mut text = Vec::with_capacity(32);
    time::write_rfc3339(ns, &mut text);
    text.truncate(10);
    String::from_utf8_lossy(&text).into_owned()
}

fn file(folder: &Path, day: &str) -> PathBuf {
    folder.join(format!("{day}.ndjson"))
}
