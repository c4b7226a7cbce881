//! `db move`: what a database keeps beside its records goes with them.

use crate::flow::stage::States;
use crate::host::diag;
use crate::reading::error::{Code, Result};
use crate::storage::{Admin, OnConflict};
use serde::Serialize;

/// What became of it.
#[derive(Default, Serialize)]
pub(super) struct Beside {
    /// New in the destination.
    copied: u64,
    /// The destination had it.
    there: u64,
    /// It took the place of another.
    replaced: u64,
    /// It gave way to another.
    kept: u64,
    pub(super) rejected: u64,
}

/// Copies the rejects that the source keeps, with the times when they came. Without a destination they are only counted.
pub(super) fn rejects(from: &mut dyn Admin, mut to: Option<&mut (dyn Admin + '_)>) -> Result<Beside> {
    let mut moved = Beside::default();
    let mut behind = i64::MIN;
    loop {
        let page = from.rejects(behind)?;
        let Some(last) = page.last() else { return Ok(moved) };
        behind = last.number;
        let all = page.len() as u64;
        let new = to.as_mut().map_or(Ok(all), |to| to.keep_rejects(&page))?;
        moved.copied += new;
        moved.there += all - new;
    }
}

/// Copies what pipelines remember. `look`: it is only looked at what would become of it.
pub(super) fn states(
    all: &[States],
    mut to: Option<&mut (dyn Admin + '_)>,
    how: OnConflict,
    look: bool,
) -> Result<Beside> {
    let mut moved = Beside::default();
    let theirs = match &mut to {
        Some(to) if look => to.states()?,
        _ => Vec::new(),
    };
    for states in all {
        let before = match &mut to {
            Some(to) if !look => to.keep_states(states, how == OnConflict::Replace)?,
            _ => theirs.iter().find(|other| other.pipeline == states.pipeline).cloned().unwrap_or_default(),
        };
        let count = match how {
            _ if before.stages.is_empty() => &mut moved.copied,
            _ if before.stages == states.stages => &mut moved.there,
            OnConflict::Replace => &mut moved.replaced,
            OnConflict::Ignore => &mut moved.kept,
            OnConflict::Reject => {
                let why = "the destination has another state of it: --on-conflict decides which one to keep";
                diag::warn(Code::Conflict, format_args!("skip pipeline {}: {why}", states.pipeline));
                &mut moved.rejected
            }
        };
        *count += 1;
    }
    Ok(moved)
}
