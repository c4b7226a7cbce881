//! A folder that keeps something: may this user write there, is there room, do locks work, and how long does a write take
//! until the disk has it? What is written for that is removed.

use super::check::Check;
use crate::host::lock::{FileLock, network};
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::time;
use indicatif::{HumanBytes, HumanCount};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A page of a database.
const PAGE: [u8; 4096] = [b'k'; 4096];

/// So many writes are tried, or as many as are done in this time.
const WRITES: usize = 16;
const MOST: Duration = Duration::from_secs(2);

/// Nothing that keeps data without power answers sooner.
const TOO_FAST: Duration = Duration::from_micros(15);

/// Then commits should be few.
const SLOW: Duration = Duration::from_millis(100);

/// With less room nothing can be kept; with that it cannot be kept for long.
const NO_ROOM: u64 = 1 << 20;
const LITTLE_ROOM: u64 = 256 << 20;
const FEW_INODES: u64 = 100;

/// File systems in memory (linux/magic.h).
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

pub(super) fn checks(folder: &Path) -> Vec<Check> {
    let mut checks = vec![room(folder)];
    match Trial::begin(folder) {
        Err(why) => checks.push(refused(folder, &why)),
        Ok(trial) => {
            checks.push(Check::ok("folder", format!("{} can be written to", folder.display())));
            checks.push(locks(folder, &trial));
            // Without a name from here on: who ends this by a signal leaves nothing behind.
            trial.remove();
            checks.push(sync(folder, &trial));
        }
    }
    checks
}

/// A file for a trial, removed with it.
struct Trial {
    file: File,
    path: PathBuf,
}

impl Trial {
    fn begin(folder: &Path) -> Result<Trial> {
        let path = folder.join(format!(".kymo-doctor-{}-{}", std::process::id(), time::now()));
        let failed = |e| Error::io(format!("write to folder {}", folder.display()), e);
        let file = File::options().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        let trial = Trial { file, path };
        trial.file.write_all_at(&PAGE, 0).and_then(|()| trial.file.sync_all()).map_err(|e| match e.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                Error::new(Code::DiskFull, format!("write to folder {}", folder.display())).because(e)
            }
            _ => failed(e),
        })?;
        Ok(trial)
    }

    /// The file is open, and has no name any more.
    fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.remove();
    }
}

fn refused(folder: &Path, why: &Error) -> Check {
    let advice = match (why.code(), why.kind()) {
        (Code::DiskFull, _) => "make room there: kymo trim, kymo queue purge, old log files",
        (_, Kind::Refused) => "give this user the right to write there (chown, chmod), or use another folder",
        _ if !folder.exists() => "create it, or write its right name",
        _ => "mount it for writing, or use another folder: databases, queues and locks need a folder of their own",
    };
    Check::fault("folder", why.to_string(), advice)
}

fn room(folder: &Path) -> Check {
    let name = folder.display();
    let disk = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk,
        Err(e) => return Check::warn("room", format!("{name}: {e}"), "it is not known how much room there is"),
    };
    let bytes = disk.f_bavail.saturating_mul(disk.f_frsize);
    // Some file systems count no inodes.
    let inodes = (disk.f_files > 0).then_some(disk.f_favail);
    let counted = inodes.map(|n| format!(", {} more files", HumanCount(n))).unwrap_or_default();
    let found = format!("{name} has {} free{counted}", HumanBytes(bytes));
    let advice = "make room there: kymo trim, kymo queue purge, old log files";
    match (bytes, inodes.unwrap_or(u64::MAX)) {
        (bytes, inodes) if bytes < NO_ROOM || inodes == 0 => Check::fault("room", found, advice),
        (bytes, inodes) if bytes < LITTLE_ROOM || inodes < FEW_INODES => Check::warn("room", found, advice),
        _ => Check::ok("room", found),
    }
}

/// Two that lock the same file: the second one must not get it.
fn locks(folder: &Path, trial: &Trial) -> Check {
    let name = folder.display();
    let none = "use a local disk: two processes could write to one database at once";
    let first = match FileLock::try_exclusive(&trial.path) {
        Ok(Some(lock)) => lock,
        Ok(None) => return Check::fault("locks", format!("{name}: a new file is locked already"), none),
        Err(why) => return Check::fault("locks", why.to_string(), none),
    };
    let second = FileLock::try_exclusive(&trial.path);
    let is_kept = matches!(second, Ok(None));
    drop(first);
    if !is_kept {
        return Check::fault("locks", format!("{name}: a lock does not keep others out"), none);
    }
    match network(&trial.file) {
        Some(kind) => {
            let advice = "keep databases, queues and locks on a local disk: another machine may not see these locks";
            Check::warn("locks", format!("{name} is on a network file system ({kind})"), advice)
        }
        None => Check::ok("locks", format!("{name} keeps locks")),
    }
}

/// How long it takes until the disk has a page.
fn sync(folder: &Path, trial: &Trial) -> Check {
    let name = folder.display();
    let begin = Instant::now();
    let mut times = Vec::with_capacity(WRITES);
    while times.len() < WRITES && begin.elapsed() < MOST {
        let start = Instant::now();
        if let Err(e) = trial.file.write_all_at(&PAGE, 0).and_then(|()| trial.file.sync_data()) {
            return Check::fault("disk", format!("{name}: fsync: {e}"), "use another disk: this one keeps nothing");
        }
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let found = format!("{name} has a write on the disk after {}", spelled(median));
    let kind = rustix::fs::fstatfs(&trial.file).map_or(0, |found| found.f_type as u64 & 0xffff_ffff);
    if IN_MEMORY.contains(&kind) {
        let found = format!("{name} is in memory (tmpfs)");
        return Check::warn("disk", found, "use a disk for what must be there after a restart of this machine");
    }
    judge(median, found)
}

fn judge(median: Duration, found: String) -> Check {
    if median < TOO_FAST {
        let advice = "no disk is so fast: it may lose at a power cut what it said it had";
        return Check::warn("disk", found, advice);
    }
    if median > SLOW {
        let advice = "commit less often (--batch, --flush), or use another disk: each commit waits for that";
        return Check::warn("disk", found, advice);
    }
    Check::ok("disk", found)
}

fn spelled(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 { format!("{micros:.0} us") } else { format!("{:.1} ms", micros / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::super::check::Status;
    use super::*;

    #[test]
    fn a_disk_is_neither_too_fast_nor_too_slow() {
        let status = |micros| judge(Duration::from_micros(micros), String::new()).status;
        assert_eq!([1, 100, 20_000, 500_000].map(status), [Status::Warn, Status::Ok, Status::Ok, Status::Warn]);
    }
}
