//! What the kernel tells of a file's locks: the list of all (proc_locks(5)), and which processes have the locked file
//! open (proc_pid_fdinfo(5)). A process that was killed stays in the list as long as what it started keeps its lock;
//! the number may be another's by then, so that only the second says who may be ended.

use super::holder::Holder;
use rustix::fs::Stat;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

/// So often is looked for a holder who must be there.
const LOOKS: u32 = 5;

/// A file as the kernel knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    pub(super) fn of(file: &File) -> io::Result<Inode> {
        let Stat { st_dev, st_ino, .. } = rustix::fs::fstat(file)?;
        Ok(Inode { device: st_dev, number: st_ino })
    }

    /// The processes that took this file's lock, as far as the kernel lists them; those that wait are not among them.
    /// `expected`: those that the lock's file names.
    pub(super) fn takers(self, expected: &[Holder]) -> Vec<u32> {
        let (major, minor) = (rustix::fs::major(self.device), rustix::fs::minor(self.device));
        let place = format!("{major:02x}:{minor:02x}:{}", self.number);
        let expected: Vec<u32> =
            expected.iter().filter(|holder| holder.is_here()).filter_map(|holder| holder.pid).collect();
        let mut pids = Vec::new();
        // The kernel gives the list in pieces: while others lock and unlock, an entry between two of them can be missed.
        for look in 0..LOOKS {
            if look > 0 {
                std::thread::sleep(Duration::from_millis(1));
            }
            let Ok(locks) = fs::read_to_string("/proc/locks") else { break };
            pids.extend(locks.lines().filter_map(|line| taker_in(line, &place)));
            if !pids.is_empty() && expected.iter().all(|pid| pids.contains(pid) || !may_exist(*pid)) {
                break;
            }
        }
        pids.sort_unstable();
        pids.dedup();
        pids
    }

    /// This process has the file open with a lock on it, be it taken or left to it.
    pub(super) fn is_locked_by(self, pid: u32) -> io::Result<bool> {
        for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
            let entry = entry?;
            // One that is closed meanwhile is no fault.
            let Ok(open) = fs::metadata(entry.path()) else { continue };
            if (open.dev(), open.ino()) != (self.device, self.number) {
                continue;
            }
            let info = Path::new("/proc").join(pid.to_string()).join("fdinfo").join(entry.file_name());
            let info = fs::read_to_string(info).unwrap_or_default();
            if info.lines().any(|line| line.starts_with("lock:") && line.contains(" FLOCK ")) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All processes that have it so, but for this one and those that we may not look at.
    pub(super) fn keepers(self) -> Vec<u32> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let own = std::process::id();
        pids.filter(|&pid| pid != own && self.is_locked_by(pid).unwrap_or(false)).collect()
    }
}

/// A process of this number is there, or nobody can say.
pub(super) fn may_exist(pid: u32) -> bool {
    !Path::new("/proc/self").exists() || Path::new(&format!("/proc/{pid}")).exists()
}

/// The pid in a line such as `4: FLOCK  ADVISORY  WRITE 708 fe:00:4711 0 EOF`; one who waits has a `->` in it.
fn taker_in(line: &str, place: &str) -> Option<u32> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    match words[..] {
        [_, "FLOCK", _, _, pid, at, ..] if at == place => pid.parse().ok().filter(|&pid| pid > 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_list_names_the_taker_and_nobody_who_waits() {
        let place = "fe:00:4711";
        assert_eq!(taker_in("4: FLOCK  ADVISORY  WRITE 708 fe:00:4711 0 EOF", place), Some(708));
        assert_eq!(taker_in("4: FLOCK  ADVISORY  READ  708 fe:00:4711 0 EOF", place), Some(708));
        assert_eq!(taker_in("4: -> FLOCK  ADVISORY  WRITE 709 fe:00:4711 0 EOF", place), None);
        assert_eq!(taker_in("4: POSIX  ADVISORY  WRITE 708 fe:00:4711 0 EOF", place), None);
        assert_eq!(taker_in("4: FLOCK  ADVISORY  WRITE 708 fe:00:471 0 EOF", place), None);
        assert_eq!(taker_in("4: FLOCK  ADVISORY  WRITE -1 fe:00:4711 0 EOF", place), None);
    }
}
