//! One run of the command: started, read, ended when its time is up, and waited for.

use crate::flow::stage::{Output, Stamps};
use crate::flow::stdio::Pieces;
use crate::form::Settings;
use crate::host::clock::{Clock, shown};
use crate::host::diag;
use crate::host::keeper::{Captured, Ready};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Result};
use crate::reading::time;
use rustix::buffer::spare_capacity;
use rustix::process::Signal;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// So much of the last line on stderr is kept for the message, bytes.
const LAST: usize = 400;

/// Who has left the group may still have its output: so long after KILL the rest is read.
const REST: Duration = Duration::from_millis(100);

/// What is run, and how.
pub(super) struct Run {
    pub(super) command: Vec<OsString>,
    /// For messages.
    pub(super) name: String,
    pub(super) timeout: Option<Duration>,
    pub(super) grace: Duration,
    /// How the command's output is written.
    pub(super) form: Settings,
    pub(super) max_record: usize,
    pub(super) stamp: Option<Stamps>,
    /// The last one went on for longer than a period: what has been told is not told each time.
    pub(super) was_late: bool,
}

/// How a run ended.
pub(super) enum End {
    Well,
    /// Why, in words.
    Badly(String),
    /// It was ended because nobody wants its output any more, or ended after a signal.
    Cut,
}

/// When which signal is due, and why.
struct Ending {
    at: Instant,
    signal: Signal,
    late: bool,
}

impl Run {
    /// Runs it once, for the tick of this time. Ticks that come meanwhile are missed.
    pub(super) fn once(&mut self, time: i64, clock: &mut Clock, out: &mut Output, stop: &Stop) -> Result<End> {
        let mut kept = match Captured::start(&self.command, self.grace) {
            Ok(kept) => kept,
            // No memory, no process numbers: that can be over by the next tick.
            Err(why) => return Ok(End::Badly(why.to_string())),
        };
        let mut lines = Pieces::new(&self.form, self.max_record);
        let mut said = LastLine::default();
        let begin = Instant::now();
        let mut ending = self.timeout.map(|timeout| Ending { at: begin + timeout, signal: Signal::TERM, late: true });
        let (mut late, mut cut, mut timed_out) = (false, false, false);
        let mut killed: Option<Instant> = None;
        loop {
            if !cut && (stop.is_set() || out.is_closed()) {
                cut = true;
                let unread = out.is_closed() || stop.is_aborted();
                // It may finish what it does, if somebody takes it: in most of the grace, as the stages behind need some.
                let patience = if unread { Duration::ZERO } else { self.grace.mul_f64(0.6) };
                ending = Some(Ending { at: Instant::now() + patience, signal: Signal::TERM, late: false });
            }
            if let Some(due) = ending.take_if(|ending| Instant::now() >= ending.at) {
                kept.signal(due.signal);
                timed_out |= due.late;
                if due.signal == Signal::TERM {
                    let patience = if due.late { self.grace } else { self.grace.mul_f64(0.2) };
                    ending = Some(Ending { at: Instant::now() + patience, signal: Signal::KILL, late: due.late });
                } else {
                    killed = Some(Instant::now());
                }
                if !due.late && stop.signal().is_some() && !out.is_closed() {
                    stop.run_out();
                }
            }
            let passed = clock.pass();
            if passed > 0 && !cut && !std::mem::replace(&mut late, true) {
                let now = span(Duration::from_millis(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX)));
                let why = format!("{} still runs after {now}: runs that are due meanwhile are missed", self.name);
                let tell = if self.was_late { diag::info } else { diag::warn };
                tell(Code::Missed, format!("the run of {}: {why}", shown(time)));
            }
            let until = ending.as_ref().map(|ending| ending.at.saturating_duration_since(Instant::now()));
            let patience = clock.patience().min(until.unwrap_or(Duration::MAX));
            let patience = killed.map_or(patience, |_| patience.min(REST));
            let Ready { stdout, stderr } = kept.wait(stop, patience);
            if stderr && !said.read(&mut kept) {
                kept.stderr = None;
            }
            if stdout && !self.read(&mut kept, &mut lines, time, out, stop)? {
                kept.stdout = None;
            }
            let given_up = killed.is_some_and(|at| at.elapsed() >= REST);
            if (kept.stdout.is_none() || given_up)
                && let Some(status) = kept.ended()?
            {
                // What it said last; never waited for, as others may have this end, too.
                while kept.stderr.is_some() && kept.wait(stop, Duration::ZERO).stderr {
                    if !said.read(&mut kept) {
                        kept.stderr = None;
                    }
                }
                lines.leave(out, stop)?;
                said.end();
                self.was_late = late;
                return Ok(match (cut, timed_out, status.success()) {
                    (_, true, _) => {
                        let timeout = span(self.timeout.unwrap_or_default());
                        // Its keeper gets TERM as well, and may be the first to kill it after the grace.
                        let is_killed = killed.is_some() || status.signal() == Some(Signal::KILL.as_raw());
                        let how = if is_killed { "killed" } else { "ended" };
                        End::Badly(format!("it took longer than {timeout} and was {how}{}", said.quoted()))
                    }
                    (true, ..) => End::Cut,
                    (_, _, true) => End::Well,
                    _ => End::Badly(format!("{}{}", words(status), said.quoted())),
                });
            }
        }
    }

    /// Reads once; false: it was the end.
    fn read(
        &mut self,
        kept: &mut Captured,
        lines: &mut Pieces,
        time: i64,
        out: &mut Output,
        stop: &Stop,
    ) -> Result<bool> {
        let Some(stdout) = &kept.stdout else { return Ok(false) };
        let stamps = &mut self.stamp;
        lines.read(stdout, &self.name, out, stop, &mut |out, _| {
            if let Some(stamps) = stamps {
                out.stamp(stamps, time);
            }
            out.flush();
            Ok(())
        })
    }
}

/// What a command says on stderr, passed on; its last line is kept.
#[derive(Default)]
struct LastLine {
    last: Vec<u8>,
    /// What comes next begins a line.
    over: bool,
}

impl LastLine {
    /// Reads once; false: it was the end.
    fn read(&mut self, kept: &mut Captured) -> bool {
        let mut bytes = Vec::with_capacity(16 << 10);
        let Some(stderr) = &kept.stderr else { return false };
        match rustix::io::read(stderr, spare_capacity(&mut bytes)) {
            Ok(0) => return false,
            Err(rustix::io::Errno::INTR) => return true,
            Err(_) => return false,
            Ok(_) => {}
        }
        diag::pass(&bytes);
        self.keep(&bytes);
        true
    }

    fn keep(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|&b| b == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            if std::mem::replace(&mut self.over, text.len() < line.len()) && !text.is_empty() {
                self.last.clear();
            }
            let room = LAST.saturating_sub(self.last.len());
            self.last.extend_from_slice(&text[..text.len().min(room)]);
        }
    }

    /// What is told next begins a line of its own.
    fn end(&mut self) {
        if !self.over && !self.last.is_empty() {
            diag::pass(b"\n");
        }
    }

    fn quoted(&self) -> String {
        let text = String::from_utf8_lossy(&self.last);
        let text = text.trim();
        if text.is_empty() { String::new() } else { format!(": {text}") }
    }
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with status {code}"),
        (None, signal) => format!("it ended by signal {}", signal.unwrap_or(0)),
    }
}

/// A time span as it stands in messages.
pub(super) fn span(time: Duration) -> String {
    time::write_duration(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_kept() {
        let mut said = LastLine::default();
        assert_eq!(said.quoted(), "");
        for (piece, last) in [
            ("first", ": first"),
            (" line\n", ": first line"),
            ("\n\n", ": first line"),
            ("second\nthi", ": thi"),
            ("rd\n", ": third"),
            ("a\tb\x1b[1m", ": a\tb\x1b[1m"),
        ] {
            said.keep(piece.as_bytes());
            assert_eq!(said.quoted(), last, "{piece:?}");
        }
        said.keep("x".repeat(10_000).as_bytes());
        assert_eq!(said.quoted().len(), LAST + 2);
    }
}
