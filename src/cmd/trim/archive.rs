//! The file that `--archive` names: appended to, never overwritten, and on the disk before a row is deleted.

use crate::cells::Cells;
use crate::error::{Error, Result};
use std::collections::HashSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// An archive that is open at its end.
pub(super) struct ArchiveFile {
    path: PathBuf,
    file: File,
    csv: Option<Cells>,
    /// The last rows of an earlier run: one that was killed may have appended rows that it did not delete.
    known: HashSet<Vec<u8>>,
    written: u64,
}

impl ArchiveFile {
    /// Opens the archive; mends a torn last line; remembers the last `chunk` rows and some more.
    pub(super) fn open(path: &Path, fields: Vec<String>, chunk: u64) -> Result<ArchiveFile> {
        let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} archive {}", path.display()), e);
        let file = File::options().create(true).read(true).append(true).open(path).map_err(|e| fault("open", e))?;
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let csv = is_csv.then(|| Cells::new(fields));
        let mut archive = ArchiveFile { path: path.to_owned(), file, csv, known: HashSet::new(), written: 0 };
        archive.look_at_the_end(chunk).map_err(|e| fault("read", e))?;
        if let Some(cells) = &archive.csv {
            archive.begin_csv(cells.header())?;
        }
        Ok(archive)
    }

    /// A new CSV archive begins with the names of its columns; an old one must have the same.
    fn begin_csv(&self, header: Vec<u8>) -> Result<()> {
        let fault = |e: std::io::Error| Error::io(format!("read archive {}", self.path.display()), e);
        let mut file = &self.file;
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
        let why = format!("archive {} has other columns than the table: name a new file", self.path.display());
        Err(Error::usage(why).at("trim"))
    }

    fn look_at_the_end(&mut self, chunk: u64) -> std::io::Result<()> {
        let mut length = self.file.metadata()?.len();
        if length == 0 {
            // Its name must be on the disk before what it keeps is deleted elsewhere.
            let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return File::open(folder)?.sync_all();
        }
        // Twice a chunk's rows, of an ample size.
        let tail = chunk.saturating_mul(2).saturating_mul(1024).clamp(1 << 20, 64 << 20).min(length);
        self.file.seek(SeekFrom::Start(length - tail))?;
        let mut text = Vec::new();
        (&self.file).take(tail).read_to_end(&mut text)?;
        if text.last() != Some(&b'\n') {
            // Its row is still in the database: a chunk is deleted only after all of it is synced.
            let whole = text.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            length -= (text.len() - whole) as u64;
            self.file.set_len(length)?;
            text.truncate(whole);
        }
        self.known = text.split(|&b| b == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
        Ok(())
    }

    /// Appends rows, and waits until the disk has them.
    pub(super) fn append(&mut self, lines: &[Vec<u8>]) -> Result<()> {
        let mut text = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
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
                self.written += 1;
            }
        }
        let before = self.file.metadata().map(|m| m.len());
        let append = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if append.is_err()
            && let Ok(before) = before
        {
            // What does not fit must not leave half a line; if even that fails, the next run mends it.
            let _ = self.file.set_len(before);
        }
        append.map_err(|e| Error::io(format!("append to archive {}", self.path.display()), e))
    }

    /// Rows appended by this run.
    pub(super) fn written(&self) -> u64 {
        self.written
    }
}
