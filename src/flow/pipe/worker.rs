//! What a stage's thread works with.

use super::link::Message;
use crate::flow::stage::Output;
use crate::flow::state::StateFile;
use crossbeam_channel::Sender;

/// What a stage's thread works with.
pub(super) struct Worker {
    pub(super) key: String,
    pub(super) has_state: bool,
    /// At `--log-level debug` it says what became of the records: it is no part of a stage that only prepares them.
    pub(super) is_heard: bool,
    /// What it remembers is kept for the next run.
    pub(super) keeps_state: bool,
    pub(super) out: Output,
    /// The same way as `out`'s, for marks.
    pub(super) marks: Option<Sender<Message>>,
    /// Marks come before the last one: something is committed.
    pub(super) has_marks: bool,
    pub(super) ask: Sender<()>,
    pub(super) keeper: Option<StateFile>,
}
