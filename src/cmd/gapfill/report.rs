//! What is said of gaps: in messages, and in the report that `--gaps` asks for.

use super::fill::Gap;
use crate::host::diag;
use crate::host::fifo;
use crate::host::place::Place;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::reading::registry::Kind;
use crate::reading::time;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

/// More than what is reported between two commits, unless they are very large: a gap of those may be reported again after a crash.
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
        (missing, filled): (u64, u64),
        cause: Option<&str>,
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
        to.extend_from_slice(format!("\",\"missing\":{missing},\"filled\":{filled}").as_bytes());
        if let Some(cause) = cause {
            to.extend_from_slice(format!(",\"cause\":\"{cause}\"").as_bytes());
        }
        to.extend_from_slice(b"}\n");
        if to.len() >= REPORT_BYTES { self.write() } else { Ok(()) }
    }

    pub(super) fn write(&mut self) -> Result<()> {
        let written = self.file.write_all(&self.lines);
        self.lines.clear();
        written.map_err(|e| Error::io(format!("write gaps to {}", self.path.display()), e))?;
        self.place.as_ref().map_or(Ok(()), |place| place.check("gaps file"))
    }
}

/// Said once: the others are counted.
pub(super) fn tell_empty(keys: &Keys, series: &[u8], gap: &Gap<'_>) {
    let (of, span) = place(keys, series, gap);
    let why = match gap.nature.kind {
        Kind::Counter => "a counter that began again",
        _ => "no number to fill: see --value, for numbers inside objects also",
    };
    diag::warn(Code::NoNumber, format_args!("leave gap{of} open: {span} has {why}; further gaps are counted as open"));
}

pub(super) fn tell_open(keys: &Keys, series: &[u8], gap: &Gap<'_>, max_gap: i64) {
    let (of, span) = place(keys, series, gap);
    let (length, limit) = (time::write_duration(gap.length()), time::write_duration(max_gap));
    diag::warn(Code::OpenGap, format_args!("leave gap{of} open: {span} is {length}, longer than --max-gap {limit}"));
}

/// Where a gap is, for a message: ` of SERIES`, and from when to when.
fn place(keys: &Keys, series: &[u8], gap: &Gap<'_>) -> (String, String) {
    let name = keys.series_text(series);
    let of = if name.is_empty() { String::new() } else { format!(" of {name}") };
    let mut span = Vec::new();
    time::write_rfc3339(gap.from, &mut span);
    span.extend_from_slice(b" to ");
    time::write_rfc3339(gap.to, &mut span);
    (of, String::from_utf8_lossy(&span).into_owned())
}
