//! The one file that touches stdin and stdout: [`Lines`], the source of every filter and sink that
//! stands first, and [`Stdout`], the sink behind every stage that stands last.
//!
//! Reading takes what is there, in large pieces, straight into the batch; so a trickle has no
//! delay and a flood has full speed. Writing is one call a batch, whole lines only.

mod formed;
mod reader;
mod sink;
mod stdout;

pub(crate) use self::sink::Stdout;
pub(crate) use self::stdout::{print, write_pipe};

use self::formed::Take;
use self::reader::{End, PIPE_BYTES, Reader};
use crate::flow::batch::BATCH_BYTES;
use crate::flow::stage::{Output, Source};
use crate::form::Settings;
use crate::host::diag;
use crate::host::fifo;
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::AsFd;
use rustix::fs::FileType;
use rustix::io::Errno;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of stdin in messages, and of a file argument that means it.
const STDIN: &str = "stdin";

/// Lines of files, or of stdin: one record each; blank ones are passed over.
pub(crate) struct Lines {
    files: Vec<PathBuf>,
    form: Settings,
    max_record: usize,
    /// How long after a signal what still comes through a pipe is read. `None`: a signal ends the reading.
    drain: Option<Duration>,
}

impl Lines {
    /// Reads these files, in order; `-`, or none at all: stdin.
    pub(crate) fn new(files: &[PathBuf], max_record: usize, grace: Duration) -> Lines {
        // The rest of the grace is for the stages behind.
        Lines { drain: Some(grace.mul_f64(0.8)), ..Lines::until_signal(files, max_record) }
    }

    /// As [`Lines::new`], for a source of its own: a signal ends it, whatever could still be read.
    pub(crate) fn until_signal(files: &[PathBuf], max_record: usize) -> Lines {
        let files = if files.is_empty() { vec![PathBuf::from("-")] } else { files.to_vec() };
        Lines { files, form: Settings::default(), max_record, drain: None }
    }

    /// The files are written so.
    pub(crate) fn in_form(self, form: Settings) -> Lines {
        Lines { form, ..self }
    }

    /// The bytes of all files; `None`: one of them is no file that has an end.
    fn size(&self) -> Option<u64> {
        let size =
            |path: &PathBuf| std::fs::metadata(path).ok().filter(|found| found.is_file()).map(|found| found.len());
        self.files.iter().map(size).sum()
    }

    /// Reads all lines once and hands them to `take`, as many at a time as there are.
    pub(crate) fn read(&self, out: &mut Output, stop: &Stop, take: &mut Take<'_>) -> Result<()> {
        if self.drain.is_some() {
            out.expect(self.size().unwrap_or(0));
        }
        for (i, path) in self.files.iter().enumerate() {
            if out.is_closed() || stop.is_aborted() {
                break;
            }
            let name = path.to_str().filter(|name| *name != "-");
            let mut reader = Reader::of(i as u32, self.max_record, &self.form, name);
            if path == Path::new("-") {
                let stdin = std::io::stdin();
                if stdin.is_terminal() {
                    diag::notice(Code::Waiting, "reading records from the terminal: Ctrl-D ends them");
                }
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
                let file = fifo::read(path)?;
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
    let mut reader = Reader::new(0, max_record);
    let mut take = |out: &mut Output, _: &Stop| {
        out.flush();
        Ok(())
    };
    reader.read((fd.as_fd(), name), End::AtEof(drain), out, stop, &mut take)
}

/// Reads the lines of a pipe piece by piece, for who waits for other things as well.
pub(crate) struct Pieces(Reader);

impl Pieces {
    pub(crate) fn new(form: &Settings, max_record: usize) -> Pieces {
        Pieces(Reader::of(0, max_record, form, None))
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

    /// Nothing more is read: a line without its end is a reject.
    pub(crate) fn leave(&mut self, out: &mut Output, stop: &Stop) -> Result<()> {
        self.0.leave(stop.is_aborted(), out, stop, &mut |out, _| {
            out.flush();
            Ok(())
        })
    }
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

/// stdout is a terminal.
pub(crate) fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}
