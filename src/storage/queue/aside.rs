//! What a check found, and the file to which damaged records go.

use crate::flow::reject::{From, write_reject};
use crate::host::beside::beside;
use crate::host::journal::Journal;
use crate::reading::error::{Code, Error, Result};
use std::path::{Path, PathBuf};

/// This many bytes are gathered before they are written.
const STEP: usize = 1 << 20;

/// What a check found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Sound ones, which are in the queue now.
    pub records: u64,
    /// Records that were set aside.
    pub damaged: u64,
    /// Where they are.
    pub set_aside: Option<PathBuf>,
    /// Records that the file had by its counts, and of which nothing could be read; `None`: nor could the counts.
    pub lost: Option<u64>,
    /// The file was damaged: it is kept here, and a new one has its place.
    pub old_file: Option<PathBuf>,
}

/// The file beside a queue to which its damaged records go, as rejects.
pub(super) struct SetAside {
    path: PathBuf,
    lines: Vec<u8>,
    written: bool,
}

impl SetAside {
    pub(super) fn new(queue: &str) -> SetAside {
        SetAside { path: beside(Path::new(queue), "damaged.ndjson"), lines: Vec::new(), written: false }
    }

    pub(super) fn add(&mut self, id: i64, record: &[u8], why: &str) -> Result<()> {
        let why = Error::data(Code::DamagedRecord, format!("record {id} of the queue is damaged: {why}"));
        let from = From { stage: "queue check", ..From::default() };
        write_reject(&mut self.lines, from, &why, record);
        if self.lines.len() >= STEP { self.write() } else { Ok(()) }
    }

    /// Writes what was added, and waits until the disk has it.
    pub(super) fn write(&mut self) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let journal = Journal::open("file", &self.path)?;
        journal.mend(|_| false)?;
        journal.append(&std::mem::take(&mut self.lines))?;
        self.written = true;
        Ok(())
    }

    /// Where they are, if there were any.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.written.then(|| self.path.clone())
    }
}
