//! Where records go that cannot be used: kept with their reason and their bytes, told, or
//! sent along to a sink that keeps them. Never dropped in silence.

use crate::host::diag;
use crate::host::fifo;
use crate::host::place::Place;
use crate::reading::error::{Code, Error, Fault, Result};
use crate::reading::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How many are told on stderr when no file keeps them; the rest is counted.
const TOLD_IN_FULL: u64 = 10;

/// Then their bytes are cut to this length.
const TOLD_BYTES: usize = 400;

/// On the way to a sink, or to where it is told in full, a reject is held, up to this many bytes of it as written.
const HELD_BYTES: usize = 16 << 20;

const BASE64_FIELD: &[u8] = b",\"raw_base64\":\"";

/// A file's lines are gathered up to this size before they are written.
const FILE_BYTES: usize = 64 << 10;

/// One stage's rejects.
pub(crate) struct Rejects {
    stage: String,
    to: To,
    strict: bool,
    count: u64,
    streaming: Option<Streaming>,
}

enum To {
    Told,
    /// Each with all its bytes.
    ToldAll,
    File(Kept),
    Sink,
}

/// A file that other stages, and other processes, may append to as well: whoever writes has it locked, so that lines
/// that are written in pieces stay whole.
struct Kept {
    path: PathBuf,
    file: File,
    place: Option<Place>,
    /// Not written yet.
    lines: Vec<u8>,
    /// Something was written since the last sync.
    unsynced: bool,
}

/// A reject that is half written.
struct Streaming {
    /// On its way to a sink, or to be told: what is gathered, how many bytes there were.
    held: Option<(Vec<u8>, u64)>,
    /// To be told: the code, and the words before the bytes.
    words: Option<(Code, String)>,
    /// The bytes that do not fill a base64 group.
    rest: Vec<u8>,
    /// With `--strict`: what it ends with.
    fatal: Option<Error>,
}

impl Rejects {
    /// Tells the first ten, counts the rest.
    pub(crate) fn told(stage: &str, strict: bool) -> Rejects {
        Rejects { stage: stage.to_owned(), to: To::Told, strict, count: 0, streaming: None }
    }

    /// Tells each, with all its bytes, for a sender that will not send them again.
    pub(crate) fn told_all(stage: &str, strict: bool) -> Rejects {
        Rejects { to: To::ToldAll, ..Rejects::told(stage, strict) }
    }

    /// Appends them to a file as NDJSON.
    pub(crate) fn to_file(stage: &str, strict: bool, path: &Path) -> Result<Rejects> {
        let file = fifo::append("rejects file", path).map_err(|e| e.at(stage))?;
        let place = Place::of(&file, path);
        let place = place.map_err(|e| Error::io(format!("open rejects file {}", path.display()), e).at(stage))?;
        let to = To::File(Kept { path: path.to_owned(), file, place, lines: Vec::new(), unsynced: false });
        Ok(Rejects { to, ..Rejects::told(stage, strict) })
    }

    /// Sends them along with the records, to a sink that keeps them.
    pub(crate) fn to_sink(stage: &str, strict: bool) -> Rejects {
        Rejects { to: To::Sink, ..Rejects::told(stage, strict) }
    }

    /// Keeps one. `along` is the batch's way to the sink. With `--strict` the reason comes back as a fatal error.
    pub(crate) fn add(
        &mut self,
        raw: &[u8],
        line: u64,
        input: Option<&str>,
        why: &Error,
        along: &mut Vec<u8>,
    ) -> Result<()> {
        self.end(along)?;
        self.count += 1;
        self.keep(raw, line, input, why, along)?;
        match self.fatal(line, input, why) {
            Some(fatal) => self.flush().and(Err(fatal)),
            None => Ok(()),
        }
    }

    /// Keeps more bytes of what was added last of this sender: each piece as a reject of its own, so that the pieces of many
    /// senders can come in turn. They are told only where every byte is.
    pub(crate) fn add_further(
        &mut self,
        raw: &[u8],
        line: u64,
        input: &str,
        why: &Error,
        along: &mut Vec<u8>,
    ) -> Result<()> {
        self.end(along)?;
        if matches!(self.to, To::Told) { Ok(()) } else { self.keep(raw, line, Some(input), why, along) }
    }

    fn keep(&mut self, raw: &[u8], line: u64, input: Option<&str>, why: &Error, along: &mut Vec<u8>) -> Result<()> {
        match &mut self.to {
            To::Told if self.count > TOLD_IN_FULL || self.strict => {}
            To::Told => tell(line, input, why, raw, TOLD_BYTES),
            To::ToldAll => tell(line, input, why, raw, usize::MAX),
            To::Sink => write_reject(along, &self.stage, line, input, why, raw),
            To::File(kept) => {
                write_reject(&mut kept.lines, &self.stage, line, input, why, raw);
                if kept.lines.len() >= FILE_BYTES {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    /// What the first reject is with `--strict`.
    fn fatal(&self, line: u64, input: Option<&str>, why: &Error) -> Option<Error> {
        let words = || format!("{} cannot be used: {why}", place(line, input));
        self.strict.then(|| Error::new(Code::Strict, words()).at(&self.stage))
    }

    /// Begins a reject whose bytes come in pieces (input longer than a record may be): they go to the file as they come.
    /// With `--strict` the fatal error comes back at its end, or at once if nothing keeps the bytes.
    /// `along`: as in [`Rejects::add`].
    pub(crate) fn begin(&mut self, line: u64, input: Option<&str>, why: &Error, along: &mut Vec<u8>) -> Result<()> {
        self.end(along)?;
        self.count += 1;
        let fatal = self.fatal(line, input, why);
        let mut words = None;
        let held = match &mut self.to {
            To::Told => {
                if !self.strict && self.count <= TOLD_IN_FULL {
                    tell(line, input, why, b"", 0);
                }
                return fatal.map_or(Ok(()), Err);
            }
            To::ToldAll => {
                words = Some((why.code(), format!("reject {}: {why}", place(line, input))));
                Some((Vec::new(), 0))
            }
            To::File(kept) => {
                kept.write().map_err(|e| e.at(&self.stage))?;
                kept.lock();
                write_head(&mut kept.lines, &self.stage, line, input, why);
                kept.lines.extend_from_slice(BASE64_FIELD);
                None
            }
            To::Sink => {
                let mut held = Vec::new();
                write_head(&mut held, &self.stage, line, input, why);
                held.extend_from_slice(BASE64_FIELD);
                Some((held, 0))
            }
        };
        self.streaming = Some(Streaming { held, words, rest: Vec::with_capacity(3), fatal });
        Ok(())
    }

    /// Some more bytes of what [`Rejects::begin`] began.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<()> {
        // Never a second copy of all that a reader holds.
        bytes.chunks(FILE_BYTES).try_for_each(|part| self.part(part))
    }

    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(Streaming { held, words, rest, .. }) = &mut self.streaming else { return Ok(()) };
        let lines = match (held, &mut self.to) {
            (Some((lines, count)), _) => {
                *count += bytes.len() as u64;
                if lines.len() > HELD_BYTES {
                    return Ok(());
                }
                if words.is_some() {
                    lines.extend_from_slice(bytes);
                    return Ok(());
                }
                lines
            }
            (None, To::File(kept)) => &mut kept.lines,
            (None, _) => return Ok(()),
        };
        let mut bytes = bytes;
        // base64 knows groups of three only.
        while !rest.is_empty() && rest.len() < 3 {
            let Some((&first, others)) = bytes.split_first() else { return Ok(()) };
            rest.push(first);
            bytes = others;
        }
        let whole = bytes.len() / 3 * 3;
        for part in [&rest[..], &bytes[..whole]] {
            if part.len() >= 3 {
                lines.extend_from_slice(BASE64.encode(part).as_bytes());
            }
        }
        if rest.len() == 3 {
            rest.clear();
        }
        rest.extend_from_slice(&bytes[whole..]);
        match &mut self.to {
            To::File(kept) if kept.lines.len() >= FILE_BYTES => kept.write_locked().map_err(|e| e.at(&self.stage)),
            _ => Ok(()),
        }
    }

    /// The end of what [`Rejects::begin`] began, if anything. Also when the next reject finds it open: the rest was lost.
    /// `along`: as in [`Rejects::add`].
    pub(crate) fn end(&mut self, along: &mut Vec<u8>) -> Result<()> {
        let Some(Streaming { held, words, rest, fatal }) = self.streaming.take() else { return Ok(()) };
        if let (Some((bytes, count)), Some((code, words))) = (&held, words) {
            let more = if *count > bytes.len() as u64 { " …" } else { "" };
            let text = String::from_utf8_lossy(bytes);
            diag::warn(code, format_args!("{words}: {}{more}", text.escape_debug_but_quotes()));
            return fatal.map_or(Ok(()), Err);
        }
        match (held, &mut self.to) {
            (Some((lines, count)), _) => {
                let is_cut = lines.len() > HELD_BYTES;
                along.extend_from_slice(&lines);
                if !is_cut {
                    along.extend_from_slice(BASE64.encode(rest).as_bytes());
                }
                along.push(b'"');
                if is_cut {
                    // How many there were; the first of them are above.
                    along.extend_from_slice(format!(",\"bytes\":{count}").as_bytes());
                    let why = format!(
                        "only the first {HELD_BYTES} of {count} bytes of a reject are kept: --rejects FILE keeps all"
                    );
                    diag::warn(Code::RejectsCut, why);
                }
                along.extend_from_slice(b"}\n");
            }
            (None, To::File(kept)) => {
                kept.lines.extend_from_slice(BASE64.encode(rest).as_bytes());
                kept.lines.extend_from_slice(b"\"}\n");
                let written = kept.write_locked();
                kept.unlock();
                written.map_err(|e| e.at(&self.stage))?;
            }
            (None, _) => {}
        }
        fatal.map_or(Ok(()), Err)
    }

    /// Writes to the file what is gathered; not between [`Rejects::begin`] and [`Rejects::end`].
    pub(crate) fn flush(&mut self) -> Result<()> {
        match &mut self.to {
            To::File(kept) if self.streaming.is_none() => kept.write().map_err(|e| e.at(&self.stage)),
            _ => Ok(()),
        }
    }

    /// As [`Rejects::flush`], and waits until the disk has them: before anything after them is acknowledged.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.flush()?;
        match &mut self.to {
            To::File(kept) => kept.sync().map_err(|e| e.at(&self.stage)),
            _ => Ok(()),
        }
    }

    /// The last word: how many were only counted.
    pub(crate) fn conclude(&mut self) -> Result<()> {
        if matches!(self.to, To::Told) && self.count > TOLD_IN_FULL {
            let more = self.count - TOLD_IN_FULL;
            diag::warn(
                Code::RejectsCut,
                format_args!("{more} more rejected records not shown: --rejects FILE keeps them all"),
            );
        }
        self.end(&mut Vec::new())?;
        self.flush()
    }
}

impl Kept {
    // What cannot be locked (some file systems) is written without: a torn line is better than none.
    fn lock(&self) {
        let _ = fs2::FileExt::lock_exclusive(&self.file);
    }

    fn unlock(&self) {
        let _ = fs2::FileExt::unlock(&self.file);
    }

    fn write(&mut self) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.lock();
        let written = self.write_locked();
        self.unlock();
        written
    }

    fn write_locked(&mut self) -> Result<()> {
        let written = self.file.write_all(&self.lines);
        self.lines.clear();
        self.unsynced = true;
        written.map_err(|e| Error::io(format!("write rejects to {}", self.path.display()), e))?;
        self.check_place()
    }

    fn sync(&mut self) -> Result<()> {
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

fn place(line: u64, input: Option<&str>) -> String {
    match (line, input) {
        (0, None) => "a record".to_owned(),
        (0, Some(input)) => format!("a record of {input}"),
        (n, None) => format!("line {n}"),
        (n, Some(input)) => format!("line {n} of {input}"),
    }
}

fn tell(line: u64, input: Option<&str>, why: &Error, raw: &[u8], most: usize) {
    let place = place(line, input);
    if raw.is_empty() {
        diag::warn(why.code(), format_args!("reject {place}: {why}"));
        return;
    }
    let text = String::from_utf8_lossy(&raw[..raw.len().min(most)]);
    let more = if raw.len() > most { " …" } else { "" };
    diag::warn(why.code(), format_args!("reject {place}: {why}: {}{more}", text.escape_debug_but_quotes()));
}

/// Control characters must not reach a terminal; quotes may.
trait Printable {
    fn escape_debug_but_quotes(&self) -> String;
}

impl Printable for str {
    fn escape_debug_but_quotes(&self) -> String {
        let mut text = String::with_capacity(self.len());
        for c in self.chars() {
            if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
        }
        text
    }
}

fn write_head(to: &mut Vec<u8>, stage: &str, line: u64, input: Option<&str>, why: &Error) {
    to.extend_from_slice(b"{\"reason\":");
    json::write_string(&why.to_string(), to);
    to.extend_from_slice(b",\"stage\":");
    json::write_string(stage, to);
    if line > 0 {
        to.extend_from_slice(format!(",\"line\":{line}").as_bytes());
    }
    if let Some(input) = input {
        to.extend_from_slice(b",\"source\":");
        json::write_string(input, to);
    }
    for (i, fault) in why.all_faults().iter().enumerate() {
        to.extend_from_slice(if i == 0 { b",\"errors\":[" } else { b"," });
        write_fault(to, fault);
    }
    if !why.all_faults().is_empty() {
        to.push(b']');
    }
}

fn write_fault(to: &mut Vec<u8>, fault: &Fault) {
    to.extend_from_slice(b"{\"code\":");
    json::write_string(fault.code.word(), to);
    if !(fault.found.is_empty() && fault.allowed.is_empty()) {
        to.extend_from_slice(b",\"pointer\":");
        json::write_string(&fault.pointer, to);
    }
    for (name, text) in [("found", &fault.found), ("allowed", &fault.allowed)] {
        if !text.is_empty() {
            to.extend_from_slice(format!(",\"{name}\":").as_bytes());
            json::write_string(text, to);
        }
    }
    to.push(b'}');
}

/// Appends a reject as a line of NDJSON: what a rejects file consists of.
pub(crate) fn write_reject(to: &mut Vec<u8>, stage: &str, line: u64, input: Option<&str>, why: &Error, raw: &[u8]) {
    write_head(to, stage, line, input, why);
    match std::str::from_utf8(raw) {
        Ok(text) => {
            to.extend_from_slice(b",\"raw\":");
            json::write_string(text, to);
        }
        Err(_) => {
            to.extend_from_slice(b",\"raw_base64\":\"");
            to.extend_from_slice(BASE64.encode(raw).as_bytes());
            to.push(b'"');
        }
    }
    to.extend_from_slice(b"}\n");
}
