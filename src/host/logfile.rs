//! A log file that rotates, and that several processes may write to: behind `kymo log` and behind `--log-file`.
//!
//! Decision: what the file says decides, not what a process remembers. Each write happens under the file's own lock
//! (flock), looks whether the name still leads to this file, and asks the file's time of last change and its length
//! whether it is due. So writers need not know of each other: whoever comes first in a new period puts the file away, the
//! others find that the name has gone and open the new one. The lock lasts for one write; nobody waits for one of a file
//! that was put away.
//!
//! Nothing here fails for its caller: a line that cannot be written is counted, and what there is to tell is handed back,
//! because this lies below the file that prints messages.

mod entry;
mod gzip;
mod open;
mod rotated;
mod rotation;

pub(crate) use self::entry::{Entry, Format, INDENT};
pub(crate) use self::rotation::Rotation;

use self::gzip::Packer;
use self::open::{Open, Unwritten};
use self::rotation::{Period, Schedule};
use crate::host::beside;
use crate::reading::error::{Error, Result};
use crate::reading::time::{self, TimeZone};
use rustix::fs::{Timespec, Timestamps};
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a lock is tried: it is held for a write, unless its holder was stopped in the middle of one.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_micros(200);

/// A file that cannot be put away is tried again after so long.
const ROTATE_AGAIN: Duration = Duration::from_secs(60);

/// The clock of a file system may be so far behind ours, ns.
const SKEW: i64 = 5_000_000_000;

/// How a log is kept.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub rotation: Rotation,
    /// How many rotated files are kept.
    pub keep: usize,
    /// They are compressed.
    pub gzip: bool,
    /// The file is emptied first.
    pub clear: bool,
    /// Whose midnight it is.
    pub zone: TimeZone,
}

/// What the writer of a log should tell whoever looks after the station.
#[derive(Debug)]
pub(crate) enum Told {
    /// From now on lines are lost. Told once.
    Failed(Error),
    /// It can be written again; this many lines were lost.
    Resumed { lost: u64, why: String },
    /// The file cannot be put away, compressed or deleted; it is written all the same.
    Kept(Error),
}

/// A log that is open.
#[derive(Debug)]
pub(crate) struct LogFile {
    path: PathBuf,
    schedule: Schedule,
    keep: usize,
    packer: Option<Packer>,
    /// What each new file begins with, where there is something; then what is written are rows.
    head: Vec<u8>,
    open: Option<Open>,
    /// Of the last moment that was looked at.
    period: Period,
    failure: Option<Failure>,
    /// The lock has been waited for once, in vain.
    is_impatient: bool,
    /// When a rotation that failed is tried again.
    not_before: Option<Instant>,
    rotations: u64,
    written: u64,
    lost: u64,
}

#[derive(Debug)]
struct Failure {
    why: String,
    lost: u64,
}

impl LogFile {
    /// Opens the file, and makes it if it is not there. A full disk is no fault here: it is told at the first write.
    ///
    /// # Errors
    ///
    /// `Usage` if it is neither a file nor a device, `Refused` if it may not be written, `Io` if its folder is missing.
    pub(crate) fn open(path: &Path, settings: Settings) -> Result<LogFile> {
        let Settings { rotation, keep, gzip, clear, zone } = settings;
        let schedule = Schedule::new(rotation, zone);
        let mut log = LogFile {
            path: path.to_owned(),
            period: schedule.period(time::now()),
            schedule,
            keep,
            packer: None,
            head: Vec::new(),
            open: None,
            failure: None,
            is_impatient: false,
            not_before: None,
            rotations: 0,
            written: 0,
            lost: 0,
        };
        match Open::at(path) {
            Ok(opened) => {
                if opened.is_regular {
                    // A link leads to the same file whatever becomes of the link, and of the folder that we are in.
                    log.path = std::fs::canonicalize(path).map_err(|e| log.fault("open", e))?;
                }
                if clear && opened.is_regular {
                    opened.file.set_len(0).map_err(|e| log.fault("empty", e))?;
                }
                log.open = Some(opened);
            }
            Err(e) if matches!(Errno::from_io_error(&e), Some(Errno::NOSPC | Errno::DQUOT)) => {}
            Err(e) if e.kind() == io::ErrorKind::InvalidInput => {
                return Err(Error::usage(format!("log file {} is neither a file nor a device", path.display())));
            }
            Err(e) => return Err(log.fault("open", e)),
        }
        if gzip {
            let packer = Packer::start(&log.path).map_err(|e| Error::io("start a thread", e))?;
            // What another run has left.
            packer.look();
            log.packer = Some(packer);
        }
        Ok(log)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How often it was put away by this process, and how many lines it has taken and lost.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 3] {
        [("written", self.written), ("lost", self.lost), ("rotated", self.rotations)]
    }

    /// Appends whole lines. Lines that begin with a blank stay in one file with the line before them.
    pub(crate) fn write(&mut self, lines: &[u8], told: &mut dyn FnMut(Told)) {
        let mut rest = lines;
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(self.piece(rest));
            let result = self.append(piece, false, told);
            self.count(piece, result, told);
            rest = behind;
        }
        if let Some(why) = self.packer.as_ref().and_then(Packer::fault) {
            told(Told::Kept(self.fault("compress", why)));
        }
    }

    /// Each new file begins with this, and so does the one that is there, if it is not empty.
    pub(crate) fn begin_with(&mut self, head: Vec<u8>) {
        self.head = head;
    }

    /// Appends rows, which end there: each is in one file as a whole, or it is not written.
    pub(crate) fn write_rows(&mut self, rows: &[u8], ends: &[usize], told: &mut dyn FnMut(Told)) {
        let size = self.schedule.size().and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
        let room = size.saturating_sub(self.head.len());
        let (mut from, mut rest) = (0, ends);
        while !rest.is_empty() {
            // A row that is larger than a file has a file of its own.
            let count = rest.partition_point(|end| end - from <= room).max(1);
            let end = rest[count - 1];
            let result = self.append(&rows[from..end], true, told);
            self.count(&rows[from..end], result, told);
            (from, rest) = (end, &rest[count..]);
        }
    }

    /// What is written is on the disk.
    pub(crate) fn sync(&mut self) -> Result<()> {
        match &self.open {
            Some(opened) if opened.is_regular => opened.file.sync_data().map_err(|why| self.fault("sync", why)),
            _ => Ok(()),
        }
    }

    /// Puts the file away if its time has come, though nothing is to be written.
    pub(crate) fn look(&mut self, told: &mut dyn FnMut(Told)) {
        if !self.period.has(time::now()) {
            // Its own result: without lines nothing can be lost.
            let _ = self.append(&[], false, told);
        }
    }

    /// Opens the file anew at the next write.
    pub(crate) fn reopen(&mut self) {
        self.open = None;
    }

    /// Waits until all that was put away is compressed.
    pub(crate) fn finish(&mut self, told: &mut dyn FnMut(Told)) {
        if let Some(why) = self.packer.take().and_then(Packer::finish) {
            told(Told::Kept(self.fault("compress", why)));
        }
    }

    /// How much of these lines goes into one file.
    fn piece(&self, lines: &[u8]) -> usize {
        let Some(size) = self.schedule.size().and_then(|size| usize::try_from(size).ok()) else { return lines.len() };
        if lines.len() <= size {
            return lines.len();
        }
        let is_end = |at: &usize| lines.get(at + 1) != Some(&b' ');
        let fits = memchr::memrchr_iter(b'\n', &lines[..size]).find(is_end);
        // One message that is larger than a file has a file of its own.
        let end = fits.or_else(|| memchr::memchr_iter(b'\n', lines).find(|at| *at >= size && is_end(at)));
        end.map_or(lines.len(), |at| at + 1)
    }

    fn count(&mut self, lines: &[u8], result: std::result::Result<(), Unwritten>, told: &mut dyn FnMut(Told)) {
        let count = |lines: &[u8]| memchr::memchr_iter(b'\n', lines).count() as u64;
        match result {
            Ok(()) => {
                self.written += count(lines);
                if let Some(Failure { why, lost }) = self.failure.take() {
                    told(Told::Resumed { lost, why });
                }
            }
            Err(Unwritten { from, why }) => {
                let lost = count(&lines[from..]);
                self.written += count(&lines[..from]);
                self.lost += lost;
                match &mut self.failure {
                    Some(failure) => failure.lost += lost,
                    None => {
                        self.failure = Some(Failure { why: why.to_string(), lost });
                        told(Told::Failed(self.fault("write", why)));
                    }
                }
            }
        }
    }

    /// `rows`: all of them are written, or none is.
    fn append(&mut self, lines: &[u8], rows: bool, told: &mut dyn FnMut(Told)) -> std::result::Result<(), Unwritten> {
        let failed = |why: io::Error| Unwritten { from: 0, why };
        let begin = Instant::now();
        loop {
            let mut opened = match self.open.take() {
                Some(opened) => opened,
                None => Open::at(&self.path).map_err(failed)?,
            };
            if !opened.is_regular {
                let result = opened.put(lines, &self.head);
                self.open = Some(opened);
                return result;
            }
            let is_locked = match opened.try_lock() {
                Err(e)
                    if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
                        && !self.is_impatient
                        && begin.elapsed() < LOCK_PATIENCE =>
                {
                    // Nobody waits for one that was put away: it may be locked until it is compressed.
                    if opened.is_at(&self.path) {
                        std::thread::sleep(LOCK_PAUSE);
                        self.open = Some(opened);
                    }
                    continue;
                }
                // Whoever holds it does not go on; or the file system knows no locks.
                result => result.is_ok(),
            };
            self.is_impatient = !is_locked;
            // It was put away, or deleted.
            if !opened.is_at(&self.path) {
                continue;
            }
            let meta = opened.file.metadata().map_err(failed)?;
            let now = time::now();
            if self.is_due(&meta, now, lines.len()) && self.not_before.is_none_or(|at| Instant::now() >= at) {
                // It is not seen again by whoever commits.
                let synced = if rows { opened.file.sync_data() } else { Ok(()) };
                match synced.and_then(|()| self.rotate(&meta, now)) {
                    Ok(()) => {
                        self.not_before = None;
                        self.rotations += 1;
                        // The lock goes with the file.
                        drop(opened);
                        self.tidy(told);
                        continue;
                    }
                    Err(why) => {
                        if self.not_before.replace(Instant::now() + ROTATE_AGAIN).is_none() {
                            told(Told::Kept(self.fault("rotate", why)));
                        }
                    }
                }
            }
            let result = opened.append(lines, &self.head, rows, &meta, is_locked);
            if !lines.is_empty() {
                self.keep_period(&opened.file, now);
            }
            if is_locked {
                opened.unlock();
            }
            // A file that cannot be written is opened anew: its disk may have come back.
            self.open = result.is_ok().then_some(opened);
            return result;
        }
    }

    fn is_due(&mut self, meta: &Metadata, now: i64, more: usize) -> bool {
        if self.schedule.is_never() {
            return false;
        }
        if !self.period.has(now) {
            self.period = self.schedule.period(now);
        }
        let length = meta.len();
        length > 0
            && (changed(meta) < self.period.start
                || self.schedule.size().is_some_and(|size| length.saturating_add(more as u64) > size))
    }

    /// The time of the file's last change says which period it is of. The kernel's own clock for that is some milliseconds
    /// behind, and a write can take long: near a limit it is set to the time that was decided by.
    fn keep_period(&self, file: &File, now: i64) {
        if self.period.start == i64::MIN {
            return;
        }
        if now.saturating_sub(self.period.start) < SKEW || time::now() >= self.period.end {
            let time = Timespec { tv_sec: now.div_euclid(1_000_000_000), tv_nsec: now.rem_euclid(1_000_000_000) as _ };
            let times = Timestamps { last_access: time, last_modification: time };
            // Another user's file: its own clock must do.
            let _ = rustix::fs::futimens(file, &times);
        }
    }

    /// Gives the file its other name, and makes the next one. Under the file's lock.
    fn rotate(&mut self, meta: &Metadata, now: i64) -> io::Result<()> {
        let before = self.schedule.period(changed(meta));
        // The last moment that it may hold.
        let last = now.min(before.end - 1);
        match rotated::rename(&self.path, &self.path, self.schedule.names(last)) {
            // Another writer has rotated it between our look and now.
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                self.open = Some(Open::at(&self.path).map_err(|_| e)?);
                Ok(())
            }
            Err(e) => Err(e),
            Ok(()) => {
                // Whoever may read the old one may read the new one.
                if let Ok(next) = Open::at(&self.path) {
                    let _ = next.file.set_permissions(meta.permissions());
                    self.open = Some(next);
                }
                Ok(())
            }
        }
    }

    /// Deletes what is beyond the number to keep, and has the rest compressed.
    fn tidy(&mut self, told: &mut dyn FnMut(Told)) {
        if let Err(why) = rotated::prune(&self.path, self.keep) {
            told(Told::Kept(self.fault("delete old files of", why)));
        }
        if let Some(packer) = &self.packer {
            packer.look();
        }
    }

    fn fault(&self, verb: &str, why: io::Error) -> Error {
        beside::fault(&format!("{verb} log file"), &self.path, why)
    }
}

/// The files of a log that were put away, the oldest first.
///
/// # Errors
///
/// `Io` if the folder cannot be read.
pub(crate) fn put_away(log: &Path) -> Result<Vec<PathBuf>> {
    let list =
        || rotated::list(log).map_err(|e| Error::io(format!("read folder {}", rotated::folder(log).display()), e));
    // One that is being compressed can be missed under both its names; then another look differs.
    let mut found = list()?;
    for _ in 0..10 {
        let again = list()?;
        if again == found {
            break;
        }
        found = again;
    }
    Ok(found.iter().filter_map(rotated::Rotated::readable).collect())
}

/// When a file was last changed: ns since 1970.
fn changed(meta: &Metadata) -> i64 {
    meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec())
}
