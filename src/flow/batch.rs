//! A [`Batch`]: whole lines in one buffer, as they travel between stages.
//!
//! Where the members of a line are is found once, by the first stage that asks ([`Batch::scan`]), and goes along when
//! the line is copied, so that a pipeline in one process scans each line once.

use crate::flow::ack::Ack;
use crate::reading::json::{self, Bad, Member};
use crate::reading::record::{Origin, Record};
use std::ops::Range;

#[derive(Clone, Copy, Debug)]
struct Line {
    start: u32,
    len: u32,
    first_member: u32,
    /// `UNSCANNED` until someone asks.
    members: u32,
    origin: Origin,
}

const UNSCANNED: u32 = u32::MAX;

/// Lines that follow each other, of those that a stage received or of those that it added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::flow) enum Run {
    Passed(Range<usize>),
    Added(Range<usize>),
}

/// Some whole lines, each one record, in one buffer; and the tokens of the messages that they were made of.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Line>,
    members: Vec<Member>,
    /// Acknowledged once everything up to the end of this batch is committed.
    pub(in crate::flow) acks: Vec<Ack>,
    /// Rejects on their way to a sink that keeps them (NDJSON).
    pub(in crate::flow) rejects: Vec<u8>,
}

/// How many bytes a batch holds before it is sent on. Large enough that a channel's
/// cost vanishes, small enough to stay in the cache: 64 to 512 KiB measured alike.
pub(crate) const BATCH_BYTES: usize = 64 << 10;

impl Batch {
    /// How many records it holds.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// How many bytes its lines take.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// It holds no record (it may still bear tokens).
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// It holds nothing at all.
    pub(crate) fn is_void(&self) -> bool {
        self.lines.is_empty() && self.acks.is_empty() && self.rejects.is_empty()
    }

    /// It is large enough to be sent on.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() >= BATCH_BYTES
    }

    /// Empties it; keeps its memory, within bounds.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        if self.bytes.capacity() > 4 * BATCH_BYTES {
            self.bytes.shrink_to(BATCH_BYTES);
        }
        self.lines.clear();
        self.members.clear();
        self.acks.clear();
        self.rejects.clear();
        self.rejects.shrink_to(BATCH_BYTES);
    }

    /// The buffer, to be filled with whole lines that [`Batch::push_line`] then names.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Names `start..end` of the buffer as a record; a `\n` stands at `end` when the batch is sent.
    pub(crate) fn push_line(&mut self, start: usize, end: usize, origin: Origin) {
        self.lines.push(Line {
            start: start as u32,
            len: (end - start) as u32,
            first_member: 0,
            members: UNSCANNED,
            origin,
        });
    }

    /// Appends a record as it came, byte for byte, with what is known of its members.
    pub(crate) fn copy(&mut self, record: &Record<'_>) {
        let start = self.bytes.len() as u32;
        let first_member = self.members.len() as u32;
        let (raw, members) = (record.raw(), record.scanned_members());
        self.bytes.extend_from_slice(raw);
        self.bytes.push(b'\n');
        self.members.extend_from_slice(members.unwrap_or_default());
        let members = members.map_or(UNSCANNED, |members| members.len() as u32);
        self.lines.push(Line { start, len: raw.len() as u32, first_member, members, origin: record.origin() });
    }

    /// Appends a new record: `write` appends one JSON object, without a line break.
    pub(crate) fn add(&mut self, origin: Origin, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let end = self.bytes.len();
        self.bytes.push(b'\n');
        self.push_line(start, end, origin);
    }

    /// Appends a new record whose members are known.
    pub(crate) fn add_scanned(&mut self, origin: Origin, object: &[u8], members: &[Member]) {
        self.copy(&Record::new(object, Some(members), origin));
    }

    /// The rejects that travel with it, as NDJSON.
    pub(crate) fn rejects(&self) -> &[u8] {
        &self.rejects
    }

    /// Puts its lines and those of `added` into this order, without copying a line of its own.
    pub(in crate::flow) fn arrange(&mut self, order: &[Run], added: &Batch) {
        let (bytes, members) = (self.bytes.len() as u32, self.members.len() as u32);
        self.bytes.extend_from_slice(&added.bytes);
        self.members.extend_from_slice(&added.members);
        let mut lines = Vec::with_capacity(self.lines.len() + added.lines.len());
        for run in order {
            match run {
                Run::Passed(own) => lines.extend_from_slice(&self.lines[own.clone()]),
                Run::Added(new) => lines.extend(added.lines[new.clone()].iter().map(|line| Line {
                    start: line.start + bytes,
                    first_member: line.first_member + members,
                    ..*line
                })),
            }
        }
        self.lines = lines;
    }

    /// As [`Batch::arrange`], in a new batch: the lines are copied.
    pub(in crate::flow) fn gathered(order: &[Run], own: &Batch, added: &Batch) -> Batch {
        let mut all = Batch::default();
        for run in order {
            let (from, range) = match run {
                Run::Passed(range) => (own, range),
                Run::Added(range) => (added, range),
            };
            range.clone().for_each(|index| all.copy(&from.record(index)));
        }
        all
    }

    /// Finds the members of the line at `index`, if nobody has looked for them yet. `Err`: it is not one JSON object.
    #[inline]
    pub(crate) fn scan_line(&mut self, index: usize) -> Result<(), Bad> {
        let line = &mut self.lines[index];
        if line.members == UNSCANNED {
            let first = self.members.len();
            let raw = &self.bytes[line.start as usize..(line.start + line.len) as usize];
            json::members(raw, &mut self.members)?;
            line.first_member = first as u32;
            line.members = (self.members.len() - first) as u32;
        }
        Ok(())
    }

    /// Finds the members of all lines. Gives those that are not JSON objects: their places, and why.
    pub(crate) fn scan_all(&mut self) -> Vec<(usize, Bad)> {
        (0..self.lines.len()).filter_map(|index| Some((index, self.scan_line(index).err()?))).collect()
    }

    /// Finds the members of all lines ahead of who will ask. A line that is not one JSON object stays as it is: the stage
    /// that asks hears what is wrong with it.
    pub(crate) fn scan_ahead(&mut self) {
        for index in 0..self.lines.len() {
            let _ = self.scan_line(index);
        }
    }

    /// Finds the members of all lines. A line that is not one JSON object is taken out and handed to `bad`; after an
    /// error of that the lines before it are left.
    pub(crate) fn scan<E>(&mut self, mut bad: impl FnMut(&Record<'_>, Bad) -> Result<(), E>) -> Result<(), E> {
        let mut kept = 0;
        let mut result = Ok(());
        for index in 0..self.lines.len() {
            match self.scan_line(index) {
                Err(why) => result = bad(&self.record(index), why),
                Ok(()) => {
                    self.lines[kept] = self.lines[index];
                    kept += 1;
                }
            }
            if result.is_err() {
                break;
            }
        }
        self.lines.truncate(kept);
        result
    }

    /// Keeps those lines that `keeps` says.
    pub(crate) fn part(&mut self, mut keeps: impl FnMut(&Record<'_>) -> bool) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.retain(|line| keeps(&self.at(line)));
        self.lines = lines;
    }

    /// The line at `index` as it is.
    #[inline]
    pub(crate) fn record(&self, index: usize) -> Record<'_> {
        self.at(&self.lines[index])
    }

    /// The records, in order.
    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.lines.iter().map(|line| self.at(line))
    }

    #[inline]
    fn at(&self, line: &Line) -> Record<'_> {
        let raw = &self.bytes[line.start as usize..(line.start + line.len) as usize];
        let members = (line.members != UNSCANNED)
            .then(|| &self.members[line.first_member as usize..(line.first_member + line.members) as usize]);
        Record::new(raw, members, line.origin)
    }

    /// The lines with their line breaks as few slices as possible: one, unless lines were taken out.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let first = self.lines.get(at)?;
            let mut end = first.start + first.len + 1;
            at += 1;
            while let Some(next) = self.lines.get(at).filter(|next| next.start == end) {
                end = next.start + next.len + 1;
                at += 1;
            }
            Some(&self.bytes[first.start as usize..end as usize])
        })
    }
}
