//! Where records go that cannot be used: kept with their reason and their bytes, told, or
//! sent along to a sink that keeps them. Never dropped in silence.

mod kept;
mod line;

pub(crate) use self::line::{From, lasting, write_reject};

use self::kept::Kept;
use self::line::{BASE64_FIELD, MOST_BYTES, write_cut, write_head};
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{Context, SHA256};
use std::path::Path;

/// How many are told on stderr when no file keeps them; the rest is counted.
const TOLD_IN_FULL: u64 = 10;

/// Then their bytes are cut to this length.
const TOLD_BYTES: usize = 400;

/// For a sender that does not send them again, to this one: a whole record, as long as it is by default.
const TOLD_ALL_BYTES: usize = 1 << 20;

/// A file's lines are gathered up to this size before they are written.
const FILE_BYTES: usize = 64 << 10;

/// One stage's rejects.
pub(crate) struct Rejects {
    stage: String,
    to: To,
    strict: bool,
    /// What comes in comes from a sender now, and not from a file.
    receives: bool,
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

/// A reject that is half written.
struct Streaming {
    /// On its way to a sink or to stderr: what is gathered.
    held: Option<Vec<u8>>,
    /// How many bytes there were.
    count: u64,
    digest: Context,
    /// On its way to stderr: the code, and the words before the bytes.
    words: Option<(Code, String)>,
    /// The bytes that do not fill a base64 group.
    rest: Vec<u8>,
    /// With `--strict`: what it ends with.
    fatal: Option<Error>,
}

impl Rejects {
    /// Tells the first ten, counts the rest.
    pub(crate) fn told(stage: &str, strict: bool) -> Rejects {
        Rejects { stage: stage.to_owned(), to: To::Told, strict, receives: false, count: 0, streaming: None }
    }

    /// Tells each, with its bytes up to [`TOLD_ALL_BYTES`], for a sender that will not send them again.
    pub(crate) fn told_all(stage: &str, strict: bool) -> Rejects {
        Rejects { to: To::ToldAll, ..Rejects::told(stage, strict) }
    }

    /// Appends them to a file as NDJSON, of at most about this many bytes. `fails`: one that does not fit ends the run.
    pub(crate) fn to_file(stage: &str, strict: bool, path: &Path, most: u64, fails: bool) -> Result<Rejects> {
        let kept = Kept::open(path, most, fails).map_err(|e| e.at(stage))?;
        Ok(Rejects { to: To::File(kept), ..Rejects::told(stage, strict) })
    }

    /// The same; `receives`: what comes in comes from a sender now, and each reject gets the time of that.
    pub(crate) fn receiving(self, receives: bool) -> Rejects {
        Rejects { receives, ..self }
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
        let from = self.from(line, input);
        match &mut self.to {
            To::Told if self.count > TOLD_IN_FULL || self.strict => {}
            To::Told => tell(line, input, why, raw, TOLD_BYTES),
            To::ToldAll => tell(line, input, why, raw, TOLD_ALL_BYTES),
            To::Sink => write_reject(along, from.at(&self.stage), why, raw),
            To::File(kept) => {
                write_reject(&mut kept.lines, from.at(&self.stage), why, raw);
                if kept.lines.len() >= FILE_BYTES {
                    self.flush()?;
                }
            }
        }
        Ok(())
    }

    fn from<'a>(&self, line: u64, input: Option<&'a str>) -> From<'a> {
        From { stage: "", line, input, received: self.receives.then(time::now) }
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
        let from = self.from(line, input);
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
                Some(Vec::new())
            }
            To::File(kept) => {
                kept.write().map_err(|e| e.at(&self.stage))?;
                if !kept.has_room(1).map_err(|e| e.at(&self.stage))? {
                    return fatal.map_or(Ok(()), Err);
                }
                kept.lock().map_err(|e| e.at(&self.stage))?;
                write_head(&mut kept.lines, from.at(&self.stage), why);
                kept.lines.extend_from_slice(BASE64_FIELD);
                None
            }
            To::Sink => {
                let mut held = Vec::new();
                write_head(&mut held, from.at(&self.stage), why);
                held.extend_from_slice(BASE64_FIELD);
                Some(held)
            }
        };
        let (digest, rest) = (Context::new(&SHA256), Vec::with_capacity(3));
        self.streaming = Some(Streaming { held, count: 0, digest, words, rest, fatal });
        Ok(())
    }

    /// Some more bytes of what [`Rejects::begin`] began.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<()> {
        // Never a second copy of all that a reader holds.
        bytes.chunks(FILE_BYTES).try_for_each(|part| self.part(part))
    }

    fn part(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(Streaming { held, count, digest, words, rest, .. }) = &mut self.streaming else { return Ok(()) };
        digest.update(bytes);
        let most = if words.is_some() { TOLD_ALL_BYTES } else { MOST_BYTES };
        let room = (most as u64).saturating_sub(*count).min(bytes.len() as u64) as usize;
        *count += bytes.len() as u64;
        let lines = match (held, &mut self.to) {
            (Some(lines), _) => lines,
            (None, To::File(kept)) => &mut kept.lines,
            (None, _) => return Ok(()),
        };
        let bytes = &bytes[..room];
        if words.is_some() {
            lines.extend_from_slice(bytes);
            return Ok(());
        }
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
        let Some(Streaming { held, count, digest, words, rest, fatal }) = self.streaming.take() else { return Ok(()) };
        if let (Some(bytes), Some((code, words))) = (&held, words) {
            let text = String::from_utf8_lossy(bytes);
            let more = if count > bytes.len() as u64 { format!(" … ({count} bytes)") } else { String::new() };
            diag::warn(code, format_args!("{words}: {}{more}", text));
            return fatal.map_or(Ok(()), Err);
        }
        let is_cut = count > MOST_BYTES as u64;
        let finish = |lines: &mut Vec<u8>| {
            lines.extend_from_slice(BASE64.encode(&rest).as_bytes());
            lines.push(b'"');
            if is_cut {
                write_cut(lines, count, digest.clone());
            }
            lines.extend_from_slice(b"}\n");
        };
        match (held, &mut self.to) {
            (Some(mut lines), _) => {
                finish(&mut lines);
                along.extend_from_slice(&lines);
            }
            (None, To::File(kept)) => {
                finish(&mut kept.lines);
                let written = kept.write_locked();
                kept.unlock();
                written.map_err(|e| e.at(&self.stage))?;
            }
            (None, _) => {}
        }
        if is_cut {
            let why = format!("only the first {MOST_BYTES} of {count} bytes of a reject are kept, with its SHA-256");
            diag::warn(Code::RejectsCut, why);
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
        self.flush()?;
        if let To::File(kept) = &self.to
            && kept.unkept() > 0
        {
            let what = format!("{} rejected records were not kept: the file of --rejects is full", kept.unkept());
            diag::warn(Code::RejectsFull, what);
        }
        Ok(())
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
    let more = if raw.len() > most { format!(" … ({} bytes)", raw.len()) } else { String::new() };
    diag::warn(why.code(), format_args!("reject {place}: {why}: {}{more}", text));
}
