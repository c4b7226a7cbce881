//! The file that `--archive` names: appended to, never overwritten, and on the disk before a row is deleted.
//!
//! A CSV file has the columns that its first line names. When the table has others, the archive goes on in a second file.
//!
//! The database keeps the archive's length in the transaction that deletes. What stands behind that length was
//! appended by a run that was killed before it deleted: those rows are in the database still, and not appended again.

use crate::form::cells::{Cells, Fields};
use crate::host::journal::Journal;
use crate::reading::error::{Error, Result};
use crate::storage::Archive;
use std::collections::{HashSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A CSV archive goes on in at most this many files.
const MOST_FILES: u32 = 1000;

/// So much of the end of an archive is remembered.
const TAIL: u64 = 64 << 20;

/// An archive that is open at its end.
pub(super) struct ArchiveFile {
    /// As `--archive` names it. The file that is open may be a later one.
    path: PathBuf,
    journal: Journal,
    name: String,
    csv: Option<Cells>,
    /// Rows that are in the archive already and not deleted yet.
    known: HashSet<Vec<u8>>,
    written: u64,
    /// Before the last chunk was appended: the length, and how many rows it had.
    last: Option<(u64, u64)>,
}

impl ArchiveFile {
    /// Opens the archive and mends a torn last line. A CSV file with other columns stays as it is: the archive goes on in
    /// the next one. `length` tells how long a file was, by its name, when rows were last deleted into it.
    pub(super) fn open(
        path: &Path,
        fields: Fields,
        mut length: impl FnMut(&str) -> Result<Option<u64>>,
    ) -> Result<ArchiveFile> {
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        for number in 1..=MOST_FILES {
            let file = numbered(path, number);
            let journal = Journal::open("archive", &file)?;
            let csv = is_csv.then(|| Cells::new(fields.clone()));
            if let Some(cells) = &csv
                && !begin_csv(&journal, &cells.header())?
            {
                continue;
            }
            let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} archive {}", file.display()), e);
            let name = std::fs::canonicalize(&file).map_err(|e| fault("open", e))?.to_string_lossy().into_owned();
            let length = length(&name)?;
            let path = path.to_owned();
            let mut archive = ArchiveFile { path, journal, name, csv, known: HashSet::new(), written: 0, last: None };
            archive.look_at_the_end(length).map_err(|e| fault("read", e))?;
            return Ok(archive);
        }
        let name = path.display();
        Err(Error::usage(format!("archive {name} goes on in {MOST_FILES} files already: name a new one")))
    }

    /// Goes on in another file if the records have fields that this one has no columns for.
    fn widen(&mut self, lines: &[Vec<u8>]) -> Result<()> {
        let Some(cells) = &mut self.csv else { return Ok(()) };
        let mut fields = cells.fields().clone();
        for line in lines {
            for field in cells.without_cell(line)? {
                if !fields.named.contains(&field) {
                    fields.named.push(field);
                }
            }
        }
        if fields != *cells.fields() {
            let written = self.written;
            *self = ArchiveFile::open(&self.path, fields, |_| Ok(None))?;
            self.written = written;
        }
        Ok(())
    }

    /// Rows appended by this run.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Finds the rows behind what is deleted, and cuts a torn one off. Others may have appended as well: what is remembered
    /// of the end is bounded.
    fn look_at_the_end(&mut self, deleted: Option<u64>) -> std::io::Result<()> {
        let mut file = self.journal.file();
        let length = file.metadata()?.len();
        // Where it is not known, of CSV all is read: only from the beginning on is it certain where quotes are open.
        let tail = if self.csv.is_some() { 0 } else { length.saturating_sub(TAIL) };
        let start = deleted.filter(|&n| n <= length).unwrap_or(tail);
        file.seek(SeekFrom::Start(start))?;
        let mut reader = BufReader::new(file.take(length - start));
        let (mut row, mut whole, mut in_quotes) = (Vec::new(), start, false);
        let (mut rows, mut bytes): (VecDeque<Vec<u8>>, usize) = (VecDeque::new(), 0);
        loop {
            let begun = row.len();
            if reader.by_ref().take(TAIL).read_until(b'\n', &mut row)? == 0 {
                break;
            }
            // In CSV a cell in quotes may have line breaks in it.
            in_quotes ^= self.csv.is_some() && row[begun..].iter().filter(|&&byte| byte == b'"').count() % 2 == 1;
            if row.len() as u64 > TAIL {
                return Err(std::io::Error::other("a row of it has no end"));
            }
            if in_quotes || row.last() != Some(&b'\n') {
                continue;
            }
            whole += row.len() as u64;
            row.pop();
            bytes += row.len();
            rows.push_back(std::mem::take(&mut row));
            while bytes as u64 > TAIL && rows.len() > 1 {
                bytes -= rows.pop_front().map_or(0, |row| row.len());
            }
        }
        self.known = rows.into_iter().collect();
        // A torn row is in the database still: rows are deleted only after all of a chunk is synced.
        if whole < length { self.journal.file().set_len(whole) } else { Ok(()) }
    }
}

/// A new CSV archive begins with the names of its columns; false: an old one has others.
fn begin_csv(journal: &Journal, header: &[u8]) -> Result<bool> {
    let fault = |e: std::io::Error| Error::io(format!("read archive {}", journal.path().display()), e);
    let mut file = journal.file();
    let line = [header, b"\n"].concat();
    if file.metadata().map_err(fault)?.len() == 0 {
        return file.write_all(&line).map(|()| true).map_err(fault);
    }
    let mut begin = vec![0; line.len()];
    file.seek(SeekFrom::Start(0)).map_err(fault)?;
    Ok(file.read_exact(&mut begin).is_ok() && begin == line)
}

/// `old.csv`, `old-2.csv`, …
fn numbered(path: &Path, number: u32) -> PathBuf {
    let (Some(stem), Some(ending), 2..) = (path.file_stem(), path.extension(), number) else { return path.to_owned() };
    let (stem, ending) = (stem.to_string_lossy(), ending.to_string_lossy());
    path.with_file_name(format!("{stem}-{number}.{ending}"))
}

impl Archive for ArchiveFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn append(&mut self, lines: &[Vec<u8>]) -> Result<u64> {
        self.widen(lines)?;
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
        self.last = Some((length - text.len() as u64, written));
        Ok(length)
    }

    fn length(&self) -> Result<u64> {
        self.journal.length()
    }

    fn cut(&mut self, length: u64) -> Result<()> {
        if let Some((_, written)) = self.last.take_if(|(before, _)| *before == length) {
            self.journal.cut(length)?;
            self.written -= written;
        }
        Ok(())
    }
}
