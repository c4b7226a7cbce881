//! `lock run --replace`: ends who holds a lock, and takes it.

use crate::host::diag;
use crate::host::lock::{NamedLock, Place, Rival, Sharing};
use crate::reading::error::{Code, Result};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How often it is looked whether they have ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Who does not end so long after KILL hangs in the kernel.
const PATIENCE: Duration = Duration::from_secs(5);

/// If nobody is found for so long, who holds it is on another machine, or its file was deleted.
const SEARCH: Duration = Duration::from_secs(1);

/// Sends TERM to each that holds the lock, once; KILL to all that keep it, when the grace of the last one is over.
/// `None`: it is still held.
pub(super) fn take(place: &Place, sharing: Sharing, grace: Duration) -> Result<Option<NamedLock>> {
    let mut told: Vec<u32> = Vec::new();
    let mut last = Instant::now();
    loop {
        if let Some(lock) = place.try_lock_as(sharing)? {
            return Ok(Some(lock));
        }
        let waited = last.elapsed();
        let patience = if told.is_empty() { SEARCH } else { grace.saturating_add(PATIENCE) };
        if waited > patience {
            return Ok(None);
        }
        if !told.is_empty() && waited > grace {
            for rival in Rival::keepers(place)? {
                rival.signal(Signal::KILL)?;
            }
        } else if tell(place, &mut told)? {
            last = Instant::now();
        }
        std::thread::sleep(PAUSE);
    }
}

/// Sends TERM to those who hold it and have not been told; whether there were any.
fn tell(place: &Place, told: &mut Vec<u32>) -> Result<bool> {
    let before = told.len();
    for rival in Rival::takers(place)? {
        if !told.contains(&rival.pid()) {
            diag::info(Code::Replaced, format_args!("end pid {}, which holds {}", rival.pid(), place.name()));
            rival.signal(Signal::TERM)?;
            // One that is stopped does not see it otherwise.
            rival.signal(Signal::CONT)?;
            told.push(rival.pid());
        }
    }
    Ok(told.len() > before)
}
