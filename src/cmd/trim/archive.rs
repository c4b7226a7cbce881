//! The file that `--archive` names: appended to, never overwritten, and on the disk before a row is deleted.
//!
//! The database keeps the archive's length in the transaction that deletes. What stands behind that length was
//! appended by a run that was killed before it deleted: those rows are in the database still, and not appended again.

use crate::flow::cells::{Cells, Fields};
use crate::host::journal::Journal;
use crate::reading::error::{Error, Result};
use crate::storage::Archive;
use std::collections::HashSet;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// So much of the end of an archive is looked at if the database does not know its length.
const TAIL: u64 = 64 << 20;

/// An archive that is open at its end.
pub(super) struct ArchiveFile {
    journal: Journal,
    name: String,
    csv: Option<Cells>,
    /// Rows that are in the archive already and not deleted yet.
    known: HashSet<Vec<u8>>,
    written: u64,
}

impl ArchiveFile {
    /// Opens the archive and mends a torn last line. `length` tells how long it was, by its name, when rows were last
    /// deleted into it.
    pub(super) fn open(
        path: &Path,
        fields: Fields,
        length: impl FnOnce(&str) -> Result<Option<u64>>,
    ) -> Result<ArchiveFile> {
        let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} archive {}", path.display()), e);
        let journal = Journal::open("archive", path)?;
        let name = std::fs::canonicalize(path).map_err(|e| fault("open", e))?.to_string_lossy().into_owned();
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let csv = is_csv.then(|| Cells::new(fields));
        let length = length(&name)?;
        let mut archive = ArchiveFile { journal, name, csv, known: HashSet::new(), written: 0 };
        archive.look_at_the_end(length).map_err(|e| fault("read", e))?;
        if let Some(cells) = &archive.csv {
            archive.begin_csv(cells.header())?;
        }
        Ok(archive)
    }

    /// Rows appended by this run.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    fn look_at_the_end(&mut self, deleted: Option<u64>) -> std::io::Result<()> {
        let mut file = self.journal.file();
        let length = file.metadata()?.len();
        let start = deleted.filter(|&n| n <= length).unwrap_or(length.saturating_sub(TAIL));
        file.seek(SeekFrom::Start(start))?;
        let mut text = Vec::new();
        file.take(length - start).read_to_end(&mut text)?;
        let mut whole = 0;
        let mut in_quotes = false;
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                // In CSV a cell in quotes may have line breaks in it.
                b'"' => in_quotes ^= self.csv.is_some(),
                b'\n' if !in_quotes => {
                    self.known.insert(text[whole..at].to_vec());
                    whole = at + 1;
                }
                _ => {}
            }
        }
        // A torn row is in the database still: rows are deleted only after all of a chunk is synced.
        if whole < text.len() { file.set_len(start + whole as u64) } else { Ok(()) }
    }

    /// A new CSV archive begins with the names of its columns; an old one must have the same.
    fn begin_csv(&self, header: Vec<u8>) -> Result<()> {
        let fault = |e: std::io::Error| Error::io(format!("read archive {}", self.journal.path().display()), e);
        let mut file = self.journal.file();
        if file.metadata().map_err(fault)?.len() == 0 {
            let line = [&header[..], b"\n"].concat();
            return file.write_all(&line).map_err(fault);
        }
        let mut begin = vec![0; header.len() + 1];
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        let same = file.read_exact(&mut begin).is_ok() && begin.strip_suffix(b"\n") == Some(&header[..]);
        if same {
            return Ok(());
        }
        let why =
            format!("archive {} has other columns than the table: name a new file", self.journal.path().display());
        Err(Error::usage(why))
    }
}

impl Archive for ArchiveFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn append(&mut self, lines: &[Vec<u8>]) -> Result<u64> {
        let mut text = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        let mut written = 0;
        for line in lines {
            let start = text.len();
            match &mut self.csv {
                Some(cells) => cells.write(line, &mut text)?,
                None => text.extend_from_slice(line),
            }
            if self.known.contains(&text[start..]) {
                text.truncate(start);
            } else {
                text.push(b'\n');
                written += 1;
            }
        }
        let length = self.journal.append(&text)?;
        self.written += written;
        Ok(length)
    }
}
