//! How a lock is held, in words.

use crate::host::lock::{Holder, State};

/// How a lock is held: `held by`, `shared by`, `slot 2 held by`.
pub(super) fn held_by(state: &State, holder: &Holder) -> String {
    match holder.slot {
        Some(slot) => format!("slot {slot} held by {holder}"),
        None if state.shared => format!("shared by {holder}"),
        None => format!("held by {holder}"),
    }
}
