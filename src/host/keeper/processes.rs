//! Processes and what they have started, as the kernel lists them.

use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;

/// A signal to all of them.
pub(crate) fn send(to: &[Pid], signal: Signal) {
    for &pid in to {
        // One that has ended since it was looked for is no fault.
        let _ = kill_process(pid, signal);
    }
}

/// The children of a process, theirs, and so on, as far as they can be seen.
pub(crate) fn descendants(of: Pid) -> Vec<Pid> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = stat(pid, 4) {
            children.entry(i32::try_from(parent).unwrap_or(0)).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut next = vec![of.as_raw_pid()];
    while let Some(parent) = next.pop() {
        let its = children.remove(&parent).unwrap_or_default();
        found.extend(its.iter().filter_map(|&pid| Pid::from_raw(pid)));
        next.extend(its);
    }
    found
}

/// The memory that processes have in use; bytes.
pub(crate) fn memory(of: &[Pid]) -> u64 {
    let pages: u64 = of.iter().filter_map(|pid| stat(pid.as_raw_pid(), 24)).sum();
    pages.saturating_mul(rustix::param::page_size() as u64)
}

/// This process leads its process group. In a namespace of processes a group can have no number, which some calls cannot say.
pub(crate) fn leads_its_group() -> bool {
    let own = rustix::process::getpid().as_raw_pid();
    stat(own, 5).and_then(|group| i32::try_from(group).ok()) == Some(own)
}

/// A number that the kernel tells of a process: one of the fields of proc_pid_stat(5) behind the third.
fn stat(pid: i32, field: usize) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses, the second, may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(field.checked_sub(3)?)?.parse().ok()
}
