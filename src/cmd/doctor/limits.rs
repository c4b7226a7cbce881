//! What this process may use: open files, memory.

use super::check::Check;
use indicatif::HumanBytes;
use rustix::process::{Resource, getrlimit};
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// A server has a file for each client, a pipeline a few.
const FEW_FILES: u64 = 256;

/// A pipeline has enough with less; several of them, or a picture, have not.
const LITTLE_MEMORY: u64 = 64 << 20;

pub(super) fn checks() -> Vec<Check> {
    vec![files(getrlimit(Resource::Nofile).current), memory(group(), available())]
}

/// `None`: as many as one likes.
fn files(most: Option<u64>) -> Check {
    match most {
        None => Check::ok("files", "as many open files as are wanted"),
        Some(most) if most < FEW_FILES => {
            let advice = "raise it (ulimit -n, LimitNOFILE=): a server needs a file for each client";
            Check::warn("files", format!("at most {most} open files"), advice)
        }
        Some(most) => Check::ok("files", format!("at most {most} open files")),
    }
}

/// The limit of the control group, and what the machine has left.
fn memory(limit: Option<u64>, available: Option<u64>) -> Check {
    let said = match (limit, available) {
        (Some(limit), _) => format!("at most {} in this control group", HumanBytes(limit)),
        (None, Some(available)) => format!("{} available", HumanBytes(available)),
        (None, None) => return Check::ok("memory", "its limit is not known"),
    };
    let least = limit.into_iter().chain(available).min().unwrap_or(u64::MAX);
    if least < LITTLE_MEMORY {
        let advice = "give it more: a pipeline needs about 20 MiB, and the kernel kills what needs too much";
        return Check::warn("memory", format!("{said}, {} of it left", HumanBytes(least)), advice);
    }
    Check::ok("memory", said)
}

/// The smallest limit of the control groups that this process is in (cgroup v2, else v1).
fn group() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let limits = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or("/"));
        let (root, name) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => return Vec::new(),
        };
        let folder = PathBuf::from(format!("{root}{path}"));
        let up = folder.ancestors().take_while(|folder| folder.starts_with(root)).filter_map(|f| limit(f, name));
        // In a container the path may be that of the outside, and its own group is at the root.
        up.chain(limit(Path::new(root), name)).collect()
    });
    // Without a limit version 1 has a number near the largest.
    limits.min().filter(|&limit| limit < 1 << 60)
}

fn limit(folder: &Path, name: &str) -> Option<u64> {
    read_to_string(folder.join(name)).ok()?.trim().parse().ok()
}

fn available() -> Option<u64> {
    let all = read_to_string("/proc/meminfo").ok()?;
    let line = all.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::super::check::Status;
    use super::*;

    #[test]
    fn what_is_little_is_warned_of() {
        assert_eq!((files(Some(64)).status, files(Some(1024)).status), (Status::Warn, Status::Ok));
        assert_eq!(files(None).status, Status::Ok);
        assert_eq!(memory(Some(32 << 20), Some(4 << 30)).status, Status::Warn);
        assert_eq!(memory(None, Some(1 << 20)).status, Status::Warn);
        assert_eq!(memory(None, Some(4 << 30)).status, Status::Ok);
        assert_eq!(memory(None, None).status, Status::Ok);
    }
}
