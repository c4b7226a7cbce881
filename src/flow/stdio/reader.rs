//! Splits what a descriptor gives into lines: whole ones go on as they come, the beginning of one waits for its rest, one
//! that is too long passes by as a reject.

use super::formed::{Formed, Take};
use crate::flow::batch::BATCH_BYTES;
use crate::flow::stage::Output;
use crate::form::{self, Input, Start};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::record::Origin;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use rustix::fs::FileType;
use rustix::io::Errno;
use std::time::{Duration, Instant};

/// What a pipe is asked to hold.
pub(super) const PIPE_BYTES: usize = 1 << 20;

/// What a signal means to a reader.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// It is a source of its own: a signal ends it.
    AtSignal,
    /// Its sender has had the signal too: what that has sent is still read, for so long.
    AtEof(Duration),
}

/// Splits what a descriptor gives into lines.
pub(super) struct Reader {
    input: u32,
    /// The number of the last line that was begun.
    line: u64,
    max_record: usize,
    /// The rest of a line that is too long is passing by.
    skipping: bool,
    /// It is a file, whose end can be told.
    is_file: bool,
    /// How it is written. `None`: lines that are records as they stand.
    form: Option<Input>,
    /// What it is was looked at.
    is_begun: bool,
    /// What was read for a form.
    chunk: Vec<u8>,
}

impl Reader {
    pub(super) fn new(input: u32, max_record: usize) -> Reader {
        Reader {
            input,
            line: 0,
            max_record,
            skipping: false,
            is_file: false,
            form: None,
            is_begun: false,
            chunk: Vec::new(),
        }
    }

    /// The same for an input that these settings describe.
    pub(super) fn of(input: u32, max_record: usize, settings: &form::Settings, name: Option<&str>) -> Reader {
        let form = (!settings.is_plain(name)).then(|| Input::new(settings, name, max_record));
        Reader { is_begun: form.is_some(), form, ..Reader::new(input, max_record) }
    }

    pub(super) fn read(
        &mut self,
        (fd, name): (BorrowedFd<'_>, &str),
        end: End,
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let stat = rustix::fs::fstat(fd).map_err(|e| Error::io(format!("read {name}"), e))?;
        let is_file = FileType::from_raw_mode(stat.st_mode).is_file();
        self.is_file = is_file;
        // Nobody who could have had the signal writes to a file.
        let end = if is_file { End::AtSignal } else { end };
        // More room in a pipe means fewer, larger reads; not every kernel gives it.
        let _ = rustix::pipe::fcntl_setpipe_size(fd, PIPE_BYTES);
        let mut last_call = None;
        loop {
            if !is_file && !wait(fd, end, &mut last_call, stop) {
                break;
            }
            if stop.is_aborted() || (stop.is_set() && matches!(end, End::AtSignal)) {
                break;
            }
            if !self.piece((fd, name), out, stop, take)? {
                return Ok(());
            }
            if out.is_closed() {
                break;
            }
        }
        self.leave(is_file || stop.is_aborted(), out, stop, take)
    }

    /// Reads once; false: it was the end.
    pub(super) fn piece(
        &mut self,
        (fd, name): (BorrowedFd<'_>, &str),
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        if self.form.is_some() {
            return self.formed_piece((fd, name), out, stop, take);
        }
        let buffer = out.batch().buffer();
        buffer.reserve(BATCH_BYTES);
        let before = buffer.len();
        match rustix::io::read(fd, spare_capacity(buffer)) {
            Ok(0) => {
                if !self.is_begun {
                    self.begin(true, out, stop, take)?;
                }
                self.last_line(out)?;
                take(out, stop)?;
                return Ok(false);
            }
            Ok(n) => {
                if self.is_file {
                    out.read(n as u64);
                }
                if self.is_begun {
                    self.split(before, out, stop, take)?;
                } else if self.begin(false, out, stop, take)? {
                    self.split(0, out, stop, take)?;
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(e) => return Err(Error::io(format!("read {name}"), e)),
        }
        Ok(true)
    }

    /// Looks at how the input begins. False: nothing is to be done with what was read.
    fn begin(&mut self, at_end: bool, out: &mut Output, stop: &Stop, take: &mut Take<'_>) -> Result<bool> {
        match form::start(out.batch().buffer(), at_end) {
            Start::Unknown => return Ok(false),
            Start::Utf8(mark) => {
                self.is_begun = true;
                out.batch().buffer().drain(..mark);
                return Ok(true);
            }
            Start::Other => {}
        }
        self.is_begun = true;
        let head = std::mem::take(out.batch().buffer());
        let mut form = Input::new(&form::Settings::default(), None, self.max_record);
        let mut formed = Formed { input: self.input, out, stop, take };
        form.feed(&head, &mut formed)?;
        if at_end {
            form.finish(true, &mut formed)?;
        }
        formed.hand_on()?;
        self.form = (!at_end).then_some(form);
        Ok(false)
    }

    /// Reads once, for a form; false: it was the end.
    fn formed_piece(
        &mut self,
        (fd, name): (BorrowedFd<'_>, &str),
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        self.chunk.clear();
        self.chunk.reserve(BATCH_BYTES);
        let read = match rustix::io::read(fd, spare_capacity(&mut self.chunk)) {
            Ok(read) => read,
            Err(Errno::INTR | Errno::AGAIN) => return Ok(true),
            Err(e) => return Err(Error::io(format!("read {name}"), e)),
        };
        if self.is_file {
            out.read(read as u64);
        }
        let mut formed = Formed { input: self.input, out, stop, take };
        if let Some(form) = &mut self.form {
            match read {
                0 => form.finish(true, &mut formed)?,
                _ => form.feed(&self.chunk, &mut formed)?,
            }
        }
        formed.hand_on()?;
        Ok(read > 0)
    }

    /// A torn line at the end of an interrupted input is no record. Its bytes are gone from the input, so they are rejected;
    /// a file (`keeps`) still has them.
    pub(super) fn leave(&mut self, keeps: bool, out: &mut Output, stop: &Stop, take: &mut Take<'_>) -> Result<()> {
        if let Some(form) = &mut self.form {
            let is_left = keeps || out.is_closed();
            let mut formed = Formed { input: self.input, out, stop, take };
            if is_left {
                return form.abandon(&mut formed);
            }
            form.finish(false, &mut formed)?;
            return formed.hand_on();
        }
        if std::mem::take(&mut self.skipping) {
            out.batch().clear();
            return out.end_reject();
        }
        let begun = std::mem::take(out.batch().buffer());
        out.batch().clear();
        if keeps || json::is_blank(&begun) || out.is_closed() {
            return Ok(());
        }
        self.line += 1;
        let origin = Origin { input: self.input, line: self.line };
        out.reject_raw(&begun, origin, &Error::data(Code::Torn, "its end is missing: kymo ended before it came"))
    }

    /// Hands on the whole lines of the buffer, of which the bytes from `new` on are new. The bytes of an
    /// unfinished line are moved to the next batch.
    fn split(&mut self, new: usize, out: &mut Output, stop: &Stop, take: &mut Take<'_>) -> Result<()> {
        let mut from = new;
        if self.skipping {
            let rest = std::mem::take(out.batch().buffer());
            let Some(at) = memchr::memchr(b'\n', &rest) else {
                return out.reject_piece(&rest);
            };
            out.reject_piece(&rest[..at])?;
            out.end_reject()?;
            self.skipping = false;
            out.batch().buffer().extend_from_slice(&rest[at + 1..]);
            from = 0;
        }
        let mut start = 0;
        let batch = out.batch();
        let buffer = std::mem::take(batch.buffer());
        if buffer.len() <= self.max_record && memchr::memchr(b'\n', &buffer[from..]).is_none() {
            // Left where it is: a long line that comes in many pieces is not copied with each of them.
            *batch.buffer() = buffer;
            return Ok(());
        }
        let mut rejected = Ok(());
        for at in memchr::memchr_iter(b'\n', &buffer[from..]) {
            let end = from + at;
            self.line += 1;
            if end - start > self.max_record {
                rejected = self.reject_long(self.line, &buffer[start..end], out).and_then(|()| out.end_reject());
                if rejected.is_err() {
                    break;
                }
            } else if !json::is_blank(&buffer[start..end]) {
                out.batch().push_line(start, end, Origin { input: self.input, line: self.line });
            }
            start = end + 1;
        }
        let rest = buffer[start..].to_vec();
        *out.batch().buffer() = buffer;
        out.batch().buffer().truncate(start);
        rejected?;
        if !out.batch().is_void() {
            take(out, stop)?;
        } else {
            out.batch().clear();
        }
        if rest.len() > self.max_record {
            self.line += 1;
            self.reject_long(self.line, &rest, out)?;
            self.skipping = true;
            return Ok(());
        }
        out.batch().buffer().extend_from_slice(&rest);
        Ok(())
    }

    fn reject_long(&self, line: u64, bytes: &[u8], out: &mut Output) -> Result<()> {
        let why = Error::data(Code::TooLong, format!("longer than --max-record {} bytes", self.max_record));
        out.begin_reject(Origin { input: self.input, line }, &why)?;
        out.reject_piece(bytes)
    }

    /// The input ended: its last line may lack a line break.
    fn last_line(&mut self, out: &mut Output) -> Result<()> {
        if self.skipping {
            return out.end_reject();
        }
        let batch = out.batch();
        let end = batch.buffer().len();
        if !json::is_blank(batch.buffer()) {
            batch.buffer().push(b'\n');
            self.line += 1;
            batch.push_line(0, end, Origin { input: self.input, line: self.line });
        } else {
            batch.clear();
        }
        Ok(())
    }
}

/// Waits for input. False: a signal came and there is none left to wait for.
fn wait(fd: BorrowedFd<'_>, end: End, last_call: &mut Option<Instant>, stop: &Stop) -> bool {
    match end {
        End::AtSignal => stop.readable(fd, None) || !stop.is_set(),
        End::AtEof(drain) => {
            if !stop.is_set() {
                // A wake-up by a signal comes back to the other arm; an interrupted wait just reads.
                if stop.readable(fd, None) || !stop.is_set() {
                    return true;
                }
            }
            let since = *last_call.get_or_insert_with(Instant::now);
            loop {
                if stop.is_aborted() {
                    return false;
                }
                if since.elapsed() >= drain {
                    stop.run_out();
                    return false;
                }
                // The stop's own descriptor stays readable: only short waits look at the input alone.
                let mut fds = [PollFd::new(&fd, PollFlags::IN)];
                let short = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
                if matches!(poll(&mut fds, Some(&short)), Ok(n) if n > 0) {
                    return true;
                }
            }
        }
    }
}
