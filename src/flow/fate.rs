//! Fates: what became of each record that a stage received, and the books that are kept of them.
//!
//! Decision: a stage says what became of a record, the runner counts. So
//! `in + resumed = passed + changed + held + rejected + left out` holds by construction, and what a stage forgets to say
//! anything about is counted as lost (doc/adr/0020).

use crate::host::diag;
use crate::reading::code::{Code, Kind};
use crate::reading::error::excerpt;
use std::collections::BTreeMap;

/// What became of a record. An error of the kind `Data` is the fifth fate: it was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Fate {
    /// It goes on as it came. A sink: it is taken, that is stored, sent or drawn.
    Pass,
    /// One or more others stand in its place.
    Changed,
    /// It waits in the stage's state. Once it has another fate the stage says so by `Output::settle`.
    Held,
    /// Left out. The code's kind says whether it was asked for, is a repetition, or a loss.
    Left(Code),
}

/// Records that were left out under one code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Left {
    pub count: u64,
    /// The first of them, if it is a loss.
    example: Option<String>,
}

/// The books of one stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// `None`: it is a source, which receives nothing.
    pub received: Option<u64>,
    /// Records that it held when it began, from an earlier run.
    pub resumed: u64,
    pub passed: u64,
    pub changed: u64,
    /// More that came to be held than were settled.
    held: i64,
    pub rejected: u64,
    pub left: BTreeMap<Code, Left>,
    /// Records that it has sent.
    pub sent: u64,
    /// Those of them that it created or changed.
    pub made: u64,
}

impl Books {
    /// This many more records were received.
    pub(super) fn add_received(&mut self, records: u64) {
        *self.received.get_or_insert(0) += records;
    }

    /// One record came to this.
    #[inline]
    pub(super) fn enter(&mut self, fate: Fate, raw: &[u8]) {
        match fate {
            Fate::Pass => self.passed += 1,
            Fate::Changed => self.changed += 1,
            Fate::Held => self.held += 1,
            Fate::Left(code) => self.leave(code, 1, Some(raw)),
        }
    }

    /// A record that was held came to this.
    pub(super) fn settle(&mut self, fate: Fate, raw: &[u8]) {
        self.held -= 1;
        self.enter(fate, raw);
    }

    /// A record that was held is rejected, and counted there.
    pub(super) fn settle_reject(&mut self) {
        self.held -= 1;
    }

    fn leave(&mut self, code: Code, count: u64, raw: Option<&[u8]>) {
        if let Some(left) = self.left.get_mut(&code) {
            left.count += count;
            return;
        }
        debug_assert!(
            matches!(code.kind(), Kind::Loss | Kind::Repetition | Kind::Asked),
            "{code:?} leaves nothing out"
        );
        let raw = raw.filter(|_| code.kind() == Kind::Loss);
        let example = raw.map(|raw| excerpt(&String::from_utf8_lossy(raw)));
        self.left.insert(code, Left { count, example });
    }

    /// A source has left these messages out.
    pub(super) fn leave_out(&mut self, left: BTreeMap<Code, u64>) {
        left.into_iter().for_each(|(code, count)| self.leave(code, count, None));
    }

    /// Records that wait in the stage's state.
    pub(crate) fn held(&self) -> u64 {
        u64::try_from(i64::try_from(self.resumed).unwrap_or(i64::MAX).saturating_add(self.held)).unwrap_or(0)
    }

    /// What became of records since then, for people: `4 passed, 1 rejected, 2 duplicate`.
    pub(super) fn since(&self, before: &Books) -> String {
        let fates = [
            (self.passed - before.passed, "passed"),
            (self.changed - before.changed, "changed"),
            (self.held.saturating_sub(before.held).max(0).unsigned_abs(), "held"),
            (self.rejected - before.rejected, "rejected"),
        ];
        let left = self
            .left
            .iter()
            .map(|(code, left)| (left.count - before.left.get(code).map_or(0, |before| before.count), code.word()));
        let said = fates.into_iter().chain(left).filter(|(count, _)| *count > 0);
        said.map(|(count, fate)| format!("{count} {fate}")).collect::<Vec<_>>().join(", ")
    }

    /// Closes the books of a stage that ended in order and says that it holds `holds` records: whatever has no fate is lost.
    pub(super) fn close(&mut self, holds: u64) {
        if self.received.is_some() {
            self.held = i64::try_from(holds).unwrap_or(i64::MAX) - i64::try_from(self.resumed).unwrap_or(i64::MAX);
        }
        self.leave_rest(Code::Unaccounted);
    }

    /// Of a sink that ended out of order: what passed since this many did is not committed, and left out under this code, as is
    /// what it had not come to.
    pub(super) fn undo(&mut self, passed: u64, code: Code) {
        self.passed = passed;
        self.leave_rest(code);
    }

    /// What was received and has no fate is left out under this code.
    fn leave_rest(&mut self, code: Code) {
        let left: u64 = self.left.values().map(|left| left.count).sum();
        let said = self.passed + self.changed + self.held() + self.rejected + left;
        if let Some(rest) = self.received.and_then(|all| (all + self.resumed).checked_sub(said)).filter(|n| *n > 0) {
            self.leave(code, rest, None);
        }
    }

    /// Records were lost.
    pub(crate) fn has_losses(&self) -> bool {
        self.left.keys().any(|code| code.kind() == Kind::Loss)
    }

    /// Reports what was lost, once a code. A source has said so itself.
    pub(super) fn report_losses(&self) {
        if self.received.is_none() {
            return;
        }
        for (code, Left { count, example }) in self.left.iter().filter(|(code, _)| code.kind() == Kind::Loss) {
            let records = if *count == 1 { "record" } else { "records" };
            let first = example.as_ref().map(|text| format!("; the first: {text}")).unwrap_or_default();
            diag::warn(*code, format_args!("{count} {records} lost: {}{first}", code.sentence()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_fate_is_lost() {
        let mut books = Books { received: Some(7), resumed: 1, ..Books::default() };
        books.enter(Fate::Pass, b"");
        books.enter(Fate::Held, b"");
        books.enter(Fate::Held, b"");
        books.enter(Fate::Left(Code::Duplicate), b"");
        books.settle(Fate::Changed, b"");
        assert_eq!(books.held(), 2);
        assert_eq!(books.since(&Books::default()), "1 passed, 1 changed, 1 held, 1 duplicate");
        books.close(2);
        assert_eq!((books.held(), books.left[&Code::Unaccounted].count), (2, 3));
        assert!(books.has_losses());
    }

    #[test]
    fn what_is_not_committed_has_not_passed() {
        let mut books = Books { received: Some(9), ..Books::default() };
        (0..5).for_each(|_| books.enter(Fate::Pass, b""));
        books.enter(Fate::Left(Code::Duplicate), b"");
        books.undo(3, Code::Uncommitted);
        assert_eq!((books.passed, books.left[&Code::Uncommitted].count), (3, 5));
    }
}
