//! The one file that touches stdin and stdout: [`Lines`], the source of every filter and sink that
//! stands first, and [`Stdout`], the sink behind every stage that stands last.
//!
//! Reading takes what is there, in large pieces, straight into the batch; so a trickle has no
//! delay and a flood has full speed. Writing is one call a batch, whole lines only.

use crate::flow::batch::{BATCH_BYTES, Batch};
use crate::flow::stage::{self, Output, Sink, Source};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Origin;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd, AsRawFd as _, BorrowedFd};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::IsTerminal as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a pipe is asked to hold.
const PIPE_BYTES: usize = 1 << 20;

/// The name of stdin in messages, and of a file argument that means it.
const STDIN: &str = "stdin";

/// Lines of files, or of stdin: one record each; blank ones are passed over.
pub(crate) struct Lines {
    files: Vec<PathBuf>,
    max_record: usize,
    /// How long after a signal what still comes through a pipe is read. `None`: a signal ends the reading.
    drain: Option<Duration>,
}

/// What becomes of the lines that were read: they stand in the output's batch, whole, and leave it empty.
pub(crate) type Take<'t> = dyn FnMut(&mut Output, &Stop) -> Result<()> + 't;

impl Lines {
    /// Reads these files, in order; `-`, or none at all: stdin.
    pub(crate) fn new(files: &[PathBuf], max_record: usize, grace: Duration) -> Lines {
        // The rest of the grace is for the stages behind.
        Lines { drain: Some(grace.mul_f64(0.8)), ..Lines::until_signal(files, max_record) }
    }

    /// As [`Lines::new`], for a source of its own: a signal ends it, whatever could still be read.
    pub(crate) fn until_signal(files: &[PathBuf], max_record: usize) -> Lines {
        let files = if files.is_empty() { vec![PathBuf::from("-")] } else { files.to_vec() };
        Lines { files, max_record, drain: None }
    }

    /// Reads all lines once and hands them to `take`, as many at a time as there are.
    pub(crate) fn read(&self, out: &mut Output, stop: &Stop, take: &mut Take<'_>) -> Result<()> {
        for (i, path) in self.files.iter().enumerate() {
            if out.is_closed() || stop.is_aborted() {
                break;
            }
            let mut reader = Reader { input: i as u32, line: 0, max_record: self.max_record, skipping: false };
            if path == Path::new("-") {
                let stdin = std::io::stdin();
                let end = match self.drain {
                    Some(drain) if !stdin.is_terminal() => End::AtEof(drain),
                    _ => End::AtSignal,
                };
                reader.read((stdin.as_fd(), STDIN), end, out, stop, take)?;
            } else {
                if stop.is_set() {
                    break;
                }
                let name = path.display().to_string();
                let file = File::open(path).map_err(|e| Error::io(format!("open {name}"), e))?;
                reader.read((file.as_fd(), &name), End::AtSignal, out, stop, take)?;
            }
        }
        Ok(())
    }
}

/// What a look at stdin found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Bytes, which were appended.
    Bytes,
    /// Nothing for so long, or a signal.
    Nothing,
    /// The end.
    End,
}

/// Appends what stdin has, at most a batch, after waiting for it at most so long. For a program that is no stage.
pub(crate) fn read_stdin(to: &mut Vec<u8>, time: Duration, stop: &Stop) -> Result<Found> {
    let stdin = std::io::stdin();
    let is_readable = if stop.is_set() {
        // The stop's own descriptor stays readable.
        let short = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        matches!(poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&short)), Ok(1..))
    } else {
        stop.readable(&stdin, Some(time))
    };
    if !is_readable {
        return Ok(Found::Nothing);
    }
    to.reserve(BATCH_BYTES);
    match rustix::io::read(&stdin, spare_capacity(to)) {
        Ok(0) => Ok(Found::End),
        Ok(_) => Ok(Found::Bytes),
        Err(Errno::INTR | Errno::AGAIN) => Ok(Found::Nothing),
        Err(e) => Err(Error::io(format!("read {STDIN}"), e)),
    }
}

/// Somebody writes to stdin who may have had a signal too, and will end: neither a file nor a person at a terminal.
pub(crate) fn stdin_has_writer() -> bool {
    let stdin = std::io::stdin();
    let is_file = rustix::fs::fstat(&stdin).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file());
    !is_file && !stdin.is_terminal()
}

/// More room in stdin's pipe, if it is one: whoever writes there waits less.
pub(crate) fn widen_stdin() {
    let _ = rustix::pipe::fcntl_setpipe_size(std::io::stdin(), PIPE_BYTES);
}

/// Reads the lines of a pipe to its end, for so long also after a signal: its writer has had that too, or will end.
pub(crate) fn read_pipe(
    fd: impl AsFd,
    name: &str,
    max_record: usize,
    drain: Duration,
    out: &mut Output,
    stop: &Stop,
) -> Result<()> {
    let mut reader = Reader { input: 0, line: 0, max_record, skipping: false };
    let mut take = |out: &mut Output, _: &Stop| {
        out.flush();
        Ok(())
    };
    reader.read((fd.as_fd(), name), End::AtEof(drain), out, stop, &mut take)
}

/// Reads the lines of a pipe piece by piece, for who waits for other things as well.
pub(crate) struct Pieces(Reader);

impl Pieces {
    pub(crate) fn new(max_record: usize) -> Pieces {
        Pieces(Reader { input: 0, line: 0, max_record, skipping: false })
    }

    /// Reads once, what there is; the whole lines of it go to `take`. False: it was the end. Between the calls the output's
    /// batch bears the beginning of a line.
    pub(crate) fn read(
        &mut self,
        fd: impl AsFd,
        name: &str,
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        self.0.piece((fd.as_fd(), name), out, stop, take)
    }

    /// Nothing more is read: a line without its end is no record.
    pub(crate) fn leave(&mut self, out: &mut Output) -> Result<()> {
        self.0.leave(out)
    }
}

/// Writes whole lines to a pipe. `Kind::Closed`: nobody reads it any more.
pub(crate) fn write_pipe(fd: impl AsFd, batch: &Batch) -> Result<()> {
    batch.slices().try_for_each(|slice| write_all(fd.as_fd(), slice))
}

impl Source for Lines {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        self.read(&mut out, stop, &mut |out, _| {
            out.flush();
            Ok(())
        })
    }

    fn inputs(&self) -> Vec<String> {
        let name = |p: &PathBuf| if p == Path::new("-") { STDIN.to_owned() } else { p.display().to_string() };
        self.files.iter().map(name).collect()
    }
}

/// What a signal means to a reader.
#[derive(Clone, Copy)]
enum End {
    /// It is a source of its own: a signal ends it.
    AtSignal,
    /// Its sender has had the signal too: what that has sent is still read, for so long.
    AtEof(Duration),
}

/// Splits what a descriptor gives into lines.
struct Reader {
    input: u32,
    /// The number of the last line that was begun.
    line: u64,
    max_record: usize,
    /// The rest of a line that is too long is passing by.
    skipping: bool,
}

impl Reader {
    fn read(
        &mut self,
        (fd, name): (BorrowedFd<'_>, &str),
        end: End,
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let stat = rustix::fs::fstat(fd).map_err(|e| Error::io(format!("read {name}"), e))?;
        let is_file = FileType::from_raw_mode(stat.st_mode).is_file();
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
        self.leave(out)
    }

    /// Reads once; false: it was the end.
    fn piece(
        &mut self,
        (fd, name): (BorrowedFd<'_>, &str),
        out: &mut Output,
        stop: &Stop,
        take: &mut Take<'_>,
    ) -> Result<bool> {
        let buffer = out.batch().buffer();
        buffer.reserve(BATCH_BYTES);
        let before = buffer.len();
        match rustix::io::read(fd, spare_capacity(buffer)) {
            Ok(0) => {
                self.last_line(out)?;
                take(out, stop)?;
                return Ok(false);
            }
            Ok(_) => self.split(before, out, stop, take)?,
            Err(Errno::INTR) => {}
            Err(e) => return Err(Error::io(format!("read {name}"), e)),
        }
        Ok(true)
    }

    /// A torn line at the end of an interrupted input is no record.
    fn leave(&mut self, out: &mut Output) -> Result<()> {
        out.batch().clear();
        if std::mem::take(&mut self.skipping) { out.end_reject() } else { Ok(()) }
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
            } else if !blank(&buffer[start..end]) {
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
        if !blank(batch.buffer()) {
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

fn blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// Records to stdout.
#[derive(Default)]
pub(crate) struct Stdout {
    begun: bool,
}

impl Sink for Stdout {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) && ends_torn(std::io::stdout()) {
            print(b"\n")?;
        }
        write_pipe(std::io::stdout(), batch)?;
        out.count_passed(batch.len() as u64);
        Ok(())
    }

    fn reads_fields(&self) -> bool {
        false
    }
}

/// What stands in the file before our first byte is a part of a line: a run that was killed left it, and it must not
/// spoil our first record.
fn ends_torn(file: impl AsFd) -> bool {
    let last = || {
        let stat = rustix::fs::fstat(&file).ok().filter(|stat| FileType::from_raw_mode(stat.st_mode).is_file())?;
        let appends = rustix::fs::fcntl_getfl(&file).ok()?.contains(OFlags::APPEND);
        let end = if appends { u64::try_from(stat.st_size).ok()? } else { rustix::fs::tell(&file).ok()? };
        // It was opened for writing only.
        let readable = File::open(format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())).ok()?;
        let mut last = [0];
        readable.read_exact_at(&mut last, end.checked_sub(1)?).ok().map(|()| last[0])
    };
    last().is_some_and(|last| last != b'\n')
}

/// Text of a program (a report, a completion script) to stdout.
pub(crate) fn print(text: &[u8]) -> Result<()> {
    write_all(std::io::stdout().as_fd(), text)
}

/// stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

fn write_all(fd: BorrowedFd<'_>, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(fd, bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            Err(Errno::PIPE) => return Err(stage::closed()),
            // Somebody made the pipe non-blocking; it is theirs, so wait instead of changing it.
            Err(Errno::AGAIN) => {
                let mut fds = [PollFd::new(&fd, PollFlags::OUT)];
                let _ = poll(&mut fds, None);
            }
            Err(e) => return Err(Error::io("write records", e)),
        }
    }
    Ok(())
}
