//! The report of gaps that `--gaps` asks for.

use super::fill::Gap;
use crate::host::fifo;
use crate::host::place::Place;
use crate::reading::error::{Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::time;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

/// More than what is told between two commits, unless they are very large: a gap of those may be told again after a crash.
const REPORT_BYTES: usize = 4 << 20;

/// The file that `--gaps` names. Its lines are gathered and written when a mark passes, before the commit.
pub(super) struct Report {
    path: PathBuf,
    file: File,
    place: Option<Place>,
    lines: Vec<u8>,
}

impl Report {
    pub(super) fn open(path: PathBuf) -> Result<Report> {
        let file = fifo::append("gaps file", &path)?;
        let place = Place::of(&file, &path).map_err(|e| Error::io(format!("open gaps file {}", path.display()), e))?;
        Ok(Report { path, file, place, lines: Vec::new() })
    }

    pub(super) fn add(
        &mut self,
        keys: &Keys,
        record: &Record<'_>,
        gap: &Gap<'_>,
        missing: u64,
        filled: u64,
    ) -> Result<()> {
        let to = &mut self.lines;
        to.push(b'{');
        for name in keys.by() {
            if let Some(field) = record.field(name) {
                json::write_string(name, to);
                to.push(b':');
                to.extend_from_slice(field.raw());
                to.push(b',');
            }
        }
        to.extend_from_slice(b"\"from\":\"");
        time::write_rfc3339(gap.from, to);
        to.extend_from_slice(b"\",\"to\":\"");
        time::write_rfc3339(gap.to, to);
        to.extend_from_slice(format!("\",\"missing\":{missing},\"filled\":{filled}}}\n").as_bytes());
        if to.len() >= REPORT_BYTES { self.write() } else { Ok(()) }
    }

    pub(super) fn write(&mut self) -> Result<()> {
        let written = self.file.write_all(&self.lines);
        self.lines.clear();
        written.map_err(|e| Error::io(format!("write gaps to {}", self.path.display()), e))?;
        self.place.as_ref().map_or(Ok(()), |place| place.check("gaps file"))
    }
}
