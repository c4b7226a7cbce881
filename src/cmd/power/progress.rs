//! How far a series has come, and which of its readings were there: so that one that comes again differs from one that
//! comes too late.
//!
//! Decision: the newest readings of a series are remembered by time and a mark of their content. What is older than
//! these is too late, unless it is older than what a restart remembers: then nobody can know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::VecDeque;

/// Why a reading does not come to wait. In order of weight: of a reading with several pairs the heaviest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Missed {
    /// The same reading was there already.
    Again,
    /// Its time was decided before the restart: too late, or there already.
    Unknown,
    /// It belongs to no pair.
    Nowhere,
    /// Another reading of its time was there first.
    Another,
    /// Its time is decided, and it was not there.
    Late,
}

/// A state is written with every commit, so it has fewer readings of a series than memory: at least those that a sender
/// repeats because it missed the answer.
const SAVED: usize = 128;

/// How far a series has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// The latest time that was seen; `i64::MIN` before the first.
    pub(super) newest: i64,
    /// A reading at or before it is late or repeated.
    pub(super) gate: i64,
    /// Of the newest readings the times, and marks of what they say; by time.
    seen: VecDeque<(i64, u32)>,
    /// The latest time that is no longer in `seen`.
    forgotten: i64,
    /// What is not later than this may have been there before the restart.
    unknown: i64,
}

impl Default for Progress {
    fn default() -> Progress {
        let [newest, gate, forgotten, unknown] = [i64::MIN; 4];
        Progress { newest, gate, seen: VecDeque::new(), forgotten, unknown }
    }
}

impl Progress {
    /// How it was at the end of an earlier run; `seen` and `forgotten` as [`Progress::seen`] gave them.
    pub(super) fn resumed(newest: i64, gate: i64, seen: &str, forgotten: Option<i64>) -> Progress {
        // A state of an earlier version knows no reading.
        let forgotten = forgotten.unwrap_or(gate);
        Progress { newest, gate, seen: read(seen), forgotten, unknown: forgotten }
    }

    /// What a state remembers of readings: the newest as text, and the latest time of those before them.
    pub(super) fn seen(&self) -> (String, i64) {
        let older = self.seen.len().saturating_sub(SAVED);
        let forgotten = older.checked_sub(1).and_then(|at| self.seen.get(at)).map_or(self.forgotten, |(time, _)| *time);
        (write(self.seen.range(older..)), forgotten)
    }

    /// Whether a reading of this time and mark is taken; `Some`: it is not. One that is too late is known from now on.
    pub(super) fn misses(&mut self, time: i64, mark: u32, remember: usize) -> Option<Missed> {
        if time <= self.newest {
            let at = self.seen.partition_point(|(other, _)| *other < time);
            if let Some((_, seen)) = self.seen.get(at).filter(|(other, _)| *other == time) {
                return Some(if *seen == mark { Missed::Again } else { Missed::Another });
            }
        }
        if time > self.gate {
            return None;
        }
        if time <= self.unknown {
            return Some(Missed::Unknown);
        }
        self.note(time, mark, remember);
        Some(Missed::Late)
    }

    /// Goes on to a reading that is taken.
    pub(super) fn pass(&mut self, time: i64, mark: u32, late: i64, remember: usize) {
        self.note(time, mark, remember);
        self.newest = self.newest.max(time);
        self.close(self.newest.saturating_sub(late));
    }

    /// Nothing at or before this time is taken any more.
    pub(super) fn close(&mut self, time: i64) {
        self.gate = self.gate.max(time);
    }

    /// An earlier run came to this time, and no more is known of it.
    pub(super) fn begin_after(&mut self, newest: i64, gate: i64) {
        self.newest = self.newest.max(newest);
        self.close(gate);
        self.unknown = self.unknown.max(gate);
        self.forgotten = self.forgotten.max(gate);
    }

    fn note(&mut self, time: i64, mark: u32, remember: usize) {
        match self.seen.back() {
            Some((last, _)) if *last > time => {
                let at = self.seen.partition_point(|(other, _)| *other < time);
                self.seen.insert(at, (time, mark));
            }
            _ => self.seen.push_back((time, mark)),
        }
        while self.seen.len() > remember {
            self.forgotten = self.seen.pop_front().map_or(self.forgotten, |(time, _)| self.forgotten.max(time));
        }
    }
}

/// As base64: the unit of the times in ns, then each time as its distance from the one before, in as few bytes as it needs,
/// and the mark.
fn write<'s>(seen: impl Iterator<Item = &'s (i64, u32)> + Clone) -> String {
    let mut bytes = Vec::new();
    let unit = seen.clone().fold(0, |unit, (time, _)| common(time.unsigned_abs(), unit)).max(1);
    let unit = i64::try_from(unit).unwrap_or(1);
    number(unit as u64, &mut bytes);
    let mut before = 0i64;
    for (time, mark) in seen {
        number((time / unit).wrapping_sub(before) as u64, &mut bytes);
        bytes.extend_from_slice(&mark.to_le_bytes()[..3]);
        before = time / unit;
    }
    BASE64.encode(bytes)
}

/// The greatest common divisor.
fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}

fn number(mut rest: u64, to: &mut Vec<u8>) {
    while rest >= 0x80 {
        to.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    to.push(rest as u8);
}

fn read_number(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0u32);
    loop {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

/// Reads what `write` wrote. What cannot be read is not remembered.
fn read(text: &str) -> VecDeque<(i64, u32)> {
    let bytes = BASE64.decode(text).unwrap_or_default();
    let mut bytes = bytes.iter().copied();
    let mut seen = VecDeque::new();
    let Some(unit) = read_number(&mut bytes) else { return seen };
    let mut time = 0i64;
    while let Some(step) = read_number(&mut bytes) {
        time = time.wrapping_add(step as i64);
        let [Some(a), Some(b), Some(c)] = [bytes.next(), bytes.next(), bytes.next()] else { break };
        seen.push_back((time.wrapping_mul(unit as i64), u32::from_le_bytes([a, b, c, 0])));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_again_and_another_differ_also_after_a_restart() {
        let mut progress = Progress::default();
        for time in [10, 20, 30, 40] {
            assert_eq!(progress.misses(time, 1, 3), None);
            progress.pass(time, 1, 0, 3);
        }
        let mut resumed = {
            let (seen, forgotten) = progress.seen();
            Progress::resumed(progress.newest, progress.gate, &seen, Some(forgotten))
        };
        for (progress, oldest) in [(&mut progress, Missed::Late), (&mut resumed, Missed::Unknown)] {
            assert_eq!(progress.misses(20, 1, 3), Some(Missed::Again));
            assert_eq!(progress.misses(40, 2, 3), Some(Missed::Another));
            assert_eq!(progress.misses(10, 1, 3), Some(oldest));
            assert_eq!(progress.misses(35, 1, 3), Some(Missed::Late));
            // Once rejected it is known.
            assert_eq!(progress.misses(35, 1, 3), Some(Missed::Again));
            assert_eq!(progress.misses(50, 1, 3), None);
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let seen: VecDeque<(i64, u32)> =
            [(i64::MIN, 1), (-5, 0xff_ffff), (0, 0), (1_700_000_000_000_000_000, 7)].into();
        assert_eq!(read(&write(seen.iter())), seen);
        // A reading a second: four bytes each.
        let seen: VecDeque<_> = (0..100).map(|n| (1_700_000_000_000_000_000 + n * 1_000_000_000, 5)).collect();
        assert!(read(&write(seen.iter())) == seen && write(seen.iter()).len() < 560);
        assert!(read("no base64!").is_empty() && read("gICA").is_empty());
    }
}
